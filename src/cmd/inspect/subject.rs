//! The file that is looked at: its bytes, its path, and the archive above it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use blackbox_custody::{
    Config, Error,
    change::{configuration_path, note_path},
    config::CONFIG,
    people::People,
};
use blackbox_format::page::{PAGE_BYTES, Root, TreeBuilder};
use zeroize::Zeroizing;

use super::facts::Facts;
use crate::failure::Failure;

/// Largest file that is read whole, in bytes: what a signed note may have.
const WHOLE_BYTES: u64 = blackbox_format::note::NOTE_BYTES as u64;

/// A file.
pub struct Subject {
    /// As the user named it.
    pub shown: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its first page; it may hold secrets.
    pub head: Zeroizing<Vec<u8>>,
    path: PathBuf,
}

/// The archive in which a file lies.
pub struct Home {
    /// Its folder.
    pub folder: PathBuf,
    /// The people in its archive.toml, then those of each change.
    pub eras: Vec<People>,
}

impl Subject {
    /// Looks at the file `path`.
    ///
    /// # Errors
    /// It cannot be read, or is no file.
    pub fn open(path: &Path) -> Result<Subject, Failure> {
        let fault = |error: std::io::Error| Failure::from(Error::file(path, error));
        let real = fs::canonicalize(path).map_err(fault)?;
        let kind = fs::metadata(&real).map_err(fault)?;
        if !kind.is_file() {
            return Err(Error::file(path, "this is not a file; name one file of it").into());
        }
        let mut head = Zeroizing::new(Vec::with_capacity(PAGE_BYTES));
        let file = File::open(&real).map_err(fault)?;
        file.take(PAGE_BYTES as u64).read_to_end(&mut head).map_err(fault)?;
        Ok(Subject { shown: path.display().to_string(), length: kind.len(), head, path: real })
    }

    /// What is wrong with this file.
    pub fn fault(&self, what: impl std::fmt::Display) -> Failure {
        Error::file(Path::new(&self.shown), what).into()
    }

    /// The parts of its path, the last first.
    pub fn parts(&self) -> Vec<&str> {
        self.path.iter().rev().map(|part| part.to_str().unwrap_or_default()).collect()
    }

    /// The path with `/` between its parts.
    pub fn slashed(&self) -> String {
        let mut parts = self.parts();
        parts.reverse();
        parts.join("/")
    }

    /// A file beside this one, or above it: `../manifest`.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.path.with_file_name("").join(path)
    }

    /// The whole file.
    ///
    /// # Errors
    /// It cannot be read, or is too large.
    pub fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if self.length > WHOLE_BYTES {
            return Err(self.fault(format!("it is too large for its kind: over {WHOLE_BYTES} bytes")));
        }
        let bytes = fs::read(&self.path).map_err(|error| self.fault(error))?;
        Ok(Zeroizing::new(bytes))
    }

    /// Hands the file to `each` in parts of `PART` bytes, whatever its size; the last may be shorter.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn stream<const PART: usize>(&self, mut each: impl FnMut(&[u8])) -> Result<(), Failure> {
        let file = File::open(&self.path).map_err(|error| self.fault(error))?;
        let mut file = std::io::BufReader::with_capacity(1 << 20, file);
        let mut part = Vec::with_capacity(PART);
        loop {
            part.clear();
            let read = (&mut file).take(PART as u64).read_to_end(&mut part);
            if read.map_err(|error| self.fault(error))? == 0 {
                return Ok(());
            }
            each(&part);
        }
    }

    /// Length and root of the file under its page tree.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn root(&self) -> Result<Root, Failure> {
        let mut builder = TreeBuilder::default();
        self.stream::<PAGE_BYTES>(|page| builder.update(page))?;
        Ok(builder.finish().0)
    }

    /// The archive above the file, if there is one that can be read.
    pub fn home(&self) -> Option<Home> {
        // A change's folder has an archive.toml too, and no log.
        let whole = |folder: &&Path| folder.join(CONFIG).is_file() && folder.join("log").is_dir();
        let folder = self.path.ancestors().skip(1).find(whole)?;
        let people = |path: &str| {
            let text = fs::read_to_string(folder.join(path)).ok()?;
            Config::parse(&text).ok()?.people().ok()
        };
        let first = people(CONFIG)?;
        // A change that is only proposed has no note yet.
        let in_force = (1..).take_while(|number| folder.join(note_path(*number)).is_file());
        let changed = in_force.map_while(|number| people(&configuration_path(number)));
        Some(Home { folder: folder.to_owned(), eras: [first].into_iter().chain(changed).collect() })
    }

    /// Says who else on this machine may read the file, if it should be secret.
    pub fn warn_if_open(&self, facts: &mut Facts) {
        #[cfg(unix)]
        if let Ok(metadata) = fs::metadata(&self.path) {
            let mode = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777;
            facts.fact("Mode", format!("{mode:04o}"));
            if mode & 0o077 != 0 {
                facts.note("Others on this machine may read this file: make it 0600.");
            }
        }
        #[cfg(not(unix))]
        let _ = facts;
    }
}
