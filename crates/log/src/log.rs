//! The log: open it, read it, append to it, prove things about it.

use std::ops::Range;

use blackbox_format::{
    merkle::{Hash, verify_consistency},
    note::{Note, Signer, Verifier},
};
use blackbox_store::{Store, StoreError};

use crate::{
    CHECKPOINT, Checkpoint, CheckpointError, LogError,
    checkpoint::MAX_SIZE,
    file,
    growth::{Growth, TooLong},
    tile::{TILE_WIDTH, Tile},
    tree::Tree,
};

/// Largest checkpoint with all its cosignatures, in bytes.
pub(crate) const CHECKPOINT_BYTES: u64 = 1 << 20;

/// A log under a checkpoint whose signature was verified.
pub struct Log<'a> {
    store: &'a dyn Store,
    verifier: Verifier,
    note: Note,
    checkpoint: Checkpoint,
    tree: Tree<'a>,
}

/// Why nothing was appended. After [`AppendError::Store`] on the checkpoint itself the entries may be
/// in the log all the same: open it again and look.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// There is a log already.
    #[error("\"{CHECKPOINT}\" exists already: refusing to begin a second log over it")]
    Exists,
    /// The log is no longer the one that was opened.
    #[error("the log has changed since it was opened: it had {had} entries and has {has}; open it again")]
    Moved {
        /// Entries when it was opened.
        had: u64,
        /// Entries now.
        has: u64,
    },
    /// The key is not the one under which the log was opened.
    #[error("refusing to append with the key \"{0}\": the log is signed by another")]
    Key(String),
    /// An entry is longer than 65,535 bytes.
    #[error("an entry of {0} bytes is too long for the log: at most 65535 fit")]
    TooLong(usize),
    /// The log cannot grow any more.
    #[error("the log is full: it has room for {MAX_SIZE} entries")]
    Full,
    /// The log, as it is, is not sound.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A write failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a log is no extension of an older checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum ExtendError {
    /// They are checkpoints of different logs.
    #[error("the checkpoint is of the log \"{old}\", this log is \"{new}\"")]
    Origin {
        /// Origin of the older checkpoint.
        old: String,
        /// Origin of this log.
        new: String,
    },
    /// Entries are missing at the end.
    #[error("the log was rolled back: it has {new} entries, and had {old}")]
    RolledBack {
        /// Entries of the older checkpoint.
        old: u64,
        /// Entries of this log.
        new: u64,
    },
    /// Entries that were there have been altered.
    #[error("the log was forked: {}", place(*.agree, *.until))]
    Forked {
        /// So many entries are known to agree.
        agree: u64,
        /// Before this entry there is one that differs.
        until: u64,
    },
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Where a fork is: after the first `agree` entries, before entry `until`.
fn place(agree: u64, until: u64) -> String {
    let (last, end) = (agree.saturating_sub(1), until.saturating_sub(1));
    match (agree, last == 0, end == agree) {
        (0, _, true) => "it differs from what was seen before at entry 0".to_owned(),
        (0, _, false) => format!("it differs from what was seen before somewhere in entries 0 to {end}"),
        (_, true, true) => {
            format!("entry 0 agrees with what was seen before, and it differs at entry {agree}")
        }
        (_, true, false) => format!(
            "entry 0 agrees with what was seen before, and it differs somewhere in entries {agree} to {end}"
        ),
        (_, _, true) => {
            format!("entries 0 to {last} agree with what was seen before, and it differs at entry {agree}")
        }
        (..) => format!(
            "entries 0 to {last} agree with what was seen before, and it differs somewhere in entries {agree} to {end}"
        ),
    }
}

