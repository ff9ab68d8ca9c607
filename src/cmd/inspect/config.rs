//! archive.toml: who takes part, the threshold and the policy.

use blackbox_custody::{
    Config,
    config::Person,
    policy::{Compartment, Limits, Policy},
};
use blackbox_format::{fields::Hex, merkle::sha256, note::Verifier};

use super::{
    facts::{Fact, Facts},
    subject::Subject,
};
use crate::failure::Failure;

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    // Cheap to tell before the whole file is read: every TOML file of this kind begins with its format.
    if !subject.head.starts_with(b"format = ") {
        return Ok(None);
    }
    let bytes = subject.bytes()?;
    let text = std::str::from_utf8(&bytes).map_err(|error| subject.fault(error))?;
    let config = Config::parse(text).map_err(|what| subject.fault(what))?;
    let mut facts = Facts::new("archive", "archive.toml: who takes part in an archive, and its policy");
    facts
        .fact("Format", config.format.as_str())
        .fact("Origin", config.origin.as_str())
        .fact("Created", config.created.as_str())
        .keyed(
            "threshold",
            "Custodians who must agree",
            format!("{} of {}", config.threshold, config.custodian.len()),
        )
        .keyed("custodians", "Custodians", people(&config.custodian))
        .keyed("sealers", "Sealers", people(&config.sealer))
        .keyed("examiners", "Examiners", people(&config.examiner))
        .keyed("auditors", "Auditors", people(&config.auditor))
        .keyed(
            "witnesses",
            "Witnesses besides the custodians",
            config.witness.iter().map(String::as_str).collect::<Fact>(),
        )
        .keyed("log", "Key of the log", config.log.as_str());
    add_policy(&mut facts, &config.policy);
    facts
        .keyed("common_words", "Words pinned as common: they can never find", config.common.len() as u64)
        .keyed(
            "sha256",
            "SHA-256 of this file, which the log's first entry holds",
            Hex(sha256(&bytes)).to_string(),
        )
        .keyed(
            "usable",
            "People and policy fit together",
            config.people().map_or_else(|what| format!("NO: {what}"), |_| "yes".to_owned()),
        );
    Ok(Some(facts))
}

fn add_policy(facts: &mut Facts, policy: &Policy) {
    let list =
        |values: &std::collections::BTreeSet<String>| values.iter().map(String::as_str).collect::<Fact>();
    facts
        .keyed("context", "Policy: neighbours on each side that may be asked for", u64::from(policy.context))
        .keyed("exceptional", "Policy: all custodians together may find by common terms", policy.exceptional)
        .keyed("finding_fields", "Policy: fields that may find besides words", list(&policy.finding_fields))
        .keyed("languages", "Policy: languages of the stop words", list(&policy.languages))
        .keyed("further_common", "Policy: further common words", list(&policy.common))
        .keyed("compartments", "Policy: compartments", list(&policy.compartments))
        .keyed("cosignatures", "Policy: cosignatures needed before an approval", policy.cosignatures as u64)
        .keyed("limits", "Policy: limits of a request; 0 is none", limits(&policy.limits))
        .keyed(
            "release_days",
            "Policy: days after which overseers may release terms",
            policy.release_days.map_or_else(|| Fact::from("never"), |days| Fact::from(u64::from(days))),
        )
        .keyed(
            "own_custodians",
            "Policy: compartments with custodians of their own",
            policy.compartment.iter().map(group).collect::<Fact>(),
        );
}

fn limits(limits: &Limits) -> Fact {
    Fact::Row(vec![
        ("terms", u64::from(limits.terms).into()),
        ("months", u64::from(limits.months).into()),
        ("variants", u64::from(limits.variants).into()),
        ("share", u64::from(limits.share).into()),
        ("requests", u64::from(limits.requests).into()),
        ("notice_hours", u64::from(limits.notice_hours).into()),
        ("cite_count", limits.cite_count.into()),
    ])
}

fn group(own: &Compartment) -> Fact {
    Fact::Row(vec![
        ("name", own.name.clone().into()),
        ("threshold", format!("{} of {}", own.threshold, own.custodians.len()).into()),
        ("custodians", own.custodians.join(", ").into()),
    ])
}

fn people(people: &[Person]) -> Fact {
    let row = |(number, person): (u64, &Person)| {
        let key = person.verifier.parse::<Verifier>();
        let key =
            key.map_or_else(|_| "not a key".to_owned(), |key| format!("{} {}", key.name(), Hex(key.id())));
        Fact::Row(vec![
            ("number", number.into()),
            ("name", person.name.clone().into()),
            ("key", key.into()),
            ("recipient", person.recipient.clone().into()),
        ])
    };
    (0..).zip(people).map(row).collect()
}
