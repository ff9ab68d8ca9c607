//! The other files that their names tell: page trees, the list of blobs, fingerprints, locks, and
//! what an interrupted write left.

use blackbox_format::{
    blob::{BLOB_ENTRY_BYTES, BlobEntry},
    fields::Hex,
    merkle::HASH_BYTES,
    page,
};

use super::{
    facts::{Fact, Facts},
    manifest,
    subject::Subject,
};
use crate::failure::Failure;

/// Size of a fingerprint, and of the key before all of them, in bytes.
const FINGERPRINT_BYTES: u64 = 32;
/// What names of files that are being written begin with.
const UNFINISHED: &str = ".tmp-";

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let parts = subject.parts();
    match (parts[0], parts.get(1).copied().unwrap_or_default()) {
        ("index", "blobs") => blobs(subject).map(Some),
        (blackbox_store::folder::LOCK, _) if subject.length == 0 => Ok(Some(lock())),
        (name, _) if name.ends_with(".tree") => tree(subject).map(Some),
        (name, _) if name.ends_with(".remembered") => remembered(subject).map(Some),
        (name, _) if name.starts_with(UNFINISHED) => Ok(Some(unfinished(subject))),
        _ => Ok(None),
    }
}

fn lock() -> Facts {
    Facts::new("lock", "a lock: empty; whoever writes holds it")
}

fn unfinished(subject: &Subject) -> Facts {
    let mut facts = Facts::new("unfinished", "what an interrupted write left; nothing counts on it");
    facts.fact("Bytes", subject.length);
    facts
}

fn tree(subject: &Subject) -> Result<Facts, Failure> {
    if !subject.length.is_multiple_of(HASH_BYTES as u64) {
        return Err(subject.fault("a tree holds hashes of 32 bytes, and this does not"));
    }
    let mut facts = Facts::new("tree", "a page tree: the hashes under which its file is read");
    facts.fact("Hashes", subject.length / HASH_BYTES as u64);
    let parts = subject.parts();
    let name = parts[0].strip_suffix(".tree").unwrap_or_default();
    let says = match Subject::open(&subject.beside(name)) {
        Err(_) => "not checked: the file is not beside it",
        Ok(file) => {
            let levels = page::levels(file.length);
            facts.keyed("levels", "Hashes of each level", levels.iter().copied().collect::<Fact>());
            let mut builder = page::TreeBuilder::default();
            file.stream::<{ page::PAGE_BYTES }>(|part| builder.update(part))?;
            let (root, tree) = builder.finish();
            facts.keyed("root", "Root that it leads to", Hex(root.root).to_string());
            if tree[..] == subject.bytes()?[..] { "yes" } else { "NO" }
        }
    };
    facts.keyed("fits", "Is the tree of its file", says);
    Ok(facts)
}

fn blobs(subject: &Subject) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    let (entries, rest) = bytes.as_chunks::<BLOB_ENTRY_BYTES>();
    if !rest.is_empty() {
        return Err(subject.fault("a list of blobs has entries of 56 bytes, and this does not"));
    }
    let entries: Vec<BlobEntry> = entries.iter().map(BlobEntry::decode).collect();
    let mut facts = Facts::new("blobs", "the list of a deposit's attachments, dummies among them");
    let rows = entries.iter().map(|entry| {
        Fact::Row(vec![
            ("id", Hex(entry.id).to_string().into()),
            ("bytes", entry.root.length.into()),
            ("root", Hex(entry.root.root).to_string().into()),
        ])
    });
    facts
        .keyed("number", "Entries, padding included", entries.len() as u64)
        .keyed("sorted", "Sorted by id", entries.is_sorted_by(|one, two| one.id < two.id))
        .keyed("entries", "Attachments", rows.collect::<Fact>());
    manifest::add_root(&mut facts, subject, subject.root()?);
    Ok(facts)
}

fn remembered(subject: &Subject) -> Result<Facts, Failure> {
    if subject.length < FINGERPRINT_BYTES || !subject.length.is_multiple_of(FINGERPRINT_BYTES) {
        return Err(subject.fault("this is no file of fingerprints, or it is damaged"));
    }
    let mut facts = Facts::new("remembered", "fingerprints of sealed messages, kept by seal --remember");
    facts.keyed("fingerprints", "Fingerprints", subject.length / FINGERPRINT_BYTES - 1);
    facts.keyed("secrets", "Key of the fingerprints", "not shown");
    subject.warn_if_open(&mut facts);
    facts.note("Whoever has this file can confirm a message whose exact text they guess.");
    Ok(facts)
}
