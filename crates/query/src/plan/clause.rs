//! A clause: what must be there, what must not, and what only the opened text shows.

use std::{collections::BTreeSet, fmt, str::FromStr};

use blackbox_format::term::Literal;

use super::{Mode, Roles, Rules};
use crate::language::{Days, Expr, Near, distinct, word_literal};

/// Literals of which a row must have at least one.
pub type Group = Vec<Literal>;

/// One alternative of a query, with the part that each literal has in it. A row is opened if it has
/// one of `find`, one of `open`, one of each group of `tests`, and none of `nots`; the rest is checked
/// in the opened message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The parts that it was made of.
    pub(super) parts: Vec<Expr>,
    /// Finds rows.
    pub find: Group,
    /// Opens rows. The same as `find` where the clause has nothing else that could.
    pub open: Group,
    /// Groups of which a row must have one literal each.
    pub tests: Vec<Group>,
    /// Literals that a row must not have.
    pub nots: Vec<Literal>,
    /// Groups of which a matching row has one literal each, which no token is asked for: words of
    /// phrases and distances.
    pub others: Vec<Group>,
    /// What the opened message must be besides: phrases, distances, days, and what excludes such.
    pub filters: Vec<Expr>,
}

impl Clause {
    /// The groups that could find in place of `find`, should that turn out common.
    pub fn swaps(&self, rules: &Rules) -> Vec<Group> {
        let mut swaps: Vec<Group> = Vec::new();
        for group in [&self.open].into_iter().chain(&self.tests).chain(&self.others) {
            if *group != self.find && !swaps.contains(group) && group.iter().all(|l| rules.may_find(l)) {
                swaps.push(group.clone());
            }
        }
        swaps
    }

    /// Every use that the clause makes of a literal in a request of `mode`.
    pub(super) fn roles(&self, mode: Mode) -> impl Iterator<Item = (&Literal, Roles)> {
        let finding = if mode == Mode::Exceptional { Roles::FIND_COMMON } else { Roles::FIND };
        let finds = self.find.iter().map(move |literal| (literal, finding));
        let opens = self.open.iter().map(|literal| (literal, Roles::OPEN));
        let tested = self.tests.iter().flatten().chain(&self.nots).map(|literal| (literal, Roles::TEST));
        finds.chain(opens).chain(tested)
    }
}

/// Which conjunct of a clause finds and which opens, counted from 0 in written order; the words of a
/// phrase count one by one. Written `find=0 open=1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// The conjunct that finds.
    pub find: usize,
    /// The conjunct that opens; the same only where it is alone.
    pub open: usize,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "find={} open={}", self.find, self.open)
    }
}

/// The text is not a choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not of the form \"find=0 open=1\"")]
pub struct ChoiceError(String);

impl FromStr for Choice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Choice, ChoiceError> {
        let read = || {
            let (find, open) = text.strip_prefix("find=")?.split_once(" open=")?;
            let choice = Choice { find: find.parse().ok()?, open: open.parse().ok()? };
            (choice.to_string() == text).then_some(choice)
        };
        read().ok_or_else(|| ChoiceError(text.to_owned()))
    }
}

/// One conjunct: a group, and whether it needs a role if it neither finds nor opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conjunct {
    pub(super) group: Group,
    pub(super) need: Need,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Rows are tested for it.
    Test,
    /// A word of a phrase or a side of a distance: the opened text shows it.
    Nothing,
}

/// A clause before its roles are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// What it was made of.
    pub(super) parts: Vec<Expr>,
    pub(super) conjuncts: Vec<Conjunct>,
    pub(super) nots: Vec<Literal>,
    pub(super) filters: Vec<Expr>,
}

/// What a clause asks for and excludes at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Clash {
    /// A literal.
    Literal(Literal),
    /// Every day.
    Days(Days, Days),
}

impl Shape {
    /// The clause of `parts`, none of which is an `And` or could be told apart into alternatives.
    pub(super) fn of(parts: Vec<Expr>) -> Result<Shape, Clash> {
        let mut shape = Shape::default();
        parts.iter().for_each(|part| shape.add_part(part));
        for part in parts {
            if !shape.parts.contains(&part) {
                shape.parts.push(part);
            }
        }
        shape.without_nots().map_err(Clash::Literal)?;
        shape.without_implied();
        match shape.no_day() {
            Some((after, before)) => Err(Clash::Days(after, before)),
            None => Ok(shape),
        }
    }

