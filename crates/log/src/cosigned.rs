//! Kept cosigned checkpoints: an append replaces `log/checkpoint`, and its cosignatures with it, so each
//! checkpoint that somebody cosigned is kept as `log/cosigned/<size>`.

use blackbox_format::note::{Note, Signature, Verifier};
use blackbox_store::{Store, StoreError};

use crate::{
    AppendError, CHECKPOINT, Checkpoint, CheckpointError, ExtendError, Log, LogError, file,
    log::CHECKPOINT_BYTES, verify::Fault,
};

/// Folder of the kept checkpoints.
pub const COSIGNED: &str = "log/cosigned";

/// Path of the kept checkpoint of `size` entries.
pub fn path(size: u64) -> String {
    format!("{COSIGNED}/{size}")
}

/// The size in a kept checkpoint's path.
pub fn size_of_path(path: &str) -> Option<u64> {
    let name = path.strip_prefix(COSIGNED)?.strip_prefix('/')?;
    name.parse().ok().filter(|size: &u64| size.to_string() == name)
}

/// The kept checkpoint of `size` entries, if there is one. Its form is checked, and no signature.
///
/// # Errors
/// It is no note, or too large; or the store failed.
pub fn read(store: &dyn Store, size: u64) -> Result<Option<Note>, LogError> {
    let path = path(size);
    match file::read_latest(store, &path, CHECKPOINT_BYTES) {
        Err(StoreError::Missing(_)) => Ok(None),
        Ok(Some(bytes)) => Note::parse(&bytes).map(Some).map_err(|_| LogError::Changed(path)),
        Ok(None) => Err(LogError::Large(path)),
        Err(error) => Err(error.into()),
    }
}

/// Sizes of the kept checkpoints, ascending.
///
/// # Errors
/// The store failed.
pub fn sizes(store: &dyn Store) -> Result<Vec<u64>, StoreError> {
    let mut sizes: Vec<u64> = store.list(COSIGNED)?.iter().filter_map(|path| size_of_path(path)).collect();
    sizes.sort_unstable();
    Ok(sizes)
}

impl Log<'_> {
    /// Adds a cosignature to the log's checkpoint, in place of an earlier one by the same key, and keeps the
    /// checkpoint so cosigned. All other signatures stay. The caller holds the store's lock.
    ///
    /// # Errors
    /// The log is no longer the one that was opened, the file kept for its size is another, or a write failed.
    pub fn keep(&mut self, line: Signature) -> Result<(), AppendError> {
        self.reread()?;
        let mut note = self.with_kept(self.checkpoint_note())?;
        note.signatures.retain(|old| (&old.name, old.id) != (&line.name, line.id));
        note.signatures.push(line);
        self.store().replace(&path(self.size()), &bounded(&note)?)?;
        self.store().replace(CHECKPOINT, &note.to_bytes())?;
        self.set_note(note);
        Ok(())
    }

    /// Adds cosignatures that were made on another copy of this log to its checkpoint or to a kept one: `note` is a
    /// checkpoint that this log extends, with the operator's signature and `lines` among its signatures. A line of
    /// a key that has one there already is left out. The caller has checked all this and holds the store's lock.
    ///
    /// # Errors
    /// The note is no checkpoint, another file is kept for its size, the log has moved, or a write failed.
    pub fn keep_from(&mut self, note: &Note, lines: Vec<Signature>) -> Result<(), AppendError> {
        let checkpoint: Checkpoint = note.text.parse().map_err(LogError::from)?;
        self.reread()?;
        let current = checkpoint.size == self.size();
        let mut merged = match current {
            true => self.with_kept(self.checkpoint_note())?,
            false => read(self.store(), checkpoint.size)?.unwrap_or_else(|| without(note, &lines)),
        };
        if merged.text != note.text {
            return Err(LogError::Changed(path(checkpoint.size)).into());
        }
        for line in lines {
            if !merged.signatures.iter().any(|old| (&old.name, old.id) == (&line.name, line.id)) {
                merged.signatures.push(line);
            }
        }
        self.store().replace(&path(checkpoint.size), &bounded(&merged)?)?;
        if current {
            self.store().replace(CHECKPOINT, &merged.to_bytes())?;
            self.set_note(merged);
        }
        Ok(())
    }

    /// Keeps the checkpoint, with whatever cosignatures it has, before another takes its place.
    pub(crate) fn keep_cosignatures(&self) -> Result<(), AppendError> {
        let note = self.checkpoint_note();
        if note.signatures.len() < 2 {
            return Ok(());
        }
        let merged = self.with_kept(note)?;
        match read(self.store(), self.size())? == Some(merged.clone()) {
            true => Ok(()),
            false => Ok(self.store().replace(&path(self.size()), &bounded(&merged)?)?),
        }
    }

    /// `note`, this log's checkpoint, with the signatures that its kept version has besides.
    fn with_kept(&self, note: &Note) -> Result<Note, LogError> {
        let Some(kept) = read(self.store(), self.size())? else { return Ok(note.clone()) };
        if kept.text != note.text {
            return Err(LogError::Changed(path(self.size())));
        }
        let mut merged = kept;
        let missing = note.signatures.iter().filter(|line| !merged.signatures.contains(line)).cloned();
        let missing: Vec<Signature> = missing.collect();
        merged.signatures.extend(missing);
        Ok(merged)
    }
}

/// `note` without some of its signatures.
fn without(note: &Note, lines: &[Signature]) -> Note {
    let others = note.signatures.iter().filter(|line| !lines.contains(line));
    Note { text: note.text.clone(), signatures: others.cloned().collect() }
}

