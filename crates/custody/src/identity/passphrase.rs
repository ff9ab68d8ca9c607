//! Identity files protected by a passphrase: the whole file is an age file to it alone (spec/custody.md, "People").

use std::io::Read;

use age::{
    DecryptError, Decryptor,
    scrypt::{Identity, Recipient},
    secrecy::SecretString,
};
use zeroize::Zeroizing;

use super::IDENTITY_BYTES;
use crate::{error::Error, wrap::encrypt};

/// scrypt's N is two to this power, with r = 8 and p = 1: 256 MiB, and about a second.
const WORK: u8 = 18;
/// The most that a file may ask of its reader: 1 GiB, and some seconds. A hostile file must not hang it.
const MOST_WORK: u8 = 20;
/// First line of every age file (age-encryption.org/v1).
const MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// What protects an identity file, or a secret that a plugin asks for. Wiped on drop.
pub struct Passphrase(SecretString);

impl Passphrase {
    /// A passphrase; none if `text` is empty.
    pub fn new(text: String) -> Option<Passphrase> {
        let secret = SecretString::from(text);
        (!age::secrecy::ExposeSecret::expose_secret(&secret).is_empty()).then_some(Passphrase(secret))
    }

    pub(super) fn expose(&self) -> &SecretString {
        &self.0
    }
}

/// Whether `bytes` are an age file.
pub(super) fn is_locked(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// `text` as an age file that only `passphrase` opens.
pub(super) fn lock(text: &str, passphrase: &Passphrase) -> Result<Vec<u8>, Error> {
    lock_with(text, passphrase, WORK)
}

fn lock_with(text: &str, passphrase: &Passphrase, work: u8) -> Result<Vec<u8>, Error> {
    let mut recipient = Recipient::new(passphrase.0.clone());
    recipient.set_work_factor(work);
    encrypt(text.as_bytes(), &recipient)
}

/// An age file that asks for a passphrase.
pub(super) struct Locked<'a>(Decryptor<&'a [u8]>);

impl<'a> Locked<'a> {
    /// Reads the header.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Locked<'a>, String> {
        let decryptor = Decryptor::new_buffered(bytes).map_err(|error| error.to_string())?;
        match decryptor.is_scrypt() {
            true => Ok(Locked(decryptor)),
            false => Err("it is an age file, and not one that a passphrase protects".to_owned()),
        }
    }

    /// The text inside.
    pub(super) fn open(self, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut identity = Identity::new(passphrase.0.clone());
        identity.set_max_work_factor(MOST_WORK);
        let opened = self.0.decrypt(std::iter::once(&identity as &dyn age::Identity));
        let reader = opened.map_err(|error| match error {
            DecryptError::DecryptionFailed => "the passphrase is wrong".to_owned(),
            DecryptError::ExcessiveWork { required, .. } => format!(
                "refusing to try a passphrase at a work factor of 2^{required}: at most 2^{MOST_WORK} is read"
            ),
            error => error.to_string(),
        })?;
        let mut text = Zeroizing::new(Vec::with_capacity(IDENTITY_BYTES as usize));
        reader.take(IDENTITY_BYTES).read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    fn open(bytes: &[u8], with: &str) -> Result<String, String> {
        let text = Locked::new(bytes)?.open(&passphrase(with))?;
        Ok(String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn only_the_passphrase_opens_it() {
        assert!(Passphrase::new(String::new()).is_none());
        let file = lock_with("some text", &passphrase("tide and time"), 4).unwrap();
        assert!(is_locked(&file) && !file.windows(9).any(|part| part == b"some text"));
        assert_eq!(open(&file, "tide and time").unwrap(), "some text");
        assert_eq!(open(&file, "tide and tide").unwrap_err(), "the passphrase is wrong");
        let last = file.len() - 1;
        let mut damaged = file;
        damaged[last] ^= 1;
        assert!(open(&damaged, "tide and time").is_err());
    }

    #[test]
    fn a_hostile_work_factor_is_refused_at_once() {
        let file = lock_with("some text", &passphrase("x"), 4).unwrap();
        let line = file.split(|byte| *byte == b'\n').nth(1).unwrap();
        let line = std::str::from_utf8(line).unwrap();
        let more = format!("{} 21", line.strip_suffix(" 4").unwrap());
        let text = [MAGIC, more.as_bytes(), &file[MAGIC.len() + line.len()..]].concat();
        assert!(open(&text, "x").unwrap_err().starts_with("refusing to try a passphrase"));
    }

    #[test]
    fn an_age_file_to_a_key_is_no_protected_identity() {
        let key = age::x25519::Identity::generate();
        let file = encrypt(b"some text", &key.to_public()).unwrap();
        assert!(open(&file, "x").unwrap_err().contains("not one that a passphrase protects"));
    }
}
