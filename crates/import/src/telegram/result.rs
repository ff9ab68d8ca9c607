//! The JSON file: one chat, or the chats of a whole account. It is read twice: first for who is in each chat and what
//! they are called, then for the messages.

use std::cell::Cell;

use blackbox_format::message::Incoming;
use serde_json::Value;

use super::{
    JSON_FORMAT,
    content::Mention,
    escape::Escapes,
    people::{Chat, Directory, MAX_CHATS, Person},
    record::{self, Context, Parsed},
    text::scalar,
};
use crate::{
    importer::{At, Fault, Input, Sink},
    json::{self, Take},
    media::file_name,
};

/// Where chats stand: the file itself, or lists of them.
const CHATS: &[&str] = &["", "chats.list[]", "chats[]", "left_chats.list[]", "left_chats[]"];
const AROUND: &[&str] =
    &["chats", "chats.list", "left_chats", "left_chats.list", "contacts", "contacts.list"];
/// How much of an attachment's name a note quotes.
const QUOTED_CHARS: usize = 200;

/// What of a chat stands at a path.
enum Part<'a> {
    Chat,
    Key(&'a str),
    None,
}

fn part(path: &str) -> Part<'_> {
    if CHATS.contains(&path) {
        return Part::Chat;
    }
    for chat in CHATS {
        let key = match chat.is_empty() {
            true => Some(path),
            false => path.strip_prefix(chat).and_then(|rest| rest.strip_prefix('.')),
        };
        if let Some(key @ ("name" | "type" | "id" | "messages" | "messages[]")) = key {
            return Part::Key(key);
        }
    }
    Part::None
}

/// Reads the file once, counting the chats as they begin.
fn walk(
    input: &Input<'_>,
    take: &mut dyn FnMut(usize, &str, Value) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let chats = Cell::new(0_usize);
    let choose = |path: &str| match part(path) {
        Part::Chat => {
            chats.set(chats.get().saturating_add(1));
            Take::Enter
        }
        Part::Key("messages") => Take::Enter,
        Part::Key(_) => Take::Whole,
        Part::None if AROUND.contains(&path) => Take::Enter,
        Part::None if path == "personal_information" || path == "contacts.list[]" => Take::Whole,
        Part::None => Take::Skip,
    };
    let reader = Escapes::new(input.file().text()?);
    json::stream(reader, &choose, &mut |path, value| take(chats.get(), path, value))
}

/// What the first reading gives.
struct Survey {
    /// In the order in which they begin.
    chats: Vec<Chat>,
    directory: Directory,
    /// For those beyond the most that are remembered.
    other: Chat,
}

impl Survey {
    fn of(input: &Input<'_>) -> Result<Survey, Fault> {
        let mut survey =
            Survey { chats: Vec::new(), directory: Directory::default(), other: Chat::default() };
        if let Some(name) = &input.options.owner {
            survey.directory.owner = Some(Person { name: name.clone(), id: None });
        }
        let read = walk(input, &mut |chat, path, value| {
            survey.take(chat, path, &value);
            Ok(())
        });
        // Damage is reported by the second reading, where it comes again.
        if let Err(Fault::Stopped) = read {
            return Err(Fault::Stopped);
        }
        let Survey { chats, directory, .. } = &mut survey;
        chats.iter_mut().for_each(|chat| chat.complete(directory));
        Ok(survey)
    }

    fn take(&mut self, chat: usize, path: &str, value: &Value) {
        match part(path) {
            Part::Key(key) if chat <= MAX_CHATS => {
                self.chats.resize_with(self.chats.len().max(chat), Chat::default);
                let Some(chat) = self.chats.get_mut(chat.wrapping_sub(1)) else { return };
                match (key, value) {
                    ("name", value) => chat.name = scalar(value).filter(|name| !name.is_empty()),
                    ("type", value) => chat.kind = scalar(value).filter(|kind| !kind.is_empty()),
                    ("id", value) => chat.id = scalar(value),
                    ("messages[]", Value::Object(message)) => chat.add(record::sender(message)),
                    _ => {}
                }
            }
            Part::None if path == "personal_information" => self.directory.personal(value),
            Part::None if path == "contacts.list[]" => self.directory.contact(value),
            _ => {}
        }
    }

    fn chat(&self, number: usize) -> &Chat {
        self.chats.get(number.wrapping_sub(1)).unwrap_or(&self.other)
    }
}

/// Reads the file.
pub(crate) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.facts.format = JSON_FORMAT;
    let survey = Survey::of(input)?;
    let mut item = 0_u64;
    walk(input, &mut |chat, path, value| {
        let at = match part(path) {
            Part::Key("messages[]") => {
                item += 1;
                sink.saw();
                At::Item(item)
            }
            Part::Chat if !value.is_null() => {
                item += 1;
                sink.stray(At::Item(item), "a chat that is not an object");
                return Ok(());
            }
            Part::Key("messages") if !value.is_null() => {
                item += 1;
                sink.stray(At::Item(item), "\"messages\" is not a list");
                return Ok(());
            }
            _ => return Ok(()),
        };
        let context =
            Context { chat: survey.chat(chat), directory: &survey.directory, zone: &input.options.timezone };
        match record::parse(value, &context) {
            Ok(parsed) => deliver(parsed, at, input, sink),
            Err(reason) => {
                sink.skip(at, reason);
                Ok(())
            }
        }
    })
}

/// Looks the attachments up and hands the message on.
fn deliver(parsed: Parsed, at: At, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.facts.zoneless |= parsed.zoneless;
    parsed.unknown.iter().for_each(|key| sink.unknown(key));
    sink.saw_attachments(parsed.mentions.len());
    let mut message = parsed.message;
    let mut media = Vec::with_capacity(parsed.mentions.len());
    for Mention { media: mut one, place } in parsed.mentions {
        match place {
            Ok(path) if input.attach(&mut one, &path) => {}
            Ok(path) => missing(&path, at, sink),
            Err(reason) => message.annotations.push(("left-out".into(), reason)),
        }
        media.push(one);
    }
    sink.record(at, Incoming { message, media })
}

/// Says that a file is not there.
pub(crate) fn missing(path: &str, at: At, sink: &mut Sink<'_>) {
    let quoted: String = file_name(path).chars().take(QUOTED_CHARS).collect();
    sink.note(at, format!("attachment \"{quoted}\" is not in the folder of the export"));
}
