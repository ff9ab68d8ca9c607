//! From a query to its clauses: what must be there, and what must not.

use std::{fmt, str::FromStr};

use blackbox_format::term::Literal;

use super::{Mode, PlanError, Roles, Rules};
use crate::language::{Expr, Query, word_literal};

/// Literals of which a row must have at least one.
pub type Group = Vec<Literal>;

/// Most clauses and characters of a query that an error writes out.
const WRITTEN_CLAUSES: usize = 8;
const WRITTEN_CHARS: usize = 400;

/// One alternative of a query, with the part that each literal has in it. A row is opened if it has
/// one of `find`, one of `open`, one of each group of `tests`, and none of `nots`; the phrases are
/// checked in the opened text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Finds rows.
    pub find: Group,
    /// Opens rows. The same as `find` where the clause has nothing else that could.
    pub open: Group,
    /// Groups of which a row must have one literal each.
    pub tests: Vec<Group>,
    /// Literals that a row must not have.
    pub nots: Vec<Literal>,
    /// Words that the text must have one after the other.
    pub phrases: Vec<Vec<String>>,
    /// Words that the text must not have one after the other: known only once a row is open.
    pub not_phrases: Vec<Vec<String>>,
}

impl Clause {
    /// The groups that could find in place of `find`, should that turn out common.
    pub fn swaps(&self, rules: &Rules) -> Vec<Group> {
        let words = self.phrases.iter().flatten().map(|word| vec![word_literal(word)]);
        let mut swaps: Vec<Group> = Vec::new();
        for group in [self.open.clone()].into_iter().chain(self.tests.iter().cloned()).chain(words) {
            if group != self.find && !swaps.contains(&group) && group.iter().all(|l| rules.may_find(l)) {
                swaps.push(group);
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
    /// A word of a phrase: the opened text shows it.
    Nothing,
}

/// A clause before its roles are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// The alternative in canonical form.
    pub(super) text: String,
    pub(super) conjuncts: Vec<Conjunct>,
    pub(super) nots: Vec<Literal>,
    pub(super) phrases: Vec<Vec<String>>,
    pub(super) not_phrases: Vec<Vec<String>>,
}

impl Shape {
    /// The clause under `choice`, whose indices must exist.
    pub(super) fn clause(&self, choice: Choice) -> Clause {
        let rest = self.conjuncts.iter().enumerate().filter(|(index, conjunct)| {
            ![choice.find, choice.open].contains(index) && conjunct.need == Need::Test
        });
        Clause {
            find: self.conjuncts[choice.find].group.clone(),
            open: self.conjuncts[choice.open].group.clone(),
            tests: rest.map(|(_, conjunct)| conjunct.group.clone()).collect(),
            nots: self.nots.clone(),
            phrases: self.phrases.clone(),
            not_phrases: self.not_phrases.clone(),
        }
    }

    fn add(&mut self, group: Group, need: Need) {
        let group = distinct(group);
        match self.conjuncts.iter_mut().find(|known| known.group == group) {
            Some(known) if need == Need::Nothing => known.need = Need::Nothing,
            Some(_) => {}
            None => self.conjuncts.push(Conjunct { group, need }),
        }
    }

    fn add_phrase(&mut self, words: &[String]) {
        words.iter().for_each(|word| self.add(vec![word_literal(word)], Need::Nothing));
        self.phrases.push(words.to_vec());
    }

    /// Adds one member of an `And`. `None`: it is of a shape that no clause has.
    fn add_part(&mut self, part: &Expr) -> Option<()> {
        match part {
            Expr::Term(literal) => self.add(vec![literal.clone()], Need::Test),
            Expr::Phrase(words) => self.add_phrase(words),
            Expr::Or(parts) => self.add(terms(parts)?, Need::Test),
            Expr::Not(part) => match &**part {
                Expr::Or(parts) => return parts.iter().try_for_each(|part| self.add_not(part)),
                part => return self.add_not(part),
            },
            Expr::And(_) => return None,
        }
        Some(())
    }

    fn add_not(&mut self, part: &Expr) -> Option<()> {
        match part {
            Expr::Term(literal) if self.nots.contains(literal) => {}
            Expr::Term(literal) => self.nots.push(literal.clone()),
            Expr::Phrase(words) => self.not_phrases.push(words.clone()),
            _ => return None,
        }
        Some(())
    }

    fn contradicts(&self) -> Option<&Literal> {
        let refused = |conjunct: &&Conjunct| conjunct.group.iter().all(|literal| self.nots.contains(literal));
        self.conjuncts.iter().find(refused).map(|conjunct| &conjunct.group[0])
    }
}

/// The clauses of a query. Literals that stand alone as alternatives form one clause.
pub(super) fn shapes(query: &Query) -> Result<Vec<Shape>, PlanError> {
    let mut shapes: Vec<Shape> = Vec::new();
    let mut alone: Option<(usize, Group)> = None;
    for part in branches(query.expr()) {
        if let Expr::Term(literal) = part {
            alone.get_or_insert((shapes.len(), Vec::new())).1.push(literal.clone());
            continue;
        }
        let shape = shape(part).ok_or_else(|| unsupported(query, part))?;
        if let Some(literal) = shape.contradicts() {
            return Err(PlanError::Contradiction { part: part.to_string(), literal: literal.clone() });
        }
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    if let Some((at, group)) = alone {
        let text = Expr::any(group.iter().cloned().map(Expr::Term).collect()).to_string();
        let mut shape = Shape { text, ..Shape::default() };
        shape.add(group, Need::Test);
        shapes.insert(at, shape);
    }
    Ok(shapes)
}

fn branches(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::Or(parts) => parts,
        other => std::slice::from_ref(other),
    }
}

fn shape(branch: &Expr) -> Option<Shape> {
    let mut shape = Shape { text: branch.to_string(), ..Shape::default() };
    match branch {
        Expr::And(parts) => parts.iter().try_for_each(|part| shape.add_part(part))?,
        part => shape.add_part(part)?,
    }
    Some(shape)
}

fn terms(parts: &[Expr]) -> Option<Group> {
    let term = |part: &Expr| match part {
        Expr::Term(literal) => Some(literal.clone()),
        _ => None,
    };
    parts.iter().map(term).collect()
}

fn distinct(mut group: Group) -> Group {
    let mut seen = std::collections::BTreeSet::new();
    group.retain(|literal| seen.insert(literal.clone()));
    group
}

fn unsupported(query: &Query, part: &Expr) -> PlanError {
    PlanError::Shape { part: part.to_string(), written_out: written_out(query) }
}

/// The query as alternatives that have a plan, if that is short.
fn written_out(query: &Query) -> Option<String> {
    let branches = branches(query.expr()).iter().map(|part| match shape(part) {
        Some(_) => Some(vec![vec![part.clone()]]),
        None => alternatives(part),
    });
    let all: Vec<Vec<Expr>> = branches.collect::<Option<Vec<_>>>()?.concat();
    let text = Expr::any(all.into_iter().map(Expr::all).collect()).to_string();
    let written: Query = text.parse().ok()?;
    (text.chars().count() <= WRITTEN_CHARS && shapes(&written).is_ok()).then_some(text)
}

/// `expr` as alternatives, each a list of parts that a clause can have; `None` if they are many.
fn alternatives(expr: &Expr) -> Option<Vec<Vec<Expr>>> {
    let found = match expr {
        Expr::Or(parts) if terms(parts).is_none() => {
            parts.iter().map(alternatives).collect::<Option<Vec<_>>>()?.concat()
        }
        Expr::And(parts) => parts.iter().try_fold(vec![Vec::new()], |all, part| {
            let part = alternatives(part)?;
            let product =
                all.iter().flat_map(|left: &Vec<Expr>| part.iter().map(|right| [&left[..], right].concat()));
            let product: Vec<Vec<Expr>> = product.take(WRITTEN_CLAUSES + 1).collect();
            (product.len() <= WRITTEN_CLAUSES).then_some(product)
        })?,
        Expr::Not(part) => match &**part {
            Expr::And(parts) => alternatives(&Expr::any(parts.iter().cloned().map(Expr::not).collect()))?,
            Expr::Or(parts) => alternatives(&Expr::all(parts.iter().cloned().map(Expr::not).collect()))?,
            _ => vec![vec![expr.clone()]],
        },
        _ => vec![vec![expr.clone()]],
    };
    (found.len() <= WRITTEN_CLAUSES).then_some(found)
}
