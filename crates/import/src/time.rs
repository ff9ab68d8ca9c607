//! Times as exports write them.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A time in Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) millis: i64,
    /// Whether the text states no zone, so that the one that was given counts.
    pub(crate) zoneless: bool,
}

/// Reads `2020-03-12T09:30:00Z`, with any offset, or without one in `zone`.
pub(crate) fn rfc3339(text: &str, zone: &TimeZone) -> Option<Moment> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(Moment { millis: time.as_millisecond(), zoneless: false });
    }
    let civil = text.parse::<civil::DateTime>().ok().filter(|_| text.contains(':'))?;
    Some(Moment { millis: in_zone(civil, zone)?, zoneless: true })
}

/// A civil time in a zone; in a gap or fold as most programs have it.
pub(crate) fn in_zone(civil: civil::DateTime, zone: &TimeZone) -> Option<i64> {
    Some(zone.to_timestamp(civil).ok()?.as_millisecond())
}

/// Unix milliseconds as RFC 3339 in UTC, if the year is one of four digits.
pub(crate) fn written(millis: i64) -> Option<String> {
    Timestamp::from_millisecond(millis).ok().map(|time| time.to_string())
}
