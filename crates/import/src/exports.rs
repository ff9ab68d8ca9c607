//! The exports that were given, found once and read as often as the sealer needs.

use std::{collections::HashSet, io, ops::ControlFlow, path::PathBuf};

use blackbox_document::Reader;
use blackbox_format::message::Incoming;
use jiff::tz::TimeZone;

use crate::{
    Contacts,
    enrich::{Enricher, Kept},
    head::Head,
    importer::{self, Fault, Importer, Input, Shared, Sink, Unit},
    report::{Files, Report, Skipped},
    unknown,
    walk::{Entry, Left, Leftover, Stamp, Walk},
};

/// What is assumed where an export does not say, and what is added to what it says.
pub struct Options {
    /// Zone of times that state none.
    pub timezone: TimeZone,
    /// Its name, for the report.
    pub timezone_name: String,
    /// Name of the person whose exports these are, as the exports write it.
    pub owner: Option<String>,
    /// Who is behind which number, address and handle.
    pub contacts: Option<Contacts>,
    /// Reads the text of attachments; without it, none is.
    pub documents: Option<Reader>,
}

impl Options {
    /// Times without a zone are read in `timezone`, called so; nothing else is known, and nothing added.
    pub fn new(timezone: TimeZone, name: impl Into<String>) -> Options {
        Options { timezone, timezone_name: name.into(), owner: None, contacts: None, documents: None }
    }
}

/// Exports in files, folders, zips and gzips.
pub struct Exports {
    options: Options,
    sources: Vec<Source>,
    leftovers: Vec<Leftover>,
    stamps: Vec<Stamp>,
    bytes: u64,
    found: u64,
    archives: u64,
    kept: Kept,
}

/// Why exports cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A path that was given names nothing.
    #[error("\"{}\" does not exist", .0.display())]
    Missing(PathBuf),
    /// A path that was given cannot be read.
    #[error("\"{}\" cannot be read", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why reading the exports ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// Whoever took the messages failed.
    #[error(transparent)]
    Taker(E),
    /// A file is not what it was when the exports were opened.
    #[error("\"{}\" changed while it was being read", .0.display())]
    Changed(PathBuf),
}

struct Source {
    /// Path of the file, or of the folder whose files are read as one.
    name: String,
    entries: Vec<Entry>,
    importer: &'static dyn Importer,
}

/// A folder's files come one after another, but for those of other platforms between them.
const FOLDERS_BACK: usize = 64;
const UNUSED: &str = "no message refers to this file";

impl Exports {
    /// Finds the exports at `paths`: walks folders, opens archives and looks at the beginning of every file.
    ///
    /// # Errors
    /// A path that was given does not exist or cannot be read. Anything else that cannot be used is reported by
    /// [`Exports::read`].
    pub fn open(paths: &[PathBuf], options: Options) -> Result<Exports, ImportError> {
        let mut walk = Walk::default();
        for path in paths {
            walk.root(path)?;
        }
        let mut exports = Exports {
            options,
            sources: Vec::new(),
            leftovers: walk.leftovers,
            stamps: walk.stamps,
            bytes: walk.bytes,
            found: walk.found,
            archives: walk.archives,
            kept: Kept::default(),
        };
        for entry in walk.entries {
            exports.recognise(entry);
        }
        Ok(exports)
    }

    fn recognise(&mut self, entry: Entry) {
        let name = entry.titles.first().map_or("", |name| name);
        let reason = match Head::read(&entry.place, name) {
            Ok(head) => match importer::choose(&head) {
                Some(importer) => return self.take(entry, importer),
                None => {
                    let reason = unknown::reason(&head).to_owned();
                    return self.leave(entry, Left::Unrecognised, reason);
                }
            },
            Err(error) => format!("it cannot be read: {error}"),
        };
        self.leave(entry, Left::Refused, reason);
    }

    fn leave(&mut self, entry: Entry, left: Left, reason: String) {
        self.leftovers.push(Leftover { source: entry.source, folder: entry.folder.key(), left, reason });
    }

