//! The log's tree, read from tiles on disk that nobody trusts.
//!
//! The partial tiles at the right edge of all levels lead, together, to the signed root; every full
//! tile's root stands in the tile above it. So each tile is checked with one read per level, at most
//! [`LEVELS`], and an error names the file that differs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use blackbox_format::{
    merkle::{self, HASH_BYTES, Hash},
    page::root_of_edges,
};
use blackbox_store::{Store, StoreError};

use crate::{
    CHECKPOINT, CheckpointError,
    bundle::{self, BUNDLE_BYTES, BundleError},
    file,
    tile::{LEVELS, Level, TILE_HEIGHT, TILE_WIDTH, Tile},
};

/// Tiles kept in memory: 8 MiB.
const CACHED_TILES: usize = 1024;

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The checkpoint is not one, or not signed as it must be.
    #[error("\"{CHECKPOINT}\": {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The bytes on disk are not those under the signed root.
    #[error("\"{0}\" is not what the log's checkpoint signs: its bytes have changed")]
    Changed(String),
    /// The tiles agree with each other, but not with the checkpoint.
    #[error("\"{CHECKPOINT}\": the log's tiles lead to another root than the checkpoint's")]
    Root,
    /// A bundle is not of a bundle's form.
    #[error("\"{path}\": {error}")]
    Bundle {
        /// The bundle.
        path: String,
        /// What is wrong with it.
        error: BundleError,
    },
    /// The file is longer than any of its kind.
    #[error("\"{0}\" is longer than it can be")]
    Large(String),
    /// What was asked for lies beyond the log.
    #[error("entry {index} is beyond the log, which had {size} entries")]
    Beyond {
        /// Index asked for.
        index: u64,
        /// Size of the log.
        size: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hashes of one tile.
type Hashes = Arc<Vec<Hash>>;

/// The tree of `size` entries under `root`.
pub(crate) struct Tree<'a> {
    store: &'a dyn Store,
    size: u64,
    root: Hash,
    edges: OnceLock<Vec<Hashes>>,
    tiles: Mutex<HashMap<(u8, u64), Hashes>>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(store: &'a dyn Store, size: u64, root: Hash) -> Tree<'a> {
        Tree { store, size, root, edges: OnceLock::new(), tiles: Mutex::default() }
    }

    /// For each level, the hashes that are in no full tile; together they were checked to lead to
    /// the root.
    pub(crate) fn edges(&self) -> Result<&[Hashes], LogError> {
        if let Some(edges) = self.edges.get() {
            return Ok(edges);
        }
        let mut edges = Vec::new();
        for level in (0..LEVELS).take_while(|level| Level::Hashes(*level).count(self.size) > 0) {
            let number = Level::Hashes(level).count(self.size) / TILE_WIDTH;
            let tile = Tile::of_log(Level::Hashes(level), number, self.size);
            edges.push(tile.map(|tile| self.read_tile(tile)).transpose()?.unwrap_or_default());
        }
        match root_of_edges(&edges) == self.root {
            true => Ok(self.edges.get_or_init(|| edges.into_iter().map(Arc::new).collect())),
            false => Err(self.diagnose(&edges)?),
        }
    }

    /// The hashes of tile `number` of `level`, which the log must reach, checked.
    pub(crate) fn tile(&self, level: u8, number: u64) -> Result<Hashes, LogError> {
        let tile = Tile::of_log(Level::Hashes(level), number, self.size).expect("the log reaches this tile");
        if !tile.is_full() {
            return Ok(self.edges()?[usize::from(level)].clone());
        }
        let kept = self.tiles.lock().unwrap_or_else(PoisonError::into_inner).get(&(level, number)).cloned();
        if let Some(hashes) = kept {
            return Ok(hashes);
        }
        let above = self.tile(level + 1, number / TILE_WIDTH)?;
        let hashes = Arc::new(self.read_tile(tile)?);
        if above[(number % TILE_WIDTH) as usize] != merkle::root(&hashes) {
            return Err(LogError::Changed(tile.to_string()));
        }
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        if tiles.len() >= CACHED_TILES {
            tiles.clear();
        }
        tiles.insert((level, number), hashes.clone());
        Ok(hashes)
    }

    /// The entries of bundle `number`, which the log must reach, checked.
    pub(crate) fn bundle(&self, number: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let tile = Tile::of_log(Level::Entries, number, self.size).expect("the log reaches this bundle");
        let entries = self.read_bundle(tile)?;
        let hashes: Vec<Hash> = entries.iter().map(|entry| merkle::leaf(entry)).collect();
        match *self.tile(0, number)? == hashes {
            true => Ok(entries),
            false => Err(LogError::Changed(tile.to_string())),
        }
    }

    /// RFC 6962, section 2.1.1: hashes from the leaf's sibling up.
    pub(crate) fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        let (mut start, mut end) = (0, size);
        let mut proof = Vec::new();
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                proof.push(self.subtree(middle, end)?);
                end = middle;
            } else {
                proof.push(self.subtree(start, middle)?);
                start = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// RFC 6962, section 2.1.2.
    pub(crate) fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        if old == 0 || old == new {
            return Ok(Vec::new());
        }
        let (mut start, mut end) = (0, new);
        let mut proof = Vec::new();
        while end != old {
            let middle = start + split(end - start);
            if old <= middle {
                proof.push(self.subtree(middle, end)?);
                end = middle;
            } else {
                proof.push(self.subtree(start, middle)?);
                start = middle;
            }
        }
        if start > 0 {
            proof.push(self.subtree(start, end)?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// Root over the first `size` entries, which the log must reach.
    pub(crate) fn root_at(&self, size: u64) -> Result<Hash, LogError> {
        self.subtree(0, size)
    }

    /// Hash over entries `start..end`, a node of some RFC 6962 tree within this log.
    fn subtree(&self, start: u64, end: u64) -> Result<Hash, LogError> {
        let width = end - start;
        if width.is_power_of_two() {
            return self.perfect(width.ilog2(), start / width);
        }
        let middle = start + split(width);
        Ok(merkle::node(&self.subtree(start, middle)?, &self.subtree(middle, end)?))
    }

    /// Hash of the perfect subtree `number` of `height`, from one tile.
    fn perfect(&self, height: u32, number: u64) -> Result<Hash, LogError> {
        let (level, inner) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let first = number << inner;
        let hashes = self.tile(level as u8, first / TILE_WIDTH)?;
        let at = (first % TILE_WIDTH) as usize;
        Ok(merkle::root(&hashes[at..at + (1 << inner)]))
    }

    /// Reads a tile, unchecked. A partial one that was removed since is the beginning of the full one.
    fn read_tile(&self, tile: Tile) -> Result<Vec<Hash>, LogError> {
        let mut hashes = match read_hashes(self.store, tile) {
            Err(LogError::Store(missing @ StoreError::Missing(_))) if !tile.is_full() => {
                read_hashes(self.store, tile.full()).map_err(|_| missing)?
            }
            read => read?,
        };
        hashes.truncate(tile.width as usize);
        Ok(hashes)
    }

    /// Reads a bundle, unchecked, as [`Tree::read_tile`].
    fn read_bundle(&self, tile: Tile) -> Result<Vec<Vec<u8>>, LogError> {
        let mut entries = match read_entries(self.store, tile) {
            Err(LogError::Store(missing @ StoreError::Missing(_))) if !tile.is_full() => {
                read_entries(self.store, tile.full()).map_err(|_| missing)?
            }
            read => read?,
        };
        entries.truncate(tile.width as usize);
        Ok(entries)
    }

    /// Finds the file because of which `edges` do not lead to the root: the first tile that differs
    /// from what lies below it.
    fn diagnose(&self, edges: &[Vec<Hash>]) -> Result<LogError, LogError> {
        for (level, hashes) in (0..LEVELS).zip(edges) {
            let row = Level::Hashes(level);
            let number = row.count(self.size) / TILE_WIDTH;
            let Some(tile) = Tile::of_log(row, number, self.size) else { continue };
            let below = match level.checked_sub(1) {
                None => {
                    let bundle = Tile { level: Level::Entries, ..tile };
                    self.read_bundle(bundle)?.iter().map(|entry| merkle::leaf(entry)).collect()
                }
                Some(level) => self.roots(level, number * TILE_WIDTH, tile.width)?,
            };
            if *hashes != below {
                return Ok(LogError::Changed(tile.to_string()));
            }
        }
        Ok(LogError::Root)
    }

    /// Roots of `count` full tiles of `level` from number `first` on, unchecked.
    fn roots(&self, level: u8, first: u64, count: u64) -> Result<Vec<Hash>, LogError> {
        let tile = |number| Tile { level: Level::Hashes(level), number, width: TILE_WIDTH };
        (first..first + count).map(|number| Ok(merkle::root(&self.read_tile(tile(number))?))).collect()
    }
}

/// The hashes in exactly this file.
pub(crate) fn read_hashes(store: &dyn Store, tile: Tile) -> Result<Vec<Hash>, LogError> {
    let path = tile.to_string();
    let length = tile.width * HASH_BYTES as u64;
    let bytes = file::read(store, &path, length)?.filter(|bytes| bytes.len() as u64 == length);
    let bytes = bytes.ok_or(LogError::Changed(path))?;
    Ok(bytes.as_chunks().0.to_vec())
}

/// The entries in exactly this file.
pub(crate) fn read_entries(store: &dyn Store, tile: Tile) -> Result<Vec<Vec<u8>>, LogError> {
    let path = tile.to_string();
    let Some(bytes) = file::read(store, &path, BUNDLE_BYTES)? else { return Err(LogError::Large(path)) };
    let entries = bundle::split(&bytes, tile.width).map_err(|error| LogError::Bundle { path, error })?;
    Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
}

/// The largest power of two below `width`, which is at least 2 (RFC 6962, section 2.1).
fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}
