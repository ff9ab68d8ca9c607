//! RFC 6962 Merkle trees over SHA-256: leaf and node hashes, roots, inclusion and consistency proofs.
//!
//! `leaf(d) = SHA-256(0x00 || d)`, `node(l, r) = SHA-256(0x01 || l || r)` (RFC 6962, section 2.1).
//! The same tree serves pages, month commitments and the log.

use sha2::{Digest, Sha256};

/// Size of every hash, in bytes.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 output.
pub type Hash = [u8; HASH_BYTES];

/// `SHA-256(bytes)`.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Hash of a leaf: `SHA-256(0x00 || data)`.
pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the tree over `leaves`; the empty tree's root is `SHA-256("")`.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The largest power of two below `size` (`size` is at least 2).
pub fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// Why a Merkle proof was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The proof has the wrong number of hashes for these sizes.
    #[error("the proof has the wrong length")]
    Length,
    /// The recomputed root differs from the one given.
    #[error("the proof does not lead to the given root")]
    Root,
    /// The leaf or the older tree lies beyond the tree.
    #[error("the proof is about something beyond the tree")]
    Range,
}

/// Checks that the leaf hash `leaf` is number `index` in the tree of `size` leaves with `root`
/// (RFC 9162, section 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    (index, size): (u64, u64),
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match (last == 0, hash == *root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Checks that the tree of `new.0` leaves with root `new.1` extends the one of `old.0` leaves with
/// root `old.1` (RFC 9162, section 2.1.4.2).
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> Result<(), ProofError> {
    if old.0 > new.0 {
        return Err(ProofError::Range);
    }
    if old.0 == new.0 || old.0 == 0 {
        let same = old.0 == 0 || old.1 == new.1;
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let (mut at, mut last) = (old.0 - 1, new.0 - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (start, rest) = match old.0.is_power_of_two() {
        true => (*old.1, proof),
        false => {
            let (first, rest) = proof.split_first().ok_or(ProofError::Length)?;
            (*first, rest)
        }
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node(sibling, &old_hash);
            new_hash = node(sibling, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node(&new_hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match (last == 0, old_hash == *old.1 && new_hash == *new.1) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Inclusion proof of leaf `index` among `leaves` (RFC 6962, section 2.1.1).
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, sibling) = match index.checked_sub(left.len()) {
        None => (inclusion_proof(left, index), root(right)),
        Some(index) => (inclusion_proof(right, index), root(left)),
    };
    proof.push(sibling);
    proof
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|i| leaf(&[i])).collect()
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_no_other() {
        for size in 1..40u8 {
            let all = leaves(size);
            let top = root(&all);
            for index in 0..size {
                let proof = inclusion_proof(&all, index as usize);
                let at = (u64::from(index), u64::from(size));
                assert_eq!(verify_inclusion(&all[index as usize], at, &proof, &top), Ok(()));
                assert!(verify_inclusion(&leaf(b"other"), at, &proof, &top).is_err());
                let beyond = (u64::from(size), u64::from(size));
                assert!(verify_inclusion(&all[index as usize], beyond, &proof, &top).is_err());
            }
        }
    }

    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        assert_eq!(hex::encode(&root(&[])[..4]), "e3b0c442");
    }
}
