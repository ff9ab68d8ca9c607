//! Distances, spellings and days through the program: from the query as written to what is shown.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{
    DONE, ERROR, REFUSED, World,
    history::{BOTH_MESSAGES, OTHER_RARE, RARE, RARE_MESSAGES},
};

#[test]
fn a_spelling_and_a_distance_find_what_a_word_does() {
    let world = World::new();
    let query = format!("fuzzy({},2) w/30 {OTHER_RARE}", RARE.replace("llw", "lw"));
    let id = world.approved(&query, &["alder", "birch"]);
    let answer = world.query(&id);
    assert_eq!((answer.code, answer.json["hits"].as_array().unwrap().len()), (DONE, BOTH_MESSAGES));
}

#[test]
fn days_of_the_query_narrow_the_months_asked() {
    let world = World::new();
    let asked = world.ask(&format!("{RARE} after:2023-02-01 before:2023-03-01"), &[]).done();
    assert_eq!(asked.json["query"], format!("{RARE} AND after:2023-02-01 AND before:2023-03-01"));
    assert_eq!(asked.json["epochs"], json!(["2023-02"]));
    let id = asked.text("request");
    ["alder", "birch"].iter().for_each(|name| drop(world.approve(name, &id).done()));
    assert_eq!(world.query(&id).json["hits"].as_array().unwrap().len(), RARE_MESSAGES / 3);
    let wide = world.ask(&format!("{RARE} after:2023-02-01"), &["--since", "2023-01-01"]).done();
    assert_eq!(wide.json["epochs"], json!(["2023-01", "2023-02", "2023-03"]));
    world.ask(&format!("{RARE} after:2024-01-01"), &[]).fails(ERROR, "is after the last");
}

#[test]
fn the_rarest_word_finds_where_counts_are_given() {
    let world = World::new();
    let id = world.ask(&format!("{RARE} OR {OTHER_RARE}"), &["--mode", "count"]).done().text("request");
    ["alder", "birch"].iter().for_each(|name| drop(world.approve(name, &id).done()));
    let finder = |more: &[&str]| {
        let asked = world.ask(&format!("{RARE} AND {OTHER_RARE}"), more).done();
        let literals = asked.json["literals"].as_array().unwrap().clone();
        let finds = |one: &&serde_json::Value| one["roles"] == json!(["count", "find"]);
        literals.iter().find(finds).unwrap()["term"].as_str().unwrap().to_owned()
    };
    assert_eq!(finder(&[]), OTHER_RARE, "the longest");
    // An answer as it is, and one in which the other word is the rarer.
    let mut answer = world.query(&id).json;
    std::fs::write(world.path("counts.json"), answer.to_string()).unwrap();
    assert_eq!(finder(&["--counts", "counts.json"]), OTHER_RARE);
    for count in answer["counts"].as_array_mut().unwrap() {
        if count["literal"] == format!("word:{RARE}") {
            count["count"] = json!(1);
        }
    }
    std::fs::write(world.path("counts.json"), answer.to_string()).unwrap();
    assert_eq!(finder(&["--counts", "counts.json"]), RARE);
    world.ask(RARE, &["--counts", "finch.pub"]).fails(ERROR, "it holds no counts");
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_to_write() {
    let world = World::new();
    for (query, hint) in [
        ("loan*", "write forms(loan)"),
        ("a w/5 b w/5 c", "(a w/5 b) AND (b w/5 c)"),
        ("has:poll", "attachment, document, pdf"),
        ("after:2023-01-01", "add what to find"),
    ] {
        let reply = world.ask(query, &[]);
        assert_eq!(reply.code, REFUSED, "{query}");
        assert!(format!("{reply:?}").contains(hint), "{query}: {reply:?}");
    }
}
