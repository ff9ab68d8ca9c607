//! records and offsets: how many rows there are, and of which sizes.

use std::collections::BTreeMap;

use super::{
    facts::{Fact, Facts},
    manifest,
    subject::Subject,
};
use crate::failure::Failure;

const OFFSET_BYTES: u64 = 8;
/// Different sizes that are listed: padding leaves far fewer.
const SIZES: usize = 1024;

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    match subject.parts()[0] {
        "records" => records(subject).map(Some),
        "offsets" => offsets(subject).map(Some),
        _ => Ok(None),
    }
}

fn records(subject: &Subject) -> Result<Facts, Failure> {
    let mut facts = Facts::new("records", "the records of a segment: one a message, dummies among them");
    manifest::add_root(&mut facts, subject, subject.root()?);
    if let Ok(beside) = Subject::open(&subject.beside("offsets")) {
        add_rows(&mut facts, &Rows::read(&beside)?, Some(subject.length));
    } else {
        facts.note("Where records begin, the file \"offsets\" says, which is not beside this one.");
    }
    facts.note("A record is a commitment, an encrypted body and context slots; content needs tokens. Which rows are dummies does not show.");
    Ok(facts)
}

fn offsets(subject: &Subject) -> Result<Facts, Failure> {
    let mut facts = Facts::new("offsets", "the offsets of a segment: where each record begins");
    manifest::add_root(&mut facts, subject, subject.root()?);
    let records = std::fs::metadata(subject.beside("records")).ok().map(|metadata| metadata.len());
    add_rows(&mut facts, &Rows::read(subject)?, records);
    Ok(facts)
}

/// What a list of offsets says.
#[derive(Default)]
struct Rows {
    offsets: u64,
    last: u64,
    ascending: bool,
    sizes: BTreeMap<u64, u64>,
    more_sizes: u64,
}

impl Rows {
    fn read(subject: &Subject) -> Result<Rows, Failure> {
        if subject.length == 0 || !subject.length.is_multiple_of(OFFSET_BYTES) {
            return Err(subject.fault("this is no list of 8-byte offsets"));
        }
        let mut rows = Rows { ascending: true, ..Rows::default() };
        subject.stream::<{ OFFSET_BYTES as usize }>(|bytes| {
            if let Ok(bytes) = bytes.try_into() {
                rows.take(u64::from_le_bytes(bytes));
            }
        })?;
        Ok(rows)
    }

    fn take(&mut self, offset: u64) {
        match offset.checked_sub(self.last) {
            None => self.ascending = false,
            Some(size) if self.offsets > 0 => self.count(size),
            // The first record begins where the file does.
            Some(before) => self.ascending &= before == 0,
        }
        self.last = offset;
        self.offsets += 1;
    }

    fn count(&mut self, size: u64) {
        match self.sizes.len() < SIZES || self.sizes.contains_key(&size) {
            true => *self.sizes.entry(size).or_default() += 1,
            false => self.more_sizes += 1,
        }
    }
}

fn add_rows(facts: &mut Facts, rows: &Rows, records: Option<u64>) {
    let sizes = rows
        .sizes
        .iter()
        .map(|(size, number)| Fact::Row(vec![("bytes", (*size).into()), ("rows", (*number).into())]));
    facts
        .keyed("rows", "Rows, dummies included", rows.offsets.saturating_sub(1))
        .keyed("ascending", "Offsets ascend from zero", rows.ascending)
        .keyed("sizes", "Sizes of records, padded", sizes.collect::<Fact>());
    if rows.more_sizes > 0 {
        facts.keyed("more_sizes", "Rows of other sizes, more than are listed", rows.more_sizes);
    }
    if let Some(records) = records {
        facts.keyed("ends_with_records", "Last offset is the end of the records", rows.last == records);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_and_descent_is_seen() {
        let rows = |offsets: &[u64]| {
            let mut rows = Rows { ascending: true, ..Rows::default() };
            offsets.iter().for_each(|offset| rows.take(*offset));
            rows
        };
        let good = rows(&[0, 300, 600, 1000]);
        assert!(good.ascending && good.last == 1000);
        assert_eq!(good.sizes, BTreeMap::from([(300, 2), (400, 1)]));
        assert!(!rows(&[0, 5, 4]).ascending && !rows(&[1, 5]).ascending);
        let many = rows(&(0..3000u64).map(|n| n * n).collect::<Vec<_>>());
        assert_eq!((many.sizes.len(), many.more_sizes), (SIZES, 2999 - SIZES as u64));
    }
}
