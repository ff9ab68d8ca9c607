//! Signal: its own backups, as frames of protobuf and as JSON Lines, and what signal-export and sigtop write.
//!
//! A frame becomes a tree that is the same for both forms of a backup ([`wire`] makes it of protobuf). What is
//! understood is taken out of it, and the rest is kept with the message as it is.

mod backup;
mod change;
mod content;
mod draft;
mod fields;
mod frames;
mod item;
mod people;
mod pointer;
mod schema;
mod update;
mod wire;

pub(crate) use backup::Backup;

/// The platform's slug.
const PLATFORM: &str = "signal";

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// Not read yet.
pub(crate) struct Folders;

impl Importer for Folders {
    fn formats(&self) -> &'static [Format] {
        &[]
    }

    fn probe(&self, _: &Head) -> Confidence {
        Confidence::No
    }

    fn read(&self, _: &Input<'_>, _: &mut Sink<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
