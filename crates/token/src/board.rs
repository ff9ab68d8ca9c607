//! All answers to an ask side by side: where they differ, and who agrees with whom.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    month::Month,
    threshold::{MAX_CUSTODIANS, Subset},
};

use crate::{
    ask::{Answers, Ask, ShapeError, threshold_of},
    function::{Part, Token, xor},
    secret::Secret,
};

/// All answers to an ask, by the token that they are parts of.
pub struct Board<'a> {
    ask: &'a Ask,
    answered: BTreeMap<usize, Group>,
    given: BTreeMap<Point, Parts<'a>>,
}

/// The answers to one point, by subset, each with its custodian's number.
type Parts<'a> = BTreeMap<Subset, Vec<(usize, &'a Token)>>;

/// A token: one part of an item, in one month of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Number of the deposit in the ask.
    pub range: usize,
    /// The month.
    pub month: Month,
    /// Number of the item.
    pub item: usize,
    /// The part.
    pub part: Part,
}

/// One month of a deposit, by its number in the ask. Tokens of two cells have nothing to do with each other.
pub type Cell = (usize, Month);

/// Two custodians gave different answers under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// What their answers are parts of.
    pub point: Point,
    /// Whose key it is.
    pub subset: Subset,
    /// The two, by number, ascending.
    pub custodians: (usize, usize),
}

/// Some custodians, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Group(u16);

impl Group {
    /// Everyone who can be a custodian.
    pub const ALL: Group = Group((1 << MAX_CUSTODIANS) - 1);

    /// Whether the custodian belongs to it.
    pub fn contains(self, custodian: usize) -> bool {
        self.0 >> custodian & 1 == 1
    }

    /// This group and `custodian`.
    #[must_use]
    pub fn with(self, custodian: usize) -> Group {
        Group(self.0 | 1 << custodian)
    }

    /// Those who are in both.
    #[must_use]
    pub fn and(self, other: Group) -> Group {
        Group(self.0 & other.0)
    }

    /// Those who are in either.
    #[must_use]
    pub fn or(self, other: Group) -> Group {
        Group(self.0 | other.0)
    }

    /// How many they are.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    fn all_within(self) -> impl Iterator<Item = Group> {
        (0..=self.0).map(Group).filter(move |group| group.and(self) == *group)
    }
}

