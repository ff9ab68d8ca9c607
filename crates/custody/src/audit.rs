//! Auditing: the log, every signature, quorum and proof, from the files alone. With a custodian's or
//! auditor's key also the terms, whether requests implement their queries, and the counts.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{manifest::Manifest, month::Month};
use blackbox_log::{Checkpoint, Kind};
use blackbox_query::{plan::Mode, read::DepositReader};
use blackbox_token::{Secret, entry::Counter};

use crate::{
    approval::{Approval, ApprovalBody},
    approve::open_request,
    archive::Archive,
    ask::check_route,
    contact::Outside,
    disclosure::{Disclosure, DisclosureBody},
    error::Error,
    evidence::Evidence,
    identity::Identity,
    ledger::{Checked, Ledger, check_approval, check_disclosure, check_refusal, check_request},
    refusal::parse_reason,
    request::Request,
    ruling::check_ruling,
    state::State,
    verify::{Findings, Severity, check_documents, check_log, is_after},
    wrap::{unpad, unwrap},
};

/// What an audit found.
#[derive(Debug, Default)]
pub struct Audit {
    /// Findings.
    pub findings: Findings,
    /// Each request in a few lines of plain words.
    pub requests: Vec<Entry>,
}

/// A request, as an audit shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What is public, and what the key lets be read.
    pub lines: Vec<String>,
}

/// Audits the archive, whose log is `ledger`. `key` reads the terms.
///
/// # Errors
/// The store failed; all else is a finding.
pub fn audit(
    archive: &Archive<'_>,
    ledger: &Ledger,
    key: Option<&Identity>,
    outside: &[Outside],
) -> Result<Audit, Error> {
    let mut audit = Audit::default();
    check_log(archive, &mut audit.findings)?;
    check_documents(archive, ledger, &mut audit.findings);
    check_outside(archive, outside, &mut audit.findings);
    check_evidence(archive, &mut audit.findings)?;
    check_shares(archive, ledger, &mut audit.findings)?;
    check_repeats(ledger, &mut audit.findings);
    for logged in ledger.of_kind(Kind::Request) {
        if let Ok(request) = check_request(archive, logged) {
            let mut case = Case { archive, ledger, key, request: &request, lines: Vec::new() };
            case.check(&mut audit.findings);
            audit.requests.push(Entry { id: request.document.id.clone(), lines: case.lines });
        }
    }
    audit.findings.all.sort_by_key(|finding| finding.severity);
    Ok(audit)
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

fn check_outside(archive: &Archive<'_>, outside: &[Outside], findings: &mut Findings) {
    for checkpoint in outside {
        if let Err(error) = State::check_outside(archive, &checkpoint.note, &checkpoint.file) {
            findings.push(Severity::Error, format!("\"{}\": {error}", checkpoint.file));
        }
    }
    if outside.is_empty() {
        let what = "no checkpoint kept outside the archive was supplied (--checkpoint): a log cut back as a whole, \
                    beyond every approval in it, would not show";
        findings.push(Severity::Note, what);
    }
}

/// A share that no logged approval names was released past the log.
fn check_shares(archive: &Archive<'_>, ledger: &Ledger, findings: &mut Findings) -> Result<(), Error> {
    let named: BTreeSet<String> = ledger
        .of_kind(Kind::Approval)
        .filter_map(|logged| check_approval(archive, ledger, logged).ok())
        .map(|approval| approval.document.share_path())
        .collect();
    for path in archive.store.list("requests")? {
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.starts_with("share.") && !named.contains(&path) {
            findings.error(&path, "a share without a logged approval");
        }
    }
    Ok(())
}

/// One custodian approves a request once, and each id is asked once.
fn check_repeats(ledger: &Ledger, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for logged in &ledger.leaves {
        let leaf = &logged.leaf;
        let once = matches!(leaf.kind, Kind::Approval | Kind::Request | Kind::Deposit);
        let by = if leaf.kind == Kind::Approval { leaf.by.as_str() } else { "" };
        if once && !seen.insert((leaf.kind, leaf.subject.clone(), by.to_owned())) {
            let what =
                format!("log entry {}: {} of \"{}\" is there twice", logged.index, leaf.kind, leaf.subject);
            findings.push(Severity::Error, what);
        }
    }
}

/// One request, with all that became of it.
struct Case<'a> {
    archive: &'a Archive<'a>,
    ledger: &'a Ledger,
    key: Option<&'a Identity>,
    request: &'a Checked<Request>,
    lines: Vec<String>,
}

