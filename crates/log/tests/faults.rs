//! A store that fails at every write in turn, storing or not: an append happened or did not.

#![allow(clippy::unwrap_used)] // in what tests share

mod support;

use blackbox_log::{AppendError, Log, verify};
use support::{Failure, Key, Memory, ORIGIN, leaf, leaves};

fn open(store: &Memory) -> Log<'_> {
    Log::open(store, Key::operator().verifier(), ORIGIN).unwrap()
}

fn contents(store: &Memory) -> Vec<Vec<u8>> {
    open(store).entries(0..u64::MAX).map(Result::unwrap).collect()
}

fn assert_sound(store: &Memory, expected: &[Vec<u8>], when: &str) {
    assert!(contents(store) == expected, "{when}");
    let report = verify(store, &[Key::operator().verifier().clone()], ORIGIN).unwrap();
    assert_eq!(report.faults, [], "{when}");
}

/// A log of `size` entries, begun with two appends so that stale partial tiles lie about.
fn log_of(size: usize) -> Memory {
    let store = Memory::default();
    let mut log = Log::create(&store, ORIGIN, &Key::operator(), &leaf(0)).unwrap();
    log.append(&Key::operator(), &leaves(1..size / 2 + 1)).unwrap();
    log.append(&Key::operator(), &leaves(size / 2 + 1..size)).unwrap();
    store
}

#[test]
fn an_append_that_fails_anywhere_happened_or_did_not_and_the_next_one_works() {
    for (size, count) in [(1, 1), (5, 300), (255, 1), (255, 2), (256, 1), (511, 2)] {
        let sound = log_of(size);
        let (before, after) = (leaves(0..size), leaves(0..size + count));
        for how in [Failure::NotStored, Failure::ButStored] {
            let mut write = 0;
            loop {
                let store = sound.copy();
                let mut log = open(&store);
                store.fail_at(write, how);
                let appended = log.append(&Key::operator(), &after[size..]);
                if !store.heal() {
                    break;
                }
                let when = format!("{size} + {count}, {how:?} at write {write}");
                let now = contents(&store);
                assert!(now == before || now == after, "{when}");
                assert!(appended.is_err() || now == after, "{when}");
                assert_sound(&store, &now, &when);
                append_others(&store, now, &when);
                write += 1;
            }
            assert!(write >= 3, "only {write} writes");
        }
    }
}

/// Appends other entries than those that failed, in other numbers, so that nothing left over fits.
fn append_others(store: &Memory, mut now: Vec<Vec<u8>>, when: &str) {
    for count in [1, 257] {
        let others = leaves(9000..9000 + count);
        assert_eq!(open(store).append(&Key::operator(), &others).unwrap(), now.len() as u64, "{when}");
        now.extend(others);
        assert_sound(store, &now, when);
    }
}

#[test]
fn a_log_begun_under_failures_is_there_or_not() {
    for how in [Failure::NotStored, Failure::ButStored] {
        for write in 0..3 {
            let store = Memory::default();
            store.fail_at(write, how);
            assert!(Log::create(&store, ORIGIN, &Key::operator(), &leaf(0)).is_err());
            assert!(store.heal());
            let there = write == 2 && how == Failure::ButStored;
            match Log::create(&store, ORIGIN, &Key::operator(), &leaf(0)) {
                Ok(_) => assert!(!there),
                Err(error) => assert!(there && matches!(error, AppendError::Exists)),
            }
            assert_sound(&store, &[leaf(0)], "begun");
        }
    }
}

#[test]
fn a_retry_does_not_log_twice_what_was_stored_after_all() {
    let store = log_of(5);
    let mut log = open(&store);
    // A bundle, a tile, then the checkpoint.
    store.fail_at(2, Failure::ButStored);
    assert!(matches!(log.append(&Key::operator(), &[leaf(5)]), Err(AppendError::Store(_))));
    store.heal();
    let retried = log.append(&Key::operator(), &[leaf(5)]);
    assert!(matches!(retried, Err(AppendError::Moved { had: 5, has: 6 })));
    assert_sound(&store, &leaves(0..6), "retried");

    let mut log = open(&store);
    store.fail_at(2, Failure::NotStored);
    assert!(log.append(&Key::operator(), &[leaf(6)]).is_err());
    store.heal();
    assert_eq!(log.append(&Key::operator(), &[leaf(6)]).unwrap(), 6);
    assert_sound(&store, &leaves(0..7), "retried");
}

#[test]
fn what_an_interrupted_append_left_is_noted_and_does_no_harm() {
    let store = log_of(5);
    let mut log = open(&store);
    store.fail_at(2, Failure::NotStored);
    assert!(log.append(&Key::operator(), &[leaf(5)]).is_err());
    store.heal();
    let report = verify(&store, &[Key::operator().verifier().clone()], ORIGIN).unwrap();
    let noted: Vec<&str> = report.notes.iter().map(|note| note.file.as_str()).collect();
    assert_eq!(noted, ["log/tile/0/000.p/6", "log/tile/entries/000.p/6"]);
    assert_eq!(report.faults, []);
}
