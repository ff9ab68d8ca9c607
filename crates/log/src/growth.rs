//! What an append writes, worked out before a byte is written.

use std::sync::Arc;

use blackbox_format::{
    merkle::{self, Hash},
    page::root_of_edges,
};

use crate::{
    bundle,
    tile::{LEVELS, Level, TILE_WIDTH, Tile},
};

/// A log's right edge with entries added, and the files that this makes.
#[derive(Default)]
pub(crate) struct Growth {
    size: u64,
    edges: Vec<Vec<Hash>>,
    bundle: Vec<u8>,
    bundles: Vec<(Tile, Vec<u8>)>,
    tiles: Vec<(Tile, Vec<u8>)>,
}

/// An entry is longer than its uint16 length can say.
pub(crate) struct TooLong;

impl Growth {
    /// From a log of `size` entries, the hashes in none of its full tiles, and the entries in none
    /// of its full bundles.
    pub(crate) fn new(size: u64, edges: &[Arc<Vec<Hash>>], entries: &[Vec<u8>]) -> Result<Growth, TooLong> {
        let edges = edges.iter().map(|hashes| hashes.to_vec()).collect();
        let mut growth = Growth { size, edges, ..Growth::default() };
        for entry in entries {
            bundle::push(&mut growth.bundle, entry).ok_or(TooLong)?;
        }
        Ok(growth)
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, entry: &[u8]) -> Result<(), TooLong> {
        bundle::push(&mut self.bundle, entry).ok_or(TooLong)?;
        self.size += 1;
        if self.size.is_multiple_of(TILE_WIDTH) {
            let bytes = std::mem::take(&mut self.bundle);
            self.bundles.push((self.last(Level::Entries), bytes));
        }
        self.push_hash(0, merkle::leaf(entry));
        Ok(())
    }

    /// Adds a hash to `level`; a tile that it fills gives the level above its next hash.
    fn push_hash(&mut self, level: u8, hash: Hash) {
        if self.edges.len() == usize::from(level) {
            self.edges.push(Vec::new());
        }
        let hashes = &mut self.edges[usize::from(level)];
        hashes.push(hash);
        if hashes.len() as u64 == TILE_WIDTH {
            let hashes = std::mem::take(hashes);
            self.tiles.push((self.last(Level::Hashes(level)), hashes.concat()));
            self.push_hash(level + 1, merkle::root(&hashes));
        }
    }

    /// The last tile of `level` that is not empty.
    fn last(&self, level: Level) -> Tile {
        let last = level.count(self.size).checked_sub(1).expect("the level is not empty");
        Tile::of_log(level, last / TILE_WIDTH, self.size).expect("the last tile is not empty")
    }

    /// Number of entries now, and their root.
    pub(crate) fn head(&self) -> (u64, Hash) {
        (self.size, root_of_edges(&self.edges))
    }

    /// The files to write, in this order: bundles, then hash tiles, lowest level first. `old` is the
    /// size before; a partial tile that it had already is not written again.
    pub(crate) fn files(mut self, old: u64) -> Vec<(Tile, Vec<u8>)> {
        if !self.bundle.is_empty() {
            self.bundles.push((self.last(Level::Entries), std::mem::take(&mut self.bundle)));
        }
        for (level, hashes) in (0..LEVELS).zip(&self.edges) {
            let row = Level::Hashes(level);
            if !hashes.is_empty() && row.count(self.size) > row.count(old) {
                self.tiles.push((self.last(row), hashes.concat()));
            }
        }
        self.bundles.append(&mut self.tiles);
        self.bundles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(from: u64, to: u64) -> Vec<String> {
        let mut growth = Growth::default();
        let mut grow =
            |range: std::ops::Range<u64>| range.for_each(|i| growth.push(&i.to_be_bytes()).ok().unwrap());
        grow(0..from);
        let edges: Vec<_> = growth.edges.iter().cloned().map(Arc::new).collect();
        let rest: Vec<_> = (from / 256 * 256..from).map(|i| i.to_be_bytes().to_vec()).collect();
        let mut growth = Growth::new(from, &edges, &rest).ok().unwrap();
        (from..to).for_each(|i| growth.push(&i.to_be_bytes()).ok().unwrap());
        let leaves: Vec<Hash> = (0..to).map(|i| merkle::leaf(&i.to_be_bytes())).collect();
        assert_eq!(growth.head(), (to, merkle::root(&leaves)));
        growth.files(from).iter().map(|(tile, _)| tile.to_string().replace("log/tile/", "")).collect()
    }

    #[test]
    fn an_append_writes_what_changed_and_no_more() {
        assert_eq!(paths(0, 1), ["entries/000.p/1", "0/000.p/1"]);
        assert_eq!(paths(255, 256), ["entries/000", "0/000", "1/000.p/1"]);
        assert_eq!(paths(256, 257), ["entries/001.p/1", "0/001.p/1"]);
        assert_eq!(paths(300, 520), ["entries/001", "entries/002.p/8", "0/001", "0/002.p/8", "1/000.p/2"]);
        assert_eq!(paths(65_535, 65_536), ["entries/255", "0/255", "1/000", "2/000.p/1"]);
    }
}
