//! A document that is a zip of parts, unfolded within bounds.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::draft::Draft;
use crate::outcome::Reason;

/// The most parts of one document.
const MAX_PARTS: usize = 10_000;
/// The most bytes that one part may unfold to, 64 MiB.
pub(crate) const MAX_PART_BYTES: u64 = 64 << 20;
/// The most bytes that all parts read may unfold to, 256 MiB.
const MAX_UNFOLDED_BYTES: u64 = 256 << 20;

/// The parts of a document.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Names that pages and slides follow each other by: `slide2` comes before `slide10`.
    names: Vec<String>,
    left: u64,
}

impl<'a> Package<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Package<'a>, Reason> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Reason::DamagedDocument)?;
        if zip.len() > MAX_PARTS {
            return Err(Reason::TooLarge);
        }
        let mut names: Vec<String> = zip.file_names().flatten().map(|name| name.into_owned()).collect();
        names.sort_by_cached_key(|name| natural(name));
        Ok(Package { zip, names, left: MAX_UNFOLDED_BYTES })
    }

    pub(crate) fn has(&self, start: &str) -> bool {
        self.names.iter().any(|name| name.starts_with(start))
    }

    /// The names of the parts that are wanted, in their order.
    pub(crate) fn names(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.names.iter().filter(|name| wanted(name)).cloned().collect()
    }

    /// Unfolds one part.
    pub(crate) fn part(&mut self, name: &str) -> Result<Vec<u8>, Reason> {
        let file = self.zip.by_name(name).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Reason::EncryptedDocument,
            _ => Reason::DamagedDocument,
        })?;
        let most = self.left.min(MAX_PART_BYTES);
        let mut bytes = Vec::new();
        let read = file.take(most + 1).read_to_end(&mut bytes);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        if bytes.len() as u64 > most {
            return Err(Reason::TooLarge);
        }
        read.map_err(|_| Reason::DamagedDocument)?;
        Ok(bytes)
    }

    /// Reads each part that is wanted into the draft; those that cannot be read are noted there.
    pub(crate) fn each(
        &mut self,
        draft: &mut Draft,
        wanted: impl Fn(&str) -> bool,
        read: impl Fn(&[u8], &mut Draft) -> Result<(), Reason>,
    ) {
        for name in self.names(wanted) {
            if draft.is_full() {
                return;
            }
            let part = self.part(&name).and_then(|bytes| read(&bytes, draft));
            part.unwrap_or_else(|reason| draft.miss(reason));
            draft.end_line();
        }
    }
}

/// Orders by folder and name, with the number at the name's end as a number.
fn natural(name: &str) -> (String, u64, String) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let start = stem.trim_end_matches(|character: char| character.is_ascii_digit());
    (start.to_owned(), stem[start.len()..].parse().unwrap_or(0), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slides_are_ordered_by_number() {
        let mut names = ["s/slide10.xml", "s/slide2.xml", "s/slide.xml", "a/slide3.xml"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["a/slide3.xml", "s/slide.xml", "s/slide2.xml", "s/slide10.xml"]);
    }
}
