//! Drills: whether a deposit opens with the keys that its custodians hold.
#![allow(clippy::unwrap_used)] // in what the tests share

mod support;

use std::fs;

use blackbox_custody::{
    Archive,
    archive::Entry,
    disclosure::Disclosure,
    wrap::{pad, wrap},
};
use blackbox_format::{
    fields::Hex,
    manifest::{Flag, Manifest, custody_path, manifest_path},
    merkle::sha256,
    note::Note,
};
use blackbox_log::Kind;
use blackbox_query::plan::Mode;
use blackbox_store::Store;
use serde_json::Value;
use support::{
    CUSTODIANS, DONE, FAILED, ORIGIN, REFUSED, World, assert_named,
    forge::{ForgedRequest, TIME, append},
    history::MONTHS,
    key,
    sealed::seal_for,
};

/// Nothing found.
const NOTHING: i32 = 1;

fn drill(world: &World, more: &[&str]) -> support::Reply {
    world.run(&[&["drill", "box"], more, &["--key", "finch.key"]].concat())
}

/// Asks for a drill that two custodians approve.
fn approved(world: &World) -> String {
    let id = drill(world, &[]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    id
}

/// What `status` advises about exports.
fn advice(world: &World) -> Vec<String> {
    let status = world.run(&["status", "box"]).done();
    let lines =
        status.json["advice"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned());
    lines.filter(|line| line.contains("exports")).collect()
}

fn findings(reply: &support::Reply, severity: &str) -> Vec<String> {
    let all = reply.json["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["severity"] == severity)
        .map(|finding| finding["what"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_drill_lets_the_exports_go() {
    let world = World::new();
    let deposits = Value::from(world.deposits.clone());
    let before = advice(&world);
    assert_eq!(before.len(), 2);
    assert!(
        before.iter().all(|line| line.contains("no drill has opened it (`blackbox drill`)")),
        "{before:?}"
    );

    let asked = drill(&world, &[]).done();
    assert_eq!((&asked.json["query"], &asked.json["deposits"]), (&"drill:drill".into(), &deposits));
    let id = asked.text("request");
    let review = world.review("alder", &id).done();
    assert_eq!(review.json["requests"][0]["closure"], serde_json::json!(["the dummy rows of drills"]));
    world.approve("alder", &id).done();
    drill(&world, &[&id]).fails(REFUSED, "1 of the 2 approvals needed");
    assert_eq!(advice(&world), before, "what was not carried out counts for nothing");
    world.approve("birch", &id).done();
    let drilled = drill(&world, &[&id]).done();
    assert_eq!((&drilled.json["ok"], &drilled.json["drilled"]), (&true.into(), &deposits), "{drilled:?}");

    assert_eq!(advice(&world), Vec::<String>::new());
    let status = world.run(&["status", "box"]).done();
    assert!(status.json["deposits"].as_array().unwrap().iter().all(|deposit| deposit["drilled"].is_string()));
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!((audit.code, findings(&audit, "error")), (DONE, Vec::new()), "{audit:?}");
    world.verify().done();
    assert_eq!(drill(&world, &[]).code, NOTHING, "all were drilled");
    drill(&world, &["--deposit", &world.deposits[0].clone()]).done();
}

#[test]
fn a_deposit_that_a_custodian_did_not_accept_keeps_its_exports() {
    let world = World::people();
    world.init("box", ORIGIN);
    support::history::write_export(&world.path("first"), 1);
    world.run(&["seal", "box", "first", "--key", "rowan.key"]).done();
    for name in ["alder", "birch"] {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    let id = approved(&world);
    drill(&world, &[&id]).done();
    let left = advice(&world);
    assert_eq!(left.len(), 1);
    assert!(left[0].contains("cedar have not accepted it") && !left[0].contains("no drill"), "{left:?}");
    world.run(&["accept", "box", "--key", "cedar.key"]).done();
    assert_eq!(advice(&world), Vec::<String>::new());
}

#[test]
fn a_drill_and_a_question_are_not_mistaken_for_each_other() {
    let world = World::new();
    for mode in ["open", "count"] {
        let refused = world.ask("drill:drill", &["--mode", mode]);
        refused.fails(REFUSED, "refusing to ask this");
        assert!(refused.json["error"]["hint"].as_str().unwrap().contains("blackbox drill"), "{refused:?}");
    }
    drill(&world, &[&world.request.clone()]).fails(REFUSED, "it is no drill");
    world.query(&approved(&world)).fails(REFUSED, "it is a drill");
}

#[test]
fn a_damaged_table_fails_the_drill_and_is_named() {
    for file in ["finder", "opener", "records"] {
        let world = World::new();
        let id = approved(&world);
        let path = world.path("box/deposits").join(&world.deposits[0]).join("00000").join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes.iter_mut().step_by(4096).for_each(|byte| *byte ^= 1);
        fs::write(&path, bytes).unwrap();
        let drilled = drill(&world, &[&id]);
        assert_eq!((drilled.code, &drilled.json["ok"]), (FAILED, &false.into()), "{drilled:?}");
        assert_eq!(drilled.json["drilled"], serde_json::json!([world.deposits[1]]), "the other one opens");
        let failed = drilled.json["failed"].as_array().unwrap();
        assert_eq!(failed.len(), MONTHS.len(), "{failed:?}");
        for (failed, month) in failed.iter().zip(MONTHS) {
            assert_eq!(
                (&failed["deposit"], &failed["segment"]),
                (&Value::from(&world.deposits[0][..]), &0.into())
            );
            assert_eq!(failed["month"], month);
            assert!(failed["what"].as_str().unwrap().contains(&format!("00000/{file}")), "{failed}");
        }
        let left = advice(&world);
        assert!(left.len() == 1 && left[0].contains(&world.deposits[0]), "{left:?}");
        let warned = findings(&world.run(&["audit", "box"]), "warning");
        let what = format!("the drill did not open all of deposit \"{}\"", world.deposits[0]);
        assert!(warned.iter().any(|line| line.contains(&what)), "{warned:?}");
    }
}

#[test]
fn a_damaged_custody_file_fails_the_drill_and_is_named() {
    let world = World::new();
    let id = drill(&world, &[]).done().text("request");
    let path = custody_path(&world.deposits[1], "alder");
    fs::write(world.path("box").join(&path), b"damaged").unwrap();
    world.approve("alder", &id).fails(FAILED, &path);
    world.approve("birch", &id).done();
    drill(&world, &[&id]).fails(REFUSED, "1 of the 2 approvals needed");
}

#[test]
fn a_sealer_whose_tables_are_under_other_keys_than_custodians_got_is_caught() {
    let (world, id) = (World::people(), "20230401-00000001");
    world.init("box", ORIGIN);
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let (tables, tables_manifest) = seal_for(&world, &archive, id, Flag::No);
    let (custody, custody_manifest) = seal_for(&world, &archive, id, Flag::No);
    let manifest = Manifest {
        month_roots: custody_manifest.month_roots,
        custody: custody_manifest.custody,
        ..tables_manifest
    };
    for path in tables.list("").unwrap().iter().filter(|path| **path != manifest_path(id)) {
        let from = if path.contains("/custody/") { &custody } else { &tables };
        store.put(path, &from.read(path).unwrap()).unwrap();
    }
    let document = Note::sign(manifest.to_text().unwrap(), &world.identity("rowan")).to_bytes();
    let entry = Entry {
        kind: Kind::Deposit,
        subject: id,
        by: "rowan",
        path: manifest_path(id),
        document: &document,
        bodies: Vec::new(),
        time: TIME,
    };
    append(&world, entry);

    world.verify().done();
    for name in CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    let drilled = drill(&world, &[&approved(&world)]);
    assert_eq!((drilled.code, &drilled.json["drilled"]), (FAILED, &Value::Array(Vec::new())), "{drilled:?}");
    let failed = drilled.json["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 2 * MONTHS.len(), "two segments: {failed:?}");
    assert!(
        failed.iter().all(|failed| failed["what"].as_str().unwrap().contains("made with other keys")),
        "{failed:?}"
    );
    assert!(failed.iter().any(|failed| failed["segment"] == 1 && failed["month"] == MONTHS[2]), "{failed:?}");
    assert!(advice(&world)[0].contains("no drill has opened it"));
}

#[test]
fn a_drill_of_some_months_drills_nothing() {
    let world = World::new();
    let part = ForgedRequest {
        query: "drill:drill",
        mode: Mode::Drill,
        request: &|request| request.since = "2023-02-01".to_owned(),
        ..ForgedRequest::default()
    };
    let id = part.log(&world);
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    let drilled = drill(&world, &[&id]).done();
    assert_eq!(drilled.json["drilled"], Value::Array(Vec::new()));
    assert_eq!(advice(&world).len(), 2);
}

#[test]
fn a_drill_with_another_query_or_with_context_is_refused() {
    let world = World::new();
    let word = ForgedRequest {
        claim: &|claim| claim.mode = Mode::Drill,
        request: &|request| request.mode = Mode::Drill,
        ..ForgedRequest::default()
    };
    let context = ForgedRequest {
        query: "drill:drill",
        mode: Mode::Drill,
        request: &|request| request.context = 1,
        ..ForgedRequest::default()
    };
    for (forged, why) in
        [(word, "a drill has the query drill:drill and no other"), (context, "a drill has no context")]
    {
        let id = forged.log(&world);
        world.review("alder", &id).fails(REFUSED, why);
        world.approve("alder", &id).fails(REFUSED, why);
    }
}

/// Logs a disclosure of `request` that says that the first deposit was drilled; gives its path.
fn claim_drilled(world: &World, request: &str, number: u64) -> String {
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let body = wrap(&pad("claimed"), archive.people.overseers(&archive.people.everyone().unwrap())).unwrap();
    let disclosure = Disclosure {
        origin: ORIGIN.to_owned(),
        archive: archive.hash,
        request: request.to_owned(),
        number,
        examiner: "finch".to_owned(),
        time: TIME.to_owned(),
        digest: Hex([0; 32]),
        approvals: Vec::new(),
        drilled: vec![world.deposits[0].clone()],
        body: Hex(sha256(&body)),
    };
    let document = Note::sign(disclosure.to_text().unwrap(), &world.identity("finch")).to_bytes();
    let entry = Entry {
        kind: Kind::Disclosure,
        subject: request,
        by: "finch",
        path: disclosure.path(),
        document: &document,
        bodies: vec![body],
        time: TIME,
    };
    append(world, entry);
    disclosure.path()
}

#[test]
fn only_a_drill_says_that_a_deposit_was_drilled() {
    let world = World::new();
    let path = claim_drilled(&world, &world.request.clone(), 1);
    assert_named(&world.verify(), &path);
    assert_eq!(advice(&world).len(), 2, "a search is no drill");

    // An examiner's bare word in a drill is contradicted by the audit.
    let world = World::new();
    let id = approved(&world);
    claim_drilled(&world, &id, 0);
    let audit = world.run(&["audit", "box", "--key", "auditor.key"]);
    assert_eq!(audit.code, FAILED, "{audit:?}");
    assert!(
        findings(&audit, "error").iter().any(|what| what.contains("0 approvals, 2 are needed")),
        "{audit:?}"
    );
    assert_eq!(advice(&world).len(), 2, "a word that nobody approved");
}
