//! The header of a record: date, time, and what stands around them. WhatsApp writes it as the telephone's language
//! and region have it, so there are dozens of shapes; but all headers of one export have the same.

use winnow::{
    ModalResult, Parser,
    combinator::{alt, fail, opt, preceded},
    token::{one_of, take_while},
};

use super::words::{Half, LINKS, half};

/// What all headers of an export have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) frame: Frame,
    time_first: bool,
    separator: char,
    pub(crate) year: Year,
    clock_separator: char,
    seconds: bool,
    half: Side,
}

/// How a header ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Frame {
    /// `[...] `
    Brackets,
    /// `... - `
    Dash,
    /// `...: `
    Colon,
}

/// Where the year stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Year {
    /// Four digits, first.
    First,
    /// Four digits, last.
    Last,
    /// Two digits, first or last.
    Short,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    None,
    Before,
    After,
}

/// A line's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) shape: Shape,
    /// The numbers of the date, as they stand.
    pub(crate) date: [u16; 3],
    /// Hour (0 to 23), minute and second.
    pub(crate) time: [u8; 3],
    /// Date and time as written.
    pub(crate) written: &'a str,
    /// What follows.
    pub(crate) rest: &'a str,
}

/// The header that `line` begins with, of whatever shape, if it does.
pub(crate) fn parse(line: &str) -> Option<Header<'_>> {
    let line = line.trim_start_matches(is_mark);
    let first = line.chars().next()?;
    match first == '[' || digit(first).is_some() {
        true => header(&mut { line }).ok(),
        false => None,
    }
}

/// Whether `c` is one of the invisible marks for the direction of writing (and the byte order mark).
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether `c` is a space or a mark: what may stand between the parts of a header.
pub(super) fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}') || is_mark(c)
}

/// The value of a decimal digit: ASCII, Arabic-Indic, Persian, Devanagari, Bengali, Thai, Burmese.
fn digit(c: char) -> Option<u16> {
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{1040}'];
    let value = |zero: char| (c as u32).checked_sub(zero as u32).filter(|value| *value < 10);
    zeros.into_iter().find_map(value).map(|value| value as u16)
}

struct Date {
    numbers: [u16; 3],
    separator: char,
    year: Year,
}

struct Clock {
    time: [u8; 3],
    separator: char,
    seconds: bool,
    half: Side,
}

fn header<'a>(input: &mut &'a str) -> ModalResult<Header<'a>> {
    let bracket = opt(('[', gap)).parse_next(input)?.is_some();
    let start = *input;
    let (time_first, date, clock) = alt((date_and_time, time_and_date)).parse_next(input)?;
    let written = start[..start.len() - input.len()].trim_matches(is_gap);
    let frame = if bracket { closing(input)? } else { dash_or_colon(input)? };
    let shape = Shape {
        frame,
        time_first,
        separator: date.separator,
        year: date.year,
        clock_separator: clock.separator,
        seconds: clock.seconds,
        half: clock.half,
    };
    Ok(Header { shape, date: date.numbers, time: clock.time, written, rest: input })
}

fn closing(input: &mut &str) -> ModalResult<Frame> {
    (gap, ']', opt(' ')).value(Frame::Brackets).parse_next(input)
}

fn dash_or_colon(input: &mut &str) -> ModalResult<Frame> {
    let dash = (one_of(['-', '–']), gap_or_end).value(Frame::Dash);
    let colon = (':', ' ').value(Frame::Colon);
    preceded(gap, alt((dash, colon))).parse_next(input)
}

fn gap<'a>(input: &mut &'a str) -> ModalResult<&'a str> {
    take_while(0.., is_gap).parse_next(input)
}

/// One space, or nothing more on the line. Marks after it belong to what follows.
fn gap_or_end(input: &mut &str) -> ModalResult<()> {
    match input.is_empty() {
        true => Ok(()),
        false => (take_while(0.., is_mark), one_of([' ', '\u{a0}', '\u{202f}'])).void().parse_next(input),
    }
}

/// Between date and time: a comma, spaces, and in some languages a word.
fn link(input: &mut &str) -> ModalResult<Option<Half>> {
    let comma = (gap, opt(one_of([',', '،', '、', '.'])), gap).take().parse_next(input)?;
    let word = take_while(0..=MAX_WORD_CHARS, is_word).parse_next(input)?;
    let word = word.trim_matches(is_gap);
    match half(word) {
        Some(half) => Ok(Some(half)),
        None if LINKS.contains(&word.trim_end_matches([',', '.', ' '])) => Ok(None),
        None if word.is_empty() && !comma.is_empty() => Ok(None),
        None => fail.parse_next(input),
    }
}

const MAX_WORD_CHARS: usize = 20;

fn is_word(c: char) -> bool {
    is_gap(c)
        || matches!(c, '.' | ',')
        || (!c.is_ascii() && digit(c).is_none() && c != '–')
        || c.is_ascii_alphabetic()
}

fn date_and_time(input: &mut &str) -> ModalResult<(bool, Date, Clock)> {
    let date = date.parse_next(input)?;
    let before = link.parse_next(input)?;
    Ok((false, date, clock(before).parse_next(input)?))
}

fn time_and_date(input: &mut &str) -> ModalResult<(bool, Date, Clock)> {
    let before = opt(link).parse_next(input)?.flatten();
    let clock = clock(before).parse_next(input)?;
    (opt(one_of([',', '،', '、'])), gap).parse_next(input)?;
    Ok((true, date.parse_next(input)?, clock))
}

