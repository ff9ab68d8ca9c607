//! The plain text of imessage-exporter: a block for each message, with an empty line between.
//!
//! A block is a line with the time, a line with the sender, the text, the paths of attachments, then tapbacks,
//! answers (indented by four blanks, as blocks of their own) and remarks. An announcement is one line.

use std::io;

use blackbox_format::message::annotation;

use super::{
    shown::{Piece, Shown, Shownfile, Survey, announced, tapback},
    stamp::Stamp,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::At,
    lines::{Lines, Next, TOO_LONG},
};

const INDENT: &str = "    ";
const DELETED: &str = "This message was deleted from the conversation!";
const REPLY: &str = "This message responded to an earlier message.";
const MISSING: &str = "Attachment missing!";
const EFFECTS: &[&str] = &[
    "Balloons",
    "Celebration",
    "Confetti",
    "Echo",
    "Fireworks",
    "Gentle",
    "Happy Birthday",
    "Heart",
    "Invisible Ink",
    "Lasers",
    "Loud",
    "Love",
    "Shooting Star",
    "Slam",
    "Sparkles",
    "Spotlight",
];

/// Whether a file that begins with these lines is one.
pub(super) fn is_export<'a>(mut lines: impl Iterator<Item = &'a str>) -> bool {
    let first = lines.next().and_then(start);
    match first {
        Some(Start::Message(..)) => lines.next().is_some(),
        Some(Start::Announcement(..)) => {
            lines.filter_map(start).any(|start| matches!(start, Start::Message(..)))
        }
        None => false,
    }
}

/// How a block begins.
enum Start {
    /// With the time, and when it was read.
    Message(Stamp, Option<String>),
    /// The slug and the words.
    Announcement(Stamp, &'static str, String),
}

fn start(line: &str) -> Option<Start> {
    let (stamp, rest) = Stamp::at_start(line)?;
    let rest = rest.trim_end();
    if rest.is_empty() {
        return Some(Start::Message(stamp, None));
    }
    let words = rest.strip_prefix(' ').or_else(|| rest.strip_prefix(": "))?;
    match words.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
        Some(read) if read.starts_with("Read by ") => Some(Start::Message(stamp, Some(read.to_owned()))),
        Some(_) => None,
        None => announced(words).map(|slug| Start::Announcement(stamp, slug, words.to_owned())),
    }
}

/// Lines up to the beginning of the next block.
struct Block {
    line: u64,
    lines: Vec<String>,
    bytes: usize,
}

/// Reads a file block by block.
pub(super) struct Blocks<'a> {
    lines: Lines,
    block: Option<Block>,
    blank: bool,
    /// What is known of the whole file, once it is.
    survey: Option<&'a Survey>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(lines: Lines, survey: Option<&'a Survey>) -> Blocks<'a> {
        Blocks { lines, block: None, blank: true, survey }
    }

    /// The next message or announcement, or what is none.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let line = match self.lines.next()? {
                None => return Ok(self.block.take().map(|block| finish(&block, self.survey))),
                Some(Next::TooLong { number }) => return Ok(Some(stray(number, TOO_LONG))),
                Some(Next::Line(line)) => line,
            };
            let text = line.text.as_ref();
            let starts = self.blank && start(text).is_some();
            self.blank = text.trim().is_empty();
            let before = match starts {
                true => self.block.replace(Block { line: line.number, lines: Vec::new(), bytes: 0 }),
                false => None,
            };
            match &mut self.block {
                Some(block) => block.add(text),
                None if self.blank => {}
                None => return Ok(Some(stray(line.number, "text before the first message"))),
            }
            if let Some(before) = before {
                return Ok(Some(finish(&before, self.survey)));
            }
        }
    }
}

impl Block {
    fn add(&mut self, text: &str) {
        self.bytes = self.bytes.saturating_add(text.len() + 24);
        if self.bytes <= MAX_TEXT_BYTES {
            self.lines.push(text.to_owned());
        }
    }
}

fn stray(line: u64, reason: &'static str) -> Piece {
    Piece::Stray(At::Line(line), reason)
}

fn finish(block: &Block, survey: Option<&Survey>) -> Piece {
    if block.bytes > MAX_TEXT_BYTES {
        return stray(block.line, "the message is longer than 16 MiB");
    }
    let lines: Vec<&str> = block.lines.iter().map(String::as_str).collect();
    let mut shown = shown(&lines, survey);
    shown.at = Some(At::Line(block.line));
    Piece::Shown(Box::new(shown))
}

/// What the lines of a block show.
fn shown(lines: &[&str], survey: Option<&Survey>) -> Shown {
    let mut shown = Shown::default();
    let mut rest = lines.iter().copied();
    match rest.next().and_then(start) {
        Some(Start::Announcement(stamp, slug, words)) => {
            shown.stamp = Some(stamp);
            shown.event = Some(slug);
            let further: Vec<&str> = rest.filter(|line| !line.trim().is_empty()).collect();
            shown.text = [&words[..]].into_iter().chain(further).collect::<Vec<_>>().join("\n");
            return shown;
        }
        Some(Start::Message(stamp, read)) => {
            shown.stamp = Some(stamp);
            read.into_iter().for_each(|read| shown.note("read", read));
        }
        None => {}
    }
    rest.next().unwrap_or_default().trim().clone_into(&mut shown.sender);
    let content: Vec<&str> = rest.collect();
    Content { lines: &content, at: 0, text: Vec::new(), unsent: Vec::new(), shown, survey }.read()
}

