//! What a platform has to supply, and the list of those that do.

use std::{
    any::Any,
    cell::RefCell,
    collections::HashSet,
    io::{self, Read},
    ops::ControlFlow,
    path::Path,
    rc::Rc,
    sync::Arc,
};

use blackbox_format::{
    message::{Content, Incoming, Media},
    month::Month,
};

use crate::{
    Options, discord, email, encoding,
    folder::Attachment,
    formats::Format,
    gchat, gvoice,
    head::Head,
    imessage,
    jsonl::JsonLines,
    lines::Lines,
    messenger,
    place::Section,
    report::{Facts, Skipped, Tally},
    rsmf, signal, slack, sms, teams, telegram,
    walk::Entry,
    whatsapp::Whatsapp,
    x,
};

/// Every platform. The first of those that are surest reads the file.
pub(crate) const IMPORTERS: &[&dyn Importer] = &[
    &JsonLines,
    // Its headers are among WhatsApp's, its blanks are not.
    &signal::Exported,
    &Whatsapp,
    &signal::Backup,
    &signal::Sigtop,
    &telegram::Json,
    &telegram::Html,
    &sms::Xml,
    &gvoice::Voice,
    &rsmf::Rsmf,
    &email::Mbox,
    &email::Mail,
    &gchat::Chat,
    &messenger::Messenger,
    &x::Direct,
    &slack::Slack,
    &teams::Teams,
    &discord::Discord,
    &imessage::Database,
    &imessage::Exported,
];

/// How sure an importer is that a file is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    No,
    /// It could be another's: taken if nobody is surer.
    Possible,
    Certain,
}

/// What makes one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Each file.
    File,
    /// All files of one folder that the importer recognises, in the order of their names.
    Folder,
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
    /// What it reads, as the table of formats has it: one row a form.
    fn formats(&self) -> &'static [Format];

    /// Whether a file that begins like this is one.
    fn probe(&self, head: &Head) -> Confidence;

    /// What makes one source.
    fn unit(&self) -> Unit {
        Unit::File
    }

    /// Whether the files beside its exports are their attachments.
    fn has_media(&self) -> bool {
        false
    }

    /// Streams what the files hold into `sink`, in their order; the same at every call.
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

/// The most bytes of a file that is read beside another: lists of people and channels, transcripts.
const MAX_BESIDE_BYTES: u64 = 64 << 20;

/// The files of a source, and the folder around them.
pub(crate) struct Input<'a> {
    entries: &'a [Entry],
    pub(crate) options: &'a Options,
    used: RefCell<&'a mut HashSet<String>>,
    shared: &'a Shared,
}

/// What was last made of the files in a folder around sources, and the folder.
#[derive(Default)]
pub(crate) struct Shared(RefCell<Option<(String, Rc<dyn Any>)>>);

/// One file of a source.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    entry: &'a Entry,
}

impl<'a> File<'a> {
    /// Line by line, from its start.
    pub(crate) fn lines(&self) -> io::Result<Lines> {
        Lines::open(&self.entry.place)
    }

    /// Its bytes, from their start.
    pub(crate) fn bytes(&self) -> io::Result<Box<dyn Read>> {
        self.entry.place.open()
    }

    /// Its text as UTF-8 without a byte order mark, from its start; also if it is UTF-16. Bytes that are not UTF-8
    /// stay as they are.
    pub(crate) fn text(&self) -> io::Result<Box<dyn Read>> {
        encoding::utf8(self.entry.place.open()?)
    }

    /// Its bytes, readable at any position; `None` if they are compressed.
    pub(crate) fn section(&self) -> Option<&'a Section> {
        self.entry.place.plain()
    }

    /// Its path, if it lies on a disk as it is, in no archive.
    pub(crate) fn path(&self) -> Option<&'a Path> {
        self.entry.path.as_deref()
    }

    /// Its name, without folders.
    pub(crate) fn name(&self) -> &'a str {
        self.entry.titles.first().map_or("", |name| name)
    }

    /// Its name in reports.
    pub(crate) fn source(&self) -> &'a str {
        &self.entry.source
    }
}

