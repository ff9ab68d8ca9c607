//! Interrupted at any change, an archive is as before or as after, and the next run goes on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "world/faulty.rs"]
mod faulty;
mod world;

use std::path::Path;

use blackbox_custody::{
    Archive, Identity,
    approve::{Approved, approve, open_request},
    archive::Entry,
    ask::{Wanted, draft, log_request},
    collect::collect,
    contact::contact,
    disclose::{answer, disclose},
    ledger::Ledger,
    state::State,
    verify::verify,
};
use blackbox_format::{manifest::manifest_path, message::Message, note::Signer};
use blackbox_log::Kind;
use blackbox_query::plan::Mode;
use blackbox_store::{Folder, Store};
use faulty::{Fate, Faulty};
use world::{Given, World};

fn messages(count: usize) -> Vec<Message> {
    let message = |number: usize| Message {
        time: 1_577_836_800_000 + number as i64 * 3_600_000,
        from: format!("Person {}", number % 5),
        chat: Some("Team".into()),
        text: format!("note{number} about the quay{} works", number % 40),
        platform: "jsonl".into(),
        ..Message::default()
    };
    (0..count).map(message).collect()
}

fn assert_sound(store: &Folder, when: &str) {
    let findings = verify(store).unwrap();
    assert!(findings.ok(), "{when}: {:#?}", findings.all);
}

fn fates() -> impl Iterator<Item = (usize, Fate)> {
    (0..).flat_map(|passes| [(passes, Fate::Lost), (passes, Fate::Stored)])
}

/// Seals and logs through `store`, as the program does.
fn seal_and_log(world: &World, store: &dyn Store, deposit: &str) -> Result<(), String> {
    let all = messages(60);
    world.try_seal(store, deposit, &Given(&all), 1 << 17).map_err(|error| error.to_string())?;
    let document = store.read(&manifest_path(deposit)).map_err(|error| error.to_string())?;
    let mut archive = Archive::open(store).map_err(|error| error.to_string())?;
    let entry = Entry {
        kind: Kind::Deposit,
        subject: deposit,
        by: world.sealer.verifier().name(),
        path: manifest_path(deposit),
        document: &document,
        bodies: Vec::new(),
        time: "2026-01-01T00:00:01Z",
    };
    archive.append(&world.operator, entry).map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_deposit_interrupted_at_any_write_is_in_the_log_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    for (number, (passes, fate)) in fates().enumerate() {
        let deposit = format!("d{number}");
        let done = seal_and_log(&world, &Faulty::new(&world.store, passes, fate), &deposit).is_ok();
        assert_sound(&world.store, &format!("after {passes} writes, {fate:?}"));
        let archive = world.archive();
        let ledger = Ledger::read(&archive).unwrap();
        let logged = ledger.about(Kind::Deposit, &deposit).next().is_some();
        assert!(logged || !done, "a deposit that was reported done is in the log");
        if logged {
            let (_, found) = world.reader(&archive).query("note7 AND \"note7 about\"", 0).unwrap();
            assert!(!found.hits.is_empty());
        }
        if done {
            assert!(number > 30, "only {number} writes were interrupted");
            return;
        }
    }
}

/// Seals two deposits and logs both at once through `store`, as the program does for two compartments.
fn seal_two_and_log(world: &World, store: &dyn Store, deposits: &[String; 2]) -> Result<(), String> {
    let all = messages(40);
    let mut documents = Vec::new();
    for (deposit, part) in deposits.iter().zip(all.chunks(20)) {
        world.try_seal(store, deposit, &Given(part), 1 << 17).map_err(|error| error.to_string())?;
        documents.push(store.read(&manifest_path(deposit)).map_err(|error| error.to_string())?);
    }
    let mut archive = Archive::open(store).map_err(|error| error.to_string())?;
    let entries = deposits.iter().zip(&documents).map(|(deposit, document)| Entry {
        kind: Kind::Deposit,
        subject: deposit,
        by: world.sealer.verifier().name(),
        path: manifest_path(deposit),
        document,
        bodies: Vec::new(),
        time: "2026-01-01T00:00:01Z",
    });
    archive.append_all(&world.operator, entries.collect()).map(drop).map_err(|error| error.to_string())
}

#[test]
fn deposits_of_one_run_interrupted_at_any_write_are_all_in_the_log_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    // The first writes are those of the test above.
    for (number, (passes, fate)) in fates().skip(30).enumerate() {
        let deposits = [format!("a{number}"), format!("b{number}")];
        let done = seal_two_and_log(&world, &Faulty::new(&world.store, passes, fate), &deposits).is_ok();
        assert_sound(&world.store, &format!("after {passes} writes, {fate:?}"));
        let ledger = Ledger::read(&world.archive()).unwrap();
        let logged = deposits.each_ref().map(|one| ledger.about(Kind::Deposit, one).count());
        assert!(
            logged == [1, 1] || (logged == [0, 0] && !done),
            "after {passes} writes, {fate:?}: {logged:?}"
        );
        if done {
            assert!(passes > 30, "only {passes} writes were interrupted");
            return;
        }
    }
}

/// One custodian's and the examiner's part of a request's life, through `store`.
struct Life<'a> {
    world: &'a World,
    states: &'a Path,
}

