//! Days on which messages were sent, in UTC: `after:2020-03-12`, `before:2020-04-01`.

use std::fmt;

use blackbox_format::month::Month;
use jiff::civil::Date;

use super::Fault;

const DAY_MILLIS: i64 = 86_400_000;

/// From or up to a day. The two are each other's opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Days {
    /// That day, and every later one.
    After(Date),
    /// Every earlier day, and not that one.
    Before(Date),
}

impl Days {
    /// The other days.
    pub(super) fn opposite(self) -> Days {
        match self {
            Days::After(day) => Days::Before(day),
            Days::Before(day) => Days::After(day),
        }
    }

    /// Whether no time is within both.
    pub(crate) fn excludes(self, other: Days) -> bool {
        match (self, other) {
            (Days::After(first), Days::Before(end)) => first >= end,
            _ => false,
        }
    }

    /// Whether a Unix time in milliseconds is within.
    pub fn holds(self, millis: i64) -> bool {
        match self {
            Days::After(day) => millis >= midnight(day),
            Days::Before(day) => millis < midnight(day),
        }
    }

    /// The name before the colon.
    pub(super) fn name(self) -> &'static str {
        match self {
            Days::After(_) => "after",
            Days::Before(_) => "before",
        }
    }

    /// What `name:value` says, if `name` is `after` or `before`.
    pub(super) fn read(name: &str, value: &str) -> Option<Result<Days, Fault>> {
        let days: fn(Date) -> Days = match name {
            "after" => Days::After,
            "before" => Days::Before,
            _ => return None,
        };
        let wrong = || Fault::Day { name: name.to_owned(), text: value.chars().take(40).collect() };
        Some(day(value).map(days).ok_or_else(wrong))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Days::After(day) | Days::Before(day)) = self;
        write!(f, "{}:{day}", self.name())
    }
}

/// The beginning of a day, as a Unix time in milliseconds.
fn midnight(day: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from(day.duration_since(epoch).as_hours() as i32 / 24) * DAY_MILLIS
}

/// Year, month and day, by hyphens or slashes.
fn day(text: &str) -> Option<Date> {
    let mark = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(mark).collect();
    let [year, month, day] = parts[..] else { return None };
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !(digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2)) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Month::of_millis(midnight(date)).is_some().then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_has_its_day_and_before_has_not() {
        let millis = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let day = jiff::civil::date(2020, 3, 12);
        for (time, later) in [
            ("2020-03-11T23:59:59.999Z", false),
            ("2020-03-12T00:00:00Z", true),
            ("2020-03-12T23:59:59Z", true),
            ("1970-01-01T00:00:00Z", false),
            ("2199-12-31T23:59:59Z", true),
        ] {
            assert_eq!(Days::After(day).holds(millis(time)), later, "{time}");
            assert_eq!(Days::Before(day).holds(millis(time)), !later, "{time}");
        }
    }

    #[test]
    fn a_day_is_year_month_and_day() {
        for text in ["2020-03-12", "2020/03/12", "2020/3/12"] {
            assert_eq!(day(text), Some(jiff::civil::date(2020, 3, 12)));
        }
        for text in ["2020-03", "12/03/2020", "2020-13-01", "2021-02-29", "1969-12-31", "2200-01-01", "today"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
