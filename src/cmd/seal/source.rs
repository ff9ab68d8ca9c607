//! The exports as the sealer reads them.

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

use blackbox_document::{Command, Reader};
use blackbox_format::message::Incoming;
use blackbox_import::{Contacts, Exports, Options, ReadError, Report};
use blackbox_seal::{History, SealError, survey::Digest};

use super::plan::Plan;
use crate::{cli::Seal, failure::Failure, output::warn};

/// Finds the exports. Commands that read attachments end once `cancelled` is set.
///
/// # Errors
/// A path, the time zone, a contacts file or a command is not what it should be.
pub fn open(args: &Seal, cancelled: &Arc<AtomicBool>) -> Result<Exports, Failure> {
    let timezone = jiff::tz::TimeZone::get(&args.timezone).map_err(|_| {
        Failure::error(format!("there is no time zone \"{}\"", args.timezone))
            .hint("for example Europe/London, or UTC")
    })?;
    // What is only listed needs no text of attachments, which is slow to make.
    let documents = (!args.dry_run).then(|| documents(args, cancelled)).transpose()?;
    let options = Options {
        owner: args.owner.clone(),
        contacts: contacts(args)?,
        documents,
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

/// The exports as sealing reads them, and the report of their first reading.
pub struct Source<'a> {
    exports: &'a Exports,
    plan: Option<&'a Plan>,
    report: OnceLock<Report>,
}

/// What goes to one compartment.
pub struct Part<'a> {
    source: &'a Source<'a>,
    compartment: u16,
}

impl<'a> Source<'a> {
    /// The exports, sorted by a plan and the report of the reading that made it; without one all goes to one
    /// compartment.
    pub fn new(exports: &'a Exports, plan: Option<(&'a Plan, Report)>) -> Source<'a> {
        let (plan, report) = plan.unzip();
        Source { exports, plan, report: report.map(OnceLock::from).unwrap_or_default() }
    }

    /// What goes to compartment number `compartment`.
    pub fn part(&'a self, compartment: u16) -> Part<'a> {
        Part { source: self, compartment }
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

/// Reads all of the exports.
///
/// # Errors
/// They changed, their items do not add up, or `each` failed.
pub fn read(
    exports: &Exports,
    each: &mut dyn FnMut(Incoming) -> Result<(), SealError>,
) -> Result<Report, SealError> {
    match exports.read(each) {
        Ok(report) => balanced(&report).map(|()| report),
        Err(ReadError::Taker(error)) => Err(error),
        Err(error @ ReadError::Changed(_)) => Err(SealError::Source(error.to_string())),
    }
}

impl History for Part<'_> {
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError> {
        let Source { exports, plan, report } = self.source;
        let (mut number, mut digest) = (0, Digest::default());
        let read = read(exports, &mut |incoming| {
            let Some(plan) = plan else { return each(incoming) };
            digest.add(&incoming.message);
            number += 1;
            match plan.place(number - 1) == Some(self.compartment) {
                true => each(incoming),
                false => Ok(()),
            }
        })?;
        report.get_or_init(|| read);
        // Every reading, for whatever compartment, is of the messages that were sorted.
        match plan.is_none_or(|plan| plan.is_of(digest)) {
            true => Ok(()),
            false => Err(SealError::ExportChanged),
        }
    }
}

#[cfg(test)]
mod tests {
    use blackbox_import::SourceReport;
    use blackbox_sorting::Rules;
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 4] = ["Family", "Family two", "Office", "Ann"];

    fn exports(folder: &std::path::Path, messages: &[(usize, usize, u8)]) -> Exports {
        let line = |(number, (chat, from, day)): (usize, &(usize, usize, u8))| {
            let chat = NAMES.get(*chat).map(|name| format!("\"chat\":\"{name}\",")).unwrap_or_default();
            let (from, event) = NAMES.get(*from).map_or(("", "\"event\":\"joined\","), |name| (*name, ""));
            format!(
                "{{{chat}{event}\"time\":\"2020-01-{day:02}T00:00:00Z\",\"from\":\"{from}\",\"text\":\"t{number}\"}}\n"
            )
        };
        let path = folder.join("all.jsonl");
        std::fs::write(&path, messages.iter().enumerate().map(line).collect::<String>()).unwrap();
        Exports::open(&[path], Options::new(jiff::tz::TimeZone::UTC, "UTC")).unwrap()
    }

    fn texts(history: &dyn History) -> Result<Vec<String>, SealError> {
        let mut texts = Vec::new();
        history.replay(&mut |incoming| {
            texts.push(incoming.message.text);
            Ok(())
        })?;
        Ok(texts)
    }

    fn rule() -> impl Strategy<Value = String> {
        let pattern = prop::sample::select(vec!["Family*", "*", "*i*", "Ann", "????", "Office"]);
        let condition = prop_oneof![
            pattern.clone().prop_map(|pattern| format!("chat = [\"{pattern}\"]")),
            pattern.prop_map(|pattern| format!("person = [\"{pattern}\", \"nobody\"]")),
            (1..28u8).prop_map(|day| format!("since = 2020-01-{day:02}")),
            (1..28u8).prop_map(|day| format!("until = 2020-01-{day:02}")),
        ];
        (condition, "[abc]").prop_map(|(when, to)| format!("[[rule]]\ncompartment = \"{to}\"\n{when}\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_message_is_in_exactly_one_part(
            rules in prop::collection::vec(rule(), 0..5),
            messages in prop::collection::vec((0..5usize, 0..5usize, 1..29u8), 1..40),
        ) {
            let known = ["a", "b", "c", "main"].map(str::to_owned).into();
            // Rules that can never match are refused.
            let Ok(rules) = Rules::parse(&rules.concat(), &known) else { return Ok(()) };
            let folder = tempfile::tempdir().unwrap();
            let exports = exports(folder.path(), &messages);
            let (plan, report) = Plan::read(&exports, &rules, None, &mut |_, _| {}).unwrap();
            let source = Source::new(&exports, Some((&plan, report)));
            let mut parts = Vec::new();
            for number in 0..rules.compartments().len() as u16 {
                let part = texts(&source.part(number)).unwrap();
                prop_assert_eq!(part.len() as u64, plan.compartments[usize::from(number)].records());
                parts.extend(part);
            }
            parts.sort();
            let mut all: Vec<String> = (0..messages.len()).map(|number| format!("t{number}")).collect();
            all.sort();
            prop_assert_eq!(parts, all);
        }
    }

    #[test]
    fn parts_are_of_the_messages_that_were_sorted() {
        let folder = tempfile::tempdir().unwrap();
        let rules = Rules::all_to("main", blackbox_sorting::Origin::Flag("--compartment"));
        let (plan, report) =
            Plan::read(&exports(folder.path(), &[(0, 0, 1), (1, 1, 2)]), &rules, None, &mut |_, _| {})
                .unwrap();
        let others = exports(folder.path(), &[(0, 0, 1), (1, 1, 3)]);
        let error = texts(&Source::new(&others, Some((&plan, report))).part(0)).unwrap_err();
        assert!(matches!(error, SealError::ExportChanged), "{error}");
    }

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
