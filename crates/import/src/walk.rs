//! From the paths that were given to the files that may be exports: folders are walked, archives opened.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use crate::{
    ImportError, archive,
    bounded::{self, MAX_DEPTH, MAX_FOLDERS, MAX_HELD_BYTES},
    folder::{Folder, Members, composed},
    head::{self, Kind},
    place::{Layer, Place, Section},
};

/// A file that may be an export.
pub(crate) struct Entry {
    /// Its name in reports: a path, `a.zip!member` in a zip.
    pub(crate) source: String,
    pub(crate) place: Place,
    /// Its path, if it lies on a disk as it is.
    pub(crate) path: Option<PathBuf>,
    /// The folder that it lies in.
    pub(crate) folder: Arc<Folder>,
    /// Names that may tell what conversation it is: its own, its folder's, those of the zips around it.
    pub(crate) titles: Vec<String>,
}

/// What was wrong with a file that is left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// It is no export: it may be an attachment of one.
    Unrecognised,
    /// It was not looked into.
    Refused,
}

/// A file that is no export, and why.
pub(crate) struct Leftover {
    pub(crate) source: String,
    /// The key of its folder.
    pub(crate) folder: String,
    pub(crate) left: Left,
    pub(crate) reason: String,
}

/// A file on disk as it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// What the walk finds.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) entries: Vec<Entry>,
    pub(crate) leftovers: Vec<Leftover>,
    pub(crate) stamps: Vec<Stamp>,
    /// Bytes that there are to read, unfolded where a zip's directory says so.
    pub(crate) bytes: u64,
    /// Files, but for hidden ones.
    pub(crate) found: u64,
    /// Zips that were opened.
    pub(crate) archives: u64,
    seen: HashSet<PathBuf>,
    held: u64,
}

/// How far into archives a file lies, and how much it may still unfold to.
struct Bounds<'a> {
    depth: usize,
    left: &'a mut u64,
}

const TOO_DEEP: &str = "the folders are nested too deep";

impl Stamp {
    /// The file as it is now, if it is a regular one.
    pub(crate) fn of(path: &Path) -> io::Result<Option<Stamp>> {
        let data = fs::metadata(path)?;
        let stamp = || Stamp { path: path.to_owned(), length: data.len(), modified: data.modified().ok() };
        Ok(data.is_file().then(stamp))
    }
}

