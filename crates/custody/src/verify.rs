//! Verifying: every file of an archive against what was signed and logged. Needs no key.

use std::collections::{BTreeSet, HashSet};

use blackbox_format::{
    blob::{BLOB_ENTRY_BYTES, BlobEntry},
    fields::Hex,
    manifest::{Manifest, blob_path, custody_path},
    merkle::sha256,
    page::{Root, TreeBuilder},
};
use blackbox_log::{CHECKPOINT, Kind, Leaf, cosigned, verify::Bodies};
use blackbox_store::{Store, StoreError, Table};
use blackbox_token::entry::{FINDER_LABEL_BYTES, OPENER_LABEL_BYTES};
use serde::Serialize;

use crate::{
    approval::Approval,
    archive::Archive,
    change::configuration_path,
    config::CONFIG,
    error::Error,
    evidence::log_keys,
    ledger::{Ledger, Logged, check, check_approval, check_hand_over},
    proof::check_proof,
    witness::{by, everyone},
};

/// Bytes of a file read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The archive or a proof is not what was signed.
    Error,
    /// Something that should be looked at.
    Warning,
    /// Something worth knowing.
    Note,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is; names the file.
    pub what: String,
}

/// What was found, and how many files were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Files checked.
    pub files: u64,
    /// What was found.
    pub all: Vec<Finding>,
    seen: HashSet<Finding>,
    /// Found so far, by severity.
    counts: [usize; 3],
}

/// Most findings of one severity that are listed: a damaged archive of a million entries is one that is told so,
/// not one whose list fills the memory.
const LISTED: usize = 1000;

impl Findings {
    /// Whether there is no error among them.
    pub fn ok(&self) -> bool {
        self.all.iter().all(|finding| finding.severity != Severity::Error)
    }

    pub(crate) fn push(&mut self, severity: Severity, what: impl Into<String>) {
        let finding = Finding { severity, what: what.into() };
        let count = &mut self.counts[severity as usize];
        if *count > LISTED || !self.seen.insert(finding.clone()) {
            return;
        }
        *count += 1;
        match *count > LISTED {
            true => {
                let what = format!("there is more like this: {LISTED} findings of each kind are listed");
                self.all.push(Finding { severity, what });
            }
            false => self.all.push(finding),
        }
    }

    /// Adds what was found elsewhere.
    pub(crate) fn merge(&mut self, other: Findings) {
        self.files += other.files;
        other.all.into_iter().for_each(|finding| self.push(finding.severity, finding.what));
    }

    pub(crate) fn error(&mut self, file: &str, what: impl std::fmt::Display) {
        self.push(Severity::Error, format!("\"{file}\": {what}"));
    }

    /// The value, or its error as a finding.
    pub(crate) fn expect<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.push(Severity::Error, error.to_string())).ok()
    }

    pub(crate) fn check(&mut self, result: Result<(), Error>) {
        self.files += 1;
        if let Err(error) = result {
            self.push(Severity::Error, error.to_string());
        }
    }
}

/// Checks every file of the archive in `store`.
///
/// # Errors
/// The store cannot be listed; all else is a finding.
pub fn verify(store: &dyn Store) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let archive = match Archive::open(store) {
        Ok(archive) => archive,
        Err(error @ Error::Usage(_)) => return Err(error),
        Err(error) => {
            findings.push(Severity::Error, error.to_string());
            return Ok(findings);
        }
    };
    findings.files += 1;
    check_log(&archive, Bodies::Kept, &mut findings)?;
    let ledger = match Ledger::read(&archive) {
        Ok(ledger) => ledger,
        Err(error) => {
            findings.push(Severity::Error, error.to_string());
            return Ok(findings);
        }
    };
    let mut expected = check_documents(&archive, &ledger, &mut findings);
    for logged in ledger.of_kind(Kind::Deposit) {
        if let Ok(manifest) = crate::ledger::check_deposit(&archive, logged) {
            check_deposit(store, &manifest.document, (&mut findings, &mut expected));
        }
    }
    check_surplus(store, &expected, &mut findings)?;
    findings.all.sort_by_key(|finding| finding.severity);
    Ok(findings)
}

pub(crate) fn check_log(archive: &Archive<'_>, bodies: Bodies, findings: &mut Findings) -> Result<(), Error> {
    let (keys, origin) = (log_keys(archive), &archive.config.origin);
    let report = blackbox_log::verify::verify_with(archive.store, (&keys, origin), bodies)?;
    findings.files += report.files as u64;
    for fault in report.faults {
        findings.error(&fault.file, fault.what);
    }
    for note in report.notes {
        findings.push(Severity::Note, format!("\"{}\": {}", note.file, note.what));
    }
    check_cosignatures(archive, findings)
}

