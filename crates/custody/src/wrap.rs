//! age files: wrapped to people, unwrapped by one of them.

use std::io::{Read, Write};

use age::{DecryptError, EncryptError};
use blackbox_format::padme;
use zeroize::Zeroizing;

use crate::{
    error::Error,
    identity::{Group, Identity, Public},
};

/// Smallest padded body of a log entry, in bytes.
const BODY_FLOOR: u64 = 1024;

/// `bytes` as an age file to all `people`.
///
/// # Errors
/// A recipient is unknown, a plugin is missing or fails, or encryption failed.
pub fn wrap<'a>(bytes: &[u8], people: impl IntoIterator<Item = &'a Public>) -> Result<Vec<u8>, Error> {
    encrypt(bytes, &Group::new(people)?)
}

/// `bytes` as an age file to one recipient.
pub(crate) fn encrypt(bytes: &[u8], recipient: &dyn age::Recipient) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Usage(format!("encryption failed: {error}"));
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient));
    let encryptor = encryptor.map_err(|error| match error {
        EncryptError::Plugin(errors) => Error::Plugin(joined(&errors)),
        // Until the file's first byte nothing is read or written but what a plugin says.
        EncryptError::Io(error) => Error::Plugin(said(&error)),
        error => failed(&error),
    })?;
    let mut out = Vec::new();
    let written = encryptor.wrap_output(&mut out).and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish().map(drop)
    });
    written.map_err(|error| failed(&error))?;
    Ok(out)
}

/// The content of an age file that is for `identity`; `file` names it in errors.
///
/// # Errors
/// The file is damaged or for others, or the identity's plugin is missing or fails.
pub fn unwrap(bytes: &[u8], identity: &Identity, file: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let damaged = |what: &dyn std::fmt::Display| Error::invalid(file, what);
    let opener = identity.age()?;
    let decryptor = age::Decryptor::new_buffered(bytes).map_err(|error| damaged(&error))?;
    let opened = decryptor.decrypt(std::iter::once(opener.as_ref()));
    let mut reader = opened.map_err(|error| match error {
        DecryptError::NoMatchingKeys => {
            let name = &identity.public().name;
            Error::refused(format!("show \"{file}\""), format!("it is not for \"{name}\""))
        }
        DecryptError::Plugin(errors) if !errors.iter().all(|error| blames_file(&error.to_string())) => {
            Error::Plugin(joined(&errors))
        }
        DecryptError::Io(error) if identity.plugin().is_some() => Error::Plugin(said(&error)),
        error => damaged(&error),
    })?;
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut out).map_err(|error| damaged(&error))?;
    Ok(out)
}

/// What plugins said, on one line.
fn joined<T: ToString>(errors: &[T]) -> String {
    errors.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// The first line of an error of the age library, without the marks of direction that it puts around
/// values. What follows is advice to who writes plugins, on how to print keys.
fn said(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().replace(['\u{2068}', '\u{2069}'], "")
}

/// Whether a plugin blames a stanza of the file (C2SP age-plugin, "error"): then the file is damaged,
/// while any other error is of the plugin or its token, and says nothing of the file.
fn blames_file(error: &str) -> bool {
    error.starts_with("(stanza ")
}

/// A document's text as the padded plaintext of a log body: zeros follow, so that its length says
/// little of the terms.
pub fn pad(text: &str) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(vec![0; padme::padded(text.len() as u64, BODY_FLOOR) as usize]);
    out[..text.len()].copy_from_slice(text.as_bytes());
    out
}

/// The text of a padded plaintext.
///
/// # Errors
/// It is not text followed by zeros only.
pub fn unpad<'a>(bytes: &'a [u8], file: &str) -> Result<&'a str, Error> {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    std::str::from_utf8(&bytes[..end]).map_err(|error| Error::invalid(file, error))
}
