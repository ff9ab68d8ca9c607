//! Frames one after another, each behind its length.

use std::io::{self, BufRead, BufReader, Read};

/// The longest frame that is read: 24 MiB. A text over 16 MiB is skipped later, by itself.
pub(crate) const MAX_FRAME_BYTES: u64 = 24 << 20;
/// The reason given for one that was passed over.
pub(crate) const TOO_LONG: &str = "the frame is longer than 24 MiB";
const BUFFER_BYTES: usize = 1 << 18;

/// Reads frames.
pub(crate) struct Frames<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
}

/// What comes next.
pub(crate) enum Next<'a> {
    Frame(&'a [u8]),
    /// A frame of more than [`MAX_FRAME_BYTES`], passed over.
    TooLong,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(reader: R) -> Frames<R> {
        Frames { reader: BufReader::with_capacity(BUFFER_BYTES, reader), buffer: Vec::new() }
    }

    /// The next frame, or `None` at the end.
    ///
    /// # Errors
    /// The file ends within a frame, or something in it is no length.
    pub(crate) fn next(&mut self) -> io::Result<Option<Next<'_>>> {
        let Some(length) = self.length()? else { return Ok(None) };
        self.buffer.clear();
        let (read, long) = match length > MAX_FRAME_BYTES {
            true => {
                self.buffer = Vec::new();
                (io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?, true)
            }
            false => (self.reader.by_ref().take(length).read_to_end(&mut self.buffer)? as u64, false),
        };
        match (read < length, long) {
            (true, _) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a frame")),
            (false, true) => Ok(Some(Next::TooLong)),
            (false, false) => Ok(Some(Next::Frame(&self.buffer))),
        }
    }

    fn length(&mut self) -> io::Result<Option<u64>> {
        let mut length: u64 = 0;
        for at in 0..10 {
            let Some(byte) = self.reader.fill_buf()?.first().copied() else {
                return match at {
                    0 => Ok(None),
                    _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a frame")),
                };
            };
            self.reader.consume(1);
            length |= u64::from(byte & 0x7f).checked_shl(7 * at).unwrap_or(0);
            if byte < 0x80 {
                return Ok(Some(length));
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "what stands before a frame is no length"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(bytes: &[u8]) -> (Vec<Option<usize>>, Option<String>) {
        let mut frames = Frames::new(bytes);
        let mut found = Vec::new();
        loop {
            match frames.next() {
                Ok(None) => return (found, None),
                Ok(Some(Next::Frame(frame))) => found.push(Some(frame.len())),
                Ok(Some(Next::TooLong)) => found.push(None),
                Err(error) => return (found, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn frames_are_read_and_one_that_is_too_long_is_passed_over() {
        let mut bytes = b"\x02ab\x00".to_vec();
        prost::encoding::encode_varint(MAX_FRAME_BYTES + 1, &mut bytes);
        bytes.resize(bytes.len() + MAX_FRAME_BYTES as usize + 1, 0);
        bytes.extend(b"\x01c");
        assert_eq!(lengths(&bytes), (vec![Some(2), Some(0), None, Some(1)], None));
    }

    #[test]
    fn what_is_cut_short_or_no_length_is_told() {
        for bytes in [&b"\x01a\x05ab"[..], b"\x01a\x80", b"\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"] {
            let (found, error) = lengths(bytes);
            assert_eq!(found, [Some(1)]);
            assert!(error.unwrap().contains("within a frame"));
        }
        assert_eq!(lengths(&[0xff; 12]).1.unwrap(), "what stands before a frame is no length");
    }
}
