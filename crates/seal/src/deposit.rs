//! One run of the sealer, from the first reading to the signed manifest.

use std::sync::atomic::Ordering;

use blackbox_format::{
    body::Register,
    fields::Hex,
    manifest::{FileLine, Flag, LackingLine, Manifest, manifest_path},
    month::{Month, months},
    note::{Note, Signer},
    rules::Rules,
    text::WORDS_VERSION,
    threshold::Threshold,
};
use blackbox_store::Store;
use blackbox_token::{function::Scope, row::MAX_CONTEXT};
use rayon::prelude::*;

use crate::{
    blobs::Blobs,
    custody::write_custody,
    frequency::{Common, TermHash},
    history::{History, Keeper, Messages, Progress, SealError, Stage, read_batches, terms_of},
    index::Judgement,
    keys::DepositKeys,
    layout::Layout,
    records::RecordContext,
    segment::{Prepared, SegmentContext, Written},
    session::Session,
    survey::{Digest, Survey, media_offsets, sender_day},
};

/// Fewest messages and events that are sealed without being told that few are meant.
pub const SMALL_DEPOSIT: u64 = 500;
/// Records and entries that a segment is planned for, in bytes: it takes about three times as much memory
/// while it is made.
const SEGMENT_BYTES: u64 = 128 << 20;
/// Most messages of a segment (spec/archive.md, "Segments").
pub const MAX_SEGMENT_MESSAGES: u32 = 1 << 18;

/// A custodian, as the sealer knows it.
pub struct Custodian<'a> {
    /// Name of its key: names its files.
    pub name: &'a str,
    /// Its age recipient.
    pub recipient: &'a dyn age::Recipient,
}

/// What is to be sealed, and for whom.
pub struct Job<'a> {
    /// The archive's origin.
    pub origin: &'a str,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the new deposit.
    pub deposit: &'a str,
    /// Its compartment.
    pub compartment: &'a str,
    /// How many custodians must answer.
    pub threshold: Threshold,
    /// The custodians, in the order of archive.toml.
    pub custodians: Vec<Custodian<'a>>,
    /// What can never find.
    pub rules: &'a Rules,
    /// Context slots on each side, at most 3.
    pub context: u8,
    /// Whether the archive has an exceptional route.
    pub exceptional: Flag,
    /// Whether a small deposit is meant.
    pub small: Flag,
    /// Messages sealed before that the exports lack.
    pub lacking: Vec<LackingLine>,
    /// Most messages of a segment, at most 2^18.
    pub segment_messages: u32,
    /// Now, RFC 3339 UTC.
    pub sealed: &'a str,
    /// Zone of times without one.
    pub timezone: &'a str,
    /// The sealer's key.
    pub signer: &'a dyn Signer,
}

/// What was sealed, in numbers. Shown to the sealer, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Messages.
    pub messages: u64,
    /// Events.
    pub events: u64,
    /// Segments.
    pub segments: u64,
    /// Postings: real entries of each table.
    pub entries: u64,
    /// Messages and events that no term finds.
    pub unfindable: u64,
    /// Terms that are common by frequency in some month.
    pub common_by_frequency: u64,
    /// First month covered.
    pub first: Month,
    /// Last month covered.
    pub last: Month,
    /// Attachments that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

/// Seals a history as a new deposit, which exists once its manifest is in the log. On any error nothing is left of it in the store.
///
/// # Errors
/// See [`SealError`].
pub fn seal(
    store: &dyn Store,
    job: &Job<'_>,
    history: &dyn History,
    progress: &dyn Progress,
) -> Result<Report, SealError> {
    let sealed = run(store, job, history, progress);
    if sealed.is_err() {
        for path in store.list(&format!("deposits/{}", job.deposit))? {
            store.remove(&path)?;
        }
    }
    sealed
}

fn run(
    store: &dyn Store,
    job: &Job<'_>,
    history: &dyn History,
    progress: &dyn Progress,
) -> Result<Report, SealError> {
    progress.stage(Stage::Counting, None);
    let mut survey = Survey::new();
    let mut keeper = Keeper::new(job.segment_messages as usize);
    read_batches(history, progress, &mut |batch| survey.add(&batch, job.rules, &mut keeper))?;
    let messages = keeper.finish(history);
    check_size(store, job, &survey)?;
    let common = common(&messages, &mut survey, job.rules, progress)?;
    Run { store, job, survey, common }.write(&messages, progress)
}

