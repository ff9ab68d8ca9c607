//! Exports in files, folders and archives, and what is reported of them.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::PathBuf};

use blackbox_import::{Exports, ImportError, ReadError};
use common::{content, deflated, gzip, import, open, options, read, skipped, texts, zip};
use zip::CompressionMethod;

const CHAT: &str = "[25/12/2020, 10:15:00] Budget: \u{200e}Messages and calls are end-to-end encrypted. Only people in \
this chat can read them.\r\n\
[25/12/2020, 10:15:00] Budget: \u{200e}Ada created this group\r\n\
[25/12/2020, 10:15:01] ~\u{202f}Ada: Good morning\n\nfrom the office\r\n\
\u{200e}[25/12/2020, 10:16:00] Bo: the plan \u{200e}<attached: 00000004-PHOTO-2020-12-25.jpg>\r\n\
\u{200e}[26/12/2020, 10:16:00] Bo: \u{200e}<attached: 00000005-AUDIO-2020-12-26.opus>\r\n\
[27/12/2020, 10:17:00] ~\u{202f}Ada: \u{200e}This message was deleted.\r\n\
[27/06/2021, 10:18:00] Bo: ok \u{200e}<This message was edited>\r\n";

const LINES: &str = r#"{"id":"1","time":"2021-01-02T03:04:05Z","from":"Ada","to":["Bo"],"text":"first","platform":"Desk Chat"}

{"id":"2","time":"2021-01-02T03:04:06+01:00","from":"Bo","text":"second","attachments":[{"path":"media/plan.pdf"},{"path":"../secret"}]}
not json
{"id":"3","time":"2021-07-02T03:04:07","from":"Cy","text":"third","score":1}
{"id":"4","time":"2200-01-01T00:00:00Z","from":"Cy","text":"late"}
{"id":"5","time":"2021-07-02T03:04:07Z","from":"Cy","text":"Cy left","event":"left"}
"#;

#[test]
fn a_zip_of_one_chat_gives_its_messages_events_and_media() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("WhatsApp Chat - Budget.zip");
    let members: &[(&str, &[u8])] = &[
        ("_chat.txt", CHAT.as_bytes()),
        ("00000004-PHOTO-2020-12-25.jpg", b"picture"),
        ("spare.jpg", b"\xff\xd8"),
        ("__MACOSX/._chat.txt", b"noise"),
        (".DS_Store", b"noise"),
    ];
    fs::write(&path, deflated(members)).unwrap();
    let exports = open(&path);
    let (all, report) = read(&exports);

    let events: Vec<_> = all.iter().map(|one| one.message.event.as_deref()).collect();
    assert_eq!(events, [Some("encryption"), Some("created"), None, None, None, Some("deleted"), None]);
    assert_eq!(all[2].message.text, "Good morning\n\nfrom the office");
    assert_eq!(all[2].message.from, "~\u{202f}Ada");
    assert_eq!(all[2].message.to, ["Bo"]);
    assert_eq!(all[2].message.chat.as_deref(), Some("Budget"));
    assert_eq!(all[2].message.written_time, "25/12/2020, 10:15:01");
    assert_eq!(all[5].message.annotations, [("sender".to_owned(), "~\u{202f}Ada".to_owned())]);
    assert_eq!((&all[6].message.text[..], all[6].message.annotations.len()), ("ok", 1));
    // Summer time in London.
    assert_eq!(all[6].message.time, 1_624_785_480_000);
    assert_eq!((&all[3].media[0].media_type[..], content(&all[3])), ("image/jpeg", b"picture".to_vec()));
    assert!(all[4].media[0].content.is_none());

    let lost = "attachment \"00000005-AUDIO-2020-12-26.opus\" is not in the folder of the export";
    assert_eq!((report.notes[0].line, &report.notes[0].reason[..]), (Some(7), lost));
    let unused = ("WhatsApp Chat - Budget.zip!spare.jpg", None, "no message refers to this file");
    let expected = [unused].map(|(source, line, reason)| (source.to_owned(), line, reason.to_owned()));
    assert_eq!(skipped(&report, folder.path()), expected);
    let (again, same) = read(&exports);
    assert_eq!((texts(&again), same), (texts(&all), report));
}

