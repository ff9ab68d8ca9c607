//! The folder in which the story plays.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use blackbox_custody::Error;

use crate::failure::Failure;

/// Where the story plays unless a folder is named.
const DEFAULT: &str = "blackbox-demo";

/// Makes the folder: the one named, which must be new or empty, or the first default that does not exist.
///
/// # Errors
/// The folder named has something in it, or one cannot be made.
pub fn make(named: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(dir) => named_folder(dir),
        None => default_folder(),
    }
}

/// Enters it, so that every command of the story is as short as one that is typed there.
///
/// # Errors
/// It cannot be entered.
pub fn enter(dir: &Path) -> Result<(), Failure> {
    std::env::set_current_dir(dir).map_err(|error| Error::file(dir, error).into())
}

fn named_folder(dir: &Path) -> Result<PathBuf, Failure> {
    fs::create_dir_all(dir).map_err(|error| Error::file(dir, error))?;
    let mut entries = fs::read_dir(dir).map_err(|error| Error::file(dir, error))?;
    match entries.next() {
        None => Ok(dir.to_owned()),
        Some(_) => {
            let path = dir.display().to_string();
            let message = format!("\"{path}\": is not an empty folder; refusing to play the demo in it");
            Err(Failure::error(message).file(path).hint("name a new folder, or none"))
        }
    }
}

fn default_folder() -> Result<PathBuf, Failure> {
    let mut number = 1_u32;
    loop {
        let dir = match number {
            1 => PathBuf::from(DEFAULT),
            _ => PathBuf::from(format!("{DEFAULT}-{number}")),
        };
        match fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(Error::file(&dir, error).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_is_new_or_empty() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = temporary.path().join("new").join("deep");
        assert_eq!(make(Some(&dir)).unwrap(), dir);
        assert_eq!(make(Some(&dir)).unwrap(), dir);
        fs::write(dir.join("mine"), "kept").unwrap();
        let failure = make(Some(&dir)).unwrap_err();
        assert!(failure.message.contains("refusing"), "{}", failure.message);
        assert_eq!(fs::read(dir.join("mine")).unwrap(), b"kept");
    }

    #[test]
    fn a_file_is_no_folder() {
        let temporary = tempfile::NamedTempFile::new().unwrap();
        assert!(make(Some(temporary.path())).is_err());
    }
}
