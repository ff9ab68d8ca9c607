//! Custody files that belong to another archive, deposit or custodian.

use std::fs;

use blackbox_custody::{Archive, keys::custody_keys, ledger::Ledger, wrap::unwrap};
use blackbox_format::{manifest::custody_path, note::Note};
use blackbox_token::custody::{CustodyError, CustodyKeys};

use crate::support::{FAILED, World, assert_named, history::RARE};

const NOT_THE_ONE: &str = "it is not the custody file that the manifest names";

/// Puts the file `from` (in the world's folder) in the place of alder's custody file of the first
/// deposit, and asserts that alder then neither accepts nor approves.
#[track_caller]
fn assert_planted_file_is_refused(world: &World, from: &str) {
    let id = world.request(RARE);
    let planted = custody_path(&world.deposits[0], "alder");
    fs::copy(world.path(from), world.path("box").join(&planted)).unwrap();
    let reply = world.approve("alder", &id);
    reply.fails(FAILED, NOT_THE_ONE);
    assert_eq!(reply.json["error"]["file"], planted, "{reply:?}");
    assert!(!world.path("box").join(format!("requests/{id}/share.alder.age")).exists());
    assert_named(&world.verify(), &planted);
}

#[test]
fn a_custody_file_of_another_archive_is_refused() {
    let world = World::new();
    world.init("other", "example.org/other");
    let sealed = world.run(&["seal", "other", "first", "--key", "rowan.key"]).done();
    let foreign = format!("other/{}", custody_path(&sealed.text("deposit"), "alder"));
    assert_planted_file_is_refused(&world, &foreign);
}

#[test]
fn a_custody_file_of_another_custodian_is_refused() {
    let world = World::new();
    let foreign = format!("box/{}", custody_path(&world.deposits[0], "birch"));
    assert_planted_file_is_refused(&world, &foreign);
}

#[test]
fn a_custody_file_of_another_deposit_is_refused() {
    let world = World::new();
    let foreign = format!("box/{}", custody_path(&world.deposits[1], "alder"));
    assert_planted_file_is_refused(&world, &foreign);
}

#[test]
fn a_planted_custody_file_is_not_accepted() {
    let world = World::people();
    world.init("box", crate::support::ORIGIN);
    crate::support::history::write_export(&world.path("first"), 1);
    let sealed = world.run(&["seal", "box", "first", "--key", "rowan.key"]).done().text("deposit");
    let (own, birchs) = (custody_path(&sealed, "alder"), custody_path(&sealed, "birch"));
    let root = world.path("box");
    fs::copy(root.join(&birchs), root.join(&own)).unwrap();
    world.run(&["accept", "box", "--key", "alder.key"]).fails(FAILED, &own);
    fs::remove_file(root.join(&own)).unwrap();
    world.run(&["accept", "box", "--key", "alder.key"]).fails(FAILED, &own);
    world.run(&["accept", "box", "--key", "birch.key"]).done();
}

#[test]
fn keys_are_checked_against_what_the_manifest_commits_to() {
    let world = World::new();
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let deposits = ledger.deposits(&archive).unwrap();
    let alder = world.identity("alder");
    let (first, second) = (&deposits[0], &deposits[1]);
    let keys = custody_keys(&archive, &ledger, first, &alder).unwrap();
    assert_eq!(keys.check(&first.document, 0), Ok(()));
    assert_eq!(keys.check(&second.document, 0), Err(CustodyError::Foreign("deposit")));
    assert_eq!(keys.check(&first.document, 1), Err(CustodyError::Foreign("custodian")));

    // A dishonest sealer, who renames the keys of one deposit into another's.
    let renamed = CustodyKeys { deposit: second.document.deposit.clone(), ..keys.clone() };
    assert!(matches!(renamed.check(&second.document, 0), Err(CustodyError::Commitment(_))));
    let fewer = CustodyKeys { keys: keys.keys[1..].to_vec(), ..keys.clone() };
    assert_eq!(fewer.check(&first.document, 0), Err(CustodyError::Keys));
}

#[test]
fn a_custody_file_opens_for_its_custodian_only() {
    let world = World::new();
    let store = world.store();
    for (name, other) in [("alder", "birch"), ("birch", "cedar"), ("cedar", "alder"), ("alder", "finch")] {
        let path = custody_path(&world.deposits[0], name);
        let bytes = blackbox_store::Store::read(&store, &path).unwrap();
        assert!(unwrap(&bytes, &world.identity(other), &path).is_err(), "{other} reads {path}");
        let plain = unwrap(&bytes, &world.identity(name), &path).unwrap();
        let note = Note::parse(&plain).unwrap();
        note.verify(&world.identity("rowan").public().verifier).unwrap();
    }
}
