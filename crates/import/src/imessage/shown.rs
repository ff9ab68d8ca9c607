//! What imessage-exporter shows of a message, in either of its forms, and the message that it becomes.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use blackbox_format::message::{AttachmentText, Incoming, Media, Message, Names, annotation};

use super::stamp::Stamp;
use crate::{
    importer::{At, Fault, Input, Sink},
    media::{file_name, type_of},
};

/// A message names at most this many recipients.
const MAX_RECIPIENTS: usize = 32;
/// How much of an answered message is quoted, and of all of them together.
const MAX_QUOTED_BYTES: usize = 1024;
const MAX_KEPT_BYTES: usize = 64 << 20;
/// Lines of answers that are remembered.
const MAX_LINES: usize = 1_000_000;
const QUOTED_CHARS: usize = 200;
/// What the exporter calls its user, unless told otherwise.
const OWNER: &str = "Me";
/// Whence a text is that the device heard in a recording.
const HEARD: &str = "machine: Messages";

/// A message, or an announcement, as the export shows it.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Its number among what stands on the top level, or its line.
    pub(super) at: Option<At>,
    pub(super) stamp: Option<Stamp>,
    pub(super) sender: String,
    /// Apple's id of it, which newer exports in HTML have.
    pub(super) guid: Option<String>,
    pub(super) text: String,
    pub(super) event: Option<&'static str>,
    pub(super) files: Vec<Shownfile>,
    pub(super) transcription: Option<String>,
    pub(super) notes: Vec<(String, String)>,
    /// Names of what is kept without being understood.
    pub(super) unknown: Vec<String>,
    /// Whether it says that it answers another.
    pub(super) is_reply: bool,
    /// The answers to it, which stand in their own places as well.
    pub(super) replies: Vec<Shown>,
}

/// An attachment that is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shownfile {
    /// With the path of its file.
    At(String),
    /// The export says that the file was not there.
    Missing,
}

impl Shown {
    pub(super) fn note(&mut self, name: &str, value: impl Into<String>) {
        self.notes.push((name.to_owned(), value.into()));
    }

    /// Keeps what is not understood.
    pub(super) fn keep(&mut self, key: &str, value: impl Into<String>) {
        self.note(&format!("{}:{key}", annotation::RAW), value);
        self.unknown.push(key.to_owned());
    }

    /// A message of which nothing is left but that it was unsent becomes an event.
    pub(super) fn unsent(&mut self, words: &[String]) {
        match self.text.is_empty() && self.files.is_empty() {
            true if !words.is_empty() => {
                self.text = words.join("\n");
                self.event = Some("deleted");
            }
            _ => words.iter().for_each(|words| self.note("unsent-part", words.clone())),
        }
    }
}

/// What comes next in an export.
pub(super) enum Piece {
    Shown(Box<Shown>),
    /// Something that is no message, and why.
    Stray(At, &'static str),
}

/// What only the whole file shows.
pub(super) struct Survey {
    /// Those who write, up to one more than a message names.
    senders: Vec<String>,
    hasher: RandomState,
    /// Answers that stand in their own places.
    placed: HashSet<u64>,
    /// What is answered, by the answer.
    answered: HashMap<u64, Answered>,
    kept: usize,
    /// Lines of answers after their first.
    lines: HashSet<u64>,
}

/// A message that another answers.
enum Answered {
    Guid(String),
    Text(String),
}

impl Survey {
    pub(super) fn new() -> Survey {
        Survey {
            senders: Vec::new(),
            hasher: RandomState::new(),
            placed: HashSet::new(),
            answered: HashMap::new(),
            kept: 0,
            lines: HashSet::new(),
        }
    }