impl<'a> Log<'a> {
    /// Begins the log `origin` with its first entry. The caller holds the store's lock.
    ///
    /// # Errors
    /// There is a log already, `signer` is not named after `origin`, the entry is too long, or a
    /// write failed; then there is no log, or (if writing the checkpoint failed) the new one.
    pub fn create(
        store: &'a dyn Store,
        origin: &str,
        signer: &dyn Signer,
        first: &[u8],
    ) -> Result<Log<'a>, AppendError> {
        if store.exists(CHECKPOINT)? {
            return Err(AppendError::Exists);
        }
        let mut growth = Growth::default();
        growth.push(first).map_err(|TooLong| AppendError::TooLong(first.len()))?;
        let (size, root) = growth.head();
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        let note = checkpoint.sign(signer).map_err(LogError::from)?;
        write(store, 0, growth)?;
        store.put(CHECKPOINT, &note.to_bytes())?;
        let tree = Tree::new(store, size, root);
        Ok(Log { store, verifier: signer.verifier().clone(), note, checkpoint, tree })
    }

    /// Opens the log `origin`: reads its checkpoint and verifies the operator's signature.
    ///
    /// # Errors
    /// There is no log, or its checkpoint is not one of `origin` signed by `verifier`.
    pub fn open(store: &'a dyn Store, verifier: &Verifier, origin: &str) -> Result<Log<'a>, LogError> {
        let bytes = file::read_latest(store, CHECKPOINT, CHECKPOINT_BYTES)?;
        let bytes = bytes.ok_or_else(|| LogError::Large(CHECKPOINT.to_owned()))?;
        let note = Note::parse(&bytes).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::open(&note, verifier, origin)?;
        let tree = Tree::new(store, checkpoint.size, checkpoint.root);
        Ok(Log { store, verifier: verifier.clone(), note, checkpoint, tree })
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The key under which the log was opened.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// What the operator signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The checkpoint as stored, with the operator's signature and any cosignatures.
    pub fn checkpoint_note(&self) -> &Note {
        &self.note
    }

    pub(crate) fn store(&self) -> &'a dyn Store {
        self.store
    }

    pub(crate) fn set_note(&mut self, note: Note) {
        self.note = note;
    }

    /// Reads the checkpoint's signatures anew.
    ///
    /// # Errors
    /// The log on disk is no longer the one that was opened.
    pub(crate) fn reread(&mut self) -> Result<(), AppendError> {
        self.note = self.check_current()?;
        Ok(())
    }

    /// Root of the log as it was at `size` entries.
    ///
    /// # Errors
    /// `size` is 0 or beyond the log, or a tile is not the one that was signed.
    pub fn root_at(&self, size: u64) -> Result<Hash, LogError> {
        match (1..=self.size()).contains(&size) {
            true => self.tree.root_at(size),
            false => Err(LogError::Beyond { index: size, size: self.size() }),
        }
    }

    pub(crate) fn tree(&self) -> &Tree<'a> {
        &self.tree
    }

    /// Entry `index`, checked against the checkpoint.
    ///
    /// # Errors
    /// It lies beyond the log, or a file on its way to the root is not the one that was signed.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LogError> {
        self.check_within(index, self.size())?;
        let mut bundle = self.tree.bundle(index / TILE_WIDTH)?;
        Ok(bundle.swap_remove((index % TILE_WIDTH) as usize))
    }

    /// Entries `range`, in order, each checked against the checkpoint; it ends where the log ends.
    pub fn entries(&self, range: Range<u64>) -> Entries<'_, 'a> {
        let range = range.start..range.end.min(self.size());
        Entries { log: self, range, bundle: Vec::new().into_iter() }
    }

    /// Proof that entry `index` is in the log as it was at `size` entries, for
    /// `blackbox_format::merkle::verify_inclusion`.
    ///
    /// # Errors
    /// The entry lies beyond `size`, `size` beyond the log, or a tile is not the one that was signed.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        self.check_within(index, size)?;
        self.check_within(size - 1, self.size())?;
        self.tree.inclusion_proof(index, size)
    }

    /// Proof that the log at `new` entries extends the log at `old`, for
    /// `blackbox_format::merkle::verify_consistency`.
    ///
    /// # Errors
    /// `old` is larger than `new`, `new` than the log, or a tile is not the one that was signed.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        match old <= new && new <= self.size() {
            true => self.tree.consistency_proof(old, new),
            false => Err(LogError::Beyond { index: old.max(new), size: self.size() }),
        }
    }

    /// Checks that this log is an append-only extension of `old`, a checkpoint seen earlier.
    ///
    /// # Errors
    /// It is another log, rolled back or forked; or a tile is not the one that was signed.
    pub fn check_extends(&self, old: &Checkpoint) -> Result<(), ExtendError> {
        let new = &self.checkpoint;
        if old.origin != new.origin {
            return Err(ExtendError::Origin { old: old.origin.clone(), new: new.origin.clone() });
        }
        if old.size > new.size {
            return Err(ExtendError::RolledBack { old: old.size, new: new.size });
        }
        let proof = self.tree.consistency_proof(old.size, new.size)?;
        verify_consistency((old.size, &old.root), (new.size, &new.root), &proof)
            .map_err(|_| ExtendError::Forked { agree: 0, until: old.size })
    }

    /// Appends `entries` under a new checkpoint; returns the index of the first. The caller holds
    /// the store's lock, and took it before opening the log.
    ///
    /// Bundles are written first, then hash tiles, the checkpoint last: interrupted before that, the
    /// log is as it was, and the next append writes over what is left. Cosignatures of the old checkpoint are
    /// kept ([`crate::cosigned`]).
    ///
    /// # Errors
    /// Nothing was appended, except as [`AppendError`] says.
    pub fn append(&mut self, signer: &dyn Signer, entries: &[Vec<u8>]) -> Result<u64, AppendError> {
        if *signer.verifier() != self.verifier {
            return Err(AppendError::Key(signer.verifier().to_string()));
        }
        self.reread()?;
        self.sign_on(signer, entries)
    }

    fn sign_on(&mut self, signer: &dyn Signer, entries: &[Vec<u8>]) -> Result<u64, AppendError> {
        let old = self.size();
        if entries.is_empty() {
            return Ok(old);
        }
        let growth = self.grow(entries)?;
        let (size, root) = growth.head();
        let checkpoint = Checkpoint { origin: self.checkpoint.origin.clone(), size, root };
        let note = checkpoint.sign(signer).map_err(LogError::from)?;
        self.keep_cosignatures()?;
        let filled = write(self.store, old, growth)?;
        self.store.replace(CHECKPOINT, &note.to_bytes())?;
        // The entries are in the log. A partial tile that could not be removed is right, only superfluous.
        filled.iter().for_each(|tile| drop(remove_partials(self.store, tile, |_| true)));
        self.tree = Tree::new(self.store, size, root);
        self.verifier = signer.verifier().clone();
        (self.note, self.checkpoint) = (note, checkpoint);
        Ok(old)
    }

    /// As [`Log::append`], by a successor of the log's key: from here on the log is signed by it. Whether
    /// it may succeed is for whoever reads the entries.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn succeed(&mut self, successor: &dyn Signer, entries: &[Vec<u8>]) -> Result<u64, AppendError> {
        self.reread()?;
        self.sign_on(successor, entries)
    }

    fn grow(&self, entries: &[Vec<u8>]) -> Result<Growth, AppendError> {
        let size = self.size();
        if size + entries.len() as u64 > MAX_SIZE {
            return Err(AppendError::Full);
        }
        let last = match size % TILE_WIDTH {
            0 => Vec::new(),
            _ => self.tree.bundle(size / TILE_WIDTH)?,
        };
        let growth = Growth::new(size, self.tree.edges()?, &last);
        let mut growth = growth.map_err(|TooLong| AppendError::TooLong(0))?;
        for entry in entries {
            growth.push(entry).map_err(|TooLong| AppendError::TooLong(entry.len()))?;
        }
        Ok(growth)
    }

    /// Checks that the log on disk is still the one that was opened: two checkpoints of one size
    /// would be a fork, signed by ourselves. Gives the checkpoint as it is stored now.
    fn check_current(&self) -> Result<Note, AppendError> {
        let now = Log::open(self.store, &self.verifier, &self.checkpoint.origin)?;
        match now.checkpoint == self.checkpoint {
            true => Ok(now.note),
            false => Err(AppendError::Moved { had: self.size(), has: now.size() }),
        }
    }

    fn check_within(&self, index: u64, size: u64) -> Result<(), LogError> {
        match index < size {
            true => Ok(()),
            false => Err(LogError::Beyond { index, size }),
        }
    }
}

