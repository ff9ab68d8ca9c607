//! Compartments with custodians of their own: tokens of one open nothing of another.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;

use support::{CUSTODIANS, REFUSED, World, history, history::RARE, key};

const POLICY: &str = "
compartments = [\"main\", \"personal\"]
[[compartment]]
name = \"personal\"
threshold = 3
custodians = [\"cedar\", \"alder\", \"birch\"]
";

/// An archive whose personal compartment takes all three of its custodians, in another order.
fn world() -> World {
    world_with(POLICY)
}

fn world_with(policy: &str) -> World {
    let world = World::people();
    fs::write(world.path("policy.toml"), policy).unwrap();
    let mut args = vec!["init", "box", "--origin", support::ORIGIN, "--threshold", "2"];
    args.extend(["--custodian", "alder.pub", "birch.pub", "cedar.pub", "--sealer", "rowan.pub"]);
    args.extend(["--examiner", "finch.pub", "--auditor", "auditor.pub", "--policy", "policy.toml"]);
    world.run(&args).done();
    for (compartment, seed) in [("main", 1), ("personal", 2)] {
        history::write_export(&world.path(compartment), seed);
        let key = key(support::SEALER);
        world.run(&["seal", "box", compartment, "--key", &key, "--compartment", compartment]).done();
    }
    for name in CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    world
}

#[test]
fn a_request_names_its_compartments_and_each_takes_its_own_custodians() {
    let world = world();
    let both = world.ask(RARE, &[]);
    both.fails(REFUSED, "different custodians");
    let ask = |compartment| world.ask(RARE, &["--compartment", compartment]).done().text("request");
    let (main, personal) = (ask("main"), ask("personal"));
    for name in ["alder", "birch"] {
        world.approve(name, &main).done();
        world.approve(name, &personal).done();
    }
    assert_eq!(world.query(&main).done().hits() * 2, history::RARE_MESSAGES);
    world.query(&personal).fails(REFUSED, "2 of the 3 approvals needed");
    world.approve("cedar", &personal).done();
    assert_eq!(world.query(&personal).done().hits() * 2, history::RARE_MESSAGES);
    assert_eq!(world.verify().code, support::DONE);
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!(audit.code, support::DONE, "{audit:?}");
}

#[test]
fn what_was_given_in_a_compartment_that_a_custodian_cannot_read_is_no_warning_in_another() {
    let mut policy = POLICY.replace("threshold = 3", "threshold = 2").replace("\"birch\"", "");
    policy = policy.replace("\"alder\", ", "\"alder\"");
    let world = world_with(&policy);
    let personal = world.ask(RARE, &["--compartment", "personal"]).done().text("request");
    for name in ["alder", "cedar"] {
        world.approve(name, &personal).done();
    }
    world.approve("birch", &personal).fails(REFUSED, "\"birch\" is no custodian of this compartment");
    let main = world.ask(RARE, &["--compartment", "main"]).done().text("request");
    let review = world.review("birch", &main).done();
    assert_eq!(review.json["requests"][0]["together_everyone"], serde_json::json!([]), "{review:?}");
}

#[test]
fn a_compartments_custodians_are_not_changed_past_them() {
    let world = world();
    world.run(&["keygen", "--name", "dunlin", "-o", "dunlin.key"]).done();
    let propose = ["change", "propose", "box", "--reason", "r", "--replace", "cedar=dunlin.pub"];
    world.run(&[&propose[..], &["--key", "alder.key"]].concat()).done();
    let signed = world.run(&["change", "sign", "box", "1", "--key", "birch.key"]).done();
    assert!(signed.text("lacking").contains("compartment \"personal\""), "two of all agree: {signed:?}");
    let signed = world.run(&["change", "sign", "box", "1", "--key", "cedar.key"]).done();
    assert!(signed.json["log_index"].is_number(), "{signed:?}");
}

#[test]
fn a_compartment_that_names_strangers_or_nobody_is_refused() {
    let world = World::people();
    for (policy, what) in [
        (POLICY.replace("\"birch\"", "\"magpie\""), "magpie"),
        (POLICY.replace("\"birch\"", "\"alder\""), "named twice"),
        (POLICY.replace("threshold = 3", "threshold = 4"), "impossible"),
        (POLICY.replace("name = \"personal\"", "name = \"other\""), "\"other\""),
    ] {
        fs::write(world.path("policy.toml"), policy).unwrap();
        let args =
            ["init", "box", "--origin", support::ORIGIN, "--threshold", "2", "--custodian", "alder.pub"];
        let more = ["birch.pub", "cedar.pub", "--sealer", "rowan.pub", "--examiner", "finch.pub"];
        let policy = ["--policy", "policy.toml"];
        world.run(&[&args[..], &more, &policy].concat()).fails(support::ERROR, what);
    }
}
