//! Proposing a change, signing one, and putting it into force.

use std::collections::BTreeMap;

use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    note::{Note, Signer},
};
use blackbox_log::Kind;

use crate::{
    approve::Now,
    archive::{Archive, Entry},
    change::{Change, configuration_path, lacking, note_path, proposal_path, signers},
    config::Config,
    era::Era,
    error::{Error, unsigned},
    identity::Identity,
};

/// A change that is being signed.
pub struct Proposal {
    /// The change.
    pub change: Change,
    /// Its note, with the signatures so far.
    pub note: Note,
    /// The configuration that it brings.
    pub era: Era,
}

/// What came of signing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// In force: logged.
    Done(u64),
    /// Signed by enough; it waits for the operator's key.
    Ready,
    /// It waits for more signatures, in words.
    Lacking(String),
}

impl Proposal {
    /// Proposes `config` in place of the configuration in force, signed by custodian `identity`.
    ///
    /// # Errors
    /// It touches what no change may touch, or the signer is no custodian.
    pub fn make(
        archive: &Archive<'_>,
        config: &Config,
        (identity, reason, now): (&Identity, &str, &Now),
    ) -> Result<Proposal, Error> {
        check_signer(archive, identity)?;
        let number = archive.eras.len() as u64;
        let text = config.to_text()?;
        let file = configuration_path(number);
        let era = Era::parse(text.as_bytes(), &file)?;
        let change = Change {
            origin: archive.config.origin.clone(),
            archive: archive.hash,
            number,
            previous: archive.eras[archive.eras.len() - 1].hash,
            configuration: era.hash,
            reason: reason.trim().to_owned(),
            time: now.time.clone(),
        };
        if era.hash == change.previous {
            return Err(Error::Usage("nothing would change".to_owned()));
        }
        change.check_successor(&archive.eras, &era).map_err(|what| Error::refused("propose this", what))?;
        let note = Note::sign(change.to_text()?, identity);
        Ok(Proposal { change, note, era })
    }

    /// Reads the proposal that lies in the archive, if there is one that follows the configuration in force.
    ///
    /// # Errors
    /// It is damaged, or touches what no change may touch.
    pub fn read(archive: &Archive<'_>) -> Result<Option<Proposal>, Error> {
        let number = archive.eras.len() as u64;
        let path = proposal_path(number);
        if !archive.store.exists(&path)? {
            return Ok(None);
        }
        let note = Note::parse(&archive.store.read(&path)?).map_err(unsigned(&path))?;
        let change = Change::parse(&note, &path)?;
        change.check_place(&archive.eras, &path)?;
        let file = configuration_path(number);
        let era = Era::parse(&archive.store.read(&file)?, &file)?;
        if era.hash != change.configuration {
            return Err(Error::invalid(&file, "it is not the configuration that the proposal names"));
        }
        change.check_successor(&archive.eras, &era).map_err(|what| Error::invalid(&file, what))?;
        Ok(Some(Proposal { change, note, era }))
    }

    /// Puts it into the archive, in place of an earlier proposal. The caller holds the store's lock.
    ///
    /// # Errors
    /// The store failed.
    pub fn put(&self, archive: &Archive<'_>) -> Result<(), Error> {
        let number = self.change.number;
        archive.store.replace(&configuration_path(number), self.era.config.to_text()?.as_bytes())?;
        Ok(archive.store.replace(&proposal_path(number), &self.note.to_bytes())?)
    }

    /// Adds the signature of custodian `identity`, unless it is there.
    ///
    /// # Errors
    /// The signer is no custodian, or a signature is wrong.
    pub fn sign(&mut self, archive: &Archive<'_>, identity: &Identity) -> Result<(), Error> {
        check_signer(archive, identity)?;
        let path = proposal_path(self.change.number);
        let now = &archive.eras[archive.eras.len() - 1];
        let signed = signers(&self.note, now).map_err(unsigned(&path))?;
        if !signed.contains(identity.verifier()) {
            self.note.add(identity);
        }
        Ok(())
    }

