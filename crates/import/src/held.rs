//! Attachments whose bytes stand in an export encoded, among others: they are held decoded, in memory.

use std::{
    io::{self, Cursor, Read},
    sync::Arc,
};

use blackbox_format::message::Content;

/// Bytes in memory.
pub(crate) struct Held(Vec<u8>);

impl Held {
    /// `bytes` as the content of an attachment.
    pub(crate) fn content(bytes: Vec<u8>) -> Arc<dyn Content> {
        Arc::new(Held(bytes))
    }
}

impl Content for Held {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Cursor::new(&self.0)))
    }

    fn held_bytes(&self) -> usize {
        self.0.len()
    }
}
