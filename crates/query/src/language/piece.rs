//! A query's text, cut by winnow: parentheses, quoted text, and what stands between blanks.

use std::ops::Range;

use winnow::{
    LocatingSlice, Parser as _,
    combinator::{alt, preceded, repeat, terminated},
    error::EmptyError,
    token::{none_of, one_of, rest, take_while},
};

/// What opens and closes a quoted value: the plain quote, and what word processors make of it.
pub(super) const QUOTES: [char; 4] = ['"', '\u{201C}', '\u{201D}', '\u{201E}'];

/// A piece and where it stands, in bytes.
pub(super) type Placed<'a> = (Piece<'a>, Range<usize>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Open,
    Close,
    /// Between quotes, escapes still in it.
    Quoted(&'a str),
    /// A quote that never ends.
    Unclosed,
    Bare(&'a str),
}

/// The pieces of `text`, in order. None holds a blank at an end.
pub(super) fn pieces(text: &str) -> Vec<Placed<'_>> {
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
