//! One event of a manifest to the message that it becomes.

use std::collections::HashSet;

use blackbox_format::message::{Incoming, Media, Message, annotation};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::{
    media::stated,
    time::{Moment, rfc3339},
};

use super::manifest::{Conversation, Manifest, custom, taken, text};

const PLATFORM: &str = "rsmf";
/// The most recipients that a message names.
const MAX_RECIPIENTS: usize = 32;
/// The most bytes of an annotation.
const MAX_ANNOTATION_BYTES: usize = 1 << 16;

/// An event.
pub(super) struct Event {
    pub(super) incoming: Incoming,
    /// Where the bytes of its attachments lie.
    pub(super) paths: Vec<String>,
    pub(super) unknown: Vec<String>,
    pub(super) zoneless: bool,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// Why it cannot become a message.
    pub(super) fn read(
        mut object: Map<String, Value>,
        manifest: &Manifest,
        zone: &TimeZone,
    ) -> Result<Event, String> {
        let written_time = taken(&mut object, "timestamp").ok_or("the event has no \"timestamp\"")?;
        let Moment { millis, zoneless } =
            rfc3339(written_time.trim(), zone).ok_or("\"timestamp\" is not an ISO 8601 time")?;
        let mut message = Message { time: millis, written_time, ..Message::default() };
        let sender = taken(&mut object, "participant");
        let conversation = taken(&mut object, "conversation");
        place(&mut message, (sender.as_deref(), conversation.as_deref()), manifest);
        message.source_id = taken(&mut object, "id");
        message.text = taken(&mut object, "body").unwrap_or_default();
        note(&mut message, annotation::REPLY_TO, taken(&mut object, "parent"));
        let (media, paths) = attachments(&mut object);
        kind(&mut message, &mut object, !media.is_empty());
        edits(&mut message, &mut object, manifest);
        reactions(&mut message, &mut object, manifest);
        receipts(&mut message, &mut object, manifest);
        note(&mut message, "importance", taken(&mut object, "importance").filter(|how| how != "normal"));
        note(&mut message, "direction", taken(&mut object, "direction"));
        if matches!(object.get("custom"), Some(Value::Array(_))) {
            for (name, value) in custom(object.remove("custom")) {
                note(&mut message, &format!("custom:{name}"), Some(value));
            }
        }
        note(&mut message, "collection", manifest.collection.clone());
        let unknown = keep(&mut message, object);
        Ok(Event { incoming: Incoming { message, media }, paths, unknown, zoneless })
    }
}

fn note(message: &mut Message, name: &str, value: Option<String>) {
    if let Some(mut value) = value {
        value.truncate(value.floor_char_boundary(MAX_ANNOTATION_BYTES));
        message.annotations.push((name.to_owned(), value));
    }
}

/// Who wrote it, to whom, and where.
fn place(message: &mut Message, (sender, conversation): (Option<&str>, Option<&str>), manifest: &Manifest) {
    let nowhere = Conversation::default();
    let found = conversation.and_then(|id| manifest.conversation(id));
    let place = found.unwrap_or(&nowhere);
    message.platform = place.platform.clone().unwrap_or_else(|| PLATFORM.into());
    message.chat = place.name.clone();
    message.from = sender.map(|id| manifest.name(id)).unwrap_or_default();
    let others: Vec<&str> = place.members.iter().map(|id| &id[..]).filter(|id| Some(*id) != sender).collect();
    if others.len() <= MAX_RECIPIENTS {
        message.to = others.iter().map(|id| manifest.name(id)).collect();
    }
    let mut seen = HashSet::new();
    let people = sender.into_iter().chain(others.into_iter().take(MAX_RECIPIENTS));
    message.names = people.filter(|id| seen.insert(*id)).filter_map(|id| manifest.names(id)).collect();
    for (name, value) in &place.facts {
        let value = if name == "custodian" { manifest.name(value) } else { value.clone() };
        note(message, name, Some(value));
    }
    if found.is_none() {
        note(message, "conversation", conversation.map(str::to_owned));
    }
}

