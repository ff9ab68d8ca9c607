//! Which compartment of an archive a message goes to (spec/archive.md, "Sorting"): an ordered list of rules, of which
//! the first that holds decides, and a default. Knows no keys, no files and no clock.

mod days;
mod file;
mod pattern;
mod rule;
mod sorter;

pub use crate::{
    days::Days,
    pattern::Pattern,
    rule::{Conditions, Origin, Rule},
    sorter::{Place, Sorter},
};

/// Most rules of a list.
pub const MAX_RULES: usize = 1000;

/// Rules in order, the first that holds decides, and where everything else goes.
#[derive(Debug, Clone)]
pub struct Rules {
    rules: Vec<Rule>,
    default: (String, Origin),
    compartments: Vec<String>,
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct RulesError {
    /// Line of the rules file, from 1, if it is about one.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl RulesError {
    pub(crate) fn at(origin: Origin, what: impl Into<String>) -> RulesError {
        let line = match origin {
            Origin::Line(line) => Some(line),
            Origin::Flag(_) => None,
        };
        RulesError { line, what: what.into() }
    }
}

impl Rules {
    /// Rules and what becomes of the rest.
    ///
    /// # Errors
    /// There are too many, or one can never match.
    pub fn new(rules: Vec<Rule>, default: (String, Origin)) -> Result<Rules, RulesError> {
        if rules.len() > MAX_RULES {
            let what = format!("there are {} rules, and at most {MAX_RULES} are read", rules.len());
            return Err(RulesError { line: None, what });
        }
        for (number, rule) in rules.iter().enumerate() {
            rule.check()?;
            if let Some(earlier) = rules[..number].iter().find(|earlier| earlier.covers(rule)) {
                let what = format!(
                    "the rule can never match: all that it could match goes to \"{}\" by {}",
                    earlier.compartment, earlier.origin
                );
                return Err(RulesError::at(rule.origin, what));
            }
        }
        let mut compartments: Vec<String> = Vec::new();
        for name in rules.iter().map(|rule| &rule.compartment).chain([&default.0]) {
            if !compartments.contains(name) {
                compartments.push(name.clone());
            }
        }
        Ok(Rules { rules, default, compartments })
    }

    /// Everything goes to one compartment.
    pub fn all_to(compartment: &str, origin: Origin) -> Rules {
        let default = (compartment.to_owned(), origin);
        Rules { rules: Vec::new(), default, compartments: vec![compartment.to_owned()] }
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The compartment for what no rule takes, and who says so.
    pub fn default(&self) -> (&str, Origin) {
        (&self.default.0, self.default.1)
    }

    /// Every compartment that they name, each once: as the rules name them, then the default.
    pub fn compartments(&self) -> &[String] {
        &self.compartments
    }
}
