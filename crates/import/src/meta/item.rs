//! One message of Facebook or Instagram.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use serde_json::Value;

use crate::{
    fields::{Fields, note, raw, refuse},
    importer::{At, Fault, Sink},
    media::{file_name, type_of},
    people::{Person, address},
};

use super::{Thread, mojibake, notice};

/// The keys of a message that list attachments.
const LISTS: [&str; 5] = ["photos", "videos", "audio_files", "gifs", "files"];

/// Kinds of messages that their contents tell as well.
const TYPES: [&str; 6] = ["Generic", "Share", "Call", "Subscribe", "Unsubscribe", "Payment"];
/// What is not kept of an attachment beside its address.
const DROPPED: [&str; 7] = [
    "uri",
    "creation_timestamp",
    "thumbnail",
    "media_path_INTERNAL",
    "type_INTERNAL",
    "backup_uri",
    "ai_stickers",
];

/// Hands on the message that `fields` has.
pub(super) fn read(
    thread: &Thread<'_, '_>,
    at: At,
    fields: Fields,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let mut fields = fields.mended(mojibake::repair);
    let files = files(&mut fields);
    let Some((time, written_time)) = time(&mut fields) else {
        refuse(sink, at, files.len(), "the message has no time that can be read");
        return Ok(());
    };
    let sender = fields.text("sender_name").unwrap_or_default();
    let mut message = Message {
        time,
        written_time,
        chat: thread.title.clone(),
        text: fields.text("content").unwrap_or_default(),
        platform: thread.platform.slug().into(),
        ..Message::default()
    };
    let deletion = deletion(&mut fields);
    message.event = event(&fields, &files, &sender, &mut message.text);
    if let Some(why) = deletion {
        if message.text.is_empty() && files.is_empty() && !fields.has("share") {
            message.event = Some("deleted".into());
            message.text = format!("message {why}");
        }
        note(&mut message, annotation::DELETED, why);
    }
    let sender = Person::of([Some(sender)]);
    address(&mut message, &sender, thread.members.iter().filter(|member| !member.is(&sender)));
    facts(thread, &mut fields, &mut message);
    share(&mut fields, &mut message, sink);
    reactions(fields.list("reactions"), &mut message, sink);
    // Internal numbers are 0 in all exports that are known.
    fields.drop(&["sender_id_INTERNAL"]);
    let media = media(thread, (at, files), &mut message, sink);
    fields.keep("", &mut message, sink);
    sink.record(at, Incoming { message, media })
}

/// Milliseconds; exports of before 2018 have seconds.
fn time(fields: &mut Fields) -> Option<(i64, String)> {
    let millis = fields.number("timestamp_ms").map(|millis| (millis, millis.to_string()));
    let seconds = || fields.number("timestamp").map(|time| (time.saturating_mul(1000), time.to_string()));
    millis.or_else(seconds)
}

/// Whether, and how, the message was taken away.
fn deletion(fields: &mut Fields) -> Option<&'static str> {
    let unsent = fields.flag("is_unsent") | fields.flag("is_unsent_image_by_messenger_kid_parent");
    match fields.flag("is_taken_down") {
        true => Some("taken down"),
        false => unsent.then_some("unsent"),
    }
}

/// The kind of event, if it is one. An event without a text gets one.
fn event(fields: &Fields, files: &[File], sender: &str, text: &mut String) -> Option<String> {
    let kind = fields.peek("type").unwrap_or_default().to_owned();
    let mut told = |sentence: String| {
        if text.is_empty() {
            *text = sentence;
        }
    };
    let people = names(fields.peek_list("users"));
    let slug = match &kind[..] {
        "Subscribe" => {
            told(format!("{sender} added {}", people.join(", ")));
            "added"
        }
        "Unsubscribe" if people.is_empty() || people == [sender] => {
            told(format!("{sender} left"));
            "left"
        }
        "Unsubscribe" => {
            told(format!("{sender} removed {}", people.join(", ")));
            "removed"
        }
        _ if kind == "Call" || fields.has("call_duration") || fields.has("missed") => {
            told(call(fields));
            "call"
        }
        "Payment" => {
            told("payment".into());
            "payment"
        }
        _ if files.is_empty() && !fields.has("share") => notice::kind(text, sender)?,
        _ => return None,
    };
    Some(slug.to_owned())
}

fn call(fields: &Fields) -> String {
    match (fields.peek_flag("missed"), fields.peek_number("call_duration")) {
        (Some(true), _) => "missed call".into(),
        (_, Some(seconds)) if seconds > 0 => format!("call of {seconds} seconds"),
        _ => "call".into(),
    }
}

