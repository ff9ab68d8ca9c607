//! Google Chat out of Google Takeout.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/json.rs"]
mod json_exports;

use std::{fs, path::Path};

use blackbox_format::message::Incoming;
use blackbox_import::Report;
use common::{content, import, skipped, texts};
use jiff::Timestamp;
use json_exports::{corpora, folder, mangled, notes, write};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const INFO: &str = r#"{"name": "Harbour plan", "members": [
    {"name": "Ada Brook", "email": "ada@mail.example", "user_type": "Human"},
    {"name": "Bo Finch", "email": "bo@mail.example", "user_type": "Human"},
    {"name": "Cleo Marsh", "email": "cleo@mail.example", "user_type": "Human"}]}"#;

fn message(text: &str) -> Value {
    json!({
        "creator": {"name": "Ada Brook", "email": "ada@mail.example", "user_type": "Human"},
        "created_date": "Thursday, March 25, 2021 at 5:09:21\u{202f}PM UTC",
        "text": text,
        "topic_id": "t1",
        "message_id": "s1/t1/m1",
    })
}

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn space(messages: &[Value], files: &[(&str, &[u8])]) -> (Vec<Incoming>, Report) {
    let folder = written_out(messages, files);
    import(folder.path())
}

fn written_out(messages: &[Value], files: &[(&str, &[u8])]) -> TempDir {
    let folder = folder(&[("Takeout/Google Chat/Groups/Space X/group_info.json", INFO.as_bytes())]);
    let group = folder.path().join("Takeout/Google Chat/Groups/Space X");
    write(&group, "messages.json", serde_json::to_vec_pretty(&json!({"messages": messages})).unwrap());
    files.iter().for_each(|(name, bytes)| write(&group, name, bytes));
    folder
}

#[test]
fn a_message_has_its_sender_its_members_and_the_name_of_the_space() {
    let (all, report) = space(&[message("The gates open at nine.")], &[]);
    let found = &all[0].message;
    assert_eq!((&found.from[..], found.chat.as_deref()), ("Ada Brook", Some("Harbour plan")));
    assert_eq!(found.to, ["Bo Finch", "Cleo Marsh"]);
    assert_eq!((found.time, &found.platform[..]), (1_616_692_161_000, "google-chat"));
    assert_eq!(found.written_time, "Thursday, March 25, 2021 at 5:09:21\u{202f}PM UTC");
    assert_eq!(found.source_id.as_deref(), Some("s1/t1/m1"));
    let names: Vec<_> = found.names.iter().map(|one| (&one.written[..], &one.also[0][..])).collect();
    let expected = [
        ("Ada Brook", "ada@mail.example"),
        ("Bo Finch", "bo@mail.example"),
        ("Cleo Marsh", "cleo@mail.example"),
    ];
    assert_eq!(names, expected);
    assert_eq!(notes(&all[0], "topic"), ["t1"]);
    assert_eq!((report.sources[0].format.as_str(), report.skipped.len()), ("google-chat-takeout", 0));
    assert_eq!(report.sources[0].timezone, None);
}

#[test]
fn a_message_without_a_list_of_members_has_no_recipients() {
    let bytes = serde_json::to_vec(&json!({"messages": [message("hello")]})).unwrap();
    let folder = folder(&[("messages.json", &bytes)]);
    let (all, _) = import(folder.path());
    assert_eq!((&all[0].message.to[..], &all[0].message.chat), (&[][..], &None));
}