    /// Takes down who wrote a message and what answers it.
    pub(super) fn see(&mut self, shown: &Shown) {
        if shown.is_reply {
            self.placed.insert(self.key(shown));
            for line in shown.text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
                if self.lines.len() < MAX_LINES {
                    self.lines.insert(self.line_key(shown, line));
                }
            }
        }
        for one in [shown].into_iter().chain(&shown.replies) {
            let new = one.event.is_none() && !self.senders.contains(&one.sender);
            if new && self.senders.len() <= MAX_RECIPIENTS {
                self.senders.push(one.sender.clone());
            }
        }
        for reply in &shown.replies {
            let end = shown.text.floor_char_boundary(MAX_QUOTED_BYTES);
            let quoted = || Answered::Text(shown.text[..end].to_owned());
            self.kept += end + 128;
            if self.kept <= MAX_KEPT_BYTES {
                let answered = shown.guid.clone().map_or_else(quoted, Answered::Guid);
                self.answered.insert(self.key(reply), answered);
            }
        }
    }

    /// What tells an answer apart, wherever it stands.
    fn key(&self, shown: &Shown) -> u64 {
        match &shown.guid {
            Some(guid) => self.hasher.hash_one(guid),
            None => {
                let time = shown.stamp.as_ref().map(|stamp| &stamp.written);
                self.hasher.hash_one((time, &shown.sender, shown.text.lines().next()))
            }
        }
    }

    fn line_key(&self, shown: &Shown, line: &str) -> u64 {
        let time = shown.stamp.as_ref().map(|stamp| &stamp.written);
        self.hasher.hash_one((time, &shown.sender, line))
    }

    /// Whether a line stands in an answer of the same person and time, after its first line.
    pub(super) fn continues(&self, shown: &Shown, line: &str) -> bool {
        self.lines.contains(&self.line_key(shown, line))
    }

    fn others(&self, sender: &str, chat: Option<&str>) -> Vec<String> {
        if self.senders.len() > MAX_RECIPIENTS {
            return Vec::new();
        }
        let others: Vec<String> = self.senders.iter().filter(|other| *other != sender).cloned().collect();
        match others.is_empty() {
            // The other has not written: the file is called after whom it is with.
            true if sender == OWNER => {
                chat.filter(|chat| !chat.contains(", ")).map(str::to_owned).into_iter().collect()
            }
            true => vec![OWNER.to_owned()],
            false => others,
        }
    }
}

/// Hands on what is shown, as messages.
pub(super) struct Deliverer<'a, 's, 'i> {
    pub(super) input: &'a Input<'i>,
    pub(super) sink: &'a mut Sink<'s>,
    pub(super) survey: &'a Survey,
    pub(super) chat: Option<String>,
}

