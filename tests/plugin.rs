//! People who receive through an age plugin: a hardware token, or a post-quantum key.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{fs, path::PathBuf, process::Command};

use support::{CUSTODIANS, ERROR, FAILED, Reply, World, history, key};

/// The plugin of these tests, which `cargo test` builds as an example.
fn tide() -> PathBuf {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_blackbox"));
    let tide = program.with_file_name("examples").join("age-plugin-tide");
    assert!(tide.is_file(), "build it first: cargo build --example age-plugin-tide");
    tide
}

/// Puts the plugin into PATH, or takes it away.
fn install(world: &World) {
    fs::create_dir_all(world.path("bin")).unwrap();
    fs::copy(tide(), world.path("bin/age-plugin-tide")).unwrap();
}

fn uninstall(world: &World) {
    fs::remove_dir_all(world.path("bin")).unwrap();
}

/// Writes what the plugin says when it makes a key.
fn new_key(world: &World, file: &str, kind: &[&str]) -> String {
    let made = Command::new(tide()).args(kind).output().unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    assert!(text.contains("\nAGE-PLUGIN-TIDE-1"), "{text}");
    fs::write(world.path(file), &text).unwrap();
    text
}

fn keygen(world: &World, name: &str, more: &[&str]) -> Reply {
    let file = key(name);
    world.run(&[&["keygen", "--name", name, "-o", &file, "--plugin-identity", "tide.txt"], more].concat())
}

/// Gives somebody a key of the plugin, in the place of a plain one.
fn receive_through_tide(world: &World, name: &str) {
    new_key(world, "tide.txt", &[]);
    fs::remove_file(world.path(&key(name))).unwrap();
    fs::remove_file(world.path(&format!("{name}.pub"))).unwrap();
    let made = keygen(world, name, &[]).done();
    assert!(made.text("recipient").starts_with("age1tide1"), "{made:?}");
}

#[track_caller]
fn misses_its_plugin(reply: &Reply) {
    reply.fails(ERROR, "the age plugin \"age-plugin-tide\" is not in PATH");
    assert!(reply.json["error"]["hint"].as_str().unwrap().contains("install it"), "{reply:?}");
}

#[test]
fn people_with_a_plugin_take_part_in_the_whole_life_and_are_told_when_it_is_missing() {
    let world = World::people();
    install(&world);
    receive_through_tide(&world, "birch");
    receive_through_tide(&world, "finch");
    uninstall(&world);
    world.init("box", support::ORIGIN);
    history::write_export(&world.path("first"), 1);
    let seal = ["seal", "box", "first", "--key", "rowan.key"];
    misses_its_plugin(&world.run(&seal));
    install(&world);
    world.run(&seal).done();
    for name in CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    let id = world.request(history::RARE);
    let refused = world.request(history::OTHER_RARE);
    world.run(&["refuse", "box", &refused, "--reason", "too broad", "--key", "birch.key"]).done();
    let approved = world.approve("birch", &id).done();
    assert!(approved.stderr.contains("blackbox: plugin: the tide comes in"), "{approved:?}");
    world.approve("alder", &id).done();

    uninstall(&world);
    misses_its_plugin(&world.review("birch", &id));
    misses_its_plugin(&world.query(&id));
    misses_its_plugin(&world.run(&["audit", "box", "--key", "birch.key"]));
    // What is encrypted to a plugin's recipient needs it too, whoever writes it.
    misses_its_plugin(&world.ask(history::RARE, &[]));

    install(&world);
    shares_fail(&world, &id);
    assert_eq!(world.query(&id).done().hits(), history::RARE_MESSAGES / 2);
    for name in ["auditor", "birch"] {
        let audited = world.run(&["audit", "box", "--key", &key(name)]).done();
        assert_eq!(audited.json["ok"], true, "{audited:?}");
    }
}

/// A share that the plugin calls broken is its custodian's doing, and named; a broken token is the
/// examiner's own trouble, and stops the answer without blaming a file.
fn shares_fail(world: &World, id: &str) {
    let blame = world.path("bin/blame");
    fs::write(&blame, "stanza").unwrap();
    let broken = world.query(id);
    broken.fails(FAILED, ".age\": (stanza 0 0) the stanza is broken");
    fs::write(&blame, "token").unwrap();
    let failed = world.query(id);
    failed.fails(ERROR, "an age plugin failed");
    assert!(failed.json["error"]["file"].is_null(), "{failed:?}");
    fs::remove_file(&blame).unwrap();
}

#[test]
fn a_key_of_a_plugin_is_proved_before_anything_is_written() {
    let world = World::people();
    let nothing_written = || {
        assert!(!world.path("wren.key").exists() && !world.path("wren.pub").exists());
    };
    let text = new_key(&world, "tide.txt", &[]);
    misses_its_plugin(&keygen(&world, "wren", &[]));
    nothing_written();
    install(&world);
    new_key(&world, "tide.txt", &["--mixed"]);
    keygen(&world, "wren", &[]).fails(ERROR, "does not open what is encrypted to \"age1tide1");
    nothing_written();

    let recipient = text.lines().find_map(|line| line.strip_prefix("# recipient: ")).unwrap();
    let secret = text.lines().find(|line| line.starts_with("AGE-PLUGIN")).unwrap();
    fs::write(world.path("tide.txt"), format!("# made today\n{secret}\n")).unwrap();
    let bare = keygen(&world, "wren", &[]);
    bare.fails(ERROR, "no comment in it gives the plugin's recipient");
    assert!(bare.json["error"]["hint"].as_str().unwrap().contains("--recipient"), "{bare:?}");
    keygen(&world, "wren", &["--recipient", "age1tide"]).fails(ERROR, "is not an age recipient");
    nothing_written();
    keygen(&world, "wren", &["--recipient", recipient]).done();
    let shown = world.run(&["inspect", "wren.key"]).done();
    assert_eq!(
        (shown.text("recipient").as_str(), shown.text("plugin").as_str()),
        (recipient, "age-plugin-tide")
    );
    assert!(!shown.json.to_string().contains(secret), "{shown:?}");
    fs::write(world.path("tide.txt"), "AGE-SECRET-KEY-1QQQ\n").unwrap();
    keygen(&world, "siskin", &[]).fails(ERROR, "holds no line AGE-PLUGIN-NAME-1");
}

#[test]
fn a_plugin_that_asks_fails_clearly_where_nobody_can_answer() {
    let world = World::people();
    install(&world);
    new_key(&world, "tide.txt", &["--ask"]);
    let asked = keygen(&world, "wren", &[]);
    asked.fails(ERROR, "an age plugin failed: 'age-plugin-tide' couldn't use an identity: nobody said yes");
    assert!(
        asked.stderr.contains("May tide open this?") && asked.stderr.contains("no terminal"),
        "{asked:?}"
    );
    assert!(!world.path("wren.key").exists());
}

#[test]
fn a_token_that_does_not_work_is_no_error_of_the_archive() {
    let world = World::people();
    install(&world);
    receive_through_tide(&world, "auditor");
    world.init("box", support::ORIGIN);
    world.run(&["audit", "box", "--key", "auditor.key"]).done();
    fs::write(world.path("bin/blame"), "token").unwrap();
    world.run(&["audit", "box", "--key", "auditor.key"]).fails(ERROR, "the token is broken");
}
