//! One request, with all that became of it.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_log::{Checkpoint, Kind};

use super::{Extent, Facts, Job, drill, quorum::Answers, recount::Readers};
use crate::{
    approval::{Approval, ApprovalBody},
    approve::{OpenRequest, open_checked},
    ask::check_route,
    disclosure::{Disclosure, DisclosureBody},
    error::Error,
    ledger::{Checked, Logged},
    papers::{Papers, Standing, day_of},
    proof::check_proof,
    refusal::parse_reason,
    ruling::check_ruling,
    verify::{Findings, Severity, check_share_of, is_after},
    wrap::{unpad, unwrap},
};

/// Days after the last approval from which on a disclosure is overdue.
const DISCLOSURE_DAYS: i64 = 30;

/// A request, told.
pub(crate) struct Told {
    pub(crate) facts: Facts,
    pub(crate) lines: Vec<String>,
    /// Number of the last entry about it.
    pub(crate) last: u64,
    /// Paths of the shares that its approvals name.
    pub(crate) shares: Vec<String>,
    /// What custodians answered, if it could be read.
    pub(crate) answers: Option<Answers>,
    /// Rows that its finding terms have, by deposit, month and literal, as counted again.
    pub(crate) found: Vec<Found>,
}

/// Rows that a finding term has.
pub(crate) struct Found {
    pub(crate) place: (String, String, String),
    pub(crate) rows: u64,
    /// Neighbours on each side that may be opened with each.
    pub(crate) context: u8,
}

