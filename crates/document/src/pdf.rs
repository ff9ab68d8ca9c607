//! PDF, page by page: what breaks on one page leaves the others.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, Error, PlainTextOutput, decode_text_string, output_doc_page};

use crate::draft::Draft;
use crate::outcome::Reason;

/// The most pages of one document.
const MAX_PAGES: usize = 20_000;

/// Adds the text of a PDF. An overflow of the stack or of memory ends the process: confine it.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
    let opened = catch_unwind(|| open(bytes)).unwrap_or(Err(Reason::DamagedDocument))?;
    let (document, pages) = opened;
    for page in pages.into_iter().take(MAX_PAGES) {
        if draft.is_full() {
            break;
        }
        let shown = catch_unwind(AssertUnwindSafe(|| show(&document, page, draft)));
        if shown.is_err() || (shown.is_ok_and(|shown| shown.is_err()) && !draft.is_full()) {
            draft.miss(Reason::DamagedDocument);
        }
        draft.end_line();
    }
    if catch_unwind(AssertUnwindSafe(|| show_beside(&document, draft))).is_err() {
        draft.miss(Reason::DamagedDocument);
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<(Document, Vec<u32>), Reason> {
    let mut document = Document::load_mem(bytes).map_err(|error| match error {
        Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => {
            Reason::EncryptedPdf
        }
        _ => Reason::DamagedDocument,
    })?;
    // Many a PDF is encrypted with the empty password, to forbid printing only.
    if document.is_encrypted() {
        document.decrypt("").map_err(|_| Reason::EncryptedPdf)?;
    }
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.is_empty() { Err(Reason::DamagedDocument) } else { Ok((document, pages)) }
}

fn show(document: &Document, page: u32, draft: &mut Draft) -> Result<(), pdf_extract::OutputError> {
    let mut room = Room { draft, line_ended: false };
    let mut output = PlainTextOutput::new(&mut room as &mut dyn io::Write);
    output_doc_page(document, &mut output, page)
}

/// What is written on the pages but not part of them: remarks (ISO 32000-1, 12.5.2) and what forms are filled in with
/// (12.7.3.1).
fn show_beside(document: &Document, draft: &mut Draft) {
    let dictionaries = document.objects.values().filter_map(|object| object.as_dict().ok());
    for dictionary in dictionaries {
        let has = |key: &[u8]| dictionary.has(key);
        let text = match (has(b"Subtype") && has(b"Rect"), has(b"FT")) {
            (true, false) => dictionary.get_deref(b"Contents", document),
            (_, true) => dictionary.get_deref(b"V", document),
            (false, false) => continue,
        };
        if let Ok(text) = text.and_then(decode_text_string) {
            draft.push(&text);
            draft.end_line();
        }
    }
}

/// Passes text on to a draft, and stops its page when the draft is full.
struct Room<'a> {
    draft: &'a mut Draft,
    line_ended: bool,
}

impl io::Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The parser sets lines apart by as many ends as it finds reasons.
        if bytes == b"\n" {
            self.line_ended = true;
            return Ok(1);
        }
        let piece = String::from_utf8_lossy(bytes);
        // A word broken at a line's end goes on in small letters. So may a compound, but more rarely.
        if mem::take(&mut self.line_ended) && !(piece.starts_with(char::is_lowercase) && self.draft.mend()) {
            self.draft.end_line();
        }
        self.draft.push(&piece);
        if self.draft.is_full() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
