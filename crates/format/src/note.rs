//! C2SP signed notes (c2sp.org/signed-note): readable text with Ed25519 signature lines below.
//!
//! `text || "\n" || "— " name " " base64(key id || signature) "\n"` for each signature. A key id is
//! `SHA-256(name || "\n" || type || public key)[..4]`, type 0x01 for Ed25519.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};

use crate::merkle::sha256;

/// Signature type of plain Ed25519 (C2SP signed-note).
pub const TYPE_ED25519: u8 = 0x01;
/// Largest note that is read, in bytes.
pub const NOTE_BYTES: usize = 64 << 20;

/// Signs notes under one name; the secret key stays with its holder.
pub trait Signer {
    /// The public half.
    fn verifier(&self) -> &Verifier;
    /// The Ed25519 signature of `message` (RFC 8032).
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

/// A public Ed25519 note key, written `name+hash+base64(type || key)`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Verifier {
    name: String,
    key: [u8; 32],
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the signer's key.
    pub name: String,
    /// Id of the signer's key.
    pub id: [u8; 4],
    /// What follows the key id: 64 bytes for Ed25519.
    pub bytes: Vec<u8>,
}

/// A text and its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its final line break.
    pub text: String,
    /// The signatures, in order. None is checked by parsing.
    pub signatures: Vec<Signature>,
}

/// Why a note or note key was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not of a note's form.
    #[error("this is not a signed note: {0}")]
    Form(&'static str),
    /// It is not of a key's form.
    #[error("\"{0}\" is not a note key of the form name+hash+key")]
    Key(String),
    /// No signature by this key.
    #[error("no signature by \"{0}\"")]
    Unsigned(String),
    /// A signature under this key's name and id that is not this key's.
    #[error("the signature by \"{0}\" is wrong")]
    Signature(String),
}

impl Verifier {
    /// The key `key` under `name`.
    ///
    /// # Errors
    /// The name is empty or holds blanks or `+`, or the key is no point of the curve.
    pub fn new(name: &str, key: [u8; 32]) -> Result<Verifier, NoteError> {
        let fits =
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
        match fits && VerifyingKey::from_bytes(&key).is_ok_and(|key| !key.is_weak()) {
            true => Ok(Verifier { name: name.to_owned(), key }),
            false => Err(NoteError::Key(name.to_owned())),
        }
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The raw public key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Id of the key: `SHA-256(name || "\n" || 0x01 || key)[..4]`.
    pub fn id(&self) -> [u8; 4] {
        let input = [self.name.as_bytes(), b"\n", &[TYPE_ED25519], &self.key].concat();
        sha256(&input)[..4].try_into().expect("four bytes")
    }

    /// Checks one Ed25519 signature, strictly (RFC 8032, no small-order keys).
    ///
    /// # Errors
    /// The signature is not this key's.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        let wrong = || NoteError::Signature(self.name.clone());
        let key = VerifyingKey::from_bytes(&self.key).map_err(|_| wrong())?;
        let signature = Ed25519Signature::from_slice(signature).map_err(|_| wrong())?;
        key.verify_strict(message, &signature).map_err(|_| wrong())
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[TYPE_ED25519][..], &self.key].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.id()))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Verifier, NoteError> {
        let wrong = || NoteError::Key(text.to_owned());
        let mut parts = text.splitn(3, '+');
        let mut part = || parts.next().ok_or_else(wrong);
        let (name, _, encoded) = (part()?, part()?, part()?);
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
        let key = bytes.strip_prefix(&[TYPE_ED25519]).and_then(|key| key.try_into().ok());
        let verifier = Verifier::new(name, key.ok_or_else(wrong)?)?;
        match verifier.to_string() == text {
            true => Ok(verifier),
            false => Err(wrong()),
        }
    }
}

