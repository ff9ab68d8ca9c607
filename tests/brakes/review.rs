//! What review tells a custodian.

use serde_json::Value;

use super::limits::counted;
use crate::support::{
    World,
    history::{FREQUENT, OTHER_RARE, RARE},
};

fn review(world: &World, id: &str) -> Value {
    world.review("cedar", id).done().json["requests"][0].clone()
}

/// What review prints.
fn printed(world: &World, id: &str) -> String {
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_blackbox"))
        .args(["review", "box", id, "--key", "cedar.key"])
        .current_dir(world.path("."))
        .output()
        .unwrap();
    String::from_utf8(program.stdout).unwrap()
}

#[track_caller]
fn warns(review: &Value, part: &str) {
    let warnings = review["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|one| one.as_str().unwrap().contains(part)), "{part}: {warnings:?}");
}

#[test]
fn an_identical_request_is_called_so_with_what_it_got() {
    let world = World::new();
    let id = world.request(RARE);
    let repeats = review(&world, &id)["repeats"].clone();
    assert_eq!(repeats[0]["request"], world.request.as_str());
    assert_eq!((&repeats[0]["alike"], &repeats[0]["hits"]), (&"identical".into(), &48.into()));
    let decisions: Vec<_> =
        ["alder", "birch", "cedar"].iter().map(|name| format!("approved by {name}")).collect();
    assert_eq!(repeats[0]["decisions"], serde_json::json!(decisions));
    assert!(printed(&world, &id).contains("IDENTICAL: request"), "{}", printed(&world, &id));

    let near = world.request(&format!("{RARE} OR {OTHER_RARE}"));
    let repeats = review(&world, &near)["repeats"].clone();
    assert_eq!(repeats.as_array().unwrap().len(), 3, "one of two literals is half: {repeats}");
    assert!(repeats.as_array().unwrap().iter().all(|one| one["alike"] == "near"));
    let other = world.request("tamtamtam");
    assert_eq!(review(&world, &other)["repeats"], serde_json::json!([]));
}

#[test]
fn a_later_request_is_no_repeat_of_an_earlier_one() {
    let world = World::new();
    let (first, _) = (world.request("tamtamtam"), world.request("tamtamtam"));
    assert_eq!(review(&world, &first)["repeats"], serde_json::json!([]));
}

#[test]
fn a_term_that_was_refused_before_is_named_with_the_reason() {
    let world = World::new();
    let id = world.request(&format!("{OTHER_RARE} AND {RARE}"));
    let refused = review(&world, &id)["refused_before"].clone();
    assert_eq!(refused[0]["custodian"], "alder");
    assert_eq!(refused[0]["reason"], "too broad");
    assert_eq!(refused[0]["literals"], serde_json::json!([format!("word:{OTHER_RARE}")]));
    assert!(printed(&world, &id).contains("too broad"));
    let other = world.request(RARE);
    assert_eq!(review(&world, &other)["refused_before"], serde_json::json!([]));
}

#[test]
fn a_count_request_is_offered_and_gives_the_share() {
    let world = World::new();
    let id = world.request(OTHER_RARE);
    let before = review(&world, &id);
    assert_eq!(before["shares"][0]["unknown"], serde_json::json!([format!("word:{OTHER_RARE}")]));
    warns(&before, "a count request first would say how many");
    let text = printed(&world, &id);
    let line = text.lines().find(|line| line.trim().starts_with("blackbox request")).unwrap();
    let args: Vec<String> =
        line.trim().replace("'FOIA 2000 s.1'", "FOIA").split(' ').skip(1).map(str::to_owned).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let count = world.run(&args).done();
    assert_eq!(count.json["query"], OTHER_RARE);
    assert_eq!(count.json["literals"][0]["roles"], serde_json::json!(["count"]));
    let count = count.text("request");
    ["alder", "birch"].iter().for_each(|name| drop(world.approve(name, &count).done()));
    world.query(&count);
    let after = review(&world, &id);
    assert_eq!(after["shares"][0]["unknown"], serde_json::json!([]));
    assert_eq!(after["shares"][0]["opens_at_most"], 3 * 6, "within % 40 == 7, and 128");
    assert!(!printed(&world, &id).contains("blackbox request"), "nothing is lacking any more");
}

#[test]
fn a_broad_term_and_a_short_one_are_named() {
    let world = World::new();
    counted(&world, FREQUENT);
    let id = world.request(FREQUENT);
    warns(&review(&world, &id), &format!("word:{FREQUENT} is broad: alone it opens up to 120 of the"));
    let short = world.request("zimbab OR zim");
    warns(&review(&world, &short), "word:zim has few letters");
    let many = world.request("one1 OR two2 OR three3 OR four4 OR five5");
    warns(&review(&world, &many), "any of 5 alternatives");
}

#[test]
fn requests_that_together_amount_to_browsing_are_called_so() {
    let world = World::new();
    let id = world.ask(RARE, &["--context", "2"]).done().text("request");
    let first = review(&world, &id);
    assert_eq!(first["shares"][0]["opens_at_most"], 24 * 5);
    warns(&first, "requests add up: with this approval all examiners together could open up to");
    counted(&world, FREQUENT);
    world.approved(FREQUENT, &["alder"]);
    let id = world.ask(OTHER_RARE, &["--context", "1"]).done().text("request");
    let second = review(&world, &id);
    // 24 of the first word and 120 of the frequent one, each with a neighbour on either side now.
    assert_eq!(second["shares_examiner_before"][0]["opens_at_most"], 24 + 120);
    assert_eq!(second["shares_everyone_after"][0]["opens_at_most"], 3 * (24 + 120));
    assert_eq!(
        second["shares_everyone_after"][0]["unknown"],
        serde_json::json!([format!("word:{OTHER_RARE}")])
    );
    warns(&second, "this can amount to browsing: with this approval this examiner could open up to");
    assert!(printed(&world, &id).contains("before this approval; after it, deposit"));
}

#[test]
fn a_drill_opens_no_share_of_a_deposit() {
    let world = World::new();
    let drill = world.run(&["drill", "box", "--key", "finch.key"]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &drill).done();
    }
    world.run(&["drill", "box", &drill, "--key", "finch.key"]).done();
    let before = |review: &Value| -> Vec<Value> {
        let shares = review["shares_everyone_before"].as_array().unwrap().iter();
        shares.map(|share| share["opens_at_most"].clone()).collect()
    };
    let with_drill = review(&world, &world.request(OTHER_RARE));
    let without = World::new();
    let without = review(&without, &without.request(OTHER_RARE));
    assert_eq!(before(&with_drill), before(&without));
}
