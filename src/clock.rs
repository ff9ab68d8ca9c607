//! The program's one clock.

use blackbox_custody::approve::Now;

/// Now, to the second, UTC.
pub fn now() -> Now {
    let time = jiff::Timestamp::now();
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC);
    Now { time: zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), today: zoned.date() }
}