#[test]
fn a_deleted_message_is_an_event() {
    let gone = json!({
        "creator": {"name": "Bo Finch", "email": "bo@mail.example", "user_type": "Human"},
        "created_date": "Thursday, March 25, 2021 at 5:09:21 PM UTC",
        "deleted_date": "Thursday, March 25, 2021 at 6:00:00 PM UTC",
        "message_state": "DELETED", "deletion_metadata": {"deletion_type": "CREATOR"},
        "topic_id": "t2", "message_id": "m2",
    });
    let (all, report) = space(&[gone, with(message("still here"), json!({"message_state": "DELETED"}))], &[]);
    assert_eq!((all[0].message.event.as_deref(), &all[0].message.from[..]), (Some("deleted"), ""));
    assert_eq!(notes(&all[0], "sender"), ["Bo Finch"]);
    assert_eq!(notes(&all[0], "deleted"), ["Thursday, March 25, 2021 at 6:00:00 PM UTC CREATOR"]);
    assert_eq!((&all[1].message.event, &all[1].message.text[..]), (&None, "still here"));
    assert_eq!(notes(&all[1], "deleted"), [""]);
    assert_eq!((report.sources[0].events, report.sources[0].messages), (1, 1));
}

#[test]
fn quotations_reactions_and_edits_are_annotations() {
    let more = json!({
        "quoted_message_metadata": {
            "creator": {"name": "Bo Finch"}, "text": "When do they open?", "message_id": "m0"},
        "reactions": [{"emoji": {"unicode": "👍"}, "reactor_emails": ["bo@mail.example", "cleo@mail.example"]}],
        "updated_date": "Thursday, March 25, 2021 at 5:20:00 PM UTC",
        "previous_message_versions": [
            {"updated_date": "Thursday, March 25, 2021 at 5:12:00 PM UTC", "text": "At eight, no"},
            {"created_date": "Thursday, March 25, 2021 at 5:09:21 PM UTC", "text": "At eight"}],
    });
    let mut changed = with(message("At nine"), more);
    changed.as_object_mut().unwrap().remove("created_date");
    let (all, report) = space(&[changed], &[]);
    assert_eq!(all[0].message.time, 1_616_692_161_000);
    assert_eq!(notes(&all[0], "reply-to"), ["m0"]);
    assert_eq!(notes(&all[0], "reply-text"), ["When do they open?"]);
    assert_eq!(notes(&all[0], "reaction"), ["👍 bo@mail.example", "👍 cleo@mail.example"]);
    assert_eq!(notes(&all[0], "edited"), ["Thursday, March 25, 2021 at 5:20:00 PM UTC"]);
    assert_eq!(notes(&all[0], "previous-text"), ["At eight", "At eight, no"]);
    assert!(report.sources[0].not_understood.is_empty());
}

#[test]
fn annotations_tell_of_links_calls_and_tasks() {
    let address = json!({"private_do_not_access_or_else_safe_url_wrapped_value": "https://quay.example/x"});
    let link = json!({"annotations": [
        {"start_index": 4, "length": 9, "format_metadata": {"format_type": "BOLD"}},
        {"start_index": 4, "length": 9, "url_metadata": {"title": "The quay", "snippet": "", "image_url": "i", "url": address}},
        {"drive_metadata": {"id": "d1", "title": "Plan of the quay", "thumbnail_url": "t"}},
        {"youtube_metadata": {"id": "y1", "start_time": 0}},
        {"start_index": 0, "length": 0, "new_metadata": {"a": 1}}]});
    let integration =
        |data: Value| with(message(""), json!({"annotations": [{"gsuite_integration_metadata": data}]}));
    let call = integration(json!({"call_data": {"call_status": "CALL_MISSED"}}));
    let task = integration(
        json!({"tasks_data": {"task_properties": {"title": "Oil the gate", "completed": false}}}),
    );
    let (all, report) = space(&[with(message("See the quay"), link), call, task], &[]);
    assert_eq!(notes(&all[0], "link"), ["https://quay.example/x\nThe quay"]);
    assert_eq!(notes(&all[0], "drive"), ["Plan of the quay\nd1"]);
    assert_eq!(notes(&all[0], "youtube"), ["y1"]);
    assert_eq!(notes(&all[0], "raw:annotations.new_metadata"), ["{\"a\":1}"]);
    assert_eq!(report.sources[0].not_understood["annotations.new_metadata"], 1);
    assert_eq!(
        (all[1].message.event.as_deref(), &all[1].message.text[..]),
        (Some("call"), "Call: CALL_MISSED")
    );
    assert_eq!((&all[2].message.event, &all[2].message.text[..]), (&None, "Task: Oil the gate"));
}

