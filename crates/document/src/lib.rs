//! Attachments to searchable text: plain text and pages, PDF, office documents; pictures and recordings by commands
//! that the operator names.
//!
//! Every attachment comes to text or to a reason that can be counted. Bytes and text stay in memory: nothing here
//! writes a file. Attachments are hostile: what they unfold to is bounded, and documents are read in a
//! [confined](confine) process.

mod card;
mod command;
mod document;
mod draft;
mod html;
mod isolation;
mod kind;
mod office;
mod opendocument;
mod outcome;
mod package;
mod pdf;
mod plain;
mod process;
mod reader;
mod rtf;
mod sheet;
mod transcript;
mod xml;

pub use command::{Command, CommandError, DEFAULT_LIMIT};
pub use draft::MAX_TEXT_BYTES;
pub use isolation::{confine, serve};
pub use outcome::{CommandFault, Extent, Origin, Outcome, Reason, Text};
pub use reader::{MAX_ATTACHMENT_BYTES, Reader};
pub use transcript::transcript;
