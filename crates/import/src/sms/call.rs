//! `<call>`: an event.

use blackbox_format::message::{Message, annotation};

use super::{
    attrs::Attrs,
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
    let (words, from, to) = match &kind[..] {
        "1" => ("Incoming call from", &other, &own),
        "2" => ("Outgoing call to", &own, &other),
        "3" => ("Missed call from", &other, &own),
        "4" => ("Voicemail from", &other, &own),
        "5" => ("Rejected call from", &other, &own),
        "6" => ("Blocked call from", &other, &own),
        "7" => ("Call answered on another device, from", &other, &own),
        _ => {
            sink.unknown("type");
            message.annotations.push((format!("{}:type", annotation::RAW), kind.clone()));
            ("Call with", &other, &own)
        }
    };
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
