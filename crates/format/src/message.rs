//! The message: what an importer yields, a sealer seals and a query shows.

use std::{io, sync::Arc};

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
    /// Further facts that the export states, as name and value (`forwarded`, `reply-to`, ...).
    pub annotations: Vec<(String, String)>,
}

/// Opens the bytes of an attachment, again at every call.
pub trait Content: Send + Sync {
    /// A reader over the whole attachment, from its start.
    fn open(&self) -> io::Result<Box<dyn io::Read + '_>>;
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
}

/// A message with its attachments, as an importer hands it to the sealer.
#[derive(Clone)]
pub struct Incoming {
    /// The message or event.
    pub message: Message,
    /// Its attachments, in the export's order.
    pub media: Vec<Media>,
}

impl Message {
    /// Whether this is a notice (a join, a deletion, a timer change) rather than a message.
    pub fn is_event(&self) -> bool {
        self.event.is_some()
    }
}
