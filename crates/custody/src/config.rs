//! archive.toml: who takes part, how many must agree, and the policy. Its hash is the log's first leaf.

use blackbox_format::{note::Verifier, rules::Rules, threshold::Threshold};
use blackbox_log::Cosigner;
use serde::{Deserialize, Serialize};

use crate::{error::Error, identity::Public, people::People, policy::Policy};

/// Path of the file in an archive.
pub const CONFIG: &str = "archive.toml";
const FORMAT: &str = blackbox_format::VERSION;

/// The content of archive.toml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of the format.
    pub format: String,
    /// Name of the archive, as of its log: a host and path without scheme.
    pub origin: String,
    /// When it was made, RFC 3339 UTC.
    pub created: String,
    /// The operator's log key.
    pub log: String,
    /// Witnesses from outside, besides the custodians: cosignature keys, `name+hash+key` (C2SP tlog-cosignature).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witness: Vec<String>,
    /// How many custodians must agree.
    pub threshold: usize,
    /// The custodians, in the order of their numbers.
    pub custodian: Vec<Person>,
    /// Who may deposit.
    pub sealer: Vec<Person>,
    /// Who may ask.
    pub examiner: Vec<Person>,
    /// Who may read the terms asked.
    #[serde(default)]
    pub auditor: Vec<Person>,
    /// Policy.
    pub policy: Policy,
    /// Words that can never find.
    pub common: Vec<String>,
}

/// A person in archive.toml.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name as written.
    pub name: String,
    /// age recipient.
    pub recipient: String,
    /// Note key.
    pub verifier: String,
}

impl From<&Public> for Person {
    fn from(public: &Public) -> Person {
        Person {
            name: public.name.clone(),
            recipient: public.recipient.clone(),
            verifier: public.verifier.to_string(),
        }
    }
}

impl Person {
    /// The person's public half.
    ///
    /// # Errors
    /// A key is not of a key's form.
    pub fn public(&self) -> Result<Public, String> {
        let verifier: Verifier =
            self.verifier.parse().map_err(|error: blackbox_format::note::NoteError| error.to_string())?;
        Ok(Public { name: self.name.clone(), recipient: self.recipient.clone(), verifier })
    }
}

impl Config {
    /// The file's text.
    ///
    /// # Errors
    /// A value cannot be written as TOML.
    pub fn to_text(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| Error::Usage(error.to_string()))
    }

    /// Reads archive.toml.
    ///
    /// # Errors
    /// It is not an archive.toml of this version.
    pub fn parse(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|error| error.to_string())?;
        match config.format == FORMAT {
            true => Ok(config),
            false => {
                Err(format!("it is of format \"{}\", and this program reads \"{FORMAT}\"", config.format))
            }
        }
    }

    /// The people and rules, checked: keys are of a key's form, names differ, the threshold is
    /// possible, and each group that is needed has somebody in it.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn people(&self) -> Result<People, String> {
        self.policy.check()?;
        check_origin(&self.origin)?;
        let read = |people: &[Person]| people.iter().map(Person::public).collect::<Result<Vec<_>, _>>();
        let custodians = read(&self.custodian)?;
        let people = People {
            groups: self.policy.groups(&custodians, self.threshold)?,
            custodians,
            sealers: read(&self.sealer)?,
            examiners: read(&self.examiner)?,
            auditors: read(&self.auditor)?,
            witnesses: self.witnesses()?,
            log: self.log.parse().map_err(|error: blackbox_format::note::NoteError| error.to_string())?,
            threshold: Threshold::new(self.threshold, self.custodian.len())
                .map_err(|error| error.to_string())?,
            rules: Rules {
                common: self.common.iter().cloned().collect(),
                finding_fields: self.policy.fields()?,
            },
        };
        people.check()?;
        people.check_witnesses(self.policy.cosignatures)?;
        Ok(people)
    }

    fn witnesses(&self) -> Result<Vec<Cosigner>, String> {
        let witness = |key: &String| {
            key.parse()
                .map_err(|_| format!("witness \"{key}\" is not a cosignature key of the form name+hash+key"))
        };
        self.witness.iter().map(witness).collect()
    }
}

/// An origin names a log: a schemaless URL without blanks or `+`, such as `example.gov.uk/box`.
///
/// # Errors
/// What is wrong, in words.
pub fn check_origin(origin: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:".contains(c);
    match !origin.is_empty() && origin.len() <= 200 && origin.chars().all(plain) {
        true => Ok(()),
        false => Err(format!("\"{origin}\" is not an origin like \"example.gov.uk/box\"")),
    }
}
