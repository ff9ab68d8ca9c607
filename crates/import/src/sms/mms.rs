//! `<mms>`: a message with parts and addresses.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use quick_xml::events::BytesStart;

use super::{
    attrs::{Attrs, bounded},
    part::{self, Parsed, Part},
    people::{Address, People, Role},
    text,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::{At, Sink},
};

/// The most attachments of one message.
const MAX_MEDIA: usize = 10_000;
/// The most addresses of one message that are looked at, and the most annotations.
const MAX_ADDRESSES: usize = 2000;
const MAX_ANNOTATIONS: usize = 1000;

/// What the phone's database says of an MMS.
const FACTS: &[(&str, &str, &[&str])] = &[
    ("read", "read", &["1"]),
    ("locked", "locked", &["0"]),
    ("date_sent", "date-sent", &["0"]),
    ("sub_id", "sub-id", &["-1"]),
    ("tr_id", "transaction-id", &[]),
    ("m_type", "message-type", &[]),
    ("m_cls", "message-class", &["personal"]),
    ("m_size", "message-size", &["0"]),
    ("creator", "creator", &[]),
    ("st", "status", &[]),
    ("resp_st", "response-status", &[]),
    ("resp_txt", "response-text", &[]),
    ("retr_st", "retrieve-status", &[]),
    ("retr_txt", "retrieve-text", &[]),
    ("read_status", "read-status", &[]),
    ("d_tm", "delivery-time", &[]),
    ("d_rpt", "delivery-report", &[]),
    ("rpt_a", "report-allowed", &[]),
    ("rr", "read-report", &[]),
    ("exp", "expiry", &[]),
    ("pri", "priority", &["129"]),
    ("_id", "row-id", &[]),
];

/// Marks of the protocol that say nothing to a reader.
const DROPPED: [&str; 8] = ["seen", "text_only", "sub_cs", "retr_txt_cs", "ct_cls", "ct_t", "ct_l", "v"];

/// A message that is being read.
pub(crate) struct Mms {
    attrs: Result<Attrs, &'static str>,
    text: Option<String>,
    text_too_long: bool,
    media: Vec<Media>,
    held: u64,
    addresses: Vec<Address>,
    annotations: Vec<(String, String)>,
}

impl Mms {
    /// Begins with what the start tag says.
    pub(crate) fn of(attrs: Result<Attrs, &'static str>) -> Mms {
        Mms {
            attrs,
            text: None,
            text_too_long: false,
            media: Vec::new(),
            held: 0,
            addresses: Vec::new(),
            annotations: Vec::new(),
        }
    }

    /// How many bytes of it are held.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held
    }

    /// Takes an element between its tags.
    pub(crate) fn inner(&mut self, name: &str, tag: &BytesStart<'_>, at: At, sink: &mut Sink<'_>) {
        match name {
            "part" => match part::parse(tag) {
                Ok(Parsed { part, rest }) => {
                    self.part(part, at, sink);
                    self.leftover(rest, sink);
                }
                Err(reason) => {
                    sink.saw_attachments(1);
                    sink.skip(at, format!("a part of a message: {reason}"));
                }
            },
            "addr" => self.address(tag),
            _ => {
                let name = bounded(name.to_owned());
                sink.unknown(&name);
                self.annotate(name, bounded(tag.attributes_raw().to_owned()));
            }
        }
    }

    fn part(&mut self, part: Part, at: At, sink: &mut Sink<'_>) {
        match part {
            Part::Layout => {}
            Part::Text(text) => self.add(&text),
            Part::Media { .. } if self.media.len() == MAX_MEDIA => {
                sink.saw_attachments(1);
                sink.skip(at, "an attachment of a message that has more than 10000");
            }
            Part::Media { media, held, note } => {
                sink.saw_attachments(1);
                self.media.push(media);
                self.held += held;
                if let Some(note) = note {
                    sink.note(at, note);
                }
            }
        }
    }

    fn add(&mut self, text: &str) {
        self.text_too_long |= self.text.as_ref().map_or(0, String::len) + text.len() >= MAX_TEXT_BYTES;
        match &mut self.text {
            _ if self.text_too_long => self.text = None,
            Some(all) => {
                all.push('\n');
                all.push_str(text);
            }
            None => self.text = Some(text.to_owned()),
        }
    }

    fn address(&mut self, tag: &BytesStart<'_>) {
        let Ok(mut attrs) = Attrs::of(tag) else { return };
        let role = match attrs.take("type").as_deref() {
            Some("137") => Role::From,
            Some("151") => Role::To,
            _ => Role::Copied,
        };
        if let Some(number) = attrs.take("address")
            && self.addresses.len() < MAX_ADDRESSES
        {
            self.addresses.push(Address { number: bounded(number), role });
        }
    }

    fn leftover(&mut self, rest: Attrs, sink: &mut Sink<'_>) {
        if let Some(fault) = rest.fault {
            self.annotations.push((annotation::ENCODING.into(), fault.into()));
        }
        for (key, value) in rest.rest() {
            let key = bounded(format!("part.{key}"));
            sink.unknown(&key);
            self.annotate(key, bounded(value));
        }
    }

    fn annotate(&mut self, key: String, value: String) {
        if self.annotations.len() < MAX_ANNOTATIONS {
            self.held += (key.len() + value.len()) as u64;
            self.annotations.push((format!("{}:{key}", annotation::RAW), value));
        }
    }

    /// The message, with its attachments.
    ///
    /// # Errors
    /// Why it cannot be, and how many attachments it has.
    pub(crate) fn finish(
        self,
        owner: Option<&str>,
        sink: &mut Sink<'_>,
    ) -> Result<Incoming, (&'static str, usize)> {
        let Mms { attrs, text, text_too_long, media, addresses, annotations, .. } = self;
        let fault = |reason| (reason, media.len());
        if text_too_long {
            return Err(fault("its text is longer than 16 MiB"));
        }
        let mut attrs = attrs.map_err(fault)?;
        let mut message = text::begin(&mut attrs).map_err(fault)?;
        message.text = text.unwrap_or_default();
        let way = text::way(attrs.written("msg_box"), "msg_box", &mut message, sink);
        describe(&mut attrs, &mut message);
        let mut people = People::of(attrs.take("address"), attrs.take("contact_name"));
        people.address(addresses, way);
        people.write(way, owner, &mut message);
        text::leftover(attrs, &mut message, sink);
        message.annotations.extend(annotations);
        Ok(Incoming { message, media })
    }
}

fn describe(attrs: &mut Attrs, message: &mut Message) {
    message.source_id = attrs.take("m_id");
    if let Some(subject) = attrs.take("sub") {
        message.annotations.push((annotation::SUBJECT.into(), subject));
    }
    text::facts(FACTS, attrs, message);
    for key in DROPPED {
        attrs.written(key);
    }
}
