//! The query language: what an examiner writes, and its one canonical writing.
//!
//! Source: spec/query.md, "Grammar". A [`Query`] exists only parsed, so its canonical text always
//! reads back as the same query.

mod brief;
mod days;
mod error;
mod forms;
mod fuzzy;
mod has;
mod hint;
mod lex;
mod near;
mod parse;
mod piece;
mod value;
mod variants;

pub use days::Days;
pub use error::{Fault, ParseError};
pub use near::{DISTANCE_WORDS, Distance, Near, Order};
pub use variants::Variants;
pub(crate) use variants::distinct;

use std::{collections::BTreeSet, fmt, str::FromStr};

use blackbox_format::term::{Field, Literal};
use jiff::civil::Date;

/// Longest query, as written and in its canonical form, in characters.
pub const QUERY_CHARS: usize = 20_000;
/// Deepest nesting of parentheses, as written and in the canonical form.
pub const QUERY_DEPTH: usize = 50;
/// Most terms in a query, each word of a phrase and of variants counted.
pub const QUERY_TERMS: usize = 1_000;

/// A parsed query. Its `Display` is the canonical form, which is printed, signed and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Expr);

impl Query {
    /// What the query says.
    pub fn expr(&self) -> &Expr {
        &self.0
    }

    /// The days, in UTC, outside which no message matches: the first, and the first that is none.
    pub fn days(&self) -> (Option<Date>, Option<Date>) {
        let parts = match &self.0 {
            Expr::And(parts) => &parts[..],
            other => std::slice::from_ref(other),
        };
        let first = parts.iter().filter_map(|part| match part {
            Expr::Days(Days::After(day)) => Some(*day),
            _ => None,
        });
        let end = parts.iter().filter_map(|part| match part {
            Expr::Days(Days::Before(day)) => Some(*day),
            _ => None,
        });
        (first.max(), end.min())
    }

    /// Whether this is the query of a drill, `drill:drill`.
    pub fn is_drill(&self) -> bool {
        self.0 == Expr::Term(Literal::drill())
    }

    /// Every literal of the query, words of phrases and negated ones included.
    pub fn literals(&self) -> BTreeSet<Literal> {
        let mut into = BTreeSet::new();
        self.0.collect(Below::Everything, &mut into);
        into
    }

    /// The literals that are not negated, words of phrases included.
    pub fn positive(&self) -> BTreeSet<Literal> {
        let mut into = BTreeSet::new();
        self.0.collect(Below::Positive, &mut into);
        into
    }
}

impl FromStr for Query {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Query, ParseError> {
        parse::parse(text).map(Query)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a query says. Built by the parser alone: an `And` holds no `And`, an `Or` no `Or`, a `Not`
/// no `Not`, and each `And` and `Or` at least two members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// The message has this literal.
    Term(Literal),
    /// The message's text has these words, two or more, one after the other.
    Phrase(Vec<String>),
    /// The message has one of these words.
    Variants(Variants),
    /// The message's text has words near each other.
    Near(Near),
    /// The message was sent on one of these days.
    Days(Days),
    /// All of these.
    And(Vec<Expr>),
    /// At least one of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Everything,
    Positive,
}

impl Expr {
    /// All of `parts`, flattened; one part stays itself.
    pub(crate) fn all(parts: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        single(flat).unwrap_or_else(Expr::And)
    }

    /// At least one of `parts`, flattened; one part stays itself.
    pub(crate) fn any(parts: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        single(flat).unwrap_or_else(Expr::Or)
    }

    /// Not `part`; a double negation falls away, and days become the other days.
    pub(crate) fn not(part: Expr) -> Expr {
        match part {
            Expr::Not(inner) => *inner,
            Expr::Days(days) => Expr::Days(days.opposite()),
            other => Expr::Not(Box::new(other)),
        }
    }

    /// Whether every message that matches holds something that the query names.
    pub(crate) fn is_positive(&self) -> bool {
        match self {
            Expr::Term(_) | Expr::Phrase(_) | Expr::Variants(_) | Expr::Near(_) => true,
            Expr::And(parts) => parts.iter().any(Expr::is_positive),
            Expr::Or(parts) => parts.iter().all(Expr::is_positive),
            Expr::Not(_) | Expr::Days(_) => false,
        }
    }

    /// How it is said to people: in canonical form, but with the functions that list their words.
    pub(crate) fn brief(&self) -> String {
        brief::brief(self)
    }

