//! Lines of a given width, in columns of a terminal (UAX 11), with bold stretches.
//!
//! Lines break after blanks and between wide characters (ideographs, emoji); a word longer than a
//! line breaks between any two graphemes.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const BOLD: &str = "\u{1b}[1m";
const NOT_BOLD: &str = "\u{1b}[22m";

/// A stretch of text whose acting characters are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// The text.
    pub text: String,
    /// Whether it is bold.
    pub bold: bool,
}

impl Span {
    /// Text that is not bold.
    pub fn plain(text: impl Into<String>) -> Span {
        Span { text: text.into(), bold: false }
    }
}

/// Columns that the texts of `spans` take.
pub(crate) fn columns(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.text.width()).sum()
}

/// `text` for one line of at most `columns` columns: as [`crate::escape_terminal`] writes it, with `…` for an end that
/// finds no room.
pub fn fit_terminal(text: &str, columns: usize) -> String {
    let text = crate::escape_terminal(text);
    if text.width() <= columns {
        return text;
    }
    let mut used = 1;
    let fits = |grapheme: &&str| {
        used += grapheme.width();
        used <= columns
    };
    text.graphemes(true).take_while(fits).chain(["…"]).collect()
}

/// `spans` as lines of at most `columns` columns, without blanks at their ends. Bold stretches end
/// with their line and begin again on the next.
pub(crate) fn wrap(spans: &[Span], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line: Vec<Cell<'_>> = Vec::new();
    let mut used = 0;
    for cell in spans.iter().flat_map(cells) {
        if cell.text == "\n" {
            lines.push(written(&line));
            line.clear();
            used = 0;
            continue;
        }
        used += cell.width;
        line.push(cell);
        if used > columns && line.len() > 1 {
            let rest = line.split_off(break_of(&line));
            lines.push(written(&line));
            used = rest.iter().map(|cell| cell.width).sum();
            line = rest;
        }
    }
    lines.push(written(&line));
    lines
}

/// A grapheme.
#[derive(Clone, Copy)]
struct Cell<'a> {
    text: &'a str,
    bold: bool,
    width: usize,
}

impl Cell<'_> {
    fn breaks(&self) -> bool {
        self.text == " " || self.width > 1
    }
}

fn cells(span: &Span) -> impl Iterator<Item = Cell<'_>> {
    span.text.graphemes(true).map(|text| Cell { text, bold: span.bold, width: text.width() })
}

/// Where a line that is one cell too long is cut: a blank that hangs over stays and is trimmed.
fn break_of(line: &[Cell<'_>]) -> usize {
    let (last, before) = line.split_last().expect("the line has two cells");
    let start = before.iter().take_while(|cell| cell.text == " ").count();
    match last.text {
        " " => line.len(),
        _ if last.width > 1 => before.len(),
        _ => before[start..].iter().rposition(Cell::breaks).map_or(before.len(), |i| start + i + 1),
    }
}

fn written(line: &[Cell<'_>]) -> String {
    let end = line.iter().rposition(|cell| cell.text != " ").map_or(0, |last| last + 1);
    let mut out = String::new();
    let mut bold = false;
    for cell in &line[..end] {
        if cell.bold != bold {
            out.push_str(if cell.bold { BOLD } else { NOT_BOLD });
            bold = cell.bold;
        }
        out.push_str(cell.text);
    }
    if bold {
        out.push_str(NOT_BOLD);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        wrap(&[Span::plain(text)], columns)
    }

    #[test]
    fn lines_break_after_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two  three", 7), ["one two", " three"]);
        assert_eq!(wrapped("one\n\n  two ", 7), ["one", "", "  two"]);
        assert_eq!(wrapped("", 7), [""]);
    }

    #[test]
    fn long_words_and_wide_characters_break_anywhere() {
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("    abcdefgh", 6), ["    ab", "cdefgh"]);
        assert_eq!(wrapped("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(wrapped("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(wrapped("漢", 1), ["漢"]);
    }

    #[test]
    fn what_finds_no_room_is_cut_off_after_escaping() {
        assert_eq!(fit_terminal("Family", 6), "Family");
        assert_eq!(fit_terminal("Family group", 6), "Famil…");
        assert_eq!(fit_terminal("漢字漢字", 6), "漢字…");
        assert_eq!(fit_terminal("a\nb", 9), "a⟨U+000A…");
    }

    #[test]
    fn bold_ends_with_its_line() {
        let spans = [Span::plain("a "), Span { text: "bold words".into(), bold: true }, Span::plain(" b")];
        assert_eq!(wrap(&spans, 6), ["a \u{1b}[1mbold\u{1b}[22m", "\u{1b}[1mwords\u{1b}[22m", "b"]);
        assert_eq!(columns(&spans), 14);
    }
}