impl<'a> Input<'a> {
    pub(crate) fn new(
        entries: &'a [Entry],
        options: &'a Options,
        used: &'a mut HashSet<String>,
        shared: &'a Shared,
    ) -> Input<'a> {
        Input { entries, options, used: RefCell::new(used), shared }
    }

    /// The files, by name. An importer whose unit is a file has exactly one.
    pub(crate) fn files(&self) -> impl Iterator<Item = File<'a>> + use<'a> {
        self.entries.iter().map(|entry| File { entry })
    }

    /// The first file.
    pub(crate) fn file(&self) -> File<'a> {
        File { entry: &self.entries[0] }
    }

    /// The first file line by line, from its start.
    pub(crate) fn lines(&self) -> io::Result<Lines> {
        self.file().lines()
    }

    /// Names that may tell what conversation it is, nearest first: the file's, its folder's, those of the zips around.
    pub(crate) fn titles(&self) -> &'a [String] {
        &self.entries[0].titles
    }

    /// The names of all files in the folder of the first, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        self.entries[0].folder.names()
    }

    /// Gives `media` the bytes of the file at `path`, from this file's folder. Says whether there is such a file.
    pub(crate) fn attach(&self, media: &mut Media, path: &str) -> bool {
        self.give(media, path, self.entries[0].folder.find(path))
    }

    /// As [`Input::attach`], where paths may start at any folder around this one, up to what was given.
    pub(crate) fn attach_around(&self, media: &mut Media, path: &str) -> bool {
        self.give(media, path, self.entries[0].folder.find_up(path))
    }

    /// As [`Input::attach`], where the path may begin with `../`, within what was given.
    pub(crate) fn attach_beside(&self, media: &mut Media, path: &str) -> bool {
        self.give(media, path, self.entries[0].folder.beside(path))
    }

    /// The bytes of a file that belongs to the export without being part of it, such as a list of people. The path
    /// may begin with `../`, within what was given. `None` if there is none, or if it is over 64 MiB.
    pub(crate) fn beside(&self, path: &str) -> Option<Vec<u8>> {
        let found = self.entries[0].folder.beside(path)?;
        let mut bytes = Vec::new();
        found.place.open().ok()?.take(MAX_BESIDE_BYTES + 1).read_to_end(&mut bytes).ok()?;
        // One that is too long is listed among what was left out.
        let whole = bytes.len() as u64 <= MAX_BESIDE_BYTES;
        whole.then(|| self.used.borrow_mut().insert(found.source));
        whole.then_some(bytes)
    }

    /// What `make` makes of the files in the folder around this one, such as lists of people. It is made once for all
    /// sources in folders beside each other: thousands of conversations may have one list.
    pub(crate) fn around<T: Any>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let Some(up) = self.entries[0].folder.up() else { return Rc::new(make()) };
        let key = up.key();
        if let Some((folder, kept)) = &*self.shared.0.borrow()
            && *folder == key
            && let Ok(kept) = kept.clone().downcast::<T>()
        {
            return kept;
        }
        let made = Rc::new(make());
        *self.shared.0.borrow_mut() = Some((key, made.clone()));
        made
    }

    fn give(&self, media: &mut Media, path: &str, found: Option<Attachment>) -> bool {
        let Some(found) = found else { return false };
        media.content = Some(Arc::new(found.place));
        self.used.borrow_mut().insert(found.source);
        if media.media_type.starts_with("audio/") || media.media_type.starts_with("video/") {
            self.transcribe(media, path);
        }
        true
    }

    /// Looks for a transcript beside a recording: its name with another ending, or with one more.
    fn transcribe(&self, media: &mut Media, path: &str) {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let names =
            ["vtt", "srt", "txt"].iter().flat_map(|end| [format!("{path}.{end}"), format!("{stem}.{end}")]);
        let exports: HashSet<&str> = self.entries.iter().map(|entry| &entry.source[..]).collect();
        for name in names {
            if let Some(found) = self.entries[0].folder.find(&name)
                && !exports.contains(&found.source[..])
            {
                let content: Arc<dyn Content> = Arc::new(found.place);
                media.transcript = Some((name, content));
                self.used.borrow_mut().insert(found.source);
                return;
            }
        }
    }
}

/// Where in a file something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// A line, counted from 1.
    Line(u64),
    /// An element, a record, a message: counted from 1 in the file's own order.
    Item(u64),
}

impl From<u64> for At {
    fn from(line: u64) -> At {
        At::Line(line)
    }
}

