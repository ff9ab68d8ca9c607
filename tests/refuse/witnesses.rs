//! Who cosigns, what cosignatures a policy asks for, and by which time a request has expired.

use std::fs;

use blackbox_custody::{
    Archive, approve::Now, contact::contact, ledger::Ledger, state::State, witness::cosign,
};
use blackbox_format::note::Note;
use blackbox_log::Cosigner;

use crate::support::{
    ERROR, FAILED, ORIGIN, REFUSED, World, assert_named, forge,
    history::{self, OTHER_RARE, RARE},
    key,
};

/// An archive with one deposit whose policy asks for two cosignatures.
fn strict() -> World {
    let mut world = World::people();
    fs::write(world.path("policy.toml"), "cosignatures = 2\n").unwrap();
    world.try_init("box", ORIGIN, &["--policy", "policy.toml"]).done();
    history::write_export(&world.path("first"), 1);
    world.deposits = vec![world.run(&["seal", "box", "first", "--key", "rowan.key"]).done().text("deposit")];
    for name in crate::support::CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    world
}

#[test]
fn cosignatures_are_added_to_each_other_and_outlive_the_checkpoint() {
    let world = World::new();
    let size = world.log_size();
    world.witness("alder");
    let note = world.run(&["witness", "box", "--key", "birch.key", "-o", "out"]).done();
    assert!(note.json["log_index"].is_null(), "{note:?}");
    let bytes = fs::read(world.path("out")).unwrap();
    assert_eq!(bytes, note.text("checkpoint").into_bytes());
    assert_eq!(bytes, fs::read(world.path("box/log/checkpoint")).unwrap());
    world.run(&["witness", "box", "--key", "birch.key", "-o", "out"]).fails(ERROR, "refusing to overwrite");

    world.request(RARE);
    let kept = fs::read(world.path("box").join(format!("log/cosigned/{size}"))).unwrap();
    assert_eq!(kept, bytes);
    let kept = Note::parse(&kept).unwrap();
    for name in ["alder", "birch"] {
        assert!(Cosigner::new(&world.identity(name).public().verifier).verify(&kept).is_ok());
    }
    world.verify().done();
    world.run(&["audit", "box", "--checkpoint", "out"]).done();
}

#[test]
fn who_decides_leaves_a_cosignature() {
    let world = World::new();
    let id = world.request(RARE);
    let asked = world.log_size();
    world.approve("birch", &id).done();
    world.run(&["refuse", "box", &id, "--reason", "no", "--key", "cedar.key"]).done();
    for (name, size) in [("birch", asked), ("cedar", world.log_size())] {
        let kept = fs::read(world.path("box").join(format!("log/cosigned/{size}"))).unwrap();
        let key = Cosigner::new(&world.identity(name).public().verifier);
        assert!(key.verify(&Note::parse(&kept).unwrap()).is_ok(), "{name}");
    }
}

#[test]
fn a_cosignature_that_was_altered_is_named() {
    let world = World::new();
    world.witness("alder");
    let file = format!("log/cosigned/{}", world.log_size());
    let mut note = Note::parse(&fs::read(world.path("box").join(&file)).unwrap()).unwrap();
    note.signatures.last_mut().unwrap().bytes[7] ^= 1;
    fs::write(world.path("box").join(&file), note.to_bytes()).unwrap();
    assert_named(&world.verify(), &file);
}

#[test]
fn nobody_but_custodians_and_witnesses_cosigns() {
    let world = World::new();
    let before = world.files();
    for name in ["finch", "rowan", "auditor", "magpie"] {
        let reply = world.run(&["witness", "box", "--key", &key(name)]);
        reply.fails(REFUSED, "neither a custodian nor a witness");
    }
    assert_eq!(world.files(), before);
}

