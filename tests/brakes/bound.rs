//! The share that review shows is never below the rows that tokens really open.

use std::{collections::BTreeSet, path::Path};

use blackbox_custody::{
    Archive, Identity,
    approve::{Now, approve, open_request},
    ask::{Wanted, draft, log_request},
    collect::collect,
    contact::contact,
    counts::Counts,
    disclose::{answer, disclose},
    ledger::Ledger,
    share::Held,
    state::State,
};
use blackbox_format::{body::Sealed, message::Message, month::Month, note::Signer, term::Literal};
use blackbox_query::{
    matches::Terms,
    plan::{Mode, Plan},
};
use blackbox_token::ask::Range;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::world::World;

const WORDS: usize = 24;

/// Messages over four months; a word is the rarer the higher its number.
fn messages() -> Vec<Message> {
    let mut random = StdRng::seed_from_u64(11);
    let message = |number: usize| {
        let words = (0..WORDS).filter(|word| random.random_range(0..6 + 4 * word) == 0);
        Message {
            time: 1_577_836_800_000 + number as i64 * 17_000_000,
            from: format!("Person {}", number % 4),
            text: words.map(|word| format!("rook{word}")).collect::<Vec<_>>().join(" "),
            platform: "jsonl".into(),
            ..Message::default()
        }
    };
    (0..600).map(message).collect()
}

fn state(archive: &Archive<'_>, ledger: &Ledger, (who, states): (&Identity, &Path)) -> State {
    let mut state = State::open(&states.join(who.verifier().name()), archive).unwrap();
    contact(archive, ledger, (&mut state, who), None).unwrap();
    state
}

/// Has all words counted: asked, approved and disclosed through the library.
fn count_all(world: &World, states: &Path, now: &Now) {
    let wanted = Wanted {
        query: (0..WORDS).map(|word| format!("rook{word}")).collect::<Vec<_>>().join(" OR "),
        mode: Mode::Count,
        find_by: Vec::new(),
        counts: Default::default(),
        case: "C1".into(),
        basis: "law".into(),
        purpose: None,
        since: None,
        until: None,
        context: 0,
        deposits: Vec::new(),
        compartments: Vec::new(),
        cites: None,
        expires: None,
        order: None,
    };
    let mut archive = world.archive();
    let ledger = Ledger::read(&archive).unwrap();
    let draft = draft(&archive, &ledger, (&wanted, now), &world.examiner).unwrap();
    log_request(&mut archive, &draft, (&world.operator, now)).unwrap();
    let id = &draft.request.id;
    for custodian in &world.custodians {
        let mut archive = world.archive();
        let ledger = Ledger::read(&archive).unwrap();
        let mut state = state(&archive, &ledger, (custodian, states));
        let open = open_request(&archive, &ledger, custodian, id).unwrap();
        let operator: &dyn Signer = &world.operator;
        approve(&mut archive, (&open, &[]), (custodian, &mut state), (now, Some(operator))).unwrap();
    }
    let mut archive = world.archive();
    let ledger = Ledger::read(&archive).unwrap();
    let open = open_request(&archive, &ledger, &world.examiner, id).unwrap();
    let collected = collect(&archive, &ledger, &open, &world.examiner).unwrap();
    let answered = answer(&archive, &open, &collected).unwrap();
    let parts = (&open, &answered, &b"{}"[..]);
    disclose(&mut archive, parts, &collected, (&world.examiner, &world.operator, now)).unwrap();
}

/// A query of some shape over these words.
fn query(random: &mut StdRng) -> String {
    let word = |random: &mut StdRng| format!("rook{}", random.random_range(0..WORDS));
    let (a, b, c) = (word(random), word(random), word(random));
    let from = format!("from:\"Person {}\"", random.random_range(0..4));
    [
        a.clone(),
        format!("{a} OR {b} OR {c}"),
        format!("{a} AND {from}"),
        format!("({a} OR {b}) AND ({c} OR {from})"),
        format!("{a} OR ({b} AND {from})"),
    ]
    .choose(random)
    .unwrap()
    .clone()
}

#[test]
fn the_shown_share_is_never_below_what_the_closure_opens() {
    let (folder, states) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = World::new(folder.path(), (2, 2));
    let messages = messages();
    world.seal("d1", &messages, 200);
    count_all(&world, states.path(), &world.now());
    let archive = world.archive();
    let ledger = Ledger::read(&archive).unwrap();
    let counts = Counts::read(&archive, &ledger, &world.custodians[0]).unwrap();
    let manifest = counts.manifest("d1").unwrap();
    let ranges =
        [Range { deposit: "d1".into(), threshold: manifest.threshold, months: manifest.months().collect() }];
    let terms: Vec<Terms> =
        messages.iter().map(|one| Terms::of(&Sealed::new(one.clone(), 0, Vec::new()))).collect();
    let mut random = StdRng::seed_from_u64(5);
    let (mut bounds, mut truths, mut tight) = (0, 0, 0);
    for _ in 0..60 {
        let made: Vec<Plan> = (0..random.random_range(1..4))
            .filter_map(|_| {
                Plan::new(&query(&mut random).parse().unwrap(), Mode::Open, &archive.people.rules, &[]).ok()
            })
            .collect();
        // Several requests' tokens in one hand, each for some of the months.
        let parts: Vec<(&Plan, Vec<Month>)> = made
            .iter()
            .map(|plan| {
                let months = ranges[0].months.iter().filter(|_| random.random_range(0..3) > 0);
                (plan, months.copied().collect())
            })
            .collect();
        let mut held = Held::default();
        for (plan, months) in &parts {
            let range = Range { months: months.clone(), ..ranges[0].clone() };
            held.add(plan, &[range], 0..plan.literals.len());
        }
        let shares = held.shares(&counts, u64::MAX).unwrap();
        let bound: u64 = shares.iter().map(|share| share.opens_at_most).sum();
        assert!(shares.iter().all(|share| share.unknown.is_empty()), "{shares:?}");
        let opened = messages.iter().zip(&terms).filter(|(message, terms)| {
            let month = Month::of_millis(message.time).unwrap();
            let literals = held.at("d1", month).literals();
            let has: BTreeSet<Literal> =
                literals.iter().map(|(literal, _)| literal.clone()).filter(|one| terms.has(one)).collect();
            blackbox_query::plan::Closure::of(&literals).opens(&has)
        });
        let opened = opened.count() as u64;
        let rows: u64 = manifest.segments.iter().map(|line| u64::from(line.rows)).sum();
        assert!(opened <= bound && bound <= rows, "{opened} opened, {bound} shown: {parts:?}");
        (bounds, truths) = (bounds + bound, truths + opened);
        tight += u64::from(bound == opened && opened > 0);
    }
    assert!(truths > 500 && tight > 0, "the test opens something: {truths} of {bounds}, {tight} exactly");
}
