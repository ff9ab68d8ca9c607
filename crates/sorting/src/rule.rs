//! One rule.

use std::fmt;

use crate::{Days, Pattern, RulesError};

/// Where a rule is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A line of the rules file, from 1.
    Line(usize),
    /// A flag of the command line, or a key of the rules file.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Line(line) => write!(f, "line {line}"),
            Origin::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A compartment, and what goes there.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The compartment.
    pub compartment: String,
    /// Where the rule is written.
    pub origin: Origin,
    /// What holds of every message that it takes.
    pub when: Conditions,
}

/// All must hold; of one kind, any one. A kind that is empty asks for nothing.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// The conversation's name.
    pub chat: Vec<Pattern>,
    /// A name of the sender, of a recipient, or of whoever caused an event.
    pub person: Vec<Pattern>,
    /// Slug of the platform.
    pub platform: Vec<String>,
    /// UTC days.
    pub days: Days,
}

impl Rule {
    /// Checks that it asks for something that can be.
    pub(crate) fn check(&self) -> Result<(), RulesError> {
        let Conditions { chat, person, platform, days } = &self.when;
        if chat.is_empty() && person.is_empty() && platform.is_empty() && days.are_all() {
            let what = "the rule has no condition: where everything else goes is said by `default`";
            return Err(RulesError::at(self.origin, what));
        }
        match days.are_none() {
            true => {
                let what = "the rule can never match: there is no day from its `since` to its `until`";
                Err(RulesError::at(self.origin, what))
            }
            false => Ok(()),
        }
    }

    /// Whether this is certain: all that `later` matches, it matches too.
    pub(crate) fn covers(&self, later: &Rule) -> bool {
        let (wide, narrow) = (&self.when, &later.when);
        patterns_cover(&wide.chat, &narrow.chat)
            && patterns_cover(&wide.person, &narrow.person)
            && covers(&wide.platform, &narrow.platform, |wide, narrow| wide == narrow)
            && wide.days.cover(narrow.days)
    }
}

fn patterns_cover(wide: &[Pattern], narrow: &[Pattern]) -> bool {
    covers(wide, narrow, Pattern::covers)
}

/// Whether each of `narrow` is covered by one of `wide`; nothing asked for covers all, and only that covers nothing
/// asked for.
fn covers<T>(wide: &[T], narrow: &[T], covers: impl Fn(&T, &T) -> bool) -> bool {
    let covered = |narrow: &T| wide.iter().any(|wide| covers(wide, narrow));
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(covered))
}