impl Deliverer<'_, '_, '_> {
    /// Hands on what comes next.
    pub(super) fn take(&mut self, piece: Piece) -> Result<(), Fault> {
        match piece {
            Piece::Shown(shown) => self.deliver(*shown),
            Piece::Stray(at, reason) => {
                self.sink.stray(at, reason);
                Ok(())
            }
        }
    }

    /// Hands on a message, and those of its answers that stand nowhere else.
    fn deliver(&mut self, mut shown: Shown) -> Result<(), Fault> {
        let replies = std::mem::take(&mut shown.replies);
        let at = shown.at.unwrap_or(At::Item(1));
        self.one(shown, at)?;
        for mut reply in replies {
            if !self.survey.placed.contains(&self.survey.key(&reply)) {
                reply.is_reply = true;
                self.one(reply, at)?;
            }
        }
        Ok(())
    }

    fn one(&mut self, shown: Shown, at: At) -> Result<(), Fault> {
        self.sink.saw();
        self.sink.saw_attachments(shown.files.len());
        shown.unknown.iter().for_each(|key| self.sink.unknown(key));
        let zone = &self.input.options.timezone;
        let Some((stamp, time)) = shown.stamp.as_ref().and_then(|stamp| Some((stamp, stamp.millis(zone)?)))
        else {
            shown.files.iter().for_each(|_| self.sink.skip(at, "an attachment of a message without a time"));
            self.sink.skip(at, "its time cannot be read");
            return Ok(());
        };
        self.sink.facts.zoneless = true;
        let mut message = Message {
            time,
            written_time: stamp.written.clone(),
            chat: self.chat.clone(),
            platform: "imessage".into(),
            source_id: shown.guid.clone(),
            event: shown.event.map(str::to_owned),
            ..Message::default()
        };
        self.people(&mut message, &shown);
        if shown.is_reply {
            message.annotations.push(self.answered(&shown));
        }
        let media = shown.files.iter().map(|file| self.media(file, at)).collect::<Vec<_>>();
        message.annotations.extend(shown.notes);
        if let Some(text) = shown.transcription {
            match media.is_empty() {
                true => message.annotations.push(("transcription".into(), text)),
                false => message.texts.push(AttachmentText { attachment: 0, origin: HEARD.into(), text }),
            }
        }
        message.text = shown.text;
        self.sink.record(at, Incoming { message, media })
    }

    fn people(&self, message: &mut Message, shown: &Shown) {
        if shown.event.is_some() {
            if !shown.sender.is_empty() {
                message.annotations.push((annotation::SENDER.to_owned(), shown.sender.clone()));
            }
            return;
        }
        message.from.clone_from(&shown.sender);
        message.to = self.survey.others(&shown.sender, self.chat.as_deref());
        let owner = self.input.options.owner.as_ref().filter(|owner| *owner != OWNER);
        if let Some(owner) = owner
            && (message.from == OWNER || message.to.iter().any(|name| name == OWNER))
        {
            message.names.push(Names { written: OWNER.to_owned(), also: vec![owner.clone()] });
        }
    }

    fn answered(&self, shown: &Shown) -> (String, String) {
        match self.survey.answered.get(&self.survey.key(shown)) {
            Some(Answered::Guid(guid)) => (annotation::REPLY_TO.to_owned(), guid.clone()),
            Some(Answered::Text(text)) => (annotation::REPLY_TEXT.to_owned(), text.clone()),
            None => ("reply".to_owned(), "to an earlier message".to_owned()),
        }
    }

    fn media(&mut self, file: &Shownfile, at: At) -> Media {
        let Shownfile::At(path) = file else { return Media::new("", type_of("")) };
        let name = file_name(path);
        let mut media = Media::new(name, type_of(name));
        if !tails(path).into_iter().any(|tail| self.input.attach_around(&mut media, tail)) {
            let quoted: String = name.chars().take(QUOTED_CHARS).collect();
            self.sink.note(at, format!("attachment \"{quoted}\" is not in the folder of the export"));
        }
        media
    }
}

/// The ends of a path by which a file may be found beside the export: as it is, and from the folder on into which the
/// exporter copies.
fn tails(path: &str) -> Vec<&str> {
    let relative = path.strip_prefix("~/").unwrap_or(path);
    let from = |mark: &str| path.rfind(mark).map(|at| &path[at + 1..]);
    let candidates = [Some(relative), from("/attachments/"), from("/Attachments/"), from("/StickerCache/")];
    candidates.into_iter().flatten().filter(|tail| !tail.is_empty() && !tail.starts_with('/')).collect()
}

/// The slug of an announcement; `None` if it is no announcement that is known.
pub(super) fn announced(words: &str) -> Option<&'static str> {
    const KNOWN: &[(&str, &str)] = &[
        (" to the conversation", "added"),
        (" from the conversation", "removed"),
        (" named the conversation", "renamed"),
        (" renamed the conversation", "renamed"),
        (" removed the name", "renamed"),
        (" left the conversation", "left"),
        (" the group photo", "icon"),
        (" the group icon", "icon"),
        (" chat background", "notice"),
        (" the background", "notice"),
        (" unsent a message", "deleted"),
        (" kept an audio message", "notice"),
        (" sharing location", "notice"),
        (" sharing their location", "notice"),
        (" phone number", "number-changed"),
    ];
    KNOWN.iter().find(|(phrase, _)| words.contains(phrase)).map(|(_, slug)| *slug)
}

/// The emoji and the person of a tapback: `Loved by Ada`.
pub(super) fn tapback(words: &str) -> String {
    let Some((what, who)) = words.rsplit_once(" by ") else { return words.to_owned() };
    let emoji = match what.trim() {
        "Loved" => "❤️",
        "Liked" => "👍",
        "Disliked" => "👎",
        "Laughed" | "Laughed at" => "😂",
        "Emphasized" | "Emphasised" => "‼️",
        "Questioned" => "❓",
        other => other,
    };
    format!("{emoji} {}", who.trim())
}
