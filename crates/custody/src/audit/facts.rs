//! What is known of a request, in types.

use blackbox_log::Leaf;
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    approve::OpenRequest,
    papers::{Papers, Standing},
};

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Its id.
    pub id: String,
    /// Number of its entry.
    pub index: u64,
    /// When it was logged, RFC 3339 UTC.
    pub time: String,
    /// Name of the examiner's key.
    pub examiner: String,
    /// Case reference.
    pub case: String,
    /// Legal basis.
    pub basis: String,
    /// Purpose.
    pub purpose: String,
    /// What it is for.
    pub mode: String,
    /// First UTC day asked.
    pub since: String,
    /// Last UTC day asked.
    pub until: String,
    /// Last UTC day on which it may be approved.
    pub expires: String,
    /// What became of it.
    pub standing: Standing,
    /// Who decided, and how, in order.
    pub decisions: Vec<Decision>,
    /// When disclosures were recorded.
    pub disclosed: Vec<String>,
    /// What it asks, as far as this audit may know.
    pub terms: Terms,
}

/// A custodian's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Name of the custodian's key.
    pub by: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// Whether it approved.
    pub approved: bool,
}

/// What a request asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Terms {
    /// Sealed: the commitment to them, in hex.
    Sealed(String),
    /// Read with a key.
    Read {
        /// The query in its canonical writing.
        query: String,
        /// How many literals.
        literals: usize,
    },
    /// Released to the public.
    Released {
        /// The query in its canonical writing.
        query: String,
        /// How many literals.
        literals: usize,
    },
}

impl Facts {
    /// What is known from the papers, and from the opened request if somebody may read it, on the UTC day `today`.
    pub fn of(papers: &Papers, open: Option<&OpenRequest>, today: Date) -> Facts {
        let request = &papers.request.document;
        Facts {
            id: request.id.clone(),
            index: papers.request.index,
            time: papers.request.leaf.time.clone(),
            examiner: request.examiner.clone(),
            case: request.case.clone(),
            basis: request.basis.clone(),
            purpose: request.purpose.clone(),
            mode: request.mode.to_string(),
            since: request.since.clone(),
            until: request.until.clone(),
            expires: request.expires.clone(),
            standing: papers.standing(today),
            decisions: decisions(papers),
            disclosed: papers.disclosures.iter().map(|one| one.leaf.time.clone()).collect(),
            terms: known_terms(papers, open),
        }
    }
}

fn decisions(papers: &Papers) -> Vec<Decision> {
    let approvals = papers.approvals.iter().map(|one| (one.index, &one.leaf, true));
    let refusals = papers.refusals.iter().map(|one| (one.index, &one.leaf, false));
    let mut all: Vec<_> = approvals.chain(refusals).collect();
    all.sort_by_key(|(index, ..)| *index);
    let decision = |(_, leaf, approved): (u64, &Leaf, bool)| Decision {
        by: leaf.by.clone(),
        time: leaf.time.clone(),
        approved,
    };
    all.into_iter().map(decision).collect()
}

fn known_terms(papers: &Papers, open: Option<&OpenRequest>) -> Terms {
    let released = papers.release.as_ref().and_then(|one| one.document.body(&one.leaf.path).ok());
    match (released, open) {
        (Some(body), _) => Terms::Released { query: body.claim.query, literals: body.claim.literals.len() },
        (None, Some(open)) => {
            Terms::Read { query: open.plan.query.to_string(), literals: open.plan.literals.len() }
        }
        (None, None) => Terms::Sealed(papers.request.document.commitment.to_string()),
    }
}
