//! Names with `*` and `?`.

use blackbox_format::text::normalise;

/// A name in which `*` stands for any characters, none included, and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Char(char),
}

/// A name as patterns are compared with it: normalised as terms are, without blanks at its ends, and one where there
/// are several. A telephone number has no separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Box<[char]>);

impl Name {
    /// The name as written.
    pub fn new(written: &str) -> Name {
        Name(fold(written).chars().collect())
    }
}

impl Pattern {
    /// Reads a pattern; `None` if nothing is left of it: no name is empty.
    pub fn parse(written: &str) -> Option<Pattern> {
        let mut parts: Vec<Part> = Vec::new();
        for c in fold(written).chars() {
            let part = match c {
                '*' => Part::Any,
                '?' => Part::One,
                other => Part::Char(other),
            };
            match (parts.last(), part) {
                (Some(Part::Any), Part::Any) => {}
                // Of `*?` and `?*`, which say the same, the second.
                (Some(Part::Any), Part::One) => parts.insert(parts.len() - 1, Part::One),
                _ => parts.push(part),
            }
        }
        (!parts.is_empty()).then_some(Pattern(parts))
    }

    /// Whether it is `name` as a whole.
    pub fn matches(&self, name: &Name) -> bool {
        fits(&self.0, &name.0, |part, c| match part {
            Part::One => true,
            Part::Char(wanted) => wanted == *c,
            Part::Any => false,
        })
    }

    /// Whether this is certain: every name that `other` matches, it matches too.
    pub(crate) fn covers(&self, other: &Pattern) -> bool {
        fits(&self.0, &other.0, |part, theirs| match part {
            Part::One => *theirs != Part::Any,
            Part::Char(_) => part == *theirs,
            Part::Any => false,
        })
    }
}

/// Whether `parts` take up all `items`: `*` any number of them, another part one that `is` it. After a mismatch only
/// the last `*` needs to take more, so the time is at most the product of their lengths.
fn fits<T>(parts: &[Part], items: &[T], is: impl Fn(Part, &T) -> bool) -> bool {
    let (mut part, mut item) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while item < items.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                retry = Some((part + 1, item));
                part += 1;
            }
            Some(one) if is(*one, &items[item]) => (part, item) = (part + 1, item + 1),
            _ => match retry {
                None => return false,
                Some((after, taken)) => {
                    retry = Some((after, taken + 1));
                    (part, item) = (after, taken + 1);
                }
            },
        }
    }
    parts[part..].iter().all(|part| *part == Part::Any)
}

fn fold(written: &str) -> String {
    let normal = normalise(written);
    let folded = normal.split_whitespace().collect::<Vec<_>>().join(" ");
    match is_number(&folded) {
        true => folded.chars().filter(|c| !SEPARATORS.contains(*c)).collect(),
        false => folded,
    }
}

const SEPARATORS: &str = " ()-./";

/// Whether it is a telephone number, or a pattern for some: begins with `+`, `0` or a bracket, and has digits,
/// separators and wildcards.
fn is_number(folded: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || SEPARATORS.contains(c) || c == '*' || c == '?';
    let rest = folded.strip_prefix('+').or(folded.starts_with(['0', '(']).then_some(folded));
    rest.is_some_and(|rest| rest.contains(|c: char| c.is_ascii_digit()) && rest.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(written: &str) -> Pattern {
        Pattern::parse(written).unwrap()
    }

    fn matches(written: &str, name: &str) -> bool {
        pattern(written).matches(&Name::new(name))
    }

    #[test]
    fn a_pattern_is_the_whole_name_without_case_accents_and_width() {
        for (written, name) in [
            ("Family*", "family"),
            ("Family*", "FAMILY  group 🏡"),
            ("cafe ?", "Café\u{a0}Ⅴ"),
            ("*roe*", "Jane Roe (mobile)"),
            ("a*b*c", "a-b-b-c"),
            ("Jane Roe", " jane  roe\u{200e}"),
            ("Really?", "Really?"),
        ] {
            assert!(matches(written, name), "{written} {name}");
        }
        for (written, name) in
            [("Family*", "The family"), ("Family", "Family group"), ("cafe ?", "cafe"), ("a*b*c", "acb")]
        {
            assert!(!matches(written, name), "{written} {name}");
        }
        assert_eq!(Pattern::parse(" \u{200b} "), None);
    }

    #[test]
    fn a_number_is_the_same_however_it_is_spaced_and_other_names_with_digits_are_not() {
        assert!(matches("+447700900*", "\u{202a}+44 7700 900123\u{202c}"));
        assert!(matches("+44 7700 900-12?", "+447700900123"));
        assert!(matches("(01632) 960 001", "01632 960001"));
        assert!(!matches("+447700900*", "07700 900123"));
        assert!(!matches("2019-20", "2019 20"));
        assert!(!matches("+*", "Ann +1"));
    }

    #[test]
    fn a_long_name_against_many_stars_takes_no_longer_than_their_product() {
        let written = "a*".repeat(300) + "b";
        assert!(!matches(&written, &"a".repeat(20_000)));
    }

    #[test]
    fn what_covers_is_told() {
        for (wide, narrow) in
            [("*", "x"), ("fam*", "family*"), ("?*", "*?"), ("*a*", "b?a*"), ("*?", "x"), ("a?", "ab")]
        {
            assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
        for (wide, narrow) in [("family*", "fam*"), ("?", "*"), ("a?", "a*"), ("x", "*")] {
            assert!(!pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
    }

    /// Matching as the definition says it.
    fn slowly(parts: &[char], name: &[char]) -> bool {
        match (parts.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=name.len()).any(|taken| slowly(rest, &name[taken..])),
            (Some((part, parts)), Some((c, name))) => (*part == '?' || part == c) && slowly(parts, name),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_the_definition_says(written in "[ab*?]{1,8}", name in "[ab]{1,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&written, &name), slowly(&chars(&written), &chars(&name)));
        }

        #[test]
        fn a_pattern_that_covers_another_matches_what_it_matches(
            wide in "[ab*?]{1,6}", narrow in "[ab*?]{1,6}", names in proptest::collection::vec("[ab]{1,6}", 20)
        ) {
            if pattern(&wide).covers(&pattern(&narrow)) {
                for name in names {
                    prop_assert!(!matches(&narrow, &name) || matches(&wide, &name), "{} {} {}", wide, narrow, name);
                }
            }
        }
    }
}
