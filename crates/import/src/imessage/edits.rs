//! The history of a message that was edited or unsent, as `message_summary_info` has it.

use plist::{Dictionary, Value};

use super::{clock, columns, property, typedstream};

/// What became of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edits {
    /// Earlier texts, oldest first, part by part.
    pub(super) previous: Vec<String>,
    /// The newest texts of the parts that were edited.
    pub(super) newest: Vec<String>,
    /// When it was last edited, in Unix milliseconds.
    pub(super) last: Option<i64>,
    /// Numbers of the parts that were unsent, and of how many.
    pub(super) unsent: Vec<String>,
    pub(super) parts: usize,
    /// What is not understood, by key.
    pub(super) unknown: Vec<(String, String)>,
}

/// The most earlier texts that are kept of a message: Apple allows five edits of each part.
const MAX_TEXTS: usize = 1000;
/// Keys that count messages and name devices.
const BOOKKEEPING: &[&str] = &[
    "amb", "amc", "amd", "ampt", "ams", "amsa", "cmmA", "cmmAS", "cmmS", "ep", "euh", "hbr", "osn", "oui",
    "ust",
];

/// Reads the history; `None` if it is no property list.
pub(super) fn read(bytes: &[u8]) -> Option<Edits> {
    let list = property::read(bytes)?.into_dictionary()?;
    let mut edits = Edits::default();
    for (key, value) in &list {
        let understood = match &key[..] {
            "ec" => value.as_dictionary().is_some_and(|parts| edits.history(parts)),
            "rp" => value.as_array().is_some_and(|parts| edits.unsent(parts)),
            "otr" => {
                edits.parts = value.as_dictionary().map_or(0, Dictionary::len);
                value.as_dictionary().is_some()
            }
            key => BOOKKEEPING.contains(&key),
        };
        if !understood {
            let key = columns::bounded(key);
            edits.unknown.push((key, columns::bounded(&shown(value))));
        }
    }
    Some(edits)
}

impl Edits {
    /// Whether nothing is left of the message.
    pub(super) fn is_unsent(&self) -> bool {
        !self.unsent.is_empty() && self.unsent.len() >= self.parts
    }

    fn history(&mut self, parts: &Dictionary) -> bool {
        let mut parts: Vec<(&String, &Value)> = parts.iter().collect();
        parts.sort_by_key(|(number, _)| number.parse::<u64>().unwrap_or(u64::MAX));
        let mut understood = true;
        for (_, versions) in parts {
            let versions = versions.as_array().map_or(&[][..], Vec::as_slice);
            let texts: Option<Vec<String>> = versions.iter().map(text).collect();
            let Some(mut texts) = texts else {
                understood = false;
                continue;
            };
            let when = versions.iter().filter_map(|version| version.as_dictionary()?.get("d")?.as_real());
            self.last = self.last.max(when.filter_map(clock::real).max());
            self.newest.extend(texts.pop());
            self.previous.extend(texts);
        }
        self.previous.truncate(MAX_TEXTS);
        understood
    }

    fn unsent(&mut self, parts: &[Value]) -> bool {
        let numbers = parts.iter().map(|part| part.as_unsigned_integer().map(|number| number.to_string()));
        match numbers.collect() {
            Some(numbers) => self.unsent = numbers,
            None => return false,
        }
        true
    }
}

/// One text of a part; an entry that has none stands for one that is empty.
fn text(version: &Value) -> Option<String> {
    match version.as_dictionary()?.get("t") {
        None => Some(String::new()),
        Some(bytes) => typedstream::decode(bytes.as_data()?).map(|attributed| attributed.text),
    }
}

/// A value as it is kept without being understood.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Data(bytes) => columns::hexadecimal(bytes),
        other => {
            let mut xml = Vec::new();
            let written = other.to_writer_xml(&mut xml);
            written.map(|()| String::from_utf8_lossy(&xml).into_owned()).unwrap_or_default()
        }
    }
}
