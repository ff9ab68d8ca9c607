//! What a board can tell of liars: the honest always form a set, and tokens that rest on more equal
//! answers than there are liars are right.

use blackbox_format::{
    fields::Hex,
    term::{Field, Literal},
    threshold::Threshold,
};

use super::*;
use crate::{
    ask::{Item, Range},
    combine::combine,
    custody::{CustodyKeys, HeldKey},
};

struct Setting {
    ask: Ask,
    custody: Vec<CustodyKeys>,
}

fn setting(k: usize, n: usize) -> Setting {
    let threshold = Threshold::new(k, n).unwrap();
    let keys: Vec<_> =
        threshold.subsets().into_iter().map(|subset| HeldKey { subset, key: Secret::random() }).collect();
    let hold = |custodian| CustodyKeys {
        origin: "o".into(),
        archive: Hex([0; 32]),
        deposit: "d".into(),
        compartment: "main".into(),
        custodian,
        threshold,
        keys: keys.iter().filter(|held| held.subset.contains(custodian)).cloned().collect(),
        exceptional: None,
    };
    let item = |word, parts| Item { literal: Literal::new(Field::Word, word), parts };
    let ask = Ask {
        origin: "o".into(),
        ranges: vec![Range { deposit: "d".into(), threshold, months: vec!["2020-01".parse().unwrap()] }],
        items: vec![item("a", vec![Part::Count, Part::Find]), item("b", vec![Part::Test])],
    };
    Setting { ask, custody: (0..n).map(hold).collect() }
}

impl Setting {
    fn answers(&self, who: Group) -> Vec<Answers> {
        let who = (0..self.custody.len()).filter(|custodian| who.contains(*custodian));
        who.map(|custodian| self.ask.answer(&[self.custody[custodian].clone()], &[0, 1]).unwrap()).collect()
    }
}

/// Numbers that are the same at every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn group(&mut self, n: usize, size: usize) -> Group {
        let mut group = Group::default();
        while group.count() < size {
            group = group.with(self.below(n));
        }
        group
    }
}

/// Changes some answers of the liars: each a way of its own, or all of them one way.
fn lie(answers: &mut [Answers], liars: Group, numbers: &mut Numbers) {
    let together = numbers.below(2) == 0;
    for given in answers.iter_mut().filter(|given| liars.contains(given.custodian)) {
        let own = if together { 0x5a } else { 1 + given.custodian as u8 };
        for token in given.items.values_mut().flatten() {
            if numbers.below(3) > 0 {
                *token = Secret::new(token.expose().map(|byte| byte ^ own));
            }
        }
    }
}

#[test]
fn whatever_liars_answer_the_honest_make_a_set_and_well_supported_tokens_are_right() {
    let mut numbers = Numbers(7);
    for round in 0..600 {
        let n = 1 + numbers.below(6);
        let k = 1 + numbers.below(n);
        let setting = setting(k, n);
        let size = k + numbers.below(n - k + 1);
        let who = numbers.group(n, size);
        let liars = numbers.group(n, numbers.0 as usize % n).and(who);
        let truth = combine(&setting.ask, &setting.answers(Group::ALL)).unwrap();
        let mut answers = setting.answers(who);
        lie(&mut answers, liars, &mut numbers);
        let board = Board::new(&setting.ask, &answers).unwrap();
        let cell = (0, setting.ask.ranges[0].months[0]);
        let sets = board.sets(cell);
        let right = |point: Point, token: &Token| {
            truth.get(point.item, 0, (point.month, point.part)).unwrap() == token
        };
        let name = format!("round {round}: {k} of {n}, {who:?} answered, {liars:?} lied");
        if who.count() - liars.count() >= k {
            let honest = (0..n).filter(|one| who.contains(*one) && !liars.contains(*one));
            let honest = honest.fold(Group::default(), Group::with);
            let with = sets.iter().filter(|set| set.and(honest) == honest);
            let all = |set: &&Group| {
                board.points().all(|point| {
                    let group = if board.is_disputed(point) { **set } else { Group::ALL };
                    right(point, &board.token(point, group).unwrap().0)
                })
            };
            assert!(with.clone().any(|set| all(&set)), "{name}");
        }
        for point in board.points() {
            let groups = if board.is_disputed(point) { &sets[..] } else { &[Group::ALL] };
            for (token, fewest) in groups.iter().filter_map(|group| board.token(point, *group)) {
                assert!(fewest <= liars.count() || right(point, &token), "{name}: silently wrong");
            }
        }
    }
}

#[test]
fn all_disagreements_are_listed_and_only_those() {
    let setting = setting(2, 3);
    let mut answers = setting.answers(Group::ALL);
    assert_eq!(Board::new(&setting.ask, &answers).unwrap().conflicts().count(), 0);
    for token in answers[2].items.values_mut().flatten() {
        *token = Secret::random();
    }
    let board = Board::new(&setting.ask, &answers).unwrap();
    let found: Vec<_> = board.conflicts().map(|one| (one.subset.to_string(), one.custodians)).collect();
    assert_eq!(found.len(), 3 * 2, "three tokens, two shared keys");
    assert!(found.iter().all(|one| *one == ("0,2".into(), (0, 2)) || *one == ("1,2".into(), (1, 2))));
    assert_eq!(board.sets((0, setting.ask.ranges[0].months[0])), [Group::default().with(0).with(1)]);
}

#[test]
fn when_everybody_contradicts_everybody_no_set_is_left() {
    let setting = setting(2, 3);
    let mut answers = setting.answers(Group::ALL);
    for given in &mut answers {
        given.items.values_mut().flatten().for_each(|token| *token = Secret::random());
    }
    let board = Board::new(&setting.ask, &answers).unwrap();
    assert!(board.sets((0, setting.ask.ranges[0].months[0])).is_empty());
}
