//! Meta's exports write each byte of a text's UTF-8 as a character of its own: `Ã©` for `é`.

use serde_json::Value;

/// Repairs every text in `value`. Its keys are ASCII in all exports that are known.
pub(super) fn repair(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(repaired) = repaired(text) {
                *text = repaired;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(repair),
        Value::Object(map) => map.values_mut().for_each(repair),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text whose UTF-8 bytes are the characters of `text`; `None` if they are no UTF-8, or nothing else than ASCII.
pub(super) fn repaired(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_that_were_taken_for_characters_are_put_together() {
        assert_eq!(repaired("caf\u{c3}\u{a9} \u{f0}\u{9f}\u{98}\u{80}").as_deref(), Some("café 😀"));
        let mut value = json!({"a": ["\u{c3}\u{a4}", 1, {"b": "\u{c3}\u{b6}"}], "c": "x"});
        repair(&mut value);
        assert_eq!(value, json!({"a": ["ä", 1, {"b": "ö"}], "c": "x"}));
    }

    #[test]
    fn what_is_no_utf8_and_what_is_right_already_stay() {
        for text in ["café", "\u{c3}", "😀 \u{c3}\u{a9}", "plain", "\u{c3}\u{a9} é"] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }
}