fn check_size(store: &dyn Store, job: &Job<'_>, survey: &Survey) -> Result<(), SealError> {
    match survey.records() {
        0 => return Err(SealError::Empty),
        few if few < SMALL_DEPOSIT && job.small == Flag::No => {
            return Err(SealError::Small(few, SMALL_DEPOSIT));
        }
        many if many > u64::from(u32::MAX) => return Err(SealError::TooMany(u32::MAX.into())),
        _ => {}
    }
    let needed = survey.estimate + survey.blob_bytes;
    match store.free_bytes()? {
        Some(free) if free < needed => Err(SealError::DiskSpace { needed, free }),
        _ => Ok(()),
    }
}

/// Judges which terms are common, reading the input again if the sender cap could matter.
fn common(
    messages: &Messages<'_>,
    survey: &mut Survey,
    rules: &Rules,
    progress: &dyn Progress,
) -> Result<Common, SealError> {
    let mut capped = survey.frequencies.candidates();
    if !capped.is_empty() {
        progress.stage(Stage::Capping, Some(survey.records()));
        let mut at = 0;
        messages.batches(progress, &mut |batch| {
            let offsets = media_offsets(&batch, at);
            at = offsets.last().zip(batch.last()).map_or(at, |(first, last)| first + last.media.len());
            let counted = batch.par_iter().zip(&offsets).map(|(incoming, first)| {
                let facts =
                    survey.media.get(*first..first + incoming.media.len()).ok_or(SealError::ExportChanged)?;
                let month = Month::of_millis(incoming.message.time).ok_or(SealError::ExportChanged)?;
                let terms = terms_of(incoming, facts);
                let terms = terms.iter().filter(|term| rules.may_find(term));
                let hashes: Vec<TermHash> = terms
                    .map(|term| survey.frequencies.hash(term))
                    .filter(|term| capped.is_candidate(*term))
                    .collect();
                Ok((month, sender_day(&survey.frequencies, &incoming.message), hashes))
            });
            for (month, from, terms) in counted.collect::<Result<Vec<_>, SealError>>()? {
                capped.add(month, from, &terms);
            }
            Ok(())
        })?;
    }
    Ok(std::mem::take(&mut survey.frequencies).common(&capped))
}

/// The writing half of a run.
struct Run<'a> {
    store: &'a dyn Store,
    job: &'a Job<'a>,
    survey: Survey,
    common: Common,
}

