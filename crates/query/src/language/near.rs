//! Words near each other: `a w/5 b`, `a pre/5 b`.

use std::fmt;

use super::{Expr, Fault, write_part};

/// The largest distance that can be asked.
pub const DISTANCE_WORDS: u16 = 1_000;

/// Names that other tools use before a number of words.
const OTHER_NAMES: [&str; 4] = ["near", "onear", "within", "adj"];

/// Both sides stand in one text, no further apart than the distance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// A word, a phrase, variants, or an OR of these.
    pub left: Box<Expr>,
    /// How far apart.
    pub distance: Distance,
    /// As `left`.
    pub right: Box<Expr>,
}

/// How far two words may be apart: 1 is next to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Distance {
    /// Which may come first.
    pub order: Order,
    /// Positions from the one to the other, 1 to [`DISTANCE_WORDS`].
    pub words: u16,
}

/// Which of two words comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Either: `w/5`.
    Either,
    /// As written: `pre/5`.
    Written,
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.order {
            Order::Either => "w",
            Order::Written => "pre",
        };
        write!(f, "{name}/{}", self.words)
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_part(f, &self.left)?;
        write!(f, " {} ", self.distance)?;
        write_part(f, &self.right)
    }
}

impl Distance {
    /// What `written` says, if it is a distance: `w/5`, in any case.
    pub(super) fn read(written: &str) -> Option<Result<Distance, Fault>> {
        let lower = written.to_lowercase();
        let (name, count) = lower.split_once('/')?;
        let digits = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
        let order = match name {
            "w" => Order::Either,
            "pre" | "p" => Order::Written,
            _ if OTHER_NAMES.contains(&name) && digits => return Some(Err(Fault::Distance(lower))),
            _ => return None,
        };
        match (digits, count) {
            (true, _) => {
                let words = count.parse().ok().filter(|words| (1..=DISTANCE_WORDS).contains(words));
                Some(words.map(|words| Distance { order, words }).ok_or(Fault::Far(lower)))
            }
            (false, "s" | "p" | "seg") => Some(Err(Fault::Distance(lower))),
            (false, _) => None,
        }
    }
}

/// Why `side` cannot stand beside a distance; nothing if it can.
pub(super) fn misplaced(side: &Expr) -> Option<Fault> {
    match side {
        Expr::Phrase(_) | Expr::Variants(_) => None,
        Expr::Term(literal) if literal.field == blackbox_format::term::Field::Word => None,
        Expr::Term(literal) => Some(Fault::Apart(literal.field.name())),
        Expr::Or(parts) => parts.iter().find_map(misplaced),
        Expr::Near(_) => Some(Fault::Chain),
        Expr::And(_) => Some(Fault::AllNear),
        Expr::Not(_) => Some(Fault::NotNear),
        Expr::Days(days) => Some(Fault::Apart(days.name())),
    }
}
