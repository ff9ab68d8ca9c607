//! RSMF packages in every wrapping.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::PathBuf};

use blackbox_format::message::{Incoming, annotation};
use blackbox_import::Report;
use common::{content, deflated, import, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

fn notes<'a>(incoming: &'a Incoming, name: &str) -> Vec<&'a str> {
    let all = incoming.message.annotations.iter();
    all.filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

/// Bytes in base64, as a mail has them.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (number, three) in bytes.chunks(3).enumerate() {
        let all = u32::from(three[0]) << 16
            | u32::from(*three.get(1).unwrap_or(&0)) << 8
            | u32::from(*three.get(2).unwrap_or(&0));
        for place in 0..4 {
            let value = usize::try_from(all >> (18 - 6 * place) & 63).unwrap();
            text.push(if place <= three.len() { char::from(LETTERS[value]) } else { '=' });
        }
        if number % 19 == 18 {
            text.push_str("\r\n");
        }
    }
    text
}

fn mail(zip: &[u8], count: usize) -> String {
    format!(
        "From: Tool <tool@example.org>\r\nX-RSMF-Version: 2.0.0\r\nX-RSMF-EventCount: {count}\r\nTo: Ann <>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=\"R\"\r\n\r\n--R\r\nContent-Type: text/plain\r\n\r\nall of it as text\r\n\
        --R\r\nContent-Type: application/zip; name=\"rsmf.zip\"\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment; filename=\"rsmf.zip\"\r\n\r\n{}\r\n--R--\r\n",
        base64(zip)
    )
}

/// Imports a manifest as a mail with a package.
fn read(manifest: &Value, files: &[(&str, &[u8])]) -> (Vec<Incoming>, Report) {
    let text = manifest.to_string();
    let mut members: Vec<(&str, &[u8])> = vec![("rsmf_manifest.json", text.as_bytes())];
    members.extend(files);
    let count = manifest["events"].as_array().map_or(0, Vec::len);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("chat.rsmf"), mail(&deflated(&members), count)).unwrap();
    import(folder.path())
}

fn manifest(events: Value) -> Value {
    json!({
        "version": "2.0.0",
        "events": events,
        "participants": [
            {"id": "1", "display": "Ann Birch", "email": "ann@example.org", "avatar": "a.png",
                "custom": [{"name": "Mobile", "value": "+44 20 7946 0000"}, {"name": "Team", "value": "Plans"}]},
            {"id": 2, "email": "bo@example.org"},
            {"id": "3", "display": "Cy"}
        ],
        "conversations": [
            {"id": "c", "display": "Lunch", "platform": "Microsoft Teams", "type": "channel", "participants": ["1", 2, "3"],
                "custodian": "1", "custom": [{"name": "Source", "value": "a phone"}], "icon": "t.png"}
        ]
    })
}

fn event(more: Value) -> Value {
    let mut event = json!({"type": "message", "id": "m", "participant": "1", "conversation": "c", "timestamp": "2020-03-12T09:50:15Z"});
    let Value::Object(more) = more else { panic!() };
    event.as_object_mut().unwrap().extend(more);
    event
}

#[test]
fn a_message_has_all_that_the_manifest_says() {
    let (all, report) = read(
        &manifest(json!([event(json!({
            "body": "Noon?", "parent": "k", "importance": "high", "direction": "incoming",
            "attachments": [{"id": "1.bin", "display": "menu.png", "size": 3}, {"id": "../x"}],
            "reactions": [{"value": "thumbsup", "count": 3, "participants": ["2"]}, {"value": "tada"}],
            "edits": [{"participant": "1", "timestamp": "2020-03-12T09:51:00Z", "previous": "One?", "new": "Noon?"}],
            "read_receipts": [{"participant": "3", "timestamp": "2020-03-12T09:52:00Z", "action": "read"}],
            "custom": [{"name": "GPS", "value": "51.5, -0.1"}], "colour": {"a": 1}
        }))])),
        &[("1.bin", b"png")],
    );
    let message = &all[0].message;
    assert_eq!(
        (message.time, &message.from[..], &message.text[..]),
        (1_584_006_615_000, "Ann Birch", "Noon?")
    );
    assert_eq!((message.chat.as_deref(), &message.platform[..]), (Some("Lunch"), "teams"));
    assert_eq!(message.to, ["bo@example.org", "Cy"]);
    assert_eq!(
        (&message.names[0].written[..], &message.names[0].also[..]),
        ("Ann Birch", &["ann@example.org".to_owned(), "+44 20 7946 0000".into()][..])
    );
    for (name, values) in [
        (annotation::REPLY_TO, vec!["k"]),
        (annotation::REACTION, vec!["thumbsup bo@example.org", "thumbsup (2 unnamed)", "tada"]),
        (annotation::EDITED, vec!["2020-03-12T09:51:00Z"]),
        (annotation::PREVIOUS_TEXT, vec!["One?"]),
        ("receipt", vec!["read Cy 2020-03-12T09:52:00Z"]),
        ("importance", vec!["high"]),
        ("custom:GPS", vec!["51.5, -0.1"]),
        ("conversation:Source", vec!["a phone"]),
        ("custodian", vec!["Ann Birch"]),
        ("raw:colour", vec!["{\"a\":1}"]),
    ] {
        assert_eq!(notes(&all[0], name), values, "{name}");
    }
    assert_eq!((&all[0].media[0].name[..], &all[0].media[0].media_type[..]), ("menu.png", "image/png"));
    assert_eq!(content(&all[0]), b"png");
    assert_eq!(report.notes.len(), 1);
    assert_eq!(report.sources[0].not_understood["colour"], 1);
    assert_eq!(report.sources[0].declared, Some(1));
}

