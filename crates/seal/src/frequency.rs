//! Which terms are common by frequency, and so can never find (spec/query.md, "Common terms").
//!
//! Rules (b) and (c) count at most 5 messages a day of each sender, so that flooding a word to make
//! it unfindable costs many days or many senders; rule (d) counts all. Terms are held as 64-bit
//! keyed hashes.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use blackbox_format::{month::Month, rules::Rules, term::Literal};

/// Matches below which no term is common.
pub const COMMON_FLOOR: u64 = 50;
/// Rule (b): share of a deposit's messages, one in so many.
const DEPOSIT_SHARE: u64 = 20;
/// Rule (c): share of a month's messages, one in so many.
const MONTH_SHARE: u64 = 5;
/// Rule (d): share of a month's messages, uncapped, one in so many.
const FLOOD_SHARE: u64 = 2;
/// Messages of one sender and day that count under (b) and (c).
const SENDER_CAP: u8 = 5;

/// A keyed hash of a term.
pub type TermHash = u64;

/// Who sent a message on which day: what the cap is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SenderDay {
    /// Keyed hash of the sender's name.
    pub sender: u64,
    /// Days since 1970-01-01 UTC.
    pub day: i64,
}

/// First count: how many messages hold each term, a month.
pub struct Frequencies {
    hasher: RandomState,
    counts: HashMap<(TermHash, Month), u32>,
    months: HashMap<Month, u64>,
}

/// Second count: the frequent terms again, each sender and day capped.
pub struct Capped {
    candidates: HashSet<TermHash>,
    days: HashMap<(TermHash, SenderDay), u8>,
    counts: HashMap<(TermHash, Month), u64>,
    totals: HashMap<TermHash, u64>,
}

/// The terms that are common by frequency.
pub struct Common {
    hasher: RandomState,
    everywhere: HashSet<TermHash>,
    months: HashSet<(TermHash, Month)>,
}

impl Frequencies {
    /// Nothing counted yet.
    pub fn new() -> Frequencies {
        Frequencies { hasher: RandomState::new(), counts: HashMap::new(), months: HashMap::new() }
    }

    /// The hash of a term.
    pub fn hash(&self, literal: &Literal) -> TermHash {
        self.hasher.hash_one(literal)
    }

    /// The hash of a sender's name.
    pub fn sender(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
    }

    /// Counts one message of `month` with these terms.
    pub fn add(&mut self, month: Month, terms: &[TermHash]) {
        *self.months.entry(month).or_default() += 1;
        for term in terms {
            *self.counts.entry((*term, month)).or_default() += 1;
        }
    }

    /// Messages a month.
    pub fn months(&self) -> &HashMap<Month, u64> {
        &self.months
    }

    fn messages(&self) -> u64 {
        self.months.values().sum()
    }

    /// The terms that the uncapped count calls common under (b) or (c): to be counted again.
    pub fn candidates(&self) -> Capped {
        let mut totals: HashMap<TermHash, u64> = HashMap::new();
        for ((term, _), count) in &self.counts {
            *totals.entry(*term).or_default() += u64::from(*count);
        }
        let often = totals.into_iter().filter(|(_, total)| exceeds(*total, self.messages(), DEPOSIT_SHARE));
        let mut candidates: HashSet<TermHash> = often.map(|(term, _)| term).collect();
        let monthly =
            self.counts.iter().filter(|((_, month), count)| self.exceeds_month(**count, *month, MONTH_SHARE));
        candidates.extend(monthly.map(|((term, _), _)| *term));
        Capped { candidates, days: HashMap::new(), counts: HashMap::new(), totals: HashMap::new() }
    }

    fn exceeds_month(&self, count: u32, month: Month, share: u64) -> bool {
        exceeds(count.into(), self.months[&month], share)
    }

    /// The verdict.
    pub fn common(self, capped: &Capped) -> Common {
        let messages = self.messages();
        let everywhere = capped.totals.iter().filter(|(_, total)| exceeds(**total, messages, DEPOSIT_SHARE));
        let everywhere = everywhere.map(|(term, _)| *term).collect();
        let monthly = capped
            .counts
            .iter()
            .filter(|((_, month), count)| exceeds(**count, self.months[month], MONTH_SHARE));
        let flooded =
            self.counts.iter().filter(|((_, month), count)| self.exceeds_month(**count, *month, FLOOD_SHARE));
        let months = monthly.map(|(key, _)| *key).chain(flooded.map(|(key, _)| *key)).collect();
        Common { hasher: self.hasher, everywhere, months }
    }
}

