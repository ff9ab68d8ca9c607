//! Signal: its own backups, as frames of protobuf and as JSON Lines, and what signal-export and sigtop write.
//!
//! A frame becomes a tree that is the same for both forms of a backup ([`wire`] makes it of protobuf). What is
//! understood is taken out of it, and the rest is kept with the message as it is.

mod backup;
mod blocks;
mod change;
mod content;
mod desktop;
mod draft;
mod exported;
mod fields;
mod frames;
mod item;
mod markdown;
mod people;
mod pointer;
mod schema;
mod sigtop;
mod update;
mod wire;

pub(crate) use backup::Backup;
pub(crate) use exported::Exported;
pub(crate) use sigtop::Sigtop;

/// The platform's slug.
const PLATFORM: &str = "signal";