#[test]
fn a_witness_from_outside_is_named_by_its_file_or_its_key() {
    let world = World::people();
    world.try_init("box", ORIGIN, &["--witness", "magpie.pub"]).done();
    let cosigned = world.witness("magpie");
    let key = Cosigner::new(&world.identity("magpie").public().verifier);
    assert!(key.verify(&Note::parse(cosigned.as_bytes()).unwrap()).is_ok());
    world.verify().done();

    world.try_init("named", "example.org/named", &["--witness", &key.to_string()]).done();
    world.run(&["witness", "named", "--key", "magpie.key"]).done();
    let twice = ["--witness", "magpie.pub", &key.to_string()];
    world.try_init("twice", "example.org/twice", &twice).fails(ERROR, "has the key of");
    world
        .try_init("own", "example.org/own", &["--witness", "alder.pub"])
        .fails(ERROR, "has the key of a custodian");
    fs::write(world.path("many.toml"), "cosignatures = 5\n").unwrap();
    let many = ["--policy", "many.toml", "--witness", "magpie.pub"];
    world.try_init("many", "example.org/many", &many).fails(ERROR, "there are 4 custodians and witnesses");
}

#[test]
fn one_cosignature_short_approves_nothing() {
    let world = strict();
    let id = world.request(RARE);
    let refused = world.approve("alder", &id);
    refused.fails(REFUSED, "asks for 2 cosignature(s)");
    for part in ["there are 1 (by \"alder\")", "\"birch\", \"cedar\"", "blackbox witness"] {
        assert!(refused.message().contains(part), "{part}: {refused:?}");
    }
    assert!(!world.path("box").join(format!("requests/{id}/approval.alder")).exists());
    world.witness("cedar");
    // Later entries do not undo what was cosigned.
    world.request(OTHER_RARE);
    world.approve("alder", &id).done();
    world.approve("birch", &id).done();
    let answer = world.query(&id).done();
    assert_eq!(answer.hits(), history::RARE_MESSAGES / 2);
    world.verify().done();
    world.run(&["audit", "box", "--key", "auditor.key"]).done();
}

#[test]
fn a_cosignature_made_on_another_copy_counts_once_it_is_taken_in() {
    let world = strict();
    let id = world.request(RARE);
    let (copy, size) = (world.copy(), world.log_size());
    world.witness("cedar");
    world.request(OTHER_RARE);
    world.approve("alder", &id).fails(REFUSED, "asks for 2 cosignature(s)");
    fs::write(world.path("theirs"), copy.witness("birch")).unwrap();
    world.run(&["witness", "box", "--key", "cedar.key", "--add", "theirs"]).done();
    let kept = fs::read(world.path("box").join(format!("log/cosigned/{size}"))).unwrap();
    assert_eq!(Note::parse(&kept).unwrap().signatures.len(), 3, "the operator's, cedar's and birch's");
    world.approve("alder", &id).done();
    world.verify().done();

    let stranger = copy.run(&["status", "box"]).done().text("checkpoint");
    let stranger: Vec<&str> = stranger.lines().filter(|line| !line.contains("birch")).collect();
    fs::write(world.path("none"), stranger.join("\n") + "\n").unwrap();
    world.run(&["witness", "box", "--key", "cedar.key", "--add", "none"]).fails(FAILED, "no cosignature");
    copy.request(RARE);
    copy.request(RARE);
    fs::write(world.path("forked"), copy.witness("birch")).unwrap();
    world
        .run(&["witness", "box", "--key", "cedar.key", "--add", "forked"])
        .fails(FAILED, "the log was forked");
}

#[test]
fn an_approval_without_its_proof_does_not_count() {
    let world = strict();
    let id = world.request(RARE);
    world.witness("alder");
    world.approve("birch", &id).done();
    forge::approve(&world, ("cedar", &id), &|_, _| {}, &|_| {});
    world.query(&id).fails(FAILED, "no proof");
    assert_named(&world.verify(), &format!("requests/{id}/approval.cedar"));
}

