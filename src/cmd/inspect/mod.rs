//! `inspect`: all that is visible in a file without a key.
//!
//! Never more: of key files only the public part is shown, of decrypted files nothing.

mod age;
mod answer;
mod binary;
mod config;
mod document;
mod facts;
mod index;
mod log;
mod manifest;
mod records;
mod signers;
mod subject;

use self::{facts::Facts, subject::Subject};
use crate::{cli::Inspect, failure::Failure, output::Outcome};

pub fn run(args: &Inspect) -> Result<Outcome, Failure> {
    let subject = Subject::open(&args.file)?;
    let facts = recognise(&subject)?.ok_or_else(|| unknown(&subject))?;
    Ok(Outcome::done(facts.to_json(&subject.shown), facts.to_text(&subject.shown)))
}

/// Asks each kind in turn: those that their first bytes name, those that their path names, and those
/// that only their whole content tells.
fn recognise(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let readers = [
        age::read,
        document::read,
        log::read_proof,
        log::read_tile,
        index::read,
        records::read,
        binary::read,
        answer::read,
        log::read_checkpoint,
        config::read,
    ];
    for reader in readers {
        if let Some(facts) = reader(subject)? {
            return Ok(Some(facts));
        }
    }
    Ok(None)
}

fn unknown(subject: &Subject) -> Failure {
    subject.fault("this is no file that the black box writes, or it is damaged").hint(
        "expected: archive.toml, a manifest or another signed note, log/checkpoint, a file below log/cosigned or log/tile, a .tlog-proof, an age file, finder, opener, \
         records, offsets, a .tree, blobs/index, an identity file or its .pub, a state file, or a file of a bundle; \
         those that look random are told by their names",
    )
}
