//! All that the log holds about one request, each document checked once, and what became of it.

use std::collections::BTreeSet;

use blackbox_log::{Kind, Leaf};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    approval::Approval,
    archive::Archive,
    disclosure::Disclosure,
    error::Error,
    group::Group,
    ledger::{Checked, Ledger, approval_of, check, check_disclosure, check_refusal, check_request},
    refusal::Refusal,
    release::{Release, release_of},
    request::Request,
};

/// A request and what counts of all that was logged about it.
pub struct Papers {
    /// The request.
    pub request: Checked<Request>,
    /// The custodians of its compartments when it was made.
    pub group: Group,
    /// The approvals, in order.
    pub approvals: Vec<Checked<Approval>>,
    /// The refusals, in order.
    pub refusals: Vec<Checked<Refusal>>,
    /// The disclosures, in order.
    pub disclosures: Vec<Checked<Disclosure>>,
    /// The release of its terms.
    pub release: Option<Checked<Release>>,
    /// What was logged about it and does not count.
    pub faults: Vec<Error>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It waits for decisions.
    Open,
    /// Enough custodians approved; nothing is disclosed yet.
    Approved,
    /// Its examiner recorded a disclosure.
    Disclosed,
    /// So many refused that too few are left to approve.
    Refused,
    /// Its time ran out before enough approved.
    Expired,
}

impl Standing {
    /// Whether enough custodians approved.
    pub fn is_granted(self) -> bool {
        matches!(self, Standing::Approved | Standing::Disclosed)
    }

    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Approved => "granted, nothing disclosed",
            Standing::Disclosed => "granted and disclosed",
            Standing::Refused => "refused",
            Standing::Expired => "expired",
        }
    }
}

impl Papers {
    /// Everything about request `id`.
    ///
    /// # Errors
    /// The request is not in the log, or not what was logged; all else is among the faults.
    pub fn read(archive: &Archive<'_>, ledger: &Ledger, id: &str) -> Result<Papers, Error> {
        let logged = ledger.about(Kind::Request, id).next();
        let unknown = || Error::refused(format!("act on request \"{id}\""), "it is not in the log");
        let request = check_request(archive, logged.ok_or_else(unknown)?)?;
        let group = archive.people_at(request.index).group_of(&request.document.compartments)?.clone();
        let mut papers = Papers {
            request,
            group,
            approvals: Vec::new(),
            refusals: Vec::new(),
            disclosures: Vec::new(),
            release: None,
            faults: Vec::new(),
        };
        for logged in ledger.about(Kind::Approval, id) {
            papers.take(approval_of(archive, &papers.request, logged), |papers| &mut papers.approvals);
        }
        for logged in ledger.about(Kind::Refusal, id) {
            papers.take(check_refusal(archive, ledger, logged), |papers| &mut papers.refusals);
        }
        for logged in ledger.about(Kind::Disclosure, id) {
            papers.take(check_disclosure(archive, ledger, logged), |papers| &mut papers.disclosures);
        }
        for logged in ledger.about(Kind::Release, id) {
            match release_of(archive, &papers, logged) {
                Ok(release) => drop(papers.release.get_or_insert(release)),
                Err(error) => papers.faults.push(error),
            }
        }
        Ok(papers)
    }

    /// Faults of all that is logged about a request that is none itself.
    pub fn orphans(archive: &Archive<'_>, ledger: &Ledger, id: &str) -> Vec<Error> {
        let kinds = [Kind::Approval, Kind::Refusal, Kind::Disclosure, Kind::Release];
        let leaves = kinds.into_iter().flat_map(|kind| ledger.about(kind, id));
        leaves.filter_map(|logged| check(archive, ledger, logged).err()).collect()
    }

    fn take<T>(
        &mut self,
        checked: Result<Checked<T>, Error>,
        list: impl Fn(&mut Papers) -> &mut Vec<Checked<T>>,
    ) {
        match checked {
            Ok(checked) => list(self).push(checked),
            Err(error) => self.faults.push(error),
        }
    }

    /// Number of the last entry about it that counts.
    pub fn last_index(&self) -> u64 {
        let approvals = self.approvals.iter().map(|one| one.index);
        let refusals = self.refusals.iter().map(|one| one.index);
        let others =
            self.disclosures.iter().map(|one| one.index).chain(self.release.iter().map(|one| one.index));
        approvals.chain(refusals).chain(others).fold(self.request.index, u64::max)
    }

    /// How many must agree.
    pub fn needed(&self) -> usize {
        self.request.document.needed(self.group.threshold)
    }

    /// Numbers of the custodians who approved.
    pub fn approvers(&self) -> BTreeSet<usize> {
        self.approvals.iter().map(|approval| approval.document.number).collect()
    }

    /// What became of it by the UTC day `today`.
    pub fn standing(&self, today: Date) -> Standing {
        if !self.disclosures.is_empty() {
            Standing::Disclosed
        } else if self.approvers().len() >= self.needed() {
            Standing::Approved
        } else if self.refused(u64::MAX).is_some() {
            Standing::Refused
        } else if self.request.document.is_expired(today) {
            Standing::Expired
        } else {
            Standing::Open
        }
    }

    /// The UTC day on which it was closed, going by the entries before number `before` and the day `today`:
    /// disclosed, refused by so many that too few are left, or expired.
    pub fn closed(&self, before: u64, today: Date) -> Option<Date> {
        let disclosed =
            self.disclosures.iter().find(|one| one.index < before).and_then(|one| day_of(&one.leaf));
        let expires = self.request.document.expires.parse().ok();
        let expired = expires.filter(|_| self.request.document.is_expired(today));
        [disclosed, self.refused(before), expired].into_iter().flatten().min()
    }

    /// The day of the refusal after which too few were left who could approve. Who refused and approved all
    /// the same has approved.
    fn refused(&self, before: u64) -> Option<Date> {
        let approved: BTreeSet<&str> =
            self.approvals.iter().filter(|one| one.index < before).map(|one| one.leaf.by.as_str()).collect();
        let mut refused = BTreeSet::new();
        for refusal in self.refusals.iter().filter(|one| one.index < before) {
            if !approved.contains(refusal.leaf.by.as_str()) {
                refused.insert(refusal.leaf.by.as_str());
            }
            if self.group.custodians.len().saturating_sub(refused.len()) < self.needed() {
                return day_of(&refusal.leaf);
            }
        }
        None
    }
}

/// The UTC day of a leaf.
pub(crate) fn day_of(leaf: &Leaf) -> Option<Date> {
    leaf.time.get(..10).and_then(|day| day.parse().ok())
}
