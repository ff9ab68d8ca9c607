//! A key, a store in memory, and one that fails: for tests only.
#![allow(dead_code, clippy::unwrap_used)] // each test file uses a part

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use blackbox_format::note::{Signer, Verifier};
use blackbox_store::{Store, StoreError, Upload};
use ed25519_dalek::{Signer as _, SigningKey};

/// Origin of the logs in tests.
pub const ORIGIN: &str = "records.example/black-box";

/// A signing key made from a seed.
pub struct Key(SigningKey, Verifier);

impl Key {
    pub fn new(name: &str, seed: u8) -> Key {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let verifier = Verifier::new(name, key.verifying_key().to_bytes()).unwrap();
        Key(key, verifier)
    }

    pub fn operator() -> Key {
        Key::new(ORIGIN, 1)
    }

    pub fn verifier(&self) -> &Verifier {
        &self.1
    }
}

impl Signer for Key {
    fn verifier(&self) -> &Verifier {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Text of a leaf, `init` for number 0.
pub fn leaf(number: usize) -> Vec<u8> {
    let kind = if number == 0 { "init" } else { "request" };
    let document = format!("{number:064x}");
    format!(
        "blackbox/v1 leaf\nkind: {kind}\ntime: 2021-05-04T09:30:00Z\nsubject: r-{number}\nby: foi-officer\n\
         document: {document}\npath: requests/r-{number}/request\n"
    )
    .into_bytes()
}

/// Leaves `range`.
pub fn leaves(range: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    range.map(leaf).collect()
}

/// Entries of a log with tiles on three levels, by a little.
pub const LARGE: usize = 65_536 + 300;

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    NotStored,
    ButStored,
}

/// Objects in memory. The write number `fail_at` (and no other) fails, if set.
#[derive(Default)]
pub struct Memory {
    pub objects: Mutex<BTreeMap<String, Vec<u8>>>,
    writes: AtomicUsize,
    failure: Mutex<Option<(usize, Failure)>>,
    pub reads: AtomicUsize,
}

impl Memory {
    pub fn fail_at(&self, write: usize, failure: Failure) {
        self.writes.store(0, Ordering::Relaxed);
        *self.failure.lock().unwrap() = Some((write, failure));
    }

    /// Ends failing; says whether the failure came about.
    pub fn heal(&self) -> bool {
        let failure = self.failure.lock().unwrap().take();
        failure.is_some_and(|(at, _)| self.writes.load(Ordering::Relaxed) > at)
    }

    pub fn set(&self, path: &str, bytes: Vec<u8>) {
        self.objects.lock().unwrap().insert(path.to_owned(), bytes);
    }

    pub fn paths(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    pub fn copy(&self) -> Memory {
        Memory { objects: Mutex::new(self.objects.lock().unwrap().clone()), ..Memory::default() }
    }

    fn write(
        &self,
        path: &str,
        change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
    ) -> Result<(), StoreError> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let failure = self.failure.lock().unwrap().filter(|(at, _)| *at == number).map(|(_, how)| how);
        if failure != Some(Failure::NotStored) {
            change(&mut self.objects.lock().unwrap());
        }
        let broken =
            || StoreError::Io { path: path.to_owned(), source: std::io::Error::other("disk on fire") };
        failure.map_or(Ok(()), |_| Err(broken()))
    }
}

impl Store for Memory {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        let objects = self.objects.lock().unwrap();
        let object = objects.get(path).ok_or_else(|| StoreError::Missing(path.to_owned()))?;
        Ok(object.len() as u64)
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let objects = self.objects.lock().unwrap();
        let object = objects.get(path).ok_or_else(|| StoreError::Missing(path.to_owned()))?;
        let start = offset as usize;
        let part = object.get(start..start + buffer.len());
        buffer.copy_from_slice(part.ok_or_else(|| StoreError::Short(path.to_owned()))?);
        Ok(())
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(path, |objects| drop(objects.insert(path.to_owned(), bytes.to_vec())))
    }

    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        match self.exists(path)? {
            true => Err(StoreError::Exists(path.to_owned())),
            false => Ok(Box::new(Pending(self, path.to_owned(), Vec::new()))),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let folder = format!("{prefix}/");
        let within = |path: &String| prefix.is_empty() || path.starts_with(&folder);
        Ok(self.paths().into_iter().filter(within).collect())
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.write(path, |objects| drop(objects.remove(path)))
    }

    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        Ok(Box::new(()))
    }

    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

struct Pending<'a>(&'a Memory, String, Vec<u8>);

impl Upload for Pending<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.2.extend(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        self.0.replace(&self.1, &self.2)
    }
}
