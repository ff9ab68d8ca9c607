//! One changed byte.

use std::{
    fs,
    path::{Path, PathBuf},
};

use blackbox_custody::Error;

use super::thief::files;
use crate::failure::Failure;

/// The byte that was changed.
pub struct Changed {
    /// The file.
    pub file: PathBuf,
    /// Its place in the file.
    pub at: usize,
    /// What it was.
    pub before: u8,
    /// What it is.
    pub after: u8,
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    for path in files(from)? {
        let below = path.strip_prefix(from).expect("the file was found below the folder");
        let copy = to.join(below);
        let parent = copy.parent().expect("a path below a folder has a parent");
        fs::create_dir_all(parent).map_err(|error| Error::file(parent, error))?;
        fs::copy(&path, &copy).map_err(|error| Error::file(&copy, error))?;
    }
    Ok(())
}

/// Changes the first byte of the sealed record of a hit, whose id is deposit, segment and row
/// (`20260101-0a1b2c3d/00000/17`).
///
/// # Errors
/// The id is none, or the archive has no such record.
pub fn change_record(archive: &Path, hit: &str) -> Result<Changed, Failure> {
    let none = || Failure::error(format!("the demo found no record of the hit \"{hit}\""));
    let (segment, row) = hit.rsplit_once('/').ok_or_else(none)?;
    let row: usize = row.parse().map_err(|_| none())?;
    let segment = archive.join("deposits").join(segment);
    let offsets = segment.join("offsets");
    let offsets = fs::read(&offsets).map_err(|error| Error::file(&offsets, error))?;
    let offset = offsets.chunks_exact(8).nth(row).ok_or_else(none)?;
    let offset = u64::from_le_bytes(offset.try_into().expect("a chunk of 8 is 8 bytes"));
    let at = usize::try_from(offset).map_err(|_| none())?;
    let file = segment.join("records");
    let mut bytes = fs::read(&file).map_err(|error| Error::file(&file, error))?;
    let byte = bytes.get_mut(at).ok_or_else(none)?;
    let before = *byte;
    *byte ^= 1;
    let after = *byte;
    fs::write(&file, &bytes).map_err(|error| Error::file(&file, error))?;
    Ok(Changed { file, at, before, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_of_the_copy_changes_and_none_of_the_original() {
        let folder = tempfile::tempdir().unwrap();
        let (box_, copied) = (folder.path().join("box"), folder.path().join("copy"));
        let segment = "deposits/d/00000";
        fs::create_dir_all(box_.join(segment)).unwrap();
        let offsets: Vec<u8> = [0_u64, 3, 5].iter().flat_map(|at| at.to_le_bytes()).collect();
        fs::write(box_.join(segment).join("offsets"), offsets).unwrap();
        fs::write(box_.join(segment).join("records"), b"abcde").unwrap();
        copy(&box_, &copied).unwrap();
        let changed = change_record(&copied, "d/00000/1").unwrap();
        assert_eq!((changed.at, changed.before, changed.after), (3, b'd', b'e'));
        assert_eq!(fs::read(copied.join(segment).join("records")).unwrap(), b"abcee");
        assert_eq!(fs::read(box_.join(segment).join("records")).unwrap(), b"abcde");
        assert!(change_record(&copied, "d/00000/9").is_err());
    }
}
