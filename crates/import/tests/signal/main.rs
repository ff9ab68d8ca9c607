//! Signal's backups, and what signal-export and sigtop write.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod backup;
mod corpora;
mod desktop;
mod hostile;
mod property;
mod proto;
