//! A custodian who answers wrongly, in a form that is right in everything else.

use blackbox_custody::approve::OpenRequest;
use blackbox_token::{
    Secret,
    ask::{Answers, Slot},
    function::Part,
};
use serde_json::{Value, json};

use crate::support::{DONE, FAILED, REFUSED, Reply, World, forge, history, history::RARE, key};

/// A word that nobody wrote.
const UNWRITTEN: &str = "xylotheque";
/// Exit code: nothing found.
const NOTHING: i32 = 1;

/// Changes the answers of item 0 in the slots that `which` chooses, by `error`.
fn lie_where((open, answers): (&OpenRequest, &mut Answers), error: u8, which: &dyn Fn(&Slot) -> bool) {
    let slots: Vec<_> = open.ask.slots(0, Some(answers.custodian)).collect();
    let tokens = answers.items.get_mut(&0).unwrap();
    for (slot, token) in slots.iter().zip(tokens) {
        if which(slot) {
            *token = Secret::new(token.expose().map(|byte| byte ^ error));
        }
    }
}

/// Changes every answer of item 0 for `parts` whose key `honest` does not hold.
fn lie(open: &OpenRequest, answers: &mut Answers, parts: &[Part], honest: Option<usize>) {
    lie_where((open, answers), 0x5a, &|slot| {
        honest.is_none_or(|honest| !slot.subset.contains(honest)) && parts.contains(&slot.part)
    });
}

const EVERYTHING: [Part; 4] = [Part::Count, Part::Find, Part::Test, Part::Open];

/// Custodian `name` lies about all of item 0 under every key.
fn lies(world: &World, (name, id): (&str, &str)) {
    forge::approve(world, (name, id), &|open, answers| lie(open, answers, &EVERYTHING, None), &|_| {});
}

/// Asserts that each disagreement names `liar` (or nobody) and what settled it.
#[track_caller]
fn assert_all(reply: &Reply, liar: &Value, settled_by: &Value) {
    let all = reply.json["disagreements"].as_array().unwrap();
    assert!(!all.is_empty(), "{reply:?}");
    for one in all {
        assert_eq!((&one["liar"], &one["settled_by"]), (liar, settled_by), "{reply:?}");
    }
}

#[test]
fn a_wrong_answer_among_three_is_named_and_the_query_goes_on() {
    for parts in [&[Part::Count][..], &[Part::Find], &[Part::Test], &[Part::Open], &EVERYTHING] {
        let world = World::new();
        let id = world.approved(RARE, &["alder", "birch"]);
        forge::approve(&world, ("cedar", &id), &|open, answers| lie(open, answers, parts, None), &|_| {});
        let reply = world.query(&id).done();
        assert_eq!(reply.json["hits"], world.hits, "{parts:?}: {reply:?}");
        assert_all(&reply, &json!("cedar"), &json!("found"));
        assert_eq!(reply.json["disagreements"].as_array().unwrap().len(), 2, "{reply:?}");
        assert_eq!(reply.json["disagreements"][0]["literals"], json!([format!("word:{RARE}")]));
        assert_eq!(reply.json["disagreements"][0]["months"], json!(history::MONTHS));
        assert_eq!(reply.json["verified_against"], 0, "{reply:?}");
        assert!(reply.stderr.contains("\"cedar\" is wrong"), "{reply:?}");
        let audit = world.run(&["audit", "box"]);
        assert_eq!(audit.code, FAILED, "the digests alone show it: {audit:?}");
        assert!(audit.json["findings"].to_string().contains("answered differently"), "{audit:?}");
        assert_eq!(world.run(&["arbiter", "compare", "box", &id]).code, FAILED);
    }
}

#[test]
fn a_disputed_word_that_nobody_wrote_is_unanswered_and_not_absent() {
    let world = World::new();
    let id = world.approved(UNWRITTEN, &["alder", "birch"]);
    lies(&world, ("cedar", &id));
    let reply = world.query(&id);
    assert_eq!((reply.code, reply.hits()), (REFUSED, 0), "{reply:?}");
    let unanswered = reply.json["unanswered"].as_array().unwrap();
    assert_eq!(unanswered.len(), history::MONTHS.len(), "{reply:?}");
    for one in unanswered {
        let reason = one["reason"].as_str().unwrap();
        assert!(reason.contains("cedar") && reason.contains("arbiter"), "{reply:?}");
    }
    assert_all(&reply, &Value::Null, &Value::Null);
}

