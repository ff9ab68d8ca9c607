//! The function itself: `x`, its kinds, one subset's answer, and the parts of an output.

use std::{fmt, str::FromStr};

use blackbox_format::{encode::encode, merkle::Hash, month::Month, term::Literal};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// Label of every input `x`.
pub const TOKEN_LABEL: &str = "blackbox/v1/token";
/// Label under which month keys are derived.
pub const MONTH_LABEL: &str = "blackbox/v1/month";

/// The key of one subset of custodians, for one deposit and compartment.
pub type SubsetKey = Secret<32>;
/// Half of an output: a token.
pub type Token = Secret<16>;

/// What an output of the function is for. Each kind is a domain of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// count and find.
    Seek,
    /// test and open.
    Show,
    /// Neighbours at a distance.
    Context,
    /// Finding a common term, under all custodians' keys.
    Exceptional,
}

impl Kind {
    /// The kind's name, as hashed.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Seek => "seek",
            Kind::Show => "show",
            Kind::Context => "context",
            Kind::Exceptional => "exceptional",
        }
    }
}

/// One token of a literal: a half of the output of one kind, released on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// How many rows hold the term.
    Count,
    /// Which rows hold it, with their nonces. Needs `Count` to be of use.
    Find,
    /// Whether a row whose nonce is known holds it.
    Test,
    /// The secret of such a row. Needs `Test` to be of use.
    Open,
    /// The neighbours at one distance of a row whose secret is known.
    Context,
    /// Which rows hold a common term, under all custodians' keys.
    Exceptional,
}

const PARTS: [(Part, &str, Kind, usize); 6] = [
    (Part::Count, "count", Kind::Seek, 0),
    (Part::Find, "find", Kind::Seek, 16),
    (Part::Test, "test", Kind::Show, 0),
    (Part::Open, "open", Kind::Show, 16),
    (Part::Context, "context", Kind::Context, 0),
    (Part::Exceptional, "exceptional", Kind::Exceptional, 0),
];

impl Part {
    fn row(self) -> &'static (Part, &'static str, Kind, usize) {
        PARTS.iter().find(|(part, ..)| *part == self).expect("every part is listed")
    }

    /// The kind whose output it is a half of.
    pub fn kind(self) -> Kind {
        self.row().2
    }

    /// This half of `output`.
    pub fn of(self, output: &Secret<32>) -> Token {
        let at = self.row().3;
        Secret::new(output.expose()[at..at + 16].try_into().expect("half of 32 bytes"))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().1)
    }
}

impl FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Part, &'static str> {
        let row = PARTS.iter().find(|(_, name, ..)| *name == text);
        row.map(|row| row.0).ok_or("it is not a kind of token")
    }
}

/// Where a token is valid: one deposit of one archive.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The archive's origin.
    pub origin: &'a str,
    /// The deposit.
    pub deposit: &'a str,
}

impl Scope<'_> {
    /// The input `x = label || origin || deposit || kind || month || field || term`, each part
    /// length-prefixed.
    pub fn input(&self, kind: Kind, month: Month, literal: &Literal) -> Vec<u8> {
        let mut input = self.prefix(kind, month);
        input.extend(suffix(literal));
        input
    }

    /// The part of the input that all literals of a kind and month share.
    fn prefix(&self, kind: Kind, month: Month) -> Vec<u8> {
        encode([
            TOKEN_LABEL.as_bytes(),
            self.origin.as_bytes(),
            self.deposit.as_bytes(),
            kind.name().as_bytes(),
            month.to_string().as_bytes(),
        ])
    }
}

fn suffix(literal: &Literal) -> Vec<u8> {
    encode([literal.field.name().as_bytes(), literal.term.as_bytes()])
}

/// The function with all its keys, for one kind and month: what only a sealer has. The inputs' common
/// part is absorbed once.
#[derive(Clone)]
pub struct Whole(Vec<Hmac<Sha256>>);

impl Whole {
    /// Prepares the function under `keys`.
    pub fn new(keys: &[MonthKey], scope: Scope<'_>, (kind, month): (Kind, Month)) -> Whole {
        let prefix = scope.prefix(kind, month);
        Whole(keys.iter().map(|key| key.keyed.clone().chain_update(&prefix)).collect())
    }