#[test]
fn joins_leaves_notices_and_deletions_are_events() {
    let (all, _) = read(
        &manifest(json!([
            event(json!({"type": "join"})),
            event(json!({"type": "leave", "body": "Ann went home"})),
            event(json!({"type": "disclaimer", "body": "recorded", "participant": null})),
            event(json!({"deleted": true})),
            event(json!({"deleted": true, "body": "still here"})),
            event(json!({"type": "history"})),
        ])),
        &[],
    );
    let kinds: Vec<_> = all.iter().map(|one| one.message.event.as_deref().unwrap_or("")).collect();
    assert_eq!(kinds, ["joined", "left", "notice", "deleted", "", "notice"]);
    assert_eq!(
        texts(&all)[..5],
        ["Ann Birch joined", "Ann went home", "recorded", "a message of Ann Birch was deleted", "still here"]
    );
    assert_eq!((&all[0].message.from[..], notes(&all[0], annotation::SENDER)), ("", vec!["Ann Birch"]));
    assert_eq!(notes(&all[4], annotation::DELETED), [""]);
    assert_eq!(notes(&all[2], "type"), ["disclaimer"]);
}

#[test]
fn a_package_is_read_in_every_wrapping() {
    let text = manifest(json!([event(json!({"body": "hi", "attachments": [{"id": "b.txt"}]}))])).to_string();
    let members: [(&str, &[u8]); 4] =
        [("rsmf_manifest.json", text.as_bytes()), ("b.txt", b"file"), ("a.png", b"x"), ("t.png", b"x")];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rsmf.zip"), deflated(&members)).unwrap();
    fs::write(folder.path().join("x.rsmf"), mail(&deflated(&members), 1)).unwrap();
    fs::create_dir(folder.path().join("unpacked")).unwrap();
    members
        .iter()
        .for_each(|(name, bytes)| fs::write(folder.path().join("unpacked").join(name), bytes).unwrap());
    let (all, report) = import(folder.path());
    assert_eq!((texts(&all), &report.skipped, &report.notes), (vec!["hi"; 3], &Vec::new(), &Vec::new()));
    assert!(all.iter().all(|one| content(one) == b"file"));
}

#[test]
fn values_of_every_wrong_type_are_kept_or_told() {
    let keys = [
        "id",
        "type",
        "parent",
        "body",
        "participant",
        "conversation",
        "deleted",
        "importance",
        "reactions",
        "attachments",
        "edits",
        "custom",
        "direction",
        "read_receipts",
        "timestamp",
    ];
    for wrong in [json!(7), json!([[1]]), json!({"a": []}), json!(true), json!("x"), Value::Null] {
        let events: Vec<Value> = keys.iter().map(|key| event(json!({*key: wrong}))).collect();
        let count = events.len() as u64;
        let (all, report) = read(&manifest(json!(events)), &[]);
        assert_eq!(report.sources[0].seen - report.sources[0].attachments, count, "{wrong}");
        assert!(all.len() as u64 >= count - 1, "{wrong}");
    }
    let (all, report) = read(
        &manifest(json!([
            7,
            event(json!({"timestamp": "0000-00-00T00:00:00"})),
            event(json!({"timestamp": "9999-12-31T23:59:59Z"}))
        ])),
        &[],
    );
    assert_eq!((all.len(), report.skipped.len()), (0, 3));
    for other in [
        json!({"participants": 7, "conversations": [[]], "events": {}}),
        json!({"version": 1, "events": [event(json!({}))]}),
    ] {
        read(&other, &[]);
    }
}

