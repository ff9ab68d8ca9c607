//! Postings to index entries: the two sorted tables of a segment.

use std::collections::HashMap;

use blackbox_format::{month::Month, padme, rules::Rules, term::Literal};
use blackbox_token::{
    entry::{COMMON_BIT, Counter, Entry, Finder, Found, Nonce, Opener, Posting, Tester},
    row::Place,
};
use rand::{Rng, rngs::StdRng};
use rayon::prelude::*;

use crate::{frequency::Common, keys::MonthlyKeys, session::Session};

/// Smallest padded number of entries of a table.
pub const ENTRIES_FLOOR: u64 = 8192;

/// Rows that hold each term, a month.
#[derive(Default)]
pub struct Postings(HashMap<(Month, Literal), Vec<u32>>);

/// What finding is judged by.
pub struct Judgement<'a> {
    /// The archive's rules.
    pub rules: &'a Rules,
    /// What is common by frequency.
    pub common: &'a Common,
}

/// The tables of a segment, sorted and padded, and how many entries of each are real.
pub struct Tables {
    /// One entry a posting.
    pub finder: Vec<Entry>,
    /// One entry a posting.
    pub opener: Vec<Entry>,
    /// Postings.
    pub real: u64,
}

impl Judgement<'_> {
    /// Whether `literal` finds in `month`. What a drill or the register opens is no message: no
    /// frequency makes it common.
    pub fn may_find(&self, literal: &Literal, month: Month) -> bool {
        self.common.may_find(self.rules, literal, month)
    }
}

impl Postings {
    /// Adds `row` to the postings of `literal` in `month`, and gives its number among them.
    pub fn add(&mut self, month: Month, literal: Literal, row: u32) -> u64 {
        let rows = self.0.entry((month, literal)).or_default();
        rows.push(row);
        rows.len() as u64 - 1
    }

    /// The tables of segment `segment`.
    pub fn tables(
        self,
        (session, segment): (&Session, u32),
        keys: &MonthlyKeys,
        judgement: &Judgement<'_>,
    ) -> Tables {
        let groups: Vec<((Month, Literal), Vec<u32>)> = self.0.into_iter().collect();
        let pairs: Vec<(Entry, Entry)> = groups
            .into_par_iter()
            .flat_map_iter(|((month, literal), rows)| {
                let term = Term::new(keys, month, &literal, judgement);
                let posting = move |(number, row): (usize, u32)| {
                    term.entries((session, number as u64), Place { segment, row })
                };
                rows.into_iter().enumerate().map(posting)
            })
            .collect();
        let real = pairs.len() as u64;
        let padded = padme::padded(real, ENTRIES_FLOOR) as usize;
        let (mut finder, mut opener): (Vec<Entry>, Vec<Entry>) = pairs.into_par_iter().unzip();
        let mut noise = session.noise(segment);
        for table in [&mut finder, &mut opener] {
            pad(table, padded, &mut noise);
            table.par_sort_unstable();
        }
        Tables { finder, opener, real }
    }
}

fn pad(table: &mut Vec<Entry>, padded: usize, noise: &mut StdRng) {
    table.reserve_exact(padded - table.len());
    while table.len() < padded {
        let mut entry = Entry::default();
        noise.fill_bytes(&mut entry);
        table.push(entry);
    }
}

/// A term of a month with its tokens made ready.
struct Term {
    counter: Counter,
    finder: Finder,
    tester: Tester,
    opener: Opener,
    finding: Finding,
}

enum Finding {
    Uncommon,
    Common,
    /// Common, but all custodians together can find by it.
    Exceptional(Box<Finder>),
}

impl Term {
    fn new(keys: &MonthlyKeys, month: Month, literal: &Literal, judgement: &Judgement<'_>) -> Term {
        let tokens = keys.tokens(month, literal);
        let finding = match judgement.may_find(literal, month) {
            true => Finding::Uncommon,
            false => match keys.exceptional(month, literal) {
                Some(token) => Finding::Exceptional(Box::new(Finder::new(&token))),
                None => Finding::Common,
            },
        };
        Term {
            counter: Counter::new(&tokens.count),
            finder: Finder::new(&tokens.find),
            tester: Tester::new(&tokens.test),
            opener: Opener::new(&tokens.open),
            finding,
        }
    }

    fn entries(&self, (session, number): (&Session, u64), place: Place) -> (Entry, Entry) {
        let posting = Posting { segment: place.segment.into(), number };
        let keys = session.row(place);
        let found = match &self.finding {
            Finding::Uncommon => Found::Row(place.row, keys.nonce),
            Finding::Common => random_common(),
            Finding::Exceptional(finder) => {
                let (row, nonce) = finder.mask_common(posting, place.row, &keys.nonce);
                Found::Common(row, nonce)
            }
        };
        let finder = self.finder.entry(&self.counter, posting, &found);
        (finder, self.opener.entry(&self.tester, &keys.nonce, &keys.secret))
    }
}

/// Nothing can ever be found by it: there is no row in it.
fn random_common() -> Found {
    let mut bytes = [0; 20];
    rand::rng().fill_bytes(&mut bytes);
    let row = u32::from_le_bytes(bytes[..4].try_into().expect("four bytes")) & !COMMON_BIT;
    let nonce: Nonce = bytes[4..].try_into().expect("16 bytes");
    Found::Common(row, nonce)
}
