//! An opened archive: its configuration, pinned by the log's first leaf, and its log.

use blackbox_format::{
    fields::Hex,
    manifest::{Manifest, manifest_path},
    merkle::sha256,
    note::{Note, Signer, Verifier},
    text::WORDS_VERSION,
};
use blackbox_log::{Checkpoint, Kind, Leaf, Log, body};
use blackbox_store::Store;

use crate::{
    config::{CONFIG, Config, People},
    error::{Error, malformed, unsigned},
};

/// An archive whose configuration is the one that its log began with.
pub struct Archive<'a> {
    /// Where it lies.
    pub store: &'a dyn Store,
    /// Its configuration.
    pub config: Config,
    /// The people and rules in it.
    pub people: People,
    /// SHA-256 of archive.toml.
    pub hash: Hex<32>,
    /// Its log.
    pub log: Log<'a>,
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

    /// Opens an archive, and checks that its configuration is the log's first leaf.
    ///
    /// # Errors
    /// It is no archive, or configuration and log do not belong together.
    pub fn open(store: &'a dyn Store) -> Result<Archive<'a>, Error> {
        if !store.exists(CONFIG)? {
            return match store.exists(blackbox_log::CHECKPOINT)? {
                true => Err(Error::invalid(CONFIG, "the file is missing")),
                false => {
                    Err(Error::Usage("this is not an archive: there is no archive.toml in it".to_owned()))
                }
            };
        }
        let bytes = store.read(CONFIG)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| Error::invalid(CONFIG, error))?;
        let config = Config::parse(text).map_err(|what| Error::invalid(CONFIG, what))?;
        let people = config.people().map_err(|what| Error::invalid(CONFIG, what))?;
        let log = Log::open(store, &people.log, &config.origin)?;
        let archive = Archive { store, config, people, hash: Hex(sha256(&bytes)), log };
        let first = archive.leaf(0)?;
        match first.kind == Kind::Init && first.document == archive.hash && first.path == CONFIG {
            true => Ok(archive),
            false => Err(Error::invalid(CONFIG, "it is not the configuration that the log began with")),
        }
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

    /// The manifest of a logged deposit, checked.
    ///
    /// # Errors
    /// It is missing, not what was logged, not signed by a sealer, or of another archive.
    pub fn manifest(&self, leaf: &Leaf) -> Result<Manifest, Error> {
        let sealer = self.people.sealers.iter().find(|sealer| sealer.verifier.name() == leaf.by);
        let sealer =
            sealer.ok_or_else(|| Error::invalid(&leaf.path, format!("\"{}\" is no sealer", leaf.by)))?;
        let note = self.note(leaf, &sealer.verifier)?;
        let manifest = Manifest::parse(&note.text).map_err(malformed(&leaf.path))?;
        manifest.check().map_err(|what| Error::invalid(&leaf.path, what))?;
        if manifest.words != WORDS_VERSION {
            let path = &leaf.path;
            let words = &manifest.words;
            return Err(Error::Usage(format!(
                "\"{path}\" was sealed with words of \"{words}\": this program makes \"{WORDS_VERSION}\" and could miss some"
            )));
        }
        let custodians = self.people.custodians.iter().map(|custodian| custodian.verifier.name());
        if !custodians.eq(manifest.custody.iter().map(|line| line.custodian.as_str())) {
            return Err(Error::invalid(
                &leaf.path,
                "its custody files are not those of the archive's custodians",
            ));
        }
        let own = manifest.deposit == leaf.subject
            && leaf.path == manifest_path(&manifest.deposit)
            && manifest.origin == self.config.origin
            && manifest.archive == self.hash
            && manifest.threshold == self.people.threshold
            && manifest.exceptional_roots.is_empty() != self.config.policy.exceptional;
        match own {
            true => Ok(manifest),
            false => Err(Error::invalid(&leaf.path, "it belongs to another archive or deposit")),
        }
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
        match self.store.exists(&entry.path)? {
            false => self.store.put(&entry.path, entry.document)?,
            true if self.store.read(&entry.path)? == entry.document => {}
            true => return Err(Error::invalid(&entry.path, "another document is here already")),
        }
        let bodies = entry.bodies.iter().map(|bytes| body::put_body(self.store, bytes));
        let leaf = Leaf {
            kind: entry.kind,
            time: entry.time.to_owned(),
            subject: entry.subject.to_owned(),
            by: entry.by.to_owned(),
            document: Hex(sha256(entry.document)),
            path: entry.path,
            bodies: bodies.collect::<Result<_, _>>()?,
        };
        Ok(self.log.append(operator, &[leaf.to_bytes()?])?)
    }

    /// Reads the log anew: under the lock, before appending.
    ///
    /// # Errors
    /// The log is damaged.
    pub fn refresh(&mut self) -> Result<(), Error> {
        self.log = Log::open(self.store, &self.people.log, &self.config.origin)?;
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
