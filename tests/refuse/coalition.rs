//! Fewer custodians than are needed, with all their files and the whole archive.

use blackbox_format::{
    month::Month,
    term::{Field, Literal},
    threshold::Subset,
};
use blackbox_store::Table;
use blackbox_token::{
    Secret,
    entry::{Counter, Posting},
    function::{Kind, MonthKey, Part, Scope, xor},
};

use crate::support::{
    history::{Generated, RARE},
    sealed::{DEPOSIT, ORIGIN, Sealed},
};

const AT: Posting = Posting { segment: 0, number: 0 };

/// Whether a count token made of `sum` finds the first posting of [`RARE`].
fn finds(finder: &Table<'_>, sum: &Secret<32>) -> bool {
    finder.find(&Counter::new(&Part::Count.of(sum)).label(AT)).unwrap().is_some()
}

/// What each of `keys` answers for [`RARE`] in `month`.
fn answers(keys: &[(Subset, Secret<32>)], month: Month) -> Vec<Secret<32>> {
    let scope = Scope { origin: ORIGIN, deposit: DEPOSIT };
    let input = scope.input(Kind::Seek, month, &Literal::new(Field::Word, RARE));
    keys.iter().map(|(_, key)| MonthKey::new(key, month).answer(&input)).collect()
}

/// All groups of `size` of the numbers below `count`.
fn groups(count: usize, size: usize) -> Vec<Vec<usize>> {
    let all = (0..1usize << count).filter(|bits| bits.count_ones() as usize == size);
    all.map(|bits| (0..count).filter(|number| bits >> number & 1 == 1).collect()).collect()
}

fn assert_one_short_opens_nothing(needed: usize, custodians: usize) {
    let history = Generated { count: 600, words: 6, seed: 3 };
    let sealed = Sealed::new((needed, custodians), &history, 1 << 17);
    let finder = sealed.table(0, "finder");
    let month: Month = "2023-02".parse().unwrap();
    for who in groups(custodians, needed - 1) {
        let held = sealed.keys_of(&who);
        let lacking: Vec<Subset> = (sealed.threshold.subsets().into_iter())
            .filter(|subset| !held.iter().any(|(other, _)| other == subset))
            .collect();
        assert_eq!(lacking.len(), 1, "{who:?} lack the key of all others, and no more");
        assert!(who.iter().all(|number| !lacking[0].contains(*number)));
        let parts = answers(&held, month);
        // The XOR of all that they can compute, and of every choice of it.
        for choice in 0..1usize << parts.len() {
            let chosen = parts.iter().enumerate().filter(|(number, _)| choice >> number & 1 == 1);
            let sum = chosen.fold(Secret::new([0; 32]), |sum, (_, part)| xor(&sum, part));
            assert!(!finds(&finder, &sum), "custodians {who:?} alone find something");
        }
    }
    for who in groups(custodians, needed) {
        let parts = answers(&sealed.keys_of(&who), month);
        assert_eq!(parts.len(), sealed.threshold.subsets().len());
        let sum = parts.iter().fold(Secret::new([0; 32]), |sum, part| xor(&sum, part));
        assert!(finds(&finder, &sum), "custodians {who:?} find what is there");
    }
}

#[test]
fn any_one_of_two_needed_custodians_opens_nothing() {
    assert_one_short_opens_nothing(2, 3);
}

#[test]
fn any_two_of_three_needed_custodians_open_nothing() {
    assert_one_short_opens_nothing(3, 5);
}
