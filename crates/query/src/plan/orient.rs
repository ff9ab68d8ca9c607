//! Which conjunct of each clause finds and which opens, so that least is opened beyond the query.
//!
//! The roles of a literal are the union over all clauses, and whatever finds meets whatever opens.
//! So clauses are not chosen one by one: `(a AND b) OR (b AND c)` finds by `a` and `c`, or by `b`
//! twice; a `b` that finds here and opens there would open every message that has it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use blackbox_format::term::{Field, Literal};

use super::{
    Counts, Finding, PlanError, Rules,
    bits::Bits,
    clause::{Choice, Conjunct, Need, Shape},
};

/// Finders, and openers for each, that are weighed in a clause: the best by rank.
const WEIGHED: usize = 6;
/// Combinations of choices up to which all are tried.
const COMBINATIONS: usize = 4_096;
/// Work, in words of 64 pairs, up to which all combinations are tried.
const WORK: usize = 2_000_000;
/// Rounds of improvement where not all combinations are tried.
const ROUNDS: usize = 4;

/// A choice and its place in the order of preference: 0 is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ranked {
    choice: Choice,
    finder: usize,
    opener: usize,
}

/// What the tokens open beyond what the clauses ask: every message with a literal, then with a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Surplus {
    singles: usize,
    pairs: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    surplus: Surplus,
    finders: usize,
    literals: usize,
    opened: usize,
    openers: usize,
}

/// The choices to weigh in each clause. Where a conjunct that may find has one of the literals given,
/// only such conjuncts find; of others, those that are known to be rare come first.
pub(super) fn options(
    shapes: &[Shape],
    finding: Finding<'_>,
    wishes: (&BTreeSet<&Literal>, &Counts),
) -> Result<Vec<Vec<Ranked>>, PlanError> {
    let others = shapes.len().saturating_sub(1);
    shapes.iter().map(|shape| clause_options((shape, others), finding, wishes)).collect()
}

/// Whether each of `choices` finds as one of `options` does.
pub(super) fn allows(options: &[Vec<Ranked>], choices: &[Choice]) -> bool {
    let found = |(options, choice): (&Vec<Ranked>, &Choice)| {
        options.iter().any(|option| option.choice.find == choice.find)
    };
    options.iter().zip(choices).all(found)
}

fn clause_options(
    (shape, others): (&Shape, usize),
    finding: Finding<'_>,
    (prefer, counts): (&BTreeSet<&Literal>, &Counts),
) -> Result<Vec<Ranked>, PlanError> {
    let (conjuncts, rules) = (&shape.conjuncts, finding.rules);
    let able = |index: &usize| conjuncts[*index].group.iter().all(|literal| finding.may_find(literal));
    let mut finders: Vec<usize> = (0..conjuncts.len()).filter(able).collect();
    if finders.is_empty() {
        return Err(PlanError::nothing_finds((shape, others), rules));
    }
    let preferred = |index: &usize| conjuncts[*index].group.iter().any(|literal| prefer.contains(literal));
    if finders.iter().any(preferred) {
        finders.retain(preferred);
    }
    let known = |index: usize| known(&conjuncts[index], counts);
    finders.sort_by_key(|index| {
        let (ordered, place, length) = finder_rank(&conjuncts[*index], rules);
        (ordered, known(*index), place, length, *index)
    });
    let mut openers: Vec<usize> = (0..conjuncts.len()).collect();
    openers.sort_by_key(|index| (known(*index), opener_rank(&conjuncts[*index], rules), *index));
    let alone = conjuncts.len() == 1;
    let pairs = finders.iter().take(WEIGHED).enumerate().flat_map(|(finder, find)| {
        let others = openers.iter().filter(move |open| alone || *open != find).take(WEIGHED).enumerate();
        others.map(move |(opener, open)| Ranked {
            choice: Choice { find: *find, open: *open },
            finder,
            opener,
        })
    });
    Ok(pairs.collect())
}

