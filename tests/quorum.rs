//! Every quorum from 1 of 1 to 5 of 9: all sets of at least k answers give the same hits, every set of k-1 none.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod world;

use blackbox_custody::{keys::custody_keys, ledger::Ledger, request::items};
use blackbox_format::message::Message;
use blackbox_query::{
    plan::{Mode, Plan},
    read::{DepositReader, Found, Job, search},
};
use blackbox_token::{
    ask::{Answers, Ask, Range},
    combine::combine,
};
use world::{Scan, World};

const QUERY: &str = "kingfisher AND (heron OR from:\"bea frost\") AND NOT ferry";

/// Messages of two months, in which each combination of the query's terms occurs.
fn messages() -> Vec<Message> {
    let words = ["kingfisher", "heron", "ferry", "saltmarsh"];
    let message = |number: usize| Message {
        // 2021-01-30 to 2021-02-03.
        time: 1_612_000_000_000 + number as i64 * 5_400_000,
        from: ["Bea Frost", "Cyrus Holm"][number % 2].to_owned(),
        to: vec!["Dita Marl".to_owned()],
        text: words
            .iter()
            .enumerate()
            .filter(|(bit, _)| number >> (bit + 1) & 1 == 1)
            .map(|(_, word)| *word)
            .collect::<Vec<_>>()
            .join(" "),
        platform: "sms".to_owned(),
        ..Message::default()
    };
    (0..64).map(message).collect()
}

/// The answer of custodians `who` to the query, at a threshold of `needed`.
fn answer(
    (plan, ask, needed): (&Plan, &Ask, usize),
    (answers, who): (&[Answers], u32),
    (world, readers): (&World, &[DepositReader<'_>]),
) -> Found {
    let given: Vec<Answers> = (answers.iter().enumerate())
        .filter(|(number, _)| who >> number & 1 == 1)
        .map(|(number, answers)| {
            let items: Vec<usize> = answers.items.keys().copied().collect();
            Answers::from_bytes(ask, number, &items, &answers.to_bytes()).unwrap()
        })
        .collect();
    let tokens = combine(ask, &given).unwrap();
    let rules = &world.archive().people.rules;
    let span = (i64::MIN, i64::MAX);
    search(&Job { plan, ask, tokens: &tokens, needed, rules, context: 0, span }, readers).unwrap()
}

fn every_set_of_answers(needed: usize, custodians: usize) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (needed, custodians));
    let messages = messages();
    world.seal("20210301-00000001", &messages, 1 << 17);
    let archive = world.archive();
    let ledger = Ledger::read(&archive).unwrap();
    let deposits = ledger.deposits(&archive).unwrap();
    let readers: Vec<DepositReader<'_>> =
        deposits.iter().map(|one| DepositReader::open(archive.store, &one.document).unwrap()).collect();
    let plan = Plan::new(&QUERY.parse().unwrap(), Mode::Open, &archive.people.rules, &[]).unwrap();
    let manifest = &deposits[0].document;
    let range = Range {
        deposit: manifest.deposit.clone(),
        threshold: manifest.threshold,
        months: manifest.months().collect(),
    };
    let ask = Ask { origin: archive.config.origin.clone(), ranges: vec![range], items: items(&plan, 0) };
    let all: Vec<usize> = (0..ask.items.len()).collect();
    let answers: Vec<Answers> = (world.custodians.iter())
        .map(|one| ask.answer(&[custody_keys(&archive, &ledger, &deposits[0], one).unwrap()], &all).unwrap())
        .collect();
    let expected: Vec<&str> =
        Scan::of(&messages).query(QUERY).into_iter().map(|number| messages[number].text.as_str()).collect();
    assert!(expected.len() > 5, "the query finds something");
    let mut hits = None;
    for who in 0..1u32 << custodians {
        let size = who.count_ones() as usize;
        if size + 1 < needed {
            continue;
        }
        let found = answer((&plan, &ask, needed), (&answers, who), (&world, &readers));
        if size < needed {
            assert!(
                found.hits.is_empty() && found.counted.is_empty(),
                "{who:b} of {custodians} open something"
            );
            assert!(!found.unanswered.is_empty(), "and it is said that they are too few");
            continue;
        }
        assert!(found.unanswered.is_empty(), "{:?}", found.unanswered);
        let texts: Vec<&str> = found.hits.iter().map(|hit| hit.text.as_str()).collect();
        assert_eq!(texts, expected, "{who:b} of {custodians}, {needed} needed");
        let json = serde_json::to_value(&found.hits).unwrap();
        assert_eq!(*hits.get_or_insert(json.clone()), json);
    }
}

#[test]
fn every_quorum_of_up_to_six_gives_the_same_hits_and_one_fewer_gives_none() {
    for custodians in 1..=6 {
        (1..=custodians.min(5)).for_each(|needed| every_set_of_answers(needed, custodians));
    }
}

#[test]
fn every_quorum_of_seven_and_eight_gives_the_same_hits_and_one_fewer_gives_none() {
    for custodians in [7, 8] {
        (1..=5).for_each(|needed| every_set_of_answers(needed, custodians));
    }
}

#[test]
fn every_quorum_of_nine_gives_the_same_hits_and_one_fewer_gives_none() {
    (1..=5).for_each(|needed| every_set_of_answers(needed, 9));
}
