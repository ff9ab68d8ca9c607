//! Calendar months in UTC: the epochs for which tokens are given.

use std::{fmt, str::FromStr};

/// The first month that a message may have.
pub const FIRST_MONTH: Month = Month(1970 * 12);
/// The last month that a message may have. Later times are taken for damage, and skipped.
pub const LAST_MONTH: Month = Month(2199 * 12 + 11);

/// A calendar month (UTC), written `2020-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

/// The text is not a month between 1970-01 and 2199-12.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a month from 1970-01 to 2199-12")]
pub struct MonthError(String);

impl Month {
    /// The month of a time in Unix milliseconds, if it lies between 1970-01 and 2199-12.
    pub fn of_millis(millis: i64) -> Option<Month> {
        let time = jiff::Timestamp::from_millisecond(millis).ok()?;
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        let year = u32::try_from(date.year()).ok()?;
        let month = Month(year * 12 + date.month() as u32 - 1);
        (FIRST_MONTH..=LAST_MONTH).contains(&month).then_some(month)
    }

    /// The month after this one.
    pub fn next(self) -> Month {
        Month(self.0 + 1)
    }

    /// Whole months from `self` to `later`; 0 if `later` is not later.
    pub fn until(self, later: Month) -> usize {
        later.0.saturating_sub(self.0) as usize
    }
}

/// Every month from `first` to `last`, both included.
pub fn months(first: Month, last: Month) -> impl Iterator<Item = Month> + Clone {
    (first.0..=last.0).map(Month)
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Month, MonthError> {
        let wrong = || MonthError(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        let (year, number): (u32, u32) =
            (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        let month = Month((year * 12 + number).checked_sub(1).ok_or_else(wrong)?);
        let known = (1..=12).contains(&number) && (FIRST_MONTH..=LAST_MONTH).contains(&month);
        known.then_some(month).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_reads_back_as_written() {
        for text in ["1970-01", "2020-12", "2199-12"] {
            assert_eq!(text.parse::<Month>().unwrap().to_string(), text);
        }
        for text in ["", "2020", "2020-13", "2020-00", "1969-12", "2200-01", "+020-01", "2020-1"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_millisecond_of_a_month_is_still_in_it() {
        assert_eq!(Month::of_millis(1_583_020_799_999).unwrap().to_string(), "2020-02");
        assert_eq!(Month::of_millis(1_583_020_800_000).unwrap().to_string(), "2020-03");
        assert_eq!(Month::of_millis(-1), None);
        assert_eq!(Month::of_millis(i64::MAX), None);
    }
}
