//! Apple's typedstream (`NSArchiver`), in which `attributedBody` holds a text with its attributes.
//!
//! A stream is a header, then groups of values. A group begins with its types, one letter each; what a type letter
//! needs follows. Types and class names are strings that stand in the stream once and are referred to by number
//! afterwards; so are classes, objects and C strings, in a numbering of their own. An object is its class, then groups
//! up to an end mark.

/// A text and what its attributes say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributed {
    /// The text, with U+FFFC where an attachment stands.
    pub(super) text: String,
    /// Attributes of parts of the text, as name and value, each once; those whose value is no text or number are
    /// without one.
    pub(super) attributes: Vec<(String, String)>,
    /// Whether everything was understood up to the end.
    pub(super) whole: bool,
}

const HEADER: &[u8] = b"\x04\x0bstreamtyped";
const TWO_BYTES: u8 = 0x81;
const FOUR_BYTES: u8 = 0x82;
const FLOATING: u8 = 0x83;
const NEW: u8 = 0x84;
const NIL: u8 = 0x85;
const END: u8 = 0x86;
/// The number that refers to the first string or object.
const FIRST_REFERENCE: i64 = -110;
/// Objects may lie this deep in one another.
const MAX_DEPTH: usize = 64;
/// The most values of a stream, and the longest list of types: a stream of an honest message has some hundreds.
const MAX_VALUES: usize = 200_000;
const MAX_TYPES_BYTES: usize = 256;
const MAX_ATTRIBUTES: usize = 64;

/// Reads the text of a stream; `None` if it has none.
pub(super) fn decode(bytes: &[u8]) -> Option<Attributed> {
    let mut stream = Stream { bytes, at: 0, strings: Vec::new(), things: Vec::new(), values: 0 };
    let whole = stream.read().is_some();
    // Where the stream is damaged, the string may not have come to its place.
    let text = stream
        .text_of(0)
        .or_else(|| stream.text_of(stream.object_in(0)?))
        .or_else(|| (0..stream.things.len()).find_map(|number| stream.text_of(number)))?;
    Some(Attributed { text, attributes: stream.attributes(), whole })
}

struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
    strings: Vec<&'a [u8]>,
    things: Vec<Thing<'a>>,
    values: usize,
}

