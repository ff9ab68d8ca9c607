//! Text in lines that fit.

/// `text` in lines of at most `width` columns; a line that is continued keeps its indent, and `hang` more.
pub fn wrapped(text: &str, width: usize, hang: usize) -> String {
    text.lines().map(|line| wrapped_line(line, width, hang)).collect::<Vec<_>>().join("\n")
}

/// The same for a terminal; command lines and signatures, which people copy, stay whole.
pub fn for_terminal(text: &str, width: usize) -> String {
    let copied = |line: &str| line.starts_with("\u{2014} ") || line.trim_start().starts_with("blackbox ");
    let line = |line| if copied(line) { line.to_owned() } else { wrapped_line(line, width, 2) };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, width: usize, hang: usize) -> String {
    if columns(line) <= width {
        return line.to_owned();
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let mut lines = vec![" ".repeat(indent)];
    for word in line[indent..].split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        let begun = !last.trim().is_empty();
        if begun && columns(last) + 1 + columns(word) > width {
            lines.push(format!("{}{word}", " ".repeat(indent + hang)));
        } else {
            last.push_str(if begun { " " } else { "" });
            last.push_str(word);
        }
    }
    lines.join("\n")
}

/// Columns of a line, taking every character for one.
pub fn columns(line: &str) -> usize {
    bare(line).chars().count()
}

/// A line without the two ANSI sequences that hits are shown with (bold, not bold).
pub fn bare(line: &str) -> String {
    line.replace("\u{1b}[1m", "").replace("\u{1b}[22m", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_indent() {
        assert_eq!(wrapped("  one two three\nfour", 10, 2), "  one two\n    three\nfour");
    }

    #[test]
    fn what_is_copied_stays_in_one_piece() {
        let text =
            "advice that is long enough\n  blackbox approve box 65f8\n\u{2014} example.gov.uk/box HBavMD";
        let shown = for_terminal(text, 14);
        assert!(shown.starts_with("advice that is\n  long enough\n"), "{shown}");
        assert!(
            shown.ends_with("  blackbox approve box 65f8\n\u{2014} example.gov.uk/box HBavMD"),
            "{shown}"
        );
    }
}
