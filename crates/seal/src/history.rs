//! Where messages come from, how the work is watched, and why it fails.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
};

use blackbox_format::{
    body::BodyError,
    fields::FieldsError,
    message::{Incoming, Media},
    term::{self, AttachmentTerms, Literal},
};
use blackbox_store::{PagedError, StoreError};

/// Messages handled at once, by all cores.
const BATCH: usize = 4096;
/// ... or so many bytes, if they have that earlier: attachments that an export holds inside it are in memory.
const BATCH_BYTES: usize = 32 << 20;
/// What is kept in memory between readings of the input, in bytes.
const KEPT_BYTES: usize = 64 << 20;

/// An official's history: gives the same messages in the same order at every call.
pub trait History: Sync {
    /// Hands every message to `each`, in sealing order.
    ///
    /// # Errors
    /// The source cannot be read, or `each` failed.
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError>;
}

/// What the sealer is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Counting messages and terms.
    Counting,
    /// Counting senders' use of frequent terms.
    Capping,
    /// Encrypting and indexing.
    Sealing,
}

/// Watches the work, and may stop it.
pub trait Progress: Sync {
    /// A stage begins; `total` messages, if known.
    fn stage(&self, stage: Stage, total: Option<u64>);
    /// So many more messages are done.
    fn advance(&self, messages: u64);
    /// Set when the work is to stop and leave nothing.
    fn cancelled(&self) -> &AtomicBool;
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The exports hold no message and no event.
    #[error("the exports hold no message and no event")]
    Empty,
    /// Too few messages to hide in.
    #[error(
        "refusing to seal {0} messages: with under {1} of them, a few words would read the whole deposit"
    )]
    Small(u64, u64),
    /// The work was stopped.
    #[error("stopped; nothing was sealed")]
    Cancelled,
    /// The exports changed between two readings.
    #[error("the exports changed while they were being sealed")]
    ExportChanged,
    /// The source could not be read.
    #[error("{0}")]
    Source(String),
    /// An attachment could not be read.
    #[error("attachment \"{name}\": {source}")]
    Attachment {
        /// The attachment.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The disk is too small.
    #[error("not enough free space: about {needed} bytes are needed, {free} are free")]
    DiskSpace {
        /// Estimated size of the deposit in bytes.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// More messages than a deposit holds.
    #[error("a deposit holds at most {0} messages")]
    TooMany(u64),
    /// What was written does not read back.
    #[error("what was written does not read back: {0}; nothing was sealed")]
    SelfCheck(String),
    /// A key or file could not be encrypted.
    #[error("encryption for \"{0}\" failed: {1}")]
    Encrypt(String, String),
    /// A message is too large.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A value cannot stand in a signed document.
    #[error(transparent)]
    Fields(#[from] FieldsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file just written has changed.
    #[error(transparent)]
    Paged(#[from] PagedError),
}

/// Size and digest of an attachment's bytes; `None` if the export does not hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaFacts {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// The input, kept in memory if it is small, else read again.
pub enum Messages<'a> {
    /// All of it.
    Kept(Vec<Incoming>),
    /// Its source.
    Again(&'a dyn History),
}

/// Collects the input while it is first read, as long as it is small.
pub struct Keeper {
    /// `None` once there was too much.
    kept: Option<Vec<Incoming>>,
    bytes: usize,
    limit: usize,
}

impl Keeper {
    /// Keeps at most `limit` messages.
    pub fn new(limit: usize) -> Keeper {
        Keeper { kept: Some(Vec::new()), bytes: 0, limit }
    }

    /// Takes note of a batch.
    pub fn keep(&mut self, batch: &[Incoming]) {
        self.bytes += batch.iter().map(Incoming::weight_bytes).sum::<usize>();
        let fits = |kept: &Vec<Incoming>| self.bytes <= KEPT_BYTES && kept.len() + batch.len() <= self.limit;
        self.kept = self.kept.take().filter(fits);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(batch);
        }
    }

    /// The messages kept, or their source.
    pub fn finish(self, history: &dyn History) -> Messages<'_> {
        match self.kept {
            Some(kept) => Messages::Kept(kept),
            None => Messages::Again(history),
        }
    }
}

/// Hands the source's messages to `each`, in batches.
///
/// # Errors
/// The source or `each` failed, or the work was stopped.
pub fn read_batches(
    history: &dyn History,
    progress: &dyn Progress,
    each: &mut dyn FnMut(Vec<Incoming>) -> Result<(), SealError>,
) -> Result<(), SealError> {
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
    history.replay(&mut |incoming| {
        bytes += incoming.weight_bytes();
        batch.push(incoming);
        if batch.len() < BATCH && bytes < BATCH_BYTES {
            return Ok(());
        }
        bytes = 0;
        take(progress, std::mem::replace(&mut batch, Vec::with_capacity(BATCH)), each)
    })?;
    take(progress, batch, each)
}

fn take(
    progress: &dyn Progress,
    batch: Vec<Incoming>,
    each: &mut dyn FnMut(Vec<Incoming>) -> Result<(), SealError>,
) -> Result<(), SealError> {
    if progress.cancelled().load(Ordering::Relaxed) {
        return Err(SealError::Cancelled);
    }
    let count = batch.len() as u64;
    each(batch)?;
    progress.advance(count);
    Ok(())
}

impl Messages<'_> {
    /// Hands the messages to `each`, in batches, again.
    ///
    /// # Errors
    /// As [`read_batches`].
    pub fn batches(
        &self,
        progress: &dyn Progress,
        each: &mut dyn FnMut(Vec<Incoming>) -> Result<(), SealError>,
    ) -> Result<(), SealError> {
        match self {
            Messages::Kept(all) => {
                all.chunks(BATCH).try_for_each(|batch| take(progress, batch.to_vec(), each))
            }
            Messages::Again(history) => read_batches(*history, progress, each),
        }
    }
}

/// Every term of an incoming message, whose attachments have these facts.
pub fn terms_of(incoming: &Incoming, facts: &[Option<MediaFacts>]) -> std::collections::BTreeSet<Literal> {
    let attachments = incoming.media.iter().zip(facts);
    let attachments = attachments.map(|(media, facts): (&Media, _)| AttachmentTerms {
        name: &media.name,
        media_type: &media.media_type,
        sha256: facts.as_ref().map(|facts| &facts.sha256),
    });
    term::terms(&incoming.message, attachments)
}
