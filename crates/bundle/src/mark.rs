//! Which stretches of a text a literal matched, by the rules of the index itself.
//!
//! The index normalises a text and then cuts it into words; a match is therefore looked for in the
//! normalised text and carried back, grapheme by grapheme, to the text as written.

use std::collections::HashSet;

use blackbox_format::{
    term::{Field, Literal},
    text::{normalise, words},
};
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of a text, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// The stretch.
    pub text: &'a str,
    /// Whether a literal matched it.
    pub marked: bool,
}

/// The literals that matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matched {
    literals: HashSet<Literal>,
}

impl Matched {
    /// The literals of `written`, each as `field:term`. What is no literal is passed over.
    pub fn new<'a>(written: impl IntoIterator<Item = &'a String>) -> Matched {
        Matched { literals: written.into_iter().filter_map(|text| text.parse().ok()).collect() }
    }

    /// Also matches the words of `written`, each as `word:term` or bare.
    pub fn with_words(mut self, written: &[String]) -> Matched {
        for text in written {
            let literal = text.parse().unwrap_or_else(|_| Literal::new(Field::Word, text));
            self.literals.extend((literal.field == Field::Word).then_some(literal));
        }
        self
    }

    /// Whether `text`, normalised, is a term of `field` that matched.
    pub fn is(&self, field: Field, text: &str) -> bool {
        !self.literals.is_empty() && self.literals.contains(&Literal::new(field, text))
    }

    /// `text` with the words of `field` that matched.
    pub fn words<'a>(&self, field: Field, text: &'a str) -> Vec<Piece<'a>> {
        let wanted: HashSet<&str> = self
            .literals
            .iter()
            .filter(|literal| literal.field == field)
            .map(|literal| &*literal.term)
            .collect();
        match wanted.is_empty() {
            true => pieces(&[text], &[false], text),
            false => find(text, &wanted),
        }
    }

    /// `name` marked as a whole if one of `fields` matched it whole, else by the words that matched.
    pub fn name<'a>(&self, fields: &[Field], name: &'a str) -> Vec<Piece<'a>> {
        match fields.iter().any(|field| self.is(*field, name)) {
            true => pieces(&[name], &[true], name),
            false => self.words(fields[0], name),
        }
    }
}

fn find<'a>(text: &'a str, wanted: &HashSet<&str>) -> Vec<Piece<'a>> {
    let parts: Vec<&str> = text.graphemes(true).collect();
    let mut normal = String::with_capacity(text.len());
    let mut ends = Vec::with_capacity(parts.len());
    for part in &parts {
        normal.push_str(&normalise(part));
        ends.push(normal.len());
    }
    match normal == normalise(text) {
        true => pieces(&parts, &flags(&normal, &ends, wanted), text),
        false => find_by_segment(text, wanted),
    }
}

/// Which graphemes take part in a wanted word of `normal`, where grapheme `i` ends at `ends[i]`.
fn flags(normal: &str, ends: &[usize], wanted: &HashSet<&str>) -> Vec<bool> {
    let mut flags = vec![false; ends.len()];
    for (start, segment) in normal.split_word_bound_indices().filter(|(_, segment)| wanted.contains(segment))
    {
        let first = ends.partition_point(|end| *end <= start);
        let last = ends.partition_point(|end| *end < start + segment.len());
        flags[first..=last].fill(true);
    }
    flags
}

/// For the rare text whose graphemes do not normalise one by one (halfwidth Hangul): segments of
/// the text as written that hold a wanted word.
fn find_by_segment<'a>(text: &'a str, wanted: &HashSet<&str>) -> Vec<Piece<'a>> {
    let parts: Vec<&str> = text.split_word_bounds().collect();
    let flags: Vec<bool> =
        parts.iter().map(|part| words(part).iter().any(|word| wanted.contains(&**word))).collect();
    pieces(&parts, &flags, text)
}

/// Neighbouring parts with equal flags, joined. `parts` make up `text`.
fn pieces<'a>(parts: &[&str], flags: &[bool], text: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (i, part) in parts.iter().enumerate() {
        end += part.len();
        if flags.get(i + 1) != Some(&flags[i]) {
            pieces.push(Piece { text: &text[start..end], marked: flags[i] });
            start = end;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(literal: &str, text: &str) -> Vec<String> {
        let matched = Matched::new([&literal.to_owned()]);
        let pieces = matched.words(Field::Word, text);
        assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), text, "nothing is lost");
        pieces.iter().filter(|piece| piece.marked).map(|piece| piece.text.to_owned()).collect()
    }

    #[test]
    fn accents_case_and_width_do_not_hide_a_match() {
        assert_eq!(
            marked("word:cafe", "Café CAFE\u{301} cafés ｃａｆｅ."),
            ["Café", "CAFE\u{301}", "ｃａｆｅ"]
        );
        assert_eq!(marked("word:strasse", "Große Straße"), ["Straße"]);
        assert_eq!(marked("word:don't", "I don’t"), ["don’t"]);
    }

    #[test]
    fn emoji_are_marked_with_their_tone() {
        assert_eq!(marked("word:👍", "ok 👍🏽👍 ❤️"), ["👍🏽👍"]);
        assert_eq!(marked("word:❤", "👍 ❤️!"), ["❤️"]);
    }

    #[test]
    fn invisible_characters_inside_a_word_do_not_hide_a_match() {
        assert_eq!(marked("word:greensill", "gre\u{200B}en\u{202E}sill!"), ["gre\u{200B}en\u{202E}sill"]);
    }

    #[test]
    fn every_word_that_the_index_finds_is_marked() {
        for text in ["½ ﬁn ㎏ ｶﾞｰﾃﾞﾝ ﾡￂ 한국 हिन्दी שלום مُحَمَّد a\u{301}\u{323}\r\nx_y 1,000.5 ﷺ", "İstanbul ΑΣ Ǆ"]
        {
            for word in words(text) {
                assert!(!marked(&format!("word:{word}"), text).is_empty(), "{word} in {text}");
            }
        }
    }

    #[test]
    fn a_part_of_a_word_is_no_match() {
        assert!(marked("word:green", "greensill Greenwich").is_empty());
        assert!(marked("from:greensill", "greensill").is_empty());
    }

    #[test]
    fn a_name_is_marked_whole_or_by_word() {
        let whole = Matched::new([&"from:rowan ashby".to_owned()]);
        let name = whole.name(&[Field::From, Field::With], "Rowan  ASHBY");
        assert_eq!(name, [Piece { text: "Rowan  ASHBY", marked: true }]);
        let word = Matched::new([&"from:ashby".to_owned()]);
        let name = word.name(&[Field::From, Field::With], "Rowan Ashby");
        assert_eq!(name, [Piece { text: "Rowan ", marked: false }, Piece { text: "Ashby", marked: true }]);
        let with = Matched::new([&"with:rowan ashby".to_owned()]);
        assert!(with.name(&[Field::From, Field::With], "Rowan Ashby")[0].marked);
    }

    #[test]
    fn bare_words_are_words() {
        let matched = Matched::default().with_words(&["Greensill".to_owned(), "from:ashby".to_owned()]);
        assert!(matched.words(Field::Word, "greensill")[0].marked);
        assert!(!matched.words(Field::From, "ashby")[0].marked);
    }
}
