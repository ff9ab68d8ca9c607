//! The policy: what an archive allows (spec/custody.md, "archive.toml").

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{id::Slug, rules::GRANTABLE, term::Field};
use serde::{Deserialize, Serialize};

use crate::{group::Group, identity::Public};

/// The content of policy.toml; what it does not say has a safe default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Neighbours on each side that a request may ask for, at most 3.
    pub context: u8,
    /// Whether all custodians together may find by common terms, on a court's order.
    pub exceptional: bool,
    /// Which of from, to, with, chat may find, besides narrowing.
    pub finding_fields: BTreeSet<String>,
    /// Languages whose stop words can never find, as two letters.
    pub languages: BTreeSet<String>,
    /// Further words that can never find.
    pub common: BTreeSet<String>,
    /// Compartments that deposits may be sealed into.
    pub compartments: BTreeSet<String>,
    /// How many custodians and witnesses must have cosigned a checkpoint that holds a request before it is answered.
    pub cosignatures: usize,
    /// What a request may ask at most.
    pub limits: Limits,
    /// Days after the end of a request's case at which its terms may be made public; never, if none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_days: Option<u32>,
    /// Compartments with custodians of their own; the others have all custodians and the archive's threshold.
    pub compartment: Vec<Compartment>,
}

/// A compartment with custodians of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compartment {
    /// Its name, one of the archive's compartments.
    pub name: String,
    /// How many of its custodians must agree.
    pub threshold: usize,
    /// Key names of its custodians, in the order of their numbers in it.
    pub custodians: Vec<String>,
}

/// Limits of a request, kept by every custodian's program. 0 is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Terms.
    pub terms: u32,
    /// Months.
    pub months: u32,
    /// Spelled-out variants of one word: literals of one alternative.
    pub variants: u32,
    /// Percent of a deposit's rows that its closure may open, by the counts of a logged count request.
    pub share: u32,
    /// Requests of one examiner in one calendar month.
    pub requests: u32,
    /// Hours between a request's entry and the first approval.
    pub notice_hours: u32,
    /// Whether a request that opens must cite a logged count request.
    pub cite_count: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            context: 2,
            exceptional: false,
            finding_fields: BTreeSet::new(),
            languages: ["en".to_owned()].into(),
            common: BTreeSet::new(),
            compartments: ["main".to_owned()].into(),
            cosignatures: 0,
            limits: Limits::default(),
            release_days: None,
            compartment: Vec::new(),
        }
    }
}

impl Policy {
    /// Reads a policy.toml.
    ///
    /// # Errors
    /// It is not TOML, or names something that no policy has.
    pub fn parse(text: &str) -> Result<Policy, String> {
        let policy: Policy = toml::from_str(text).map_err(|error| error.to_string())?;
        policy.check().map(|()| policy)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.context > blackbox_token::row::MAX_CONTEXT {
            return Err(format!(
                "context {} is more than {}",
                self.context,
                blackbox_token::row::MAX_CONTEXT
            ));
        }
        if let Some(name) = self.compartments.iter().find(|name| name.parse::<Slug>().is_err()) {
            return Err(format!("compartment \"{name}\" is not a name of letters a-z, digits and -"));
        }
        if self.compartments.is_empty() {
            return Err("an archive has at least one compartment".to_owned());
        }
        let mut named = BTreeSet::new();
        for own in &self.compartment {
            if !self.compartments.contains(&own.name) || !named.insert(&own.name) {
                return Err(format!(
                    "[[compartment]] \"{}\" is not one of the archive's compartments, or there twice",
                    own.name
                ));
            }
        }
        self.fields().map(drop)
    }

    /// Custodians and threshold of every compartment: its own, or all custodians and `threshold`.
    pub(crate) fn groups(
        &self,
        custodians: &[Public],
        threshold: usize,
    ) -> Result<BTreeMap<String, Group>, String> {
        let everyone = Group::new(custodians.to_vec(), threshold)?;
        let mut groups: BTreeMap<String, Group> =
            self.compartments.iter().map(|name| (name.clone(), everyone.clone())).collect();
        for own in &self.compartment {
            let member = |name: &String| {
                let found = custodians.iter().find(|person| person.verifier.name() == name);
                let unknown = || format!("compartment \"{}\": \"{name}\" is no custodian", own.name);
                found.cloned().ok_or_else(unknown)
            };
            let members = own.custodians.iter().map(member).collect::<Result<Vec<_>, _>>()?;
            let group = Group::new(members, own.threshold);
            let group = group.map_err(|what| format!("compartment \"{}\": {what}", own.name))?;
            groups.insert(own.name.clone(), group);
        }
        Ok(groups)
    }

    pub(crate) fn fields(&self) -> Result<BTreeSet<Field>, String> {
        let field = |name: &String| {
            let field = name.parse::<Field>().ok().filter(|field| GRANTABLE.contains(field));
            field.ok_or_else(|| format!("finding_fields: \"{name}\" is none of from, to, with, chat"))
        };
        self.finding_fields.iter().map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_only_what_policies_say() {
        assert_eq!(Policy::parse("").unwrap(), Policy::default());
        assert_eq!(Policy::parse("context = 3\nfinding_fields = [\"chat\"]").unwrap().context, 3);
        for bad in [
            "context = 4",
            "finding_fields = [\"type\"]",
            "browse = true",
            "compartments = []",
            "compartments = [\"../x\"]",
        ] {
            assert!(Policy::parse(bad).is_err(), "{bad}");
        }
    }
}
