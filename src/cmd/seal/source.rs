//! The exports as the sealer reads them.

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

use blackbox_document::{Command, Reader};
use blackbox_format::message::Incoming;
use blackbox_import::{Contacts, Exports, Options, ReadError, Report};
use blackbox_seal::{History, SealError};

use crate::{cli::Seal, failure::Failure, output::warn, remember::Recalled};

/// Finds the exports. Commands that read attachments end once `cancelled` is set.
///
/// # Errors
/// A path, the time zone, a contacts file or a command is not what it should be.
pub fn open(args: &Seal, cancelled: &Arc<AtomicBool>) -> Result<Exports, Failure> {
    let timezone = jiff::tz::TimeZone::get(&args.timezone).map_err(|_| {
        Failure::error(format!("there is no time zone \"{}\"", args.timezone))
            .hint("for example Europe/London, or UTC")
    })?;
    let options = Options {
        owner: args.owner.clone(),
        contacts: contacts(args)?,
        documents: Some(documents(args, cancelled)?),
        ..Options::new(timezone, &args.timezone)
    };
    Exports::open(&args.exports, options).map_err(|error| Failure::error(error.to_string()))
}

fn contacts(args: &Seal) -> Result<Option<Contacts>, Failure> {
    if args.contacts.is_empty() {
        return Ok(None);
    }
    let contacts = Contacts::load(&args.contacts).map_err(|error| Failure::error(error.to_string()))?;
    for skipped in contacts.skipped() {
        let line = skipped.line.map(|line| format!(", line {line}")).unwrap_or_default();
        warn(&format!("contacts: {}{line}: {}", skipped.source, skipped.reason));
    }
    if contacts.ambiguous() > 0 {
        let count = contacts.ambiguous();
        warn(&format!("contacts: {count} names or numbers belong to several people, and join nobody"));
    }
    Ok(Some(contacts))
}

/// What reads attachments: PDFs in a process of their own, pictures and recordings by the commands that were named.
fn documents(args: &Seal, cancelled: &Arc<AtomicBool>) -> Result<Reader, Failure> {
    let command = |flag: &str, text: &str| {
        let command = text.parse::<Command>().map_err(|error| Failure::error(format!("{flag}: {error}")))?;
        Ok::<_, Failure>(command.stopped_by(cancelled.clone()))
    };
    let program = std::env::current_exe()
        .map_err(|error| Failure::error(format!("the program's own file cannot be found: {error}")))?;
    let mut reader = Reader::new().isolated(program, vec!["read-document".into()]);
    if let Some(text) = &args.ocr {
        reader = reader.ocr(command("--ocr", text)?);
    }
    if let Some(text) = &args.transcribe {
        reader = reader.transcribe(command("--transcribe", text)?);
    }
    Ok(reader)
}

/// The exports without what was sealed before, and the report of their first reading.
pub struct Source<'a> {
    exports: &'a Exports,
    recalled: Option<&'a Recalled>,
    report: OnceLock<Report>,
}

impl<'a> Source<'a> {
    pub fn new(exports: &'a Exports, recalled: Option<&'a Recalled>) -> Source<'a> {
        Source { exports, recalled, report: OnceLock::new() }
    }

    /// What the first reading gave.
    pub fn into_report(self) -> Report {
        self.report.into_inner().unwrap_or_default()
    }
}

/// Refuses a report in which a source's items do not add up.
fn balanced(report: &Report) -> Result<(), SealError> {
    let Some(source) = report.unbalanced() else { return Ok(()) };
    let booked = source.messages + source.events + source.attachments + source.skipped;
    Err(SealError::Source(format!(
        "\"{}\" holds {} items, of which {booked} are accounted for: a fault of this program; nothing was sealed",
        source.source, source.seen
    )))
}

impl History for Source<'_> {
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError> {
        let mut number = 0;
        let read = self.exports.read(&mut |incoming| {
            let before =
                self.recalled.is_some_and(|recalled| recalled.sealed_before.get(number) == Some(&true));
            number += 1;
            if before { Ok(()) } else { each(incoming) }
        });
        match read {
            Ok(report) => {
                balanced(&report)?;
                self.report.get_or_init(|| report);
                Ok(())
            }
            Err(ReadError::Taker(error)) => Err(error),
            Err(error @ ReadError::Changed(_)) => Err(SealError::Source(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use blackbox_import::SourceReport;

    use super::*;

    #[test]
    fn nothing_is_sealed_of_a_source_whose_items_do_not_add_up() {
        let source = SourceReport {
            source: "chat.txt".into(),
            seen: 5,
            messages: 3,
            skipped: 2,
            ..Default::default()
        };
        let mut report = Report { sources: vec![source], ..Report::default() };
        assert!(balanced(&report).is_ok());
        report.sources[0].seen = 6;
        let error = balanced(&report).unwrap_err().to_string();
        assert!(error.contains("\"chat.txt\" holds 6 items, of which 5 are accounted for"), "{error}");
    }
}
