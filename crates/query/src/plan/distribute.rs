//! From a query of any shape to its clauses: ORs are told apart where no group of literals says the
//! same, and clauses that another one covers fall away.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::term::Literal;

use super::{
    CLAUSE_LITERALS, CLAUSES, PlanError,
    clause::{Clash, Shape},
};
use crate::language::{Expr, Near, Query};

/// Parts that must all hold.
type Parts = Vec<Expr>;

/// The clauses of a query.
pub(super) fn shapes(query: &Query) -> Result<Vec<Shape>, PlanError> {
    let alternatives = alternatives(query.expr()).ok_or(PlanError::Wide)?;
    let mut clash = None;
    let mut shapes: Vec<Shape> = Vec::with_capacity(alternatives.len());
    for parts in alternatives {
        let whole = || Expr::all(parts.clone());
        match Shape::of(parts.clone()) {
            Ok(shape) => shapes.push(shape),
            Err(found) => clash = clash.or_else(|| Some((whole(), found))),
        }
    }
    let shapes = uncovered(shapes);
    let literals: usize = shapes.iter().flat_map(|shape| &shape.conjuncts).map(|c| c.group.len()).sum();
    match clash {
        _ if literals > CLAUSE_LITERALS => Err(PlanError::Wide),
        Some((part, Clash::Literal(literal))) if shapes.is_empty() => {
            Err(PlanError::Contradiction { part: part.brief(), literal })
        }
        Some((part, Clash::Days(one, other))) if shapes.is_empty() => {
            Err(PlanError::NoDay { part: part.brief(), one, other })
        }
        _ => Ok(shapes),
    }
}

/// `expr` as alternatives, none with an `And` or an OR of anything but literals; `None` if they are
/// too many. What holds nothing that could find, such as `NOT a OR b`, stays whole.
fn alternatives(expr: &Expr) -> Option<Vec<Parts>> {
    let found = match expr {
        Expr::Or(parts) if expr.alternatives().is_none() && expr.is_positive() => of_or(parts)?,
        Expr::And(parts) => {
            parts.iter().try_fold(vec![Parts::new()], |all, part| product(&all, &alternatives(part)?))?
        }
        Expr::Near(near) => of_near(near),
        other => vec![vec![other.clone()]],
    };
    (found.len() <= CLAUSES).then_some(found)
}

/// Literals that stand alone are one alternative, in the place of the first.
fn of_or(parts: &[Expr]) -> Option<Vec<Parts>> {
    let (mut found, mut alone): (Vec<Parts>, Option<(usize, Parts)>) = (Vec::new(), None);
    for part in parts {
        match part.alternatives() {
            Some(_) => alone.get_or_insert((found.len(), Parts::new())).1.push(part.clone()),
            None => found.extend(alternatives(part)?),
        }
        if found.len() > CLAUSES {
            return None;
        }
    }
    if let Some((at, group)) = alone {
        found.insert(at, vec![Expr::any(group)]);
    }
    Some(found)
}

fn product(all: &[Parts], more: &[Parts]) -> Option<Vec<Parts>> {
    if all.len() * more.len() > CLAUSES {
        return None;
    }
    Some(all.iter().flat_map(|left| more.iter().map(|right| [&left[..], right].concat())).collect())
}

/// One distance for each phrase of its sides, and for the words of a side together.
fn of_near(near: &Near) -> Vec<Parts> {
    let one = |left: &Expr, right: &Expr| {
        let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
        vec![Expr::Near(Near { left, distance: near.distance, right })]
    };
    let (lefts, rights) = (sides(&near.left), sides(&near.right));
    lefts.iter().flat_map(|left| rights.iter().map(|right| one(left, right))).collect()
}

/// The words of one side of a distance, and each of its phrases.
fn sides(side: &Expr) -> Vec<Expr> {
    let Expr::Or(parts) = side else { return vec![side.clone()] };
    let (words, mut phrases): (Parts, Parts) =
        parts.iter().cloned().partition(|part| part.alternatives().is_some());
    if !words.is_empty() {
        phrases.insert(0, Expr::any(words));
    }
    phrases
}

/// Leaves out the clauses that another one covers: whatever they match, the other matches.
fn uncovered(shapes: Vec<Shape>) -> Vec<Shape> {
    let groups = numbered(&shapes);
    let covers = |one: usize, other: usize| {
        let says = |group: &Vec<usize>| {
            groups[other].iter().any(|more| more.iter().all(|literal| group.binary_search(literal).is_ok()))
        };
        let all_in = |more: &[Literal], less: &[Literal]| less.iter().all(|literal| more.contains(literal));
        groups[one].iter().all(says)
            && all_in(&shapes[other].nots, &shapes[one].nots)
            && shapes[one].filters.iter().all(|filter| shapes[other].filters.contains(filter))
    };
    let mut kept: Vec<usize> = Vec::new();
    for index in 0..shapes.len() {
        if !kept.iter().any(|one| covers(*one, index)) {
            kept.retain(|one| !covers(index, *one));
            kept.push(index);
        }
    }
    let kept: BTreeSet<usize> = kept.into_iter().collect();
    shapes.into_iter().enumerate().filter(|(index, _)| kept.contains(index)).map(|(_, shape)| shape).collect()
}

/// The groups of each clause, with numbers for literals, in order.
fn numbered(shapes: &[Shape]) -> Vec<Vec<Vec<usize>>> {
    let mut numbers: BTreeMap<&Literal, usize> = BTreeMap::new();
    let mut clauses = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let mut groups = Vec::with_capacity(shape.conjuncts.len());
        for conjunct in &shape.conjuncts {
            let mut group = Vec::with_capacity(conjunct.group.len());
            for literal in &conjunct.group {
                let next = numbers.len();
                group.push(*numbers.entry(literal).or_insert(next));
            }
            group.sort_unstable();
            groups.push(group);
        }
        clauses.push(groups);
    }
    clauses
}