/// Makes an event of what is no message, and of a message that is gone.
fn kind(message: &mut Message, object: &mut Map<String, Value>, has_media: bool) {
    let kind = taken(object, "type").unwrap_or_else(|| "message".into());
    let deleted = taken(object, "deleted").is_some_and(|truth| truth.eq_ignore_ascii_case("true"));
    let who = if message.from.is_empty() { "somebody".to_owned() } else { message.from.clone() };
    let (slug, words) = match &kind[..] {
        "message" if deleted && message.text.is_empty() && !has_media => {
            ("deleted", format!("a message of {who} was deleted"))
        }
        "message" => ("", String::new()),
        "join" => ("joined", format!("{who} joined")),
        "leave" => ("left", format!("{who} left")),
        other => {
            note(message, "type", Some(kind.clone()));
            ("notice", format!("an event of the type \"{}\"", other.chars().take(40).collect::<String>()))
        }
    };
    if deleted && slug != "deleted" {
        note(message, annotation::DELETED, Some(String::new()));
    }
    if slug.is_empty() {
        return;
    }
    message.event = Some(slug.to_owned());
    if message.text.is_empty() {
        message.text = words;
    }
    let sender = std::mem::take(&mut message.from);
    note(message, annotation::SENDER, Some(sender).filter(|sender| !sender.is_empty()));
}

/// The objects of a list, which is taken out; anything else stays.
fn objects(object: &mut Map<String, Value>, key: &str) -> Vec<Map<String, Value>> {
    let all_objects = |list: &Vec<Value>| list.iter().all(Value::is_object);
    if !matches!(object.get(key), Some(Value::Array(list)) if all_objects(list)) {
        return Vec::new();
    }
    let Some(Value::Array(list)) = object.remove(key) else { return Vec::new() };
    list.into_iter()
        .filter_map(|value| if let Value::Object(object) = value { Some(object) } else { None })
        .collect()
}

fn attachments(object: &mut Map<String, Value>) -> (Vec<Media>, Vec<String>) {
    let one = |mut object: Map<String, Value>| {
        let display = taken(&mut object, "display").filter(|name| !name.is_empty());
        let path = taken(&mut object, "id").unwrap_or_default();
        let name = display.unwrap_or_else(|| path.clone());
        let by_name = stated(None, &name);
        let media_type = if by_name == stated(None, "") { stated(None, &path) } else { by_name };
        (Media::new(name, media_type), path)
    };
    objects(object, "attachments").into_iter().map(one).unzip()
}

/// The texts that the message had before.
fn edits(message: &mut Message, object: &mut Map<String, Value>, manifest: &Manifest) {
    let mut texts: Vec<String> = Vec::new();
    let mut last = None;
    for mut edit in objects(object, "edits") {
        for key in ["previous", "new"] {
            if let Some(text) = taken(&mut edit, key)
                && text != message.text
                && texts.last() != Some(&text)
            {
                texts.push(text);
            }
        }
        let when = taken(&mut edit, "timestamp").unwrap_or_default();
        let who = taken(&mut edit, "participant").map(|id| manifest.name(&id));
        note(message, "edited-by", who.filter(|who| *who != message.from));
        last = Some(when);
    }
    note(message, annotation::EDITED, last);
    texts.into_iter().for_each(|text| note(message, annotation::PREVIOUS_TEXT, Some(text)));
}

fn reactions(message: &mut Message, object: &mut Map<String, Value>, manifest: &Manifest) {
    for mut reaction in objects(object, "reactions") {
        let value = taken(&mut reaction, "value").unwrap_or_default();
        let people = match reaction.remove("participants") {
            Some(Value::Array(ids)) => ids.iter().filter_map(text).collect(),
            _ => Vec::new(),
        };
        let count = reaction.get("count").and_then(Value::as_u64).unwrap_or(0);
        let unnamed = count.saturating_sub(people.len() as u64);
        for id in &people {
            note(message, annotation::REACTION, Some(format!("{value} {}", manifest.name(id))));
        }
        match unnamed {
            0 if people.is_empty() => note(message, annotation::REACTION, Some(value)),
            0 => {}
            unnamed => note(message, annotation::REACTION, Some(format!("{value} ({unnamed} unnamed)"))),
        }
    }
}

/// Who received and read the message: `read Bo 2018-09-12T12:53:00`
fn receipts(message: &mut Message, object: &mut Map<String, Value>, manifest: &Manifest) {
    for mut receipt in objects(object, "read_receipts") {
        let action = taken(&mut receipt, "action").unwrap_or_else(|| "read".into());
        let who = taken(&mut receipt, "participant").map(|id| manifest.name(&id));
        let words = [Some(action), who, taken(&mut receipt, "timestamp")];
        note(message, "receipt", Some(words.into_iter().flatten().collect::<Vec<_>>().join(" ")));
    }
}

/// Keeps what was not understood as it is written, and says what that is.
fn keep(message: &mut Message, rest: Map<String, Value>) -> Vec<String> {
    let rest = rest.into_iter().filter(|(_, value)| !value.is_null());
    let keep = |(key, value): (String, Value)| {
        let key: String = key.chars().take(100).collect();
        note(message, &format!("{}:{key}", annotation::RAW), Some(value.to_string()));
        key
    };
    rest.map(keep).collect()
}
