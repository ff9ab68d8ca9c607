//! From text to tokens. Pieces are cut by winnow; each is then judged, with its column.

use std::{fmt::Write as _, ops::Range};

use blackbox_format::{
    term::{Field, Literal},
    text,
};
use winnow::{
    LocatingSlice, Parser as _,
    combinator::{alt, preceded, repeat, terminated},
    error::EmptyError,
    token::{none_of, one_of, rest, take_while},
};

use super::{Expr, Fault, ParseError, word_literal};

/// What opens and closes a quoted value: the plain quote, and what word processors make of it.
pub(super) const QUOTES: [char; 4] = ['"', '\u{201C}', '\u{201D}', '\u{201E}'];

/// Characters of a text that an error repeats.
const ECHO_CHARS: usize = 40;

/// Fields that other tools have, and what to write here.
const ELSEWHERE: [(&str, &str); 20] = [
    ("before", DAYS),
    ("after", DAYS),
    ("since", DAYS),
    ("until", DAYS),
    ("date", DAYS),
    ("sent", DAYS),
    ("received", DAYS),
    ("has", "write type:image, type:video, ... or file:name"),
    ("in", "write chat:\"name of the conversation\""),
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
    ("subject", "write the word alone"),
];
const DAYS: &str = "use the flags --since and --until of the request";

