//! Texts: plain, or a list of plain parts and of parts with a type.

use serde_json::{Map, Value};

/// A text and what its parts say beyond it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) annotations: Vec<(String, String)>,
    /// Parts with keys that are not known, and those keys.
    pub(crate) unknown: Vec<(String, Value)>,
}

/// A scalar as text: a string without its quotes.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// As [`scalar`], and anything else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| value.to_string())
}

/// The scalar of a key, if it is there and not empty.
pub(crate) fn field(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(scalar).filter(|text| !text.is_empty())
}

/// As [`field`], and takes it out. What is no scalar stays, to be kept as it is.
pub(crate) fn take(object: &mut Map<String, Value>, key: &str) -> Option<String> {
    let found = field(object, key);
    if object.get(key).is_some_and(|value| !value.is_object() && !value.is_array()) {
        object.remove(key);
    }
    found
}

/// The text alone, whatever its form.
pub(crate) fn joined(value: &Value) -> String {
    Text::of(value).map(|text| text.text).unwrap_or_default()
}

/// The text of a message from its `text` and `text_entities`: both are the same, but for exports by others, whose
/// plain text may be the first part only.
pub(crate) fn of_message(object: &mut Map<String, Value>) -> Result<Text, &'static str> {
    let text = object.remove("text").unwrap_or_default();
    let entities = object.remove("text_entities").unwrap_or_default();
    let mut text = Text::of(&text).ok_or("\"text\" is neither a text nor a list of its parts")?;
    match Text::of(&entities) {
        Some(parts) if parts.text.starts_with(&text.text) => {
            // The list has the links also where the text is plain.
            Ok(if text.annotations.is_empty() { parts } else { Text { text: parts.text, ..text } })
        }
        _ => {
            if entities.as_array().is_none_or(|list| !list.is_empty()) && !entities.is_null() {
                text.unknown.push(("text_entities".into(), entities));
            }
            Ok(text)
        }
    }
}

impl Text {
    fn of(value: &Value) -> Option<Text> {
        let mut text = Text::default();
        match value {
            Value::Null => {}
            Value::String(plain) => text.text.push_str(plain),
            Value::Array(parts) => {
                for part in parts {
                    text.add(part)?;
                }
            }
            _ => return None,
        }
        Some(text)
    }

    fn add(&mut self, part: &Value) -> Option<()> {
        match part {
            Value::String(plain) => self.text.push_str(plain),
            Value::Object(part) => {
                self.text.push_str(part.get("text")?.as_str()?);
                for (key, value) in part {
                    self.note(part, key, value);
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn note(&mut self, part: &Map<String, Value>, key: &str, value: &Value) {
        let name = match key {
            "type" | "text" | "language" | "collapsed" => return,
            "href" => "link",
            "user_id" => "mention-id",
            "document_id" => "emoji-id",
            _ => {
                let whole = Value::Object(part.clone());
                return self.unknown.push((format!("text_entities.{key}"), whole));
            }
        };
        self.annotations.push((name.to_owned(), plain(value)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Text, &'static str> {
        let Value::Object(mut object) = value else { panic!("no object") };
        of_message(&mut object)
    }

    #[test]
    fn parts_are_joined_and_links_kept() {
        let parts = json!(["see ", {"type": "text_link", "text": "here", "href": "https://a.example/"}, "!"]);
        let text = read(json!({"text": parts})).unwrap();
        assert_eq!(text.text, "see here!");
        assert_eq!(text.annotations, [("link".to_owned(), "https://a.example/".to_owned())]);
        let longer =
            json!({"text": "see ", "text_entities": [{"text": "see "}, {"text": "it", "href": "b"}]});
        let text = read(longer).unwrap();
        assert_eq!((&text.text[..], text.annotations.len()), ("see it", 1));
    }

    #[test]
    fn what_is_not_understood_of_a_text_is_kept() {
        let text = read(json!({"text": [{"text": "a", "shade": 3}]})).unwrap();
        assert_eq!(text.unknown[0].0, "text_entities.shade");
        let text = read(json!({"text": "a", "text_entities": 7})).unwrap();
        assert_eq!((&text.text[..], &text.unknown[0].0[..]), ("a", "text_entities"));
        assert!(read(json!({"text": {"a": 1}})).is_err());
        assert!(read(json!({"text": [[]]})).is_err());
        assert_eq!(read(json!({"text": null, "text_entities": []})).unwrap(), Text::default());
    }
}
