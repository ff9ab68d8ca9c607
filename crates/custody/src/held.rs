//! All tokens ever given, as if whoever got one had all, under whatever requests.
//!
//! A token counts as given from one custodian's answer on: the others may follow, and nobody would look at both
//! requests together again.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::month::Month;
use blackbox_query::plan::Closure;

use crate::{approve::OpenRequest, earlier::History, share::Held};

/// Whose tokens are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// One examiner's.
    Examiner(&'a str),
    /// All examiners', as if they pooled them.
    Everyone,
}

impl Whose<'_> {
    fn is(self, examiner: &str) -> bool {
        match self {
            Whose::Examiner(name) => name == examiner,
            Whose::Everyone => true,
        }
    }
}

/// The tokens that were given under other requests than `open`.
pub fn given<'h>(open: &OpenRequest, history: &'h History<'_>, whose: Whose<'_>) -> Held<'h> {
    let mut held = Held::default();
    for earlier in &history.requests {
        let other = earlier.request.document.id != open.request.document.id;
        if other && whose.is(&earlier.request.leaf.by) {
            earlier.add_given(&mut held);
        }
    }
    held
}

/// What the tokens of `open`, once given, would open together with those of `held`, beyond what either opens
/// alone; and which requests were not counted, since they cannot be read.
pub fn together(
    open: &OpenRequest,
    held: &Held<'_>,
    (history, whose): (&History<'_>, Whose<'_>),
) -> Vec<String> {
    let mut lines: BTreeMap<String, BTreeSet<Month>> = BTreeMap::new();
    let own = Closure::of(&open.plan.literals);
    for range in &open.ask.ranges {
        for month in &range.months {
            let tokens = held.at(&range.deposit, *month);
            let before = tokens.literals();
            let after = Closure::of(&[before.clone(), open.plan.literals.clone()].concat());
            let before = Closure::of(&before);
            let joined = after.joined(&open.plan.literals, (&own, &before));
            for line in context_lines((open, tokens.context()), (&own, &before)).into_iter().chain(joined) {
                lines.entry(line).or_default().insert(*month);
            }
        }
    }
    let lines = lines.into_iter().map(|(line, months)| format!("{line} ({})", spans(&months)));
    let unread = history
        .unread
        .iter()
        .filter(|unread| whose.is(&unread.by) && unread.id != open.request.document.id)
        .filter(|unread| unread.concerns(&open.request.document.deposits))
        .map(|unread| {
            format!("request {} cannot be read, and what it opens is not counted: {}", unread.id, unread.why)
        });
    lines.chain(unread).collect()
}

/// Context keys open the neighbours of every row opened in their month, under whatever request.
fn context_lines((open, near): (&OpenRequest, usize), (own, before): (&Closure, &Closure)) -> Vec<String> {
    let asked = usize::from(open.request.document.context);
    let mut lines = Vec::new();
    if near > asked && !own.is_empty() {
        lines.push(format!(
            "{near} message(s) before and after each that this request opens: context was given before"
        ));
    }
    if asked > near && !before.is_empty() {
        lines.push(format!("{asked} message(s) before and after each that earlier requests open"));
    }
    lines
}

/// Months as spans: `2020-03 to 2020-06, 2021-01`.
pub fn spans(months: &BTreeSet<Month>) -> String {
    let mut spans: Vec<(Month, Month)> = Vec::new();
    for month in months {
        match spans.last_mut() {
            Some((_, last)) if last.next() == *month => *last = *month,
            _ => spans.push((*month, *month)),
        }
    }
    let shown = spans.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}
