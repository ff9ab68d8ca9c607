//! What a platform has to supply, and the list of those that do.

use std::{cell::RefCell, collections::HashSet, io, ops::ControlFlow, sync::Arc};

use blackbox_format::{
    message::{Incoming, Media},
    month::Month,
};

use crate::{
    Options,
    head::Head,
    jsonl::JsonLines,
    lines::Lines,
    report::{Facts, Skipped, Tally},
    walk::Entry,
    whatsapp::Whatsapp,
};

/// Every platform. The first of those that are surest reads the file.
pub(crate) const IMPORTERS: &[&dyn Importer] = &[&JsonLines, &Whatsapp];

/// How sure an importer is that a file is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    No,
    /// It could be another's: taken if nobody is surer.
    Possible,
    Certain,
}

/// Why an importer stops before the end.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Whoever takes the messages wants no more.
    Stopped,
    /// The file cannot be read further.
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

/// A platform's exports.
pub(crate) trait Importer: Sync {
    /// Whether a file that begins like this is one.
    fn probe(&self, head: &Head) -> Confidence;

    /// Whether the files beside its exports are their attachments.
    fn has_media(&self) -> bool {
        false
    }

    /// Streams what the file holds into `sink`, in its order; the same at every call.
    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault>;
}

/// The importer that is surest of a file that begins with `head`.
pub(crate) fn choose(head: &Head) -> Option<&'static dyn Importer> {
    let mut best = (Confidence::No, None);
    for importer in IMPORTERS {
        let sure = importer.probe(head);
        if sure > best.0 {
            best = (sure, Some(*importer));
        }
    }
    best.1
}

/// The file that an importer reads, and the folder around it.
pub(crate) struct Input<'a> {
    entry: &'a Entry,
    pub(crate) options: &'a Options,
    used: RefCell<&'a mut HashSet<String>>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(entry: &'a Entry, options: &'a Options, used: &'a mut HashSet<String>) -> Input<'a> {
        Input { entry, options, used: RefCell::new(used) }
    }

    /// The file line by line, from its start.
    pub(crate) fn lines(&self) -> io::Result<Lines> {
        Lines::open(&self.entry.place)
    }

    /// Names that may tell what conversation it is, nearest first.
    pub(crate) fn titles(&self) -> &[String] {
        &self.entry.titles
    }

    /// Gives `media` the bytes of the file at `path`, from this file's folder. Says whether there is such a file.
    pub(crate) fn attach(&self, media: &mut Media, path: &str) -> bool {
        let Some(found) = self.entry.folder.find(path) else { return false };
        media.content = Some(Arc::new(found.place));
        self.used.borrow_mut().insert(found.source);
        true
    }
}

/// Where an importer puts what it reads.
pub(crate) struct Sink<'a> {
    source: &'a str,
    give: &'a mut dyn FnMut(Incoming) -> ControlFlow<()>,
    /// What is known of the source as a whole.
    pub(crate) facts: Facts,
    pub(crate) tally: Tally,
    line: u64,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(source: &'a str, give: &'a mut dyn FnMut(Incoming) -> ControlFlow<()>) -> Sink<'a> {
        Sink { source, give, facts: Facts::default(), tally: Tally::new(), line: 0 }
    }

    /// Hands on a message or event that began on `line`.
    pub(crate) fn record(&mut self, line: u64, incoming: Incoming) -> Result<(), Fault> {
        self.line = line;
        if Month::of_millis(incoming.message.time).is_none() {
            self.skip(line, "time is outside 1970 to 2199");
            return Ok(());
        }
        self.tally.add(&incoming);
        match (self.give)(incoming) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Stopped),
        }
    }

    /// Says that something on `line` was left out.
    pub(crate) fn skip(&mut self, line: u64, reason: impl Into<String>) {
        self.line = line;
        self.tally.skip(Skipped { source: self.source.to_owned(), line: Some(line), reason: reason.into() });
    }

    /// Says that the file as a whole was left out.
    pub(crate) fn reject(&mut self, reason: impl Into<String>) {
        self.tally.skip(Skipped { source: self.source.to_owned(), line: None, reason: reason.into() });
    }

    /// Says that the rest of the file was left out.
    pub(crate) fn broken(&mut self, error: &io::Error) {
        self.reject(match self.line {
            0 => format!("it cannot be read: {error}"),
            line => format!("it cannot be read beyond the record on line {line}: {error}"),
        });
    }
}
