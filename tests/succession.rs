//! Custody that lasts: custodians checked, replaced and handed over to; examiners and the log's key changed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;

use support::{CUSTODIANS, DONE, FAILED, REFUSED, World, history::RARE, key};

/// A world with keys of some newcomers beside it.
fn world() -> World {
    let world = World::new();
    for name in ["dunlin", "egret"] {
        world.run(&["keygen", "--name", name, "-o", &key(name)]).done();
    }
    world
}

fn propose(world: &World, more: &[&str], by: &str) -> support::Reply {
    let by = key(by);
    let mut args = vec!["change", "propose", "box", "--reason", "A new commissioner", "--key", &by];
    args.extend(more);
    world.run(&args)
}

fn sign(world: &World, number: &str, by: &str) -> support::Reply {
    world.run(&["change", "sign", "box", number, "--key", &key(by)])
}

/// Dunlin in the place of birch, whose key is lost; all keys handed over.
fn succeeded() -> World {
    let world = world();
    let waiting = propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    assert_eq!(waiting.json["pending"], true, "one of two has signed: {waiting:?}");
    sign(&world, "1", "cedar").done();
    for name in ["alder", "cedar"] {
        world.run(&["custody", "hand-over", "box", "--key", &key(name)]).done();
    }
    world.run(&["accept", "box", "--key", "dunlin.key"]).done();
    world
}

#[test]
fn a_successor_answers_with_the_keys_that_others_handed_over_without_the_lost_one() {
    let world = succeeded();
    for quorum in [["alder", "dunlin"], ["dunlin", "cedar"]] {
        let id = world.approved(RARE, &quorum);
        assert_eq!(world.query(&id).done().json["hits"], world.hits, "{quorum:?}");
    }
    assert_eq!(world.verify().code, DONE);
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!(audit.code, DONE, "{audit:?}");
}

#[test]
fn who_left_office_approves_nothing_more_and_what_it_approved_stays() {
    let world = succeeded();
    let id = world.request(RARE);
    let refused = world.approve("birch", &id);
    assert_eq!(refused.code, REFUSED, "{refused:?}");
    assert_eq!(world.query(&world.request).done().json["hits"], world.hits, "approved before the change");
}

#[test]
fn a_successor_is_given_keys_of_deposits_sealed_later_by_the_sealer() {
    let world = succeeded();
    support::history::write_export(&world.path("third"), 3);
    let sealed = world.run(&["seal", "box", "third", "--key", "rowan.key"]).done();
    for name in ["alder", "dunlin", "cedar"] {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    let checked = world.run(&["custody", "check", "box", "--key", "dunlin.key"]).done();
    assert_eq!(checked.json["deposits"].as_array().unwrap().len(), 3);
    assert!(!world.path(&format!("box/deposits/{}/custody/birch.age", sealed.text("deposit"))).exists());
}

#[test]
fn with_one_hand_over_of_two_a_successor_has_not_all_keys() {
    let world = world();
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    world.run(&["custody", "hand-over", "box", "--key", "alder.key"]).done();
    let refused = world.run(&["accept", "box", "--key", "dunlin.key"]);
    refused.fails(REFUSED, "not all keys of deposit");
}

#[test]
fn fewer_custodians_than_must_agree_change_nothing() {
    let world = world();
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    // The same custodian again is no second one.
    let again = sign(&world, "1", "alder").done();
    assert!(again.text("lacking").contains("birch, cedar"), "{again:?}");
    // An operator that logs it all the same.
    fs::copy(world.path("box/changes/1/proposal"), world.path("box/changes/1/note")).unwrap();
    world.run(&["status", "box"]).fails(FAILED, "not signed by enough custodians");
}

#[test]
fn a_change_that_is_taken_away_again_is_missed() {
    let world = succeeded();
    fs::remove_file(world.path("box/changes/1/note")).unwrap();
    world.run(&["status", "box"]).fails(FAILED, "changes/1/note");
    let world = succeeded();
    let path = world.path("box/changes/1/archive.toml");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("context = 2", "context = 1")).unwrap();
    world.run(&["status", "box"]).fails(FAILED, "changes/1/archive.toml");
}

#[test]
fn a_change_touches_nothing_that_is_sealed() {
    let world = world();
    for (policy, what) in [
        ("exceptional = true", "exceptional route"),
        ("context = 3", "context"),
        ("finding_fields = [\"chat\"]", "fields that may find"),
        ("compartments = [\"other\"]", "compartment \"main\""),
        ("common = [\"kingfisher\"]", "common words"),
    ] {
        fs::write(world.path("policy.toml"), policy).unwrap();
        propose(&world, &["--policy", "policy.toml"], "alder").fails(REFUSED, what);
    }
}

