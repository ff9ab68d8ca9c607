//! Reading a sample of a finished segment back from disk, before the keys are erased: every posting
//! of the sampled messages must be found, and must open its record.

use blackbox_format::{body::Body, manifest::segment_path, month::Month, page::Root, term::Literal};
use blackbox_store::{Records, Table};
use blackbox_token::{
    entry::{Counter, Entry, Finder, Found, Opener, Posting, Tester},
    row::{Place, SLOT_BYTES, body_key, open_body},
};
use rayon::prelude::*;

use crate::{history::SealError, segment::SegmentContext};

/// One posting that must be found.
pub struct Sample {
    /// Its month.
    pub month: Month,
    /// Its term.
    pub literal: Literal,
    /// Its number among the term's postings.
    pub posting: u64,
    /// The row it must lead to.
    pub place: Place,
}

/// Reads a segment as an examiner would.
pub struct Checker<'a> {
    context: &'a SegmentContext<'a>,
    finder: Table<'a>,
    opener: Table<'a>,
    records: Records<'a>,
}

impl<'a> Checker<'a> {
    /// Opens segment `segment`, whose files have these roots, in the order of
    /// [`blackbox_format::manifest::SEGMENT_FILES`].
    ///
    /// # Errors
    /// A file does not read back.
    pub fn open(
        context: &'a SegmentContext<'a>,
        segment: u32,
        [finder, opener, records, offsets]: [Root; 4],
    ) -> Result<Checker<'a>, SealError> {
        let path = |file| segment_path(context.records.deposit, segment, file);
        let folder = path("records").trim_end_matches("/records").to_owned();
        Ok(Checker {
            context,
            finder: Table::open(context.store, &path("finder"), finder)?,
            opener: Table::open(context.store, &path("opener"), opener)?,
            records: Records::open(context.store, &folder, (records, offsets))?,
        })
    }

    /// Checks every sample. A record is opened once, however many postings lead to it: a long text has a great many.
    ///
    /// # Errors
    /// A posting is not found, or does not lead to its row's secret; or that secret does not open the record.
    pub fn check(&self, samples: &[Sample]) -> Result<(), SealError> {
        samples.par_iter().try_for_each(|sample| self.check_posting(sample))?;
        let mut places: Vec<(Place, Month)> =
            samples.iter().map(|sample| (sample.place, sample.month)).collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        places.dedup_by_key(|(place, _)| *place);
        places.par_iter().try_for_each(|(place, month)| match self.opens(*place) {
            Some(()) => Ok(()),
            None => Err(failed("a record does not open", *month)),
        })
    }

    fn check_posting(&self, sample: &Sample) -> Result<(), SealError> {
        let failed = |what| failed(what, sample.month);
        let tokens = self.context.keys.tokens(sample.month, &sample.literal);
        let posting = Posting { segment: sample.place.segment.into(), number: sample.posting };
        let label = Counter::new(&tokens.count).label(posting);
        let entry: Entry = self.finder.find(&label)?.ok_or_else(|| failed("a finder entry is missing"))?;
        let keys = self.context.records.session.row(sample.place);
        let finds = self.context.judgement.may_find(&sample.literal, sample.month);
        match Finder::new(&tokens.find).read(posting, &entry) {
            Found::Row(row, nonce) if finds && row == sample.place.row && nonce == keys.nonce => {}
            Found::Common(..) if !finds => {}
            _ => return Err(failed("a finder entry leads elsewhere")),
        }
        let label = Tester::new(&tokens.test).label(&keys.nonce);
        let entry = self.opener.find(&label)?.ok_or_else(|| failed("an opener entry is missing"))?;
        let secret = Opener::new(&tokens.open).read(&keys.nonce, &entry);
        match secret == keys.secret {
            true => Ok(()),
            false => Err(failed("an opener entry holds another secret")),
        }
    }

    fn opens(&self, place: Place) -> Option<()> {
        let secret = self.context.records.session.row(place).secret;
        let record = self.records.get(place.row).ok()?;
        let slots = 2 * usize::from(self.context.records.context) * SLOT_BYTES;
        let sealed = &record[..record.len().checked_sub(slots)?];
        let body = open_body(&body_key(&secret, self.context.records.deposit, place), sealed).ok()?;
        Body::decode(&body).ok().map(drop)
    }
}

fn failed(what: &str, month: Month) -> SealError {
    SealError::SelfCheck(format!("{what} in {month}"))
}
