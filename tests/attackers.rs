//! The table "Attacks, tried" of spec/threat-model.md, row by row: each attack is carried out, and what the
//! program then says is what the table says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{collections::BTreeMap, fs};

use blackbox_custody::{
    Archive,
    approval::Approval,
    approve::{Now, OpenRequest},
    archive::Entry,
    contact::contact,
    handover::hand_over,
    ledger::Ledger,
    state::State,
    witness::cosign,
    wrap::{unwrap, wrap},
};
use blackbox_format::{
    fields::Hex,
    manifest::{Flag, Manifest, manifest_path},
    merkle::sha256,
    note::Note,
};
use blackbox_log::Kind;
use blackbox_query::plan::{Claim, Roles};
use blackbox_store::Store;
use blackbox_token::{Secret, ask::Answers};
use support::{
    ORIGIN, Reply, World, copy_folder,
    forge::{self, ForgedRequest, TIME},
    history::{OTHER_RARE, PEOPLE, RARE},
    key,
    sealed::seal_for,
};

const MODEL: &str = include_str!("../spec/threat-model.md");
const HEADING: &str = "## Attacks, tried";

/// An attack, by its name in the table, and what the program says of it.
type Attack = (&'static str, fn() -> Reply);

const ATTACKS: [Attack; 24] = [
    ("operator: asks in the examiner's name", operator_asks),
    ("operator: makes an approval in a custodian's name", forged_approval),
    ("operator: replays a custodian's approval of another request", replayed_approval),
    ("operator: exchanges a share", exchanged_share),
    ("operator: rolls the log back", rolled_back),
    ("operator: shows two custodians two logs", forked),
    ("operator: deletes a deposit", deleted_deposit),
    ("operator: substitutes a manifest", substituted_manifest),
    ("operator: takes a change away again", removed_change),
    ("k-1 custodians: answer", one_short),
    ("k-1 custodians: change who the custodians are", change_by_one),
    ("custodian: answers wrongly", lying_custodian),
    ("custodian: answers wrongly to what nobody wrote", lying_about_nothing),
    ("custodian: sets its clock back", clock_set_back),
    ("custodian: approves again from an old copy of its state", old_state),
    ("custodian: hands over a wrong key to a successor", wrong_hand_over),
    ("examiner: asks for more tokens than its query needs", more_tokens),
    ("examiner: uses tokens for another month", another_month),
    ("examiner: mixes the tokens of two requests", mixed_requests),
    ("examiner: pools with another examiner", pooled),
    ("examiner: combines one custodian's answer to one request with another's to another", crossed),
    ("thief: has the examiner's key file without its passphrase", stolen_key),
    ("sealer: gives custodians different keys of one subset", different_keys),
    ("sealer: makes the tables under other keys", other_tables),
];

#[test]
fn every_attack_ends_as_the_threat_model_says() {
    let rows = rows();
    assert_eq!(rows.len(), ATTACKS.len(), "one row an attack: {:?}", rows.keys());
    for (name, attack) in ATTACKS {
        let (code, says) = rows.get(name).unwrap_or_else(|| panic!("the table has no row \"{name}\""));
        let reply = attack();
        assert_eq!(reply.code.to_string(), *code, "{name}: {reply:?}");
        let said = format!("{} {}", reply.json, reply.stderr).replace("\\\"", "\"");
        assert!(said.contains(*says), "{name}: \"{says}\" is not said: {said}");
    }
}

/// The table's rows: exit code and what is said, by the attack's name.
fn rows() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let table = MODEL.split_once(HEADING).expect("the model has the table").1;
    let lines = table.lines().skip_while(|line| !line.starts_with("|---"));
    let cells = |line: &'static str| -> Vec<&'static str> {
        line.trim_matches('|').split('|').map(str::trim).collect()
    };
    let row = |line| match cells(line)[..] {
        [name, _, code, says] => (name, (code, says.trim_matches('`'))),
        _ => panic!("a row has four cells: {line}"),
    };
    lines.skip(1).take_while(|line| line.starts_with('|')).map(row).collect()
}

fn operator_asks() -> Reply {
    let world = World::new();
    let id = ForgedRequest { signer: "magpie", ..ForgedRequest::default() }.log(&world);
    world.approve("alder", &id)
}

