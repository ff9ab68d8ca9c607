//! Log entries that an operator made up: whatever reads the log looks at the document behind a leaf.

use std::fs;

use blackbox_custody::{Archive, archive::Entry, ledger::Ledger};
use blackbox_format::{fields::Hex, manifest::custody_path, merkle::sha256, note::Note};
use blackbox_log::{Kind, Leaf, Log};
use blackbox_store::Folder;

use crate::support::{
    FAILED, ORIGIN, World, assert_named,
    forge::{self, TIME},
    history::{RARE, write_export},
};

/// The operator logs, in the name of `by`, a document that the operator signed.
fn log_forged(world: &World, kind: Kind, (subject, by): (&str, &str), path: &str) {
    let document = Note::sign("blackbox/v1/forged\n".to_owned(), &world.operator()).to_bytes();
    let entry = Entry {
        kind,
        subject,
        by,
        path: path.to_owned(),
        document: &document,
        bodies: Vec::new(),
        time: TIME,
    };
    forge::append(world, entry);
}

/// A world with a third deposit, which the operator says that alder accepted; the deposit's id.
fn with_forged_acceptance() -> (World, String) {
    let world = World::new();
    write_export(&world.path("third"), 3);
    let deposit = world.run(&["seal", "box", "third", "--key", "rowan.key"]).done().text("deposit");
    let path = format!("deposits/{deposit}/accept/alder");
    log_forged(&world, Kind::Accept, (&deposit, "alder"), &path);
    assert_named(&world.verify(), &path);
    assert_named(&world.run(&["audit", "box"]), &path);
    (world, deposit)
}

#[test]
fn a_forged_acceptance_does_not_count() {
    let (world, deposit) = with_forged_acceptance();
    let status = world.run(&["status", "box"]);
    let deposits = status.json["deposits"].as_array().cloned().unwrap_or_default();
    let counted =
        deposits.iter().find(|line| line["deposit"] == deposit).map(|line| line["accepted"].clone());
    assert!(status.code == FAILED || counted == Some(0.into()), "the forged acceptance counts: {status:?}");
}

#[test]
fn a_forged_acceptance_does_not_keep_a_custodian_from_checking() {
    let (world, deposit) = with_forged_acceptance();
    let custody = world.path("box").join(custody_path(&deposit, "alder"));
    fs::write(&custody, "not a custody file").unwrap();
    let accept = world.run(&["accept", "box", "--key", "alder.key"]);
    assert_eq!(accept.code, FAILED, "alder is told that a file was checked that is damaged: {accept:?}");
}

#[test]
fn a_forged_approval_is_not_shown_to_a_custodian() {
    let world = World::new();
    let id = world.request(RARE);
    let path = format!("requests/{id}/approval.birch");
    log_forged(&world, Kind::Approval, (&id, "birch"), &path);
    assert_named(&world.verify(), &path);
    let review = world.review("alder", &id);
    let decisions = review.json["requests"][0]["decisions"].to_string();
    assert!(review.code == FAILED || !decisions.contains("birch"), "{review:?}");
}

#[test]
fn a_forged_refusal_does_not_hide_a_request_from_its_custodian() {
    let world = World::new();
    let id = world.request(RARE);
    let path = format!("requests/{id}/refusal.alder");
    log_forged(&world, Kind::Refusal, (&id, "alder"), &path);
    assert_named(&world.verify(), &path);
    let review = world.run(&["review", "box", "--key", "alder.key"]);
    assert!(review.code == FAILED || review.json.to_string().contains(&id), "{review:?}");
}

#[test]
fn a_deposit_logged_twice_is_noticed_and_does_not_double_its_hits() {
    let world = World::new();
    let deposit = &world.deposits[0];
    let path = format!("deposits/{deposit}/manifest");
    let document = fs::read(world.path("box").join(&path)).unwrap();
    let entry = Entry {
        kind: Kind::Deposit,
        subject: deposit,
        by: "rowan",
        path,
        document: &document,
        bodies: Vec::new(),
        time: TIME,
    };
    forge::append(&world, entry);
    assert_named(&world.run(&["audit", "box"]), "is there twice");
    let asked = world.ask(RARE, &[]);
    assert_eq!(asked.code, FAILED, "{asked:?}");
    assert!(asked.stderr.contains("in the log twice"), "{asked:?}");
}

#[test]
fn a_share_is_not_handed_over_for_a_leaf_that_is_not_the_approvals() {
    let world = World::new();
    let id = world.request(RARE);
    let share = world.path("box").join(format!("requests/{id}/share.alder.age"));
    let document = pending(&world, &id);
    let path = format!("requests/{id}/approval.alder");
    // The right document, but no body: no auditor would ever read the terms.
    append_leaf(&world, (&id, "alder"), &path, (&document, Vec::new()));
    let reply = world.approve("alder", &id);
    // The forged leaf counts for nothing: the approval is logged once more, properly, before its share.
    let store = Folder::new(world.path("box"));
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let proper = ledger.decisions(&archive, Kind::Approval, &id);
    assert!(proper.len() == 1 && share.exists(), "{reply:?}");
    assert_eq!(reply.json["log_index"], proper[0].index);
    assert_eq!(proper[0].leaf.bodies.len(), 1, "the terms are named by the leaf");
    assert_eq!(world.run(&["audit", "box"]).code, FAILED, "the forged leaf is found");
}

#[test]
fn a_share_is_not_handed_over_while_the_approved_terms_are_missing() {
    let world = World::new();
    let id = world.request(RARE);
    let share = world.path("box").join(format!("requests/{id}/share.alder.age"));
    let document = pending(&world, &id);
    let path = format!("requests/{id}/approval.alder");
    let note = Note::parse(&document).unwrap();
    let body = blackbox_custody::approval::Approval::parse(&note, &path).unwrap().body;
    append_leaf(&world, (&id, "alder"), &path, (&document, vec![body]));
    let body = world.path("box").join(blackbox_log::body::path(&body));
    fs::remove_file(&body).unwrap();
    let reply = world.approve("alder", &id);
    assert!(!share.exists() || body.exists(), "handed over, and no auditor can read what: {reply:?}");
}

/// Alder approves without the operator's key; gives the signed approval.
fn pending(world: &World, id: &str) -> Vec<u8> {
    let (key, away) = (world.path("box.operator.key"), world.path("away.key"));
    fs::rename(&key, &away).unwrap();
    let reply = world.approve("alder", id).done();
    assert!(reply.json["log_index"].is_null(), "{reply:?}");
    fs::rename(&away, &key).unwrap();
    fs::read(world.path("box").join(format!("requests/{id}/approval.alder"))).unwrap()
}

/// The operator appends the leaf of an approval itself.
fn append_leaf(
    world: &World,
    (subject, by): (&str, &str),
    path: &str,
    (document, bodies): (&[u8], Vec<Hex<32>>),
) {
    let leaf = Leaf {
        kind: Kind::Approval,
        time: TIME.to_owned(),
        subject: subject.to_owned(),
        by: by.to_owned(),
        document: Hex(sha256(document)),
        path: path.to_owned(),
        bodies,
    };
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let mut log = Log::open(&store, &archive.people.log, ORIGIN).unwrap();
    log.append(&world.operator(), &[leaf.to_bytes().unwrap()]).unwrap();
}
