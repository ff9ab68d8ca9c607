//! JSON exports: what shape a file has, told from its beginning, and its long lists, one element at a time.
//!
//! A list's elements are handed on as they are parsed, so memory holds one of them whatever the length of the file.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fmt,
    io::{self, BufReader, Read},
    rc::Rc,
};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{encoding::Lossy, importer::Fault};

/// The most bytes of one element of a list, or between two: 192 MiB. Text over 16 MiB is skipped later, by itself.
const MAX_ELEMENT_BYTES: u64 = 192 << 20;
const BUFFER_BYTES: usize = 1 << 18;
/// How deep, and how many, keys are looked at to tell a file's shape.
const SHAPE_DEPTH: usize = 8;
const SHAPE_PATHS: usize = 4096;

/// The paths of the keys near the beginning of a file: `chats.list[].messages[].from_id`. A list adds `[]`, and the
/// path of a file that is a list begins with it: `[].ts`. Keys that come late in a long file are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    paths: BTreeSet<String>,
}

impl Shape {
    /// The shape of JSON that may be cut short. `None` if it begins with neither an object nor a list.
    pub(crate) fn of(text: &str) -> Option<Shape> {
        let text = text.trim_start();
        if !text.starts_with(['{', '[']) {
            return None;
        }
        let paths = RefCell::new(BTreeSet::new());
        let look = |path: &str| {
            let mut paths = paths.borrow_mut();
            if !path.is_empty() && paths.len() < SHAPE_PATHS {
                paths.insert(path.to_owned());
            }
            match path.matches(['.', '[']).count() < SHAPE_DEPTH {
                true => Take::Enter,
                false => Take::Skip,
            }
        };
        let left = Cell::new(u64::MAX);
        let mut take = |_: &str, _| Ok(());
        let walk = RefCell::new(Walk { choose: &look, take: &mut take, left: &left, fault: None });
        let step = Step { walk: &walk, path: String::new() };
        // A file that is cut short ends in an error; what was seen until then counts.
        let _ = step.deserialize(&mut serde_json::Deserializer::from_str(text));
        drop(walk);
        Some(Shape { paths: paths.into_inner() })
    }

    /// Whether there is such a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// Whether there are all of these.
    pub(crate) fn has_all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }
}

/// What to do with the value at a path of a file that is read as a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// Look at what is in it: an object's values, a list's elements.
    Enter,
    /// Hand it on whole: [`stream`] calls its taker.
    Whole,
    /// Pass over it.
    Skip,
}

/// Reads one JSON value as a stream. `choose` says what to do with the value at each path (see [`Shape`]; the top has
/// the path ``); `take` gets the path of every value taken whole, and the value, in the file's order.
///
/// # Errors
/// `take` failed, or what follows is not JSON or over 192 MiB in one piece: an [`io::Error`] whose text names line and
/// column and quotes nothing. What came before it has been handed on. Bytes that are not UTF-8 are U+FFFD.
pub(crate) fn stream(
    reader: impl Read,
    choose: &dyn Fn(&str) -> Take,
    take: &mut dyn FnMut(&str, Value) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let left = Rc::new(Cell::new(MAX_ELEMENT_BYTES));
    let reader = Metered { reader: Lossy::new(reader), left: left.clone() };
    let reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    let walk = Walk { choose, take, left: &left, fault: None };
    let walk = RefCell::new(walk);
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = Step { walk: &walk, path: String::new() }.deserialize(&mut json).and_then(|()| json.end());
    match (walk.into_inner().fault, read) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(Fault::Io(plain(&error))),
        (None, Ok(())) => Ok(()),
    }
}

/// The parser's error without its own words: they can quote the message.
fn plain(error: &serde_json::Error) -> io::Error {
    use serde_json::error::Category;
    let at = format!("line {} column {}", error.line(), error.column());
    let reason = match error.classify() {
        Category::Io => return io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
        Category::Eof => "the JSON ends too early".to_owned(),
        _ if error.to_string().contains("recursion") => format!("the JSON is nested too deep at {at}"),
        _ => format!("it is not JSON at {at}"),
    };
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

struct Walk<'a> {
    choose: &'a dyn Fn(&str) -> Take,
    take: &'a mut dyn FnMut(&str, Value) -> Result<(), Fault>,
    left: &'a Cell<u64>,
    fault: Option<Fault>,
}

/// The value at a path.
struct Step<'w, 'a> {
    walk: &'w RefCell<Walk<'a>>,
    path: String,
}

impl<'w, 'a> Step<'w, 'a> {
    fn below(&self, step: &str) -> Step<'w, 'a> {
        let path = match (self.path.is_empty(), step) {
            (true, _) | (_, "[]") => format!("{}{step}", self.path),
            _ => format!("{}.{step}", self.path),
        };
        Step { walk: self.walk, path }
    }

