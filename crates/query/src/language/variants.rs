//! `forms(payment)` and `fuzzy(greensill,1)`: short for a list of words, which the canonical form has
//! whole. Custodians approve those words, one by one; where they come from can still be read.

use std::{collections::BTreeSet, fmt};

use blackbox_format::{term::Literal, text};

use super::{Fault, QUERY_TERMS, forms::forms, fuzzy::spellings, word_literal};

/// Letters of the shortest word whose other spellings can be asked, with one mistake and with two:
/// those of shorter words are mostly other words.
const FUZZY_LETTERS: [usize; 2] = [4, 6];

/// Words of which a text must have at least one, and what they were made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variants {
    origin: Origin,
    /// The word that was given, then the others in order.
    words: Vec<String>,
}

/// What variants were made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// `forms(payment)`.
    Forms(String),
    /// `fuzzy(greensill,1)`.
    Fuzzy(String, u8),
}

impl Variants {
    /// The words, the given one first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The words as literals.
    pub fn literals(&self) -> impl Iterator<Item = Literal> {
        self.words.iter().map(|word| word_literal(word))
    }

    /// How it was asked: `forms(payment)`.
    pub fn origin(&self) -> String {
        self.origin.to_string()
    }

    /// What stands between the parentheses of a function, as an examiner or the canonical form
    /// writes it.
    pub(super) fn read(function: &str, inside: &str) -> Result<Variants, Fault> {
        let (given, list) = match inside.split_once(':') {
            Some((given, list)) => (given, Some(list)),
            None => (inside, None),
        };
        let variants = Variants::of(Origin::read(function, given)?)?;
        match list {
            Some(list) if list.trim_start() != variants.listed() => Err(Fault::Listed(variants.origin())),
            _ => Ok(variants),
        }
    }

    fn of(origin: Origin) -> Result<Variants, Fault> {
        let (word, mut all) = match &origin {
            Origin::Forms(word) => (word, forms(word)),
            Origin::Fuzzy(word, mistakes) => (word, spellings(word, *mistakes)),
        };
        if all.len() > QUERY_TERMS {
            return Err(Fault::Spellings { origin: origin.to_string(), count: all.len() });
        }
        all.remove(word);
        Ok(Variants { words: std::iter::once(word.clone()).chain(all).collect(), origin })
    }

    fn listed(&self) -> String {
        self.words.join(" OR ")
    }
}

impl fmt::Display for Variants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin();
        let open = origin.strip_suffix(')').unwrap_or(&origin);
        write!(f, "{open}: {})", self.listed())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Forms(word) => write!(f, "forms({word})"),
            Origin::Fuzzy(word, mistakes) => write!(f, "fuzzy({word},{mistakes})"),
        }
    }
}

impl Origin {
    fn read(function: &str, given: &str) -> Result<Origin, Fault> {
        if function == "forms" {
            return Ok(Origin::Forms(one_word("forms", given)?));
        }
        let (word, mistakes) = match given.rsplit_once(',') {
            Some((word, number)) => (word, number.trim()),
            None => (given, "1"),
        };
        let word = one_word("fuzzy", word)?;
        let mistakes = match mistakes {
            "1" => 1,
            "2" => 2,
            _ => return Err(Fault::Mistakes(word)),
        };
        let least = FUZZY_LETTERS[usize::from(mistakes) - 1];
        match word.len() < least {
            true => Err(Fault::Short { origin: format!("fuzzy({word},{mistakes})"), least }),
            false => Ok(Origin::Fuzzy(word, mistakes)),
        }
    }
}

/// The one word that a function is given: of the letters a to z and, for its forms, perhaps `'s`.
fn one_word(function: &'static str, given: &str) -> Result<String, Fault> {
    let inside = given.trim();
    let inside = inside.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')).unwrap_or(inside);
    let mut words = text::words(inside);
    if words.len() != 1 || inside.contains(['*', '?', '~', '%', '"']) {
        return Err(Fault::OneWord { function, text: given.trim().chars().take(40).collect() });
    }
    let word = words.remove(0);
    let letters = match function {
        "forms" => word.strip_suffix("'s").unwrap_or(&word),
        _ => &word,
    };
    match !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase()) {
        true => Ok(word),
        false => Err(Fault::Letters { function, word }),
    }
}

/// The literals of several variants and terms, each once.
pub(crate) fn distinct(literals: impl IntoIterator<Item = Literal>) -> Vec<Literal> {
    let mut seen = BTreeSet::new();
    literals.into_iter().filter(|literal| seen.insert(literal.clone())).collect()
}
