//! A JSON object of an export, whose keys are taken one by one. What is left at the end was not understood: it is
//! kept with the message as it is written.

use blackbox_format::message::{Message, annotation};
use serde_json::{Map, Value};

use crate::importer::{At, Sink};

/// The most bytes that are kept of something that was not understood.
const MAX_RAW_BYTES: usize = 64 << 10;
/// The most characters of a key that a report and an annotation name.
const MAX_KEY_CHARS: usize = 200;

/// An object's keys that were not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// The object, or `None` if it is something else.
    pub(crate) fn of(value: Value) -> Option<Fields> {
        match value {
            Value::Object(map) => Some(Fields(map)),
            _ => None,
        }
    }

    /// Whether the key is there and not null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    /// A text that is not empty; the key is not taken.
    pub(crate) fn peek(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// A whole number; the key is not taken.
    pub(crate) fn peek_number(&self, key: &str) -> Option<i64> {
        self.0.get(key)?.as_i64()
    }

    /// Whether it is true; the key is not taken.
    pub(crate) fn peek_flag(&self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }

    /// A list; the key is not taken.
    pub(crate) fn peek_list(&self, key: &str) -> &[Value] {
        self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Whatever stands there; the key is not taken.
    pub(crate) fn peek_value(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The same with every value changed.
    pub(crate) fn mended(mut self, mend: fn(&mut Value)) -> Fields {
        self.0.values_mut().for_each(mend);
        self
    }

    /// A text. Like all that follow, it takes the key only if its value is of that kind.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.0.remove(key)? {
            Value::String(text) => Some(text),
            other => self.put_back(key, other),
        }
    }

    /// A text that is not empty.
    pub(crate) fn name(&mut self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    /// A text or a whole number, as a text.
    pub(crate) fn id(&mut self, key: &str) -> Option<String> {
        match self.0.remove(key)? {
            Value::String(text) => Some(text).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            other => self.put_back(key, other),
        }
    }

    /// A whole number.
    pub(crate) fn number(&mut self, key: &str) -> Option<i64> {
        match self.0.remove(key)? {
            Value::Number(number) if number.is_i64() => number.as_i64(),
            other => self.put_back(key, other),
        }
    }

    /// Whether the key is there and true.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        match self.0.remove(key) {
            Some(Value::Bool(flag)) => flag,
            Some(other) => self.put_back::<()>(key, other).is_some(),
            None => false,
        }
    }

    /// A list; an absent one is empty.
    pub(crate) fn list(&mut self, key: &str) -> Vec<Value> {
        match self.0.remove(key) {
            Some(Value::Array(list)) => list,
            Some(other) => self.put_back(key, other).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// An object.
    pub(crate) fn object(&mut self, key: &str) -> Option<Fields> {
        match self.0.remove(key)? {
            Value::Object(map) => Some(Fields(map)),
            other => self.put_back(key, other),
        }
    }

    /// Whatever stands there.
    pub(crate) fn value(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    /// The first of its keys, with whatever stands there.
    pub(crate) fn first(&mut self) -> Option<(String, Value)> {
        let key = self.0.keys().next()?.clone();
        let value = self.0.remove(&key)?;
        Some((key, value))
    }

    /// Leaves out what means nothing.
    pub(crate) fn drop(&mut self, keys: &[&str]) {
        for key in keys {
            self.0.remove(*key);
        }
    }

    /// Keeps all that is left with the message; `within` is the path of the object in it, empty for the item itself.
    pub(crate) fn keep(self, within: &str, message: &mut Message, sink: &mut Sink<'_>) {
        for (key, value) in self.0 {
            let path = if within.is_empty() { key } else { format!("{within}.{key}") };
            raw(&path, &value, message, sink);
        }
    }

    fn put_back<T>(&mut self, key: &str, value: Value) -> Option<T> {
        self.0.insert(key.to_owned(), value);
        None
    }
}

/// Keeps a value that was not understood with the message. What is empty says nothing.
pub(crate) fn raw(key: &str, value: &Value, message: &mut Message, sink: &mut Sink<'_>) {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if empty {
        return;
    }
    let key: String = key.chars().take(MAX_KEY_CHARS).collect();
    sink.unknown(&key);
    note(message, &format!("{}:{key}", annotation::RAW), json(value));
}

/// A value as JSON, up to 64 KiB of it.
pub(crate) fn json(value: &Value) -> String {
    let mut text = value.to_string();
    text.truncate(text.floor_char_boundary(MAX_RAW_BYTES));
    text
}

/// Leaves out an item, and the attachments that it mentions.
pub(crate) fn refuse(sink: &mut Sink<'_>, at: At, attachments: usize, reason: &str) {
    sink.saw_attachments(attachments);
    for _ in 0..attachments {
        sink.skip(at, "an attachment of a message that was left out");
    }
    sink.skip(at, reason);
}

/// Adds an annotation.
pub(crate) fn note(message: &mut Message, name: &str, value: impl Into<String>) {
    message.annotations.push((name.to_owned(), value.into()));
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_taken_only_as_what_it_is() {
        let mut fields =
            Fields::of(json!({"a": "x", "b": 7, "c": [1], "d": {"e": true}, "n": null})).unwrap();
        assert_eq!((fields.number("a"), fields.text("b"), fields.text("n")), (None, None, None));
        assert_eq!((fields.text("a").as_deref(), fields.id("b").as_deref()), (Some("x"), Some("7")));
        assert!(fields.list("d").is_empty() && fields.object("c").is_none() && !fields.flag("c"));
        assert_eq!(fields.list("c"), [json!(1)]);
        assert!(fields.object("d").unwrap().flag("e") && !fields.has("n"));
        assert!(Fields::of(json!([1])).is_none());
    }

    #[test]
    fn what_is_left_is_kept_and_bounded() {
        let mut give = |_| ControlFlow::Continue(());
        let mut sink = Sink::new("a.json", &mut give);
        let mut message = Message::default();
        let long = "é".repeat(MAX_RAW_BYTES);
        let fields = Fields::of(json!({"x": {"y": [1]}, "z": null, "l": long, "e": ""})).unwrap();
        fields.keep("in", &mut message, &mut sink);
        assert_eq!(message.annotations.len(), 2);
        assert_eq!(message.annotations[1], ("raw:in.x".to_owned(), "{\"y\":[1]}".to_owned()));
        assert!(message.annotations[0].1.len() <= MAX_RAW_BYTES);
    }
}
