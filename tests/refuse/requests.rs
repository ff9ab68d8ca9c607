//! Requests that must not be made, not be approved, or not be answered.

use std::fs;

use blackbox_format::term::{Field, Literal};
use blackbox_query::plan::{Claim, Mode, Role, Roles};

use crate::support::{
    FAILED, REFUSED, World, assert_named, copy_folder,
    forge::ForgedRequest,
    history::{FREQUENT, OTHER_RARE, PEOPLE, RARE},
};

/// Asserts that neither `review` nor `approve` acts on a request, and why.
#[track_caller]
fn assert_refused(world: &World, id: &str, code: i32, why: &str) {
    world.review("alder", id).fails(code, why);
    world.approve("alder", id).fails(code, why);
    let request = world.path("box").join("requests").join(id);
    assert!(!request.join("share.alder.age").exists() && !request.join("approval.alder").exists());
}

#[track_caller]
fn assert_claim_refused(query: &str, claim: &dyn Fn(&mut Claim), why: &str) {
    let world = World::new();
    let id = ForgedRequest { query, claim, ..ForgedRequest::default() }.log(&world);
    assert_refused(&world, &id, REFUSED, why);
}

fn word(word: &str) -> Literal {
    Literal::new(Field::Word, word)
}

#[test]
fn browsing_is_refused() {
    let world = World::new();
    let sender = format!("from:\"{}\"", PEOPLE[0]);
    let queries = [
        "*",
        "word:*",
        "quill*",
        "quillw?rt",
        "quillwort~",
        "%wort",
        "",
        "   ",
        "()",
        "NOT quillwort",
        "NOT (quillwort OR bramblegate)",
        sender.as_str(),
        "from:*",
        "chat:\"Quay rebuild\"",
        "type:text",
        "from:\"Orla Fenwick\" AND chat:\"Quay rebuild\"",
        "from:\"Orla Fenwick\" OR quillwort",
        "quillwort OR NOT bramblegate",
    ];
    let before = world.files();
    for query in queries {
        let reply = world.ask(query, &[]);
        reply.fails(REFUSED, "refusing to ask this");
        assert!(reply.json["error"]["hint"].is_string(), "{query}: {reply:?}");
    }
    assert_eq!(world.files(), before, "a refused request leaves no trace");
}

#[test]
fn common_words_alone_are_refused() {
    let world = World::new();
    for query in ["the", "the AND and", "the AND from:\"Orla Fenwick\"", "\"of the\"", "the OR quillwort"] {
        world.ask(query, &[]).fails(REFUSED, "common");
    }
}

#[test]
fn a_word_too_frequent_to_find_by_opens_nothing_however_many_approve() {
    let world = World::new();
    for query in [FREQUENT.to_owned(), format!("{FREQUENT} AND from:\"{}\"", PEOPLE[0])] {
        let id = world.approved(&query, &["alder", "birch", "cedar"]);
        let answer = world.query(&id);
        assert_eq!((answer.code, answer.hits()), (REFUSED, 0), "{answer:?}");
        let unanswered = answer.json["unanswered"].as_array().unwrap();
        assert_eq!(unanswered.len(), 3, "one a month: {unanswered:?}");
        for part in unanswered {
            assert_eq!(part["literals"], serde_json::json!([format!("word:{FREQUENT}")]));
            assert_eq!(part["count"], 80, "40 messages a month and deposit hold it: {part}");
            assert!(part["reason"].as_str().unwrap().contains("too common"), "{part}");
        }
    }
}

#[test]
fn an_expired_request_is_not_approved() {
    let world = World::new();
    let id = world.ask(RARE, &["--expires", "2020-01-01"]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).fails(REFUSED, "it expired on 2020-01-01");
    }
    world.query(&id).fails(REFUSED, "0 of the 2 approvals");
}

#[test]
fn a_request_without_any_month_to_answer_is_refused() {
    let world = World::new();
    let why = "no deposit that it asks covers any month that it asks";
    world.ask(RARE, &["--since", "2030-01-01", "--until", "2030-12-31"]).fails(REFUSED, why);
    let later = |request: &mut blackbox_custody::request::Request| {
        (request.since, request.until) = ("2030-01-01".to_owned(), "2030-12-31".to_owned());
    };
    let id = ForgedRequest { request: &later, ..ForgedRequest::default() }.log(&world);
    world.approve("alder", &id).fails(REFUSED, why);
    assert!(!world.path("box").join(format!("requests/{id}/approval.alder")).exists());
}

