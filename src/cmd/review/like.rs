//! Earlier requests like one under review: repeated ones, and refused ones.

use blackbox_custody::{
    approve::OpenRequest,
    earlier::{Earlier, History},
    repeat::{Alike, RefusedBefore, Repeat, refused_before, repeats},
};
use serde_json::{Value, json};

/// Most lines that are printed of each list; JSON has all.
const SHOWN: usize = 10;

/// Earlier requests for the same or nearly the same terms.
pub struct Repeats<'h>(Vec<Repeat<'h>>);

impl<'h> Repeats<'h> {
    pub fn of(open: &OpenRequest, history: &'h History<'_>) -> Repeats<'h> {
        Repeats(repeats(open, history))
    }

    pub fn lines(&self) -> Vec<String> {
        cut(self.0.iter().map(line).collect())
    }

    pub fn json(&self) -> Value {
        let one = |repeat: &Repeat<'_>| {
            let request = &repeat.earlier.request.document;
            json!({
                "request": request.id, "examiner": request.examiner, "time": repeat.earlier.request.leaf.time,
                "mode": request.mode.to_string(), "query": repeat.earlier.plan.query.to_string(),
                "alike": repeat.alike.name(), "decisions": decisions(repeat.earlier), "hits": repeat.hits,
            })
        };
        self.0.iter().map(one).collect()
    }
}

fn line(repeat: &Repeat<'_>) -> String {
    let request = &repeat.earlier.request.document;
    let alike = match repeat.alike {
        Alike::Identical => "IDENTICAL",
        Alike::SameTerms => "the same terms",
        Alike::SameFinders => "found by the same terms",
        Alike::Near => "most terms are the same",
    };
    let decisions = match decisions(repeat.earlier).join(", ") {
        none if none.is_empty() => "not decided".to_owned(),
        some => some,
    };
    let got = match repeat.hits {
        Some(hits) => format!("answered with {hits} hit(s)"),
        None => "no answer recorded".to_owned(),
    };
    format!(
        "{alike}: request {} by {}, {} (mode {}, {} to {}): {}; {decisions}; {got}",
        request.id,
        request.examiner,
        day(repeat.earlier),
        request.mode,
        request.since,
        request.until,
        repeat.earlier.plan.query
    )
}

fn decisions(earlier: &Earlier) -> Vec<String> {
    let approved = earlier.given.iter().map(|given| format!("approved by {}", given.custodian));
    let refused = earlier.refused.iter().map(|refused| format!("refused by {}", refused.custodian));
    approved.chain(refused).collect()
}

/// Terms that a custodian refused to an earlier request.
pub struct RefusedTerms<'h>(Vec<RefusedBefore<'h>>);

impl<'h> RefusedTerms<'h> {
    pub fn of(open: &OpenRequest, history: &'h History<'_>) -> RefusedTerms<'h> {
        RefusedTerms(refused_before(open, history))
    }

    pub fn lines(&self) -> Vec<String> {
        let line = |one: &RefusedBefore<'_>| {
            let reason = one.refused.reason.as_deref().unwrap_or("the reason cannot be read");
            format!(
                "{}: refused by {}, {}, with request {} of {}: {reason}",
                literals(one).join(", "),
                one.refused.custodian,
                one.refused.time.get(..10).unwrap_or_default(),
                one.earlier.request.document.id,
                one.earlier.request.document.examiner
            )
        };
        cut(self.0.iter().map(line).collect())
    }

    pub fn json(&self) -> Value {
        let one = |one: &RefusedBefore<'_>| {
            json!({
                "request": one.earlier.request.document.id,
                "examiner": one.earlier.request.document.examiner,
                "custodian": one.refused.custodian, "time": one.refused.time, "reason": one.refused.reason,
                "literals": literals(one),
            })
        };
        self.0.iter().map(one).collect()
    }
}

fn literals(one: &RefusedBefore<'_>) -> Vec<String> {
    one.literals.iter().map(ToString::to_string).collect()
}

fn day(earlier: &Earlier) -> &str {
    earlier.request.leaf.time.get(..10).unwrap_or_default()
}

fn cut(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more (--json has all)"));
    }
    lines
}