#[test]
fn a_proof_that_was_changed_or_taken_from_another_request_does_not_count() {
    let world = strict();
    let (other, id) = (world.request(OTHER_RARE), world.request(RARE));
    world.witness("cedar");
    for request in [&other, &id] {
        world.approve("alder", request).done();
    }
    world.approve("birch", &id).done();
    world.query(&id).done();
    let proof = |id: &str| world.path("box").join(format!("requests/{id}/proof.alder.tlog-proof"));
    let (good, foreign) = (fs::read(proof(&id)).unwrap(), fs::read(proof(&other)).unwrap());
    let mut flipped = good.clone();
    flipped[60] ^= 1;
    for bad in [Some(flipped), Some(foreign), None] {
        match bad {
            Some(bytes) => fs::write(proof(&id), bytes).unwrap(),
            None => fs::remove_file(proof(&id)).unwrap(),
        }
        world.query(&id).fails(FAILED, &format!("requests/{id}/proof.alder.tlog-proof"));
        assert_named(&world.verify(), &format!("requests/{id}/proof.alder.tlog-proof"));
    }
    // Its custodian still has it.
    world.approve("alder", &id).done();
    assert_eq!(fs::read(proof(&id)).unwrap(), good);
    world.query(&id).done();
}

#[test]
fn a_clock_behind_the_keys_last_cosignature_signs_nothing() {
    let world = World::new();
    let id = world.request(RARE);
    cosign_at(&world, "alder", "2150-01-01T00:00:00Z");
    let before = world.files();
    world.approve("alder", &id).fails(REFUSED, "the clock says");
    world.run(&["witness", "box", "--key", "alder.key"]).fails(REFUSED, "it was set back");
    world
        .run(&["refuse", "box", &id, "--reason", "no", "--key", "alder.key"])
        .fails(REFUSED, "it was set back");
    assert_eq!(world.files(), before);
}

#[test]
fn one_witness_cannot_make_a_request_expire_and_two_can() {
    let world = World::new();
    let id = world.request(RARE);
    cosign_at(&world, "birch", "2150-01-01T00:00:00Z");
    world.approve("alder", &id).done();
    let other = world.request(OTHER_RARE);
    cosign_at(&world, "cedar", "2149-01-01T00:00:00Z");
    world.approve("alder", &other).fails(REFUSED, "it expired");
}

#[test]
fn a_body_that_the_archive_lost_is_read_from_the_state_of_who_saw_it() {
    let world = World::new();
    let id = world.request(RARE);
    world.review("alder", &id).done();
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let body = Ledger::read(&archive).unwrap().request(&archive, &id).unwrap().document.body;
    let path = blackbox_log::body::path(&body);
    fs::remove_file(world.path("box").join(&path)).unwrap();
    for reply in [world.review("alder", &id).done(), world.approve("alder", &id).done()] {
        assert!(
            reply.stderr.contains(&path) && reply.stderr.contains("is missing from the archive"),
            "{reply:?}"
        );
    }
    world.review("birch", &id).fails(FAILED, &path);
    assert_named(&world.verify(), &path);
}

#[test]
fn a_state_of_before_witnesses_is_read() {
    let world = World::new();
    let state = world.path("alder.key.state");
    let name = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let name = name.into_iter().find(|name| name.len() == 64).unwrap();
    let text = fs::read_to_string(state.join(&name)).unwrap();
    assert!(text.contains("\ncosigned: ") && text.contains("\nseen: "), "{text}");
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("cosigned") && !line.starts_with("seen")).collect();
    fs::write(state.join(&name), kept.join("\n") + "\n").unwrap();
    world.run(&["review", "box", "--key", "alder.key"]).done();
    world.witness("alder");
}

/// Somebody cosigns with a clock of its own.
fn cosign_at(world: &World, name: &str, time: &str) {
    let store = world.store();
    let mut archive = Archive::open(&store).unwrap();
    let identity = world.identity(name);
    let mut state = State::open(&world.path(&format!("{name}.key.state")), &archive).unwrap();
    contact(&archive, &Ledger::read(&archive).unwrap(), (&mut state, &identity), None).unwrap();
    let now = Now { time: time.to_owned(), today: time[..10].parse().unwrap() };
    cosign(&mut archive, (&identity, &mut state), &now).unwrap();
}