impl<'a> Board<'a> {
    /// Lays out `answers` to `ask`. Of several by one custodian the first counts.
    ///
    /// # Errors
    /// Answers are not of the length that the ask calls for; gives the custodian.
    pub fn new(ask: &'a Ask, answers: &'a [Answers]) -> Result<Board<'a>, (usize, ShapeError)> {
        let mut board = Board { ask, answered: BTreeMap::new(), given: BTreeMap::new() };
        let mut seen = BTreeSet::new();
        for given in answers.iter().filter(|given| seen.insert(given.custodian)) {
            for (item, tokens) in &given.items {
                board.add(given.custodian, *item, tokens)?;
            }
        }
        Ok(board)
    }

    fn add(&mut self, custodian: usize, item: usize, tokens: &'a [Token]) -> Result<(), (usize, ShapeError)> {
        let slots: Vec<_> = match item < self.ask.items.len() {
            true => self.ask.slots(item, Some(custodian)).collect(),
            false => return Err((custodian, ShapeError)),
        };
        if slots.len() != tokens.len() {
            return Err((custodian, ShapeError));
        }
        let answered = self.answered.entry(item).or_default();
        *answered = answered.with(custodian);
        for (slot, token) in slots.into_iter().zip(tokens) {
            let point = Point { range: slot.range, month: slot.month, item, part: slot.part };
            let subsets = self.given.entry(point).or_default();
            subsets.entry(slot.subset).or_default().push((custodian, token));
        }
        Ok(())
    }

    /// The ask.
    pub fn ask(&self) -> &'a Ask {
        self.ask
    }

    /// Who answered item `item`.
    pub fn answered(&self, item: usize) -> Group {
        self.answered.get(&item).copied().unwrap_or_default()
    }

    /// Every token that somebody answered a part of, ascending.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        self.given.keys().copied()
    }

    /// The points of one month of a deposit, ascending.
    pub fn points_of(&self, (range, month): Cell) -> impl Iterator<Item = Point> {
        let first = Point { range, month, item: 0, part: Part::Count };
        let points = self.given.range(first..).map(|(point, _)| *point);
        points.take_while(move |point| (point.range, point.month) == (range, month))
    }

    /// How many custodians it takes to make the token.
    pub fn needed(&self, point: Point) -> usize {
        threshold_of(point.part, self.ask.ranges[point.range].threshold).needed()
    }

    /// Whether custodians differ about the token, and enough answered to make one.
    pub fn is_disputed(&self, point: Point) -> bool {
        self.answered(point.item).count() >= self.needed(point) && self.conflicts_at(point).next().is_some()
    }

    /// Every disagreement about the token.
    pub fn conflicts_at(&self, point: Point) -> impl Iterator<Item = Conflict> {
        self.given.get(&point).into_iter().flatten().flat_map(move |(subset, answers)| {
            let pairs = answers
                .iter()
                .enumerate()
                .flat_map(|(at, one)| answers[at + 1..].iter().map(move |two| (one, two)));
            let differ = pairs.filter(|(one, two)| one.1 != two.1);
            differ.map(move |(one, two)| {
                let custodians = (one.0.min(two.0), one.0.max(two.0));
                Conflict { point, subset: *subset, custodians }
            })
        })
    }

    /// Every disagreement, in the order of points.
    pub fn conflicts(&self) -> impl Iterator<Item = Conflict> {
        self.points().flat_map(|point| self.conflicts_at(point))
    }

    /// The answer that `group` gives for `subset`: that of its first member who holds the key.
    pub fn answer(&self, (point, subset): (Point, Subset), group: Group) -> Option<&'a Token> {
        let answers = self.given.get(&point)?.get(&subset)?;
        answers.iter().find(|(custodian, _)| group.contains(*custodian)).map(|(_, token)| *token)
    }

    /// The token that the answers of `group` make, and the fewest answers that stand behind any subset's
    /// part of it; `None` if a subset is unanswered: then the rest is pseudorandom.
    pub fn token(&self, point: Point, group: Group) -> Option<(Token, usize)> {
        let given = self.given.get(&point)?;
        let (mut sum, mut fewest) = (Secret::new([0; 16]), usize::MAX);
        for subset in threshold_of(point.part, self.ask.ranges[point.range].threshold).subsets() {
            let own = given.get(&subset)?.iter().filter(|(custodian, _)| group.contains(*custodian));
            let answers: Vec<&Token> = own.map(|(_, token)| *token).collect();
            sum = xor(&sum, answers.first()?);
            fewest = fewest.min(answers.len());
        }
        Some((sum, fewest))
    }

    /// The largest groups that can be right together in one month of a deposit: no two members
    /// contradict each other about a disputed token, nobody could be added, and for each disputed token
    /// enough members answered. If k custodians who answered everything are honest, one of these groups
    /// holds all of them, and its tokens are right.
    pub fn sets(&self, cell: Cell) -> Vec<Group> {
        let disputed: Vec<Point> = self.points_of(cell).filter(|point| self.is_disputed(*point)).collect();
        let mut against = [Group::default(); MAX_CUSTODIANS];
        for conflict in disputed.iter().flat_map(|point| self.conflicts_at(*point)) {
            let (one, two) = conflict.custodians;
            against[one] = against[one].with(two);
            against[two] = against[two].with(one);
        }
        let everyone = self.answered.values().fold(Group::default(), |all, group| all.or(*group));
        let agrees = |group: &Group| {
            (0..MAX_CUSTODIANS).all(|one| !group.contains(one) || group.and(against[one]).count() == 0)
        };
        let consistent: Vec<Group> = everyone.all_within().filter(agrees).collect();
        let is_largest =
            |group: &&Group| !consistent.iter().any(|other| other != *group && other.and(**group) == **group);
        let suffices = |group: &&Group| {
            disputed.iter().all(|point| group.and(self.answered(point.item)).count() >= self.needed(*point))
        };
        consistent.iter().filter(is_largest).filter(suffices).copied().collect()
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