/// How many messages at most have one of the group, where that is known of all; what is not comes last.
fn known(conjunct: &Conjunct, counts: &Counts) -> (bool, u64) {
    let sum: Option<u64> = conjunct.group.iter().map(|literal| counts.get(literal).copied()).sum();
    (sum.is_none(), sum.unwrap_or_default())
}

/// What the rules let find does so best, whoever else may; then a digest, then a file name, then the
/// group whose shortest word is longest.
fn finder_rank(conjunct: &Conjunct, rules: &Rules) -> (bool, usize, Reverse<usize>) {
    let ordered = !conjunct.group.iter().all(|literal| rules.may_find(literal));
    let place = |literal: &Literal| match literal.field {
        Field::Sha256 => 0,
        Field::File => 1,
        Field::Word => 2,
        _ => 3,
    };
    (ordered, conjunct.group.iter().map(place).max().unwrap_or(0), Reverse(shortest(conjunct)))
}

/// What is not common opens best, then what has few alternatives, then what is uncommon enough to
/// find, then the longest.
fn opener_rank(conjunct: &Conjunct, rules: &Rules) -> (bool, usize, bool, Reverse<usize>) {
    let common = conjunct.group.iter().any(|literal| rules.is_common(literal));
    let narrows = !conjunct.group.iter().all(|literal| rules.may_find(literal));
    (common, conjunct.group.len(), narrows, Reverse(shortest(conjunct)))
}

/// Characters of the group's shortest term.
fn shortest(conjunct: &Conjunct) -> usize {
    conjunct.group.iter().map(|literal| literal.term.chars().count()).min().unwrap_or(0)
}

/// The clauses with their literals as numbers, to weigh choices fast.
pub(super) struct Board {
    /// For each clause, its conjuncts.
    clauses: Vec<Vec<Numbered>>,
    literals: usize,
    /// For each literal, the literals with which a clause asks for it; itself if alone.
    asked: Vec<Bits>,
}

struct Numbered {
    group: Bits,
    need: Need,
}

impl Board {
    pub(super) fn new(shapes: &[Shape]) -> Board {
        let all = shapes.iter().flat_map(|shape| &shape.conjuncts).flat_map(|conjunct| &conjunct.group);
        let distinct: BTreeSet<&Literal> = all.collect();
        let literals = distinct.len();
        let numbers: BTreeMap<&Literal, usize> = distinct.into_iter().zip(0..).collect();
        let number = |conjunct: &Conjunct| {
            let mut group = Bits::new(literals);
            conjunct.group.iter().for_each(|literal| group.insert(numbers[literal]));
            Numbered { group, need: conjunct.need }
        };
        let clauses = shapes.iter().map(|shape| shape.conjuncts.iter().map(number).collect()).collect();
        Board { clauses, literals, asked: vec![Bits::new(literals); literals] }
    }

    /// Of the `options` for each clause those that cost least, and their surplus.
    pub(super) fn least(&mut self, options: &[Vec<Ranked>]) -> (Vec<Choice>, Surplus) {
        let picks = match self.can_try_all(options) {
            true => self.try_all(options),
            false => self.improve(options),
        };
        let surplus = self.cost(&picks).surplus;
        (picks.into_iter().flatten().map(|pick| pick.choice).collect(), surplus)
    }

    /// What `choices` open beyond what they ask.
    pub(super) fn surplus(&mut self, choices: &[Choice]) -> Surplus {
        let pick = |choice: &Choice| Some(Ranked { choice: *choice, finder: 0, opener: 0 });
        self.cost(&choices.iter().map(pick).collect::<Vec<_>>()).surplus
    }

    fn can_try_all(&self, options: &[Vec<Ranked>]) -> bool {
        let work = self.literals * self.literals.div_ceil(64);
        let combinations = options.iter().try_fold(1_usize, |product, clause| {
            product.checked_mul(clause.len()).filter(|product| *product <= COMBINATIONS)
        });
        combinations.is_some_and(|combinations| combinations * work <= WORK)
    }

