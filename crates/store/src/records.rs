//! The records of a segment: found through their offsets, read through the pages.

use blackbox_format::page::Root;

use crate::{Paged, PagedError, Store};

const OFFSET_BYTES: u64 = 8;

/// Records and offsets of one segment.
pub struct Records<'a> {
    records: Paged<'a>,
    offsets: Paged<'a>,
    path: String,
}

impl<'a> Records<'a> {
    /// Opens the files `records` and `offsets` in `folder`, whose manifest says `roots`.
    ///
    /// # Errors
    /// As [`Paged::open`].
    pub fn open(store: &'a dyn Store, folder: &str, roots: (Root, Root)) -> Result<Records<'a>, PagedError> {
        let path = format!("{folder}/offsets");
        let records = Paged::open(store, &format!("{folder}/records"), roots.0)?;
        let offsets = Paged::open(store, &path, roots.1)?;
        Ok(Records { records, offsets, path })
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        (self.offsets.length() / OFFSET_BYTES).saturating_sub(1)
    }

    /// The record at `row`, slots and all.
    ///
    /// # Errors
    /// The row is not there, or a page read is not the one that was signed.
    pub fn get(&self, row: u32) -> Result<Vec<u8>, PagedError> {
        let bytes = self.offsets.read(u64::from(row) * OFFSET_BYTES, 2 * OFFSET_BYTES as usize)?;
        let (start, end) = (offset(&bytes[..8]), offset(&bytes[8..]));
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length as u64 <= self.records.length());
        let length = length.ok_or_else(|| PagedError::Changed(self.path.clone()))?;
        self.records.read(start, length)
    }
}

fn offset(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}
