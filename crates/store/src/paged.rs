//! Reading a file in pages, each checked against its signed root before a byte of it is used.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use blackbox_format::{
    merkle::{self, Hash},
    page::{self, PAGE_BYTES, Root, TILE_HASHES},
};

use crate::{Store, StoreError};

/// Pages kept in memory, per file: 64 MiB.
const CACHED_PAGES: usize = 16_384;

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PagedError {
    /// The bytes on disk are not those that were signed.
    #[error("\"{0}\" is not the file that was signed: its bytes have changed")]
    Changed(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file under its page tree.
pub struct Paged<'a> {
    store: &'a dyn Store,
    path: String,
    root: Root,
    levels: Vec<u64>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    tiles: HashMap<(usize, u64), Arc<Vec<Hash>>>,
    pages: HashMap<u64, Arc<Vec<u8>>>,
}

impl<'a> Paged<'a> {
    /// Opens `path`, whose manifest says `root`: checks length, and the tree's right edge.
    ///
    /// # Errors
    /// The file or its tree is missing, or not what was signed.
    pub fn open(store: &'a dyn Store, path: &str, root: Root) -> Result<Paged<'a>, PagedError> {
        let tree = format!("{path}.tree");
        let levels = page::levels(root.length);
        if store.length(path)? != root.length {
            return Err(PagedError::Changed(path.to_owned()));
        }
        if store.length(&tree)? != levels.iter().sum::<u64>() * merkle::HASH_BYTES as u64 {
            return Err(PagedError::Changed(tree));
        }
        let file = Paged { store, path: path.to_owned(), root, levels, memory: Mutex::default() };
        file.check_edges(&tree)?;
        Ok(file)
    }

    /// Length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.root.length
    }

    /// Page number `number`, checked.
    ///
    /// # Errors
    /// The page or its hashes are not those that were signed, or the store failed.
    pub fn page(&self, number: u64) -> Result<Arc<Vec<u8>>, PagedError> {
        if let Some(page) = self.memory().pages.get(&number) {
            return Ok(page.clone());
        }
        let start = number * PAGE_BYTES as u64;
        let length = (self.root.length.saturating_sub(start)).min(PAGE_BYTES as u64);
        let mut bytes = vec![0; length as usize];
        self.store.read_at(&self.path, start, &mut bytes)?;
        let tile = self.tile(0, number / TILE_HASHES)?;
        if tile.get((number % TILE_HASHES) as usize) != Some(&merkle::leaf(&bytes)) {
            return Err(PagedError::Changed(self.path.clone()));
        }
        let page = Arc::new(bytes);
        let mut memory = self.memory();
        if memory.pages.len() >= CACHED_PAGES {
            memory.pages.clear();
        }
        memory.pages.insert(number, page.clone());
        Ok(page)
    }

    /// `length` bytes from `offset` on, checked.
    ///
    /// # Errors
    /// As [`Paged::page`]; or the range ends beyond the file.
    pub fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, PagedError> {
        let end = offset.checked_add(length as u64).filter(|end| *end <= self.root.length);
        let end = end.ok_or_else(|| PagedError::Changed(self.path.clone()))?;
        let mut out = Vec::with_capacity(length);
        let mut at = offset;
        while at < end {
            let page = self.page(at / PAGE_BYTES as u64)?;
            let from = (at % PAGE_BYTES as u64) as usize;
            let part = &page[from..page.len().min(from + (end - at) as usize)];
            out.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(out)
    }

    /// The hashes of one tile, checked against the tile above it.
    fn tile(&self, level: usize, tile: u64) -> Result<Arc<Vec<Hash>>, PagedError> {
        if let Some(hashes) = self.memory().tiles.get(&(level, tile)) {
            return Ok(hashes.clone());
        }
        // Not at the right edge, or `check_edges` would have kept it: so it is full, and its hash
        // stands in the level above.
        let hashes = self.read_tile(level, tile)?;
        let above = self.tile(level + 1, tile / TILE_HASHES)?;
        if above.get((tile % TILE_HASHES) as usize) != Some(&merkle::root(&hashes)) {
            return Err(PagedError::Changed(format!("{}.tree", self.path)));
        }
        self.memory().tiles.insert((level, tile), hashes.clone());
        Ok(hashes)
    }

    fn read_tile(&self, level: usize, tile: u64) -> Result<Arc<Vec<Hash>>, PagedError> {
        let (offset, length) = page::tile_range(self.root.length, level, tile);
        let mut bytes = vec![0; length];
        self.store.read_at(&format!("{}.tree", self.path), offset, &mut bytes)?;
        Ok(Arc::new(page::hashes(&bytes)))
    }

    /// Checks that the right edge leads to the signed root, and keeps it as trusted.
    fn check_edges(&self, tree: &str) -> Result<(), PagedError> {
        let mut edges = Vec::new();
        for (level, count) in self.levels.iter().enumerate() {
            if count % TILE_HASHES == 0 {
                edges.push(Vec::new());
                continue;
            }
            let hashes = self.read_tile(level, count / TILE_HASHES)?;
            edges.push(hashes.to_vec());
            self.memory().tiles.insert((level, count / TILE_HASHES), hashes);
        }
        match page::root_of_edges(&edges) == self.root.root {
            true => Ok(()),
            false => Err(PagedError::Changed(tree.to_owned())),
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Folder;

    #[test]
    fn any_changed_byte_of_file_or_tree_is_an_error_where_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::new(folder.path());
        let bytes: Vec<u8> = (0..300 * PAGE_BYTES + 9).map(|i| (i / 7 % 251) as u8).collect();
        let (root, tree) = page::tree(&bytes);
        store.put("f", &bytes).unwrap();
        store.put("f.tree", &tree).unwrap();
        let file = Paged::open(&store, "f", root).unwrap();
        assert_eq!(file.read(4090, 10_000).unwrap(), bytes[4090..14_090]);
        assert_eq!(file.read(bytes.len() as u64 - 3, 3).unwrap(), bytes[bytes.len() - 3..]);
        assert!(file.read(bytes.len() as u64 - 3, 4).is_err());

        let read_all = || Paged::open(&store, "f", root)?.read(0, bytes.len());
        for at in [0, 4096 * 150, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            store.replace("f", &changed).unwrap();
            assert!(matches!(read_all(), Err(PagedError::Changed(_))), "byte {at}");
        }
        store.replace("f", &bytes).unwrap();
        for at in (0..tree.len()).step_by(31) {
            let mut changed = tree.clone();
            changed[at] ^= 0x80;
            store.replace("f.tree", &changed).unwrap();
            assert!(matches!(read_all(), Err(PagedError::Changed(_))), "tree byte {at}");
        }
        store.replace("f.tree", &tree[1..]).unwrap();
        assert!(read_all().is_err());
    }
}
