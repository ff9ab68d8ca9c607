//! `<call>`: an event.

use blackbox_format::message::{Message, annotation};

use super::{
    attrs::{Attrs, bounded},
    people::{People, Person},
    text,
};
use crate::importer::Sink;

const OWN: &str = "Me";

/// Makes an event of a `<call>`.
///
/// # Errors
/// It has no time.
pub(crate) fn event(
    mut attrs: Attrs,
    owner: Option<&str>,
    sink: &mut Sink<'_>,
) -> Result<Message, &'static str> {
    let mut message = text::begin(&mut attrs)?;
    message.event = Some("call".into());
    let hidden = |number: &String| number != "-1" && number != "-2";
    let people = People::of(attrs.take("number").filter(hidden), attrs.take("contact_name"));
    let other = people.other().map_or("an unknown number", Person::shown).to_owned();
    let own = owner.unwrap_or(OWN).to_owned();
    let kind = attrs.written("type").unwrap_or_default();
    let words = words(&kind).unwrap_or_else(|| {
        sink.unknown("type");
        message.annotations.push((format!("{}:type", annotation::RAW), bounded(kind.clone())));
        "Call with"
    });
    let (from, to) = if kind == "2" { (&own, &other) } else { (&other, &own) };
    message.text = format!("{words} {other}");
    if let Some(seconds) = attrs.take("duration") {
        message.text.push_str(&format!(", {seconds} seconds"));
        message.annotations.push(("duration-seconds".into(), seconds));
    }
    message.annotations.push((annotation::SENDER.into(), from.clone()));
    message.to = vec![to.clone()];
    message.names = people.names(&own, None);
    message.chat = people.other().map(|person| person.shown().to_owned());
    presentation(&mut attrs, &mut message);
    text::facts(FACTS, &mut attrs, &mut message);
    text::leftover(attrs, &mut message, sink);
    Ok(message)
}

const FACTS: &[(&str, &str, &[&str])] = &[
    ("subscription_id", "sub-id", &[]),
    ("subscription_component_name", "subscription", &[]),
    ("post_dial_digits", "post-dial-digits", &[]),
];

/// What kind of call it was, to be followed by the other's name.
fn words(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "1" => "Incoming call from",
        "2" => "Outgoing call to",
        "3" => "Missed call from",
        "4" => "Voicemail from",
        "5" => "Rejected call from",
        "6" => "Blocked call from",
        "7" => "Call answered on another device, from",
        _ => return None,
    })
}

/// Whether the caller showed their number.
fn presentation(attrs: &mut Attrs, message: &mut Message) {
    let shown = attrs.take("presentation").unwrap_or_default();
    let name = match &shown[..] {
        "" | "1" => return,
        "2" => "restricted",
        "3" => "unknown",
        "4" => "payphone",
        other => other,
    };
    message.annotations.push(("presentation".into(), name.to_owned()));
}
