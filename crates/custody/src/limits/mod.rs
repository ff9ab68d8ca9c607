//! Limits of requests: what the policy allows, told to the examiner before anybody is asked, kept by every
//! custodian's program, and seen by audits (spec/custody.md, "Limits of requests").

mod counted;
mod rules;

use std::fmt;

use blackbox_query::plan::{Mode, Plan};
use blackbox_token::ask::Range;

pub use self::rules::variants;
use self::{
    counted::{citation, share},
    rules::{months, notice, of_plan, requests},
};

use crate::{
    approve::{Now, OpenRequest},
    archive::Archive,
    config::Limits,
    counts::Counts,
    error::Error,
    identity::Identity,
    ledger::{Checked, Ledger},
    request::Request,
    verify::Severity,
};

/// A limit that a request or an approval goes beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Its key in the policy.
    pub limit: &'static str,
    /// Its value.
    pub value: u64,
    /// What goes beyond it.
    pub what: String,
    /// What would permit it.
    pub permit: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breach { limit, value, what, permit } = self;
        match *limit {
            "cite_count" => {
                write!(f, "{what}, and this archive's policy demands it (limits.{limit}); {permit}")
            }
            "notice_hours" => write!(f, "{what}: {value} (limits.{limit}); {permit}"),
            "share" => {
                write!(f, "{what}, and this archive's policy allows {value} % (limits.share); {permit}")
            }
            _ => write!(f, "{what}, and this archive's policy allows {value} (limits.{limit}); {permit}"),
        }
    }
}

