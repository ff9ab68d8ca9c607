//! Annotations for what is not understood, and texts of JSON.

use blackbox_format::message::annotation;
use serde_json::Value;

use crate::importer::Sink;

/// The most bytes that are kept of something that is not understood.
const MAX_RAW_BYTES: usize = 64 << 10;

/// A text that is not empty.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// The text or JSON of a value, up to 64 KiB.
pub(super) fn written(value: &Value) -> String {
    let mut text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.truncate(text.floor_char_boundary(MAX_RAW_BYTES));
    text
}

/// The keys of an object that are neither among `known` nor empty, kept as they are written.
pub(super) fn rest(object: &Value, known: &[&str], sink: &mut Sink<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (key, value) in object.as_object().into_iter().flatten() {
        if !known.contains(&&key[..]) && !is_nothing(value) {
            sink.unknown(key);
            all.push((format!("{}:{key}", annotation::RAW), written(value)));
        }
    }
    all
}

pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value that an export writes as JSON, or as a text that is JSON.
pub(super) fn unfolded(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        None => value.clone(),
    }
}
