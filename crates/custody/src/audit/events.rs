//! What happened besides requests: worth knowing, and nothing wrong in itself.

use std::collections::BTreeMap;

use blackbox_format::note::Note;
use blackbox_log::Kind;
use blackbox_query::plan::Mode;

use super::{Job, case::Told};
use crate::{
    change::Change,
    verify::{Findings, Severity},
};

/// Changes, hand-overs, checks and drills, as notes.
pub(crate) fn note(job: &Job<'_>, told: &[Told], findings: &mut Findings) {
    changes(job, findings);
    hand_overs(job, findings);
    checks(job, findings);
    drills(told, findings);
}

fn changes(job: &Job<'_>, findings: &mut Findings) {
    let logged = job.ledger.of_kind(Kind::Change).filter(|logged| job.archive.is_change(&logged.leaf));
    for logged in logged.filter(|logged| logged.index >= job.since) {
        let (index, leaf) = (logged.index, &logged.leaf);
        let note = job.archive.document(leaf).ok().and_then(|bytes| Note::parse(&bytes).ok());
        let change = note.and_then(|note| Change::parse(&note, &leaf.path).ok());
        let reason = change.map(|change| change.reason).unwrap_or_default();
        let what = format!(
            "log entry {index}: change {} of people or policy at {}: {reason}",
            leaf.subject, leaf.time
        );
        findings.push(Severity::Note, what);
    }
}

fn hand_overs(job: &Job<'_>, findings: &mut Findings) {
    for logged in job.ledger.of_kind(Kind::HandOver).filter(|logged| logged.index >= job.since) {
        let (index, leaf) = (logged.index, &logged.leaf);
        let what = format!(
            "log entry {index}: \"{}\" handed over keys after change {} at {}",
            leaf.by, leaf.subject, leaf.time
        );
        findings.push(Severity::Note, what);
    }
}

/// The last check of each custodian in office, or that there is none.
fn checks(job: &Job<'_>, findings: &mut Findings) {
    let mut last: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for logged in job.ledger.of_kind(Kind::Check) {
        let number = last.get(logged.leaf.by.as_str()).map_or(1, |(number, _)| number + 1);
        last.insert(&logged.leaf.by, (number, &logged.leaf.time));
    }
    for (name, (number, time)) in last {
        findings.push(
            Severity::Note,
            format!("\"{name}\" checked its custody files {number} time(s), last at {time}"),
        );
    }
}

/// Requests that only ask whether deposits open.
fn drills(told: &[Told], findings: &mut Findings) {
    for told in told.iter().filter(|told| told.facts.mode == Mode::Drill.to_string()) {
        let standing = told.facts.standing.as_str();
        findings.push(Severity::Note, format!("request \"{}\" is a drill: {standing}", told.facts.id));
    }
}