#[test]
fn an_undisputed_word_that_nobody_wrote_is_absent_and_says_against_how_many_liars() {
    let world = World::new();
    let id = world.approved(UNWRITTEN, &["alder", "birch", "cedar"]);
    let reply = world.query(&id);
    assert_eq!((reply.code, &reply.json["verified_against"]), (NOTHING, &json!(1)), "{reply:?}");
    assert_eq!(reply.json["disagreements"], json!([]));
}

/// Lies about all of the second literal.
fn lie_second(_: &OpenRequest, answers: &mut Answers) {
    for token in answers.items.get_mut(&1).unwrap() {
        *token = Secret::new(token.expose().map(|byte| byte ^ 0x33));
    }
}

#[test]
fn a_disputed_alternative_or_exclusion_hides_no_hit_of_the_rest() {
    for (query, code) in
        [(format!("{RARE} OR {UNWRITTEN}"), REFUSED), (format!("{RARE} AND NOT {UNWRITTEN}"), DONE)]
    {
        let world = World::new();
        let id = world.approved(&query, &["alder", "birch"]);
        forge::approve(&world, ("cedar", &id), &lie_second, &|_| {});
        let reply = world.query(&id);
        assert_eq!((reply.code, reply.hits()), (code, history::RARE_MESSAGES), "{query}: {reply:?}");
        assert_all(&reply, &Value::Null, &Value::Null);
    }
}

#[test]
fn a_disputed_narrowing_term_is_unanswered_where_it_shows_nothing() {
    let world = World::new();
    let id = world.approved(&format!("{RARE} AND {UNWRITTEN}"), &["alder", "birch"]);
    forge::approve(&world, ("cedar", &id), &lie_second, &|_| {});
    let reply = world.query(&id);
    assert_eq!((reply.code, reply.hits()), (REFUSED, 0), "{reply:?}");
    assert_eq!(reply.json["unanswered"].as_array().unwrap().len(), history::MONTHS.len(), "{reply:?}");
}

#[test]
fn a_lie_about_neighbours_is_named_and_changes_none() {
    let world = World::new();
    let id = world.ask(RARE, &["--context", "1"]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    let honest = world.copy();
    honest.approve("cedar", &id).done();
    forge::approve(&world, ("cedar", &id), &lie_second, &|_| {});
    let (reply, expected) = (world.query(&id).done(), honest.query(&id).done());
    assert_eq!(reply.json["hits"], expected.json["hits"]);
    assert_all(&reply, &json!("cedar"), &json!("found"));
    assert_eq!(reply.json["disagreements"][0]["literals"], json!(["context:-1"]));
}

#[test]
fn counts_in_dispute_are_unanswered_and_not_zero() {
    for (word, code) in [(UNWRITTEN, REFUSED), (RARE, DONE)] {
        let world = World::new();
        let id = world.ask(word, &["--mode", "count"]).done().text("request");
        world.approve("alder", &id).done();
        world.approve("birch", &id).done();
        lies(&world, ("cedar", &id));
        let reply = world.query(&id);
        assert_eq!(reply.code, code, "{word}: {reply:?}");
        let counts = reply.json["counts"].as_array().unwrap();
        let expected = if word == RARE { history::MONTHS.len() } else { 0 };
        assert_eq!(counts.len(), expected, "{reply:?}");
    }
}

#[test]
fn a_liar_in_one_month_only_is_named_for_that_month() {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch"]);
    let march = |open: &OpenRequest, answers: &mut Answers| {
        lie_where((open, answers), 1, &|slot| slot.month.to_string() == "2023-03");
    };
    forge::approve(&world, ("cedar", &id), &march, &|_| {});
    let reply = world.query(&id).done();
    assert_eq!(reply.json["hits"], world.hits);
    assert_all(&reply, &json!("cedar"), &json!("found"));
    assert_eq!(reply.json["disagreements"][0]["months"], json!(["2023-03"]), "{reply:?}");
}

#[test]
fn two_who_contradict_each_other_and_no_third_stop_the_answer_with_all_they_differ_in() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    lies(&world, ("cedar", &id));
    let reply = world.query(&id);
    reply.fails(FAILED, &format!("requests/{id}"));
    for words in ["\"alder\"", "\"cedar\"", "answered differently", RARE, "2023-01", "2023-03", "arbiter"] {
        assert!(reply.message().contains(words), "{words}: {reply:?}");
    }
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

    // A third answer brings the hits back, and the liar's name.
    world.approve("birch", &id).done();
    let reply = world.query(&id).done();
    assert_eq!(reply.json["hits"], world.hits);
    assert_all(&reply, &json!("cedar"), &json!("found"));
}

