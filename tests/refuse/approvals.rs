//! Approvals that are too few, repeated, copied or about something else.

use std::fs;

use blackbox_custody::archive::Entry;
use blackbox_log::Kind;

use crate::support::{
    DONE, FAILED, REFUSED, Reply, World, assert_named,
    forge::{self, TIME},
    history::{OTHER_RARE, RARE},
    key,
};

fn assert_too_few(answer: &Reply, given: usize) {
    answer.fails(REFUSED, &format!("{given} of the 2 approvals needed"));
}

#[test]
fn no_approval_opens_nothing() {
    let world = World::new();
    let id = world.request(RARE);
    assert_too_few(&world.query(&id), 0);
}

#[test]
fn one_custodian_short_opens_nothing() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    assert_too_few(&world.query(&id), 1);
}

#[test]
fn one_custodian_approving_twice_counts_once() {
    let world = World::new();
    let id = world.request(RARE);
    let first = world.approve("birch", &id).done();
    let second = world.approve("birch", &id).done();
    assert_eq!(first.json["log_index"], second.json["log_index"], "the second approval is the first");
    assert_too_few(&world.query(&id), 1);
}

#[test]
fn one_approval_logged_twice_counts_once() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    let path = format!("requests/{id}/approval.birch");
    log_approval(&world, (&id, "birch"), &path);
    assert_too_few(&world.query(&id), 1);
    let audit = world.run(&["audit", "box"]);
    assert_eq!(audit.code, FAILED, "{audit:?}");
    assert!(audit.json["findings"].to_string().contains("is there twice"), "{audit:?}");
}

#[test]
fn an_approval_copied_under_another_custodians_name_does_not_count() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    let (from, to) = (format!("requests/{id}/approval.birch"), format!("requests/{id}/approval.cedar"));
    copy_in(&world, &from, &to);
    copy_in(&world, &format!("requests/{id}/share.birch.age"), &format!("requests/{id}/share.cedar.age"));
    assert_too_few(&world.query(&id), 1);
    assert_named(&world.verify(), &format!("requests/{id}/share.cedar.age"));

    log_approval(&world, (&id, "cedar"), &to);
    world.query(&id).fails(FAILED, &to);
    assert_named(&world.verify(), &to);
}

#[test]
fn an_approval_of_another_request_does_not_count() {
    let world = World::new();
    let (other, id) = (world.approved(OTHER_RARE, &["alder"]), world.approved(RARE, &["birch"]));
    let (approval, share) =
        (format!("requests/{id}/approval.alder"), format!("requests/{id}/share.alder.age"));
    copy_in(&world, &format!("requests/{other}/approval.alder"), &approval);
    copy_in(&world, &format!("requests/{other}/share.alder.age"), &share);
    assert_too_few(&world.query(&id), 1);
    assert_named(&world.verify(), &share);

    log_approval(&world, (&id, "alder"), &approval);
    world.query(&id).fails(FAILED, &approval);
    assert_named(&world.verify(), &approval);
}

#[test]
fn a_share_of_another_request_is_not_taken_for_this_ones() {
    let world = World::new();
    let (other, id) = (world.approved(OTHER_RARE, &["alder"]), world.approved(RARE, &["alder", "birch"]));
    let share = format!("requests/{id}/share.alder.age");
    copy_in(&world, &format!("requests/{other}/share.alder.age"), &share);
    world.query(&id).fails(FAILED, &share);
    assert_named(&world.verify(), &share);
}

#[test]
fn a_share_that_its_approval_names_must_still_answer_this_request() {
    let world = World::new();
    let (other, id) = (world.approved(OTHER_RARE, &["alder"]), world.approved(RARE, &["birch"]));
    let bytes = fs::read(world.path("box").join(format!("requests/{other}/share.alder.age"))).unwrap();
    let digest = blackbox_format::fields::Hex(blackbox_format::merkle::sha256(&bytes));
    forge::approve(&world, ("alder", &id), &|_, _| {}, &|approval| approval.share = digest);
    let share = format!("requests/{id}/share.alder.age");
    fs::write(world.path("box").join(&share), bytes).unwrap();
    world.query(&id).fails(FAILED, &share);
}

#[test]
fn an_approval_for_one_deposit_does_not_open_another() {
    let world = World::new();
    let ask = |deposit: &str| world.ask(RARE, &["--deposit", deposit]).done().text("request");
    let (first, second) = (ask(&world.deposits[0]), ask(&world.deposits[1]));
    for name in ["alder", "birch"] {
        world.approve(name, &first).done();
    }
    let answer = world.query(&first).done();
    for hit in answer.json["hits"].as_array().unwrap() {
        assert!(hit["id"].as_str().unwrap().starts_with(&world.deposits[0]), "{hit}");
    }
    let (approval, share) =
        (format!("requests/{second}/approval.alder"), format!("requests/{second}/share.alder.age"));
    copy_in(&world, &format!("requests/{first}/approval.alder"), &approval);
    copy_in(&world, &format!("requests/{first}/share.alder.age"), &share);
    assert_too_few(&world.query(&second), 0);
    log_approval(&world, (&second, "alder"), &approval);
    world.query(&second).fails(FAILED, &approval);
    assert_named(&world.verify(), &approval);
}

