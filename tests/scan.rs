//! What a query returns is exactly what a plain scan of the plaintext finds, save what it says it
//! cannot answer; on generated messages, and on real ones where they are there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpora;
mod world;

use std::{collections::BTreeSet, io::Read, path::PathBuf, process::Command};

use blackbox_format::{message::Message, month::Month, term::Literal};
use blackbox_query::matches::Terms;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use world::{Scan, World, plain_words};

/// Asks `query`, and compares with the scan: every hit is right, and every message that a scan finds
/// is a hit, unless the query's finder was unanswered in that month.
fn compare(bench: &world::Bench<'_>, scan: &Scan, query: &str) -> Compared {
    let (plan, found) = match bench.query(query, 0) {
        Ok(answer) => answer,
        Err(refusal) => {
            assert!(refusal.contains("may find"), "{query}: {refusal}");
            return Compared { hits: 0, unanswered: 0, refused: 1 };
        }
    };
    let unanswered: BTreeSet<(String, String)> =
        found.unanswered.iter().map(|one| (one.literals[0].clone(), one.epoch.clone())).collect();
    assert!(found.misindexed.is_empty(), "{query}: {:?}", found.misindexed);
    let mut hits: Vec<(String, String, String)> = found
        .hits
        .iter()
        .map(|hit| (hit.source_id.clone().unwrap(), hit.from.clone(), hit.text.clone()))
        .collect();
    // A message that some clause opens, and finds by a term that was not common in its month.
    let answered = |(message, terms): &&(Message, Terms)| {
        let month = Month::of_millis(message.time).unwrap().to_string();
        let finds = |literal: &&Literal| !unanswered.contains(&(literal.to_string(), month.clone()));
        plan.clauses.iter().any(|clause| {
            clause.find.iter().filter(finds).any(|literal| terms.has(literal))
                && [&clause.open]
                    .into_iter()
                    .chain(&clause.tests)
                    .all(|group| group.iter().any(|one| terms.has(one)))
                && !clause.nots.iter().any(|literal| terms.has(literal))
        })
    };
    let scanned = scan.query(query).into_iter().map(|number| &scan.messages[number]);
    let mut expected: Vec<_> = scanned
        .filter(answered)
        .map(|(message, _)| (message.source_id.clone().unwrap(), message.from.clone(), message.text.clone()))
        .collect();
    hits.sort();
    expected.sort();
    assert_eq!(hits, expected, "{query}");
    Compared { hits: hits.len(), unanswered: unanswered.len(), refused: 0 }
}

#[derive(Debug, Default)]
struct Compared {
    hits: usize,
    unanswered: usize,
    refused: usize,
}

/// Makes a query of a message and its words.
type Maker<'a> = dyn FnMut(&Message, &[String], &mut StdRng) -> Option<String> + 'a;

/// Random words, pairs, phrases and sender-and-word pairs of the messages themselves.
fn queries(
    messages: &[Message],
    (words, pairs, phrases, senders): (usize, usize, usize, usize),
) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(7);
    let vocabulary: BTreeSet<String> = messages.iter().flat_map(plain_words).collect();
    let vocabulary: Vec<&String> = vocabulary.iter().collect();
    let mut queries: Vec<String> =
        (0..words).map(|_| vocabulary.choose(&mut random).unwrap().to_string()).collect();
    let mut picked = |wanted: usize, make: &mut Maker<'_>| {
        let mut made = Vec::new();
        while made.len() < wanted {
            let message = messages.choose(&mut random).unwrap();
            made.extend(make(message, &plain_words(message), &mut random));
        }
        made
    };
    let two = |words: &[String], random: &mut StdRng| {
        (words.len() >= 2)
            .then(|| (words.choose(random).unwrap().clone(), words.choose(random).unwrap().clone()))
    };
    queries.extend(picked(pairs, &mut |_, words, random| {
        two(words, random).map(|(a, b)| format!("{a} AND {b}"))
    }));
    queries.extend(picked(phrases, &mut |message, words, random| {
        let at = random.random_range(0..words.len().checked_sub(1).filter(|most| *most > 0)?);
        // Only words that really follow one another, with nothing unwritable between them.
        let phrase = format!("{} {}", words[at], words[at + 1]);
        let all = blackbox_format::text::words(&message.text);
        all.windows(2).any(|pair| pair.join(" ") == phrase).then(|| format!("\"{phrase}\""))
    }));
    queries.extend(picked(senders, &mut |message, words, random| {
        if message.from.is_empty() || message.from.contains(['"', '\\']) {
            return None;
        }
        Some(format!("from:\"{}\" AND {}", message.from, words.choose(random)?))
    }));
    queries
}

