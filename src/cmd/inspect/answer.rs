//! The files of a bundle: an answer, whose messages are not repeated here.

use blackbox_format::{fields::Hex, merkle::sha256};
use serde::Deserialize;

use super::{facts::Facts, subject::Subject};
use crate::failure::Failure;

/// Size of the salt of a bundle, in bytes.
const SALT_BYTES: u64 = 32;

/// What of `hits.json` is not disclosed content.
#[derive(Deserialize)]
struct Answer {
    request: String,
    mode: String,
    hits: Vec<serde::de::IgnoredAny>,
    counts: Vec<serde::de::IgnoredAny>,
    unanswered: Vec<serde::de::IgnoredAny>,
    verified_against: u64,
    approvals: serde::de::IgnoredAny,
}

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    match subject.parts()[0] {
        "hits.csv" => Ok(Some(plain(subject, "an answer's messages as a table"))),
        "hits.html" => Ok(Some(plain(subject, "an answer as a page to read and print"))),
        "salt" if subject.length == SALT_BYTES => Ok(Some(salt())),
        _ if subject.head.starts_with(b"{") => answer(subject),
        _ => Ok(None),
    }
}

fn plain(subject: &Subject, about: &str) -> Facts {
    let mut facts = Facts::new("bundle", about);
    facts.fact("Bytes", subject.length);
    facts.note("It holds disclosed messages in clear, which are not repeated here.");
    facts
}

fn salt() -> Facts {
    let mut facts = Facts::new("salt", "the salt of a bundle: 32 random bytes, which are not shown");
    facts.note(
        "The disclosure in the archive holds SHA-256 of the salt and hits.json: inspect hits.json to see it.",
    );
    facts
}

fn answer(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let bytes = subject.bytes()?;
    let Ok(answer) = serde_json::from_slice::<Answer>(&bytes) else { return Ok(None) };
    let serde::de::IgnoredAny = answer.approvals;
    let mut facts = Facts::new("answer", "an answer: the messages that a request opened, or counts");
    facts
        .fact("Request", answer.request)
        .fact("Mode", answer.mode)
        .fact("Hits", answer.hits.len() as u64)
        .fact("Counts", answer.counts.len() as u64)
        .keyed("unanswered", "Parts that were not answered", answer.unanswered.len() as u64)
        .keyed("verified_against", "Lying custodians who could not have forged it", answer.verified_against)
        .keyed("sha256", "SHA-256 of this file", Hex(sha256(&bytes)).to_string());
    if let Some(salt) =
        std::fs::read(subject.beside("salt")).ok().filter(|salt| salt.len() as u64 == SALT_BYTES)
    {
        let digest = sha256(&[&salt[..], &bytes].concat());
        facts.keyed(
            "digest",
            "Digest, as its disclosure in the archive must have it",
            Hex(digest).to_string(),
        );
    }
    facts.note("It holds disclosed messages in clear, which are not repeated here.");
    Ok(Some(facts))
}
