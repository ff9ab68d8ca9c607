//! What happens, and does not happen, without the operator's key.

use std::fs;

use crate::support::{ERROR, World, history::RARE};

/// Asserts that every verb that appends fails, and that nothing of the archive changes.
#[track_caller]
fn assert_nothing_appends(world: &World, more: &[&str], why: &str) {
    let id = &world.request;
    let before = world.files();
    let verbs: [&[&str]; 5] = [
        &["seal", "box", "first", "--key", "rowan.key"],
        &["accept", "box", "--key", "alder.key"],
        &["request", "box", RARE, "--case", "c", "--basis", "b", "--key", "finch.key"],
        &["refuse", "box", id, "--reason", "no", "--key", "alder.key"],
        &["query", "box", id, "--key", "finch.key"],
    ];
    for verb in verbs {
        let reply = world.run(&[verb, more].concat());
        reply.fails(ERROR, why);
        assert_eq!(world.files(), before, "{} wrote something", verb[0]);
    }
}

#[test]
fn without_the_operators_key_nothing_is_written() {
    let world = World::new();
    fs::remove_file(world.path("box.operator.key")).unwrap();
    assert_nothing_appends(&world, &[], "box.operator.key");
}

#[test]
fn with_another_operators_key_nothing_is_written() {
    let world = World::new();
    world.init("other", "example.org/other");
    assert_nothing_appends(
        &world,
        &["--operator-key", "other.operator.key"],
        "is not the key of this archive's log",
    );
    assert_nothing_appends(&world, &["--operator-key", "alder.key"], "is not the key of this archive's log");
}

#[test]
fn an_approval_without_the_operators_key_hands_nothing_over_until_it_is_logged() {
    let world = World::new();
    let id = world.request(RARE);
    world.approve("birch", &id).done();
    let (key, away) = (world.path("box.operator.key"), world.path("away.key"));
    fs::rename(&key, &away).unwrap();
    let share = world.path("box").join(format!("requests/{id}/share.alder.age"));
    for _ in 0..2 {
        let pending = world.approve("alder", &id).done();
        assert!(pending.json["log_index"].is_null() && pending.json["pending"] == true, "{pending:?}");
        assert!(!share.exists(), "handed over before it was logged");
    }
    let approval = fs::read(world.path("box").join(format!("requests/{id}/approval.alder"))).unwrap();
    let kept = kept_share(&world, &id);

    fs::rename(&away, &key).unwrap();
    world.query(&id).fails(crate::support::REFUSED, "1 of the 2 approvals needed");
    let done = world.approve("alder", &id).done();
    assert!(done.json["log_index"].is_u64(), "{done:?}");
    assert_eq!(fs::read(&share).unwrap(), kept, "the very file that the approval names");
    assert_eq!(fs::read(world.path("box").join(format!("requests/{id}/approval.alder"))).unwrap(), approval);
    let again = world.approve("alder", &id).done();
    assert_eq!(again.json["log_index"], done.json["log_index"]);
    assert_eq!(fs::read(&share).unwrap(), kept);
    assert_eq!(world.query(&id).done().json["hits"], world.hits);
    world.verify().done();
}

#[test]
fn an_interrupted_hand_over_is_finished_with_the_same_file() {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch"]);
    let share = world.path("box").join(format!("requests/{id}/share.alder.age"));
    let bytes = fs::read(&share).unwrap();
    fs::remove_file(&share).unwrap();
    world.approve("alder", &id).done();
    assert_eq!(fs::read(&share).unwrap(), bytes);
    assert_eq!(world.query(&id).done().json["hits"], world.hits);
}

#[test]
fn a_share_is_never_replaced_by_another() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    let path = format!("requests/{id}/share.alder.age");
    fs::write(world.path("box").join(&path), "planted").unwrap();
    world.approve("alder", &id).fails(crate::support::FAILED, &path);
    assert_eq!(fs::read(world.path("box").join(&path)).unwrap(), b"planted");
}

/// The share that alder keeps for request `id`.
fn kept_share(world: &World, id: &str) -> Vec<u8> {
    let state = world.path("alder.key.state");
    let mut folders = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path());
    let released = folders.find(|path| path.to_string_lossy().ends_with(".released")).unwrap();
    fs::read(released.join(format!("{id}.share"))).unwrap()
}
