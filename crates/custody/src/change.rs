//! A change: a new configuration in place of the one in force, signed by enough custodians.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::{Note, NoteError, Verifier},
};

use crate::{
    config::Config,
    era::Era,
    error::{Error, malformed, unsigned},
    group::Group,
};

/// A change (spec/custody.md, "Changes").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Its number, from 1.
    pub number: u64,
    /// SHA-256 of the configuration in force before.
    pub previous: Hex<32>,
    /// SHA-256 of the new configuration.
    pub configuration: Hex<32>,
    /// Why; public.
    pub reason: String,
    /// When it was proposed, RFC 3339 UTC.
    pub time: String,
}

/// Where the note of change `number` lies once it is logged.
pub fn note_path(number: u64) -> String {
    format!("changes/{number}/note")
}

/// Where change `number` lies while it is being signed.
pub fn proposal_path(number: u64) -> String {
    format!("changes/{number}/proposal")
}

/// Where the configuration that change `number` brings lies.
pub fn configuration_path(number: u64) -> String {
    format!("changes/{number}/archive.toml")
}

impl Change {
    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("change");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("number", self.number)
            .field("previous", self.previous)
            .field("configuration", self.configuration)
            .field("reason", &self.reason)
            .field("time", &self.time);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a change.
    pub fn parse(note: &Note, file: &str) -> Result<Change, Error> {
        read(&note.text).map_err(malformed(file))
    }

    /// Reads the change that follows `eras`, signed by enough custodians of the last of them.
    ///
    /// # Errors
    /// It is another's, or not signed by enough.
    pub fn open(bytes: &[u8], file: &str, eras: &[Era]) -> Result<Change, Error> {
        let note = Note::parse(bytes).map_err(unsigned(file))?;
        let change = Change::parse(&note, file)?;
        change.check_place(eras, file)?;
        let last = &eras[eras.len() - 1];
        match lacking(&note, last).map_err(unsigned(file))? {
            None => Ok(change),
            Some(what) => Err(Error::invalid(file, format!("it is not signed by enough custodians: {what}"))),
        }
    }

    /// Whether it follows `eras`, in this archive.
    ///
    /// # Errors
    /// It does not.
    pub fn check_place(&self, eras: &[Era], file: &str) -> Result<(), Error> {
        let own = self.origin == eras[0].config.origin
            && self.archive == eras[0].hash
            && self.number == eras.len() as u64
            && self.previous == eras[eras.len() - 1].hash;
        match own {
            true => Ok(()),
            false => Err(Error::invalid(file, "it does not follow the configuration in force")),
        }
    }

    /// Checks what no change may touch, because what is sealed depends on it.
    ///
    /// # Errors
    /// What it touches, in words.
    pub fn check_successor(&self, eras: &[Era], new: &Era) -> Result<(), String> {
        check_successor(eras, (&new.config, &new.people.groups))
    }
}

fn read(text: &str) -> Result<Change, FieldsError> {
    let mut from = Reader::new(text, "change")?;
    let change = Change {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        number: from.value("number")?,
        previous: from.value("previous")?,
        configuration: from.value("configuration")?,
        reason: from.value("reason")?,
        time: from.value("time")?,
    };
    from.finish()?;
    Ok(change)
}

