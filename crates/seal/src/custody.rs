//! Custody files: each custodian's subset keys, signed by the sealer, encrypted to the custodian.

use std::io::Write;

use blackbox_format::{
    fields::Hex,
    manifest::{CustodyLine, custody_path},
    merkle::sha256,
    note::{Note, Signer},
    threshold::Subset,
};
use blackbox_store::Store;
use blackbox_token::custody::CustodyKeys;
use zeroize::{Zeroize, Zeroizing};

use crate::{deposit::Job, history::SealError, keys::DepositKeys};

/// Writes the custody file of every custodian, and gives the manifest's lines.
///
/// # Errors
/// A file cannot be encrypted, or the store failed.
pub fn write_custody(
    store: &dyn Store,
    job: &Job<'_>,
    keys: &DepositKeys,
) -> Result<Vec<CustodyLine>, SealError> {
    let mut lines = Vec::new();
    for (number, custodian) in job.custodians.iter().enumerate() {
        let own = |keys: &[blackbox_token::custody::HeldKey]| {
            keys.iter().filter(|held| held.subset.contains(number)).cloned().collect::<Vec<_>>()
        };
        let content = CustodyKeys {
            origin: job.origin.to_owned(),
            archive: job.archive,
            deposit: job.deposit.to_owned(),
            compartment: job.compartment.to_owned(),
            custodian: number,
            threshold: job.threshold,
            keys: own(&keys.threshold),
            exceptional: (keys.exceptional.iter())
                .find(|held| held.subset == Subset::single(number))
                .map(|held| held.key.clone()),
        };
        let file = encrypt(&content, custodian.recipient, job.signer)
            .map_err(|reason| SealError::Encrypt(custodian.name.to_owned(), reason))?;
        store.put(&custody_path(job.deposit, custodian.name), &file)?;
        lines.push(CustodyLine { custodian: custodian.name.to_owned(), digest: Hex(sha256(&file)) });
    }
    Ok(lines)
}

fn encrypt(
    content: &CustodyKeys,
    recipient: &dyn age::Recipient,
    signer: &dyn Signer,
) -> Result<Vec<u8>, String> {
    let text = content.to_text().map_err(|error| error.to_string())?;
    let mut note = Note::sign(text.to_string(), signer);
    let bytes = Zeroizing::new(note.to_bytes());
    note.text.zeroize();
    let encryptor = age::Encryptor::with_recipients([recipient].into_iter());
    // A plugin's error goes on with advice to its author, and has marks of direction around values.
    let encryptor = encryptor.map_err(|error| {
        error.to_string().lines().next().unwrap_or_default().replace(['\u{2068}', '\u{2069}'], "")
    })?;
    let mut out = Vec::new();
    let written = encryptor.wrap_output(&mut out).and_then(|mut writer| {
        writer.write_all(&bytes)?;
        writer.finish()
    });
    written.map(|_| ()).map_err(|error| error.to_string())?;
    Ok(out)
}