#[test]
fn hostile_packages_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = deflated(&[("rsmf_manifest.json", &vec![b' '; 70 << 20]), ("b", &vec![0; 70 << 20])]);
    for (name, bytes) in [
        ("none.rsmf", mail(b"no zip", 1)),
        ("bare.rsmf", "From: a\nX-RSMF-Version: 2\nTo: b\nSubject: c\n\nno parts".into()),
        ("empty.rsmf", mail(&deflated(&[("other", b"x")]), 1)),
        ("bomb.rsmf", mail(&bomb, 1)),
        ("cut.rsmf", mail(&deflated(&[("rsmf_manifest.json", b"{\"events\":[{\"timestamp\":\"2020")]), 1)),
        (
            "deep.rsmf",
            mail(&deflated(&[("rsmf_manifest.json", "{\"events\":[".repeat(100_000).as_bytes())]), 1),
        ),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (all, report) = import(folder.path());
    let told: Vec<_> = report.skipped.iter().map(|one| one.source.rsplit('/').next().unwrap()).collect();
    assert_eq!((all.len(), told.len()), (0, 6), "{told:?}");
}

#[test]
fn the_samples_are_read() {
    let Some(folder) = std::env::var_os("BLACKBOX_CORPORA").map(PathBuf::from) else {
        return eprintln!("skipped: BLACKBOX_CORPORA is not set");
    };
    let (all, report) = import(&folder.join("dev/rsmf"));
    assert_eq!((all.len(), report.sources.len()), (5, 5));
    assert!(report.sources.iter().all(|source| source.format == "rsmf"));
    assert_eq!(texts(&all), ["", "", "This is body text.", "This is body text.", "Here is an event body"]);
}

/// Sender, seconds, text, reply, attachment, whether it is a join or leave: its type and the event.
type Written = (usize, i64, String, Option<String>, Option<Vec<u8>>, Option<(&'static str, &'static str)>);

fn written() -> impl Strategy<Value = Vec<Written>> {
    let text = "[ -~äЖשם你😀\n]{0,60}";
    let file = prop::option::of(prop::collection::vec(any::<u8>(), 0..50));
    let kind = prop::option::weighted(0.3, prop::sample::select(vec![("join", "joined"), ("leave", "left")]));
    let reply = prop::option::of("[a-z0-9]{1,8}");
    prop::collection::vec((0..3_usize, 0..4_000_000_000_i64, text, reply, file, kind), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn events_are_read_back_as_they_were_written(messages in written()) {
        let mut events = Vec::new();
        let mut files = Vec::new();
        for (number, (sender, seconds, text, parent, file, kind)) in messages.iter().enumerate() {
            let time = jiff::Timestamp::from_second(*seconds).unwrap().to_string();
            let mut one = event(json!({"id": number.to_string(), "participant": (sender + 1).to_string(), "timestamp": time, "body": text}));
            if let Some((kind, _)) = kind {
                one["type"] = json!(kind);
            }
            if let Some(parent) = parent {
                one["parent"] = json!(parent);
            }
            if let Some(file) = file {
                one["attachments"] = json!([{"id": format!("{number}.bin"), "display": format!("f{number}.txt")}]);
                files.push((format!("{number}.bin"), &file[..]));
            }
            events.push(one);
        }
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (&name[..], *bytes)).collect();
        let (all, report) = read(&manifest(json!(events)), &files);
        prop_assert_eq!(&report.skipped, &Vec::new());
        prop_assert_eq!(&report.notes, &Vec::new());
        let names = ["Ann Birch", "bo@example.org", "Cy"];
        // Of an event without words, words are made.
        let words = |one: &Written| match one.5 {
            Some((_, slug)) if one.2.is_empty() => format!("{} {slug}", names[one.0]),
            _ => one.2.clone(),
        };
        let expected: Vec<_> = messages.into_iter().map(|one| {
            (one.0, one.1, words(&one), one.3, one.4, one.5.map(|(_, slug)| slug.to_owned()))
        }).collect();
        let found: Vec<_> = all.iter().map(|one| {
            let sender = names.iter().position(|name| *name == if one.message.is_event() { notes(one, annotation::SENDER)[0] } else { &one.message.from }).unwrap();
            let parent = notes(one, annotation::REPLY_TO).first().map(|id| (*id).to_owned());
            (sender, one.message.time / 1000, one.message.text.clone(), parent, (!one.media.is_empty()).then(|| content(one)), one.message.event.clone())
        }).collect();
        prop_assert_eq!(found, expected);
    }
}