#[test]
fn the_report_has_the_keys_that_scripts_rely_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("chat.txt"), CHAT).unwrap();
    fs::write(folder.path().join("empty.txt"), "").unwrap();
    let (_, report) = import(folder.path());
    let json = serde_json::to_value(&report).unwrap();
    let source = folder.path().join("chat.txt").display().to_string();
    let expected = serde_json::json!({
        "source": source, "format": "whatsapp-ios", "messages": 4, "attachments": 2, "attachments_missing": 2,
        "events": 3, "files": 1, "seen": 9, "skipped": 0, "senders": 2, "first": "2020-12-25T10:15:00Z", "last": "2021-06-27T09:18:00Z",
        "date_order": "day-first", "timezone": "Europe/London",
    });
    assert_eq!(json["sources"], serde_json::json!([expected]));
    let empty = folder.path().join("empty.txt").display().to_string();
    assert_eq!(json["skipped"][0], serde_json::json!({ "source": empty, "line": null, "reason": "empty" }));
}

#[test]
fn the_neutral_form_is_read_and_its_bad_lines_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("media")).unwrap();
    fs::write(folder.path().join("a.jsonl"), LINES).unwrap();
    fs::write(folder.path().join("media/plan.pdf"), "plan").unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["first", "second", "third", "Cy left"]);
    assert_eq!(content(&all[1]), b"plan");
    assert_eq!(all[1].media.len(), 2);
    assert_eq!(all[0].message.platform, "desk-chat");
    assert_eq!(all[2].message.annotations, [("score".to_owned(), "1".to_owned())]);
    assert_eq!((all[3].message.event.as_deref(), &all[3].message.from[..]), (Some("left"), ""));
    let lost = "attachment \"../secret\" is not in the folder of the export";
    assert_eq!((report.notes[0].line, &report.notes[0].reason[..]), (Some(3), lost));
    let expected = [(4, "the line is not JSON: column 2"), (6, "time is outside 1970 to 2199")];
    let expected = expected.map(|(line, reason)| ("a.jsonl".to_owned(), Some(line), reason.to_owned()));
    assert_eq!(skipped(&report, folder.path()), expected);
    let source = &report.sources[0];
    assert_eq!((source.messages, source.events, source.senders), (3, 1, 3));
    assert_eq!((source.date_order, source.timezone.as_deref()), (None, Some("Europe/London")));
}

#[test]
fn what_a_file_is_shows_in_its_content_whatever_it_is_called_and_packed_in() {
    let folder = tempfile::tempdir().unwrap();
    let inner = deflated(&[("x/notes.bin", CHAT.as_bytes())]);
    for (name, bytes) in [
        ("a.jpg", CHAT.as_bytes().to_vec()),
        ("b", gzip(LINES.as_bytes())),
        ("c.txt", deflated(&[("inner", &inner)])),
        ("d.zip", zip(CompressionMethod::Stored, &[("inner", &inner)])),
        ("e.gz", gzip(&inner)),
        ("f.zip", CHAT.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("g.zip", "\u{feff}".encode_utf16().chain(CHAT.encode_utf16()).flat_map(u16::to_be_bytes).collect()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (_, report) = import(folder.path());
    let found: Vec<_> =
        report.sources.iter().map(|source| (source.format.as_str(), source.messages)).collect();
    let chat = ("whatsapp-ios", 4);
    // UTF-16 is told by its byte order mark, which f lacks.
    assert_eq!(found, [chat, ("jsonl", 3), chat, chat, chat, chat]);
    assert!(report.sources[2].source.ends_with("c.txt!inner!x/notes.bin"), "{}", report.sources[2].source);
    let unknown = ("f.zip".to_owned(), None, "no message refers to this file".to_owned());
    assert!(skipped(&report, folder.path()).contains(&unknown));
}

#[test]
fn a_folder_is_walked_in_order_without_hidden_files_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("b/deep")).unwrap();
    fs::create_dir(at(".hidden")).unwrap();
    let line =
        |name: &str| format!("{{\"time\":\"2021-01-02T03:04:05Z\",\"from\":\"a\",\"text\":\"{name}\"}}\n");
    for name in ["c.jsonl", "a.jsonl", "b/deep/z.jsonl", "b/y.jsonl", ".x.jsonl", ".hidden/w.jsonl"] {
        fs::write(at(name), line(name)).unwrap();
    }
    fs::write(at("b/picture.jpg"), b"\xff\xd8\xff").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(at("a.jsonl"), at("b/link.jsonl")).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["a.jsonl", "b/deep/z.jsonl", "b/y.jsonl", "c.jsonl"]);
    let left: Vec<_> =
        skipped(&report, folder.path()).into_iter().map(|(source, _, reason)| (source, reason)).collect();
    let link = ("b/link.jsonl".to_owned(), "a symbolic link, which is not followed".to_owned());
    let picture = ("b/picture.jpg".to_owned(), "a picture that no message refers to".to_owned());
    assert_eq!(left, if cfg!(unix) { vec![link, picture] } else { vec![picture] });
}

