//! age files: wrapped to people, unwrapped by one of them.

use std::io::{Read, Write};

use blackbox_format::padme;
use zeroize::Zeroizing;

use crate::{
    error::Error,
    identity::{Identity, Public},
};

/// Smallest padded body of a log entry, in bytes.
const BODY_FLOOR: u64 = 1024;

/// `bytes` as an age file to all `people`.
///
/// # Errors
/// A recipient is unknown, or encryption failed.
pub fn wrap<'a>(bytes: &[u8], people: impl IntoIterator<Item = &'a Public>) -> Result<Vec<u8>, Error> {
    let boxes = people.into_iter().map(Public::recipient).collect::<Result<Vec<_>, _>>()?;
    let failed = |error: &dyn std::fmt::Display| Error::Usage(format!("encryption failed: {error}"));
    let recipients = boxes.iter().map(|recipient| recipient.as_ref() as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|error| failed(&error))?;
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
/// The file is damaged, or for others.
pub fn unwrap(bytes: &[u8], identity: &Identity, file: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let damaged = |what: &dyn std::fmt::Display| Error::invalid(file, what);
    let decryptor = age::Decryptor::new_buffered(bytes).map_err(|error| damaged(&error))?;
    let mut reader = match decryptor.decrypt(std::iter::once(identity.age())) {
        Ok(reader) => reader,
        Err(age::DecryptError::NoMatchingKeys) => {
            let name = &identity.public().name;
            return Err(Error::refused(format!("show \"{file}\""), format!("it is not for \"{name}\"")));
        }
        Err(error) => return Err(damaged(&error)),
    };
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut out).map_err(|error| damaged(&error))?;
    Ok(out)
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
