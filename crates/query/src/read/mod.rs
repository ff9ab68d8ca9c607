//! The read path: tokens to rows, rows to messages.

mod context;
mod drill;
mod search;
mod segment;
mod trial;

pub use drill::{Fault, Tried, drill};
pub use search::{Counted, Found, Job, search};
pub use segment::{DepositReader, SegmentReader};
pub use trial::{Shown, trial};

use blackbox_store::PagedError;

/// Why a query could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// A file of the archive is missing or changed.
    #[error(transparent)]
    Paged(#[from] PagedError),
    /// The manifest does not name a file that every segment has.
    #[error("\"deposits/{0}/manifest\": it does not name the file \"{1}\"")]
    Manifest(String, String),
    /// A record does not open with the secret that the index gave for it.
    #[error("\"{0}\": row {1} does not open with what the index and the custodians' answers give")]
    Record(String, u32),
    /// Finder and opener disagree about a term: a custodian's answer is wrong, or the index.
    #[error("\"{0}\": the answers for {1} do not fit each other: a custodian's answer or the index is wrong")]
    Inconsistent(String, blackbox_format::term::Literal),
    /// An opened record is not of the format.
    #[error("\"{0}\": row {1} is not of the format")]
    Body(String, u32),
}
