//! Names that become paths: ids and slugs. ASCII only, at most 64 bytes.

use std::{fmt, str::FromStr};

/// Longest slug, in bytes.
pub const SLUG_BYTES: usize = 64;

/// A name safe in paths: `a-z`, `0-9` and inner single `-`, 1 to 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a name of 1 to 64 characters a-z, 0-9 and -")]
pub struct SlugError(String);

impl Slug {
    /// A slug made from any name: folded to ASCII letters and digits, the rest to `-`.
    /// `None` if nothing is left.
    pub fn of_name(name: &str) -> Option<Slug> {
        let words: Vec<String> = crate::text::normalise(name)
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let mut slug = words.join("-");
        slug.truncate(SLUG_BYTES);
        slug.trim_end_matches('-').parse().ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Slug, SlugError> {
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let edges = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        match (1..=SLUG_BYTES).contains(&text.len()) && plain && !edges {
            true => Ok(Slug(text.to_owned())),
            false => Err(SlugError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_a_slug_or_nothing() {
        assert_eq!(Slug::of_name("Information Commissioner").unwrap().as_str(), "information-commissioner");
        assert_eq!(Slug::of_name("Órla O'Neill / FOI").unwrap().as_str(), "orla-o-neill-foi");
        assert_eq!(Slug::of_name("../.."), None);
        assert_eq!(Slug::of_name(&"x".repeat(200)).unwrap().as_str().len(), 64);
        assert!(
            "a/b".parse::<Slug>().is_err() && "..".parse::<Slug>().is_err() && "".parse::<Slug>().is_err()
        );
    }
}
