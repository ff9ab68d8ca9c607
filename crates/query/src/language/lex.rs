//! From text to tokens: each piece is judged where it stands.

use std::fmt::Write as _;

use blackbox_format::term::{Field, Literal};

use super::{
    Expr, Fault, ParseError,
    days::Days,
    has,
    near::Distance,
    piece::{Piece, Placed, pieces},
    value::{echo, quoted, unquoted},
    variants::Variants,
};

/// Fields that other tools have, and what to write here.
const ELSEWHERE: [(&str, &str); 20] = [
    ("since", DAYS),
    ("until", DAYS),
    ("date", DAYS),
    ("on", DAYS),
    ("older_than", DAYS),
    ("newer_than", DAYS),
    ("sent", DAYS),
    ("received", DAYS),
    ("group", "write chat:\"name of the conversation\""),
    ("channel", "write chat:\"name of the conversation\""),
    ("sender", "write from:\"name\""),
    ("author", "write from:\"name\""),
    ("recipient", "write to:\"name\""),
    ("cc", "write to:\"name\""),
    ("bcc", "write to:\"name\""),
    ("participants", "write with:\"name\""),
    ("filename", "write file:name"),
    ("text", "write the word alone"),
    ("body", "write the word alone"),
    ("subject", "write the word alone"),
];
const DAYS: &str = "write after:2020-03-12 for that day and later, before:2020-04-01 for the days before";

/// Fields that may stand before a parenthesis.
const WITHIN: [&str; 6] = ["from", "to", "with", "chat", "in", "file"];

/// One token and where it begins, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(Distance),
    /// `from:` before a parenthesis.
    Within(Field),
    /// A term, a phrase, variants, days.
    Operand(Expr),
}

/// The pieces that are not judged yet. The text is that which they are cut from.
#[derive(Clone, Copy)]
struct Left<'a> {
    text: &'a str,
    pieces: &'a [Placed<'a>],
}

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let pieces = pieces(text);
    let mut tokens = Vec::with_capacity(pieces.len());
    let mut left = &pieces[..];
    while let Some((_, span)) = left.first() {
        let fail = |fault| ParseError::at(text, span.start, fault);
        let (kind, used) = judge(Left { text, pieces: left }).map_err(fail)?;
        if let Kind::Operand(expr) = &kind {
            reads_back(expr).map_err(fail)?;
        }
        tokens.push(Token { at: span.start, kind });
        left = &left[used..];
    }
    drill_stands_alone(text, &tokens)?;
    Ok(tokens)
}

/// The first token, and how many pieces it takes.
fn judge(left: Left<'_>) -> Result<(Kind, usize), Fault> {
    match left.pieces.first().map(|(piece, _)| *piece) {
        None => Err(Fault::Empty),
        Some(Piece::Open) => Ok((Kind::Open, 1)),
        Some(Piece::Close) => Ok((Kind::Close, 1)),
        Some(Piece::Unclosed) => Err(Fault::Quote),
        Some(Piece::Quoted(inside)) => Ok((Kind::Operand(quoted(Field::Word, inside)?), 1)),
        Some(Piece::Bare("AND")) => Ok((Kind::And, 1)),
        Some(Piece::Bare("OR")) => Ok((Kind::Or, 1)),
        Some(Piece::Bare("NOT")) => Ok((Kind::Not, 1)),
        Some(Piece::Bare(written)) => bare(written, left),
    }
}

fn bare(written: &str, left: Left<'_>) -> Result<(Kind, usize), Fault> {
    if left.next() == Some(Piece::Open)
        && let Some(called) = function(&written.to_lowercase(), left)
    {
        return called;
    }
    if let Some(distance) = Distance::read(written) {
        return Ok((Kind::Near(distance?), 1));
    }
    refuse_operators(written)?;
    match split_field(written) {
        Some((name, value)) => of_field(&name.to_ascii_lowercase(), value, left),
        None => Ok((Kind::Operand(unquoted(Field::Word, written)?), 1)),
    }
}

