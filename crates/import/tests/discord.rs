//! Discord: DiscordChatExporter's channels, and the data package of an account.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/json.rs"]
mod json_exports;
#[path = "discord/package.rs"]
mod packages;
#[path = "common/words.rs"]
mod words;

use std::fs;

use blackbox_format::message::Incoming;
use blackbox_import::Report;
use common::{content, deflated, import, skipped, texts};
use jiff::Timestamp;
use json_exports::{corpora, folder, mangled, notes, write};
use proptest::prelude::*;
use serde_json::{Value, json};

fn author(id: &str, name: &str, nick: &str) -> Value {
    json!({"id": id, "name": name, "discriminator": "0000", "nickname": nick, "color": "#FFFFFF", "isBot": false,
        "roles": [], "avatarUrl": "x.png"})
}

fn message(text: &str) -> Value {
    json!({"id": "900", "type": "Default", "timestamp": "2021-03-25T17:09:21.5+00:00", "timestampEdited": null,
        "callEndedTimestamp": null, "isPinned": false, "content": text, "author": author("1", "adab", "Ada Brook"),
        "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []})
}

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn channel(kind: &str, messages: &[Value]) -> Value {
    let guild = if kind.starts_with("Direct") { "Direct Messages" } else { "Harbour" };
    json!({
        "guild": {"id": "5", "name": guild, "iconUrl": "i"},
        "channel": {"id": "55", "type": kind, "categoryId": "6", "category": "Works", "name": "gates", "topic": null},
        "dateRange": {"after": null, "before": null},
        "exportedAt": "2022-01-01T00:00:00+00:00",
        "messages": messages,
        "messageCount": messages.len(),
    })
}

/// The file as the exporter writes it: in this order.
fn file(channel: &Value) -> String {
    let part = |key: &str| format!("\"{key}\": {}", channel[key]);
    let parts = ["guild", "channel", "dateRange", "exportedAt", "messages", "messageCount"].map(part);
    format!("{{\n{}\n}}\n", parts.join(",\n"))
}

fn exported(kind: &str, messages: &[Value]) -> (Vec<Incoming>, Report) {
    let folder = folder(&[("gates.json", file(&channel(kind, messages)).as_bytes())]);
    import(folder.path())
}

#[test]
fn a_message_of_a_server_has_its_author_and_the_names_of_server_and_channel() {
    let (all, report) = exported("GuildTextChat", &[message("The gates open at nine.")]);
    let found = &all[0].message;
    assert_eq!((&found.from[..], found.chat.as_deref()), ("Ada Brook", Some("Harbour / gates")));
    assert_eq!((&found.to[..], &found.names[0].also[..]), (&[][..], &["adab", "1"].map(str::to_owned)[..]));
    assert_eq!((found.time, &found.written_time[..]), (1_616_692_161_500, "2021-03-25T17:09:21.5+00:00"));
    assert_eq!((&found.platform[..], found.source_id.as_deref()), ("discord", Some("900")));
    assert_eq!((notes(&all[0], "category"), notes(&all[0], "channel")), (vec!["Works"], vec!["55"]));
    let source = &report.sources[0];
    assert_eq!((source.format.as_str(), source.declared), ("discord-chat-exporter", Some(1)));
    assert!(report.skipped.is_empty() && report.notes.is_empty() && source.not_understood.is_empty());
}

#[test]
fn the_people_of_a_direct_conversation_are_recipients() {
    let other = json!({"author": {"id": "2", "name": "bof", "discriminator": "1234", "nickname": null, "isBot": true}});
    let (all, _) = exported("DirectTextChat", &[message("x"), with(message("y"), other)]);
    assert_eq!(
        (&all[0].message.to[..], &all[1].message.to[..]),
        (&["bof".to_owned()][..], &["Ada Brook".to_owned()][..])
    );
    assert_eq!(all[0].message.chat.as_deref(), Some("gates"));
    assert_eq!(all[0].message.names[1].also, ["bof#1234", "2"]);
    assert_eq!(notes(&all[1], "sender-type"), ["Bot"]);
    let (silent, _) = exported("DirectTextChat", &[message("x")]);
    assert_eq!(silent[0].message.to, ["gates"]);
}

#[test]
fn notices_are_events() {
    let kind = |kind: &str, text: &str| with(message(text), json!({"type": kind}));
    let call = json!({"callEndedTimestamp": "2021-03-25T17:20:00+00:00"});
    let (all, report) = exported(
        "DirectGroupTextChat",
        &[
            kind("ChannelNameChange", "Changed the channel name."),
            with(kind("Call", "Started a call that lasted 11 minutes."), call),
            kind("GuildMemberJoin", "Joined the server."),
            with(
                kind("ChannelPinnedMessage", "Pinned a message."),
                json!({"reference": {"messageId": "7", "channelId": "55"}}),
            ),
            kind("RecipientAdd", "Added Bo to the group."),
            kind("RecipientRemove", "Left the group."),
            kind("ThreadCreated", "Started a thread."),
            kind("8", ""),
            kind("999", ""),
            kind("999", "words"),
            kind("Reply", "a reply"),
        ],
    );
    let found: Vec<_> = all.iter().map(|one| one.message.event.as_deref().unwrap_or("-")).collect();
    let expected =
        ["renamed", "call", "joined", "pinned", "added", "left", "created", "notice", "notice", "-", "-"];
    assert_eq!(found, expected);
    assert!(all[..9].iter().all(|one| one.message.from.is_empty() && notes(one, "sender") == ["Ada Brook"]));
    assert_eq!(notes(&all[1], "call-ended"), ["2021-03-25T17:20:00+00:00"]);
    assert_eq!(
        (&all[1].message.text[..], &all[7].message.text[..]),
        ("Started a call that lasted 11 minutes.", "Ada Brook boosted the server")
    );
    assert_eq!(notes(&all[3], "reply-to"), ["7"]);
    assert_eq!(report.sources[0].not_understood["type"], 2);
}

#[test]
fn replies_edits_reactions_pins_and_forwards_are_annotations() {
    let (all, report) = exported(
        "GuildTextChat",
        &[
            with(
                message("At nine"),
                json!({
                    "type": "Reply", "timestampEdited": "2021-03-25T17:10:00+00:00", "isPinned": true,
                    "reference": {"messageId": "899", "channelId": "77", "guildId": "5"},
                    "mentions": [author("2", "bof", "Bo Finch")],
                    "reactions": [
                        {"emoji": {"id": "", "name": "👍", "isAnimated": false, "imageUrl": "u"}, "count": 3,
                            "users": [author("2", "bof", "Bo Finch")]},
                        {"emoji": {"id": "9", "name": "gate", "isAnimated": false, "imageUrl": "u"}, "count": 2}],
                    "interaction": {"id": "1", "name": "tide", "user": author("2", "bof", "Bo Finch")},
                }),
            ),
            with(
                message(""),
                json!({
                    "reference": {"messageId": "1", "channelId": "2", "guildId": "3", "type": "Forward"},
                    "forwardedMessage": {"content": "Mind the gap", "timestamp": "2021-03-01T00:00:00+00:00",
                        "timestampEdited": null, "attachments": [{"id": "1", "url": "https://x.example/a.png", "fileName": "a.png", "fileSizeBytes": 3}],
                        "embeds": [], "stickers": [], "inlineEmojis": []},
                }),
            ),
        ],
    );
    assert_eq!((notes(&all[0], "reply-to"), notes(&all[0], "reference-channel")), (vec!["899"], vec!["77"]));
    assert_eq!(
        (notes(&all[0], "edited"), notes(&all[0], "pinned")),
        (vec!["2021-03-25T17:10:00+00:00"], vec!["true"])
    );
    assert_eq!(notes(&all[0], "reaction"), ["👍 Bo Finch", "gate "]);
    assert_eq!(notes(&all[0], "reaction-count"), ["👍 3", "gate 2"]);
    assert_eq!(
        (notes(&all[0], "mention"), notes(&all[0], "interaction")),
        (vec!["Bo Finch"], vec!["/tide Bo Finch"])
    );
    assert_eq!(
        (&all[1].message.text[..], notes(&all[1], "forwarded")),
        ("Mind the gap", vec!["2021-03-01T00:00:00+00:00"])
    );
    assert_eq!((all[1].media.len(), notes(&all[1], "reply-to").len()), (1, 0));
    assert!(report.sources[0].not_understood.is_empty(), "{:?}", report.sources[0].not_understood);
}

#[test]
fn the_words_of_embeds_are_the_text_of_a_message_that_has_none() {
    let embeds = json!({"embeds": [{"title": "Tides", "url": "https://tides.example/", "timestamp": null,
        "description": "High at noon", "color": "#1", "author": {"name": "Harbour bot", "url": null},
        "fields": [{"name": "Low", "value": "six", "isInline": true}], "footer": {"text": "daily"},
        "thumbnail": {"url": "https://x.example/t.png", "width": 1, "height": 1}, "images": [], "mood": "calm"}]});
    let (all, report) =
        exported("GuildTextChat", &[with(message(""), embeds.clone()), with(message("see"), embeds)]);
    let words = "Harbour bot\nTides\nhttps://tides.example/\nHigh at noon\nLow: six\ndaily";
    assert_eq!((texts(&all), notes(&all[1], "embed")), (vec![words, "see"], vec![words]));
    assert_eq!(report.sources[0].not_understood["embeds.mood"], 2);
    assert_eq!(notes(&all[0], "raw:embeds.mood"), ["\"calm\""]);
}

#[test]
fn downloaded_files_are_attached_and_others_keep_their_addresses() {
    let attachment =
        |url: &str, name: &str| json!({"id": "1", "url": url, "fileName": name, "fileSizeBytes": 3});
    let messages = [
        with(
            message(""),
            json!({"attachments": [attachment("gates.json_Files\\plan-1F0A2.png", "plan.png")]}),
        ),
        with(
            message(""),
            json!({"attachments": [attachment("gates.json_Files/a%20b-00000.pdf", "a b.pdf")]}),
        ),
        with(
            message(""),
            json!({"stickers": [{"id": "1", "name": "Wave", "format": "Png", "sourceUrl": "gates.json_Files/w-1.png"}]}),
        ),
        with(
            message(""),
            json!({"embeds": [{"image": {"url": "gates.json_Files/e-1.png"}, "images": [{"url": "gates.json_Files/e-1.png"}]}]}),
        ),
        with(
            message(""),
            json!({"attachments": [attachment("https://cdn.example/1/lost.zip?x=1", "lost.zip"),
            attachment("gates.json_Files/gone.png", "gone.png"), attachment("../secret.txt", "secret.txt"), attachment("", "")]}),
        ),
    ];
    let folder = folder(&[
        ("e/gates.json", file(&channel("GuildTextChat", &messages)).as_bytes()),
        ("e/gates.json_Files/plan-1F0A2.png", b"plan"),
        ("e/gates.json_Files/a b-00000.pdf", b"text"),
        ("e/gates.json_Files/w-1.png", b"wave"),
        ("e/gates.json_Files/e-1.png", b"embed"),
        ("secret.txt", b"secret"),
    ]);
    let (all, report) = import(folder.path());
    let found: Vec<Vec<u8>> = all[..4].iter().map(content).collect();
    assert_eq!(found, [b"plan".to_vec(), b"text".to_vec(), b"wave".to_vec(), b"embed".to_vec()]);
    let names: Vec<_> =
        all[..4].iter().map(|one| (&one.media[0].name[..], &one.media[0].media_type[..])).collect();
    assert_eq!(
        names[..3],
        [("plan.png", "image/png"), ("a b.pdf", "application/pdf"), ("Wave", "image/png")]
    );
    assert!(all[4].media.iter().all(|media| media.content.is_none()) && all[4].media.len() == 3);
    assert_eq!(notes(&all[4], "media-url"), ["https://cdn.example/1/lost.zip?x=1"]);
    let reasons: Vec<_> = report.notes.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(
        reasons,
        ["gone.png", "secret.txt"]
            .map(|name| format!("attachment \"{name}\" is not in the folder of the export"))
    );
    assert_eq!(report.sources[0].skipped, 1);
}

#[test]
fn a_count_that_does_not_hold_is_noted() {
    let mut channel = channel("GuildTextChat", &[message("x"), message("y")]);
    channel["messageCount"] = json!(3);
    let folder = folder(&[("a.json", file(&channel).as_bytes())]);
    let (_, report) = import(folder.path());
    assert_eq!(report.sources[0].declared, Some(3));
    assert_eq!(report.notes[0].reason, "it says that it has 3 messages; 2 messages and events were read");
}

const INDEX: &str = r#"{"55": "gates in Harbour", "66": "Direct Message with bof#0", "77": null}"#;
const USER: &str = r#"{"id": "1", "username": "adab", "discriminator": 0, "global_name": "Ada Brook",
    "email": "ada@mail.example", "relationships": [{"id": "9", "username": "other"}]}"#;

fn package(number: &str, about: &str, name: &str, bytes: &[u8]) -> (Vec<Incoming>, Report) {
    let folder = folder(&[
        ("package/messages/index.json", INDEX.as_bytes()),
        ("package/account/user.json", USER.as_bytes()),
        (&format!("package/messages/c{number}/channel.json"), about.as_bytes()),
        (&format!("package/messages/c{number}/{name}"), bytes),
    ]);
    import(folder.path())
}

#[test]
fn a_data_package_has_what_its_owner_wrote() {
    let about =
        r#"{"id": "55", "type": "GUILD_TEXT", "name": "gates", "guild": {"id": "5", "name": "Harbour"}}"#;
    let list = json!([
        {"ID": 897_870_239_797_215_243_u64, "Timestamp": "2021-10-13 15:35:46", "Contents": "Good", "Attachments": ""},
        {"ID": 2, "Timestamp": "2021-10-13 15:35:47", "Contents": "", "Attachments":
            "https://cdn.example/1/2/a.jpg?ex=0 https://cdn.example/1/2/b.pdf", "New": [1]},
    ]);
    let (all, report) = package("55", about, "messages.json", list.to_string().as_bytes());
    let found = &all[0].message;
    assert_eq!(
        (&found.from[..], found.chat.as_deref(), found.time),
        ("Ada Brook", Some("Harbour / gates"), 1_634_139_346_000)
    );
    assert_eq!(found.names[0].also, ["adab", "1", "ada@mail.example"]);
    assert_eq!(
        (found.source_id.as_deref(), &found.written_time[..]),
        (Some("897870239797215243"), "2021-10-13 15:35:46")
    );
    let names: Vec<_> = all[1].media.iter().map(|media| (&media.name[..], &media.media_type[..])).collect();
    assert_eq!(names, [("a.jpg", "image/jpeg"), ("b.pdf", "application/pdf")]);
    assert_eq!(notes(&all[1], "raw:New"), ["[1]"]);
    let source = &report.sources[0];
    assert_eq!(
        (source.format.as_str(), &source.timezone, source.attachments_missing),
        ("discord-package", &None, 2)
    );
    assert!(report.skipped.is_empty() && report.notes.is_empty(), "{report:?}");
}

#[test]
fn an_older_package_has_its_messages_as_csv() {
    let about = r#"{"id": "66", "type": "DM", "recipients": ["2", "1"]}"#;
    let csv = "ID,Timestamp,Contents,Attachments\r\n7,2020-05-01 10:00:00.123000+00:00,\"two\nlines, \"\"quoted\"\"\",\r\n8,never,x,https://x.example/a.png\r\n";
    let (all, report) = package("66", about, "messages.csv", csv.as_bytes());
    let found = &all[0].message;
    assert_eq!(
        (&found.text[..], found.time, &found.chat),
        ("two\nlines, \"quoted\"", 1_588_327_200_123, &None)
    );
    assert_eq!((&found.to[..], &found.names[1].also[..]), (&["bof".to_owned()][..], &["2".to_owned()][..]));
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(
        reasons,
        [
            (Some(2), "an attachment of a message that was left out"),
            (Some(2), "the message has no time that can be read"),
        ]
    );
}

#[test]
fn a_package_is_read_in_its_zip_and_alone() {
    let csv = b"ID,Timestamp,Contents,Attachments\n7,2020-05-01 10:00:00+00:00,hi,\n";
    let zip = deflated(&[("Messages/c1/messages.csv", csv), ("Account/user.json", USER.as_bytes())]);
    let folder = folder(&[("package.zip", &zip), ("alone/messages.csv", csv)]);
    let (all, _) = import(folder.path());
    let found: Vec<_> = all.iter().map(|one| &one.message.from[..]).collect();
    assert_eq!(found, ["Me", "Ada Brook"]);
}

#[test]
fn years_beyond_the_range_are_left_out() {
    let dated = |year: &str| with(message("x"), json!({"timestamp": format!("{year}-03-25T17:09:21+00:00")}));
    let (all, report) = exported(
        "GuildTextChat",
        &[dated("0000"), dated("1969"), dated("9999"), dated("123456"), message("good")],
    );
    assert_eq!((texts(&all), report.sources[0].skipped), (vec!["good"], 4));
}

fn full() -> Value {
    with(
        message("all of it"),
        json!({
            "attachments": [{"id": "1", "url": "a/b.png", "fileName": "b.png", "fileSizeBytes": 1}],
            "embeds": [{"title": "t", "author": {"name": "a"}, "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}, "images": [{"url": "u"}]}],
            "stickers": [{"id": "1", "name": "s", "sourceUrl": "s.png"}],
            "reactions": [{"emoji": {"name": "e"}, "count": 1, "users": [{"id": "1", "name": "n"}]}],
            "mentions": [{"id": "1", "name": "n"}], "reference": {"messageId": "1", "channelId": "2"},
            "interaction": {"name": "i", "user": {"id": "1"}}, "forwardedMessage": {"content": "c", "embeds": [{}]},
        }),
    )
}

#[test]
fn values_that_do_not_fit_are_no_fault() {
    let mut messages = vec![message("first")];
    messages.extend(mangled(&full()));
    for kind in ["GuildTextChat", "DirectTextChat"] {
        let (all, report) = exported(kind, &messages);
        assert!(all.len() * 2 > messages.len(), "{report:?}");
    }
    for channel in mangled(&channel("DirectTextChat", &[message("x")])) {
        if channel.is_object() {
            let folder = folder(&[("a.json", file(&channel).as_bytes())]);
            import(folder.path());
        }
    }
    let item = json!({"ID": 1, "Timestamp": "2021-10-13 15:35:46", "Contents": "x", "Attachments": "https://x.example/a"});
    let mut list = vec![item.clone()];
    list.extend(mangled(&item));
    for about in
        mangled(&json!({"id": "66", "type": "DM", "recipients": ["2"], "guild": {"name": "n"}, "name": "x"}))
    {
        let (all, _) = package("66", &about.to_string(), "messages.json", json!(list).to_string().as_bytes());
        assert!(all.len() * 3 > list.len());
    }
}

#[test]
fn a_damaged_file_is_read_up_to_the_damage() {
    let whole = file(&channel("GuildTextChat", &[message("first")]));
    let start = whole.split("],\n\"messageCount\"").next().unwrap().to_owned() + ",";
    let mut bytes = format!("{start}{{\"content\":\"secret").into_bytes();
    let (cut, deep) = (bytes.clone(), format!("{start}{}", "[".repeat(100_000)).into_bytes());
    bytes.extend(b"\xff\"}]}");
    let end = "it cannot be read beyond item 1";
    for (bytes, reason) in [(cut, end), (deep, end), (bytes, "the message has no time that can be read")] {
        let folder = folder(&[("a.json", &bytes)]);
        let (all, report) = import(folder.path());
        assert_eq!(texts(&all), ["first"]);
        let reasons = skipped(&report, folder.path());
        assert!(reasons.len() == 1 && reasons[0].2.starts_with(reason), "{reasons:?}");
        assert!(!reasons[0].2.contains("secret"));
    }
    let mut csv = b"ID,Timestamp,Contents,Attachments\n7,2020-05-01 10:00:00+00:00,caf\xe9,\n8,2020-05-01 10:00:00+00:00,\"".to_vec();
    csv.extend(vec![b'x'; 65 << 20]);
    let folder = folder(&[("messages.csv", &csv)]);
    let (all, report) = import(folder.path());
    assert_eq!((texts(&all), notes(&all[0], "encoding").len()), (vec!["caf\u{fffd}"], 1));
    let reasons = skipped(&report, folder.path());
    assert_eq!(reasons[0].2, "it cannot be read beyond item 1: one record of it is over 64 MiB");
}

#[test]
fn a_text_of_20_mb_passes() {
    let (all, _) = exported("GuildTextChat", &[message("y"), message(&"x".repeat(20 << 20))]);
    assert_eq!((all[1].message.text.len(), &all[0].message.text[..]), (20 << 20, "y"));
}

#[test]
fn the_real_exports_give_what_their_expected_json_says() {
    let Some(corpora) = corpora() else { return };
    let top = corpora.join("dev/discord/chat-analytics");
    let expected: Value = serde_json::from_slice(&fs::read(top.join("expected.json")).unwrap()).unwrap();
    for (name, facts) in expected["files"].as_object().unwrap() {
        let (all, report) = import(&top.join(name));
        let source = &report.sources[0];
        assert_eq!(json!(all.len()), facts["records"], "{name}");
        if facts["user_messages"].is_u64() {
            assert_eq!(json!(source.messages), facts["user_messages"], "{name}");
        }
        if facts["calls"].is_u64() {
            let calls = all.iter().filter(|one| one.message.event.as_deref() == Some("call")).count();
            assert_eq!(json!(calls), facts["calls"], "{name}");
        }
        if facts["messageCount_declared"].is_u64() {
            assert_eq!(
                (json!(source.declared), report.notes.len()),
                (facts["messageCount_declared"].clone(), 1),
                "{name}"
            );
        }
        assert!(source.not_understood.is_empty() && report.skipped.is_empty(), "{report:?}");
    }
}

/// A message that is to be written: milliseconds until the next, author, text, attachment, reaction, kind.
type Written = (i64, usize, String, bool, bool, usize);

const PEOPLE: [(&str, &str, &str); 3] =
    [("1", "adab", "Ada Brook"), ("2", "bof", "Bo Finch"), ("3", "cleo", "Cléo Marsh")];
const KINDS: [(&str, Option<&str>); 4] =
    [("Default", None), ("Reply", None), ("GuildMemberJoin", Some("joined")), ("Call", Some("call"))];

fn written() -> impl Strategy<Value = Vec<Written>> {
    let text = "|X([A-Za-zÄéжשם😀 ,.!?0-9:=\"\\\\\n<>\\[\\]{}-]{0,60}|\\PC{0,20})";
    let one = (1i64..4_000_000_000, 0..3usize, text, any::<bool>(), any::<bool>(), 0..4usize);
    prop::collection::vec(one, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_are_read_back_as_they_were_written(start in 0i64..1_600_000_000_000, items in written(), direct in any::<bool>()) {
        let folder = folder(&[]);
        let (mut time, mut list, mut expected) = (start, Vec::new(), Vec::new());
        for (number, (later, from, text, attached, liked, kind)) in items.iter().enumerate() {
            let (id, name, nick) = PEOPLE[*from];
            // Of an event without words, words are made.
            let (kind, event) = KINDS[if text.is_empty() { 0 } else { *kind }];
            let stamp = Timestamp::from_millisecond(time).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string();
            let mut one = with(message(text), json!({"id": number.to_string(), "type": kind, "timestamp": stamp, "author": author(id, name, nick)}));
            let (mut media, mut reactions) = (Vec::new(), Vec::new());
            if *attached {
                let path = format!("c.json_Files/f {number}-0A1B2.png");
                write(folder.path(), &path, format!("bytes of {number}"));
                one["attachments"] = json!([{"id": "1", "url": path, "fileName": "f.png", "fileSizeBytes": 1}]);
                media.push(("f.png".to_owned(), format!("bytes of {number}")));
            }
            if *liked {
                one["reactions"] = json!([{"emoji": {"id": "", "name": "😀"}, "count": 1, "users": [author("3", "cleo", "Cléo Marsh")]}]);
                reactions.push("😀 Cléo Marsh".to_owned());
            }
            let sender = if event.is_some() { "" } else { nick };
            expected.push((time, sender.to_owned(), text.clone(), event.map(str::to_owned), media, reactions));
            list.push(one);
            time += later;
        }
        let kind = if direct { "DirectGroupTextChat" } else { "GuildTextChat" };
        write(folder.path(), "c.json", file(&channel(kind, &list)));
        let (all, report) = import(folder.path());
        let found: Vec<_> = all.iter().map(|one| {
            let media: Vec<_> = one.media.iter().map(|media| (media.name.clone(), String::from_utf8(content(one)).unwrap())).collect();
            let reactions: Vec<_> = notes(one, "reaction").into_iter().map(str::to_owned).collect();
            let message = one.message.clone();
            (message.time, message.from, message.text, message.event, media, reactions)
        }).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
    }
}
