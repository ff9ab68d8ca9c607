//! Auditing: the log, every signature, quorum and proof, from the files alone. With a custodian's or
//! auditor's key also the terms, whether requests implement their queries, and the counts.

mod breaches;
mod case;
mod drill;
mod events;
mod facts;
mod quorum;
mod recount;
mod shares;
mod statistics;

use std::collections::BTreeSet;

use blackbox_log::Kind;
use jiff::civil::Date;
use rayon::prelude::*;

pub use self::{
    facts::{Decision, Facts, Terms},
    statistics::{Opened, Period, Statistics, TermsOf, tally},
};
use crate::{
    archive::Archive,
    contact::Outside,
    error::Error,
    evidence::Evidence,
    identity::Identity,
    ledger::{Ledger, Logged, check, check_deposit},
    papers::Papers,
    publication::Marker,
    state::State,
    verify::{self, Findings, Severity, check_handed_over, check_log},
};
use case::{Case, Told};
use recount::Readers;

/// How much of the archive an audit reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    Whole,
    /// Everything but the deposits' own files.
    Quick,
}

/// What to audit, and with what.
pub struct Job<'a> {
    /// The archive.
    pub archive: &'a Archive<'a>,
    /// Its log.
    pub ledger: &'a Ledger,
    /// Reads the terms.
    pub key: Option<&'a Identity>,
    /// Checkpoints that were kept outside the archive.
    pub outside: &'a [Outside],
    /// How much is read.
    pub depth: Depth,
    /// Details and statistics begin with this entry; findings are about all.
    pub since: u64,
    /// The UTC day.
    pub today: Date,
}

/// What an audit found.
#[derive(Debug, Default)]
pub struct Audit {
    /// Findings.
    pub findings: Findings,
    /// Each request in a few lines of plain words.
    pub requests: Vec<Entry>,
    /// Sums.
    pub statistics: Statistics,
    /// Whether this is a publication, which has the public part of an archive only.
    pub publication: bool,
}

/// A request, as an audit shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What is public, and what the key lets be read.
    pub lines: Vec<String>,
    /// The same, in types.
    pub facts: Facts,
}

/// Audits an archive, or a publication of one.
///
/// # Errors
/// The store failed, or a key is given for a publication; all else is a finding.
pub fn audit(job: &Job<'_>) -> Result<Audit, Error> {
    let mut audit = Audit { publication: is_publication(job)?, ..Audit::default() };
    let extent = if audit.publication { Extent::Publication } else { Extent::Archive };
    check_log(job.archive, extent.bodies(), &mut audit.findings)?;
    check_outside(job.archive, job.outside, &mut audit.findings);
    check_evidence(job.archive, &mut audit.findings)?;
    check_others(job, extent, &mut audit.findings);
    let deposits = check_files(job, extent, &mut audit.findings);
    let readers = Readers::open(job, deposits);
    let told = cases(job, (extent, &readers), &mut audit.findings);
    shares::check_orphans(job, &told, &mut audit.findings)?;
    check_repeats(job.ledger, &mut audit.findings);
    breaches::check(job, (extent, &told), &mut audit.findings);
    quorum::check(job, &told, &mut audit.findings);
    events::note(job, &told, &mut audit.findings);
    audit.statistics = statistics::of(job, &told);
    let shown = told.into_iter().filter(|told| told.last >= job.since);
    audit.requests =
        shown.map(|told| Entry { id: told.facts.id.clone(), lines: told.lines, facts: told.facts }).collect();
    audit.findings.all.sort_by_key(|finding| finding.severity);
    Ok(audit)
}

/// What there is to be audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A whole archive.
    Archive,
    /// Its public part.
    Publication,
}

impl Extent {
    fn bodies(self) -> blackbox_log::verify::Bodies {
        match self {
            Extent::Archive => blackbox_log::verify::Bodies::Kept,
            Extent::Publication => blackbox_log::verify::Bodies::Absent,
        }
    }
}

fn is_publication(job: &Job<'_>) -> Result<bool, Error> {
    let Some(marker) = Marker::read(job.archive.store)? else { return Ok(false) };
    if marker != Marker::of(job.archive) {
        return Err(Error::invalid(crate::publication::MARKER, "it is of a publication of another archive"));
    }
    match job.key {
        None => Ok(true),
        Some(_) => {
            let why =
                "it holds no terms but those that were released, which need no key; audit the archive itself";
            Err(Error::refused("audit a publication with a key", why))
        }
    }
}

