//! An opened archive: its configuration, pinned by the log's first leaf, and its log.

use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    note::{Note, Signer, Verifier},
};
use blackbox_log::{Checkpoint, Kind, Leaf, Log, body};
use blackbox_store::Store;

use crate::{
    change::note_path,
    config::{CONFIG, Config, People},
    era::{Era, History},
    error::{Error, unsigned},
    identity::Public,
};

/// An archive whose configuration is the one that its log began with.
pub struct Archive<'a> {
    /// Where it lies.
    pub store: &'a dyn Store,
    /// Its configuration in force.
    pub config: Config,
    /// The people and rules in force.
    pub people: People,
    /// SHA-256 of archive.toml.
    pub hash: Hex<32>,
    /// Its log.
    pub log: Log<'a>,
    /// Its configurations so far, the one in force last.
    pub eras: Vec<Era>,
}

/// A document to be logged.
pub struct Entry<'e> {
    /// What it is.
    pub kind: Kind,
    /// What it is about.
    pub subject: &'e str,
    /// Name of the signer's key.
    pub by: &'e str,
    /// Its path.
    pub path: String,
    /// Its bytes; stored unless they are there already.
    pub document: &'e [u8],
    /// Age files that belong to it.
    pub bodies: Vec<Vec<u8>>,
    /// Now.
    pub time: &'e str,
}

