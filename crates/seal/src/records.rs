//! The records of a segment, in row order, dummies among them.

use std::collections::BTreeMap;

use blackbox_format::{body::Body, month::Month};
use blackbox_store::{Store, Upload};
use blackbox_token::{
    function::Token,
    row::{
        COMMITMENT_BYTES, Neighbour, Place, SLOT_BYTES, TAG_BYTES, body_key, context_literal, distances,
        seal_body, seal_slot,
    },
};
use rand::{Rng, RngExt, rngs::StdRng};

use crate::{history::SealError, keys::MonthlyKeys, session::Session};

/// Smallest padded number of rows of a segment.
pub const ROWS_FLOOR: u64 = 256;

/// What all records of a deposit share.
pub struct RecordContext<'a> {
    /// The session.
    pub session: &'a Session,
    /// The deposit's id.
    pub deposit: &'a str,
    /// Slots on each side.
    pub context: u8,
    /// Tokens of the context distances, a month.
    tokens: BTreeMap<Month, Vec<(i8, Token)>>,
}

impl<'a> RecordContext<'a> {
    /// What the records of `deposit` share, in these months.
    pub fn new(
        (session, deposit): (&'a Session, &'a str),
        context: u8,
        keys: &MonthlyKeys,
        months: impl Iterator<Item = Month>,
    ) -> RecordContext<'a> {
        let token = |month, distance| (distance, keys.context(month, &context_literal(distance)));
        let tokens = months.map(|month| (month, distances(context).map(|d| token(month, d)).collect()));
        RecordContext { session, deposit, context, tokens: tokens.collect() }
    }

    /// The record of `body` at `place`, in `month`; `neighbour` tells who stands at a distance.
    ///
    /// # Errors
    /// The body is too large.
    pub fn record(
        &self,
        place: Place,
        (body, month): (&Body, Month),
        neighbour: impl Fn(i8) -> Option<Place>,
    ) -> Result<Vec<u8>, SealError> {
        let keys = self.session.row(place);
        let plain = zeroize::Zeroizing::new(body.encode()?);
        let mut record = seal_body(&body_key(&keys.secret, self.deposit, place), &plain);
        for (distance, token) in self.tokens.get(&month).into_iter().flatten() {
            let neighbour = neighbour(*distance).map(|place| {
                let secret = self.session.row(place).secret;
                Neighbour { place, key: body_key(&secret, self.deposit, place) }
            });
            record.extend(seal_slot(&keys.secret, token, neighbour.as_ref()));
        }
        Ok(record)
    }

    /// Size of a record of an empty body.
    fn smallest(&self) -> usize {
        let slots = 2 * usize::from(self.context) * SLOT_BYTES;
        COMMITMENT_BYTES + blackbox_format::body::BODY_FLOOR as usize + TAG_BYTES + slots
    }

    /// Fills the empty rows with random bytes, as long as real records are.
    pub fn fill_dummies(&self, records: &mut [Option<Vec<u8>>], noise: &mut StdRng) {
        let sizes: Vec<usize> = records.iter().flatten().map(Vec::len).collect();
        for record in records.iter_mut().filter(|record| record.is_none()) {
            let size = match sizes[..] {
                [] => self.smallest(),
                _ => sizes[noise.random_range(0..sizes.len())],
            };
            let mut bytes = vec![0; size];
            noise.fill_bytes(&mut bytes);
            *record = Some(bytes);
        }
    }
}

/// Hands `records` to `write`, in row order, and gives the bytes of their offsets.
///
/// # Errors
/// `write` failed.
pub fn write_records(
    records: &[Option<Vec<u8>>],
    write: &mut dyn FnMut(&[u8]) -> Result<(), SealError>,
) -> Result<Vec<u8>, SealError> {
    let mut offsets = Vec::with_capacity(8 * (records.len() + 1));
    let mut at = 0u64;
    for record in records.iter().flatten() {
        offsets.extend_from_slice(&at.to_le_bytes());
        at += record.len() as u64;
        write(record)?;
    }
    offsets.extend_from_slice(&at.to_le_bytes());
    Ok(offsets)
}

/// A file written together with its page tree.
pub struct PagedUpload<'a> {
    store: &'a dyn Store,
    path: String,
    upload: Box<dyn Upload + 'a>,
    tree: blackbox_format::page::TreeBuilder,
}

impl<'a> PagedUpload<'a> {
    /// Begins the file at `path`.
    ///
    /// # Errors
    /// The store failed.
    pub fn begin(store: &'a dyn Store, path: &str) -> Result<PagedUpload<'a>, SealError> {
        let upload = store.upload(path)?;
        Ok(PagedUpload { store, path: path.to_owned(), upload, tree: Default::default() })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// The store failed.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        self.tree.update(bytes);
        Ok(self.upload.write(bytes)?)
    }

    /// Finishes file and tree.
    ///
    /// # Errors
    /// The store failed.
    pub fn finish(self) -> Result<blackbox_format::page::Root, SealError> {
        let (root, tree) = self.tree.finish();
        self.upload.finish()?;
        self.store.put(&format!("{}.tree", self.path), &tree)?;
        Ok(root)
    }
}
