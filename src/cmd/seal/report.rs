//! What `seal` reports: what came from where, what was left out, and what cannot be searched.

use blackbox_format::manifest::LackingLine;
use blackbox_import::{Skipped, SourceReport, Unsearchables};
use blackbox_seal::Report;
use blackbox_sorting::{Origin, Rules};
use serde_json::{Value, json};

use super::{
    deposits::Sealed,
    plan::{Plan, Tally, by_month},
};
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
    let mut report = sums(&[]);
    report["deposits"] = json!([]);
    imported_json(&mut report, &imported);
    Outcome::of(code::NOTHING, report, lines.join("\n"))
}

/// Deposits were made, of what was not `recalled`, by these rules.
pub fn outcome(
    sealed: Vec<Sealed>,
    mut imported: blackbox_import::Report,
    (recalled, sorted): (Option<&Recalled>, Option<Value>),
) -> Outcome {
    for (name, reason) in sealed.iter().flat_map(|one| &one.report.unreadable) {
        warn(&format!("attachment \"{name}\" could not be read: {reason}"));
        imported.notes.push(Skipped::file(name, format!("the attachment could not be read: {reason}")));
    }
    let before = recalled.map_or(0, |recalled| recalled.sealed_before);
    let lacking = recalled.map(|recalled| by_month(recalled.lacking.iter().map(|(_, line)| line)));
    let lacking = lacking.unwrap_or_default();
    let text = text(&sealed, &imported, (before, &lacking));
    let lacking: Vec<_> = lacking
        .iter()
        .map(|line| json!({ "epoch": line.month.to_string(), "count": line.messages }))
        .collect();
    let mut json = sums(&sealed);
    json["deposits"] = sealed.iter().map(deposit_json).collect();
    json["sealed_before"] = json!(before);
    json["lacking"] = json!(lacking);
    if let Some(sorted) = sorted {
        json["rules"] = sorted;
    }
    imported_json(&mut json, &imported);
    Outcome::done(json, text)
}

/// The numbers of all deposits together, and the id of the first.
fn sums(sealed: &[Sealed]) -> Value {
    let sum = |number: fn(&Report) -> u64| sealed.iter().map(|one| number(&one.report)).sum::<u64>();
    json!({
        "deposit": sealed.first().map(|one| &one.deposit),
        "messages": sum(|report| report.messages),
        "events": sum(|report| report.events),
        "segments": sum(|report| report.segments),
        "entries": sum(|report| report.entries),
        "unfindable": sum(|report| report.unfindable),
        "common_by_frequency": sum(|report| report.common_by_frequency),
        "first_month": sealed.iter().map(|one| one.report.first).min().map(|month| month.to_string()),
        "last_month": sealed.iter().map(|one| one.report.last).max().map(|month| month.to_string()),
    })
}

fn deposit_json(Sealed { deposit, compartment, report, .. }: &Sealed) -> Value {
    json!({
        "deposit": deposit, "compartment": compartment, "messages": report.messages, "events": report.events,
        "segments": report.segments, "entries": report.entries, "unfindable": report.unfindable,
        "common_by_frequency": report.common_by_frequency,
        "first_month": report.first.to_string(), "last_month": report.last.to_string(),
    })
}

/// What each rule takes, in order; last what is left for the default.
pub fn rules(rules: &Rules, plan: &Plan) -> Value {
    let all = rules.rules().iter().map(|rule| (&rule.compartment[..], rule.origin));
    let rows = all.chain([rules.default()]).zip(&plan.rules);
    let row = |((compartment, origin), tally): ((&str, Origin), &Tally)| {
        json!({
            "rule": origin.to_string(), "compartment": compartment,
            "messages": tally.messages, "events": tally.events,
        })
    };
    rows.map(row).collect()
}

/// What came from where, and what was left out.
pub fn imported_json(json: &mut Value, imported: &blackbox_import::Report) {
    json["skipped"] = json!(imported.skipped);
    json["notes"] = json!(imported.notes);
    json["sources"] = json!(imported.sources);
    unsearchable_json(json, &imported.unsearchable);
}

fn unsearchable_json(json: &mut Value, unsearchable: &Unsearchables) {
    let kinds = unsearchable.kinds.iter().map(|(kind, count)| json!({ "kind": kind, "count": count }));
    json["unsearchable"] = kinds.collect();
    json["unsearchable_items"] = json!(unsearchable.items);
}

fn text(
    sealed: &[Sealed],
    imported: &blackbox_import::Report,
    (before, lacking): (u64, &[LackingLine]),
) -> String {
    let mut lines: Vec<String> = sealed.iter().map(deposit_line).collect();
    imported.sources.iter().for_each(|source| self::source(&mut lines, source));
    list(&mut lines, "skipped", &imported.skipped);
    list(&mut lines, "note", &imported.notes);
    if !imported.unsearchable.kinds.is_empty() {
        lines.push("Attachments that no word can be searched for in:".to_owned());
        let kinds = imported.unsearchable.kinds.iter();
        lines.extend(kinds.map(|(kind, count)| format!("  {kind}: {count}")));
    }
    for Sealed { compartment, report, .. } in sealed {
        let of = if sealed.len() > 1 { format!(" for {compartment}") } else { String::new() };
        lines.push(format!(
            "{} index entries{of}. {} terms are too common to find by; {} messages hold no term that finds them.",
            report.entries, report.common_by_frequency, report.unfindable
        ));
    }
    if before > 0 {
        lines.push(format!("{before} messages were sealed before, and were not sealed again."));
    }
    for line in lacking {
        lines.push(format!(
            "{} messages of {} that were sealed before are lacking in these exports.",
            line.messages, line.month
        ));
    }
    lines.push(advice(sealed));
    lines.join("\n")
}

fn deposit_line(Sealed { deposit, compartment, report, .. }: &Sealed) -> String {
    format!(
        "Sealed deposit {deposit} into compartment {compartment}: {} messages and {} events, {} to {}.",
        report.messages, report.events, report.first, report.last
    )
}

fn advice(sealed: &[Sealed]) -> String {
    match sealed {
        [one] => format!(
            "Keep the exports until all {} custodians have accepted and a drill has opened this deposit:\n\
             an examiner asks for one, and then carries it out, with `blackbox drill ARCHIVE --key KEY`.",
            one.custodians
        ),
        _ => "Keep the exports until all custodians of each deposit have accepted and a drill has opened every one:\n\
              an examiner asks for one, and then carries it out, with `blackbox drill ARCHIVE --key KEY`."
            .to_owned(),
    }
}

/// One line of what a source holds, that adds up; and what of it was not understood.
pub fn source(lines: &mut Vec<String>, source: &SourceReport) {
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

/// What was left out, or is not as it should be: the first of it.
pub fn list(lines: &mut Vec<String>, what: &str, places: &[Skipped]) {
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
