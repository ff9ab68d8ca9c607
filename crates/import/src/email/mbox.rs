//! The mails of an mbox, one after another, in bounded memory.
//!
//! A mail begins behind a line `From ` with a date, if that line is the first one or follows an empty line, and a
//! header follows it. Where a mail states its length (mboxcl, mboxcl2) and another one begins exactly there, such lines
//! within that length begin no mail.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read},
    mem,
};

use jiff::tz::TimeZone;

use crate::time::Moment;

use super::{date, header::name_end, lines::lines};

/// The longest mail, 128 MiB.
pub(super) const MAX_MAIL_BYTES: usize = 128 << 20;
/// A line is read in pieces of at most this many bytes.
const MAX_PIECE_BYTES: u64 = 1 << 16;
const BUFFER_BYTES: usize = 1 << 18;
/// A line that begins a mail is not longer.
const MAX_SEPARATOR_BYTES: usize = 500;
/// By how much the length that a mail states may be wrong: line ends are counted or not.
const TOLERANCE_BYTES: usize = 4;
const MAX_STARTS: usize = 100_000;

/// A mail of an mbox.
#[derive(Debug)]
pub(super) enum Mail {
    Whole {
        bytes: Vec<u8>,
        /// The date of the line before it, as written and as read.
        separator: Option<(String, Moment)>,
    },
    /// It has more than [`MAX_MAIL_BYTES`].
    TooLong,
}

/// Cuts a file into mails.
pub(super) struct Mbox<R> {
    reader: BufReader<R>,
    zone: TimeZone,
    /// The mail that is being read, with the line before it.
    buffer: Vec<u8>,
    mail: Reading,
    ready: VecDeque<Mail>,
    /// Whether the lengths that mails state have been right so far.
    trusts: bool,
    after_empty: bool,
    /// Whether the last line goes on.
    middle: bool,
    /// Where a line stands that begins a mail if a header follows.
    pending: Option<usize>,
    ended: bool,
}

/// What is known of the mail that is being read.
#[derive(Default)]
struct Reading {
    in_body: bool,
    /// Where its body begins, and the length that it states.
    body: usize,
    length: Option<usize>,
    /// Where mails begin within the length that it states, if that is wrong.
    starts: Vec<usize>,
    too_long: bool,
}

impl Reading {
    /// Where it ends if the length that it states is right.
    fn end(&self) -> Option<usize> {
        self.body.checked_add(self.length.filter(|_| self.in_body)?)
    }
}

impl<R: Read> Mbox<R> {
    pub(super) fn new(reader: R, zone: &TimeZone) -> Mbox<R> {
        Mbox {
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            zone: zone.clone(),
            buffer: Vec::new(),
            mail: Reading::default(),
            ready: VecDeque::new(),
            trusts: true,
            after_empty: true,
            middle: false,
            pending: None,
            ended: false,
        }
    }

    /// The next mail, or `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Mail>> {
        let mut line = Vec::new();
        while self.ready.is_empty() && !self.ended {
            line.clear();
            if self.reader.by_ref().take(MAX_PIECE_BYTES).read_until(b'\n', &mut line)? == 0 {
                self.ended = true;
                self.finish(self.buffer.len());
            } else {
                self.piece(&line);
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Takes a line, or a piece of one.
    fn piece(&mut self, line: &[u8]) {
        let begins = !mem::replace(&mut self.middle, !line.ends_with(b"\n"));
        if begins {
            if let Some(start) = self.pending.take() {
                match name_end(line).is_some() || line.starts_with(b">From ") {
                    true => self.begin(start),
                    false if self.mail.too_long => self.buffer.clear(),
                    false => {}
                }
            }
            if self.after_empty && self.separates(line) {
                self.pending = Some(self.buffer.len());
            }
        }
        self.append(line);
        let empty = begins && matches!(line, b"\n" | b"\r\n");
        if begins && !self.mail.in_body && self.pending.is_none() {
            self.header(line, empty);
        }
        self.after_empty = empty;
    }

    fn separates(&self, line: &[u8]) -> bool {
        line.starts_with(b"From ") && separator(line, &self.zone).is_some()
    }

    fn header(&mut self, line: &[u8], empty: bool) {
        const NAME: &[u8] = b"content-length:";
        if empty {
            (self.mail.in_body, self.mail.body) = (true, self.buffer.len());
        } else if line.get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME)) {
            let number =
                std::str::from_utf8(&line[NAME.len()..]).ok().and_then(|text| text.trim().parse().ok());
            self.mail.length = number.filter(|_| self.trusts);
        }
    }

