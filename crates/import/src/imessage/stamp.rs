//! Times as imessage-exporter writes them: `May 17, 2022  5:29:42 PM`, in the zone of the computer that it ran on.

use jiff::{civil, tz::TimeZone};

use crate::time::in_zone;

/// A time as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) written: String,
    civil: civil::DateTime,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Stamp {
    /// The time at the start of a text, and what stands after it.
    pub(super) fn at_start(text: &str) -> Option<(Stamp, &str)> {
        let (month, rest) = text.split_at_checked(3)?;
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        let (day, rest) = number(rest.strip_prefix(' ')?)?;
        let (year, rest) = number(rest.strip_prefix(", ")?)?;
        let (hour, rest) = number(rest.strip_prefix(' ')?.trim_start_matches(' '))?;
        let (minute, rest) = number(rest.strip_prefix(':')?)?;
        let (second, rest) = number(rest.strip_prefix(':')?)?;
        let rest = rest.strip_prefix([' ', '\u{202f}', '\u{a0}'])?;
        let (half, rest) = rest.split_at_checked(2)?;
        let hour = match (half, hour) {
            ("AM", 12) => 0,
            ("PM", 12) => 12,
            ("AM", 1..=11) => hour,
            ("PM", 1..=11) => hour + 12,
            _ => return None,
        };
        let [month, day, hour, minute, second] =
            [month, day, hour, minute, second].map(|part| i8::try_from(part).ok());
        let year = i16::try_from(year).ok()?;
        let civil = civil::DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()?;
        Some((Stamp { written: text[..text.len() - rest.len()].to_owned(), civil }, rest))
    }

    /// Unix milliseconds in a zone.
    pub(super) fn millis(&self, zone: &TimeZone) -> Option<i64> {
        in_zone(self.civil, zone)
    }
}

/// The digits at the start of a text, up to four.
fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.bytes().take(4).take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, &str)> {
        Stamp::at_start(text).map(|(stamp, rest)| (stamp.civil.to_string(), rest))
    }

    #[test]
    fn a_time_is_read_with_what_follows() {
        let at = |text: &str| text.to_owned();
        assert_eq!(read("May 17, 2022  5:29:42 PM"), Some((at("2022-05-17T17:29:42"), "")));
        assert_eq!(read("May 07, 2022 12:00:00 AM (Read)"), Some((at("2022-05-07T00:00:00"), " (Read)")));
        assert_eq!(read("Dec 31, 2021 12:00:00\u{202f}PM x"), Some((at("2021-12-31T12:00:00"), " x")));
        for text in [
            "",
            "May",
            "May 32, 2022  5:29:42 PM",
            "May 17, 2022 13:29:42 PM",
            "May 17, 2022  5:29:42 pm",
            "May 17, 99999  5:29:42 PM",
            "Mai 17, 2022  5:29:42 PM",
            "Maé 17, 2022",
            "May 17, 2022, 5:29 PM - Ada: hi",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
