//! A verifier that this project did not write reads the log: Go's `golang.org/x/mod/sumdb`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use blackbox_custody::Archive;
use blackbox_format::{fields::Hex, note::Signer};
use blackbox_log::{Cosigner, Kind, Leaf, Proof, cosigned};
use support::{CUSTODIANS, World};

/// Exit code of the script where Go or its library is not there.
const ABSENT: i32 = 77;
/// Entries when two custodians cosign, and at the end: tiles on two levels, partial ones in both.
const SIZES: [u64; 2] = [620, 700];

/// Appends entries about nothing until the log has `size`.
fn grow(world: &World, size: u64) {
    let store = world.store();
    let mut archive = Archive::open(&store).unwrap();
    let leaf = |number: u64| Leaf {
        kind: Kind::Request,
        time: support::forge::TIME.to_owned(),
        subject: format!("r-{number}"),
        by: "finch".to_owned(),
        document: Hex([7; 32]),
        path: format!("requests/r-{number}/request"),
        bodies: Vec::new(),
    };
    let leaves: Vec<Vec<u8>> =
        (archive.log.size()..size).map(|number| leaf(number).to_bytes().unwrap()).collect();
    archive.log.append(&world.operator(), &leaves).unwrap();
}

fn run(world: &World) -> Output {
    let operator = world.operator().verifier().to_string();
    let cosigners = CUSTODIANS[..2].iter().map(|name| Cosigner::new(&world.identity(name).public().verifier));
    let cosigners = cosigners.map(|cosigner| cosigner.to_string()).collect::<Vec<_>>().join(",");
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/run"))
        .args([Path::new("box"), Path::new(&operator), Path::new(&cosigners), Path::new("proof")])
        .current_dir(world.path(""))
        .output()
        .unwrap()
}

#[test]
fn another_verifier_reads_the_log_and_notices_each_changed_byte() {
    let world = World::people();
    world.init("box", support::ORIGIN);
    grow(&world, SIZES[0]);
    for name in &CUSTODIANS[..2] {
        world.witness(name);
    }
    let kept = cosigned::read(&world.store(), SIZES[0]).unwrap().unwrap();
    grow(&world, SIZES[1]);
    let store = world.store();
    let proof = Proof::of(&Archive::open(&store).unwrap().log, 300, kept).unwrap();
    fs::write(world.path("proof"), proof.to_bytes()).unwrap();

    let output = run(&world);
    if output.status.code() == Some(ABSENT) {
        println!("skipped: golang-go or golang-golang-x-mod-dev is not installed");
        return;
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said.trim(), "700 entries, 2 cosignatures, the proof of entry 300: verified");

    for (file, at) in [
        ("box/log/tile/0/001", 40),
        ("box/log/tile/0/002.p/188", 40),
        ("box/log/tile/1/000.p/2", 40),
        ("box/log/tile/entries/001", 40),
        ("box/log/cosigned/620", 150),
        ("proof", 60),
    ] {
        let path = world.path(file);
        let good = fs::read(&path).unwrap();
        let mut changed = good.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let output = run(&world);
        assert_eq!(output.status.code(), Some(1), "{file}: {output:?}");
        fs::write(&path, good).unwrap();
    }
    assert!(run(&world).status.success(), "nothing but the changed bytes was wrong");
}