    fn append(&mut self, line: &[u8]) {
        if self.mail.too_long && self.pending.is_none() {
            return;
        }
        if self.buffer.len() + line.len() > MAX_MAIL_BYTES {
            self.overflow();
        }
        if self.mail.too_long && self.pending.is_none() {
            return;
        }
        if self.buffer.capacity() - self.buffer.len() < line.len() {
            // Growing to the double would take twice the memory of the longest mail.
            self.buffer.reserve_exact((self.buffer.len() / 4).max(line.len() + BUFFER_BYTES));
        }
        self.buffer.extend_from_slice(line);
    }

    /// Gives up the mail that is being read, or the length that it states if that is what makes it so long.
    fn overflow(&mut self) {
        match self.mail.starts.last().copied() {
            Some(last) => {
                self.trusts = false;
                let rest = self.buffer.split_off(last);
                self.mail.starts.pop();
                self.split();
                self.pending = self.pending.map(|pending| pending - last);
                self.buffer = rest;
                self.mail = Reading { in_body: true, ..Reading::default() };
            }
            None => {
                self.buffer = Vec::new();
                self.pending = self.pending.map(|_| 0);
                self.mail.too_long = true;
            }
        }
    }

    /// A mail begins at `start`: the one before it ends, unless it states that this is within it.
    fn begin(&mut self, start: usize) {
        let within = self.mail.end().is_some_and(|end| start + TOLERANCE_BYTES < end);
        if within && !self.mail.too_long && self.mail.starts.len() < MAX_STARTS {
            return self.mail.starts.push(start);
        }
        self.finish(start);
    }

    /// The mail that is being read ends at `end`; what follows begins the next one.
    fn finish(&mut self, end: usize) {
        let rest = self.buffer.split_off(end);
        if self.mail.too_long {
            self.ready.push_back(Mail::TooLong);
        } else {
            if self.mail.end().is_some_and(|stated| stated.abs_diff(end) > TOLERANCE_BYTES) {
                self.trusts &= self.mail.starts.is_empty();
            } else if !self.mail.starts.is_empty() {
                // The length is right, so lines within it were never quoted.
                let bytes = mem::take(&mut self.buffer);
                self.push(bytes, Quoting::None);
                self.mail.starts.clear();
            }
            self.split();
        }
        (self.buffer, self.mail) = (rest, Reading::default());
    }

    /// Hands on what is in the buffer, cut where mails begin.
    fn split(&mut self) {
        let mut whole = mem::take(&mut self.buffer);
        let mut cut = Vec::new();
        for start in mem::take(&mut self.mail.starts).into_iter().rev() {
            cut.push(whole.split_off(start));
        }
        self.push(whole, Quoting::Lines);
        cut.into_iter().rev().for_each(|bytes| self.push(bytes, Quoting::Lines));
    }

    fn push(&mut self, mut bytes: Vec<u8>, quoting: Quoting) {
        let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let blank = bytes[mark..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        bytes.drain(..mark + blank);
        let first = lines(&bytes).next().unwrap_or_default().len();
        let separator = separator(&bytes[..first], &self.zone);
        if separator.is_some() {
            bytes.drain(..first);
        }
        if bytes.is_empty() && separator.is_none() {
            return;
        }
        if quoting == Quoting::Lines {
            unquote(&mut bytes);
        }
        self.ready.push_back(Mail::Whole { bytes, separator });
    }
}

/// Whether lines that look like separators were quoted by a `>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Lines,
    None,
}

/// The date of a line that separates mails.
pub(super) fn separator(line: &[u8], zone: &TimeZone) -> Option<(String, Moment)> {
    let line = &line[..line.len().min(MAX_SEPARATOR_BYTES)];
    date::of_separator(&String::from_utf8_lossy(line), zone)
}

