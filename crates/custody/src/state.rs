//! What a person remembers of an archive between visits, so that no log can be rolled back or forked
//! before its eyes: origin, log key, first leaf and the last checkpoint seen; and the shares it released.

use std::path::{Path, PathBuf};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle::sha256,
    note::{Note, Verifier},
};
use blackbox_log::Checkpoint;
use blackbox_store::{Folder, Store};

use crate::{
    archive::Archive,
    error::{Error, unsigned},
};

/// The state that lies beside a key, one file an archive.
pub struct State {
    folder: Folder,
    name: String,
    pinned: Option<Pinned>,
    _lock: Box<dyn Send>,
}

/// What was seen of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pinned {
    origin: String,
    log: Verifier,
    archive: Hex<32>,
    checkpoint: Checkpoint,
}

impl State {
    /// Opens the state of `archive` in `folder`, and holds it until dropped.
    ///
    /// # Errors
    /// It is damaged, of an archive with another first leaf or log key, or held by another process.
    pub fn open(folder: &Path, archive: &Archive<'_>) -> Result<State, Error> {
        let folder = Folder::private(folder);
        let lock = folder.lock().map_err(|error| match error {
            blackbox_store::StoreError::Locked => {
                Error::Usage("this key is in use by another process".to_owned())
            }
            other => Error::Store(other),
        })?;
        let name = Hex(sha256(archive.config.origin.as_bytes())).to_string();
        let pinned = match folder.exists(&name)? {
            false => None,
            true => Some(read(&folder, &name)?),
        };
        let state = State { folder, name, pinned, _lock: lock };
        state.check_identity(archive)?;
        Ok(state)
    }

    /// Where the state of the key in file `key` lies.
    pub fn path_beside(key: &Path) -> PathBuf {
        let mut name = key.file_name().unwrap_or_default().to_owned();
        name.push(".state");
        key.with_file_name(name)
    }

    /// Whether this archive was never seen.
    pub fn is_new(&self) -> bool {
        self.pinned.is_none()
    }

    /// Checks that the archive's log extends the one that was last seen; remembers nothing.
    ///
    /// # Errors
    /// The log was rolled back or forked since.
    pub fn check(&self, archive: &Archive<'_>) -> Result<(), Error> {
        match &self.pinned {
            Some(pinned) => Ok(archive.log.check_extends(&pinned.checkpoint)?),
            None => Ok(()),
        }
    }

    /// Checks that the archive's log extends the one that was last seen, and remembers it, durably.
    ///
    /// # Errors
    /// The log was rolled back or forked since.
    pub fn advance(&mut self, archive: &Archive<'_>) -> Result<(), Error> {
        let checkpoint = archive.checkpoint().clone();
        if let Some(pinned) = &self.pinned {
            archive.log.check_extends(&pinned.checkpoint)?;
            if pinned.checkpoint == checkpoint {
                return Ok(());
            }
        }
        let pinned = Pinned {
            origin: archive.config.origin.clone(),
            log: archive.people.log.clone(),
            archive: archive.hash,
            checkpoint,
        };
        self.folder.replace(&self.name, write(&pinned)?.as_bytes())?;
        self.pinned = Some(pinned);
        Ok(())
    }

    /// Checks that the archive's log extends the checkpoint in `note`, which came from outside.
    ///
    /// # Errors
    /// The log's key did not sign it, or the log does not extend it.
    pub fn check_outside(archive: &Archive<'_>, note: &[u8], file: &str) -> Result<(), Error> {
        let note = Note::parse(note).map_err(unsigned(file))?;
        let checkpoint = archive.open_checkpoint(&note, file)?;
        Ok(archive.log.check_extends(&checkpoint)?)
    }

    /// The share file released for a request, if there is one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn share(&self, request: &str) -> Result<Option<Vec<u8>>, Error> {
        self.kept(request, "share")
    }

    /// The approval signed for a request, if there is one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn approval(&self, request: &str) -> Result<Option<Vec<u8>>, Error> {
        self.kept(request, "approval")
    }

    /// The body of the approval signed for a request, if there is one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn approval_body(&self, request: &str) -> Result<Option<Vec<u8>>, Error> {
        self.kept(request, "body")
    }

    /// Keeps share, body and approval of a request, durably and in this order: an approval kept has
    /// its share beside it.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn keep(&self, request: &str, (share, body, approval): (&[u8], &[u8], &[u8])) -> Result<(), Error> {
        for (bytes, what) in [(share, "share"), (body, "body"), (approval, "approval")] {
            self.folder.replace(&self.kept_path(request, what), bytes)?;
        }
        Ok(())
    }

    fn kept(&self, request: &str, what: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.kept_path(request, what);
        match self.folder.exists(&path)? {
            true => Ok(Some(self.folder.read(&path)?)),
            false => Ok(None),
        }
    }

    fn kept_path(&self, request: &str, what: &str) -> String {
        format!("{}.released/{request}.{what}", self.name)
    }

    fn check_identity(&self, archive: &Archive<'_>) -> Result<(), Error> {
        let Some(pinned) = &self.pinned else { return Ok(()) };
        let same = pinned.origin == archive.config.origin
            && archive.log_keys().any(|key| *key == pinned.log)
            && pinned.archive == archive.hash;
        match same {
            true => Ok(()),
            false => Err(Error::invalid(
                crate::config::CONFIG,
                "this is not the archive of that origin that this key has seen before",
            )),
        }
    }
}

fn write(pinned: &Pinned) -> Result<String, FieldsError> {
    let mut out = Writer::new("state");
    out.field("origin", &pinned.origin)
        .field("log", &pinned.log)
        .field("archive", pinned.archive)
        .field("size", pinned.checkpoint.size)
        .field("root", Hex(pinned.checkpoint.root));
    out.finish()
}

fn read(folder: &Folder, name: &str) -> Result<Pinned, Error> {
    let path = folder.root().join(name);
    let bytes = folder.read(name)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| Error::file(&path, error))?;
    let parse = || {
        let mut from = Reader::new(text, "state")?;
        let origin: String = from.value("origin")?;
        let (log, archive) = (from.value("log")?, from.value("archive")?);
        let (size, root) = (from.value("size")?, from.value::<Hex<32>>("root")?.0);
        from.finish()?;
        Ok(Pinned { checkpoint: Checkpoint { origin: origin.clone(), size, root }, origin, log, archive })
    };
    parse().map_err(|error: FieldsError| Error::file(&path, error))
}