    /// Whether it says anything of days.
    fn says_days(&self) -> bool {
        match self {
            Expr::Days(_) => true,
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(Expr::says_days),
            Expr::Not(part) => part.says_days(),
            Expr::Term(_) | Expr::Phrase(_) | Expr::Variants(_) | Expr::Near(_) => false,
        }
    }

    /// The literals one of which it is enough to have, if that is all that it says.
    pub fn alternatives(&self) -> Option<Vec<Literal>> {
        match self {
            Expr::Term(literal) => Some(vec![literal.clone()]),
            Expr::Variants(variants) => Some(variants.literals().collect()),
            Expr::Or(parts) => {
                let all: Option<Vec<Vec<Literal>>> = parts.iter().map(Expr::alternatives).collect();
                all.map(|all| distinct(all.concat()))
            }
            _ => None,
        }
    }

    fn collect(&self, below: Below, into: &mut BTreeSet<Literal>) {
        match self {
            Expr::Term(literal) => {
                into.insert(literal.clone());
            }
            Expr::Phrase(words) => into.extend(words.iter().map(|word| word_literal(word))),
            Expr::Variants(variants) => into.extend(variants.literals()),
            Expr::Near(near) => [&near.left, &near.right].iter().for_each(|side| side.collect(below, into)),
            Expr::Days(_) => {}
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.collect(below, into)),
            Expr::Not(part) => match below {
                Below::Everything => part.collect(below, into),
                Below::Positive => part.collect_under_not(into),
            },
        }
    }

    /// Below a `Not` only what is negated again counts as positive.
    fn collect_under_not(&self, into: &mut BTreeSet<Literal>) {
        match self {
            Expr::Term(_) | Expr::Phrase(_) | Expr::Variants(_) | Expr::Near(_) | Expr::Days(_) => {}
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.collect_under_not(into)),
            Expr::Not(part) => part.collect(Below::Positive, into),
        }
    }

    /// How many levels of parentheses the canonical form has.
    fn depth(&self) -> usize {
        let inner = |part: &Expr| match part {
            Expr::And(_) | Expr::Or(_) | Expr::Near(_) => 1 + part.depth(),
            other => other.depth(),
        };
        match self {
            Expr::Term(_) | Expr::Phrase(_) | Expr::Variants(_) | Expr::Days(_) => 0,
            Expr::Near(near) => inner(&near.left).max(inner(&near.right)),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().map(inner).max().unwrap_or(0),
            Expr::Not(part) => inner(part),
        }
    }

    fn terms(&self) -> usize {
        match self {
            Expr::Term(_) => 1,
            Expr::Phrase(words) => words.len(),
            Expr::Variants(variants) => variants.words().len(),
            Expr::Near(near) => near.left.terms() + near.right.terms(),
            Expr::Days(_) => 0,
            Expr::And(parts) | Expr::Or(parts) => parts.iter().map(Expr::terms).sum(),
            Expr::Not(part) => part.terms(),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Term(literal) => write_term(f, literal),
            Expr::Phrase(words) => write_quoted(f, &words.join(" ")),
            Expr::Variants(variants) => write!(f, "{variants}"),
            Expr::Near(near) => write!(f, "{near}"),
            Expr::Days(days) => write!(f, "{days}"),
            Expr::And(parts) => write_parts(f, parts, " AND "),
            Expr::Or(parts) => write_parts(f, parts, " OR "),
            Expr::Not(part) => {
                f.write_str("NOT ")?;
                write_part(f, part)
            }
        }
    }
}

fn single(mut parts: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match parts.len() {
        1 => Ok(parts.remove(0)),
        _ => Err(parts),
    }
}

pub(crate) fn word_literal(word: &str) -> Literal {
    Literal { field: Field::Word, term: word.to_owned() }
}

fn write_parts(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write_part(f, part)?;
    }
    Ok(())
}

fn write_part(f: &mut fmt::Formatter<'_>, part: &Expr) -> fmt::Result {
    match part {
        Expr::And(_) | Expr::Or(_) | Expr::Near(_) => write!(f, "({part})"),
        _ => write!(f, "{part}"),
    }
}

fn write_term(f: &mut fmt::Formatter<'_>, literal: &Literal) -> fmt::Result {
    if literal.field != Field::Word {
        write!(f, "{}:", literal.field)?;
    }
    match is_bare(literal) {
        true => f.write_str(&literal.term),
        false => write_quoted(f, &literal.term),
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('"', "\\\""))
}

