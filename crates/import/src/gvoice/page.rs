//! From the tokens of a page to its messages or its call.

use crate::{bounded::MAX_TEXT_BYTES, importer::Fault};

use blackbox_document::page::{Tag, Token};

/// The most attachments of one message.
const MAX_LINKS: usize = 1000;
/// How much is kept of an element that is not understood, and how many of them.
const MAX_RAW_BYTES: usize = 64 << 10;
const MAX_UNKNOWN: usize = 100;

/// Elements that are understood, or are no more than layout.
const KNOWN: [&str; 12] =
    ["div", "abbr", "cite", "a", "span", "q", "br", "img", "video", "audio", "source", "p"];

/// A part of a page.
pub(crate) enum Piece {
    Title(String),
    Participant(Person),
    Message(Entry),
    Call(Entry),
    Label {
        text: String,
        slug: String,
    },
    /// Whether the owner has deleted it.
    Deleted(bool),
}

/// Someone as a page shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) number: String,
    /// Whether it is the owner of the account.
    pub(crate) own: bool,
}

/// A message or a call.
#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) time: Option<String>,
    /// The sender; of a call, the other.
    pub(crate) person: Person,
    pub(crate) text: String,
    /// Of a call, what it was.
    pub(crate) heading: String,
    pub(crate) duration: Option<String>,
    pub(crate) transcript: Option<String>,
    pub(crate) links: Vec<String>,
    /// How many links there are beyond those that are kept.
    pub(crate) links_beyond: usize,
    pub(crate) unknown: Vec<(String, String)>,
    pub(crate) is_too_long: bool,
    /// Whether the page ends within it.
    pub(crate) is_cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Call,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Title,
    Name,
    Heading,
    Quote,
    Transcript,
    Label,
    Deleted,
}

/// A text that is being read, up to the end of its element.
struct Capture {
    what: What,
    element: String,
    /// How many elements of the same name are open in it.
    inner: u64,
    slug: String,
    text: String,
    is_too_long: bool,
}

/// Where in a page we are.
#[derive(Default)]
pub(crate) struct Page {
    depth: u64,
    entry: Option<(u64, Kind, Entry)>,
    /// How deep the list of participants stands, within it.
    participants: Option<u64>,
    person: Person,
    in_number: bool,
    capture: Option<Capture>,
}

/// Takes a part of a page.
pub(crate) type Give<'a> = &'a mut dyn FnMut(Piece) -> Result<(), Fault>;

impl Person {
    /// As the page shows them.
    pub(crate) fn shown(&self) -> &str {
        if self.name.is_empty() { &self.number } else { &self.name }
    }
}

/// Where a tag leads.
fn link(tag: &Tag) -> Option<String> {
    tag.get("href").or(tag.get("src")).map(str::to_owned)
}

impl Page {
    /// Takes a token, and gives what it completes.
    pub(crate) fn feed(&mut self, token: Token, give: Give<'_>) -> Result<(), Fault> {
        match token {
            Token::Start(tag) => self.open(tag, give),
            Token::End(name) => self.close(&name, give),
            Token::Text(text) => {
                self.add(&text);
                Ok(())
            }
        }
    }

    /// Gives what is not complete at the end of the page.
    pub(crate) fn finish(mut self, give: Give<'_>) -> Result<(), Fault> {
        self.end_capture(give)?;
        if let Some((_, _, entry)) = &mut self.entry {
            entry.is_cut = true;
        }
        self.end_entry(give)
    }

    fn open(&mut self, tag: Tag, give: Give<'_>) -> Result<(), Fault> {
        if tag.name == "div" {
            return self.open_div(&tag, give);
        }
        if let Some(capture) = &mut self.capture {
            capture.inner += u64::from(capture.element == tag.name);
        }
        match &tag.name[..] {
            "br" => self.add("\n"),
            "img" | "video" | "audio" | "source" => self.link(link(&tag)),
            _ if self.capture.is_some() => {}
            "title" => self.capture(What::Title, tag),
            "q" => self.capture(What::Quote, tag),
            "cite" => self.person = Person::default(),
            "a" => self.open_anchor(tag),
            "span" if tag.has_class("full-text") => self.capture(What::Transcript, tag),
            "span" | "abbr" if tag.has_class("fn") && self.in_number => {
                // The owner is an abbreviation: "Me", in whatever language.
                self.person.own = tag.name == "abbr";
                self.capture(What::Name, tag);
            }
            "span" if tag.has_class("fn") => self.capture(What::Heading, tag),
            "abbr" => self.open_abbreviation(tag),
            _ => self.unknown(tag),
        }
        Ok(())
    }

    fn open_anchor(&mut self, tag: Tag) {
        if tag.has_class("tel") {
            let number = link(&tag).unwrap_or_default();
            self.person.number = number.strip_prefix("tel:").unwrap_or(&number).to_owned();
            self.in_number = true;
        } else if tag.get("rel") == Some("tag") {
            self.capture(What::Label, tag);
        } else {
            self.link(link(&tag));
        }
    }

