//! How much of each deposit a set of tokens opens: an upper bound, by counts (spec/custody.md, "Review").

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    month::Month,
    term::{Field, Literal},
};
use blackbox_query::plan::{Closure, Plan, Roles};
use blackbox_token::ask::Range;

use crate::{
    counts::{Counts, Place},
    error::Error,
};

/// The share of a deposit that tokens open at most.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The deposit.
    pub deposit: String,
    /// Its rows, as its manifest gives them: padded by up to 12 %.
    pub rows: u64,
    /// Rows that are opened at most, by the counts that are known.
    pub opens_at_most: u64,
    /// Literals that find and have no known count in some month: what they open is not in it.
    pub unknown: BTreeSet<Literal>,
}

impl Share {
    /// The share in percent.
    pub fn percent(&self) -> f64 {
        self.opens_at_most as f64 * 100.0 / self.rows.max(1) as f64
    }

    /// Whether it is more than `percent` of the deposit.
    pub fn exceeds(&self, percent: u32) -> bool {
        u128::from(self.opens_at_most) * 100 > u128::from(self.rows) * u128::from(percent)
    }
}

/// Tokens of one month of a deposit.
#[derive(Debug, Clone, Default)]
pub struct Tokens<'a> {
    roles: BTreeMap<&'a Literal, Roles>,
    context: usize,
}

impl Tokens<'_> {
    /// The literals with all roles that were given.
    pub fn literals(&self) -> Vec<(Literal, Roles)> {
        self.roles.iter().map(|(literal, roles)| ((*literal).clone(), *roles)).collect()
    }

    /// How many neighbours on each side are open, for whatever row is opened.
    pub fn context(&self) -> usize {
        self.context
    }
}

/// Tokens by deposit and month.
#[derive(Debug, Clone, Default)]
pub struct Held<'a> {
    places: BTreeMap<Place, Tokens<'a>>,
}

impl<'a> Held<'a> {
    /// Adds the tokens for `items` of a plan, literals and then context distances, in these ranges.
    pub fn add(&mut self, plan: &'a Plan, ranges: &[Range], items: impl Iterator<Item = usize> + Clone) {
        let count = plan.literals.len();
        for (deposit, month) in
            ranges.iter().flat_map(|range| range.months.iter().map(|month| (&range.deposit, *month)))
        {
            let tokens = self.places.entry((deposit.clone(), month)).or_default();
            for item in items.clone() {
                match plan.literals.get(item) {
                    Some((literal, roles)) => {
                        let held = tokens.roles.entry(literal).or_default();
                        *held = held.with(*roles);
                    }
                    // Distances are written from the nearest on, before and after.
                    None => tokens.context = tokens.context.max((item - count) / 2 + 1),
                }
            }
        }
    }

    /// The tokens of a month.
    pub fn at(&self, deposit: &str, month: Month) -> Tokens<'a> {
        self.places.get(&(deposit.to_owned(), month)).cloned().unwrap_or_default()
    }

    /// What these tokens open at most of each deposit that they are for, by the counts disclosed before log
    /// entry `before`: for each month the counts of all literals that find in the closure, each with as many
    /// neighbours as there is context.
    ///
    /// # Errors
    /// A file of a deposit is missing or changed.
    pub fn shares(&self, counts: &Counts<'_>, before: u64) -> Result<Vec<Share>, Error> {
        let mut shares: BTreeMap<&str, Share> = BTreeMap::new();
        for (place, tokens) in &self.places {
            if !shares.contains_key(place.0.as_str()) {
                let rows = counts.manifest(&place.0)?.segments.iter().map(|line| u64::from(line.rows)).sum();
                let share =
                    Share { deposit: place.0.clone(), rows, opens_at_most: 0, unknown: BTreeSet::new() };
                shares.insert(&place.0, share);
            }
            let Some(share) = shares.get_mut(place.0.as_str()) else { continue };
            let closure = Closure::of(&tokens.literals());
            // A drill finds a dummy row, and no message.
            for literal in closure.finding().filter(|literal| literal.field != Field::Drill) {
                match counts.count((literal, place), before)? {
                    Some(count) => share.opens_at_most += count * (1 + 2 * tokens.context as u64),
                    None => drop(share.unknown.insert(literal.clone())),
                }
            }
        }
        let capped = |share: Share| Share { opens_at_most: share.opens_at_most.min(share.rows), ..share };
        Ok(shares.into_values().map(capped).collect())
    }
}

/// A literal that opens every message that has it, and how many of a deposit's rows those are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// The literal.
    pub literal: Literal,
    /// The deposit.
    pub deposit: String,
    /// Rows with it, in the months asked.
    pub count: u64,
    /// All rows of the deposit.
    pub rows: u64,
}

/// The literals of `plan` that each open every message that has them, with their known counts.
///
/// # Errors
/// A file of a deposit is missing or changed.
pub fn singles(counts: &Counts<'_>, plan: &Plan, ranges: &[Range]) -> Result<Vec<Single>, Error> {
    let closure = plan.closure();
    let mut singles = Vec::new();
    for range in ranges {
        let rows = counts.manifest(&range.deposit)?.segments.iter().map(|line| u64::from(line.rows)).sum();
        for literal in closure.singles() {
            let places = range.months.iter().map(|month| (range.deposit.clone(), *month));
            let known = places.map(|place| counts.count((literal, &place), u64::MAX));
            let count = known.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().sum();
            singles.push(Single { literal: literal.clone(), deposit: range.deposit.clone(), count, rows });
        }
    }
    Ok(singles)
}
