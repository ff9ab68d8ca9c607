//! Writing one segment: bodies to records, terms to postings, both to paged files.

use std::{
    collections::{BTreeSet, HashSet},
    hash::RandomState,
};

use blackbox_format::{
    body::{Attachment, Body, Register, Sealed},
    manifest::{FileLine, SEGMENT_FILES, SegmentLine, segment_path},
    message::Incoming,
    month::Month,
    page::Root,
    term::Literal,
};
use blackbox_store::Store;
use blackbox_token::row::Place;
use rand::seq::IteratorRandom;
use rayon::prelude::*;

use crate::{
    check::Checker,
    history::{MediaFacts, SealError, terms_of},
    index::{Indexer, Judgement, Posted, RowPostings, Tables},
    keys::MonthlyKeys,
    layout::Layout,
    records::{PagedUpload, RecordContext, write_records},
    survey::Threads,
};

/// Messages of each segment that are read back: all, if it has fewer.
const SAMPLE: usize = 1000;

/// A message ready to be sealed.
pub struct Prepared {
    /// Its number in the deposit.
    pub number: u32,
    /// The message.
    pub incoming: Incoming,
    /// Facts of its attachments.
    pub facts: Vec<Option<MediaFacts>>,
    /// Its sealed attachments.
    pub attachments: Vec<Attachment>,
}

/// All that the segments of a deposit share.
pub struct SegmentContext<'a> {
    /// Where to write.
    pub store: &'a dyn Store,
    /// How records are made.
    pub records: RecordContext<'a>,
    /// The keys.
    pub keys: &'a MonthlyKeys,
    /// What may find.
    pub judgement: Judgement<'a>,
    /// Rows.
    pub layout: &'a Layout,
    /// Neighbours.
    pub threads: &'a Threads,
    /// The deposit's months.
    pub months: Vec<Month>,
}

/// What was written.
pub struct Written {
    /// The manifest's line.
    pub line: SegmentLine,
    /// Its files.
    pub files: Vec<FileLine>,
    /// Real entries of each table.
    pub entries: u64,
    /// Messages that no term finds.
    pub unfindable: u64,
}

/// A record and the terms that lead to it.
struct Row {
    place: Place,
    record: Vec<u8>,
    month: Month,
    terms: BTreeSet<Literal>,
}

