//! Two custodians who were shown different logs, and keys whose state is older than what they signed.

use std::fs;

use crate::support::{
    FAILED, REFUSED, Reply, World, copy_folder,
    history::{OTHER_RARE, RARE},
    key,
};

/// Two copies of one archive that part at entry `at`: in the one alder approved, in the other birch. Birch had
/// cosigned the log at `seen` entries before.
struct Fork {
    one: World,
    two: World,
    /// The request in the second.
    id: String,
    at: u64,
}

impl Fork {
    fn new() -> Fork {
        let one = World::new();
        one.witness("birch");
        let (two, at) = (one.copy(), one.log_size());
        let first = one.request(RARE);
        one.approve("alder", &first).done();
        // So that the second log is longer: nothing of it has the name of a file of the first.
        two.request(RARE);
        let id = two.request(OTHER_RARE);
        two.approve("birch", &id).done();
        Fork { one, two, id, at }
    }

    /// Copies a file of the second archive into the first.
    fn show(&self, file: &str) {
        let to = self.one.path("box").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(self.two.path("box").join(file), to).unwrap();
    }

    /// What is said of the fork by whoever knows that birch saw the log at entry `at` before.
    fn place(&self) -> String {
        let (last, end) = (self.at - 1, self.at + 1);
        format!(
            "entries 0 to {last} agree with what was seen before, and it differs somewhere in entries {} to {end}",
            self.at
        )
    }
}

#[track_caller]
fn finds(audit: &Reply, what: &str) {
    assert_eq!(audit.code, FAILED, "{audit:?}");
    assert!(audit.json["findings"].to_string().contains(what), "\"{what}\": {audit:?}");
}

#[test]
fn anything_of_the_other_log_in_the_archive_stops_both_custodians() {
    let fork = Fork::new();
    let size = fork.two.log_size() - 1;
    let id = &fork.id;
    for file in [
        format!("requests/{id}/approval.birch"),
        format!("requests/{id}/proof.birch.tlog-proof"),
        format!("log/cosigned/{size}"),
    ] {
        let before = fork.one.files();
        fork.show(&file);
        let alder = fork.one.run(&["review", "box", "--key", "alder.key"]);
        alder.fails(FAILED, &fork.place());
        assert!(alder.message().starts_with(&format!("\"{file}\"")), "{alder:?}");
        let cedar = fork.one.approve("cedar", &fork.one.request);
        cedar.fails(FAILED, &fork.place());
        fork.one.run(&["witness", "box", "--key", "alder.key"]).fails(FAILED, &fork.place());
        finds(&fork.one.run(&["audit", "box"]), &fork.place());
        fs::remove_file(fork.one.path("box").join(&file)).unwrap();
        assert_eq!(fork.one.files(), before);
    }
    fork.one.run(&["review", "box", "--key", "alder.key"]).done();
}

#[test]
fn an_audit_with_the_others_checkpoint_places_the_fork() {
    let fork = Fork::new();
    fs::write(fork.one.path("theirs"), fork.two.witness("birch")).unwrap();
    // At the same number of entries as the other, or more: else it would only be longer.
    for word in [RARE, OTHER_RARE] {
        fork.one.request(word);
    }
    let (last, end) = (fork.at - 1, fork.two.log_size() - 1);
    let place = format!(
        "entries 0 to {last} agree with what was seen before, and it differs somewhere in entries {} to {end}",
        fork.at
    );
    finds(&fork.one.run(&["audit", "box", "--checkpoint", "theirs"]), &place);
    fork.one.run(&["review", "box", "--key", "alder.key", "--checkpoint", "theirs"]).fails(FAILED, &place);
}

#[test]
fn an_audit_against_the_other_copy_names_the_first_entry_that_differs() {
    let fork = Fork::new();
    copy_folder(&fork.two.path("box"), &fork.one.path("theirs"));
    let audit = fork.one.run(&["audit", "box", "--against", "theirs"]);
    let (last, at) = (fork.at - 1, fork.at);
    finds(
        &audit,
        &format!("entries 0 to {last} agree with what was seen before, and it differs at entry {at}"),
    );

    // An older copy of the same log is none, and a newer one is worth a word.
    let world = World::new();
    copy_folder(&world.path("box"), &world.path("older"));
    world.request(RARE);
    world.run(&["audit", "box", "--against", "older"]).done();
    let newer = world.run(&["audit", "older", "--against", "box"]).done();
    assert!(newer.json["findings"].to_string().contains("goes on to"), "{newer:?}");
    world.init("other", "example.org/other");
    finds(&world.run(&["audit", "box", "--against", "other"]), "another archive");
}

#[test]
fn a_custodian_is_told_between_which_visits_the_log_was_forked() {
    let world = World::new();
    world.run(&["review", "box", "--key", "alder.key"]).done();
    let (fork, at) = (world.copy(), world.log_size());
    world.request(RARE);
    world.request(OTHER_RARE);
    world.run(&["review", "box", "--key", "alder.key"]).done();
    fork.request(OTHER_RARE);
    fork.request(RARE);
    fork.request(RARE);
    world.replace_archive(&fork);
    let place = format!(
        "entries 0 to {} agree with what was seen before, and it differs somewhere in entries {at} to {}",
        at - 1,
        at + 1
    );
    world.run(&["review", "box", "--key", "alder.key"]).fails(FAILED, &place);
}

#[test]
fn an_old_copy_of_a_state_trusts_no_log_without_a_checkpoint_as_large_as_what_the_key_cosigned() {
    let world = World::new();
    copy_folder(&world.path("alder.key.state"), &world.path("backup"));
    fs::write(world.path("small"), world.run(&["status", "box"]).done().text("checkpoint")).unwrap();
    let id = world.request(RARE);
    world.approve("alder", &id).done();
    fs::write(world.path("large"), world.run(&["status", "box"]).done().text("checkpoint")).unwrap();
    for state in ["backup", "nothing"] {
        let review = |more: &[&str]| {
            world.run(&[&["review", "box", "--key", "alder.key", "--state", state], more].concat())
        };
        review(&[]).fails(REFUSED, "trust this log");
        review(&["--checkpoint", "small"]).fails(REFUSED, "--checkpoint FILE");
        world
            .run(&["witness", "box", "--key", "alder.key", "--state", state])
            .fails(REFUSED, "trust this log");
        review(&["--checkpoint", "large"]).done();
        review(&[]).done();
    }
}

#[test]
fn a_cosignature_of_ones_own_shows_a_log_cut_back_together_with_the_state() {
    let world = World::new();
    let older = world.copy();
    world.request(RARE);
    fs::write(world.path("kept"), world.witness("alder")).unwrap();
    world.replace_archive(&older);
    fs::remove_dir_all(world.path("alder.key.state")).unwrap();
    copy_folder(&older.path("alder.key.state"), &world.path("alder.key.state"));
    world.run(&["review", "box", "--key", "alder.key", "--checkpoint", "kept"]).fails(FAILED, "rolled back");
}

#[test]
fn a_second_process_with_the_same_key_is_refused() {
    let world = World::new();
    let store = world.store();
    let archive = blackbox_custody::Archive::open(&store).unwrap();
    let state = blackbox_custody::state::State::open(&world.path("alder.key.state"), &archive).unwrap();
    for verb in [&["witness", "box"][..], &["review", "box"], &["approve", "box", &world.request]] {
        let reply = world.run(&[verb, &["--key", &key("alder")]].concat());
        reply.fails(crate::support::ERROR, "this key is in use by another process");
    }
    drop(state);
    world.witness("alder");
}