/// One request, with all that became of it.
pub(crate) struct Case<'a> {
    pub(crate) job: &'a Job<'a>,
    pub(crate) extent: Extent,
    pub(crate) readers: &'a Readers<'a>,
    pub(crate) papers: &'a Papers,
    lines: Vec<String>,
    open: Option<OpenRequest>,
    found: Vec<Found>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        job: &'a Job<'a>,
        (extent, readers): (Extent, &'a Readers<'a>),
        papers: &'a Papers,
    ) -> Case<'a> {
        Case { job, extent, readers, papers, lines: Vec::new(), open: None, found: Vec::new() }
    }

    /// Checks it, and tells it.
    pub(crate) fn told(mut self, findings: &mut Findings) -> Told {
        let papers = self.papers;
        let request = &papers.request.document;
        findings.files += 1;
        papers.faults.iter().for_each(|error| findings.push(Severity::Error, error.to_string()));
        self.lines.push(format!(
            "{} by {}: case {}, {}; {} to {}; mode {}",
            request.time,
            request.examiner,
            request.case,
            request.basis,
            request.since,
            request.until,
            request.mode
        ));
        self.route(findings);
        self.terms(findings);
        self.approvals(findings);
        self.refusals(findings);
        self.rulings();
        self.disclosures(findings);
        self.released();
        let answers = self.open.as_ref().map(|open| Answers::of(open, papers));
        Told {
            last: papers.last_index(),
            shares: papers.approvals.iter().map(|approval| approval.document.share_path()).collect(),
            facts: Facts::of(papers, self.open.as_ref(), self.job.today),
            lines: self.lines,
            answers,
            found: self.found,
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("request \"{}\"", self.papers.request.document.id)
    }

    fn error(&self, findings: &mut Findings, what: impl std::fmt::Display) {
        findings.push(Severity::Error, format!("{}: {what}", self.name()));
    }

    /// A request by the exceptional route is always named, granted or not.
    fn route(&mut self, findings: &mut Findings) {
        let request = &self.papers.request.document;
        let Some(alarm) = request.alarm() else { return };
        let asked = format!("{}, by \"{}\" at {}: {alarm}", self.name(), request.examiner, request.time);
        findings.push(Severity::Note, asked);
        self.lines.push(alarm);
        if let Err(error) = check_route(self.job.archive, request.mode) {
            self.error(findings, error);
        }
    }

    /// What was ruled: its signers' word. The evidence is not in the archive.
    fn rulings(&mut self) {
        for logged in self.job.ledger.about(Kind::Ruling, &self.papers.request.document.id) {
            let Ok(ruling) = check_ruling(self.job.archive, self.job.ledger, logged) else { continue };
            self.lines.push(format!("ruling: {}", ruling.document.told()));
        }
    }

    /// The query, and whether the claimed literals implement it.
    fn terms(&mut self, findings: &mut Findings) {
        let Some(key) = self.job.key else { return };
        match open_checked(self.job.archive, self.job.ledger, key, self.papers.request.clone()) {
            Ok(open) => {
                self.lines.push(format!("query: {}", open.plan.query));
                self.lines.extend(open.plan.lines());
                if open.request.document.order.is_some() {
                    self.lines.extend(open.request.document.opens(&open.plan));
                }
                self.open = Some(open);
            }
            Err(error) => self.error(findings, error),
        }
    }

    fn approvals(&mut self, findings: &mut Findings) {
        for approval in &self.papers.approvals {
            findings.files += 1;
            let custodian = &approval.document.custodian;
            if let Err(error) = self.job.archive.log.check_extends(&Checkpoint {
                origin: self.job.archive.config.origin.clone(),
                size: approval.document.log_size,
                root: approval.document.log_root.0,
            }) {
                self.error(findings, format!("the log that \"{custodian}\" saw when approving: {error}"));
            }
            if is_after(&approval.leaf, &self.papers.request.document.expires) {
                self.error(findings, format!("\"{custodian}\" approved after it had expired"));
            }
            if self.extent == Extent::Archive {
                check_share_of(self.job.archive, &approval.document, findings);
            }
            if approval.document.proof.is_some() {
                let logged = Logged { index: approval.index, leaf: approval.leaf.clone() };
                let place = (&approval.document, &logged);
                findings.check(check_proof(self.job.archive, place, self.papers.request.index));
            }
            self.lines.push(format!("approved by {custodian} at {}", approval.leaf.time));
            if let Err(error) = self.approved_terms(approval) {
                self.error(findings, error);
            }
        }
        self.compare_digests(findings);
    }

    /// The terms in an approval's body must be those whose numbers its public part gives.
    fn approved_terms(&self, approval: &Checked<Approval>) -> Result<(), Error> {
        let (Some(key), Some(open)) = (self.job.key, &self.open) else { return Ok(()) };
        let path = blackbox_log::body::path(&approval.document.body);
        let plain = unwrap(&self.job.archive.body(&approval.document.body)?, key, &path)?;
        let body = ApprovalBody::parse(unpad(&plain, &path)?, &path)?;
        if !approval.document.digests_fit(&open.ask) {
            let what = "it does not sign one digest for each item and key that answered";
            return Err(Error::invalid(&approval.leaf.path, what));
        }
        let item = |item: &usize| open.ask.items.get(*item).map(|item| item.literal.to_string());
        let expected: Option<Vec<String>> = approval.document.items.iter().map(item).collect();
        match expected == Some(body.approved) {
            true => Ok(()),
            false => {
                Err(Error::invalid(path, "its terms are not those that the approval's public part numbers"))
            }
        }
    }

    /// Holders of one key must have signed equal digests.
    fn compare_digests(&self, findings: &mut Findings) {
        let mut seen = BTreeMap::new();
        for approval in &self.papers.approvals {
            for line in &approval.document.digests {
                let (who, digest) = seen
                    .entry((line.item, line.subset))
                    .or_insert((&approval.document.custodian, line.digest));
                if *digest != line.digest {
                    let what = format!(
                        "\"{who}\" and \"{}\" hold the key of custodians {} and answered differently: one of them is wrong",
                        approval.document.custodian, line.subset
                    );
                    self.error(findings, what);
                }
            }
        }
    }

    fn refusals(&mut self, findings: &mut Findings) {
        for refusal in &self.papers.refusals {
            findings.files += 1;
            let mut line = format!("refused by {} at {}", refusal.document.custodian, refusal.leaf.time);
            if let Some(key) = self.job.key {
                let path = blackbox_log::body::path(&refusal.document.body);
                let reason = self
                    .job
                    .archive
                    .body(&refusal.document.body)
                    .and_then(|bytes| parse_reason(unpad(&unwrap(&bytes, key, &path)?, &path)?, &path));
                match reason {
                    Ok(reason) => line.push_str(&format!(": {reason}")),
                    Err(error) => self.error(findings, error),
                }
            }
            self.lines.push(line);
        }
    }

    fn disclosures(&mut self, findings: &mut Findings) {
        let needed = self.papers.needed();
        for disclosure in &self.papers.disclosures {
            findings.files += 1;
            let used = |approval: &&Checked<Approval>| {
                approval.index < disclosure.index
                    && disclosure.document.approvals.contains(&approval.leaf.document)
            };
            let custodians: BTreeSet<usize> =
                self.papers.approvals.iter().filter(used).map(|approval| approval.document.number).collect();
            if custodians.len() < needed {
                self.error(
                    findings,
                    format!("disclosed on {} approvals, {needed} are needed", custodians.len()),
                );
            }
            self.lines.push(format!("disclosed at {}", disclosure.leaf.time));
            drill::opened(&self.papers.request.document, &disclosure.document, (&mut self.lines, findings));
            self.recount(disclosure, findings);
        }
        self.overdue(findings);
    }

    /// Whoever was given tokens says what they gave.
    fn overdue(&self, findings: &mut Findings) {
        let last = self.papers.approvals.last().and_then(|approval| day_of(&approval.leaf));
        let Some(last) = last.filter(|_| self.papers.standing(self.job.today) == Standing::Approved) else {
            return;
        };
        let days = last.until(self.job.today).map_or(0, |span| i64::from(span.get_days()));
        let severity = if days > DISCLOSURE_DAYS { Severity::Warning } else { Severity::Note };
        let overdue = if days > DISCLOSURE_DAYS { ": it is overdue" } else { "" };
        let what = format!(
            "{}: {} custodians approved, and no disclosure is recorded {days} day(s) after the last approval{overdue}",
            self.name(),
            self.papers.needed()
        );
        findings.push(severity, what);
    }

    /// Counts again with the tokens that the disclosure gives.
    fn recount(&mut self, disclosure: &Checked<Disclosure>, findings: &mut Findings) {
        let Some(key) = self.job.key else { return };
        let path = blackbox_log::body::path(&disclosure.document.body);
        let body = self
            .job
            .archive
            .body(&disclosure.document.body)
            .and_then(|bytes| DisclosureBody::parse(unpad(&unwrap(&bytes, key, &path)?, &path)?, &path));
        let body = match body {
            Ok(body) => body,
            Err(error) => return self.error(findings, error),
        };
        self.lines.push(format!("{} messages disclosed as hits", body.hits));
        let manifests = self.job.ledger.manifests(self.job.archive).unwrap_or_default();
        let counted = self.readers.count_again(&body);
        if let Err(what) = counted.and_then(|()| drill::counts(manifests, (&disclosure.document, &body))) {
            return self.error(findings, what);
        }
        if let Some(open) = &self.open {
            self.found.extend(super::recount::found(open, &body));
        }
    }

    fn released(&mut self) {
        if let Some(release) = &self.papers.release {
            self.lines.push(format!("terms released by {} at {}", release.leaf.by, release.leaf.time));
            self.lines.extend(release.document.lines.iter().skip(2).map(|line| format!("released {line}")));
        }
    }
}