    fn hand_on<E: serde::de::Error>(&self, value: Value) -> Result<(), E> {
        let walk = &mut *self.walk.borrow_mut();
        walk.left.set(MAX_ELEMENT_BYTES);
        (walk.take)(&self.path, value).map_err(|fault| {
            walk.fault = Some(fault);
            E::custom("stopped")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Step<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let choose = self.walk.borrow().choose;
        match choose(&self.path) {
            Take::Enter => from.deserialize_any(self),
            Take::Whole => {
                let value = <Value as serde::Deserialize>::deserialize(from)?;
                self.hand_on(value)
            }
            Take::Skip => {
                self.walk.borrow().left.set(u64::MAX);
                from.deserialize_ignored_any(IgnoredAny)?;
                self.walk.borrow().left.set(MAX_ELEMENT_BYTES);
                Ok(())
            }
        }
    }
}

impl<'de> Visitor<'de> for Step<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(self.below(&key))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.below("[]"))?.is_some() {}
        Ok(())
    }

    // Where an object or a list was looked for and something else stands, it is handed on for the taker to report.
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.hand_on(value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.hand_on(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.hand_on(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.hand_on(value.into())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.hand_on(value.into())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.hand_on(Value::Null)
    }
}

/// Fails once more than a number of bytes has come since the last element.
struct Metered<R> {
    reader: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        let too_long = || io::Error::new(io::ErrorKind::InvalidData, "one piece of it is over 192 MiB");
        self.left.set(left.ok_or_else(too_long)?);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_file_that_is_cut_short_is_seen() {
        let shape = Shape::of(r#" {"about":1,"chats":{"list":[{"name":"x","messages":[{"id":1,"te"#).unwrap();
        assert!(shape.has_all(&["about", "chats.list[].name", "chats.list[].messages[].id"]));
        assert!(!shape.has("chats.name"));
        assert!(Shape::of(r#"[{"ts":"1"}]"#).unwrap().has("[].ts"));
        assert!(Shape::of("text").is_none());
        assert!(Shape::of(&"[".repeat(100_000)).is_some());
    }

    fn taken(text: &str) -> (Vec<(String, Value)>, Option<String>) {
        let mut found = Vec::new();
        let choose = |path: &str| match path {
            "" | "chats" | "chats[]" | "chats[].messages" => Take::Enter,
            "chats[].name" | "chats[].messages[]" => Take::Whole,
            _ => Take::Skip,
        };
        let read = stream(text.as_bytes(), &choose, &mut |path, value| {
            found.push((path.to_owned(), value));
            Ok(())
        });
        let fault = match read {
            Err(Fault::Io(error)) => Some(error.to_string()),
            Err(Fault::Stopped) => Some("stopped".into()),
            Ok(()) => None,
        };
        (found, fault)
    }

    #[test]
    fn the_elements_of_lists_are_handed_on_in_order() {
        let (found, fault) =
            taken(r#"{"v":[[[1]]],"chats":[{"name":"a","messages":[1,{"b":2}]},{"messages":[]},7]}"#);
        let found: Vec<_> = found.iter().map(|(path, value)| format!("{path}={value}")).collect();
        let expected =
            ["chats[].name=\"a\"", "chats[].messages[]=1", "chats[].messages[]={\"b\":2}", "chats[]=7"];
        assert_eq!((&found[..], fault), (&expected.map(str::to_owned)[..], None));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_and_the_rest_is_read() {
        let mut found = Vec::new();
        let bytes = b"[\"caf\xe9\", \"\xf0\x9f\x98\x80\", \"\xf0\x9f\"]";
        let choose = |path: &str| if path.is_empty() { Take::Enter } else { Take::Whole };
        let read = stream(&bytes[..], &choose, &mut |_, value| {
            found.push(value);
            Ok(())
        });
        assert!(read.is_ok());
        assert_eq!(found, ["caf\u{fffd}", "\u{1f600}", "\u{fffd}"]);
    }

    #[test]
    fn what_comes_before_the_damage_is_handed_on_and_the_error_quotes_nothing() {
        let (found, fault) = taken(r#"{"chats":[{"messages":["ok", secret]}]}"#);
        assert_eq!(found.len(), 1);
        assert_eq!(fault.as_deref(), Some("it is not JSON at line 1 column 30"));
        assert_eq!(taken(r#"{"chats":[{"messages":["#).1.as_deref(), Some("the JSON ends too early"));
        let deep = format!("{{\"chats\":[{{\"messages\":[{}", "[".repeat(100_000));
        assert!(taken(&deep).1.unwrap().contains("nested too deep"));
    }
}