/// Whether the term can stand without quotes.
fn is_bare(literal: &Literal) -> bool {
    let inside = if literal.field == Field::Type { "_.,'/+-" } else { "_.,'" };
    let plain = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || inside.contains(c),
        false => !c.is_whitespace() && !piece::QUOTES.contains(&c),
    };
    literal.term.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let query: Query = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        let canonical = query.to_string();
        assert_eq!(canonical.parse::<Query>().as_ref(), Ok(&query), "{text} -> {canonical}");
        canonical
    }

    #[test]
    fn every_query_has_one_canonical_writing() {
        for (written, expected) in [
            ("Greensill", "greensill"),
            ("word:Greensill", "greensill"),
            ("greensill AND from:\"David Cameron\"", "greensill AND from:\"david cameron\""),
            ("greensill lex", "greensill AND lex"),
            ("a NOT b", "a AND NOT b"),
            ("NOT NOT a", "a"),
            ("a AND b OR c", "(a AND b) OR c"),
            ("a OR b c OR d", "a OR (b AND c) OR d"),
            ("((a)) AND (b AND (c))", "a AND b AND c"),
            ("(a OR (b OR c)) d", "(a OR b OR c) AND d"),
            ("a AND NOT (b OR c)", "a AND NOT (b OR c)"),
            ("\"Herd  Immunity\"", "\"herd immunity\""),
            ("“herd immunity” now", "\"herd immunity\" AND now"),
            ("word:\"herd immunity\"", "\"herd immunity\""),
            ("\"greensill\"", "greensill"),
            ("well-known", "\"well known\""),
            ("£10.5m", "10.5m"),
            ("1,000", "1,000"),
            ("R&D", "\"r d\""),
            ("Café O’Neill", "cafe AND o'neill"),
            ("👍🏽", "👍"),
            ("FROM:David", "from:david"),
            ("file:Well-Known.pdf", "file:\"well known.pdf\""),
            ("type:image/JPEG type:image", "type:image/jpeg AND type:image"),
            ("event:disappearing", "event:disappearing"),
            ("a and b or not", "a AND and AND b AND or AND not"),
            ("\"foo:bar\"", "\"foo:bar\""),
            ("\"צה\\\"ל\"", "\"צה\\\"ל\""),
            ("lex(a OR b)", "lex AND (a OR b)"),
            ("\"50% of it?\"", "\"50 of it\""),
            ("drill:drill", "drill:drill"),
            ("Big loan W/5 bank", "big AND (loan w/5 bank)"),
            ("d NOT a w/5 b OR c d", "(d AND NOT (a w/5 b)) OR (c AND d)"),
            ("(a OR \"b c\") pre/2 (d)", "(a OR \"b c\") pre/2 d"),
            ("a w/05 b", "a w/5 b"),
            ("\"w/5\" OR w", "\"w 5\" OR w"),
            ("forms(Lend)", "forms(lend: lend OR lend's OR lending OR lends OR lent)"),
            ("forms(\"Lend\") AND x", "forms(lend: lend OR lend's OR lending OR lends OR lent) AND x"),
            ("in:\"Private Office\" forms", "chat:\"private office\" AND forms"),
            ("FROM:(Ada OR \"Ben Marsh\") x", "(from:ada OR from:\"ben marsh\") AND x"),
            ("x NOT in:(Ada)", "x AND NOT chat:ada"),
            ("has:image has:link", "type:image AND (http OR https)"),
            ("a after:2020/3/12 NOT before:2020-04-01", "a AND after:2020-03-12 AND after:2020-04-01"),
        ] {
            assert_eq!(canonical(written), expected, "{written}");
        }
    }

    #[test]
    fn a_digest_is_a_term() {
        let digest = "AB".repeat(32);
        assert_eq!(canonical(&format!("sha256:{digest}")), format!("sha256:{}", "ab".repeat(32)));
    }

    #[test]
    fn negated_literals_are_not_positive() {
        let query: Query = "a AND NOT (b OR \"c d\") AND \"e f\"".parse().unwrap();
        let shown = |set: BTreeSet<Literal>| set.iter().map(|l| l.term.clone()).collect::<String>();
        assert_eq!(shown(query.positive()), "aef");
        assert_eq!(shown(query.literals()), "abcdef");
    }

    #[test]
    fn only_a_drill_is_a_drill() {
        assert!("drill:drill".parse::<Query>().unwrap().is_drill());
        assert!(!"drill".parse::<Query>().unwrap().is_drill());
    }
}