/// Cosignatures by custodians and witnesses must be theirs.
fn check_cosignatures(archive: &Archive<'_>, findings: &mut Findings) -> Result<(), Error> {
    let people = everyone(archive);
    let mut notes = vec![(CHECKPOINT.to_owned(), archive.log.checkpoint_note().clone())];
    for size in cosigned::sizes(archive.store)? {
        // What cannot be read was found by the check of the log.
        notes.extend(
            cosigned::read(archive.store, size).ok().flatten().map(|note| (cosigned::path(size), note)),
        );
    }
    for (file, note) in notes {
        if let Err(error) = by(&note, &people) {
            findings.error(&file, error);
        }
    }
    Ok(())
}

/// Checks the document of every leaf: there, as logged, signed by whom the leaf names, about what it
/// says. Gives the paths that belong to the archive.
pub(crate) fn check_documents(
    archive: &Archive<'_>,
    ledger: &Ledger,
    findings: &mut Findings,
) -> BTreeSet<String> {
    let mut expected: BTreeSet<String> = [CONFIG.to_owned(), blackbox_store::folder::LOCK.to_owned()].into();
    // Read and checked when the archive was opened.
    expected.extend((1..archive.eras.len() as u64).map(configuration_path));
    for logged in &ledger.leaves {
        expected.insert(logged.leaf.path.clone());
        findings.check(check(archive, ledger, logged));
        match logged.leaf.kind {
            Kind::Approval => {
                check_share(archive, ledger, logged, (findings, &mut expected));
                check_proof_of(archive, ledger, logged, (findings, &mut expected));
            }
            Kind::HandOver => check_handed_over(archive, logged, (findings, &mut expected)),
            _ => {}
        }
    }
    expected
}

/// The files of a hand-over.
pub(crate) fn check_handed_over(
    archive: &Archive<'_>,
    logged: &Logged,
    (findings, expected): (&mut Findings, &mut BTreeSet<String>),
) {
    let Ok(hand_over) = check_hand_over(archive, logged) else { return };
    for line in &hand_over.document.files {
        let path = hand_over.document.key_path(line);
        let checked = archive.store.read(&path).map_err(Error::from).and_then(|bytes| {
            match Hex(sha256(&bytes)) == line.digest {
                true => Ok(()),
                false => Err(Error::invalid(&path, "it is not the file that the hand-over names")),
            }
        });
        findings.check(checked);
        expected.insert(path);
    }
}

fn check_share(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
    (findings, expected): (&mut Findings, &mut BTreeSet<String>),
) {
    let Ok(approval) = check_approval(archive, ledger, logged) else { return };
    expected.insert(approval.document.share_path());
    check_share_of(archive, &approval.document, findings);
}

/// The share file that an approval names.
pub(crate) fn check_share_of(archive: &Archive<'_>, approval: &Approval, findings: &mut Findings) {
    let path = approval.share_path();
    match archive.store.read(&path) {
        Ok(bytes) if Hex(sha256(&bytes)) == approval.share => findings.files += 1,
        Ok(_) => findings.error(&path, "it is not the share that its approval names"),
        Err(StoreError::Missing(_)) => {
            findings.push(Severity::Warning, format!("\"{path}\": missing; the approval counts as absent"));
        }
        Err(error) => findings.push(Severity::Error, error.to_string()),
    }
}

/// The proof that an approval names belongs to the archive, whether or not the policy asks for it.
fn check_proof_of(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
    (findings, expected): (&mut Findings, &mut BTreeSet<String>),
) {
    let Ok(approval) = check_approval(archive, ledger, logged) else { return };
    let request = ledger.about(Kind::Request, &logged.leaf.subject).next();
    if let Some(request) = request.filter(|_| approval.document.proof.is_some()) {
        expected.insert(approval.document.proof_path());
        findings.check(check_proof(archive, (&approval.document, logged), request.index));
    }
}

/// The custody files of a deposit, and every page and tree of its other files.
pub(crate) fn check_deposit(
    store: &dyn Store,
    manifest: &Manifest,
    (findings, expected): (&mut Findings, &mut BTreeSet<String>),
) {
    for line in &manifest.custody {
        let path = custody_path(&manifest.deposit, &line.custodian);
        let checked = store.read(&path).map_err(Error::from).and_then(|bytes| {
            match Hex(sha256(&bytes)) == line.digest {
                true => Ok(()),
                false => Err(Error::invalid(&path, "it is not the custody file that the manifest names")),
            }
        });
        findings.check(checked);
        expected.insert(path);
    }
    for line in &manifest.files {
        let path = format!("deposits/{}/{}", manifest.deposit, line.path);
        let checked = check_paged(store, &path, line.root);
        let sound = checked.is_ok();
        findings.check(checked);
        let labels = match line.path.rsplit('/').next() {
            Some("finder") => Some(FINDER_LABEL_BYTES),
            Some("opener") => Some(OPENER_LABEL_BYTES),
            _ => None,
        };
        if let Some(label_bytes) = labels.filter(|_| sound) {
            findings.check(check_sorted(store, (&path, line.root), label_bytes));
        }
        if line.path == "blobs/index" && sound {
            check_blobs(store, (manifest, &path), (findings, expected));
        }
        expected.insert(format!("{path}.tree"));
        expected.insert(path);
    }
}

