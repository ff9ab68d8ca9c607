//! Limits of requests: what the policy allows, told to the examiner before anybody is asked, kept by every
//! custodian's program, and seen by audits (spec/custody.md, "Limits of requests").

use std::{collections::BTreeSet, fmt};

use blackbox_format::term::Literal;
use blackbox_log::Kind;
use blackbox_query::{
    language::Expr,
    plan::{Mode, Plan},
};
use blackbox_token::ask::Range;
use jiff::Timestamp;

use crate::{
    approve::{Now, OpenRequest},
    archive::Archive,
    config::Limits,
    counts::Counts,
    earlier::finders,
    error::Error,
    identity::Identity,
    ledger::{Ledger, check_request},
    request::Request,
    share::Held,
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
    found.extend(months(asked.request, &limits));
    found.extend(requests(archive, ledger, (asked, index), &limits)?);
    if let Step::Approval { time, .. } = step {
        found.extend(notice(asked, time, &limits));
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

const CHANGE: &str = "or let custodians change the policy";

/// `what`, if `found` is more than the limit; 0 is no limit.
fn beyond(
    (limit, value): (&'static str, u32),
    found: usize,
    (what, permit): (String, String),
) -> Option<Breach> {
    (value > 0 && found as u64 > u64::from(value)).then_some(Breach {
        limit,
        value: value.into(),
        what,
        permit,
    })
}

fn months(request: &Request, limits: &Limits) -> Option<Breach> {
    let found = request.months().map_or(0, Iterator::count);
    let what = format!("it asks for {found} months");
    let permit = format!("ask for fewer at a time (--since, --until), {CHANGE}");
    beyond(("months", limits.months), found, (what, permit))
}

fn requests(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (asked, index): (&Asked<'_, '_>, u64),
    limits: &Limits,
) -> Result<Option<Breach>, Error> {
    if limits.requests == 0 {
        return Ok(None);
    }
    let examiner = &asked.request.examiner;
    let time = asked.entry.map_or(asked.request.time.as_str(), |(_, time)| time);
    let month = time.get(..7).unwrap_or_default();
    let earlier = ledger.of_kind(Kind::Request).filter(|logged| {
        let leaf = &logged.leaf;
        logged.index < index && leaf.by == *examiner && leaf.time.starts_with(month)
    });
    // An operator can append any entry: only those count that the examiner signed.
    let found = earlier.filter(|logged| check_request(archive, logged).is_ok()).count() + 1;
    let what = format!("it is request {found} of \"{examiner}\" in {month}");
    let next = month.parse().map(|month: blackbox_format::month::Month| month.next().to_string());
    let permit = format!("ask from {}-01 on, {CHANGE}", next.unwrap_or_default());
    Ok(beyond(("requests", limits.requests), found, (what, permit)))
}

/// An approval is too early if less than the notice has passed since the later of the request's own time and
/// its entry's.
fn notice(asked: &Asked<'_, '_>, time: &str, limits: &Limits) -> Option<Breach> {
    if limits.notice_hours == 0 {
        return None;
    }
    let read = |time: &str| time.parse::<Timestamp>().ok();
    let entry = asked.entry.and_then(|(_, time)| read(time));
    let since = entry.max(read(&asked.request.time));
    let hours = jiff::Span::new().try_hours(limits.notice_hours).ok()?;
    let from = since.and_then(|since| since.checked_add(hours).ok());
    if read(time).zip(from).is_some_and(|(time, from)| time >= from) {
        return None;
    }
    let when = from.map_or_else(|| "a time that has no writing".to_owned(), |from| from.to_string());
    Some(Breach {
        limit: "notice_hours",
        value: limits.notice_hours.into(),
        what: format!(
            "it is approved within the hours that every request must have stood in the log: {time}"
        ),
        permit: format!("approve from {when} on"),
    })
}

fn of_plan(plan: &Plan, limits: &Limits) -> Vec<Breach> {
    let terms = plan.literals.len();
    let what = format!("it asks for {terms} terms");
    let permit = format!("ask for fewer at a time, {CHANGE}");
    let terms = beyond(("terms", limits.terms), terms, (what, permit));
    let variants = variants(plan);
    let what = format!("it asks for any of {variants} alternatives");
    let permit = format!("name fewer with OR, {CHANGE}");
    let variants = beyond(("variants", limits.variants), variants, (what, permit));
    terms.into_iter().chain(variants).collect()
}

/// The most literals of which a row must have one: the largest group of a clause, or where the plan only counts,
/// the most terms that the query joins by OR.
pub fn variants(plan: &Plan) -> usize {
    let groups =
        plan.clauses.iter().flat_map(|clause| [&clause.find, &clause.open].into_iter().chain(&clause.tests));
    let largest = groups.map(Vec::len).max();
    largest.unwrap_or_else(|| alternatives(plan.query.expr()))
}

fn alternatives(expr: &Expr) -> usize {
    match expr {
        Expr::Term(_) | Expr::Phrase(_) => 1,
        Expr::Not(part) => alternatives(part),
        Expr::And(parts) => parts.iter().map(alternatives).max().unwrap_or(0),
        Expr::Or(parts) => {
            let terms: BTreeSet<&Literal> = parts.iter().filter_map(term).collect();
            parts.iter().map(alternatives).max().unwrap_or(0).max(terms.len())
        }
    }
}

fn term(expr: &Expr) -> Option<&Literal> {
    match expr {
        Expr::Term(literal) => Some(literal),
        _ => None,
    }
}

/// Drills open dummy rows alone: they need no counts.
fn needs_counts(asked: &Asked<'_, '_>, plan: &Plan) -> bool {
    asked.request.mode != Mode::Count && !plan.query.is_drill()
}

fn citation(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (asked, terms, index): (&Asked<'_, '_>, &Terms<'_, '_>, u64),
    limits: &Limits,
) -> Result<Option<Breach>, Error> {
    let what = match &asked.request.cites {
        None if limits.cite_count && needs_counts(asked, terms.plan) => {
            "it cites no count request".to_owned()
        }
        None => return Ok(None),
        Some(cited) => match wrong_citation(archive, ledger, (cited, index), (asked, terms)) {
            None => return Ok(None),
            Some(what) => what,
        },
    };
    let permit = "ask with --mode count first, and cite that request once it is answered (--cites ID)";
    Ok(Some(Breach { limit: "cite_count", value: limits.cite_count.into(), what, permit: permit.to_owned() }))
}

/// What is wrong with citing the request `cited`, if something is.
fn wrong_citation(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (cited, index): (&str, u64),
    (asked, terms): (&Asked<'_, '_>, &Terms<'_, '_>),
) -> Option<String> {
    let request = match ledger.request(archive, cited) {
        Ok(request) if request.index < index => request.document,
        _ => return Some(format!("it cites \"{cited}\", which is no request in the log before it")),
    };
    if request.mode != Mode::Count {
        return Some(format!("it cites request {cited}, which does not count"));
    }
    let disclosures = ledger.decisions(archive, Kind::Disclosure, cited);
    if !disclosures.iter().any(|logged| logged.index < index) {
        return Some(format!("it cites request {cited}, which was not answered before it"));
    }
    if asked.entry.is_none() && terms.counts.is_unread(cited) {
        // Another examiner's: its counts are for custodians to check.
        return None;
    }
    for range in terms.ranges {
        for place in range.months.iter().map(|month| (range.deposit.clone(), *month)) {
            let lacks = |literal: &&Literal| !terms.counts.has(cited, (literal, &place), index);
            if let Some(literal) = finders(terms.plan).find(lacks) {
                let (deposit, month) = &place;
                return Some(format!(
                    "it cites request {cited}, which has no count of {literal} in {month} of deposit {deposit}"
                ));
            }
        }
    }
    None
}

fn share(
    (asked, terms): (&Asked<'_, '_>, &Terms<'_, '_>),
    before: u64,
    limits: &Limits,
) -> Result<Vec<Breach>, Error> {
    let foreign = |cited: &String| asked.entry.is_none() && terms.counts.is_unread(cited);
    if limits.share == 0
        || !needs_counts(asked, terms.plan)
        || asked.request.cites.as_ref().is_some_and(foreign)
    {
        return Ok(Vec::new());
    }
    let mut held = Held::default();
    let distances = 2 * usize::from(asked.request.context);
    held.add(terms.plan, terms.ranges, 0..terms.plan.literals.len() + distances);
    let mut found = Vec::new();
    for share in held.shares(terms.counts, before)? {
        let deposit = &share.deposit;
        let (what, permit) = if !share.unknown.is_empty() {
            let unknown: Vec<String> = share.unknown.iter().map(Literal::to_string).collect();
            let what =
                format!("it is not known how much of deposit {deposit} {} would open", unknown.join(", "));
            (what, "ask with --mode count first, and have that answered".to_owned())
        } else if share.exceeds(limits.share) {
            let what = format!(
                "it opens up to {} of the {} rows of deposit {deposit}, {:.1} %",
                share.opens_at_most,
                share.rows,
                share.percent()
            );
            (what, format!("ask for rarer terms, fewer months or less context, {CHANGE}"))
        } else {
            continue;
        };
        found.push(Breach { limit: "share", value: limits.share.into(), what, permit });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(query: &str, mode: Mode) -> Plan {
        let rules =
            blackbox_format::rules::Rules { common: Default::default(), finding_fields: Default::default() };
        Plan::new(&query.parse().unwrap(), mode, &rules, &[]).unwrap()
    }

    #[test]
    fn variants_are_the_largest_group_of_alternatives() {
        for (query, most) in [
            ("teal", 1),
            ("teal OR coot OR smew", 3),
            ("teal AND (coot OR smew)", 2),
            ("(teal AND coot) OR smew OR rail", 2),
            ("\"teal and coot\"", 1),
        ] {
            assert_eq!(variants(&plan(query, Mode::Open)), most, "{query}");
            assert_eq!(variants(&plan(query, Mode::Count)), most, "{query}");
        }
    }

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
