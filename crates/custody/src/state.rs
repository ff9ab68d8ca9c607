//! What a person remembers of an archive between visits, so that no log can be rolled back or forked
//! before its eyes: origin, log key, first leaf, every checkpoint seen and when it last cosigned one; and the shares
//! it released.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle::sha256,
    note::{Note, Verifier},
};
use blackbox_log::{Checkpoint, ExtendError, cosigned};
use blackbox_store::{Folder, Store};

use crate::{
    archive::Archive,
    error::{Error, unsigned},
    evidence::{Evidence, log_keys},
    kept::Bodies,
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
    /// When the key last cosigned, in seconds since 1970.
    cosigned: Option<u64>,
    /// The checkpoints seen before, each smaller than the next.
    before: Vec<Seen>,
}

/// Size and root of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen(u64, Hex<32>);

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

impl FromStr for Seen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Seen, &'static str> {
        let read = || {
            let (size, root) = text.split_once(' ')?;
            Some(Seen(size.parse().ok()?, root.parse().ok()?))
        };
        read().ok_or("it is not a size and a root")
    }
}

/// What a custodian has made for a request, as it goes into the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The share file.
    pub share: Vec<u8>,
    /// The body of the approval.
    pub body: Vec<u8>,
    /// The proof of the request's entry.
    pub proof: Vec<u8>,
    /// The signed approval.
    pub approval: Vec<u8>,
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

    /// Entries of the last checkpoint seen; 0 if there is none.
    pub fn size(&self) -> u64 {
        self.pinned.as_ref().map_or(0, |pinned| pinned.checkpoint.size)
    }

    /// When the key last cosigned a checkpoint, in seconds since 1970, as far as this state knows.
    pub fn cosigned(&self) -> Option<u64> {
        self.pinned.as_ref().and_then(|pinned| pinned.cosigned)
    }

    /// Every checkpoint seen, the last one last.
    pub fn history(&self) -> Vec<Checkpoint> {
        let Some(pinned) = &self.pinned else { return Vec::new() };
        let before = pinned.before.iter().map(|seen| Checkpoint {
            origin: pinned.origin.clone(),
            size: seen.0,
            root: seen.1.0,
        });
        before.chain([pinned.checkpoint.clone()]).collect()
    }

    /// Checks that the archive's log extends the one that was last seen; remembers nothing.
    ///
    /// # Errors
    /// The log was rolled back or forked since; says between which visits.
    pub fn check(&self, archive: &Archive<'_>) -> Result<(), Error> {
        let Some(pinned) = &self.pinned else { return Ok(()) };
        match archive.log.check_extends(&pinned.checkpoint) {
            Err(error @ (ExtendError::Forked { .. } | ExtendError::RolledBack { .. })) => {
                Err(archive.log.check_extends_all(&self.history()).err().unwrap_or(error).into())
            }
            checked => Ok(checked?),
        }
    }

    /// Checks that the archive's log extends the one that was last seen, and remembers it, durably.
    ///
    /// # Errors
    /// The log was rolled back or forked since.
    pub fn advance(&mut self, archive: &Archive<'_>) -> Result<(), Error> {
        self.remember(archive, self.cosigned())
    }

    /// The same, and that the key cosigns the archive's checkpoint at `time`, in seconds since 1970: to be called
    /// before it does.
    ///
    /// # Errors
    /// The log was rolled back or forked since.
    pub fn cosigning(&mut self, archive: &Archive<'_>, time: u64) -> Result<(), Error> {
        self.remember(archive, Some(time).max(self.cosigned()))
    }

    fn remember(&mut self, archive: &Archive<'_>, cosigned: Option<u64>) -> Result<(), Error> {
        self.check(archive)?;
        let mut before = Vec::new();
        if let Some(pinned) = &self.pinned {
            before.clone_from(&pinned.before);
            let last = &pinned.checkpoint;
            if last != archive.checkpoint() {
                before.push(Seen(last.size, Hex(last.root)));
            }
        }
        let pinned = Pinned {
            origin: archive.config.origin.clone(),
            log: archive.people.log.clone(),
            archive: archive.hash,
            checkpoint: archive.checkpoint().clone(),
            cosigned,
            before,
        };
        if self.pinned.as_ref() != Some(&pinned) {
            self.folder.replace(&self.name, write(&pinned)?.as_bytes())?;
            self.pinned = Some(pinned);
        }
        Ok(())
    }

    /// Checks that the archive's log extends the checkpoint in `note`, which came from outside; gives it.
    ///
    /// # Errors
    /// The log's key did not sign it, or the log does not extend it.
    pub fn check_outside(archive: &Archive<'_>, note: &[u8], file: &str) -> Result<Checkpoint, Error> {
        let note = Note::parse(note).map_err(unsigned(file))?;
        let checkpoint = cosigned::open(&note, &log_keys(archive), &archive.config.origin);
        let checkpoint = checkpoint.map_err(|error| Error::invalid(file, error))?;
        match archive.log.check_extends(&checkpoint) {
            Err(error @ ExtendError::Forked { .. }) => {
                let mut history = Evidence::gather(archive)?.history_of(archive, &note);
                history.push(checkpoint);
                Err(archive.log.check_extends_all(&history).err().unwrap_or(error).into())
            }
            checked => Ok(checked.map(|()| checkpoint)?),
        }
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

    /// The proof that the approval signed for a request names, if there is one.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn proof(&self, request: &str) -> Result<Option<Vec<u8>>, Error> {
        self.kept(request, "proof")
    }

    /// Keeps what was made for a request, durably and the approval last: an approval kept has all that belongs to
    /// it beside it.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn keep(&self, request: &str, made: &Released) -> Result<(), Error> {
        let files = [
            (&made.share, "share"),
            (&made.body, "body"),
            (&made.proof, "proof"),
            (&made.approval, "approval"),
        ];
        for (bytes, what) in files {
            self.folder.replace(&self.kept_path(request, what), bytes)?;
        }
        Ok(())
    }

    /// The bodies of the log that were kept.
    pub fn bodies(&self) -> Bodies {
        Bodies::new(self.folder.clone(), format!("{}.bodies", self.name))
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
            && log_keys(archive).contains(&pinned.log)
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
        .field("root", Hex(pinned.checkpoint.root))
        .fields("cosigned", pinned.cosigned)
        .fields("seen", &pinned.before);
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
        let (cosigned, before) = (from.value_if("cosigned")?, from.values("seen")?);
        from.finish()?;
        let checkpoint = Checkpoint { origin: origin.clone(), size, root };
        Ok(Pinned { checkpoint, origin, log, archive, cosigned, before })
    };
    let pinned: Pinned = parse().map_err(|error: FieldsError| Error::file(&path, error))?;
    let sizes = pinned.before.iter().map(|seen| seen.0).chain([pinned.checkpoint.size]);
    match sizes.is_sorted_by(|one, two| one < two) {
        true => Ok(pinned),
        false => Err(Error::file(&path, "the checkpoints in it do not follow each other")),
    }
}
