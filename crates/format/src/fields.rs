//! Documents as readable text: a first line that names version and kind, then `name: value` lines.
//!
//! Every signed document of an archive has this shape (spec/README.md, "Documents"). Reading is
//! strict: unknown, missing, doubled or out-of-order fields are errors, so a text has one meaning
//! and one writing.

use std::{fmt::Display, str::FromStr};

use crate::VERSION;

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// The first line is not `blackbox/v1 KIND`.
    #[error("this is not a \"{VERSION} {0}\" document")]
    Kind(String),
    /// A line is not `name: value`, or the last line lacks its end.
    #[error("line {0} is not \"name: value\"")]
    Line(usize),
    /// The field expected here is not there.
    #[error("line {line}: field \"{name}\" is missing")]
    Missing {
        /// Line, counted from 1.
        line: usize,
        /// The field expected.
        name: String,
    },
    /// The field's value could not be read.
    #[error("line {line}: field \"{name}\": {reason}")]
    Value {
        /// Line, counted from 1.
        line: usize,
        /// The field.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A field stands where the document should end.
    #[error("line {0} is not expected in this document")]
    Surplus(usize),
    /// A value to be written holds a control character.
    #[error("field \"{0}\" holds a line break or another control character")]
    Control(String),
}

/// Writes a document.
#[derive(Debug, Clone)]
pub struct Writer {
    text: String,
    fault: Option<FieldsError>,
}

impl Writer {
    /// Begins a document of `kind`.
    pub fn new(kind: &str) -> Writer {
        Writer { text: format!("{VERSION} {kind}\n"), fault: None }
    }

    /// Adds a field.
    pub fn field(&mut self, name: &str, value: impl Display) -> &mut Writer {
        let value = value.to_string();
        if value.chars().any(char::is_control) || value != value.trim() {
            self.fault.get_or_insert(FieldsError::Control(name.to_owned()));
        }
        self.text.push_str(&format!("{name}: {value}\n"));
        self
    }

    /// Adds a field a value.
    pub fn fields<T: Display>(&mut self, name: &str, values: impl IntoIterator<Item = T>) -> &mut Writer {
        for value in values {
            self.field(name, value);
        }
        self
    }

    /// The finished text.
    ///
    /// # Errors
    /// A value held a control character, or blanks at an end.
    pub fn finish(&mut self) -> Result<String, FieldsError> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(std::mem::take(&mut self.text)),
        }
    }
}

