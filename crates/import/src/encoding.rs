//! Text encodings: UTF-8 with or without a byte order mark, and UTF-16 with one, told from the first bytes.
//! Bytes that are not UTF-8 are replaced by U+FFFD line by line (`lines`), and the message says so.

use std::io::{self, Cursor, Read};

use encoding_rs::{Decoder, UTF_8};

/// A reader that gives UTF-8 without a byte order mark, whatever of the three encodings `reader` holds.
pub(crate) fn utf8(mut reader: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut start = Vec::with_capacity(3);
    reader.by_ref().take(3).read_to_end(&mut start)?;
    let chained = |skip: usize| Cursor::new(start[skip..].to_vec());
    Ok(match start[..] {
        [0xef, 0xbb, 0xbf] => reader,
        [0xff, 0xfe, ..] => Box::new(Utf16::new(chained(2).chain(reader), u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Box::new(Utf16::new(chained(2).chain(reader), u16::from_be_bytes)),
        _ => Box::new(chained(0).chain(reader)),
    })
}

/// Turns UTF-16 into UTF-8; lone surrogates become U+FFFD.
struct Utf16<R> {
    reader: R,
    unit: fn([u8; 2]) -> u16,
    bytes: Vec<u8>,
    high: Option<u16>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

const CHUNK_BYTES: u64 = 1 << 16;

impl<R: Read> Utf16<R> {
    fn new(reader: R, unit: fn([u8; 2]) -> u16) -> Utf16<R> {
        Utf16 { reader, unit, bytes: Vec::new(), high: None, ready: Vec::new(), given: 0, ended: false }
    }

    /// Decodes the next chunk; a byte or a high surrogate at its end waits for the one after it.
    fn refill(&mut self) -> io::Result<()> {
        self.ended = self.reader.by_ref().take(CHUNK_BYTES).read_to_end(&mut self.bytes)? == 0;
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        units.extend(self.bytes.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]])));
        self.bytes.drain(..self.bytes.len() / 2 * 2);
        if let Some(&last) = units.last()
            && !self.ended
            && (0xd800..0xdc00).contains(&last)
        {
            self.high = units.pop();
        }
        let mut text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if self.ended && !self.bytes.is_empty() {
            self.bytes.clear();
            text.push(char::REPLACEMENT_CHARACTER);
        }
        (self.ready, self.given) = (text.into_bytes(), 0);
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let count = (&self.ready[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

/// UTF-8 in which other bytes are U+FFFD.
pub(crate) struct Lossy<R> {
    reader: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Lossy<R> {
    pub(crate) fn new(reader: R) -> Lossy<R> {
        let decoder = UTF_8.new_decoder_without_bom_handling();
        let bytes = vec![0; CHUNK_BYTES as usize];
        Lossy { reader, decoder, bytes, ready: Vec::new(), given: 0, ended: false }
    }

    /// Decodes what is read next; a character that it cuts waits for its end.
    fn refill(&mut self) -> io::Result<()> {
        let count = self.reader.read(&mut self.bytes)?;
        self.ended = count == 0;
        let most = self.decoder.max_utf8_buffer_length(count).expect("a chunk is short");
        self.ready.resize(most, 0);
        let (_, _, written, _) =
            self.decoder.decode_to_utf8(&self.bytes[..count], &mut self.ready, self.ended);
        self.ready.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Lossy<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let count = (&self.ready[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: Vec<u8>) -> String {
        let mut text = String::new();
        utf8(Box::new(Cursor::new(bytes))).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_three_encodings_give_the_same_text() {
        let text = "12/03/2020, 09:30 - Zoë: 👍 ok".repeat(9000);
        let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
        assert_eq!(decode(text.clone().into_bytes()), text);
        assert_eq!(decode(format!("\u{feff}{text}").into_bytes()), text);
        assert_eq!(decode(units().flat_map(u16::to_le_bytes).collect()), text);
        assert_eq!(decode(units().flat_map(u16::to_be_bytes).collect()), text);
    }

    #[test]
    fn half_a_character_is_replaced() {
        assert_eq!(decode(vec![0xff, 0xfe, 0x3d, 0xd8]), "\u{fffd}");
        assert_eq!(decode(vec![0xff, 0xfe, 0x41, 0x00, 0x42]), "A\u{fffd}");
        assert_eq!(decode(vec![]), "");
    }
}
