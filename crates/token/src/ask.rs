//! What is asked of custodians, and one custodian's answers to it, in one canonical order.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{
    encode::encode,
    fields::Hex,
    merkle::sha256,
    month::Month,
    term::Literal,
    threshold::{Subset, Threshold},
};

use crate::{
    custody::{CustodyKeys, HeldKey},
    function::{MonthKey, Part, Scope, Token},
    secret::Secret,
};

const DIGEST_LABEL: &[u8] = b"blackbox/v1/digest";

/// A literal, and the parts of its outputs that are asked for, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The literal.
    pub literal: Literal,
    /// What is asked for.
    pub parts: Vec<Part>,
}

/// A deposit, and the months of it that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The deposit.
    pub deposit: String,
    /// Its threshold.
    pub threshold: Threshold,
    /// The months, ascending.
    pub months: Vec<Month>,
}

/// All that a request asks of custodians.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The archive's origin.
    pub origin: String,
    /// The deposits, in the request's order.
    pub ranges: Vec<Range>,
    /// The literals, in the request's order.
    pub items: Vec<Item>,
}

/// One custodian's answers to some items of an [`Ask`].
pub struct Answers {
    /// Number of the custodian.
    pub custodian: usize,
    /// Per item, in the order of [`Ask::slots`].
    pub items: BTreeMap<usize, Vec<Token>>,
}

/// A place in the canonical order: which answer of an item this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Number of the deposit in the ask.
    pub range: usize,
    /// The month.
    pub month: Month,
    /// The part.
    pub part: Part,
    /// The subset whose key answers.
    pub subset: Subset,
}

/// Why a custodian cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It holds no keys of a deposit.
    #[error("no keys of deposit \"{0}\" are held")]
    NoKeys(String),
    /// It holds no key of a subset that it belongs to.
    #[error("the key of custodians {subset} for deposit \"{deposit}\" is not held")]
    NoSubset {
        /// The deposit.
        deposit: String,
        /// The subset.
        subset: Subset,
    },
}

/// A set of answers is not of the length that the ask calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answers do not fit the request")]
pub struct ShapeError;

impl Ask {
    /// All answers that `custodian` owes for item number `item`, in canonical order: by deposit,
    /// month, part, subset.
    pub fn slots(&self, item: usize, custodian: Option<usize>) -> impl Iterator<Item = Slot> {
        self.ranges.iter().enumerate().flat_map(move |(range, asked)| {
            asked.months.iter().flat_map(move |month| {
                self.items[item].parts.iter().flat_map(move |part| {
                    let subsets = threshold_of(*part, asked.threshold).subsets();
                    let owed = subsets
                        .into_iter()
                        .filter(move |subset| custodian.is_none_or(|c| subset.contains(c)));
                    owed.map(move |subset| Slot { range, month: *month, part: *part, subset })
                })
            })
        })
    }

    /// The subsets whose keys `custodian` answers item number `item` with, ascending.
    pub fn subsets(&self, item: usize, custodian: usize) -> BTreeSet<Subset> {
        self.slots(item, Some(custodian)).map(|slot| slot.subset).collect()
    }

    /// The answers of the custodian who holds `keys` (one entry a deposit) to the items `wanted`.
    ///
    /// # Errors
    /// A key is not held.
    pub fn answer(&self, keys: &[CustodyKeys], wanted: &[usize]) -> Result<Answers, AnswerError> {
        let custodian = keys.first().map_or(0, |keys| keys.custodian);
        let items = wanted.iter().map(|item| (*item, Vec::new())).collect();
        let mut answers = Answers { custodian, items };
        for range in &self.ranges {
            let held = keys.iter().find(|keys| keys.deposit == range.deposit && keys.custodian == custodian);
            let held = held.ok_or_else(|| AnswerError::NoKeys(range.deposit.clone()))?;
            for month in &range.months {
                let keys = MonthKeys::new(held, *month);
                for item in wanted {
                    let tokens = answers.items.entry(*item).or_default();
                    self.answer_item(&keys, &self.items[*item], tokens)?;
                }
            }
        }
        Ok(answers)
    }