impl Life<'_> {
    fn state(&self, archive: &Archive<'_>, ledger: &Ledger, who: &Identity) -> State {
        let folder = self.states.join(who.verifier().name());
        let mut state = State::open(&folder, archive).unwrap();
        contact(archive, ledger, (&mut state, who), None).unwrap();
        state
    }

    fn approve(&self, store: &dyn Store, who: &Identity, id: &str) -> Result<Approved, String> {
        let mut archive = Archive::open(store).map_err(|error| error.to_string())?;
        let ledger = Ledger::read(&archive).map_err(|error| error.to_string())?;
        let mut state = self.state(&archive, &ledger, who);
        let open = open_request(&archive, &ledger, who, id).map_err(|error| error.to_string())?;
        let operator: &dyn Signer = &self.world.operator;
        approve(&mut archive, (&open, &[]), (who, &mut state), (&self.world.now(), Some(operator)))
            .map_err(|error| error.to_string())
    }

    fn query(&self, store: &dyn Store, id: &str) -> Result<usize, String> {
        let who = &self.world.examiner;
        let mut archive = Archive::open(store).map_err(|error| error.to_string())?;
        let ledger = Ledger::read(&archive).map_err(|error| error.to_string())?;
        let open = open_request(&archive, &ledger, who, id).map_err(|error| error.to_string())?;
        let collected = collect(&archive, &ledger, &open, who).map_err(|error| error.to_string())?;
        let answered = answer(&archive, &open, &collected).map_err(|error| error.to_string())?;
        let parts = (&open, &answered, &b"{}"[..]);
        disclose(&mut archive, parts, &collected, (who, &self.world.operator, &self.world.now()))
            .map_err(|error| error.to_string())?;
        Ok(answered.answer.hits.len())
    }
}

fn ask(world: &World, store: &dyn Store) -> Result<String, String> {
    let mut archive = Archive::open(store).map_err(|error| error.to_string())?;
    let ledger = Ledger::read(&archive).map_err(|error| error.to_string())?;
    let wanted = Wanted {
        query: "note7".into(),
        mode: Mode::Open,
        order: None,
        find_by: Vec::new(),
        counts: Default::default(),
        case: "C1".into(),
        basis: "law".into(),
        purpose: None,
        since: None,
        until: None,
        context: 1,
        deposits: Vec::new(),
        compartments: Vec::new(),
        cites: None,
        expires: None,
    };
    let now = world.now();
    let draft =
        draft(&archive, &ledger, (&wanted, &now), &world.examiner).map_err(|error| error.to_string())?;
    log_request(&mut archive, &draft, (&world.operator, &now)).map_err(|error| error.to_string())?;
    Ok(draft.request.id)
}

/// Runs `step` with every change of it interrupted in turn, until it passes.
fn interrupt(world: &World, mut step: impl FnMut(&dyn Store) -> bool) {
    for (passes, fate) in fates() {
        let done = step(&Faulty::new(&world.store, passes, fate));
        assert_sound(&world.store, &format!("after {passes} writes, {fate:?}"));
        if done {
            assert!(passes > 1, "the step makes several changes");
            return;
        }
    }
}

#[test]
fn a_request_interrupted_at_any_write_can_go_on_and_no_share_precedes_its_log_entry() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 2));
    world.seal("d1", &messages(60), 1 << 17);
    let life = Life { world: &world, states: folder.path() };
    interrupt(&world, |store| ask(&world, store).is_ok());
    let id = ask(&world, &world.store).unwrap();
    for custodian in &world.custodians {
        interrupt(&world, |store| {
            let done = life.approve(store, custodian, &id).is_ok();
            let name = custodian.verifier().name();
            let shared = world.store.exists(&format!("requests/{id}/share.{name}.age")).unwrap();
            let archive = world.archive();
            let ledger = Ledger::read(&archive).unwrap();
            let logged = ledger.about(Kind::Approval, &id).filter(|one| one.leaf.by == name).count();
            assert!(logged == 1 || !shared, "a share was handed over before its approval was in the log");
            assert!(logged <= 1, "one approval was logged {logged} times");
            done
        });
    }
    interrupt(&world, |store| life.query(store, &id).is_ok());
    assert_eq!(life.query(&world.store, &id), Ok(1));
}

#[test]
fn an_export_that_changes_between_readings_is_not_sealed() {
    struct Changing(std::sync::atomic::AtomicUsize);
    impl blackbox_seal::History for Changing {
        fn replay(
            &self,
            each: &mut dyn FnMut(blackbox_format::message::Incoming) -> Result<(), blackbox_seal::SealError>,
        ) -> Result<(), blackbox_seal::SealError> {
            let reading = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let all = messages(600);
            for mut message in all {
                message.text.push_str(if reading > 0 { " altered" } else { "" });
                each(blackbox_format::message::Incoming { message, media: Vec::new() })?;
            }
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (1, 1));
    // Segments of 100 messages: too much to be kept in memory, so it is read again.
    let error = world.try_seal(&world.store, "d1", &Changing(0.into()), 100).err().unwrap();
    assert!(matches!(error, blackbox_seal::SealError::ExportChanged), "{error}");
    assert!(world.store.list("deposits").unwrap().is_empty(), "nothing is left of it");
}
