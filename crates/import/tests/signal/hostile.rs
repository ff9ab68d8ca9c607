//! Files made to harm: each is bounded and reported, and the rest is read.

use std::fs;

use blackbox_format::message::Incoming;
use blackbox_import::Report;
use prost::{Message, encoding::encode_varint};

use super::{
    backup::read,
    common::{import, texts},
    proto::*,
};

fn file(name: &str, bytes: &[u8]) -> (Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("Bo")).unwrap();
    fs::write(folder.path().join("Bo").join(name), bytes).unwrap();
    import(folder.path())
}

/// A frame that is no frame of a backup, with its length before it.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    encode_varint(bytes.len() as u64, &mut frame);
    frame.extend(bytes);
    frame
}

#[test]
fn a_backup_that_ends_too_early_is_read_up_to_there() {
    let whole = backup([said(BO, 1, "one"), said(BO, 2, "two")]);
    for cut in 1..whole.len() {
        let (found, report) = read(&whole[..cut]);
        assert!(found.len() <= 1, "{cut}");
        assert!(found.len() == 1 || cut < whole.len() - 1, "{cut}");
        assert!(report.skipped.len() <= 1, "{cut}: {:?}", report.skipped);
    }
    let (_, report) = read(&whole[..whole.len() - 1]);
    assert_eq!(report.skipped[0].reason, "it cannot be read beyond item 8: it ends within a frame");
}

#[test]
fn every_byte_can_be_any_other() {
    let mut item = said(BO, 1_600_000_000_000, "hi é");
    item.revisions = vec![said(BO, 1, "h")];
    let whole = backup([item, said(OWN, 2, "ho")]);
    for at in 0..whole.len() {
        for to in [0, 0x7f, 0xff, whole[at] ^ 1, whole[at] ^ 8] {
            let mut bytes = whole.clone();
            bytes[at] = to;
            read(&bytes);
        }
    }
}