/// Reads a whole file and its tree, and compares both with the signed root.
fn check_paged(store: &dyn Store, path: &str, root: Root) -> Result<(), Error> {
    let (found, tree) = read_tree(store, path, root.length)?;
    if found != root {
        return Err(Error::invalid(path, "it is not the file that was signed: its bytes have changed"));
    }
    let tree_path = format!("{path}.tree");
    match store.length(&tree_path)? == tree.len() as u64 && is_same(store, &tree_path, &tree)? {
        true => Ok(()),
        false => Err(Error::invalid(tree_path, "it is not the tree of its file: its bytes have changed")),
    }
}

fn is_same(store: &dyn Store, path: &str, expected: &[u8]) -> Result<bool, Error> {
    let mut buffer = vec![0; CHUNK_BYTES];
    for (number, chunk) in expected.chunks(CHUNK_BYTES).enumerate() {
        store.read_at(path, (number * CHUNK_BYTES) as u64, &mut buffer[..chunk.len()])?;
        if buffer[..chunk.len()] != *chunk {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Root and tree of a file that should be `expected` bytes long: another length is not read at all.
fn read_tree(store: &dyn Store, path: &str, expected: u64) -> Result<(Root, Vec<u8>), Error> {
    let (length, mut at) = (store.length(path)?, 0);
    if length != expected {
        return Err(Error::invalid(path, "it is not the file that was signed: its length has changed"));
    }
    let (mut builder, mut buffer) = (TreeBuilder::default(), vec![0; CHUNK_BYTES]);
    while at < length {
        let part = (length - at).min(CHUNK_BYTES as u64) as usize;
        store.read_at(path, at, &mut buffer[..part])?;
        builder.update(&buffer[..part]);
        at += part as u64;
    }
    Ok(builder.finish())
}

fn check_sorted(store: &dyn Store, (path, root): (&str, Root), label_bytes: usize) -> Result<(), Error> {
    match Table::open(store, path, root)?.is_sorted(label_bytes)? {
        true => Ok(()),
        false => Err(Error::invalid(path, "its entries are not sorted")),
    }
}

fn check_blobs(
    store: &dyn Store,
    (manifest, index): (&Manifest, &str),
    (findings, expected): (&mut Findings, &mut BTreeSet<String>),
) {
    let bytes = match store.read(index) {
        Ok(bytes) => bytes,
        Err(error) => return findings.push(Severity::Error, error.to_string()),
    };
    let (entries, rest) = bytes.as_chunks::<BLOB_ENTRY_BYTES>();
    let entries: Vec<BlobEntry> = entries.iter().map(BlobEntry::decode).collect();
    if !rest.is_empty() || !entries.is_sorted_by(|one, two| one.id < two.id) {
        findings.error(index, "it is not a sorted list of blobs");
    }
    for entry in entries {
        let path = blob_path(&manifest.deposit, &entry.id);
        let checked =
            read_tree(store, &path, entry.root.length).and_then(|(found, _)| match found == entry.root {
                true => Ok(()),
                false => {
                    Err(Error::invalid(&path, "it is not the file that was signed: its bytes have changed"))
                }
            });
        findings.check(checked);
        expected.insert(path);
    }
}

/// Files that nothing signed or logged names: left by an interrupted run, or put there by somebody.
fn check_surplus(
    store: &dyn Store,
    expected: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut unlogged: BTreeSet<String> = BTreeSet::new();
    for path in store.list("")? {
        if expected.contains(&path) || path.starts_with("log/") {
            continue;
        }
        match path.split('/').collect::<Vec<_>>()[..] {
            ["deposits", id, ..] if !expected.contains(&format!("deposits/{id}/manifest")) => {
                unlogged.insert(format!("\"deposits/{id}\": an unfinished deposit that is not in the log; it holds nothing that counts"));
            }
            ["changes", number, "proposal" | "archive.toml"] => findings
                .push(Severity::Note, format!("\"{path}\": change {number} is proposed, and not in force")),
            ["requests", _, name] if name.starts_with("share.") => {
                findings.error(&path, "a share without a logged approval");
            }
            _ => findings.push(Severity::Note, format!("\"{path}\": nothing in the log names this file")),
        }
    }
    unlogged.into_iter().for_each(|what| findings.push(Severity::Note, what));
    Ok(())
}

/// Whether the leaf's time is after the end of the UTC day `day`.
pub(crate) fn is_after(leaf: &Leaf, day: &str) -> bool {
    leaf.time.get(..10).is_some_and(|date| date > day)
}
