//! Exports to messages, one module a platform. What is given is told apart by its content, read as a stream, and
//! reported: how much came from where, and all that was left out, with the reason.
//!
//! A platform is an `importer::Importer`: what it makes of a file's beginning, and how it reads one. To add one,
//! write its module and name it in `importer::IMPORTERS`.

mod archive;
mod bounded;
mod contacts;
mod discord;
mod email;
mod encoding;
mod enrich;
mod exports;
mod fields;
mod folder;
mod formats;
mod gchat;
mod gvoice;
mod head;
mod held;
mod html;
mod imessage;
mod importer;
mod json;
mod jsonl;
mod lines;
mod media;
mod messenger;
mod meta;
mod people;
mod place;
mod report;
mod rsmf;
mod signal;
mod slack;
mod sms;
mod teams;
mod telegram;
mod time;
mod unknown;
mod walk;
mod whatsapp;
mod x;

pub use contacts::{Contacts, ContactsError, Person};
pub use exports::{Exports, ImportError, Options, ReadError};
pub use formats::{Format, formats};
pub use report::{DateOrder, Files, Report, Skipped, SourceReport, Unsearchable, Unsearchables};
