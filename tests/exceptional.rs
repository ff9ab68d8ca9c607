//! The exceptional route: finding by common terms, on an order, by all custodians together.
#![allow(clippy::unwrap_used)] // in what the tests share

mod support;

use std::fs;

use blackbox_custody::{Archive, approve::OpenRequest, archive::Entry, keys::custody_keys, ledger::Ledger};
use blackbox_format::{
    manifest::{Flag, manifest_path},
    threshold::Subset,
};
use blackbox_log::Kind;
use blackbox_query::plan::{Claim, Mode, Roles};
use blackbox_store::Store;
use blackbox_token::{
    Secret,
    ask::{Answers, Ask},
    combine::combine,
    function::Part,
};
use serde_json::{Value, json};
use support::{
    CUSTODIANS, DONE, ERROR, FAILED, ORIGIN, REFUSED, Reply, World, assert_named,
    forge::{self, ForgedRequest, TIME, append, opened},
    history::{FREQUENT, Line, PEOPLE, RARE, lines, write_export},
    key,
    sealed::seal_for,
};

const CHAT: &str = "Quay rebuild";
const ORDER: &str = "Inquiries Act 2005 s.21, order 7 of 3 March 2026";
/// The month that is asked: the second of the export's.
const SINCE: [&str; 4] = ["--since", "2023-02-01", "--until", "2023-02-28"];
const BY_ORDER: [&str; 6] = ["--mode", "exceptional", "--order", ORDER, "--expires", "2199-01-01"];

/// An archive whose policy has the route, with one deposit.
fn world() -> World {
    let mut world = World::people();
    fs::write(world.path("policy.toml"), "exceptional = true\n").unwrap();
    let init = [
        "init",
        "box",
        "--origin",
        ORIGIN,
        "--threshold",
        "2",
        "--custodian",
        "alder.pub",
        "birch.pub",
        "cedar.pub",
        "--sealer",
        "rowan.pub",
        "--examiner",
        "finch.pub",
        "--auditor",
        "auditor.pub",
        "--policy",
        "policy.toml",
    ];
    world.run(&init).done();
    write_export(&world.path("first"), 1);
    let common = r#"{"time":"2023-02-14T09:00:00Z","from":"Ada Quill","text":"To be or not"}"#;
    fs::write(world.path("first/common.jsonl"), format!("{common}\n")).unwrap();
    world.deposits.push(world.run(&["seal", "box", "first", "--key", "rowan.key"]).done().text("deposit"));
    for name in CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    world
}

/// How many messages of February are as `wanted`.
fn in_february(wanted: impl Fn(&Line) -> bool) -> usize {
    lines(1).iter().filter(|line| line.month == 1 && wanted(line)).count()
}

fn exceptional(world: &World, query: &str) -> String {
    world.ask(query, &[&BY_ORDER[..], &SINCE].concat()).done().text("request")
}

fn approve(world: &World, id: &str, names: &[&str]) {
    names.iter().for_each(|name| drop(world.approve(name, id).done()));
}

fn findings(reply: &Reply, severity: &str) -> Vec<String> {
    let all = reply.json["findings"].as_array().unwrap().iter();
    let of = all.filter(|finding| finding["severity"] == severity);
    of.map(|finding| finding["what"].as_str().unwrap().to_owned()).collect()
}

/// A request by the route as a modified examiner's program makes it.
fn forged<'a>(
    query: &'a str,
    request: &'a dyn Fn(&mut blackbox_custody::request::Request),
) -> ForgedRequest<'a> {
    ForgedRequest { query, mode: Mode::Exceptional, request, ..ForgedRequest::default() }
}

#[test]
fn a_chat_finds_nothing_by_custodians_and_all_of_a_month_by_order_and_unanimity() {
    let world = world();
    let query = format!("chat:\"{CHAT}\"");
    world.ask(&query, &SINCE).fails(REFUSED, "only narrows");
    let asked = world.ask(&query, &[&BY_ORDER[..], &SINCE].concat()).done();
    assert_eq!(asked.json["literals"][0]["roles"], json!(["count", "find", "test", "open", "exceptional"]));
    let id = asked.text("request");
    approve(&world, &id, &["alder", "birch"]);
    world.query(&id).fails(REFUSED, "2 of the 3 approvals needed");
    approve(&world, &id, &["cedar"]);
    let answer = world.query(&id).done();
    let expected = in_february(|line| line.chat == Some(CHAT));
    assert!(expected > 20, "{expected}");
    assert_eq!(answer.hits(), expected);
    for hit in answer.json["hits"].as_array().unwrap() {
        assert_eq!((&hit["chat"], &hit["time"].as_str().unwrap()[..7]), (&json!(CHAT), "2023-02"));
    }
    assert_eq!(answer.json["unanswered"], json!([]));
    world.verify().done();
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!((audit.code, findings(&audit, "error")), (DONE, Vec::new()), "{audit:?}");
}

