//! From text to words: NFKC, case folding, diacritics folded, Unicode word segmentation.
//!
//! Source: spec/query.md, "Words"; UAX 15 (normalisation), UAX 29 (segmentation). The version of
//! the whole is [`WORDS_VERSION`], pinned in each manifest.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_properties::{GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Name of this normalisation and segmentation, with the Unicode version of its tables.
pub const WORDS_VERSION: &str = "blackbox-words/1 unicode-17";

/// Joins emoji into one. Elsewhere it is invisible, and would glue a blank to a following emoji.
const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// `text` in NFKC, case-folded, without diacritics, variation selectors and skin tones;
/// typographic apostrophes as `'`.
pub fn normalise(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    let mut before = ' ';
    let kept = folded.nfd().filter(|c| {
        let joins_nothing = *c == ZERO_WIDTH_JOINER && !is_emoji(before);
        let keep = !is_dropped(*c) && !joins_nothing;
        before = if keep { *c } else { before };
        keep
    });
    let plain = kept.map(|c| if c == '\u{2019}' { '\'' } else { c });
    Cow::Owned(plain.nfkc().collect())
}

/// The words of `text`, in order, normalised.
pub fn words(text: &str) -> Vec<String> {
    let text = normalise(text);
    match text.is_ascii() {
        // The same words by a quicker way: among ASCII none but letters and digits make a word.
        true => text.unicode_words().map(str::to_owned).collect(),
        false => text.split_word_bounds().filter(|segment| is_word(segment)).map(str::to_owned).collect(),
    }
}

/// The words of `text` joined by single spaces: how names are compared.
pub fn whole(text: &str) -> String {
    words(text).join(" ")
}

fn is_word(segment: &str) -> bool {
    segment.chars().any(|c| c.is_alphanumeric() || is_emoji(c))
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

/// Nonspacing marks over Latin, Greek and Cyrillic fold away. Marks of other scripts (vowel signs)
/// carry the word and stay.
fn is_dropped(c: char) -> bool {
    match c {
        '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' => true,
        '\u{0300}'..='\u{036F}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' => is_combining_mark(c),
        '\u{0590}'..='\u{06FF}' => c.general_category_group() == GeneralCategoryGroup::Mark,
        '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}'
        | '\u{00AD}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_width_fold() {
        assert_eq!(words("Café STRASSE ＡＢＣ straße"), ["cafe", "strasse", "abc", "strasse"]);
        assert_eq!(words("don’t can't"), ["don't", "can't"]);
        assert_eq!(words("\u{202A}+44 7700 900123\u{202C}"), ["44", "7700", "900123"]);
    }

    #[test]
    fn emoji_are_words_whatever_their_tone() {
        assert_eq!(words("ok 👍🏽 ❤️!"), ["ok", "👍", "❤"]);
        assert_eq!(words("#hash * 1"), ["hash", "1"]);
        assert_eq!(words("👩‍🚒 a\u{200D}b \u{200D}😀"), ["👩\u{200D}🚒", "ab", "😀"]);
    }

    #[test]
    fn vowel_signs_of_indic_scripts_stay() {
        assert_eq!(words("हिन्दी"), ["हिन्दी"]);
    }

    #[test]
    fn the_quick_way_through_ascii_gives_the_same_words() {
        let text = "Can't e-mail x@y.org, 10.5% of a_b c.d 3,000: v1.2 'q' \"z\"\tend\r\nnew #1 ...";
        let slow: Vec<String> = normalise(text)
            .split_word_bounds()
            .filter(|segment| is_word(segment))
            .map(str::to_owned)
            .collect();
        assert_eq!(words(text), slow);
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for text in ["Ǆ ﬁ İstanbul ΑΣ ς", "e\u{0301}\u{0323}", "Å ﷺ ½"] {
            let once = normalise(text).into_owned();
            assert_eq!(normalise(&once), once);
        }
    }
}