/// What stands under the sender.
struct Content<'a> {
    lines: &'a [&'a str],
    at: usize,
    text: Vec<&'a str>,
    unsent: Vec<String>,
    shown: Shown,
    survey: Option<&'a Survey>,
}

impl<'a> Content<'a> {
    fn read(mut self) -> Shown {
        if self.lines.first() == Some(&DELETED) {
            self.shown.note(annotation::DELETED, "");
            self.at = 1;
        }
        while let Some(line) = self.lines.get(self.at) {
            self.at += 1;
            self.line(line);
        }
        while self.text.last().is_some_and(|line| line.trim().is_empty()) {
            self.text.pop();
        }
        let mut shown = self.shown;
        shown.text = self.text.join("\n");
        shown.unsent(&self.unsent);
        shown
    }

    fn line(&mut self, line: &'a str) {
        let next = self.lines.get(self.at).copied().unwrap_or_default();
        if line.strip_prefix(INDENT).and_then(start).is_some() {
            return self.reply();
        }
        match line {
            REPLY => self.shown.is_reply = true,
            "Tapbacks:" | "Reactions:" if next.starts_with(INDENT) => self.tapbacks(),
            MISSING => self.shown.files.push(Shownfile::Missing),
            _ if is_unsent(line) => self.unsent.push(line.to_owned()),
            _ => self.plain(line),
        }
    }

    fn plain(&mut self, line: &'a str) {
        let effect = line.strip_prefix("Sent with ").filter(|effect| EFFECTS.contains(effect));
        let has_media = !self.shown.files.is_empty();
        if let Some(effect) = effect.filter(|_| has_media || !self.text.is_empty()) {
            self.shown.note("effect", effect);
        } else if let Some((when, text)) = edited(line) {
            let before = std::mem::replace(&mut self.text, vec![text]).join("\n");
            self.shown.note(annotation::PREVIOUS_TEXT, before);
            self.shown.notes.retain(|(name, _)| name != annotation::EDITED);
            self.shown.note(annotation::EDITED, when);
        } else if let Some(heard) = line.strip_prefix("Transcription: ").filter(|_| has_media) {
            self.shown.transcription = Some(heard.to_owned());
        } else if let Some((words, path)) = sticker(line) {
            self.shown.note("sticker", words);
            self.shown.files.push(Shownfile::At(path.to_owned()));
        } else if is_path(line) {
            self.shown.files.push(Shownfile::At(line.to_owned()));
        } else {
            self.text.push(line);
        }
    }

    fn tapbacks(&mut self) {
        while let Some(line) = self.lines.get(self.at).and_then(|line| line.strip_prefix(INDENT)) {
            if start(line).is_some() {
                break;
            }
            self.shown.note(annotation::REACTION, tapback(line.trim()));
            self.at += 1;
        }
    }

    /// An answer: the lines from here on that are indented, up to the next that begins one.
    fn reply(&mut self) {
        let mut lines = vec![self.lines[self.at - 1].strip_prefix(INDENT).unwrap_or_default()];
        while let Some(line) = self.lines.get(self.at) {
            let next = self.lines.get(self.at + 1).copied().unwrap_or_default();
            match line.strip_prefix(INDENT) {
                Some(inner) if start(inner).is_none() => lines.push(inner),
                None if line.trim().is_empty() && next.starts_with(INDENT) => lines.push(""),
                _ => break,
            }
            self.at += 1;
        }
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let mut reply = shown(&lines, None);
        // Older exports indent the first line of a text only: the rest is told by the answer in its own place.
        while let Some(line) = self.lines.get(self.at)
            && self.survey.is_some_and(|survey| survey.continues(&reply, line))
        {
            reply.text.push('\n');
            reply.text.push_str(line);
            self.at += 1;
        }
        // Answers have no answers of their own.
        reply.replies.clear();
        self.shown.replies.push(reply);
    }
}

fn is_unsent(line: &str) -> bool {
    let after = |line: &str| line.contains(" unsent this message part ") && line.ends_with(" after sending!");
    line.ends_with(" unsent this message part!") || after(line)
}

/// `Edited 30 seconds later: the new text`.
fn edited(line: &str) -> Option<(&str, &str)> {
    let (when, text) = line.strip_prefix("Edited ")?.split_once(": ")?;
    let fits = when.ends_with(" later") && when.starts_with(|c: char| c.is_ascii_digit()) && when.len() < 100;
    fits.then_some((when, text))
}

/// `Sticker from Ada: path`.
fn sticker(line: &str) -> Option<(&str, &str)> {
    let (words, path) = line.split_once(": ")?;
    (words.starts_with("Sticker from ") && is_path(path)).then_some((words, path))
}

/// Whether a line is the path of an attachment: from the folder into which the exporter copies, or from those in which
/// Apple keeps them.
fn is_path(line: &str) -> bool {
    const ROOTS: &[&str] = &["/", "~/", "Library/"];
    const FOLDERS: &[&str] = &["/attachments/", "/Attachments/", "/StickerCache/", "/MobileSync/Backup/"];
    let drive = line.as_bytes().get(1..3) == Some(b":\\");
    let rooted = drive || ROOTS.iter().any(|root| line.starts_with(root));
    let path = line.replace('\\', "/");
    let copied = path.starts_with("attachments/") && path.len() > 12;
    copied || rooted && FOLDERS.iter().any(|folder| path.contains(folder))
}
