//! A message while it is put together: what is understood goes into its places, what is not is kept beside it.

use blackbox_format::message::{Media, Message, annotation};
use serde_json::{Map, Value};

use super::fields::Fields;

/// A field that is not understood is kept up to 64 KiB.
const MAX_RAW_BYTES: usize = 64 << 10;
/// More fields than this that are not understood, in one place, are kept as one.
const MAX_RAW_FIELDS: usize = 32;

/// A message that is being put together.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) message: Message,
    pub(crate) media: Vec<Attached>,
    /// The names of what was not understood.
    pub(crate) unknown: Vec<String>,
}

/// An attachment and where its bytes may lie.
pub(crate) struct Attached {
    pub(crate) media: Media,
    /// Paths from the export's folder, the likeliest first.
    pub(crate) paths: Vec<String>,
    pub(crate) role: Role,
}

/// What an attachment is to its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Attachment,
    /// The whole of a text of which the message has only the beginning.
    LongText,
}

impl Draft {
    /// A draft with the platform's name.
    pub(crate) fn new() -> Draft {
        let message = Message { platform: super::PLATFORM.to_owned(), ..Message::default() };
        Draft { message, ..Draft::default() }
    }

    /// Adds an annotation.
    pub(crate) fn annotate(&mut self, name: &str, value: impl Into<String>) {
        self.message.annotations.push((name.to_owned(), value.into()));
    }

    /// Adds an annotation if there is something to say.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.annotate(name, value.to_string());
        }
    }

    /// Makes it an event, with the notice's text and who caused it.
    pub(crate) fn event(&mut self, kind: &str, text: impl Into<String>) {
        self.message.event = Some(kind.to_owned());
        self.message.text = text.into();
    }

    /// Keeps what nobody has taken of a message of a frame.
    pub(crate) fn keep(&mut self, fields: Fields) {
        let name = fields.name;
        self.keep_map(name, fields.rest());
    }

    /// Keeps what nobody has taken of an object called `name`.
    pub(crate) fn keep_map(&mut self, name: &str, map: Map<String, Value>) {
        let within = |key: &str| match name.is_empty() {
            true => key.to_owned(),
            false => format!("{name}.{key}"),
        };
        if map.len() > MAX_RAW_FIELDS {
            return self.raw(within("*"), &Value::Object(map));
        }
        for (key, value) in &map {
            self.raw(within(key), value);
        }
    }

    fn raw(&mut self, key: String, value: &Value) {
        let mut text = value.to_string();
        text.truncate(text.floor_char_boundary(MAX_RAW_BYTES));
        let key: String = key.chars().take(200).collect();
        self.annotate(&format!("{}:{key}", annotation::RAW), text);
        self.unknown.push(key);
    }
}
