//! A drill: whether a deposit opens with the keys that its custodians hold.

use std::collections::BTreeSet;

use blackbox_format::manifest::Manifest;
use blackbox_log::Kind;
use blackbox_query::{
    answer::{Answer, Count},
    read::{DepositReader, Tried, drill},
};

use crate::{
    approve::OpenRequest,
    archive::Archive,
    collect::Collected,
    disclose::{Answered, count_lines},
    error::Error,
    ledger::{Ledger, Logged, check_disclosure},
    request::Request,
};

/// What a drill gave.
pub struct Drilled {
    /// The answer, to be disclosed: counts, and which deposits opened.
    pub answered: Answered,
    /// What did not open.
    pub failed: Vec<Failed>,
}

/// A place that did not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The deposit.
    pub deposit: String,
    /// The segment; `None` if the deposit could not be read at all.
    pub segment: Option<u32>,
    /// The month; as `segment`.
    pub month: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl Drilled {
    /// Ids of the deposits of which every segment opened in every month.
    pub fn deposits(&self) -> &[String] {
        &self.answered.drilled
    }
}

/// Carries out an approved drill: opens the dummy row of every segment in every month, whatever fails on
/// the way.
pub fn carry_out(archive: &Archive<'_>, open: &OpenRequest, collected: &Collected) -> Drilled {
    let request = &open.request.document;
    let (mut counted, mut failed, mut drilled) = (Vec::new(), Vec::new(), Vec::new());
    for (range, deposit) in open.deposits.iter().enumerate() {
        let manifest = &deposit.document;
        let tried = DepositReader::open(archive.store, manifest)
            .map(|reader| drill(&open.ask, &collected.tokens, (range, &reader)));
        let faults = tried
            .as_ref()
            .map_or_else(|error| vec![unread(manifest, error)], |tried| faults(manifest, tried));
        if faults.is_empty() && covers(request, manifest) {
            drilled.push(manifest.deposit.clone());
        }
        failed.extend(faults);
        counted.extend(tried.map(|tried| tried.counted).unwrap_or_default());
    }
    let counts = count_lines(open, collected, &counted);
    let shown = counts.iter().map(|line| Count {
        literal: line.literal.clone(),
        epoch: line.month.clone(),
        count: line.count,
    });
    let answer = Answer {
        request: request.id.clone(),
        mode: request.mode.to_string(),
        hits: Vec::new(),
        counts: shown.collect(),
        unanswered: Vec::new(),
        misindexed: Vec::new(),
        disagreements: collected.disagreements.clone(),
        verified_against: collected.verified_against,
        approvals: collected.approvals.len(),
    };
    Drilled { answered: Answered { answer, counts, drilled }, failed }
}

fn faults(manifest: &Manifest, tried: &Tried) -> Vec<Failed> {
    let failed = tried.faults.iter().map(|fault| Failed {
        deposit: manifest.deposit.clone(),
        segment: Some(fault.segment),
        month: Some(fault.month.to_string()),
        what: fault.what.clone(),
    });
    failed.collect()
}

fn unread(manifest: &Manifest, error: &blackbox_query::read::QueryError) -> Failed {
    Failed { deposit: manifest.deposit.clone(), segment: None, month: None, what: error.to_string() }
}

/// Whether a request asks for every month of a deposit.
fn covers(request: &Request, manifest: &Manifest) -> bool {
    let span = request.months().ok().map(|months| (months.clone().min(), months.max()));
    span.is_some_and(|(first, last)| first <= Some(manifest.first) && Some(manifest.last) <= last)
}

/// When a drill of the deposit of `manifest` opened it whole, by the log: the time of the disclosure that
/// says so, on approvals of enough custodians.
pub fn drilled(archive: &Archive<'_>, ledger: &Ledger, manifest: &Manifest) -> Option<String> {
    let says = |logged: &&Logged| says_drilled(archive, ledger, logged, manifest).unwrap_or(false);
    ledger.of_kind(Kind::Disclosure).find(says).map(|logged| logged.leaf.time.clone())
}

fn says_drilled(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
    manifest: &Manifest,
) -> Result<bool, Error> {
    let disclosure = check_disclosure(archive, ledger, logged)?.document;
    if !disclosure.drilled.contains(&manifest.deposit) {
        return Ok(false);
    }
    let request = ledger.request(archive, &disclosure.request)?.document;
    let approvals = ledger.decisions(archive, Kind::Approval, &request.id).into_iter();
    let used = approvals.filter(|approval| {
        approval.index < logged.index && disclosure.approvals.contains(&approval.leaf.document)
    });
    let custodians: BTreeSet<&str> = used.map(|approval| approval.leaf.by.as_str()).collect();
    Ok(covers(&request, manifest) && custodians.len() >= request.needed(manifest.threshold))
}