/// What has a number.
enum Thing<'a> {
    Class,
    Object(Vec<Value<'a>>),
    Text,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Nil,
    Whole(i64),
    Real(f64),
    Bytes(&'a [u8]),
    Thing(usize),
}

impl<'a> Stream<'a> {
    fn read(&mut self) -> Option<()> {
        self.take(HEADER.len()).filter(|header| *header == HEADER)?;
        self.integer()?;
        self.group(None, 0)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn integer(&mut self) -> Option<i64> {
        let head = self.byte()?;
        self.integer_after(head)
    }

    fn integer_after(&mut self, head: u8) -> Option<i64> {
        match head {
            TWO_BYTES => Some(i16::from_le_bytes(self.array()?).into()),
            FOUR_BYTES => Some(i32::from_le_bytes(self.array()?).into()),
            0x83..=0x91 => None,
            head => Some(i64::from(head.cast_signed())),
        }
    }

    fn length(&mut self) -> Option<usize> {
        match self.byte()? {
            TWO_BYTES => Some(u16::from_le_bytes(self.array()?).into()),
            FOUR_BYTES => u32::from_le_bytes(self.array()?).try_into().ok(),
            0x83..=0x91 => None,
            head => Some(head.into()),
        }
    }

    fn run(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// Keeps what is there of a text that should be longer than the stream, and gives up.
    fn salvage(&mut self, owner: Option<usize>) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let end = str::from_utf8(rest).map_or_else(|error| error.valid_up_to(), str::len);
        if end > 0 {
            self.keep(owner, Value::Bytes(&rest[..end]))?;
        }
        None
    }

    fn reference(&mut self, head: u8) -> Option<usize> {
        usize::try_from(self.integer_after(head)?.checked_sub(FIRST_REFERENCE)?).ok()
    }

    /// A string that stands here, or was met before.
    fn string(&mut self) -> Option<&'a [u8]> {
        match self.byte()? {
            NIL => Some(b""),
            NEW => {
                let string = self.run()?;
                self.strings.push(string);
                Some(string)
            }
            head => {
                let number = self.reference(head)?;
                self.strings.get(number).copied()
            }
        }
    }

    /// Reads one group of values into an object.
    fn group(&mut self, owner: Option<usize>, depth: usize) -> Option<()> {
        let types = self.string()?;
        if types.is_empty() || types.len() > MAX_TYPES_BYTES {
            return None;
        }
        let mut rest = types;
        while let Some((kind, after)) = rest.split_first() {
            rest = after;
            let value = match kind {
                b'{' => {
                    let name = rest.iter().position(|byte| *byte == b'=')?;
                    rest = &rest[name + 1..];
                    continue;
                }
                b'}' => continue,
                b'[' => {
                    let end = rest.iter().position(|byte| *byte == b']')?;
                    let value = self.elements(&rest[..end])?;
                    rest = &rest[end + 1..];
                    value
                }
                b'+' => match self.run() {
                    Some(run) => Value::Bytes(run),
                    None => return self.salvage(owner),
                },
                kind => self.value(*kind, depth)?,
            };
            self.keep(owner, value)?;
        }
        Some(())
    }

    fn keep(&mut self, owner: Option<usize>, value: Value<'a>) -> Option<()> {
        self.values += 1;
        if let Some(Thing::Object(values)) = owner.and_then(|owner| self.things.get_mut(owner)) {
            values.push(value);
        }
        (self.values < MAX_VALUES).then_some(())
    }

    /// An array of bytes, of which the types say the number: `582c`.
    fn elements(&mut self, types: &[u8]) -> Option<Value<'a>> {
        let digits = types.strip_suffix(b"c").or_else(|| types.strip_suffix(b"C"))?;
        let count = str::from_utf8(digits).ok()?.parse().ok()?;
        self.take(count).map(Value::Bytes)
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Value<'a>> {
        Some(match kind {
            b'@' => self.object(depth)?,
            b'#' => self.class()?.map_or(Value::Nil, Value::Thing),
            b'*' => self.c_string()?,
            b'%' | b':' => Value::Bytes(self.string()?),
            b'c' | b'C' => Value::Whole(self.byte()?.into()),
            b's' | b'S' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'B' => Value::Whole(self.integer()?),
            b'f' | b'd' => self.floating(kind)?,
            _ => return None,
        })
    }

    fn floating(&mut self, kind: u8) -> Option<Value<'a>> {
        Some(Value::Real(match self.byte()? {
            FLOATING if kind == b'f' => f32::from_le_bytes(self.array()?).into(),
            FLOATING => f64::from_le_bytes(self.array()?),
            head => self.integer_after(head)? as f64,
        }))
    }

    fn c_string(&mut self) -> Option<Value<'a>> {
        let number = match self.byte()? {
            NIL => return Some(Value::Nil),
            NEW => {
                self.things.push(Thing::Text);
                self.string()?;
                self.things.len() - 1
            }
            head => self.reference(head).filter(|number| *number < self.things.len())?,
        };
        Some(Value::Thing(number))
    }

    fn object(&mut self, depth: usize) -> Option<Value<'a>> {
        match self.byte()? {
            NIL => Some(Value::Nil),
            NEW if depth < MAX_DEPTH => {
                self.things.push(Thing::Object(Vec::new()));
                let number = self.things.len() - 1;
                self.class()?;
                while *self.bytes.get(self.at)? != END {
                    self.group(Some(number), depth + 1)?;
                }
                self.at += 1;
                Some(Value::Thing(number))
            }
            NEW => None,
            head => self.reference(head).filter(|number| *number < self.things.len()).map(Value::Thing),
        }
    }

    /// A class and those that it inherits from; the number of the class.
    fn class(&mut self) -> Option<Option<usize>> {
        let mut first = None;
        loop {
            let number = match self.byte()? {
                NIL => return Some(first),
                NEW => {
                    self.string()?;
                    self.integer()?;
                    self.things.push(Thing::Class);
                    first.get_or_insert(self.things.len() - 1);
                    continue;
                }
                head => self.reference(head)?,
            };
            let Thing::Class = self.things.get(number)? else { return None };
            return Some(Some(*first.get_or_insert(number)));
        }
    }

    fn values_of(&self, number: usize) -> &[Value<'a>] {
        match self.things.get(number) {
            Some(Thing::Object(values)) => values,
            _ => &[],
        }
    }

    /// The first object that an object holds.
    fn object_in(&self, number: usize) -> Option<usize> {
        self.values_of(number).iter().find_map(|value| match value {
            Value::Thing(number) => Some(*number),
            _ => None,
        })
    }

    /// The text of a string object.
    fn text_of(&self, number: usize) -> Option<String> {
        match self.values_of(number).first() {
            Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// What a value of an attribute says, where that is a text, an address or a number.
    fn said(&self, value: Value<'a>) -> Option<String> {
        let Value::Thing(number) = value else { return None };
        if let Some(text) = self.text_of(number) {
            return Some(text);
        }
        match self.values_of(number) {
            [Value::Whole(_), inner @ Value::Thing(_)] => self.said_once(*inner),
            [Value::Thing(_), Value::Whole(whole)] => Some(whole.to_string()),
            [Value::Thing(_), Value::Real(real)] => Some(real.to_string()),
            _ => None,
        }
    }

    fn said_once(&self, value: Value<'a>) -> Option<String> {
        let Value::Thing(number) = value else { return None };
        self.text_of(number)
    }

    /// The entries of the dictionaries that stand after the runs of the text.
    fn attributes(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for value in self.values_of(0).iter().skip(1) {
            let Value::Thing(dictionary) = value else { continue };
            for pair in self.values_of(*dictionary).get(1..).unwrap_or_default().chunks_exact(2) {
                let Some(key) = self.said_once(pair[0]) else { continue };
                let entry = (key, self.said(pair[1]).unwrap_or_default());
                if found.len() < MAX_ATTRIBUTES && !found.contains(&entry) {
                    found.push(entry);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of a text without attributes.
    fn plain(text: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85\
            \x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+"
            .to_vec();
        match u16::try_from(text.len()) {
            Ok(length) if length < 0x80 => bytes.push(text.len() as u8),
            Ok(length) => {
                bytes.push(TWO_BYTES);
                bytes.extend(length.to_le_bytes());
            }
            Err(_) => {
                bytes.push(FOUR_BYTES);
                bytes.extend((text.len() as u32).to_le_bytes());
            }
        }
        bytes.extend(text);
        bytes.extend(b"\x86\x86");
        bytes
    }

    #[test]
    fn a_text_of_any_length_is_read() {
        for length in [0, 1, 127, 128, 40_000, 65_535, 65_536, 1_000_000] {
            let text = "x".repeat(length);
            let found = decode(&plain(text.as_bytes())).unwrap();
            assert!(found.whole && found.text == text, "{length}");
        }
    }

    #[test]
    fn a_stream_that_ends_early_gives_what_is_there_of_its_text() {
        let text = "Grüße aus Köln 🎉";
        let bytes = plain(text.as_bytes());
        let start = bytes.len() - 2 - text.len();
        for end in 0..bytes.len() {
            let found = decode(&bytes[..end]);
            assert_eq!(found.is_some(), end > start, "{end}");
            let Some(found) = found else { continue };
            let there = text.floor_char_boundary((end - start).min(text.len()));
            assert_eq!((&found.text[..], found.whole), (&text[..there], false));
        }
    }

    #[test]
    fn what_is_no_stream_has_no_text() {
        assert_eq!(decode(b""), None);
        assert_eq!(decode(b"bplist00"), None);
        assert_eq!(decode(&[HEADER, b"\x81\xe8\x03\x85"].concat()), None);
    }

    #[test]
    fn objects_nested_without_end_are_not_followed() {
        let mut bytes = [HEADER, b"\x81\xe8\x03\x84\x01@"].concat();
        bytes.extend(b"\x84\x85\x92".repeat(100_000));
        assert_eq!(decode(&bytes), None);
    }

    #[test]
    fn a_list_of_types_that_takes_no_bytes_does_not_repeat_for_ever() {
        let types = "[0c]".repeat(60);
        let mut bytes = [HEADER, b"\x81\xe8\x03\x84\x01@\x84\x85\x84\x81"].concat();
        bytes.extend((types.len() as u16).to_le_bytes());
        bytes.extend(types.as_bytes());
        bytes.extend(b"\x93".repeat(2_000_000));
        assert!(decode(&bytes).is_none_or(|found| !found.whole));
    }
}
