//! Quorums that came together across several requests: answers for one token combine, whatever was asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use blackbox_format::{month::Month, threshold::Threshold};
use blackbox_token::function::Part;

use super::{Job, case::Told};
use crate::{
    approve::OpenRequest,
    held::spans,
    papers::Papers,
    verify::{Findings, Severity},
};

/// Requests named in one finding.
const NAMED: usize = 8;

/// What custodians answered to one request.
pub(crate) struct Answers {
    request: String,
    /// Deposit, first and last month.
    ranges: Vec<(String, Month, Month)>,
    /// Literal and parts, and which custodians answered them: bit by number.
    given: Vec<(String, Vec<Part>, u16)>,
}

impl Answers {
    pub(crate) fn of(open: &OpenRequest, papers: &Papers) -> Answers {
        let range = |range: &blackbox_token::ask::Range| {
            Some((range.deposit.clone(), *range.months.first()?, *range.months.last()?))
        };
        let given = open.ask.items.iter().enumerate().map(|(number, item)| {
            let answered = papers.approvals.iter().filter(|one| one.document.items.contains(&number));
            let custodians = answered.fold(0, |sum, one| sum | 1u16 << one.document.number);
            (item.literal.to_string(), item.parts.clone(), custodians)
        });
        Answers {
            request: open.request.document.id.clone(),
            ranges: open.ask.ranges.iter().filter_map(range).collect(),
            given: given.filter(|(.., custodians)| *custodians != 0).collect(),
        }
    }
}

/// One request's answers for one token in one deposit.
struct Given<'t> {
    request: &'t str,
    first: Month,
    last: Month,
    custodians: u16,
}

/// Names the requests that together have the quorum that none of them has.
pub(crate) fn check(job: &Job<'_>, told: &[Told], findings: &mut Findings) {
    let manifests = job.ledger.manifests(job.archive).unwrap_or_default();
    let thresholds: BTreeMap<&str, Threshold> =
        manifests.iter().map(|one| (one.document.deposit.as_str(), one.document.threshold)).collect();
    let mut met: BTreeMap<(&str, &str), Met<'_>> = BTreeMap::new();
    for ((deposit, literal, part), given) in by_token(told) {
        let Some(threshold) = thresholds.get(deposit) else { continue };
        let needed = match part {
            Part::Exceptional => threshold.custodians(),
            _ => threshold.needed(),
        };
        if let Some(found) = meet(&given, needed) {
            let met = met.entry((literal, deposit)).or_default();
            met.0.extend(found.0);
            met.1.extend(found.1);
        }
    }
    for ((literal, deposit), Met(requests, months)) in met {
        let named: Vec<&str> = requests.iter().copied().take(NAMED).collect();
        let more = match requests.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = format!(
            "{literal} in deposit {deposit} ({}): requests {}{more} together have the answers of enough custodians, \
             and none of them has by itself",
            spans(&months),
            named.join(", ")
        );
        findings.push(Severity::Warning, what);
    }
}

/// Requests, and the months in which they came together.
#[derive(Default)]
struct Met<'t>(BTreeSet<&'t str>, BTreeSet<Month>);

type Token<'t> = (&'t str, &'t str, Part);

fn by_token(told: &[Told]) -> HashMap<Token<'_>, Vec<Given<'_>>> {
    let mut all: HashMap<Token<'_>, Vec<Given<'_>>> = HashMap::new();
    for answers in told.iter().filter_map(|told| told.answers.as_ref()) {
        for (literal, parts, custodians) in &answers.given {
            for (deposit, first, last) in &answers.ranges {
                for part in parts {
                    let given = Given {
                        request: &answers.request,
                        first: *first,
                        last: *last,
                        custodians: *custodians,
                    };
                    all.entry((deposit, literal, *part)).or_default().push(given);
                }
            }
        }
    }
    all
}

/// Months in which `needed` custodians answered, and no one request has them all.
fn meet<'t>(given: &[Given<'t>], needed: usize) -> Option<Met<'t>> {
    let all = given.iter().fold(0, |sum, one| sum | one.custodians);
    let is_partial = |one: &Given<'_>| (one.custodians.count_ones() as usize) < needed;
    if (all.count_ones() as usize) < needed || given.iter().filter(|one| is_partial(one)).count() < 2 {
        return None;
    }
    let bounds: BTreeSet<Month> = given.iter().flat_map(|one| [one.first, one.last.next()]).collect();
    let bounds: Vec<Month> = bounds.into_iter().collect();
    let mut met = Met::default();
    for pair in bounds.windows(2) {
        let here: Vec<&Given<'_>> =
            given.iter().filter(|one| one.first <= pair[0] && pair[0] <= one.last).collect();
        let custodians = here.iter().fold(0, |sum, one| sum | one.custodians);
        if here.iter().all(|one| is_partial(one)) && custodians.count_ones() as usize >= needed {
            met.0.extend(here.iter().map(|one| one.request));
            met.1.extend(blackbox_format::month::months(pair[0], pair[1]).filter(|month| *month < pair[1]));
        }
    }
    (!met.0.is_empty()).then_some(met)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(request: &'static str, (first, last): (&str, &str), custodians: u16) -> Given<'static> {
        Given { request, first: first.parse().unwrap(), last: last.parse().unwrap(), custodians }
    }

    #[test]
    fn answers_meet_only_where_months_do_and_no_request_had_enough() {
        let early = given("a", ("2020-01", "2020-03"), 0b001);
        let late = given("b", ("2020-03", "2020-05"), 0b010);
        let Met(requests, months) = meet(&[early, late], 2).unwrap();
        assert_eq!(requests, ["a", "b"].into());
        assert_eq!(spans(&months), "2020-03");

        let apart = [given("a", ("2020-01", "2020-02"), 0b001), given("b", ("2020-03", "2020-05"), 0b010)];
        assert!(meet(&apart, 2).is_none());
        let same = [given("a", ("2020-01", "2020-02"), 0b001), given("b", ("2020-01", "2020-02"), 0b001)];
        assert!(meet(&same, 2).is_none());
        let whole = [
            given("a", ("2020-01", "2020-02"), 0b001),
            given("b", ("2020-01", "2020-02"), 0b010),
            given("c", ("2020-01", "2020-02"), 0b011),
        ];
        assert!(meet(&whole, 2).is_none());
    }
}
