//! The cards of all files as they are read, and what was left out.

use std::path::Path;

use super::card::Card;
use crate::report::Skipped;

/// The most cards of all files together.
const MAX_CARDS: usize = 1_000_000;
/// The most cards left out that are listed one by one, per file.
const MAX_SKIPPED: usize = 10_000;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Pile {
    cards: Vec<Card>,
    skipped: Vec<Skipped>,
    source: String,
    listed: usize,
    unlisted: u64,
}

/// There are more cards than are read.
#[derive(Debug)]
pub(super) struct TooMany {
    pub(super) line: u64,
}

impl Pile {
    /// What follows is of the file at `path`.
    pub(super) fn begin(&mut self, path: &Path) {
        self.source = path.display().to_string();
        (self.listed, self.unlisted) = (0, 0);
    }

    /// Adds the card that begins at `line`, if it is of any use.
    pub(super) fn add(&mut self, card: Card, line: u64) -> Result<(), TooMany> {
        let Some(card) = card.named() else {
            self.skip(line, "the card names nobody");
            return Ok(());
        };
        if self.cards.len() == MAX_CARDS {
            return Err(TooMany { line });
        }
        self.cards.push(card);
        Ok(())
    }

    pub(super) fn skip(&mut self, line: u64, reason: &str) {
        match self.listed < MAX_SKIPPED {
            true => self.list(Some(line), reason.to_owned()),
            false => self.unlisted += 1,
        }
    }

    fn list(&mut self, line: Option<u64>, reason: String) {
        self.listed += 1;
        self.skipped.push(Skipped { source: self.source.clone(), line, item: None, reason });
    }

    /// The file ends.
    pub(super) fn end(&mut self) {
        if self.unlisted > 0 {
            self.list(None, format!("{} further cards or parts of them were skipped", self.unlisted));
        }
    }

    pub(super) fn done(self) -> (Vec<Card>, Vec<Skipped>) {
        (self.cards, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_beyond_the_list_is_counted() {
        let mut pile = Pile::default();
        pile.begin(Path::new("a.vcf"));
        for line in 0..MAX_SKIPPED as u64 + 3 {
            pile.skip(line, "the card is a group");
        }
        pile.end();
        let (_, skipped) = pile.done();
        assert_eq!(skipped.len(), MAX_SKIPPED + 1);
        assert_eq!(skipped[MAX_SKIPPED].reason, "3 further cards or parts of them were skipped");
    }

    #[test]
    fn one_card_more_than_the_most_is_refused_with_its_line() {
        let mut pile = Pile::default();
        for line in 0..MAX_CARDS as u64 {
            let mut card = Card::default();
            card.nicknames.push("Io".into());
            pile.add(card, line).unwrap();
        }
        let mut card = Card::default();
        card.nicknames.push("Io".into());
        assert_eq!(pile.add(card, 7).unwrap_err().line, 7);
    }
}
