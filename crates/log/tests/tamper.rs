//! Whatever is changed in a log's files is found, and the file is named.

#![allow(clippy::unwrap_used)] // in what tests share

mod support;

use blackbox_format::{fields::Hex, merkle, note::Note};
use blackbox_log::{CHECKPOINT, Checkpoint, Log, Report, body, verify};
use blackbox_store::Store;
use support::{Key, LARGE, Memory, ORIGIN, leaf, leaves};

/// 300 entries in a few appends, with stale partial tiles, the last entry with two bodies.
fn sample() -> Memory {
    let store = Memory::default();
    let key = Key::operator();
    let mut log = Log::create(&store, ORIGIN, &key, &leaf(0)).unwrap();
    let mut last = leaf(299);
    for text in [&b"first body"[..], b"second body"] {
        last.extend(format!("body: {}\n", body::put_body(&store, text).unwrap()).bytes());
    }
    for range in [1..255, 255..260, 260..262, 262..299] {
        log.append(&key, &leaves(range)).unwrap();
    }
    log.append(&key, &[last]).unwrap();
    store
}

fn check(store: &Memory) -> Report {
    verify(store, &[Key::operator().verifier().clone()], ORIGIN).unwrap()
}

fn faulty(store: &Memory) -> Vec<String> {
    let mut files: Vec<String> = check(store).faults.into_iter().map(|fault| fault.file).collect();
    files.dedup();
    files
}

/// A tile that no checkpoint needs any more, but that may be there.
fn is_stale(path: &str) -> bool {
    path.contains(".p/") && !path.ends_with("001.p/44") && !path.ends_with("1/000.p/1")
}

#[test]
fn a_sound_log_has_no_fault_and_no_note() {
    let store = sample();
    let report = check(&store);
    assert_eq!((report.faults, report.notes), (vec![], vec![]));
    assert_eq!((report.files, report.checkpoint.unwrap().size), (store.paths().len(), 300));
    assert!(store.paths().iter().any(|path| is_stale(path)));
}

#[test]
fn every_changed_file_is_found_and_named() {
    let sound = sample();
    for path in sound.paths() {
        let bytes = sound.read(&path).unwrap();
        let step = bytes.len().div_ceil(12).max(1);
        let mut versions: Vec<Vec<u8>> = Vec::new();
        for at in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            versions.push(changed);
        }
        versions.extend([
            vec![],
            bytes[..bytes.len() - 1].to_vec(),
            bytes[1..].to_vec(),
            [&bytes[..], b"\0"].concat(),
        ]);
        for (number, version) in versions.into_iter().enumerate() {
            let store = sound.copy();
            store.set(&path, version);
            assert_eq!(faulty(&store), [path.as_str()], "{path}, version {number}");
        }
    }
}

#[test]
fn every_missing_file_is_found_and_named() {
    let sound = sample();
    for path in sound.paths().into_iter().filter(|path| !is_stale(path)) {
        let store = sound.copy();
        store.remove(&path).unwrap();
        assert_eq!(faulty(&store), [path]);
    }
}

#[test]
fn every_two_files_swapped_are_found() {
    let sound = sample();
    let paths = sound.paths();
    for (at, one) in paths.iter().enumerate() {
        for other in &paths[..at] {
            let (store, bytes) = (sound.copy(), (sound.read(one).unwrap(), sound.read(other).unwrap()));
            if bytes.0 != bytes.1 {
                store.set(one, bytes.1);
                store.set(other, bytes.0);
                assert!(!faulty(&store).is_empty(), "{one} and {other}");
            }
        }
    }
}

