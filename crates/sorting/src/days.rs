//! A range of UTC days.

use jiff::civil::Date;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Days that a message can be of (spec/README.md, "Conventions": months).
const ALL: (Date, Date) = (jiff::civil::date(1970, 1, 1), jiff::civil::date(2199, 12, 31));

/// UTC days, both inclusive; an end that is missing is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub since: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

impl Days {
    /// Whether the instant, in Unix milliseconds, lies in them.
    pub fn hold(self, millis: i64) -> bool {
        let day = millis.div_euclid(DAY_MILLIS);
        self.since.is_none_or(|since| number(since) <= day)
            && self.until.is_none_or(|until| day <= number(until))
    }

    /// Whether they leave nothing out.
    pub fn are_all(self) -> bool {
        self == Days::default()
    }

    /// Whether no message can be of them.
    pub(crate) fn are_none(self) -> bool {
        let (since, until) = (self.since.unwrap_or(ALL.0), self.until.unwrap_or(ALL.1));
        since > until || since > ALL.1 || until < ALL.0
    }

    /// Whether every day of `other` is one of them.
    pub(crate) fn cover(self, other: Days) -> bool {
        let since = self.since.is_none_or(|since| other.since.unwrap_or(ALL.0) >= since);
        since && self.until.is_none_or(|until| other.until.unwrap_or(ALL.1) <= until)
    }
}

/// Days since 1970-01-01.
fn number(day: Date) -> i64 {
    let since = day.since(ALL.0).expect("a difference of days fits");
    i64::from(since.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_days_are_inside_to_the_last_millisecond() {
        let days = Days { since: Some(date(2020, 3, 1)), until: Some(date(2020, 3, 2)) };
        let first = 18_322 * DAY_MILLIS;
        assert!(days.hold(first) && days.hold(first + 2 * DAY_MILLIS - 1));
        assert!(!days.hold(first - 1) && !days.hold(first + 2 * DAY_MILLIS));
        assert!(Days { until: Some(date(1971, 1, 1)), ..Days::default() }.hold(0));
    }

    #[test]
    fn days_that_no_message_can_be_of_are_none() {
        let days = |since: Option<Date>, until| Days { since, until };
        assert!(days(Some(date(2020, 3, 2)), Some(date(2020, 3, 1))).are_none());
        assert!(days(Some(date(2200, 1, 1)), None).are_none());
        assert!(days(None, Some(date(1969, 12, 31))).are_none());
        assert!(!days(Some(date(2020, 3, 1)), Some(date(2020, 3, 1))).are_none());
    }
}
