//! Log bodies that a custodian or auditor has seen, kept in its state: a later archive that lacks one can still be
//! read with it.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_log::{Kind, body};
use blackbox_store::{Folder, Store, StoreError, Upload};

use crate::{
    archive::Archive,
    error::Error,
    identity::Identity,
    ledger::{Ledger, check},
    state::State,
};

/// The bodies kept in a state.
#[derive(Debug, Clone)]
pub struct Bodies {
    state: Folder,
    folder: String,
}

impl Bodies {
    pub(crate) fn new(state: Folder, folder: String) -> Bodies {
        Bodies { state, folder }
    }

    /// The body with this hash, if it was kept.
    ///
    /// # Errors
    /// The state cannot be read, or the file is not the body of that name.
    pub fn get(&self, hash: &Hex<32>) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(hash);
        if !self.state.exists(&path)? {
            return Ok(None);
        }
        let bytes = self.state.read(&path)?;
        match sha256(&bytes) == hash.0 {
            true => Ok(Some(bytes)),
            false => Err(Error::file(&self.state.root().join(path), "its bytes have changed")),
        }
    }

    /// Keeps a body, durably.
    fn keep(&self, hash: &Hex<32>, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.state.replace(&self.path(hash), bytes)?)
    }

    fn has(&self, hash: &Hex<32>) -> Result<bool, Error> {
        Ok(self.state.exists(&self.path(hash))?)
    }

    fn path(&self, hash: &Hex<32>) -> String {
        format!("{}/{hash}.age", self.folder)
    }
}

/// Keeps the bodies of requests, approvals, refusals and disclosures in `state`, those that are not kept yet.
/// Only overseers can read them: for others nothing is kept.
///
/// # Errors
/// The state cannot be written.
pub fn keep_bodies(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (state, identity): (&State, &Identity),
) -> Result<(), Error> {
    if !archive.people.is_overseer(identity.public()) {
        return Ok(());
    }
    let bodies = state.bodies();
    let kinds = [Kind::Request, Kind::Approval, Kind::Refusal, Kind::Disclosure];
    for logged in ledger.leaves.iter().filter(|logged| kinds.contains(&logged.leaf.kind)) {
        let mut missing = Vec::new();
        for hash in &logged.leaf.bodies {
            if !bodies.has(hash)? {
                missing.push(hash);
            }
        }
        if missing.is_empty() || check(archive, ledger, logged).is_err() {
            continue;
        }
        for hash in missing {
            // One that is gone or damaged already is the archive's fault, which `verify` reports.
            if let Ok(bytes) = archive.body(hash) {
                bodies.keep(hash, &bytes)?;
            }
        }
    }
    Ok(())
}

/// An archive's store, in which bodies that are missing are taken from a state.
pub struct Spare<'a> {
    store: &'a dyn Store,
    bodies: Bodies,
    used: Mutex<BTreeSet<String>>,
}

impl<'a> Spare<'a> {
    /// `store`, with `bodies` to fall back on.
    pub fn new(store: &'a dyn Store, bodies: Bodies) -> Spare<'a> {
        Spare { store, bodies, used: Mutex::default() }
    }

    /// What to warn of: the bodies that were missing.
    pub fn warnings(&self) -> Vec<String> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let warning = |path: &String| {
            format!("\"{path}\" is missing from the archive: the copy kept beside your key was read")
        };
        used.iter().map(warning).collect()
    }

    fn kept(&self, path: &str, missing: StoreError) -> Result<Vec<u8>, StoreError> {
        let Some(hash): Option<Hex<32>> = body::hash_of_path(path) else { return Err(missing) };
        let bytes = self.bodies.get(&hash).ok().flatten().ok_or(missing)?;
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Ok(bytes)
    }
}

impl Store for Spare<'_> {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        match self.store.length(path) {
            Err(missing @ StoreError::Missing(_)) => Ok(self.kept(path, missing)?.len() as u64),
            length => length,
        }
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        match self.store.read_at(path, offset, buffer) {
            Err(missing @ StoreError::Missing(_)) => {
                let bytes = self.kept(path, missing)?;
                let part =
                    usize::try_from(offset).ok().and_then(|start| bytes.get(start..)?.get(..buffer.len()));
                buffer.copy_from_slice(part.ok_or_else(|| StoreError::Short(path.to_owned()))?);
                Ok(())
            }
            read => read,
        }
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.store.replace(path, bytes)
    }

    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        self.store.upload(path)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(prefix)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.store.remove(path)
    }

    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        self.store.lock()
    }

    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        self.store.free_bytes()
    }
}
