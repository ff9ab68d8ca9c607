//! Lines of bytes and of text with their ends, so that their places in the whole are known.

/// The lines of `bytes`, each with its LF.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// The lines of `text` with the place where each begins, without their LF.
pub(super) fn placed(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        all.push((at, line.strip_suffix('\n').unwrap_or(line)));
        at += line.len();
    }
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
