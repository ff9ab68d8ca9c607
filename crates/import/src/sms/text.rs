//! `<sms>`: a message without attachments; and what it has in common with `<mms>`.

use blackbox_format::message::{Message, annotation};

use super::{
    attrs::{Attrs, bounded},
    people::{People, Way},
};
use crate::{bounded::MAX_TEXT_BYTES, importer::Sink};

const PLATFORM: &str = "sms";

/// What the phone's database says of a message, by the app's name, ours, and the values that say nothing.
type Fact = (&'static str, &'static str, &'static [&'static str]);

const FACTS: &[Fact] = &[
    ("protocol", "protocol", &["0"]),
    ("toa", "toa", &[]),
    ("sc_toa", "sc-toa", &[]),
    ("service_center", "service-center", &[]),
    ("read", "read", &["1"]),
    ("status", "status", &["-1"]),
    ("locked", "locked", &["0"]),
    ("date_sent", "date-sent", &["0"]),
    ("sub_id", "sub-id", &["-1"]),
];

/// Makes a message of an `<sms>`.
///
/// # Errors
/// It has no time, or is too long.
pub(crate) fn message(
    mut attrs: Attrs,
    owner: Option<&str>,
    sink: &mut Sink<'_>,
) -> Result<Message, &'static str> {
    let mut message = begin(&mut attrs)?;
    let way = way(attrs.written("type"), "type", &mut message, sink);
    let body = attrs.written("body");
    message.text = text(body, &mut message)?;
    if let Some(subject) = attrs.take("subject") {
        message.annotations.push((annotation::SUBJECT.into(), subject));
    }
    facts(FACTS, &mut attrs, &mut message);
    let people = People::of(attrs.take("address"), attrs.take("contact_name"));
    people.write(way, owner, &mut message);
    leftover(attrs, &mut message, sink);
    Ok(message)
}

/// A message with its time.
pub(crate) fn begin(attrs: &mut Attrs) -> Result<Message, &'static str> {
    let millis = attrs.take("date").ok_or("\"date\" is missing")?;
    let time = millis.trim().parse().map_err(|_| "\"date\" is not a number of milliseconds")?;
    Ok(Message {
        time,
        written_time: attrs.take("readable_date").unwrap_or(millis),
        platform: PLATFORM.into(),
        ..Message::default()
    })
}

/// Which way the message went, and what became of it.
pub(crate) fn way(kind: Option<String>, key: &str, message: &mut Message, sink: &mut Sink<'_>) -> Way {
    let state = match kind.as_deref() {
        Some("1") => return Way::Received,
        Some("2") => return Way::Sent,
        Some("3") => "draft",
        Some("4") => "outbox",
        Some("5") => "failed",
        Some("6") => "queued",
        None => return Way::Received,
        Some(other) => {
            sink.unknown(key);
            message.annotations.push((format!("{}:{key}", annotation::RAW), bounded(other.to_owned())));
            return Way::Received;
        }
    };
    message.annotations.push(("state".into(), state.into()));
    Way::Sent
}

/// The text. Where the database has none, the app writes "null"; somebody may have written that, so it is said.
fn text(body: Option<String>, message: &mut Message) -> Result<String, &'static str> {
    match body {
        Some(body) if body == "null" => {
            message.annotations.push(("body".into(), body));
            Ok(String::new())
        }
        Some(body) if body.len() > MAX_TEXT_BYTES => Err("its text is longer than 16 MiB"),
        body => Ok(body.unwrap_or_default()),
    }
}

/// Keeps what the phone's database says, where it says something.
pub(crate) fn facts(facts: &[Fact], attrs: &mut Attrs, message: &mut Message) {
    for (key, name, nothing) in facts {
        if let Some(value) = attrs.take(key)
            && !nothing.contains(&&value[..])
        {
            message.annotations.push(((*name).into(), bounded(value)));
        }
    }
}

/// Keeps what is not understood.
pub(crate) fn leftover(attrs: Attrs, message: &mut Message, sink: &mut Sink<'_>) {
    if let Some(fault) = attrs.fault {
        message.annotations.push((annotation::ENCODING.into(), fault.into()));
    }
    for (key, value) in attrs.rest() {
        let key = bounded(key);
        sink.unknown(&key);
        message.annotations.push((format!("{}:{key}", annotation::RAW), bounded(value)));
    }
}
