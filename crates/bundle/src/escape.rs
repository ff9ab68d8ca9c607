//! Characters that act instead of showing, made visible as `⟨U+202E⟩`.
//!
//! Acting are: control characters (C0 with escape, delete, C1), the bidirectional controls of
//! UAX 9, line and paragraph separators, and the deprecated formatting and annotation characters.
//! Joiners, variation selectors and tags stay, since emoji and many scripts need them and they
//! move nothing.

/// What becomes of line breaks and tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Kept, and `\r\n` read as one line break.
    Kept,
    /// Escaped like every control character.
    Escaped,
}

/// A stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Text that only shows.
    Plain(&'a str),
    /// A character that would act.
    Acting(char),
}

/// `text` for a place that has one line, such as a name: every acting character is escaped, line
/// breaks and tabs too, so that imported text can neither steer a terminal nor fake a line.
pub fn escape_terminal(text: &str) -> String {
    escaped(text, Lines::Escaped)
}

/// `text` for a place that has many lines, such as a message: as [`escape_terminal`], but line
/// breaks and tabs are kept, and `\r\n` is one line break.
pub fn escape_terminal_block(text: &str) -> String {
    escaped(text, Lines::Kept)
}

/// A character that acts, as it is shown.
pub(crate) fn shown(c: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(c))
}

/// `text`, cut at its acting characters.
pub(crate) fn parts(text: &str, lines: Lines) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if lines == Lines::Kept && rest.starts_with("\r\n") {
            rest = &rest[1..];
        }
        let first = rest.chars().next()?;
        let (part, length) = match acts(first, lines) {
            true => (Part::Acting(first), first.len_utf8()),
            false => {
                let length = rest.find(|c| acts(c, lines)).unwrap_or(rest.len());
                (Part::Plain(&rest[..length]), length)
            }
        };
        rest = &rest[length..];
        Some(part)
    })
}

fn escaped(text: &str, lines: Lines) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text, lines) {
        match part {
            Part::Plain(text) => out.push_str(text),
            Part::Acting(c) => out.push_str(&shown(c)),
        }
    }
    out
}

fn acts(c: char, lines: Lines) -> bool {
    match c {
        '\n' | '\t' => lines == Lines::Escaped,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_acting_character_is_shown() {
        assert_eq!(escape_terminal("a\u{1b}[31mb"), "a⟨U+001B⟩[31mb");
        assert_eq!(
            escape_terminal("\u{202E}txt.exe\u{2069}\u{9b}2J\u{7f}"),
            "⟨U+202E⟩txt.exe⟨U+2069⟩⟨U+009B⟩2J⟨U+007F⟩"
        );
        let all: String = (0..=0x10FFFF).filter_map(char::from_u32).collect();
        let shown = escape_terminal_block(&all);
        assert!(!shown.chars().any(|c| acts(c, Lines::Kept)));
        assert_eq!(shown.matches('\n').count(), 1);
    }

    #[test]
    fn lines_survive_only_in_a_block() {
        assert_eq!(escape_terminal("a\r\n\tb"), "a⟨U+000D⟩⟨U+000A⟩⟨U+0009⟩b");
        assert_eq!(escape_terminal_block("a\r\n\tb\rc\r"), "a\n\tb⟨U+000D⟩c⟨U+000D⟩");
    }

    #[test]
    fn emoji_and_scripts_keep_their_joiners() {
        for text in ["👩🏽‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️", "क्‍ष", "می‌خواهم"]
        {
            assert_eq!(escape_terminal(text), text);
        }
    }
}
