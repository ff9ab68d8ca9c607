//! Key files on the disk.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::Path,
};

use zeroize::Zeroizing;

use super::IDENTITY_BYTES;
use crate::error::Error;

/// The content of a file that is not larger than an identity file.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    // With room for all: a buffer that grows leaves parts of a secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(IDENTITY_BYTES as usize + 1));
    let file = File::open(path).map_err(|error| Error::file(path, error))?;
    let read = file.take(IDENTITY_BYTES + 1).read_to_end(&mut bytes);
    match read.map_err(|error| Error::file(path, error))? as u64 {
        0..=IDENTITY_BYTES => Ok(bytes),
        _ => Err(Error::file(path, format!("it is larger than {IDENTITY_BYTES} bytes"))),
    }
}

/// Who may read a file.
pub(super) enum Mode {
    Secret,
    Public,
}

/// Writes a new file, and refuses an existing one.
pub(super) fn write_new(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if matches!(mode, Mode::Secret) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::file(path, "exists already; refusing to overwrite it"),
        _ => Error::file(path, error),
    })
}
