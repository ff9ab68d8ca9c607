//! One message of Google Chat.

use std::collections::HashSet;

use blackbox_format::message::{Incoming, Media, Message, annotation};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    fields::{Fields, json, note, raw, refuse},
    importer::{At, Fault, Sink},
    media::type_of,
    people::address,
    time::Moment,
};

use super::{Conversation, annotations, date, person, who};

const PLATFORM: &str = "google-chat";

/// The name of a file that people saw, and the one that the export gave it; `None` if it has neither.
type Attached = Option<(String, String)>;

/// Hands on the message that `fields` has.
pub(super) fn read(
    chat: &mut Conversation<'_, '_>,
    at: At,
    mut fields: Fields,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let versions = fields.list("previous_message_versions");
    let files = files(&mut fields, &versions);
    let Some((moment, written_time)) = time(&mut fields, &versions, &chat.input.options.timezone) else {
        refuse(sink, at, files.len(), "the message has no time that can be read");
        return Ok(());
    };
    sink.facts.zoneless |= moment.zoneless;
    let mut message = Message {
        time: moment.millis,
        written_time,
        chat: chat.name.clone(),
        text: fields.text("text").unwrap_or_default(),
        platform: PLATFORM.into(),
        source_id: fields.id("message_id"),
        ..Message::default()
    };
    deletion(&mut fields, &files, &mut message);
    annotations::keep(fields.list("annotations"), &mut message, sink);
    sender(chat, &mut fields, &mut message, sink);
    context(&mut fields, &mut message, sink);
    edits(&mut fields, versions, &chat.input.options.timezone, &mut message);
    reactions(fields.list("reactions"), &mut message, sink);
    fields.keep("", &mut message, sink);
    let media = media(chat, at, files, sink);
    sink.record(at, Incoming { message, media })
}

/// Who sent it, and who else was there.
fn sender(chat: &Conversation<'_, '_>, fields: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) {
    let mut creator = fields.object("creator").unwrap_or_default();
    let sender = chat.member(person(&mut creator));
    address(message, &sender, chat.others(&sender));
    if let Some(kind) = creator.name("user_type").filter(|kind| kind != "Human") {
        note(message, "sender-type", kind);
    }
    creator.keep("creator", message, sink);
}

/// When it was sent. Messages that were changed often have that only in their earliest version.
fn time(fields: &mut Fields, versions: &[Value], zone: &TimeZone) -> Option<(Moment, String)> {
    let read = |text: String| date::moment(&text, zone).map(|moment| (moment, text));
    if let Some(text) = fields.name("created_date") {
        return read(text);
    }
    let created = |version: &Value| version.get("created_date")?.as_str().map(str::to_owned);
    let earliest = versions.iter().filter_map(created).filter_map(read).min_by_key(|(time, _)| time.millis);
    earliest.or_else(|| {
        let later = ["updated_date", "deleted_date"].iter().filter_map(|key| fields.peek(key));
        later.map(str::to_owned).find_map(read)
    })
}

/// A deleted message is an event once nothing is left of it.
fn deletion(fields: &mut Fields, files: &[Attached], message: &mut Message) {
    let state = fields.name("message_state");
    let by = fields.object("deletion_metadata").and_then(|mut why| why.name("deletion_type"));
    let when = fields.name("deleted_date");
    let deleted = state.as_deref() == Some("DELETED") || by.is_some() || when.is_some();
    if let Some(state) = state.filter(|state| state != "DELETED") {
        note(message, "state", state);
    }
    if !deleted {
        return;
    }
    let told = [when, by].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if message.text.is_empty() && files.is_empty() {
        message.event = Some("deleted".into());
        message.text = "message deleted".into();
    }
    note(message, annotation::DELETED, told);
}

