//! Queries about messages: most of what is asked stands in one of them.

use blackbox_query::language::Query;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{Asked, plain::Plain};

/// Makes queries about messages.
pub struct Maker<'a> {
    messages: &'a [Plain],
    random: StdRng,
}

impl<'a> Maker<'a> {
    pub fn new(messages: &'a [Plain], seed: u64) -> Maker<'a> {
        Maker { messages, random: StdRng::seed_from_u64(seed) }
    }

    /// A query: mostly of things that one message holds, in any shape.
    pub fn query(&mut self) -> Asked {
        let about = self.message();
        let mut parts = vec![self.leaf(about, 14)];
        for _ in 0..self.random.random_range(0..3) {
            parts.push(self.any(about, 3));
        }
        match self.random.random_range(0..6) {
            0 => Asked::Or(parts),
            1 => self.any(about, 3),
            _ => Asked::And(parts),
        }
    }

    /// A message with at least one word that can be written.
    fn message(&mut self) -> &'a Plain {
        loop {
            let message = self.messages.choose(&mut self.random).unwrap();
            if message.texts.iter().flatten().any(|word| is_plain(word)) {
                return message;
            }
        }
    }

    fn any(&mut self, about: &'a Plain, depth: u32) -> Asked {
        let other = self.random.random_range(0..4) == 0;
        let about = if other { self.message() } else { about };
        if depth == 0 || self.random.random_range(0..2) == 0 {
            return self.leaf(about, 20);
        }
        let mut some = |most: usize| {
            let count = self.random.random_range(1..=most);
            (0..count).map(|_| self.any(about, depth - 1)).collect::<Vec<_>>()
        };
        let (parts, one) = (some(3), some(1).remove(0));
        match self.random.random_range(0..5) {
            0 | 1 => Asked::And(parts),
            2 | 3 => Asked::Or(parts),
            _ => Asked::Not(Box::new(one)),
        }
    }

    /// One of the first kinds: words up to 14, then days, kinds of attachments, fields.
    fn leaf(&mut self, about: &'a Plain, kinds: u32) -> Asked {
        match self.random.random_range(0..kinds) {
            0..6 => Asked::Word(self.word(about)),
            6..8 => self.phrase(about),
            8..12 => self.near(about),
            12..14 => self.variants(about),
            14..16 => self.days(about),
            16 => Asked::Has(
                ["attachment", "image", "link", "video"].choose(&mut self.random).copied().unwrap(),
            ),
            _ => self.field(about),
        }
    }

    fn word(&mut self, about: &Plain) -> String {
        let words: Vec<&String> = about.texts.iter().flatten().filter(|word| is_plain(word)).collect();
        words.choose(&mut self.random).map_or_else(|| "word".to_owned(), |word| (*word).clone())
    }

    fn phrase(&mut self, about: &Plain) -> Asked {
        let text = about.texts.choose(&mut self.random).unwrap();
        let length = self.random.random_range(2..5).min(text.len());
        let at = self.random.random_range(0..=text.len() - length);
        let words = &text[at..at + length];
        match length >= 2 && words.iter().all(|word| is_plain(word)) {
            true => Asked::Phrase(words.to_vec()),
            false => Asked::Word(self.word(about)),
        }
    }

    fn near(&mut self, about: &'a Plain) -> Asked {
        let (left, right) = (self.side(about), self.side(about));
        let how = (self.random.random_range(0..3) == 0, self.random.random_range(1..9));
        Asked::Near(Box::new(left), how, Box::new(right))
    }

    fn side(&mut self, about: &'a Plain) -> Asked {
        match self.random.random_range(0..8) {
            0 => self.phrase(about),
            1 => self.variants(about),
            2 => {
                let other = self.message();
                Asked::Or(vec![
                    Asked::Word(self.word(about)),
                    self.phrase(other),
                    Asked::Word(self.word(about)),
                ])
            }
            _ => Asked::Word(self.word(about)),
        }
    }

    /// `forms()`, `fuzzy(,1)` and now and then `fuzzy(,2)` of a word that takes them.
    fn variants(&mut self, about: &Plain) -> Asked {
        let word = self.word(about);
        if !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return Asked::Word(word);
        }
        match self.random.random_range(0..8) {
            0..2 if (5..8).contains(&word.len()) => Asked::Fuzzy(word),
            2 if (6..8).contains(&word.len()) => listed(format!("fuzzy({word},2)")),
            _ => listed(format!("forms({word})")),
        }
    }

    fn days(&mut self, about: &Plain) -> Asked {
        let near = self.random.random_range(-2..3);
        let day: jiff::civil::Date = about.day.parse().unwrap();
        let day = match self.random.random_range(0..3) {
            0 => day.first_of_month(),
            _ => day.checked_add(jiff::Span::new().days(near)).unwrap(),
        };
        Asked::Days(self.random.random_range(0..2) == 0, day.to_string())
    }

    fn field(&mut self, about: &Plain) -> Asked {
        let writable = |value: &str| !value.chars().any(|c| "\"\\*?~%".contains(c) || c.is_control());
        let terms: Vec<_> = about.terms.iter().filter(|(_, term)| writable(term)).collect();
        match terms.choose(&mut self.random) {
            Some((field, term)) => {
                let known = ["from", "to", "with", "chat", "type", "file", "sha256", "event"];
                let field = known.into_iter().find(|known| known == field).unwrap();
                let field = if field == "chat" && self.random.random_range(0..2) == 0 { "in" } else { field };
                Asked::Field(field, term.clone())
            }
            None => Asked::Word(self.word(about)),
        }
    }
}

/// A function with the words that the canonical form lists.
fn listed(written: String) -> Asked {
    let canonical = written.parse::<Query>().unwrap().to_string();
    let list = canonical.split_once(": ").unwrap().1.trim_end_matches(')');
    let words = list.split(" OR ").map(str::to_owned).collect();
    Asked::Forms(written, words)
}

/// Whether a query can have the word as it is.
fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric)
}
