//! Eras: who takes part, and by which rules, from which log entry on.
//!
//! The first is archive.toml's. Every later one begins after a logged change that enough custodians of
//! the one before signed (spec/custody.md, "Changes").

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_log::{Kind, Leaf, Log, LogError};
use blackbox_store::Store;

use crate::{
    change::{Change, configuration_path, note_path},
    config::{CONFIG, Config},
    error::Error,
    people::People,
};

/// A configuration, and from which log entry on it is in force.
#[derive(Debug, Clone)]
pub struct Era {
    /// Number of the first entry that it governs.
    pub from: u64,
    /// The configuration.
    pub config: Config,
    /// The people and rules in it.
    pub people: People,
    /// SHA-256 of its text.
    pub hash: Hex<32>,
    /// SHA-256 of the note that brought it; for the first, of archive.toml.
    pub note: Hex<32>,
}

impl Era {
    /// The era of the configuration `bytes`, which lie in `file`.
    ///
    /// # Errors
    /// It is no configuration.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Era, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| Error::invalid(file, error))?;
        let config = Config::parse(text).map_err(|what| Error::invalid(file, what))?;
        let people = config.people().map_err(|what| Error::invalid(file, what))?;
        let hash = Hex(sha256(bytes));
        Ok(Era { from: 0, config, people, hash, note: hash })
    }
}

/// An archive's log, opened, and its eras.
pub struct History<'a> {
    /// The log.
    pub log: Log<'a>,
    /// The eras, in order; at least one.
    pub eras: Vec<Era>,
}

impl<'a> History<'a> {
    /// Opens the log under the key of the newest era whose key signed its checkpoint, and finds from which
    /// entry on each era is in force.
    ///
    /// # Errors
    /// The configuration is not the one that the log began with, a logged change is missing or was not
    /// signed by enough custodians, or the log is damaged or not signed by the key in force.
    pub fn open(store: &'a dyn Store) -> Result<History<'a>, Error> {
        let first = Era::parse(&store.read(CONFIG)?, CONFIG)?;
        let mut eras = vec![first];
        while store.exists(&note_path(eras.len() as u64))? {
            eras.push(next_era(store, &eras)?);
        }
        let log = open_log(store, &eras)?;
        check_first(&log, &eras[0])?;
        if eras.len() > 1 {
            place(&log, &mut eras)?;
        }
        let key = &eras[eras.len() - 1].people.log;
        match log.verifier() == key {
            true => Ok(History { log, eras }),
            false => Err(Error::invalid(blackbox_log::CHECKPOINT, "it is not signed by the key in force")),
        }
    }
}

/// The change that follows `eras`, and the era that it brings; it is not known yet whether it is logged.
fn next_era(store: &dyn Store, eras: &[Era]) -> Result<Era, Error> {
    let number = eras.len() as u64;
    let (path, configuration) = (note_path(number), configuration_path(number));
    let bytes = store.read(&path)?;
    let change = Change::open(&bytes, &path, eras)?;
    let mut era = Era::parse(&store.read(&configuration)?, &configuration)?;
    if era.hash != change.configuration {
        return Err(Error::invalid(&configuration, "it is not the configuration that the change names"));
    }
    change.check_successor(eras, &era).map_err(|what| Error::invalid(&configuration, what))?;
    era.note = Hex(sha256(&bytes));
    Ok(era)
}

/// The log under the newest era's key that signed the checkpoint.
fn open_log<'a>(store: &'a dyn Store, eras: &[Era]) -> Result<Log<'a>, Error> {
    let origin = &eras[0].config.origin;
    let mut first: Option<LogError> = None;
    for era in eras.iter().rev() {
        match Log::open(store, &era.people.log, origin) {
            Ok(log) => return Ok(log),
            Err(error @ LogError::Checkpoint(_)) => drop(first.get_or_insert(error)),
            Err(error) => return Err(error.into()),
        }
    }
    Err(first.map_or_else(|| Error::invalid(blackbox_log::CHECKPOINT, "it is missing"), Error::from))
}

fn check_first(log: &Log<'_>, era: &Era) -> Result<(), Error> {
    let first = Leaf::parse(&log.entry(0)?).map_err(|error| Error::invalid("log entry 0", error))?;
    match first.kind == Kind::Init && first.document == era.hash && first.path == CONFIG {
        true => Ok(()),
        false => Err(Error::invalid(CONFIG, "it is not the configuration that the log began with")),
    }
}

/// Finds the entries of the changes; drops those that are not logged: they are not in force.
fn place(log: &Log<'_>, eras: &mut Vec<Era>) -> Result<(), Error> {
    let mut next = 1;
    for (index, entry) in (0..).zip(log.entries(0..log.size())) {
        let leaf = Leaf::parse(&entry?);
        let leaf = leaf.map_err(|error| Error::invalid(format!("log entry {index}"), error))?;
        // An entry that is not the next change's counts for nothing: an operator can append any entry.
        let change = leaf.kind == Kind::Change && leaf.path == note_path(next as u64);
        if let Some(era) = eras.get_mut(next).filter(|era| change && era.note == leaf.document) {
            era.from = index + 1;
            next += 1;
        }
    }
    eras.truncate(next);
    Ok(())
}
