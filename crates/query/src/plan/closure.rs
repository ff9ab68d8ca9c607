//! The closure of a set of tokens: every message that they could open, whatever the client does.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::term::{Field, Literal};

use super::{Plan, Role, Roles, words};

/// Every message that a set of tokens of one month opens: those with a single literal that both
/// finds and opens, and those with one that finds and another that opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closure {
    /// Each opens every message that has it.
    singles: BTreeSet<Literal>,
    /// These only find,
    finders: BTreeSet<Literal>,
    /// and meet these, which only open.
    openers: BTreeSet<Literal>,
}

impl Closure {
    /// The closure of tokens for these literals and roles. A literal may be there several times:
    /// its roles add up, as tokens from several requests do.
    pub fn of(literals: &[(Literal, Roles)]) -> Closure {
        let mut held: BTreeMap<&Literal, Roles> = BTreeMap::new();
        for (literal, roles) in literals.iter().filter(|(literal, _)| literal.field != Field::Context) {
            let sum = held.entry(literal).or_default();
            *sum = sum.with(*roles);
        }
        let mut closure = Closure::default();
        for (literal, roles) in held {
            let opens = roles.has(Role::Test) && roles.has(Role::Open);
            let set = match (roles.has(Role::Find), opens) {
                (true, true) => &mut closure.singles,
                (true, false) => &mut closure.finders,
                (false, true) => &mut closure.openers,
                (false, false) => continue,
            };
            set.insert(literal.clone());
        }
        closure
    }

    /// Whether nothing can be opened.
    pub fn is_empty(&self) -> bool {
        self.singles.is_empty() && (self.finders.is_empty() || self.openers.is_empty())
    }

    /// The literals each of which opens every message that has it.
    pub fn singles(&self) -> &BTreeSet<Literal> {
        &self.singles
    }

    /// The pairs of which a message must have both, finder first; none with a single literal.
    pub fn pairs(&self) -> impl Iterator<Item = (&Literal, &Literal)> {
        self.finders.iter().flat_map(|finder| self.openers.iter().map(move |opener| (finder, opener)))
    }

    /// The literals through which rows are opened: every row opened has one of them.
    pub fn finding(&self) -> impl Iterator<Item = &Literal> {
        let finders = if self.openers.is_empty() { None } else { Some(&self.finders) };
        self.singles.iter().chain(finders.into_iter().flatten())
    }

    /// Whether a message with these literals is opened.
    pub fn opens(&self, message: &BTreeSet<Literal>) -> bool {
        let any = |set: &BTreeSet<Literal>| set.iter().any(|literal| message.contains(literal));
        any(&self.singles) || any(&self.finders) && any(&self.openers)
    }

    /// The closure in plain words, such as `every message that contains greensill and was sent by
    /// "david cameron"`. Without any line, nothing can be opened.
    pub fn lines(&self) -> Vec<String> {
        self.beyond(|_, _| false)
    }

    /// What this closure opens that `other` does not, in plain words.
    pub fn minus(&self, other: &Closure) -> Vec<String> {
        self.beyond(|one, two| other.covers(one, two))
    }

    /// What this closure, of the tokens of `before` and those for `added`, opens that neither does alone, in
    /// plain words. `own` is the closure of `added`. Takes as long as there are literals in `before` for each
    /// of `added`, not for each other.
    pub fn joined(&self, added: &[(Literal, Roles)], (own, before): (&Closure, &Closure)) -> Vec<String> {
        let added: BTreeSet<&Literal> = added.iter().map(|(literal, _)| literal).collect();
        let mine: Vec<&Literal> = self.openers.iter().filter(|opener| added.contains(opener)).collect();
        let all: Vec<&Literal> = self.openers.iter().collect();
        // Two literals that `added` does not have are opened together by `before`, or not at all.
        let openers = |finder: &Literal| if added.contains(finder) { &all[..] } else { &mine[..] };
        self.with_openers(openers, |one, two| own.covers(one, two) || before.covers(one, two))
    }

    /// What this closure opens beyond what the clauses of `plan` ask, in plain words.
    pub fn surplus(&self, plan: &Plan) -> Vec<String> {
        let asked = Asked::of(plan);
        self.beyond(|one, two| asked.covers(one, two))
    }

    /// Whether every message with both literals is opened.
    fn covers(&self, one: &Literal, two: &Literal) -> bool {
        let crosses = |a, b| self.finders.contains(a) && self.openers.contains(b);
        self.singles.contains(one) || self.singles.contains(two) || crosses(one, two) || crosses(two, one)
    }

    fn beyond(&self, covered: impl Fn(&Literal, &Literal) -> bool) -> Vec<String> {
        let all: Vec<&Literal> = self.openers.iter().collect();
        self.with_openers(|_| &all[..], covered)
    }

    /// As lines, what is not `covered`: of the openers only those that `openers` names for a finder.
    fn with_openers<'s>(
        &'s self,
        openers: impl Fn(&Literal) -> &'s [&'s Literal],
        covered: impl Fn(&Literal, &Literal) -> bool,
    ) -> Vec<String> {
        let singles = self.singles.iter().filter(|literal| !covered(literal, literal)).collect();
        let mut sides: BTreeMap<Vec<&Literal>, Vec<&Literal>> = BTreeMap::new();
        for finder in &self.finders {
            let openers: Vec<&Literal> =
                openers(finder).iter().filter(|opener| !covered(finder, opener)).copied().collect();
            if !openers.is_empty() {
                sides.entry(openers).or_default().push(finder);
            }
        }
        let mut lines = words::every(singles);
        lines.extend(sides.iter().map(|(openers, finders)| words::every_pair(finders, openers)));
        lines
    }
}

