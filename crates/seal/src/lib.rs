//! The write path: messages to sealed segments.
//!
//! A deposit is one run of [`seal`]. Its input is read first to count ([`survey`]), again for the
//! sender cap if some term needs it ([`frequency`]), and last to write ([`segment`]); an input that
//! fits into one segment is kept in memory in between. Before the keys are erased, a sample is read
//! back from disk ([`check`]). Formats: spec/archive.md.

pub mod blobs;
pub mod check;
pub mod custody;
pub mod deposit;
pub mod frequency;
pub mod history;
pub mod index;
pub mod keys;
pub mod layout;
pub mod records;
pub mod segment;
pub mod session;
pub mod survey;

pub use deposit::{Custodian, Job, Report, seal};
pub use history::{History, Progress, SealError, Stage};