impl SegmentContext<'_> {
    /// Writes segment `segment` of these messages, and of `registers` if it is the first; then reads
    /// a sample back.
    ///
    /// # Errors
    /// A body is too large, the store failed, or the sample does not read back.
    pub fn write(
        &self,
        segment: u32,
        messages: Vec<Prepared>,
        registers: Vec<(Month, Register)>,
    ) -> Result<Written, SealError> {
        let count = messages.len() as u32;
        let chosen: HashSet<usize> =
            (0..messages.len()).sample(&mut rand::rng(), SAMPLE).into_iter().collect();
        let mut rows: Vec<Row> =
            messages.into_par_iter().map(|message| self.message_row(message)).collect::<Result<_, _>>()?;
        let unfindable = rows.par_iter().filter(|row| !self.findable(row)).count() as u64;
        rows.push(self.extra_row((segment, count), &Body::Drill, (self.months[0], Literal::drill()))?);
        for (number, (month, register)) in (count + 1..).zip(registers) {
            let body = Body::Register(register);
            rows.push(self.extra_row((segment, number), &body, (month, Literal::register()))?);
        }
        let mut records: Vec<Option<Vec<u8>>> = vec![None; self.layout.rows(segment) as usize];
        for row in &mut rows {
            records[row.place.row as usize] = Some(std::mem::take(&mut row.record));
        }
        let (records_root, offsets_root) = self.write_records(segment, records)?;
        let hasher = RandomState::new();
        let postings: Vec<RowPostings> = (rows.into_par_iter().enumerate())
            .map(|(number, row)| RowPostings {
                place: row.place,
                posted: self.spread(&hasher, row.month, row.terms),
                sampled: number >= count as usize || chosen.contains(&number),
            })
            .collect();
        let tables = self.tables(segment, &postings);
        drop(postings);
        let roots = [
            self.put(segment, "finder", tables.finder.as_flattened())?,
            self.put(segment, "opener", tables.opener.as_flattened())?,
            records_root,
            offsets_root,
        ];
        let line = SegmentLine { rows: self.layout.rows(segment), entries: tables.finder.len() as u64 };
        let (entries, samples) = (tables.real, tables.samples);
        Checker::open(self, segment, roots)?.check(&samples)?;
        let path = |file| format!("{segment:05}/{file}");
        let files =
            SEGMENT_FILES.into_iter().zip(roots).map(|(file, root)| FileLine { path: path(file), root });
        Ok(Written { line, files: files.collect(), entries, unfindable })
    }

    /// A drill's term is posted in every month, any other in its message's.
    fn spread(&self, hasher: &RandomState, month: Month, terms: BTreeSet<Literal>) -> Vec<Posted> {
        let drill = Literal::drill();
        match terms.contains(&drill) {
            true => self.months.iter().map(|month| Posted::new(hasher, *month, drill.clone())).collect(),
            false => terms.into_iter().map(|literal| Posted::new(hasher, month, literal)).collect(),
        }
    }

    fn write_records(
        &self,
        segment: u32,
        mut records: Vec<Option<Vec<u8>>>,
    ) -> Result<(Root, Root), SealError> {
        // The index's padding draws from the generator of this number; this one is of another.
        self.records.fill_dummies(&mut records, &mut self.records.session.noise(segment ^ u32::MAX));
        let mut upload = self.begin(segment, "records")?;
        let offsets = write_records(&records, &mut |bytes| upload.write(bytes))?;
        Ok((upload.finish()?, self.put(segment, "offsets", &offsets)?))
    }

    fn tables(&self, segment: u32, postings: &[RowPostings]) -> Tables {
        let session = self.records.session;
        let rows = (0..self.layout.rows(segment)).into_par_iter();
        let indexer = Indexer {
            segment,
            rows: rows.map(|row| session.row(Place { segment, row })).collect(),
            keys: self.keys,
            judgement: &self.judgement,
        };
        indexer.tables(postings, session.noise(segment))
    }

    fn begin(&self, segment: u32, file: &str) -> Result<PagedUpload<'_>, SealError> {
        PagedUpload::begin(self.store, &segment_path(self.records.deposit, segment, file))
    }

    fn put(&self, segment: u32, file: &str, bytes: &[u8]) -> Result<Root, SealError> {
        let mut upload = self.begin(segment, file)?;
        upload.write(bytes)?;
        upload.finish()
    }

    fn message_row(&self, prepared: Prepared) -> Result<Row, SealError> {
        let Prepared { number, incoming, facts, attachments } = prepared;
        let terms = terms_of(&incoming, &facts);
        let month = Month::of_millis(incoming.message.time).filter(|month| self.months.contains(month));
        let month = month.ok_or(SealError::ExportChanged)?;
        let place = self.layout.place(number);
        let body = Body::Message(Box::new(Sealed::new(incoming.message, number.into(), attachments)));
        let neighbour = |distance| Some(self.layout.place(self.threads.neighbour(number, distance)?));
        let record = self.records.record(place, (&body, month), neighbour)?;
        Ok(Row { place, record, month, terms })
    }

    fn extra_row(
        &self,
        (segment, number): (u32, u32),
        body: &Body,
        (month, literal): (Month, Literal),
    ) -> Result<Row, SealError> {
        let place = self.layout.row(segment, number);
        let record = self.records.record(place, (body, month), |_| None)?;
        Ok(Row { place, record, month, terms: [literal].into() })
    }

    fn findable(&self, row: &Row) -> bool {
        row.terms.iter().any(|literal| self.judgement.may_find(literal, row.month))
    }
}