fn check_outside(archive: &Archive<'_>, outside: &[Outside], findings: &mut Findings) {
    for checkpoint in outside {
        if let Err(error) = State::check_outside(archive, &checkpoint.note, &checkpoint.file) {
            findings.push(Severity::Error, format!("\"{}\": {error}", checkpoint.file));
        }
    }
    if outside.is_empty() {
        let what = "no checkpoint kept outside the archive was supplied (--checkpoint, --since): a log cut back as a \
                    whole, beyond every approval in it, would not show";
        findings.push(Severity::Note, what);
    }
}

/// Whatever in the archive shows that somebody was shown another log.
fn check_evidence(archive: &Archive<'_>, findings: &mut Findings) -> Result<(), Error> {
    let evidence = Evidence::gather(archive)?;
    for checked in [evidence.check_operator(archive), evidence.check_approvals(archive)] {
        if let Err(error) = checked {
            findings.push(Severity::Error, error.to_string());
        }
    }
    Ok(())
}

/// Whether an entry is checked among the papers of its request.
fn is_paper(ledger: &Ledger, logged: &Logged) -> bool {
    let first = ledger.about(Kind::Request, &logged.leaf.subject).next();
    first.is_some_and(|first| match logged.leaf.kind {
        Kind::Request => first.index == logged.index,
        kind => matches!(kind, Kind::Approval | Kind::Refusal | Kind::Disclosure | Kind::Release),
    })
}

/// The documents that are no request's papers.
fn check_others(job: &Job<'_>, extent: Extent, findings: &mut Findings) {
    let others: Vec<&Logged> =
        job.ledger.leaves.iter().filter(|logged| !is_paper(job.ledger, logged)).collect();
    let checked: Vec<Result<(), Error>> =
        others.par_iter().map(|logged| check(job.archive, job.ledger, logged)).collect();
    checked.into_iter().for_each(|result| findings.check(result));
    if extent == Extent::Archive {
        for logged in others.iter().filter(|logged| logged.leaf.kind == Kind::HandOver) {
            check_handed_over(job.archive, logged, (findings, &mut BTreeSet::new()));
        }
    }
}

/// Whether the files of deposits can be counted in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    /// They are there.
    There,
    /// A publication has none.
    Absent,
}

/// The deposits' own files.
fn check_files(job: &Job<'_>, extent: Extent, findings: &mut Findings) -> Tables {
    if extent == Extent::Publication {
        let what = "this is a publication: the public part of an archive. It has no terms but those released, and the \
                    shares, the log's bodies and the deposits' files are not there to be checked";
        findings.push(Severity::Note, what);
        return Tables::Absent;
    }
    if job.depth == Depth::Quick {
        let what =
            "--quick: manifests were checked, and the deposits' own files were not read; verify reads them";
        findings.push(Severity::Note, what);
        return Tables::There;
    }
    for logged in job.ledger.of_kind(Kind::Deposit) {
        if let Ok(manifest) = check_deposit(job.archive, logged) {
            verify::check_deposit(job.archive.store, &manifest.document, (findings, &mut BTreeSet::new()));
        }
    }
    Tables::There
}

/// Every request with all that became of it.
fn cases(job: &Job<'_>, (extent, readers): (Extent, &Readers<'_>), findings: &mut Findings) -> Vec<Told> {
    let requests: Vec<&Logged> =
        job.ledger.of_kind(Kind::Request).filter(|logged| is_paper(job.ledger, logged)).collect();
    let one = |logged: &&Logged| {
        let mut found = Findings::default();
        let told = match Papers::read(job.archive, job.ledger, &logged.leaf.subject) {
            Ok(papers) => Some(Case::new(job, (extent, readers), &papers).told(&mut found)),
            Err(error) => {
                found.check(Err(error));
                let orphans = Papers::orphans(job.archive, job.ledger, &logged.leaf.subject);
                orphans.into_iter().for_each(|error| found.check(Err(error)));
                None
            }
        };
        (told, found)
    };
    let all: Vec<(Option<Told>, Findings)> = requests.par_iter().map(one).collect();
    let (told, found): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    found.into_iter().for_each(|found| findings.merge(found));
    told.into_iter().flatten().collect()
}

/// One custodian approves a request once, and each id is asked once.
fn check_repeats(ledger: &Ledger, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for logged in &ledger.leaves {
        let leaf = &logged.leaf;
        let once = matches!(leaf.kind, Kind::Approval | Kind::Request | Kind::Deposit | Kind::Release);
        let by = if leaf.kind == Kind::Approval { leaf.by.as_str() } else { "" };
        if once && !seen.insert((leaf.kind, leaf.subject.as_str(), by)) {
            let what =
                format!("log entry {}: {} of \"{}\" is there twice", logged.index, leaf.kind, leaf.subject);
            findings.push(Severity::Error, what);
        }
    }
}
