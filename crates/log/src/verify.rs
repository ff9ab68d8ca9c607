//! Checking every file of a log, by recomputing its tree from its entries.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use blackbox_format::{fields::Hex, note::Verifier};
use blackbox_store::{Store, StoreError};

use crate::{
    CHECKPOINT, Checkpoint, FOLDER, Log, LogError,
    body::{self, BodyError},
    cosigned,
    recompute::Recompute,
    tile::Tile,
};

/// Most faults, and most notes, that are listed; a log with more is not read to its end.
pub const FAULTS: usize = 1000;

const CHANGED: &str = "its bytes are not those that the checkpoint signs";
const LARGE: &str = "it is longer than it can be";

/// Something about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its path.
    pub file: String,
    /// What is wrong or remarkable.
    pub what: String,
}

/// What a check of a whole log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint, if the operator's signature is right.
    pub checkpoint: Option<Checkpoint>,
    /// Files under `log/`.
    pub files: usize,
    /// What is wrong. Empty: the log is exactly what the checkpoint signs.
    pub faults: Vec<Fault>,
    /// What is no part of the log and does it no harm, such as what an interrupted append left.
    pub notes: Vec<Fault>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\": {}", self.file, self.what)
    }
}

/// Checks every file of the log `origin` against the checkpoint that the first of `keys`, the operator's,
/// signed; kept cosigned checkpoints may be signed by the others, which it had before.
///
/// A log that was rolled back to an older checkpoint, whole, is a sound log: only
/// [`Log::check_extends`] with a checkpoint kept elsewhere shows that. Whose cosignatures a checkpoint has is for whoever knows the witnesses.
///
/// # Errors
/// The files could not be listed; all else is in the report.
pub fn verify(store: &dyn Store, keys: &[Verifier], origin: &str) -> Result<Report, StoreError> {
    verify_with(store, (keys, origin), Bodies::Kept)
}

/// Whether the bodies that entries name should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// In an archive.
    Kept,
    /// In a publication, which has none.
    Absent,
}

/// As [`verify`]; says whether bodies should be there.
///
/// # Errors
/// The files could not be listed; all else is in the report.
pub fn verify_with(
    store: &dyn Store,
    (keys, origin): (&[Verifier], &str),
    expected: Bodies,
) -> Result<Report, StoreError> {
    let paths = store.list(FOLDER)?;
    let mut report = Report { files: paths.len(), ..Report::default() };
    let Some(key) = keys.first() else {
        push(&mut report.faults, CHECKPOINT.to_owned(), "no key of its operator's is known");
        return Ok(report);
    };
    let log = match Log::open(store, key, origin) {
        Ok(log) => log,
        Err(error) => {
            push(&mut report.faults, CHECKPOINT.to_owned(), reason(&error));
            return Ok(report);
        }
    };
    report.checkpoint = Some(log.checkpoint().clone());
    let (tiles, bodies) = sort(paths, log.size(), &mut report);
    let recomputed = Recompute::of(store, &log, &tiles);
    report.faults = recomputed.faults;
    for size in cosigned::sizes(store)? {
        if let Some(fault) = cosigned::check(&log, size, keys) {
            push(&mut report.faults, fault.file, fault.what);
        }
    }
    if expected == Bodies::Kept {
        check_bodies(store, &recomputed.bodies, &mut report);
    }
    for hash in bodies.iter().filter(|hash| !recomputed.bodies.contains_key(hash)) {
        push(&mut report.notes, body::path(hash), "no entry names it");
    }
    Ok(report)
}

/// Sorts the log's files into tiles and bodies; the others, and tiles beyond the log, are noted.
fn sort(paths: Vec<String>, size: u64, report: &mut Report) -> (BTreeSet<Tile>, BTreeSet<Hex<32>>) {
    let (mut tiles, mut bodies) = (BTreeSet::new(), BTreeSet::new());
    for file in paths {
        match (file.parse::<Tile>(), body::hash_of_path(&file)) {
            (Ok(tile), _) if tile.is_beyond(size) => {
                push(&mut report.notes, file, "it lies beyond the checkpoint: an append was interrupted");
            }
            (Ok(tile), _) => drop(tiles.insert(tile)),
            (_, Some(hash)) => drop(bodies.insert(hash)),
            _ if file == CHECKPOINT || cosigned::size_of_path(&file).is_some() => {}
            _ => push(&mut report.notes, file, "it is no file of a log"),
        }
    }
    (tiles, bodies)
}

/// Checks the bodies that entries name.
fn check_bodies(store: &dyn Store, named: &BTreeMap<Hex<32>, u64>, report: &mut Report) {
    for (hash, index) in named {
        let what = match body::body(store, hash) {
            Ok(_) => continue,
            Err(BodyError::Store(error)) => cause(&error),
            Err(BodyError::Changed(_)) => CHANGED.to_owned(),
            Err(BodyError::Large(_)) => LARGE.to_owned(),
        };
        push(&mut report.faults, body::path(hash), format!("{what}; entry {index} names it"));
    }
}

/// Why a file of the log could not be read, in words that leave out its name.
pub(crate) fn reason(error: &LogError) -> String {
    match error {
        LogError::Checkpoint(error) => error.to_string(),
        LogError::Changed(_) => CHANGED.to_owned(),
        LogError::Large(_) => LARGE.to_owned(),
        LogError::Bundle { error, .. } => error.to_string(),
        LogError::Store(error) => cause(error),
        LogError::Root | LogError::Beyond { .. } => error.to_string(),
    }
}

fn cause(error: &StoreError) -> String {
    match error {
        StoreError::Missing(_) => "it is missing".to_owned(),
        StoreError::Io { source, .. } => source.to_string(),
        _ => error.to_string(),
    }
}

/// Adds to a list of bounded length.
pub(crate) fn push(list: &mut Vec<Fault>, file: String, what: impl Into<String>) {
    if list.len() < FAULTS {
        list.push(Fault { file, what: what.into() });
    } else if list.len() == FAULTS {
        list.push(Fault { file: FOLDER.to_owned(), what: "there is more that is not listed".to_owned() });
    }
}