#[test]
fn frames_of_garbage_are_reported_one_by_one() {
    let mut bytes = backup([said(BO, 1, "before")]);
    bytes.extend(framed(b"\xff\xff\xff"));
    let mut deep = Vec::new();
    for _ in 0..1000 {
        deep = [vec![0x32], framed(&deep)].concat();
    }
    bytes.extend(framed(&[vec![0x22], framed(&deep)].concat()));
    bytes.extend(framed(&b"\x48\x01".repeat(1 << 20)));
    bytes.extend(framed(&[]));
    let after = Frame { item: Some(said(BO, 2, "after")), ..Frame::default() };
    bytes.extend(after.encode_length_delimited_to_vec());
    let (found, report) = read(&bytes);
    assert_eq!(texts(&found), ["before", "after"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    let expected = [
        (Some(9), "the frame is not protobuf"),
        (Some(10), "the frame is nested too deep"),
        (Some(11), "the frame has too many fields"),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a_text_of_20_mb_and_a_frame_of_30_are_bounded() {
    let long = "x".repeat(20 << 20);
    let longer = "x".repeat(30 << 20);
    let (found, report) = read(&backup([said(BO, 1, &long), said(BO, 2, &longer), said(BO, 3, "short")]));
    assert_eq!((found.len(), found[0].message.text.len()), (2, 20 << 20));
    assert_eq!(report.skipped[0].reason, "the frame is longer than 24 MiB");
}

#[test]
fn times_far_away_are_skipped() {
    // 2199-12-31, 9999-12-31, and the greatest number.
    let times = [7_258_032_000_000, 253_402_214_400_000, u64::MAX];
    let (found, report) = read(&backup(times.map(|sent| said(BO, sent, ""))));
    assert_eq!((found.len(), report.skipped.len()), (1, 2));
    assert!(report.skipped.iter().all(|one| one.reason == "time is outside 1970 to 2199"));
}

#[test]
fn text_that_is_not_utf8_is_replaced_and_told() {
    let mut bytes = backup([]);
    let item = b"\x22\x0b\x08\x0a\x10\x02\x5a\x05\x12\x03\x0a\x01\xff";
    bytes.extend(framed(item));
    let (found, _) = read(&bytes);
    assert_eq!(texts(&found), ["\u{fffd}"]);
    assert!(found[0].message.annotations.iter().any(|(name, _)| name == "encoding"));
}

/// Puts each value in the place of each key's value, at any depth.
fn twisted(value: &serde_json::Value) -> Vec<serde_json::Value> {
    use serde_json::{Value, json};
    let mut all = Vec::new();
    let wrong =
        [json!(null), json!(-1.5), json!("é"), json!([[{}]]), json!({"a": 1}), json!(true), json!(u64::MAX)];
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let put = |new: Value| {
                    let mut map = map.clone();
                    map.insert(key.clone(), new);
                    Value::Object(map)
                };
                all.extend(wrong.iter().cloned().chain(twisted(inner)).map(put));
            }
        }
        Value::Array(list) => {
            for at in 0..list.len() {
                let put = |new: Value| {
                    let mut list = list.clone();
                    list[at] = new;
                    Value::Array(list)
                };
                all.extend(wrong.iter().cloned().chain(twisted(&list[at])).map(put));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn values_of_every_wrong_kind_do_no_harm() {
    let frame = r#"{"chatItem":{"chatId":"1","authorId":"2","dateSent":"3","expiresInMs":"4","revisions":[{"dateSent":"1",
        "standardMessage":{"text":{"body":"a"}}}],"outgoing":{"sendStatus":[{"recipientId":"1","failed":{"reason":"NETWORK"}}]},
        "standardMessage":{"quote":{"targetSentTimestamp":"1","authorId":"1","text":{"body":"q"},"attachments":[{"fileName":"a"}]},
        "text":{"body":"b","bodyRanges":[{"start":0,"length":1,"mentionAci":"AA=="}]},"linkPreview":[{"url":"u","image":{}}],
        "attachments":[{"pointer":{"contentType":"a/b","fileName":"c","locatorInfo":{"plaintextHash":"AA==","localKey":"AA=="}},"flag":"GIF"}],
        "longText":{},"reactions":[{"emoji":"e","authorId":"1"}]},"pinDetails":{"pinnedAtTimestamp":"1"}}}"#;
    let update = r#"{"chatItem":{"chatId":"1","authorId":"2","dateSent":"3","updateMessage":{"groupChange":{"updates":[
        {"groupNameUpdate":{"updaterAci":"AA==","newGroupName":"n"}},{"groupExpirationTimerUpdate":{"expiresInMs":"5"}},
        {"groupInvitationRevokedUpdate":{"invitees":[{"inviteeAci":"AA=="}]}}]}}}}"#;
    let head = r#"{"recipient":{"id":"2","contact":{"aci":"AA==","e164":"1","nickname":{"given":"g"}}}}"#;
    let group = r#"{"recipient":{"id":"3","group":{"snapshot":{"title":{"title":"t"},"members":[{"userId":"AA=="}]}}}}"#;
    let mut lines = vec![head.to_owned()];
    for text in [frame, update, head, group, r#"{"chat":{"id":"1","recipientId":"3"}}"#] {
        lines.extend(twisted(&serde_json::from_str(text).unwrap()).iter().map(|value| value.to_string()));
    }
    let (_, report) = file("main.jsonl", lines.join("\n").as_bytes());
    assert_eq!(report.sources[0].format, "signal-jsonl");
    let chat = r#"{"id":"m","conversationId":"c","type":"incoming","sent_at":1,"body":"b","source":"s","expireTimer":1,
        "attachments":[{"fileName":"a","contentType":"b/c","caption":"d"}],"reactions":[{"emoji":"e","fromId":"f"}],
        "quote":{"id":1,"text":"q","attachments":[{"fileName":"a"}]},"sticker":{"emoji":"e"},"preview":[{"url":"u"}],
        "editHistory":[{"body":"b"},{"body":"a","timestamp":1}],"expirationTimerUpdate":{"expireTimer":1},
        "callHistoryDetails":{"mode":"m","timestamp":1,"endedTimestamp":0}}"#;
    let first = serde_json::from_str(chat).unwrap();
    let all: Vec<_> = std::iter::once(first).chain(twisted(&serde_json::from_str(chat).unwrap())).collect();
    let (_, report) = file("Bo (+1).json", serde_json::Value::from(all).to_string().as_bytes());
    assert_eq!(report.sources[0].format, "signal-sigtop-json");
    let data = r#"{"date":"2021-01-01T00:00:00","sender":"s","body":"b","quote":"q","sticker":{"id":"1","packId":"p","extension":"e"},
        "reactions":[["a","b"]],"attachments":[{"name":"a","path":"b"}],"deleted":true,"call":true,"missed":true}"#;
    let mut lines = vec![serde_json::from_str::<serde_json::Value>(data).unwrap().to_string()];
    lines.extend(twisted(&serde_json::from_str(data).unwrap()).iter().map(|value| value.to_string()));
    let (_, report) = file("data.json", lines.join("\n").as_bytes());
    assert_eq!(report.sources[0].format, "signal-export-json");
}

