//! age files: their header is all that anyone sees without a key.

use std::collections::BTreeMap;

use blackbox_format::{
    blob::{BLOB_ENTRY_BYTES, BlobEntry},
    fields::Hex,
    merkle::sha256,
    page::Root,
};

use super::{
    facts::{Fact, Facts},
    subject::Subject,
};
use crate::failure::Failure;

/// First line of a header (age-encryption.org/v1).
const MAGIC: &str = "age-encryption.org/v1\n";
/// Bytes before the chunks of a payload.
const NONCE_BYTES: u64 = 16;
/// Plain bytes of a chunk, and what each gains by its tag.
const CHUNK_BYTES: u64 = 64 << 10;
const TAG_BYTES: u64 = 16;
/// Largest file whose SHA-256 is computed here, in bytes: that of a log body.
const HASHED_BYTES: u64 = blackbox_log::body::BODY_BYTES;

/// A header: its stanzas by type, its length in bytes, and what a passphrase costs to try.
struct Header {
    stanzas: BTreeMap<String, u64>,
    length: u64,
    /// Binary logarithm of scrypt's N.
    work: Option<u8>,
}

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    if !subject.head.starts_with(MAGIC.as_bytes()) {
        return Ok(None);
    }
    let bytes = if subject.length <= HASHED_BYTES { Some(subject.bytes()?) } else { None };
    let header = header(bytes.as_deref().unwrap_or(&subject.head));
    let header = header.ok_or_else(|| subject.fault("its age header is damaged"))?;
    if header.stanzas.keys().eq(["scrypt"]) {
        return Ok(Some(protected(subject, &header)));
    }
    let (kind, about) = role(subject);
    let mut facts = Facts::new(kind, about);
    add_header(&mut facts, &header, subject.length);
    if let Some(bytes) = &bytes {
        facts.keyed("sha256", "SHA-256 of this file", Hex(sha256(bytes)).to_string());
        add_body_name(&mut facts, subject, bytes);
    }
    if kind == "blob" {
        add_blob(&mut facts, subject)?;
    }
    facts.note("Encrypted; content needs a key.");
    Ok(Some(facts))
}

/// A passphrase protects identity files alone.
fn protected(subject: &Subject, header: &Header) -> Facts {
    let about = "an identity file that a passphrase protects: the secret keys of a person or body";
    let mut facts = Facts::new("identity", about);
    facts.fact("Protected", true);
    if let Some(work) = header.work {
        facts.keyed(
            "work_factor",
            "Cost of trying one passphrase (binary logarithm of scrypt's N)",
            u64::from(work),
        );
    }
    facts.fact("Bytes", subject.length);
    subject.warn_if_open(&mut facts);
    facts.note("Whoever has this file and its passphrase can read and sign as its holder. Without it nothing more is visible.");
    facts
}

/// Reads a header: stanzas of `-> TYPE ...` with lines of base64 below, then `--- MAC`.
fn header(bytes: &[u8]) -> Option<Header> {
    let mut header = Header { stanzas: BTreeMap::new(), length: 0, work: None };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
        header.length += line.len() as u64;
        if let Some(arguments) = text.strip_prefix("-> ") {
            let name = arguments.split(' ').next()?;
            if name == "scrypt" {
                header.work = arguments.rsplit(' ').next().and_then(|work| work.parse().ok());
            }
            let name = if name.ends_with("-grease") { "grease" } else { name };
            *header.stanzas.entry(name.to_owned()).or_default() += 1;
        } else if text.starts_with("--- ") {
            return Some(header);
        }
    }
    None
}

/// What the file is, by its place.
fn role(subject: &Subject) -> (&'static str, String) {
    let parts = subject.parts();
    let part = |number: usize| parts.get(number).copied().unwrap_or_default();
    let name = part(0);
    let stem = name.strip_suffix(".age").unwrap_or(name);
    match part(1) {
        "custody" => ("custody", format!("a custody file: subset keys for the custodian {stem}")),
        "bodies" => ("body", "a body: what a log entry may not say in public".to_owned()),
        "blobs" => ("blob", "a blob: an attachment, or a dummy".to_owned()),
        folder if folder.ends_with(".released") && name.ends_with(".share") => {
            ("share", "a share that this custodian has released, kept in its state".to_owned())
        }
        folder if folder.ends_with(".bodies") => {
            ("body", "a body of the log, kept in the state of somebody who saw it".to_owned())
        }
        folder if folder.ends_with(".released") => {
            ("body", "the body of an approval, kept in its custodian's state".to_owned())
        }
        _ => match stem.strip_prefix("share.") {
            Some(custodian) => {
                ("share", format!("a share: the answers of the custodian {custodian}, for the examiner"))
            }
            None => ("age", "an age file".to_owned()),
        },
    }
}

fn add_header(facts: &mut Facts, header: &Header, length: u64) {
    let stanzas = header
        .stanzas
        .iter()
        .map(|(name, number)| Fact::Row(vec![("type", name.clone().into()), ("number", (*number).into())]));
    facts.keyed(
        "stanzas",
        "Recipients, by type (grease is noise without meaning)",
        stanzas.collect::<Fact>(),
    );
    let sealed = length.saturating_sub(header.length + NONCE_BYTES);
    let tags = sealed.div_ceil(CHUNK_BYTES + TAG_BYTES) * TAG_BYTES;
    facts.fact("Bytes", length).keyed("content_bytes", "Bytes of content", sealed.saturating_sub(tags));
}

/// A body's name is its hash.
fn add_body_name(facts: &mut Facts, subject: &Subject, bytes: &[u8]) {
    let parts = subject.parts();
    if parts.get(1) == Some(&"bodies") {
        let named = parts[0].strip_suffix(".age") == Some(&Hex(sha256(bytes)).to_string());
        facts.keyed("name_is_hash", "Named by its SHA-256, as the log asks", named);
    }
}

/// A blob's root stands in `blobs/index`.
fn add_blob(facts: &mut Facts, subject: &Subject) -> Result<(), Failure> {
    let root = subject.root()?;
    facts.keyed("root", "Root of its pages", Hex(root.root).to_string());
    let listed = listed(subject);
    let says = match listed {
        None => "not checked: blobs/index does not list this file",
        Some(listed) if listed == root => "the same",
        Some(_) => "ANOTHER",
    };
    facts.keyed("index_root", "Root in blobs/index", says);
    Ok(())
}

fn listed(subject: &Subject) -> Option<Root> {
    let id: Hex<16> = subject.parts().first()?.parse().ok()?;
    let bytes = std::fs::read(subject.beside("index")).ok()?;
    let entries = bytes.as_chunks::<BLOB_ENTRY_BYTES>().0.iter().map(BlobEntry::decode);
    entries.into_iter().find(|entry| entry.id == id.0).map(|entry| entry.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_where_its_mac_does() {
        let text =
            "age-encryption.org/v1\n-> X25519 abc\nbody\n-> x-grease 1\n\n-> X25519 def\nbody\n--- mac\n";
        let found = header(&[text.as_bytes(), b"\xff\n--- not this"].concat()).unwrap();
        assert_eq!(found.length, text.len() as u64);
        assert_eq!((found.stanzas["X25519"], found.stanzas["grease"]), (2, 1));
        assert!(header(b"age-encryption.org/v1\n-> X25519 abc\nbody\n").is_none());
        assert_eq!(
            header(b"age-encryption.org/v1\n-> scrypt abc 18\nbody\n--- mac\n").unwrap().work,
            Some(18)
        );
    }
}
