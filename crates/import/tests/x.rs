//! Direct messages in the archive of an account of X.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/json.rs"]
mod json_exports;

use std::{collections::BTreeSet, fs};

use blackbox_format::message::Incoming;
use blackbox_import::Report;
use common::{content, import, skipped, texts};
use jiff::Timestamp;
use json_exports::{corpora, folder, mangled, notes, write};
use proptest::prelude::*;
use serde_json::{Value, json};

const ACCOUNT: &str = r#"window.YTD.account.part0 = [ {
  "account" : { "email" : "ada@mail.example", "createdVia" : "web", "username" : "adabrook",
    "accountId" : "1001", "createdAt" : "2010-01-01T00:00:00.000Z", "accountDisplayName" : "Ada Brook" } } ]"#;

fn message(text: &str) -> Value {
    json!({"messageCreate": {"recipientId": "2002", "reactions": [], "urls": [], "text": text, "mediaUrls": [],
        "senderId": "1001", "id": "77", "createdAt": "2021-03-25T17:09:21.500Z"}})
}

fn with(mut base: Value, more: Value) -> Value {
    base["messageCreate"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn conversation(id: &str, messages: &[Value]) -> Value {
    json!({"dmConversation": {"conversationId": id, "messages": messages}})
}

fn script(name: &str, list: &Value) -> String {
    format!("window.YTD.{name}.part0 = {}", serde_json::to_string_pretty(list).unwrap())
}

fn archive(name: &str, conversations: &[Value]) -> (Vec<Incoming>, Report) {
    let file = format!("data/{}.js", name.replace('_', "-"));
    let folder = folder(&[
        (&file, script(name, &json!(conversations)).as_bytes()),
        ("data/account.js", ACCOUNT.as_bytes()),
    ]);
    import(folder.path())
}

fn pair(messages: &[Value]) -> (Vec<Incoming>, Report) {
    archive("direct_messages", &[conversation("1001-2002", messages)])
}

#[test]
fn a_message_has_its_people_by_their_numbers_and_the_owner_by_every_name() {
    let back = json!({"senderId": "2002", "recipientId": "1001"});
    let (all, report) = pair(&[message("The gates open at nine."), with(message("Good"), back)]);
    let found = &all[0].message;
    assert_eq!((&found.from[..], &found.to[..], &found.chat), ("1001", &["2002".to_owned()][..], &None));
    assert_eq!((found.time, &found.written_time[..]), (1_616_692_161_500, "2021-03-25T17:09:21.500Z"));
    assert_eq!((&found.platform[..], found.source_id.as_deref()), ("x", Some("77")));
    assert_eq!(
        (&found.names[0].written[..], &found.names[0].also[..]),
        ("1001", &["Ada Brook", "adabrook", "ada@mail.example"].map(str::to_owned)[..])
    );
    assert_eq!(all[1].message.names, found.names);
    assert_eq!(notes(&all[0], "conversation"), ["1001-2002"]);
    assert_eq!((report.sources[0].format.as_str(), report.skipped.len()), ("x-archive", 0));
    assert!(report.sources[0].not_understood.is_empty());
}

#[test]
fn reactions_links_and_edits_are_annotations() {
    let more = json!({
        "reactions": [{"senderId": "2002", "reactionKey": "funny", "eventId": "9", "createdAt": "2021-03-25T17:10:00.000Z"}],
        "urls": [{"url": "https://t.example/1", "expanded": "https://quay.example/", "display": "quay.example"}],
        "editHistory": [{"createdAtSec": "1616692161", "editedText": "At eight"}, {"createdAtSec": "1616692170", "editedText": "At nine"}],
    });
    let (all, report) = pair(&[with(message("At nine"), more)]);
    assert_eq!(notes(&all[0], "reaction"), ["funny 2002"]);
    assert_eq!(notes(&all[0], "link"), ["https://quay.example/\nhttps://t.example/1"]);
    assert_eq!(
        (notes(&all[0], "previous-text"), notes(&all[0], "edited")),
        (vec!["At eight"], vec!["1616692170"])
    );
    assert!(report.sources[0].not_understood.is_empty());
}

#[test]
fn what_happens_to_a_group_is_an_event_and_its_members_are_those_of_the_time() {
    let at = |minute: u8| format!("2021-03-25T17:{minute:02}:00.000Z");
    let group = |minute: u8, text: &str| json!({"messageCreate": {"senderId": "2002", "text": text, "id": "5", "createdAt": at(minute)}});
    let (all, report) = archive(
        "direct_messages_group",
        &[conversation(
            "5005",
            &[
                json!({"participantsLeave": {"userIds": ["3003"], "createdAt": at(50)}}),
                group(45, "Welcome"),
                json!({"participantsJoin": {"initiatingUserId": "2002", "userIds": ["4004"], "createdAt": at(40)}}),
                group(35, "Hello"),
                json!({"conversationNameUpdate": {"initiatingUserId": "2002", "name": "Harbour plan", "createdAt": at(30)}}),
                json!({"joinConversation": {"initiatingUserId": "2002", "participantsSnapshot": ["1001", "2002", "3003"], "createdAt": at(20)}}),
                json!({"reactionCreate": {"senderId": "3003", "reactionKey": "like", "eventId": "5", "createdAt": at(20)}}),
                json!({"somethingNew": {"a": 1, "createdAt": at(10)}}),
            ],
        )],
    );
    let found: Vec<_> =
        all.iter().map(|one| (one.message.event.as_deref().unwrap_or("-"), &one.message.text[..])).collect();
    assert_eq!(
        found,
        [
            ("left", "3003 left"),
            ("-", "Welcome"),
            ("added", "2002 added 4004"),
            ("-", "Hello"),
            ("renamed", "2002 named the conversation Harbour plan"),
            ("joined", "2002 added the owner of this archive to 1001, 2002, 3003"),
            ("notice", "3003 reacted: like"),
            ("notice", "somethingNew"),
        ]
    );
    assert!(all.iter().all(|one| one.message.chat.as_deref() == Some("Harbour plan")));
    assert_eq!(
        (&all[1].message.to[..], &all[3].message.to[..]),
        (&["1001", "3003", "4004"].map(str::to_owned)[..], &["1001", "3003"].map(str::to_owned)[..])
    );
    assert_eq!(
        (notes(&all[2], "sender"), notes(&all[6], "reply-to"), notes(&all[7], "raw:a")),
        (vec!["2002"], vec!["5"], vec!["1"])
    );
    assert_eq!((report.sources[0].messages, report.sources[0].events), (2, 6));
    assert_eq!(report.sources[0].not_understood["somethingNew"], 1);
}

#[test]
fn media_lie_beside_the_messages_under_the_id_of_their_message() {
    let photo = with(message("see"), json!({"mediaUrls": ["https://ton.example/dm/77/8/abc.jpg"]}));
    let video = with(
        message(""),
        json!({"id": "78", "mediaUrls": ["https://video.example/x/clip.mp4?tag=1", "../../secret.txt"]}),
    );
    let list = json!([conversation("1001-2002", &[photo, video])]);
    let folder = folder(&[
        ("data/direct-messages.js", script("direct_messages", &list).as_bytes()),
        ("data/direct_messages_media/77-abc.jpg", b"photo"),
        ("data/direct_messages_media/78-clip.mp4", b"video"),
        ("secret.txt", b"secret"),
    ]);
    let (all, report) = import(folder.path());
    assert_eq!((content(&all[0]), content(&all[1])), (b"photo".to_vec(), b"video".to_vec()));
    assert_eq!((&all[0].media[0].name[..], &all[1].media[0].media_type[..]), ("abc.jpg", "video/mp4"));
    assert!(all[1].media[1].content.is_none());
    assert_eq!(report.notes[0].reason, "attachment \"secret.txt\" is not in the folder of the export");
}

#[test]
fn other_scripts_of_the_archive_are_not_taken_for_messages() {
    let headers = script("direct_message_headers", &json!([conversation("1-2", &[message("x")])]));
    let folder = folder(&[
        ("data/direct-message-headers.js", headers.as_bytes()),
        ("data/account.js", ACCOUNT.as_bytes()),
    ]);
    let (all, report) = import(folder.path());
    assert!(all.is_empty() && report.sources.is_empty());
    let (all, report) = archive("direct_messages", &[]);
    assert!(all.is_empty() && report.sources.len() == 1);
}

#[test]
fn an_item_without_a_time_is_left_out_with_its_attachments() {
    let bad = json!({"createdAt": "once", "mediaUrls": ["https://x.example/a.jpg"]});
    let (all, report) =
        pair(&[with(message("x"), bad), json!({}), json!(7), json!({"messageCreate": []}), message("y")]);
    assert_eq!(texts(&all), ["y"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(
        reasons,
        [
            (Some(1), "an attachment of a message that was left out"),
            (Some(1), "the item has no time that can be read"),
            (Some(2), "the item of the conversation is empty"),
            (Some(3), "the item of the conversation is not an object"),
            (Some(4), "what the item of the conversation has is not an object"),
        ]
    );
}

#[test]
fn years_beyond_the_range_are_left_out() {
    let dated = |year: &str| with(message("x"), json!({"createdAt": format!("{year}-03-25T17:09:21.500Z")}));
    let (all, report) =
        pair(&[dated("0000"), dated("1969"), dated("9999"), dated("123456"), message("good")]);
    assert_eq!((texts(&all), report.sources[0].skipped), (vec!["good"], 4));
}

fn full() -> Value {
    with(
        message("all of it"),
        json!({
            "mediaUrls": ["https://ton.example/dm/77/8/abc.jpg"],
            "reactions": [{"senderId": "2", "reactionKey": "k", "eventId": "e", "createdAt": "c"}],
            "urls": [{"url": "u", "expanded": "e", "display": "d"}],
            "editHistory": [{"createdAtSec": "1", "editedText": "t"}],
        }),
    )
}

#[test]
fn values_that_do_not_fit_are_no_fault() {
    let join = json!({"participantsJoin": {"initiatingUserId": "1", "userIds": ["2"], "createdAt": "2021-03-25T17:09:21.500Z"}});
    let mut messages = vec![message("first")];
    messages.extend(mangled(&full()));
    messages.extend(mangled(&join));
    for id in ["1001-2002", "5005"] {
        let (all, report) = archive("direct_messages", &[conversation(id, &messages)]);
        assert!(all.len() * 2 > messages.len(), "{report:?}");
    }
    for list in mangled(&json!([conversation("1-2", &[full()])])) {
        let folder = folder(&[("a.js", script("direct_messages", &list).as_bytes())]);
        import(folder.path());
    }
    let account: Value = serde_json::from_str(ACCOUNT.split_once('=').unwrap().1).unwrap();
    let list = script("direct_messages", &json!([conversation("1001-2002", &[message("x")])]));
    for account in mangled(&account) {
        let folder =
            folder(&[("a.js", list.as_bytes()), ("account.js", script("account", &account).as_bytes())]);
        assert_eq!(texts(&import(folder.path()).0), ["x"]);
    }
}

#[test]
fn a_damaged_file_is_read_up_to_the_damage() {
    let start = format!(
        "window.YTD.direct_messages.part0 = [{{\"dmConversation\":{{\"conversationId\":\"1-2\",\"messages\":[{},",
        message("first")
    );
    let mut bytes = format!("{start}{{\"messageCreate\":{{\"text\":\"secret").into_bytes();
    let (cut, deep) = (bytes.clone(), format!("{start}{}", "[".repeat(100_000)).into_bytes());
    bytes.extend(b"\xff\"}}]}}]");
    let end = "it cannot be read beyond item 1";
    for (bytes, reason) in [(cut, end), (deep, end), (bytes, "the item has no time that can be read")] {
        let folder = folder(&[("direct-messages.js", &bytes)]);
        let (all, report) = import(folder.path());
        assert_eq!(texts(&all), ["first"]);
        let reasons = skipped(&report, folder.path());
        assert!(reasons.len() == 1 && reasons[0].2.starts_with(reason), "{reasons:?}");
        assert!(!reasons[0].2.contains("secret"));
    }
}

#[test]
fn a_text_of_20_mb_passes() {
    let (all, _) = pair(&[message("y"), message(&"x".repeat(20 << 20))]);
    assert_eq!((all[1].message.text.len(), &all[0].message.text[..]), (20 << 20, "y"));
}

#[test]
fn the_real_archives_give_what_their_expected_json_says() {
    let Some(corpora) = corpora() else { return };
    let top = corpora.join("dev/x-dm/Twitter-Archive-Browser");
    let expected: Value = serde_json::from_slice(&fs::read(top.join("expected.json")).unwrap()).unwrap();
    for (name, facts) in expected["files"].as_object().unwrap() {
        let (all, report) = import(&top.join(name));
        let source = &report.sources[0];
        assert_eq!(json!(source.messages), facts["messageCreate"], "{name}");
        if facts["events"].is_u64() {
            assert_eq!(json!(source.messages + source.events), facts["events"], "{name}");
        }
        let conversations: BTreeSet<_> = all.iter().map(|one| notes(one, "conversation")).collect();
        assert_eq!(json!(conversations.len()), facts["conversations"], "{name}");
        assert!(source.not_understood.is_empty() && report.skipped.is_empty(), "{report:?}");
    }
}

/// An item that is to be written: milliseconds until the next, sender, text, attachment, reaction, whether it is a join.
type Written = (i64, usize, String, bool, bool, bool);

const PEOPLE: [&str; 3] = ["1001", "2002", "3003"];

fn written() -> impl Strategy<Value = Vec<Written>> {
    let text = "([A-Za-zÄéжשם😀 ,.!?0-9:=\"\\\\\n<>\\[\\]{}-]{0,60}|\\PC{0,20})";
    let one = (1i64..4_000_000_000, 0..3usize, text, any::<bool>(), any::<bool>(), any::<bool>());
    prop::collection::vec(one, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_are_read_back_as_they_were_written(start in 0i64..1_600_000_000_000, items in written(), group in any::<bool>()) {
        let (name, media_folder) = match group {
            true => ("direct_messages_group", "direct_messages_group_media"),
            false => ("direct_messages", "direct_messages_media"),
        };
        let folder = folder(&[("data/account.js", ACCOUNT.as_bytes())]);
        let (mut time, mut list, mut expected) = (start, Vec::new(), Vec::new());
        for (number, (later, sender, text, file, liked, join)) in items.iter().enumerate() {
            let written = Timestamp::from_millisecond(time).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
            let from = PEOPLE[*sender];
            if group && *join {
                list.push(json!({"participantsJoin": {"initiatingUserId": from, "userIds": [format!("9{number}")], "createdAt": written}}));
                expected.push((time, String::new(), format!("{from} added 9{number}"), Some("added".to_owned()), vec![], vec![]));
            } else {
                let mut one = json!({"senderId": from, "text": text, "id": number.to_string(), "createdAt": written,
                    "urls": [], "reactions": [], "mediaUrls": []});
                if !group {
                    one["recipientId"] = json!(PEOPLE[(*sender + 1) % 3]);
                }
                let (mut media, mut reactions) = (Vec::new(), Vec::new());
                if *file {
                    one["mediaUrls"] = json!([format!("https://ton.example/dm/{number}/1/f.jpg")]);
                    write(folder.path(), &format!("data/{media_folder}/{number}-f.jpg"), format!("bytes of {number}"));
                    media.push(("f.jpg".to_owned(), format!("bytes of {number}")));
                }
                if *liked {
                    one["reactions"] = json!([{"senderId": "3003", "reactionKey": "like", "eventId": "1", "createdAt": written}]);
                    reactions.push("like 3003".to_owned());
                }
                list.push(json!({"messageCreate": one}));
                expected.push((time, from.to_owned(), text.clone(), None, media, reactions));
            }
            time += later;
        }
        list.reverse();
        expected.reverse();
        let id = if group { "5005" } else { "1001-2002" };
        let bytes = script(name, &json!([conversation(id, &list)]));
        write(folder.path(), &format!("data/{}.js", name.replace('_', "-")), bytes);
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