fn number(digits: std::ops::RangeInclusive<usize>) -> impl FnMut(&mut &str) -> ModalResult<(u16, usize)> {
    move |input: &mut &str| {
        let text: &str = take_while(digits.clone(), |c| digit(c).is_some()).parse_next(input)?;
        let value = text.chars().filter_map(digit).fold(0, |sum, digit| sum * 10 + digit);
        Ok((value, text.chars().count()))
    }
}

fn date(input: &mut &str) -> ModalResult<Date> {
    let (a, a_digits) = number(1..=4).parse_next(input)?;
    let separator = preceded(gap, one_of(['/', '.', '-', '年'])).parse_next(input)?;
    let (b, b_digits) = preceded(gap, number(1..=2)).parse_next(input)?;
    preceded(gap, one_of([separator, if separator == '年' { '月' } else { separator }])).parse_next(input)?;
    let (c, c_digits) = preceded(gap, number(1..=4)).parse_next(input)?;
    if separator == '年' {
        '日'.parse_next(input)?;
    }
    let year = match (a_digits, b_digits, c_digits) {
        (4, _, 1..=2) => Year::First,
        (1..=2, _, 4) => Year::Last,
        (1..=2, _, 1..=2) if a_digits == 2 || c_digits == 2 => Year::Short,
        _ => return fail.parse_next(input),
    };
    Ok(Date { numbers: [a, b, c], separator, year })
}

fn clock(before: Option<Half>) -> impl FnMut(&mut &str) -> ModalResult<Clock> {
    move |input: &mut &str| {
        let (hour, _) = number(1..=2).parse_next(input)?;
        let separator = one_of([':', '.', '٫', '時', '时']).parse_next(input)?;
        let (minute, _) = number(2..=2).parse_next(input)?;
        let second = opt(preceded(separator, number(2..=2))).parse_next(input)?;
        let after = opt(word_after).parse_next(input)?.flatten();
        let side = match (before, after) {
            (Some(_), _) => Side::Before,
            (None, Some(_)) => Side::After,
            (None, None) => Side::None,
        };
        let hour = Half::apply(before.or(after), hour);
        let second_value = second.map_or(0, |(second, _)| second);
        match (hour, minute, second_value) {
            (Some(hour), 0..60, 0..=60) => Ok(Clock {
                time: [hour, minute as u8, second_value.min(59) as u8],
                separator,
                seconds: second.is_some(),
                half: side,
            }),
            _ => fail.parse_next(input),
        }
    }
}

/// The word after a time: AM, PM in some language, or one that means nothing ("Uhr").
fn word_after(input: &mut &str) -> ModalResult<Option<Half>> {
    let whole = *input;
    let text: &str =
        take_while(1..=MAX_WORD_CHARS, |c| is_word(c) && !matches!(c, ',' | '،' | '、')).parse_next(input)?;
    let word = text.trim_matches(is_gap);
    match half(word) {
        Some(half) => Ok(Some(half)),
        None if word.is_empty() => {
            *input = whole;
            Ok(None)
        }
        None if LINKS.contains(&word.trim_end_matches('.')) => Ok(None),
        None => fail.parse_next(input),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> ([u16; 3], [u8; 3], &str, &str) {
        let header = parse(line).unwrap_or_else(|| panic!("{line}"));
        (header.date, header.time, header.written, header.rest)
    }

    #[test]
    fn a_header_gives_its_numbers_its_text_and_what_follows() {
        let evening = [21, 30, 0];
        assert_eq!(read("12/3/20, 9:30 PM - Ada: hi"), ([12, 3, 20], evening, "12/3/20, 9:30 PM", "Ada: hi"));
        assert_eq!(
            read("\u{200e}[12.03.2020, 21:30:05] \u{200e}Ada"),
            ([12, 3, 2020], [21, 30, 5], "12.03.2020, 21:30:05", "\u{200e}Ada")
        );
        assert_eq!(read("12/3/20 9:30:05: Ada: hi"), ([12, 3, 20], [9, 30, 5], "12/3/20 9:30:05", "Ada: hi"));
        assert_eq!(
            read("[21:30, 12/3/2020] Ada: hi"),
            ([12, 3, 2020], evening, "21:30, 12/3/2020", "Ada: hi")
        );
        assert_eq!(
            read("2020. 3. 12. 오후 9:30 - Ada"),
            ([2020, 3, 12], evening, "2020. 3. 12. 오후 9:30", "Ada")
        );
    }

    #[test]
    fn twelve_and_over_are_hours_of_the_day() {
        let hour = |line: &str| parse(line).unwrap().time[0];
        assert_eq!(hour("12/3/20, 12:30 AM - a"), 0);
        assert_eq!(hour("12/3/20, 12:30 PM - a"), 12);
        assert_eq!(hour("12/3/20, 11:30 p. m. - a"), 23);
        assert_eq!(hour("12/3/20, 15:30 PM - a"), 15);
        assert_eq!(hour("12/3/20, 24:30 - a"), 0);
        assert_eq!(hour("2020/3/12 中午12:30 - a"), 12);
        assert_eq!(hour("2020/3/12 中午1:30 - a"), 13);
    }

    #[test]
    fn other_lines_have_no_header() {
        for line in [
            "",
            "hello",
            "12/3/20",
            "12/3/20, 9:30",
            "12/3/20, 9:30 hi",
            "12/3/20, 9:60 - a",
            "12/3/20, 25:30 - a",
            "12/3.20, 9:30 - a",
            "123/3/20, 9:30 - a",
            "[12/3/20, 9:30 - a",
            "12/3/20, 9:30] a",
            "12/3/20, 9:30 XM - a",
            "9:30 - a",
            "[",
            "\u{200e}",
            "12/3/20, 9:3 - a",
            "12/3/20209:30 - a",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
