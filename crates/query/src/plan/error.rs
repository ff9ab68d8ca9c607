//! Why a query has no plan, and why a claimed plan is not one.

use blackbox_format::term::Literal;

use super::{
    CLAUSE_LITERALS, CLAUSES, Role, Rules,
    clause::{Conjunct, Shape},
};
use crate::language::{Days, Expr, ParseError};

/// Why a query has no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// More than [`CLAUSES`] clauses, or [`CLAUSE_LITERALS`] literals in them.
    #[error(
        "the query is more than {CLAUSES} conjunctions, or {CLAUSE_LITERALS} terms in them, once its ORs are told apart"
    )]
    Wide,
    /// Days that exclude each other.
    #[error("({part}) matches nothing: no day is within {one} and {other}")]
    NoDay {
        /// The alternative concerned.
        part: String,
        /// The first.
        one: Days,
        /// The other.
        other: Days,
    },
    /// A literal is both asked for and excluded.
    #[error("({part}) matches nothing: it asks for {literal} and excludes it")]
    Contradiction {
        /// The alternative concerned.
        part: String,
        /// The literal.
        literal: Literal,
    },
    /// No conjunct of a clause may find.
    #[error("nothing in ({part}) may find a message: {}", obstacles(.common, .narrow))]
    NothingFinds {
        /// The alternative concerned.
        part: String,
        /// Its common terms.
        common: Vec<Literal>,
        /// Its terms of fields that only narrow.
        narrow: Vec<Literal>,
        /// A group of it without what may not find, in canonical form.
        instead: Option<String>,
        /// How many other alternatives the query has.
        others: usize,
    },
    /// A literal preferred as finder is not one that the query asks for.
    #[error("{0} cannot find: the query does not ask for it")]
    NotAsked(Literal),
    /// A literal preferred as finder may not find, or stands in a group with one that may not.
    #[error("{literal} cannot find: {}", obstacles(.common, .narrow))]
    MayNotFind {
        /// The literal preferred.
        literal: Literal,
        /// Common terms of its group.
        common: Vec<Literal>,
        /// Terms of its group whose field only narrows.
        narrow: Vec<Literal>,
    },
    /// The preferred finders open more than others would.
    #[error("finding this way would also open {0}")]
    Wasteful(String),
    /// A finder is preferred where nothing is found.
    #[error("a request that only counts has no finding term")]
    CountFinds,
    /// The query of a drill, in another mode.
    #[error("drill:drill is the query of a drill, and a drill is a request of its own kind")]
    Drill,
    /// Another query than a drill's, in a drill.
    #[error("a drill has the query drill:drill and no other")]
    NotDrill,
}

impl PlanError {
    pub(super) fn nothing_finds((shape, others): (&Shape, usize), rules: &Rules) -> PlanError {
        let literals: Vec<Literal> = shape.conjuncts.iter().flat_map(|c| c.group.clone()).collect();
        let (common, narrow) = sorted(&literals, rules);
        let able = |conjunct: &Conjunct| {
            let able = conjunct.group.iter().filter(|literal| rules.may_find(literal));
            able.cloned().map(Expr::Term).collect::<Vec<Expr>>()
        };
        let rest = shape.conjuncts.iter().map(able).filter(|able| !able.is_empty()).max_by_key(Vec::len);
        let instead = rest.map(|rest| Expr::any(rest).brief());
        PlanError::NothingFinds {
            part: Expr::all(shape.parts.clone()).brief(),
            common,
            narrow,
            instead,
            others,
        }
    }

    pub(super) fn may_not_find(literal: &Literal, group: &[Literal], rules: &Rules) -> PlanError {
        let (common, narrow) = sorted(group, rules);
        PlanError::MayNotFind { literal: literal.clone(), common, narrow }
    }

    /// What to write instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            PlanError::Wide => Some(
                "make several requests of it; an OR of single words is never told apart, one of phrases or ANDs is"
                    .into(),
            ),
            PlanError::NoDay { .. } => {
                Some("after: has its day and all later ones, before: the days before its own".into())
            }
            PlanError::Contradiction { .. } => Some("leave one of the two out".into()),
            PlanError::NothingFinds { instead, part, others, .. } => {
                let with = match instead {
                    Some(rest) => format!("; in a group of alternatives each must be uncommon, as in ({rest})"),
                    None => format!(", such as ({part}) AND greensill"),
                };
                let without = if *others > 0 { format!("; or leave out ({part})") } else { String::new() };
                Some(format!("add an uncommon word with AND{with}{without}"))
            }
            PlanError::NotAsked(_) | PlanError::MayNotFind { .. } => {
                Some("name an uncommon term that the query asks for, or leave the choice to the plan".into())
            }
            PlanError::Wasteful(_) => Some("let another term find, or leave the choice to the plan".into()),
            PlanError::Drill => Some("ask for it with `blackbox drill ARCHIVE --key KEY`".into()),
            PlanError::CountFinds | PlanError::NotDrill => None,
        }
    }
}

/// Why a claimed plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The query cannot be read.
    #[error("the query cannot be read: {0}")]
    Query(#[from] ParseError),
    /// The query is not in its canonical form.
    #[error("the query is not in its canonical form, which is: {0}")]
    Writing(String),
    /// The query has no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// One choice is needed for every clause.
    #[error("the query has {clauses} clauses to choose for, and the request chooses for {choices}")]
    Choices {
        /// Clauses of the query; 0 if it only counts.
        clauses: usize,
        /// Choices claimed.
        choices: usize,
    },
    /// A choice names a conjunct that is not there, or one to find and open that is not alone.
    #[error("clause {clause} has no such choice as \"{choice}\"")]
    Choice {
        /// The clause, counted from 0.
        clause: usize,
        /// The choice claimed.
        choice: String,
    },
    /// A conjunct is chosen to find that may not.
    #[error("clause {clause} is to be found by {literal}, which may not find")]
    Finder {
        /// The clause, counted from 0.
        clause: usize,
        /// A literal of its finding group that may not find.
        literal: Literal,
    },
    /// A literal is claimed twice.
    #[error("{0} is claimed twice")]
    Twice(Literal),
    /// A role is claimed that the query does not need.
    #[error("{literal} is claimed for {role}, which the query does not need")]
    Surplus {
        /// The literal.
        literal: Literal,
        /// The role.
        role: Role,
    },
    /// A role is missing that the query needs.
    #[error("{literal} is not claimed for {role}, which the query needs")]
    Missing {
        /// The literal.
        literal: Literal,
        /// The role.
        role: Role,
    },
    /// A literal is claimed without any role.
    #[error("{0} is claimed for nothing")]
    Idle(Literal),
    /// Another choice of the same finders would open less.
    #[error("the choice of opening terms would open more than the query needs: {0}")]
    Wasteful(String),
}

fn sorted(literals: &[Literal], rules: &Rules) -> (Vec<Literal>, Vec<Literal>) {
    let common = literals.iter().filter(|literal| rules.is_common(literal)).cloned().collect();
    let narrow =
        literals.iter().filter(|literal| !rules.is_common(literal) && !rules.field_finds(literal.field));
    (common, narrow.cloned().collect())
}

fn obstacles(common: &[Literal], narrow: &[Literal]) -> String {
    let part = |literals: &[Literal], one: &str, many: &str| match literals {
        [] => None,
        [literal] => Some(format!("{literal} {one}")),
        several => {
            let names: Vec<String> = several.iter().map(Literal::to_string).collect();
            Some(format!("{} {many}", names.join(", ")))
        }
    };
    let parts = [part(common, "is common", "are common"), part(narrow, "only narrows", "only narrow")];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
