//! Telegram writes control characters as `\x1F`, which is not JSON: they are read as `\u001F`.

use std::io::{self, Read};

const CHUNK_BYTES: usize = 1 << 16;

/// Where in an escape the bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Escape,
}

/// Gives the bytes of `reader` with `\x` written as `\u00`.
pub(crate) struct Escapes<R> {
    reader: R,
    buffer: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    state: State,
}

impl<R: Read> Escapes<R> {
    pub(crate) fn new(reader: R) -> Escapes<R> {
        Escapes { reader, buffer: vec![0; CHUNK_BYTES], ready: Vec::new(), given: 0, state: State::Plain }
    }

    /// Reads the next chunk. A backslash is only ever found inside of strings.
    fn refill(&mut self) -> io::Result<usize> {
        let count = self.reader.read(&mut self.buffer)?;
        self.ready.clear();
        self.given = 0;
        let mut rest = &self.buffer[..count];
        while let [first, after @ ..] = rest {
            if self.state == State::Escape {
                self.state = State::Plain;
                match first {
                    b'x' => self.ready.extend(b"u00"),
                    other => self.ready.push(*other),
                }
                rest = after;
                continue;
            }
            let plain = rest.iter().position(|byte| *byte == b'\\').map_or(rest.len(), |at| at + 1);
            if rest[plain - 1] == b'\\' {
                self.state = State::Escape;
            }
            self.ready.extend(&rest[..plain]);
            rest = &rest[plain..];
        }
        Ok(count)
    }
}

impl<R: Read> Read for Escapes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() && self.refill()? == 0 {
            return Ok(0);
        }
        let count = (&self.ready[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(1);
            self.0.read(&mut buffer[..most])
        }
    }

    #[test]
    fn control_characters_become_json_wherever_the_chunks_end() {
        let text = r#"{"a":"\x0B \\x \" \\\x1F","b":"x"}"#;
        let expected = r#"{"a":"\u000B \\x \" \\\u001F","b":"x"}"#;
        let mut read = String::new();
        Escapes::new(text.as_bytes()).read_to_string(&mut read).unwrap();
        assert_eq!(read, expected);
        read.clear();
        Escapes::new(Slow(text.as_bytes())).read_to_string(&mut read).unwrap();
        assert_eq!(read, expected);
    }
}
