//! SQLite's write-ahead log (`chat.db-wal`): pages that belong to the database and are not yet in its file. The file
//! and its log are put together in memory, so that nothing is written.

use std::{
    collections::HashMap,
    io::{self, Read},
};

const HEADER_BYTES: usize = 32;
const FRAME_BYTES: usize = 24;
/// The first word of a log whose checksums are sums of little-endian words; with the lowest bit set, of big-endian.
const MAGIC: u32 = 0x377f_0682;

/// A log whose transactions are complete.
pub(super) struct Log {
    bytes: Vec<u8>,
    /// Where in the log the newest form of a page lies.
    pages: HashMap<u32, usize>,
    /// How many pages the database has after the last transaction.
    count: u32,
}

impl Log {
    /// Reads a log of pages of `page` bytes, up to the last transaction that is complete; `None` if there is none.
    pub(super) fn read(bytes: Vec<u8>, page: usize) -> Option<Log> {
        let magic = word(&bytes, 0)?;
        let sums = Sums { big: magic & 1 == 1 };
        let mut sum = sums.add((0, 0), bytes.get(..24)?);
        let fits = magic & !1 == MAGIC && word(&bytes, 8)? as usize == page;
        if !fits || Some(sum) != pair(&bytes, 24) {
            return None;
        }
        let salts = pair(&bytes, 16)?;
        let (mut pages, mut pending, mut count) = (HashMap::new(), Vec::new(), 0);
        for (number, frame) in bytes.get(HEADER_BYTES..)?.chunks_exact(FRAME_BYTES + page).enumerate() {
            sum = sums.add(sums.add(sum, &frame[..8]), &frame[FRAME_BYTES..]);
            if pair(frame, 8) != Some(salts) || pair(frame, 16) != Some(sum) {
                break;
            }
            let start = HEADER_BYTES + number * (FRAME_BYTES + page) + FRAME_BYTES;
            pending.push((word(frame, 0)?, start));
            let committed = word(frame, 4)?;
            if committed > 0 {
                pages.extend(pending.drain(..));
                count = committed;
            }
        }
        (count > 0).then_some(Log { bytes, pages, count })
    }
}

/// Sums over pairs of words.
#[derive(Clone, Copy)]
struct Sums {
    big: bool,
}

impl Sums {
    fn add(self, (mut first, mut second): (u32, u32), bytes: &[u8]) -> (u32, u32) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let four = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
            };
            first = first.wrapping_add(word(0)).wrapping_add(second);
            second = second.wrapping_add(word(4)).wrapping_add(first);
        }
        (first, second)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn pair(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    Some((word(bytes, at)?, word(bytes, at + 4)?))
}

/// The bytes of a page of a database that begins with `header`; `None` if it is none.
pub(super) fn page_bytes(header: &[u8]) -> Option<usize> {
    let stated = u16::from_be_bytes(header.get(16..18)?.try_into().ok()?);
    let page = if stated == 1 { 1 << 16 } else { usize::from(stated) };
    (page.is_power_of_two() && page >= 512).then_some(page)
}

/// A database file with the pages of its log in their places, to be read from its start.
pub(super) struct Image<R> {
    file: R,
    log: Option<Log>,
    page: Vec<u8>,
    /// Pages that have been read.
    done: u32,
    count: u32,
    at: usize,
}

impl<R: Read> Image<R> {
    /// A file of `length` bytes in pages of `page` bytes.
    pub(super) fn new(file: R, (length, page): (u64, usize), log: Option<Log>) -> Image<R> {
        let whole = u32::try_from(length / page as u64).unwrap_or(u32::MAX);
        let count = log.as_ref().map_or(whole, |log| log.count);
        Image { file, log, page: vec![0; page], done: 0, count, at: page }
    }

    /// How many bytes come.
    pub(super) fn length(&self) -> u64 {
        u64::from(self.count) * self.page.len() as u64
    }

    fn turn(&mut self) -> io::Result<()> {
        let (mut filled, length) = (0, self.page.len());
        while filled < length {
            match self.file.read(&mut self.page[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        self.page[filled..].fill(0);
        self.done += 1;
        if let Some(log) = &self.log
            && let Some(start) = log.pages.get(&self.done)
        {
            self.page.copy_from_slice(&log.bytes[*start..start + length]);
        }
        if self.done == 1 {
            // "No write-ahead log": a database in memory has none.
            self.page[18..20].fill(1);
        }
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Image<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.page.len() {
            if self.done == self.count {
                return Ok(0);
            }
            self.turn()?;
        }
        let count = buffer.len().min(self.page.len() - self.at);
        buffer[..count].copy_from_slice(&self.page[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
