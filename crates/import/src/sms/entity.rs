//! Attribute values: entities are resolved here, because the app writes a character beyond the first plane as the
//! two surrogates of its UTF-16 form, which no XML parser takes.

/// The longest entity that is resolved, with `&` and `;`.
const MAX_ENTITY_BYTES: usize = 12;

/// A value with its entities resolved, and what was wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) fault: Option<&'static str>,
}

enum Entity {
    Char(char),
    High(u16),
    /// Half of a character, without the other half.
    Lone,
    Unknown,
}

const LONE: &str = "half of a character was replaced";
const UNKNOWN: &str = "an entity that is not known was left as it is written";

/// Resolves numeric entities and the five of XML. No other is: what a document declares is not looked at.
pub(crate) fn resolve(raw: &str) -> Value {
    let mut value = Value { text: String::with_capacity(raw.len()), fault: None };
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        value.text.push_str(&rest[..at]);
        rest = value.entity(&rest[at..]);
    }
    value.text.push_str(rest);
    value
}

impl Value {
    /// Takes the entity at the start of `rest`, and gives what is after it.
    fn entity<'a>(&mut self, rest: &'a str) -> &'a str {
        let Some(length) = length(rest) else { return self.unknown(rest, 1) };
        match parse(&rest[1..length - 1]) {
            Entity::Char(char) => self.text.push(char),
            Entity::Unknown => return self.unknown(rest, length),
            Entity::Lone => self.lone(),
            Entity::High(high) => {
                let after = &rest[length..];
                let low = self::length(after).and_then(|end| Some((surrogate(&after[1..end - 1])?, end)));
                match low.map(|(low, end)| (char::decode_utf16([high, low]).next(), end)) {
                    Some((Some(Ok(char)), end)) => {
                        self.text.push(char);
                        return &after[end..];
                    }
                    _ => self.lone(),
                }
            }
        }
        &rest[length..]
    }

    fn lone(&mut self) {
        self.text.push(char::REPLACEMENT_CHARACTER);
        self.fault = Some(LONE);
    }

    fn unknown<'a>(&mut self, rest: &'a str, length: usize) -> &'a str {
        self.fault = Some(UNKNOWN);
        self.text.push_str(&rest[..length]);
        &rest[length..]
    }
}

/// The length of the entity that `text` begins with.
fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = bytes.iter().take(MAX_ENTITY_BYTES).position(|byte| *byte == b';')?;
    (bytes[0] == b'&' && end > 1).then_some(end + 1)
}

fn parse(name: &str) -> Entity {
    match name {
        "amp" => return Entity::Char('&'),
        "lt" => return Entity::Char('<'),
        "gt" => return Entity::Char('>'),
        "quot" => return Entity::Char('"'),
        "apos" => return Entity::Char('\''),
        _ => {}
    }
    match number(name) {
        Some(unit @ 0xd800..0xdc00) => Entity::High(unit as u16),
        Some(0xdc00..0xe000) => Entity::Lone,
        Some(code) => char::from_u32(code).filter(|char| *char != '\0').map_or(Entity::Unknown, Entity::Char),
        None => Entity::Unknown,
    }
}

fn surrogate(name: &str) -> Option<u16> {
    number(name).and_then(|code| u16::try_from(code).ok()).filter(|unit| (0xdc00..0xe000).contains(unit))
}

fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_surrogates_are_one_character() {
        for raw in ["&#55357;&#56832;", "&#xD83D;&#xde00;", "😀", "&#128512;"] {
            assert_eq!(resolve(raw), Value { text: "😀".into(), fault: None }, "{raw}");
        }
    }

    #[test]
    fn half_a_character_is_replaced_and_said() {
        for raw in ["&#55357;", "&#56832;", "&#55357;&#55357;", "&#55357;&amp;"] {
            let value = resolve(raw);
            assert!(value.text.starts_with('\u{fffd}') && value.fault == Some(LONE), "{raw}");
        }
        assert_eq!(resolve("&#55357;&amp;&#10;x").text, "\u{fffd}&\nx");
    }

    #[test]
    fn an_entity_that_is_not_known_stays_as_it_is_written() {
        for raw in [
            "&lol;",
            "&",
            "a & b",
            "&;",
            "&#;",
            "&#0;",
            "&#xfffffff;",
            "&#+65;",
            "&ééééééé;",
            "&#99999999999;",
        ] {
            assert_eq!(resolve(raw), Value { text: raw.into(), fault: Some(UNKNOWN) }, "{raw}");
        }
    }
}