    /// `F(x)` for the input of `literal`.
    pub fn evaluate(&self, literal: &Literal) -> Secret<32> {
        let suffix = suffix(literal);
        let mut sum = Secret::new([0; 32]);
        for keyed in &self.0 {
            sum = xor(&sum, &Secret::new(keyed.clone().chain_update(&suffix).finalize().into_bytes().into()));
        }
        sum
    }

    /// Whether there are no keys at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A subset key bound to one month: `r_{A,m} = HMAC-SHA256(r_A, "month" label || month)`.
#[derive(Clone)]
pub struct MonthKey {
    key: Secret<32>,
    keyed: Hmac<Sha256>,
}

impl MonthKey {
    /// The key of `month`.
    pub fn new(subset_key: &SubsetKey, month: Month) -> MonthKey {
        let input = encode([MONTH_LABEL.as_bytes(), month.to_string().as_bytes()]);
        MonthKey::shown(hmac(subset_key.expose(), &input))
    }

    /// The month key with these bytes, as one who holds the subset key shows it to an arbiter.
    pub fn shown(key: Secret<32>) -> MonthKey {
        let keyed = keyed(key.expose());
        MonthKey { key, keyed }
    }

    /// This subset's answer to `x`: `HMAC-SHA256(r_{A,m}, x)`.
    pub fn answer(&self, input: &[u8]) -> Secret<32> {
        Secret::new(self.keyed.clone().chain_update(input).finalize().into_bytes().into())
    }

    /// What the manifest commits to: `SHA-256(r_{A,m})`.
    pub fn commitment(&self) -> Hash {
        blackbox_format::merkle::sha256(self.key.expose())
    }

    /// The key's bytes, to show to an arbiter.
    pub fn expose(&self) -> &[u8; 32] {
        self.key.expose()
    }
}

/// `F(x)`: the XOR of all subsets' answers.
pub fn evaluate(keys: &[MonthKey], input: &[u8]) -> Secret<32> {
    keys.iter().fold(Secret::new([0; 32]), |sum, key| xor(&sum, &key.answer(input)))
}

/// `a XOR b`.
pub fn xor<const N: usize>(a: &Secret<N>, b: &Secret<N>) -> Secret<N> {
    Secret::new(std::array::from_fn(|i| a.expose()[i] ^ b.expose()[i]))
}

/// HMAC-SHA256 (RFC 2104) of `input` under `key`.
pub fn hmac(key: &[u8], input: &[u8]) -> Secret<32> {
    Secret::new(keyed(key).chain_update(input).finalize().into_bytes().into())
}

/// An HMAC-SHA256 state with its key absorbed, to be cloned for each input.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use blackbox_format::term::Field;

    use super::*;

    #[test]
    fn every_part_of_the_input_matters() {
        let month: Month = "2020-03".parse().unwrap();
        let scope = Scope { origin: "o", deposit: "d" };
        let word = Literal::new(Field::Word, "x");
        let base = scope.input(Kind::Seek, month, &word);
        let others = [
            Scope { origin: "p", ..scope }.input(Kind::Seek, month, &word),
            Scope { deposit: "e", ..scope }.input(Kind::Seek, month, &word),
            scope.input(Kind::Show, month, &word),
            scope.input(Kind::Seek, month.next(), &word),
            scope.input(Kind::Seek, month, &Literal::new(Field::From, "x")),
            scope.input(Kind::Seek, month, &Literal::new(Field::Word, "y")),
        ];
        let key = MonthKey::new(&Secret::random(), month);
        for other in others {
            assert!(key.answer(&base) != key.answer(&other));
        }
    }

    #[test]
    fn the_whole_function_is_the_sum_of_its_answers() {
        let month: Month = "2020-03".parse().unwrap();
        let keys: Vec<MonthKey> = (0..3).map(|_| MonthKey::new(&Secret::random(), month)).collect();
        let (scope, literal) = (Scope { origin: "o", deposit: "d" }, Literal::new(Field::Word, "x"));
        let whole = Whole::new(&keys, scope, (Kind::Show, month)).evaluate(&literal);
        assert!(whole == evaluate(&keys, &scope.input(Kind::Show, month, &literal)));
    }

    #[test]
    fn a_month_key_answers_for_its_month_only() {
        let month: Month = "2020-03".parse().unwrap();
        let subset_key = Secret::random();
        let (march, april) = (MonthKey::new(&subset_key, month), MonthKey::new(&subset_key, month.next()));
        assert!(march.answer(b"x") != april.answer(b"x"));
        assert_ne!(march.commitment(), april.commitment());
    }
}
