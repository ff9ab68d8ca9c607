//! Identity files that a passphrase protects.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{fs, io::Write};

use age::{scrypt::Recipient, secrecy::SecretString};
use support::{DONE, ERROR, Reply, World, history, key};

const PASSPHRASE: &str = "seven herons wade at dusk";

/// Protects the key file `file` as `keygen` does, but for a work that a test has no time for.
fn protect(world: &World, file: &str) {
    let text = fs::read(world.path(file)).unwrap();
    let mut recipient = Recipient::new(SecretString::from(PASSPHRASE.to_owned()));
    recipient.set_work_factor(8);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap();
    let mut bytes = Vec::new();
    let mut writer = encryptor.wrap_output(&mut bytes).unwrap();
    writer.write_all(&text).unwrap();
    writer.finish().unwrap();
    fs::write(world.path(file), bytes).unwrap();
}

/// A world in which `files` are protected, with the passphrase in `pass` and a wrong one in `wrong`.
fn protected(files: &[&str]) -> World {
    let world = World::new();
    files.iter().for_each(|file| protect(&world, file));
    fs::write(world.path("pass"), format!("{PASSPHRASE}\nwhatever follows\n")).unwrap();
    fs::write(world.path("wrong"), "seven herons wade at dawn\n").unwrap();
    world
}

#[track_caller]
fn hints_at(reply: &Reply, flag: &str) {
    reply.fails(ERROR, "is protected by a passphrase");
    assert!(
        reply.json["error"]["hint"].as_str().unwrap().contains(&format!("with {flag} FILE")),
        "{reply:?}"
    );
}

const OWN: [&str; 2] = ["--passphrase-file", "pass"];
const OPERATOR: [&str; 2] = ["--operator-passphrase-file", "pass"];

#[test]
fn protected_people_and_a_protected_operator_take_part_in_the_whole_life() {
    let world = protected(&["alder.key", "finch.key", "rowan.key", "auditor.key", "box.operator.key"]);
    let run = |args: &[&str]| world.run(&[args, &OWN, &OPERATOR].concat());
    history::write_export(&world.path("third"), 3);
    run(&["seal", "box", "third", "--key", "rowan.key"]).done();
    run(&["accept", "box", "--key", "alder.key"]).done();
    let asked = world.ask(history::RARE, &[OWN, OPERATOR].concat()).done();
    let id = asked.text("request");
    world.run(&[&["review", "box", &id, "--key", "alder.key"], &OWN[..]].concat()).done();
    run(&["approve", "box", &id, "--key", "alder.key"]).done();
    // A plain key beside a protected operator's.
    world.run(&[&["approve", "box", &id, "--key", "birch.key"], &OPERATOR[..]].concat()).done();
    let answered = run(&["query", "box", &id, "--key", "finch.key"]).done();
    assert_eq!(answered.hits(), history::RARE_MESSAGES / 2 * 3);
    world.run(&[&["audit", "box", "--key", "auditor.key"], &OWN[..]].concat()).done();
}

#[test]
fn without_its_passphrase_a_key_is_of_no_use_and_the_flag_is_named() {
    let world = protected(&["alder.key", "box.operator.key"]);
    hints_at(&world.review("alder", &world.request), "--passphrase-file");
    hints_at(&world.run(&["audit", "box", "--key", "alder.key"]), "--passphrase-file");
    hints_at(&world.ask(history::RARE, &[]), "--operator-passphrase-file");
    let review = ["review", "box", "--key", "alder.key", "--passphrase-file"];
    let wrong = world.run(&[&review[..], &["wrong"]].concat());
    wrong.fails(ERROR, "\"alder.key\": the passphrase is wrong");
    assert!(!format!("{wrong:?}").contains("herons"), "{wrong:?}");
    fs::write(world.path("empty"), "\nsecond line\n").unwrap();
    world.run(&[&review[..], &["empty"]].concat()).fails(ERROR, "holds no passphrase in its first line");
    world.run(&[&review[..], &["missing"]].concat()).fails(ERROR, "\"missing\"");
    assert_eq!(world.run(&[&review[..], &["pass"]].concat()).code, DONE);
    let surplus = world.run(&["review", "box", "--key", "birch.key", "--passphrase-file", "pass"]).done();
    assert!(surplus.stderr.contains("no passphrase protects it"), "{surplus:?}");
}

#[test]
fn a_stolen_examiner_key_without_its_passphrase_opens_nothing() {
    let world = protected(&["finch.key"]);
    hints_at(&world.query(&world.request), "--passphrase-file");
    let query = ["query", "box", &world.request, "--key", "finch.key", "--passphrase-file", "wrong"];
    world.run(&query).fails(ERROR, "the passphrase is wrong");
    // No age file of the archive opens with what the file holds: it is an age file itself, to a passphrase.
    let stolen = fs::read(world.path("finch.key")).unwrap();
    assert!(stolen.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert!(blackbox_custody::Identity::load(&world.path("finch.key")).is_err());
    // A file cut short or changed opens nothing either, with the passphrase.
    for damaged in [stolen[..stolen.len() - 1].to_vec(), [&stolen[..], b"x"].concat()] {
        fs::write(world.path("finch.key"), damaged).unwrap();
        let query = ["query", "box", &world.request, "--key", "finch.key", "--passphrase-file", "pass"];
        world.run(&query).fails(ERROR, "\"finch.key\"");
    }
}

#[test]
fn keygen_and_init_write_no_secret_in_plain() {
    let world = World::people();
    fs::write(world.path("pass"), PASSPHRASE).unwrap();
    let made = world.run(&[&["keygen", "--name", "Wren", "-o", "wren.key"], &OWN[..]].concat()).done();
    assert_eq!(made.json["protected"], true);
    let init =
        ["init", "shed", "--origin", "example.org/shed", "--threshold", "1", "--custodian", "wren.pub"];
    let people = ["--sealer", "rowan.pub", "--examiner", "finch.pub"];
    world.run(&[&init[..], &people, &OPERATOR].concat()).done();
    for file in ["wren.key", "shed.operator.key"] {
        let bytes = fs::read(world.path(file)).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "), "{file}");
        for secret in ["AGE-SECRET-KEY", "signing-key", "blackbox/v1", PASSPHRASE] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{file}: {secret}");
        }
        let shown = world.run(&["inspect", file]).done();
        assert_eq!((shown.text("kind").as_str(), &shown.json["protected"]), ("identity", &true.into()));
        assert_eq!(shown.json["work_factor"], 18, "{shown:?}");
    }
    // The key works: its first use is the log's first contact.
    world.run(&[&["accept", "shed", "--key", "wren.key"], &OWN[..], &OPERATOR].concat()).done();
    let typed = world.run(&["keygen", "--name", "Siskin", "-o", &key("siskin"), "--passphrase"]);
    typed.fails(ERROR, "a passphrase is typed on a terminal");
    assert!(!world.path("siskin.key").exists() && !world.path("siskin.pub").exists());
}
