//! The pages of imessage-exporter: a `div` of class `message` or `announcement` for each.

use std::io::{self, Read};

use blackbox_format::message::annotation;

use super::{
    shown::{Piece, Shown, Shownfile, announced, tapback},
    stamp::Stamp,
    tree::{Element, Elements, Node, Top},
};
use crate::importer::At;

/// The address by which newer pages open a message in Apple's program ends in its id.
const ADDRESS: &str = "sms://open?message-guid=";
const TOO_LONG: &str = "the message is longer than 16 MiB";
/// Answers of answers are not shown; this many levels are looked at.
const MAX_THREADS: usize = 4;

/// Whether a page that begins with this text is one.
pub(super) fn is_export(text: &str) -> bool {
    let message = text.contains("<div class=\"message\">") || text.contains("<div class=\"announcement\">");
    let inner =
        ["<div class=\"sent", "<div class=\"received\"", "class =\"announcement\"", "class=\"announcement\""];
    message && text.contains("<span class=\"timestamp\">") && inner.iter().any(|inner| text.contains(inner))
}

/// Reads a page message by message.
pub(super) struct Page {
    elements: Elements,
    item: u64,
}

fn is_top(element: &Element) -> bool {
    element.name == "div" && (element.has_class("message") || element.has_class("announcement"))
}

impl Page {
    pub(super) fn new(reader: Box<dyn Read>) -> Page {
        Page { elements: Elements::new(reader, is_top), item: 0 }
    }

    /// The next message or announcement, or what is none.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        let Some(top) = self.elements.next()? else { return Ok(None) };
        self.item += 1;
        let at = At::Item(self.item);
        let Top::Element(element) = top else { return Ok(Some(Piece::Stray(at, TOO_LONG))) };
        let shown = match element.has_class("announcement") {
            true => Some(announcement(&element)),
            false => message(&element, 0),
        };
        Ok(Some(match shown {
            Some(shown) => Piece::Shown(Box::new(Shown { at: Some(at), ..shown })),
            None => Piece::Stray(at, "the message says neither who nor when"),
        }))
    }
}

fn class(name: &str) -> impl Fn(&Element) -> bool {
    move |element| element.has_class(name)
}

fn announcement(element: &Element) -> Shown {
    let mut shown = Shown::default();
    let text = element.text();
    let words = match Stamp::at_start(&text) {
        Some((stamp, rest)) => {
            shown.stamp = Some(stamp);
            rest.trim_start_matches([' ', ':', '\n']).to_owned()
        }
        None => text,
    };
    shown.event = Some(announced(&words).unwrap_or("notice"));
    shown.text = words;
    shown
}

/// What a message shows. `None` if it has no time and no sender.
fn message(element: &Element, depth: usize) -> Option<Shown> {
    let side = |inner: &Element| inner.has_class("sent") || inner.has_class("received");
    let inner = element.elements().find(|inner| side(inner))?;
    let mut reader = Reader { shown: Shown::default(), text: Vec::new(), unsent: Vec::new(), depth };
    for service in inner.class.split_ascii_whitespace().filter(|name| !matches!(*name, "sent" | "received")) {
        reader.shown.note("service", service);
    }
    reader.head(inner)?;
    inner.elements().for_each(|child| reader.child(child));
    let Reader { mut shown, text, unsent, .. } = reader;
    shown.text = text.join("\n");
    shown.unsent(&unsent);
    Some(shown)
}

struct Reader {
    shown: Shown,
    text: Vec<String>,
    unsent: Vec<String>,
    depth: usize,
}

impl Reader {
    /// Who, when, and when it was read.
    fn head(&mut self, element: &Element) -> Option<()> {
        let within = |name| element.find(&class(name), "message_part");
        let timestamp = within("timestamp")?;
        let text = timestamp.text();
        let (stamp, rest) = Stamp::at_start(&text)?;
        let read = rest.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if let Some(read) = read {
            self.shown.note("read", read);
        }
        self.shown.stamp = Some(stamp);
        let link = timestamp.elements().find_map(|inner| inner.link.as_deref()?.strip_prefix(ADDRESS));
        self.shown.guid = link.filter(|guid| !guid.is_empty()).map(str::to_owned);
        self.shown.sender = within("sender")?.text();
        Some(())
    }

    fn child(&mut self, element: &Element) {
        let classes: Vec<&str> = element.class.split_ascii_whitespace().collect();
        match classes.first().copied().unwrap_or_default() {
            "message_part" => self.part(element),
            "deleted" => self.shown.note(annotation::DELETED, ""),
            "expressive" => {
                let words = element.text();
                self.shown.note("effect", words.strip_prefix("Sent with ").unwrap_or(&words));
            }
            "shareplay" | "shared_location" => self.say(element.text()),
            "tapbacks" | "reactions" => self.tapbacks(element),
            "replies" => self.replies(element),
            "reply_context" => self.shown.is_reply = true,
            "" if element.name == "p" => self.paragraph(element),
            "" if matches!(&element.name[..], "hr" | "br") => {}
            // Of the thread view, which links to what is here.
            "timestamp" | "sender" | "reply_anchor" => {}
            other => {
                let other = other.to_owned();
                self.unknown(&other, element);
            }
        }
    }

