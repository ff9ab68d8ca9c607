//! Files in 4096-byte pages under an RFC 6962 tree, so that each page read is checked by itself.
//!
//! The tree file (`NAME.tree`) holds, concatenated, the leaf hashes of all pages; then, for each
//! height 7, 14, ..., the hashes of all *full* subtrees of that height (tiles of 128, after
//! C2SP tlog-tiles); it ends with the height that has none. Its size follows from the file's length.

use crate::merkle::{HASH_BYTES, Hash, leaf, root};

/// Size of a page in bytes; the last page of a file may be shorter.
pub const PAGE_BYTES: usize = 4096;
/// Size of an index entry in bytes: 128 to a page.
pub const ENTRY_BYTES: usize = 32;
/// Hashes in a full tile.
pub const TILE_HASHES: u64 = 128;

/// What a manifest says of one file: enough to check any page of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// Length of the file in bytes.
    pub length: u64,
    /// RFC 6962 root over the hashes of its pages.
    pub root: Hash,
}

/// Number of pages of a file of `length` bytes.
pub fn pages(length: u64) -> u64 {
    length.div_ceil(PAGE_BYTES as u64)
}

/// Number of hashes in each level of the tree file, lowest first.
pub fn levels(length: u64) -> Vec<u64> {
    let counts = std::iter::successors(Some(pages(length)), |count| Some(count / TILE_HASHES));
    counts.take_while(|count| *count > 0).collect()
}

/// Collects page hashes while a file is written.
#[derive(Debug, Default, Clone)]
pub struct TreeBuilder {
    leaves: Vec<Hash>,
    page: Vec<u8>,
    length: u64,
}

impl TreeBuilder {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.page.is_empty() && bytes.len() >= PAGE_BYTES {
                let (page, rest) = bytes.split_at(PAGE_BYTES);
                self.leaves.push(leaf(page));
                bytes = rest;
                continue;
            }
            let (part, rest) = bytes.split_at(bytes.len().min(PAGE_BYTES - self.page.len()));
            self.page.extend_from_slice(part);
            bytes = rest;
            if self.page.len() == PAGE_BYTES {
                self.leaves.push(leaf(&self.page));
                self.page.clear();
            }
        }
    }

    /// The root, and the bytes of the tree file.
    pub fn finish(mut self) -> (Root, Vec<u8>) {
        if !self.page.is_empty() {
            self.leaves.push(leaf(&self.page));
        }
        let top = Root { length: self.length, root: root(&self.leaves) };
        let mut bytes = Vec::new();
        let mut level = self.leaves;
        while !level.is_empty() {
            bytes.extend(level.iter().flatten());
            level = level.chunks_exact(TILE_HASHES as usize).map(root).collect();
        }
        (top, bytes)
    }
}

/// Root and tree file of `bytes`.
pub fn tree(bytes: &[u8]) -> (Root, Vec<u8>) {
    let mut builder = TreeBuilder::default();
    builder.update(bytes);
    builder.finish()
}

/// Place in the tree file of tile `tile` of `level`, as offset and length in bytes.
pub fn tile_range(length: u64, level: usize, tile: u64) -> (u64, usize) {
    let levels = levels(length);
    let before: u64 = levels[..level].iter().sum::<u64>() + tile * TILE_HASHES;
    let count = (levels[level] - tile * TILE_HASHES).min(TILE_HASHES);
    (before * HASH_BYTES as u64, count as usize * HASH_BYTES)
}

/// The root that the right edge of a tree file leads to: `edges` holds, lowest level first, the
/// hashes of each level that are in no full tile.
pub fn root_of_edges(edges: &[Vec<Hash>]) -> Hash {
    // RFC 6962 folds the perfect subtrees of a tree from its right; those of a height between two
    // levels lie inside the upper edges.
    let mut subtrees: Vec<Hash> = Vec::new();
    for hashes in edges.iter().rev() {
        let mut rest = &hashes[..];
        while !rest.is_empty() {
            let (perfect, tail) = rest.split_at(1 << rest.len().ilog2());
            subtrees.push(root(perfect));
            rest = tail;
        }
    }
    match subtrees.pop() {
        None => root(&[]),
        Some(last) => subtrees.iter().rev().fold(last, |right, left| crate::merkle::node(left, &right)),
    }
}

/// Splits bytes of a tree file into hashes.
pub fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(HASH_BYTES).map(|hash| hash.try_into().expect("32 bytes")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_edge_leads_to_the_root() {
        for pages in [0usize, 1, 2, 127, 128, 129, 300, 128 * 128, 128 * 128 + 5] {
            let bytes: Vec<u8> = (0..pages).flat_map(|i| [i as u8; PAGE_BYTES]).collect();
            let (top, file) = tree(&bytes);
            let levels = levels(top.length);
            assert_eq!(file.len() as u64, levels.iter().sum::<u64>() * 32);
            let edges: Vec<Vec<Hash>> = (0..levels.len())
                .map(|level| match levels[level] % TILE_HASHES {
                    0 => Vec::new(),
                    _ => {
                        let (at, len) = tile_range(top.length, level, levels[level] / TILE_HASHES);
                        hashes(&file[at as usize..][..len])
                    }
                })
                .collect();
            assert_eq!(root_of_edges(&edges), top.root, "{pages} pages");
        }
    }

    #[test]
    fn writing_in_pieces_gives_the_same_tree() {
        let bytes: Vec<u8> = (0..3 * PAGE_BYTES + 17).map(|i| (i % 251) as u8).collect();
        let mut builder = TreeBuilder::default();
        for piece in bytes.chunks(1000) {
            builder.update(piece);
        }
        assert_eq!(builder.finish(), tree(&bytes));
    }
}
