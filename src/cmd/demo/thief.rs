//! What whoever steals an archive can see.

use std::{
    fs,
    path::{Path, PathBuf},
};

use blackbox_custody::Error;

use crate::failure::Failure;

/// Bytes on a line of a dump.
const LINE_BYTES: usize = 16;

/// What a search of every byte found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Files read.
    pub files: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Places where the word is.
    pub places: usize,
}

/// Searches every byte of every file below `folder` for an ASCII word, in upper and lower case, as UTF-8
/// and as UTF-16 of either byte order.
///
/// # Errors
/// A file cannot be read.
pub fn search(folder: &Path, word: &str) -> Result<Searched, Failure> {
    let word = word.to_ascii_lowercase();
    let big: Vec<u8> = word.bytes().flat_map(|byte| [0, byte]).collect();
    let little: Vec<u8> = word.bytes().flat_map(|byte| [byte, 0]).collect();
    let needles = [word.into_bytes(), big, little];
    let mut searched = Searched::default();
    for path in files(folder)? {
        let bytes = fs::read(&path).map_err(|error| Error::file(&path, error))?.to_ascii_lowercase();
        searched.files += 1;
        searched.bytes += bytes.len();
        searched.places += needles.iter().map(|needle| places(&bytes, needle)).sum::<usize>();
    }
    Ok(searched)
}

fn places(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|window| window == &needle).count()
}

/// Every file below a folder.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = || -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
        let paths =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        Ok(paths.into_iter().partition(|path| path.is_dir()))
    };
    let (folders, mut found) = read().map_err(|error| Error::file(folder, error))?;
    for folder in folders {
        found.extend(files(&folder)?);
    }
    Ok(found)
}

/// The first bytes of a file, as `xxd` shows them.
///
/// # Errors
/// The file cannot be read.
pub fn dump(path: &Path, bytes: usize) -> Result<String, Failure> {
    let content = fs::read(path).map_err(|error| Error::file(path, error))?;
    let lines = content[..bytes.min(content.len())].chunks(LINE_BYTES).enumerate();
    Ok(lines.map(|(number, line)| dump_line(number * LINE_BYTES, line)).collect::<Vec<_>>().join("\n"))
}

fn dump_line(at: usize, bytes: &[u8]) -> String {
    let pair = |pair: &[u8]| pair.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let hex: Vec<String> = bytes.chunks(2).map(pair).collect();
    let shown = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
    format!("{at:08x}: {:<39}  {}", hex.join(" "), bytes.iter().map(shown).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_every_encoding_case_and_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/utf-8"), "so HERON, heron").unwrap();
        let little: Vec<u8> = "Heron".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Heron".encode_utf16().flat_map(u16::to_be_bytes).collect();
        fs::write(folder.path().join("utf-16"), [little, b"-".to_vec(), big].concat()).unwrap();
        let searched = search(folder.path(), "heron").unwrap();
        assert_eq!(searched, Searched { files: 2, bytes: 15 + 21, places: 4 });
        assert_eq!(search(folder.path(), "egret").unwrap().places, 0);
    }

    #[test]
    fn a_dump_shows_bytes_and_what_is_printable_of_them() {
        let shown = "00000010: 4100 62                                  A.b";
        assert_eq!(dump_line(16, b"A\x00b"), shown);
    }
}