/// Two liars whose errors cancel out make right tokens, and contradict the honest third: whoever they
/// contradict is blamed. spec/token.md says so; an arbiter clears it.
#[test]
fn two_of_three_can_blame_the_third_but_an_arbiter_clears_it() {
    let world = World::new();
    let id = world.approved(RARE, &["cedar"]);
    for (name, other) in [("alder", 1), ("birch", 0)] {
        let cancel = |open: &OpenRequest, answers: &mut Answers| {
            lie_where((open, answers), 7, &|slot| !slot.subset.contains(other));
        };
        forge::approve(&world, (name, &id), &cancel, &|_| {});
    }
    let reply = world.query(&id).done();
    assert_eq!(reply.json["hits"], world.hits, "nothing is hidden: {reply:?}");
    assert_all(&reply, &json!("cedar"), &json!("found"));
    let judged = arbiter(&world, &id, ("0,2", "cedar"));
    assert_eq!((&judged.json["right"], &judged.json["wrong"]), (&json!(["cedar"]), &json!(["alder"])));
}

#[test]
fn an_honest_answer_of_three_is_verified_against_one_liar() {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch", "cedar"]);
    let reply = world.query(&id).done();
    assert_eq!((&reply.json["verified_against"], &reply.json["hits"]), (&1.into(), &world.hits));
}

