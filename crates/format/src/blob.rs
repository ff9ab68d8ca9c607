//! The list of a deposit's blobs: `blobs/index`, sorted entries of 56 bytes.
//!
//! `id 16 || length u64 LE || root 32`, sorted by id. A blob is an age file; its root is the RFC 6962
//! root of its pages. Dummies stand in the list like the others.

use crate::{merkle::Hash, page::Root};

/// Size of one entry of `blobs/index`, in bytes.
pub const BLOB_ENTRY_BYTES: usize = 56;
/// Smallest padded number of blobs of a deposit.
pub const BLOBS_FLOOR: u64 = 8;
/// Smallest padded size of a blob's content, in bytes.
pub const BLOB_FLOOR: u64 = 4096;

/// One entry of `blobs/index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobEntry {
    /// Name of the blob's file, in hex.
    pub id: [u8; 16],
    /// Length and root of the age file.
    pub root: Root,
}

impl BlobEntry {
    /// The entry's bytes.
    pub fn encode(&self) -> [u8; BLOB_ENTRY_BYTES] {
        let mut out = [0; BLOB_ENTRY_BYTES];
        out[..16].copy_from_slice(&self.id);
        out[16..24].copy_from_slice(&self.root.length.to_le_bytes());
        out[24..].copy_from_slice(&self.root.root);
        out
    }

    /// Reads an entry's bytes.
    pub fn decode(bytes: &[u8; BLOB_ENTRY_BYTES]) -> BlobEntry {
        let length = u64::from_le_bytes(bytes[16..24].try_into().expect("eight bytes"));
        let root: Hash = bytes[24..].try_into().expect("32 bytes");
        BlobEntry { id: bytes[..16].try_into().expect("16 bytes"), root: Root { length, root } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back() {
        let entry = BlobEntry { id: [3; 16], root: Root { length: 77, root: [9; 32] } };
        assert_eq!(BlobEntry::decode(&entry.encode()), entry);
    }
}