    fn open_abbreviation(&mut self, tag: Tag) {
        let Some((_, _, entry)) = &mut self.entry else { return };
        if tag.has_class("duration") {
            entry.duration = tag.get("title").map(str::to_owned);
        } else if (tag.has_class("dt") || tag.has_class("published")) && entry.time.is_none() {
            entry.time = tag.get("title").map(str::to_owned);
        }
    }

    fn open_div(&mut self, tag: &Tag, give: Give<'_>) -> Result<(), Fault> {
        self.end_capture(give)?;
        let depth = self.depth;
        self.depth += 1;
        let kind = match () {
            () if tag.has_class("message") => Kind::Message,
            () if tag.has_class("haudio") => Kind::Call,
            () => {
                if tag.has_class("participants") {
                    self.participants = Some(depth);
                } else if tag.has_class("deletedStatusContainer") {
                    self.capture(What::Deleted, Tag::bare("div"));
                }
                return Ok(());
            }
        };
        self.end_entry(give)?;
        self.person = Person::default();
        self.entry = Some((depth, kind, Entry::default()));
        Ok(())
    }

    fn close(&mut self, name: &str, give: Give<'_>) -> Result<(), Fault> {
        match &mut self.capture {
            Some(capture) if capture.element == name && capture.inner > 0 => capture.inner -= 1,
            Some(capture) if capture.element == name || name == "div" => self.end_capture(give)?,
            _ => {}
        }
        match name {
            "a" => {
                self.in_number &= self.capture.is_some();
                if let Some((_, Kind::Call, entry)) = &mut self.entry {
                    entry.person.clone_from(&self.person);
                }
            }
            "cite" if self.participants.is_some() => {
                give(Piece::Participant(std::mem::take(&mut self.person)))?;
            }
            "cite" => {
                if let Some((_, _, entry)) = &mut self.entry {
                    entry.person = std::mem::take(&mut self.person);
                }
            }
            "div" => {
                self.depth = self.depth.saturating_sub(1);
                self.participants = self.participants.filter(|depth| *depth < self.depth);
                if self.entry.as_ref().is_some_and(|(depth, ..)| *depth >= self.depth) {
                    self.end_entry(give)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn capture(&mut self, what: What, tag: Tag) {
        let slug = link(&tag).and_then(|link| link.rsplit_once('#').map(|(_, slug)| slug.to_owned()));
        self.capture = Some(Capture {
            what,
            element: tag.name,
            inner: 0,
            slug: slug.unwrap_or_default(),
            text: String::new(),
            is_too_long: false,
        });
    }

    fn add(&mut self, text: &str) {
        let Some(capture) = &mut self.capture else { return };
        match capture.text.len() + text.len() <= MAX_TEXT_BYTES {
            true => capture.text.push_str(text),
            false => capture.is_too_long = true,
        }
    }

    /// Keeps a link to an attachment. A recording is linked twice, for browsers that cannot play it.
    fn link(&mut self, link: Option<String>) {
        if let (Some((_, _, entry)), Some(link)) = (&mut self.entry, link)
            && !link.is_empty()
            && entry.links.last() != Some(&link)
        {
            match entry.links.len() < MAX_LINKS {
                true => entry.links.push(link),
                false => entry.links_beyond += 1,
            }
        }
    }

    fn unknown(&mut self, tag: Tag) {
        if let Some((_, _, entry)) = &mut self.entry
            && !KNOWN.contains(&&tag.name[..])
            && entry.unknown.len() < MAX_UNKNOWN
        {
            let bounded = |text: &str| text[..text.floor_char_boundary(MAX_RAW_BYTES)].to_owned();
            let value = link(&tag).unwrap_or_else(|| tag.get("title").unwrap_or_default().to_owned());
            entry.unknown.push((bounded(&tag.name), bounded(&value)));
        }
    }

    fn end_capture(&mut self, give: Give<'_>) -> Result<(), Fault> {
        let Some(Capture { what, text, slug, is_too_long, .. }) = self.capture.take() else { return Ok(()) };
        match (what, &mut self.entry) {
            (What::Title, _) => give(Piece::Title(text))?,
            (What::Label, _) => give(Piece::Label { text: words(&text), slug })?,
            (What::Deleted, _) => give(Piece::Deleted(words(&text).ends_with("True")))?,
            (What::Name, _) => self.person.name = words(&text),
            (What::Quote, Some((_, _, entry))) => {
                entry.text.push_str(&text);
                entry.is_too_long |= is_too_long || entry.text.len() > MAX_TEXT_BYTES;
            }
            (What::Transcript, Some((_, _, entry))) => {
                entry.transcript = Some(text);
                entry.is_too_long |= is_too_long;
            }
            (What::Heading, Some((_, Kind::Call, entry))) if entry.heading.is_empty() => {
                entry.heading = words(&text);
            }
            _ => {}
        }
        Ok(())
    }

    fn end_entry(&mut self, give: Give<'_>) -> Result<(), Fault> {
        match self.entry.take() {
            Some((_, Kind::Message, entry)) => give(Piece::Message(entry)),
            Some((_, Kind::Call, entry)) => give(Piece::Call(entry)),
            None => Ok(()),
        }
    }
}

/// The text with single blanks: pages break their lines anywhere.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
