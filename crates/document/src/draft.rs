//! A text in the making, which cannot grow beyond its bound.

use crate::outcome::{Extent, Reason};

/// The most text that is kept of one attachment, 4 MiB.
pub const MAX_TEXT_BYTES: usize = 4 << 20;

/// Gathers the text of one document, and what is missing of it.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    full: bool,
    missed: Option<Reason>,
}

impl Draft {
    /// Adds a piece, or as much of it as there is room for.
    pub(crate) fn push(&mut self, piece: &str) {
        let room = MAX_TEXT_BYTES - self.text.len();
        let end = piece.floor_char_boundary(room);
        self.text.push_str(&piece[..end]);
        self.full |= end < piece.len();
    }

    /// Ends a line, unless it has just begun.
    pub(crate) fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push("\n");
        }
    }

    /// Takes away a hyphen at the end, if it is that of a broken word.
    pub(crate) fn mend(&mut self) -> bool {
        let word = self
            .text
            .strip_suffix(['-', '\u{ad}', '\u{2010}'])
            .filter(|word| word.ends_with(char::is_alphabetic));
        let length = word.map(str::len);
        length.map(|length| self.text.truncate(length)).is_some()
    }

    /// Sets the next word apart from what was.
    pub(crate) fn end_word(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.push(" ");
        }
    }

    /// Whether something had to be left out for want of room: no more is needed.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Notes that a part of the document could not be had. The first reason stands for all.
    pub(crate) fn miss(&mut self, reason: Reason) {
        self.missed.get_or_insert(reason);
    }

    /// The text; without any, the reason why parts are missing, or else the one given.
    pub(crate) fn finish(mut self, blank: Reason) -> Result<(String, Extent), Reason> {
        self.text.truncate(self.text.trim_end().len());
        self.text.drain(..self.text.len() - self.text.trim_start().len());
        if self.text.is_empty() {
            return Err(self.missed.unwrap_or(blank));
        }
        let extent = match (self.full, self.missed) {
            (true, _) => Extent::Cut,
            (false, Some(_)) => Extent::Gaps,
            (false, None) => Extent::Whole,
        };
        Ok((self.text, extent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let mut draft = Draft::default();
        draft.push(&"x".repeat(MAX_TEXT_BYTES - 1));
        assert!(!draft.is_full());
        draft.push("ö");
        draft.push("");
        assert!(draft.is_full());
        let (text, extent) = draft.finish(Reason::Empty).unwrap();
        assert_eq!((text.len(), extent), (MAX_TEXT_BYTES - 1, Extent::Cut));
    }

    #[test]
    fn a_blank_text_gives_the_reason_why_parts_are_missing() {
        let mut draft = Draft::default();
        draft.push(" \n");
        draft.miss(Reason::TooLarge);
        draft.miss(Reason::DamagedDocument);
        assert_eq!(draft.finish(Reason::Empty), Err(Reason::TooLarge));
        assert_eq!(Draft::default().finish(Reason::Empty), Err(Reason::Empty));
    }
}
