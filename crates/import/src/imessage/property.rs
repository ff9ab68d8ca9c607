//! Property lists inside the database: the history of edited messages, and what apps put into a message, for which
//! `NSKeyedArchiver` lays objects flat in one list that refer to one another by number.

use std::{collections::HashSet, io::Cursor};

use plist::{
    Dictionary, Value,
    stream::{Event, Reader},
};

/// A list may have this many values and bytes of text when all references in it are followed: a binary list can name
/// one object a million times.
const MAX_VALUES: usize = 100_000;
const MAX_BYTES: usize = 16 << 20;
const MAX_DEPTH: usize = 64;
/// The most texts that are taken out of an archive, and the longest.
const MAX_TEXTS: usize = 48;
const MAX_TEXT_BYTES: usize = 4096;
/// How many keys may lead to one, and how much of each is kept.
const MAX_KEYS: usize = 8;
const MAX_KEY_CHARS: usize = 64;

/// Reads a property list, binary or XML; `None` if it is none, or too large.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    if !bytes.starts_with(b"bplist0") && !bytes.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut values, mut total) = (0, 0);
    for event in Reader::new(Cursor::new(bytes)) {
        let event = event.ok()?;
        values += 1;
        total += weight(&event);
        if values > MAX_VALUES || total > MAX_BYTES || open.len() > MAX_DEPTH {
            return None;
        }
        let done = match event {
            Event::StartArray(_) => {
                open.push(Open::Array(Vec::new()));
                continue;
            }
            Event::StartDictionary(_) => {
                open.push(Open::Dictionary(Dictionary::new(), None));
                continue;
            }
            Event::EndCollection => open.pop()?.close(),
            other => single(other)?,
        };
        match open.last_mut() {
            Some(around) => around.add(done)?,
            None => return Some(done),
        }
    }
    None
}

/// A collection whose end has not come yet.
enum Open {
    Array(Vec<Value>),
    /// With a key whose value has not come yet.
    Dictionary(Dictionary, Option<String>),
}

impl Open {
    fn close(self) -> Value {
        match self {
            Open::Array(values) => Value::Array(values),
            Open::Dictionary(entries, _) => Value::Dictionary(entries),
        }
    }

    fn add(&mut self, value: Value) -> Option<()> {
        match self {
            Open::Array(values) => values.push(value),
            Open::Dictionary(entries, key) => match key.take() {
                Some(key) => {
                    entries.insert(key, value);
                }
                None => *key = Some(value.into_string()?),
            },
        }
        Some(())
    }
}

fn weight(event: &Event<'_>) -> usize {
    match event {
        Event::Data(bytes) => bytes.len(),
        Event::String(text) => text.len(),
        _ => 0,
    }
}

fn single(event: Event<'_>) -> Option<Value> {
    Some(match event {
        Event::Boolean(value) => value.into(),
        Event::Data(bytes) => Value::Data(bytes.into_owned()),
        Event::Date(date) => date.into(),
        Event::Integer(value) => Value::Integer(value),
        Event::Real(value) => value.into(),
        Event::String(text) => Value::String(text.into_owned()),
        Event::Uid(uid) => Value::Uid(uid),
        _ => return None,
    })
}

/// What `NSKeyedArchiver` wrote.
pub(super) struct Archive<'a> {
    objects: &'a [Value],
    root: &'a Value,
}

impl<'a> Archive<'a> {
    /// The archive in a property list, if it is one.
    pub(super) fn of(value: &'a Value) -> Option<Archive<'a>> {
        let list = value.as_dictionary()?;
        let objects: &[Value] = list.get("$objects")?.as_array()?;
        let root = list.get("$top")?.as_dictionary()?.values().next()?;
        Some(Archive { objects, root })
    }

    fn follow(&self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::Uid(uid) => self.objects.get(usize::try_from(uid.get()).ok()?),
            other => Some(other),
        }
    }

