//! Sums over all requests.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{
    Facts, Job, Terms,
    case::{Found, Told},
};
use crate::papers::Standing;

/// Sums over the requests that an audit shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Entries of the log before the first that is counted.
    pub from: u64,
    /// Entries of the log.
    pub to: u64,
    /// Requests made.
    pub requests: u64,
    /// Of these, granted.
    pub granted: u64,
    /// Of these, refused by so many that too few were left.
    pub refused: u64,
    /// Of these, expired before enough approved.
    pub expired: u64,
    /// Of these, still open.
    pub open: u64,
    /// Of those granted, with a recorded disclosure.
    pub disclosed: u64,
    /// By the month in which they were made.
    pub months: Vec<Period>,
    /// How many requests have how many terms, ascending; of those whose terms are known.
    pub terms: Vec<TermsOf>,
    /// What was opened of each deposit; none without a key.
    pub opened: Option<Vec<Opened>>,
}

/// Requests of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The month, `2020-03`.
    pub month: String,
    /// Requests made in it.
    pub requests: u64,
    /// Of these, granted.
    pub granted: u64,
    /// Of these, refused.
    pub refused: u64,
}

/// Requests with so many terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermsOf {
    /// Terms.
    pub terms: u64,
    /// Requests.
    pub requests: u64,
}

/// What was opened of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// The deposit.
    pub deposit: String,
    /// Its rows, dummies included.
    pub rows: u64,
    /// No more rows than this were opened by requests whose counts are disclosed.
    pub at_most: u64,
}

/// Sums over requests, by what is public of them.
pub fn tally<'f>(facts: impl Iterator<Item = &'f Facts>) -> Statistics {
    let mut sums = Statistics::default();
    let (mut months, mut terms): (BTreeMap<String, Period>, BTreeMap<u64, u64>) = Default::default();
    for facts in facts {
        sums.requests += 1;
        let standing = facts.standing;
        let month = facts.time.get(..7).unwrap_or_default();
        let period = months.entry(month.to_owned()).or_insert_with(|| Period {
            month: month.to_owned(),
            requests: 0,
            granted: 0,
            refused: 0,
        });
        period.requests += 1;
        period.granted += u64::from(standing.is_granted());
        period.refused += u64::from(standing == Standing::Refused);
        sums.granted += u64::from(standing.is_granted());
        sums.refused += u64::from(standing == Standing::Refused);
        sums.expired += u64::from(standing == Standing::Expired);
        sums.open += u64::from(standing == Standing::Open);
        sums.disclosed += u64::from(standing == Standing::Disclosed);
        if let Terms::Read { literals, .. } | Terms::Released { literals, .. } = &facts.terms {
            *terms.entry(*literals as u64).or_default() += 1;
        }
    }
    sums.months = months.into_values().collect();
    sums.terms = terms.into_iter().map(|(terms, requests)| TermsOf { terms, requests }).collect();
    sums
}

pub(crate) fn of(job: &Job<'_>, told: &[Told]) -> Statistics {
    let new = told.iter().map(|told| &told.facts).filter(|facts| facts.index >= job.since);
    let opened = job.key.map(|_| opened(job, told));
    Statistics { from: job.since, to: job.archive.log.size(), opened, ..tally(new) }
}

/// For each deposit, the sum over months and finding terms of the rows that each has, with their neighbours.
fn opened(job: &Job<'_>, told: &[Told]) -> Vec<Opened> {
    let mut places: HashMap<&(String, String, String), u64> = HashMap::new();
    for Found { place, rows, context } in told.iter().flat_map(|told| &told.found) {
        let rows = rows.saturating_mul(1 + 2 * u64::from(*context));
        let most = places.entry(place).or_default();
        *most = rows.max(*most);
    }
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for ((deposit, ..), rows) in places {
        let sum = sums.entry(deposit).or_default();
        *sum = sum.saturating_add(rows);
    }
    let manifests = job.ledger.manifests(job.archive).unwrap_or_default().iter().map(|one| &one.document);
    let opened = manifests.map(|manifest| {
        let rows = manifest.segments.iter().map(|segment| u64::from(segment.rows)).sum();
        let sum = sums.get(manifest.deposit.as_str()).copied().unwrap_or_default();
        Opened { deposit: manifest.deposit.clone(), rows, at_most: sum.min(rows) }
    });
    opened.collect()
}
