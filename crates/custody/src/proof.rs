//! The proof in an approval: its request was in a log that enough people had seen (spec/custody.md, "Proof").

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_log::{CheckpointError, Proof, proof::EXTENSION};

use crate::{
    approval::Approval,
    archive::Archive,
    error::Error,
    evidence::log_keys,
    ledger::Logged,
    witness::{by, cosigners, required},
};

/// Where a custodian's proof of a request lies.
pub fn proof_path(request: &str, custodian: &str) -> String {
    format!("requests/{request}/proof.{custodian}{EXTENSION}")
}

/// Proof of entry `index` under a checkpoint that enough people cosigned.
///
/// # Errors
/// Too few have, or the log is damaged.
pub fn prove(archive: &Archive<'_>, index: u64) -> Result<Vec<u8>, Error> {
    Ok(Proof::of(&archive.log, index, required(archive, index)?)?.to_bytes())
}

/// Checks the proof that `approval`, which `logged` records, names, for its request, entry `index`: by the policy and
/// the people of the approval's era.
///
/// # Errors
/// The policy asks for a proof and there is none; or it is missing, not the one that the approval names, not about
/// the request's entry, under a checkpoint that the log does not extend or that too few cosigned.
pub fn check_proof(
    archive: &Archive<'_>,
    (approval, logged): (&Approval, &Logged),
    index: u64,
) -> Result<(), Error> {
    let era = archive.era_at(logged.index);
    let (needed, path) = (era.config.policy.cosignatures, &logged.leaf.path);
    let Some(hash) = approval.proof else {
        let why = "it has no proof that its request was in a log that witnesses had seen, which the policy asks for";
        return if needed == 0 { Ok(()) } else { Err(Error::invalid(path, why)) };
    };
    let file = proof_path(&approval.request, &approval.custodian);
    let wrong = |what: &dyn std::fmt::Display| Error::invalid(&file, what.to_string());
    let bytes = archive.store.read(&file)?;
    if Hex(sha256(&bytes)) != hash {
        return Err(wrong(&"it is not the proof that its approval names"));
    }
    let proof = Proof::parse(&bytes).map_err(|error| wrong(&error))?;
    if proof.index != index {
        return Err(wrong(&"it is not about the entry of the approval's request"));
    }
    let entry = archive.log.entry(index)?;
    let mut checked = Err(CheckpointError::Lines.into());
    for key in log_keys(archive) {
        checked = checked.or_else(|_| proof.verify(&entry, &key, &archive.config.origin));
    }
    let checkpoint = checked.map_err(|error| wrong(&error))?;
    archive.log.check_extends(&checkpoint).map_err(|error| wrong(&error))?;
    if checkpoint.size > approval.log_size {
        return Err(wrong(&"its checkpoint is later than the log that the custodian checked"));
    }
    let people = cosigners(&era.people);
    let count = by(&proof.note, &people).map_err(|error| wrong(&error))?.len();
    match count >= needed {
        true => Ok(()),
        false => {
            Err(wrong(&format!("{count} people cosigned its checkpoint, and the policy asks for {needed}")))
        }
    }
}