#[test]
fn a_name_is_never_another_keys_and_nobody_takes_a_second_number() {
    let world = succeeded();
    fs::create_dir(world.path("later")).unwrap();
    world.run(&["keygen", "--name", "birch", "-o", "later/birch.key"]).done();
    let reply = propose(&world, &["--replace", "cedar=later/birch.pub"], "alder");
    reply.fails(REFUSED, "was another key's before");
    // The birch of old comes back, in another place: it would hold two custodians' keys.
    propose(&world, &["--replace", "cedar=birch.pub"], "alder").fails(REFUSED, "cannot become another");
}

#[test]
fn an_examiner_whose_key_was_stolen_is_put_out_of_office() {
    let world = world();
    let before = world.request(RARE);
    propose(&world, &["--remove-examiner", "finch", "--add-examiner", "egret.pub"], "alder").done();
    sign(&world, "1", "birch").done();
    world.ask(RARE, &[]).fails(REFUSED, "no examiner");
    world.approve("alder", &before).fails(REFUSED, "no longer in office");
    let asked = world.run(&["request", "box", RARE, "--case", "C", "--basis", "B", "--key", "egret.key"]);
    let id = asked.done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    assert_eq!(world.run(&["query", "box", &id, "--key", "egret.key"]).done().json["hits"], world.hits);
}

#[test]
fn a_new_key_of_the_log_takes_over_and_the_old_one_appends_nothing_more() {
    let world = world();
    let proposed = propose(&world, &["--new-operator-key", "next.operator.key"], "alder").done();
    assert_eq!(proposed.json["pending"], true);
    let old = world.copy();
    let signed = world
        .run(&["change", "sign", "box", "1", "--key", "birch.key", "--operator-key", "next.operator.key"])
        .done();
    assert!(signed.json["log_index"].is_number(), "{signed:?}");
    world.ask(RARE, &[]).fails(support::ERROR, "not the key of this archive's log");
    world.ask(RARE, &["--operator-key", "next.operator.key"]).done();
    assert_eq!(world.verify().code, DONE);
    // The old operator goes on with a log of its own: whoever saw the change misses it.
    old.ask(RARE, &[]).done();
    world.replace_archive(&old);
    let forked = world.run(&["review", "box", "--key", "birch.key"]);
    assert_eq!(forked.code, FAILED, "{forked:?}");
}

#[test]
fn a_wrong_key_handed_over_is_refused_and_the_right_ones_of_others_suffice() {
    let world = world();
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    for name in ["alder", "cedar"] {
        world.run(&["custody", "hand-over", "box", "--key", &key(name)]).done();
    }
    let keys = world.path("box/changes/1/keys");
    let of_alder = fs::read_dir(&keys).unwrap().map(|entry| entry.unwrap().path());
    let of_alder: Vec<_> = of_alder.filter(|path| path.to_string_lossy().contains(".alder.")).collect();
    assert_eq!(of_alder.len(), 2);
    fs::write(&of_alder[0], b"something else").unwrap();
    let reply = world.run(&["accept", "box", "--key", "dunlin.key"]);
    reply.fails(FAILED, ".alder.dunlin.age");
    support::assert_named(&world.verify(), ".alder.dunlin.age");
}

#[test]
fn what_if_says_which_deposits_would_be_lost() {
    let world = World::new();
    let fate = |lost: &[&str]| {
        let mut args = vec!["custody", "what-if", "box"];
        lost.iter().for_each(|name| args.extend(["--lost", name]));
        world.run(&args).done().json["lost_deposits"].as_u64().unwrap()
    };
    assert_eq!((fate(&[]), fate(&["alder"]), fate(&["alder", "birch"])), (0, 0, 2));
    world.run(&["custody", "what-if", "box", "--lost", "magpie"]).fails(support::ERROR, "magpie");
}

#[test]
fn a_check_of_custody_is_a_receipt_and_names_what_does_not_open() {
    let world = World::new();
    for name in CUSTODIANS {
        world.run(&["custody", "check", "box", "--key", &key(name)]).done();
    }
    fs::write(world.path(&format!("box/deposits/{}/custody/alder.age", world.deposits[1])), b"x").unwrap();
    let checked = world.run(&["custody", "check", "box", "--key", "alder.key"]);
    assert_eq!(checked.code, FAILED);
    assert_eq!(checked.json["faults"][0]["deposit"], world.deposits[1].as_str());
    assert_eq!(checked.json["deposits"], serde_json::json!([world.deposits[0]]));
}
