//! Postings to index entries: the two sorted tables of a segment.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use blackbox_format::{month::Month, padme, rules::Rules, term::Literal};
use blackbox_token::{
    entry::{COMMON_BIT, Counter, Entry, Finder, Found, Nonce, Opener, Posting, Tester},
    row::Place,
};
use rand::{Rng, rngs::StdRng, seq::SliceRandom};
use rayon::prelude::*;

use crate::{check::Sample, frequency::Common, keys::MonthlyKeys, session::RowKeys};

/// Smallest padded number of entries of a table.
pub const ENTRIES_FLOOR: u64 = 8192;

/// Parts that postings are grouped in, each by one core.
const SHARDS: u64 = 16;

/// A term of a row, in the month under which it is posted.
pub struct Posted {
    /// The month.
    pub month: Month,
    /// The term.
    pub literal: Literal,
    shard: u64,
}

/// The postings of one row.
pub struct RowPostings {
    /// Its row.
    pub place: Place,
    /// Its terms.
    pub posted: Vec<Posted>,
    /// Whether it is read back.
    pub sampled: bool,
}

/// What finding is judged by.
pub struct Judgement<'a> {
    /// The archive's rules.
    pub rules: &'a Rules,
    /// What is common by frequency.
    pub common: &'a Common,
}

/// The tables of a segment, sorted and padded, how many entries of each are real, and the postings to
/// be read back.
pub struct Tables {
    /// Postings to be read back.
    pub samples: Vec<Sample>,
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

impl Posted {
    /// `literal`, posted under `month`; `hasher` is the segment's.
    pub fn new(hasher: &RandomState, month: Month, literal: Literal) -> Posted {
        let shard = hasher.hash_one((month, &literal)) % SHARDS;
        Posted { month, literal, shard }
    }
}

/// What a segment's entries are made from.
pub struct Indexer<'a> {
    /// Number of the segment.
    pub segment: u32,
    /// Secret and nonce of every row.
    pub rows: Vec<RowKeys>,
    /// The deposit's keys.
    pub keys: &'a MonthlyKeys,
    /// What may find.
    pub judgement: &'a Judgement<'a>,
}

/// What one core makes of its shard.
#[derive(Default)]
struct Shard {
    finder: Vec<Entry>,
    opener: Vec<Entry>,
    samples: Vec<Sample>,
}

impl Indexer<'_> {
    /// The tables of the segment with these rows.
    pub fn tables(&self, rows: &[RowPostings], mut noise: StdRng) -> Tables {
        let shards: Vec<Shard> = (0..SHARDS).into_par_iter().map(|shard| self.shard(rows, shard)).collect();
        let real: usize = shards.iter().map(|shard| shard.finder.len()).sum();
        let padded = padme::padded(real as u64, ENTRIES_FLOOR) as usize;
        let mut tables = Tables {
            samples: Vec::new(),
            finder: Vec::with_capacity(padded),
            opener: Vec::with_capacity(padded),
            real: real as u64,
        };
        for shard in shards {
            tables.finder.extend(shard.finder);
            tables.opener.extend(shard.opener);
            tables.samples.extend(shard.samples);
        }
        for table in [&mut tables.finder, &mut tables.opener] {
            pad(table, padded, &mut noise);
            table.par_sort_unstable();
        }
        tables
    }

    fn shard(&self, rows: &[RowPostings], shard: u64) -> Shard {
        let mut groups: HashMap<(Month, &Literal), Vec<(u32, bool)>> = HashMap::new();
        for row in rows {
            for posted in row.posted.iter().filter(|posted| posted.shard == shard) {
                groups.entry((posted.month, &posted.literal)).or_default().push((row.place.row, row.sampled));
            }
        }
        let mut out = Shard::default();
        for ((month, literal), mut group) in groups {
            // In sealing order, a posting's number would tell when a row that stays closed was sent.
            group.shuffle(&mut rand::rng());
            let term = Term::new(self.keys, month, literal, self.judgement);
            for (number, (row, sampled)) in (0..).zip(group) {
                let place = Place { segment: self.segment, row };
                let (finder, opener) = term.entries(number, place, &self.rows[row as usize]);
                out.finder.push(finder);
                out.opener.push(opener);
                if sampled {
                    out.samples.push(Sample { month, literal: literal.clone(), posting: number, place });
                }
            }
        }
        out
    }
}

fn pad(table: &mut Vec<Entry>, padded: usize, noise: &mut StdRng) {
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

    fn entries(&self, number: u64, place: Place, keys: &RowKeys) -> (Entry, Entry) {
        let posting = Posting { segment: place.segment.into(), number };
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
