//! Dates of mails, as standards have them and as programs write them.

use jiff::{civil, tz::TimeZone};

use crate::time::{Moment, in_zone, rfc3339};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Zones by name, in minutes east of Greenwich.
const ZONES: &[(&str, i32)] = &[
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("wet", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("cet", 60),
    ("cest", 120),
    ("mez", 60),
    ("mesz", 120),
    ("met", 60),
    ("mest", 120),
    ("bst", 60),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("msd", 240),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
];
/// More is no date.
const MAX_DATE_BYTES: usize = 200;

/// Reads a date of a header or of a line `From `: day, month and year in any order that programs write, a time, and a
/// zone. What states no zone, or one that is not known, is in `zone`.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<Moment> {
    if text.len() > MAX_DATE_BYTES {
        return None;
    }
    let read = || {
        let mut found = Found::default();
        words(text).iter().try_for_each(|word| found.take(word))?;
        found.moment(zone)
    };
    read().or_else(|| rfc3339(text.trim(), zone))
}

/// The words of a date without its comments.
fn words(text: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => plain.push(' '),
            letter if depth == 0 => plain.extend(letter.to_lowercase()),
            _ => {}
        }
    }
    // 09 : 55 is one word, 12-Mar-2020 is three.
    let plain = plain.split(':').map(str::trim).collect::<Vec<_>>().join(":");
    let split = |word: &str| -> Vec<String> {
        let parts: Vec<&str> = word.split('-').collect();
        match parts[..] {
            [_, month, _] if is_month(month) => parts.iter().map(|part| (*part).to_owned()).collect(),
            _ => vec![word.to_owned()],
        }
    };
    plain.split_whitespace().flat_map(split).collect()
}

fn is_month(word: &str) -> bool {
    month(word).is_some()
}

fn month(word: &str) -> Option<i8> {
    let start = word.get(..3)?;
    let at = MONTHS.iter().position(|month| *month == start)?;
    let letters = word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '.');
    (letters && word.len() <= 10).then(|| i8::try_from(at + 1).ok())?
}

/// What a date states.
#[derive(Default)]
struct Found {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    time: Option<civil::Time>,
    offset: Option<i32>,
}

impl Found {
    /// Takes one word; `None` if the text cannot be a date.
    fn take(&mut self, word: &str) -> Option<()> {
        if let Some(month) = month(word).filter(|_| self.month.is_none()) {
            self.month = Some(month);
        } else if word.get(..3).is_some_and(|start| DAYS.contains(&start)) && self.time.is_none() {
            // The day of the week says nothing that is not said otherwise.
        } else if word.contains(':') && self.time.is_none() {
            self.time = Some(clock(word)?);
        } else if (word.starts_with(['+', '-'])) && self.time.is_some() {
            self.offset = Some(offset(word)?);
        } else if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == word) {
            self.offset = self.offset.or(Some(*minutes));
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.number(word)?;
        } else if matches!(word, "am" | "pm") {
            self.time = Some(half(self.time?, word)?);
        }
        Some(())
    }

    fn number(&mut self, word: &str) -> Option<()> {
        let number: i16 = word.parse().ok()?;
        if word.len() <= 2 && self.day.is_none() {
            self.day = Some(i8::try_from(number).ok()?);
        } else if self.year.is_none() {
            self.year = Some(match (word.len(), number) {
                (2, 0..=49) => 2000 + number,
                (2 | 3, _) => 1900 + number,
                _ => number,
            });
        }
        Some(())
    }

    fn moment(self, zone: &TimeZone) -> Option<Moment> {
        let date = civil::Date::new(self.year?, self.month?, self.day?).ok()?;
        let civil = date.to_datetime(self.time?);
        match self.offset {
            None => Some(Moment { millis: in_zone(civil, zone)?, zoneless: true }),
            Some(minutes) => {
                let millis = in_zone(civil, &TimeZone::UTC)?.checked_sub(i64::from(minutes) * 60_000)?;
                Some(Moment { millis, zoneless: false })
            }
        }
    }
}

/// `9:30`, `09:30:15`, `09:30:15.123`
fn clock(word: &str) -> Option<civil::Time> {
    let mut parts = word.split(':');
    let mut number = |most: i8| -> Option<i8> {
        let Some(part) = parts.next() else { return Some(0) };
        let digits = part.split('.').next().unwrap_or(part);
        let plain =
            !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: i8 = digits.parse().ok().filter(|_| plain)?;
        (number <= most).then_some(number)
    };
    let (hour, minute, second) = (number(24)?, number(59)?, number(60)?);
    civil::Time::new(hour % 24, minute, second.min(59), 0).ok()
}

fn half(time: civil::Time, word: &str) -> Option<civil::Time> {
    let hour = time.hour() % 12 + if word == "pm" { 12 } else { 0 };
    civil::Time::new(hour, time.minute(), time.second(), 0).ok()
}

