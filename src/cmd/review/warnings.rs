//! What a custodian should mind, in words that need no knowledge of the construction.

use blackbox_custody::{
    Error,
    approve::OpenRequest,
    earlier::finders,
    limits::variants,
    share::{Single, singles},
};
use blackbox_format::term::Field;
use blackbox_log::Kind;
use blackbox_query::plan::Mode;

use super::{Desk, shares::Shares};

/// Terms from which on a request is called wide.
const MANY_TERMS: usize = 20;
/// Months from which on a request is called long.
const MANY_MONTHS: usize = 24;
/// Alternatives from which on they are called many.
const MANY_VARIANTS: usize = 5;
/// Percent of a deposit beyond which one term is called broad.
const BROAD_PERCENT: u64 = 5;
/// Letters up to which a word is called short.
const SHORT_LETTERS: usize = 3;
/// Percent of a deposit from which on requests together are close to browsing, and from which on they are.
const MUCH_PERCENT: f64 = 10.0;
const BROWSING_PERCENT: f64 = 25.0;

pub fn warnings(desk: &Desk<'_>, open: &OpenRequest, shares: &Shares<'_>) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    warnings.extend(browsing(shares));
    warnings.extend(broad(desk, open)?);
    warnings.extend(size(open));
    warnings.extend(disputed(desk, open));
    let singles = open.plan.closure().singles().len();
    if singles > 0
        && open.request.document.mode != Mode::Drill
        && shares.own.iter().any(|share| !share.unknown.is_empty())
    {
        warnings.push(format!(
            "{singles} term(s) open every message that holds them; a count request first would say how many"
        ));
    }
    let request = &open.request.document;
    let others = desk
        .ledger
        .of_kind(Kind::Request)
        .filter(|logged| logged.leaf.by == request.examiner && logged.leaf.subject != request.id)
        .count();
    if others > 0 {
        warnings.push(format!("this examiner has made {others} other request(s)"));
    }
    Ok(warnings)
}

/// Requests that together amount to browsing.
fn browsing(shares: &Shares<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (who, after) in shares.after() {
        for share in after {
            let percent = share.percent();
            let deposit = &share.deposit;
            let what = match percent {
                _ if percent >= BROWSING_PERCENT => "this can amount to browsing",
                _ if percent >= MUCH_PERCENT => "requests add up",
                _ => continue,
            };
            lines.push(format!(
                "{what}: with this approval {who} could open up to {percent:.1} % of deposit {deposit} \
                 (an upper bound: terms too common to find by are in it, and open nothing)"
            ));
        }
    }
    lines
}

fn broad(desk: &Desk<'_>, open: &OpenRequest) -> Result<Vec<String>, Error> {
    let known = singles(&desk.history.counts, &open.plan, &open.ask.ranges)?;
    let is_broad = |one: &&Single| one.count * 100 > one.rows * BROAD_PERCENT;
    let line = |one: &Single| {
        format!(
            "{} is broad: alone it opens up to {} of the {} rows of deposit {}",
            one.literal, one.count, one.rows, one.deposit
        )
    };
    let mut lines: Vec<String> = known.iter().filter(is_broad).map(line).collect();
    let short = finders(&open.plan)
        .filter(|one| one.field == Field::Word && one.term.chars().count() <= SHORT_LETTERS);
    lines.extend(
        short.map(|one| format!("{one} has few letters: such words stand in messages for many reasons")),
    );
    Ok(lines)
}

fn size(open: &OpenRequest) -> Vec<String> {
    let mut lines = Vec::new();
    let (terms, variants) = (open.plan.literals.len(), variants(&open.plan));
    let months: usize = open.ask.ranges.iter().map(|range| range.months.len()).max().unwrap_or(0);
    if terms >= MANY_TERMS {
        lines.push(format!("it asks for {terms} terms: many uncommon words together open much"));
    }
    if variants >= MANY_VARIANTS {
        lines.push(format!("it asks for any of {variants} alternatives: each opens messages of its own"));
    }
    if months >= MANY_MONTHS {
        lines.push(format!("it covers {months} months"));
    }
    lines
}

/// Everybody's count token for a term is the same: two different ones show that one is another term's.
fn disputed(desk: &Desk<'_>, open: &OpenRequest) -> Vec<String> {
    let places = open
        .ask
        .ranges
        .iter()
        .flat_map(|range| range.months.iter().map(|month| (range.deposit.clone(), *month)));
    let places: Vec<_> = places.collect();
    let disputed = finders(&open.plan)
        .filter(|literal| places.iter().any(|place| desk.history.counts.is_disputed(literal, place)));
    let line = |literal| {
        format!(
            "different count tokens were disclosed for {literal}: one is another term's; the larger count is shown"
        )
    };
    disputed.map(line).collect()
}
