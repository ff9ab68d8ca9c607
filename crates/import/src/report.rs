//! What was read and what was not, in the words of the program's JSON.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use blackbox_format::message::Incoming;
use serde::Serialize;

use crate::time::written;

/// The most skipped items, and the most notes, that are listed one by one, per source.
const MAX_LISTED: usize = 10_000;
/// The most different things not understood that are named, per source.
const MAX_UNKNOWN: usize = 1_000;

/// What reading the exports gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every export, in sealing order.
    pub sources: Vec<SourceReport>,
    /// Everything that was left out.
    pub skipped: Vec<Skipped>,
    /// What was read, but not as it should be: attachments that exports mention and do not hold, counts that exports
    /// state and that do not hold.
    pub notes: Vec<Skipped>,
    /// Attachments in which no word can be searched for.
    pub unsearchable: Unsearchables,
    /// What became of the files.
    pub files: Files,
}

/// What became of every file that was found, on a disk or in a zip: `found` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// All of them, but for hidden ones.
    pub found: u64,
    /// Zips that were opened.
    pub archives: u64,
    /// Exports, or parts of one.
    pub exports: u64,
    /// Attachments, transcripts, lists of people: what exports refer to.
    pub beside: u64,
    /// Files that were left out, each of which is listed.
    pub left: u64,
}

/// Attachments in which no word can be searched for: a recording without a transcript, an encrypted PDF, ...
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unsearchables {
    /// How many there are of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// Each of them, up to 10,000.
    pub items: Vec<Unsearchable>,
}

/// An attachment in which no word can be searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsearchable {
    /// Path of the export.
    pub source: String,
    /// Name of the attachment.
    pub name: String,
    /// What makes it so, as one word.
    pub kind: String,
    /// Why, as a sentence.
    pub reason: String,
}

impl Unsearchables {
    pub(crate) fn add(&mut self, source: &str, name: &str, (kind, reason): (&str, String)) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
        if self.items.len() < MAX_LISTED {
            let (source, name, kind) = (source.to_owned(), name.to_owned(), kind.to_owned());
            self.items.push(Unsearchable { source, name, kind, reason });
        }
    }
}

impl Report {
    /// Whether every file that was found is accounted for.
    pub fn has_all_files(&self) -> bool {
        let Files { found, archives, exports, beside, left } = self.files;
        found == archives + exports + beside + left
    }

    /// The first source whose items are not all accounted for: a fault of the importer.
    pub fn unbalanced(&self) -> Option<&SourceReport> {
        self.sources.iter().find(|source| !source.is_balanced())
    }
}

/// One export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// Path of the file; `a.zip!member` for a member of a zip.
    pub source: String,
    /// Format as it was recognised, such as `whatsapp-ios`.
    pub format: String,
    /// Files that it consists of.
    pub files: u64,
    /// Items that were met: messages, events, and attachments that they mention.
    pub seen: u64,
    /// Messages, without events.
    pub messages: u64,
    /// Attachments that messages mention.
    pub attachments: u64,
    /// Those of them whose bytes the export does not hold.
    pub attachments_missing: u64,
    /// Events: joins, deletions, timer changes.
    pub events: u64,
    /// Items that were left out, each of which is listed: `seen` is the sum of `messages`, `events`, `attachments` and
    /// this.
    pub skipped: u64,
    /// How many messages the export says that it has, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<u64>,
    /// What was not understood, and how often: kept with the messages as it was written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_understood: BTreeMap<String, u64>,
    /// Different senders of messages.
    pub senders: u64,
    /// Time of the earliest message or event, UTC (RFC 3339 with Z).
    pub first: Option<String>,
    /// Time of the latest message or event, UTC (RFC 3339 with Z).
    pub last: Option<String>,
    /// How ambiguous dates were read, where the format has such.
    pub date_order: Option<DateOrder>,
    /// The time zone that was assumed, where the export states none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A file, or a line of one, that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Path of the file; `a.zip!member` for a member of a zip.
    pub source: String,
    /// Line, counted from 1; `None` for a whole file, and where lines mean nothing.
    pub line: Option<u64>,
    /// Number of the message in its file, from 1, where lines mean nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// Why.
    pub reason: String,
}

impl SourceReport {
    /// Whether every item that was met is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.seen == self.messages + self.events + self.attachments + self.skipped
    }
}

/// How the numbers of a date are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 31/12/2020
    DayFirst,
    /// 12/31/2020
    MonthFirst,
    /// 2020/12/31
    YearFirst,
}

