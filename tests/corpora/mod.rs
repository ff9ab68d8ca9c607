//! Real exports, as the program reads them.

use std::{convert::Infallible, path::PathBuf};

use blackbox_format::message::Message;
use blackbox_import::{Exports, Options};

/// The messages of exports as the program reads them, each with its number as id.
pub fn imported(exports: PathBuf) -> Vec<Message> {
    let options = Options::new(jiff::tz::TimeZone::UTC, "UTC");
    let mut messages = Vec::new();
    let report = Exports::open(&[exports], options).unwrap().read::<Infallible>(&mut |incoming| {
        let source_id = Some(messages.len().to_string());
        messages.push(Message { source_id, ..incoming.message });
        Ok(())
    });
    assert_eq!(report.unwrap().unbalanced(), None);
    messages
}
