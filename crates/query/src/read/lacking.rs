//! What a search cannot answer for want of a token: it is told, never passed over.

use std::collections::BTreeMap;

use blackbox_format::term::Literal;
use blackbox_token::function::Part;

use super::{Month, Run};
use crate::{answer::Unanswered, plan::Clause};

impl Run<'_> {
    /// Hits without the neighbours that were approved, because custodians disagree about them.
    pub(super) fn withheld_context(&mut self, month: Month<'_>) {
        for item in self.job.plan.literals.len()..self.job.ask.items.len() {
            if self.job.tokens.withheld(item, (month.range, month.month)).is_some() {
                let literal = self.job.ask.items[item].literal.clone();
                self.lacks(&[&literal], month);
            }
        }
    }

    /// The literals of a clause of which a token is not there in this month: too few custodians approved
    /// them, or nobody knows whose answer is right.
    pub(super) fn lacking<'c>(&self, clause: &'c Clause, month: Month<'_>) -> Vec<&'c Literal> {
        let tested = clause.tests.iter().flatten().chain(&clause.nots);
        let needs = (clause.find.iter().map(|literal| (literal, &[Part::Count, Part::Find][..])))
            .chain(clause.open.iter().map(|literal| (literal, &[Part::Test, Part::Open][..])))
            .chain(tested.map(|literal| (literal, &[Part::Test][..])));
        let lacks = |(literal, parts): &(&Literal, &[Part])| {
            let item = self.item(literal);
            item.is_none_or(|item| parts.iter().any(|part| month.token(item, *part).is_none()))
        };
        let mut literals: Vec<&Literal> = needs.filter(lacks).map(|(literal, _)| literal).collect();
        literals.dedup();
        literals
    }

    pub(super) fn is_withheld(&self, literal: &Literal, month: Month<'_>) -> bool {
        let withheld = |item| self.job.tokens.withheld(item, (month.range, month.month)).is_some();
        self.item(literal).is_some_and(withheld)
    }

    /// Whether a clause finds some of its rows although custodians disagree about `lacking`: in each of its
    /// groups a literal is left. What it misses is told as unanswered.
    pub(super) fn is_usable(&self, (clause, lacking): (&Clause, &[&Literal]), month: Month<'_>) -> bool {
        let holds = |literal: &Literal, parts: &[Part]| {
            let item = self.item(literal);
            item.is_some_and(|item| parts.iter().all(|part| month.token(item, *part).is_some()))
        };
        let any = |group: &[Literal], parts: &[Part]| group.iter().any(|literal| holds(literal, parts));
        lacking.iter().all(|literal| self.is_withheld(literal, month))
            && any(&clause.find, &[Part::Count, Part::Find])
            && any(&clause.open, &[Part::Test, Part::Open])
            && clause.tests.iter().all(|group| any(group, &[Part::Test]))
    }

    pub(super) fn lacks(&mut self, literals: &[&Literal], month: Month<'_>) {
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for literal in literals {
            let item = self.job.ask.items.iter().position(|item| item.literal == **literal);
            let withheld = item.and_then(|item| self.job.tokens.withheld(item, (month.range, month.month)));
            let unapproved = || format!("not approved by {} custodians", self.job.needed);
            let reason = withheld.map_or_else(unapproved, str::to_owned);
            reasons.entry(reason).or_default().push(literal.to_string());
        }
        for (reason, literals) in reasons {
            let entry = Unanswered { literals, epoch: month.month.to_string(), reason, count: 0 };
            if !self.found.unanswered.contains(&entry) {
                self.found.unanswered.push(entry);
            }
        }
    }
}