fn names(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(|one| one.get("name")?.as_str()).map(str::to_owned).collect()
}

/// Further facts.
fn facts(thread: &Thread<'_, '_>, fields: &mut Fields, message: &mut Message) {
    let kind = fields.name("type").filter(|kind| !TYPES.contains(&&kind[..]));
    if let Some(kind) = kind {
        note(message, "type", kind);
    }
    if let Some(path) = &thread.path {
        note(message, "thread", path);
    }
    for name in names(fields.peek_list("users")) {
        note(message, "member", name);
    }
    if fields.peek_list("users").iter().all(|one| one.get("name").is_some_and(Value::is_string)) {
        fields.drop(&["users"]);
    }
    if let Some(seconds) = fields.number("call_duration") {
        note(message, "call-seconds", seconds.to_string());
    }
    if fields.flag("missed") {
        note(message, "call", "missed");
    }
    if let Some(ip) = fields.name("ip") {
        note(message, "ip", ip);
    }
    if fields.flag("is_geoblocked_for_viewer") {
        note(message, "hidden", "geoblocked for viewer");
    }
}

/// What was shared is the text of a message that has none.
fn share(fields: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) {
    let Some(mut share) = fields.object("share") else { return };
    let told: Vec<String> = ["link", "share_text"].into_iter().filter_map(|key| share.name(key)).collect();
    let told = told.join("\n");
    if message.text.is_empty() {
        message.text = told;
    } else if !told.is_empty() {
        note(message, "share", told);
    }
    for (key, name) in [
        ("original_content_owner", "share-owner"),
        ("profile_share_username", "share-profile"),
        ("profile_share_name", "share-name"),
    ] {
        if let Some(text) = share.name(key) {
            note(message, name, text);
        }
    }
    share.keep("share", message, sink);
}

/// Writes down who reacted, and how.
pub(crate) fn reactions(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    for value in list {
        let Some(mut reaction) = Fields::of(value.clone()) else {
            raw("reactions", &value, message, sink);
            continue;
        };
        let (sign, actor) = (reaction.text("reaction"), reaction.text("actor"));
        let told = format!("{} {}", sign.unwrap_or_default(), actor.unwrap_or_default());
        if let Some(when) = reaction.id("timestamp") {
            note(message, "reaction-time", format!("{when} {told}"));
        }
        note(message, annotation::REACTION, told);
        reaction.keep("reactions", message, sink);
    }
}

/// An attachment that a message mentions.
struct File {
    /// The key that lists it.
    key: &'static str,
    uri: Option<String>,
    /// What else is said of it.
    rest: Value,
}

fn files(fields: &mut Fields) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for key in LISTS {
        files.extend(fields.list(key).into_iter().map(|value| File::of(key, value)));
    }
    if fields.peek_value("sticker").is_some_and(|value| value.get("uri").is_some_and(Value::is_string)) {
        files.extend(fields.value("sticker").map(|value| File::of("sticker", value)));
    }
    files
}

impl File {
    fn of(key: &'static str, mut rest: Value) -> File {
        let mut uri = None;
        if let Value::Object(map) = &mut rest {
            uri = map.get("uri").and_then(Value::as_str).filter(|uri| !uri.is_empty()).map(str::to_owned);
            DROPPED.iter().for_each(|key| drop(map.remove(*key)));
        }
        File { key, uri, rest }
    }
}

fn media(
    thread: &Thread<'_, '_>,
    (at, files): (At, Vec<File>),
    message: &mut Message,
    sink: &mut Sink<'_>,
) -> Vec<Media> {
    sink.saw_attachments(files.len());
    let mut media = Vec::with_capacity(files.len());
    for file in files {
        raw(file.key, &file.rest, message, sink);
        let Some(uri) = file.uri else {
            sink.skip(at, "an attachment without an address");
            continue;
        };
        let name = file_name(&uri).split('?').next().unwrap_or_default();
        let mut one = Media::new(name, media_type(file.key, name));
        if !(thread.input.attach_around(&mut one, &uri) || thread.input.attach(&mut one, inner(&uri))) {
            let name: String = name.chars().take(200).collect();
            sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
        }
        media.push(one);
    }
    media
}

/// Recordings end in `.mp4`, like videos.
fn media_type(key: &str, name: &str) -> String {
    let suggested = type_of(name);
    match (key, suggested.strip_prefix("video/")) {
        ("audio_files", Some(kind)) => format!("audio/{kind}"),
        _ => suggested,
    }
}

/// The address as seen from the thread's own folder: its last folder and name.
fn inner(uri: &str) -> &str {
    uri.rmatch_indices('/').nth(1).map_or(uri, |(slash, _)| &uri[slash + 1..])
}
