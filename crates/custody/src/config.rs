//! archive.toml: who takes part, how many must agree, and the policy. Its hash is the log's first leaf.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    id::Slug,
    note::Verifier,
    rules::{GRANTABLE, Rules},
    term::Field,
    text,
    threshold::Threshold,
};
use blackbox_log::Cosigner;
use serde::{Deserialize, Serialize};

use crate::{error::Error, group::Group, identity::Public};

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

    fn check(&self) -> Result<(), String> {
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
    fn groups(&self, custodians: &[Public], threshold: usize) -> Result<BTreeMap<String, Group>, String> {
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

    fn fields(&self) -> Result<BTreeSet<Field>, String> {
        let field = |name: &String| {
            let field = name.parse::<Field>().ok().filter(|field| GRANTABLE.contains(field));
            field.ok_or_else(|| format!("finding_fields: \"{name}\" is none of from, to, with, chat"))
        };
        self.finding_fields.iter().map(field).collect()
    }
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
    fn check_witnesses(&self, cosignatures: usize) -> Result<(), String> {
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

    fn check(&self) -> Result<(), String> {
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

/// The list of common words to pin: stop words of the languages, parts of addresses and file names,
/// placeholders of exports, and what the policy adds; all normalised.
///
/// # Errors
/// A language has no list.
pub fn common_words(
    policy: &Policy,
    stop_words: impl Fn(&str) -> Option<Vec<String>>,
) -> Result<Vec<String>, String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for language in &policy.languages {
        let list = stop_words(language)
            .ok_or_else(|| format!("there is no list of stop words for language \"{language}\""))?;
        words.extend(list.iter().flat_map(|word| text::words(word)));
    }
    words.extend(PLACEHOLDERS.split_whitespace().flat_map(text::words));
    words.extend(policy.common.iter().flat_map(|word| text::words(word)));
    Ok(words.into_iter().collect())
}

/// Words that come from addresses, file names and exports rather than from anyone's pen.
const PLACEHOLDERS: &str = "
    http https www com org net gov uk html htm php index mailto
    jpg jpeg png gif webp heic mp4 mov 3gp opus ogg mp3 m4a aac wav pdf doc docx xls xlsx ppt pptx txt csv zip vcf
    img vid ptt aud doc sticker image video audio photo gif document contact location
    omitted attached media file deleted message messages missed call null edited poll";

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

    #[test]
    fn common_words_are_normalised_and_an_unknown_language_is_refused() {
        let policy = Policy { common: ["Ürgent".to_owned()].into(), ..Policy::default() };
        let words = common_words(&policy, |_| Some(vec!["The".into()])).unwrap();
        for word in ["the", "urgent", "omitted", "https"] {
            assert!(words.contains(&word.to_owned()), "{word}");
        }
        assert!(common_words(&policy, |_| None).is_err());
    }
}
