//! Files made to harm: each is refused or bounded, with a reason that names it, and the rest is read.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use common::{content, deflated, gzip, import, skipped, texts, zip};
use zip::CompressionMethod;

const LINE: &str = "{\"time\":\"2021-01-02T03:04:05Z\",\"from\":\"Ada\",\"text\":\"good\"}\n";

/// Imports `name` beside a good file, which must be read whatever the other is, and gives the reasons for the other.
fn reasons(name: &str, bytes: &[u8]) -> Vec<(String, Option<u64>, String)> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("zz.jsonl"), LINE).unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all).last(), Some(&"good"));
    skipped(&report, folder.path())
}

fn reason(name: &str, bytes: &[u8]) -> String {
    let mut all = reasons(name, bytes);
    assert_eq!(all.len(), 1, "{all:?}");
    let (source, line, reason) = all.remove(0);
    assert_eq!((&source[..], line), (name, None));
    reason
}

/// A zip of small members whose directory says that each has 48 MiB.
fn bomb(names: &[&str]) -> Vec<u8> {
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"zeros"[..])).collect();
    let mut bytes = deflated(&members);
    let entries: Vec<_> =
        bytes.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02").map(|(at, _)| at).collect();
    for at in entries {
        bytes[at + 24..at + 28].copy_from_slice(&(48u32 << 20).to_le_bytes());
    }
    bytes
}

#[test]
fn a_zip_whose_members_would_fill_the_disk_is_refused() {
    let expected = "refusing to unfold it: its members would have 100663296 bytes";
    assert_eq!(reason("bomb.zip", &bomb(&["a", "b"])), expected);
}

#[test]
fn a_bomb_in_a_bomb_is_refused() {
    let inner = bomb(&["a"]);
    let found = reasons("bomb.zip", &deflated(&[("one.zip", &inner), ("two.zip", &inner)]));
    // The second is more than the file as a whole may unfold to.
    let refused =
        |source: &str| found.iter().any(|(name, _, reason)| name == source && reason.starts_with("refusing"));
    assert!(refused("bomb.zip!two.zip") && !refused("bomb.zip!one.zip"), "{found:?}");
}

#[test]
fn a_gzip_in_a_gzip_that_would_fill_the_disk_is_refused() {
    let twice = gzip(&gzip(&vec![b' '; 1 << 20]).repeat(65));
    assert_eq!(reason("bomb.gz", &twice), "refusing to unfold it: it has more than 67108864 bytes");
}

#[test]
fn archives_nested_too_deep_are_not_opened() {
    let mut bytes = LINE.as_bytes().to_vec();
    for _ in 0..3 {
        bytes = deflated(&[("x", &bytes)]);
    }
    assert_eq!(reasons("deep.zip", &bytes), []);
    let found = reasons("deep.zip", &deflated(&[("x", &bytes)]));
    let expected =
        ("deep.zip!x!x!x".to_owned(), None, "archives nested more than 3 deep are not opened".to_owned());
    assert_eq!(found, [expected]);
}

#[test]
fn a_member_under_more_folders_than_a_disk_has_is_not_read() {
    let name = |folders| format!("{}a.jsonl", "x/".repeat(folders));
    assert_eq!(reasons("flat.zip", &deflated(&[(&name(128), LINE.as_bytes())])), []);
    let found = reasons("deep.zip", &deflated(&[(&name(30_000), LINE.as_bytes())]));
    assert_eq!((found.len(), &found[0].2[..]), (1, "the folders are nested too deep"));
}

#[test]
fn a_name_that_leads_out_of_a_zip_is_refused() {
    let mut zip = deflated(&[("UU/up", b"x"), ("Wroot", b"x"), ("a/UU/UU/b", b"x"), ("CW/x", b"x")]);
    for at in 0..zip.len() - 2 {
        match &zip[at..at + 2] {
            b"UU" => zip[at..at + 2].copy_from_slice(b".."),
            b"Wr" => zip[at] = b'/',
            b"CW" => zip[at + 1] = b':',
            _ => {}
        }
    }
    let found = reasons("a.zip", &zip);
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|(_, _, reason)| reason == "its name leads out of the zip"), "{found:?}");
}

