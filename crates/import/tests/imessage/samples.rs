//! Pieces of real databases, in the folder that BLACKBOX_CORPORA names: put into a database, they are read; alone they
//! are no exports.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::ToSql;

use crate::{
    common::import,
    fixture::{Db, noted},
};

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder.map(|folder| folder.join("dev/imessage/imessage-exporter"))
}

fn pieces(folder: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder.join("imessage-database/test_data").join(name);
    let mut all: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    all.sort();
    assert!(!all.is_empty(), "{}", folder.display());
    all
}

/// The first string of a stream, as it lies there.
fn first_string(bytes: &[u8]) -> String {
    let start = bytes.windows(3).position(|three| three == b"\x84\x01+").unwrap() + 3;
    let (length, start) = match bytes[start] {
        0x81 => (usize::from(u16::from_le_bytes([bytes[start + 1], bytes[start + 2]])), start + 3),
        length => (usize::from(length), start + 1),
    };
    match bytes.get(start..start + length) {
        Some(text) => String::from_utf8(text.to_vec()).unwrap(),
        // One of them says that its text is longer than it is.
        None => {
            let end = bytes[start..].windows(2).position(|two| two == b"\x86\x84").unwrap();
            String::from_utf8(bytes[start..start + end].to_vec()).unwrap()
        }
    }
}

#[test]
fn every_typedstream_gives_its_text() {
    let Some(folder) = samples() else { return };
    let pieces = pieces(&folder, "streamtyped");
    assert_eq!(pieces.len(), 7);
    for (name, bytes) in pieces {
        let db = Db::new();
        db.add("G-1", &[("attributedBody", &bytes)]);
        let (all, report) = db.import();
        let lines: Vec<String> = first_string(&bytes)
            .split('\u{fffc}')
            .filter(|part| !part.trim().is_empty())
            .map(str::to_owned)
            .collect();
        assert_eq!(all[0].message.text, lines.join("\n"), "{name}");
        let damaged = if name == "ExtraData" { vec![("attributedBody".to_owned(), 1)] } else { Vec::new() };
        assert_eq!(report.sources[0].not_understood, damaged.into_iter().collect(), "{name}");
    }
}

#[test]
fn every_history_gives_its_earlier_texts() {
    let Some(folder) = samples() else { return };
    let expected = [
        ("Deleted.plist", 0),
        ("Edited.plist", 3),
        ("EditedToLink.plist", 1),
        ("EditedToLinkAndBack.plist", 2),
    ];
    let pieces = pieces(&folder, "edited_message");
    assert_eq!(pieces.len(), expected.len());
    for ((name, bytes), (file, previous)) in pieces.iter().zip(expected) {
        assert_eq!(name, file);
        let db = Db::new();
        db.add("G-1", &[("message_summary_info", bytes)]);
        let (all, report) = db.import();
        let message = &all[0].message;
        assert_eq!(noted(message, "previous-text").len(), previous, "{name}");
        assert_eq!(message.event.as_deref(), (previous == 0).then_some("deleted"), "{name}");
        assert_eq!(noted(message, "edited").len(), usize::from(previous > 0), "{name}");
        assert_eq!(report.sources[0].not_understood, [].into(), "{name}");
    }
}

#[test]
fn what_every_app_shows_is_the_text_of_its_message() {
    let Some(folder) = samples() else { return };
    let mut count = 0;
    for kind in [
        "app_message",
        "collaboration_message",
        "music_message",
        "url_message",
        "app_store",
        "shared_placemark",
    ] {
        for (name, bytes) in pieces(&folder, kind) {
            let db = Db::new();
            let fields: [(&str, &dyn ToSql); 2] = [("payload_data", &bytes), ("text", &"\u{fffc}")];
            db.add("G-1", &fields);
            let (all, report) = db.import();
            let message = &all[0].message;
            assert!(!message.text.is_empty(), "{name}");
            assert!(message.annotations.iter().any(|(key, _)| key.starts_with("app.")), "{name}");
            assert_eq!(noted(message, "location").len(), usize::from(kind == "shared_placemark"), "{name}");
            assert_eq!(report.sources[0].not_understood, [].into(), "{name}");
            count += 1;
        }
    }
    assert_eq!(count, 19);
}

#[test]
fn pieces_of_a_database_are_no_exports() {
    let Some(folder) = samples() else { return };
    let (all, report) = import(&folder);
    assert_eq!((all.len(), report.sources.len()), (0, 0));
    let pieces = report.skipped.iter().filter(|skipped| skipped.reason.contains("a piece of"));
    assert!(pieces.count() > 20, "{:?}", report.skipped);
}
