//! Files that messages mention: attachments, stickers, pictures of embeds.

use serde_json::Value;

use crate::{fields::Fields, media::file_name};

/// What is said of attachments and stickers.
const KNOWN: [&str; 7] = ["id", "url", "fileName", "fileSizeBytes", "name", "format", "sourceUrl"];

/// A file that a message mentions.
pub(super) struct File {
    pub(super) name: String,
    /// What its media type is told from.
    pub(super) typed: String,
    pub(super) url: String,
    /// What is not understood of it.
    pub(super) rest: Value,
}

impl File {
    /// A file that is known by its path alone.
    pub(super) fn beside(url: String) -> File {
        let name = file_name(&url).to_owned();
        File { typed: name.clone(), name, url, rest: Value::Null }
    }

    fn of(value: &mut Value, name: &str, url: &str) -> Option<File> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let url = text(url).unwrap_or_default().to_owned();
        let last = file_name(url.split(['?', '#']).next().unwrap_or_default()).to_owned();
        let name = text(name).map_or_else(|| last.clone(), str::to_owned);
        let typed = if name.contains('.') { name.clone() } else { last };
        if let Value::Object(map) = value {
            KNOWN.iter().for_each(|key| drop(map.remove(*key)));
        }
        (!name.is_empty()).then(|| File { name, typed, url, rest: value.take() })
    }
}

/// The attachments and stickers of a message; `None` for one that has neither a name nor an address.
pub(super) fn listed(fields: &mut Fields) -> Vec<Option<File>> {
    let mut files: Vec<_> =
        fields.list("attachments").iter_mut().map(|value| File::of(value, "fileName", "url")).collect();
    files.extend(fields.list("stickers").iter_mut().map(|value| File::of(value, "name", "sourceUrl")));
    files
}

/// Where a file may lie: the exporter writes paths of the system that it ran on, in some versions as addresses.
pub(super) fn paths(url: &str) -> Vec<String> {
    let plain = url.replace('\\', "/");
    let decoded = decoded(&plain);
    match decoded == plain {
        true => vec![plain],
        false => vec![plain, decoded],
    }
}

/// An address without percent signs.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_system_is_looked_up() {
        assert_eq!(paths("a b.json_Files\\x-1F0A2.png"), ["a b.json_Files/x-1F0A2.png"]);
        assert_eq!(paths("a%20b/%c3%a9%"), ["a%20b/%c3%a9%", "a b/é%"]);
        assert_eq!(decoded("%%41%4"), "%A%4");
    }
}
