//! How much a request opens of each deposit: alone, and added to all that was given before.

use blackbox_custody::{
    Error,
    approve::OpenRequest,
    earlier::History,
    held::{Whose, given},
    share::{Held, Share},
};
use serde_json::{Map, Value, json};

/// Unknown literals that a line names.
const NAMED: usize = 8;

/// The shares of one request.
pub struct Shares<'h> {
    /// What this request opens.
    pub own: Vec<Share>,
    /// Tokens given to its examiner under other requests.
    pub given_examiner: Held<'h>,
    /// Tokens given to anyone under other requests.
    pub given_everyone: Held<'h>,
    examiner: (Vec<Share>, Vec<Share>),
    /// What all tokens open without and with this request.
    pub everyone: (Vec<Share>, Vec<Share>),
}

impl<'h> Shares<'h> {
    pub fn of(open: &'h OpenRequest, history: &'h History<'_>) -> Result<Shares<'h>, Error> {
        let counts = &history.counts;
        let with = |held: &Held<'h>| {
            let mut held = held.clone();
            held.add(&open.plan, &open.ask.ranges, 0..open.ask.items.len());
            held.shares(counts, u64::MAX)
        };
        let given_examiner = given(open, history, Whose::Examiner(&open.request.document.examiner));
        let given_everyone = given(open, history, Whose::Everyone);
        Ok(Shares {
            own: with(&Held::default())?,
            examiner: (given_examiner.shares(counts, u64::MAX)?, with(&given_examiner)?),
            everyone: (given_everyone.shares(counts, u64::MAX)?, with(&given_everyone)?),
            given_examiner,
            given_everyone,
        })
    }

    /// What this request opens of each deposit; nothing, if it opens nothing at all.
    pub fn own_lines(&self, open: &OpenRequest) -> Vec<String> {
        if open.plan.closure().is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<String> = self.own.iter().map(line).collect();
        if self.own.iter().any(|share| share.opens_at_most > 0) {
            lines.push("(counted again with tokens that were disclosed: that each is its term's, nobody can check alone)".to_owned());
        }
        lines
    }

    /// What is open of each deposit before and after this approval, where something was given before.
    pub fn sum_lines(&self, examiner: &str) -> Vec<String> {
        let mut lines = sums(&format!("to {examiner}"), &self.examiner);
        if self.everyone != self.examiner {
            lines.extend(sums("to anyone", &self.everyone));
        }
        lines
    }

    /// The keys of a review's JSON.
    pub fn json(&self) -> Map<String, Value> {
        let list = |shares: &[Share]| Value::Array(shares.iter().map(share).collect());
        let keys = [
            ("shares", &self.own),
            ("shares_examiner_before", &self.examiner.0),
            ("shares_examiner_after", &self.examiner.1),
            ("shares_everyone_before", &self.everyone.0),
            ("shares_everyone_after", &self.everyone.1),
        ];
        keys.into_iter().map(|(key, shares)| (key.to_owned(), list(shares))).collect()
    }

    /// The shares of this examiner's tokens and of everyone's, with this request.
    pub fn after(&self) -> [(&'static str, &[Share]); 2] {
        [("this examiner", &self.examiner.1), ("all examiners together", &self.everyone.1)]
    }
}

fn sums(who: &str, (before, after): &(Vec<Share>, Vec<Share>)) -> Vec<String> {
    let line = |before: &Share| {
        let after = after.iter().find(|share| share.deposit == before.deposit);
        format!(
            "{who}: {:.1} % before this approval; after it, {}",
            before.percent(),
            line(after.unwrap_or(before))
        )
    };
    before.iter().filter(|share| share.opens_at_most > 0 || !share.unknown.is_empty()).map(line).collect()
}

fn line(share: &Share) -> String {
    let Share { deposit, rows, opens_at_most, .. } = share;
    let mut names: Vec<String> = share.unknown.iter().take(NAMED).map(ToString::to_string).collect();
    if share.unknown.len() > NAMED {
        names.push(format!("{} more", share.unknown.len() - NAMED));
    }
    let known = format!(
        "deposit {deposit}: up to {opens_at_most} of {rows} rows (padded by up to 12 %), {:.1} %",
        share.percent()
    );
    match (names.join(", "), opens_at_most) {
        (none, _) if none.is_empty() => known,
        (names, 0) => {
            format!("deposit {deposit}: not known of its {rows} rows, since nobody has counted {names}")
        }
        (names, _) => format!("{known}, and what is opened by {names}, which nobody has counted"),
    }
}

fn share(share: &Share) -> Value {
    let unknown: Vec<String> = share.unknown.iter().map(ToString::to_string).collect();
    json!({
        "deposit": share.deposit, "rows": share.rows, "opens_at_most": share.opens_at_most,
        "percent": (share.percent() * 10.0).round() / 10.0, "unknown": unknown,
    })
}
