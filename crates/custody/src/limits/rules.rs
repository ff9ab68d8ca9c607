//! The limits that need no counts: terms, months, alternatives, requests in a month, and notice.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::term::Literal;
use blackbox_log::Kind;
use blackbox_query::{
    language::Expr,
    plan::{Mode, Plan},
};
use jiff::{SignedDuration, Timestamp};

use super::{Asked, Breach};
use crate::{
    archive::Archive,
    error::Error,
    ledger::{Ledger, Logged, check_request},
    policy::Limits,
    request::Request,
};

pub(super) const CHANGE: &str = "or let custodians change the policy";

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

pub(super) fn months(request: &Request, limits: &Limits) -> Option<Breach> {
    let found = request.months().map_or(0, Iterator::count);
    let what = format!("it asks for {found} months");
    let permit = format!("ask for fewer at a time (--since, --until), {CHANGE}");
    beyond(("months", limits.months), found, (what, permit))
}

pub(super) fn requests(
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
    // An operator can append any entry: only those count that the examiner signed. A drill asks for nothing.
    let asks = |logged: &&Logged| {
        check_request(archive, logged).is_ok_and(|request| request.document.mode != Mode::Drill)
    };
    let found = earlier.filter(asks).count() + 1;
    let what = format!("it is request {found} of \"{examiner}\" in {month}");
    let next = month.parse().map(|month: blackbox_format::month::Month| month.next().to_string());
    let permit = format!("ask from {}-01 on, {CHANGE}", next.unwrap_or_default());
    Ok(beyond(("requests", limits.requests), found, (what, permit)))
}

/// An approval is too early if less than the notice has passed since the latest of the entry's time, the request's
/// own, and the time until which witnesses saw the log without it.
pub(super) fn notice(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (asked, time): (&Asked<'_, '_>, &str),
    limits: &Limits,
) -> Result<Option<Breach>, Error> {
    if limits.notice_hours == 0 {
        return Ok(None);
    }
    let read = |time: &str| time.parse::<Timestamp>().ok();
    let entry = asked.entry.and_then(|(_, time)| read(time));
    let absent = asked.entry.map(|(index, _)| absent_until(archive, ledger, index)).transpose()?.flatten();
    let since = entry.max(read(&asked.request.time)).max(absent);
    let notice = SignedDuration::from_hours(limits.notice_hours.into());
    let from = since.and_then(|since| since.checked_add(notice).ok());
    if read(time).zip(from).is_some_and(|(time, from)| time >= from) {
        return Ok(None);
    }
    let when = from.map_or_else(|| "a time that has no writing".to_owned(), |from| from.to_string());
    Ok(Some(Breach {
        limit: "notice_hours",
        value: limits.notice_hours.into(),
        what: format!(
            "it would be approved at {time}, before it has stood in the log for the hours of notice"
        ),
        permit: format!("approve from {when} on"),
    }))
}

/// Until when witnesses saw the log without its entry `index`: the second latest of the times at which different
/// keys cosigned a checkpoint that ends before it, so that no single witness can put an approval off.
fn absent_until(archive: &Archive<'_>, ledger: &Ledger, index: u64) -> Result<Option<Timestamp>, Error> {
    let mut latest: BTreeMap<[u8; 32], u64> = BTreeMap::new();
    for seen in ledger.cosigned(archive)?.iter().filter(|seen| seen.size <= index) {
        let known = latest.entry(seen.key).or_default();
        *known = seen.time.max(*known);
    }
    let mut times: Vec<u64> = latest.into_values().collect();
    times.sort_unstable_by(|one, two| two.cmp(one));
    let second = times.get(1).and_then(|time| i64::try_from(*time).ok());
    Ok(second.and_then(|time| Timestamp::from_second(time).ok()))
}

pub(super) fn of_plan(plan: &Plan, limits: &Limits) -> Vec<Breach> {
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
        Expr::Term(_) | Expr::Phrase(_) | Expr::Days(_) => 1,
        Expr::Variants(variants) => variants.words().len(),
        Expr::Near(near) => alternatives(&near.left).max(alternatives(&near.right)),
        Expr::Not(part) => alternatives(part),
        Expr::And(parts) => parts.iter().map(alternatives).max().unwrap_or(0),
        Expr::Or(parts) => {
            let terms: BTreeSet<Literal> = parts.iter().filter_map(Expr::alternatives).flatten().collect();
            parts.iter().map(alternatives).max().unwrap_or(0).max(terms.len())
        }
    }
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
            ("forms(lend) OR teal", 6),
            ("(teal OR coot) w/5 (smew OR rail OR eider)", 3),
            ("teal AND after:2020-03-12", 1),
        ] {
            assert_eq!(variants(&plan(query, Mode::Open)), most, "{query}");
            assert_eq!(variants(&plan(query, Mode::Count)), most, "{query}");
        }
    }
}
