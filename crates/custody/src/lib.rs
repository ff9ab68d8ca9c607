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
pub mod change;
pub mod check;
pub mod collect;
pub mod compare;
pub mod config;
pub mod contact;
pub mod counts;
pub mod disclose;
pub mod disclosure;
pub mod dispute;
pub mod drill;
pub mod earlier;
pub mod era;
pub mod error;
pub mod evidence;
pub mod group;
pub mod handover;
pub mod held;
pub mod identity;
pub mod kept;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod papers;
pub mod proof;
pub mod propose;
pub mod publication;
pub mod refusal;
pub mod release;
pub mod repeat;
pub mod request;
pub mod ruling;
mod settle;
pub mod share;
pub mod state;
pub mod verify;
pub mod witness;
pub mod wrap;

pub use archive::Archive;
pub use config::Config;
pub use era::Era;
pub use error::Error;
pub use group::Group;
pub use identity::{Identity, Public};