/// Counts what comes from one source.
pub(crate) struct Tally {
    seen: u64,
    messages: u64,
    attachments: u64,
    attachments_missing: u64,
    events: u64,
    skips: u64,
    declared: Option<u64>,
    senders: HashSet<u64>,
    hasher: RandomState,
    times: Option<(i64, i64)>,
    unknown: BTreeMap<String, u64>,
    skipped: Listed,
    notes: Listed,
}

/// Places that are listed up to a number, and counted beyond it.
#[derive(Default)]
struct Listed {
    places: Vec<Skipped>,
    unlisted: u64,
}

/// What an importer says of a source as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) format: &'static str,
    pub(crate) date_order: Option<DateOrder>,
    /// Whether some of its times state no zone.
    pub(crate) zoneless: bool,
}

impl Listed {
    fn push(&mut self, place: Skipped) {
        match self.places.len() < MAX_LISTED {
            true => self.places.push(place),
            false => self.unlisted += 1,
        }
    }

    fn finish(mut self, source: &str, what: &str) -> Vec<Skipped> {
        if self.unlisted > 0 {
            self.places.push(Skipped::file(source, format!("{} {what}", self.unlisted)));
        }
        self.places
    }
}

impl Skipped {
    /// A whole file.
    pub fn file(source: &str, reason: impl Into<String>) -> Skipped {
        Skipped { source: source.to_owned(), line: None, item: None, reason: reason.into() }
    }
}

impl Tally {
    pub(crate) fn new() -> Tally {
        Tally {
            seen: 0,
            messages: 0,
            attachments: 0,
            attachments_missing: 0,
            events: 0,
            skips: 0,
            declared: None,
            senders: HashSet::new(),
            hasher: RandomState::new(),
            times: None,
            unknown: BTreeMap::new(),
            skipped: Listed::default(),
            notes: Listed::default(),
        }
    }

    pub(crate) fn saw(&mut self, count: u64) {
        self.seen += count;
    }

    pub(crate) fn declare(&mut self, items: u64) {
        self.declared = Some(self.declared.unwrap_or(0).saturating_add(items));
    }

    pub(crate) fn add(&mut self, incoming: &Incoming) {
        let message = &incoming.message;
        match message.is_event() {
            true => self.events += 1,
            false => {
                self.messages += 1;
                self.senders.insert(self.hasher.hash_one(&message.from));
            }
        }
        self.attachments += incoming.media.len() as u64;
        self.attachments_missing +=
            incoming.media.iter().filter(|media| media.content.is_none()).count() as u64;
        let (first, last) = self.times.unwrap_or((message.time, message.time));
        self.times = Some((first.min(message.time), last.max(message.time)));
    }

    pub(crate) fn skip(&mut self, skipped: Skipped) {
        self.skips += 1;
        self.skipped.push(skipped);
    }

    /// Lists a file that was left out, or the rest of one: nobody knows how many items that is.
    pub(crate) fn reject(&mut self, skipped: Skipped) {
        self.skipped.push(skipped);
    }

    pub(crate) fn note(&mut self, note: Skipped) {
        self.notes.push(note);
    }

    pub(crate) fn unknown(&mut self, key: &str) {
        if self.unknown.len() < MAX_UNKNOWN || self.unknown.contains_key(key) {
            *self.unknown.entry(key.to_owned()).or_default() += 1;
        }
    }

    /// Writes the counts of `source` into the report.
    pub(crate) fn finish(
        mut self,
        (source, files): (&str, u64),
        facts: Facts,
        timezone: &str,
        report: &mut Report,
    ) {
        let records = self.messages + self.events;
        if let Some(declared) = self.declared.filter(|declared| *declared != records) {
            let reason =
                format!("it says that it has {declared} messages; {records} messages and events were read");
            self.notes.push(Skipped::file(source, reason));
        }
        report.skipped.extend(self.skipped.finish(source, "further items were skipped"));
        report.notes.extend(self.notes.finish(source, "further notes are not listed"));
        report.sources.push(SourceReport {
            source: source.to_owned(),
            format: facts.format.to_owned(),
            files,
            seen: self.seen,
            messages: self.messages,
            attachments: self.attachments,
            attachments_missing: self.attachments_missing,
            events: self.events,
            skipped: self.skips,
            declared: self.declared,
            not_understood: self.unknown,
            senders: self.senders.len() as u64,
            first: self.times.and_then(|(first, _)| written(first)),
            last: self.times.and_then(|(_, last)| written(last)),
            date_order: facts.date_order,
            timezone: facts.zoneless.then(|| timezone.to_owned()),
        });
    }
}