impl Note {
    /// `text`, signed once.
    ///
    /// # Panics
    /// If `text` does not end in a line break: a mistake of the caller's.
    pub fn sign(text: String, signer: &dyn Signer) -> Note {
        assert!(text.ends_with('\n'), "a note's text ends in a line break");
        let mut note = Note { text, signatures: Vec::new() };
        note.add(signer);
        note
    }

    /// Adds a signature.
    pub fn add(&mut self, signer: &dyn Signer) {
        let verifier = signer.verifier();
        let bytes = signer.sign(self.text.as_bytes()).to_vec();
        self.signatures.push(Signature { name: verifier.name.clone(), id: verifier.id(), bytes });
    }

    /// Reads a note; checks its form, no signature.
    ///
    /// # Errors
    /// The bytes are not a note.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES {
            return Err(NoteError::Form("it is too large"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Form("it is not UTF-8"))?;
        if whole.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Form("it holds control characters"));
        }
        let at = whole.rfind("\n\n").ok_or(NoteError::Form("it has no signatures"))?;
        let (text, lines) = (&whole[..=at], &whole[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form("its last line has no end"))?;
        let signatures = lines.split('\n').map(parse_signature).collect::<Result<_, _>>()?;
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// Checks that `verifier` signed this note.
    ///
    /// # Errors
    /// It did not, or wrongly.
    pub fn verify(&self, verifier: &Verifier) -> Result<(), NoteError> {
        let by_key =
            |signature: &&Signature| signature.name == verifier.name && signature.id == verifier.id();
        let signature = self.signatures.iter().find(by_key);
        let signature = signature.ok_or_else(|| NoteError::Unsigned(verifier.name.clone()))?;
        verifier.verify(self.text.as_bytes(), &signature.bytes)
    }

    /// The note as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

fn parse_signature(line: &str) -> Result<Signature, NoteError> {
    let wrong = || NoteError::Form("a signature line is not \"— name base64\"");
    let (name, encoded) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or_else(wrong)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
    let (id, bytes) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
    if name.is_empty() || name.contains('+') || name.contains(char::is_whitespace) || bytes.is_empty() {
        return Err(wrong());
    }
    Ok(Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let encoded = STANDARD.encode([&signature.id[..], &signature.bytes].concat());
            writeln!(f, "— {} {encoded}", signature.name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    struct Key(SigningKey, Verifier);

    impl Signer for Key {
        fn verifier(&self) -> &Verifier {
            &self.1
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            self.0.sign(message).to_bytes()
        }
    }

    fn key(name: &str, seed: u8) -> Key {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let verifier = Verifier::new(name, key.verifying_key().to_bytes()).unwrap();
        Key(key, verifier)
    }

    #[test]
    fn a_note_verifies_under_its_signers_only() {
        let (alice, bob, eve) = (key("alice", 1), key("bob", 2), key("alice", 3));
        let mut note = Note::sign("hello\n\nworld\n".into(), &alice);
        note.add(&bob);
        let read = Note::parse(&note.to_bytes()).unwrap();
        assert_eq!(read, note);
        assert_eq!((read.verify(&alice.1), read.verify(&bob.1)), (Ok(()), Ok(())));
        assert_eq!(read.verify(&eve.1), Err(NoteError::Unsigned("alice".into())));
        let altered = Note { text: "hello\n".into(), ..read };
        assert_eq!(altered.verify(&alice.1), Err(NoteError::Signature("alice".into())));
    }

    #[test]
    fn a_key_reads_back_as_written() {
        let text = key("records-officer", 7).1.to_string();
        assert_eq!(text.parse::<Verifier>().unwrap().to_string(), text);
        assert!(text.replace("officer", "0fficer").parse::<Verifier>().is_err());
    }

    #[test]
    fn malformed_notes_are_refused() {
        let good = Note::sign("a\n".into(), &key("k", 1)).to_string();
        let unterminated = &good[..good.len() - 1];
        for bad in ["", "a\n", "a\n\n", unterminated, "a\n\n— k AAAA\n", &good.replace("— ", "- ")] {
            assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