#[test]
fn lines_that_are_too_long_too_deep_or_cut_are_reported() {
    let good = r#"{"chatItem":{"dateSent":"1","standardMessage":{"text":{"body":"good"}}}}"#;
    let deep = format!(r#"{{"chatItem":{}"#, "[".repeat(100_000));
    let long =
        format!(r#"{{"chatItem":{{"standardMessage":{{"text":{{"body":"{}"}}}}}}}}"#, "x".repeat(20 << 20));
    let text = [good, &deep, &long, "{\"chatItem\":{\"dateSent", "secret", good].join("\n");
    let (found, report) = file("main.jsonl", text.as_bytes());
    assert_eq!(texts(&found), ["good", "good"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.line, &one.reason[..])).collect();
    let expected = [
        (Some(2), "the JSON is nested too deep"),
        (Some(3), "the line is longer than 16 MiB"),
        (Some(4), "the line is not JSON: it ends too early"),
        (Some(5), "the line is not JSON: column 1"),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn damaged_texts_of_chats_are_reported() {
    let chat = "[2021-07-25 09:30:00] Bo: one  \n\n[2021-02-30 09:30:00] Bo: two  \n\n[9999-07-25 09:30:00] Bo: three  \n\n";
    let (found, report) = file("chat.md", chat.as_bytes());
    assert_eq!((texts(&found), report.skipped.len()), (vec!["one"], 2));
    let head = "Conversation: Bo (+1)\n\nFrom: Bo (+1)\nType: incoming\nSent: Sun, 25 Jul 2021 09:30:00 +0200\n\none\n\n";
    let bad = "From: Bo (+1)\nType: incoming\nSent: unknown\n\ntwo\n\nType: keychange\nReceived: Sun, 25 Jul 2021 09:30:00 +0200\n";
    let (found, report) = file("Bo.txt", format!("{head}{bad}").as_bytes());
    assert_eq!((found.len(), &report.skipped[0].reason[..]), (2, "its time is not one"));
    assert_eq!(report.skipped[0].line, Some(9));
    let mut bytes = head.as_bytes().to_vec();
    bytes.extend(b"> From: \xff\n> |\n| \n||\n>\n");
    file("Bo.txt", &bytes);
    let edited = "Conversation: Bo\n\nType: outgoing\nSent: Sun, 25 Jul 2021 09:30:00 +0200\nEdited: 9 versions\n\n|\n|é\n| Version: 1\n";
    assert_eq!(file("Bo.txt", edited.as_bytes()).0.len(), 1);
}