    /// The clause under `choice`, whose indices must exist.
    pub(super) fn clause(&self, choice: Choice) -> Clause {
        let rest = |need: Need| {
            let rest = self.conjuncts.iter().enumerate().filter(move |(index, conjunct)| {
                ![choice.find, choice.open].contains(index) && conjunct.need == need
            });
            rest.map(|(_, conjunct)| conjunct.group.clone()).collect()
        };
        Clause {
            parts: self.parts.clone(),
            find: self.conjuncts[choice.find].group.clone(),
            open: self.conjuncts[choice.open].group.clone(),
            tests: rest(Need::Test),
            nots: self.nots.clone(),
            others: rest(Need::Nothing),
            filters: self.filters.clone(),
        }
    }

    fn add(&mut self, group: Group, need: Need) {
        match self.conjuncts.iter_mut().find(|known| known.group == group) {
            Some(known) if need == Need::Nothing => known.need = Need::Nothing,
            Some(_) => {}
            None => self.conjuncts.push(Conjunct { group, need }),
        }
    }

    /// Adds one member of an `And`.
    fn add_part(&mut self, part: &Expr) {
        match part {
            Expr::Phrase(_) | Expr::Near(_) => {
                self.add_words(part);
                self.filter(part.clone());
            }
            Expr::Not(part) => self.add_not(part),
            part => match part.alternatives() {
                Some(group) => self.add(group, Need::Test),
                None => self.filter(part.clone()),
            },
        }
    }

    /// The words of a phrase, or of both sides of a distance.
    fn add_words(&mut self, part: &Expr) {
        match part {
            Expr::Phrase(words) => {
                words.iter().for_each(|word| self.add(vec![word_literal(word)], Need::Nothing));
            }
            Expr::Near(Near { left, right, .. }) => {
                self.add_words(left);
                self.add_words(right);
            }
            side => self.add(side.alternatives().unwrap_or_default(), Need::Nothing),
        }
    }

    /// Adds a part that must not hold.
    fn add_not(&mut self, part: &Expr) {
        match part {
            Expr::Or(parts) => parts.iter().for_each(|part| self.add_not(part)),
            Expr::Not(part) => self.add_part(part),
            part => match part.alternatives() {
                Some(literals) => {
                    self.nots = distinct(std::mem::take(&mut self.nots).into_iter().chain(literals))
                }
                None => self.filter(Expr::not(part.clone())),
            },
        }
    }

    fn filter(&mut self, filter: Expr) {
        if !self.filters.contains(&filter) {
            self.filters.push(filter);
        }
    }

    /// Takes the excluded literals out of the groups. An error if that leaves a group without any.
    fn without_nots(&mut self) -> Result<(), Literal> {
        for conjunct in &mut self.conjuncts {
            let first = conjunct.group[0].clone();
            conjunct.group.retain(|literal| !self.nots.contains(literal));
            if conjunct.group.is_empty() {
                return Err(first);
            }
        }
        Ok(())
    }

    /// Takes out what another conjunct says already: `a AND (a OR b)` is `a`.
    fn without_implied(&mut self) {
        let sets: Vec<BTreeSet<&Literal>> =
            self.conjuncts.iter().map(|conjunct| conjunct.group.iter().collect()).collect();
        let says = |one: usize, other: usize| {
            let (one_set, other_set) = (&sets[one], &sets[other]);
            one_set.is_subset(other_set) && (one_set.len() < other_set.len() || one < other)
        };
        let all = 0..sets.len();
        let implied: Vec<Option<usize>> =
            all.clone().map(|other| all.clone().find(|one| *one != other && says(*one, other))).collect();
        let same: Vec<usize> = all
            .filter(|other| self.conjuncts[*other].need == Need::Nothing)
            .filter_map(|other| implied[other].filter(|one| sets[*one].len() == sets[other].len()))
            .collect();
        same.into_iter().for_each(|one| self.conjuncts[one].need = Need::Nothing);
        let mut implied = implied.into_iter();
        self.conjuncts.retain(|_| implied.next().flatten().is_none());
    }

    /// Two filters that leave no day.
    fn no_day(&self) -> Option<(Days, Days)> {
        let days = || {
            self.filters.iter().filter_map(|filter| match filter {
                Expr::Days(days) => Some(*days),
                _ => None,
            })
        };
        days().find_map(|one| days().find(|other| one.excludes(*other)).map(|other| (one, other)))
    }
}
