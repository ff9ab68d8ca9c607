//! Phone numbers as people write them, and when two of them are the same.
//!
//! An international number is its digits. A national one does not say its country: it is the same as any whose last
//! nine digits agree, or last eight where one of them has no more.

use super::reading::Key;

/// Fewer digits than these are no number.
const MIN_DIGITS: usize = 3;
/// E.164 has at most 15 digits; prefixes of exchanges and carriers come before them.
const MAX_DIGITS: usize = 24;
/// Below these, digits are a short code or a number within a town: only the same digits are the same number.
const MIN_NATIONAL_DIGITS: usize = 8;
/// International numbers have more digits than short codes.
const MIN_INTERNATIONAL_DIGITS: usize = 7;
/// How many last digits a national and another number must share.
const TAIL_DIGITS: usize = 9;

/// A phone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    /// Digits after the `+`.
    International(String),
    /// Digits after the zeros of a trunk prefix, eight or more.
    National(String),
    /// Digits of a short code or a number within a town.
    Short(String),
}

/// Of which numbers a tail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Tail {
    /// Last nine digits of an international number.
    International,
    /// Last nine digits of a national number.
    National,
    /// A national number of just eight digits.
    NationalEight,
    /// Last eight digits of any number.
    Eight,
}

impl Number {
    /// Reads `text` if it consists of digits and what is written between them.
    pub(super) fn read(text: &str) -> Option<Number> {
        let text = text.trim();
        let plus = text.starts_with(['+', '\u{ff0b}']);
        // The trunk zero that is dialled only inside the country.
        let text = if plus { text.replacen("(0)", "", 1) } else { text.to_owned() };
        let mut digits = String::new();
        for (at, c) in text.chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '+' | '\u{ff0b}' if at == 0 || (at == 1 && text.starts_with('(')) => {}
                _ if is_between(c) => {}
                _ => return None,
            }
        }
        (MIN_DIGITS..=MAX_DIGITS)
            .contains(&digits.len())
            .then(|| Number::of(digits, plus || text.starts_with("(+")))
    }

    fn of(digits: String, plus: bool) -> Number {
        let abroad = match plus {
            true => Some(digits.trim_start_matches('0')),
            false => digits.strip_prefix("00").filter(|rest| !rest.starts_with('0')),
        };
        if let Some(abroad) = abroad.filter(|abroad| abroad.len() >= MIN_INTERNATIONAL_DIGITS) {
            return Number::International(abroad.to_owned());
        }
        match digits.trim_start_matches('0') {
            national if national.len() >= MIN_NATIONAL_DIGITS => Number::National(national.to_owned()),
            _ => Number::Short(digits),
        }
    }

    /// The keys under which a person is found by this number.
    pub(super) fn claims(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = match self {
            Number::International(_) => {
                [Some(self.exact()), self.tail(Tail::International)].into_iter().flatten().collect()
            }
            Number::National(_) => self.national_tail().into_iter().collect(),
            Number::Short(_) => return vec![self.exact()],
        };
        keys.extend(self.tail(Tail::Eight));
        keys
    }

    /// The keys under which persons with the same number are.
    pub(super) fn lookups(&self) -> Vec<Key> {
        match self {
            Number::Short(_) => vec![self.exact()],
            Number::National(digits) if digits.len() < TAIL_DIGITS => {
                self.tail(Tail::Eight).into_iter().collect()
            }
            Number::National(_) => {
                let tails = [Tail::International, Tail::National, Tail::NationalEight];
                tails.into_iter().filter_map(|of| self.tail(of)).collect()
            }
            Number::International(_) => {
                let tails = [Tail::National, Tail::NationalEight];
                std::iter::once(self.exact())
                    .chain(tails.into_iter().filter_map(|of| self.tail(of)))
                    .collect()
            }
        }
    }

    /// Keys that two cards of one person share if both have this number; none for a short code.
    pub(super) fn evidence(&self) -> Vec<Key> {
        let exact = || Some(self.exact());
        let keys = match self {
            Number::International(_) => [exact(), self.tail(Tail::National)],
            Number::National(_) => [self.national_tail(), None],
            Number::Short(digits) if digits.len() >= MIN_INTERNATIONAL_DIGITS => [exact(), None],
            Number::Short(_) => [None, None],
        };
        keys.into_iter().flatten().collect()
    }

    /// The number in one spelling.
    pub(super) fn spelled(&self) -> String {
        match self {
            Number::International(digits) => format!("+{digits}"),
            Number::National(digits) | Number::Short(digits) => digits.clone(),
        }
    }

    fn exact(&self) -> Key {
        Key::Number(self.spelled())
    }

    fn national_tail(&self) -> Option<Key> {
        self.tail(Tail::National).or_else(|| self.tail(Tail::NationalEight))
    }

    fn tail(&self, of: Tail) -> Option<Key> {
        let (Number::International(digits) | Number::National(digits) | Number::Short(digits)) = self;
        let count = match of {
            Tail::International | Tail::National => TAIL_DIGITS,
            Tail::NationalEight | Tail::Eight => MIN_NATIONAL_DIGITS,
        };
        let from = digits.len().checked_sub(count)?;
        Some(Key::Tail(of, digits.get(from..)?.to_owned()))
    }
}

/// Whether `c` stands between the digits of numbers.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(stored: &str, written: &str) -> bool {
        let claims = Number::read(stored).unwrap().claims();
        Number::read(written).unwrap().lookups().iter().any(|key| claims.contains(key))
    }

    #[test]
    fn spellings_of_a_number_are_one_number() {
        for written in ["+447700900123", "0044 7700 900123", "+44 (0)7700 900-123", "(+44) 7700.900123"] {
            assert_eq!(
                Number::read(written),
                Some(Number::International("447700900123".into())),
                "{written}"
            );
        }
        assert_eq!(Number::read("07700 900123"), Some(Number::National("7700900123".into())));
        assert_eq!(Number::read("116 123"), Some(Number::Short("116123".into())));
    }

    #[test]
    fn what_has_letters_or_hardly_a_digit_is_no_number() {
        for written in
            ["+44 7700 900123 ext 4", "0800 FLOWERS", "12", "+", "", "1+2345678", "*100#", "٠١٢٣٤٥٦٧٨"]
        {
            assert_eq!(Number::read(written), None, "{written}");
        }
        assert_eq!(Number::read(&"1".repeat(40)), None);
    }

    #[test]
    fn a_national_number_is_the_international_one_with_the_same_last_digits() {
        for (stored, written) in [
            ("+44 7700 900123", "07700 900123"),
            ("07700 900123", "+44 7700 900123"),
            ("07700 900123", "447700900123"),
            ("+45 32 12 34 56", "32123456"),
            ("32123456", "+45 32 12 34 56"),
            ("8 912 345 67 89", "+7 912 345 67 89"),
        ] {
            assert!(same(stored, written), "{stored} {written}");
        }
        assert!(!same("+44 7700 900123", "+49 7700 900123"));
        assert!(!same("+44 7700 900123", "0900123"));
        assert!(!same("116123", "+44 116123"));
        assert!(!same("07700 900123", "07700 900124"));
    }
}