/// The operator logs `document` as the approval of `id` by `name`.
fn log_approval(world: &World, (id, name): (&str, &str), document: &[u8]) {
    let path = format!("requests/{id}/approval.{name}");
    fs::write(world.path("box").join(&path), document).unwrap();
    let approval = Approval::parse(&Note::parse(document).unwrap(), &path).unwrap();
    let store = world.store();
    let bodies = Archive::open(&store).unwrap().body(&approval.body).into_iter().collect();
    let (kind, subject, by) = (Kind::Approval, id, name);
    forge::append(world, Entry { kind, subject, by, path, document, bodies, time: TIME });
}

fn forged_approval() -> Reply {
    let world = World::new();
    let id = world.approved(RARE, &["birch"]);
    let path = format!("requests/{id}/approval.birch");
    let note = Note::parse(&world.store().read(&path).unwrap()).unwrap();
    let text = note.text.replace("custodian: birch", "custodian: alder").replace("number: 1", "number: 0");
    let forged = Note::sign(text, &world.identity("magpie"));
    log_approval(&world, (&id, "alder"), &forged.to_bytes());
    world.query(&id)
}

fn replayed_approval() -> Reply {
    let world = World::new();
    let (other, id) = (world.approved(OTHER_RARE, &["alder"]), world.approved(RARE, &["birch"]));
    let document = world.store().read(&format!("requests/{other}/approval.alder")).unwrap();
    log_approval(&world, (&id, "alder"), &document);
    world.query(&id)
}

fn exchanged_share() -> Reply {
    let world = World::new();
    let (other, id) = (world.approved(OTHER_RARE, &["alder"]), world.approved(RARE, &["alder", "birch"]));
    let folder = world.path("box/requests");
    fs::copy(folder.join(other).join("share.alder.age"), folder.join(&id).join("share.alder.age")).unwrap();
    world.query(&id)
}

fn rolled_back() -> Reply {
    let world = World::new();
    let older = world.copy();
    let id = world.request(RARE);
    world.review("alder", &id).done();
    world.replace_archive(&older);
    world.run(&["review", "box", "--key", "alder.key"])
}

fn forked() -> Reply {
    let one = World::new();
    let two = one.copy();
    let first = one.request(RARE);
    one.approve("alder", &first).done();
    two.request(RARE);
    let second = two.request(OTHER_RARE);
    two.approve("birch", &second).done();
    // Anything of the other log that comes to alder's archive.
    copy_folder(&two.path("box/requests").join(&second), &one.path("box/requests").join(&second));
    one.run(&["review", "box", "--key", "alder.key"])
}

fn deleted_deposit() -> Reply {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch"]);
    fs::remove_dir_all(world.path("box/deposits").join(&world.deposits[1])).unwrap();
    world.query(&id)
}

fn substituted_manifest() -> Reply {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch"]);
    let path = manifest_path(&world.deposits[1]);
    let note = Note::parse(&world.store().read(&path).unwrap()).unwrap();
    let text = note.text.replace("timezone: Europe/London", "timezone: UTC");
    let other = Note::sign(text, &world.identity("magpie")).to_bytes();
    fs::write(world.path("box").join(path), other).unwrap();
    world.query(&id)
}

/// A change that puts dunlin in the place of birch, signed by `names`.
fn changed(world: &World, names: &[&str]) -> Reply {
    world.run(&["keygen", "--name", "dunlin", "-o", "dunlin.key"]).done();
    let first = key(names[0]);
    let propose = ["change", "propose", "box", "--reason", "r", "--replace", "birch=dunlin.pub"];
    let mut reply = world.run(&[&propose[..], &["--key", &first]].concat());
    for name in &names[1..] {
        reply = world.run(&["change", "sign", "box", "1", "--key", &key(name)]);
    }
    reply
}

fn removed_change() -> Reply {
    let world = World::new();
    changed(&world, &["alder", "cedar"]).done();
    fs::remove_dir_all(world.path("box/changes")).unwrap();
    world.query(&world.request)
}

fn one_short() -> Reply {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    world.query(&id)
}