    fn answer_item(
        &self,
        keys: &MonthKeys<'_>,
        item: &Item,
        out: &mut Vec<Token>,
    ) -> Result<(), AnswerError> {
        let scope = Scope { origin: &self.origin, deposit: &keys.held.deposit };
        for part in &item.parts {
            let input = scope.input(part.kind(), keys.month, &item.literal);
            for subset in threshold_of(*part, keys.held.threshold).subsets() {
                if subset.contains(keys.held.custodian) {
                    out.push(part.of(&keys.of(*part, subset)?.answer(&input)));
                }
            }
        }
        Ok(())
    }

    /// Digest over the answers of one subset to one item, so that two custodians' approvals can be
    /// compared without keys (spec/custody.md, "Approval"). Bound to the request, so that the same
    /// answers in two requests cannot be told.
    pub fn digest(
        &self,
        request: &str,
        (item, subset): (usize, Subset),
        answers: &Answers,
    ) -> Option<Hex<32>> {
        let slots = self.slots(item, Some(answers.custodian));
        let own = slots.zip(answers.items.get(&item)?).filter(|(slot, _)| slot.subset == subset);
        Some(self.digest_of(request, (item, subset), own.map(|(_, token)| token)))
    }

    /// The same over answers that stand alone: those of one subset to one item, in canonical order.
    pub fn digest_of<'t>(
        &self,
        request: &str,
        (item, subset): (usize, Subset),
        answers: impl Iterator<Item = &'t Token>,
    ) -> Hex<32> {
        let literal = self.items[item].literal.to_string();
        let bits = subset.bits().to_le_bytes();
        let mut input = encode([DIGEST_LABEL, request.as_bytes(), literal.as_bytes(), &bits]);
        answers.for_each(|token| input.extend_from_slice(token.expose()));
        let digest = sha256(&input);
        zeroize::Zeroize::zeroize(&mut input);
        Hex(digest)
    }
}

impl Answers {
    /// The answers' bytes: per item, ascending, its tokens of 16 bytes.
    pub fn to_bytes(&self) -> zeroize::Zeroizing<Vec<u8>> {
        let total = self.items.values().map(|tokens| tokens.len() * 16).sum();
        let mut out = zeroize::Zeroizing::new(Vec::with_capacity(total));
        for token in self.items.values().flatten() {
            out.extend_from_slice(token.expose());
        }
        out
    }

    /// Reads the answers of `custodian` to the items `answered` of `ask`.
    ///
    /// # Errors
    /// The bytes are not of the length that the ask calls for.
    pub fn from_bytes(
        ask: &Ask,
        custodian: usize,
        answered: &[usize],
        bytes: &[u8],
    ) -> Result<Answers, ShapeError> {
        let mut rest = bytes;
        let mut items = BTreeMap::new();
        for item in answered {
            let mut tokens = Vec::new();
            for _ in ask.slots(*item, Some(custodian)) {
                let (token, tail) = rest.split_first_chunk::<16>().ok_or(ShapeError)?;
                tokens.push(Secret::new(*token));
                rest = tail;
            }
            if items.insert(*item, tokens).is_some() {
                return Err(ShapeError);
            }
        }
        match rest.is_empty() {
            true => Ok(Answers { custodian, items }),
            false => Err(ShapeError),
        }
    }
}

/// The exceptional route needs all custodians, everything else the archive's threshold.
pub(crate) fn threshold_of(part: Part, threshold: Threshold) -> Threshold {
    match part {
        Part::Exceptional => threshold.unanimous(),
        _ => threshold,
    }
}

/// A custodian's keys bound to one month.
struct MonthKeys<'a> {
    held: &'a CustodyKeys,
    month: Month,
    keys: Vec<(Subset, MonthKey)>,
    exceptional: Option<MonthKey>,
}

impl<'a> MonthKeys<'a> {
    fn new(held: &'a CustodyKeys, month: Month) -> MonthKeys<'a> {
        let bind = |held: &HeldKey| (held.subset, MonthKey::new(&held.key, month));
        let keys = held.keys.iter().map(bind).collect();
        let exceptional = held.exceptional.as_ref().map(|key| MonthKey::new(key, month));
        MonthKeys { held, month, keys, exceptional }
    }

    fn of(&self, part: Part, subset: Subset) -> Result<&MonthKey, AnswerError> {
        let found = match part {
            Part::Exceptional => self.exceptional.as_ref(),
            _ => self.keys.iter().find(|(held, _)| *held == subset).map(|(_, key)| key),
        };
        found.ok_or_else(|| AnswerError::NoSubset { deposit: self.held.deposit.clone(), subset })
    }
}
