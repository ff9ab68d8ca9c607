//! The files beside the pages: a page names an attachment without its ending, and on the disk names are cut.

use std::collections::HashMap;

use crate::importer::Input;

/// Names of attachments on the disk are cut to this many characters, before their ending.
const CUT_CHARS: usize = 50;

/// The files of the folder by their names without ending, in a form without the letters that file systems forbid.
pub(crate) struct Names {
    by_name: HashMap<String, String>,
    by_stem: HashMap<String, Vec<String>>,
}

impl Names {
    /// The files of the folder, but for its pages.
    pub(crate) fn of(input: &Input<'_>) -> Names {
        let names = input.names();
        Names::list(names.into_iter().filter(|name| !name.to_ascii_lowercase().ends_with(".html")))
    }

    fn list(names: impl Iterator<Item = String>) -> Names {
        let mut list = Names { by_name: HashMap::new(), by_stem: HashMap::new() };
        for name in names {
            list.by_stem.entry(plain(stem(&name))).or_default().push(name.clone());
            list.by_name.insert(plain(&name), name);
        }
        list
    }

    /// The file that a page names so: by its whole name, without the ending, cut, or cut and counted.
    /// `used` are those that earlier attachments of the page have.
    pub(crate) fn find(&self, link: &str, used: &[String]) -> Option<&str> {
        let link = plain(link.rsplit('/').next().unwrap_or(link));
        if let Some(name) = self.by_name.get(&link) {
            return Some(name);
        }
        if let Some([name, ..]) = self.by_stem.get(&link).map(Vec::as_slice) {
            return Some(name);
        }
        [&link[..], stem(&link)].into_iter().find_map(|link| self.cut(link, used))
    }

    fn cut(&self, link: &str, used: &[String]) -> Option<&str> {
        if link.chars().count() <= CUT_CHARS {
            return None;
        }
        let cut: String = link.chars().take(CUT_CHARS).collect();
        let counted = (1..=used.len()).map(|number| format!("{cut}({number})"));
        let stems = [cut.clone(), cut.trim_end().to_owned()].into_iter().chain(counted);
        let mut names = stems.filter_map(|stem| self.by_stem.get(&stem)).flatten();
        names.find(|name| !used.contains(name)).map(|name| &name[..])
    }
}

fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 5 => stem,
        _ => name,
    }
}

/// The name with `_` for what a file system may not have.
fn plain(name: &str) -> String {
    let forbidden = |letter: char| "\"'&<>:/\\|?*#%".contains(letter) || letter.is_control();
    name.chars().map(|letter| if forbidden(letter) { '_' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        Names::list(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn an_attachment_is_found_by_its_name_without_ending() {
        let folder = names(&[
            "Ada - Text - 1Z-1-1.jpg",
            "Ada - Text - 1Z-1-2.mp4",
            "O_Hara - Text - 1Z-1-1.jpg",
            "x.mp3",
        ]);
        assert_eq!(folder.find("Ada - Text - 1Z-1-2", &[]), Some("Ada - Text - 1Z-1-2.mp4"));
        assert_eq!(folder.find("x.mp3", &[]), Some("x.mp3"));
        assert_eq!(folder.find("O'Hara - Text - 1Z-1-1", &[]), Some("O_Hara - Text - 1Z-1-1.jpg"));
        for link in ["Ada - Text - 1Z-1-3", "", "Ada", "../x", "/"] {
            assert!(folder.find(link, &[]).is_none_or(|name| name == "x.mp3"), "{link}");
        }
    }

    #[test]
    fn a_name_that_was_cut_is_found_once() {
        let long = "A Person Whose Name Goes On And On - Text - 2020-01-02T03_04_05Z-1-1";
        let (first, second) = (format!("{}.jpg", &long[..50]), format!("{}(1).jpg", &long[..50]));
        let folder = names(&[&first, &second]);
        assert_eq!(folder.find(long, &[]), Some(&first[..]));
        assert_eq!(folder.find(long, &[first]), Some(&second[..]));
    }
}