/// Where an importer puts what it reads.
///
/// What comes in is counted twice, and the counts are compared at the end: an importer says [`Sink::saw`] for every
/// item that it meets in the export, before it knows what becomes of it, and [`Sink::saw_attachments`] for every
/// attachment that an item mentions; then it hands each on with [`Sink::record`] or says why not with [`Sink::skip`].
pub(crate) struct Sink<'a> {
    source: String,
    give: &'a mut dyn FnMut(Incoming) -> ControlFlow<()>,
    /// What is known of the source as a whole.
    pub(crate) facts: Facts,
    pub(crate) tally: Tally,
    at: Option<At>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(source: &str, give: &'a mut dyn FnMut(Incoming) -> ControlFlow<()>) -> Sink<'a> {
        Sink { source: source.to_owned(), give, facts: Facts::default(), tally: Tally::new(), at: None }
    }

    /// Says which file of the source what follows is from.
    pub(crate) fn enter(&mut self, file: File<'_>) {
        file.source().clone_into(&mut self.source);
        self.at = None;
    }

    /// Counts one item of the export.
    pub(crate) fn saw(&mut self) {
        self.tally.saw(1);
    }

    /// Counts attachments that an item mentions.
    pub(crate) fn saw_attachments(&mut self, count: usize) {
        self.tally.saw(count as u64);
    }

    /// Takes down how many messages the export says that it has; from several files the sum.
    pub(crate) fn declare(&mut self, items: u64) {
        self.tally.declare(items);
    }

    /// Hands on a message or event that stands at `at`, with its attachments.
    pub(crate) fn record(&mut self, at: impl Into<At>, incoming: Incoming) -> Result<(), Fault> {
        let at = at.into();
        self.at = Some(at);
        if Month::of_millis(incoming.message.time).is_none() {
            for _ in &incoming.media {
                self.skip(at, "an attachment of a message whose time is outside 1970 to 2199");
            }
            self.skip(at, "time is outside 1970 to 2199");
            return Ok(());
        }
        self.tally.add(&incoming);
        match (self.give)(incoming) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Fault::Stopped),
        }
    }

    /// Says that an item, or an attachment, was left out.
    pub(crate) fn skip(&mut self, at: impl Into<At>, reason: impl Into<String>) {
        let at = at.into();
        self.at = Some(at);
        self.tally.skip(self.place(Some(at), reason));
    }

    /// Says that something that is no item of the export was left out: it is counted as seen as well.
    pub(crate) fn stray(&mut self, at: impl Into<At>, reason: impl Into<String>) {
        self.saw();
        self.skip(at, reason);
    }

    /// Says that something was read, but not as it should be: an attachment that the export mentions and does not hold.
    pub(crate) fn note(&mut self, at: impl Into<At>, reason: impl Into<String>) {
        let note = self.place(Some(at.into()), reason);
        self.tally.note(note);
    }

    /// Says that something of an item was not understood. It is kept with the message as it is written, as an
    /// annotation `raw:KEY`; `key` names it in the report.
    pub(crate) fn unknown(&mut self, key: &str) {
        self.tally.unknown(key);
    }

    /// Says that a file as a whole was left out.
    pub(crate) fn reject(&mut self, reason: impl Into<String>) {
        let skipped = self.place(None, reason);
        self.tally.reject(skipped);
    }

    /// Says that the rest of the file was left out.
    pub(crate) fn broken(&mut self, error: &io::Error) {
        self.reject(match self.at {
            None => format!("it cannot be read: {error}"),
            Some(At::Line(line)) => format!("it cannot be read beyond the record on line {line}: {error}"),
            Some(At::Item(item)) => format!("it cannot be read beyond item {item}: {error}"),
        });
    }

    /// Reads one file of several with `read`; that it cannot be read to its end is reported, and the next is read.
    pub(crate) fn survive(&mut self, read: Result<(), Fault>) -> Result<(), Fault> {
        match read {
            Err(Fault::Io(error)) => {
                self.broken(&error);
                Ok(())
            }
            other => other,
        }
    }

    fn place(&self, at: Option<At>, reason: impl Into<String>) -> Skipped {
        let (line, item) = match at {
            Some(At::Line(line)) => (Some(line), None),
            Some(At::Item(item)) => (None, Some(item)),
            None => (None, None),
        };
        Skipped { source: self.source.clone(), line, item, reason: reason.into() }
    }
}
