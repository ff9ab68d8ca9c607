//! A custodian's keys of a deposit, from its custody file, checked before any use.

use blackbox_format::{
    fields::Hex,
    manifest::{Manifest, custody_path},
    merkle::sha256,
    note::{Note, Verifier},
};
use blackbox_token::custody::CustodyKeys;
use zeroize::Zeroize;

use crate::{
    archive::Archive,
    error::{Error, unsigned},
    identity::Identity,
    ledger::Checked,
    wrap::unwrap,
};

/// Opens the custody file of `identity` for a logged deposit: it must be the one that the manifest
/// names, signed by the sealer of that deposit, for this archive, deposit and custodian, and hold the
/// keys that the manifest commits to.
///
/// # Errors
/// Anything differs, or the file is missing.
pub fn custody_keys(
    archive: &Archive<'_>,
    deposit: &Checked<Manifest>,
    identity: &Identity,
) -> Result<CustodyKeys, Error> {
    let key = &identity.public().verifier;
    let number = custodian_number(archive, key)?;
    let path = custody_path(&deposit.document.deposit, key.name());
    let bytes = archive.store.read(&path)?;
    let line = deposit.document.custody.iter().find(|line| line.custodian == key.name());
    if line.is_none_or(|line| line.digest != Hex(sha256(&bytes))) {
        return Err(Error::invalid(&path, "it is not the custody file that the manifest names"));
    }
    let plain = unwrap(&bytes, identity, &path)?;
    let mut note = Note::parse(&plain).map_err(unsigned(&path))?;
    let sealer = crate::ledger::signer(&deposit.leaf, &archive.people.sealers, "sealer")?;
    note.verify(sealer).map_err(unsigned(&path))?;
    let keys = CustodyKeys::parse(&note.text);
    note.text.zeroize();
    let keys = keys.map_err(|error| Error::invalid(&path, error))?;
    keys.check(&deposit.document, number).map_err(|error| Error::invalid(&path, error))?;
    Ok(keys)
}

/// The number of the custodian with `key`.
///
/// # Errors
/// The key is no custodian's.
pub fn custodian_number(archive: &Archive<'_>, key: &Verifier) -> Result<usize, Error> {
    let number = archive.people.custodian(key);
    number.ok_or_else(|| Error::refused("act", format!("\"{}\" is no custodian of this archive", key.name())))
}
