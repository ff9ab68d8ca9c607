//! Subsets of custodians: each key of the threshold HMAC is given to all members of one.

use std::{fmt, str::FromStr};

/// Most custodians that an archive may have.
pub const MAX_CUSTODIANS: usize = 9;

/// k of n: how many custodians must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    needed: u8,
    custodians: u8,
}

/// The threshold is not one that can be shared out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// More custodians than subset keys can be handled for.
    #[error(
        "refusing {0} custodians: at most {MAX_CUSTODIANS} are possible, for each subset of them needs a key of its own"
    )]
    TooMany(usize),
    /// k is 0 or above n.
    #[error("a threshold of {needed} is impossible with {custodians} custodians")]
    Impossible {
        /// k.
        needed: usize,
        /// n.
        custodians: usize,
    },
}

impl Threshold {
    /// `needed` of `custodians`.
    ///
    /// # Errors
    /// More than 9 custodians, or not `1 <= needed <= custodians`.
    pub fn new(needed: usize, custodians: usize) -> Result<Threshold, ThresholdError> {
        if custodians > MAX_CUSTODIANS {
            return Err(ThresholdError::TooMany(custodians));
        }
        if needed == 0 || needed > custodians {
            return Err(ThresholdError::Impossible { needed, custodians });
        }
        Ok(Threshold { needed: needed as u8, custodians: custodians as u8 })
    }

    /// k: how many must agree.
    pub fn needed(self) -> usize {
        self.needed.into()
    }

    /// n: how many there are.
    pub fn custodians(self) -> usize {
        self.custodians.into()
    }

    /// All subsets of n-k+1 custodians, ascending: one key each. Any k custodians meet every one of
    /// them; any k-1 miss the one made of all others.
    pub fn subsets(self) -> Vec<Subset> {
        let size = u32::from(self.custodians - self.needed + 1);
        (0..1u16 << self.custodians).filter(|bits| bits.count_ones() == size).map(Subset).collect()
    }

    /// The same with all custodians needed: the subsets are the single custodians.
    pub fn unanimous(self) -> Threshold {
        Threshold { needed: self.custodians, ..self }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.needed, self.custodians)
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Threshold, String> {
        let numbers = text.split_once(" of ").and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        let (needed, custodians) = numbers.ok_or("it is not \"K of N\"")?;
        Threshold::new(needed, custodians).map_err(|error| error.to_string())
    }
}

/// A set of custodians, by their numbers in archive.toml from 0. Written `0,2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subset(u16);

impl Subset {
    /// The subset of the given custodian alone.
    pub fn single(custodian: usize) -> Subset {
        Subset(1 << custodian)
    }

    /// Whether the custodian belongs to it.
    pub fn contains(self, custodian: usize) -> bool {
        self.0 >> custodian & 1 == 1
    }

    /// Its members, ascending.
    pub fn members(self) -> impl Iterator<Item = usize> {
        (0..MAX_CUSTODIANS).filter(move |custodian| self.contains(*custodian))
    }

    /// The bits: custodian i is bit i.
    pub fn bits(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Subset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<String> = self.members().map(|member| member.to_string()).collect();
        f.write_str(&members.join(","))
    }
}

impl FromStr for Subset {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Subset, &'static str> {
        let wrong = "it is not a set of custodians like \"0,2\"";
        let mut bits = 0u16;
        for part in text.split(',') {
            let member: usize = part.parse().map_err(|_| wrong)?;
            bits |= 1 << Some(member).filter(|member| *member < MAX_CUSTODIANS).ok_or(wrong)?;
        }
        Ok(Subset(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_k_meet_every_subset_and_any_fewer_miss_one() {
        for n in 1..=MAX_CUSTODIANS {
            for k in 1..=n {
                let subsets = Threshold::new(k, n).unwrap().subsets();
                for group in 0..1u16 << n {
                    let missed = subsets.iter().filter(|subset| subset.bits() & group == 0).count();
                    assert_eq!(missed == 0, group.count_ones() as usize >= k, "{k} of {n}, {group:b}");
                }
            }
        }
    }

    #[test]
    fn the_number_of_keys_is_as_designed() {
        let count = |k, n| Threshold::new(k, n).unwrap().subsets().len();
        assert_eq!((count(2, 3), count(3, 5), count(1, 1), count(5, 9)), (3, 10, 1, 126));
    }

    #[test]
    fn impossible_thresholds_are_refused() {
        assert_eq!(Threshold::new(2, 10), Err(ThresholdError::TooMany(10)));
        assert!(
            Threshold::new(0, 3).is_err() && Threshold::new(4, 3).is_err() && Threshold::new(0, 0).is_err()
        );
    }
}