#[test]
fn a_fault_deep_in_a_large_log_names_its_file_alone() {
    let sound = Memory::default();
    let mut log = Log::create(&sound, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    log.append(&Key::operator(), &leaves(1..LARGE)).unwrap();
    let change = |paths: &[&str]| {
        let store = sound.copy();
        for path in paths {
            let mut bytes = sound.read(path).unwrap();
            let at = bytes.len() - 2;
            bytes[at] ^= 1;
            store.set(path, bytes);
        }
        faulty(&store)
    };
    for path in ["log/tile/entries/007", "log/tile/0/007", "log/tile/1/000", "log/tile/2/000.p/1"] {
        assert_eq!(change(&[path]), [path]);
    }
    let two = ["log/tile/1/000", "log/tile/2/000.p/1"];
    assert_eq!(change(&two), two);
    let two = ["log/tile/0/007", "log/tile/entries/007"];
    assert_eq!(change(&two), two);
    let two = ["log/tile/2/000.p/1", "log/tile/entries/007"];
    let found = change(&two);
    assert!(two.iter().all(|path| found.iter().any(|file| file == path)), "{found:?}");
}

#[test]
fn an_entry_altered_together_with_its_hash_is_found() {
    let store = sample();
    let altered = [leaves(0..7), vec![leaf(1007)], leaves(8..256)].concat();
    let bundle: Vec<u8> =
        altered.iter().flat_map(|e| [&(e.len() as u16).to_be_bytes(), &e[..]].concat()).collect();
    let hashes: Vec<merkle::Hash> = altered.iter().map(|entry| merkle::leaf(entry)).collect();
    store.set("log/tile/entries/000", bundle);
    store.set("log/tile/0/000", hashes.concat());
    assert_eq!(faulty(&store), ["log/tile/0/000", "log/tile/entries/000"]);
    // With the whole way up altered, the signed root is what does not fit.
    store.set("log/tile/1/000.p/1", merkle::root(&hashes).to_vec());
    assert_eq!(faulty(&store), [CHECKPOINT]);
}

#[test]
fn a_rolled_back_log_is_sound_in_itself_and_its_tail_is_noted() {
    let store = Memory::default();
    let mut log = Log::create(&store, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    log.append(&Key::operator(), &leaves(1..5)).unwrap();
    let old = store.read(CHECKPOINT).unwrap();
    log.append(&Key::operator(), &leaves(5..8)).unwrap();
    store.set(CHECKPOINT, old);
    let report = check(&store);
    assert_eq!((report.faults.len(), report.notes.len()), (0, 2));
}

#[test]
fn strange_files_are_noted() {
    let store = sample();
    for path in ["log/tile/0/x000/000", "log/readme.txt", "log/bodies/x.age"] {
        store.set(path, b"?".to_vec());
    }
    let orphan = body::put_body(&store, b"named by none").unwrap();
    let mut noted: Vec<String> = check(&store).notes.into_iter().map(|note| note.file).collect();
    noted.sort();
    assert_eq!(
        noted,
        [
            body::path(&orphan),
            "log/bodies/x.age".into(),
            "log/readme.txt".into(),
            "log/tile/0/x000/000".into()
        ]
    );
    assert_eq!(faulty(&store), [""; 0]);
    store.remove(&body::path(&Hex(merkle::sha256(b"first body")))).unwrap();
    assert_eq!(check(&store).faults[0].what, "it is missing; entry 299 names it");
}

#[test]
fn entries_that_are_no_leaves_are_found() {
    let store = Memory::default();
    let mut log = Log::create(&store, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    log.append(&Key::operator(), &[leaf(1), b"hello".to_vec(), leaf(0)]).unwrap();
    let found: Vec<String> = check(&store).faults.into_iter().map(|fault| fault.to_string()).collect();
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("\"log/tile/entries/000.p/4\": entry 2: "), "{found:?}");
    assert!(found[1].contains("entry 3 is \"init\""), "{found:?}");
}

#[test]
fn a_checkpoint_that_claims_a_huge_log_costs_little() {
    let store = Memory::default();
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 1 << 48, root: [7; 32] };
    let note: Note = checkpoint.sign(&Key::operator()).unwrap();
    store.set(CHECKPOINT, note.to_bytes());
    let faults = check(&store).faults;
    assert!((1000..=1001).contains(&faults.len()));
    assert!(Log::open(&store, Key::operator().verifier(), ORIGIN).unwrap().entry(1 << 40).is_err());
}
