//! What a request may do with a literal, and what a request is for.

use std::{fmt, str::FromStr};

/// One use of a literal. Each is a token of its own, released on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// How many messages have it.
    Count,
    /// Which rows have it, and their nonces.
    Find,
    /// Whether a row whose nonce is known has it.
    Test,
    /// With `Test`, what opens such a row.
    Open,
    /// With `Find`, which rows have it even where it is common: under all custodians' keys.
    Exceptional,
}

impl Role {
    /// Every role, in the order in which they are written.
    pub const ALL: [Role; 5] = [Role::Count, Role::Find, Role::Test, Role::Open, Role::Exceptional];

    /// The role's name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Count => "count",
            Role::Find => "find",
            Role::Test => "test",
            Role::Open => "open",
            Role::Exceptional => "exceptional",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of roles, written `count,find,test,open,exceptional` in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Roles = Roles(0);
    /// To be counted.
    pub const COUNT: Roles = Roles(1);
    /// To find: `count,find`.
    pub const FIND: Roles = Roles(3);
    /// To be tested.
    pub const TEST: Roles = Roles(4);
    /// To open: `test,open`.
    pub const OPEN: Roles = Roles(12);
    /// To find and open alone.
    pub const ALL: Roles = Roles(15);
    /// To find by an order, common or not: `count,find,exceptional`.
    pub const FIND_COMMON: Roles = Roles(19);

    /// Whether `role` is among them.
    pub fn has(self, role: Role) -> bool {
        self.0 & Roles::from(role).0 != 0
    }

    /// These and those.
    pub fn with(self, more: Roles) -> Roles {
        Roles(self.0 | more.0)
    }

    /// These but not those.
    pub fn without(self, less: Roles) -> Roles {
        Roles(self.0 & !less.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles, in the order in which they are written.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Roles {
        Roles(1 << role as u8)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            f.write_str(role.name())?;
        }
        Ok(())
    }
}

/// The text is not a list of roles in their order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a list of count, find, test, open and exceptional, in this order")]
pub struct RolesError(String);

impl FromStr for Roles {
    type Err = RolesError;

    fn from_str(text: &str) -> Result<Roles, RolesError> {
        let wrong = || RolesError(text.to_owned());
        let mut roles = Roles::NONE;
        for name in text.split(',') {
            let role = Role::ALL.into_iter().find(|role| role.name() == name).ok_or_else(wrong)?;
            roles = roles.with(role.into());
        }
        (roles.to_string() == text).then_some(roles).ok_or_else(wrong)
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// To learn how often each literal occurs.
    Count,
    /// To open the messages that match.
    Open,
    /// To learn whether a deposit opens at all.
    Drill,
    /// To open the messages that match, by common terms too: on an order, by all custodians together.
    Exceptional,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 4] = [Mode::Count, Mode::Open, Mode::Drill, Mode::Exceptional];
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Count => "count",
            Mode::Open => "open",
            Mode::Drill => "drill",
            Mode::Exceptional => "exceptional",
        })
    }
}

/// The text is no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is none of count, open, drill and exceptional")]
pub struct ModeError(String);

impl FromStr for Mode {
    type Err = ModeError;

    fn from_str(text: &str) -> Result<Mode, ModeError> {
        let mode = Mode::ALL.into_iter().find(|mode| mode.to_string() == text);
        mode.ok_or_else(|| ModeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_roles_has_one_writing() {
        for bits in 1..32 {
            let roles = Roles(bits);
            assert_eq!(roles.to_string().parse(), Ok(roles));
        }
        assert_eq!(Roles::ALL.to_string(), "count,find,test,open");
        assert_eq!(Roles::FIND_COMMON.to_string(), "count,find,exceptional");
        for text in ["", "find,count", "count,count", "count, find", "seek", "count,"] {
            assert!(text.parse::<Roles>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_mode_reads_back_as_written() {
        for mode in Mode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert!("Open".parse::<Mode>().is_err());
    }
}
