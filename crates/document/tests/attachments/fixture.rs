//! Documents made for tests.

use std::io::{Cursor, Read, Write};

use blackbox_document::{Outcome, Reader, Reason, Text};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a reader makes of bytes without a name or type.
pub fn read(reader: &Reader, bytes: &[u8]) -> Outcome {
    reader.read("", "", &|| Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read>))
}

pub fn text(bytes: &[u8]) -> Text {
    match read(&Reader::new(), bytes) {
        Outcome::Text(text) => text,
        Outcome::Unsearchable(reason) => panic!("{reason}"),
    }
}

pub fn reason(bytes: &[u8]) -> Reason {
    match read(&Reader::new(), bytes) {
        Outcome::Text(text) => panic!("text: {}", text.text),
        Outcome::Unsearchable(reason) => reason,
    }
}

/// A zip of these parts, in this order.
pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(content.as_bytes()).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}
