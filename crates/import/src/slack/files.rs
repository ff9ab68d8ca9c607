//! Files that messages mention, and where tools that save them put their bytes.

use blackbox_format::message::{AttachmentText, Media};
use serde_json::Value;

use super::people::text;
use crate::{
    importer::{At, Input, Sink},
    media::{file_name, stated},
};

/// How much of a file's name a note quotes.
const QUOTED_CHARS: usize = 200;

/// The files of a message and of the messages that were shared in it.
pub(super) fn mentioned(message: &Value) -> Vec<&Value> {
    let mut all: Vec<&Value> = message["files"].as_array().into_iter().flatten().collect();
    // Exports of before 2018 have one file at most.
    if all.is_empty() && message["file"].is_object() {
        all.push(&message["file"]);
    }
    let cards = message["attachments"].as_array().into_iter().flatten();
    all.extend(cards.filter_map(|card| card["files"].as_array()).flatten());
    all
}

/// The attachment that a file is, with its bytes if they are there.
pub(super) fn media(file: &Value, room: &str, input: &Input<'_>) -> Media {
    let name = text(&file["name"]).or(text(&file["title"])).unwrap_or_default().to_owned();
    let mut media = Media::new(name.clone(), stated(text(&file["mimetype"]), &name));
    if let Some(id) = text(&file["id"]) {
        attach(&mut media, (id, file_name(&name)), room, input);
    }
    media
}

fn attach(media: &mut Media, (id, name): (&str, &str), room: &str, input: &Input<'_>) {
    let saved = format!("{id}-{name}");
    let _ = input.attach(media, &format!("attachments/{saved}"))
        || input.attach(media, &format!("{room}/{saved}"))
        || input.attach_around(media, &format!("__uploads/{id}/{name}"))
        || input.attach_beside(media, &format!("../attachments/{saved}"));
}

/// Says that the bytes of a file are missing, unless the export says itself that it has none.
pub(super) fn note(file: &Value, media: &Media, at: At, sink: &mut Sink<'_>) {
    if media.content.is_none() && !matches!(file["mode"].as_str(), Some("tombstone" | "hidden_by_limit")) {
        let name: String = media.name.chars().take(QUOTED_CHARS).collect();
        sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
    }
}

/// The text of a file as far as the export has it: of a mail or a snippet, or what a recording says.
pub(super) fn shown(number: u64, file: &Value) -> Vec<AttachmentText> {
    let spoken = &file["transcription"]["preview"]["content"];
    let texts = [
        (
            "document",
            text(&file["plain_text"]).or(text(&file["preview_plain_text"])).or(text(&file["preview"])),
        ),
        ("transcript", text(spoken)),
    ];
    let texts = texts.into_iter().filter_map(|(origin, text)| Some((origin, text?)));
    texts
        .map(|(origin, text)| AttachmentText { attachment: number, origin: origin.into(), text: text.into() })
        .collect()
}

/// Further facts about a file: its title if that is not its name, its description, its address, that it is gone.
pub(super) fn facts(file: &Value, media: &Media) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<&str>| {
        facts.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    };
    add("file-title", text(&file["title"]).filter(|title| *title != media.name));
    add("file-description", text(&file["alt_txt"]));
    add("file-comment", text(&file["initial_comment"]["comment"]));
    add("file-address", text(&file["url_private"]).or(text(&file["permalink"])));
    match file["mode"].as_str() {
        Some("tombstone") => add("file-deleted", Some(text(&file["id"]).unwrap_or_default())),
        Some("hidden_by_limit") => add("file-hidden", Some(text(&file["id"]).unwrap_or_default())),
        _ => {}
    }
    facts
}
