//! A log as its users have it: append, read, prove, compare.

#![allow(clippy::unwrap_used)] // in what tests share

mod support;

use std::sync::{LazyLock, atomic::Ordering};

use blackbox_format::{
    merkle::{self, Hash, verify_consistency, verify_inclusion},
    note::Note,
};
use blackbox_log::{AppendError, CHECKPOINT, Checkpoint, ExtendError, Log, LogError, cosign, verify};
use blackbox_store::{Folder, Store, StoreError};
use support::{Key, LARGE, Memory, ORIGIN, leaf, leaves};

/// A log of leaves `0..size`.
fn log_of(store: &Memory, size: usize) -> Log<'_> {
    let mut log = Log::create(store, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    log.append(&Key::operator(), &leaves(1..size)).unwrap();
    log
}

/// A copy of a log with tiles on three levels.
fn large() -> Memory {
    static LOG: LazyLock<Memory> = LazyLock::new(|| {
        let store = Memory::default();
        log_of(&store, LARGE);
        store
    });
    LOG.copy()
}

fn open(store: &dyn Store) -> Result<Log<'_>, LogError> {
    Log::open(store, Key::operator().verifier(), ORIGIN)
}

fn flip(store: &Memory, path: &str) {
    let mut bytes = store.read(path).unwrap();
    bytes[0] ^= 1;
    store.set(path, bytes);
}

#[test]
fn what_is_appended_is_read_back_after_any_mix_of_appends() {
    let store = Memory::default();
    let key = Key::operator();
    let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
    let mut size = 1;
    for count in [1, 3, 250, 1, 1, 0, 300, 210, 1] {
        assert_eq!(log.append(&key, &leaves(size..size + count)).unwrap(), size as u64);
        size += count;
        let open = open(&store).unwrap();
        assert_eq!((open.size(), open.checkpoint()), (size as u64, log.checkpoint()));
        let read: Vec<Vec<u8>> = open.entries(0..u64::MAX).map(Result::unwrap).collect();
        assert!(read == leaves(0..size));
        assert_eq!(open.entry(size as u64 - 1).unwrap(), leaf(size - 1));
        assert!(matches!(open.entry(size as u64), Err(LogError::Beyond { .. })));
        assert_eq!(verify(&store, &[key.verifier().clone()], ORIGIN).unwrap().faults, []);
    }
    let some: Vec<Vec<u8>> = log.entries(255..515).map(Result::unwrap).collect();
    assert!(some == leaves(255..515));
    assert_eq!(log.entries(900..1000).count(), 0);
}

#[test]
fn every_proof_of_small_logs_verifies() {
    let store = Memory::default();
    let log = log_of(&store, 20);
    let hashes: Vec<Hash> = (0..20).map(|i| merkle::leaf(&leaf(i))).collect();
    let root = |size: u64| merkle::root(&hashes[..size as usize]);
    for size in 1..=20u64 {
        for index in 0..size {
            let proof = log.inclusion_proof(index, size).unwrap();
            verify_inclusion(&hashes[index as usize], (index, size), &proof, &root(size)).unwrap();
        }
        for old in 0..=size {
            let proof = log.consistency_proof(old, size).unwrap();
            verify_consistency((old, &root(old)), (size, &root(size)), &proof).unwrap();
        }
    }
    assert!(log.inclusion_proof(3, 3).is_err() && log.inclusion_proof(3, 21).is_err());
    assert!(log.consistency_proof(3, 21).is_err() && log.consistency_proof(5, 4).is_err());
}