#[test]
fn an_attachment_in_a_zip_stays_in_its_folder() {
    let line = |path: &str| {
        format!(
            "{{\"time\":\"2021-01-02T03:04:05Z\",\"from\":\"a\",\"text\":\"\",\"attachments\":[{{\"path\":\"{path}\"}}]}}\n"
        )
    };
    let lines =
        [line("b.txt"), line("../secret.txt"), line("/secret.txt"), line("sub/../../secret.txt")].concat();
    let folder = tempfile::tempdir().unwrap();
    let zip = deflated(&[("x/a.jsonl", lines.as_bytes()), ("x/b.txt", b"near"), ("secret.txt", b"far")]);
    fs::write(folder.path().join("a.zip"), zip).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(content(&all[0]), b"near");
    assert!(all[1..].iter().all(|one| one.media[0].content.is_none()));
    let lines: Vec<_> = report.notes.iter().filter_map(|one| one.line).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn truncated_archives_are_named_and_what_could_be_read_is() {
    let many: String = (0..20_000).map(|n| LINE.replace("good", &n.to_string())).collect();
    let packed = gzip(many.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cut.gz"), &packed[..packed.len() / 2]).unwrap();
    let (all, report) = import(folder.path());
    assert!(all.len() > 1000 && all.len() < 20_000, "{}", all.len());
    assert!(report.skipped[0].reason.starts_with("it cannot be read beyond the record on line "));
    assert_eq!(report.sources[0].messages, all.len() as u64);

    let whole = deflated(&[("a.jsonl", many.as_bytes())]);
    assert!(reason("cut.zip", &whole[..whole.len() / 2]).starts_with("the zip is damaged"));
    assert!(reason("head.gz", &packed[..5]).starts_with("it cannot be read"));
}

#[test]
fn a_member_that_was_altered_is_reported() {
    let mut bytes = zip(CompressionMethod::Stored, &[("a.jsonl", LINE.as_bytes())]);
    let at = bytes.windows(4).position(|four| four == b"good").unwrap();
    bytes[at] = b'f';
    let found = reasons("a.zip", &bytes);
    assert!(found[0].2.contains("not those that the zip's directory states"), "{found:?}");
}

#[test]
fn other_files_are_left_alone() {
    for (bytes, expected) in [
        (&b""[..], "empty"),
        (&[0; 5000], "a binary file of no kind that is known"),
        (b"\xff\xd8\xff\xe0 a picture", "a picture that no message refers to"),
        (b"PK\x03\x04", "the zip is damaged"),
        (b"hello\n", "text that is no export"),
        (b"[[[[[[[[", "JSON that is no export"),
        (
            b"2021-01-02 03:04:05 - server started\n2021-01-02 03:04:06 - done\n",
            "text that is no export of messages that is known",
        ),
    ] {
        assert!(reason("a.bin", bytes).starts_with(expected), "{expected}");
    }
    let nested = "[".repeat(1 << 20);
    assert!(
        reason("a.json", format!("{{\"time\":{nested}").as_bytes()).starts_with("JSON that is no export")
    );
}

#[test]
fn an_overlong_line_is_named_and_the_rest_is_read() {
    let long = "x".repeat((16 << 20) + 1);
    let jsonl =
        format!("{LINE}{{\"time\":\"2021-01-02T03:04:05Z\",\"from\":\"a\",\"text\":\"{long}\"}}\n{LINE}");
    let too_long = "the line is longer than 16 MiB".to_owned();
    assert_eq!(reasons("a.jsonl", jsonl.as_bytes()), [("a.jsonl".to_owned(), Some(2), too_long.clone())]);
    let chat = format!(
        "12/03/2020, 09:30 - Ada: one\n12/03/2020, 09:31 - Ada: {long}\nlost\n13/03/2020, 09:32 - Ada: two\n"
    );
    let lost = "it belongs to a message of which a line was skipped".to_owned();
    let expected = [("a.txt".to_owned(), Some(2), too_long), ("a.txt".to_owned(), Some(3), lost)];
    assert_eq!(reasons("a.txt", chat.as_bytes()), expected);
}

#[test]
fn a_message_of_endless_lines_is_bounded() {
    let lines = format!("{}\n", "y".repeat(1 << 20)).repeat(17);
    let chat = format!("13/03/2020, 09:30 - Ada: one\n{lines}14/03/2020, 09:31 - Ada: two\n");
    let found = reasons("a.txt", chat.as_bytes());
    assert_eq!(found[0], ("a.txt".to_owned(), Some(1), "the message is longer than 16 MiB".to_owned()));
}

fn chat(bytes: &[u8]) -> (Vec<blackbox_format::message::Message>, blackbox_import::Report) {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("chat.txt");
    fs::write(path, bytes).unwrap();
    let (all, report) = import(path);
    (all.into_iter().map(|one| one.message).collect(), report)
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_told() {
    let (all, _) = chat(b"13/03/2020, 09:30 - Ada: caf\xe9 \x00 end\n13/03/2020, 09:31 - Bo: fine\n");
    assert_eq!(all[0].text, "caf\u{fffd} \0 end");
    assert_eq!(all[0].annotations[0].0, "encoding");
    assert_eq!(all[1].annotations, []);
}

#[test]
fn what_looks_like_another_files_header_is_text() {
    let body =
        "forwarded:\n[14/03/2020, 09:30:00] Cy: hi\n3/14/20, 9:30 AM - Cy: hi\n99/99/2020, 09:30 - Cy: hi";
    let (all, _) = chat(format!("13/03/2020, 09:30 - Ada: {body}\n15/03/2020, 09:30 - Bo: end\n").as_bytes());
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].text, body);
}

#[test]
fn a_pasted_header_after_a_bare_line_feed_is_text_where_records_end_in_crlf() {
    let record = |day: u8, text: &str| format!("[{day}/03/2020, 09:30:00] Ada: {text}\r\n");
    let pasted = "look:\n[01/01/2019, 10:00:00] Cy: hi\n[01/01/2019, 10:00:01] Dee: ho";
    let text =
        [record(13, "one"), record(14, "two"), record(15, pasted), record(16, "x"), record(17, "y")].concat();
    let (all, report) = chat(text.as_bytes());
    assert_eq!((all.len(), &all[2].text[..]), (5, pasted));
    assert_eq!(report.sources[0].senders, 1);
    // A file put together from one of each kind keeps all its records.
    let (all, _) = chat(format!("{text}{}", text.replace("\r\n", "\n")).as_bytes());
    assert_eq!(all.len(), 14);
}

#[test]
fn text_before_the_first_message_is_named() {
    let text = "Exported by somebody\n\n13/03/2020, 09:30 - Ada: a\n13/03/2020, 09:31 - Bo: b\n13/03/2020, 09:32 - Ada: c\n";
    let (all, report) = chat(text.as_bytes());
    assert_eq!(all.len(), 3);
    assert_eq!(
        (report.skipped[0].line, &report.skipped[0].reason[..]),
        (Some(1), "text before the first message")
    );
}

#[test]
fn more_skipped_lines_than_anybody_reads_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), format!("{LINE}{}", "x\n".repeat(12_000))).unwrap();
    let (_, report) = import(folder.path());
    assert_eq!(report.skipped.len(), 10_001);
    assert_eq!(report.skipped[10_000].reason, "2000 further items were skipped");
}
