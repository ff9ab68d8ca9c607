//! Lines of bytes and of text with their ends, so that their places in the whole are known.

/// The lines of `bytes`, each with its LF.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// The most lines that are told apart; the last one has the rest.
const MAX_LINES: usize = 1_000_000;

/// The lines of `text` with the place where each begins, without their LF.
pub(super) fn placed(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.splitn(MAX_LINES, '\n') {
        all.push((at, line));
        at += line.len() + 1;
    }
    // What follows the last LF is no line if nothing is there.
    all.pop_if(|(_, line)| line.is_empty());
    all
}

/// `text` with LF as its only line end, and without white space at its end.
pub(super) fn tidy(text: &str) -> String {
    let text = text.trim_end();
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.to_owned(),
    }
}

/// The first `most` bytes of `text`, or fewer where a character would be cut.
pub(super) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_their_places() {
        assert_eq!(placed("a\n\nbc"), [(0, "a"), (2, ""), (3, "bc")]);
        assert_eq!(placed("a\n"), [(0, "a")]);
        assert_eq!(placed(""), []);
        assert_eq!(placed(&"\n".repeat(2 * MAX_LINES)).len(), MAX_LINES);
    }

    #[test]
    fn a_text_is_tidied_and_cut_between_characters() {
        assert_eq!(tidy("a\r\nb\rc\n \n"), "a\nb\nc");
        assert_eq!((cut("\u{e9}\u{e9}", 3), cut("a", 9)), ("\u{e9}", "a"));
    }
}