impl Walk {
    /// Adds a path that was given: a file or a folder, followed if it is a symbolic link.
    pub(crate) fn root(&mut self, path: &Path) -> Result<(), ImportError> {
        let fault = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ImportError::Missing(path.to_owned()),
            _ => ImportError::Io { path: path.to_owned(), source: error },
        };
        let data = fs::metadata(path).map_err(fault)?;
        match data.is_dir() {
            true => {
                fs::read_dir(path).map_err(fault)?;
                self.folder((path, path), 0);
            }
            false => {
                let around = path.parent().unwrap_or(Path::new(""));
                self.file(path, &Arc::new(Folder::disk(around, around)));
            }
        }
        Ok(())
    }

    /// Takes down a file that is left out.
    fn leave(&mut self, source: &str, folder: &Folder, reason: impl Into<String>) {
        self.leftovers.push(Leftover {
            source: source.to_owned(),
            folder: folder.key(),
            left: Left::Refused,
            reason: reason.into(),
        });
    }

    /// Adds what lies in a folder, by name; hidden files are passed over.
    fn folder(&mut self, (path, top): (&Path, &Path), depth: usize) {
        let here = Arc::new(Folder::disk(path, top));
        let listing = fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let mut entries = match listing {
            Ok(_) if depth > MAX_FOLDERS => {
                self.found += 1;
                return self.leave(&path.display().to_string(), &here, TOO_DEEP);
            }
            Ok(entries) => entries,
            Err(error) => {
                self.found += 1;
                return self.leave(
                    &path.display().to_string(),
                    &here,
                    format!("the folder cannot be read: {error}"),
                );
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let source = path.display().to_string();
            match entry.file_type() {
                _ if hidden(&entry.file_name().to_string_lossy()) && !path.join(MAILBOX).is_dir() => {}
                Ok(kind) if kind.is_dir() => self.folder((&path, top), depth + 1),
                Ok(kind) if kind.is_file() => self.file(&path, &here),
                Ok(kind) if kind.is_symlink() => {
                    self.found += 1;
                    self.leave(&source, &here, "a symbolic link, which is not followed");
                }
                Ok(_) => {
                    self.found += 1;
                    self.leave(&source, &here, "not a regular file");
                }
                Err(error) => {
                    self.found += 1;
                    self.leave(&source, &here, format!("it cannot be read: {error}"));
                }
            }
        }
    }

    fn file(&mut self, path: &Path, folder: &Arc<Folder>) {
        self.found += 1;
        let source = path.display().to_string();
        let stamp = match Stamp::of(path) {
            Ok(Some(stamp)) => stamp,
            Ok(None) => return self.leave(&source, folder, "not a regular file"),
            Err(error) => return self.leave(&source, folder, format!("it cannot be read: {error}")),
        };
        if !self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned())) {
            return self.leave(&source, folder, "given twice");
        }
        let mut left = bounded::unfolded(stamp.length);
        let place = Place::new(Section::file(path, stamp.length), left);
        let names = [Some(path), path.parent()].into_iter().flatten().filter_map(Path::file_name);
        let titles = names.map(|name| name.to_string_lossy().into_owned()).collect();
        self.bytes = self.bytes.saturating_add(stamp.length);
        self.stamps.push(stamp);
        let bounds = Bounds { depth: 0, left: &mut left };
        let path = Some(path.to_owned());
        self.entry(Entry { source, place, path, folder: folder.clone(), titles }, bounds);
    }

    /// Opens an archive, or keeps the file as a possible export.
    fn entry(&mut self, entry: Entry, bounds: Bounds<'_>) {
        match head::kind(&entry.place) {
            Ok(Kind::Other) => self.entries.push(entry),
            Ok(Kind::Empty) => self.leave(&entry.source, &entry.folder, "empty"),
            Ok(_) if bounds.depth == MAX_DEPTH => {
                let reason = format!("archives nested more than {MAX_DEPTH} deep are not opened");
                self.leave(&entry.source, &entry.folder, reason);
            }
            Ok(Kind::Gzip) => self.gzip(entry, bounds),
            Ok(Kind::Zip) => self.zip(entry, bounds),
            Err(error) => self.leave(&entry.source, &entry.folder, format!("it cannot be read: {error}")),
        }
    }

    fn gzip(&mut self, entry: Entry, bounds: Bounds<'_>) {
        let place = entry.place.with(Layer::Gzip);
        if bounds.depth > 0 {
            match count(&place, *bounds.left) {
                Ok(length) => *bounds.left -= length,
                Err(reason) => return self.leave(&entry.source, &entry.folder, reason),
            }
        }
        let bounds = Bounds { depth: bounds.depth + 1, left: bounds.left };
        self.entry(Entry { place, path: None, ..entry }, bounds);
    }

    fn zip(&mut self, entry: Entry, bounds: Bounds<'_>) {
        let opened = self.section(&entry.place, &bounds).and_then(|section| archive::directory(&section));
        let directory = match opened {
            Ok(directory) if directory.is_document() => return self.entries.push(entry),
            Ok(directory) => directory,
            Err(reason) => return self.leave(&entry.source, &entry.folder, reason),
        };
        let length = directory.unfolded();
        match bounds.left.checked_sub(length) {
            Some(left) => *bounds.left = left,
            None => {
                let reason = format!("refusing to unfold it: its members would have {length} bytes");
                return self.leave(&entry.source, &entry.folder, reason);
            }
        }
        self.archives += 1;
        if directory.hidden {
            self.found += 1;
            self.leave(
                &entry.source,
                &entry.folder,
                "several of its members have one name: one of them was read",
            );
        }
        self.bytes = self.bytes.saturating_add(length.saturating_sub(entry.place.length()));
        self.members(&entry, directory.members, bounds);
    }

    /// The zip's bytes, readable at any position: in memory if it is compressed itself.
    fn section(&mut self, place: &Place, bounds: &Bounds<'_>) -> Result<Section, String> {
        if let Some(section) = place.plain() {
            return Ok(section.clone());
        }
        let most = (MAX_HELD_BYTES - self.held).min(*bounds.left);
        let mut bytes = Vec::new();
        let read = place.open().and_then(|reader| reader.take(most + 1).read_to_end(&mut bytes));
        match read {
            Ok(length) if length as u64 > most => {
                Err("the zip is large and compressed inside another archive: unpack that one first".into())
            }
            Ok(length) => {
                self.held += length as u64;
                Ok(Section::memory(bytes))
            }
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    }

    fn members(&mut self, zip: &Entry, members: Vec<archive::Member>, bounds: Bounds<'_>) {
        let limit = zip.place.limit();
        let place = |(section, layer): &(Section, Layer)| Place::new(section.clone(), limit).with(*layer);
        let mut all = Members { zip: zip.source.clone(), ..Members::default() };
        for member in &members {
            if let Ok(bytes) = &member.bytes {
                all.files.insert(composed(&member.name), (member.name.clone(), place(bytes)));
            }
        }
        let all = Arc::new(all);
        for member in members.iter().filter(|member| !passed_over(&member.name)) {
            self.found += 1;
            let source = format!("{}!{}", zip.source, member.name);
            let (prefix, name) = member.name.rsplit_once('/').unwrap_or(("", &member.name));
            let inner = (!prefix.is_empty()).then(|| prefix.rsplit('/').next().unwrap_or(prefix).to_owned());
            let titles = [name.to_owned()].into_iter().chain(inner).chain(zip.titles.iter().cloned());
            let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
            let folder = Arc::new(Folder::Zip { members: all.clone(), prefix });
            match &member.bytes {
                Ok(_) if folder.depth() > MAX_FOLDERS => self.leave(&source, &folder, TOO_DEEP),
                Ok(bytes) => {
                    let bounds = Bounds { depth: bounds.depth + 1, left: &mut *bounds.left };
                    let place = place(bytes);
                    let entry = Entry { source, place, path: None, folder, titles: titles.collect() };
                    self.entry(entry, bounds);
                }
                Err(reason) => self.leave(&source, &folder, reason.clone()),
            }
        }
    }
}

