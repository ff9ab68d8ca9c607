//! The archive's files are scripts: JSON behind the name of a variable.

use std::io::{self, Cursor, Read};

/// More stands before no list.
const MAX_PREFIX_BYTES: usize = 256;

/// The name of the variable that a script sets, and the JSON behind it.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (variable, json) = text.split_once('=')?;
    let name = variable.trim().strip_prefix("window.YTD.")?;
    let (name, part) = name.rsplit_once(".part")?;
    let is_part = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_part.then_some((name, json))
}

/// Whether the variable is one of direct messages; archives of before 2020 leave out the `s`.
pub(super) fn is_messages(name: &str) -> bool {
    matches!(name, "direct_messages" | "direct_messages_group" | "direct_message" | "direct_message_group")
}

/// The JSON of a script, or of a file that has no variable before it.
pub(super) fn json(mut reader: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut start = Vec::new();
    reader.by_ref().take(MAX_PREFIX_BYTES as u64).read_to_end(&mut start)?;
    let list = start.iter().position(|byte| matches!(byte, b'[' | b'{')).unwrap_or(0);
    Ok(Box::new(Cursor::new(start.split_off(list)).chain(reader)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_a_variable_and_json() {
        let split = split("window.YTD.direct_messages_group.part12 = [ {").unwrap();
        assert_eq!(split, ("direct_messages_group", " [ {"));
        for other in
            ["window.YTD.direct_messages = []", "var a = []", "[{\"a\": \"=\"}]", "window.YTD.a.partx = []"]
        {
            assert_eq!(super::split(other), None, "{other}");
        }
        assert!(is_messages("direct_message") && !is_messages("direct_message_headers"));
    }

    #[test]
    fn the_json_begins_at_its_first_bracket() {
        for text in ["window.YTD.direct_messages.part0 = [1]", "[1]", "\n [1]"] {
            let mut found = String::new();
            json(Box::new(Cursor::new(text.as_bytes()))).unwrap().read_to_string(&mut found).unwrap();
            assert_eq!(found, "[1]");
        }
    }
}
