//! The beginning of a file, from which its platform is told.

use std::{
    cell::OnceCell,
    io::{self, Read},
};

use crate::{bounded::MAX_LINE_BYTES, encoding, json::Shape, place::Place};

/// How much of a file is looked at.
const HEAD_BYTES: u64 = 1 << 16;
const MAGIC_BYTES: u64 = 4096;

/// The beginning of a file.
pub(crate) struct Head {
    name: String,
    bytes: Vec<u8>,
    text: String,
    shape: OnceCell<Option<Shape>>,
}

/// What a file is, from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Empty,
    Zip,
    Gzip,
    Other,
}

/// Tells archives from other files.
pub(crate) fn kind(place: &Place) -> io::Result<Kind> {
    let mut magic = Vec::new();
    place.open()?.take(4).read_to_end(&mut magic)?;
    Ok(match magic[..] {
        [] => Kind::Empty,
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => Kind::Zip,
        [0x1f, 0x8b, ..] => Kind::Gzip,
        _ => Kind::Other,
    })
}

impl Head {
    /// Reads the first 64 KiB; of a file that is one long line of JSON, all of that line up to 16 MiB.
    pub(crate) fn read(place: &Place, name: &str) -> io::Result<Head> {
        let mut start = Vec::new();
        place.open()?.take(MAGIC_BYTES).read_to_end(&mut start)?;
        let mut reader = encoding::utf8(place.open()?)?;
        let mut bytes = Vec::new();
        let mut cut = reader.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)? as u64 == HEAD_BYTES;
        if cut && bytes.trim_ascii_start().starts_with(b"{") && !bytes.trim_ascii_start().contains(&b'\n') {
            let more = MAX_LINE_BYTES as u64 - HEAD_BYTES;
            cut = reader.take(more).read_to_end(&mut bytes)? as u64 == more;
        }
        // The last line may be cut short, and its last character with it.
        if cut && let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
            bytes.truncate(end);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Head { name: name.to_owned(), bytes: start, text, shape: OnceCell::new() })
    }

    /// The file's name, without folders: it may tell between two forms of one content, and never more.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes as they are, up to 4096.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first 64 KiB as text, without a byte order mark.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The shape of a file that begins like JSON.
    pub(crate) fn json(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::of(&self.text)).as_ref()
    }

    /// The first lines that are not blank.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim().is_empty())
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Head {
        let bytes = text.as_bytes().to_vec();
        Head { name: String::new(), bytes, text: text.to_owned(), shape: OnceCell::new() }
    }
}
