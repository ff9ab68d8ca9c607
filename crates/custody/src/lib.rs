//! Identities, signed documents, and what a custodian checks before it releases an answer.
//!
//! `spec/custody.md` is this crate's prose.

pub mod accept;
pub mod approval;
pub mod approve;
pub mod arbiter;
pub mod archive;
pub mod ask;
pub mod audit;
pub mod collect;
pub mod config;
pub mod contact;
pub mod disclose;
pub mod disclosure;
pub mod dispute;
pub mod error;
pub mod held;
pub mod identity;
pub mod keys;
pub mod ledger;
pub mod refusal;
pub mod request;
pub mod ruling;
mod settle;
pub mod state;
pub mod verify;
pub mod wrap;

pub use archive::Archive;
pub use config::Config;
pub use error::Error;
pub use identity::{Identity, Public};
