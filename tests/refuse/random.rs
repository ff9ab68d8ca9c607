//! The index, to whoever has no token: bytes that no test tells from random ones.

use blackbox_store::Store;

use crate::support::{
    history::Generated,
    sealed::{DEPOSIT, Sealed},
};

/// Least number of entries that are looked at.
const ENTRIES: usize = 500_000;
const ENTRY_BYTES: usize = 32;
/// Between these a chi-square statistic of 255 degrees of freedom lies but once in a million times
/// (0.5e-6 on either side).
const BAND: (f64, f64) = (159.37, 381.13);

fn chi_square(bytes: impl Iterator<Item = u8>) -> f64 {
    let mut counts = [0u64; 256];
    bytes.for_each(|byte| counts[usize::from(byte)] += 1);
    let expected = counts.iter().sum::<u64>() as f64 / 256.0;
    counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum()
}

fn is_random(statistic: f64) -> bool {
    (BAND.0..=BAND.1).contains(&statistic)
}

#[test]
fn the_index_is_indistinguishable_from_random() {
    let sealed = Sealed::new((2, 3), &Generated { count: 20_000, words: 9, seed: 11 }, 1 << 17);
    let read = |file| sealed.store.read(&format!("deposits/{DEPOSIT}/00000/{file}")).unwrap();
    let (finder, opener) = (read("finder"), read("opener"));
    let index = [&finder[..], &opener].concat();
    assert!(index.len() / ENTRY_BYTES >= ENTRIES, "only {} entries", index.len() / ENTRY_BYTES);
    let real = 2 * sealed.report.entries as usize;
    assert!(real * 10 > index.len() / ENTRY_BYTES * 8, "only {real} of them are no padding");

    for (name, bytes) in [("index", &index), ("finder", &finder), ("opener", &opener)] {
        let all = chi_square(bytes.iter().copied());
        assert!(is_random(all), "{name}: {all}");
    }
    for position in 0..ENTRY_BYTES {
        let statistic = chi_square(index.iter().skip(position).step_by(ENTRY_BYTES).copied());
        assert!(is_random(statistic), "byte {position} of each entry: {statistic}");
    }
    // Nor do bytes side by side depend on each other.
    for position in 0..ENTRY_BYTES - 1 {
        let pairs = index.chunks_exact(ENTRY_BYTES).map(|entry| entry[position] ^ entry[position + 1]);
        let statistic = chi_square(pairs);
        assert!(is_random(statistic), "bytes {position} and {} of each entry: {statistic}", position + 1);
    }
    println!("{} entries looked at, {real} of them postings", index.len() / ENTRY_BYTES);
}

#[test]
fn the_test_of_randomness_notices_what_is_not_random() {
    assert!(!is_random(chi_square((0..100_000u32).map(|number| (number % 251) as u8))));
    assert!(!is_random(chi_square((0..256_000u32).map(|number| (number % 256) as u8))), "too even");
    let mut numbers = crate::support::history::Numbers::new(3);
    let mut leaning = || if numbers.below(40) == 0 { 0 } else { numbers.below(256) as u8 };
    assert!(!is_random(chi_square((0..100_000).map(|_| leaning()))));
}
