//! What the policy did not allow, as far as the public part shows it.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Job, case::Told};
use crate::{
    config::Limits,
    papers::Papers,
    verify::{Findings, Severity},
};

/// What approvals of one request breach, in words: every custodian's program should have refused them.
pub(crate) fn breaches(limits: &Limits, papers: &Papers) -> Vec<String> {
    let mut breaches = Vec::new();
    let months = papers.request.document.months().map_or(0, Iterator::count);
    if limits.months > 0 && months > limits.months as usize {
        breaches.push(format!("it asks for {months} months, and the policy allows {}", limits.months));
    }
    let hours = papers.approvals.first().and_then(|first| {
        let (asked, approved): (Timestamp, Timestamp) =
            (papers.request.leaf.time.parse().ok()?, first.leaf.time.parse().ok()?);
        Some(approved.duration_since(asked).as_hours())
    });
    if let Some(hours) = hours.filter(|hours| *hours < i64::from(limits.notice_hours)) {
        let due = limits.notice_hours;
        breaches.push(format!(
            "it was approved {hours} hour(s) after it was made, and the policy gives {due} of notice"
        ));
    }
    match papers.approvals.is_empty() {
        true => Vec::new(),
        false => breaches,
    }
}

/// Examiners who were granted requests beyond the number that the policy allows in a month.
pub(crate) fn requests(job: &Job<'_>, told: &[Told], findings: &mut Findings) {
    let mut asked: HashMap<(&str, &str), u32> = HashMap::new();
    for facts in told.iter().map(|told| &told.facts) {
        let count = asked.entry((&facts.examiner, facts.time.get(..7).unwrap_or_default())).or_default();
        *count += 1;
        let limit = job.archive.era_at(facts.index).config.policy.limits.requests;
        if limit > 0 && *count > limit && facts.decisions.iter().any(|decision| decision.approved) {
            let what = format!(
                "request \"{}\": it was approved, and is number {count} of \"{}\" in its month; the policy allows {limit}",
                facts.id, facts.examiner
            );
            findings.push(Severity::Warning, what);
        }
    }
}
