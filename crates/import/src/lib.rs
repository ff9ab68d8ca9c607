//! Exports to messages, one module a platform. What is given is told apart by its content, read as a stream, and
//! reported: how much came from where, and all that was left out, with the reason.
//!
//! A platform is an `importer::Importer`: what it makes of a file's beginning, and how it reads one. To add one,
//! write its module and name it in `importer::IMPORTERS`.

mod archive;
mod bounded;
mod contacts;
mod encoding;
mod exports;
mod folder;
mod head;
mod importer;
mod jsonl;
mod lines;
mod place;
mod report;
mod walk;
mod whatsapp;

pub use contacts::{Contacts, ContactsError, Person};
pub use exports::{Exports, ImportError, Options, ReadError};
pub use report::{DateOrder, Report, Skipped, SourceReport};
