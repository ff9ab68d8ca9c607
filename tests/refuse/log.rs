//! Logs that were cut back, forked or forgotten.

use std::fs;

use blackbox_custody::archive::Entry;
use blackbox_log::Kind;

use crate::support::{
    FAILED, REFUSED, World,
    forge::{self, TIME},
    history::{OTHER_RARE, RARE},
};

/// Asserts that custodian alder does nothing with this archive, and writes nothing into it.
#[track_caller]
fn assert_alder_refuses(world: &World, id: &str, why: &str) {
    let before = world.files();
    world.review("alder", id).fails(FAILED, why);
    world.run(&["review", "box", "--key", "alder.key"]).fails(FAILED, why);
    world.approve("alder", id).fails(FAILED, why);
    world.run(&["accept", "box", "--key", "alder.key"]).fails(FAILED, why);
    world.run(&["refuse", "box", id, "--reason", "no", "--key", "alder.key"]).fails(FAILED, why);
    assert_eq!(world.files(), before);
}

#[test]
fn a_log_rolled_back_is_refused_by_a_custodian_who_saw_the_newer() {
    let world = World::new();
    let older = world.copy();
    let id = world.request(RARE);
    world.review("alder", &id).done();
    world.replace_archive(&older);
    assert_alder_refuses(&world, &world.request, "the log was rolled back");
}

#[test]
fn a_log_rolled_back_is_refused_by_the_examiner_who_saw_the_newer() {
    let world = World::new();
    let older = world.copy();
    world.request(OTHER_RARE);
    world.replace_archive(&older);
    world.query(&world.request).fails(FAILED, "the log was rolled back");
    world.ask(RARE, &[]).fails(FAILED, "the log was rolled back");
}

#[test]
fn a_log_rolled_back_below_an_approval_is_refused_even_with_the_approval_put_back() {
    let world = World::new();
    let id = world.request(RARE);
    let older = world.copy();
    world.approve("alder", &id).done();
    world.replace_archive(&older);
    assert_alder_refuses(&world, &id, "the log was rolled back");
    world.approve("birch", &id).done();
    world.approve("cedar", &id).done();
    assert_alder_refuses(&world, &id, "the log was forked");
}

#[test]
fn a_fork_of_the_same_size_is_refused() {
    let world = World::new();
    let fork = world.copy();
    let id = world.request(RARE);
    world.review("alder", &id).done();
    let examiner_saw = world.log_size();

    // The operator's own program: another leaf in the same place, under the operator's own signature.
    append_note(&fork, "a note of the operator's");
    assert_eq!(fork.log_size(), examiner_saw);
    world.replace_archive(&fork);
    assert_alder_refuses(&world, &world.request, "the log was forked");
    world.query(&world.request).fails(FAILED, "the log was forked");
}

#[test]
fn a_longer_fork_is_refused() {
    let world = World::new();
    let fork = world.copy();
    let id = world.request(RARE);
    world.review("alder", &id).done();
    let instead = fork.request(OTHER_RARE);
    fork.approve("birch", &instead).done();
    assert!(fork.log_size() > world.log_size());
    world.replace_archive(&fork);
    assert_alder_refuses(&world, &instead, "the log was forked");
    world.query(&world.request).fails(FAILED, "the log was forked");
}

#[test]
fn an_audit_with_a_kept_checkpoint_sees_a_rollback_and_a_fork() {
    let world = World::new();
    let older = world.copy();
    world.request(RARE);
    keep_checkpoint(&world, "kept");
    let audit = ["audit", "box", "--checkpoint", "kept"];
    world.run(&audit).done();
    world.replace_archive(&older);
    let reply = world.run(&audit);
    assert_eq!(reply.code, FAILED, "{reply:?}");
    assert!(reply.json["findings"].to_string().contains("rolled back"), "{reply:?}");
    world
        .run(&["approve", "box", &world.request, "--key", "alder.key", "--checkpoint", "kept"])
        .fails(FAILED, "rolled back");
    append_note(&world, "another");
    let reply = world.run(&audit);
    assert_eq!(reply.code, FAILED, "{reply:?}");
    assert!(reply.json["findings"].to_string().contains("forked"), "{reply:?}");
}

#[test]
fn a_log_under_another_key_is_refused() {
    let world = World::new();
    let other = World::people();
    other.init("box", crate::support::ORIGIN);
    world.replace_archive(&other);
    fs::copy(other.path("box.operator.key"), world.path("box.operator.key")).unwrap();
    let why = "not the archive of that origin that this key has seen before";
    world.run(&["review", "box", "--key", "alder.key"]).fails(FAILED, why);
    world.run(&["accept", "box", "--key", "alder.key"]).fails(FAILED, why);
    world.query(&world.request).fails(FAILED, why);
}

#[test]
fn a_custodian_whose_state_is_lost_trusts_no_log_without_a_checkpoint() {
    let world = World::new();
    let id = world.request(RARE);
    keep_checkpoint(&world, "kept");
    fs::remove_dir_all(world.path("alder.key.state")).unwrap();
    let refused = world.approve("alder", &id);
    refused.fails(REFUSED, "trust this log");
    assert!(refused.stderr.contains("--checkpoint FILE"), "{refused:?}");
    world.review("alder", &id).fails(REFUSED, "--checkpoint FILE");
    world.run(&["accept", "box", "--key", "alder.key"]).fails(REFUSED, "--checkpoint FILE");

    let approve = ["approve", "box", &id, "--key", "alder.key", "--checkpoint", "kept"];
    world.run(&approve).done();
    world.approve("birch", &id).done();
    assert_eq!(world.query(&id).done().json["hits"], world.hits);
}

#[test]
fn a_checkpoint_of_another_log_does_not_replace_a_lost_state() {
    let world = World::new();
    world.init("other", "example.org/other");
    let checkpoint = world.run(&["status", "other"]).done().text("checkpoint");
    fs::write(world.path("kept"), checkpoint).unwrap();
    fs::remove_dir_all(world.path("alder.key.state")).unwrap();
    let approve = ["approve", "box", &world.request, "--key", "alder.key", "--checkpoint", "kept"];
    world.run(&approve).fails(FAILED, "kept");
}

#[test]
fn an_approval_of_a_log_that_this_one_does_not_extend_does_not_count() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    let other_root = blackbox_format::fields::Hex([9; 32]);
    forge::approve(&world, ("alder", &id), &|_, _| {}, &|approval| approval.log_root = other_root);
    world.query(&id).fails(FAILED, "the log was forked");
    let audit = world.run(&["audit", "box"]);
    assert_eq!(audit.code, FAILED, "{audit:?}");
}

fn keep_checkpoint(world: &World, file: &str) {
    let checkpoint = world.run(&["status", "box"]).done().text("checkpoint");
    fs::write(world.path(file), checkpoint).unwrap();
}

/// The operator logs a document of its own.
fn append_note(world: &World, text: &str) {
    let entry = Entry {
        kind: Kind::Refusal,
        subject: &world.request,
        by: "birch",
        path: format!("requests/{}/refusal.birch", world.request),
        document: text.as_bytes(),
        bodies: Vec::new(),
        time: TIME,
    };
    forge::append(world, entry);
}
