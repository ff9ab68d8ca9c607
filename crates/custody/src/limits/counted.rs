//! The limits that need counts: the citation of a count request, and the share of a deposit.

use blackbox_format::term::Literal;
use blackbox_log::Kind;
use blackbox_query::plan::Mode;

use super::{Asked, Breach, Terms, rules::CHANGE};
use crate::{archive::Archive, config::Limits, earlier::finders, error::Error, ledger::Ledger, share::Held};

pub(super) fn citation(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (asked, terms, index): (&Asked<'_, '_>, &Terms<'_, '_>, u64),
    limits: &Limits,
) -> Result<Option<Breach>, Error> {
    let what = match &asked.request.cites {
        None if limits.cite_count && asked.request.mode == Mode::Open => {
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

pub(super) fn share(
    (asked, terms): (&Asked<'_, '_>, &Terms<'_, '_>),
    before: u64,
    limits: &Limits,
) -> Result<Vec<Breach>, Error> {
    let foreign = |cited: &String| asked.entry.is_none() && terms.counts.is_unread(cited);
    if limits.share == 0
        || asked.request.mode == Mode::Count
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
