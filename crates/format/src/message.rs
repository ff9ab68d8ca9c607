//! The message: what an importer yields, a sealer seals and a query shows.

use std::{io, sync::Arc};

use serde::{Deserialize, Serialize};

/// One message or event of an export, before it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// When it was sent: Unix time in milliseconds, UTC.
    pub time: i64,
    /// The time as the export writes it.
    pub written_time: String,
    /// The sender as written; empty for an event.
    pub from: String,
    /// Recipients as written. In a group, the other members where the export shows them.
    pub to: Vec<String>,
    /// Name of the conversation as written, if it has one.
    pub chat: Option<String>,
    /// The text; for an event the notice as exported.
    pub text: String,
    /// Platform slug: `whatsapp`, `sms`, ...
    pub platform: String,
    /// The export's own id of the message.
    pub source_id: Option<String>,
    /// Kind of event (`joined`, `deleted`, `disappearing`, ...); `None` for a message.
    pub event: Option<String>,
    /// Further facts that the export states, as name and value; the names are in [`annotation`].
    pub annotations: Vec<(String, String)>,
    /// Other names of the people above: each person as written, and what else they are found by.
    pub names: Vec<Names>,
    /// The parts of the text that quote another message: byte ranges, ascending and apart.
    pub quoted: Vec<Quoted>,
    /// Text of attachments, by their number.
    pub texts: Vec<AttachmentText>,
}

/// Names of annotations that several platforms have. An importer's own facts have names of its own.
pub mod annotation {
    /// The person who caused an event.
    pub const SENDER: &str = "sender";
    /// The source id of the message that this one answers.
    pub const REPLY_TO: &str = "reply-to";
    /// The text that is quoted of the message that this one answers, where the export has no id of it.
    pub const REPLY_TEXT: &str = "reply-text";
    /// From whom, or from where, the message was forwarded; empty if the export does not say.
    pub const FORWARDED: &str = "forwarded";
    /// When the message was last edited, as the export writes it; empty if it does not say.
    pub const EDITED: &str = "edited";
    /// An earlier text of an edited message: oldest first, one annotation each.
    pub const PREVIOUS_TEXT: &str = "previous-text";
    /// A reaction: the emoji, a blank, and who gave it.
    pub const REACTION: &str = "reaction";
    /// A deletion of a message whose text is still there: when, or by whom.
    pub const DELETED: &str = "deleted";
    /// Seconds after which a message was to disappear.
    pub const DISAPPEARING: &str = "disappearing-seconds";
    /// Where a location message points to: latitude, a comma, longitude.
    pub const LOCATION: &str = "location";
    /// A label or folder that a mailbox files the message under.
    pub const LABEL: &str = "label";
    /// Subject of a mail, as written.
    pub const SUBJECT: &str = "subject";
    /// Bytes that were not UTF-8, or not in the charset that was stated.
    pub const ENCODING: &str = "encoding";
    /// What the importer does not understand, as the export writes it, is kept under this name, a colon and its key.
    pub const RAW: &str = "raw";
}

/// A person as a message writes them, and what else they are found by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The sender or a recipient, as written.
    pub written: String,
    /// Further names, numbers, addresses and handles, the full name first: at most [`MAX_NAMES`].
    pub also: Vec<String>,
}

/// The most further names of one person.
pub const MAX_NAMES: usize = 8;

/// A range of bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Its first byte.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
}

/// The text of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentText {
    /// Number of the attachment in its message, from 0.
    pub attachment: u64,
    /// Where it is from: `document`, `transcript` (a file beside it), or `machine: ` and the name of the program that
    /// made it out of a picture or a recording.
    pub origin: String,
    /// The text.
    pub text: String,
}

/// Opens the bytes of an attachment, again at every call.
pub trait Content: Send + Sync {
    /// A reader over the whole attachment, from its start.
    fn open(&self) -> io::Result<Box<dyn io::Read + '_>>;

    /// How many bytes of memory it holds.
    fn held_bytes(&self) -> usize {
        0
    }
}

/// An attachment of an incoming message.
#[derive(Clone)]
pub struct Media {
    /// File name as the export writes it; empty if it gives none.
    pub name: String,
    /// Media type, lower case, such as `image/jpeg`.
    pub media_type: String,
    /// Its bytes; `None` where the export mentions but does not hold them.
    pub content: Option<Arc<dyn Content>>,
    /// A transcript that the export holds beside it: its file name and bytes.
    pub transcript: Option<(String, Arc<dyn Content>)>,
}

impl Media {
    /// An attachment whose bytes are not there.
    pub fn new(name: impl Into<String>, media_type: impl Into<String>) -> Media {
        Media { name: name.into(), media_type: media_type.into(), content: None, transcript: None }
    }
}

/// A message with its attachments, as an importer hands it to the sealer.
#[derive(Clone)]
pub struct Incoming {
    /// The message or event.
    pub message: Message,
    /// Its attachments, in the export's order.
    pub media: Vec<Media>,
}

impl Incoming {
    /// About how many bytes of memory it takes, its attachments' included.
    pub fn weight_bytes(&self) -> usize {
        let held = |content: &Arc<dyn Content>| content.held_bytes();
        let media = self.media.iter().map(|media| 100 + media.content.as_ref().map_or(0, held));
        self.message.weight_bytes() + media.sum::<usize>()
    }
}

impl Message {
    /// About how many bytes of memory it takes.
    pub fn weight_bytes(&self) -> usize {
        let facts = self.annotations.iter().map(|(name, value)| 48 + name.len() + value.len());
        let texts = self.texts.iter().map(|text| 60 + text.text.len());
        let names =
            self.names.iter().map(|names| 48 + names.also.iter().map(|name| 24 + name.len()).sum::<usize>());
        let to = self.to.iter().map(|name| 24 + name.len());
        200 + self.text.len() + facts.chain(texts).chain(names).chain(to).sum::<usize>()
    }

    /// Whether this is a notice (a join, a deletion, a timer change) rather than a message.
    pub fn is_event(&self) -> bool {
        self.event.is_some()
    }
}