    fn try_all(&mut self, options: &[Vec<Ranked>]) -> Vec<Option<Ranked>> {
        let mut at = vec![0; options.len()];
        let mut best: Option<(Cost, Vec<Option<Ranked>>)> = None;
        loop {
            let picks: Vec<_> = options.iter().zip(&at).map(|(clause, at)| Some(clause[*at])).collect();
            let cost = self.cost(&picks);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, picks));
            }
            let Some(turn) = (0..at.len()).rev().find(|clause| at[*clause] + 1 < options[*clause].len())
            else {
                return best.map(|(_, picks)| picks).unwrap_or_default();
            };
            at[turn] += 1;
            at[turn + 1..].fill(0);
        }
    }

    /// One clause after the other, neighbours first, then again while that helps.
    fn improve(&mut self, options: &[Vec<Ranked>]) -> Vec<Option<Ranked>> {
        let mut picks = vec![None; options.len()];
        for clause in self.neighbours_first() {
            self.pick(&mut picks, clause, &options[clause]);
        }
        for _ in 0..ROUNDS {
            let before = self.cost(&picks);
            (0..options.len()).for_each(|clause| self.pick(&mut picks, clause, &options[clause]));
            if self.cost(&picks) >= before {
                break;
            }
        }
        picks
    }

    /// Puts the cheapest of `options` in the place of `clause`.
    fn pick(&mut self, picks: &mut [Option<Ranked>], clause: usize, options: &[Ranked]) {
        let mut best: Option<(Cost, Ranked)> = None;
        for option in options {
            picks[clause] = Some(*option);
            let cost = self.cost(picks);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, *option));
            }
        }
        picks[clause] = best.map(|(_, option)| option);
    }

    /// The clauses, each where possible after one with which it shares a literal.
    fn neighbours_first(&self) -> Vec<usize> {
        let whole = |clause: &Vec<Numbered>| {
            let mut all = Bits::new(self.literals);
            clause.iter().for_each(|conjunct| all.add(&conjunct.group));
            all
        };
        let sets: Vec<Bits> = self.clauses.iter().map(whole).collect();
        let mut left: Vec<usize> = (0..sets.len()).collect();
        let (mut order, mut placed) = (Vec::with_capacity(left.len()), Bits::new(self.literals));
        while !left.is_empty() {
            let next = left.iter().position(|clause| sets[*clause].meets(&placed)).unwrap_or(0);
            let clause = left.remove(next);
            placed.add(&sets[clause]);
            order.push(clause);
        }
        order
    }

    fn cost(&mut self, picks: &[Option<Ranked>]) -> Cost {
        self.asked.iter_mut().for_each(Bits::clear);
        let (mut finds, mut opens) = (Bits::new(self.literals), Bits::new(self.literals));
        let mut held = Bits::new(self.literals);
        for (clause, pick) in self.clauses.iter().zip(picks) {
            let Some(Ranked { choice, .. }) = pick else { continue };
            let (find, open) = (&clause[choice.find].group, &clause[choice.open].group);
            finds.add(find);
            opens.add(open);
            find.iter().for_each(|literal| self.asked[literal].add(open));
            open.iter().for_each(|literal| self.asked[literal].add(find));
            let tested = clause.iter().filter(|conjunct| conjunct.need == Need::Test);
            tested.for_each(|conjunct| held.add(&conjunct.group));
        }
        held.add(&finds);
        held.add(&opens);
        let both = finds.and(&opens);
        let (finders, openers) = (finds.minus(&both), opens.minus(&both));
        let singles = both.iter().filter(|literal| !self.asked[*literal].has(*literal)).count();
        let pairs = finders.iter().map(|finder| openers.len_minus(&self.asked[finder])).sum();
        Cost {
            surplus: Surplus { singles, pairs },
            finders: picks.iter().flatten().map(|pick| pick.finder).sum(),
            literals: held.len(),
            opened: both.len() + finders.len() * openers.len(),
            openers: picks.iter().flatten().map(|pick| pick.opener).sum(),
        }
    }
}