#[test]
fn a_document_is_not_unpacked_and_what_is_in_an_attached_zip_is_not_reported() {
    let folder = tempfile::tempdir().unwrap();
    let chat = "12/03/2020, 09:30 - Ada: plan.docx (file attached)\n13/03/2020, 09:31 - Bo: pack.zip (file attached)\n";
    fs::write(folder.path().join("WhatsApp Chat with Ada.txt"), chat).unwrap();
    let document = deflated(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")]);
    fs::write(folder.path().join("plan.docx"), document).unwrap();
    fs::write(folder.path().join("pack.zip"), deflated(&[("a.bin", b"\x00"), ("b.bin", b"")])).unwrap();
    let (all, report) = import(folder.path());
    assert!(all.iter().all(|one| one.media[0].content.is_some()));
    assert_eq!(all[0].message.chat.as_deref(), Some("Ada"));
    assert_eq!(skipped(&report, folder.path()), []);
}

#[test]
fn a_chat_given_alone_finds_the_media_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, "12/03/2020, 09:30 - Ada: IMG-20200312-WA0001.jpg (file attached)\nlook\n").unwrap();
    fs::write(folder.path().join("IMG-20200312-WA0001.jpg"), "picture").unwrap();
    let (all, report) = import(&path);
    assert_eq!(content(&all[0]), b"picture");
    assert_eq!(report.skipped, []);
}

#[test]
fn the_owner_is_the_other_in_a_chat_of_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, "12/03/2020, 09:30 - Ada: hi\n13/03/2020, 09:30 - Bo: ho\n").unwrap();
    let (all, _) = read(&Exports::open(&[path], options(Some("Bo"))).unwrap());
    assert_eq!(
        (all[0].message.chat.as_deref(), &all[0].message.to[..]),
        (Some("Ada"), &["Bo".to_owned()][..])
    );
}

#[test]
fn a_path_that_names_nothing_is_an_error_and_one_given_twice_is_read_once() {
    let missing = Exports::open(&[PathBuf::from("/no/such/export")], options(None));
    assert!(matches!(missing, Err(ImportError::Missing(_))));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, CHAT).unwrap();
    let (_, report) = read(&Exports::open(&[path, folder.path().to_owned()], options(None)).unwrap());
    assert_eq!(report.sources.len(), 1);
    assert_eq!(report.skipped.last().unwrap().reason, "given twice");
}

#[test]
fn a_file_that_changes_between_readings_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, CHAT).unwrap();
    let exports = open(&path);
    fs::write(&path, format!("{CHAT}[27/06/2021, 10:19:00] Bo: more\r\n")).unwrap();
    let result = exports.read::<()>(&mut |_| Ok(()));
    assert!(matches!(result, Err(ReadError::Changed(changed)) if changed == path));
}

#[test]
fn the_takers_error_comes_back_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, CHAT).unwrap();
    let mut taken = 0;
    let result = open(&path).read(&mut |_| {
        taken += 1;
        if taken == 2 { Err("full") } else { Ok(()) }
    });
    assert!(matches!(result, Err(ReadError::Taker("full"))));
    assert_eq!(taken, 2);
}