impl Default for Frequencies {
    fn default() -> Frequencies {
        Frequencies::new()
    }
}

/// More than `max(50, total / share)`.
fn exceeds(count: u64, total: u64, share: u64) -> bool {
    count > COMMON_FLOOR && count * share > total
}

impl Capped {
    /// Whether there is nothing to count.
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Whether the term is to be counted again.
    pub fn is_candidate(&self, term: TermHash) -> bool {
        self.candidates.contains(&term)
    }

    /// Counts one message again, by those of its terms that are candidates.
    pub fn add(&mut self, month: Month, from: SenderDay, terms: &[TermHash]) {
        for term in terms {
            let today = self.days.entry((*term, from)).or_default();
            if *today < SENDER_CAP {
                *today += 1;
                *self.counts.entry((*term, month)).or_default() += 1;
                *self.totals.entry(*term).or_default() += 1;
            }
        }
    }
}

impl Common {
    /// Whether `literal` can find in `month`.
    pub fn may_find(&self, rules: &Rules, literal: &Literal, month: Month) -> bool {
        let term = self.hasher.hash_one(literal);
        rules.may_find(literal) && !self.everywhere.contains(&term) && !self.months.contains(&(term, month))
    }

    /// How many terms are common by frequency, in some month at least.
    pub fn terms(&self) -> u64 {
        let mut all = self.everywhere.clone();
        all.extend(self.months.iter().map(|(term, _)| *term));
        all.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use blackbox_format::term::Field;

    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    /// Counts messages given as (month, sender, day, word).
    fn judge(messages: &[(&str, u64, i64, &str)]) -> Common {
        let mut first = Frequencies::new();
        let hashed: Vec<_> = messages
            .iter()
            .map(|(m, sender, day, word)| {
                let term = first.hash(&Literal::new(Field::Word, word));
                (month(m), SenderDay { sender: *sender, day: *day }, [term])
            })
            .collect();
        hashed.iter().for_each(|(month, _, terms)| first.add(*month, terms));
        let mut capped = first.candidates();
        for (month, from, terms) in &hashed {
            let terms: Vec<TermHash> =
                terms.iter().copied().filter(|term| capped.is_candidate(*term)).collect();
            capped.add(*month, *from, &terms);
        }
        first.common(&capped)
    }

    fn finds(common: &Common, word: &str, m: &str) -> bool {
        common.may_find(&Rules::default(), &Literal::new(Field::Word, word), month(m))
    }

    fn spread(
        m: &'static str,
        count: i64,
        word: &'static str,
    ) -> Vec<(&'static str, u64, i64, &'static str)> {
        (0..count).map(|i| (m, 1, i, word)).collect()
    }

    #[test]
    fn fifty_messages_are_never_common_and_fifty_one_may_be() {
        assert!(finds(&judge(&spread("2020-01", 50, "a")), "a", "2020-01"));
        assert!(!finds(&judge(&spread("2020-01", 51, "a")), "a", "2020-01"));
    }

    #[test]
    fn a_term_of_one_month_is_common_there_only() {
        let mut messages = spread("2020-01", 60, "a");
        messages.extend(spread("2020-01", 100, "x"));
        messages.extend(spread("2020-02", 5, "a"));
        messages.extend(spread("2020-02", 2000, "y"));
        let common = judge(&messages);
        assert!(!finds(&common, "a", "2020-01") && finds(&common, "a", "2020-02"));
        assert!(!finds(&common, "y", "2020-03"), "over 5 % of the deposit is common everywhere");
    }

    #[test]
    fn one_senders_flood_of_a_day_does_not_make_a_word_common() {
        let mut messages: Vec<_> = (0..200).map(|_| ("2020-01", 7, 3, "bribe")).collect();
        messages.extend(spread("2020-01", 300, "x"));
        assert!(finds(&judge(&messages), "bribe", "2020-01"));
        let many_days: Vec<_> = (0..200).map(|i| ("2020-01", 7, i, "bribe")).collect();
        messages.splice(..200, many_days);
        assert!(!finds(&judge(&messages), "bribe", "2020-01"));
    }

    #[test]
    fn more_than_half_of_a_month_is_common_whoever_sent_it() {
        let mut messages: Vec<_> = (0..200).map(|_| ("2020-01", 7, 3, "spam")).collect();
        messages.extend(spread("2020-01", 150, "x"));
        messages.extend(spread("2020-02", 9000, "y"));
        assert!(!finds(&judge(&messages), "spam", "2020-01"));
    }
}