fn compare_all(world: &World, messages: &[Message], counts: (usize, usize, usize, usize)) -> Compared {
    let archive = world.archive();
    let bench = world.reader(&archive);
    let scan = Scan::of(messages);
    let mut sum = Compared::default();
    for query in queries(messages, counts) {
        let one = compare(&bench, &scan, &query);
        sum.hits += one.hits;
        sum.unanswered += one.unanswered;
        sum.refused += one.refused;
    }
    sum
}

/// Messages of invented people: words drawn so that some are frequent and most are rare.
fn generated(count: usize) -> Vec<Message> {
    let mut random = StdRng::seed_from_u64(3);
    let word = |random: &mut StdRng| {
        let rank = (1.0 / random.random_range(0.0005..1.0f64)) as u32;
        format!("{}{}", ["ka", "lo", "mi", "ne", "pu"][rank as usize % 5], rank)
    };
    let people = ["Ada Quill", "Ben Marsh", "Cleo Varga", "Dov Ilesanmi", "Edda Ruiz"];
    let message = |number: usize| {
        let length = random.random_range(1..14);
        Message {
            time: 1_577_836_800_000 + number as i64 * 997_000,
            from: people.choose(&mut random).unwrap().to_string(),
            to: vec![people[number % 5].to_owned()],
            chat: (!number.is_multiple_of(3)).then(|| format!("Chat {}", number % 4)),
            text: (0..length).map(|_| word(&mut random)).collect::<Vec<_>>().join(" "),
            platform: "jsonl".to_owned(),
            source_id: Some(number.to_string()),
            ..Message::default()
        }
    };
    (0..count).map(message).collect()
}

#[test]
fn queries_equal_a_plain_scan_of_generated_messages_in_several_segments_and_deposits() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    let messages = generated(3000);
    world.seal("d1", &messages[..2000], 700);
    world.seal("d2", &messages[2000..], 700);
    let sum = compare_all(&world, &messages, (60, 60, 30, 30));
    assert!(sum.hits > 100 && sum.unanswered > 0, "{sum:?}");
}

#[test]
fn every_shape_of_query_equals_a_plain_scan() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (3, 5));
    let messages = generated(2000);
    world.seal("d1", &messages, 1 << 17);
    let archive = world.archive();
    let (bench, scan) = (world.reader(&archive), Scan::of(&messages));
    let mut hits = 0;
    for query in [
        "mi12",
        "mi12 OR ne13 OR \"ka5 ka5\"",
        "mi12 AND lo6",
        "mi12 AND lo6 AND NOT ka5",
        "(mi12 OR ne13) AND (lo6 OR lo11)",
        "(mi12 AND lo6) OR (ne13 AND ka20)",
        "mi12 AND NOT lo1 AND NOT (ka5 OR mi2)",
        "ka15 AND with:\"ada quill\" AND chat:\"chat 2\"",
        "ne18 AND to:\"ben marsh\" AND NOT from:ada",
        "ka25 AND \"lo6 lo1\"",
        "mi22 AND NOT \"mi22 lo1\"",
        "mi12 AND (\"lo6 lo1\" OR (ne3 AND NOT ka5) OR from:ada)",
        "ka10 w/3 lo1",
        "(ka10 OR mi12) pre/4 (lo1 OR mi2)",
        "mi12 AND after:2020-01-02 AND before:2020-01-20",
    ] {
        hits += compare(&bench, &scan, query).hits;
    }
    assert!(hits > 50, "{hits}");
}

#[test]
fn context_gives_the_neighbours_of_the_conversation_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 2));
    let messages = generated(900);
    world.seal("d1", &messages, 200);
    let archive = world.archive();
    let bench = world.reader(&archive);
    let (_, found) = bench.query("mi12 OR ne18 OR ka20", 2).unwrap();
    assert!(!found.hits.is_empty());
    for hit in &found.hits {
        let number: usize = hit.source_id.as_ref().unwrap().parse().unwrap();
        let own = &messages[number];
        let same = |other: &&Message| match &own.chat {
            Some(chat) => other.chat.as_ref() == Some(chat),
            None => {
                let people = |m: &Message| BTreeSet::from([m.from.clone(), m.to[0].clone()]);
                other.chat.is_none() && people(other) == people(own)
            }
        };
        let thread: Vec<&Message> = messages.iter().filter(same).collect();
        let at = thread.iter().position(|other| std::ptr::eq(*other, own)).unwrap() as i64;
        for distance in [-2i64, -1, 1, 2] {
            let expected = usize::try_from(at + distance).ok().and_then(|at| thread.get(at)).map(|m| &m.text);
            let shown = hit.context.iter().find(|one| i64::from(one.offset) == distance).map(|one| &one.text);
            assert_eq!(shown, expected, "message {number} at {distance}");
        }
    }
}

