//! How commands and texts are laid out in lines.

use crate::fold::{bare, columns};

/// One part of a longer text: from the first line that contains this, at most so many lines.
pub type Part = (&'static str, usize);

/// How much of what a verb says is shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// All of it.
    All,
    /// Nothing: it was seen before.
    Nothing,
    /// Its first line.
    First,
    /// These parts, in this order, and how much is left out between them.
    Parts(&'static [Part]),
}

/// A command line, quoted for a POSIX shell.
pub fn command(words: &[&str]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The same as it is shown: with a prompt, continued over lines of at most `width` columns where it is longer.
/// A flag stays with its first value.
pub fn prompt(words: &[&str], width: usize) -> String {
    let mut lines = vec!["$".to_owned()];
    for unit in words.chunk_by(|word, next| word.starts_with('-') && !next.starts_with('-')) {
        let unit = command(unit);
        let line = lines.last_mut().expect("there is a first line");
        // A space goes before it, and a space and a backslash behind it if the line is continued.
        if columns(line) + columns(&unit) + 3 > width && line != "$" {
            line.push_str(" \\");
            lines.push(format!("    {unit}"));
        } else {
            line.push(' ');
            line.push_str(&unit);
        }
    }
    lines.join("\n")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@%+,-".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// The lines of `text` that are shown, or the part that it lacks.
pub fn cut(text: &str, shown: Shown) -> Result<Vec<String>, &'static str> {
    let lines: Vec<&str> = text.lines().collect();
    match shown {
        Shown::All => Ok(lines.iter().map(|line| (*line).to_owned()).collect()),
        Shown::Nothing => Ok(Vec::new()),
        Shown::First => Ok(lines.first().map(|line| format!("{line} [...]")).into_iter().collect()),
        Shown::Parts(parts) => cut_parts(&lines, parts),
    }
}

fn cut_parts(lines: &[&str], parts: &[Part]) -> Result<Vec<String>, &'static str> {
    let mut cut = Vec::new();
    let mut at = 0;
    for (start, length) in parts {
        let found = lines[at..].iter().position(|line| bare(line).contains(start)).ok_or(*start)?;
        cut.extend(gap(found));
        let first = at + found;
        at = first.saturating_add(*length).min(lines.len());
        cut.extend(lines[first..at].iter().map(|line| (*line).to_owned()));
    }
    cut.extend(gap(lines.len() - at));
    Ok(cut)
}

fn gap(lines: usize) -> Option<String> {
    match lines {
        0 => None,
        1 => Some("  [... 1 line ...]".to_owned()),
        _ => Some(format!("  [... {lines} lines ...]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        let words = ["blackbox", "request", "box", "tolland AND from:\"Piers\"", "*", "it's", ""];
        assert_eq!(command(&words), "blackbox request box 'tolland AND from:\"Piers\"' '*' 'it'\\''s' ''");
    }

    #[test]
    fn a_long_command_is_continued_as_a_shell_would_take_it() {
        let shown = prompt(&["blackbox", "init", "box", "--origin", "example.gov.uk/box"], 32);
        assert_eq!(shown, "$ blackbox init box \\\n    --origin example.gov.uk/box");
    }

    #[test]
    fn parts_say_how_much_is_left_out() {
        let text = "a\nb\nc\nd\ne";
        let cut = cut(text, Shown::Parts(&[("b", 1), ("d", 1)])).unwrap();
        assert_eq!(cut, ["  [... 1 line ...]", "b", "  [... 1 line ...]", "d", "  [... 1 line ...]"]);
    }

    #[test]
    fn a_part_that_is_not_there_is_named() {
        assert_eq!(cut("a\nb", Shown::Parts(&[("b", 1), ("a", 1)])), Err("a"));
    }
}
