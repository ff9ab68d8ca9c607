//! The names that attachments have on the disk, which are not quite those that messages have for them: characters
//! become `_`, long names are cut, and of several files with one name the second is `name(1).ext`.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// A name that was cut is at least this long.
const MIN_CUT_CHARS: usize = 20;
/// Longer names are on no disk.
const MAX_NAME_CHARS: usize = 512;

/// The files beside the messages.
pub(super) struct Disk {
    /// By their names as compared.
    files: HashMap<String, String>,
    /// How often a file was asked for, by its name as compared.
    asked: HashMap<String, u64>,
}

impl Disk {
    pub(super) fn new(names: Vec<String>) -> Disk {
        let files = names.into_iter().map(|name| (compared(&name), name)).collect();
        Disk { files, asked: HashMap::new() }
    }

    /// The file for the next message that mentions `name`: the first gets the file itself, each later one the next
    /// that has a number.
    pub(super) fn next(&mut self, name: &str) -> Option<String> {
        let base = self.base(name)?;
        let count = self.asked.entry(base.clone()).or_insert(0);
        let number = *count;
        *count += 1;
        match number {
            0 => self.files.get(&base).cloned(),
            _ => {
                let (stem, end) = split(&base);
                self.files.get(&format!("{stem}({number}){end}")).cloned()
            }
        }
    }

    /// The compared name of a file that is called `name`, or what is left of it.
    fn base(&self, name: &str) -> Option<String> {
        let whole = compared(name);
        if self.files.contains_key(&whole) {
            return Some(whole);
        }
        let (stem, end) = split(&whole);
        let borders: Vec<usize> = stem.char_indices().map(|(at, _)| at).skip(MIN_CUT_CHARS).collect();
        let cuts = borders.iter().take(MAX_NAME_CHARS).rev();
        let mut names = cuts.flat_map(|at| [format!("{}{end}", &stem[..*at]), stem[..*at].to_owned()]);
        names.find(|name| self.files.contains_key(name))
    }
}

/// A name with `_` for every character that a disk may not hold.
fn compared(name: &str) -> String {
    let held = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | ' ' | '(' | ')');
    name.nfc().take(MAX_NAME_CHARS).map(|letter| if held(letter) { letter } else { '_' }).collect()
}

/// The name before its last dot, and the rest.
fn split(name: &str) -> (&str, &str) {
    name.rfind('.').map_or((name, ""), |dot| name.split_at(dot))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(names: &[&str]) -> Disk {
        Disk::new(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn messages_that_mention_one_name_get_the_numbered_files_in_their_order() {
        let mut disk = disk(&["File-a.jpg", "File-a(1).jpg", "File-b_id=0.png"]);
        let found = ["File-a.jpg", "File-a.jpg", "File-a.jpg", "File-b?id=0.png"].map(|name| disk.next(name));
        let expected = [Some("File-a.jpg"), Some("File-a(1).jpg"), None, Some("File-b_id=0.png")];
        assert_eq!(found, expected.map(|name| name.map(str::to_owned)));
    }

    #[test]
    fn a_name_that_was_cut_is_found_by_its_beginning() {
        let mut disk = disk(&["File-the plan of the harbour wall.pdf", "File-the.pdf"]);
        let long = "File-the plan of the harbour wall and its gates.pdf";
        assert_eq!(disk.next(long).as_deref(), Some("File-the plan of the harbour wall.pdf"));
        assert_eq!(disk.next("File-the end.pdf"), None);
        assert_eq!(disk.next(&"x".repeat(1 << 20)), None);
    }
}