/// What shows that a folder with a hidden name is a mailbox: a Maildir keeps its inner mailboxes in such.
const MAILBOX: &str = "cur";

/// Whether a member of a zip lies where people do not see it.
fn passed_over(member: &str) -> bool {
    let mut parts = member.split('/').peekable();
    while let Some(part) = parts.next() {
        if hidden(part) && !parts.peek().is_some_and(|next| matches!(*next, MAILBOX | "new" | "tmp")) {
            return true;
        }
    }
    false
}

/// Whether a name is one that systems leave behind and people do not see.
fn hidden(name: &str) -> bool {
    (name.starts_with('.') && !matches!(name, "." | "..")) || name == "__MACOSX"
}

/// How many bytes a gzip inside an archive has, if that is within what is left. Of a damaged one, those before the
/// damage: they are read, and the fault shows again then, at its place.
fn count(place: &Place, left: u64) -> Result<u64, String> {
    let mut buffer = vec![0; 1 << 16];
    let mut total: u64 = 0;
    let mut reader = place.limited(u64::MAX).open().map_err(|error| format!("it cannot be read: {error}"))?;
    while let Ok(count) = reader.read(&mut buffer)
        && count > 0
    {
        total += count as u64;
        if total > left {
            return Err(format!("refusing to unfold it: it has more than {left} bytes"));
        }
    }
    Ok(total)
}