/// Writes all files but the checkpoint. Returns the tiles that this filled, whose partial versions
/// may go once the checkpoint is durable.
fn write(store: &dyn Store, old: u64, growth: Growth) -> Result<Vec<Tile>, StoreError> {
    let mut filled = Vec::new();
    for (tile, bytes) in growth.files(old) {
        clear_leftovers(store, old, &tile)?;
        store.replace(&tile.to_string(), &bytes)?;
        if tile.is_full() && Tile::of_log(tile.level, tile.number, old).is_some() {
            filled.push(tile);
        }
    }
    Ok(filled)
}

/// Removes what an interrupted append left of `tile`: the checkpoint about to be written would
/// otherwise reach over files that were never part of the log.
fn clear_leftovers(store: &dyn Store, old: u64, tile: &Tile) -> Result<(), StoreError> {
    if !tile.is_full() {
        let full = tile.full().to_string();
        if store.exists(&full)? {
            store.remove(&full)?;
        }
    }
    remove_partials(store, tile, |part| part.is_beyond(old) && part != tile)
}

/// Removes the partial versions of `tile` that `which` names.
fn remove_partials(store: &dyn Store, tile: &Tile, which: impl Fn(&Tile) -> bool) -> Result<(), StoreError> {
    for path in store.list(&tile.partials())? {
        if path.parse::<Tile>().is_ok_and(|part| which(&part)) {
            store.remove(&path)?;
        }
    }
    Ok(())
}

/// Entries of a log, in order. After an error it ends.
pub struct Entries<'l, 'a> {
    log: &'l Log<'a>,
    range: Range<u64>,
    bundle: std::vec::IntoIter<Vec<u8>>,
}

impl Iterator for Entries<'_, '_> {
    type Item = Result<Vec<u8>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.range.next()?;
        if let Some(entry) = self.bundle.next() {
            return Some(Ok(entry));
        }
        match self.log.tree.bundle(index / TILE_WIDTH) {
            Ok(bundle) => {
                self.bundle = bundle.into_iter();
                self.bundle.nth((index % TILE_WIDTH) as usize).map(Ok)
            }
            Err(error) => {
                self.range = 0..0;
                Some(Err(error))
            }
        }
    }
}
