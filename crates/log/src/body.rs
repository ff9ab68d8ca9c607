//! Bodies: age files with what a leaf may not say in public, stored under their SHA-256.

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_store::{Store, StoreError};

use crate::file;

/// Folder of the bodies.
pub const BODIES: &str = "log/bodies";
/// Largest body, in bytes.
pub const BODY_BYTES: u64 = 16 << 20;

const EXTENSION: &str = ".age";

/// Why a body could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Its bytes do not hash to its name.
    #[error("\"{0}\" is not the file that the log names: its bytes have changed")]
    Changed(String),
    /// It is too large.
    #[error("\"{0}\" is larger than a body of a log entry can be: {BODY_BYTES} bytes")]
    Large(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Path of the body with this hash.
pub fn path(hash: &Hex<32>) -> String {
    format!("{BODIES}/{hash}{EXTENSION}")
}

/// The hash in a body's path.
pub fn hash_of_path(path: &str) -> Option<Hex<32>> {
    let name = path.strip_prefix(BODIES)?.strip_prefix('/')?.strip_suffix(EXTENSION)?;
    name.parse().ok().filter(|hash: &Hex<32>| hash.to_string() == name)
}

/// Stores a body, before the leaf that names it is appended. One that is there already is kept.
///
/// # Errors
/// It is too large, another file has its name, or the store failed.
pub fn put_body(store: &dyn Store, bytes: &[u8]) -> Result<Hex<32>, BodyError> {
    let hash = Hex(sha256(bytes));
    if bytes.len() as u64 > BODY_BYTES {
        return Err(BodyError::Large(path(&hash)));
    }
    match store.put(&path(&hash), bytes) {
        Err(StoreError::Exists(_)) => body(store, &hash).map(|_| hash),
        stored => Ok(stored.map(|()| hash)?),
    }
}

/// The body with this hash, checked.
///
/// # Errors
/// It is missing, or not what its name says.
pub fn body(store: &dyn Store, hash: &Hex<32>) -> Result<Vec<u8>, BodyError> {
    let path = path(hash);
    match file::read(store, &path, BODY_BYTES)? {
        None => Err(BodyError::Large(path)),
        Some(bytes) if sha256(&bytes) != hash.0 => Err(BodyError::Changed(path)),
        Some(bytes) => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Memory;

    #[test]
    fn a_body_is_found_under_its_hash_unless_a_byte_changed() {
        let store = Memory::default();
        let hash = put_body(&store, b"age-encryption.org/v1\n...").unwrap();
        assert_eq!(put_body(&store, b"age-encryption.org/v1\n...").unwrap(), hash);
        assert_eq!(body(&store, &hash).unwrap(), b"age-encryption.org/v1\n...");
        assert_eq!(hash_of_path(&path(&hash)), Some(hash));

        store.set(&path(&hash), b"age-encryption.org/v2\n...".to_vec());
        assert!(matches!(body(&store, &hash), Err(BodyError::Changed(_))));
        assert!(matches!(put_body(&store, b"age-encryption.org/v1\n..."), Err(BodyError::Changed(_))));
        assert!(matches!(body(&store, &Hex([0; 32])), Err(BodyError::Store(StoreError::Missing(_)))));
    }
}
