//! Entry bundles: up to 256 entries, each a big-endian uint16 length and that many bytes.

use crate::tile::TILE_WIDTH;

/// Largest entry, in bytes: what its uint16 length can say.
pub const ENTRY_BYTES: usize = u16::MAX as usize;
/// Largest bundle, in bytes.
pub const BUNDLE_BYTES: u64 = TILE_WIDTH * (2 + u16::MAX as u64);

/// Why a bundle could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It ends inside an entry.
    #[error("it ends inside its entry {0}")]
    Cut(u64),
    /// It holds more or fewer entries than its name says.
    #[error("it holds {found} entries, not {width}")]
    Width {
        /// Entries in it.
        found: u64,
        /// Entries that it should hold.
        width: u64,
    },
}

/// Adds `entry` to a bundle; `None` if it is too long.
pub fn push(bundle: &mut Vec<u8>, entry: &[u8]) -> Option<()> {
    let length = u16::try_from(entry.len()).ok()?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    Some(())
}

/// The `width` entries of a bundle.
///
/// # Errors
/// It is cut, or holds another number of entries.
pub fn split(mut bundle: &[u8], width: u64) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries: Vec<&[u8]> = Vec::new();
    while !bundle.is_empty() {
        let cut = BundleError::Cut(entries.len() as u64);
        let (length, rest) = bundle.split_first_chunk().ok_or(cut)?;
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(cut)?;
        entries.push(entry);
        bundle = rest;
    }
    let found = entries.len() as u64;
    match found == width {
        true => Ok(entries),
        false => Err(BundleError::Width { found, width }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_nothing_is_left_over() {
        let (empty, long) = (vec![], vec![9; ENTRY_BYTES]);
        let mut bundle = Vec::new();
        for entry in [&b"one"[..], &empty, &long] {
            push(&mut bundle, entry).unwrap();
        }
        assert_eq!(&bundle[..7], b"\x00\x03one\x00\x00");
        assert_eq!(split(&bundle, 3).unwrap(), [&b"one"[..], &empty, &long]);
        assert_eq!(split(&bundle, 2), Err(BundleError::Width { found: 3, width: 2 }));
        assert_eq!(split(&bundle, 4), Err(BundleError::Width { found: 3, width: 4 }));
        assert_eq!(split(&bundle[..bundle.len() - 1], 3), Err(BundleError::Cut(2)));
        assert_eq!(split(b"\x00", 0), Err(BundleError::Cut(0)));
        assert_eq!(push(&mut bundle, &[0; ENTRY_BYTES + 1]), None);
    }
}