impl<'a> Archive<'a> {
    /// Makes an archive in an empty store.
    ///
    /// # Errors
    /// The configuration is impossible, the store is not empty, or it failed.
    pub fn create(
        store: &'a dyn Store,
        config: &Config,
        operator: &dyn Signer,
    ) -> Result<Archive<'a>, Error> {
        config.people().map_err(Error::Usage)?;
        let text = config.to_text()?;
        let _lock = store.lock()?;
        if store.list("")?.iter().any(|path| path != blackbox_store::folder::LOCK) {
            return Err(Error::Usage(
                "the folder is not empty; an archive begins in an empty one".to_owned(),
            ));
        }
        let hash = Hex(sha256(text.as_bytes()));
        store.put(CONFIG, text.as_bytes())?;
        let leaf = Leaf {
            kind: Kind::Init,
            time: config.created.clone(),
            subject: hash.to_string(),
            by: operator.verifier().name().to_owned(),
            document: hash,
            path: CONFIG.to_owned(),
            bodies: Vec::new(),
        };
        Log::create(store, &config.origin, operator, &leaf.to_bytes()?)?;
        Archive::open(store)
    }

    /// Opens an archive, and checks that its configuration is the log's first leaf, and which changes of
    /// it are in force.
    ///
    /// # Errors
    /// It is no archive, or configuration, changes and log do not belong together.
    pub fn open(store: &'a dyn Store) -> Result<Archive<'a>, Error> {
        if !store.exists(CONFIG)? {
            return match store.exists(blackbox_log::CHECKPOINT)? {
                true => Err(Error::invalid(CONFIG, "the file is missing")),
                false => {
                    Err(Error::Usage("this is not an archive: there is no archive.toml in it".to_owned()))
                }
            };
        }
        Ok(Archive::of(store, History::open(store)?))
    }

    fn of(store: &'a dyn Store, history: History<'a>) -> Archive<'a> {
        let History { log, eras } = history;
        let now = &eras[eras.len() - 1];
        let (config, people) = (now.config.clone(), now.people.clone());
        Archive { store, config, people, hash: eras[0].hash, log, eras }
    }

    /// The era that log entry `index` belongs to: who was in office when it was appended.
    pub fn era_at(&self, index: u64) -> &Era {
        let begun = self.eras.partition_point(|era| era.from <= index);
        &self.eras[begun.saturating_sub(1)]
    }

    /// Who was in office when log entry `index` was appended.
    pub fn people_at(&self, index: u64) -> &People {
        &self.era_at(index).people
    }

    /// Whether `leaf` is the entry of a change that is, or was, in force.
    pub fn is_change(&self, leaf: &Leaf) -> bool {
        let number = leaf.subject.parse::<u64>().ok().filter(|number| *number > 0);
        let era = number.and_then(|number| self.eras.get(usize::try_from(number).ok()?));
        era.is_some_and(|era| era.note == leaf.document) && leaf.path == note_path(number.unwrap_or_default())
    }

    /// Everyone who is or was a custodian, each once.
    pub fn custodians_ever(&self) -> impl Iterator<Item = &Public> {
        let mut seen = std::collections::BTreeSet::new();
        let all = self.eras.iter().rev().flat_map(|era| &era.people.custodians);
        all.filter(move |person| seen.insert(person.verifier.name().to_owned()))
    }

    /// Every key that the log was ever signed with, the newest first.
    pub fn log_keys(&self) -> impl Iterator<Item = &Verifier> {
        self.eras.iter().rev().map(|era| &era.people.log)
    }

    /// The checkpoint in `note`, if the log's key of some era signed it.
    ///
    /// # Errors
    /// None did, or it is no checkpoint of this log.
    pub fn open_checkpoint(&self, note: &Note, file: &str) -> Result<Checkpoint, Error> {
        let mut last = None;
        for key in self.log_keys() {
            match Checkpoint::open(note, key, &self.config.origin) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(error) => drop(last.get_or_insert(error)),
            }
        }
        let what = last.map_or_else(|| "there is no key of the log".to_owned(), |error| error.to_string());
        Err(Error::invalid(file, what))
    }

    /// Leaf number `index`.
    ///
    /// # Errors
    /// The log is damaged.
    pub fn leaf(&self, index: u64) -> Result<Leaf, Error> {
        let entry = self.log.entry(index)?;
        Leaf::parse(&entry).map_err(|error| Error::invalid(format!("log entry {index}"), error))
    }

    /// The checkpoint that the archive shows.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.log.checkpoint()
    }

    /// Reads a logged document, checked against its leaf.
    ///
    /// # Errors
    /// It is missing, or not what was logged.
    pub fn document(&self, leaf: &Leaf) -> Result<Vec<u8>, Error> {
        let bytes = self.store.read(&leaf.path)?;
        match Hex(sha256(&bytes)) == leaf.document {
            true => Ok(bytes),
            false => Err(Error::invalid(&leaf.path, "it is not the document that was logged")),
        }
    }

    /// Reads a logged note and checks that `signer` signed it.
    ///
    /// # Errors
    /// It is missing, not what was logged, or not signed by `signer`.
    pub fn note(&self, leaf: &Leaf, signer: &Verifier) -> Result<Note, Error> {
        let note = Note::parse(&self.document(leaf)?).map_err(unsigned(&leaf.path))?;
        note.verify(signer).map_err(unsigned(&leaf.path))?;
        Ok(note)
    }

    /// Reads an age file of the log.
    ///
    /// # Errors
    /// It is missing or changed.
    pub fn body(&self, hash: &Hex<32>) -> Result<Vec<u8>, Error> {
        Ok(body::body(self.store, hash)?)
    }

    /// Stores a document and its bodies, and appends their leaf: the document first, so that no leaf
    /// ever names what is not there. The caller holds the store's lock and read the log under it.
    ///
    /// # Errors
    /// Another document is at its path, the log is damaged, or the store failed.
    pub fn append(&mut self, operator: &dyn Signer, entry: Entry<'_>) -> Result<u64, Error> {
        self.append_all(operator, vec![entry])
    }

    /// The same with several, under one checkpoint: all are in the log, or none. Gives the number of the first.
    ///
    /// # Errors
    /// As [`Archive::append`].
    pub fn append_all(&mut self, operator: &dyn Signer, entries: Vec<Entry<'_>>) -> Result<u64, Error> {
        let leaves = entries.into_iter().map(|entry| Ok(self.stored(entry)?.to_bytes()?));
        let leaves = leaves.collect::<Result<Vec<_>, Error>>()?;
        Ok(self.log.append(operator, &leaves)?)
    }

    /// As [`Archive::append`], under a new key of the log: the entry is the change that brings it.
    ///
    /// # Errors
    /// As [`Archive::append`].
    pub fn succeed(&mut self, successor: &dyn Signer, entry: Entry<'_>) -> Result<u64, Error> {
        let leaf = self.stored(entry)?.to_bytes()?;
        Ok(self.log.succeed(successor, &[leaf])?)
    }

    /// Stores a document and its bodies; gives their leaf.
    fn stored(&self, entry: Entry<'_>) -> Result<Leaf, Error> {
        match self.store.exists(&entry.path)? {
            false => self.store.put(&entry.path, entry.document)?,
            true if self.store.read(&entry.path)? == entry.document => {}
            true => return Err(Error::invalid(&entry.path, "another document is here already")),
        }
        let bodies = entry.bodies.iter().map(|bytes| body::put_body(self.store, bytes));
        Ok(Leaf {
            kind: entry.kind,
            time: entry.time.to_owned(),
            subject: entry.subject.to_owned(),
            by: entry.by.to_owned(),
            document: Hex(sha256(entry.document)),
            path: entry.path,
            bodies: bodies.collect::<Result<_, _>>()?,
        })
    }

    /// Reads configuration and log anew: under the lock, before appending.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn refresh(&mut self) -> Result<(), Error> {
        *self = Archive::open(self.store)?;
        Ok(())
    }

    /// Checks that `operator` is the log's key.
    ///
    /// # Errors
    /// It is another key.
    pub fn check_operator(&self, operator: &dyn Signer) -> Result<(), Error> {
        match *operator.verifier() == self.people.log {
            true => Ok(()),
            false => Err(Error::Usage("the operator's key is not the key of this archive's log".to_owned())),
        }
    }
}
