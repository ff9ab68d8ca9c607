//! Queries of every operator, nested at random, return exactly what an evaluation of their own says
//! that they mean: over several deposits with duplicates, at the edges of months, and over real
//! messages where they are there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod asked;
mod corpora;
mod story;
mod world;

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use asked::{Asked, make::Maker, plain::Plain};
use blackbox_format::{message::Message, term::Literal};
use blackbox_query::plan::Plan;
use world::{Bench, World};

/// What came of many queries.
#[derive(Debug, Default)]
struct Sum {
    queries: usize,
    hits: usize,
    unanswered: usize,
    refused: usize,
}

/// The deposit and the export's id of a hit.
type Found = (String, String);

/// Asks one deposit, and compares. Nothing if the query is refused.
fn compare(bench: &Bench<'_>, messages: &[Plain], asked: &Asked, sum: &mut Sum) -> Option<Vec<Found>> {
    let text = asked.text();
    let (plan, found) = match bench.query(&text, 0) {
        Ok(answer) => answer,
        Err(refusal) => {
            refused_with_reason(&text, &refusal);
            sum.refused += 1;
            return None;
        }
    };
    assert_eq!(Plan::check(&plan.claim(), &bench.archive.people.rules).as_ref(), Ok(&plan), "{text}");
    assert!(found.misindexed.is_empty(), "{text}: {:?}", found.misindexed);
    let common: BTreeSet<(String, String)> = found
        .unanswered
        .iter()
        .flat_map(|one| one.literals.iter().map(|literal| (literal.clone(), one.epoch.clone())))
        .collect();
    let deposit = &bench.deposits[0].document.deposit;
    let expected =
        messages.iter().filter(|message| asked.holds(message) && is_reached(&plan, message, &common));
    let mut expected: Vec<Found> = expected.map(|one| (deposit.clone(), one.id.clone())).collect();
    let mut hits = ids(&found.hits);
    hits.sort();
    expected.sort();
    assert_eq!(hits, expected, "{text}");
    sum.hits += hits.len();
    sum.unanswered += usize::from(!common.is_empty());
    Some(hits)
}

fn ids(hits: &[blackbox_query::answer::Hit]) -> Vec<Found> {
    let id = |hit: &blackbox_query::answer::Hit| {
        (hit.id.split('/').next().unwrap().to_owned(), hit.source_id.clone().unwrap())
    };
    hits.iter().map(id).collect()
}

fn refused_with_reason(text: &str, refusal: &str) {
    let reasons =
        ["may find", "matches nothing", "leave out", "which days", "conjunctions", "terms", "longer"];
    assert!(reasons.iter().any(|reason| refusal.contains(reason)), "{text}: {refusal}");
}

/// Whether some clause opens the message, by a finder that is not common in its month.
fn is_reached(plan: &Plan, message: &Plain, common: &BTreeSet<(String, String)>) -> bool {
    let has = |literal: &&Literal| match literal.field.name() {
        "word" => message.has_word(|word| word == literal.term),
        field => message.terms.contains(&(field.to_owned(), literal.term.clone())),
    };
    let finds = |literal: &&Literal| !common.contains(&(literal.to_string(), message.month.clone()));
    plan.clauses.iter().any(|clause| {
        clause.find.iter().filter(has).any(|literal| finds(&literal))
            && [&clause.open].into_iter().chain(&clause.tests).all(|group| group.iter().any(|one| has(&one)))
            && !clause.nots.iter().any(|one| has(&one))
    })
}

/// Only the deposit with this number.
fn only(mut bench: Bench<'_>, number: usize) -> Bench<'_> {
    let keep = |at: usize| at == number;
    for keys in &mut bench.keys {
        let mut at = 0..;
        keys.retain(|_| keep(at.next().unwrap()));
    }
    let (mut readers, mut deposits) = (0.., 0..);
    bench.readers.retain(|_| keep(readers.next().unwrap()));
    bench.deposits.retain(|_| keep(deposits.next().unwrap()));
    bench
}

#[test]
fn every_operator_means_what_it_says_in_several_deposits_with_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    let stories = story::stories(1_600);
    let parts = [&stories[..1_000], &stories[800..]];
    world.seal_all("d1", &story::Told(parts[0]), 400);
    world.seal_all("d2", &story::Told(parts[1]), 1 << 15);
    let archive = world.archive();
    let all = world.reader(&archive);
    let each = [only(world.reader(&archive), 0), only(world.reader(&archive), 1)];
    let plain = parts.map(|stories| stories.iter().map(story::Story::plain).collect::<Vec<Plain>>());
    let (mut maker, mut sum) = (Maker::new(&plain[0], 11), Sum::default());
    for _ in 0..600 {
        let asked = maker.query();
        sum.queries += 1;
        let found = [0, 1].map(|number| compare(&each[number], &plain[number], &asked, &mut sum));
        let [Some(one), Some(two)] = found else { continue };
        let mut both = ids(&all.query(&asked.text(), 0).unwrap().1.hits);
        both.sort();
        let mut expected = [one, two].concat();
        expected.sort();
        assert_eq!(both, expected, "{}", asked.text());
    }
    println!("{sum:?}");
    assert!(sum.hits > 300 && sum.unanswered > 5 && sum.refused < sum.queries, "{sum:?}");
}

/// Compares `queries` random queries over real messages.
fn soak(messages: &[Message], queries: usize) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    world.seal("d1", messages, 1 << 17);
    let archive = world.archive();
    let bench = world.reader(&archive);
    let plain: Vec<Plain> = messages.iter().map(Plain::read).collect();
    let (mut maker, mut sum) = (Maker::new(&plain, 23), Sum::default());
    while sum.queries < queries {
        compare(&bench, &plain, &maker.query(), &mut sum);
        sum.queries += 1;
    }
    println!("{sum:?}");
    assert!(sum.hits > queries && sum.refused < queries / 2, "{sum:?}");
}

/// The folder of real exports, where there is time for them.
fn corpora() -> Option<PathBuf> {
    let corpora =
        std::env::var_os("BLACKBOX_CORPORA").filter(|_| std::env::var_os("BLACKBOX_SOAK").is_some());
    if corpora.is_none() {
        println!("skipped: it takes minutes, and runs where BLACKBOX_CORPORA and BLACKBOX_SOAK are set");
    }
    corpora.map(|corpora| PathBuf::from(corpora).join("large"))
}

#[test]
fn queries_of_every_operator_over_text_messages() {
    let Some(corpora) = corpora() else { return };
    soak(&corpora::imported(corpora.join("sms-en.jsonl.gz")), 5_000);
}

#[test]
fn queries_of_every_operator_over_the_clinton_release() {
    let Some(corpora) = corpora() else { return };
    soak(&corpora::imported(corpora.join("clinton.jsonl.gz")), 2_500);
}

#[test]
fn queries_of_every_operator_over_the_enron_part() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let packed = corpora.join("enron-maildir.tar.xz");
    let tar = Command::new("tar").arg("xJf").arg(packed).arg("-C").arg(folder.path()).status();
    assert!(tar.unwrap().success());
    soak(&corpora::imported(folder.path().to_owned()), 2_500);
}
