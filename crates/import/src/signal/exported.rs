//! What signal-export writes of Signal Desktop: a folder a chat, with `data.json` (a JSON object a line), `chat.md`,
//! which says the same again, `index.html`, which does so too, and `media/`.

use blackbox_format::message::{Incoming, Media, annotation};
use serde_json::{Map, Value};

use super::{backup::fault, draft::Draft, markdown};
use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, File, Importer, Input, Sink, Unit},
    lines::{Next, TOO_LONG},
    media::{file_name, type_of},
    time::{Moment, rfc3339},
};

/// What signal-export writes.
pub(crate) struct Exported;

const JSON: &str = "signal-export-json";
const MARKDOWN: &str = "signal-export-markdown";

const FORMATS: &[Format] = &[
    Format {
        platform: "Signal",
        form: "signal-export: a folder a chat with data.json and media",
        format: JSON,
        kept: "time, sender, chat, text, quotes, reactions, stickers, attachments, calls, deletions",
        lost: "recipients, ids, edits, notices of the chat: signal-export does not write them; the names of chats \
               have lost all but letters and digits",
    },
    Format {
        platform: "Signal",
        form: "signal-export without data.json: a folder a chat with chat.md and media",
        format: MARKDOWN,
        kept: "time, sender, chat, text, quotes, reactions, stickers, attachments, deletions",
        lost: "recipients, ids, edits, notices of the chat: signal-export does not write them; a line of a text that \
               looks like the beginning of a message, after a blank one, is taken for one",
    },
];

impl Importer for Exported {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match is_json(head) || markdown::is_chat(head.text()) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Folder
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let is_json = |file: &File<'_>| file.name().ends_with(".json");
        let json = input.files().any(|file| is_json(&file));
        sink.facts.format = if json { JSON } else { MARKDOWN };
        if input.names().iter().any(|name| name == "index.html") {
            input.beside("index.html");
        }
        for file in input.files() {
            sink.enter(file);
            let read = match (is_json(&file), json) {
                (true, _) => lines(file, input, sink),
                (false, false) => markdown::read(file, input, sink),
                (false, true) => {
                    sink.reject("it says again what data.json says");
                    Ok(())
                }
            };
            sink.survive(read)?;
        }
        Ok(())
    }
}

