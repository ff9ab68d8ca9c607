//! Why a query could not be read, and what to write instead.

use super::{QUERY_CHARS, QUERY_DEPTH, QUERY_TERMS, has, hint::hint, near::DISTANCE_WORDS};

/// Why a query could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {fault}")]
pub struct ParseError {
    /// Where, in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl ParseError {
    pub(super) fn at(text: &str, offset: usize, fault: Fault) -> ParseError {
        let before = text.get(..offset).map_or(0, |before| before.chars().count());
        ParseError { column: before + 1, fault }
    }

    /// What to write instead.
    pub fn hint(&self) -> String {
        hint(&self.fault)
    }
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing is asked.
    #[error("the query is empty")]
    Empty,
    /// Over [`QUERY_CHARS`].
    #[error("the query is longer than {QUERY_CHARS} characters")]
    Long,
    /// Over [`QUERY_TERMS`].
    #[error("the query has {0} terms, more than {QUERY_TERMS}")]
    Many(usize),
    /// Over [`QUERY_DEPTH`].
    #[error("parentheses are nested more than {QUERY_DEPTH} deep")]
    Deep,
    /// `(` without `)`.
    #[error("this parenthesis is never closed")]
    Unclosed,
    /// `)` without `(`.
    #[error("this parenthesis closes nothing")]
    Stray,
    /// `()`.
    #[error("there is nothing between these parentheses")]
    Hollow,
    /// A quote without its end.
    #[error("this quote is never closed")]
    Quote,
    /// An operator that lacks a side.
    #[error("{0} has nothing to join here")]
    Dangling(String),
    /// A value without a word.
    #[error("\"{0}\" holds no word")]
    Wordless(String),
    /// `from:` without a value.
    #[error("\"{0}:\" has no value")]
    Valueless(String),
    /// `from:(...)` of something else than values with OR.
    #[error("\"{0}:\" stands before a parenthesis that holds more than values with OR")]
    Grouped(String),
    /// A value whose normal form reads back as another.
    #[error("\"{0}\" has no writing that reads back the same")]
    Unwritable(String),
    /// A wildcard or the like.
    #[error("\"{mark}\" in \"{text}\": the index knows exact words only")]
    Wildcard {
        /// The character.
        mark: char,
        /// Where it stands.
        text: String,
    },
    /// `stem(...)` and the like.
    #[error("there is no function \"{0}\"")]
    Function(String),
    /// `forms()` or `fuzzy()` of something else than one word.
    #[error("\"{text}\": {function}() takes one word")]
    OneWord {
        /// The function.
        function: &'static str,
        /// What it was given.
        text: String,
    },
    /// `forms()` or `fuzzy()` of a word that is not English letters.
    #[error("\"{word}\": {function}() knows words of the letters a to z only")]
    Letters {
        /// The function.
        function: &'static str,
        /// The word.
        word: String,
    },
    /// `fuzzy()` with another number of mistakes than 1 or 2.
    #[error("fuzzy({0},...) takes 1 or 2 mistakes")]
    Mistakes(String),
    /// `fuzzy()` of a short word.
    #[error("{origin}: most spellings of a word of less than {least} letters are other words")]
    Short {
        /// What was asked.
        origin: String,
        /// Letters that it takes.
        least: usize,
    },
    /// `fuzzy()` with more words than a query may have.
    #[error("{origin} is {count} words, and a query has at most {QUERY_TERMS} terms")]
    Spellings {
        /// What was asked.
        origin: String,
        /// How many words it gives.
        count: usize,
    },
    /// A list of variants that the rules do not give.
    #[error("the words listed are not those of {0}")]
    Listed(String),
    /// A distance in the writing of other tools.
    #[error("\"{0}\" is no distance here")]
    Distance(String),
    /// A distance of nothing, or over [`DISTANCE_WORDS`].
    #[error("\"{0}\": a distance is from 1 to {DISTANCE_WORDS} words")]
    Far(String),
    /// `a w/5 b w/5 c`.
    #[error("three words near each other can be meant in several ways")]
    Chain,
    /// `(a AND b) w/5 c`.
    #[error("a distance stands between words, phrases and ORs of them, not beside AND")]
    AllNear,
    /// `a w/5 NOT b`, `a NOT w/5 b`.
    #[error("there is no distance to a word that is not there")]
    NotNear,
    /// `from:a w/5 b`.
    #[error("a distance is between words of the text, and \"{0}:\" is none")]
    Apart(&'static str),
    /// `-word`, `!word`, `||`, `a^2`.
    #[error("\"{mark}\" in \"{text}\" is not an operator here")]
    Operator {
        /// The sign.
        mark: char,
        /// Where it stands.
        text: String,
    },
    /// A field of other tools, for which there is another way.
    #[error("there is no field \"{name}\"")]
    Elsewhere {
        /// The field written.
        name: String,
        /// What to write.
        instead: &'static str,
    },
    /// No field at all.
    #[error("there is no field \"{0}\"")]
    Field(String),
    /// A field that no query names.
    #[error("the field \"{0}\" cannot be asked for in a query")]
    Reserved(&'static str),
    /// `sha256:` of something else than a digest.
    #[error("\"{0}\" is not a SHA-256 digest")]
    Digest(String),
    /// `type:` or `event:` of something that cannot be one.
    #[error("\"{text}\" is not a value of \"{field}:\"")]
    Value {
        /// The field.
        field: &'static str,
        /// What was written.
        text: String,
    },
    /// `has:` of something that the index has not.
    #[error("\"has:{0}\": the index has nothing for it; it has {values}", values = has::VALUES)]
    Has(String),
    /// `after:` or `before:` of something else than a day.
    #[error("\"{name}:{text}\" names no day from 1970-01-01 to 2199-12-31")]
    Day {
        /// The field.
        name: String,
        /// What was written.
        text: String,
    },
    /// Nothing but negations.
    #[error("this part of the query only says what to leave out")]
    Negation,
    /// Nothing but days, or days and negations.
    #[error("this part of the query only says on which days")]
    OnlyDays,
}
