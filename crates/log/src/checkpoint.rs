//! Checkpoints (c2sp.org/tlog-checkpoint): what the operator signs about the whole log.
//!
//! `origin || "\n" || size || "\n" || base64(root) || "\n"`, and nothing after it.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    merkle::Hash,
    note::{Note, NoteError, Signer, Verifier},
};

/// Most entries that a log may have: far beyond any archive, and no sum of indices overflows.
pub const MAX_SIZE: u64 = 1 << 48;

/// A log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, and of its operator's key.
    pub origin: String,
    /// Number of entries, at least 1.
    pub size: u64,
    /// RFC 6962 root over the entries.
    pub root: Hash,
}

/// Why a checkpoint was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note's form or signature is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The log's key is not named after its origin.
    #[error("the log's key is named \"{key}\", not \"{origin}\" as the log is")]
    Key {
        /// Name of the key.
        key: String,
        /// Origin of the log.
        origin: String,
    },
    /// It is the checkpoint of another log.
    #[error("this is a checkpoint of \"{found}\", not of \"{origin}\"")]
    Origin {
        /// Origin in the checkpoint.
        found: String,
        /// Origin that was expected.
        origin: String,
    },
    /// It is not origin, size and root, each on a line, and no more.
    #[error("a checkpoint is three lines: origin, size, root hash")]
    Lines,
    /// The size is no decimal number in its one writing, or out of range.
    #[error("\"{0}\" is not a log's size: it goes from 1 to {MAX_SIZE}")]
    Size(String),
    /// The root is not the base64 of 32 bytes.
    #[error("\"{0}\" is not a root hash in base64")]
    Root(String),
}

impl Checkpoint {
    /// Signs this checkpoint with the operator's key.
    ///
    /// # Errors
    /// [`CheckpointError::Key`].
    pub fn sign(&self, signer: &dyn Signer) -> Result<Note, CheckpointError> {
        check_name(signer.verifier(), &self.origin)?;
        Ok(Note::sign(self.to_string(), signer))
    }

    /// The checkpoint of `origin` in `note`, once the operator's signature is verified.
    ///
    /// # Errors
    /// The signature or the text is not as it must be, or of another log.
    pub fn open(note: &Note, verifier: &Verifier, origin: &str) -> Result<Checkpoint, CheckpointError> {
        check_name(verifier, origin)?;
        note.verify(verifier)?;
        let checkpoint: Checkpoint = note.text.parse()?;
        match checkpoint.origin == origin {
            true => Ok(checkpoint),
            false => Err(CheckpointError::Origin { found: checkpoint.origin, origin: origin.to_owned() }),
        }
    }
}

fn check_name(verifier: &Verifier, origin: &str) -> Result<(), CheckpointError> {
    match verifier.name() == origin {
        true => Ok(()),
        false => Err(CheckpointError::Key { key: verifier.name().to_owned(), origin: origin.to_owned() }),
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Checkpoint, CheckpointError> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n').collect();
        let [origin, size, root] = lines[..] else { return Err(CheckpointError::Lines) };
        if origin.is_empty() {
            return Err(CheckpointError::Lines);
        }
        let number = size.parse::<u64>().ok().filter(|number| (1..=MAX_SIZE).contains(number));
        let number = number.filter(|number| number.to_string() == size);
        let hash = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: number.ok_or_else(|| CheckpointError::Size(size.to_owned()))?,
            root: hash.ok_or_else(|| CheckpointError::Root(root.to_owned()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Key;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "example.org/box".into(), size: 20_852_163, root: [7; 32] }
    }

    #[test]
    fn a_signed_checkpoint_opens_under_its_key_and_origin_only() {
        let (key, other) = (Key::new("example.org/box", 1), Key::new("example.org/box", 2));
        let note = checkpoint().sign(&key).unwrap();
        let read = Note::parse(&note.to_bytes()).unwrap();
        assert_eq!(Checkpoint::open(&read, key.verifier(), "example.org/box"), Ok(checkpoint()));
        assert!(Checkpoint::open(&read, other.verifier(), "example.org/box").is_err());
        let elsewhere = Checkpoint::open(&read, key.verifier(), "example.org/other");
        assert!(matches!(elsewhere, Err(CheckpointError::Key { .. })));
        assert!(matches!(checkpoint().sign(&Key::new("ico", 1)), Err(CheckpointError::Key { .. })));

        let foreign = Checkpoint { origin: "example.org/other".into(), ..checkpoint() };
        let foreign = Note::sign(foreign.to_string(), &key);
        let opened = Checkpoint::open(&foreign, key.verifier(), "example.org/box");
        assert!(matches!(opened, Err(CheckpointError::Origin { .. })));
    }

    #[test]
    fn a_checkpoint_has_one_writing() {
        let good = checkpoint().to_string();
        assert_eq!(good.parse(), Ok(checkpoint()));
        let root = STANDARD.encode([7; 32]);
        for bad in [
            format!("{good}extension\n"),
            format!("{good}\n"),
            good.trim_end().to_owned(),
            good.replace("20852163", "020852163"),
            good.replace("20852163", "+20852163"),
            good.replace("20852163", "0"),
            good.replace("20852163", &(MAX_SIZE + 1).to_string()),
            good.replace("example.org/box", ""),
            good.replace(&root, &STANDARD.encode([7; 31])),
            good.replace(&root, root.trim_end_matches('=')),
            good.replace('\n', "\r\n"),
            String::new(),
        ] {
            assert!(bad.parse::<Checkpoint>().is_err(), "{bad:?}");
        }
    }
}
