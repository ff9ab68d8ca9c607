//! Combining custodians' answers into tokens, comparing them where they overlap.

use std::collections::HashMap;

use blackbox_format::{month::Month, term::Literal, threshold::Subset};

use crate::{
    ask::{Answers, Ask},
    board::{Board, Cell, Conflict, Group, Point},
    function::{Part, Token},
};

/// Why answers do not combine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// Custodians who hold the same key answered differently: one of them lies, or its files are damaged.
    #[error(
        "custodians {custodians:?} hold the key of {subset} and answered \"{literal}\" differently: one of them is wrong"
    )]
    Disagreement {
        /// The key.
        subset: Subset,
        /// The custodians, by number.
        custodians: (usize, usize),
        /// The literal.
        literal: Literal,
    },
    /// Answers do not have the shape of the ask.
    #[error("the answers of custodian {0} do not fit the request")]
    Shape(usize),
}

/// The tokens of a request: what `query` reads the archive with.
#[derive(Default)]
pub struct Tokens {
    tokens: HashMap<Point, Token>,
    answered: HashMap<usize, usize>,
    fewest: Option<usize>,
    withheld: HashMap<(usize, Cell), String>,
}

impl Tokens {
    /// No tokens yet of what `board` has answers to.
    pub fn of(board: &Board<'_>) -> Tokens {
        let items = 0..board.ask().items.len();
        let answered = items.map(|item| (item, board.answered(item).count())).collect();
        Tokens { answered, ..Tokens::default() }
    }

    /// The token of item `item` for the month of a deposit, if enough custodians answered it.
    pub fn get(&self, item: usize, range: usize, (month, part): (Month, Part)) -> Option<&Token> {
        self.tokens.get(&Point { range, month, item, part })
    }

    /// How many distinct custodians answered item `item`.
    pub fn answered(&self, item: usize) -> usize {
        self.answered.get(&item).copied().unwrap_or(0)
    }

    /// Adds a token. At least `fewest` custodians gave the same answer for each subset's part of it.
    pub fn insert(&mut self, point: Point, (token, fewest): (Token, usize)) {
        self.fewest = Some(self.fewest.map_or(fewest, |least| least.min(fewest)));
        self.tokens.insert(point, token);
    }

    /// Notes why a token of item `item` is not there although enough custodians answered it.
    pub fn withhold(&mut self, item: usize, cell: Cell, reason: String) {
        self.withheld.entry((item, cell)).or_insert(reason);
    }

    /// Why a token of item `item` is not there although enough custodians answered it.
    pub fn withheld(&self, item: usize, cell: Cell) -> Option<&str> {
        self.withheld.get(&(item, cell)).map(String::as_str)
    }

    /// So many lying custodians could not have made one of these tokens wrong: the fewest equal answers
    /// for any subset's part of any token, less one.
    pub fn verified_against(&self) -> usize {
        self.fewest.unwrap_or_default().saturating_sub(1)
    }
}