/// A field, its name in lower case, and what stands directly after the colon.
fn of_field(name: &str, value: &str, left: Left<'_>) -> Result<(Kind, usize), Fault> {
    let lacks = |fault: fn(String) -> Fault| match known_field(name) {
        Ok(()) => fault(name.to_owned()),
        Err(unknown) => unknown,
    };
    let (value, used) = match (value, left.next()) {
        ("", Some(Piece::Quoted(inside))) => (Value::Quoted(inside), 2),
        ("", Some(Piece::Unclosed)) => return Err(Fault::Quote),
        ("", Some(Piece::Open)) if WITHIN.contains(&name) => return Ok((Kind::Within(field(name)?), 1)),
        ("", Some(Piece::Open)) => return Err(lacks(Fault::Grouped)),
        ("", _) => return Err(lacks(Fault::Valueless)),
        (value, _) => (Value::Bare(value), 1),
    };
    Ok((Kind::Operand(with_field(name, value)?), used))
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Quoted(&'a str),
    Bare(&'a str),
}

/// `name:value`, the name in lower case.
fn with_field(name: &str, value: Value<'_>) -> Result<Expr, Fault> {
    let (Value::Quoted(text) | Value::Bare(text)) = value;
    if let Some(days) = Days::read(name, text) {
        return days.map(Expr::Days);
    }
    if name == "has" {
        return has::expand(text);
    }
    let field = field(name)?;
    match value {
        Value::Quoted(inside) => quoted(field, inside),
        Value::Bare(value) => unquoted(field, value),
    }
}

/// A function before its parenthesis, up to the one that closes it; nothing if `name` is a word.
fn function(name: &str, left: Left<'_>) -> Option<Result<(Kind, usize), Fault>> {
    match name {
        "forms" | "fuzzy" => Some(call(name, left)),
        "near" | "onear" => Some(Err(Fault::Distance(name.to_owned()))),
        "stem" | "within" | "synonyms" => Some(Err(Fault::Function(name.to_owned()))),
        _ => None,
    }
}

fn call(function: &str, left: Left<'_>) -> Result<(Kind, usize), Fault> {
    let close = left.pieces.iter().position(|(piece, _)| *piece == Piece::Close).ok_or(Fault::Unclosed)?;
    let inside = left.text.get(left.pieces[1].1.end..left.pieces[close].1.start).unwrap_or_default();
    let variants = Variants::read(function, inside)?;
    Ok((Kind::Operand(Expr::Variants(variants)), close + 1))
}

impl<'a> Left<'a> {
    /// The second piece, if it follows the first directly.
    fn next(self) -> Option<Piece<'a>> {
        match self.pieces {
            [(_, first), (next, second), ..] if first.end == second.start => Some(*next),
            _ => None,
        }
    }
}

/// Refuses what other tools read as an operator.
fn refuse_operators(written: &str) -> Result<(), Fault> {
    let leading = ['-', '!'].into_iter().find(|mark| written.starts_with(*mark) && written.len() > 1);
    let inside = ['|', '^'].into_iter().find(|mark| written.contains(*mark));
    let doubled = written.contains("&&").then_some('&');
    match leading.or(inside).or(doubled) {
        Some(mark) => Err(Fault::Operator { mark, text: echo(written) }),
        None => Ok(()),
    }
}

/// A name of letters before a colon. What else has a colon, such as 10:30, is text.
fn split_field(written: &str) -> Option<(&str, &str)> {
    let (name, value) = written.split_once(':')?;
    let letters = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    letters.then_some((name, value))
}

fn known_field(name: &str) -> Result<(), Fault> {
    match name {
        "has" | "after" | "before" => Ok(()),
        _ => field(name).map(|_| ()),
    }
}

/// The field of a name in lower case.
fn field(name: &str) -> Result<Field, Fault> {
    if name == "in" {
        return Ok(Field::Chat);
    }
    match name.parse() {
        Ok(field @ (Field::Context | Field::Register)) => Err(Fault::Reserved(field.name())),
        Ok(field) => Ok(field),
        Err(_) => match ELSEWHERE.iter().find(|(known, _)| *known == name) {
            Some((_, instead)) => Err(Fault::Elsewhere { name: name.to_owned(), instead }),
            None => Err(Fault::Field(echo(name))),
        },
    }
}

/// Refuses an operand whose canonical writing is another operand, or holds what no line of text
/// may: behind a control character or blank, an invisible joiner and an emoji are one word with it.
pub(super) fn reads_back(expr: &Expr) -> Result<(), Fault> {
    if !matches!(expr, Expr::Term(_) | Expr::Phrase(_)) {
        return Ok(());
    }
    let mut written = String::new();
    write!(written, "{expr}").expect("a string takes any text");
    let pieces = pieces(&written);
    let again = judge(Left { text: &written, pieces: &pieces });
    let blank = match expr {
        Expr::Term(literal) if literal.field == Field::Word => literal.term.contains(char::is_whitespace),
        Expr::Term(literal) => literal.term != literal.term.trim(),
        Expr::Phrase(words) => words.iter().any(|word| word.contains(char::is_whitespace)),
        _ => false,
    };
    let plain = !written.contains(|c: char| c.is_control() || (c.is_whitespace() && c != ' '));
    match again {
        Ok((Kind::Operand(again), used)) if plain && !blank && again == *expr && used == pieces.len() => {
            Ok(())
        }
        _ => Err(Fault::Unwritable(echo(&written))),
    }
}

fn drill_stands_alone(text: &str, tokens: &[Token]) -> Result<(), ParseError> {
    let drill = tokens.iter().find(|token| token.kind == Kind::Operand(Expr::Term(Literal::drill())));
    match drill {
        Some(token) if tokens.len() > 1 => Err(ParseError::at(text, token.at, Fault::Reserved("drill"))),
        _ => Ok(()),
    }
}