impl Run<'_> {
    fn write(mut self, messages: &Messages<'_>, progress: &dyn Progress) -> Result<Report, SealError> {
        let job = self.job;
        let (first, last) = self.span()?;
        let keys = DepositKeys::draw(job.threshold, job.exceptional == Flag::Yes);
        let scope = Scope { origin: job.origin, deposit: job.deposit };
        let monthly = keys.monthly(scope, months(first, last));
        let session = Session::new();
        let registers = self.registers();
        let sizes = (self.survey.records() as u32, self.segment_messages());
        let layout = Layout::new(&session, sizes, registers.len() as u32);
        let threads = self.survey.threads();
        let context = job.context.min(MAX_CONTEXT);
        let segments = SegmentContext {
            store: self.store,
            records: RecordContext::new((&session, job.deposit), context, &monthly, months(first, last)),
            keys: &monthly,
            judgement: Judgement { rules: job.rules, common: &self.common },
            layout: &layout,
            threads: &threads,
            months: months(first, last).collect(),
        };
        progress.stage(Stage::Sealing, Some(self.survey.records()));
        let (written, blob_root) = self.write_segments(&segments, (messages, registers), progress)?;
        let mut files: Vec<FileLine> = written.iter().flat_map(|segment| segment.files.clone()).collect();
        files.push(FileLine { path: "blobs/index".to_owned(), root: blob_root });
        let (month_roots, exceptional_roots) = keys.month_roots(months(first, last));
        let manifest = Manifest {
            origin: job.origin.to_owned(),
            archive: job.archive,
            deposit: job.deposit.to_owned(),
            compartment: job.compartment.to_owned(),
            sealed: job.sealed.to_owned(),
            words: WORDS_VERSION.to_owned(),
            timezone: job.timezone.to_owned(),
            small: (self.survey.records() < SMALL_DEPOSIT).into(),
            lacking: job.lacking.clone(),
            threshold: job.threshold,
            context,
            first,
            last,
            month_roots,
            exceptional_roots,
            custody: write_custody(self.store, job, &keys)?,
            segments: written.iter().map(|segment| segment.line).collect(),
            files,
        };
        let bytes = Note::sign(manifest.to_text()?, job.signer).to_bytes();
        self.store.put(&manifest_path(job.deposit), &bytes)?;
        Ok(self.report(&written, (first, last)))
    }

    fn span(&self) -> Result<(Month, Month), SealError> {
        let ends = self.survey.register.keys().next().zip(self.survey.register.keys().next_back());
        ends.map(|(first, last)| (*first, *last)).ok_or(SealError::Empty)
    }

    /// Messages of a segment: as many as the job allows, fewer if they are long.
    fn segment_messages(&self) -> u32 {
        let average = (self.survey.estimate / self.survey.records().max(1)).max(1);
        let fitting = (SEGMENT_BYTES / average).clamp(1024, MAX_SEGMENT_MESSAGES.into()) as u32;
        self.job.segment_messages.clamp(1, fitting)
    }

    fn registers(&mut self) -> Vec<(Month, Register)> {
        let register = std::mem::take(&mut self.survey.register).into_iter();
        let page = |(month, chats): (Month, std::collections::BTreeMap<_, _>)| {
            (month, Register { month: month.to_string(), conversations: chats.into_values().collect() })
        };
        register.map(page).collect()
    }

    /// Reads the input for the last time and writes a segment whenever enough messages are there.
    fn write_segments(
        &self,
        segments: &SegmentContext<'_>,
        (messages, registers): (&Messages<'_>, Vec<(Month, Register)>),
        progress: &dyn Progress,
    ) -> Result<(Vec<Written>, blackbox_format::page::Root), SealError> {
        let sizes = self.survey.media.iter().flatten().map(|facts| facts.size).collect();
        let mut blobs = Blobs::new(self.store, self.job.deposit, sizes);
        let (mut digest, mut number, mut media) = (Digest::default(), 0u32, 0);
        let (mut ready, mut written, mut registers) = (Vec::new(), Vec::new(), Some(registers));
        let mut flush = |ready: &mut Vec<Prepared>| -> Result<(), SealError> {
            let segment = written.len() as u32;
            written.push(segments.write(
                segment,
                std::mem::take(ready),
                registers.take().unwrap_or_default(),
            )?);
            Ok(())
        };
        messages.batches(progress, &mut |batch| {
            for mut incoming in batch {
                if ready.len() as u32 == segments.layout.segment_messages() {
                    flush(&mut ready)?;
                }
                digest.add(&incoming.message);
                let end = media + incoming.media.len();
                let facts = self.survey.media.get(media..end).ok_or(SealError::ExportChanged)?.to_vec();
                let pairs = incoming.media.iter().zip(&facts);
                let attachments =
                    pairs.map(|(media, facts)| blobs.seal(media, *facts)).collect::<Result<_, _>>()?;
                // Sealed: what waits for the segment to be full holds no attachment.
                incoming.media.iter_mut().for_each(|media| media.content = None);
                ready.push(Prepared { number, incoming, facts, attachments });
                (number, media) = (number + 1, end);
                if u64::from(number) > self.survey.records() {
                    return Err(SealError::ExportChanged);
                }
            }
            Ok(())
        })?;
        flush(&mut ready)?;
        let same = digest.finish() == self.survey.digest();
        if !same || u64::from(number) != self.survey.records() {
            return Err(SealError::ExportChanged);
        }
        match progress.cancelled().load(Ordering::Relaxed) {
            true => Err(SealError::Cancelled),
            false => Ok((written, blobs.finish()?)),
        }
    }

    fn report(&self, written: &[Written], (first, last): (Month, Month)) -> Report {
        Report {
            messages: self.survey.messages,
            events: self.survey.events,
            segments: written.len() as u64,
            entries: written.iter().map(|segment| segment.entries).sum(),
            unfindable: written.iter().map(|segment| segment.unfindable).sum(),
            common_by_frequency: self.common.terms(),
            first,
            last,
            unreadable: self.survey.unreadable.clone(),
        }
    }
}
