//! A deposit's segments, opened for reading.

use blackbox_format::{
    body::Body,
    manifest::{Manifest, SEGMENT_FILES, segment_path},
    page::Root,
};
use blackbox_store::{Records, Store, Table};
use blackbox_token::{
    entry::{Counter, Finder, Found, Nonce, Opener, Posting, RowSecret, Tester},
    row::{BodyKey, Place, SLOT_BYTES, body_key, open_body},
};

use super::QueryError;

/// A deposit, opened for reading.
pub struct DepositReader<'a> {
    /// Its id.
    pub id: String,
    /// Context slots on each side of its records.
    pub context: u8,
    /// Its segments.
    pub segments: Vec<SegmentReader<'a>>,
}

/// A segment, opened for reading.
pub struct SegmentReader<'a> {
    deposit: String,
    number: u32,
    slots_bytes: usize,
    finder: Table<'a>,
    opener: Table<'a>,
    records: Records<'a>,
}

/// A record as read: its sealed body and its slots.
pub(super) struct Record {
    bytes: Vec<u8>,
    slots_at: usize,
}

impl Record {
    /// Slot number `number`, in the order of `blackbox_token::row::distances`.
    pub(super) fn slot(&self, number: usize) -> Option<&[u8]> {
        self.bytes.get(self.slots_at + number * SLOT_BYTES..)?.get(..SLOT_BYTES)
    }
}

impl<'a> DepositReader<'a> {
    /// Opens every segment that `manifest` names.
    ///
    /// # Errors
    /// A file is missing or changed.
    pub fn open(store: &'a dyn Store, manifest: &Manifest) -> Result<DepositReader<'a>, QueryError> {
        let segments =
            (0..manifest.segments.len() as u32).map(|number| SegmentReader::open(store, manifest, number));
        Ok(DepositReader {
            id: manifest.deposit.clone(),
            context: manifest.context,
            segments: segments.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> SegmentReader<'a> {
    fn open(store: &'a dyn Store, manifest: &Manifest, number: u32) -> Result<SegmentReader<'a>, QueryError> {
        let root = |file: &str| -> Result<Root, QueryError> {
            let path = format!("{number:05}/{file}");
            let root = manifest.file(&path);
            root.ok_or(QueryError::Manifest(manifest.deposit.clone(), path))
        };
        let path = |file: &str| segment_path(&manifest.deposit, number, file);
        let [finder, opener, records, offsets] = SEGMENT_FILES;
        let folder = format!("deposits/{}/{number:05}", manifest.deposit);
        Ok(SegmentReader {
            deposit: manifest.deposit.clone(),
            number,
            slots_bytes: 2 * usize::from(manifest.context) * SLOT_BYTES,
            finder: Table::open(store, &path(finder), root(finder)?)?,
            opener: Table::open(store, &path(opener), root(opener)?)?,
            records: Records::open(store, &folder, (root(records)?, root(offsets)?))?,
        })
    }

    /// Number of the segment in its deposit.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Number of rows, dummies among them.
    pub fn rows(&self) -> u64 {
        self.records.rows()
    }

    fn posting(&self, number: u64) -> Posting {
        Posting { segment: self.number.into(), number }
    }

    fn exists(&self, counter: &Counter, number: u64) -> Result<bool, QueryError> {
        Ok(self.finder.find(&counter.label(self.posting(number)))?.is_some())
    }

    /// How many postings a term has: a galloping search for the first that is absent.
    ///
    /// # Errors
    /// A page read is not the one that was signed.
    pub fn count(&self, counter: &Counter) -> Result<u64, QueryError> {
        if !self.exists(counter, 0)? {
            return Ok(0);
        }
        let mut known = 0;
        while self.exists(counter, 2 * known + 1)? {
            known = 2 * known + 1;
        }
        let (mut low, mut high) = (known, 2 * known + 1);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            match self.exists(counter, middle)? {
                true => low = middle,
                false => high = middle,
            }
        }
        Ok(high)
    }

    /// Every posting of a term, up to the first that is absent.
    ///
    /// # Errors
    /// A page read is not the one that was signed.
    pub fn postings(&self, counter: &Counter, finder: &Finder) -> Result<Vec<Found>, QueryError> {
        let mut found = Vec::new();
        loop {
            let posting = self.posting(found.len() as u64);
            match self.finder.find(&counter.label(posting))? {
                Some(entry) => found.push(finder.read(posting, &entry)),
                None => return Ok(found),
            }
        }
    }

    /// Whether the row with `nonce` holds the tester's term.
    ///
    /// # Errors
    /// A page read is not the one that was signed.
    pub fn holds(&self, tester: &Tester, nonce: &Nonce) -> Result<bool, QueryError> {
        Ok(self.opener.find(&tester.label(nonce))?.is_some())
    }

    /// The secret of the row with `nonce`, if it holds the term of tester and opener.
    ///
    /// # Errors
    /// A page read is not the one that was signed.
    pub fn secret(
        &self,
        tester: &Tester,
        opener: &Opener,
        nonce: &Nonce,
    ) -> Result<Option<RowSecret>, QueryError> {
        let entry = self.opener.find(&tester.label(nonce))?;
        Ok(entry.map(|entry| opener.read(nonce, &entry)))
    }

    pub(super) fn record(&self, row: u32) -> Result<Record, QueryError> {
        let bytes = self.records.get(row)?;
        match bytes.len().checked_sub(self.slots_bytes) {
            Some(slots_at) => Ok(Record { bytes, slots_at }),
            None => Err(QueryError::Body(self.path(), row)),
        }
    }

    /// The body of `record` at `row`, by its row's secret.
    pub(super) fn open_record(
        &self,
        row: u32,
        record: &Record,
        secret: &RowSecret,
    ) -> Result<Body, QueryError> {
        let place = Place { segment: self.number, row };
        self.open_by_key(row, record, &body_key(secret, &self.deposit, place))
    }

    /// The body of `record` at `row`, by its own key, as a context slot gives it.
    pub(super) fn open_by_key(&self, row: u32, record: &Record, key: &BodyKey) -> Result<Body, QueryError> {
        let sealed = &record.bytes[..record.slots_at];
        let plain = open_body(key, sealed).map_err(|_| QueryError::Record(self.path(), row))?;
        Body::decode(&plain).map_err(|_| QueryError::Body(self.path(), row))
    }

    pub(super) fn path(&self) -> String {
        segment_path(&self.deposit, self.number, "records")
    }
}
