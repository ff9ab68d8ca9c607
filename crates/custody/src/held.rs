//! All tokens ever given: a token is held once k custodians have answered it, under whatever requests.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{month::Month, term::Literal};
use blackbox_log::Kind;
use blackbox_query::plan::{Closure, Roles};

use crate::{
    approve::{OpenRequest, open_request},
    archive::Archive,
    error::Error,
    identity::Identity,
    ledger::Ledger,
};

/// Whose tokens are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// One examiner's.
    Examiner(&'a str),
    /// All examiners', as if they pooled them.
    Everyone,
}

/// Answers from which on a token counts here as given: one. The others may follow, and nobody would
/// look at both requests together again.
const SUSPECTED: usize = 1;

type Place<'a> = (&'a str, Month);

/// An earlier request, with the items that each custodian approved.
type Earlier = (OpenRequest, Vec<(Vec<usize>, usize)>);

/// Tokens by deposit, month, literal and role: which custodians answered.
#[derive(Default)]
struct Answered<'a> {
    roles: BTreeMap<Place<'a>, BTreeMap<&'a Literal, BTreeMap<Roles, u16>>>,
    /// Context distances, as numbers of slots.
    context: BTreeMap<Place<'a>, BTreeMap<usize, u16>>,
}

impl<'a> Answered<'a> {
    fn add(&mut self, open: &'a OpenRequest, items: &[usize], custodian: usize) {
        for range in &open.ask.ranges {
            for month in &range.months {
                let literals = self.roles.entry((&range.deposit, *month)).or_default();
                for slot in items.iter().filter_map(|item| item.checked_sub(open.plan.literals.len())) {
                    let context = self.context.entry((&range.deposit, *month)).or_default();
                    *context.entry(slot).or_default() |= 1 << custodian;
                }
                for (literal, roles) in items.iter().filter_map(|item| open.plan.literals.get(*item)) {
                    for role in roles.iter() {
                        *literals.entry(literal).or_default().entry(role.into()).or_default() |=
                            1 << custodian;
                    }
                }
            }
        }
    }

    fn held(&self, place: &Place<'a>, needed: usize) -> Vec<(Literal, Roles)> {
        let mut held = Vec::new();
        for (literal, roles) in self.roles.get(place).into_iter().flatten() {
            let enough = roles.iter().filter(|(_, custodians)| custodians.count_ones() as usize >= needed);
            let sum = enough.fold(Roles::NONE, |sum, (role, _)| sum.with(*role));
            held.push(((*literal).clone(), sum));
        }
        held
    }

    /// How many neighbours on each side are open already, for whatever row is opened.
    fn context(&self, place: &Place<'a>, needed: usize) -> usize {
        let slots = self.context.get(place).into_iter().flatten();
        let enough = slots.filter(|(_, custodians)| custodians.count_ones() as usize >= needed);
        enough.map(|(slot, _)| slot / 2 + 1).max().unwrap_or(0)
    }
}

/// What the tokens of `open`, once given, would open together with those given before, beyond what
/// either opens alone. `identity` is a custodian's or an auditor's: it reads the earlier requests.
///
/// # Errors
/// An earlier request or approval is damaged.
pub fn together(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (open, identity): (&OpenRequest, &Identity),
    whose: Whose<'_>,
) -> Result<Vec<String>, Error> {
    let (mut earlier, mut unread): (Vec<Earlier>, Vec<String>) = (Vec::new(), Vec::new());
    for logged in ledger.of_kind(Kind::Request) {
        let of = whose == Whose::Everyone || whose == Whose::Examiner(&logged.leaf.by);
        if !of || logged.leaf.subject == open.request.document.id {
            continue;
        }
        let approvals = ledger.approvals(archive, &logged.leaf.subject)?;
        if !approvals.is_empty() {
            let given =
                approvals.into_iter().map(|approval| (approval.document.items, approval.document.number));
            match open_request(archive, ledger, identity, &logged.leaf.subject) {
                Ok(open) => earlier.push((open, given.collect())),
                Err(error) => unread.push(format!(
                    "request {} cannot be read, and what it opens is not counted: {error}",
                    logged.leaf.subject
                )),
            }
        }
    }
    let mut answered = Answered::default();
    for (request, approvals) in &earlier {
        approvals.iter().for_each(|(items, custodian)| answered.add(request, items, *custodian));
    }
    let mut lines: BTreeMap<String, BTreeSet<Month>> = BTreeMap::new();
    let own = Closure::of(&open.plan.literals);
    for range in &open.ask.ranges {
        for month in &range.months {
            let held = answered.held(&(range.deposit.as_str(), *month), SUSPECTED);
            let before = Closure::of(&held);
            let after = Closure::of(&[held, open.plan.literals.clone()].concat());
            let place = (range.deposit.as_str(), *month);
            let near = answered.context(&place, SUSPECTED);
            for line in context_lines((open, near), (&own, &before)) {
                lines.entry(line).or_default().insert(*month);
            }
            for line in after.minus_all(&[&own, &before]) {
                lines.entry(line).or_default().insert(*month);
            }
        }
    }
    let lines = lines.into_iter().map(|(line, months)| format!("{line} ({})", spans(&months)));
    let lines = lines.chain(unread).collect();
    Ok(lines)
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
