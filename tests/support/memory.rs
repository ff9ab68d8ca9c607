//! A store in memory: an archive that can be changed a byte at a time, a thousand times a second.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use blackbox_store::{Store, StoreError, Upload};

/// Objects by path.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, Arc<Vec<u8>>>>);

impl Memory {
    /// A store of these objects.
    pub fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Memory {
        Memory(Mutex::new(files.into_iter().map(|(path, bytes)| (path, Arc::new(bytes))).collect()))
    }

    /// The same with `bytes` at `path`; `None`: nothing there.
    pub fn with(&self, path: &str, bytes: Option<Vec<u8>>) -> Memory {
        let mut objects = self.0.lock().unwrap().clone();
        match bytes {
            Some(bytes) => drop(objects.insert(path.to_owned(), Arc::new(bytes))),
            None => drop(objects.remove(path)),
        }
        Memory(Mutex::new(objects))
    }

    fn get(&self, path: &str) -> Result<Arc<Vec<u8>>, StoreError> {
        let found = self.0.lock().unwrap().get(path).cloned();
        found.ok_or_else(|| StoreError::Missing(path.to_owned()))
    }
}

impl Store for Memory {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        Ok(self.get(path)?.len() as u64)
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        let object = self.get(path)?;
        let found = object.get(offset as usize..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(found.ok_or_else(|| StoreError::Short(path.to_owned()))?);
        Ok(())
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(path.to_owned(), Arc::new(bytes.to_vec()));
        Ok(())
    }

    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        match self.exists(path)? {
            true => Err(StoreError::Exists(path.to_owned())),
            false => Ok(Box::new(Pending { store: self, path: path.to_owned(), bytes: Vec::new() })),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let objects = self.0.lock().unwrap();
        let below = |path: &&String| {
            prefix.is_empty() || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
        };
        Ok(objects.keys().filter(below).cloned().collect())
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.0.lock().unwrap().remove(path);
        Ok(())
    }

    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        Ok(Box::new(()))
    }

    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

struct Pending<'a> {
    store: &'a Memory,
    path: String,
    bytes: Vec<u8>,
}

impl Upload for Pending<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        self.store.replace(&self.path, &self.bytes)
    }
}
