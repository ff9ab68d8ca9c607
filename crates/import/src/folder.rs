//! The folder that an export lies in, on a disk or in a zip, where its attachments are looked up.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Component, Path, PathBuf},
    sync::{Arc, OnceLock},
};

use unicode_normalization::UnicodeNormalization;

use crate::{
    bounded,
    place::{Place, Section},
};

/// A folder.
pub(crate) enum Folder {
    /// On a disk; with its file names by their composed form, read when first needed.
    Disk { path: PathBuf, names: OnceLock<HashMap<String, OsString>> },
    /// In a zip.
    Zip { members: Arc<Members>, prefix: String },
}

/// The readable members of a zip by the composed form of their path.
#[derive(Default)]
pub(crate) struct Members {
    /// The zip's own name.
    pub(crate) zip: String,
    /// Path as written, and bytes.
    pub(crate) files: HashMap<String, (String, Place)>,
}

/// A file found in a folder.
pub(crate) struct Attachment {
    /// Its name among the sources.
    pub(crate) source: String,
    pub(crate) place: Place,
}

impl Folder {
    /// The folder `path`.
    pub(crate) fn disk(path: &Path) -> Folder {
        Folder::Disk { path: path.to_owned(), names: OnceLock::new() }
    }

    /// A text that names this folder and no other.
    pub(crate) fn key(&self) -> String {
        match self {
            Folder::Disk { path, .. } => path.display().to_string(),
            Folder::Zip { members, prefix } => format!("{}!{prefix}", members.zip),
        }
    }

    /// The file at a relative path, which may not lead out of the folder, nor through a symbolic link.
    pub(crate) fn find(&self, relative: &str) -> Option<Attachment> {
        let relative = inner(relative)?;
        match self {
            Folder::Disk { path, names } => on_disk(path, Path::new(&relative))
                .or_else(|| on_disk(path, Path::new(respelt(path, names, &relative)?))),
            Folder::Zip { members, prefix } => {
                let (name, place) = members.files.get(&composed(&format!("{prefix}{relative}")))?;
                Some(Attachment { source: format!("{}!{name}", members.zip), place: place.clone() })
            }
        }
    }
}

/// The path without its `.` parts, if it names something below the folder that it starts from.
fn inner(relative: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(relative).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!parts.is_empty() && !relative.contains('\0')).then(|| parts.join("/"))
}

/// NFC: names come decomposed from one system and composed from another.
pub(crate) fn composed(name: &str) -> String {
    name.nfc().collect()
}

fn respelt<'a>(
    path: &Path,
    names: &'a OnceLock<HashMap<String, OsString>>,
    name: &str,
) -> Option<&'a OsString> {
    let names = names.get_or_init(|| {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| (composed(&entry.file_name().to_string_lossy()), entry.file_name())).collect()
    });
    names.get(&composed(name))
}

fn on_disk(folder: &Path, relative: &Path) -> Option<Attachment> {
    let mut path = folder.to_owned();
    let mut length = None;
    for part in relative.components() {
        path.push(part);
        let data = fs::symlink_metadata(&path).ok()?;
        if data.is_symlink() {
            return None;
        }
        length = data.is_file().then_some(data.len());
    }
    let length = length?;
    let place = Place::new(Section::file(&path, length), bounded::unfolded(length));
    Some(Attachment { source: path.display().to_string(), place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_lies_in_the_folder_or_below_it_and_nowhere_else() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("export");
        fs::create_dir_all(folder.join("media")).unwrap();
        fs::write(top.path().join("secret.txt"), "x").unwrap();
        fs::write(folder.join("media/a.jpg"), "x").unwrap();
        let here = Folder::disk(&folder);
        assert!(here.find("media/a.jpg").is_some());
        assert_eq!(here.find("./media/./a.jpg").unwrap().source, here.find("media/a.jpg").unwrap().source);
        let outside = top.path().join("secret.txt").display().to_string();
        for path in ["../secret.txt", "media/../../secret.txt", &outside, "media", "", "a\0b", "."] {
            assert!(here.find(path).is_none(), "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_followed() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join("export")).unwrap();
        fs::write(top.path().join("secret.txt"), "x").unwrap();
        std::os::unix::fs::symlink("../secret.txt", top.path().join("export/a.txt")).unwrap();
        std::os::unix::fs::symlink("..", top.path().join("export/up")).unwrap();
        let here = Folder::disk(&top.path().join("export"));
        assert!(here.find("a.txt").is_none());
        assert!(here.find("up/secret.txt").is_none());
    }

    #[test]
    fn a_name_is_found_in_either_unicode_form() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("cafe\u{301}.jpg"), "x").unwrap();
        assert!(Folder::disk(top.path()).find("caf\u{e9}.jpg").is_some());
    }
}