#[test]
fn proofs_across_three_levels_of_tiles_verify_and_read_few_of_them() {
    let (store, size) = (large(), LARGE);
    let hashes: Vec<Hash> = (0..size).map(|i| merkle::leaf(&leaf(i))).collect();
    let sizes = [1, 255, 256, 257, 511, 513, 40_000, 65_535, 65_536, 65_537, size as u64];
    let roots: Vec<Hash> = sizes.iter().map(|size| merkle::root(&hashes[..*size as usize])).collect();
    for (at, new) in sizes.into_iter().enumerate() {
        for index in [0, new / 2, new - 1] {
            let log = open(&store).unwrap();
            let before = store.reads.load(Ordering::Relaxed);
            let proof = log.inclusion_proof(index, new).unwrap();
            assert!(store.reads.load(Ordering::Relaxed) - before <= 9, "index {index} of {new}");
            verify_inclusion(&hashes[index as usize], (index, new), &proof, &roots[at]).unwrap();
        }
        for (old, old_root) in sizes[..at].iter().zip(&roots) {
            let log = open(&store).unwrap();
            let before = store.reads.load(Ordering::Relaxed);
            let proof = log.consistency_proof(*old, new).unwrap();
            assert!(store.reads.load(Ordering::Relaxed) - before <= 9, "{old} to {new}");
            verify_consistency((*old, old_root), (new, &roots[at]), &proof).unwrap();
        }
    }
    let mut log = open(&store).unwrap();
    let before = store.reads.load(Ordering::Relaxed);
    log.append(&Key::operator(), &[leaf(size)]).unwrap();
    assert!(store.reads.load(Ordering::Relaxed) - before <= 5);
}

