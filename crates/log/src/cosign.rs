//! Cosignatures (c2sp.org/tlog-cosignature, Ed25519): a witness's word that it saw a log grow
//! properly up to a checkpoint, at a time.
//!
//! `Ed25519("cosignature/v1\ntime " || T || "\n" || checkpoint text)`, in a signature line
//! `base64(key id || T as 8 bytes, big-endian || signature)`. The key id has type 0x04. No document
//! that the same key signs as a plain note begins with `cosignature/v1`.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    merkle::sha256,
    note::{Note, NoteError, Signature, Signer, Verifier},
};

use crate::{Checkpoint, CheckpointError};

/// Signature type of a timestamped Ed25519 cosignature.
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// Latest time of a cosignature, in seconds since 1970.
pub const MAX_TIME: u64 = i64::MAX as u64;

/// A witness's public key, written `name+hash+base64(0x04 || key)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cosigner(Verifier);

/// Why a cosignature was not made or not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// What is to be cosigned is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// No cosignature by this key.
    #[error("no cosignature by \"{0}\"")]
    Unsigned(String),
    /// A cosignature under this key's name and id that is not this key's.
    #[error("the cosignature by \"{0}\" is wrong")]
    Signature(String),
    /// The time is out of range.
    #[error("a cosignature cannot be made at {0} seconds since 1970")]
    Time(u64),
}

impl Cosigner {
    /// The witness with this signing key.
    pub fn new(key: &Verifier) -> Cosigner {
        Cosigner(key.clone())
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The raw public key: what tells one witness from another, whatever the name.
    pub fn key(&self) -> &[u8; 32] {
        self.0.key()
    }

    /// Id of the key: `SHA-256(name || "\n" || 0x04 || key)[..4]`.
    pub fn id(&self) -> [u8; 4] {
        let input = [self.name().as_bytes(), b"\n", &[TYPE_COSIGNATURE], self.0.key()].concat();
        *sha256(&input).first_chunk().expect("a hash has 32 bytes")
    }

    /// Checks this witness's cosignature of `note`; returns its time, in seconds since 1970. If there
    /// are several, all must be right and the latest counts. The operator's signature is not looked at.
    ///
    /// # Errors
    /// There is none, or a wrong one, or the note is no checkpoint.
    pub fn verify(&self, note: &Note) -> Result<u64, CosignError> {
        note.text.parse::<Checkpoint>()?;
        let times = note.signatures.iter().filter(|line| self.made(line)).map(|line| self.check(note, line));
        let times = times.collect::<Result<Vec<u64>, _>>()?;
        times.into_iter().max().ok_or_else(|| CosignError::Unsigned(self.name().to_owned()))
    }

    fn made(&self, line: &Signature) -> bool {
        line.name == self.name() && line.id == self.id()
    }

    fn check(&self, note: &Note, line: &Signature) -> Result<u64, CosignError> {
        let wrong = || CosignError::Signature(self.name().to_owned());
        let (time, signature) = line.bytes.split_first_chunk().ok_or_else(wrong)?;
        let time = Some(u64::from_be_bytes(*time)).filter(|time| *time <= MAX_TIME).ok_or_else(wrong)?;
        self.0.verify(message(note, time).as_bytes(), signature).map_err(|_| wrong())?;
        Ok(time)
    }
}

/// `signer`'s cosignature of a checkpoint at `time`, in seconds since 1970.
///
/// The signer must first have verified the operator's signature, and that the log extends the largest
/// checkpoint that it cosigned before ([`crate::Log::check_extends`]): that is what a cosignature says.
///
/// # Errors
/// The note is no checkpoint, or the time is out of range.
pub fn cosignature(note: &Note, signer: &dyn Signer, time: u64) -> Result<Signature, CosignError> {
    note.text.parse::<Checkpoint>()?;
    if time > MAX_TIME {
        return Err(CosignError::Time(time));
    }
    let cosigner = Cosigner::new(signer.verifier());
    let signature = signer.sign(message(note, time).as_bytes());
    let bytes = [&time.to_be_bytes()[..], &signature].concat();
    Ok(Signature { name: cosigner.name().to_owned(), id: cosigner.id(), bytes })
}

/// Adds `signer`'s cosignature to a note of its own, in place of an earlier one by the same key: [`cosignature`].
///
/// # Errors
/// The note is no checkpoint, or the time is out of range.
pub fn cosign(note: &mut Note, signer: &dyn Signer, time: u64) -> Result<(), CosignError> {
    let line = cosignature(note, signer, time)?;
    note.signatures.retain(|old| (&old.name, old.id) != (&line.name, line.id));
    note.signatures.push(line);
    Ok(())
}

fn message(note: &Note, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{}", note.text)
}

impl fmt::Display for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[TYPE_COSIGNATURE][..], self.0.key()].concat());
        write!(f, "{}+{}+{key}", self.name(), hex::encode(self.id()))
    }
}

