//! Workbooks of Office Open XML (ECMA-376, part 1, 18): names of sheets, cells, comments, text in drawings.

use std::ops::ControlFlow;

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

use crate::draft::Draft;
use crate::office::{self, is_xml};
use crate::outcome::Reason;
use crate::package::Package;
use crate::xml::{self, Node};

/// Adds a workbook.
pub(crate) fn read(package: &mut Package<'_>, draft: &mut Draft) {
    let book = Book::read(package, draft);
    package.each(draft, |name| is_xml(name, "xl/worksheets/"), |bytes, draft| book.read_cells(bytes, draft));
    let prose = |name: &str| {
        ["comments", "threadedComments", "drawings", "charts"].iter().any(|part| {
            name.strip_prefix("xl/").is_some_and(|rest| rest.starts_with(part)) && name.ends_with(".xml")
        })
    };
    package.each(draft, prose, office::read_prose);
}

/// What the cells of all sheets refer to.
struct Book {
    strings: Strings,
    /// For each style of cells, whether its numbers are dates.
    dates: Vec<bool>,
    /// Day 0 of the dates.
    epoch: DateTime,
}

impl Book {
    fn read(package: &mut Package<'_>, draft: &mut Draft) -> Book {
        let epoch = date(1899, 12, 30).at(0, 0, 0, 0);
        let mut book = Book { strings: Strings::default(), dates: Vec::new(), epoch };
        let mut part = |name: &str, read: &mut dyn FnMut(&[u8]) -> Result<(), Reason>| {
            // A workbook may lack each of these.
            if package.has(name) {
                let outcome = package.part(name).and_then(|bytes| read(&bytes));
                outcome.err()
            } else {
                None
            }
        };
        let missed = [
            part("xl/workbook.xml", &mut |bytes| book.read_names(bytes, draft)),
            part("xl/styles.xml", &mut |bytes| book.read_styles(bytes)),
            part("xl/sharedStrings.xml", &mut |bytes| book.strings.read(bytes)),
        ];
        missed.into_iter().flatten().for_each(|reason| draft.miss(reason));
        book
    }

    fn read_names(&mut self, bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
        xml::walk(bytes, |node| {
            match node {
                Node::Open("sheet", attributes) => {
                    draft.push(&attributes.get("name").unwrap_or_default());
                    draft.end_line();
                }
                Node::Open("workbookPr", attributes) => {
                    if matches!(attributes.get("date1904").as_deref(), Some("1" | "true")) {
                        self.epoch = date(1904, 1, 1).at(0, 0, 0, 0);
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })
    }

    fn read_styles(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let (mut own, mut in_cells) = (Vec::new(), false);
        xml::walk(bytes, |node| {
            match node {
                Node::Open("numFmt", attributes)
                    if attributes.get("formatCode").is_some_and(|code| is_date_format(&code)) =>
                {
                    own.extend(attributes.get("numFmtId"));
                }
                Node::Open("cellXfs", _) => in_cells = true,
                Node::Close("cellXfs") => in_cells = false,
                Node::Open("xf", attributes) if in_cells => {
                    let format = attributes.get("numFmtId").unwrap_or_default();
                    let fixed =
                        matches!(format.parse().unwrap_or(0_u32), 14..=22 | 27..=36 | 45..=47 | 50..=58);
                    self.dates.push(fixed || own.contains(&format));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })
    }

    fn read_cells(&self, bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
        let (mut cell, mut in_value) = (Cell::default(), false);
        xml::walk(bytes, |node| {
            match node {
                Node::Open("c", attributes) => {
                    cell = Cell {
                        kind: attributes.get("t").unwrap_or_default(),
                        style: attributes.get("s").and_then(|style| style.parse().ok()),
                        value: String::new(),
                    };
                }
                Node::Open("v" | "t", _) => in_value = true,
                Node::Close("v" | "t") => in_value = false,
                Node::Text(text) if in_value => cell.value.push_str(text),
                Node::Close("c") if !cell.value.is_empty() => {
                    self.show(&cell, draft);
                    draft.push("\t");
                }
                Node::Close("row") => draft.end_line(),
                _ => {}
            }
            if draft.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    fn show(&self, cell: &Cell, draft: &mut Draft) {
        let is_date = || cell.style.and_then(|style| self.dates.get(style)).is_some_and(|&is| is);
        match cell.kind.as_str() {
            "s" => draft
                .push(cell.value.trim().parse().ok().and_then(|i| self.strings.get(i)).unwrap_or_default()),
            "" | "n" if is_date() => match self.day(&cell.value) {
                Some(day) => draft.push(&day),
                None => draft.push(&cell.value),
            },
            _ => draft.push(&cell.value),
        }
    }

    /// A number of days as a date, and a time if it is not midnight.
    fn day(&self, value: &str) -> Option<String> {
        let days: f64 = value.trim().parse().ok().filter(|days: &f64| (0.0..3_000_000.0).contains(days))?;
        let moment =
            self.epoch.checked_add(SignedDuration::from_secs((days * 86_400.0).round() as i64)).ok()?;
        let time = moment.time();
        Some(match (days < 1.0, time.hour() == 0 && time.minute() == 0 && time.second() == 0) {
            (true, _) => time.to_string(),
            (false, true) => moment.date().to_string(),
            (false, false) => format!("{} {time}", moment.date()),
        })
    }
}

#[derive(Default)]
struct Cell {
    kind: String,
    style: Option<usize>,
    value: String,
}

/// The strings that cells share, one behind the other.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn read(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        let (mut in_text, mut in_reading) = (false, false);
        xml::walk(bytes, |node| {
            match node {
                // How it is pronounced, for East Asian readers.
                Node::Open("rPh", _) => in_reading = true,
                Node::Close("rPh") => in_reading = false,
                Node::Open("t", _) => in_text = true,
                Node::Close("t") => in_text = false,
                Node::Text(text) if in_text && !in_reading => self.text.push_str(text),
                Node::Close("si") => self.ends.push(self.text.len()),
                _ => {}
            }
            ControlFlow::Continue(())
        })
    }

    fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(index)?)
    }
}

/// Whether a format shows numbers as dates or times: it has a `y`, `m`, `d`, `h` or `s` outside of quotation marks.
fn is_date_format(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    code.chars().any(|character| {
        let plain = !(quoted || bracketed || escaped);
        let was_escaped = std::mem::take(&mut escaped);
        match character {
            _ if was_escaped => {}
            '"' if !bracketed => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            '\\' | '_' | '*' => escaped = plain,
            _ => {}
        }
        plain && matches!(character, 'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_are_told_from_others() {
        for code in ["dd.mm.yyyy", "[$-409]h:mm AM/PM", "yyyy\\-mm"] {
            assert!(is_date_format(code), "{code}");
        }
        for code in ["General", "0.00\" days\"", "[Red]#,##0", "0\\d", "#_m"] {
            assert!(!is_date_format(code), "{code}");
        }
    }

    #[test]
    fn numbers_of_days_are_dates() {
        let epoch = date(1899, 12, 30).at(0, 0, 0, 0);
        let book = Book { strings: Strings::default(), dates: Vec::new(), epoch };
        assert_eq!(book.day("45356").as_deref(), Some("2024-03-05"));
        assert_eq!(book.day("45356.75").as_deref(), Some("2024-03-05 18:00:00"));
        assert_eq!(book.day("0.5").as_deref(), Some("12:00:00"));
        assert_eq!((book.day("1e300"), book.day("-4"), book.day("NaN")), (None, None, None));
    }
}
