//! Custody that lasts: custodians checked, replaced and handed over to; examiners and the log's key changed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;

use blackbox_custody::{approve::OpenRequest, archive::Entry};
use blackbox_format::note::Note;
use blackbox_log::{Checkpoint, Kind};
use blackbox_token::{Secret, ask::Answers};
use support::{
    CUSTODIANS, DONE, FAILED, REFUSED, World,
    forge::{self, ForgedRequest},
    history::{OTHER_RARE, RARE},
    key,
};

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

/// The operator's key is away while `name` approves request `id`.
fn pending(world: &World, (name, id): (&str, &str)) {
    let (key, away) = (world.path("box.operator.key"), world.path("away.key"));
    fs::rename(&key, &away).unwrap();
    assert_eq!(world.approve(name, id).done().json["pending"], true);
    fs::rename(&away, &key).unwrap();
}

#[test]
fn an_approval_that_a_change_overtook_is_not_logged_and_stops_nothing() {
    let world = world();
    let id = world.request(RARE);
    pending(&world, ("alder", &id));
    fs::write(world.path("policy.toml"), "cosignatures = 3\n").unwrap();
    propose(&world, &["--policy", "policy.toml"], "alder").done();
    sign(&world, "1", "birch").done();
    let size = world.log_size();
    world.approve("alder", &id).fails(REFUSED, "overtook");
    assert_eq!(world.log_size(), size, "nothing that does not count is logged");
    world.review("birch", &id).done();
}

#[test]
fn a_share_that_waited_is_not_handed_to_an_examiner_who_left_office() {
    let world = world();
    let id = world.request(RARE);
    pending(&world, ("alder", &id));
    propose(&world, &["--remove-examiner", "finch", "--add-examiner", "egret.pub"], "alder").done();
    sign(&world, "1", "birch").done();
    let share = world.path(&format!("box/requests/{id}/share.alder.age"));
    world.approve("alder", &id).fails(REFUSED, "no longer in office");
    assert!(!share.exists());
}

/// A modified custodian's program answers with other bytes.
fn lie(_: &OpenRequest, answers: &mut Answers) {
    for token in answers.items.values_mut().flatten() {
        *token = Secret::new(token.expose().map(|byte| !byte));
    }
}

#[test]
fn who_lied_is_named_and_not_who_came_into_its_place() {
    let world = world();
    let id = world.approved(RARE, &["alder", "cedar"]);
    forge::approve(&world, ("birch", &id), &lie, &|_| {});
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    let disagreements = world.query(&id).done().json["disagreements"].to_string();
    assert!(disagreements.contains("birch") && !disagreements.contains("dunlin"), "{disagreements}");
    let compared = world.run(&["arbiter", "compare", "box", &id]).json["compared"].to_string();
    assert!(compared.contains("birch") && !compared.contains("dunlin"), "{compared}");
}

#[test]
fn evidence_counts_though_who_lied_was_replaced() {
    let world = world();
    let id = world.approved("hippocampus", &["alder", "cedar"]);
    forge::approve(&world, ("birch", &id), &lie, &|_| {});
    let open = ["arbiter", "open", "box", &id, "--key", "finch.key", "--subset", "0,1", "-o", "dispute"];
    world.run(&open).done();
    world.run(&["arbiter", "show", "box", "dispute", "--key", "alder.key", "-o", "evidence"]).done();
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    let reply = world.run(&["query", "box", &id, "--key", "finch.key", "--evidence", "evidence"]);
    assert_eq!(reply.code, 1, "{reply:?}");
}

