//! Rates of sealing and querying for several thresholds, in one run, as ratios to the first.
//!
//! `cargo run --release -p blackbox-bench [MESSAGES.jsonl.gz]`: on generated messages, or on the
//! neutral JSON Lines given. Single figures depend on the machine and its mood; ratios less so.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

#[path = "../../tests/world/mod.rs"]
mod world;

use std::{
    io::Read,
    path::Path,
    time::{Duration, Instant},
};

use blackbox_format::message::Message;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use world::{World, plain_words};

const ROUNDS: usize = 3;
const GENERATED: usize = 20_000;
const THRESHOLDS: [(usize, usize); 4] = [(2, 3), (1, 1), (3, 5), (5, 9)];

fn main() {
    let messages = match std::env::args().nth(1) {
        Some(path) => read(Path::new(&path)),
        None => generated(GENERATED),
    };
    let text: usize = messages.iter().map(|message| message.text.len() + message.from.len()).sum();
    println!("{} messages, {text} bytes of text and names; median of {ROUNDS} rounds", messages.len());
    let mut first: Option<Duration> = None;
    for (k, n) in THRESHOLDS {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| seal(&messages, (k, n))).collect();
        times.sort();
        let median = times[ROUNDS / 2];
        let base = *first.get_or_insert(median);
        println!(
            "seal {k} of {n}: {:>8.0} messages/s, {:.2} times the first",
            messages.len() as f64 / median.as_secs_f64(),
            median.as_secs_f64() / base.as_secs_f64()
        );
    }
    query(&messages);
}

fn seal(messages: &[Message], quorum: (usize, usize)) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), quorum);
    let start = Instant::now();
    world.seal("d1", messages, 1 << 17);
    start.elapsed()
}

/// Queries of one word against a plain scan of the same messages.
fn query(messages: &[Message]) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), (2, 3));
    world.seal("d1", messages, 1 << 17);
    let archive = world.archive();
    let bench = world.reader(&archive);
    let mut random = StdRng::seed_from_u64(1);
    let words: Vec<String> = (0..200)
        .filter_map(|_| plain_words(messages.choose(&mut random).unwrap()).choose(&mut random).cloned())
        .collect();
    let (mut hits, start) = (0, Instant::now());
    for word in &words {
        hits += bench.query(word, 0).map_or(0, |(_, found)| found.hits.len());
    }
    let sealed = start.elapsed();
    let scan = world::Scan::of(messages);
    let start = Instant::now();
    let scanned: usize = words.iter().map(|word| scan.query(word).len()).sum();
    let plain = start.elapsed();
    println!(
        "query: {} words, {hits} hits opened: {:.2} ms a query, {:.1} us a hit, tokens of 2 custodians included; \
         a scan of the plaintext finds {scanned} in {:.2} ms a query",
        words.len(),
        sealed.as_secs_f64() * 1e3 / words.len() as f64,
        sealed.as_secs_f64() * 1e6 / hits.max(1) as f64,
        plain.as_secs_f64() * 1e3 / words.len() as f64,
    );
}

fn read(path: &Path) -> Vec<Message> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let message = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Message {
            time: field("time").parse::<jiff::Timestamp>().unwrap().as_millisecond(),
            from: field("from"),
            text: field("text"),
            platform: "jsonl".to_owned(),
            ..Message::default()
        }
    };
    text.lines().map(message).collect()
}

fn generated(count: usize) -> Vec<Message> {
    let mut random = StdRng::seed_from_u64(3);
    let message = |number: usize| {
        let length = random.random_range(3..20);
        let word = |random: &mut StdRng| format!("w{}", (1.0 / random.random_range(0.0001..1.0f64)) as u32);
        Message {
            time: 1_577_836_800_000 + number as i64 * 997_000,
            from: format!("Person {}", number % 7),
            chat: Some(format!("Chat {}", number % 12)),
            text: (0..length).map(|_| word(&mut random)).collect::<Vec<_>>().join(" "),
            platform: "jsonl".to_owned(),
            ..Message::default()
        }
    };
    (0..count).map(message).collect()
}
