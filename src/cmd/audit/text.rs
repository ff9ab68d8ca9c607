//! What an audit found, for a terminal.

use blackbox_bundle::escape_terminal;
use blackbox_custody::{
    audit::{Audit, Job},
    verify::{Finding, Findings, Severity},
};
use blackbox_log::Kind;

use crate::output;

/// The whole text. `written`: files written, and whether a checkpoint was to be saved.
pub fn told(job: &Job<'_>, audit: &Audit, (written, save): (&[String], bool)) -> String {
    let counts = |kind| job.ledger.count(kind);
    let mut lines = folded(
        &format!(
            "Log of {}: {} entries; {} deposits, {} requests, {} approvals, {} refusals, {} disclosures.",
            job.archive.config.origin,
            job.archive.log.size(),
            counts(Kind::Deposit),
            counts(Kind::Request),
            counts(Kind::Approval),
            counts(Kind::Refusal),
            counts(Kind::Disclosure)
        ),
        "",
    );
    if job.since > 0 {
        lines.extend(folded(&format!(
            "Since the checkpoint of {} entries it was only appended to, up to {}. Below is what came after.",
            job.since,
            job.archive.log.size()
        ), ""));
    }
    for request in &audit.requests {
        lines.push(format!("Request {}", request.id));
        lines.extend(request.lines.iter().flat_map(|line| folded(&escape_terminal(line), "  ")));
    }
    lines.extend(statistics(audit).iter().flat_map(|line| folded(line, "")));
    lines.extend(shown(&audit.findings));
    lines.extend(written.iter().map(|path| format!("Written: {}", escape_terminal(path))));
    if save && !audit.findings.ok() {
        lines.push("The checkpoint was not saved: keep the one that you have.".to_owned());
    }
    lines.push(verdict(audit.findings.ok()).to_owned());
    lines.join("\n")
}

fn statistics(audit: &Audit) -> Vec<String> {
    let sums = &audit.statistics;
    let mut lines = vec![format!(
        "{} requests: {} granted ({} of them disclosed), {} refused, {} expired, {} open.",
        sums.requests, sums.granted, sums.disclosed, sums.refused, sums.expired, sums.open
    )];
    for opened in sums.opened.iter().flatten() {
        lines.push(format!(
            "Deposit {}: at most {} of {} rows were opened, by the counts that were disclosed.",
            opened.deposit, opened.at_most, opened.rows
        ));
    }
    lines
}

/// The findings, a line each, folded to the terminal's width.
pub fn shown(findings: &Findings) -> Vec<String> {
    let line = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{severity}: {}", escape_terminal(&finding.what))
    };
    findings.all.iter().flat_map(|finding| folded(&line(finding), "")).collect()
}

/// The last line.
pub fn verdict(ok: bool) -> &'static str {
    match ok {
        true => "No error was found.",
        false => "The archive FAILED: see the errors above.",
    }
}

/// One line of text as several that fit, each after `indent`, the second and later ones two columns further in.
fn folded(text: &str, indent: &str) -> Vec<String> {
    let width = output::width();
    let mut lines = vec![indent.to_owned()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        let empty = last.trim().is_empty();
        if !empty && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{indent}  {word}"));
        } else {
            if !empty {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
