//! What the tests share: importing, and packing zips and gzips.

// Each test program uses a part of it, and a test fails by panicking.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    convert::Infallible,
    io::{Cursor, Write},
    path::Path,
};

use blackbox_format::message::Incoming;
use blackbox_import::{Exports, Options, Report};
use jiff::tz::TimeZone;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub fn options(owner: Option<&str>) -> Options {
    let name = "Europe/London";
    let owner = owner.map(str::to_owned);
    Options { owner, ..Options::new(TimeZone::get(name).unwrap(), name) }
}

pub fn open(path: &Path) -> Exports {
    Exports::open(&[path.to_owned()], options(None)).unwrap()
}

pub fn read(exports: &Exports) -> (Vec<Incoming>, Report) {
    let mut all = Vec::new();
    let report = exports.read::<Infallible>(&mut |incoming| {
        all.push(incoming);
        Ok(())
    });
    let report = report.unwrap();
    assert_eq!(report.unbalanced(), None, "not every item is accounted for");
    assert!(report.has_all_files(), "{:?}", report.files);
    (all, report)
}

pub fn import(path: &Path) -> (Vec<Incoming>, Report) {
    read(&open(path))
}

/// What was skipped, with the part of the source after `folder`.
pub fn skipped(report: &Report, folder: &Path) -> Vec<(String, Option<u64>, String)> {
    let prefix = format!("{}/", folder.display());
    let short = |source: &str| source.strip_prefix(&prefix).unwrap_or(source).to_owned();
    report.skipped.iter().map(|one| (short(&one.source), one.line, one.reason.clone())).collect()
}

pub fn texts(all: &[Incoming]) -> Vec<&str> {
    all.iter().map(|one| &one.message.text[..]).collect()
}

pub fn content(incoming: &Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    incoming.media[0].content.as_ref().unwrap().open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

pub fn zip(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn deflated(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip(CompressionMethod::Deflated, members)
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