/// `+0100`, `-8:00`, in minutes.
fn offset(word: &str) -> Option<i32> {
    let (sign, digits) = word.split_at(1);
    let digits: String = digits.chars().filter(|letter| *letter != ':').collect();
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i32 = digits.parse().ok().filter(|_| plain)?;
    let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    let all = hours * 60 + minutes;
    let sound = hours < 24 && minutes < 60;
    sound.then_some(if sign == "-" { -all } else { all })
}

/// The date of a line `From `, which begins a mail in an mbox; `None` if the line is none.
pub(super) fn of_separator(line: &str, zone: &TimeZone) -> Option<(String, Moment)> {
    let rest = line.strip_prefix("From ")?.trim_end();
    let start = date_start(rest)?;
    let written = &rest[start..];
    // `remote from host` may stand behind it.
    let date = written.split(" remote from ").next().unwrap_or(written);
    Some((date.to_owned(), parse(date, zone)?))
}

/// Where the date begins: at the first word that is a day of the week or of the month, with a month near it.
fn date_start(rest: &str) -> Option<usize> {
    if rest.len() > 2 * MAX_DATE_BYTES {
        return None;
    }
    let words: Vec<(usize, String)> = starts(rest).map(|at| (at, word_at(rest, at))).collect();
    let dates = |place: usize| {
        let word = &words[place].1;
        let near = words[place + 1..].iter().take(2).any(|(_, word)| is_month(word));
        let day = word.len() <= 9 && DAYS.iter().any(|day| word.starts_with(day));
        near && (day || (word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())))
    };
    (0..words.len()).find(|place| dates(*place)).map(|place| words[place].0)
}

/// Where words begin.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let blank = |at: usize| text.as_bytes()[at].is_ascii_whitespace();
    (0..text.len()).filter(move |at| !blank(*at) && (*at == 0 || blank(*at - 1)))
}

fn word_at(text: &str, at: usize) -> String {
    let word = text[at..].split_ascii_whitespace().next().unwrap_or_default();
    word.trim_end_matches(',').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<(i64, bool)> {
        let zone = TimeZone::get("Europe/London").unwrap();
        parse(text, &zone).map(|moment| (moment.millis / 1000, moment.zoneless))
    }

    #[test]
    fn dates_are_read_as_programs_write_them() {
        let same = Some((1_583_999_415, false));
        for text in [
            "Thu, 12 Mar 2020 07:50:15 +0000",
            "Thu, 12 Mar 2020 07:50:15 GMT",
            "12 Mar 2020 07:50:15 -0000 (comment (nested))",
            "Thu, 12 Mar 2020 08:50:15 +0100 (CET)",
            "Thu, 12 Mar 20 03:50:15 EDT",
            "Thu Mar 12 07:50:15 2020 +0000",
            "Thu, 12-Mar-2020 07:50:15 UTC",
            "Thursday, March 12, 2020 07:50:15 AM GMT",
            "2020-03-12T07:50:15Z",
            "Thu, 12 Mar 2020 07(hour): 50 : 15 +0000",
        ] {
            assert_eq!(time(text), same, "{text}");
        }
        assert_eq!(time("Thu, 12 Mar 2020 07:50:15"), Some((1_583_999_415, true)));
        assert_eq!(time("Sun, 12 Jul 2020 08:50 unknown"), Some((1_594_540_200, true)));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "today",
            "Thu, 33 Mar 2020 07:50:15 +0000",
            "Thu, 12 Foo 2020 07:50:15",
            "12 Mar 2020",
            "12 Mar 2020 25:00:00 +0000",
            "12 Mar 2020 07:50 +9999",
            "12 Mar 99999 07:50 +0000",
            "é:é",
            "12 Mar 2020 7:5\u{e9}",
            "+",
            "1-2-3",
            "12 M\u{e9}r 2020 00:00",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(time(&"9".repeat(100_000)), None);
    }

    #[test]
    fn a_separator_has_a_date_in_one_of_the_forms_that_programs_write() {
        let zone = TimeZone::UTC;
        for line in [
            "From ann@example.org Thu Mar 12 07:50:15 2020",
            "From 1661234567890123456@xxx Thu Mar 12 07:50:15 +0000 2020\r\n",
            "From - Thu Mar 12 07:50:15 2020",
            "From ???@??? Thu Mar 12 07:50:15 2020 +0000",
            "From ann at example.org  Thu Mar 12 07:50:15 2020",
            "From ann Thu, 12 Mar 2020 07:50:15 +0000 (UTC)",
            "From ann Thu Mar 12 07:50:15 GMT 2020 remote from host",
            "From \"ann b\"@example.org Thu Mar 12 07:50:15 UTC 2020",
        ] {
            let (_, moment) = of_separator(line, &zone).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(moment.millis, 1_583_999_415_000, "{line}");
        }
        for line in [
            "From here to there on Monday",
            "From March 12 we stay",
            "From: ann",
            "from a Thu Mar 12 07:50:15 2020",
            "From ",
        ] {
            assert!(of_separator(line, &zone).is_none(), "{line}");
        }
    }
}
