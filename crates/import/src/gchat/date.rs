//! Times as Takeout words them, in the language of the account: `Monday, August 25, 2014 at 5:29:21 PM UTC`,
//! `lundi 25 août 2014 à 17:29:21 UTC`, `2014年8月25日月曜日 17:29:21 UTC`. Weekdays and small words are passed over.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use crate::time::{Moment, in_zone, rfc3339};

/// Names of each month, lower case.
const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "januar",
        "janvier",
        "enero",
        "janeiro",
        "gennaio",
        "januari",
        "stycznia",
        "ledna",
        "января",
        "січня",
        "ocak",
        "tammikuuta",
        "ianuarie",
        "január",
    ],
    &[
        "february",
        "feb",
        "februar",
        "février",
        "febrero",
        "fevereiro",
        "febbraio",
        "februari",
        "lutego",
        "února",
        "февраля",
        "лютого",
        "şubat",
        "helmikuuta",
        "februarie",
        "február",
    ],
    &[
        "march",
        "mar",
        "märz",
        "mars",
        "marzo",
        "março",
        "maart",
        "marts",
        "marca",
        "března",
        "марта",
        "березня",
        "mart",
        "maaliskuuta",
        "martie",
        "maret",
        "március",
    ],
    &[
        "april",
        "apr",
        "avril",
        "abril",
        "aprile",
        "kwietnia",
        "dubna",
        "апреля",
        "квітня",
        "nisan",
        "huhtikuuta",
        "aprilie",
        "április",
    ],
    &[
        "may",
        "mai",
        "mayo",
        "maio",
        "maggio",
        "mei",
        "maj",
        "maja",
        "května",
        "мая",
        "травня",
        "mayıs",
        "toukokuuta",
        "május",
    ],
    &[
        "june",
        "jun",
        "juni",
        "juin",
        "junio",
        "junho",
        "giugno",
        "czerwca",
        "června",
        "июня",
        "червня",
        "haziran",
        "kesäkuuta",
        "iunie",
        "június",
    ],
    &[
        "july",
        "jul",
        "juli",
        "juillet",
        "julio",
        "julho",
        "luglio",
        "lipca",
        "července",
        "июля",
        "липня",
        "temmuz",
        "heinäkuuta",
        "iulie",
        "július",
    ],
    &[
        "august",
        "aug",
        "août",
        "agosto",
        "augustus",
        "augusti",
        "sierpnia",
        "srpna",
        "августа",
        "серпня",
        "ağustos",
        "elokuuta",
        "agustus",
        "augusztus",
    ],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "setiembre",
        "setembro",
        "settembre",
        "września",
        "září",
        "сентября",
        "вересня",
        "eylül",
        "syyskuuta",
        "septembrie",
        "szeptember",
    ],
    &[
        "october",
        "oct",
        "oktober",
        "octobre",
        "octubre",
        "outubro",
        "ottobre",
        "października",
        "října",
        "октября",
        "жовтня",
        "ekim",
        "lokakuuta",
        "octombrie",
        "október",
    ],
    &[
        "november",
        "nov",
        "novembre",
        "noviembre",
        "novembro",
        "listopada",
        "listopadu",
        "ноября",
        "листопада",
        "kasım",
        "marraskuuta",
        "noiembrie",
    ],
    &[
        "december",
        "dec",
        "dezember",
        "décembre",
        "diciembre",
        "dezembro",
        "dicembre",
        "desember",
        "grudnia",
        "prosince",
        "декабря",
        "грудня",
        "aralık",
        "joulukuuta",
        "decembrie",
        "desember",
    ],
];

const MORNING: &[&str] = &["am", "a.m", "上午", "午前", "오전", "ص"];
const EVENING: &[&str] = &["pm", "p.m", "下午", "午後", "오후", "م"];

/// Longer ones are no times.
const MAX_BYTES: usize = 200;

/// What was found of a time.
#[derive(Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    clock: Option<(i8, i8, i8)>,
    half: Option<Half>,
    offset: Option<Offset>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Evening,
}

/// Reads a time; one that states no zone is read in `zone`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    if text.len() > MAX_BYTES {
        return None;
    }
    rfc3339(text, zone).or_else(|| worded(text, zone))
}

fn worded(text: &str, zone: &TimeZone) -> Option<Moment> {
    let text = text.to_lowercase().replace("a. m.", "am").replace("p. m.", "pm");
    let text = text.replace("a.\u{a0}m.", "am").replace("p.\u{a0}m.", "pm");
    let mut parts = Parts::default();
    let apart = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '(' | ')' | '،' | '\u{200f}');
    text.split(apart).filter(|word| !word.is_empty()).for_each(|word| parts.word(word));
    let date = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    let (hour, minute, second) = parts.clock?;
    let hour = match parts.half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Morning) => hour % 12,
        Some(Half::Evening) => hour % 12 + 12,
    };
    let civil = DateTime::from_parts(date, Time::new(hour, minute, second, 0).ok()?);
    let stated = parts.offset.map(TimeZone::fixed);
    let millis = in_zone(civil, stated.as_ref().unwrap_or(zone))?;
    Some(Moment { millis, zoneless: stated.is_none() })
}