/// Reads a document, field by field, in the order in which they are written.
#[derive(Debug)]
pub struct Reader<'a> {
    lines: Vec<(&'a str, &'a str)>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Begins to read `text` as a document of `kind`.
    ///
    /// # Errors
    /// The text is of another kind, or a line is not `name: value`.
    pub fn new(text: &'a str, kind: &str) -> Result<Reader<'a>, FieldsError> {
        let wrong_kind = || FieldsError::Kind(kind.to_owned());
        let body = text.strip_prefix(&format!("{VERSION} {kind}\n")).ok_or_else(wrong_kind)?;
        if !body.is_empty() && !body.ends_with('\n') {
            return Err(FieldsError::Line(text.lines().count()));
        }
        let lines = body.split_terminator('\n').enumerate().map(|(number, line)| {
            let pair = line.split_once(": ");
            pair.filter(|(_, value)| !value.chars().any(char::is_control) && *value == value.trim())
                .ok_or(FieldsError::Line(number + 2))
        });
        Ok(Reader { lines: lines.collect::<Result<_, _>>()?, at: 0 })
    }

    /// The next field, which must be `name`.
    ///
    /// # Errors
    /// It is another field, or there is none.
    pub fn text(&mut self, name: &str) -> Result<&'a str, FieldsError> {
        let next = self.next_if(name);
        next.ok_or_else(|| FieldsError::Missing { line: self.at + 2, name: name.to_owned() })
    }

    /// The next field, which must be `name`, read as a `T` in its one writing.
    ///
    /// # Errors
    /// It is another field, or its value is no `T`, or not written as a `T` is.
    pub fn value<T>(&mut self, name: &str) -> Result<T, FieldsError>
    where
        T: FromStr + Display,
        T::Err: Display,
    {
        let text = self.text(name)?;
        self.parse(name, text)
    }

    /// The next field if it is `name`, read as a `T`: a field that may be missing.
    ///
    /// # Errors
    /// Its value is no `T`, or not written as a `T` is.
    pub fn value_if<T>(&mut self, name: &str) -> Result<Option<T>, FieldsError>
    where
        T: FromStr + Display,
        T::Err: Display,
    {
        let text = self.next_if(name);
        text.map(|text| self.parse(name, text)).transpose()
    }

    /// All following fields called `name`, each read as a `T`.
    ///
    /// # Errors
    /// A value is no `T`, or not written as a `T` is.
    pub fn values<T>(&mut self, name: &str) -> Result<Vec<T>, FieldsError>
    where
        T: FromStr + Display,
        T::Err: Display,
    {
        let mut values = Vec::new();
        while let Some(text) = self.next_if(name) {
            values.push(self.parse(name, text)?);
        }
        Ok(values)
    }

    /// Ends reading.
    ///
    /// # Errors
    /// Fields are left.
    pub fn finish(self) -> Result<(), FieldsError> {
        match self.at == self.lines.len() {
            true => Ok(()),
            false => Err(FieldsError::Surplus(self.at + 2)),
        }
    }

    fn next_if(&mut self, name: &str) -> Option<&'a str> {
        let (_, value) = self.lines.get(self.at).filter(|(found, _)| *found == name)?;
        self.at += 1;
        Some(value)
    }

    fn parse<T>(&self, name: &str, text: &str) -> Result<T, FieldsError>
    where
        T: FromStr + Display,
        T::Err: Display,
    {
        let wrong = |reason| FieldsError::Value { line: self.at + 1, name: name.to_owned(), reason };
        let value: T = text.parse().map_err(|error: T::Err| wrong(error.to_string()))?;
        match value.to_string() == text {
            true => Ok(value),
            false => Err(wrong("it is not in its one proper writing".to_owned())),
        }
    }
}

/// Bytes of a fixed size, written as lower-case hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Display for Hex<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The text is not lower-case hex of the right length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not hex of {0} bytes")]
pub struct HexError(usize);

impl<const N: usize> FromStr for Hex<N> {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Hex<N>, HexError> {
        let mut bytes = [0; N];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => Ok(Hex(bytes)),
            _ => Err(HexError(N)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_back_and_nothing_else_does() {
        let text =
            Writer::new("note").field("a", 1).fields("b", ["x", "y z"]).field("c", "").finish().unwrap();
        let mut reader = Reader::new(&text, "note").unwrap();
        assert_eq!(reader.value_if::<u32>("b"), Ok(None));
        assert_eq!(reader.value_if::<u32>("a"), Ok(Some(1)));
        assert_eq!(reader.values::<String>("b").unwrap(), ["x", "y z"]);
        assert_eq!(reader.text("c"), Ok(""));
        reader.finish().unwrap();

        assert!("0A".parse::<Hex<1>>().is_err() && "0a".parse::<Hex<1>>().is_ok());
        assert!(Reader::new("blackbox/v1 note\na:\n", "note").is_err(), "an empty value has its blank");
        assert!(Reader::new(&text, "other").is_err());
        assert!(Reader::new(&text[..text.len() - 1], "note").is_err());
        let mut reader = Reader::new("blackbox/v1 note\na: 01\n", "note").unwrap();
        assert!(matches!(reader.value::<u32>("a"), Err(FieldsError::Value { line: 2, .. })));
        let reader = Reader::new("blackbox/v1 note\na: 1\n", "note").unwrap();
        assert_eq!(reader.finish(), Err(FieldsError::Surplus(2)));
    }

    #[test]
    fn a_value_cannot_smuggle_in_a_line() {
        assert!(Writer::new("note").field("a", "x\nb: y").finish().is_err());
    }
}
