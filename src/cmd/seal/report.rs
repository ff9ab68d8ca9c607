//! What `seal` reports: what came from where, what was left out, and what cannot be searched.

use blackbox_format::manifest::LackingLine;
use blackbox_import::{Skipped, SourceReport, Unsearchables};
use blackbox_seal::Report;
use serde_json::{Value, json};

use crate::{
    failure::code,
    output::{Outcome, warn},
    remember::Recalled,
};

/// Lines of each kind that people are shown; programs get all.
const SHOWN: usize = 100;

/// Nothing was sealed: the exports hold nothing new.
pub fn nothing(imported: blackbox_import::Report) -> Outcome {
    let mut lines =
        vec!["Nothing was sealed: the exports hold no message and no event that is new.".to_owned()];
    list(&mut lines, "skipped", &imported.skipped);
    let mut report = json!({
        "deposit": null, "messages": 0, "events": 0, "segments": 0, "entries": 0, "unfindable": 0,
        "common_by_frequency": 0, "skipped": imported.skipped, "sources": imported.sources,
        "notes": imported.notes,
    });
    unsearchable_json(&mut report, &imported.unsearchable);
    Outcome::of(code::NOTHING, report, lines.join("\n"))
}

/// A deposit was made.
pub fn outcome(
    (deposit, report): (&str, Report),
    (imported, recalled): (blackbox_import::Report, Option<&Recalled>),
    custodians: usize,
) -> Outcome {
    for (name, reason) in &report.unreadable {
        warn(&format!("attachment \"{name}\" could not be read: {reason}"));
    }
    let mut imported = imported;
    imported.notes.extend(
        report
            .unreadable
            .iter()
            .map(|(name, reason)| Skipped::file(name, format!("the attachment could not be read: {reason}"))),
    );
    let before =
        recalled.map_or(0, |recalled| recalled.sealed_before.iter().filter(|before| **before).count());
    let lacking: &[LackingLine] = recalled.map_or(&[], |recalled| &recalled.lacking);
    let text = text((deposit, &report), &imported, (before, lacking), custodians);
    let lacking: Vec<_> = lacking
        .iter()
        .map(|line| json!({ "epoch": line.month.to_string(), "count": line.messages }))
        .collect();
    let mut json = json!({
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
        "skipped": imported.skipped,
        "notes": imported.notes,
        "sources": imported.sources,
    });
    unsearchable_json(&mut json, &imported.unsearchable);
    Outcome::done(json, text)
}

fn unsearchable_json(json: &mut Value, unsearchable: &Unsearchables) {
    let kinds = unsearchable.kinds.iter().map(|(kind, count)| json!({ "kind": kind, "count": count }));
    json["unsearchable"] = kinds.collect();
    json["unsearchable_items"] = json!(unsearchable.items);
}

fn text(
    (deposit, report): (&str, &Report),
    imported: &blackbox_import::Report,
    (before, lacking): (usize, &[LackingLine]),
    custodians: usize,
) -> String {
    let mut lines = vec![format!(
        "Sealed deposit {deposit}: {} messages and {} events, {} to {}.",
        report.messages, report.events, report.first, report.last
    )];
    imported.sources.iter().for_each(|source| self::source(&mut lines, source));
    list(&mut lines, "skipped", &imported.skipped);
    list(&mut lines, "note", &imported.notes);
    if !imported.unsearchable.kinds.is_empty() {
        lines.push("Attachments that no word can be searched for in:".to_owned());
        let kinds = imported.unsearchable.kinds.iter();
        lines.extend(kinds.map(|(kind, count)| format!("  {kind}: {count}")));
    }
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
        "Keep the exports until all {custodians} custodians have accepted and a drill has opened this deposit:\n\
         an examiner asks for one, and then carries it out, with `blackbox drill ARCHIVE --key KEY`."
    ));
    lines.join("\n")
}

/// One line of what a source holds, that adds up; and what of it was not understood.
fn source(lines: &mut Vec<String>, source: &SourceReport) {
    let name = blackbox_bundle::escape_terminal(&source.source);
    let zone = source.timezone.as_deref().map(|zone| format!(", times read as {zone}")).unwrap_or_default();
    lines.push(format!(
        "  {name} ({}): {} items = {} messages + {} events + {} attachments + {} skipped; {} senders{zone}",
        source.format,
        source.seen,
        source.messages,
        source.events,
        source.attachments,
        source.skipped,
        source.senders
    ));
    if !source.not_understood.is_empty() {
        let keys: Vec<String> =
            source.not_understood.iter().map(|(key, count)| format!("{key} ({count})")).collect();
        let keys = blackbox_bundle::escape_terminal(&keys.join(", "));
        lines.push(format!("    kept as written, not understood: {keys}"));
    }
}

fn list(lines: &mut Vec<String>, what: &str, places: &[Skipped]) {
    lines.extend(places.iter().take(SHOWN).map(|place| format!("  {what} {}", shown(place))));
    if let Some(more) = places.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  {what}: {more} more; --json lists them"));
    }
}

fn shown(skipped: &Skipped) -> String {
    let source = blackbox_bundle::escape_terminal(&skipped.source);
    let line = skipped.line.map(|line| format!(", line {line}"));
    let place = line.or(skipped.item.map(|item| format!(", item {item}"))).unwrap_or_default();
    format!("{source}{place}: {}", blackbox_bundle::escape_terminal(&skipped.reason))
}
