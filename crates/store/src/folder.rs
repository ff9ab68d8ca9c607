//! A folder as a store. Objects are written whole to a temporary name, synced, linked or renamed
//! into place, and their folder synced (spec/archive.md, "Writing").

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{Store, StoreError, Upload};

/// Name of the lock file.
pub const LOCK: &str = "lock";
const TEMPORARY: &str = ".tmp-";

/// An archive in a folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    private: bool,
}

impl Folder {
    /// The store in `root`, which may not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into(), private: false }
    }

    /// The same, with files that only their owner can read.
    pub fn private(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into(), private: true }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where `path` lies. Paths may come from an archive that somebody else wrote.
    fn place(&self, path: &str) -> Result<PathBuf, StoreError> {
        let plain =
            |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']);
        match path.split('/').all(plain) {
            true => Ok(self.root.join(path)),
            false => Err(StoreError::Path(path.to_owned())),
        }
    }

    fn begin(&self, path: &str) -> Result<FolderUpload, StoreError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let place = self.place(path)?;
        let folder = place.parent().expect("an object lies in a folder").to_owned();
        create_folders(&folder).map_err(|error| fault(path, error))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if self.private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&temporary);
        let file = io::BufWriter::with_capacity(1 << 18, file.map_err(|error| fault(path, error))?);
        Ok(FolderUpload { path: path.to_owned(), place, temporary, file })
    }
}

/// Creates missing folders and syncs the parents in which they appear.
fn create_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folders(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere folders cannot be synced: names there are as durable as the system makes them.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn fault(path: &str, error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            StoreError::Missing(path.to_owned())
        }
        io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
        io::ErrorKind::UnexpectedEof => StoreError::Short(path.to_owned()),
        _ => StoreError::Io { path: path.to_owned(), source: error },
    }
}

impl Store for Folder {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        let data = fs::metadata(self.place(path)?).map_err(|error| fault(path, error))?;
        match data.is_file() {
            true => Ok(data.len()),
            false => Err(StoreError::Missing(path.to_owned())),
        }
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        let mut file = File::open(self.place(path)?).map_err(|error| fault(path, error))?;
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(buffer));
        read.map_err(|error| fault(path, error))
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut upload = self.begin(path)?;
        upload.write(bytes)?;
        upload.settle(|temporary, place| fs::rename(temporary, place))
    }

    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        match self.exists(path)? {
            true => Err(StoreError::Exists(path.to_owned())),
            false => Ok(Box::new(self.begin(path)?)),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        let top = if prefix.is_empty() { self.root.clone() } else { self.place(prefix)? };
        let mut folders = vec![(top, prefix.to_owned())];
        while let Some((folder, name)) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|error| fault(&name, error))?,
            };
            for entry in entries {
                let entry = entry.map_err(|error| fault(&name, error))?;
                let part = entry.file_name().to_string_lossy().into_owned();
                let path = if name.is_empty() { part.clone() } else { format!("{name}/{part}") };
                match entry.file_type().map_err(|error| fault(&path, error))?.is_dir() {
                    true => folders.push((entry.path(), path)),
                    false if part.starts_with(TEMPORARY) => {}
                    false => found.push(path),
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let place = self.place(path)?;
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(path, error)),
            _ => {}
        }
        // Object stores have no folders: one that holds nothing any more goes with its last object.
        let parents = place.ancestors().skip(1).take_while(|folder| *folder != self.root);
        let mut emptied = parents.take_while(|folder| fs::remove_dir(folder).is_ok());
        while emptied.next().is_some() {}
        Ok(())
    }

    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        create_folders(&self.root).map_err(|error| fault(LOCK, error))?;
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.place(LOCK)?);
        let file = file.map_err(|error| fault(LOCK, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(file)),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Locked),
            Err(fs::TryLockError::Error(error)) => Err(fault(LOCK, error)),
        }
    }

    #[cfg(unix)]
    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        let existing = self.root.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
        let state = rustix::fs::statvfs(existing).map_err(|error| fault("", error.into()))?;
        Ok(Some(state.f_bavail.saturating_mul(state.f_frsize)))
    }

    #[cfg(not(unix))]
    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

struct FolderUpload {
    path: String,
    place: PathBuf,
    temporary: PathBuf,
    file: io::BufWriter<File>,
}

impl FolderUpload {
    /// Syncs the bytes, puts them in place, syncs the folder. In this order: a name never stands
    /// for bytes that a power cut could take back.
    fn settle(mut self, place: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<(), StoreError> {
        let folder = self.place.parent().expect("an object lies in a folder");
        let done = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .and_then(|()| place(&self.temporary, &self.place))
            .and_then(|()| sync_folder(folder));
        done.map_err(|error| fault(&self.path, error))
    }
}

impl Upload for FolderUpload {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(|error| fault(&self.path, error))
    }

    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        // A hard link fails if the name is taken; a rename would overwrite.
        self.settle(|temporary, place| fs::hard_link(temporary, place))
    }
}

impl Drop for FolderUpload {
    fn drop(&mut self) {
        // Renamed away or not, the temporary name must not stay; nothing to report if it is gone.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::new(folder.path().join("archive"));
        (folder, store)
    }

    #[test]
    fn an_object_is_put_once_and_read_in_ranges() {
        let (_keep, store) = folder();
        store.put("a/b/c", b"hello").unwrap();
        assert!(matches!(store.put("a/b/c", b"other"), Err(StoreError::Exists(_))));
        let mut part = [0; 3];
        store.read_at("a/b/c", 1, &mut part).unwrap();
        assert_eq!(&part, b"ell");
        assert!(matches!(store.read_at("a/b/c", 3, &mut part), Err(StoreError::Short(_))));
        assert!(matches!(store.read("a/x"), Err(StoreError::Missing(_))));
        store.replace("a/b/c", b"new").unwrap();
        assert_eq!(store.read("a/b/c").unwrap(), b"new");
        assert_eq!(store.list("").unwrap(), ["a/b/c"]);
    }

    #[test]
    fn no_path_leads_out_of_the_archive() {
        let (_keep, store) = folder();
        for path in ["../x", "a/../../x", "/etc/passwd", "a//b", "", "a/./b"] {
            assert!(matches!(store.put(path, b"x"), Err(StoreError::Path(_))), "{path}");
            assert!(matches!(store.read(path), Err(StoreError::Path(_))), "{path}");
        }
    }

    #[test]
    fn an_upload_that_is_dropped_never_was() {
        let (_keep, store) = folder();
        let mut upload = store.upload("a/b").unwrap();
        upload.write(b"half").unwrap();
        drop(upload);
        assert!(!store.exists("a/b").unwrap());
        assert_eq!(fs::read_dir(store.root().join("a")).unwrap().count(), 0);
    }

    #[test]
    fn a_removed_object_takes_its_empty_folders_with_it() {
        let (_keep, store) = folder();
        store.put("a/b/c", b"1").unwrap();
        store.put("a/d", b"2").unwrap();
        store.remove("a/b/c").unwrap();
        assert!(!store.root().join("a/b").exists() && store.exists("a/d").unwrap());
        store.remove("a/d").unwrap();
        store.remove("a/d").unwrap();
        assert!(store.root().exists() && !store.root().join("a").exists());
    }

    #[test]
    fn the_lock_is_held_by_one() {
        let (_keep, store) = folder();
        let held = store.lock().unwrap();
        assert!(matches!(store.lock(), Err(StoreError::Locked)));
        drop(held);
        store.lock().unwrap();
    }
}