/// Names that other tools use as functions.
const FUNCTIONS: [&str; 5] = ["forms", "fuzzy", "near", "onear", "stem"];
/// Names that other tools use before `/` and a number of words.
const DISTANCES: [&str; 5] = ["w", "pre", "near", "onear", "within"];

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
    /// A term or a phrase.
    Operand(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Open,
    Close,
    /// Between quotes, escapes still in it.
    Quoted(&'a str),
    /// A quote that never ends.
    Unclosed,
    Bare(&'a str),
}

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let pieces = pieces(text);
    let mut tokens = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some((piece, span)) = pieces.get(at) {
        let next = pieces.get(at + 1).filter(|(_, next)| next.start == span.end).map(|(next, _)| *next);
        let fail = |fault| ParseError::at(text, span.start, fault);
        let (kind, used) = judge(*piece, next).map_err(fail)?;
        if let Kind::Operand(expr) = &kind {
            reads_back(expr).map_err(fail)?;
        }
        tokens.push(Token { at: span.start, kind });
        at += used;
    }
    drill_stands_alone(text, &tokens)?;
    Ok(tokens)
}

fn pieces(text: &str) -> Vec<(Piece<'_>, Range<usize>)> {
    let blanks = || take_while::<_, LocatingSlice<&str>, EmptyError>(0.., char::is_whitespace);
    let escape = || "\\\"".void();
    let plain = (repeat::<_, _, (), EmptyError, _>(0.., alt((escape(), none_of('"').void()))).take(), '"');
    let curly = (
        repeat::<_, _, (), EmptyError, _>(0.., alt((escape(), none_of(QUOTES).void()))).take(),
        one_of(QUOTES),
    );
    let piece = alt((
        '('.value(Piece::Open),
        ')'.value(Piece::Close),
        preceded('"', plain).map(|(inside, _)| Piece::Quoted(inside)),
        preceded(one_of(&QUOTES[1..]), curly).map(|(inside, _)| Piece::Quoted(inside)),
        (one_of(QUOTES), rest).value(Piece::Unclosed),
        take_while(1.., |c: char| !c.is_whitespace() && !"()".contains(c) && !QUOTES.contains(&c))
            .map(Piece::Bare),
    ));
    preceded(blanks(), repeat(0.., terminated(piece.with_span(), blanks())))
        .parse(LocatingSlice::new(text))
        .expect("every character is a blank, a parenthesis, a quote or bare")
}

/// The token that begins with `piece`, and how many pieces it takes. `next` follows directly.
fn judge(piece: Piece<'_>, next: Option<Piece<'_>>) -> Result<(Kind, usize), Fault> {
    match piece {
        Piece::Open => Ok((Kind::Open, 1)),
        Piece::Close => Ok((Kind::Close, 1)),
        Piece::Unclosed => Err(Fault::Quote),
        Piece::Quoted(inside) => Ok((Kind::Operand(quoted(Field::Word, inside)?), 1)),
        Piece::Bare("AND") => Ok((Kind::And, 1)),
        Piece::Bare("OR") => Ok((Kind::Or, 1)),
        Piece::Bare("NOT") => Ok((Kind::Not, 1)),
        Piece::Bare(written) => bare(written, next),
    }
}

fn bare(written: &str, next: Option<Piece<'_>>) -> Result<(Kind, usize), Fault> {
    refuse_foreign(written, next)?;
    let Some((name, value)) = split_field(written) else {
        return Ok((Kind::Operand(unquoted(Field::Word, written)?), 1));
    };
    let field = field(name)?;
    match (value, next) {
        ("", Some(Piece::Quoted(inside))) => Ok((Kind::Operand(quoted(field, inside)?), 2)),
        ("", Some(Piece::Unclosed)) => Err(Fault::Quote),
        ("", Some(Piece::Open)) => Err(Fault::Grouped(field.name().into())),
        ("", _) => Err(Fault::Valueless(field.name().into())),
        (value, _) => Ok((Kind::Operand(unquoted(field, value)?), 1)),
    }
}

/// Refuses what other tools read as an operator or a function.
fn refuse_foreign(written: &str, next: Option<Piece<'_>>) -> Result<(), Fault> {
    let lower = written.to_lowercase();
    if next == Some(Piece::Open) && FUNCTIONS.contains(&lower.as_str()) {
        return Err(Fault::Function(lower));
    }
    let distance = lower.split_once('/').filter(|(name, _)| DISTANCES.contains(name));
    if distance.is_some_and(|(_, count)| !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Fault::Proximity(lower));
    }
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

fn field(name: &str) -> Result<Field, Fault> {
    let name = name.to_ascii_lowercase();
    match name.parse() {
        Ok(field @ (Field::Context | Field::Register)) => Err(Fault::Reserved(field.name())),
        Ok(field) => Ok(field),
        Err(_) => match ELSEWHERE.iter().find(|(known, _)| *known == name) {
            Some((_, instead)) => Err(Fault::Elsewhere { name, instead }),
            None => Err(Fault::Field(echo(&name))),
        },
    }
}

fn unquoted(field: Field, value: &str) -> Result<Expr, Fault> {
    match value.chars().find(|c| "*?~%".contains(*c)) {
        Some(mark) => Err(Fault::Wildcard { mark, text: echo(value) }),
        None => operand(field, value),
    }
}

/// Between quotes `?` and `%` are punctuation, unless a letter or digit stands on both sides.
fn quoted(field: Field, inside: &str) -> Result<Expr, Fault> {
    let value = inside.replace("\\\"", "\"");
    let chars: Vec<char> = value.chars().collect();
    let wild = |(at, c): &(usize, &char)| match c {
        '*' | '~' => true,
        '?' | '%' => {
            let letter =
                |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
            letter(at.checked_sub(1)) && letter(Some(at + 1))
        }
        _ => false,
    };
    match chars.iter().enumerate().find(wild) {
        Some((_, mark)) => Err(Fault::Wildcard { mark: *mark, text: echo(&value) }),
        None => operand(field, &value),
    }
}

fn operand(field: Field, value: &str) -> Result<Expr, Fault> {
    if field == Field::Word {
        let mut words = text::words(value);
        return match words.len() {
            0 => Err(Fault::Wordless(echo(value))),
            1 => Ok(Expr::Term(word_literal(&words.remove(0)))),
            _ => Ok(Expr::Phrase(words)),
        };
    }
    let literal = Literal::new(field, value);
    match literal.term.is_empty() {
        true => Err(Fault::Wordless(echo(value))),
        false => fits(&literal).then_some(Expr::Term(literal)).ok_or_else(|| misfit(field, value)),
    }
}

/// Whether the term can be one of its field.
fn fits(literal: &Literal) -> bool {
    let term = &literal.term;
    let made_of = |signs: &str| {
        term.starts_with(|c: char| c.is_alphanumeric())
            && term.chars().all(|c| c.is_alphanumeric() || signs.contains(c))
    };
    match literal.field {
        Field::Sha256 => term.len() == 64 && term.bytes().all(|b| b.is_ascii_hexdigit()),
        Field::Type => term.is_ascii() && made_of("_.+/-"),
        Field::Event => made_of("_-"),
        Field::Drill => *literal == Literal::drill(),
        _ => true,
    }
}

fn misfit(field: Field, value: &str) -> Fault {
    match field {
        Field::Sha256 => Fault::Digest(echo(value)),
        Field::Drill => Fault::Reserved("drill"),
        _ => Fault::Value { field: field.name(), text: echo(value) },
    }
}

/// Refuses an operand whose canonical writing is another operand, or holds what no line of text
/// may: behind a control character or blank, an invisible joiner and an emoji are one word with it.
fn reads_back(expr: &Expr) -> Result<(), Fault> {
    let mut written = String::new();
    write!(written, "{expr}").expect("a string takes any text");
    let pieces = pieces(&written);
    let again = match pieces[..] {
        [(first, _)] => judge(first, None),
        [(first, _), (second, _)] => judge(first, Some(second)),
        _ => Err(Fault::Empty),
    };
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

fn echo(text: &str) -> String {
    match text.char_indices().nth(ECHO_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