impl FromStr for Cosigner {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Cosigner, NoteError> {
        let wrong = || NoteError::Key(text.to_owned());
        let (name, rest) = text.split_once('+').ok_or_else(wrong)?;
        let (_, encoded) = rest.split_once('+').ok_or_else(wrong)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        let key = bytes.strip_prefix(&[TYPE_COSIGNATURE]).and_then(|key| key.try_into().ok());
        let cosigner = Cosigner(Verifier::new(name, key.ok_or_else(wrong)?)?);
        match cosigner.to_string() == text {
            true => Ok(cosigner),
            false => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{Key, ORIGIN};

    fn note() -> Note {
        Checkpoint { origin: ORIGIN.into(), size: 3, root: [7; 32] }.sign(&Key::operator()).unwrap()
    }

    #[test]
    fn a_cosignature_verifies_under_its_witness_and_text_only() {
        let (ico, court) = (Key::new("ico", 5), Key::new("court", 6));
        let mut note = note();
        cosign(&mut note, &ico, 1_679_315_147).unwrap();
        let note = Note::parse(&note.to_bytes()).unwrap();
        assert_eq!(Cosigner::new(ico.verifier()).verify(&note), Ok(1_679_315_147));
        assert!(Checkpoint::open(&note, Key::operator().verifier(), ORIGIN).is_ok());
        let by_court = Cosigner::new(court.verifier()).verify(&note);
        assert_eq!(by_court, Err(CosignError::Unsigned("court".into())));

        let mut other = note.clone();
        other.text = other.text.replacen('3', "4", 1);
        let other = Cosigner::new(ico.verifier()).verify(&other);
        assert_eq!(other, Err(CosignError::Signature("ico".into())));
    }

    #[test]
    fn every_byte_of_a_cosignature_counts() {
        let ico = Key::new("ico", 5);
        let mut note = note();
        cosign(&mut note, &ico, 1_679_315_147).unwrap();
        let length = note.signatures[1].bytes.len();
        assert_eq!(length, 72);
        for at in 0..length {
            let mut altered = note.clone();
            altered.signatures[1].bytes[at] ^= 1;
            assert!(Cosigner::new(ico.verifier()).verify(&altered).is_err(), "byte {at}");
        }
        note.signatures[1].bytes.truncate(71);
        assert!(Cosigner::new(ico.verifier()).verify(&note).is_err());
    }

    #[test]
    fn a_later_cosignature_takes_the_place_of_the_earlier() {
        let ico = Key::new("ico", 5);
        let mut note = note();
        cosign(&mut note, &ico, 100).unwrap();
        cosign(&mut note, &ico, 200).unwrap();
        assert_eq!(note.signatures.len(), 2);
        assert_eq!(Cosigner::new(ico.verifier()).verify(&note), Ok(200));
        assert_eq!(cosign(&mut note, &ico, MAX_TIME + 1), Err(CosignError::Time(MAX_TIME + 1)));
    }

    #[test]
    fn only_checkpoints_are_cosigned() {
        let ico = Key::new("ico", 5);
        let mut document = Note::sign("blackbox/v1 approval\nrequest: r-7\n".into(), &ico);
        assert!(matches!(cosign(&mut document, &ico, 1), Err(CosignError::Checkpoint(_))));
        assert!(matches!(Cosigner::new(ico.verifier()).verify(&document), Err(CosignError::Checkpoint(_))));
    }

    #[test]
    fn a_plain_signature_is_no_cosignature() {
        let ico = Key::new("ico", 5);
        let mut note = note();
        note.add(&ico);
        assert!(matches!(Cosigner::new(ico.verifier()).verify(&note), Err(CosignError::Unsigned(_))));
        note.signatures[1].id = Cosigner::new(ico.verifier()).id();
        assert!(matches!(Cosigner::new(ico.verifier()).verify(&note), Err(CosignError::Signature(_))));
    }

    #[test]
    fn a_cosigners_key_reads_back_as_written() {
        let cosigner = Cosigner::new(Key::new("ico", 5).verifier());
        let text = cosigner.to_string();
        assert_eq!(text.parse(), Ok(cosigner));
        let plain = Key::new("ico", 5).verifier().to_string();
        assert!(
            plain.parse::<Cosigner>().is_err() && text.replace("ico", "icq").parse::<Cosigner>().is_err()
        );
    }
}