fn bounded(note: &Note) -> Result<Vec<u8>, LogError> {
    let bytes = note.to_bytes();
    match bytes.len() as u64 <= CHECKPOINT_BYTES {
        true => Ok(bytes),
        false => Err(LogError::Large(CHECKPOINT.to_owned())),
    }
}

/// The checkpoint in a kept note, if one of `keys` signed it.
///
/// # Errors
/// None did, or it is no checkpoint of `origin`.
pub fn open(note: &Note, keys: &[Verifier], origin: &str) -> Result<Checkpoint, CheckpointError> {
    let mut opened = keys.iter().map(|key| Checkpoint::open(note, key, origin));
    let first = opened.next().unwrap_or(Err(CheckpointError::Lines));
    opened.fold(first, Result::or)
}

/// What is wrong with the kept checkpoint of `size` entries: the log must extend it, and one of `keys`,
/// the operator's, have signed it.
pub(crate) fn check(log: &Log<'_>, size: u64, keys: &[Verifier]) -> Option<Fault> {
    let fault = |what: String| Some(Fault { file: path(size), what });
    let note = match read(log.store(), size) {
        Ok(Some(note)) => note,
        Ok(None) => return fault("it is missing".to_owned()),
        Err(error) => return fault(crate::verify::reason(&error)),
    };
    match open(&note, keys, &log.checkpoint().origin) {
        Err(error) => fault(error.to_string()),
        Ok(checkpoint) if checkpoint.size != size => {
            fault(format!("it is the checkpoint of {} entries", checkpoint.size))
        }
        Ok(checkpoint) => match log.check_extends(&checkpoint) {
            Ok(()) | Err(ExtendError::Log(_)) => None,
            Err(error) => fault(error.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cosign::{Cosigner, cosignature},
        support::{Key, Memory, ORIGIN, leaf, leaves},
        verify,
    };

    fn cosigned(log: &mut Log<'_>, witness: &Key, time: u64) {
        let line = cosignature(log.checkpoint_note(), witness, time).unwrap();
        log.keep(line).unwrap();
    }

    #[test]
    fn cosignatures_outlive_the_checkpoint_that_they_were_made_on() {
        let (store, key) = (Memory::default(), Key::operator());
        let (ico, court) = (Key::new("ico", 5), Key::new("court", 6));
        let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
        cosigned(&mut log, &ico, 100);
        cosigned(&mut log, &court, 110);
        cosigned(&mut log, &ico, 120);
        log.append(&key, &leaves(1..5)).unwrap();
        assert_eq!(log.checkpoint_note().signatures.len(), 1);
        let kept = read(&store, 1).unwrap().unwrap();
        assert_eq!(kept.signatures.len(), 3);
        assert_eq!(Cosigner::new(ico.verifier()).verify(&kept), Ok(120));
        assert_eq!(Cosigner::new(court.verifier()).verify(&kept), Ok(110));
        assert_eq!(sizes(&store).unwrap(), [1]);
        assert_eq!(verify(&store, &[key.verifier().clone()], ORIGIN).unwrap().faults, []);
    }

    #[test]
    fn a_cosignature_that_lies_in_the_checkpoint_only_is_kept_by_an_append() {
        let (store, key, ico) = (Memory::default(), Key::operator(), Key::new("ico", 5));
        let log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
        let mut note = log.checkpoint_note().clone();
        crate::cosign::cosign(&mut note, &ico, 100).unwrap();
        store.set(CHECKPOINT, note.to_bytes());
        let mut log = Log::open(&store, key.verifier(), ORIGIN).unwrap();
        log.append(&key, &leaves(1..3)).unwrap();
        assert_eq!(read(&store, 1).unwrap().unwrap(), note);
    }

    #[test]
    fn a_kept_checkpoint_that_the_log_does_not_extend_is_a_fault() {
        let (store, key) = (Memory::default(), Key::operator());
        let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
        log.append(&key, &leaves(1..9)).unwrap();
        let sign = |size, root| Checkpoint { origin: ORIGIN.into(), size, root }.sign(&key).unwrap();
        let right = sign(4, log.root_at(4).unwrap());
        for (size, note, why) in [
            (4, right.to_bytes(), None),
            (5, right.to_bytes(), Some("it is the checkpoint of 4 entries")),
            (4, sign(4, [7; 32]).to_bytes(), Some("forked")),
            (12, sign(12, [7; 32]).to_bytes(), Some("rolled back")),
            (
                4,
                Note { text: right.text.clone(), signatures: sign(5, [7; 32]).signatures }.to_bytes(),
                Some("wrong"),
            ),
            (4, b"junk".to_vec(), Some("bytes")),
        ] {
            let store = store.copy();
            store.set(&path(size), note);
            let faults = verify(&store, &[key.verifier().clone()], ORIGIN).unwrap().faults;
            match why {
                None => assert_eq!(faults, []),
                Some(why) => {
                    assert!(faults[0].file == path(size) && faults[0].what.contains(why), "{faults:?}")
                }
            }
        }
    }

    #[test]
    fn nothing_is_kept_over_the_checkpoint_of_another_log() {
        let (store, key, ico) = (Memory::default(), Key::operator(), Key::new("ico", 5));
        let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
        let fork = Checkpoint { origin: ORIGIN.into(), size: 1, root: [7; 32] }.sign(&key).unwrap();
        store.set(&path(1), fork.to_bytes());
        let line = cosignature(log.checkpoint_note(), &ico, 1).unwrap();
        assert!(matches!(log.keep(line), Err(AppendError::Log(LogError::Changed(_)))));
        assert_eq!(read(&store, 1).unwrap().unwrap(), fork);
        assert_eq!(size_of_path("log/cosigned/04"), None);
    }
}