    /// Makes a source of the file, or adds it to that of its folder.
    fn take(&mut self, entry: Entry, importer: &'static dyn Importer) {
        let folder = entry.folder.key();
        // Importers have no state, so several may have one address: the names of their formats tell them apart.
        let name = |importer: &dyn Importer| importer.formats().first().map(|format| format.format);
        let same = |source: &&mut Source| {
            name(source.importer) == name(importer) && source.entries[0].folder.key() == folder
        };
        match importer.unit() {
            Unit::File => {}
            Unit::Folder => {
                if let Some(source) = self.sources.iter_mut().rev().take(FOLDERS_BACK).find(same) {
                    source.name = folder;
                    return source.entries.push(entry);
                }
            }
        }
        self.sources.push(Source { name: entry.source.clone(), entries: vec![entry], importer });
    }

    /// Bytes of all files that were found, unfolded where a zip's directory says so.
    pub fn total_bytes(&self) -> u64 {
        self.bytes
    }

    /// Streams every message and event to `each`, in sealing order: the same at every call.
    ///
    /// # Errors
    /// `each` failed, or a file has changed since [`Exports::open`]. What cannot be used is in the report instead.
    pub fn read<E>(&self, each: &mut dyn FnMut(Incoming) -> Result<(), E>) -> Result<Report, ReadError<E>> {
        self.check_stamps()?;
        let mut report = Report::default();
        let mut used = HashSet::new();
        let mut enricher = Enricher::new(&self.options, &self.kept);
        let shared = Shared::default();
        for source in &self.sources {
            let mut failure = None;
            let mut give = |mut incoming: Incoming| {
                enricher.add(&source.name, &mut incoming);
                match each(incoming) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failure = Some(error);
                        ControlFlow::Break(())
                    }
                }
            };
            let input = Input::new(&source.entries, &self.options, &mut used, &shared);
            self.read_source(source, &input, &mut give, &mut report);
            if let Some(error) = failure {
                return Err(ReadError::Taker(error));
            }
        }
        self.check_stamps()?;
        self.report_leftovers(&used, &mut report);
        report.unsearchable = enricher.unsearchable;
        Ok(report)
    }

    fn read_source(
        &self,
        source: &Source,
        input: &Input<'_>,
        give: &mut dyn FnMut(Incoming) -> ControlFlow<()>,
        report: &mut Report,
    ) {
        let mut sink = Sink::new(&source.name, give);
        match source.importer.read(input, &mut sink) {
            Ok(()) | Err(Fault::Stopped) => {}
            Err(Fault::Io(error)) => sink.broken(&error),
        }
        let Sink { facts, tally, .. } = sink;
        tally.finish((&source.name, source.entries.len() as u64), facts, &self.options.timezone_name, report);
    }

    /// Checks that every file is still the one that was found.
    fn check_stamps<E>(&self) -> Result<(), ReadError<E>> {
        let same = |stamp: &&Stamp| matches!(Stamp::of(&stamp.path), Ok(Some(now)) if now == **stamp);
        match self.stamps.iter().find(|stamp| !same(stamp)) {
            Some(stamp) => Err(ReadError::Changed(stamp.path.clone())),
            None => Ok(()),
        }
    }

    /// Reports the files that are no exports, but for those that messages refer to and what is packed in them.
    fn report_leftovers(&self, used: &HashSet<String>, report: &mut Report) {
        let with_media: HashSet<String> = self
            .sources
            .iter()
            .filter(|source| source.importer.has_media())
            .map(|source| source.entries[0].folder.key())
            .collect();
        let is_used = |source: &str| {
            used.contains(source) || source.match_indices('!').any(|(at, _)| used.contains(&source[..at]))
        };
        report.files = Files {
            found: self.found,
            archives: self.archives,
            exports: report.sources.iter().map(|source| source.files).sum(),
            ..Files::default()
        };
        for file in &self.leftovers {
            if is_used(&file.source) {
                report.files.beside += 1;
                continue;
            }
            report.files.left += 1;
            let unused = file.left == Left::Unrecognised && with_media.contains(&file.folder);
            let reason = if unused { UNUSED.to_owned() } else { file.reason.clone() };
            report.skipped.push(Skipped::file(&file.source, reason));
        }
    }
}
