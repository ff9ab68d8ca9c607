//! The tags of the file, one after another, in bounded memory: one that is too long is passed over, as is what is
//! no XML, up to the next tag of a message.

use std::io::{self, BufRead, Read};

use quick_xml::{Error, Reader, events::Event};

/// The most bytes of one message that are held, 128 MiB.
pub(crate) const MAX_MESSAGE_BYTES: u64 = 128 << 20;
const CHUNK_BYTES: u64 = 1 << 16;
/// A buffer over this is given back after the tag that needed it.
const KEPT_BYTES: usize = 1 << 20;
/// What reading goes on with.
const STARTS: [&str; 6] = ["<sms ", "<mms ", "<mms>", "<call ", "<part ", "</mms"];
const START_BYTES: usize = 6;

/// What comes next.
pub(crate) enum Next<'a> {
    Event(Event<'a>),
    /// What was too long, or no XML, up to here.
    Passed(&'static str),
}

const TOO_LONG: &str = "it is longer than 128 MiB";
const MALFORMED: &str = "it is not well-formed XML";
const ENDS: &str = "the file ends within it";

/// The tags of a file.
pub(crate) struct Tags {
    xml: Reader<Metered>,
}

impl Tags {
    pub(crate) fn new(reader: Box<dyn Read>) -> Tags {
        Tags { xml: parser(Metered::new(reader)) }
    }

    /// Whether bytes that are not UTF-8 have been replaced.
    pub(crate) fn damaged(&self) -> bool {
        self.xml.get_ref().damaged
    }

    /// The next tag; it may have `budget` bytes. At the end of the file `Event::Eof`, again and again.
    pub(crate) fn next<'b>(&mut self, buffer: &'b mut Vec<u8>, budget: u64) -> io::Result<Next<'b>> {
        buffer.clear();
        buffer.shrink_to(KEPT_BYTES);
        self.xml.get_mut().left = budget;
        let error = match self.xml.read_event_into(buffer) {
            Ok(event) => return Ok(Next::Event(event)),
            Err(error) => error,
        };
        let ended = parser(Metered::new(Box::new(io::empty())));
        let mut rest = std::mem::replace(&mut self.xml, ended).into_inner();
        let reason = match (&error, rest.left) {
            (Error::Io(_), 0) => TOO_LONG,
            (Error::Io(error), _) => return Err(io::Error::new(error.kind(), error.to_string())),
            (_, 0) => MALFORMED,
            _ if rest.fill_buf()?.is_empty() => ENDS,
            _ => MALFORMED,
        };
        rest.seek()?;
        self.xml = parser(rest);
        Ok(Next::Passed(reason))
    }
}

fn parser(reader: Metered) -> Reader<Metered> {
    let mut parser = Reader::from_reader(reader);
    let config = parser.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    parser
}

/// Fails once `left` bytes have come; gives only UTF-8.
struct Metered {
    reader: Box<dyn Read>,
    chunk: Vec<u8>,
    given: usize,
    /// Where the part of the chunk ends that is UTF-8: a character that is cut waits for its rest.
    ready: usize,
    left: u64,
    damaged: bool,
}

impl Metered {
    fn new(reader: Box<dyn Read>) -> Metered {
        Metered { reader, chunk: Vec::new(), given: 0, ready: 0, left: u64::MAX, damaged: false }
    }

    /// Reads on, and says whether there was more. The bytes that were not given yet stay.
    fn refill(&mut self) -> io::Result<bool> {
        self.chunk.drain(..self.given);
        self.given = 0;
        let more = self.reader.by_ref().take(CHUNK_BYTES).read_to_end(&mut self.chunk)? > 0;
        self.ready = match std::str::from_utf8(&self.chunk) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() && more => error.valid_up_to(),
            Err(_) => self.repair(more),
        };
        Ok(more)
    }

    /// Replaces what is no UTF-8, but for a cut character at the end, if there is more; gives the end of the rest.
    fn repair(&mut self, more: bool) -> usize {
        let (mut text, mut tail) = (String::new(), Vec::new());
        let mut seen = 0;
        for part in self.chunk.utf8_chunks() {
            seen += part.valid().len() + part.invalid().len();
            text.push_str(part.valid());
            let cut = std::str::from_utf8(part.invalid()).is_err_and(|error| error.error_len().is_none());
            if cut && more && seen == self.chunk.len() {
                tail = part.invalid().to_vec();
            } else if !part.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                self.damaged = true;
            }
        }
        let ready = text.len();
        self.chunk = text.into_bytes();
        self.chunk.append(&mut tail);
        ready
    }

    /// Goes on to the next tag in [`STARTS`], or to the end.
    fn seek(&mut self) -> io::Result<()> {
        loop {
            let unread = &self.chunk[self.given..self.ready];
            let Some(at) = unread.iter().position(|byte| *byte == b'<') else {
                self.given = self.ready;
                match self.refill()? || self.given < self.ready {
                    true => continue,
                    false => return Ok(()),
                }
            };
            self.given += at;
            if self.ready - self.given < START_BYTES && self.refill()? {
                continue;
            }
            let unread = &self.chunk[self.given..self.ready];
            if STARTS.iter().any(|start| unread.starts_with(start.as_bytes())) {
                return Ok(());
            }
            self.given += 1;
        }
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Metered {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TOO_LONG));
        }
        while self.given == self.ready && self.refill()? {}
        Ok(&self.chunk[self.given..self.ready])
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
        self.left = self.left.saturating_sub(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &[u8], budget: u64) -> Vec<String> {
        let mut tags = Tags::new(Box::new(io::Cursor::new(text.to_vec())));
        let mut buffer = Vec::new();
        let mut names = Vec::new();
        loop {
            match tags.next(&mut buffer, budget).unwrap() {
                Next::Event(Event::Eof) => return names,
                Next::Event(Event::Start(tag) | Event::Empty(tag)) => {
                    names.push(tag.name().as_ref().to_owned())
                }
                Next::Event(_) => {}
                Next::Passed(reason) => names.push(reason.to_owned()),
            }
        }
    }

    #[test]
    fn a_tag_that_is_too_long_is_passed_over() {
        let long = format!("<smses><sms a=\"{}\"/> <x/> <sms b=\"1\"/></smses>", "<".repeat(200_000));
        assert_eq!(names(long.as_bytes(), 100_000), ["smses", TOO_LONG, "sms"]);
        let text = format!("<smses>{}<mms></mms>", "word ".repeat(100_000));
        assert_eq!(names(text.as_bytes(), 100_000), ["smses", TOO_LONG, "mms"]);
    }

    #[test]
    fn reading_goes_on_after_what_is_no_xml() {
        assert_eq!(names(b"<smses><!bad><sms a=\"1\"/>", 1000), ["smses", MALFORMED, "sms"]);
        assert_eq!(names(b"<smses><sms a=\"1", 1000), ["smses", ENDS]);
        assert_eq!(names(b"<", 1000), [ENDS]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_wherever_they_stand() {
        for cut in [0, 65_530, 65_535, 65_536] {
            let mut text = vec![b' '; cut];
            text.extend("é<sms a=\"é".bytes());
            text.extend(b"\xff\"/>\xe2\x82");
            let mut tags = Metered::new(Box::new(io::Cursor::new(text)));
            let mut read = String::new();
            tags.read_to_string(&mut read).unwrap();
            assert_eq!(read.trim_start(), "é<sms a=\"é\u{fffd}\"/>\u{fffd}", "{cut}");
            assert!(tags.damaged);
        }
    }
}
