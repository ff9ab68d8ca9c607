//! The value of an operand, quoted or not, as a term or a phrase.

use blackbox_format::{
    term::{Field, Literal},
    text,
};

use super::{Expr, Fault, word_literal};

/// Characters of a text that an error repeats.
const ECHO_CHARS: usize = 40;

pub(super) fn unquoted(field: Field, value: &str) -> Result<Expr, Fault> {
    match value.chars().find(|c| "*?~%".contains(*c)) {
        Some(mark) => Err(Fault::Wildcard { mark, text: echo(value) }),
        None => operand(field, value),
    }
}

/// Between quotes `?` and `%` are punctuation, unless a letter or digit stands on both sides.
pub(super) fn quoted(field: Field, inside: &str) -> Result<Expr, Fault> {
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

/// The beginning of `text`, as an error repeats it.
pub(super) fn echo(text: &str) -> String {
    match text.char_indices().nth(ECHO_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
