//! The folder that an export lies in, on a disk or in a zip, where its attachments are looked up.

use std::{
    collections::{BTreeMap, HashMap},
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

/// The most names of one folder that are listed.
const MAX_NAMES: usize = 1_000_000;

/// A folder.
pub(crate) enum Folder {
    /// On a disk; with its file names by their composed form, read when first needed.
    /// `top` is the folder that was given: nothing around it is looked at.
    Disk { path: PathBuf, top: PathBuf, names: OnceLock<HashMap<String, OsString>> },
    /// In a zip.
    Zip { members: Arc<Members>, prefix: String },
}

/// The readable members of a zip by the composed form of their path, in order: those of a folder lie together, so that
/// listing each of many folders does not go through the whole zip each time.
#[derive(Default)]
pub(crate) struct Members {
    /// The zip's own name.
    pub(crate) zip: String,
    /// Path as written, and bytes.
    pub(crate) files: BTreeMap<String, (String, Place)>,
}

/// A file found in a folder.
pub(crate) struct Attachment {
    /// Its name among the sources.
    pub(crate) source: String,
    pub(crate) place: Place,
}

impl Folder {
    /// The folder `path` below the folder `top` that was given, or `top` itself.
    pub(crate) fn disk(path: &Path, top: &Path) -> Folder {
        Folder::Disk { path: path.to_owned(), top: top.to_owned(), names: OnceLock::new() }
    }

    /// The folder around this one, if that is still part of what was given.
    pub(crate) fn up(&self) -> Option<Folder> {
        match self {
            Folder::Disk { path, top, .. } if path != top => Some(Folder::disk(path.parent()?, top)),
            Folder::Disk { .. } => None,
            Folder::Zip { members, prefix } => {
                let inner = prefix.strip_suffix('/')?;
                let around = inner.rfind('/').map_or("", |end| &inner[..=end]);
                Some(Folder::Zip { members: members.clone(), prefix: around.to_owned() })
            }
        }
    }

    /// How many folders of its zip are around this one and itself; on a disk the walk counts them.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Folder::Disk { .. } => 0,
            Folder::Zip { prefix, .. } => prefix.matches('/').count(),
        }
    }

    /// The names of the files in the folder itself, sorted; at most [`MAX_NAMES`].
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Folder::Disk { path, .. } => {
                let entries = fs::read_dir(path).into_iter().flatten().flatten();
                let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
                files.map(|entry| entry.file_name().to_string_lossy().into_owned()).take(MAX_NAMES).collect()
            }
            Folder::Zip { members, prefix } => {
                let start = composed(prefix);
                let below =
                    members.files.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
                let names = below.filter_map(|(_, (name, _))| name.strip_prefix(&**prefix));
                names.filter(|name| !name.contains('/')).take(MAX_NAMES).map(str::to_owned).collect()
            }
        };
        names.sort();
        names
    }

    /// The file at a relative path from this folder, or from the nearest of those around it that has one.
    pub(crate) fn find_up(&self, relative: &str) -> Option<Attachment> {
        self.find(relative).or_else(|| self.up()?.find_up(relative))
    }

    /// The file at a relative path that may begin with `../`, within what was given.
    pub(crate) fn beside(&self, relative: &str) -> Option<Attachment> {
        match relative.strip_prefix("../") {
            Some(rest) => self.up()?.beside(rest),
            None => self.find(relative),
        }
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
            Folder::Disk { path, names, .. } => on_disk(path, Path::new(&relative))
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
        let here = Folder::disk(&folder, &folder);
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
        let here = Folder::disk(&top.path().join("export"), top.path());
        assert!(here.find("a.txt").is_none());
        assert!(here.find("up/secret.txt").is_none());
    }

    #[test]
    fn a_name_is_found_in_either_unicode_form() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("cafe\u{301}.jpg"), "x").unwrap();
        assert!(Folder::disk(top.path(), top.path()).find("caf\u{e9}.jpg").is_some());
    }

    #[test]
    fn the_folders_around_one_are_reached_up_to_the_one_that_was_given() {
        let outside = tempfile::tempdir().unwrap();
        let top = outside.path().join("export");
        fs::create_dir_all(top.join("a/b")).unwrap();
        for path in ["secret.txt", "export/users.json", "export/a/b/day.json"] {
            fs::write(outside.path().join(path), "x").unwrap();
        }
        let here = Folder::disk(&top.join("a/b"), &top);
        assert_eq!(here.names(), ["day.json"]);
        assert!(here.beside("../../users.json").is_some() && here.beside("../users.json").is_none());
        assert!(here.find_up("users.json").is_some());
        assert!(here.beside("../../../secret.txt").is_none() && here.find_up("secret.txt").is_none());
    }

    #[test]
    fn a_folder_in_a_zip_has_folders_around_it() {
        let place = Place::new(Section::memory(b"x".to_vec()), 1);
        let files =
            ["users.json", "a/b/day.json"].map(|name| (name.to_owned(), (name.to_owned(), place.clone())));
        let members = Arc::new(Members { zip: "z".into(), files: files.into() });
        let here = Folder::Zip { members, prefix: "a/b/".into() };
        assert_eq!(here.names(), ["day.json"]);
        assert!(here.beside("../../users.json").is_some() && here.find_up("users.json").is_some());
        assert!(here.beside("../../../users.json").is_none());
    }

    #[test]
    fn the_names_of_a_folder_in_a_zip_are_found_in_either_unicode_form() {
        let place = Place::new(Section::memory(b"x".to_vec()), 1);
        let files = ["a/x", "cafe\u{301}/2", "cafe\u{301}/1", "cafe\u{301}/b/3", "cafe\u{301}s/4", "z"];
        let files = files.map(|name| (composed(name), (name.to_owned(), place.clone())));
        let members = Arc::new(Members { zip: "z".into(), files: files.into() });
        let names = |prefix: &str| Folder::Zip { members: members.clone(), prefix: prefix.into() }.names();
        assert_eq!(names("cafe\u{301}/"), ["1", "2"]);
        assert_eq!(names(""), ["z"]);
    }
}
