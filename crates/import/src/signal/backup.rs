//! Signal's backups: frames of people, chats and messages, in protobuf or as JSON Lines.

use std::io::Read;

use blackbox_format::message::{Incoming, Media, annotation};
use serde_json::{Map, Value};

use super::{
    draft::{Draft, Role},
    fields::Fields,
    frames::{self, Frames},
    item,
    people::People,
    schema::{FRAME, INFO},
    wire,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, Importer, Input, Sink},
    lines::{self, TOO_LONG},
};

/// Signal's backups.
pub(crate) struct Backup;

const FRAMES: &str = "signal-backup";
const LINES: &str = "signal-jsonl";

const KEPT: &str = "time, sender, members of small groups, chat, text, edits, quotes, reactions, styles and mentions, \
                    times of sending, receipt and reading, disappearing timers, attachments, stickers, polls, contact \
                    cards, payments, calls, deletions, changes of groups, names, numbers and ids of people";

const FORMATS: &[Format] = &[
    Format {
        platform: "Signal",
        form: "decrypted backup: frames of protobuf",
        format: FRAMES,
        kept: KEPT,
        lost: "the bytes of attachments, which are not in it; sizes, previews and keys of attachments, colours, \
               settings, folders, notification profiles, sticker packs, times of reactions, payment receipts",
    },
    Format {
        platform: "Signal",
        form: "Settings > Chats > Export chat history: main.jsonl and the folder files",
        format: LINES,
        kept: KEPT,
        lost: "sizes, previews and keys of attachments, colours, settings, folders, notification profiles, sticker \
               packs, times of reactions, payment receipts",
    },
];

impl Importer for Backup {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match is_frames(head.bytes()) || is_lines(head) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut start = Vec::new();
        input.file().bytes()?.take(PROBED_BYTES as u64).read_to_end(&mut start)?;
        let people = People::new(input.options.owner.as_deref());
        let mut reading = Reading { input, sink, people };
        match is_frames(&start) {
            true => reading.frames(),
            false => reading.lines(),
        }
    }
}

/// How much of a file of frames is looked at.
const PROBED_BYTES: usize = 4096;
/// 2010-01-01 and 2200-01-01 in milliseconds: between them lies the time of every backup.
const BACKUP_TIMES: std::ops::Range<u64> = 1_262_304_000_000..7_258_118_400_000;

/// Whether bytes begin with a backup's header and, as far as they go, a frame of a known kind.
fn is_frames(mut bytes: &[u8]) -> bool {
    let cut = bytes.len() >= PROBED_BYTES;
    let Ok(length) = prost::encoding::decode_varint(&mut bytes) else { return false };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (header, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
    // Fields stand in the order of their numbers: the version, then the time. What is cut off comes after them.
    let mut start = header;
    let mut varint = |key: u8| {
        start = start.strip_prefix(&[key])?;
        prost::encoding::decode_varint(&mut start).ok()
    };
    let (version, time) = (varint(0x08), varint(0x10));
    let known = version.is_some_and(|version| (1..1000).contains(&version))
        && time.is_some_and(|time| BACKUP_TIMES.contains(&time));
    if !known || header.len() < length {
        return known && cut;
    }
    wire::decode(&INFO, header).is_ok() && starts_with_frame(rest)
}

fn starts_with_frame(mut rest: &[u8]) -> bool {
    if rest.is_empty() {
        return true;
    }
    let length = prost::encoding::decode_varint(&mut rest).unwrap_or(0);
    // A frame is one field of a message: its key has wire type 2.
    length == 0 || rest.first().is_some_and(|key| key & 7 == 2)
}

/// Whether a file begins with a line of a backup: its header, or a frame.
fn is_lines(head: &Head) -> bool {
    let Some(line) = head.lines().next().filter(|line| line.starts_with('{')) else { return false };
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(line) else { return false };
    let within = |key: &str, fields: &[&str]| {
        object.get(key).is_some_and(|value| fields.iter().any(|field| value.get(field).is_some()))
    };
    let header = object.contains_key("version") && object.contains_key("backupTimeMs");
    header
        || object.len() == 1
            && (within("account", &["givenName", "profileKey", "accountSettings"])
                || within("recipient", &["contact", "group", "self", "releaseNotes", "distributionList"])
                || within("chatItem", &["dateSent"]))
}

/// A backup while it is read.
struct Reading<'r, 'a, 's> {
    input: &'r Input<'a>,
    sink: &'r mut Sink<'s>,
    people: People,
}