#[test]
fn an_older_checkpoint_is_extended_rolled_back_or_forked() {
    let store = Memory::default();
    let log = log_of(&store, 300);
    let old = log.checkpoint().clone();
    let mut log = log;
    log.append(&Key::operator(), &leaves(300..700)).unwrap();
    log.check_extends(&old).unwrap();
    log.check_extends(&log.checkpoint().clone()).unwrap();

    let other = Memory::default();
    let mut forked = leaves(1..700);
    forked[250] = leaf(1000);
    let mut fork = Log::create(&other, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    fork.append(&Key::operator(), &forked).unwrap();
    assert!(matches!(fork.check_extends(&old), Err(ExtendError::Forked { agree: 0, until: 300 })));
    let same_size = fork.check_extends(log.checkpoint());
    assert!(matches!(same_size, Err(ExtendError::Forked { agree: 0, until: 700 })));

    let short = Memory::default();
    let back = log_of(&short, 299).check_extends(&old).unwrap_err();
    assert_eq!(back.to_string(), "the log was rolled back: it has 299 entries, and had 300");
    let elsewhere = Checkpoint { origin: "example.org/other".into(), ..old };
    assert!(matches!(log.check_extends(&elsewhere), Err(ExtendError::Origin { .. })));
}

#[test]
fn a_log_opens_under_its_operators_key_only() {
    let store = Memory::default();
    assert!(matches!(open(&store), Err(LogError::Store(StoreError::Missing(_)))));
    log_of(&store, 3);
    let other = Key::new(ORIGIN, 9);
    let opened = Log::open(&store, other.verifier(), ORIGIN).err().unwrap().to_string();
    assert_eq!(opened, format!("\"log/checkpoint\": no signature by \"{ORIGIN}\""));
    let mut log = open(&store).unwrap();
    assert!(matches!(log.append(&other, &[leaf(3)]), Err(AppendError::Key(_))));
    assert!(matches!(Log::create(&store, ORIGIN, &Key::operator(), b"x"), Err(AppendError::Exists)));
    assert!(Log::create(&Memory::default(), "example.org/other", &Key::operator(), b"x").is_err());
    assert_eq!(open(&store).unwrap().size(), 3);
}

#[test]
fn a_log_that_moved_is_not_forked_by_its_own_operator() {
    let store = Memory::default();
    log_of(&store, 3);
    let (mut first, mut second) = (open(&store).unwrap(), open(&store).unwrap());
    first.append(&Key::operator(), &[leaf(3)]).unwrap();
    let late = second.append(&Key::operator(), &[leaf(4)]);
    assert!(matches!(late, Err(AppendError::Moved { had: 3, has: 4 })));
    assert_eq!(open(&store).unwrap().entry(3).unwrap(), leaf(3));
}

#[test]
fn nothing_is_appended_to_a_damaged_right_edge_and_the_file_is_named() {
    for (size, path) in [
        (300, "log/tile/entries/001.p/44"),
        (300, "log/tile/0/001.p/44"),
        (300, "log/tile/1/000.p/1"),
        (512, "log/tile/1/000.p/2"),
        (LARGE, "log/tile/2/000.p/1"),
    ] {
        let store = if size == LARGE { large() } else { Memory::default() };
        if size != LARGE {
            log_of(&store, size);
        }
        flip(&store, path);
        let before = store.copy();
        let error = open(&store).unwrap().append(&Key::operator(), &[leaf(size)]).unwrap_err();
        assert!(error.to_string().contains(path), "{path}: {error}");
        assert!(*store.objects.lock().unwrap() == *before.objects.lock().unwrap(), "{path}");
    }
}

#[test]
fn a_changed_tile_or_bundle_is_an_error_where_it_is_read() {
    let store = large();
    for path in ["log/tile/entries/007", "log/tile/0/007", "log/tile/1/000"] {
        let store = store.copy();
        flip(&store, path);
        let error = open(&store).unwrap().entry(7 * 256 + 5).unwrap_err();
        assert!(error.to_string().contains(path), "{path}: {error}");
    }
    let store = store.copy();
    store.remove("log/tile/entries/007").unwrap();
    let log = open(&store).unwrap();
    assert_eq!(log.entry(7 * 256).unwrap_err().to_string(), "\"log/tile/entries/007\" is missing");
    assert_eq!(log.entries(6 * 256..u64::MAX).filter(Result::is_ok).count(), 256);
    assert_eq!(log.entries(6 * 256..u64::MAX).count(), 257);
}

#[test]
fn a_reader_with_an_older_checkpoint_reads_on_while_the_log_grows() {
    let store = Memory::default();
    let key = Key::operator();
    let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
    log.append(&key, &leaves(1..5)).unwrap();
    let at_5 = open(&store).unwrap();
    log.append(&key, &leaves(5..255)).unwrap();
    let at_255 = open(&store).unwrap();
    assert!(store.exists("log/tile/0/000.p/5").unwrap());
    log.append(&key, &leaves(255..300)).unwrap();
    // The full tile stands for the partial ones from here on.
    assert!(!store.paths().iter().any(|path| path.contains("000.p/") && !path.contains("tile/1/")));
    assert_eq!(at_5.entry(4).unwrap(), leaf(4));
    assert_eq!(at_255.entries(0..255).map(Result::unwrap).collect::<Vec<_>>(), leaves(0..255));
    log.check_extends(at_255.checkpoint()).unwrap();
}

#[test]
fn an_entry_that_is_too_long_is_refused_and_nothing_is_written() {
    let store = Memory::default();
    let mut log = log_of(&store, 3);
    let before = store.paths();
    let error = log.append(&Key::operator(), &[leaf(3), vec![0; 65_536]]).unwrap_err();
    assert!(matches!(error, AppendError::TooLong(65_536)));
    assert_eq!(store.paths(), before);
    log.append(&Key::operator(), &[vec![b'x'; 65_535]]).unwrap();
    assert_eq!(log.entry(3).unwrap().len(), 65_535);
}

#[test]
fn a_cosigned_checkpoint_opens_with_its_cosignature() {
    let store = Memory::default();
    let log = log_of(&store, 3);
    let mut note = log.checkpoint_note().clone();
    cosign::cosign(&mut note, &Key::new("ico", 4), 1_620_000_000).unwrap();
    store.replace(CHECKPOINT, &note.to_bytes()).unwrap();
    let mut log = open(&store).unwrap();
    let ico = cosign::Cosigner::new(Key::new("ico", 4).verifier());
    assert_eq!(ico.verify(log.checkpoint_note()), Ok(1_620_000_000));
    log.append(&Key::operator(), &[leaf(3)]).unwrap();
    assert!(ico.verify(log.checkpoint_note()).is_err());
}

#[test]
fn a_log_in_a_folder_is_files_that_other_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder::new(folder.path());
    let key = Key::operator();
    let _lock = store.lock().unwrap();
    let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
    log.append(&key, &leaves(1..257)).unwrap();
    let tiles =
        ["0/000", "0/000.p/1", "0/001.p/1", "1/000.p/1", "entries/000", "entries/000.p/1", "entries/001.p/1"];
    let expected: Vec<String> = tiles.iter().map(|tile| format!("log/tile/{tile}")).collect();
    let listed = store.list("log/tile").unwrap();
    assert!(listed.iter().all(|path| expected.contains(path)), "{listed:?}");
    let note = Note::parse(&store.read(CHECKPOINT).unwrap()).unwrap();
    assert!(note.text.starts_with(&format!("{ORIGIN}\n257\n")));
    assert_eq!(store.read("log/tile/0/001.p/1").unwrap(), merkle::leaf(&leaf(256)));
    assert_eq!(verify(&store, &[key.verifier().clone()], ORIGIN).unwrap().faults, []);
}