fn change_by_one() -> Reply {
    let world = World::new();
    changed(&world, &["alder"]).done();
    fs::copy(world.path("box/changes/1/proposal"), world.path("box/changes/1/note")).unwrap();
    world.run(&["status", "box"])
}

/// Changes every answer to the first literal.
fn lie(_: &OpenRequest, answers: &mut Answers) {
    let tokens = answers.items.get_mut(&0).unwrap();
    tokens.iter_mut().for_each(|token| *token = Secret::new(token.expose().map(|byte| byte ^ 0x5a)));
}

fn lying_custodian() -> Reply {
    let world = World::new();
    let id = world.approved(RARE, &["alder", "birch"]);
    forge::approve(&world, ("cedar", &id), &lie, &|_| {});
    let reply = world.query(&id);
    assert_eq!(reply.json["hits"], world.hits, "the lie changes nothing");
    reply
}

fn lying_about_nothing() -> Reply {
    let world = World::new();
    let id = world.approved("hippocampus", &["alder", "birch"]);
    forge::approve(&world, ("cedar", &id), &lie, &|_| {});
    world.query(&id)
}

fn clock_set_back() -> Reply {
    let world = World::new();
    let id = world.request(RARE);
    let store = world.store();
    let mut archive = Archive::open(&store).unwrap();
    let alder = world.identity("alder");
    let mut state = State::open(&world.path("alder.key.state"), &archive).unwrap();
    contact(&archive, &Ledger::read(&archive).unwrap(), (&mut state, &alder), None).unwrap();
    // The clock was right then, and is set back to today afterwards.
    let now = Now { time: "2150-01-01T00:00:00Z".to_owned(), today: jiff::civil::date(2150, 1, 1) };
    cosign(&mut archive, (&alder, &mut state), &now).unwrap();
    drop((archive, state));
    world.approve("alder", &id)
}

fn old_state() -> Reply {
    let world = World::new();
    let id = world.request(RARE);
    copy_folder(&world.path("alder.key.state"), &world.path("kept"));
    world.approve("alder", &id).done();
    fs::remove_dir_all(world.path("alder.key.state")).unwrap();
    copy_folder(&world.path("kept"), &world.path("alder.key.state"));
    world.approve("alder", &id)
}

fn wrong_hand_over() -> Reply {
    let world = World::new();
    changed(&world, &["alder", "cedar"]).done();
    world.run(&["custody", "hand-over", "box", "--key", "cedar.key"]).done();
    let (store, alder, dunlin) = (world.store(), world.identity("alder"), world.identity("dunlin"));
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let mut made = hand_over(&archive, &ledger, (&alder, 1), TIME).unwrap();
    for ((path, file), line) in made.files.iter_mut().zip(&mut made.hand_over.files) {
        let text = String::from_utf8(unwrap(file, &dunlin, path).unwrap().to_vec()).unwrap();
        // The first key's first hex digit.
        let at = text.find("key: 0,1 ").unwrap() + "key: 0,1 ".len();
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        let text = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
        *file = wrap(text.as_bytes(), [dunlin.public()]).unwrap();
        line.digest = Hex(sha256(file));
        store.put(path, file).unwrap();
    }
    let document = Note::sign(made.hand_over.to_text().unwrap(), &alder).to_bytes();
    let (kind, subject, by, path) = (Kind::HandOver, "1", "alder", made.hand_over.path());
    drop((archive, ledger));
    forge::append(
        &world,
        Entry { kind, subject, by, path, document: &document, bodies: Vec::new(), time: TIME },
    );
    world.run(&["accept", "box", "--key", "dunlin.key"])
}

fn more_tokens() -> Reply {
    let world = World::new();
    let query = format!("{RARE} AND from:\"{}\"", PEOPLE[0]);
    let claim = |claim: &mut Claim| claim.literals.iter_mut().for_each(|(_, roles)| *roles = Roles::ALL);
    let id = ForgedRequest { query: &query, claim: &claim, ..ForgedRequest::default() }.log(&world);
    world.approve("alder", &id)
}