impl Reading<'_, '_, '_> {
    fn frames(&mut self) -> Result<(), Fault> {
        self.sink.facts.format = FRAMES;
        let mut frames = Frames::new(self.input.file().bytes()?);
        // The header says nothing of messages.
        frames.next()?;
        let mut number = 0;
        while let Some(next) = frames.next()? {
            number += 1;
            let at = At::Item(number);
            match next {
                frames::Next::TooLong => self.sink.stray(at, frames::TOO_LONG),
                frames::Next::Frame(bytes) => match wire::decode(&FRAME, bytes) {
                    Ok(decoded) => self.frame(at, decoded.fields, decoded.damaged)?,
                    Err(reason) => self.sink.stray(at, reason),
                },
            }
        }
        Ok(())
    }

    fn lines(&mut self) -> Result<(), Fault> {
        self.sink.facts.format = LINES;
        // It says only which version of the format this is.
        self.input.beside("metadata.json");
        let mut lines = self.input.lines()?;
        while let Some(next) = lines.next()? {
            match next {
                lines::Next::TooLong { number } => self.sink.stray(number, TOO_LONG),
                lines::Next::Line(line) if line.text.trim().is_empty() => {}
                lines::Next::Line(line) => match serde_json::from_str::<Map<String, Value>>(&line.text) {
                    Ok(object) => self.frame(line.number.into(), object, line.damaged())?,
                    Err(error) => self.sink.stray(line.number, fault(&error)),
                },
            }
        }
        Ok(())
    }

    fn frame(&mut self, at: At, map: Map<String, Value>, damaged: bool) -> Result<(), Fault> {
        let mut frame = Fields::new("frame", map);
        let kinds = ["chatItem", "account", "recipient", "chat", "adHocCall"];
        let Some(inner) = kinds.into_iter().find_map(|kind| frame.inner(kind)) else {
            self.other(at, frame);
            return Ok(());
        };
        match inner.name {
            "account" => self.people.account(inner),
            "recipient" => {
                let held = self.people.recipient(inner);
                self.held(at, held);
            }
            "chat" => {
                let held = self.people.chat(inner);
                self.held(at, held);
            }
            "adHocCall" => {
                self.sink.saw();
                let draft = self.link_call(inner);
                return self.deliver(at, draft);
            }
            _ => {
                self.sink.saw();
                match item::read(inner, &mut self.people) {
                    Some(mut draft) => {
                        if damaged {
                            draft.annotate(annotation::ENCODING, "not UTF-8, replaced by U+FFFD");
                        }
                        draft.keep(frame);
                        return self.deliver(at, draft);
                    }
                    None => self.sink.skip(at, "the item has no content of a kind that is known"),
                }
            }
        }
        Ok(())
    }

    fn held(&mut self, at: At, held: Result<(), &'static str>) {
        if let Err(reason) = held {
            self.sink.note(at, reason);
        }
    }

    /// A frame of another kind: one of those that have no messages, or an unknown one.
    fn other(&mut self, at: At, mut frame: Fields) {
        frame.ignore(&["stickerPack", "notificationProfile", "chatFolder"]);
        frame.ignore(&["version", "backupTimeMs", "mediaRootBackupKey"]);
        frame.ignore(&["currentAppVersion", "firstAppVersion", "debugInfo"]);
        let rest = frame.rest();
        for key in rest.keys().take(8) {
            self.sink.unknown(&format!("frame.{}", key.chars().take(200).collect::<String>()));
        }
        if !rest.is_empty() {
            self.sink.stray(at, "a frame of a kind that is not known");
        }
    }

    /// A call through a link, which is no item of a chat.
    fn link_call(&self, mut call: Fields) -> Draft {
        let mut draft = Draft::new();
        let time = call.number("callTimestamp").unwrap_or(0);
        draft.message.time = i64::try_from(time).unwrap_or(i64::MAX);
        draft.message.written_time = time.to_string();
        draft.message.source_id = call.number("callId").map(|id| id.to_string());
        draft.message.chat = call.number("recipientId").map(|id| self.people.name(id));
        draft.event("call", "Call through a call link");
        call.ignore(&["state"]);
        draft.keep(call);
        draft
    }

    fn deliver(&mut self, at: At, draft: Draft) -> Result<(), Fault> {
        let Draft { mut message, media: attached, unknown } = draft;
        unknown.iter().for_each(|key| self.sink.unknown(key));
        self.sink.saw_attachments(attached.len());
        let mut media = Vec::with_capacity(attached.len());
        for mut one in attached {
            if !one.paths.iter().any(|path| self.input.attach(&mut one.media, path)) {
                let name: String = one.media.name.chars().take(200).collect();
                let name = if name.is_empty() { one.media.media_type.clone() } else { name };
                self.sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
            }
            if one.role == Role::LongText
                && let Some(text) = long_text(&one.media)
            {
                message.text = text;
            }
            media.push(one.media);
        }
        self.sink.record(at, Incoming { message, media })
    }
}

/// The whole of a long text, if the export has it and it is a text.
fn long_text(media: &Media) -> Option<String> {
    let content = media.content.as_ref()?;
    let mut bytes = Vec::new();
    content.open().ok()?.take(MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() > MAX_TEXT_BYTES {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// The reason, without the parser's own words: they can quote the message.
pub(super) fn fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => "the line is not a JSON object".into(),
        Category::Eof => "the line is not JSON: it ends too early".into(),
        _ if error.to_string().contains("recursion") => "the JSON is nested too deep".into(),
        _ => format!("the line is not JSON: column {}", error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(time: u64) -> Vec<u8> {
        let mut info = vec![0x08, 1, 0x10];
        prost::encoding::encode_varint(time, &mut info);
        let mut bytes = vec![info.len() as u8];
        bytes.extend(info);
        bytes
    }

    #[test]
    fn frames_are_told_by_their_header_and_the_frame_after_it() {
        let good = header(1_715_636_551_000);
        assert!(is_frames(&good));
        assert!(is_frames(&[&good[..], b"\x04\x1a\x02\x08\x01"].concat()));
        assert!(!is_frames(&[&good[..], b"\x04text"].concat()));
        assert!(!is_frames(&header(7)));
        assert!(!is_frames(&good[..6]));
        assert!(!is_frames(b"") && !is_frames(b"\x02\x08\x01") && !is_frames(&[0xff; 40]));
    }

    #[test]
    fn lines_are_told_by_the_first_of_them() {
        for line in [
            r#"{"version":"1","backupTimeMs":"1715636551000"}"#,
            r#"{"account":{"givenName":"Ada"}}"#,
            r#"{"recipient":{"id":"1","self":{}}}"#,
        ] {
            assert!(is_lines(&Head::of(line)), "{line}");
        }
        for line in [r#"{"version":"1"}"#, r#"{"account":"x"}"#, r#"{"recipient":{"id":1}}"#, "[1]", "text"] {
            assert!(!is_lines(&Head::of(line)), "{line}");
        }
    }
}
