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
        match open.plan.closure().is_empty() {
            true => Vec::new(),
            false => self.own.iter().map(line).collect(),
        }
    }

    /// What is open of each deposit before and after this approval.
    pub fn sum_lines(&self, examiner: &str) -> Vec<String> {
        let side = |who: &str, (before, after): &(Vec<Share>, Vec<Share>)| -> Vec<String> {
            let opens = |after: &&Share| after.opens_at_most > 0 || !after.unknown.is_empty();
            let line = |after: &Share| {
                let before = before.iter().find(|share| share.deposit == after.deposit);
                let before = before.map_or(0.0, Share::percent);
                format!("to {who}: {before:.1} % before this approval; after it, {}", line(after))
            };
            after.iter().filter(opens).map(line).collect()
        };
        [side(examiner, &self.examiner), side("anyone", &self.everyone)].concat()
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

fn line(share: &Share) -> String {
    let mut line = format!(
        "deposit {}: up to {} of {} rows (with padding of up to 12 %), {:.1} %",
        share.deposit,
        share.opens_at_most,
        share.rows,
        share.percent()
    );
    let mut names: Vec<String> = share.unknown.iter().take(NAMED).map(ToString::to_string).collect();
    if share.unknown.len() > NAMED {
        names.push(format!("{} more", share.unknown.len() - NAMED));
    }
    if !names.is_empty() {
        line.push_str(&format!("; not in it, since nobody has counted them: {}", names.join(", ")));
    }
    line
}

fn share(share: &Share) -> Value {
    let unknown: Vec<String> = share.unknown.iter().map(ToString::to_string).collect();
    json!({
        "deposit": share.deposit, "rows": share.rows, "opens_at_most": share.opens_at_most,
        "percent": (share.percent() * 10.0).round() / 10.0, "unknown": unknown,
    })
}