/// What it answers, and where it stands.
fn context(fields: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) {
    if let Some(topic) = fields.id("topic_id") {
        note(message, "topic", topic);
    }
    if let Some(upload) = fields.value("upload_metadata") {
        note(message, "upload", json(&upload));
    }
    let Some(mut quoted) = fields.object("quoted_message_metadata") else { return };
    if let Some(id) = quoted.id("message_id") {
        note(message, annotation::REPLY_TO, id);
    }
    if let Some(text) = quoted.name("text") {
        note(message, annotation::REPLY_TEXT, text);
    }
    let from = who(quoted.object("creator"));
    if !from.is_empty() {
        note(message, "reply-from", from);
    }
    for name in quoted.list("attached_files").iter().filter_map(file_name) {
        note(message, "reply-attachment", name.1);
    }
    quoted.drop(&["annotations"]);
    quoted.keep("quoted_message_metadata", message, sink);
}

/// When it was changed, and what it said before.
fn edits(fields: &mut Fields, versions: Vec<Value>, zone: &TimeZone, message: &mut Message) {
    if let Some(when) = fields.text("updated_date") {
        note(message, annotation::EDITED, when);
    }
    let mut earlier: Vec<(Option<i64>, String)> = Vec::new();
    for mut version in versions.into_iter().filter_map(Fields::of) {
        let when = version.name("updated_date").or(version.name("created_date"));
        let when = when.and_then(|text| date::moment(&text, zone)).map(|moment| moment.millis);
        if let Some(text) = version.name("text") {
            earlier.push((when, text));
        }
    }
    earlier.sort_by_key(|(when, _)| *when);
    for (_, text) in earlier {
        note(message, annotation::PREVIOUS_TEXT, text);
    }
}

fn reactions(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    for value in list {
        let Some(mut reaction) = Fields::of(value.clone()) else {
            raw("reactions", &value, message, sink);
            continue;
        };
        let mut emoji = reaction.object("emoji").unwrap_or_default();
        let sign = emoji.name("unicode").or_else(|| emoji.value("custom_emoji").map(|custom| json(&custom)));
        let sign = sign.unwrap_or_default();
        let people = reaction.list("reactor_emails");
        for who in people.iter().filter_map(Value::as_str) {
            note(message, annotation::REACTION, format!("{sign} {who}"));
        }
        if people.is_empty() {
            note(message, annotation::REACTION, format!("{sign} "));
        }
        reaction.keep("reactions", message, sink);
    }
}

/// The files that the message mentions, each by the name that people saw and the one that the export gave it; those
/// of earlier versions, too, where the message has them no more.
fn files(fields: &mut Fields, versions: &[Value]) -> Vec<Attached> {
    let mut files: Vec<_> = fields.list("attached_files").iter().map(file_name).collect();
    let mut known: HashSet<_> = files.iter().flatten().cloned().collect();
    let lists = versions.iter().filter_map(|version| version.get("attached_files")?.as_array());
    let earlier = lists.flatten().filter_map(file_name).filter(|file| known.insert(file.clone()));
    files.extend(earlier.map(Some));
    files
}

fn file_name(value: &Value) -> Attached {
    let text = |key: &str| value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (shown, exported) = (text("original_name"), text("export_name"));
    let guessed = || shown.as_ref().map(|name| format!("File-{name}"));
    let exported = exported.or_else(guessed)?;
    Some((shown.unwrap_or_else(|| exported.clone()), exported))
}

fn media(chat: &mut Conversation<'_, '_>, at: At, files: Vec<Attached>, sink: &mut Sink<'_>) -> Vec<Media> {
    sink.saw_attachments(files.len());
    let mut media = Vec::with_capacity(files.len());
    for file in files {
        let Some((shown, exported)) = file else {
            sink.skip(at, "an attachment without a name");
            continue;
        };
        let mut one = Media::new(&shown, type_of(&shown));
        let found = chat.disk.next(&exported);
        if !found.is_some_and(|name| chat.input.attach(&mut one, &name)) {
            sink.note(at, format!("attachment \"{}\" is not in the folder of the export", quoted(&exported)));
        }
        media.push(one);
    }
    media
}

/// A file name, as far as a reason quotes it.
fn quoted(name: &str) -> String {
    name.chars().take(200).collect()
}