#[test]
fn an_approval_of_another_archive_does_not_count() {
    let world = World::new();
    world.init("other", "example.org/other");
    world.run(&["seal", "other", "first", "--key", "rowan.key"]).done();
    let ask = ["request", "other", RARE, "--case", "c", "--basis", "b", "--key", "finch.key"];
    let foreign = world.run(&ask).done().text("request");
    world.run(&["approve", "other", &foreign, "--key", "alder.key"]).done();

    let id = world.approved(RARE, &["birch"]);
    let (approval, share) =
        (format!("requests/{id}/approval.alder"), format!("requests/{id}/share.alder.age"));
    for (from, to) in [("approval.alder", &approval), ("share.alder.age", &share)] {
        let from = world.path("other").join(format!("requests/{foreign}/{from}"));
        fs::copy(from, world.path("box").join(to)).unwrap();
    }
    assert_too_few(&world.query(&id), 1);
    log_approval(&world, (&id, "alder"), &approval);
    world.query(&id).fails(FAILED, &approval);
    assert_named(&world.verify(), &approval);

    world.approve("alder", &foreign).fails(REFUSED, &foreign);
    world.query(&foreign).fails(REFUSED, &foreign);
}

#[test]
fn nobody_but_a_custodian_approves() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    for name in ["finch", "rowan", "auditor", "magpie"] {
        let reply = world.run(&["approve", "box", &id, "--key", &key(name)]);
        reply.fails(REFUSED, &format!("\"{name}\" is no custodian"));
    }
    assert_too_few(&world.query(&id), 1);
}

#[test]
fn a_literal_that_was_not_approved_opens_nothing() {
    let world = World::new();
    let id = world.request(&format!("{RARE} AND {OTHER_RARE}"));
    for name in ["alder", "birch"] {
        let only = ["approve", "box", &id, "--only", &format!("word:{RARE}"), "--key", &key(name)];
        assert_eq!(world.run(&only).done().json["literals"], 1);
    }
    let answer = world.query(&id);
    assert_eq!((answer.code, answer.hits()), (REFUSED, 0), "{answer:?}");
    let unanswered = answer.json["unanswered"].as_array().unwrap();
    assert!(!unanswered.is_empty());
    for part in unanswered {
        assert_eq!(part["literals"], serde_json::json!([format!("word:{OTHER_RARE}")]), "{part}");
    }

    let more = world.approve("alder", &id);
    more.fails(REFUSED, "other literals of it were approved before");
    let stranger = ["approve", "box", &id, "--only", "word:unasked", "--key", "cedar.key"];
    world.run(&stranger).fails(2, "word:unasked");
}

#[test]
fn custodians_who_approve_different_literals_open_nothing_together() {
    let world = World::new();
    let id = world.request(&format!("{RARE} AND {OTHER_RARE}"));
    for (name, word) in [("alder", RARE), ("birch", OTHER_RARE)] {
        let only = ["approve", "box", &id, "--only", &format!("word:{word}"), "--key", &key(name)];
        world.run(&only).done();
    }
    let answer = world.query(&id);
    assert_eq!((answer.code, answer.hits()), (REFUSED, 0), "{answer:?}");
}

#[test]
fn a_share_without_a_logged_approval_is_an_error_of_the_archive() {
    let world = World::new();
    let id = world.request(RARE);
    let share = format!("requests/{id}/share.alder.age");
    copy_in(&world, &format!("requests/{}/share.alder.age", world.request), &share);
    assert_named(&world.verify(), &share);
    let audit = world.run(&["audit", "box"]);
    assert_named(&audit, &share);
}

#[test]
fn an_approval_that_leaves_out_its_digests_is_refused() {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    forge::approve(&world, ("alder", &id), &|_, _| {}, &|approval| approval.digests.clear());
    world.query(&id).fails(FAILED, "alder");
}

#[test]
fn an_approval_after_the_expiry_is_an_error_of_the_audit() {
    let world = World::new();
    let id = world.ask(RARE, &["--expires", "2020-01-01"]).done().text("request");
    forge::approve(&world, ("alder", &id), &|_, _| {}, &|_| {});
    let audit = world.run(&["audit", "box"]);
    assert_named(&audit, &id);
    assert!(audit.json["findings"].to_string().contains("after it had expired"), "{audit:?}");
}

#[test]
fn the_same_archive_with_enough_approvals_opens() {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "cedar"]);
    let answer = world.query(&id);
    assert_eq!(answer.code, DONE, "the refusals above are not for want of something to find");
    assert_eq!(answer.json["hits"], world.hits);
}

/// Copies a file of the archive to another path in it, as whoever stores it can.
fn copy_in(world: &World, from: &str, to: &str) {
    let root = world.path("box");
    fs::create_dir_all(root.join(to).parent().unwrap()).unwrap();
    fs::copy(root.join(from), root.join(to)).unwrap();
}

/// The operator logs the file at `path` as the approval of `id` by `name`.
fn log_approval(world: &World, (id, name): (&str, &str), path: &str) {
    let document = fs::read(world.path("box").join(path)).unwrap();
    let note = blackbox_format::note::Note::parse(&document).unwrap();
    let approval = blackbox_custody::approval::Approval::parse(&note, path).unwrap();
    let store = world.store();
    let archive = blackbox_custody::Archive::open(&store).unwrap();
    // The body of an approval of this archive is there; of another archive's there is none to store.
    let bodies = archive.body(&approval.body).into_iter().collect();
    forge::append(
        world,
        Entry {
            kind: Kind::Approval,
            subject: id,
            by: name,
            path: path.to_owned(),
            document: &document,
            bodies,
            time: TIME,
        },
    );
}
