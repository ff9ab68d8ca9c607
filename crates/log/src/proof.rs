//! Proofs to carry away (c2sp.org/tlog-proof): that an entry is in a log, under a checkpoint that witnesses cosigned.
//!
//! `header || ["extra " base64] || "index " N || one base64 hash a line || "" || signed checkpoint`.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    merkle::{self, HASH_BYTES, Hash, ProofError as MerkleError, verify_inclusion},
    note::{Note, Verifier},
};

use crate::{Checkpoint, CheckpointError, Log, LogError, log::CHECKPOINT_BYTES};

/// Ending of a proof's file name.
pub const EXTENSION: &str = ".tlog-proof";
/// Largest proof, in bytes: a checkpoint with its cosignatures, and as much again.
pub const PROOF_BYTES: u64 = 2 * CHECKPOINT_BYTES;

const HEADER: &str = "c2sp.org/tlog-proof@v1";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";
/// Most hashes of a proof: the height of the largest tree that a u64 can number.
const HASHES: usize = 64;

/// That an entry is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Data of the application's. Nothing signs it, so nothing may be believed for it.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry.
    pub index: u64,
    /// From the leaf's sibling up to the child of the root (RFC 6962, section 2.1.1).
    pub hashes: Vec<Hash>,
    /// The checkpoint, with the operator's signature and cosignatures.
    pub note: Note,
}

/// Why a proof was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is not of a proof's form.
    #[error("this is not a proof of a log's entry: {0}")]
    Form(&'static str),
    /// Its checkpoint is not one of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It does not lead from the entry to the checkpoint's root.
    #[error("it does not prove that the entry is in the log: {0}")]
    Inclusion(#[from] MerkleError),
}

impl Proof {
    /// Proof that entry `index` of `log` is under `note`, a checkpoint that `log` extends.
    ///
    /// # Errors
    /// The note is no checkpoint, the entry lies beyond it, or it beyond the log; or a tile is damaged.
    pub fn of(log: &Log<'_>, index: u64, note: Note) -> Result<Proof, LogError> {
        let checkpoint: Checkpoint = note.text.parse()?;
        Ok(Proof { extra: None, index, hashes: log.inclusion_proof(index, checkpoint.size)?, note })
    }

    /// Reads a proof; checks its form, and no signature.
    ///
    /// # Errors
    /// The bytes are not a proof in its one writing.
    pub fn parse(bytes: &[u8]) -> Result<Proof, ProofError> {
        if bytes.len() as u64 > PROOF_BYTES {
            return Err(ProofError::Form("it is too large"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Form("it is not UTF-8"))?;
        let proof: Proof = text.parse()?;
        match proof.to_string() == text {
            true => Ok(proof),
            false => Err(ProofError::Form("it is not in its one proper writing")),
        }
    }

    /// Checks that `entry` is in the log `origin` whose operator's key is `key`; gives the checkpoint under
    /// which it is. Cosignatures are for whoever knows the witnesses ([`crate::Cosigner::verify`]).
    ///
    /// # Errors
    /// The checkpoint is not signed by `key`, or of another log; or the entry is not proved to be there.
    pub fn verify(&self, entry: &[u8], key: &Verifier, origin: &str) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.note, key, origin)?;
        let place = (self.index, checkpoint.size);
        verify_inclusion(&merkle::leaf(entry), place, &self.hashes, &checkpoint.root)?;
        Ok(checkpoint)
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "{EXTRA}{}", STANDARD.encode(extra))?;
        }
        writeln!(f, "{INDEX}{}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    /// Reads leniently; its one writing is checked by [`Proof::parse`].
    fn from_str(text: &str) -> Result<Proof, ProofError> {
        let (head, note) = text.split_once("\n\n").ok_or(ProofError::Form("it holds no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Form("it does not begin with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with(EXTRA));
        let extra = extra.map(|line| STANDARD.decode(&line[EXTRA.len()..]));
        let extra = extra.transpose().map_err(|_| ProofError::Form("its extra data are not base64"))?;
        let index = lines.next().and_then(|line| line.strip_prefix(INDEX)?.parse().ok());
        let index = index.ok_or(ProofError::Form("it names no index"))?;
        let hash = |line: &str| {
            let bytes: Option<[u8; HASH_BYTES]> = STANDARD.decode(line).ok()?.try_into().ok();
            bytes
        };
        let hashes = lines.map(hash).collect::<Option<Vec<Hash>>>();
        let hashes = hashes.filter(|hashes| hashes.len() <= HASHES);
        let hashes =
            hashes.ok_or(ProofError::Form("a line is not a hash in base64, or there are too many"))?;
        let note = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        note.text.parse::<Checkpoint>()?;
        Ok(Proof { extra, index, hashes, note })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cosign::cosign,
        support::{Key, Memory, ORIGIN, leaf, leaves},
    };

    /// A log of `size` entries, and the proof of entry `index` under its checkpoint.
    fn proof(size: usize, index: u64) -> Proof {
        let (store, key) = (Memory::default(), Key::operator());
        let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
        log.append(&key, &leaves(1..size)).unwrap();
        let mut note = log.checkpoint_note().clone();
        cosign(&mut note, &Key::new("ico", 5), 1_620_000_000).unwrap();
        Proof::of(&log, index, note).unwrap()
    }

    #[test]
    fn a_proof_proves_its_entry_and_no_other() {
        for (size, index) in [(1, 0), (2, 1), (7, 6), (300, 299), (600, 17)] {
            let made = proof(size, index);
            let read = Proof::parse(&made.to_bytes()).unwrap();
            assert_eq!(read, made);
            let verify = |entry: &[u8]| read.verify(entry, Key::operator().verifier(), ORIGIN);
            assert_eq!(verify(&leaf(index as usize)).unwrap().size, size as u64);
            assert!(matches!(verify(&leaf(size)), Err(ProofError::Inclusion(_))));
            let other = Key::new(ORIGIN, 9);
            assert!(read.verify(&leaf(index as usize), other.verifier(), ORIGIN).is_err());
        }
    }

    #[test]
    fn a_proof_for_another_index_is_refused() {
        let mut moved = proof(600, 17);
        moved.index = 16;
        let verified = moved.verify(&leaf(17), Key::operator().verifier(), ORIGIN);
        assert!(matches!(verified, Err(ProofError::Inclusion(_))));
        moved.index = 600;
        assert!(moved.verify(&leaf(17), Key::operator().verifier(), ORIGIN).is_err());
    }

    #[test]
    fn a_proof_has_one_writing() {
        let with_extra = Proof { extra: Some(b"context".to_vec()), ..proof(7, 3) };
        assert_eq!(Proof::parse(&with_extra.to_bytes()).unwrap(), with_extra);
        let good = proof(7, 3).to_string();
        let first = good.lines().nth(2).unwrap();
        for bad in [
            good.replace("@v1", "@v2"),
            good.replace("index 3", "index 03"),
            good.replace("index 3", "index +3"),
            good.replace("index 3", "extra \nindex 3\nindex 3"),
            good.replace(first, first.trim_end_matches('=')),
            good.replace(first, &format!("{first}\r")),
            good.replace(first, ""),
            good.replace("\n\n", "\n"),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            good.replace("index 3\n", &format!("index 3\n{}", format!("{first}\n").repeat(HASHES))),
            String::new(),
        ] {
            assert!(Proof::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
