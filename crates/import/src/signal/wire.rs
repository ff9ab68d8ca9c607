//! Protobuf's wire format as a tree: what Signal's own JSON export would have of the same frame. Fields that the
//! schema does not have stay in it, under `#` and their number.

use std::fmt::Write;

use prost::encoding::{WireType, decode_key, decode_varint};
use serde_json::{Map, Value};

use super::schema::{Field, Kind, Schema};

/// The most values of one frame: small ones take far more memory decoded than encoded.
const MAX_VALUES: usize = 1 << 19;
/// How deep messages may lie in messages: edits of edits are the only ones that could go on.
const MAX_DEPTH: usize = 24;
/// The most bytes that are kept of a field that the schema does not have: 32 KiB, which is 64 KiB in hexadecimal.
const MAX_UNKNOWN_BYTES: usize = 32 << 10;

/// A message that was decoded.
pub(crate) struct Decoded {
    pub(crate) fields: Map<String, Value>,
    /// Whether some text in it was not UTF-8.
    pub(crate) damaged: bool,
}

/// Decodes a message.
///
/// # Errors
/// The reason, which quotes nothing.
pub(crate) fn decode(schema: &'static Schema, bytes: &[u8]) -> Result<Decoded, &'static str> {
    let mut decoder = Decoder { left: MAX_VALUES, damaged: false };
    let fields = decoder.message(schema, bytes, MAX_DEPTH)?;
    Ok(Decoded { fields, damaged: decoder.damaged })
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes whatever is written");
    }
    text
}

const MALFORMED: &str = "the frame is not protobuf";

struct Decoder {
    left: usize,
    damaged: bool,
}

/// A field's value as the wire has it.
#[derive(Clone, Copy)]
enum Raw<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    Bytes(&'a [u8]),
}

impl Decoder {
    fn message(
        &mut self,
        schema: &'static Schema,
        mut bytes: &[u8],
        depth: usize,
    ) -> Result<Map<String, Value>, &'static str> {
        if depth == 0 {
            return Err("the frame is nested too deep");
        }
        let mut fields = Map::new();
        while !bytes.is_empty() {
            let (number, raw) = next(&mut bytes)?;
            self.left = self.left.checked_sub(1).ok_or("the frame has too many fields")?;
            match schema.field(number) {
                Some(field) => match self.value(field, raw, depth)? {
                    Some(value) => put(&mut fields, field, value),
                    None => keep_unknown(&mut fields, number, raw),
                },
                None => keep_unknown(&mut fields, number, raw),
            }
        }
        Ok(fields)
    }

    /// The value as the field's kind has it; `None` if it is of another kind.
    fn value(&mut self, field: &Field, raw: Raw<'_>, depth: usize) -> Result<Option<Value>, &'static str> {
        Ok(Some(match (field.kind, raw) {
            (Kind::Number, Raw::Varint(number)) => number.into(),
            (Kind::Number, Raw::Bytes(packed)) if field.many => self.packed(packed)?,
            (Kind::Number, Raw::Fixed32(number)) => number.into(),
            (Kind::Flag, Raw::Varint(number)) => (number != 0).into(),
            (Kind::Word(words), Raw::Varint(number)) => {
                let word = usize::try_from(number).ok().and_then(|at| words.get(at));
                word.map_or_else(|| number.into(), |word| Value::from(*word))
            }
            (Kind::Text, Raw::Bytes(bytes)) => {
                let text = String::from_utf8_lossy(bytes);
                self.damaged |= matches!(text, std::borrow::Cow::Owned(_));
                text.into_owned().into()
            }
            (Kind::Bytes, Raw::Bytes(bytes)) => hex(bytes).into(),
            (Kind::Message(schema), Raw::Bytes(bytes)) => self.message(schema, bytes, depth - 1)?.into(),
            (Kind::Ignored, Raw::Bytes(_) | Raw::Varint(_) | Raw::Fixed32(_)) => Value::Null,
            _ => return Ok(None),
        }))
    }

    fn packed(&mut self, mut bytes: &[u8]) -> Result<Value, &'static str> {
        let mut numbers = Vec::new();
        while !bytes.is_empty() {
            self.left = self.left.checked_sub(1).ok_or("the frame has too many fields")?;
            numbers.push(Value::from(decode_varint(&mut bytes).map_err(|_| MALFORMED)?));
        }
        Ok(numbers.into())
    }
}

