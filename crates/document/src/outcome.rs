//! What reading an attachment comes to: text, or a reason to count.

use std::fmt;
use std::time::Duration;

/// What reading an attachment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its text.
    Text(Text),
    /// It has none that could be had.
    Unsearchable(Reason),
}

/// The text of an attachment, never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// At most [`MAX_TEXT_BYTES`](crate::MAX_TEXT_BYTES).
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is all of it.
    pub extent: Extent,
}

/// Where a text comes from. Whoever shows machine-made text says so: it can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the document.
    Document,
    /// Read off a picture by this program.
    Ocr(String),
    /// Heard in a recording by this program.
    Transcription(String),
}

/// How much of a document its text covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its beginning, up to the most that is kept.
    Cut,
    /// All but some damaged, encrypted or oversized parts.
    Gaps,
}

impl Extent {
    /// A stable word for it.
    pub fn kind(self) -> &'static str {
        match self {
            Extent::Whole => "whole",
            Extent::Cut => "cut",
            Extent::Gaps => "gaps",
        }
    }

    pub(crate) fn from_kind(kind: &str) -> Option<Extent> {
        [Extent::Whole, Extent::Cut, Extent::Gaps].into_iter().find(|extent| extent.kind() == kind)
    }
}

/// Why an attachment has no searchable text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no content, or only blanks.
    Empty,
    /// Its bytes could not be read.
    Unreadable,
    /// It is longer than [`MAX_ATTACHMENT_BYTES`](crate::MAX_ATTACHMENT_BYTES), or unfolds to too much.
    TooLarge,
    /// A picture, and no command to recognise text.
    Picture,
    /// A voice note or other recording, and no command to transcribe it.
    Audio,
    /// A video.
    Video,
    /// An archive of other files.
    Archive,
    /// A PDF that asks for a password.
    EncryptedPdf,
    /// Another document that asks for a password.
    EncryptedDocument,
    /// A PDF of pictures, most often a scan.
    PdfWithoutText,
    /// Another document in which nothing is written.
    DocumentWithoutText,
    /// Its kind is known but not its structure.
    DamagedDocument,
    /// An office document, or an Outlook message, in the binary format of before 2007.
    OldOffice,
    /// The confined reader took too long, too much memory, or broke.
    ReaderFailed,
    /// A kind of file that nothing here reads.
    UnknownType,
    /// The command for it failed.
    CommandFailed {
        /// The command's program.
        program: String,
        /// How.
        fault: CommandFault,
    },
    /// The command for it found no text.
    NothingRecognised {
        /// The command's program.
        program: String,
    },
}

/// How a command failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandFault {
    /// It could not be started.
    NotStarted,
    /// It took longer than it may.
    TimedOut(Duration),
    /// It said so by its exit status.
    Status,
}

impl Reason {
    /// A stable word for it, to count by.
    pub fn kind(&self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::Unreadable => "unreadable",
            Reason::TooLarge => "too-large",
            Reason::Picture => "picture",
            Reason::Audio => "audio",
            Reason::Video => "video",
            Reason::Archive => "archive",
            Reason::EncryptedPdf => "encrypted-pdf",
            Reason::EncryptedDocument => "encrypted-document",
            Reason::PdfWithoutText => "pdf-without-text",
            Reason::DocumentWithoutText => "document-without-text",
            Reason::DamagedDocument => "damaged-document",
            Reason::OldOffice => "old-office",
            Reason::ReaderFailed => "reader-failed",
            Reason::UnknownType => "unknown-type",
            Reason::CommandFailed { .. } => "command-failed",
            Reason::NothingRecognised { .. } => "nothing-recognised",
        }
    }

    /// The reasons that the confined reader can give, by their word.
    pub(crate) fn from_kind(kind: &str) -> Option<Reason> {
        [
            Reason::TooLarge,
            Reason::Archive,
            Reason::EncryptedPdf,
            Reason::EncryptedDocument,
            Reason::PdfWithoutText,
            Reason::DocumentWithoutText,
            Reason::DamagedDocument,
            Reason::OldOffice,
        ]
        .into_iter()
        .find(|reason| reason.kind() == kind)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Empty => "it is empty",
            Reason::Unreadable => "its content could not be read",
            Reason::TooLarge => "it is larger than what is searched",
            Reason::Picture => "it is a picture, and no command to recognise text was given",
            Reason::Audio => "it is a recording, and no command to transcribe it was given",
            Reason::Video => "it is a video",
            Reason::Archive => "it is an archive of other files",
            Reason::EncryptedPdf => "it is a PDF with a password",
            Reason::EncryptedDocument => "it is a document with a password",
            Reason::PdfWithoutText => "it is a PDF without text, perhaps scanned",
            Reason::DocumentWithoutText => "nothing is written in it",
            Reason::DamagedDocument => "it is damaged",
            Reason::OldOffice => "it is in an office format of before 2007",
            Reason::ReaderFailed => "reading it took too long, too much memory, or broke",
            Reason::UnknownType => "its type is unknown",
            Reason::NothingRecognised { program } => return write!(f, "'{program}' found no text in it"),
            Reason::CommandFailed { program, fault } => return write!(f, "'{program}' {fault}"),
        })
    }
}

impl fmt::Display for CommandFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandFault::NotStarted => f.write_str("could not be started"),
            CommandFault::TimedOut(limit) => write!(f, "took longer than {} s", limit.as_secs()),
            CommandFault::Status => f.write_str("failed"),
        }
    }
}
