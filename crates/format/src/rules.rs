//! Which terms may find anything at all, before any frequency is known (spec/query.md, "Common terms").

use std::collections::BTreeSet;

use crate::term::{Field, Literal};

/// The fields that an archive's policy may let find.
pub const GRANTABLE: [Field; 4] = [Field::From, Field::To, Field::With, Field::Chat];

/// An archive's rules about finding (spec/query.md, "Common terms"): those that are known before
/// any message is. What is common by frequency only the archive shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Terms pinned as common, whatever their field.
    pub common: BTreeSet<String>,
    /// Which of `from`, `to`, `with` and `chat` the policy lets find.
    pub finding_fields: BTreeSet<Field>,
}

impl Rules {
    /// Whether the literal may find.
    pub fn may_find(&self, literal: &Literal) -> bool {
        self.field_finds(literal.field) && !self.is_common(literal)
    }

    /// Whether the literal is common in the whole archive: pinned, or a number under three digits.
    pub fn is_common(&self, literal: &Literal) -> bool {
        match literal.field {
            Field::Sha256 | Field::Drill | Field::Register => false,
            _ => self.common.contains(&literal.term) || is_short_number(&literal.term),
        }
    }

    /// Whether terms of the field may find at all.
    pub fn field_finds(&self, field: Field) -> bool {
        match field {
            Field::Word | Field::File | Field::Sha256 | Field::Drill | Field::Register => true,
            Field::From | Field::To | Field::With | Field::Chat => self.finding_fields.contains(&field),
            Field::Type | Field::Event | Field::Context => false,
        }
    }
}

/// One or two characters, all of them digits of any script.
fn is_short_number(term: &str) -> bool {
    (1..=2).contains(&term.chars().count()) && term.chars().all(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_find(rules: &Rules, text: &str) -> bool {
        rules.may_find(&text.parse().unwrap())
    }

    #[test]
    fn common_words_short_numbers_and_narrowing_fields_never_find() {
        let mut rules = Rules { common: ["the".into(), "img".into()].into(), ..Rules::default() };
        for text in [
            "word:the",
            "file:img",
            "word:7",
            "word:42",
            "word:٤٢",
            "from:david",
            "type:image",
            "event:joined",
        ] {
            assert!(!may_find(&rules, text), "{text}");
        }
        for text in [
            "word:greensill",
            "word:123",
            "word:4a",
            "file:invoice.pdf",
            "sha256:00",
            "drill:drill",
            "register:register",
        ] {
            assert!(may_find(&rules, text), "{text}");
        }
        rules.finding_fields = [Field::From, Field::Type].into();
        assert!(may_find(&rules, "from:david") && !may_find(&rules, "from:the"));
        assert!(!may_find(&rules, "to:david") && !may_find(&rules, "type:image"));
    }
}