fn next<'a>(bytes: &mut &'a [u8]) -> Result<(u32, Raw<'a>), &'static str> {
    let (number, kind) = decode_key(bytes).map_err(|_| MALFORMED)?;
    let raw = match kind {
        WireType::Varint => Raw::Varint(decode_varint(bytes).map_err(|_| MALFORMED)?),
        WireType::LengthDelimited => {
            let length = decode_varint(bytes).ok().and_then(|length| usize::try_from(length).ok());
            Raw::Bytes(split(bytes, length.ok_or(MALFORMED)?)?)
        }
        WireType::ThirtyTwoBit => {
            Raw::Fixed32(u32::from_le_bytes(split(bytes, 4)?.try_into().map_err(|_| MALFORMED)?))
        }
        WireType::SixtyFourBit => {
            Raw::Fixed64(u64::from_le_bytes(split(bytes, 8)?.try_into().map_err(|_| MALFORMED)?))
        }
        WireType::StartGroup | WireType::EndGroup => return Err(MALFORMED),
    };
    Ok((number, raw))
}

fn split<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], &'static str> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(MALFORMED)?;
    *bytes = rest;
    Ok(taken)
}

/// Adds a value of a known field: to its list if it is one of many.
fn put(fields: &mut Map<String, Value>, field: &Field, value: Value) {
    if !field.many {
        fields.insert(field.name.to_owned(), value);
        return;
    }
    let list = fields.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        match value {
            Value::Array(values) => list.extend(values),
            value => list.push(value),
        }
    }
}

/// Keeps what the schema does not have as text, several values of a field one after another.
fn keep_unknown(fields: &mut Map<String, Value>, number: u32, raw: Raw<'_>) {
    let text = match raw {
        Raw::Varint(number) => number.to_string(),
        Raw::Fixed32(number) => number.to_string(),
        Raw::Fixed64(number) => number.to_string(),
        Raw::Bytes(bytes) => hex(&bytes[..bytes.len().min(MAX_UNKNOWN_BYTES)]),
    };
    match fields.get_mut(&format!("#{number}")) {
        Some(Value::String(before)) if before.len() < 2 * MAX_UNKNOWN_BYTES => {
            before.push(' ');
            before.push_str(&text);
        }
        Some(_) => {}
        None => {
            fields.insert(format!("#{number}"), text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::schema::FRAME, *};

    fn text(bytes: &[u8]) -> String {
        decode(&FRAME, bytes).map_or_else(str::to_owned, |decoded| Value::from(decoded.fields).to_string())
    }

    #[test]
    fn a_frame_is_what_its_json_would_be() {
        assert_eq!(text(b"\x1a\x04\x08\x07\x10\x09"), r#"{"chat":{"id":7,"recipientId":9}}"#);
        assert_eq!(
            text(b"\x22\x0b\x08\x01\x5a\x07\x12\x05\x0a\x03abc"),
            r#"{"chatItem":{"chatId":1,"standardMessage":{"text":{"body":"abc"}}}}"#
        );
    }

    #[test]
    fn what_the_schema_does_not_have_is_kept_in_hexadecimal() {
        assert_eq!(text(b"\x1a\x06\xfa\x01\x01\xff\x08\x01"), r##"{"chat":{"#31":"ff","id":1}}"##);
        // A known number of another kind: the chat's id as a text.
        assert_eq!(text(b"\x1a\x03\x0a\x01a"), r##"{"chat":{"#1":"61"}}"##);
    }

    #[test]
    fn damage_and_excess_have_reasons() {
        for bytes in
            [&b"\x1a\x05\x08"[..], b"\x1a", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x1b\x00"]
        {
            assert_eq!(text(bytes), MALFORMED);
        }
        let mut deep = Vec::new();
        for _ in 0..60 {
            let mut around = vec![0x32];
            prost::encoding::encode_varint(deep.len() as u64, &mut around);
            around.extend(&deep);
            deep = around;
        }
        let mut frame = vec![0x22];
        prost::encoding::encode_varint(deep.len() as u64, &mut frame);
        frame.extend(&deep);
        assert_eq!(text(&frame), "the frame is nested too deep");
        assert_eq!(text(&b"\x48\x01".repeat(MAX_VALUES + 1)), "the frame has too many fields");
    }
}