#[test]
fn a_word_common_by_frequency_finds_by_the_route_alone() {
    let world = world();
    let id = world.ask(FREQUENT, &SINCE).done().text("request");
    approve(&world, &id, &CUSTODIANS);
    let answer = world.query(&id);
    assert_eq!((answer.code, answer.hits()), (REFUSED, 0), "{answer:?}");
    assert!(answer.json["unanswered"][0]["reason"].as_str().unwrap().contains("too common"), "{answer:?}");

    let sender = PEOPLE[0];
    for (query, expected) in [
        (FREQUENT.to_owned(), in_february(|line| line.text.contains(FREQUENT))),
        (
            format!("{FREQUENT} OR {RARE}"),
            in_february(|line| line.text.contains(FREQUENT) || line.text.contains(RARE)),
        ),
        ("\"to be\"".to_owned(), 1),
        (
            format!("from:\"{sender}\" AND chat:\"{CHAT}\""),
            in_february(|line| line.from == sender && line.chat == Some(CHAT)),
        ),
    ] {
        assert!(expected > 0, "{query}");
        let id = exceptional(&world, &query);
        approve(&world, &id, &CUSTODIANS);
        assert_eq!(world.query(&id).done().hits(), expected, "{query}");
    }
}

#[test]
fn what_only_leaves_out_stays_refused() {
    let world = world();
    for query in ["*", "NOT quillwort", "quillwort OR NOT harbour", "drill:drill"] {
        world.ask(query, &[&BY_ORDER[..], &SINCE].concat()).fails(REFUSED, "refusing to ask this");
    }
}

#[test]
fn an_order_and_its_last_day_are_named_in_this_mode_and_no_order_in_another() {
    let world = world();
    let (before, query) = (world.files(), format!("chat:\"{CHAT}\""));
    for more in [
        vec!["--mode", "exceptional"],
        vec!["--mode", "exceptional", "--order", ORDER],
        vec!["--mode", "exceptional", "--expires", "2199-01-01"],
        vec!["--mode", "exceptional", "--order", " ", "--expires", "2199-01-01"],
        vec!["--order", ORDER, "--expires", "2199-01-01"],
    ] {
        let asked = world.ask(&query, &more);
        assert_eq!(asked.code, ERROR, "{asked:?}");
    }
    assert_eq!(world.files(), before, "nothing was written");
    let unnamed = forged(RARE, &|_| {});
    let named = ForgedRequest {
        request: &|request| request.order = Some(ORDER.to_owned()),
        ..ForgedRequest::default()
    };
    for forged in [unnamed, named] {
        let id = forged.log(&world);
        world.approve("alder", &id).fails(FAILED, "an order is named in mode exceptional, and in no other");
    }
}

#[test]
fn it_is_said_first_and_loudest() {
    let world = world();
    let id = exceptional(&world, &format!("chat:\"{CHAT}\""));
    let review = world.review("alder", &id).done().json["requests"][0].clone();
    let alarm = format!(
        "EXCEPTIONAL ROUTE: BY ORDER \"{ORDER}\" IT OPENS BY COMMON TERMS TOO; ALL CUSTODIANS MUST AGREE"
    );
    assert_eq!((&review["alarm"], &review["order"]), (&json!(alarm), &json!(ORDER)));
    let closure =
        format!("by order \"{ORDER}\", every message that is in the chat \"quay rebuild\", common or not");
    assert_eq!(review["closure"], json!([closure]));
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_blackbox"))
        .args(["review", "box", &id, "--key", "alder.key"])
        .current_dir(world.path(""))
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown.lines().next(), Some(&alarm[..]), "{shown}");

    // Only asked, approved by nobody.
    let status = world.run(&["status", "box"]).done();
    assert_eq!(status.json["requests"][0]["order"], ORDER);
    assert!(status.json["advice"].to_string().contains("waits for 3 more approval(s)"), "{status:?}");
    for key in [&["audit", "box"][..], &["audit", "box", "--key", "auditor.key"]] {
        let audit = world.run(key).done();
        let noted = findings(&audit, "note");
        assert!(noted.iter().any(|note| note.contains(&id) && note.contains(&alarm)), "{noted:?}");
    }
}

#[test]
fn an_archive_without_the_policy_has_no_such_route() {
    let world = World::new();
    let refused = world.ask(&format!("chat:\"{CHAT}\""), &BY_ORDER);
    refused
        .fails(REFUSED, "this archive has no exceptional route; only \"exceptional = true\" in the policy");
    let order = |request: &mut blackbox_custody::request::Request| request.order = Some(ORDER.to_owned());
    let query = format!("chat:\"{CHAT}\"");
    let id = forged(&query, &order).log(&world);
    for name in CUSTODIANS {
        world.review(name, &id).fails(REFUSED, "this archive has no exceptional route");
        world.approve(name, &id).fails(REFUSED, "this archive has no exceptional route");
    }
    world.query(&id).fails(REFUSED, "this archive has no exceptional route");
    for key in [&["audit", "box"][..], &["audit", "box", "--key", "auditor.key"]] {
        let audit = world.run(key);
        assert_eq!(audit.code, FAILED);
        let errors = findings(&audit, "error");
        assert!(
            errors.iter().any(|error| error.contains(&id) && error.contains("no exceptional route")),
            "{errors:?}"
        );
    }
}

