//! Why a query could not be read, and what to write instead.

use super::{QUERY_CHARS, QUERY_DEPTH, QUERY_TERMS};

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
        self.fault.hint()
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
    Dangling(&'static str),
    /// A value without a word.
    #[error("\"{0}\" holds no word")]
    Wordless(String),
    /// `from:` without a value.
    #[error("\"{0}:\" has no value")]
    Valueless(String),
    /// `from:(...)`.
    #[error("\"{0}:\" stands before a parenthesis")]
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
    /// `forms(...)`, `fuzzy(...)`.
    #[error("\"{0}(\": this archive's queries name every word that they mean")]
    Function(String),
    /// `w/5` and the like.
    #[error("\"{0}\": the distance between words is not indexed")]
    Proximity(String),
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
    /// Nothing but negations.
    #[error("this part of the query only says what to leave out")]
    Negation,
}

impl Fault {
    fn hint(&self) -> String {
        match self {
            Fault::Empty => "write what to find, such as greensill AND from:\"David Cameron\"".into(),
            Fault::Long | Fault::Many(_) => "make several requests of it".into(),
            Fault::Deep => "leave out parentheses that change nothing".into(),
            Fault::Unclosed => "add \")\" where the group ends".into(),
            Fault::Stray => "take it away, or add \"(\" where the group begins".into(),
            Fault::Hollow => "write a term between them, or take them away".into(),
            Fault::Quote => "add \" where the phrase or name ends; inside, write \\\" for a quote".into(),
            Fault::Dangling(name) => {
                format!("write a term on its other side; for the word itself write {}", name.to_lowercase())
            }
            Fault::Wordless(_) => "leave it out: signs are not indexed".into(),
            Fault::Valueless(name) => format!("write {name}:\"...\" without a blank after the colon"),
            Fault::Grouped(name) => format!("repeat the field: ({name}:a OR {name}:b)"),
            Fault::Unwritable(_) => "leave out invisible joining characters".into(),
            Fault::Wildcard { mark, text } => wildcard_hint(*mark, text),
            Fault::Function(name) => format!("write what {name}() would give: (pay OR pays OR payment)"),
            Fault::Proximity(_) => "write a AND b, or for words that follow each other \"a b\"".into(),
            Fault::Operator { mark, .. } => operator_hint(*mark).into(),
            Fault::Elsewhere { instead, .. } => (*instead).into(),
            Fault::Field(name) => format!(
                "fields are word: from: to: with: chat: type: file: sha256: event:; for text with a colon write \"{name}:...\" in quotes"
            ),
            Fault::Reserved("drill") => "a drill is the query drill:drill, alone".into(),
            Fault::Reserved(_) => "ask with a flag of the request, such as --context".into(),
            Fault::Digest(_) => "write all 64 hexadecimal digits".into(),
            Fault::Value { field: "type", .. } => "write type:image or type:image/jpeg".into(),
            Fault::Value { .. } => "write one word, such as event:disappearing".into(),
            Fault::Negation => "add what to find: a AND NOT b".into(),
        }
    }
}

fn wildcard_hint(mark: char, text: &str) -> String {
    match mark {
        _ if text.chars().all(|c| !c.is_alphanumeric()) => "write the words that you look for".into(),
        '?' => "leave the question mark out, or write each word out: (organise OR organize)".into(),
        '%' => "leave the sign out, or write each spelling out: (greensill OR greensil)".into(),
        '~' => "write each form or spelling out: (pay OR pays OR payment)".into(),
        _ => "write each word out: (loan OR loans OR lender)".into(),
    }
}

fn operator_hint(mark: char) -> &'static str {
    match mark {
        '-' | '!' => "write NOT before the term, or leave the sign out",
        '|' => "write OR",
        '&' => "write AND",
        _ => "leave it out: terms have no weight",
    }
}