/// What the clauses of a plan ask to open.
struct Asked<'a> {
    singles: BTreeSet<&'a Literal>,
    /// The lesser literal first.
    pairs: BTreeSet<(&'a Literal, &'a Literal)>,
}

impl<'a> Asked<'a> {
    fn of(plan: &'a Plan) -> Asked<'a> {
        let mut asked = Asked { singles: BTreeSet::new(), pairs: BTreeSet::new() };
        for clause in &plan.clauses {
            if clause.find == clause.open {
                asked.singles.extend(&clause.find);
                continue;
            }
            for finder in &clause.find {
                for opener in &clause.open {
                    asked.add(finder, opener);
                }
            }
        }
        asked
    }

    fn add(&mut self, one: &'a Literal, two: &'a Literal) {
        if one == two {
            self.singles.insert(one);
        } else {
            self.pairs.insert((one.min(two), one.max(two)));
        }
    }

    fn covers(&self, one: &Literal, two: &Literal) -> bool {
        self.singles.contains(one)
            || self.singles.contains(two)
            || self.pairs.contains(&(one.min(two), one.max(two)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closure(literals: &[(&str, &str)]) -> Closure {
        let read = |(literal, roles): &(&str, &str)| (literal.parse().unwrap(), roles.parse().unwrap());
        Closure::of(&literals.iter().map(read).collect::<Vec<_>>())
    }

    #[test]
    fn a_closure_reads_as_a_sentence() {
        let lines = |literals: &[(&str, &str)]| closure(literals).lines();
        assert_eq!(
            lines(&[("word:greensill", "count,find"), ("from:david cameron", "test,open")]),
            ["every message that contains greensill and was sent by \"david cameron\""]
        );
        assert_eq!(lines(&[("word:loan", "count,find,test,open")]), ["every message that contains loan"]);
        assert_eq!(
            lines(&[
                ("word:a", "count,find"),
                ("word:b", "count,find"),
                ("from:c", "test,open"),
                ("chat:d", "test,open"),
                ("word:e", "test"),
            ]),
            ["every message that contains any of a, b and (was sent by c or is in the chat d)"]
        );
        assert_eq!(lines(&[("drill:drill", "count,find,test,open")]), ["the dummy rows of drills"]);
    }

    #[test]
    fn half_a_pair_opens_nothing() {
        for half in
            [[("word:a", "count,find"), ("word:b", "test")], [("word:a", "test,open"), ("word:b", "count")]]
        {
            assert!(closure(&half).is_empty() && closure(&half).lines().is_empty());
        }
    }

    #[test]
    fn roles_from_several_requests_add_up() {
        let before = [("word:a", "count,find"), ("word:b", "test,open")];
        let after = [&before[..], &[("word:b", "count,find"), ("word:c", "test,open")]].concat();
        assert_eq!(
            closure(&after).minus(&closure(&before)),
            ["every message that contains b", "every message that contains a and contains c"]
        );
        assert!(closure(&before).minus(&closure(&after)).is_empty());
    }

    #[test]
    fn what_tokens_open_together_is_what_neither_part_opens() {
        let sets = [
            ("word:a", "count,find"),
            ("word:b", "test,open"),
            ("word:c", "count,find"),
            ("from:d", "test,open"),
            ("word:e", "count,find,test,open"),
            ("word:b", "count,find"),
            ("word:a", "test,open"),
        ];
        for split in 0..sets.len() {
            for (before, added) in [
                (&sets[..split], &sets[split..]),
                (&sets[split..], &sets[..split]),
                (&sets[..], &sets[split..]),
            ] {
                let read =
                    |(literal, roles): &(&str, &str)| (literal.parse().unwrap(), roles.parse().unwrap());
                let literals: Vec<(Literal, Roles)> = added.iter().map(read).collect();
                let (own, held) = (closure(added), closure(before));
                let after = closure(&[before, added].concat());
                let plain = after.beyond(|one, two| own.covers(one, two) || held.covers(one, two));
                assert_eq!(after.joined(&literals, (&own, &held)), plain, "{before:?} {added:?}");
            }
        }
    }

    #[test]
    fn every_row_opened_has_a_finding_literal() {
        let finding = |literals: &[(&str, &str)]| -> Vec<String> {
            closure(literals).finding().map(Literal::to_string).collect()
        };
        assert_eq!(finding(&[("word:a", "count,find"), ("word:b", "test,open")]), ["word:a"]);
        assert_eq!(finding(&[("word:a", "count,find"), ("word:b", "test")]), [""; 0]);
        assert_eq!(finding(&[("word:a", "count,find"), ("word:c", "count,find,test,open")]), ["word:c"]);
    }

    #[test]
    fn a_pair_is_the_same_in_either_order() {
        let one = closure(&[("word:a", "count,find"), ("word:b", "test,open")]);
        let two = closure(&[("word:b", "count,find"), ("word:a", "test,open")]);
        assert!(one.minus(&two).is_empty());
    }

    #[test]
    fn a_name_cannot_pose_as_two_conditions() {
        let closure = closure(&[("word:a", "count,find"), ("from:x and contains rare", "test,open")]);
        assert_eq!(
            closure.lines(),
            ["every message that contains a and was sent by \"x and contains rare\""]
        );
    }
}