#[test]
fn a_policy_changed_later_makes_no_wrong_of_what_was_asked_before() {
    let world = world();
    let id = world.ask(RARE, &["--context", "2"]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    let waiting = world.ask(RARE, &["--context", "2"]).done().text("request");
    fs::write(world.path("policy.toml"), "context = 1\n").unwrap();
    propose(&world, &["--policy", "policy.toml"], "alder").done();
    sign(&world, "1", "birch").done();
    assert_eq!(world.query(&id).done().hits(), support::history::RARE_MESSAGES);
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!(audit.code, DONE, "{audit:?}");
    world.approve("alder", &waiting).fails(REFUSED, "a context of at most 1");
}

#[test]
fn a_request_that_a_custodian_cannot_open_stops_no_review_of_others() {
    let world = world();
    let forged =
        ForgedRequest { request: &|request| request.context = 3, ..ForgedRequest::default() }.log(&world);
    let id = world.request(RARE);
    let all = world.run(&["review", "box", "--key", "alder.key"]).done();
    let shown: Vec<_> = all.json["requests"].as_array().unwrap().iter().map(|one| &one["request"]).collect();
    assert_eq!(shown, [&id], "{all:?}");
    assert!(all.stderr.contains(&forged), "{all:?}");
    world.review("alder", &forged).fails(REFUSED, "context");
}

#[test]
fn a_change_says_whose_office_changes_though_every_line_was_there_before() {
    let world = world();
    let proposed = propose(&world, &["--add-examiner", "auditor.pub"], "alder").done();
    let lines = proposed.json["lines"].to_string();
    assert!(lines.contains("examiner") && lines.contains("auditor"), "{lines}");
}

#[test]
fn a_custodian_and_its_successor_refuse_once() {
    let world = world();
    let id = world.request(RARE);
    let refuse = |key: &str| world.run(&["refuse", "box", &id, "--reason", "no", "--key", key]).done();
    refuse("birch.key");
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    refuse("dunlin.key");
    world.run(&["release", "box", &id, "--key", "finch.key"]).fails(REFUSED, "not closed");
}

/// Custodian `name` says that it saw another log when it approved `id`: nothing of it is logged.
fn claim_a_fork(world: &World, (name, id): (&str, &str)) {
    let path = world.path(&format!("box/requests/{}/approval.{name}", world.request));
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("\n\n").next().unwrap();
    let bogus = format!("log-root: {}", "ab".repeat(32));
    let lines: Vec<&str> =
        text.lines().map(|line| if line.starts_with("log-root") { bogus.as_str() } else { line }).collect();
    let note = Note::sign(lines.join("\n") + "\n", &world.identity(name)).to_bytes();
    fs::write(world.path(&format!("box/requests/{id}/approval.{name}")), note).unwrap();
}

#[test]
fn what_a_replaced_custodian_signs_later_stops_nobody() {
    let world = world();
    propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    sign(&world, "1", "cedar").done();
    let id = world.request(RARE);
    claim_a_fork(&world, ("birch", &id));
    world.approve("alder", &id).done();
}

#[test]
fn a_custodian_who_claims_a_fork_cannot_keep_the_others_from_replacing_it() {
    let world = world();
    let id = world.request(RARE);
    claim_a_fork(&world, ("birch", &id));
    world.approve("alder", &id).fails(FAILED, "approval.birch");
    let proposed = propose(&world, &["--replace", "birch=dunlin.pub"], "alder").done();
    assert!(proposed.stderr.contains("approval.birch"), "{proposed:?}");
    sign(&world, "1", "cedar").done();
    world.approve("alder", &id).done();
}

#[test]
fn what_a_replaced_key_of_the_log_signs_later_stops_nobody() {
    let world = world();
    propose(&world, &["--new-operator-key", "next.operator.key"], "alder").done();
    let next = ["--operator-key", "next.operator.key"];
    world.run(&["change", "sign", "box", "1", "--key", "birch.key", next[0], next[1]]).done();
    let checkpoint = Checkpoint { origin: support::ORIGIN.to_owned(), size: 1000, root: [7; 32] };
    let note = Note::sign(checkpoint.to_string(), &world.operator()).to_bytes();
    fs::create_dir_all(world.path("box/log/cosigned")).unwrap();
    fs::write(world.path("box/log/cosigned/1000"), note).unwrap();
    world.run(&["review", "box", "--key", "alder.key"]).done();
}

#[test]
fn no_key_is_handed_to_a_newcomer_who_left_office_again() {
    let world = world();
    for (number, pair) in [("1", "birch=dunlin.pub"), ("2", "dunlin=egret.pub")] {
        propose(&world, &["--replace", pair], "alder").done();
        sign(&world, number, "cedar").done();
    }
    let give = |change| world.run(&["custody", "hand-over", "box", "--key", "alder.key", "--change", change]);
    give("1").fails(REFUSED, "nothing that a newcomer");
    give("2").done();
}

#[test]
fn an_approval_that_nobody_signed_is_none_in_status() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    let path = format!("requests/{id}/approval.birch");
    let entry = Entry {
        kind: Kind::Approval,
        subject: &id,
        by: "birch",
        path,
        document: b"nothing",
        bodies: Vec::new(),
        time: forge::TIME,
    };
    forge::append(&world, entry);
    let status = world.run(&["status", "box"]).done().json["advice"].to_string();
    assert!(status.contains(&format!("request {id} waits for 1 more")), "{status}");
}

#[test]
fn a_newcomer_reviews_what_was_asked_since_though_earlier_requests_are_closed_to_it() {
    let world = succeeded();
    let since = world.request(OTHER_RARE);
    let reply = world.run(&["review", "box", "--key", "dunlin.key"]).done();
    let listed =
        reply.json["requests"].as_array().unwrap().iter().map(|one| one["request"].as_str().unwrap());
    assert_eq!(listed.collect::<Vec<_>>(), [since], "{reply:?}");
    world.run(&["review", "box", &world.request, "--key", "dunlin.key"]).fails(REFUSED, "it is not for");
}

#[test]
fn what_is_signed_is_what_was_looked_at() {
    let world = world();
    assert_eq!(world.run(&["change", "show", "box"]).code, 1, "none waits");
    propose(&world, &["--add-auditor", "egret.pub", "--add-witness", "dunlin.pub"], "alder").done();
    let shown = world.run(&["change", "show", "box"]).done();
    let lines = shown.json["lines"].to_string();
    assert!(lines.contains("egret") && lines.contains("dunlin"), "{lines}");
    let by_birch = ["change", "sign", "box", "1", "--key", "birch.key", "--configuration"];
    let other = "0".repeat(64);
    world.run(&[&by_birch[..], &[&other]].concat()).fails(REFUSED, "it brings the configuration");
    world.run(&[&by_birch[..], &[&shown.text("configuration")]].concat()).done();
    // The new witness cosigns at once, and no longer once it is taken away.
    world.run(&["witness", "box", "--key", "dunlin.key"]).done();
    propose(&world, &["--remove-witness", "dunlin"], "alder").done();
    sign(&world, "2", "birch").done();
    world.run(&["witness", "box", "--key", "dunlin.key"]).fails(REFUSED, "neither a custodian nor a witness");
    assert_eq!(world.verify().code, DONE);
}