#[test]
fn an_unknown_examiner_asks_nothing() {
    let world = World::new();
    let before = world.files();
    for name in ["magpie", "alder", "rowan", "auditor"] {
        let file = format!("{name}.key");
        let args = ["request", "box", RARE, "--case", "c", "--basis", "b", "--key", &file];
        world.run(&args).fails(REFUSED, &format!("\"{name}\" is no examiner"));
    }
    assert_eq!(world.files(), before);
}

#[test]
fn a_strangers_request_that_the_operator_logged_is_not_acted_on() {
    let world = World::new();
    let id = ForgedRequest { signer: "magpie", by: "magpie", ..ForgedRequest::default() }.log(&world);
    assert_refused(&world, &id, FAILED, "\"magpie\" is no examiner");
    let path = format!("requests/{id}/request");
    world.query(&id).fails(FAILED, &path);
    assert_named(&world.verify(), &path);
    assert_named(&world.run(&["audit", "box"]), &path);
}

#[test]
fn a_strangers_request_in_the_examiners_name_is_not_acted_on() {
    let world = World::new();
    let id = ForgedRequest { signer: "magpie", ..ForgedRequest::default() }.log(&world);
    let path = format!("requests/{id}/request");
    assert_refused(&world, &id, FAILED, &path);
    assert_named(&world.verify(), &path);
}

#[test]
fn a_stranger_with_the_examiners_name_asks_nothing() {
    let world = World::new();
    world.run(&["keygen", "--name", "finch", "-o", "twin.key"]).done();
    let args = ["request", "box", RARE, "--case", "c", "--basis", "b", "--key", "twin.key"];
    world.run(&args).fails(REFUSED, "\"finch\" is no examiner");
}

#[test]
fn nobody_but_the_examiner_who_asked_reads_the_answer() {
    let world = World::new();
    for name in ["alder", "auditor", "rowan", "magpie"] {
        let reply = world.run(&["query", "box", &world.request, "--key", &format!("{name}.key")]);
        assert_eq!((reply.code, reply.hits()), (REFUSED, 0), "{reply:?}");
    }
}

#[test]
fn a_request_that_is_not_in_the_log_is_not_acted_on() {
    let world = World::new();
    let elsewhere = world.copy();
    let id = elsewhere.approved(RARE, &["alder", "birch"]);
    for folder in [format!("requests/{id}"), "log/bodies".to_owned()] {
        copy_folder(&elsewhere.path("box").join(&folder), &world.path("box").join(&folder));
    }
    // The approvals in it tell that the operator signed a longer log; without them it is a request of nowhere.
    world.review("cedar", &id).fails(FAILED, "the log was rolled back");
    for name in ["alder", "birch"] {
        let folder = world.path("box").join(format!("requests/{id}"));
        fs::remove_file(folder.join(format!("proof.{name}.tlog-proof"))).unwrap();
        fs::remove_file(folder.join(format!("approval.{name}"))).unwrap();
    }
    let why = format!("refusing to act on request \"{id}\": it is not in the log");
    world.review("cedar", &id).fails(REFUSED, &why);
    world.approve("cedar", &id).fails(REFUSED, &why);
    world.query(&id).fails(REFUSED, &why);
    assert!(!world.path("box").join(format!("requests/{id}/share.cedar.age")).exists());
    assert_named(&world.verify(), &format!("requests/{id}/share.alder.age"));
    let noted = format!("\\\"requests/{id}/request\\\": nothing in the log names this file");
    assert!(world.verify().json["findings"].to_string().contains(&noted));
}

#[test]
fn a_literal_beyond_the_query_is_refused() {
    let roles = [Roles::COUNT, Roles::FIND, Roles::TEST, Roles::OPEN, Roles::ALL];
    for roles in roles {
        let claim = |claim: &mut Claim| claim.literals.push((word(OTHER_RARE), roles));
        assert_claim_refused(RARE, &claim, &format!("word:{OTHER_RARE} is claimed for"));
    }
}

#[test]
fn a_role_beyond_the_query_is_refused() {
    let query = format!("{RARE} AND {OTHER_RARE}");
    for number in [0, 1] {
        for role in Role::ALL {
            let has = |claim: &Claim| claim.literals[number].1.has(role);
            let honest = claim_of(&query);
            if has(&honest) {
                continue;
            }
            let literal = honest.literals[number].0.to_string();
            let claim =
                |claim: &mut Claim| claim.literals[number].1 = claim.literals[number].1.with(role.into());
            assert_claim_refused(&query, &claim, &format!("{literal} is claimed for {role}"));
        }
    }
}