/// Combines `answers`, at most one a custodian, into the tokens of all items that enough of them
/// answered. Equal keys must have given equal answers; where they have not, `Board::sets` says who could
/// be right.
///
/// # Errors
/// Two custodians disagree, or answers do not have the shape of the ask.
pub fn combine(ask: &Ask, answers: &[Answers]) -> Result<Tokens, CombineError> {
    let board = Board::new(ask, answers).map_err(|(custodian, _)| CombineError::Shape(custodian))?;
    if let Some(Conflict { point, subset, custodians }) = board.conflicts().next() {
        let literal = ask.items[point.item].literal.clone();
        return Err(CombineError::Disagreement { subset, custodians, literal });
    }
    let mut tokens = Tokens::of(&board);
    for point in board.points() {
        if let Some(token) = board.token(point, Group::ALL) {
            tokens.insert(point, token);
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use blackbox_format::{
        fields::Hex,
        month::months,
        term::{Field, Literal},
        threshold::Threshold,
    };

    use super::*;
    use crate::{
        ask::{Item, Range},
        custody::{CustodyKeys, HeldKey},
        function::{MonthKey, Scope, SubsetKey, evaluate},
        secret::Secret,
    };

    struct Setting {
        ask: Ask,
        keys: Vec<SubsetKey>,
        custody: Vec<CustodyKeys>,
    }

    fn setting(k: usize, n: usize) -> Setting {
        let threshold = Threshold::new(k, n).unwrap();
        let subsets = threshold.subsets();
        let keys: Vec<SubsetKey> = subsets.iter().map(|_| Secret::random()).collect();
        let hold = |custodian| CustodyKeys {
            origin: "o".into(),
            archive: Hex([0; 32]),
            deposit: "d".into(),
            compartment: "main".into(),
            custodian,
            threshold,
            keys: (subsets.iter().zip(&keys))
                .filter(|(subset, _)| subset.contains(custodian))
                .map(|(subset, key)| HeldKey { subset: *subset, key: key.clone() })
                .collect(),
            exceptional: None,
        };
        let custody = (0..n).map(hold).collect();
        let months = months("2020-01".parse().unwrap(), "2020-02".parse().unwrap()).collect();
        let parts = vec![Part::Count, Part::Find, Part::Test, Part::Open];
        let literal = |word| Literal::new(Field::Word, word);
        let items = vec![
            Item { literal: literal("a"), parts },
            Item { literal: literal("b"), parts: vec![Part::Count] },
        ];
        let ask =
            Ask { origin: "o".into(), ranges: vec![Range { deposit: "d".into(), threshold, months }], items };
        Setting { ask, keys, custody }
    }

    impl Setting {
        fn answers(&self, who: &[usize]) -> Vec<Answers> {
            who.iter().map(|c| self.ask.answer(&[self.custody[*c].clone()], &[0, 1]).unwrap()).collect()
        }
    }

    #[test]
    fn every_quorum_gives_the_function_and_every_smaller_group_nothing() {
        for (k, n) in [(1, 1), (1, 3), (2, 2), (2, 3), (3, 5), (5, 5), (2, 4)] {
            let setting = setting(k, n);
            let month = setting.ask.ranges[0].months[1];
            let keys: Vec<MonthKey> = setting.keys.iter().map(|key| MonthKey::new(key, month)).collect();
            let scope = Scope { origin: "o", deposit: "d" };
            let input = scope.input(Part::Open.kind(), month, &setting.ask.items[0].literal);
            let expected = Part::Open.of(&evaluate(&keys, &input));
            for group in 0..1usize << n {
                let who: Vec<usize> = (0..n).filter(|c| group >> c & 1 == 1).collect();
                let tokens = combine(&setting.ask, &setting.answers(&who)).unwrap();
                let token = tokens.get(0, 0, (month, Part::Open));
                assert_eq!(token.is_some(), who.len() >= k, "{k} of {n}, {who:?}");
                assert!(token.is_none_or(|token| *token == expected));
                assert_eq!(tokens.answered(1), who.len());
            }
        }
    }

    #[test]
    fn one_custodian_twice_is_still_one() {
        let setting = setting(2, 3);
        let tokens = combine(&setting.ask, &setting.answers(&[1, 1])).unwrap();
        assert!(tokens.get(0, 0, (setting.ask.ranges[0].months[0], Part::Find)).is_none());
        assert_eq!(tokens.answered(0), 1);
    }

    #[test]
    fn a_liar_is_caught_where_answers_overlap() {
        let setting = setting(2, 3);
        let mut answers = setting.answers(&[0, 1, 2]);
        answers[2].items.get_mut(&0).unwrap()[0] = Secret::random();
        let error = combine(&setting.ask, &answers).err().unwrap();
        assert!(matches!(error, CombineError::Disagreement { custodians: (_, 2), .. }), "{error}");
    }

    #[test]
    fn answers_read_back_and_misfits_are_refused() {
        let setting = setting(2, 3);
        let answers = &setting.answers(&[1])[0];
        let bytes = answers.to_bytes();
        let read = Answers::from_bytes(&setting.ask, 1, &[0, 1], &bytes).unwrap();
        assert!(read.items == answers.items);
        assert!(Answers::from_bytes(&setting.ask, 1, &[0], &bytes).is_err());
        assert!(Answers::from_bytes(&setting.ask, 1, &[0, 1], &bytes[1..]).is_err());
        assert!(Answers::from_bytes(&setting.ask, 1, &[0, 0], &bytes).is_err());
    }

    #[test]
    fn digests_agree_between_holders_of_a_key_and_differ_between_requests() {
        let setting = setting(2, 3);
        let answers = setting.answers(&[0, 1]);
        let shared: Subset = "0,1".parse().unwrap();
        let digest = |request, answers| setting.ask.digest(request, (0, shared), answers);
        assert_eq!(digest("r", &answers[0]), digest("r", &answers[1]));
        assert_ne!(digest("r", &answers[0]), digest("s", &answers[0]));
    }

    #[test]
    fn liars_needed_to_forge_grow_with_answers() {
        for (k, n, a) in [(2, 2, 2), (2, 3, 3), (3, 5, 5), (3, 5, 4), (1, 3, 2)] {
            let setting = setting(k, n);
            let who: Vec<usize> = (0..a).collect();
            let tokens = combine(&setting.ask, &setting.answers(&who)).unwrap();
            assert_eq!(tokens.verified_against(), a - k, "{a} of {k} of {n}");
        }
    }
}