#[test]
fn digests_of_an_absent_share_that_contradict_keep_nothing_found_from_being_an_answer() {
    let world = World::new();
    for (word, code) in [(UNWRITTEN, REFUSED), (RARE, DONE)] {
        let id = world.approved(word, &["alder", "birch"]);
        lies(&world, ("cedar", &id));
        std::fs::remove_file(world.path("box").join(format!("requests/{id}/share.cedar.age"))).unwrap();
        let reply = world.query(&id);
        assert_eq!(reply.code, code, "{word}: {reply:?}");
        assert_all(&reply, &Value::Null, &Value::Null);
    }
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
        assert!(reply.code == FAILED || reply.code == REFUSED, "{part}: {reply:?}");
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

/// An archive of five custodians of whom three must agree.
fn five() -> World {
    let mut world = World::people();
    for name in ["dogwood", "elder"] {
        world.run(&["keygen", "--name", name, "-o", &key(name)]).done();
    }
    let mut init = vec!["init", "box", "--origin", crate::support::ORIGIN, "--threshold", "3", "--custodian"];
    init.extend(["alder.pub", "birch.pub", "cedar.pub", "dogwood.pub", "elder.pub"]);
    init.extend(["--sealer", "rowan.pub", "--examiner", "finch.pub", "--auditor", "auditor.pub"]);
    world.run(&init).done();
    history::write_export(&world.path("first"), 1);
    let sealed = world.run(&["seal", "box", "first", "--key", "rowan.key"]).done();
    world.deposits.push(sealed.text("deposit"));
    world
}

#[test]
fn two_liars_of_five_are_named_with_hits_and_one_is_outvoted_without() {
    let base = five();

    let world = base.copy();
    let id = world.approved(RARE, &["alder", "birch", "cedar"]);
    lies(&world, ("dogwood", &id));
    lies(&world, ("elder", &id));
    let reply = world.query(&id).done();
    assert_eq!(reply.hits(), history::RARE_MESSAGES / 2, "{reply:?}");
    let named: Vec<&Value> =
        reply.json["disagreements"].as_array().unwrap().iter().map(|one| &one["liar"]).collect();
    for liar in ["dogwood", "elder"] {
        assert!(named.contains(&&json!(liar)), "{reply:?}");
    }
    assert!(named.iter().all(|liar| **liar == "dogwood" || **liar == "elder"), "{reply:?}");

    let world = base.copy();
    let id = world.approved(UNWRITTEN, &["alder", "birch", "cedar"]);
    lies(&world, ("dogwood", &id));
    lies(&world, ("elder", &id));
    assert_eq!(world.query(&id).code, REFUSED, "three agree, and no more than three");

    let world = base.copy();
    let id = world.approved(UNWRITTEN, &["alder", "birch", "cedar", "dogwood"]);
    lies(&world, ("elder", &id));
    let reply = world.query(&id);
    assert_eq!((reply.code, &reply.json["verified_against"]), (NOTHING, &json!(1)), "{reply:?}");
    assert_all(&reply, &json!("elder"), &json!("outvoted"));
    assert_eq!(reply.json["approvals"], 4, "{reply:?}");
}

/// The examiner opens the dispute under the key of `subset`, `holder` shows the month's key, anybody judges.
fn arbiter(world: &World, id: &str, (subset, holder): (&str, &str)) -> Reply {
    let open = ["arbiter", "open", "box", id, "--key", "finch.key", "--subset", subset, "-o", "dispute"];
    world.run(&open).done();
    world.run(&["arbiter", "show", "box", "dispute", "--key", &key(holder), "-o", "evidence"]).done();
    world.run(&["arbiter", "judge", "box", "evidence"]).done()
}

#[test]
fn an_arbiter_clears_the_honest_and_names_the_liar_whoever_shows_the_key() {
    for holder in ["alder", "cedar"] {
        let world = World::new();
        let id = world.approved(UNWRITTEN, &["alder", "birch"]);
        lies(&world, ("cedar", &id));
        let judged = arbiter(&world, &id, ("0,2", holder));
        assert_eq!(
            (&judged.json["right"], &judged.json["wrong"]),
            (&json!(["alder"]), &json!(["cedar"])),
            "{judged:?}"
        );
        // With the evidence the query goes on without the liar.
        let query = ["query", "box", &id, "--key", "finch.key", "--evidence", "evidence"];
        let reply = world.run(&query);
        assert_eq!((reply.code, &reply.json["verified_against"]), (NOTHING, &json!(0)), "{reply:?}");
        assert_all(&reply, &json!("cedar"), &json!("evidence"));
    }
}

#[test]
fn an_arbiter_finds_both_wrong_if_both_are() {
    let world = World::new();
    let id = world.request(UNWRITTEN);
    for (name, error) in [("alder", 1), ("cedar", 2)] {
        let own = |open: &OpenRequest, answers: &mut Answers| lie_where((open, answers), error, &|_| true);
        forge::approve(&world, (name, &id), &own, &|_| {});
    }
    let judged = arbiter(&world, &id, ("0,2", "alder"));
    assert_eq!((&judged.json["right"], &judged.json["wrong"]), (&json!([]), &json!(["alder", "cedar"])));
}

#[test]
fn a_ruling_is_logged_and_audited_and_is_nobody_elses_word() {
    let world = World::new();
    let id = world.approved(UNWRITTEN, &["alder", "birch"]);
    lies(&world, ("cedar", &id));
    arbiter(&world, &id, ("0,2", "alder"));
    let record =
        |name: &str| world.run(&["arbiter", "judge", "box", "evidence", "--key", &key(name), "--record"]);
    record("magpie").fails(REFUSED, "neither examiner, custodian nor auditor");
    let recorded = record("auditor").done();
    assert_eq!(recorded.text("written"), format!("requests/{id}/ruling.0"));
    assert_eq!(world.verify().code, DONE);
    let audit = world.run(&["audit", "box"]);
    assert!(audit.json["details"].to_string().contains("ruling: "), "{audit:?}");
    assert!(!audit.json["findings"].to_string().contains("ruling"), "{audit:?}");
    // Its word alone takes nobody's answer away.
    let reply = world.query(&id);
    assert_eq!(reply.code, REFUSED, "{reply:?}");
    assert!(reply.stderr.contains("\"auditor\" says"), "{reply:?}");
    let inspected = world.run(&["inspect", &format!("box/requests/{id}/ruling.0")]).done();
    assert_eq!(inspected.json["kind"], "ruling", "{inspected:?}");
}

/// Writes the dispute in `from`, changed, into `to`, encrypted to alder as the program does.
fn forge_dispute(world: &World, (from, to): (&str, &str), change: &dyn Fn(&str) -> String) {
    let finch = world.identity("finch");
    let bytes = std::fs::read(world.path(from)).unwrap();
    let plain = blackbox_custody::wrap::unwrap(&bytes, &finch, from).unwrap();
    let text = change(std::str::from_utf8(&plain).unwrap());
    let alder = world.identity("alder");
    let sealed = blackbox_custody::wrap::wrap(text.as_bytes(), [alder.public()]).unwrap();
    std::fs::write(world.path(to), sealed).unwrap();
}

fn changed_line(text: &str, name: &str, value: &str) -> String {
    let old = text.lines().find(|line| line.starts_with(&format!("{name}: "))).unwrap();
    text.replacen(old, &format!("{name}: {value}"), 1)
}

#[test]
fn no_key_is_shown_for_a_dispute_that_is_not_what_was_signed() {
    let world = World::new();
    let id = world.approved(UNWRITTEN, &["alder", "birch"]);
    lies(&world, ("cedar", &id));
    let open = ["arbiter", "open", "box", &id, "--key", "finch.key", "--subset", "0,2", "-o", "dispute"];
    world.run(&open).done();
    let digits = "ab".repeat(16);
    let changes: [(&str, &str); 5] = [
        ("answer", &format!("{digits} {}", "cd".repeat(16))),
        ("month", "2023-02"),
        ("item", "1"),
        ("literal", "word:other"),
        ("slot", "5"),
    ];
    for (number, (name, value)) in changes.into_iter().enumerate() {
        let file = format!("forged-{number}");
        forge_dispute(&world, ("dispute", &file), &|text| changed_line(text, name, value));
        let shown = world.run(&["arbiter", "show", "box", &file, "--key", "alder.key", "-o", "shown"]);
        shown.fails(REFUSED, "refusing to show a month's key");
        assert!(!world.path("shown").exists(), "{name}");
    }
    // Who does not hold the key has none to show, and cannot read the dispute.
    let other = world.run(&["arbiter", "show", "box", "dispute", "--key", "birch.key", "-o", "shown"]);
    assert_eq!(other.code, REFUSED, "{other:?}");
    assert!(!world.path("shown").exists());
    // Where all signed the same, there is nothing to open.
    let agreed = ["arbiter", "open", "box", &world.request, "--key", "finch.key", "-o", "other"];
    world.run(&agreed).fails(REFUSED, "no two custodians signed different answers");
}

#[test]
fn edited_evidence_proves_nothing() {
    let world = World::new();
    let id = world.approved(UNWRITTEN, &["alder", "birch"]);
    lies(&world, ("cedar", &id));
    arbiter(&world, &id, ("0,2", "cedar"));
    let text = std::fs::read_to_string(world.path("evidence")).unwrap();
    for (name, value) in [("key", "00".repeat(32)), ("proof", "11".repeat(32))] {
        std::fs::write(world.path("edited"), changed_line(&text, name, &value)).unwrap();
        world.run(&["arbiter", "judge", "box", "edited"]).fails(FAILED, "manifest commits to");
        let query = ["query", "box", &id, "--key", "finch.key", "--evidence", "edited"];
        world.run(&query).fails(FAILED, "manifest commits to");
    }
}
