//! The report of an audit, and the page of a publication: one HTML file, without scripts and without a
//! reference to anything outside, to read and to print.

mod chart;
mod requests;

use blackbox_bundle::{framed, visible};
use blackbox_custody::{
    audit::{Facts, Period, Statistics},
    verify::{Finding, Severity},
};
use maud::{Markup, html};

use chart::{Chart, Series};

/// Months that are shown one by one; beyond, years are.
const MONTHS: usize = 48;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everybody: terms only where they were released.
    Public,
    /// A custodian or auditor, with a key.
    Overseer,
}

/// What is reported.
pub struct Report<'r> {
    /// The archive's origin.
    pub origin: &'r str,
    /// Now, RFC 3339 UTC.
    pub made: &'r str,
    /// What an audit found; a publication audits nothing.
    pub findings: Option<&'r [Finding]>,
    /// The requests.
    pub facts: Vec<&'r Facts>,
    /// Sums over them.
    pub statistics: &'r Statistics,
    /// Who reads.
    pub reader: Reader,
}

/// The page. All text that came from outside is escaped, and its acting characters are shown.
pub fn page(report: &Report<'_>) -> String {
    let title = match report.findings {
        Some(_) => format!("Audit of {}", report.origin),
        None => format!("Requests to {}", report.origin),
    };
    let body = html! {
        header {
            p.over { (visible(report.origin)) ", " (visible(report.made)) }
            h1 { (visible(&title)) }
            p.lead { (span(report.statistics)) }
        }
        @if let Some(findings) = report.findings { (found(findings)) }
        (numbers(report))
        (requests::table(&report.facts))
        footer { (foot(report)) }
    };
    framed(&title, &body)
}

fn span(statistics: &Statistics) -> String {
    match statistics.from {
        0 => format!("All {} entries of the log.", statistics.to),
        from => {
            format!("The log from {from} to {} entries: what came after the checkpoint kept.", statistics.to)
        }
    }
}

fn found(findings: &[Finding]) -> Markup {
    let failed = findings.iter().any(|finding| finding.severity == Severity::Error);
    let class = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    html! {
        section {
            h2 { "Findings" }
            p.lead { @if failed { "The archive FAILED: there are errors." } @else { "No error was found." } }
            @if !findings.is_empty() {
                div.wide { table {
                    caption { "What was found, the gravest first" }
                    thead { tr { th scope="col" { "Severity" } th scope="col" { "What" } } }
                    tbody {
                        @for finding in findings {
                            tr { th.month scope="row" class=(class(finding.severity)) { (class(finding.severity)) }
                                td { (visible(&finding.what)) } }
                        }
                    }
                } }
            }
        }
    }
}

fn numbers(report: &Report<'_>) -> Markup {
    let sums = report.statistics;
    html! {
        section {
            h2 { "Numbers" }
            dl.facts {
                dt { "Requests" } dd { (sums.requests) }
                dt { "Granted" } dd { (sums.granted) ", of them disclosed " (sums.disclosed) }
                dt { "Refused" } dd { (sums.refused) }
                dt { "Expired" } dd { (sums.expired) }
                dt { "Open" } dd { (sums.open) }
            }
            @if !sums.months.is_empty() { (over_time(&sums.months)) }
            @if !sums.terms.is_empty() { (terms(report)) }
            (opened(report))
        }
    }
}

fn over_time(months: &[Period]) -> Markup {
    let by_year = months.len() > MONTHS;
    let mut groups: Vec<(String, Vec<u64>)> = Vec::new();
    for month in months {
        let name = if by_year { month.month.get(..4).unwrap_or_default() } else { month.month.as_str() };
        let counts = [month.requests, month.granted, month.refused];
        match groups.last_mut().filter(|(last, _)| last == name) {
            Some((_, sums)) => sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count),
            None => groups.push((name.to_owned(), counts.to_vec())),
        }
    }
    let unit = if by_year { "Year" } else { "Month" };
    chart::figure(&Chart {
        id: "time",
        title: "Requests over time",
        about: format!(
            "By the {} in which they were made: requests, and of these granted and refused.",
            unit.to_lowercase()
        ),
        unit,
        series: &[Series("all", "Requests"), Series("granted", "Granted"), Series("refused", "Refused")],
        groups,
    })
}

fn terms(report: &Report<'_>) -> Markup {
    let about = match report.reader {
        Reader::Overseer => "How many requests have how many terms.",
        Reader::Public => "How many requests have how many terms, of those whose terms were released.",
    };
    let groups = report.statistics.terms.iter().map(|line| (line.terms.to_string(), vec![line.requests]));
    chart::figure(&Chart {
        id: "terms",
        title: "Terms a request",
        about: about.to_owned(),
        unit: "Terms",
        series: &[Series("all", "Requests")],
        groups: groups.collect(),
    })
}

/// The share of the archive that was ever opened.
fn opened(report: &Report<'_>) -> Markup {
    let Some(opened) = &report.statistics.opened else {
        return html! {
            p.about { "How much of the archive was opened cannot be known from what is public: the counts are for \
                custodians and auditors." }
        };
    };
    html! {
        (chart::shares(opened))
        p.about { "An upper bound: rows that hold a finding term, in each month that was asked, with the neighbours \
            approved, as counted again with the tokens disclosed. Requests that were granted and whose disclosure is \
            not recorded are not in it." }
    }
}

fn foot(report: &Report<'_>) -> Markup {
    html! {
        p { "Times are UTC. " @match report.reader {
            Reader::Overseer => "The terms on this page are for custodians and auditors only.",
            Reader::Public => "Terms are sealed unless they were released; the hash shown commits to them.",
        } }
        @if report.findings.is_none() {
            p { "Beside this page lie the log and every public document: anyone can check them with "
                code { "blackbox audit" } ", and the log with any reader of C2SP tlog-tiles." }
        }
    }
}
