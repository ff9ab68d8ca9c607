//! `seal`: exports into a new deposit.

use std::sync::OnceLock;

use blackbox_custody::{Archive, Error, archive::Entry, ledger::Ledger, state::State};
use blackbox_format::{
    manifest::{LackingLine, manifest_path},
    message::Incoming,
};
use blackbox_import::{Exports, Options, ReadError, Skipped};
use blackbox_log::Kind;
use blackbox_seal::{Custodian, History, Job, Report, SealError, seal};
use blackbox_token::secret::fill_random;
use serde_json::json;

use crate::{
    cli::Seal,
    clock,
    failure::{Failure, code},
    input::{self, needed_operator, who},
    output::{Outcome, warn},
    progress::Bar,
    remember::{Memory, Recalled},
};

/// Most messages of a segment: bounds the memory that sealing takes.
const SEGMENT_MESSAGES: u32 = 1 << 17;

pub fn run(args: &Seal) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let ledger = Ledger::read(&archive)?;
    let mut who = who(&archive, &ledger, &args.who)?;
    let sealer = archive.people.sealers.contains(who.identity.public());
    if !sealer {
        let why = format!("\"{}\" is no sealer of this archive", who.identity.public().name);
        return Err(Error::refused("seal", why).into());
    }
    if !archive.config.policy.compartments.contains(&args.compartment) {
        let known: Vec<&str> = archive.config.policy.compartments.iter().map(String::as_str).collect();
        let message = format!("the archive has no compartment \"{}\"", args.compartment);
        return Err(Failure::error(message).hint(format!("it has: {}", known.join(", "))));
    }
    let exports = open_exports(args)?;
    let memory = args.remember.then(|| memory(args, &archive)).transpose()?;
    let recalled = memory.as_ref().map(|memory| recall(memory, &exports)).transpose()?;
    let source = Source { exports: &exports, recalled: recalled.as_ref(), report: OnceLock::new() };
    let now = clock::now();
    let deposit = deposit_id(&now.today);
    let recipients = archive.people.custodians.iter().map(|custodian| custodian.recipient());
    let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
    let custodians = archive.people.custodians.iter().zip(&recipients).map(|(custodian, recipient)| {
        Custodian { name: custodian.verifier.name(), recipient: recipient.as_ref() }
    });
    let job = Job {
        origin: &archive.config.origin,
        archive: archive.hash,
        deposit: &deposit,
        compartment: &args.compartment,
        threshold: archive.people.threshold,
        custodians: custodians.collect(),
        rules: &archive.people.rules,
        context: archive.config.policy.context,
        exceptional: archive.config.policy.exceptional.into(),
        small: args.small.into(),
        lacking: recalled.as_ref().map(|recalled| recalled.lacking.clone()).unwrap_or_default(),
        segment_messages: SEGMENT_MESSAGES,
        sealed: &now.time,
        timezone: &args.timezone,
        signer: &who.identity,
    };
    let sealed = match seal(&store, &job, &source, &Bar::new()) {
        Err(SealError::Empty) => return Ok(nothing(source.report.into_inner().unwrap_or_default())),
        sealed => sealed?,
    };
    log_deposit(&mut archive, &deposit, (&who.identity, &operator), &now.time)?;
    who.state.advance(&archive)?;
    if let (Some(memory), Some(recalled)) = (memory, &recalled) {
        memory.keep(recalled)?;
    }
    let imported = source.report.into_inner().unwrap_or_default();
    Ok(outcome((&deposit, sealed), (imported, recalled.as_ref()), archive.people.custodians.len()))
}

fn open_exports(args: &Seal) -> Result<Exports, Failure> {
    let timezone = jiff::tz::TimeZone::get(&args.timezone).map_err(|_| {
        Failure::error(format!("there is no time zone \"{}\"", args.timezone))
            .hint("for example Europe/London, or UTC")
    })?;
    let options = Options { timezone, timezone_name: args.timezone.clone(), owner: args.owner.clone() };
    Exports::open(&args.exports, options).map_err(|error| Failure::error(error.to_string()))
}

fn memory(args: &Seal, archive: &Archive<'_>) -> Result<Memory, Failure> {
    let folder = args.who.state.clone().unwrap_or_else(|| State::path_beside(&args.who.key));
    Ok(Memory::open(&folder, &archive.config.origin)?)
}

fn recall(memory: &Memory, exports: &Exports) -> Result<Recalled, Failure> {
    let mut reading = memory.reading();
    let read = exports.read::<SealError>(&mut |incoming| {
        reading.take(&incoming);
        Ok(())
    });
    read.map_err(|error| Failure::error(error.to_string()))?;
    Ok(reading.finish())
}

/// A deposit's id: the UTC day and 4 random bytes.
fn deposit_id(today: &jiff::civil::Date) -> String {
    let mut random = [0; 4];
    fill_random(&mut random);
    format!("{}-{}", today.strftime("%Y%m%d"), blackbox_format::fields::Hex(random))
}

/// The exports without what was sealed before, and the report of their first reading.
struct Source<'a> {
    exports: &'a Exports,
    recalled: Option<&'a Recalled>,
    report: OnceLock<blackbox_import::Report>,
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
                self.report.get_or_init(|| report);
                Ok(())
            }
            Err(ReadError::Taker(error)) => Err(error),
            Err(error @ ReadError::Changed(_)) => Err(SealError::Source(error.to_string())),
        }
    }
}

