//! Reads attachments: each by its kind, to text or a reason.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::command::Command;
use crate::document;
use crate::draft::{Draft, MAX_TEXT_BYTES};
use crate::isolation::Isolation;
use crate::kind::{Claim, HEAD_BYTES, Kind};
use crate::outcome::{Extent, Origin, Outcome, Reason, Text};
use crate::{html, plain};

/// The longest attachment that is read, 64 MiB, but for plain text, of which the beginning is read in any case.
pub const MAX_ATTACHMENT_BYTES: u64 = 64 << 20;
/// So many bytes of a plain text are read: in UTF-16, they make [`MAX_TEXT_BYTES`] of letters without accents.
const MAX_PLAIN_BYTES: u64 = 2 * MAX_TEXT_BYTES as u64 + 2;

/// Reads attachments.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    ocr: Option<Command>,
    transcribe: Option<Command>,
    isolation: Option<Isolation>,
}

impl Reader {
    /// Reads documents in this process, and neither pictures nor recordings.
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Reads text off pictures with this command.
    pub fn ocr(mut self, command: Command) -> Reader {
        self.ocr = Some(command);
        self
    }

    /// Hears text in recordings with this command.
    pub fn transcribe(mut self, command: Command) -> Reader {
        self.transcribe = Some(command);
        self
    }

    /// Reads documents with this program, which must [`confine`](crate::confine) itself and [`serve`](crate::serve).
    /// Without it, a hostile document can end this process or take its memory.
    pub fn isolated(mut self, program: PathBuf, arguments: Vec<String>) -> Reader {
        self.isolation = Some(Isolation { program, arguments });
        self
    }

    /// Reads one attachment, of which `name` and `media_type` say what it claims to be.
    pub fn read<'a>(
        &self,
        name: &str,
        media_type: &str,
        open: &dyn Fn() -> io::Result<Box<dyn Read + 'a>>,
    ) -> Outcome {
        let claim = Claim { name, media_type };
        match Content::begin(open).and_then(|content| self.read_content(content, claim)) {
            Ok(text) => Outcome::Text(text),
            Err(reason) => Outcome::Unsearchable(reason),
        }
    }

    fn read_content(&self, mut content: Content<'_>, claim: Claim<'_>) -> Result<Text, Reason> {
        let (found, origin) = match Kind::of(&content.bytes, claim) {
            Kind::Document => (self.read_document(content.whole()?)?, Origin::Document),
            Kind::Text => (read_plain(&mut content, claim)?, Origin::Document),
            Kind::Html => (read_page(&content.whole()?, claim)?, Origin::Document),
            Kind::Picture => {
                let ocr = self.ocr.as_ref().ok_or(Reason::Picture)?;
                (ocr.run(content.whole()?)?, Origin::Ocr(ocr.program()))
            }
            Kind::Audio => {
                let transcribe = self.transcribe.as_ref().ok_or(Reason::Audio)?;
                (transcribe.run(content.whole()?)?, Origin::Transcription(transcribe.program()))
            }
            Kind::Video => return Err(Reason::Video),
            Kind::Archive => return Err(Reason::Archive),
            Kind::Unknown => return Err(Reason::UnknownType),
        };
        Ok(Text { text: found.0, extent: found.1, origin })
    }

    fn read_document(&self, bytes: Vec<u8>) -> Result<(String, Extent), Reason> {
        match &self.isolation {
            Some(isolation) => isolation.read(bytes),
            None => document::read(&bytes),
        }
    }
}

fn read_plain(content: &mut Content<'_>, claim: Claim<'_>) -> Result<(String, Extent), Reason> {
    content.read_to(MAX_PLAIN_BYTES)?;
    let mut draft = Draft::default();
    plain::read(&content.bytes, claim.media_type, &mut draft);
    let (text, extent) = draft.finish(Reason::Empty)?;
    // Where so many bytes make less text than is kept, there may be more behind them.
    let ended = (content.bytes.len() as u64) < MAX_PLAIN_BYTES;
    Ok((text, if ended { extent } else { Extent::Cut }))
}

fn read_page(bytes: &[u8], claim: Claim<'_>) -> Result<(String, Extent), Reason> {
    let mut draft = Draft::default();
    html::read(bytes, claim.media_type, &mut draft);
    draft.finish(Reason::DocumentWithoutText)
}

/// The bytes of an attachment as far as they have been read.
struct Content<'a> {
    bytes: Vec<u8>,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Content<'a> {
    fn begin(open: &dyn Fn() -> io::Result<Box<dyn Read + 'a>>) -> Result<Content<'a>, Reason> {
        let rest = open().map_err(|_| Reason::Unreadable)?;
        let mut content = Content { bytes: Vec::new(), rest };
        content.read_to(HEAD_BYTES as u64)?;
        if content.bytes.is_empty() { Err(Reason::Empty) } else { Ok(content) }
    }

    /// Reads on until there are so many bytes, or no more.
    fn read_to(&mut self, most: u64) -> Result<(), Reason> {
        let missing = most.saturating_sub(self.bytes.len() as u64);
        let read = (&mut self.rest).take(missing).read_to_end(&mut self.bytes);
        read.map(drop).map_err(|_| Reason::Unreadable)
    }

    fn whole(mut self) -> Result<Vec<u8>, Reason> {
        self.read_to(MAX_ATTACHMENT_BYTES + 1)?;
        if self.bytes.len() as u64 > MAX_ATTACHMENT_BYTES { Err(Reason::TooLarge) } else { Ok(self.bytes) }
    }
}
