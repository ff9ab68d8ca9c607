//! The examples of spec/log.md are what this crate reads and writes.

#![allow(clippy::unwrap_used)] // in what tests share

mod support;

use blackbox_format::{merkle, note::Note};
use blackbox_log::{CHECKPOINT, Checkpoint, Cosigner, Leaf, Log, cosign, verify};
use blackbox_store::Store;
use support::{Key, Memory, ORIGIN};

const SPEC: &str = include_str!("../../../spec/log.md");

/// The code block of the specification that begins with `start`.
fn block(start: &str) -> String {
    let at = SPEC.find(&format!("```\n{start}")).unwrap() + 4;
    let end = SPEC[at..].find("```").unwrap();
    SPEC[at..at + end].to_owned()
}

#[test]
fn the_example_is_made_byte_for_byte() {
    let entries = ["blackbox/v1 leaf\nkind: init", "blackbox/v1 leaf\nkind: request"].map(block);
    for entry in &entries {
        assert_eq!(Leaf::parse(entry.as_bytes()).unwrap().to_bytes().unwrap(), entry.as_bytes());
    }
    let (store, operator, witness) = (Memory::default(), Key::operator(), Key::new("thornfield-archive", 4));
    Log::create(&store, ORIGIN, &operator, entries[0].as_bytes()).unwrap();
    let mut log = Log::open(&store, operator.verifier(), ORIGIN).unwrap();
    log.append(&operator, &[entries[1].clone().into_bytes()]).unwrap();
    let mut note = log.checkpoint_note().clone();
    cosign::cosign(&mut note, &witness, 1_620_120_700).unwrap();
    assert_eq!(block(ORIGIN), note.to_string());
    assert!(SPEC.contains(&operator.verifier().to_string()), "{}", operator.verifier());
    let cosigner = Cosigner::new(witness.verifier());
    assert!(SPEC.contains(&cosigner.to_string()), "{cosigner}");

    let note = Note::parse(block(ORIGIN).as_bytes()).unwrap();
    let checkpoint = Checkpoint::open(&note, operator.verifier(), ORIGIN).unwrap();
    assert_eq!(cosigner.verify(&note), Ok(1_620_120_700));
    let hashes = entries.map(|entry| merkle::leaf(entry.as_bytes()));
    assert_eq!((checkpoint.size, checkpoint.root), (2, merkle::root(&hashes)));
    store.replace(CHECKPOINT, &note.to_bytes()).unwrap();
    assert_eq!(store.read("log/tile/0/000.p/2").unwrap(), hashes.concat());
    for hash in hashes {
        assert!(SPEC.contains(&hex::encode(hash)), "{}", hex::encode(hash));
    }
    let faults = verify(&store, &[operator.verifier().clone()], ORIGIN).unwrap().faults;
    // The bodies that the example names are not in the specification.
    assert!(faults.iter().all(|fault| fault.file.starts_with("log/bodies/")), "{faults:?}");
}