#[test]
fn the_drill_opens_its_row_in_every_segment_and_month() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    world.seal("d1", &generated(900), 300);
    let archive = world.archive();
    let bench = world.reader(&archive);
    let months = bench.deposits[0].document.months().count();
    let tried = &bench.drill()[0];
    assert!(tried.faults.is_empty(), "{:?}", tried.faults);
    assert_eq!(tried.counted.iter().map(|counted| counted.count).collect::<Vec<_>>(), vec![3; months]);
}

fn corpus(name: &str) -> Option<Vec<Message>> {
    let folder = std::env::var_os("BLACKBOX_CORPORA")?;
    let path = PathBuf::from(folder).join("large").join(name);
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?).read_to_string(&mut text).ok()?;
    let message = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let time: jiff::Timestamp = text("time").parse().unwrap();
        Message {
            time: time.as_millisecond(),
            from: text("from"),
            to: value["to"].as_array().unwrap().iter().map(|to| to.as_str().unwrap().to_owned()).collect(),
            text: text("text"),
            platform: text("platform"),
            source_id: Some(text("id")),
            ..Message::default()
        }
    };
    Some(text.lines().map(message).collect())
}

#[test]
fn queries_equal_a_plain_scan_of_55_835_real_text_messages() {
    let Some(messages) = corpus("sms-en.jsonl.gz") else {
        println!("skipped: BLACKBOX_CORPORA is not set, or has no large/sms-en.jsonl.gz");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    let report = world.seal("d1", &messages, 1 << 15);
    assert_eq!((report.messages, report.segments), (55_835, 2));
    let sum = compare_all(&world, &messages, (500, 200, 100, 50));
    println!("850 queries: {sum:?}; {report:?}");
    assert!(sum.hits > 1000, "{sum:?}");
}

#[test]
fn queries_equal_a_plain_scan_of_the_whole_enron_part() {
    let folder = tempfile::tempdir().unwrap();
    let packed = std::env::var_os("BLACKBOX_CORPORA")
        .map(|corpora| PathBuf::from(corpora).join("large/enron-maildir.tar.xz"));
    let unpacked = packed.filter(|path| path.exists()).is_some_and(|path| {
        let tar = Command::new("tar").arg("xJf").arg(path).arg("-C").arg(folder.path()).status();
        tar.is_ok_and(|status| status.success())
    });
    if !unpacked {
        println!(
            "skipped: BLACKBOX_CORPORA is not set, or has no large/enron-maildir.tar.xz, or there is no tar"
        );
        return;
    }
    let messages = corpora::imported(folder.path().to_owned());
    assert_eq!(messages.len(), 3936);
    let box_folder = tempfile::tempdir().unwrap();
    let world = World::new(box_folder.path(), (2, 3));
    let report = world.seal("d1", &messages, 1 << 11);
    assert_eq!((report.messages, report.segments), (3936, 2));
    let sum = compare_all(&world, &messages, (200, 100, 60, 40));
    println!("400 queries: {sum:?}; {report:?}");
    assert!(sum.hits > 500, "{sum:?}");
}

#[test]
fn queries_equal_a_plain_scan_of_all_texts_of_the_clinton_release() {
    let Some(corpora) = std::env::var_os("BLACKBOX_CORPORA") else {
        println!("skipped: BLACKBOX_CORPORA is not set");
        return;
    };
    if std::env::var_os("BLACKBOX_SOAK").is_none() {
        println!("skipped: it takes minutes, and runs where BLACKBOX_SOAK is set");
        return;
    }
    let messages = corpora::imported(PathBuf::from(corpora).join("large/clinton.jsonl.gz"));
    assert_eq!(messages.len(), 27_159);
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    let report = world.seal("d1", &messages, 1 << 17);
    assert_eq!(report.messages, 27_159);
    let sum = compare_all(&world, &messages, (300, 150, 100, 50));
    println!("600 queries: {sum:?}; {report:?}");
    assert!(sum.hits > 1000, "{sum:?}");
}