fn is_json(head: &Head) -> bool {
    let object = head.lines().next().and_then(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
    let keys = ["date", "sender", "body", "quote", "sticker", "reactions", "attachments"];
    object.is_some_and(|object| keys.iter().all(|key| object.contains_key(*key)))
}

fn lines(file: File<'_>, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut lines = file.lines()?;
    while let Some(next) = lines.next()? {
        let (number, read) = match next {
            Next::TooLong { number } => (number, Err(TOO_LONG.to_owned())),
            Next::Line(line) if line.text.trim().is_empty() => continue,
            Next::Line(line) => {
                let damaged = line.damaged();
                let read = serde_json::from_str(&line.text).map_err(|error| fault(&error));
                (
                    line.number,
                    read.and_then(|object| parse(object, input)).map(|mut parsed| {
                        if damaged {
                            parsed.draft.annotate(annotation::ENCODING, "not UTF-8, replaced by U+FFFD");
                        }
                        parsed
                    }),
                )
            }
        };
        sink.saw();
        match read {
            Ok(parsed) => deliver(parsed, number.into(), input, sink)?,
            Err(reason) => sink.skip(number, reason),
        }
    }
    Ok(())
}

/// A message of signal-export's, and the paths of its attachments.
pub(super) struct Parsed {
    pub(super) draft: Draft,
    /// Names and paths, as they are written.
    pub(super) files: Vec<(String, String)>,
    pub(super) zoneless: bool,
}

/// Looks the attachments up and hands the message on.
pub(super) fn deliver(parsed: Parsed, at: At, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let Parsed { draft, files, zoneless } = parsed;
    sink.facts.zoneless |= zoneless;
    draft.unknown.iter().for_each(|key| sink.unknown(key));
    sink.saw_attachments(files.len());
    let mut media = Vec::with_capacity(files.len());
    for (name, path) in files {
        let mut one = Media::new(name.clone(), type_of(&name));
        // Blanks are written `%20` in paths, so that Markdown takes them for one.
        let plain = path.replace("%20", " ");
        if ![path, plain].iter().any(|path| input.attach_beside(&mut one, path.trim_start_matches("./"))) {
            let name: String = name.chars().take(200).collect();
            sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
        }
        media.push(one);
    }
    sink.record(at, Incoming { message: draft.message, media })
}

/// The draft of a message of the chat that has the folder's name.
pub(super) fn draft_of(time: &str, sender: &str, input: &Input<'_>) -> Result<(Draft, bool), String> {
    let Moment { millis, zoneless } =
        rfc3339(&time.replacen(", ", " ", 1), &input.options.timezone).ok_or("the date is not one")?;
    let mut draft = Draft::new();
    draft.message.time = millis;
    draft.message.written_time = time.to_owned();
    draft.message.from = sender.to_owned();
    // The folder that the file lies in, or the zip.
    draft.message.chat = input.titles().get(1).map(|title| title.trim_end_matches(".zip").to_owned());
    if draft.message.chat.as_deref() == Some(sender) {
        draft.message.to = vec!["Me".to_owned()];
    }
    Ok((draft, zoneless))
}

fn parse(mut object: Map<String, Value>, input: &Input<'_>) -> Result<Parsed, String> {
    let mut text = |key: &str| match object.get_mut(key) {
        Some(Value::String(text)) => Some(std::mem::take(text)),
        _ => None,
    };
    let date = text("date").ok_or("\"date\" is not a text")?;
    let sender = text("sender").ok_or("\"sender\" is not a text")?;
    let (mut draft, zoneless) = draft_of(&date, &sender, input)?;
    let body = text("body").unwrap_or_default();
    // Two blanks after each text are signal-export's own.
    draft.message.text = body.strip_suffix("  ").unwrap_or(&body).to_owned();
    if let Some(quote) = text("quote").filter(|quote| !quote.trim().is_empty()) {
        draft.annotate(annotation::REPLY_TEXT, markdown::unquoted(&quote));
    }
    let mut files = attachments(&mut object);
    reactions(&mut object, &mut draft);
    sticker(&mut object, &mut draft, &mut files);
    kind(&mut object, &mut draft);
    object.retain(|_, value| !is_empty(value));
    draft.keep_map("", object);
    Ok(Parsed { draft, files, zoneless })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What is no message: a deletion, a call.
fn kind(object: &mut Map<String, Value>, draft: &mut Draft) {
    let flag = |object: &mut Map<String, Value>, key: &str| {
        let set = object.get(key) == Some(&Value::Bool(true));
        set.then(|| object.remove(key)).is_some()
    };
    let (deleted, call, missed) = (flag(object, "deleted"), flag(object, "call"), flag(object, "missed"));
    if missed {
        draft.annotate("missed", "true");
    }
    if deleted && draft.message.text.is_empty() {
        markdown::delete(draft);
    } else if deleted {
        draft.annotate(annotation::DELETED, "");
    } else if call {
        let text = std::mem::take(&mut draft.message.text);
        draft.event("call", text);
        let sender = std::mem::take(&mut draft.message.from);
        draft.annotate(annotation::SENDER, sender);
    }
}

/// `[{"name": .., "path": ..}]`; anything else in the list stays.
fn attachments(object: &mut Map<String, Value>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    if let Some(Value::Array(list)) = object.get_mut("attachments") {
        list.retain(|one| match (one.get("path").and_then(Value::as_str), one.get("name")) {
            (Some(path), name) => {
                let name = name.and_then(Value::as_str).unwrap_or_else(|| file_name(path));
                files.push((name.to_owned(), path.to_owned()));
                false
            }
            _ => true,
        });
    }
    files
}

/// `[["Ada", "👍"]]`; anything else in the list stays.
fn reactions(object: &mut Map<String, Value>, draft: &mut Draft) {
    if let Some(Value::Array(list)) = object.get_mut("reactions") {
        list.retain(|one| {
            let part = |at: usize, key: &str| one.get(at).or_else(|| one.get(key)).and_then(Value::as_str);
            match (part(0, "name"), part(1, "emoji")) {
                (Some(name), Some(emoji)) => {
                    draft.annotate(annotation::REACTION, format!("{emoji} {name}"));
                    false
                }
                _ => true,
            }
        });
    }
}

/// A sticker's emoji, or the sticker with its pack, which lies beside the chats.
fn sticker(object: &mut Map<String, Value>, draft: &mut Draft, files: &mut Vec<(String, String)>) {
    let emoji = match object.remove("sticker") {
        Some(Value::String(emoji)) => emoji,
        Some(Value::Object(sticker)) => {
            let text = |key: &str| sticker.get(key).and_then(Value::as_str).unwrap_or_default();
            if !text("extension").is_empty() {
                let name = format!("{}.{}", text("id"), text("extension"));
                files.push((name.clone(), format!("../exported_stickers/{}/{name}", text("packId"))));
            }
            draft.annotate("sticker-pack", format!("{} {}", text("packId"), text("id")));
            match text("emoji") {
                "" => "sticker".to_owned(),
                emoji => emoji.to_owned(),
            }
        }
        Some(other) => {
            object.insert("sticker".into(), other);
            return;
        }
        None => return,
    };
    if !emoji.is_empty() {
        draft.annotate("sticker", emoji.clone());
        if draft.message.text.is_empty() {
            draft.message.text = emoji;
        }
    }
}
