//! A custodian who answers wrongly, in a form that is right in everything else.

use blackbox_custody::approve::OpenRequest;
use blackbox_token::{Secret, ask::Answers, function::Part};

use crate::support::{FAILED, World, forge, history::RARE};

/// Changes every answer of item 0 for `parts` whose key `custodian` does not hold.
fn lie(open: &OpenRequest, answers: &mut Answers, parts: &[Part], honest: Option<usize>) {
    let slots: Vec<_> = open.ask.slots(0, Some(answers.custodian)).collect();
    let tokens = answers.items.get_mut(&0).unwrap();
    for (slot, token) in slots.iter().zip(tokens) {
        let private = honest.is_none_or(|honest| !slot.subset.contains(honest));
        if private && parts.contains(&slot.part) {
            *token = Secret::new(token.expose().map(|byte| byte ^ 0x5a));
        }
    }
}

const EVERYTHING: [Part; 4] = [Part::Count, Part::Find, Part::Test, Part::Open];

#[test]
fn a_wrong_answer_among_three_is_noticed_and_named() {
    for part in EVERYTHING {
        let world = World::new();
        let id = world.approved(RARE, &["alder", "birch"]);
        forge::approve(&world, ("cedar", &id), &|open, answers| lie(open, answers, &[part], None), &|_| {});
        let reply = world.query(&id);
        reply.fails(FAILED, &format!("requests/{id}"));
        for words in ["\"cedar\"", "answered differently"] {
            assert!(reply.message().contains(words), "{reply:?}");
        }
        let audit = world.run(&["audit", "box"]);
        assert_eq!(audit.code, FAILED, "the digests alone show it: {audit:?}");
        assert!(audit.json["findings"].to_string().contains("answered differently"), "{audit:?}");
    }
}

#[test]
fn a_wrong_answer_in_one_shared_key_of_two_custodians_is_noticed() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    forge::approve(&world, ("cedar", &id), &|open, answers| lie(open, answers, &EVERYTHING, None), &|_| {});
    let reply = world.query(&id);
    reply.fails(FAILED, "answered differently");
}

#[test]
fn a_lie_that_nobody_can_check_is_marked_as_verified_against_nobody() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    let private = |open: &OpenRequest, answers: &mut Answers| lie(open, answers, &EVERYTHING, Some(0));
    forge::approve(&world, ("cedar", &id), &private, &|_| {});
    let reply = world.query(&id);
    assert_eq!(reply.hits(), 0, "{reply:?}");
    assert_eq!(reply.json["verified_against"], 0, "{reply:?}");

    world.approve("birch", &id).done();
    world.query(&id).fails(FAILED, "answered differently");
}

#[test]
fn an_honest_answer_of_three_is_verified_against_one_liar() {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch", "cedar"]);
    let reply = world.query(&id).done();
    assert_eq!((&reply.json["verified_against"], &reply.json["hits"]), (&1.into(), &world.hits));
}

#[test]
fn a_lie_about_which_rows_or_how_they_open_is_never_nothing_found() {
    for part in [Part::Open, Part::Find] {
        let world = World::new();
        let id = world.approved(RARE, &["alder"]);
        let private = |open: &OpenRequest, answers: &mut Answers| lie(open, answers, &[part], Some(0));
        forge::approve(&world, ("cedar", &id), &private, &|_| {});
        let reply = world.query(&id);
        // The word is counted, and no row of it opens: that is no "nothing found".
        assert!(reply.code == FAILED || reply.code == crate::support::REFUSED, "{part}: {reply:?}");
    }
}

#[test]
fn answers_that_differ_from_their_signed_digests_are_refused() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    let other = blackbox_format::fields::Hex([5; 32]);
    forge::approve(&world, ("cedar", &id), &|_, _| {}, &|approval| approval.digests[0].digest = other);
    world.query(&id).fails(FAILED, "share.cedar.age");
}