/// Whose signatures a change still lacks under `era`, in words; `None` if it has enough. It needs as many
/// custodians as must agree, of the archive and of each compartment that has its own: nobody's custodians,
/// limits or examiners are changed without them.
///
/// # Errors
/// A signature under a custodian's name is wrong.
pub fn lacking(note: &Note, era: &Era) -> Result<Option<String>, NoteError> {
    let signers = signers(note, era)?;
    let everyone = era.people.everyone().ok();
    let groups = era.people.groups.iter().map(|(name, group)| (format!("compartment \"{name}\""), group));
    let all = everyone.iter().map(|group| ("the archive".to_owned(), group)).chain(groups);
    let short = |group: &Group| {
        let signed = group.custodians.iter().filter(|person| signers.contains(&person.verifier)).count();
        (group.threshold.needed()).saturating_sub(signed)
    };
    let mut lines: Vec<String> = Vec::new();
    for (name, group) in all.filter(|(_, group)| !group.agrees(&signers)) {
        let line = format!("{} more of {}", short(group), group.names().collect::<Vec<_>>().join(", "));
        if !lines.iter().any(|known| known.starts_with(&line)) {
            lines.push(format!("{line} (for {name})"));
        }
    }
    Ok((!lines.is_empty()).then(|| lines.join("; ")))
}

/// The custodians of `era` who signed `note`.
///
/// # Errors
/// A signature under a custodian's name is wrong.
pub fn signers(note: &Note, era: &Era) -> Result<Vec<Verifier>, NoteError> {
    let mut signers = Vec::new();
    for custodian in &era.people.custodians {
        match note.verify(&custodian.verifier) {
            Ok(()) => signers.push(custodian.verifier.clone()),
            Err(NoteError::Unsigned(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(signers)
}

fn check_successor(eras: &[Era], (new, groups): (&Config, &BTreeMap<String, Group>)) -> Result<(), String> {
    let old = &eras[eras.len() - 1];
    let (before, after) = (&old.config, new);
    let same = [
        (before.origin == after.origin, "the origin"),
        (before.created == after.created, "the day on which the archive was made"),
        (before.threshold == after.threshold, "the threshold"),
        (before.custodian.len() == after.custodian.len(), "the number of custodians"),
        (before.common == after.common && before.policy.common == after.policy.common, "the common words"),
        (before.policy.languages == after.policy.languages, "the languages"),
        (before.policy.finding_fields == after.policy.finding_fields, "the fields that may find"),
        (before.policy.exceptional == after.policy.exceptional, "whether there is an exceptional route"),
        (after.policy.context <= before.policy.context, "the context upwards: records have no more slots"),
    ];
    if let Some((_, what)) = same.iter().find(|(same, _)| !same) {
        return Err(format!("a change cannot touch {what}: what is sealed depends on it"));
    }
    for (name, group) in &old.people.groups {
        let kept = groups.get(name).is_some_and(|new| new.threshold == group.threshold);
        if !kept {
            return Err(format!(
                "compartment \"{name}\" has to keep its threshold and its number of custodians: its keys are shared out so"
            ));
        }
    }
    check_slots(eras, groups)?;
    check_names(eras, new)
}

/// Who once held one number's keys of a compartment can never have another number in it: it would be two of k.
fn check_slots(eras: &[Era], groups: &BTreeMap<String, Group>) -> Result<(), String> {
    for (name, group) in groups {
        let before = eras.iter().filter_map(|era| era.people.groups.get(name));
        for (number, person) in before.flat_map(|group| group.custodians.iter().enumerate()) {
            if group.number(&person.verifier).is_some_and(|now| now != number) {
                return Err(format!(
                    "\"{}\" was custodian number {number} of compartment \"{name}\" and cannot become another",
                    person.verifier.name()
                ));
            }
        }
    }
    Ok(())
}

/// A name that a key once had is nobody else's later: every entry of the log says by name who signed.
fn check_names(eras: &[Era], new: &Config) -> Result<(), String> {
    let people = new.people()?;
    let known = eras.iter().flat_map(|era| era.people.all()).map(|person| &person.verifier);
    let known: BTreeSet<(&str, String)> = known.map(|key| (key.name(), key.to_string())).collect();
    for person in people.all() {
        let (name, key) = (person.verifier.name(), person.verifier.to_string());
        if known.iter().any(|(other, verifier)| *other == name && *verifier != key) {
            return Err(format!(
                "the key name \"{name}\" was another key's before; make the new key under a new name"
            ));
        }
    }
    Ok(())
}