#[test]
fn a_key_that_is_not_known_is_kept_and_counted() {
    let (all, report) = space(&[with(message("x"), json!({"mood": {"is": "calm"}, "creator2": null}))], &[]);
    assert_eq!(notes(&all[0], "raw:mood"), ["{\"is\":\"calm\"}"]);
    assert_eq!(report.sources[0].not_understood.iter().collect::<Vec<_>>(), [(&"mood".to_owned(), &1)]);
}

#[test]
fn attachments_are_found_by_the_names_that_they_have_on_the_disk() {
    let sends = |name: &str| {
        with(
            message(""),
            json!({"attached_files":
            [{"original_name": name, "export_name": format!("File-{name}")}]}),
        )
    };
    let names = ["gate.jpg", "gate.jpg", "pic?id=0.png", "lost.pdf", "../group_info.json"];
    let files: &[(&str, &[u8])] = &[
        ("File-gate.jpg", b"one"),
        ("File-gate(1).jpg", b"two"),
        ("File-pic_id=0.png", b"three"),
        ("File-unused.png", b"four"),
    ];
    let folder = written_out(&names.map(sends), files);
    let (all, report) = import(folder.path());
    let found: Vec<Vec<u8>> = all[..3].iter().map(content).collect();
    assert_eq!(found, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
    assert_eq!((&all[2].media[0].name[..], &all[2].media[0].media_type[..]), ("pic?id=0.png", "image/png"));
    assert!(all[3..].iter().all(|one| one.media[0].content.is_none()));
    assert_eq!(report.notes[0].reason, "attachment \"File-lost.pdf\" is not in the folder of the export");
    assert_eq!(report.notes.len(), 2);
    let unused: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(unused, ["no message refers to this file"]);
    assert_eq!((report.sources[0].attachments, report.sources[0].attachments_missing), (5, 2));
}

#[test]
fn a_message_without_a_time_is_left_out_with_its_attachments() {
    let bad = json!({"created_date": "some day", "attached_files": [{"export_name": "File-a.jpg"}, 7]});
    let (all, report) = space(&[with(message("x"), bad), message("y")], &[]);
    assert_eq!(texts(&all), ["y"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    let attachment = (Some(1), "an attachment of a message that was left out");
    assert_eq!(reasons, [attachment, attachment, (Some(1), "the message has no time that can be read")]);
}

#[test]
fn years_beyond_the_range_are_left_out() {
    let dated = |year: &str| {
        with(message("x"), json!({"created_date": format!("Friday, March 5, {year} at 5:09:21 PM UTC")}))
    };
    let (all, report) = space(&[dated("0000"), dated("1969"), dated("9999"), dated("99999999999")], &[]);
    assert!(all.is_empty());
    assert_eq!(report.sources[0].skipped, 4);
}

fn full() -> Value {
    with(
        message("all of it"),
        json!({
            "attached_files": [{"original_name": "a.jpg", "export_name": "File-a.jpg"}],
            "annotations": [
                {"url_metadata": {"title": "t", "url": {"private_do_not_access_or_else_safe_url_wrapped_value": "u"}}},
                {"gsuite_integration_metadata": {"call_data": {"call_status": "s"}}},
                {"video_call_metadata": {"meeting_space": {"meeting_url": "m"}}},
                {"drive_metadata": {"id": "d"}}, {"interaction_data": {"url": {}}}],
            "reactions": [{"emoji": {"unicode": "e"}, "reactor_emails": ["r"]}],
            "quoted_message_metadata": {"creator": {"name": "n"}, "text": "q", "attached_files": [{"export_name": "z"}]},
            "previous_message_versions": [{"created_date": "c", "text": "p", "attached_files": [{"export_name": "y"}]}],
            "updated_date": "u", "deleted_date": "d", "message_state": "s", "deletion_metadata": {"deletion_type": "t"},
            "upload_metadata": [{"backend_upload_metadata": {"upload_ip": "192.0.2.1"}}],
        }),
    )
}

#[test]
fn values_that_do_not_fit_are_no_fault() {
    let mut messages = mangled(&full());
    let count = messages.len() as u64;
    messages.push(message("good"));
    let (all, report) = space(&messages, &[]);
    assert_eq!(texts(&all).last(), Some(&"good"));
    let source = &report.sources[0];
    assert_eq!(source.seen - source.attachments, source.messages + source.events + source.skipped);
    assert!(source.messages + source.events > count / 2, "{source:?}");
    // The list of members can be hostile as well.
    let bytes = serde_json::to_vec(&json!({"messages": [message("good")]})).unwrap();
    for info in mangled(&serde_json::from_str(INFO).unwrap()) {
        let folder = folder(&[("messages.json", &bytes), ("group_info.json", info.to_string().as_bytes())]);
        assert_eq!(texts(&import(folder.path()).0), ["good"]);
    }
}

fn raw(text: &str) -> (Vec<Incoming>, Vec<String>) {
    let folder = folder(&[("messages.json", text.as_bytes())]);
    let (all, report) = import(folder.path());
    (all, skipped(&report, folder.path()).into_iter().map(|(_, _, reason)| reason).collect())
}

#[test]
fn a_damaged_file_is_read_up_to_the_damage() {
    let first = message("first").to_string();
    let (all, reasons) = raw(&format!("{{\"messages\":[{first},{}", &first[..60]));
    assert_eq!(texts(&all), ["first"]);
    assert_eq!(reasons, ["it cannot be read beyond item 1: the JSON ends too early"]);
    let deep = format!("{{\"messages\":[{first},{{\"text\":{}", "[".repeat(100_000));
    let (all, reasons) = raw(&deep);
    assert_eq!((texts(&all), reasons.len()), (vec!["first"], 1));
    assert!(reasons[0].contains("nested too deep"), "{reasons:?}");
    let (all, reasons) = raw(&format!("{{\"messages\":[{first},7,\"secret\",[1]]}}"));
    assert_eq!((texts(&all), reasons), (vec!["first"], vec!["the message is not an object".to_owned(); 3]));
}

#[test]
fn bytes_that_are_not_utf8_end_the_file_without_a_quote_of_it() {
    let folder = folder(&[]);
    let mut bytes = format!("{{\"messages\":[{},{{\"text\":\"secret", message("first")).into_bytes();
    bytes.extend(b"\xff\xfe\"}]}");
    write(folder.path(), "messages.json", bytes);
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["first"]);
    assert!(
        report.skipped.len() == 1 && !report.skipped[0].reason.contains("secret"),
        "{:?}",
        report.skipped
    );
}

#[test]
fn a_text_of_20_mb_passes() {
    let (all, _) = space(&[message(&"x".repeat(20 << 20)), message("y")], &[]);
    assert_eq!((all[0].message.text.len(), &all[1].message.text[..]), (20 << 20, "y"));
}

#[test]
fn the_list_of_members_is_used_by_an_empty_conversation_too() {
    let (all, report) = space(&[], &[]);
    assert!(all.is_empty() && report.skipped.is_empty(), "{:?}", report.skipped);
}

#[test]
fn the_real_exports_give_what_their_expected_json_says() {
    let Some(corpora) = corpora() else { return };
    let top = corpora.join("dev/google-chat/gvoice-sms-takeout-xml");
    let expected: Value = serde_json::from_slice(&fs::read(top.join("expected.json")).unwrap()).unwrap();
    for (name, facts) in expected["files"].as_object().unwrap() {
        let (all, report) = import(&top.join(name));
        let count = |key: &str| facts[key].as_u64().unwrap_or(0);
        let source = &report.sources[0];
        assert_eq!((source.messages, source.events), (count("messages"), 0), "{name}");
        assert_eq!((source.attachments, source.attachments_missing), (count("attached_files"), 0), "{name}");
        assert!(source.not_understood.is_empty(), "{name}");
        if facts["members"].is_u64() {
            assert!(all.iter().all(|one| one.message.to.len() as u64 + 1 == count("members")), "{name}");
        }
        let unused =
            report.skipped.iter().filter(|one| one.reason == "no message refers to this file").count();
        assert_eq!(unused, report.skipped.len(), "{:?}", report.skipped);
        if facts["files_on_disk"].is_u64() {
            assert_eq!(unused as u64, count("files_on_disk") - count("attached_files"), "{name}");
        }
    }
    assert_eq!(import(Path::new(&top)).1.sources.len(), 4);
}

/// A message that is to be written: seconds until the next, sender, text, attachment, deleted, reaction.
type Written = (u32, usize, String, Option<String>, bool, bool);

const PEOPLE: [(&str, &str); 3] =
    [("Ada Brook", "ada@mail.example"), ("Bo Finch", "bo@mail.example"), ("Cleo Marsh", "cleo@mail.example")];

fn written() -> impl Strategy<Value = Vec<Written>> {
    let text = "([A-Za-zÄéжשם😀 ,.!?0-9:\"\\\\\n<>-]{0,60}|\\PC{0,20})";
    let file = prop::option::of("[a-c?&]{1,3}\\.(jpg|pdf)");
    let one = (1u32..4_000_000, 0..3usize, text, file, any::<bool>(), any::<bool>());
    prop::collection::vec(one, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn messages_are_read_back_as_they_were_written(start in 0i64..1_600_000_000, messages in written()) {
        let folder = folder(&[("group_info.json", INFO.as_bytes())]);
        let (mut seconds, mut list, mut expected) = (start, Vec::new(), Vec::new());
        let mut names: Vec<(String, String, usize)> = Vec::new();
        for (number, (later, sender, text, file, deleted, liked)) in messages.iter().enumerate() {
            let time = Timestamp::from_second(seconds).unwrap();
            let date = time.strftime("%A, %B %-d, %Y at %-I:%M:%S\u{202f}%p UTC").to_string();
            let (name, email) = PEOPLE[*sender];
            let mut one = json!({"creator": {"name": name, "email": email, "user_type": "Human"},
                "created_date": date, "topic_id": "t", "message_id": format!("m{number}")});
            let bytes = format!("bytes of {number}");
            if *deleted {
                one["message_state"] = json!("DELETED");
                expected.push((seconds * 1000, String::new(), "message deleted".to_owned(), Some("deleted".to_owned()), vec![], vec![]));
            } else {
                if !text.is_empty() {
                    one["text"] = json!(text);
                }
                let mut media = Vec::new();
                if let Some(file) = file {
                    let disk = file.replace(['?', '&'], "_");
                    let count = names.iter().filter(|(_, taken, _)| *taken == disk).count();
                    let (stem, end) = disk.rsplit_once('.').unwrap();
                    let path = if count == 0 { format!("File-{disk}") } else { format!("File-{stem}({count}).{end}") };
                    write(folder.path(), &path, &bytes);
                    names.push((file.clone(), disk.clone(), number));
                    one["attached_files"] = json!([{"original_name": file, "export_name": format!("File-{file}")}]);
                    media.push((file.clone(), bytes));
                }
                let reactions = if *liked { vec!["👍 bo@mail.example".to_owned()] } else { vec![] };
                if *liked {
                    one["reactions"] = json!([{"emoji": {"unicode": "👍"}, "reactor_emails": ["bo@mail.example"]}]);
                }
                expected.push((seconds * 1000, name.to_owned(), text.clone(), None, media, reactions));
            }
            list.push(one);
            seconds += i64::from(*later);
        }
        write(folder.path(), "messages.json", serde_json::to_vec(&json!({"messages": list})).unwrap());
        let (all, report) = import(folder.path());
        let found: Vec<_> = all.iter().map(|one| {
            let media: Vec<_> = one.media.iter().map(|media| (media.name.clone(), String::from_utf8(content(one)).unwrap())).collect();
            let reactions: Vec<_> = notes(one, "reaction").into_iter().map(str::to_owned).collect();
            let message = one.message.clone();
            (message.time, message.from, message.text, message.event, media, reactions)
        }).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(report.skipped, vec![]);
    }
}
