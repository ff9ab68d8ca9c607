//! What messages of any platform get besides what their export says: every name of their people, from the contacts,
//! and the text of their attachments.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    sync::{Mutex, PoisonError},
};

use blackbox_document::{Extent, Origin, Outcome, transcript};
use blackbox_format::message::{AttachmentText, Incoming, MAX_NAMES, Media, Message, Names};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use crate::{Options, report::Unsearchables};

/// Texts kept between readings of the exports, compressed, in bytes: making them is slow, and a program that makes
/// them may make others the next time.
const KEPT_BYTES: usize = 256 << 20;
/// The most bytes of a transcript.
const TRANSCRIPT_BYTES: u64 = 4 << 20;
/// The most different people whose names are looked up once only.
const KNOWN_PEOPLE: usize = 100_000;
/// Why an attachment that the export does not hold cannot be searched.
const MISSING: (&str, &str) = ("missing", "the export does not hold it");

/// What was found in each attachment of the exports, by its number among all of them, from 0; and how many bytes that
/// takes.
#[derive(Default)]
pub(crate) struct Kept {
    all: Mutex<(HashMap<u64, Found>, usize)>,
}

/// What was found in an attachment.
#[derive(Clone)]
enum Found {
    Text { origin: String, extent: Extent, deflated: Vec<u8> },
    Nothing { kind: &'static str, reason: String },
}

/// Adds to messages, one reading of the exports long.
pub(crate) struct Enricher<'a> {
    options: &'a Options,
    kept: &'a Kept,
    attachment: u64,
    people: HashMap<String, Vec<String>>,
    pub(crate) unsearchable: Unsearchables,
}

impl<'a> Enricher<'a> {
    pub(crate) fn new(options: &'a Options, kept: &'a Kept) -> Enricher<'a> {
        Enricher {
            options,
            kept,
            attachment: 0,
            people: HashMap::new(),
            unsearchable: Unsearchables::default(),
        }
    }

    /// Adds names and texts to a message of `source`.
    pub(crate) fn add(&mut self, source: &str, incoming: &mut Incoming) {
        self.name(&mut incoming.message);
        for (number, media) in incoming.media.iter_mut().enumerate() {
            let number = number as u64;
            let known = incoming.message.texts.iter().any(|text| text.attachment == number);
            if !known && let Some(text) = self.text(source, number, media) {
                incoming.message.texts.push(text);
            }
            media.transcript = None;
            self.attachment += 1;
        }
        incoming.message.texts.sort_by_key(|text| text.attachment);
    }

    /// Gives sender and recipients the names that the contacts have for them.
    fn name(&mut self, message: &mut Message) {
        if self.options.contacts.is_none() {
            return;
        }
        let mut given = std::mem::take(&mut message.names);
        let people = message.to.iter().chain([&message.from]).filter(|name| !name.is_empty());
        for written in people.cloned().collect::<std::collections::BTreeSet<String>>() {
            let at = given.iter().position(|names| names.written == written);
            let also = at.map(|at| given.swap_remove(at).also).unwrap_or_default();
            let also = self.known_as(&written, also);
            if !also.is_empty() {
                message.names.push(Names { written, also });
            }
        }
        message.names.append(&mut given);
    }

    /// What else a person is known as, who is `also` called so by the export.
    fn known_as(&mut self, written: &str, also: Vec<String>) -> Vec<String> {
        if also.is_empty()
            && let Some(known) = self.people.get(written)
        {
            return known.clone();
        }
        let contacts = self.options.contacts.iter();
        let mut names = std::iter::once(written).chain(also.iter().map(|name| &name[..]));
        let person = contacts.flat_map(|contacts| names.find_map(|name| contacts.person(name))).next();
        let from_contacts = person.iter().flat_map(|person| [&person.name].into_iter().chain(&person.names));
        let mut all: Vec<String> = Vec::new();
        for name in from_contacts.chain(&also) {
            if name != written && !all.contains(name) && all.len() < MAX_NAMES {
                all.push(name.clone());
            }
        }
        if also.is_empty() && self.people.len() < KNOWN_PEOPLE {
            self.people.insert(written.to_owned(), all.clone());
        }
        all
    }

    /// The text of an attachment; if it has none, that is counted.
    fn text(&mut self, source: &str, number: u64, media: &Media) -> Option<AttachmentText> {
        let found = match self.kept.get(self.attachment) {
            Some(found) => found,
            None => {
                let found = self.find(media)?;
                self.kept.put(self.attachment, &found);
                found
            }
        };
        match found {
            Found::Text { origin, extent, deflated } => {
                if extent != Extent::Whole {
                    let reason = format!("only a part of its text was read: {}", extent.kind());
                    self.unsearchable.add(source, &media.name, (extent.kind(), reason));
                }
                Some(AttachmentText { attachment: number, origin, text: inflate(&deflated)? })
            }
            Found::Nothing { kind, reason } => {
                self.unsearchable.add(source, &media.name, (kind, reason));
                None
            }
        }
    }

    /// Reads an attachment; `None` if nobody asked for texts.
    fn find(&self, media: &Media) -> Option<Found> {
        let documents = self.options.documents.as_ref()?;
        if let Some(text) = beside(media) {
            return Some(Found::text("transcript".to_owned(), Extent::Whole, &text));
        }
        let Some(content) = &media.content else {
            return Some(Found::Nothing { kind: MISSING.0, reason: MISSING.1.to_owned() });
        };
        Some(match documents.read(&media.name, &media.media_type, &|| content.open()) {
            Outcome::Unsearchable(reason) => {
                Found::Nothing { kind: reason.kind(), reason: reason.to_string() }
            }
            Outcome::Text(text) => {
                let origin = match text.origin {
                    Origin::Document => "document".to_owned(),
                    Origin::Ocr(program) | Origin::Transcription(program) => format!("machine: {program}"),
                };
                Found::text(origin, text.extent, &text.text)
            }
        })
    }
}

/// The transcript that lies beside a recording.
fn beside(media: &Media) -> Option<String> {
    let (name, content) = media.transcript.as_ref()?;
    let mut bytes = Vec::new();
    content.open().ok()?.take(TRANSCRIPT_BYTES).read_to_end(&mut bytes).ok()?;
    transcript(name, &bytes).filter(|text| !text.trim().is_empty())
}

impl Found {
    fn text(origin: String, extent: Extent, text: &str) -> Found {
        const MEMORY: &str = "writing to memory does not fail";
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).expect(MEMORY);
        Found::Text { origin, extent, deflated: encoder.finish().expect(MEMORY) }
    }

    fn weight_bytes(&self) -> usize {
        match self {
            Found::Text { deflated, .. } => 100 + deflated.len(),
            Found::Nothing { reason, .. } => 100 + reason.len(),
        }
    }
}

fn inflate(deflated: &[u8]) -> Option<String> {
    let mut text = String::new();
    let read: io::Result<usize> = DeflateDecoder::new(deflated).read_to_string(&mut text);
    read.is_ok().then_some(text)
}

impl Kept {
    fn get(&self, attachment: u64) -> Option<Found> {
        // A reading that panicked has left whole entries or none.
        self.all.lock().unwrap_or_else(PoisonError::into_inner).0.get(&attachment).cloned()
    }

    fn put(&self, attachment: u64, found: &Found) {
        let mut kept = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, bytes) = &mut *kept;
        if *bytes + found.weight_bytes() <= KEPT_BYTES {
            *bytes += found.weight_bytes();
            all.insert(attachment, found.clone());
        }
    }
}
