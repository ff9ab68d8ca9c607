//! JSON Lines, written out as programs write them, are read back as they were.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/json.rs"]
mod json_exports;
#[path = "common/words.rs"]
mod words;

use std::path::Path;

use blackbox_format::message::Incoming;
use common::{import, options};
use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use json_exports::{folder, notes, write};
use proptest::prelude::*;
use serde_json::{Value, json};
use words::words;

/// A message that is to be written.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    millis: i64,
    from: String,
    text: String,
    to: Vec<String>,
    chat: Option<String>,
    id: Option<String>,
    event: Option<String>,
    /// Names and bytes.
    files: Vec<(String, Vec<u8>)>,
    /// A key that the form does not know.
    mood: Option<String>,
}

/// How a line is written.
#[derive(Debug, Clone)]
struct Style {
    /// Minutes east of Greenwich; none where the time does not say.
    offset: Option<i32>,
    /// Whether characters beyond ASCII are escaped.
    ascii: bool,
    crlf: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let event = prop::sample::select(vec!["joined", "left", "deleted", "number-changed", "notice"]);
    let files =
        prop::collection::vec(("[a-zéש ]{1,8}\\.bin", prop::collection::vec(any::<u8>(), 1..40)), 0..3);
    let people = (words(), prop::collection::vec(words(), 0..4), prop::option::of(words()));
    let rest = (prop::option::of(words()), prop::option::weighted(0.2, event), prop::option::of(words()));
    // Until 2199.
    (0i64..7_250_000_000_000, people, words(), rest, files).prop_map(
        |(millis, (from, to, chat), text, (id, event, mood), files)| Said {
            millis,
            from,
            text,
            to,
            chat,
            id,
            event: event.map(str::to_owned),
            files,
            mood,
        },
    )
}

fn style() -> impl Strategy<Value = Style> {
    (prop::option::of(-720i32..=840), any::<bool>(), any::<bool>()).prop_map(|(offset, ascii, crlf)| Style {
        offset,
        ascii,
        crlf,
    })
}

impl Style {
    fn zone(&self) -> TimeZone {
        match self.offset {
            Some(minutes) => Offset::from_seconds(minutes * 60).unwrap().to_time_zone(),
            None => options(None).timezone,
        }
    }

    /// The time with its offset or without; one of the local times that come twice means the first of them.
    fn time(&self, said: &mut Said) -> String {
        let zoned = Timestamp::from_millisecond(said.millis).unwrap().to_zoned(self.zone());
        if self.offset.is_some() {
            return zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
        }
        said.millis = self.zone().to_timestamp(zoned.datetime()).unwrap().as_millisecond();
        zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
    }

    fn line(&self, value: &Value) -> String {
        let mut units = [0; 2];
        let escaped = |letter: char| match letter.is_ascii() || !self.ascii {
            true => letter.to_string(),
            false => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        };
        let end = if self.crlf { "\r\n" } else { "\n" };
        value.to_string().chars().map(escaped).collect::<String>() + end
    }
}

/// The object for a message, whose files are put beside it.
fn object(said: &Said, time: &str, number: usize, folder: &Path) -> Value {
    let mut object = json!({"time": time, "from": said.from, "text": said.text, "platform": "Work Chat"});
    let mut set = |key: &str, value: Value| object[key] = value;
    if !said.to.is_empty() {
        set("to", json!(said.to));
    }
    for (key, value) in [("chat", &said.chat), ("id", &said.id), ("event", &said.event), ("mood", &said.mood)]
    {
        value.iter().for_each(|value| set(key, json!(value)));
    }
    let attachment = |(part, (name, bytes)): (usize, &(String, Vec<u8>))| {
        let path = format!("media/{number} {part}.bin");
        write(folder, &path, bytes);
        json!({"path": path, "name": name, "type": "audio/ogg"})
    };
    if !said.files.is_empty() {
        set("attachments", said.files.iter().enumerate().map(attachment).collect());
    }
    object
}

/// The message that came back.
fn back(incoming: &Incoming) -> Said {
    let message = incoming.message.clone();
    let bytes = |media: &blackbox_format::message::Media| {
        let mut bytes = Vec::new();
        media.content.as_ref().unwrap().open().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    Said {
        millis: message.time,
        from: if message.is_event() { notes(incoming, "sender").concat() } else { message.from },
        text: message.text,
        to: message.to,
        chat: message.chat,
        id: message.source_id,
        event: message.event,
        files: incoming.media.iter().map(|media| (media.name.clone(), bytes(media))).collect(),
        mood: notes(incoming, "mood").first().map(|json| serde_json::from_str(json).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn messages_are_read_back_as_they_were_written(all in prop::collection::vec((said(), style()), 1..12)) {
        let folder = folder(&[]);
        let (mut lines, mut expected, mut times) = (String::new(), Vec::new(), Vec::new());
        for (number, (mut said, style)) in all.into_iter().enumerate() {
            let time = style.time(&mut said);
            lines += &style.line(&object(&said, &time, number, folder.path()));
            expected.push(said);
            times.push(time);
        }
        write(folder.path(), "chat.jsonl", &lines);
        let (all, report) = import(folder.path());
        prop_assert_eq!(all.iter().map(back).collect::<Vec<_>>(), expected);
        for (incoming, time) in all.iter().zip(&times) {
            prop_assert_eq!((&incoming.message.written_time, &incoming.message.platform[..]), (time, "work-chat"));
            prop_assert!(incoming.media.iter().all(|media| media.media_type == "audio/ogg"));
        }
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
    }
}
