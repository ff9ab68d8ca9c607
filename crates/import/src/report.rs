//! What was read and what was not, in the words of the program's JSON.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use blackbox_format::message::Incoming;
use jiff::Timestamp;
use serde::Serialize;

/// The most skipped lines that are listed one by one, per source.
const MAX_SKIPPED: usize = 10_000;

/// What reading the exports gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every export, in sealing order.
    pub sources: Vec<SourceReport>,
    /// Everything that was left out.
    pub skipped: Vec<Skipped>,
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// Path of the file; `a.zip!member` for a member of a zip.
    pub source: String,
    /// Format as it was recognised, such as `whatsapp-ios`.
    pub format: String,
    /// Messages, without events.
    pub messages: u64,
    /// Attachments that messages mention.
    pub attachments: u64,
    /// Those of them whose bytes the export does not hold.
    pub attachments_missing: u64,
    /// Events: joins, deletions, timer changes.
    pub events: u64,
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
    /// Line, counted from 1; `None` for a whole file.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
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
    messages: u64,
    attachments: u64,
    attachments_missing: u64,
    events: u64,
    senders: HashSet<u64>,
    hasher: RandomState,
    times: Option<(i64, i64)>,
    skipped: Vec<Skipped>,
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

impl Tally {
    pub(crate) fn new() -> Tally {
        Tally {
            messages: 0,
            attachments: 0,
            attachments_missing: 0,
            events: 0,
            senders: HashSet::new(),
            hasher: RandomState::new(),
            times: None,
            skipped: Vec::new(),
            unlisted: 0,
        }
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
        match self.skipped.len() < MAX_SKIPPED {
            true => self.skipped.push(skipped),
            false => self.unlisted += 1,
        }
    }

    /// Writes the counts of `source` into the report.
    pub(crate) fn finish(mut self, source: &str, facts: Facts, timezone: &str, report: &mut Report) {
        if self.unlisted > 0 {
            let reason = format!("{} further lines were skipped", self.unlisted);
            self.skipped.push(Skipped { source: source.to_owned(), line: None, reason });
        }
        report.skipped.append(&mut self.skipped);
        report.sources.push(SourceReport {
            source: source.to_owned(),
            format: facts.format.to_owned(),
            messages: self.messages,
            attachments: self.attachments,
            attachments_missing: self.attachments_missing,
            events: self.events,
            senders: self.senders.len() as u64,
            first: self.times.and_then(|(first, _)| written(first)),
            last: self.times.and_then(|(_, last)| written(last)),
            date_order: facts.date_order,
            timezone: facts.zoneless.then(|| timezone.to_owned()),
        });
    }
}

fn written(millis: i64) -> Option<String> {
    Timestamp::from_millisecond(millis).ok().map(|time| time.to_string())
}