    /// Whose signatures it still lacks, in words.
    ///
    /// # Errors
    /// A signature is wrong.
    pub fn lacking(&self, archive: &Archive<'_>) -> Result<Option<String>, Error> {
        let path = proposal_path(self.change.number);
        lacking(&self.note, &archive.eras[archive.eras.len() - 1]).map_err(unsigned(&path))
    }

    /// What it changes: lines of the configuration that go (`-`) and come (`+`), each with the table that it stands in.
    ///
    /// # Errors
    /// A configuration cannot be written.
    pub fn lines(&self, archive: &Archive<'_>) -> Result<Vec<String>, Error> {
        let (old, new) = (entries(&archive.config.to_text()?), entries(&self.era.config.to_text()?));
        let mut lines: Vec<String> = surplus(&old, &new).map(|line| format!("- {line}")).collect();
        lines.extend(surplus(&new, &old).map(|line| format!("+ {line}")));
        Ok(lines)
    }

    /// Logs it, if enough custodians signed and the operator's key is at hand: the new one, if it brings one. The
    /// caller holds the store's lock.
    ///
    /// # Errors
    /// The log is damaged, or the store failed.
    pub fn log(
        &self,
        archive: &mut Archive<'_>,
        operator: Option<&dyn Signer>,
        now: &Now,
    ) -> Result<Signed, Error> {
        if let Some(what) = self.lacking(archive)? {
            return Ok(Signed::Lacking(what));
        }
        let Some(operator) = operator.filter(|operator| *operator.verifier() == self.era.people.log) else {
            return Ok(Signed::Ready);
        };
        let number = self.change.number;
        let document = self.note.to_bytes();
        // An interrupted run may have left the note without its entry: it was never in force.
        archive.store.remove(&note_path(number))?;
        let signed = signers(&self.note, &archive.eras[archive.eras.len() - 1]);
        let signed = signed.map_err(unsigned(&note_path(number)))?;
        let by = signed.first().map_or("", |key| key.name()).to_owned();
        let entry = Entry {
            kind: Kind::Change,
            subject: &number.to_string(),
            by: &by,
            path: note_path(number),
            document: &document,
            bodies: Vec::new(),
            time: &now.time,
        };
        let index = match *operator.verifier() == archive.people.log {
            true => archive.append(operator, entry)?,
            false => archive.succeed(operator, entry)?,
        };
        archive.store.remove(&proposal_path(number))?;
        archive.refresh()?;
        match archive.eras.last().is_some_and(|era| era.note == Hex(sha256(&document))) {
            true => Ok(Signed::Done(index)),
            false => Err(Error::invalid(note_path(number), "the change is not in force after it was logged")),
        }
    }
}

/// What a configuration says, an entry a line, and how often: a person's lines are one entry with the office, since each
/// of them could stand elsewhere too.
fn entries(text: &str) -> BTreeMap<String, usize> {
    let mut tables: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.starts_with('['), tables.last_mut()) {
            (false, Some((_, lines))) => lines.push(line),
            _ => tables.push((line, Vec::new())),
        }
    }
    let mut entries = BTreeMap::new();
    for (table, lines) in tables {
        let of_table: Vec<String> = match table.starts_with("[[") {
            true => vec![format!("{table} {}", lines.join(", "))],
            false => lines.iter().map(|line| format!("{table} {line}").trim_start().to_owned()).collect(),
        };
        of_table.into_iter().for_each(|entry| *entries.entry(entry).or_default() += 1);
    }
    entries
}

/// What is in `one` more often than in `other`.
fn surplus<'e>(
    one: &'e BTreeMap<String, usize>,
    other: &'e BTreeMap<String, usize>,
) -> impl Iterator<Item = &'e str> {
    let more = |(entry, count): &(&String, &usize)| **count > other.get(*entry).copied().unwrap_or(0);
    one.iter().filter(more).map(|(entry, _)| entry.as_str())
}

fn check_signer(archive: &Archive<'_>, identity: &Identity) -> Result<(), Error> {
    match archive.people.is_custodian(identity.verifier()) {
        true => Ok(()),
        false => {
            let why = format!("\"{}\" is no custodian of this archive", identity.public().name);
            Err(Error::refused("sign a change", why))
        }
    }
}