/// Appends the deposit to the log; until then it does not exist. If that fails, it is taken away again.
fn log_deposit(
    archive: &mut Archive<'_>,
    deposit: &str,
    (identity, operator): (&blackbox_custody::Identity, &blackbox_custody::Identity),
    time: &str,
) -> Result<(), Failure> {
    let store = archive.store;
    let logged = (|| {
        let document = store.read(&manifest_path(deposit))?;
        let _lock = store.lock()?;
        archive.refresh()?;
        let entry = Entry {
            kind: Kind::Deposit,
            subject: deposit,
            by: identity.public().verifier.name(),
            path: manifest_path(deposit),
            document: &document,
            bodies: Vec::new(),
            time,
        };
        archive.append(operator, entry)
    })();
    if let Err(error) = logged {
        let in_log = Archive::open(store)
            .and_then(|archive| Ok(Ledger::read(&archive)?.about(Kind::Deposit, deposit).next().is_some()));
        if matches!(in_log, Ok(false)) {
            for path in store.list(&format!("deposits/{deposit}"))? {
                store.remove(&path)?;
            }
        }
        return Err(error.into());
    }
    archive.refresh()?;
    Ok(())
}

fn nothing(imported: blackbox_import::Report) -> Outcome {
    let mut text = "Nothing was sealed: the exports hold no message and no event that is new.".to_owned();
    for skipped in &imported.skipped {
        text.push_str(&format!("\n  skipped {}", shown(skipped)));
    }
    let report = json!({
        "deposit": null, "messages": 0, "events": 0, "segments": 0, "entries": 0, "unfindable": 0,
        "common_by_frequency": 0, "skipped": imported.skipped, "sources": imported.sources,
    });
    Outcome::of(code::NOTHING, report, text)
}

fn outcome(
    (deposit, report): (&str, Report),
    (imported, recalled): (blackbox_import::Report, Option<&Recalled>),
    custodians: usize,
) -> Outcome {
    for (name, reason) in &report.unreadable {
        warn(&format!("attachment \"{name}\" could not be read: {reason}"));
    }
    let mut skipped = imported.skipped;
    skipped.extend(
        report
            .unreadable
            .iter()
            .map(|(name, reason)| Skipped::file(name, format!("the attachment could not be read: {reason}"))),
    );
    let before =
        recalled.map_or(0, |recalled| recalled.sealed_before.iter().filter(|before| **before).count());
    let lacking: &[LackingLine] = recalled.map_or(&[], |recalled| &recalled.lacking);
    let text = text((deposit, &report), (&imported.sources, &skipped), (before, lacking), custodians);
    let lacking: Vec<_> = lacking
        .iter()
        .map(|line| json!({ "epoch": line.month.to_string(), "count": line.messages }))
        .collect();
    let json = json!({
        "deposit": deposit,
        "messages": report.messages,
        "events": report.events,
        "segments": report.segments,
        "entries": report.entries,
        "unfindable": report.unfindable,
        "common_by_frequency": report.common_by_frequency,
        "first_month": report.first.to_string(),
        "last_month": report.last.to_string(),
        "sealed_before": before,
        "lacking": lacking,
        "skipped": skipped,
        "sources": imported.sources,
    });
    Outcome::done(json, text)
}

fn text(
    (deposit, report): (&str, &Report),
    (sources, skipped): (&[blackbox_import::SourceReport], &[Skipped]),
    (before, lacking): (usize, &[LackingLine]),
    custodians: usize,
) -> String {
    let mut lines = vec![format!(
        "Sealed deposit {deposit}: {} messages and {} events, {} to {}.",
        report.messages, report.events, report.first, report.last
    )];
    for source in sources {
        let name = blackbox_bundle::escape_terminal(&source.source);
        let zone =
            source.timezone.as_deref().map(|zone| format!(", times read as {zone}")).unwrap_or_default();
        lines.push(format!(
            "  {name} ({}): {} messages, {} events, {} attachments, {} senders{zone}",
            source.format, source.messages, source.events, source.attachments, source.senders
        ));
    }
    lines.extend(skipped.iter().map(|skipped| format!("  skipped {}", shown(skipped))));
    lines.push(format!(
        "{} index entries. {} terms are too common to find by; {} messages hold no term that finds them.",
        report.entries, report.common_by_frequency, report.unfindable
    ));
    if before > 0 {
        lines.push(format!("{before} messages were sealed before, and were not sealed again."));
    }
    for line in lacking {
        lines.push(format!(
            "{} messages of {} that were sealed before are lacking in these exports.",
            line.messages, line.month
        ));
    }
    lines.push(format!(
        "Keep the exports until all {custodians} custodians have accepted and a drill (the request\n\
         drill:drill, approved and answered) has opened this deposit."
    ));
    lines.join("\n")
}

fn shown(skipped: &Skipped) -> String {
    let source = blackbox_bundle::escape_terminal(&skipped.source);
    let line = skipped.line.map(|line| format!(", line {line}")).unwrap_or_default();
    format!("{source}{line}: {}", blackbox_bundle::escape_terminal(&skipped.reason))
}