/// Takes one `>` off each line that is `From ` behind any number of them.
fn unquote(bytes: &mut Vec<u8>) {
    let is_quoted = |line: &[u8]| {
        let marks = line.iter().take_while(|byte| **byte == b'>').count();
        marks > 0 && line[marks..].starts_with(b"From ")
    };
    let mut at = 0;
    let mut marks = Vec::new();
    for line in lines(bytes) {
        if is_quoted(line) {
            marks.push(at);
        }
        at += line.len();
    }
    if marks.is_empty() {
        return;
    }
    let mut place = 0;
    let mut marks = marks.into_iter().peekable();
    bytes.retain(|_| {
        let drop = marks.next_if_eq(&place).is_some();
        place += 1;
        !drop
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "From ann@example.org Thu Mar 12 07:50:15 2020\n";

    fn read(text: impl Into<Vec<u8>>) -> Vec<String> {
        let text: Vec<u8> = text.into();
        let mut mbox = Mbox::new(&text[..], &TimeZone::UTC);
        let mut all = Vec::new();
        while let Some(mail) = mbox.next().unwrap() {
            all.push(match mail {
                Mail::Whole { bytes, .. } => String::from_utf8(bytes).unwrap(),
                Mail::TooLong => "too long".into(),
            });
        }
        all
    }

    #[test]
    fn only_a_dated_line_after_an_empty_one_and_before_a_header_separates() {
        let body = format!("A: 1\n\nFrom here on\n{LINE}B: no\n\n{LINE}\nno header\n\n");
        assert_eq!(read(format!("{LINE}{body}{LINE}A: 2\n\nlast")), [body, "A: 2\n\nlast".into()]);
        let crlf = format!("{LINE}A: 1\n\none\n\n{LINE}A: 2\n\ntwo\n").replace('\n', "\r\n");
        assert_eq!(read(crlf), ["A: 1\r\n\r\none\r\n\r\n", "A: 2\r\n\r\ntwo\r\n"]);
        assert_eq!(read(format!("\u{feff}\n{LINE}A: 1\n\n")), ["A: 1\n\n"]);
        assert_eq!(read(""), [""; 0]);
    }

    #[test]
    fn one_mark_is_taken_off_quoted_lines() {
        let body = "A: 1\n\n>From here\n>>From there\n> From x\n>Fro\n";
        assert_eq!(read(format!("{LINE}{body}")), ["A: 1\n\nFrom here\n>From there\n> From x\n>Fro\n"]);
    }

    #[test]
    fn a_length_that_is_right_keeps_a_mail_whole() {
        let inner = format!("one\n\n{LINE}B: inner\n\n>From me\n");
        let mail = format!("A: 1\nContent-Length: {}\n\n{inner}", inner.len());
        assert_eq!(
            read(format!("{LINE}{mail}\n{LINE}A: 2\n\nlast")),
            [format!("{mail}\n"), "A: 2\n\nlast".into()]
        );
        assert_eq!(read(format!("{LINE}{mail}")), [mail]);
    }

    #[test]
    fn a_length_that_is_wrong_joins_nothing() {
        for length in ["5000", "0", "18446744073709551615", "x", "-1"] {
            let mails: Vec<String> =
                (0..3).map(|number| format!("A: {number}\nContent-Length: {length}\n\nbody\n\n")).collect();
            let text: String = mails.iter().map(|mail| format!("{LINE}{mail}")).collect();
            assert_eq!(read(text), mails, "{length}");
        }
    }

    #[test]
    fn a_mail_that_is_too_long_is_left_out_and_the_rest_is_read() {
        let mut text = format!("{LINE}A: 1\n\none\n\n{LINE}A: 2\n\n").into_bytes();
        text.extend(std::iter::repeat_n(b"0123456789abcde\n", MAX_MAIL_BYTES / 16 + 1).flatten());
        text.extend(format!("\n{LINE}\n{LINE}A: 3\n\nthree\n").into_bytes());
        assert_eq!(read(text), ["A: 1\n\none\n\n", "too long", "A: 3\n\nthree\n"]);
    }

    #[test]
    fn a_stated_length_beyond_the_bound_loses_no_mail() {
        let mut text = format!("{LINE}A: 1\nContent-Length: 999999999\n\none\n\n{LINE}A: 2\n\n").into_bytes();
        text.extend(std::iter::repeat_n(b"0123456789abcde\n", MAX_MAIL_BYTES / 16 - 4).flatten());
        text.extend(format!("\n{LINE}A: 3\n\nthree\n").into_bytes());
        let all = read(text);
        assert_eq!((all.len(), &all[0][..6], &all[2][..]), (3, "A: 1\nC", "A: 3\n\nthree\n"));
    }
}
