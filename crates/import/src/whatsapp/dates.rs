//! Which number of a date is the day: found once from a whole file.

use jiff::{Span, civil};

use super::header::{Shape, Year};
use crate::DateOrder;

/// The years of the Buddhist era, 543 ahead, that are taken for such.
const BUDDHIST_YEARS: std::ops::Range<u16> = 2400..3000;
/// The years of the Persian calendar that are taken for such: 2001 to 2071.
const PERSIAN_YEARS: std::ops::Range<u16> = 1380..1450;
/// A reading of the dates is taken over another if it runs backwards this many times more rarely.
const RARER: u64 = 4;

/// Reads the dates of a file in each order that its shape allows, and sees which fits.
pub(crate) struct Calendar {
    readings: Vec<Reading>,
}

struct Reading {
    order: DateOrder,
    /// Dates that do not exist in this order.
    impossible: u64,
    /// Dates before the one before them.
    backwards: u64,
    last: Option<civil::Date>,
}

impl Calendar {
    /// The orders in which dates of `shape` can be read.
    pub(crate) fn new(shape: Shape) -> Calendar {
        let orders: &[DateOrder] = match shape.year {
            Year::First => &[DateOrder::YearFirst],
            Year::Last => &[DateOrder::DayFirst, DateOrder::MonthFirst],
            Year::Short => &[DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst],
        };
        let reading = |order: &DateOrder| Reading { order: *order, impossible: 0, backwards: 0, last: None };
        Calendar { readings: orders.iter().map(reading).collect() }
    }

    /// Takes the next date of the file into account; says whether it is one in any order.
    pub(crate) fn add(&mut self, numbers: [u16; 3]) -> bool {
        let mut possible = false;
        for reading in &mut self.readings {
            let Some(date) = date(numbers, reading.order) else {
                reading.impossible += 1;
                continue;
            };
            possible = true;
            reading.backwards += u64::from(reading.last.is_some_and(|last| date < last));
            reading.last = Some(date);
        }
        possible
    }

    /// The order with the fewest impossible dates; among equals day before month before year, unless a later one
    /// runs backwards far more rarely.
    pub(crate) fn order(&self) -> DateOrder {
        let fewest = self.readings.iter().map(|reading| reading.impossible).min().unwrap_or(0);
        let mut fitting = self.readings.iter().filter(|reading| reading.impossible == fewest);
        let mut best = fitting.next().expect("one reading has the fewest");
        for reading in fitting {
            if reading.backwards * RARER < best.backwards {
                best = reading;
            }
        }
        best.order
    }
}

/// The date that `numbers` mean in an order, if there is such a day.
pub(crate) fn date(numbers: [u16; 3], order: DateOrder) -> Option<civil::Date> {
    let [a, b, c] = numbers;
    let (year, month, day) = match order {
        DateOrder::DayFirst => (c, b, a),
        DateOrder::MonthFirst => (c, a, b),
        DateOrder::YearFirst => (a, b, c),
    };
    if PERSIAN_YEARS.contains(&year) {
        return persian(year, month, day);
    }
    let narrow = |number: u16| i8::try_from(number).ok();
    civil::Date::new(full(year)?, narrow(month)?, narrow(day)?).ok()
}

/// A date of the Persian calendar, whose leap years in this range follow a cycle of 33 years with 8 of them.
fn persian(year: u16, month: u16, day: u16) -> Option<civil::Date> {
    /// The first year of a cycle, so far back that no year is before it.
    const CYCLES_BEGIN: i32 = -1595;
    /// Days from there to 1970.
    const TO_1970_DAYS: i32 = 1_075_196;
    let days_before = match month {
        1..=7 => (month - 1) * 31,
        8..=12 => (month - 1) * 30 + 6,
        _ => return None,
    };
    if !(1..=if month <= 6 { 31 } else { 30 }).contains(&day) {
        return None;
    }
    let years = i32::from(year) - CYCLES_BEGIN;
    let leap_days = years / 33 * 8 + (years % 33 + 3) / 4;
    let days = i32::from(day + days_before) + years * 365 + leap_days;
    civil::Date::new(1970, 1, 1).ok()?.checked_add(Span::new().days(days - TO_1970_DAYS)).ok()
}

/// A year of two or four digits. WhatsApp began in 2009, so 52 to 69 are years of the Buddhist era, 2552 to 2569.
fn full(year: u16) -> Option<i16> {
    let year = match year {
        0..52 => 2000 + year,
        52..70 => 2500 + year - 543,
        70..100 => 1900 + year,
        _ if BUDDHIST_YEARS.contains(&year) => year - 543,
        _ => year,
    };
    i16::try_from(year).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatsapp::header;

    fn order(lines: &[&str]) -> DateOrder {
        let headers: Vec<_> = lines.iter().map(|line| header::parse(line).unwrap()).collect();
        let mut calendar = Calendar::new(headers[0].shape);
        for header in headers {
            calendar.add(header.date);
        }
        calendar.order()
    }

    #[test]
    fn a_number_over_twelve_proves_the_order() {
        assert_eq!(order(&["1/2/20, 09:30 - a: b", "13/2/20, 09:30 - a: b"]), DateOrder::DayFirst);
        assert_eq!(order(&["1/2/20, 09:30 - a: b", "1/13/20, 09:30 - a: b"]), DateOrder::MonthFirst);
        assert_eq!(order(&["2020/1/2, 09:30 - a: b"]), DateOrder::YearFirst);
        assert_eq!(order(&["98-01-02, 09:30 - a: b"]), DateOrder::YearFirst);
    }

    #[test]
    fn without_proof_the_day_comes_first() {
        assert_eq!(order(&["1/2/20, 09:30 - a: b", "1/2/20, 09:31 - a: b"]), DateOrder::DayFirst);
        assert_eq!(order(&["1/2/20, 09:30 - a: b", "2/2/20, 09:31 - a: b"]), DateOrder::DayFirst);
    }

    #[test]
    fn time_that_runs_backwards_proves_the_other_order() {
        assert_eq!(order(&["1/9/2020, 09:30 - a: b", "2/1/2020, 09:31 - a: b"]), DateOrder::MonthFirst);
        let days = ["20/01/30, 09:30 - a: b", "20/02/02, 09:31 - a: b", "20/02/11, 09:31 - a: b"];
        assert_eq!(order(&days), DateOrder::YearFirst);
    }

    #[test]
    fn persian_dates_are_converted() {
        let persian =
            |year, month, day| date([year, month, day], DateOrder::YearFirst).map(|date| date.to_string());
        assert_eq!(persian(1399, 12, 22).as_deref(), Some("2021-03-12"));
        assert_eq!(persian(1400, 1, 1).as_deref(), Some("2021-03-21"));
        assert_eq!(persian(1403, 12, 30).as_deref(), Some("2025-03-20"));
        assert_eq!(persian(1404, 1, 1).as_deref(), Some("2025-03-21"));
        assert_eq!(persian(1399, 7, 31), None);
        assert_eq!(persian(1399, 13, 1), None);
    }

    #[test]
    fn buddhist_years_are_counted_from_their_own_era() {
        let expected = civil::Date::new(2021, 3, 12).ok();
        assert_eq!(date([12, 3, 2564], DateOrder::DayFirst), expected);
        assert_eq!(date([12, 3, 64], DateOrder::DayFirst), expected);
        assert_eq!(date([12, 3, 21], DateOrder::DayFirst), expected);
        assert_eq!(date([31, 2, 21], DateOrder::DayFirst), None);
    }
}