/// A request as it is judged.
pub struct Asked<'a, 'c> {
    /// The request.
    pub request: &'a Request,
    /// Number and time of its log entry; nothing for a draft.
    pub entry: Option<(u64, &'a str)>,
    /// Its terms, if they can be read.
    pub terms: Option<Terms<'a, 'c>>,
}

/// The terms of a request, and the counts that its judge knows.
#[derive(Clone, Copy)]
pub struct Terms<'a, 'c> {
    /// Its plan.
    pub plan: &'a Plan,
    /// Deposits and months asked.
    pub ranges: &'a [Range],
    /// Disclosed counts.
    pub counts: &'a Counts<'c>,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The request, as of its log entry.
    Request,
    /// An approval of it.
    Approval {
        /// Its time.
        time: &'a str,
        /// Number of its log entry; the log's size, if it has none yet.
        index: u64,
    },
}

/// The limits that `asked` goes beyond at this step: those in force at its log entry, and for an approval also
/// those in force then, whichever are stricter. Without terms only months, requests and notice are judged.
///
/// # Errors
/// A file of a deposit is missing or changed.
pub fn breaches(
    archive: &Archive<'_>,
    ledger: &Ledger,
    asked: &Asked<'_, '_>,
    step: Step<'_>,
) -> Result<Vec<Breach>, Error> {
    let size = ledger.leaves.len() as u64;
    let index = asked.entry.map_or(size, |(index, _)| index);
    let at_entry = &archive.era_at(index).config.policy.limits;
    let limits = match step {
        Step::Request => at_entry.clone(),
        Step::Approval { index, .. } => at_entry.stricter(&archive.era_at(index).config.policy.limits),
    };
    let mut found = Vec::new();
    if asked.request.mode == Mode::Drill {
        return Ok(found);
    }
    found.extend(months(asked.request, &limits));
    found.extend(requests(archive, ledger, (asked, index), &limits)?);
    if let Step::Approval { time, .. } = step {
        found.extend(notice(archive, (asked, time), &limits)?);
    }
    if let Some(terms) = &asked.terms {
        found.extend(of_plan(terms.plan, &limits));
        found.extend(citation(archive, ledger, (asked, terms, index), &limits)?);
        match step {
            Step::Approval { index, .. } => found.extend(share((asked, terms), index, &limits)?),
            Step::Request if asked.entry.is_none() => found.extend(share((asked, terms), size, &limits)?),
            Step::Request => {}
        }
    }
    Ok(found)
}

/// The limits that a draft goes beyond: `identity` is its examiner's.
///
/// # Errors
/// A file of a deposit is missing or changed.
pub fn draft(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (request, plan): (&Request, &Plan),
    identity: &Identity,
) -> Result<Vec<Breach>, Error> {
    if archive.config.policy.limits == Limits::default() && request.cites.is_none() {
        return Ok(Vec::new());
    }
    let counts = Counts::read(archive, ledger, identity)?;
    let ask = request.ask(plan, counts.deposits.iter().map(|deposit| &deposit.document))?;
    let terms = Terms { plan, ranges: &ask.ranges, counts: &counts };
    breaches(archive, ledger, &Asked { request, entry: None, terms: Some(terms) }, Step::Request)
}

/// The limits that an approval of `open` would go beyond now: `identity` is the custodian's.
///
/// # Errors
/// A file of a deposit is missing or changed.
pub fn approval(
    archive: &Archive<'_>,
    ledger: &Ledger,
    open: &OpenRequest,
    (identity, now): (&Identity, &Now),
) -> Result<Vec<Breach>, Error> {
    let none = Limits::default();
    let then = &archive.era_at(open.request.index).config.policy.limits;
    if archive.config.policy.limits == none && *then == none && open.request.document.cites.is_none() {
        return Ok(Vec::new());
    }
    let counts = Counts::read(archive, ledger, identity)?;
    approval_by(archive, ledger, open, (&counts, now))
}

/// As [`approval`], by counts that were read before.
///
/// # Errors
/// As [`approval`].
pub fn approval_by(
    archive: &Archive<'_>,
    ledger: &Ledger,
    open: &OpenRequest,
    (counts, now): (&Counts<'_>, &Now),
) -> Result<Vec<Breach>, Error> {
    let asked = Asked {
        request: &open.request.document,
        entry: Some((open.request.index, &open.request.leaf.time)),
        terms: Some(Terms { plan: &open.plan, ranges: &open.ask.ranges, counts }),
    };
    let step = Step::Approval { time: &now.time, index: ledger.leaves.len() as u64 };
    breaches(archive, ledger, &asked, step)
}

/// What went beyond limits in the log, for whoever audits: a request, as of its entry, and each approval of it.
/// Without `terms`, what is public of it. That a request goes beyond a limit is a warning, an approval of it an error.
///
/// # Errors
/// An approval is damaged, or a file of a deposit is missing or changed.
pub fn logged(
    archive: &Archive<'_>,
    ledger: &Ledger,
    request: &Checked<Request>,
    terms: Option<Terms<'_, '_>>,
) -> Result<Vec<(Severity, String)>, Error> {
    let id = &request.document.id;
    let entry = Some((request.index, request.leaf.time.as_str()));
    let asked = Asked { request: &request.document, entry, terms };
    let own = breaches(archive, ledger, &asked, Step::Request)?;
    let asked_for = |breach: &Breach| (Severity::Warning, format!("request \"{id}\": {breach}"));
    let mut lines: Vec<_> = own.iter().map(asked_for).collect();
    for approval in ledger.approvals(archive, id)? {
        let step = Step::Approval { time: &approval.document.time, index: approval.index };
        let found = breaches(archive, ledger, &asked, step)?;
        let who = &approval.document.custodian;
        let approved = |breach: &Breach| {
            (Severity::Error, format!("request \"{id}\": \"{who}\" approved beyond a limit: {breach}"))
        };
        lines.extend(found.iter().map(approved));
    }
    Ok(lines)
}

/// Passes if nothing is beyond a limit.
///
/// # Errors
/// Something is: a refusal to do `what`.
pub fn permit(what: &str, breaches: &[Breach]) -> Result<(), Error> {
    let lines: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    match lines.is_empty() {
        true => Ok(()),
        false => Err(Error::refused(what, lines.join("; moreover "))),
    }
}

impl Limits {
    /// Of each limit the stricter of these and those.
    pub fn stricter(&self, other: &Limits) -> Limits {
        let less = |one: u32, two: u32| if one == 0 || two == 0 { one.max(two) } else { one.min(two) };
        Limits {
            terms: less(self.terms, other.terms),
            months: less(self.months, other.months),
            variants: less(self.variants, other.variants),
            share: less(self.share, other.share),
            requests: less(self.requests, other.requests),
            notice_hours: self.notice_hours.max(other.notice_hours),
            cite_count: self.cite_count || other.cite_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_of_two_policies_holds() {
        let one = Limits { terms: 3, share: 5, notice_hours: 2, ..Limits::default() };
        let two = Limits { terms: 7, months: 6, notice_hours: 9, cite_count: true, ..Limits::default() };
        let both =
            Limits { terms: 3, months: 6, share: 5, notice_hours: 9, cite_count: true, ..Limits::default() };
        assert_eq!(one.stricter(&two), both);
        assert_eq!(two.stricter(&one), both);
    }
}
