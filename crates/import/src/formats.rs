//! The table of formats: what is read, what is kept, what is lost.

use serde::Serialize;

use crate::importer::IMPORTERS;

/// One form of a platform's exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Format {
    /// The platform's name.
    pub platform: &'static str,
    /// How its users get this form, and what it consists of.
    pub form: &'static str,
    /// What reports call it.
    pub format: &'static str,
    /// What is kept.
    pub kept: &'static str,
    /// What is lost, or not in the export to begin with.
    pub lost: &'static str,
}

/// Every form that is read, in the order in which they are tried.
pub fn formats() -> Vec<Format> {
    IMPORTERS.iter().flat_map(|importer| importer.formats()).copied().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_format_has_a_name_of_its_own_and_says_what_is_kept_and_lost() {
        let all = formats();
        let names: BTreeSet<&str> = all.iter().map(|format| format.format).collect();
        assert_eq!(names.len(), all.len());
        for format in all {
            assert!(!format.kept.is_empty() && !format.lost.is_empty(), "{}", format.format);
        }
    }
}