#[test]
fn the_exceptional_role_in_another_mode_is_refused() {
    let world = world();
    let claim = |claim: &mut Claim| claim.literals[0].1 = claim.literals[0].1.with(Roles::FIND_COMMON);
    let id = ForgedRequest { claim: &claim, ..ForgedRequest::default() }.log(&world);
    world.approve("alder", &id).fails(REFUSED, "claimed for exceptional, which the query does not need");
}

fn answers(world: &World, archive: &Archive<'_>, id: &str) -> (Ask, Vec<Answers>) {
    let answer = |name: &str| {
        let identity = world.identity(name);
        let open = opened(archive, id, &identity);
        let ledger = Ledger::read(archive).unwrap();
        let keys =
            open.deposits.iter().map(|deposit| custody_keys(archive, &ledger, deposit, &identity).unwrap());
        open.ask.answer(&keys.collect::<Vec<_>>(), &[0]).unwrap()
    };
    let ask = opened(archive, id, &world.identity("alder")).ask;
    (ask, CUSTODIANS.iter().map(|name| answer(name)).collect())
}

#[test]
fn one_custodian_short_of_all_makes_no_exceptional_token() {
    let world = world();
    let id = exceptional(&world, &format!("chat:\"{CHAT}\""));
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let (ask, mut answers) = answers(&world, &archive, &id);
    let month = ask.ranges[0].months[0];
    let part = |answers: &[Answers], part| combine(&ask, answers).unwrap().get(0, 0, (month, part)).is_some();
    assert!(part(&answers, Part::Exceptional));
    for missing in 0..3 {
        let gone = answers.remove(missing);
        assert!(part(&answers, Part::Find), "two make every other token");
        assert!(!part(&answers, Part::Exceptional), "without {missing}");
        answers.insert(missing, gone);
    }
}

/// Changes the answers that a custodian gave under its unanimous key.
fn lie(open: &OpenRequest, answers: &mut Answers) {
    let slots: Vec<_> = open.ask.slots(0, Some(answers.custodian)).collect();
    for (slot, token) in slots.iter().zip(answers.items.get_mut(&0).unwrap()) {
        if slot.part == Part::Exceptional {
            *token = Secret::random();
        }
    }
}

#[test]
fn a_lie_under_a_unanimous_key_is_an_error_and_no_missing_hit() {
    let world = world();
    for query in [format!("chat:\"{CHAT}\""), format!("{FREQUENT} AND from:\"{}\"", PEOPLE[0])] {
        let id = exceptional(&world, &query);
        approve(&world, &id, &["alder", "birch"]);
        forge::approve(&world, ("cedar", &id), &lie, &|_| {});
        world.query(&id).fails(FAILED, "do not fit each other");
    }
}

#[test]
fn every_answer_is_covered_by_a_signed_digest() {
    let world = world();
    let id = exceptional(&world, &format!("chat:\"{CHAT}\" AND from:\"{}\"", PEOPLE[0]));
    approve(&world, &id, &["alder", "birch"]);
    let note = fs::read_to_string(world.path("box").join(format!("requests/{id}/approval.birch"))).unwrap();
    let keys = |item: &str| {
        let lines = note.lines().filter_map(|line| line.strip_prefix("digest: ")?.strip_prefix(item));
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // What finds is answered under birch's own key too, what opens is not.
    let mut both = [keys("0 "), keys("1 ")];
    both.sort_by_key(Vec::len);
    assert_eq!(both, [vec!["0,1", "1,2"], vec!["1", "0,1", "1,2"]]);
    forge::approve(&world, ("cedar", &id), &|_, _| {}, &|approval| {
        approval.digests.retain(|line| line.subset != Subset::single(2));
    });
    world.query(&id).fails(FAILED, "one digest for each item and key");
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!(audit.code, FAILED);
    let errors: Value = findings(&audit, "error").into();
    assert!(errors.to_string().contains("approval.cedar"), "{errors}");
}

#[test]
fn a_deposit_whose_keys_the_policy_rules_out_or_lacks_is_rejected() {
    let without = World::people();
    without.init("box", ORIGIN);
    for (world, keys) in [(without, Flag::Yes), (world(), Flag::No)] {
        let (store, id) = (world.store(), "20230401-00000001");
        let archive = Archive::open(&store).unwrap();
        let (sealed, _) = seal_for(&world, &archive, id, keys);
        for path in sealed.list("").unwrap() {
            store.put(&path, &sealed.read(&path).unwrap()).unwrap();
        }
        let path = manifest_path(id);
        let document = store.read(&path).unwrap();
        let (kind, bodies) = (Kind::Deposit, Vec::new());
        append(
            &world,
            Entry {
                kind,
                subject: id,
                by: "rowan",
                path: path.clone(),
                document: &document,
                bodies,
                time: TIME,
            },
        );
        assert_named(&world.verify(), &path);
        world.run(&["accept", "box", "--key", "alder.key"]).fails(FAILED, &path);
    }
}
