//! Earlier requests that are like a request: repeated ones, and refused ones (spec/custody.md, "Review").

use std::collections::BTreeSet;

use blackbox_format::term::Literal;
use blackbox_query::plan::{Plan, Roles};

use crate::{
    approve::OpenRequest,
    earlier::{Earlier, History, Refused, finders},
};

/// How an earlier request is like a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alike {
    /// The same literals for the same uses, in the same deposits and months.
    Identical,
    /// The same literals.
    SameTerms,
    /// The same literals find.
    SameFinders,
    /// At least half of all literals of both are in both.
    Near,
}

impl Alike {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Alike::Identical => "identical",
            Alike::SameTerms => "same-terms",
            Alike::SameFinders => "same-finders",
            Alike::Near => "near",
        }
    }
}

/// An earlier request that is like this one.
pub struct Repeat<'h> {
    /// How.
    pub alike: Alike,
    /// The earlier request.
    pub earlier: &'h Earlier,
    /// Hits that its last disclosure states.
    pub hits: Option<u64>,
}

/// The earlier requests that are like `open`, the most alike first and of those the newest.
pub fn repeats<'h>(open: &OpenRequest, history: &'h History<'_>) -> Vec<Repeat<'h>> {
    let own = Terms::of(&open.plan);
    let mut repeats: Vec<Repeat<'h>> = Vec::new();
    for earlier in before(open, history) {
        let alike = own.alike(&Terms::of(&earlier.plan)).map(|alike| match alike {
            Alike::Identical if earlier.ranges != open.ask.ranges => Alike::SameTerms,
            other => other,
        });
        let hits = history.counts.hits(&earlier.request.document.id);
        repeats.extend(alike.map(|alike| Repeat { alike, earlier, hits }));
    }
    repeats.sort_by_key(|repeat| (repeat.alike, std::cmp::Reverse(repeat.earlier.request.index)));
    repeats
}

/// A term that a custodian refused to another request.
pub struct RefusedBefore<'h> {
    /// That request.
    pub earlier: &'h Earlier,
    /// The refusal.
    pub refused: &'h Refused,
    /// The literals that both ask for.
    pub literals: Vec<&'h Literal>,
}

/// The refusals of earlier requests that asked for some literal of `open`, the newest first.
pub fn refused_before<'h>(open: &OpenRequest, history: &'h History<'_>) -> Vec<RefusedBefore<'h>> {
    let own: BTreeSet<&Literal> = open.plan.literals.iter().map(|(literal, _)| literal).collect();
    let mut found = Vec::new();
    for earlier in before(open, history) {
        let literals = earlier.plan.literals.iter().map(|(literal, _)| literal);
        let literals: Vec<&Literal> = literals.filter(|literal| own.contains(literal)).collect();
        if !literals.is_empty() {
            let refusals = earlier.refused.iter();
            found.extend(refusals.map(|refused| RefusedBefore {
                earlier,
                refused,
                literals: literals.clone(),
            }));
        }
    }
    found.reverse();
    found
}

fn before<'h>(open: &OpenRequest, history: &'h History<'_>) -> impl Iterator<Item = &'h Earlier> {
    let index = open.request.index;
    history.requests.iter().filter(move |earlier| earlier.request.index < index)
}

/// The literals of a plan, for comparing.
struct Terms<'p> {
    roles: BTreeSet<(&'p Literal, Roles)>,
    all: BTreeSet<&'p Literal>,
    finders: BTreeSet<&'p Literal>,
}

impl<'p> Terms<'p> {
    fn of(plan: &'p Plan) -> Terms<'p> {
        Terms {
            roles: plan.literals.iter().map(|(literal, roles)| (literal, *roles)).collect(),
            all: plan.literals.iter().map(|(literal, _)| literal).collect(),
            finders: finders(plan).collect(),
        }
    }

    fn alike(&self, other: &Terms<'_>) -> Option<Alike> {
        if self.roles == other.roles {
            return Some(Alike::Identical);
        }
        if self.all == other.all {
            return Some(Alike::SameTerms);
        }
        if self.finders == other.finders {
            return Some(Alike::SameFinders);
        }
        let both = self.all.intersection(&other.all).count();
        let either = self.all.len() + other.all.len() - both;
        (2 * both >= either).then_some(Alike::Near)
    }
}

#[cfg(test)]
mod tests {
    use blackbox_query::plan::Mode;

    use super::*;

    fn plan(query: &str, mode: Mode) -> Plan {
        let rules =
            blackbox_format::rules::Rules { common: Default::default(), finding_fields: Default::default() };
        Plan::new(&query.parse().unwrap(), mode, &rules, &[]).unwrap()
    }

    #[test]
    fn requests_are_alike_by_their_literals() {
        let of = |one: &str, two: &str| {
            let (one, two) = (plan(one, Mode::Open), plan(two, Mode::Open));
            Terms::of(&one).alike(&Terms::of(&two))
        };
        assert_eq!(of("teal", "teal"), Some(Alike::Identical));
        assert_eq!(of("teal OR coot", "coot OR teal"), Some(Alike::Identical));
        assert_eq!(of("teal AND from:ann", "teal AND from:bob"), Some(Alike::SameFinders));
        assert_eq!(of("teal OR coot OR smew", "teal OR coot OR rail"), Some(Alike::Near), "two of four");
        assert_eq!(of("teal OR coot", "teal OR rail"), None, "one of three");
        let (count, open) = (plan("teal", Mode::Count), plan("teal", Mode::Open));
        assert_eq!(Terms::of(&count).alike(&Terms::of(&open)), Some(Alike::SameTerms));
    }
}
