//! What a custodian's program checks of a request: that its literals and roles are those of the
//! query, and open no more than the query needs.

use std::collections::BTreeMap;

use blackbox_format::term::Literal;

use super::{
    Choice, Counts, Finding, Mode, Plan, PlanError, Roles, Rules,
    clause::Shape,
    distribute,
    error::CheckError,
    finders,
    orient::{self, Board},
};
use crate::language::Query;

/// A plan as a request's body states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The query, in canonical form.
    pub query: String,
    /// What the request is for.
    pub mode: Mode,
    /// Every literal with its roles.
    pub literals: Vec<(Literal, Roles)>,
    /// For each clause, which conjunct finds and which opens; none if the request only counts.
    pub choices: Vec<Choice>,
}

impl Plan {
    /// What a request's body states of this plan.
    pub fn claim(&self) -> Claim {
        Claim {
            query: self.query.to_string(),
            mode: self.mode,
            literals: self.literals.clone(),
            choices: self.choices.clone(),
        }
    }

    /// The plan that `claim` states, if it implements its query with no more than the query needs.
    ///
    /// # Errors
    /// It does not; the error names the literal and the role, or what would be opened besides.
    pub fn check(claim: &Claim, rules: &Rules) -> Result<Plan, CheckError> {
        let query: Query = claim.query.parse()?;
        let canonical = query.to_string();
        if canonical != claim.query {
            return Err(CheckError::Writing(canonical));
        }
        let plan = match claim.mode {
            Mode::Count => Plan::counting(&query),
            Mode::Drill if !query.is_drill() => return Err(PlanError::NotDrill.into()),
            mode => chosen((&query, mode), &claim.choices, Finding { rules, mode })?,
        };
        if plan.choices.len() != claim.choices.len() {
            return Err(CheckError::Choices { clauses: plan.choices.len(), choices: claim.choices.len() });
        }
        same_roles(&plan.literals, &claim.literals)?;
        Ok(plan)
    }
}

/// The plan of `query` under `choices`, none of which is needlessly wide.
fn chosen(asked: (&Query, Mode), choices: &[Choice], finding: Finding<'_>) -> Result<Plan, CheckError> {
    let shapes = distribute::shapes(asked.0)?;
    if shapes.len() != choices.len() {
        return Err(CheckError::Choices { clauses: shapes.len(), choices: choices.len() });
    }
    for (clause, (shape, choice)) in shapes.iter().zip(choices).enumerate() {
        possible(clause, shape, *choice, finding)?;
    }
    let plan = Plan::assemble(asked, &shapes, choices.to_vec());
    let mut board = Board::new(&shapes);
    let (_, least) =
        board.least(&orient::options(&shapes, finding, (&finders(&shapes, choices), &Counts::new()))?);
    match board.surplus(choices) > least {
        true => Err(CheckError::Wasteful(plan.surplus().join("; "))),
        false => Ok(plan),
    }
}

fn possible(clause: usize, shape: &Shape, choice: Choice, finding: Finding<'_>) -> Result<(), CheckError> {
    let count = shape.conjuncts.len();
    let there = choice.find < count && choice.open < count;
    if !there || (choice.find == choice.open) != (count == 1) {
        return Err(CheckError::Choice { clause, choice: choice.to_string() });
    }
    let unable = shape.conjuncts[choice.find].group.iter().find(|literal| !finding.may_find(literal));
    unable.map_or(Ok(()), |literal| Err(CheckError::Finder { clause, literal: literal.clone() }))
}

fn same_roles(needed: &[(Literal, Roles)], claimed: &[(Literal, Roles)]) -> Result<(), CheckError> {
    let needed: BTreeMap<&Literal, Roles> = needed.iter().map(|(literal, roles)| (literal, *roles)).collect();
    let mut seen: BTreeMap<&Literal, Roles> = BTreeMap::new();
    for (literal, roles) in claimed {
        if roles.is_empty() {
            return Err(CheckError::Idle(literal.clone()));
        }
        if seen.insert(literal, *roles).is_some() {
            return Err(CheckError::Twice(literal.clone()));
        }
        let needs = needed.get(literal).copied().unwrap_or_default();
        if let Some(role) = roles.without(needs).iter().next() {
            return Err(CheckError::Surplus { literal: literal.clone(), role });
        }
    }
    for (literal, roles) in needed {
        let has = seen.get(literal).copied().unwrap_or_default();
        if let Some(role) = roles.without(has).iter().next() {
            return Err(CheckError::Missing { literal: literal.clone(), role });
        }
    }
    Ok(())
}