impl Parts {
    fn word(&mut self, word: &str) {
        if let Some(offset) = offset(word) {
            self.offset = Some(offset);
        } else if word.contains(':') {
            self.clock(word);
        } else if word.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.date(word);
        } else if let Some(month) = month(word) {
            self.month.get_or_insert(month);
        } else {
            self.half(word.trim_end_matches('.'));
        }
    }

    /// `17:29:21`, `5:29`, `5:29:21pm`, `下午5:29:21`.
    fn clock(&mut self, word: &str) {
        let digits = word.find(|letter: char| letter.is_ascii_digit()).unwrap_or(0);
        let (before, word) = word.split_at(digits);
        let end = word.find(|letter: char| !letter.is_ascii_digit() && letter != ':').unwrap_or(word.len());
        let (clock, after) = word.split_at(end);
        let mut numbers = clock.split(':').map(|number| number.parse::<i8>().ok());
        let (hour, minute) = (numbers.next().flatten(), numbers.next().flatten());
        let second = numbers.next().unwrap_or(Some(0));
        if let (Some(hour), Some(minute), Some(second), None) = (hour, minute, second, numbers.next()) {
            self.clock = Some((hour, minute, second));
        }
        self.half(before);
        self.half(after.trim_end_matches('.'));
    }

    fn half(&mut self, word: &str) {
        if MORNING.contains(&word) {
            self.half = Some(Half::Morning);
        } else if EVENING.contains(&word) {
            self.half = Some(Half::Evening);
        }
    }

    /// `25`, `25.`, `2014`, `2014-08-25`, `2014年8月25日月曜日`, `8월`.
    fn date(&mut self, word: &str) {
        let mut numbers = [0_i16; 3];
        let mut count = 0;
        for (place, number) in word.split(|letter: char| !letter.is_ascii_digit()).enumerate() {
            match number.parse() {
                Ok(number) if place < 3 => numbers[place] = number,
                _ => break,
            }
            count = place + 1;
        }
        let small = |number: i16| i8::try_from(number).ok();
        match (count, numbers) {
            (3, [year, month, day]) if year > 999 => {
                (self.year, self.month, self.day) = (Some(year), small(month), small(day));
            }
            (1, [number, ..]) if number > 999 => self.year = Some(number),
            (1, [number, ..]) if word.ends_with(['월', '月']) => self.month = small(number),
            (1, [number, ..]) => self.day = self.day.or(small(number)),
            _ => {}
        }
    }
}

/// `utc`, `gmt+2`, `utc-03:30`, `z`.
fn offset(word: &str) -> Option<Offset> {
    let rest = match word {
        "z" => "",
        _ => word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt"))?,
    };
    if rest.is_empty() {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match rest.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, rest.strip_prefix(['-', '\u{2212}'])?),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=18).contains(&hours) && (0..60).contains(&minutes);
    fits.then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())?
}

fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    let place = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Option<i64> {
        moment(text, &TimeZone::get("Europe/London").unwrap()).map(|moment| moment.millis)
    }

    #[test]
    fn a_time_is_read_in_the_words_of_many_languages() {
        for text in [
            "Thursday, March 25, 2021 at 5:09:21\u{202f}PM UTC",
            "Thursday, March 25, 2021 at 5:09:21 PM UTC",
            "Thursday, March 25, 2021 at 5:09:21PM UTC",
            "Thursday, 25 March 2021 at 17:09:21 UTC",
            "Donnerstag, 25. März 2021 um 17:09:21 UTC",
            "jeudi 25 mars 2021 à 17:09:21 UTC",
            "jueves, 25 de marzo de 2021, 17:09:21 UTC",
            "jueves, 25 de marzo de 2021 a las 5:09:21 p. m. UTC",
            "quinta-feira, 25 de março de 2021 às 17:09:21 UTC",
            "giovedì 25 marzo 2021 alle ore 17:09:21 UTC",
            "donderdag 25 maart 2021 om 17:09:21 UTC",
            "torsdag 25 mars 2021 kl. 17:09:21 UTC",
            "czwartek, 25 marca 2021 17:09:21 UTC",
            "четверг, 25 марта 2021 г. в 17:09:21 UTC",
            "2021年3月25日木曜日 17:09:21 UTC",
            "2021年3月25日星期四 UTC 下午5:09:21",
            "2021년 3월 25일 목요일 오후 5:09:21 UTC",
            "2021-03-25 17:09:21 UTC",
            "2021-03-25T17:09:21Z",
            "Thursday, 25 March 2021 at 18:09:21 GMT+01:00",
            "Thursday, 25 March 2021 at 17:09:21",
        ] {
            assert_eq!(millis(text), Some(1_616_692_161_000), "{text}");
        }
        let zoneless = moment("25 March 2021 at 17:09:21", &TimeZone::UTC).unwrap();
        assert!(
            zoneless.zoneless && !moment("25 March 2021 at 17:09:21 UTC", &TimeZone::UTC).unwrap().zoneless
        );
    }

    #[test]
    fn midnight_and_noon_are_twelve() {
        assert_eq!(millis("Friday, January 1, 2021 at 12:00:00 AM UTC"), Some(1_609_459_200_000));
        assert_eq!(millis("Friday, January 1, 2021 at 12:00:00 PM UTC"), Some(1_609_502_400_000));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "Monday, Smarch 1, 2021 at 5:09:21 PM UTC",
            "Monday, March 32, 2021 at 5:09:21 PM UTC",
            "March 25, 2021 at 25:09:21 UTC",
            "March 25, 2021 at 13:09:21 PM UTC",
            "March 25, 2021",
            "25/03/2021 17:09:21 UTC",
            "99999999999999999999年99月99日 99:99:99",
            &"1:".repeat(1_000),
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
