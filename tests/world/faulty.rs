//! A store whose n-th change fails, stored or not: what a crash or a full disk looks like from above.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use blackbox_store::{Folder, Store, StoreError, Upload};

/// What becomes of the change that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing was stored.
    Lost,
    /// It was stored all the same.
    Stored,
}

/// Lets `left` changes pass, fails the next, and then fails for ever.
pub struct Faulty<'a> {
    inner: &'a Folder,
    left: AtomicUsize,
    fate: Fate,
}

impl<'a> Faulty<'a> {
    pub fn new(inner: &'a Folder, passes: usize, fate: Fate) -> Faulty<'a> {
        Faulty { inner, left: AtomicUsize::new(passes + 1), fate }
    }

    fn change(&self, path: &str, apply: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let left =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)));
        match left.unwrap() {
            0 => {}
            1 if self.fate == Fate::Stored => apply()?,
            1 => {}
            _ => return apply(),
        }
        Err(StoreError::Io { path: path.to_owned(), source: io::Error::other("the power went") })
    }
}

struct FaultyUpload<'a> {
    store: &'a Faulty<'a>,
    path: String,
    inner: Box<dyn Upload + 'a>,
}

impl Upload for FaultyUpload<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.inner.write(bytes)
    }

    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        let FaultyUpload { store, path, inner } = *self;
        store.change(&path, || inner.finish())
    }
}

impl Store for Faulty<'_> {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        self.inner.length(path)
    }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.inner.read_at(path, offset, buffer)
    }
    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.change(path, || self.inner.replace(path, bytes))
    }
    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        Ok(Box::new(FaultyUpload { store: self, path: path.to_owned(), inner: self.inner.upload(path)? }))
    }
    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.inner.list(prefix)
    }
    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.change(path, || self.inner.remove(path))
    }
    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        self.inner.lock()
    }
    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        self.inner.free_bytes()
    }
}