impl Case<'_> {
    fn check(&mut self, findings: &mut Findings) {
        let request = &self.request.document;
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
        let approvals = self.approvals(findings);
        self.refusals(findings);
        self.rulings();
        self.disclosures(&approvals, findings);
    }

    /// A request by the exceptional route is always named, granted or not.
    fn route(&mut self, findings: &mut Findings) {
        let request = &self.request.document;
        let Some(alarm) = request.alarm() else { return };
        let asked = format!("{}, by \"{}\" at {}: {alarm}", self.name(), request.examiner, request.time);
        findings.push(Severity::Note, asked);
        self.lines.push(alarm);
        if let Err(error) = check_route(self.archive, request.mode) {
            findings.push(Severity::Error, format!("{}: {error}", self.name()));
        }
    }

    /// How many custodians must have approved; `None` if its compartments cannot be asked together.
    fn needed(&self) -> Option<usize> {
        let group = self.archive.people.group_of(&self.request.document.compartments).ok()?;
        Some(self.request.document.needed(group.threshold))
    }

    fn name(&self) -> String {
        format!("request \"{}\"", self.request.document.id)
    }

    /// The query, and whether the claimed literals implement it.
    fn terms(&mut self, findings: &mut Findings) {
        let Some(key) = self.key else { return };
        match open_request(self.archive, self.ledger, key, &self.request.document.id) {
            Ok(open) => {
                self.lines.push(format!("query: {}", open.plan.query));
                self.lines.extend(open.plan.lines());
                if open.request.document.order.is_some() {
                    self.lines.extend(open.request.document.opens(&open.plan));
                }
            }
            Err(error) => findings.push(Severity::Error, format!("{}: {error}", self.name())),
        }
    }

    fn approvals(&mut self, findings: &mut Findings) -> Vec<Checked<Approval>> {
        let mut all = Vec::new();
        for logged in self.ledger.about(Kind::Approval, &self.request.document.id) {
            let Ok(approval) = check_approval(self.archive, self.ledger, logged) else { continue };
            let seen = Checkpoint {
                origin: self.archive.config.origin.clone(),
                size: approval.document.log_size,
                root: approval.document.log_root.0,
            };
            if let Err(error) = self.archive.log.check_extends(&seen) {
                let what = format!(
                    "{}: the log that \"{}\" saw when approving: {error}",
                    self.name(),
                    approval.document.custodian
                );
                findings.push(Severity::Error, what);
            }
            if is_after(&approval.leaf, &self.request.document.expires) {
                let what = format!(
                    "{}: \"{}\" approved after it had expired",
                    self.name(),
                    approval.document.custodian
                );
                findings.push(Severity::Error, what);
            }
            self.lines.push(format!("approved by {} at {}", approval.document.custodian, approval.leaf.time));
            self.approved_terms(&approval, findings);
            all.push(approval);
        }
        self.compare_digests(&all, findings);
        all
    }

    /// The terms in an approval's body must be those whose numbers its public part gives.
    fn approved_terms(&mut self, approval: &Checked<Approval>, findings: &mut Findings) {
        let Some(key) = self.key else { return };
        let read = || {
            let path = blackbox_log::body::path(&approval.document.body);
            let plain = unwrap(&self.archive.body(&approval.document.body)?, key, &path)?;
            let body = ApprovalBody::parse(unpad(&plain, &path)?, &path)?;
            let open = open_request(self.archive, self.ledger, key, &self.request.document.id)?;
            if !approval.document.digests_fit(&open.ask) {
                let what = "it does not sign one digest for each item and key that answered";
                return Err(Error::invalid(&approval.leaf.path, what));
            }
            let item = |item: &usize| open.ask.items.get(*item).map(|item| item.literal.to_string());
            let expected: Option<Vec<String>> = approval.document.items.iter().map(item).collect();
            match expected == Some(body.approved) {
                true => Ok(()),
                false => Err(Error::invalid(
                    path,
                    "its terms are not those that the approval's public part numbers",
                )),
            }
        };
        if let Err(error) = read() {
            findings.push(Severity::Error, format!("{}: {error}", self.name()));
        }
    }

    /// Holders of one key must have signed equal digests.
    fn compare_digests(&self, approvals: &[Checked<Approval>], findings: &mut Findings) {
        let mut seen = BTreeMap::new();
        for approval in approvals {
            for line in &approval.document.digests {
                let (who, digest) = seen
                    .entry((line.item, line.subset))
                    .or_insert((&approval.document.custodian, line.digest));
                if *digest != line.digest {
                    let what = format!(
                        "{}: \"{who}\" and \"{}\" hold the key of custodians {} and answered differently: one of them is wrong",
                        self.name(),
                        approval.document.custodian,
                        line.subset
                    );
                    findings.push(Severity::Error, what);
                }
            }
        }
    }

    /// What was ruled: its signers' word. The evidence is not in the archive.
    fn rulings(&mut self) {
        for logged in self.ledger.about(Kind::Ruling, &self.request.document.id) {
            let Ok(ruling) = check_ruling(self.archive, self.ledger, logged) else { continue };
            self.lines.push(format!("ruling: {}", ruling.document.told()));
        }
    }

    fn refusals(&mut self, findings: &mut Findings) {
        for logged in self.ledger.about(Kind::Refusal, &self.request.document.id) {
            let Ok(refusal) = check_refusal(self.archive, self.ledger, logged) else { continue };
            let mut line = format!("refused by {} at {}", refusal.document.custodian, refusal.leaf.time);
            if let Some(key) = self.key {
                let path = blackbox_log::body::path(&refusal.document.body);
                let reason = self
                    .archive
                    .body(&refusal.document.body)
                    .and_then(|bytes| parse_reason(unpad(&unwrap(&bytes, key, &path)?, &path)?, &path));
                match reason {
                    Ok(reason) => line.push_str(&format!(": {reason}")),
                    Err(error) => findings.push(Severity::Error, format!("{}: {error}", self.name())),
                }
            }
            self.lines.push(line);
        }
    }

    fn disclosures(&mut self, approvals: &[Checked<Approval>], findings: &mut Findings) {
        let Some(needed) = self.needed() else { return };
        let logged: Vec<_> = self.ledger.about(Kind::Disclosure, &self.request.document.id).collect();
        for logged in &logged {
            let Ok(disclosure) = check_disclosure(self.archive, self.ledger, logged) else { continue };
            let used = |approval: &&Checked<Approval>| {
                approval.index < disclosure.index
                    && disclosure.document.approvals.contains(&approval.leaf.document)
            };
            let custodians: BTreeSet<usize> =
                approvals.iter().filter(used).map(|approval| approval.document.number).collect();
            if custodians.len() < needed {
                let what = format!(
                    "{}: disclosed on {} approvals, {needed} are needed",
                    self.name(),
                    custodians.len()
                );
                findings.push(Severity::Error, what);
            }
            self.lines.push(format!("disclosed at {}", disclosure.leaf.time));
            self.drill(&disclosure, findings);
            self.recount(&disclosure, findings);
        }
        let answered: BTreeSet<usize> = approvals.iter().map(|approval| approval.document.number).collect();
        if answered.len() >= needed && logged.is_empty() {
            let what =
                format!("{}: {needed} custodians approved, and no disclosure is recorded", self.name());
            findings.push(Severity::Warning, what);
        }
    }

    /// Which deposits a drill opened, and that it failed where it did not.
    fn drill(&mut self, disclosure: &Checked<Disclosure>, findings: &mut Findings) {
        if self.request.document.mode != Mode::Drill {
            return;
        }
        let (asked, drilled) = (&self.request.document.deposits, &disclosure.document.drilled);
        self.lines.extend(
            drilled.iter().map(|deposit| format!("drilled: every segment of deposit {deposit} opened")),
        );
        for deposit in asked.iter().filter(|deposit| !drilled.contains(deposit)) {
            let what = format!("{}: the drill did not open all of deposit \"{deposit}\"", self.name());
            findings.push(Severity::Warning, what);
        }
    }

    /// Counts again with the tokens that the disclosure gives.
    fn recount(&mut self, disclosure: &Checked<Disclosure>, findings: &mut Findings) {
        let Some(key) = self.key else { return };
        let path = blackbox_log::body::path(&disclosure.document.body);
        let body = self
            .archive
            .body(&disclosure.document.body)
            .and_then(|bytes| DisclosureBody::parse(unpad(&unwrap(&bytes, key, &path)?, &path)?, &path));
        let body = match body {
            Ok(body) => body,
            Err(error) => return findings.push(Severity::Error, format!("{}: {error}", self.name())),
        };
        self.lines.push(format!("{} messages disclosed as hits", body.hits));
        if let Err(what) = self.count_again(&body).and_then(|()| self.drill_counts(disclosure, &body)) {
            findings.push(Severity::Error, format!("{}: {what}", self.name()));
        }
    }

    /// A deposit that was drilled has one dummy row a segment in each of its months, by the disclosure's own
    /// tokens.
    fn drill_counts(&self, disclosure: &Checked<Disclosure>, body: &DisclosureBody) -> Result<(), String> {
        let deposits = self.ledger.deposits(self.archive).map_err(|error| error.to_string())?;
        let drilled = |manifest: &&Manifest| disclosure.document.drilled.contains(&manifest.deposit);
        for manifest in deposits.iter().map(|deposit| &deposit.document).filter(drilled) {
            for month in manifest.months() {
                let counted = body.counts.iter().any(|line| {
                    line.deposit == manifest.deposit
                        && line.month == month.to_string()
                        && line.count == manifest.segments.len() as u64
                });
                if !counted {
                    let deposit = &manifest.deposit;
                    return Err(format!(
                        "deposit \"{deposit}\" is said to be drilled, and not all segments are counted in {month}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn count_again(&self, body: &DisclosureBody) -> Result<(), String> {
        let deposits = self.ledger.deposits(self.archive).map_err(|error| error.to_string())?;
        let mut readers: BTreeMap<&str, DepositReader<'_>> = BTreeMap::new();
        for line in &body.counts {
            let manifest = deposits
                .iter()
                .map(|deposit| &deposit.document)
                .find(|m: &&Manifest| m.deposit == line.deposit);
            let manifest =
                manifest.ok_or_else(|| format!("a count names the unknown deposit \"{}\"", line.deposit))?;
            if !readers.contains_key(manifest.deposit.as_str()) {
                let reader =
                    DepositReader::open(self.archive.store, manifest).map_err(|error| error.to_string())?;
                readers.insert(&manifest.deposit, reader);
            }
            let counter = Counter::new(&Secret::new(line.token.0));
            let segments = readers[manifest.deposit.as_str()].segments.iter();
            let counts = segments.map(|segment| segment.count(&counter)).collect::<Result<Vec<_>, _>>();
            let count: u64 = counts.map_err(|error| error.to_string())?.iter().sum();
            if line.month.parse::<Month>().is_err() || count != line.count {
                return Err(format!(
                    "{} in {}: {} counted, {} disclosed",
                    line.literal, line.month, count, line.count
                ));
            }
        }
        Ok(())
    }
}