    /// Every text in it with the keys that lead there, joined by dots: `richLinkMetadata.title`. An address has the
    /// key of what it is the address of. An object that several refer to is read at the first.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut met = HashSet::new();
        let mut open = vec![(Path::default(), self.root)];
        while let Some((path, value)) = open.pop()
            && found.len() < MAX_TEXTS
        {
            match self.follow(value) {
                Some(Value::String(text)) if is_text(text) => found.push((path.key, text.clone())),
                Some(Value::Dictionary(entries)) => {
                    let new = value.as_uid().is_none_or(|uid| met.insert(uid.get()));
                    if new && path.depth < MAX_KEYS {
                        open.extend(self.inside(entries, &path).into_iter().rev());
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What a dictionary holds, whether it is a collection or an object with its fields.
    fn inside(&self, entries: &'a Dictionary, path: &Path) -> Vec<(Path, &'a Value)> {
        let list = |name: &str| entries.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if let Some(address) = entries.get("NS.relative") {
            return vec![(Path { key: path.key.clone(), depth: path.depth + 1 }, address)];
        }
        let keys = list("NS.keys").iter().map(|key| self.follow(key).and_then(Value::as_string));
        let pairs = keys.zip(list("NS.objects")).filter_map(|(key, value)| Some((path.join(key?), value)));
        let fields = entries.iter().filter(|(name, _)| !name.starts_with("NS.") && !name.starts_with('$'));
        pairs.chain(fields.map(|(name, value)| (path.join(name), value))).collect()
    }
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text != "$null" && text.len() <= MAX_TEXT_BYTES
}

/// The keys that lead to a value.
#[derive(Default)]
struct Path {
    key: String,
    depth: usize,
}

impl Path {
    fn join(&self, name: &str) -> Path {
        let name: String = name.chars().take(MAX_KEY_CHARS).collect();
        let key = if self.key.is_empty() { name } else { format!("{}.{name}", self.key) };
        Path { key, depth: self.depth + 1 }
    }
}

#[cfg(test)]
mod tests {
    use plist::Uid;

    use super::*;

    fn binary(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.to_writer_binary(&mut bytes).unwrap();
        bytes
    }

    fn dictionary(entries: &[(&str, Value)]) -> Value {
        Value::Dictionary(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let list = dictionary(&[
            ("a", Value::Array(vec![1.into(), "two".into(), 3.5.into()])),
            ("b", Value::Data(vec![0, 255])),
            ("c", dictionary(&[("d", true.into())])),
        ]);
        assert_eq!(read(&binary(&list)), Some(list));
        assert_eq!(read(b"bplist00 and nothing more"), None);
        assert_eq!(read(b"{ key = value; }"), None);
    }

    #[test]
    fn an_archive_in_a_circle_gives_each_text_once() {
        let uid = |number| Value::Uid(Uid::new(number));
        let objects = vec![
            "$null".into(),
            dictionary(&[("title", uid(2)), ("self", uid(1)), ("none", uid(0)), ("lost", uid(99))]),
            "The Plan".into(),
        ];
        let list =
            dictionary(&[("$objects", Value::Array(objects)), ("$top", dictionary(&[("root", uid(1))]))]);
        let archive = Archive::of(&list).unwrap();
        assert_eq!(archive.texts(), [("title".to_owned(), "The Plan".to_owned())]);
    }

    #[test]
    fn a_list_that_names_one_object_a_million_times_is_refused() {
        // Seven arrays of ten references each, the last of which refer to one text.
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for level in 0..7u8 {
            offsets.push(bytes.len() as u8);
            bytes.push(0xaa);
            bytes.extend([level + 1; 10]);
        }
        offsets.push(bytes.len() as u8);
        bytes.extend(b"\x51x");
        let table = bytes.len() as u64;
        bytes.extend(&offsets);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
        for number in [offsets.len() as u64, 0, table] {
            bytes.extend(number.to_be_bytes());
        }
        assert_eq!(read(&bytes), None);
        // The same with three arrays is fine.
        let few = Value::Array(vec![Value::Array(vec!["x".into(); 10]); 10]);
        assert_eq!(read(&binary(&few)), Some(few));
    }
}