    /// The line with time and sender, or one with the subject, or what an older page did not close.
    fn paragraph(&mut self, element: &Element) {
        for inner in element.elements() {
            match &inner.class[..] {
                "timestamp" | "sender" | "reply_anchor" => {}
                "subject" => {
                    self.shown.note(annotation::SUBJECT, inner.text());
                    self.say(inner.text());
                }
                _ => self.child(inner),
            }
        }
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.text.push(text);
        }
    }

    fn unknown(&mut self, class: &str, element: &Element) {
        let text = element.text();
        if !text.is_empty() {
            let end = text.floor_char_boundary(64 << 10);
            self.shown.keep(class, &text[..end]);
        }
    }

    fn part(&mut self, part: &Element) {
        for node in &part.children {
            match node {
                Node::Text(text) => self.say(text.trim().to_owned()),
                Node::Element(element) => self.piece(element),
            }
        }
    }

    fn piece(&mut self, element: &Element) {
        let known = |name: &str| element.has_class(name);
        if known("bubble") {
            self.say(element.text());
        } else if known("unsent") {
            self.unsent.push(element.text());
        } else if known("edited") {
            self.edited(element);
        } else if known("tapbacks") || known("reactions") {
            self.tapbacks(element);
        } else if known("replies") {
            self.replies(element);
        } else if known("attachment_error") {
            self.shown.files.push(Shownfile::Missing);
        } else if known("transcription") {
            let heard = element.text();
            self.shown.transcription =
                Some(heard.strip_prefix("Transcription: ").unwrap_or(&heard).to_owned());
        } else if known("expressive") || known("reply_context") || known("deleted") {
            self.child(element);
        } else if known("app") {
            self.app(element);
        } else if is_file(element) || known("attachment") || known("sticker") {
            self.files(element);
        } else if element.class.is_empty() {
            // A wrapper without a meaning of its own: what is in it counts.
            self.part_or_text(element);
        } else {
            self.unknown(&element.class.clone(), element);
        }
    }

    fn part_or_text(&mut self, element: &Element) {
        match element.elements().next() {
            Some(_) => self.part(element),
            None => self.say(element.text()),
        }
    }

    /// What an app shows: its address, then its words.
    fn app(&mut self, element: &Element) {
        let is_link = |inner: &Element| inner.name == "a" && inner.link.is_some();
        let link = [element].into_iter().find(|inner| is_link(inner)).or_else(|| element.find(&is_link, ""));
        if let Some(address) = link.and_then(|link| link.link.clone()) {
            self.say(address);
        }
        self.say(element.text());
    }

    /// The earlier texts of a message, in rows of a time and a text; the last is the one that it has now.
    fn edited(&mut self, element: &Element) {
        let mut texts = Vec::new();
        let mut when = String::new();
        rows(element, &mut |row: &Element| {
            let cells: Vec<&Element> = row.elements().filter(|cell| cell.name == "td").collect();
            if let [time, text] = cells[..] {
                when = time.text();
                texts.push(text.text());
            }
        });
        let Some(newest) = texts.pop() else { return self.unknown("edited", element) };
        texts.into_iter().for_each(|text| self.shown.note(annotation::PREVIOUS_TEXT, text));
        self.shown.note(annotation::EDITED, when.strip_prefix("Edited ").unwrap_or(&when));
        self.say(newest);
    }

    fn tapbacks(&mut self, element: &Element) {
        let mut found = Vec::new();
        collect(element, &|inner| inner.has_class("tapback") || inner.has_class("reaction"), &mut found);
        for tap in found {
            let text = tap.text();
            match tap.find(&is_file, "").and_then(|file| file.link.clone()) {
                Some(path) => {
                    self.shown.note("sticker", format!("Sticker {text}"));
                    self.shown.files.push(Shownfile::At(path));
                }
                None => self.shown.note(annotation::REACTION, tapback(&text)),
            }
        }
    }

    fn replies(&mut self, element: &Element) {
        if self.depth >= MAX_THREADS {
            return;
        }
        let mut found = Vec::new();
        collect(element, &|inner| inner.has_class("message"), &mut found);
        let replies = found.into_iter().filter_map(|inner| message(inner, self.depth + 1));
        self.shown.replies.extend(replies);
    }

    fn files(&mut self, element: &Element) {
        let mut found = Vec::new();
        match is_file(element) {
            true => found.push(element),
            false => collect(element, &is_file, &mut found),
        }
        let mut paths: Vec<String> = Vec::new();
        for path in found.iter().filter_map(|file| file.link.as_deref().map(local)) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        if element.has_class("sticker") {
            self.shown.note("sticker", element.text());
        }
        if paths.is_empty() {
            self.say(element.text());
        }
        self.shown.files.extend(paths.into_iter().map(Shownfile::At));
    }
}

/// Whether an element shows or links a file.
fn is_file(element: &Element) -> bool {
    let media = matches!(&element.name[..], "img" | "video" | "audio" | "source" | "embed" | "object");
    let linked = element.name == "a" && element.link.as_deref().is_some_and(|link| !link.contains("://"));
    element.link.is_some() && (media || linked)
}

/// A path out of the address of a file.
fn local(address: &str) -> String {
    let path = address.strip_prefix("file://").unwrap_or(address);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// The outermost elements that are wanted.
fn collect<'e>(element: &'e Element, wanted: &dyn Fn(&Element) -> bool, found: &mut Vec<&'e Element>) {
    for inner in element.elements() {
        match wanted(inner) {
            true => found.push(inner),
            false => collect(inner, wanted, found),
        }
    }
}

fn rows(element: &Element, each: &mut dyn FnMut(&Element)) {
    for inner in element.elements() {
        match &inner.name[..] {
            "tr" => each(inner),
            _ => rows(inner, each),
        }
    }
}
