//! The plan of a query: which literal finds, opens or is tested, and what that can open.
//!
//! Source: spec/query.md, "Plan". A plan is made by an examiner's program and checked by each
//! custodian's: both come from the query's text, the choices and the archive's rules alone.

mod bits;
mod check;
mod clause;
mod closure;
mod distribute;
mod error;
mod orient;
mod roles;
mod rules;
mod words;

pub use check::Claim;
pub use clause::{Choice, ChoiceError, Clause, Group};
pub use closure::Closure;
pub use error::{CheckError, PlanError};
pub use roles::{Mode, ModeError, Role, Roles, RolesError};
pub use rules::Rules;

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::term::Literal;

use crate::language::Query;
use clause::Shape;
use orient::Board;

/// Most clauses of a query.
pub const CLAUSES: usize = 1_000;
/// Most literals in the conjuncts of all clauses, each counted as often as it is there.
pub const CLAUSE_LITERALS: usize = 20_000;

/// How many messages have a literal, as far as a request in mode `count` has told.
pub type Counts = BTreeMap<Literal, u64>;

/// What an examiner knows and wishes.
#[derive(Debug, Clone, Copy)]
pub struct Wishes<'a> {
    /// Literals that are to find.
    pub prefer: &'a [Literal],
    /// Known counts: of choices that open equally much beyond the query, the rarest finds.
    pub counts: &'a Counts,
}

/// How a query is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The query.
    pub query: Query,
    /// What the request is for.
    pub mode: Mode,
    /// The query's alternatives; none if it only counts.
    pub clauses: Vec<Clause>,
    /// For each clause, which of its conjuncts finds and which opens.
    pub choices: Vec<Choice>,
    /// Every literal with a role, in order.
    pub literals: Vec<(Literal, Roles)>,
}

impl Plan {
    /// The plan of `query` that opens least beyond what it asks. In each clause that has one, a
    /// literal of `prefer` finds.
    ///
    /// # Errors
    /// The query has no plan, or not with these finders; see [`PlanError`].
    pub fn new(query: &Query, mode: Mode, rules: &Rules, prefer: &[Literal]) -> Result<Plan, PlanError> {
        Plan::wished((query, mode), rules, Wishes { prefer, counts: &Counts::new() })
    }

    /// The same, knowing how often literals occur.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn wished(
        (query, mode): (&Query, Mode),
        rules: &Rules,
        wishes: Wishes<'_>,
    ) -> Result<Plan, PlanError> {
        match mode {
            Mode::Drill if !query.is_drill() => Err(PlanError::NotDrill),
            Mode::Count | Mode::Open | Mode::Exceptional if query.is_drill() => Err(PlanError::Drill),
            Mode::Count if wishes.prefer.is_empty() => Ok(Plan::counting(query)),
            Mode::Count => Err(PlanError::CountFinds),
            Mode::Open | Mode::Drill | Mode::Exceptional => {
                let shapes = distribute::shapes(query)?;
                let choices = settle((query, mode), &shapes, Finding { rules, mode }, wishes)?;
                Ok(Plan::assemble((query, mode), &shapes, choices))
            }
        }
    }

    /// What this plan would open, by its own tokens alone.
    pub fn closure(&self) -> Closure {
        Closure::of(&self.literals)
    }

    /// What the tokens of this plan open beyond what its clauses ask, in plain words. Often nothing.
    pub fn surplus(&self) -> Vec<String> {
        self.closure().surplus(self)
    }

    /// In plain words: for each clause what finds, opens, is tested or only looked at.
    pub fn lines(&self) -> Vec<String> {
        words::plan(self)
    }

    fn counting(query: &Query) -> Plan {
        let literals = query.literals().into_iter().map(|literal| (literal, Roles::COUNT)).collect();
        Plan { query: query.clone(), mode: Mode::Count, clauses: Vec::new(), choices: Vec::new(), literals }
    }

    /// The plan under `choices`, one for each of `shapes`, whose conjuncts must exist.
    fn assemble((query, mode): (&Query, Mode), shapes: &[Shape], choices: Vec<Choice>) -> Plan {
        let clauses: Vec<Clause> =
            shapes.iter().zip(&choices).map(|(shape, choice)| shape.clause(*choice)).collect();
        let mut roles: BTreeMap<&Literal, Roles> = BTreeMap::new();
        for (literal, more) in clauses.iter().flat_map(|clause| clause.roles(mode)) {
            let held = roles.entry(literal).or_default();
            *held = held.with(more);
        }
        let literals = roles.into_iter().map(|(literal, roles)| (literal.clone(), roles)).collect();
        Plan { query: query.clone(), mode, clauses, choices, literals }
    }
}

/// What may find: what the archive's rules let find or, on an order, every term.
#[derive(Debug, Clone, Copy)]
struct Finding<'a> {
    rules: &'a Rules,
    mode: Mode,
}

impl Finding<'_> {
    fn may_find(self, literal: &Literal) -> bool {
        self.mode == Mode::Exceptional || self.rules.may_find(literal)
    }
}

/// Chooses, until no choice with the same finders would open less: that is what a custodian checks.
fn settle(
    asked: (&Query, Mode),
    shapes: &[Shape],
    finding: Finding<'_>,
    wishes: Wishes<'_>,
) -> Result<Vec<Choice>, PlanError> {
    asked_and_able(shapes, finding, wishes.prefer)?;
    let prefer = wishes.prefer.iter().collect();
    let options = orient::options(shapes, finding, (&prefer, wishes.counts))?;
    let mut board = Board::new(shapes);
    let (mut choices, mut surplus) = board.least(&options);
    loop {
        // As the custodian, who knows no counts.
        let all = orient::options(shapes, finding, (&finders(shapes, &choices), &Counts::new()))?;
        let (better, less) = board.least(&all);
        if less >= surplus {
            return Ok(choices);
        }
        if !prefer.is_empty() && !orient::allows(&options, &better) {
            let lines = Plan::assemble(asked, shapes, choices).surplus();
            return Err(PlanError::Wasteful(lines.join("; ")));
        }
        (choices, surplus) = (better, less);
    }
}

/// The literals that find under `choices`.
fn finders<'a>(shapes: &'a [Shape], choices: &[Choice]) -> BTreeSet<&'a Literal> {
    shapes.iter().zip(choices).flat_map(|(shape, choice)| &shape.conjuncts[choice.find].group).collect()
}

/// Every preferred finder is asked for, and may find in some clause.
fn asked_and_able(shapes: &[Shape], finding: Finding<'_>, prefer: &[Literal]) -> Result<(), PlanError> {
    for literal in prefer {
        let groups = shapes.iter().flat_map(|shape| &shape.conjuncts).map(|conjunct| &conjunct.group);
        let mut with: Vec<&Group> = groups.filter(|group| group.contains(literal)).collect();
        with.sort_by_key(|group| !group.iter().all(|member| finding.may_find(member)));
        match with.first() {
            None => return Err(PlanError::NotAsked(literal.clone())),
            Some(group) if !group.iter().all(|member| finding.may_find(member)) => {
                return Err(PlanError::may_not_find(literal, group, finding.rules));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
