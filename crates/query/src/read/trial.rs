//! Trying tokens on the archive: which of them are shown to be right by what they find.
//!
//! spec/token.md, "Which answers are right".

use std::collections::BTreeSet;

use blackbox_format::{month::Month, term::Literal};
use blackbox_token::{
    board::Cell,
    entry::{Counter, Finder, Found as Posted, Nonce, Opener, RowSecret, Tester},
    function::{Part, Token},
    row::{distances, open_slot},
};

use super::{
    QueryError,
    search::Job,
    segment::{DepositReader, Record, SegmentReader},
};
use crate::plan::Clause;

/// A wrong find token shows the common bit of so many postings alike with probability 2^-32.
const COMMON_POSTINGS: usize = 32;

/// Item and part of the tokens of one month of a deposit that found what a wrong token does not find.
pub type Shown = BTreeSet<(usize, Part)>;

/// Tries the tokens of one month of a deposit.
///
/// # Errors
/// A file of the archive is missing or changed.
pub fn trial(job: &Job<'_>, deposit: &DepositReader<'_>, cell: Cell) -> Result<Shown, QueryError> {
    let mut trial = Trial { job, cell, deposit, shown: Shown::new(), refuted: Shown::new() };
    for segment in &deposit.segments {
        let found = (0..job.plan.literals.len()).map(|item| trial.find(segment, item));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        for clause in &job.plan.clauses {
            for literal in &clause.find {
                let item = trial.item(literal);
                for (row, nonce) in item.into_iter().flat_map(|item| &found[item]) {
                    trial.row((segment, *row, nonce), (literal, clause))?;
                }
            }
        }
    }
    let Trial { shown, refuted, .. } = trial;
    Ok(shown.difference(&refuted).copied().collect())
}

struct Trial<'a> {
    job: &'a Job<'a>,
    cell: Cell,
    deposit: &'a DepositReader<'a>,
    shown: Shown,
    refuted: Shown,
}

impl<'a> Trial<'a> {
    fn token(&self, item: usize, part: Part) -> Option<&'a Token> {
        let (range, month): (usize, Month) = self.cell;
        self.job.tokens.get(item, range, (month, part))
    }

    fn item(&self, literal: &Literal) -> Option<usize> {
        self.job.plan.literals.iter().position(|(known, _)| known == literal)
    }

    /// Counts an item's postings in a segment, and reads those that can be found by.
    fn find(&mut self, segment: &SegmentReader<'_>, item: usize) -> Result<Vec<(u32, Nonce)>, QueryError> {
        let Some(count) = self.token(item, Part::Count) else { return Ok(Vec::new()) };
        let counter = Counter::new(count);
        let Some(find) = self.token(item, Part::Find) else {
            if segment.count(&counter)? > 0 {
                self.shown.insert((item, Part::Count));
            }
            return Ok(Vec::new());
        };
        let postings = segment.postings(&counter, &Finder::new(find))?;
        if !postings.is_empty() {
            self.shown.insert((item, Part::Count));
        }
        let row = |posted: &Posted| match *posted {
            Posted::Row(row, nonce) => Some((row, nonce)),
            Posted::Common(..) => None,
        };
        let rows: Vec<(u32, Nonce)> = postings.iter().filter_map(row).collect();
        let sound = rows.iter().all(|(row, _)| u64::from(*row) < segment.rows());
        match (rows.len(), postings.len() - rows.len()) {
            (0, 0) => Ok(Vec::new()),
            (_, 0) if sound => {
                self.shown.insert((item, Part::Find));
                Ok(rows)
            }
            (0, common) => {
                if common >= COMMON_POSTINGS {
                    self.shown.insert((item, Part::Find));
                }
                Ok(Vec::new())
            }
            _ => {
                self.refuted.insert((item, Part::Find));
                Ok(Vec::new())
            }
        }
    }

    /// Tests a row by all that its clause tests and opens by, and opens it.
    fn row(
        &mut self,
        (segment, row, nonce): (&SegmentReader<'_>, u32, &Nonce),
        (finder, clause): (&Literal, &Clause),
    ) -> Result<(), QueryError> {
        for literal in clause.tests.iter().flatten().chain(&clause.nots) {
            let Some(item) = self.item(literal) else { continue };
            let Some(test) = self.token(item, Part::Test) else { continue };
            if segment.holds(&Tester::new(test), nonce)? {
                self.shown.insert((item, Part::Test));
            }
        }
        for literal in &clause.open {
            let Some(item) = self.item(literal) else { continue };
            let (Some(test), Some(open)) = (self.token(item, Part::Test), self.token(item, Part::Open))
            else {
                continue;
            };
            match segment.secret(&Tester::new(test), &Opener::new(open), nonce)? {
                Some(secret) => {
                    self.shown.insert((item, Part::Test));
                    self.open((segment, row), (item, &secret))?;
                }
                // A row that holds the term by its finder must hold it by its opener.
                None if literal == finder => drop(self.refuted.insert((item, Part::Test))),
                None => {}
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        (segment, row): (&SegmentReader<'_>, u32),
        (item, secret): (usize, &RowSecret),
    ) -> Result<(), QueryError> {
        let record = segment.record(row)?;
        match segment.open_record(row, &record, secret) {
            Ok(_) => {
                self.shown.insert((item, Part::Open));
                self.context(&record, secret);
                Ok(())
            }
            Err(QueryError::Record(..)) => {
                self.refuted.insert((item, Part::Open));
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    fn context(&mut self, record: &Record, secret: &RowSecret) {
        let first = self.job.plan.literals.len();
        for (number, distance) in distances(self.job.context).enumerate() {
            let Some(token) = self.token(first + number, Part::Context) else { continue };
            let slot = distances(self.deposit.context).position(|other| other == distance);
            let Some(slot) = slot.and_then(|slot| record.slot(slot)) else { continue };
            match open_slot(secret, token, slot) {
                Ok(_) => self.shown.insert((first + number, Part::Context)),
                Err(_) => self.refuted.insert((first + number, Part::Context)),
            };
        }
    }
}
