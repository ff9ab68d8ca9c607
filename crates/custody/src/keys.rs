//! A custodian's keys of a deposit, from its custody file or from what was handed over, checked before any use.

use blackbox_format::{
    fields::Hex,
    manifest::{Manifest, custody_path},
    merkle::sha256,
    note::Note,
};
use blackbox_token::custody::CustodyKeys;
use zeroize::Zeroize;

use crate::{
    archive::Archive,
    error::{Error, unsigned},
    group::Group,
    handover::{is_first_holder, received},
    identity::Identity,
    ledger::{Checked, Ledger, signer},
    wrap::unwrap,
};

/// The keys of `identity` for a logged deposit: from the custody file that the sealer gave it, else from what
/// other custodians handed over to it. They are those that the manifest commits to.
///
/// # Errors
/// It was never a custodian of this deposit, anything differs, or a file is missing.
pub fn custody_keys(
    archive: &Archive<'_>,
    ledger: &Ledger,
    deposit: &Checked<Manifest>,
    identity: &Identity,
) -> Result<CustodyKeys, Error> {
    let key = &identity.public().verifier;
    if is_first_holder(archive, deposit, key) {
        return custody_file(archive, deposit, identity);
    }
    let number = group(archive, &deposit.document)?.member(key)?;
    received(archive, ledger, deposit, (identity, number))
}

/// The custodians in office of a deposit's compartment.
///
/// # Errors
/// The compartment is no longer known.
pub fn group<'a>(archive: &'a Archive<'_>, manifest: &Manifest) -> Result<&'a Group, Error> {
    archive.people.group_of([&manifest.compartment])
}

/// Opens the custody file of `identity`: it must be the one that the manifest names, signed by the sealer of that
/// deposit, for this archive, deposit and custodian, and hold the keys that the manifest commits to.
fn custody_file(
    archive: &Archive<'_>,
    deposit: &Checked<Manifest>,
    identity: &Identity,
) -> Result<CustodyKeys, Error> {
    let key = &identity.public().verifier;
    let people = archive.people_at(deposit.index);
    let number = people.group_of([&deposit.document.compartment])?.member(key)?;
    let path = custody_path(&deposit.document.deposit, key.name());
    let bytes = archive.store.read(&path)?;
    let line = deposit.document.custody.iter().find(|line| line.custodian == key.name());
    if line.is_none_or(|line| line.digest != Hex(sha256(&bytes))) {
        return Err(Error::invalid(&path, "it is not the custody file that the manifest names"));
    }
    let plain = unwrap(&bytes, identity, &path)?;
    let mut note = Note::parse(&plain).map_err(unsigned(&path))?;
    note.verify(signer(&deposit.leaf, &people.sealers, "sealer")?).map_err(unsigned(&path))?;
    let keys = CustodyKeys::parse(&note.text);
    note.text.zeroize();
    let keys = keys.map_err(|error| Error::invalid(&path, error))?;
    keys.check(&deposit.document, number).map_err(|error| Error::invalid(&path, error))?;
    Ok(keys)
}

/// Reads keys that another custodian wrapped for `identity`; they are not checked yet.
///
/// # Errors
/// The file is damaged, for others, or holds no keys.
pub fn read_keys(bytes: &[u8], identity: &Identity, path: &str) -> Result<CustodyKeys, Error> {
    let plain = unwrap(bytes, identity, path)?;
    let text = std::str::from_utf8(&plain).map_err(|error| Error::invalid(path, error))?;
    CustodyKeys::parse(text).map_err(|error| Error::invalid(path, error))
}
