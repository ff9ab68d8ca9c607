//! Where bytes lie: a file, a member of a zip, a gzip, one inside the other. A place can be read again and again,
//! and decompresses in a stream, so that nothing unsealed is ever written anywhere.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use blackbox_format::message::Content;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::bounded::{Checked, Limited};

#[derive(Clone)]
enum Base {
    File(Arc<Path>),
    Memory(Arc<[u8]>),
}

/// A run of bytes in a file or in memory.
#[derive(Clone)]
pub(crate) struct Section {
    base: Base,
    start: u64,
    length: u64,
}

/// How the bytes of a section become those of a member.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layer {
    /// A member of a zip, with the length and CRC-32 that its directory states.
    Member { deflated: bool, length: u64, crc: u32 },
    /// A gzip stream of one or more members.
    Gzip,
}

/// Bytes that can be read from their start, any number of times.
#[derive(Clone)]
pub(crate) struct Place {
    section: Section,
    layers: Vec<Layer>,
    /// More decompressed bytes than this are refused.
    limit: u64,
}

impl Section {
    /// The first `length` bytes of a file.
    pub(crate) fn file(path: &Path, length: u64) -> Section {
        Section { base: Base::File(path.into()), start: 0, length }
    }

    /// Bytes in memory.
    pub(crate) fn memory(bytes: Vec<u8>) -> Section {
        let length = bytes.len() as u64;
        Section { base: Base::Memory(bytes.into()), start: 0, length }
    }

    /// A part of this section, if it lies within it.
    pub(crate) fn part(&self, start: u64, length: u64) -> Option<Section> {
        let end = start.checked_add(length)?;
        let start = self.start.checked_add(start)?;
        (end <= self.length).then(|| Section { base: self.base.clone(), start, length })
    }

    /// Its length in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// A reader over it, from its start.
    pub(crate) fn reader(&self) -> io::Result<SectionReader> {
        let source: Box<dyn ReadSeek> = match &self.base {
            Base::File(path) => Box::new(File::open(path)?),
            Base::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        };
        let mut reader = SectionReader { source, start: self.start, length: self.length, at: 0 };
        reader.rewind()?;
        Ok(reader)
    }
}

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Reads a section and nothing beyond it.
pub(crate) struct SectionReader {
    source: Box<dyn ReadSeek>,
    start: u64,
    length: u64,
    at: u64,
}

impl Read for SectionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.at);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.source.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends before its stated end"));
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SectionReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a seek outside the file");
        let target = target.ok_or_else(outside)?;
        let absolute = self.start.checked_add(target).ok_or_else(outside)?;
        self.source.seek(SeekFrom::Start(absolute))?;
        self.at = target;
        Ok(target)
    }
}

impl Place {
    /// The plain bytes of a section. Whatever is decompressed from it may have `limit` bytes.
    pub(crate) fn new(section: Section, limit: u64) -> Place {
        Place { section, layers: Vec::new(), limit }
    }

    /// This place with one more layer to undo.
    pub(crate) fn with(&self, layer: Layer) -> Place {
        let mut place = self.clone();
        place.layers.push(layer);
        place
    }

    /// A reader over the decompressed bytes, from their start.
    ///
    /// # Errors
    /// The file cannot be opened. Damage, and more bytes than the limit, show while reading.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        let mut reader: Box<dyn Read> = Box::new(self.section.reader()?);
        for layer in &self.layers {
            reader = layer.undo(reader);
        }
        Ok(match self.layers.is_empty() {
            true => reader,
            false => Box::new(Limited::new(reader, self.limit)),
        })
    }

    /// The section itself where nothing has to be decompressed, so that it can be read at any position.
    pub(crate) fn plain(&self) -> Option<&Section> {
        let plain = self.layers.iter().all(|layer| matches!(layer, Layer::Member { deflated: false, .. }));
        plain.then_some(&self.section)
    }

    /// This place with another limit.
    pub(crate) fn limited(&self, limit: u64) -> Place {
        Place { limit, ..self.clone() }
    }

    /// How many bytes may be decompressed from it.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// How many bytes it holds, as far as that is stated anywhere; 0 for a gzip.
    pub(crate) fn length(&self) -> u64 {
        self.layers.last().map_or(self.section.length(), |layer| layer.length())
    }
}

impl Layer {
    /// The unfolded length that a zip's directory states; 0 for a gzip.
    pub(crate) fn length(self) -> u64 {
        match self {
            Layer::Member { length, .. } => length,
            Layer::Gzip => 0,
        }
    }

    fn undo(self, reader: Box<dyn Read>) -> Box<dyn Read> {
        match self {
            Layer::Gzip => Box::new(MultiGzDecoder::new(reader)),
            Layer::Member { deflated: true, length, crc } => {
                Box::new(Checked::new(DeflateDecoder::new(reader), length, crc))
            }
            Layer::Member { deflated: false, length, crc } => Box::new(Checked::new(reader, length, crc)),
        }
    }
}

impl Content for Place {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Place::open(self).map(|reader| reader as Box<dyn Read>)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_section_is_read_and_sought_within_its_bounds() {
        let whole = Section::memory(b"abcdefgh".to_vec());
        let mut reader = whole.part(2, 4).unwrap().reader().unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "cdef");
        reader.seek(SeekFrom::End(-1)).unwrap();
        text.clear();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "f");
        assert!(whole.part(5, 4).is_none());
        assert!(whole.part(u64::MAX, 2).is_none());
    }

    #[test]
    fn a_gzip_larger_than_the_limit_is_refused() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&[0; 5000]).unwrap();
        let section = Section::memory(encoder.finish().unwrap());
        let read = |limit| {
            let mut bytes = Vec::new();
            Place::new(section.clone(), limit).with(Layer::Gzip).open().unwrap().read_to_end(&mut bytes)
        };
        assert_eq!(read(5000).unwrap(), 5000);
        assert!(read(4999).unwrap_err().to_string().contains("more than"));
    }
}