#[test]
fn another_finder_than_the_query_allows_is_refused() {
    let query = format!("{RARE} AND from:\"{}\"", PEOPLE[0]);
    let swap = |claim: &mut Claim| {
        let choice = &mut claim.choices[0];
        std::mem::swap(&mut choice.find, &mut choice.open);
        for (_, roles) in &mut claim.literals {
            *roles = if *roles == Roles::OPEN { Roles::FIND } else { Roles::OPEN };
        }
    };
    assert_claim_refused(&query, &swap, "which may not find");

    let roles_only = |claim: &mut Claim| {
        for (_, roles) in &mut claim.literals {
            *roles = if *roles == Roles::OPEN { Roles::FIND } else { Roles::OPEN };
        }
    };
    assert_claim_refused(&format!("{RARE} AND {OTHER_RARE}"), &roles_only, "is claimed for");
}

#[test]
fn a_forged_request_to_browse_is_refused() {
    let from = Literal::new(Field::From, PEOPLE[0]);
    for query in ["*", "from:\"Orla Fenwick\"", "the", "NOT quillwort"] {
        let claim = |claim: &mut Claim| {
            claim.query = query.to_owned();
            claim.literals = vec![(from.clone(), Roles::ALL)];
        };
        assert_claim_refused(RARE, &claim, "its literals do not implement its query");
    }
}

#[test]
fn a_request_whose_two_parts_differ_is_refused() {
    let world = World::new();
    let count = ForgedRequest { request: &|request| request.mode = Mode::Count, ..ForgedRequest::default() };
    assert_refused(&world, &count.log(&world), REFUSED, "another mode");
    let context = ForgedRequest { request: &|request| request.context = 3, ..ForgedRequest::default() };
    assert_refused(&world, &context.log(&world), REFUSED, "policy allows a context of at most 2");
    let compartment = ForgedRequest {
        request: &|request| request.compartments = vec!["private".to_owned()],
        ..ForgedRequest::default()
    };
    assert_refused(&world, &compartment.log(&world), REFUSED, "compartments");
    let deposit = ForgedRequest {
        request: &|request| request.deposits.push("20200101-00000000".to_owned()),
        ..ForgedRequest::default()
    };
    assert_refused(&world, &deposit.log(&world), REFUSED, "20200101-00000000");
}

#[test]
fn a_request_of_another_archive_is_not_acted_on() {
    let world = World::new();
    let forged = ForgedRequest {
        request: &|request| request.origin = "example.org/other".to_owned(),
        ..ForgedRequest::default()
    };
    let id = forged.log(&world);
    assert_refused(&world, &id, FAILED, &format!("requests/{id}/request"));
}

#[test]
fn a_body_other_than_the_one_committed_to_is_not_acted_on() {
    let world = World::new();
    let (other, ..) = ForgedRequest { query: OTHER_RARE, ..ForgedRequest::default() }.make(&world);
    let swapped = ForgedRequest {
        request: &|request| request.commitment = other.commitment,
        ..ForgedRequest::default()
    };
    let id = swapped.log(&world);
    assert_refused(&world, &id, FAILED, "log/bodies/");
}

#[test]
fn a_deposit_that_was_removed_is_missed() {
    for deposit in [0, 1] {
        let world = World::new();
        let id = world.approved(RARE, &["alder", "birch"]);
        let name = world.deposits[deposit].clone();
        fs::remove_dir_all(world.path("box/deposits").join(&name)).unwrap();
        let manifest = format!("deposits/{name}/manifest");
        world.query(&id).fails(FAILED, &manifest);
        world.query(&world.request.clone()).fails(FAILED, &manifest);
        world.approve("cedar", &id).fails(FAILED, &manifest);
        assert_named(&world.verify(), &manifest);
    }
}

/// What an honest program claims for a query of two words, neither of which is on any list.
fn claim_of(query: &str) -> Claim {
    let rules =
        blackbox_format::rules::Rules { common: Default::default(), finding_fields: Default::default() };
    blackbox_query::plan::Plan::new(&query.parse().unwrap(), Mode::Open, &rules, &[]).unwrap().claim()
}
