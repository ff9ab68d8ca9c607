//! The elements of a file, one record each.

use blackbox_format::message::{Incoming, Message, annotation};
use quick_xml::events::{BytesStart, Event};

use super::{
    CALLS,
    attrs::Attrs,
    call,
    mms::Mms,
    stream::{MAX_MESSAGE_BYTES, Next, Tags},
    text,
};
use crate::importer::{At, Fault, Input, Sink};

/// A tag may have this many bytes (1 MiB) however much of its message is held already.
const MIN_TAG_BYTES: u64 = 1 << 20;
/// How much of an element's name a reason quotes.
const QUOTED_CHARS: usize = 64;

/// Reads the elements one after another.
pub(crate) struct Elements<'a> {
    owner: Option<&'a str>,
    item: u64,
    /// Whether bytes that are not UTF-8 were met so far.
    damaged: bool,
    /// The MMS whose parts are being read.
    pending: Option<Mms>,
}

impl<'a> Elements<'a> {
    pub(crate) fn new(input: &'a Input<'_>) -> Elements<'a> {
        Elements { owner: input.options.owner.as_deref(), item: 0, damaged: false, pending: None }
    }

    pub(crate) fn read(mut self, mut tags: Tags, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut buffer = Vec::new();
        loop {
            let held = self.pending.as_ref().map_or(0, Mms::held_bytes);
            let budget = MAX_MESSAGE_BYTES.saturating_sub(held).max(MIN_TAG_BYTES);
            let next = tags.next(&mut buffer, budget);
            self.damaged = tags.damaged();
            match next {
                Err(error) => {
                    self.cut(sink)?;
                    return Err(error.into());
                }
                Ok(Next::Passed(reason)) => self.passed(reason, sink),
                Ok(Next::Event(Event::Eof)) => return self.cut(sink),
                Ok(Next::Event(Event::Start(tag))) => self.open(&tag, sink)?,
                Ok(Next::Event(Event::Empty(tag))) => {
                    self.open(&tag, sink)?;
                    if tag.name().as_ref() == "mms" {
                        self.finish(sink)?;
                    }
                }
                Ok(Next::Event(Event::End(tag))) if tag.name().as_ref() == "mms" => self.finish(sink)?,
                Ok(Next::Event(Event::Text(text))) if !text.trim().is_empty() => {
                    sink.stray(At::Item(self.item), "text that belongs to no element");
                }
                Ok(Next::Event(_)) => {}
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        match tag.name().as_ref() {
            "smses" => declare(tag, sink),
            "calls" => {
                sink.facts.format = CALLS;
                declare(tag, sink);
            }
            "sms" => self.single(tag, text::message, sink)?,
            "call" => self.single(tag, call::event, sink)?,
            "mms" => {
                self.cut(sink)?;
                self.begin(sink);
                self.pending = Some(Mms::of(Attrs::of(tag)));
            }
            "parts" | "addrs" => {}
            name => match &mut self.pending {
                Some(mms) => mms.inner(name, tag, At::Item(self.item), sink),
                None => {
                    let name: String = name.chars().take(QUOTED_CHARS).collect();
                    sink.stray(At::Item(self.item), format!("the element \"{name}\" is no message"));
                }
            },
        }
        Ok(())
    }

    fn begin(&mut self, sink: &mut Sink<'_>) {
        self.item += 1;
        sink.saw();
    }

    /// Reads an element that is one record by itself.
    fn single(&mut self, tag: &BytesStart<'_>, read: ReadOne, sink: &mut Sink<'_>) -> Result<(), Fault> {
        self.cut(sink)?;
        self.begin(sink);
        match Attrs::of(tag).and_then(|attrs| read(attrs, self.owner, sink)) {
            Ok(mut message) => {
                self.mark(&mut message);
                sink.record(At::Item(self.item), Incoming { message, media: Vec::new() })
            }
            Err(reason) => {
                sink.skip(At::Item(self.item), reason);
                Ok(())
            }
        }
    }

    /// Says of a message that its bytes were not UTF-8, as far as the text shows it.
    fn mark(&self, message: &mut Message) {
        if self.damaged && message.text.contains(char::REPLACEMENT_CHARACTER) {
            message
                .annotations
                .push((annotation::ENCODING.into(), "bytes that are not UTF-8 were replaced".into()));
        }
    }

    /// What was too long, or no XML: an attachment of the MMS that is being read, or a message.
    fn passed(&mut self, reason: &'static str, sink: &mut Sink<'_>) {
        match self.pending {
            Some(_) => {
                sink.saw_attachments(1);
                sink.skip(At::Item(self.item), format!("an attachment or address: {reason}"));
            }
            None => {
                self.begin(sink);
                sink.skip(At::Item(self.item), reason);
            }
        }
    }

    /// Hands on the MMS that is being read, though its end tag is missing.
    fn cut(&mut self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        if self.pending.is_some() {
            sink.note(At::Item(self.item), "the end of the message is missing");
        }
        self.finish(sink)
    }

    fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let Some(mms) = self.pending.take() else { return Ok(()) };
        let at = At::Item(self.item);
        match mms.finish(self.owner, sink) {
            Ok(mut incoming) => {
                self.mark(&mut incoming.message);
                sink.record(at, incoming)
            }
            Err((reason, attachments)) => {
                for _ in 0..attachments {
                    sink.skip(at, "an attachment of a message that was skipped");
                }
                sink.skip(at, reason);
                Ok(())
            }
        }
    }
}

/// What makes a record of an element without inner ones; the second argument is the owner.
type ReadOne = fn(Attrs, Option<&str>, &mut Sink<'_>) -> Result<Message, &'static str>;

fn declare(tag: &BytesStart<'_>, sink: &mut Sink<'_>) {
    let count = Attrs::of(tag).ok().and_then(|mut attrs| attrs.take("count"));
    if let Some(count) = count.and_then(|count| count.parse().ok()) {
        sink.declare(count);
    }
}
