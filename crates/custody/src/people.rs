//! Who takes part in an archive, read from a configuration and checked (spec/custody.md, "archive.toml").

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{id::Slug, note::Verifier, rules::Rules, threshold::Threshold};
use blackbox_log::Cosigner;

use crate::{error::Error, group::Group, identity::Public};

/// archive.toml, read and checked.
#[derive(Debug, Clone)]
pub struct People {
    /// Custodians, by number.
    pub custodians: Vec<Public>,
    /// Sealers.
    pub sealers: Vec<Public>,
    /// Examiners.
    pub examiners: Vec<Public>,
    /// Auditors.
    pub auditors: Vec<Public>,
    /// Witnesses from outside; custodians are witnesses besides.
    pub witnesses: Vec<Cosigner>,
    /// The log's key.
    pub log: Verifier,
    /// How many custodians must agree.
    pub threshold: Threshold,
    /// Custodians and threshold of every compartment.
    pub groups: BTreeMap<String, Group>,
    /// What can never find.
    pub rules: Rules,
}

impl People {
    /// Everyone, each once.
    pub fn all(&self) -> impl Iterator<Item = &Public> {
        let groups = [&self.custodians, &self.sealers, &self.examiners, &self.auditors];
        groups.into_iter().flatten()
    }

    /// Those who may read what is asked of `group`: its custodians, and auditors.
    pub fn overseers<'p>(&'p self, group: &'p Group) -> impl Iterator<Item = &'p Public> {
        let auditors = self.auditors.iter().filter(|auditor| !group.custodians.contains(auditor));
        group.custodians.iter().chain(auditors)
    }

    /// Whether `person` is a custodian or an auditor.
    pub fn is_overseer(&self, person: &Public) -> bool {
        self.custodians.contains(person) || self.auditors.contains(person)
    }

    /// All custodians, under the archive's own threshold.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn everyone(&self) -> Result<Group, String> {
        Group::new(self.custodians.clone(), self.threshold.needed())
    }

    /// Whether the key is a custodian's, of whatever compartment.
    pub fn is_custodian(&self, key: &Verifier) -> bool {
        self.custodians.iter().any(|custodian| custodian.verifier == *key)
    }

    /// The one group of all these compartments.
    ///
    /// # Errors
    /// A compartment is unknown, or they have not all the same custodians: each has to be asked for by itself.
    pub fn group_of<'c>(&self, compartments: impl IntoIterator<Item = &'c String>) -> Result<&Group, Error> {
        let mut one: Option<(&String, &Group)> = None;
        for name in compartments {
            let group = self.groups.get(name).ok_or_else(|| {
                Error::refused("act", format!("none of the archive's compartments is \"{name}\""))
            })?;
            match one {
                Some((other, first)) if first != group => {
                    let why = format!(
                        "compartments \"{other}\" and \"{name}\" have different custodians; ask for each by itself \
                         (--compartment {other})"
                    );
                    return Err(Error::refused("act on both at once", why));
                }
                _ => one = one.or(Some((name, group))),
            }
        }
        one.map(|(_, group)| group).ok_or_else(|| Error::refused("act", "no compartment is named"))
    }

    /// Cosignatures are counted by key, so each witness has its own, and there are as many as the policy asks for.
    pub(crate) fn check_witnesses(&self, cosignatures: usize) -> Result<(), String> {
        let mut keys: BTreeSet<&[u8; 32]> = self.custodians.iter().map(|one| one.verifier.key()).collect();
        let all = keys.len() + self.witnesses.len();
        keys.insert(self.log.key());
        if let Some(twice) = self.witnesses.iter().find(|witness| !keys.insert(witness.key())) {
            let name = twice.name();
            return Err(format!(
                "witness \"{name}\" has the key of a custodian, of another witness or of the log"
            ));
        }
        match cosignatures <= all {
            true => Ok(()),
            false => Err(format!(
                "the policy asks for {cosignatures} cosignatures, and there are {all} custodians and witnesses"
            )),
        }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        for (group, name) in [(&self.sealers, "sealer"), (&self.examiners, "examiner")] {
            if group.is_empty() {
                return Err(format!("an archive needs at least one {name}"));
            }
        }
        let mut known: BTreeMap<&str, &Public> = BTreeMap::new();
        for person in self.all() {
            // The key's name becomes part of paths.
            if person.verifier.name().parse::<Slug>().is_err() {
                return Err(format!("the key name \"{}\" is not a file name", person.verifier.name()));
            }
            let before = known.insert(person.verifier.name(), person);
            if before.is_some_and(|before| before.verifier != person.verifier) {
                return Err(format!("two people have keys called \"{}\"", person.verifier.name()));
            }
        }
        self.everyone().map(drop)
    }
}
