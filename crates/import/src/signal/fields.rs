//! A message of a frame as its fields, of which what is understood is taken. The rest is kept as it is.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// A message's fields that nobody has taken yet.
pub(crate) struct Fields {
    /// The name of the field that the message stands in: reports and annotations name it.
    pub(crate) name: &'static str,
    map: Map<String, Value>,
}

/// Sixteen bytes that tell a person from all others, whatever their number.
pub(crate) type Service = [u8; 16];

impl Fields {
    pub(crate) fn new(name: &'static str, map: Map<String, Value>) -> Fields {
        Fields { name, map }
    }

    /// The elements of a list that are messages; others stay.
    pub(crate) fn each(&mut self, key: &'static str) -> Vec<Fields> {
        let Some(Value::Array(list)) = self.map.get_mut(key) else { return Vec::new() };
        let mut found = Vec::new();
        list.retain_mut(|value| match value {
            Value::Object(map) => {
                found.push(Fields::new(key, std::mem::take(map)));
                false
            }
            _ => true,
        });
        if list.is_empty() {
            self.map.remove(key);
        }
        found
    }

    /// A message in this one.
    pub(crate) fn inner(&mut self, key: &'static str) -> Option<Fields> {
        match self.map.get_mut(key) {
            Some(Value::Object(map)) => {
                let map = std::mem::take(map);
                self.map.remove(key);
                Some(Fields::new(key, map))
            }
            _ => None,
        }
    }

    /// A text, if it is there and not empty.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.map.get_mut(key) {
            Some(Value::String(text)) => {
                let text = std::mem::take(text);
                self.map.remove(key);
                Some(text).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// A number, which JSON writes as a text where it may be large.
    pub(crate) fn number(&mut self, key: &str) -> Option<u64> {
        let number = match self.map.get(key) {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.strip_prefix('+').unwrap_or(text).parse().ok(),
            _ => None,
        }?;
        self.map.remove(key);
        Some(number)
    }

    /// Whether a flag is set.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        match self.map.get(key) {
            Some(Value::Bool(flag)) => {
                let flag = *flag;
                self.map.remove(key);
                flag
            }
            _ => false,
        }
    }

    /// One of a choice of words, in the words of a sentence: `missed notification profile`. A number that has no word
    /// here is that number.
    pub(crate) fn word(&mut self, key: &str) -> Option<String> {
        if let Some(number) = self.number(key) {
            return Some(number.to_string());
        }
        Some(self.text(key)?.to_lowercase().replace('_', " "))
    }

    /// A person's service id.
    pub(crate) fn service(&mut self, key: &str) -> Option<Service> {
        let bytes = bytes(self.map.get(key)?.as_str()?)?;
        // A number's id has a byte before it that says so.
        let id = bytes.strip_prefix(&[1]).filter(|rest| rest.len() == 16).unwrap_or(&bytes);
        let id = id.try_into().ok()?;
        self.map.remove(key);
        Some(id)
    }

    /// Bytes, in hexadecimal or in base 64.
    pub(crate) fn bytes(&mut self, key: &str) -> Option<Vec<u8>> {
        let text = self.text(key)?;
        bytes(&text)
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// Leaves fields out that are known and of no use.
    pub(crate) fn ignore(&mut self, keys: &[&str]) {
        keys.iter().for_each(|key| {
            self.map.remove(*key);
        });
    }

    /// What nobody has taken, without what says nothing.
    pub(crate) fn rest(self) -> Map<String, Value> {
        let empty = |value: &Value| match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        self.map.into_iter().filter(|(_, value)| !empty(value)).collect()
    }
}

/// Bytes as they are written: the frames' in hexadecimal (see [`super::wire`]), JSON's in base 64, and ids as people
/// write them, with hyphens.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let bare = match text.len() {
        36 => text.replace('-', ""),
        _ => text.to_owned(),
    };
    let hexadecimal = [32, 34, 64, 128].contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_hexdigit());
    match hexadecimal {
        true => {
            (0..bare.len() / 2).map(|at| u8::from_str_radix(&bare[2 * at..2 * at + 2], 16).ok()).collect()
        }
        false => BASE64_STANDARD.decode(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        let Value::Object(map) = value else { panic!("no object") };
        Fields::new("item", map)
    }

    #[test]
    fn what_is_of_another_kind_stays_and_what_says_nothing_does_not() {
        let mut all =
            fields(json!({"a": 1, "b": "7", "c": {}, "d": "", "e": false, "f": null, "g": [1, {}]}));
        assert_eq!((all.text("a"), all.number("b"), all.flag("a")), (None, Some(7), false));
        assert!(all.each("g").len() == 1 && all.inner("b").is_none());
        assert_eq!(Value::from(all.rest()), json!({"a": 1, "g": [1]}));
    }

    #[test]
    fn an_id_is_the_same_in_every_spelling() {
        let id = [0x5a; 16];
        let hex = "5a".repeat(16);
        let base64 = "WlpaWlpaWlpaWlpaWlpaWg==";
        let hyphens = "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a";
        for text in [&hex[..], base64, hyphens, &format!("01{hex}")] {
            assert_eq!(fields(json!({ "aci": text })).service("aci"), Some(id), "{text}");
        }
        assert_eq!(fields(json!({"aci": "short"})).service("aci"), None);
        assert_eq!(fields(json!({"aci": "é-5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a5"})).service("aci"), None);
    }
}