fn another_month() -> Reply {
    let world = World::new();
    let days = ["--since", "2023-02-01", "--until", "2023-02-28"];
    let id = world.ask(RARE, &days).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    // Two months more in the request that the tokens were given for: its hash is another.
    let path = world.path("box/requests").join(&id).join("request");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("until: 2023-02-28", "until: 2023-03-31")).unwrap();
    world.query(&id)
}

fn mixed_requests() -> Reply {
    let world = World::new();
    world.approved(&format!("{RARE} AND from:\"{}\"", PEOPLE[0]), &["alder", "birch"]);
    let id = world.request(&format!("{OTHER_RARE} AND from:\"{}\"", PEOPLE[1]));
    world.review("cedar", &id)
}

fn pooled() -> Reply {
    let world = World::new();
    world.run(&["keygen", "--name", "egret", "-o", "egret.key"]).done();
    let propose = ["change", "propose", "box", "--reason", "r", "--add-examiner", "egret.pub"];
    world.run(&[&propose[..], &["--key", "alder.key"]].concat()).done();
    world.run(&["change", "sign", "box", "1", "--key", "birch.key"]).done();
    world.approved(&format!("{RARE} AND from:\"{}\"", PEOPLE[0]), &["alder", "birch"]);
    let query = format!("{OTHER_RARE} AND from:\"{}\"", PEOPLE[1]);
    let ask = ["request", "box", &query, "--case", "c", "--basis", "b", "--key", "egret.key"];
    let id = world.run(&ask).done().text("request");
    let review = world.review("cedar", &id);
    assert_eq!(review.json["requests"][0]["together_examiner"], serde_json::json!([]), "{review:?}");
    review
}

fn crossed() -> Reply {
    let world = World::new();
    world.approved(OTHER_RARE, &["alder"]);
    world.approved(OTHER_RARE, &["birch"]);
    world.run(&["audit", "box", "--key", "auditor.key"])
}

fn stolen_key() -> Reply {
    let world = World::new();
    fs::write(world.path("pass"), "seven herons wade at dusk\n").unwrap();
    let keygen = ["keygen", "--name", "egret", "-o", "egret.key", "--passphrase-file", "pass"];
    world.run(&keygen).done();
    world.run(&["query", "box", &world.request, "--key", "egret.key"])
}

/// A deposit put together of two runs of the sealer: tables of the first, custody files as `custody` says. Logged.
fn patched(custody: impl Fn(&str) -> bool, other_roots: bool) -> World {
    let (world, id) = (World::people(), "20230401-00000001");
    world.init("box", ORIGIN);
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let (first, own) = seal_for(&world, &archive, id, Flag::No);
    let (second, other) = seal_for(&world, &archive, id, Flag::No);
    let lines = own.custody.iter().zip(&other.custody);
    let lines = lines.map(|(own, other)| if custody(&own.custodian) { other } else { own });
    let manifest = Manifest {
        custody: lines.cloned().collect(),
        month_roots: if other_roots { other.month_roots.clone() } else { own.month_roots.clone() },
        ..own
    };
    for path in first.list("").unwrap().iter().filter(|path| **path != manifest_path(id)) {
        let name = path.split("/custody/").nth(1).and_then(|name| name.strip_suffix(".age"));
        let from = if name.is_some_and(&custody) { &second } else { &first };
        store.put(path, &from.read(path).unwrap()).unwrap();
    }
    let document = Note::sign(manifest.to_text().unwrap(), &world.identity("rowan")).to_bytes();
    let (kind, subject, by, path) = (Kind::Deposit, id, "rowan", manifest_path(id));
    forge::append(
        &world,
        Entry { kind, subject, by, path, document: &document, bodies: Vec::new(), time: TIME },
    );
    world
}

fn different_keys() -> Reply {
    let world = patched(|name| name == "cedar", false);
    world.run(&["accept", "box", "--key", "alder.key"]).done();
    world.run(&["accept", "box", "--key", "cedar.key"])
}

fn other_tables() -> Reply {
    let world = patched(|_| true, true);
    let id = world.run(&["drill", "box", "--key", "finch.key"]).done().text("request");
    for name in ["alder", "birch"] {
        world.run(&["accept", "box", "--key", &key(name)]).done();
        world.approve(name, &id).done();
    }
    world.run(&["drill", "box", &id, "--key", "finch.key"])
}
