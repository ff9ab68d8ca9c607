//! The custodians of a compartment, and how many of them must agree.

use std::collections::BTreeSet;

use blackbox_format::{note::Verifier, threshold::Threshold};

use crate::{error::Error, identity::Public};

/// Custodians by their numbers, and their threshold (spec/custody.md, "Compartments").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The custodians: their place is their number.
    pub custodians: Vec<Public>,
    /// How many must agree.
    pub threshold: Threshold,
}

impl Group {
    /// `needed` of `custodians`.
    ///
    /// # Errors
    /// What is wrong, in words: an impossible threshold, or one custodian twice.
    pub fn new(custodians: Vec<Public>, needed: usize) -> Result<Group, String> {
        let threshold = Threshold::new(needed, custodians.len()).map_err(|error| error.to_string())?;
        let distinct: BTreeSet<&str> = custodians.iter().map(|person| person.verifier.name()).collect();
        // One key under two names would be two of k.
        let keys: BTreeSet<&[u8; 32]> = custodians.iter().map(|person| person.verifier.key()).collect();
        match distinct.len() == custodians.len() && keys.len() == custodians.len() {
            true => Ok(Group { custodians, threshold }),
            false => Err("one custodian is named twice".to_owned()),
        }
    }

    /// The number of the custodian with this key.
    pub fn number(&self, key: &Verifier) -> Option<usize> {
        self.custodians.iter().position(|custodian| custodian.verifier == *key)
    }

    /// The number of the custodian with this key.
    ///
    /// # Errors
    /// The key is none of these custodians'.
    pub fn member(&self, key: &Verifier) -> Result<usize, Error> {
        let why = format!("\"{}\" is no custodian of this compartment", key.name());
        self.number(key).ok_or_else(|| Error::refused("act", why))
    }

    /// Key names, by number.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.custodians.iter().map(|custodian| custodian.verifier.name())
    }

    /// Whether at least as many of these as must agree are among `signers`.
    pub fn agrees(&self, signers: &[Verifier]) -> bool {
        let signed = self.custodians.iter().filter(|custodian| signers.contains(&custodian.verifier));
        signed.count() >= self.threshold.needed()
    }
}
