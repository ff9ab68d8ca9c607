//! Which terms may find anything at all, before any frequency is known (spec/query.md, "Common terms").

use std::collections::BTreeSet;

use crate::term::{Field, Literal};

/// The fields that an archive's policy may let find.
pub const GRANTABLE: [Field; 4] = [Field::From, Field::To, Field::With, Field::Chat];

/// What archive.toml says of finding: the pinned list of common terms, and the fields that may find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Words that can never find, normalised.
    pub common: BTreeSet<String>,
    /// Fields that find although they otherwise only narrow.
    pub finding_fields: BTreeSet<Field>,
}

impl Rules {
    /// Whether rule (a) leaves `literal` able to find: its field does not only narrow, it is not on
    /// the pinned list, and it is no number under three digits.
    pub fn may_find(&self, literal: &Literal) -> bool {
        let granted = GRANTABLE.contains(&literal.field) && self.finding_fields.contains(&literal.field);
        match literal.field {
            Field::Context => false,
            Field::Sha256 | Field::Drill | Field::Register => true,
            field if field.narrows() && !granted => false,
            _ => !self.common.contains(&literal.term) && !is_short_number(&literal.term),
        }
    }
}

/// A number under three digits finds nothing worth finding.
fn is_short_number(term: &str) -> bool {
    term.chars().all(char::is_numeric) && term.chars().count() < 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_short_and_narrowing_terms_do_not_find() {
        let mut rules = Rules { common: ["the".to_owned()].into(), finding_fields: BTreeSet::new() };
        let may = |rules: &Rules, field, term| rules.may_find(&Literal::new(field, term));
        assert!(may(&rules, Field::Word, "greensill") && may(&rules, Field::Word, "2020"));
        assert!(!may(&rules, Field::Word, "the") && !may(&rules, Field::Word, "42"));
        assert!(!may(&rules, Field::From, "david cameron") && !may(&rules, Field::Type, "image"));
        rules.finding_fields.extend([Field::From, Field::Type]);
        assert!(may(&rules, Field::From, "david cameron") && !may(&rules, Field::From, "the"));
        assert!(!may(&rules, Field::Type, "image"), "type can never be let find");
    }
}
