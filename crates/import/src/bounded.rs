//! Bounds on what a hostile file may unfold to, and the readers that keep them.

use std::io::{self, Read};

use flate2::Crc;

/// The longest line of an export, 16 MiB: longer ones are skipped.
pub(crate) const MAX_LINE_BYTES: usize = 16 << 20;
/// The longest text of a message, 16 MiB, over all its lines.
pub(crate) const MAX_TEXT_BYTES: usize = 16 << 20;
/// A file given to the importer may unfold to this many times its length, in all.
pub(crate) const MAX_RATIO: u64 = 200;
/// ... but to this many bytes (64 MiB) in any case: short texts of one kind compress well.
pub(crate) const MIN_UNFOLDED_BYTES: u64 = 64 << 20;
/// The most bytes that one member may have, 16 GiB.
pub(crate) const MAX_MEMBER_BYTES: u64 = 16 << 30;
/// The most members of one zip.
pub(crate) const MAX_MEMBERS: usize = 500_000;
/// A compressed zip inside another archive is held in memory; all of them together up to 256 MiB.
pub(crate) const MAX_HELD_BYTES: u64 = 256 << 20;
/// How deep archives may lie in archives.
pub(crate) const MAX_DEPTH: usize = 3;
/// How deep folders may lie in folders.
pub(crate) const MAX_FOLDERS: usize = 128;

/// How many bytes a file of `length` bytes may unfold to.
pub(crate) fn unfolded(length: u64) -> u64 {
    length.saturating_mul(MAX_RATIO).max(MIN_UNFOLDED_BYTES)
}

/// Fails once more than a number of bytes has come.
pub(crate) struct Limited<R> {
    reader: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Limited<R> {
    pub(crate) fn new(reader: R, limit: u64) -> Limited<R> {
        Limited { reader, limit, left: limit }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(damage(format!("it decompresses to more than {} bytes", self.limit))),
        }
        Ok(count)
    }
}

/// Checks a member of a zip against the length and CRC-32 of its directory entry.
pub(crate) struct Checked<R> {
    reader: R,
    left: u64,
    crc: u32,
    sum: Crc,
}

impl<R: Read> Checked<R> {
    pub(crate) fn new(reader: R, length: u64, crc: u32) -> Checked<R> {
        Checked { reader, left: length, crc, sum: Crc::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if count == 0 && !buffer.is_empty() && (self.left > 0 || self.sum.sum() != self.crc) {
            return Err(damage("its bytes are not those that the zip's directory states".into()));
        }
        self.sum.update(&buffer[..count]);
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| damage("it is longer than the zip's directory states".into()))?;
        Ok(count)
    }
}

fn damage(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_not_what_its_directory_says_is_refused() {
        let mut sum = Crc::new();
        sum.update(b"minutes");
        let read = |length, crc| {
            let mut text = String::new();
            Checked::new(&b"minutes"[..], length, crc).read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(7, sum.sum()).unwrap(), "minutes");
        assert!(read(7, sum.sum() ^ 1).is_err());
        assert!(read(8, sum.sum()).is_err());
        assert!(read(6, sum.sum()).is_err());
    }
}
