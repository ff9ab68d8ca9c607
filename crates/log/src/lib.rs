//! The transparency log of an archive: append, prove, verify, cosign.
//!
//! A C2SP tlog-tiles log with a signed checkpoint, as static files under `log/` that any verifier of
//! such logs reads. No file but the checkpoint is trusted: every hash and entry that is given out
//! was checked against the root that the operator signed. `spec/log.md` is its prose.

pub mod body;
pub mod bundle;
pub mod checkpoint;
pub mod cosign;
pub mod cosigned;
mod file;
pub mod fork;
mod growth;
pub mod leaf;
pub mod log;
pub mod proof;
mod recompute;
pub mod tile;
mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosign::{CosignError, Cosigner};
pub use leaf::{Kind, Leaf, LeafError};
pub use log::{AppendError, ExtendError, Log};
pub use proof::{Proof, ProofError};
pub use tree::LogError;
pub use verify::{Fault, Report, verify};

/// Folder of the log in an archive.
pub const FOLDER: &str = "log";
/// Path of the signed checkpoint.
pub const CHECKPOINT: &str = "log/checkpoint";

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
