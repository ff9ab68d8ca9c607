//! An export line by line, in bounded memory.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
};

use crate::{bounded::MAX_LINE_BYTES, encoding, place::Place};

const BUFFER_BYTES: usize = 1 << 18;

/// Reads lines that end in LF or CRLF.
pub(crate) struct Lines {
    reader: BufReader<Box<dyn Read>>,
    buffer: Vec<u8>,
    number: u64,
}

/// What comes next.
pub(crate) enum Next<'a> {
    Line(Line<'a>),
    /// A line of more than [`MAX_LINE_BYTES`], passed over.
    TooLong {
        number: u64,
    },
}

/// One line without its end.
pub(crate) struct Line<'a> {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The text; bytes that are not UTF-8 are U+FFFD.
    pub(crate) text: Cow<'a, str>,
    /// Whether it ends in CRLF rather than LF.
    pub(crate) crlf: bool,
}

/// The reason given for a line that was passed over.
pub(crate) const TOO_LONG: &str = "the line is longer than 16 MiB";

impl Lines {
    /// The lines of a place.
    pub(crate) fn open(place: &Place) -> io::Result<Lines> {
        let reader = encoding::utf8(place.open()?)?;
        Ok(Lines { reader: BufReader::with_capacity(BUFFER_BYTES, reader), buffer: Vec::new(), number: 0 })
    }

    /// The next line, or `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Next<'_>>> {
        self.buffer.clear();
        let most = MAX_LINE_BYTES as u64 + 2;
        if self.reader.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.buffer.pop_if(|byte| *byte == b'\n').is_some();
        let crlf = ended && self.buffer.pop_if(|byte| *byte == b'\r').is_some();
        if self.buffer.len() > MAX_LINE_BYTES {
            self.buffer = Vec::new();
            if !ended {
                self.reader.skip_until(b'\n')?;
            }
            return Ok(Some(Next::TooLong { number: self.number }));
        }
        let text = String::from_utf8_lossy(&self.buffer);
        Ok(Some(Next::Line(Line { number: self.number, text, crlf })))
    }
}

impl Line<'_> {
    /// Whether some of its bytes were not UTF-8.
    pub(crate) fn damaged(&self) -> bool {
        // The lossy conversion owns its text exactly where it had to replace something.
        matches!(self.text, Cow::Owned(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Section;

    fn read(bytes: Vec<u8>) -> Vec<(u64, String, bool)> {
        let mut lines = Lines::open(&Place::new(Section::memory(bytes), 0)).unwrap();
        let mut found = Vec::new();
        while let Some(next) = lines.next().unwrap() {
            found.push(match next {
                Next::Line(line) => (line.number, line.text.to_string(), line.crlf || line.damaged()),
                Next::TooLong { number } => (number, "too long".into(), false),
            });
        }
        found
    }

    #[test]
    fn lines_end_in_lf_or_crlf_and_keep_what_is_between() {
        let found = read(b"a\r\n\nb\rc\nlast".to_vec());
        let expected = [(1, "a", true), (2, "", false), (3, "b\rc", false), (4, "last", false)];
        assert_eq!(found, expected.map(|(number, text, crlf)| (number, text.to_owned(), crlf)));
    }

    #[test]
    fn a_line_over_16_mib_is_passed_over_and_the_next_is_read() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES];
        bytes.extend(b"\r\n");
        bytes.extend(vec![b'y'; MAX_LINE_BYTES + 1]);
        bytes.extend(b"\nshort\n");
        bytes.extend(vec![b'z'; 2 * MAX_LINE_BYTES]);
        let found = read(bytes);
        assert_eq!((found[0].0, found[0].1.len()), (1, MAX_LINE_BYTES));
        assert_eq!((found[1].0, &found[1].1[..]), (2, "too long"));
        assert_eq!((found[2].0, &found[2].1[..]), (3, "short"));
        assert_eq!((found[3].0, &found[3].1[..]), (4, "too long"));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_and_told() {
        assert_eq!(read(b"caf\xe9".to_vec()), [(1, "caf\u{fffd}".to_owned(), true)]);
    }
}
