//! Facebook Messenger and Instagram, whose exports have one form, and chats that are encrypted end to end.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/json.rs"]
mod json_exports;
#[path = "common/words.rs"]
mod words;

use std::{collections::BTreeSet, fs};

use blackbox_format::message::{Incoming, Media};
use blackbox_import::Report;
use common::{content, deflated, import, skipped, texts};
use json_exports::{corpora, folder, mangled, notes, write};
use proptest::prelude::*;
use serde_json::{Value, json};
use words::words;

/// Each byte of UTF-8 as a character, as Meta writes texts.
fn bytewise(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn message(text: &str) -> Value {
    json!({"sender_name": "Ada Brook", "timestamp_ms": 1_616_692_161_500_i64, "content": bytewise(text),
        "type": "Generic"})
}

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

fn thread(messages: &[Value]) -> Value {
    json!({
        "participants": [{"name": "Ada Brook"}, {"name": "Bo Finch"}, {"name": bytewise("Cléo Marsh")}],
        "messages": messages,
        "title": bytewise("Pläne"),
        "is_still_participant": true,
        "thread_path": "inbox/plane_1",
        "magic_words": [],
    })
}

fn import_at(path: &str, messages: &[Value]) -> (Vec<Incoming>, Report) {
    let folder = folder(&[(path, thread(messages).to_string().as_bytes())]);
    import(folder.path())
}

fn messenger(messages: &[Value]) -> (Vec<Incoming>, Report) {
    import_at("messages/inbox/plane_1/message_1.json", messages)
}

#[test]
fn a_message_has_its_sender_and_the_other_participants_with_repaired_characters() {
    let (all, report) =
        messenger(&[message("Grüße 😀"), with(message("x"), json!({"content": "Gr\u{fc}\u{df}e"}))]);
    let found = &all[0].message;
    assert_eq!(
        (&found.from[..], &found.text[..], found.chat.as_deref()),
        ("Ada Brook", "Grüße 😀", Some("Pläne"))
    );
    assert_eq!(found.to, ["Bo Finch", "Cléo Marsh"]);
    assert_eq!((found.time, &found.written_time[..]), (1_616_692_161_500, "1616692161500"));
    assert_eq!((&found.platform[..], report.sources[0].format.as_str()), ("messenger", "facebook-json"));
    assert_eq!(notes(&all[0], "thread"), ["inbox/plane_1"]);
    assert_eq!(all[1].message.text, "Grüße");
    assert!(report.skipped.is_empty() && report.sources[0].not_understood.is_empty());
}

#[test]
fn an_export_of_early_2018_has_seconds_and_names_alone() {
    let old = json!({"participants": ["Bo Finch", "Ada Brook"], "title": "Bo Finch", "messages": [
        {"sender_name": "Ada Brook", "timestamp": 1_516_692_161, "content": "hi", "type": "Generic"}]});
    let folder = folder(&[("messages/bo/message.json", old.to_string().as_bytes())]);
    let (all, _) = import(folder.path());
    let found = &all[0].message;
    assert_eq!((found.time, &found.written_time[..]), (1_516_692_161_000, "1516692161"));
    assert_eq!((&found.from[..], &found.to[..]), ("Ada Brook", &["Bo Finch".to_owned()][..]));
}

#[test]
fn a_thread_of_several_files_is_read_by_their_numbers() {
    let folder = folder(&[]);
    for number in [1, 2, 10] {
        let file = thread(&[message(&format!("file {number}"))]);
        write(folder.path(), &format!("messages/inbox/a/message_{number}.json"), file.to_string());
    }
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["file 1", "file 2", "file 10"]);
    assert_eq!(report.sources.len(), 1);
}

#[test]
fn attachments_lie_below_the_folder_of_the_export() {
    let uri =
        |name: &str| json!([{"uri": format!("messages/inbox/plane_1/{name}"), "creation_timestamp": 1}]);
    let folder = folder(&[
        ("messages/inbox/plane_1/photos/1.jpg", b"photo"),
        ("messages/inbox/plane_1/audio/clip.mp4", b"sound"),
        ("messages/stickers_used/7.png", b"sticker"),
        ("secret.txt", b"secret"),
    ]);
    let messages = [
        with(message(""), json!({"photos": uri("photos/1.jpg")})),
        with(message(""), json!({"audio_files": uri("audio/clip.mp4")})),
        with(message(""), json!({"sticker": {"uri": "messages/stickers_used/7.png"}})),
        with(message(""), json!({"videos": uri("videos/lost.mp4"), "files": uri("../../../../secret.txt")})),
    ];
    write(folder.path(), "messages/inbox/plane_1/message_1.json", thread(&messages).to_string());
    let (all, report) = import(folder.path());
    let found: Vec<Vec<u8>> = all[..3].iter().map(content).collect();
    assert_eq!(found, [b"photo".to_vec(), b"sound".to_vec(), b"sticker".to_vec()]);
    assert_eq!((&all[1].media[0].name[..], &all[1].media[0].media_type[..]), ("clip.mp4", "audio/mp4"));
    assert!(all[3].media.iter().all(|media| media.content.is_none()) && all[3].media.len() == 2);
    assert_eq!(report.notes[0].reason, "attachment \"lost.mp4\" is not in the folder of the export");
    let reasons: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(reasons, ["text that is no export of messages that is known"]);
    // The folder of one thread alone holds its attachments, too; and so does a zip.
    let (alone, report) = import(&folder.path().join("messages/inbox/plane_1"));
    assert_eq!((content(&alone[0]), report.sources[0].attachments_missing), (b"photo".to_vec(), 3));
    let file = thread(&messages[..1]).to_string();
    let zip = deflated(&[
        ("messages/inbox/p/message_1.json", file.as_bytes()),
        ("messages/inbox/plane_1/photos/1.jpg", b"zipped"),
    ]);
    write(folder.path(), "facebook.zip", zip);
    let (zipped, _) = import(&folder.path().join("facebook.zip"));
    assert_eq!(content(&zipped[0]), b"zipped");
}

#[test]
fn notices_calls_and_members_are_events() {
    let typed = |kind: &str, more: Value| with(with(message(""), json!({"type": kind})), more);
    let (all, report) = messenger(&[
        message("Ada Brook named the group Pläne."),
        typed(
            "Subscribe",
            json!({"content": "Ada Brook added Bo Finch to the group.", "users": [{"name": "Bo Finch"}]}),
        ),
        typed("Unsubscribe", json!({"users": [{"name": "Bo Finch"}]})),
        typed("Unsubscribe", json!({"users": [{"name": "Ada Brook"}]})),
        typed("Call", json!({"call_duration": 65})),
        typed("Call", json!({"content": "You missed a call from Ada.", "call_duration": 0, "missed": true})),
        message("Bo Finch named the group Pläne."),
    ]);
    let found: Vec<_> =
        all.iter().map(|one| (one.message.event.as_deref().unwrap_or("-"), &one.message.text[..])).collect();
    let expected = [
        ("renamed", "Ada Brook named the group Pläne."),
        ("added", "Ada Brook added Bo Finch to the group."),
        ("removed", "Ada Brook removed Bo Finch"),
        ("left", "Ada Brook left"),
        ("call", "call of 65 seconds"),
        ("call", "You missed a call from Ada."),
        ("-", "Bo Finch named the group Pläne."),
    ];
    assert_eq!(found, expected);
    assert!(all[..6].iter().all(|one| one.message.from.is_empty() && notes(one, "sender") == ["Ada Brook"]));
    assert_eq!((notes(&all[1], "member"), notes(&all[4], "call-seconds")), (vec!["Bo Finch"], vec!["65"]));
    assert_eq!(notes(&all[5], "call"), ["missed"]);
    assert!(report.sources[0].not_understood.is_empty(), "{:?}", report.sources[0].not_understood);
}

#[test]
fn unsent_messages_are_events_and_keep_their_reactions() {
    let gone = json!({"sender_name": "Bo Finch", "timestamp_ms": 1_616_692_161_500_i64, "is_unsent": true,
        "reactions": [{"reaction": bytewise("❤"), "actor": "Ada Brook", "timestamp": 1_616_692_199}]});
    let (all, _) =
        messenger(&[gone, with(message("kept"), json!({"is_taken_down": true, "is_unsent": false}))]);
    assert_eq!(
        (all[0].message.event.as_deref(), &all[0].message.text[..]),
        (Some("deleted"), "message unsent")
    );
    assert_eq!(notes(&all[0], "reaction"), ["❤ Ada Brook"]);
    assert_eq!(notes(&all[0], "reaction-time"), ["1616692199 ❤ Ada Brook"]);
    assert_eq!((&all[1].message.event, notes(&all[1], "deleted")), (&None, vec!["taken down"]));
}

#[test]
fn what_was_shared_is_the_text_of_a_message_that_has_none() {
    let share = json!({"share": {"link": "https://quay.example/", "share_text": "The quay"}});
    let (all, _) = messenger(&[with(message(""), share.clone()), with(message("See there"), share)]);
    assert_eq!(texts(&all), ["https://quay.example/\nThe quay", "See there"]);
    assert_eq!(notes(&all[1], "share"), ["https://quay.example/\nThe quay"]);
}

#[test]
fn a_key_that_is_not_known_is_kept_and_counted() {
    let odd = json!({"mood": [1], "photos": [{"uri": "x/photos/1.jpg", "lens": "wide"}], "ip": "192.0.2.7"});
    let (all, report) = messenger(&[with(message("x"), odd)]);
    assert_eq!(
        (notes(&all[0], "raw:mood"), notes(&all[0], "raw:photos")),
        (vec!["[1]"], vec!["{\"lens\":\"wide\"}"])
    );
    assert_eq!(notes(&all[0], "ip"), ["192.0.2.7"]);
    assert_eq!(report.sources[0].not_understood.len(), 2);
}

#[test]
fn an_export_of_instagram_is_told_by_what_only_instagram_writes() {
    let photo = json!({"photos": [{"uri": "your_instagram_activity/messages/inbox/plane_1/photos/1.jpg"}]});
    let (all, report) = import_at("x/message_1.json", &[with(message("x"), photo)]);
    assert_eq!(
        (&all[0].message.platform[..], report.sources[0].format.as_str()),
        ("instagram", "instagram-json")
    );
    let (all, _) = import_at("instagram-ada/messages/inbox/plane_1/message_1.json", &[message("x")]);
    assert_eq!(all[0].message.platform, "instagram");
    let post = json!({"share": {"link": "https://www.instagram.com/p/1", "original_content_owner": "quay"}});
    let (all, _) = import_at("a/message_1.json", &[with(message("x"), post)]);
    assert_eq!((&all[0].message.platform[..], notes(&all[0], "share-owner")), ("instagram", vec!["quay"]));
}

#[test]
fn the_files_of_one_thread_are_of_one_platform() {
    let folder = folder(&[
        ("t/message_1.json", thread(&[message("Liked a message")]).to_string().as_bytes()),
        ("t/message_2.json", thread(&[message("older")]).to_string().as_bytes()),
    ]);
    let (all, _) = import(folder.path());
    let platforms: BTreeSet<_> = all.iter().map(|one| one.message.platform.clone()).collect();
    assert_eq!(platforms.into_iter().collect::<Vec<_>>(), ["instagram"]);
}

fn encrypted(messages: &[Value]) -> Value {
    json!({"participants": ["Ada Brook", "Bo Finch"], "threadName": "Bo Finch_12", "messages": messages})
}

fn encrypted_message(more: Value) -> Value {
    with(
        json!({"isUnsent": false, "media": [], "reactions": [], "senderName": "Ada Brook", "text": "hé",
        "timestamp": 1_746_073_791_906_i64, "type": "text"}),
        more,
    )
}

#[test]
fn a_chat_that_is_encrypted_end_to_end_is_read() {
    let messages = [
        encrypted_message(json!({"reactions": [{"actor": "Bo Finch", "reaction": "❤"}]})),
        encrypted_message(
            json!({"text": "", "type": "media", "media": [{"uri": "./media/1.jpeg"}, {"uri": "Failed to download media"}]}),
        ),
        encrypted_message(json!({"text": "", "isUnsent": true})),
        encrypted_message(json!({"text": "", "type": "placeholder"})),
        encrypted_message(json!({"new": 1})),
    ];
    let folder = folder(&[
        ("Bo Finch_12.json", encrypted(&messages).to_string().as_bytes()),
        ("media/1.jpeg", b"photo"),
    ]);
    let (all, report) = import(folder.path());
    let first = &all[0].message;
    assert_eq!(
        (&first.from[..], &first.to[..], &first.text[..]),
        ("Ada Brook", &["Bo Finch".to_owned()][..], "hé")
    );
    assert_eq!((first.chat.as_deref(), &first.platform[..]), (Some("Bo Finch_12"), "messenger"));
    assert_eq!(notes(&all[0], "reaction"), ["❤ Bo Finch"]);
    assert_eq!((content(&all[1]), all[1].media.len()), (b"photo".to_vec(), 2));
    let events: Vec<_> = all.iter().map(|one| one.message.event.as_deref()).collect();
    assert_eq!(events, [None, None, Some("deleted"), Some("deleted"), None]);
    assert_eq!(notes(&all[4], "raw:new"), ["1"]);
    assert_eq!((report.sources[0].format.as_str(), report.notes.len()), ("messenger-e2ee", 0));
}

#[test]
fn a_message_without_a_time_is_left_out_with_its_attachments() {
    let bad = with(message("x"), json!({"timestamp_ms": "soon", "photos": [{"uri": "a/b.jpg"}]}));
    let (all, report) = messenger(&[message("y"), bad]);
    assert_eq!(texts(&all), ["y"]);
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
fn times_beyond_the_range_are_left_out() {
    let dated = |time: i64| with(message("x"), json!({"timestamp_ms": time}));
    let times = [i64::MIN, -1, 253_402_300_799_000, i64::MAX];
    let (all, report) =
        messenger(&[message("good"), dated(times[0]), dated(times[1]), dated(times[2]), dated(times[3])]);
    assert_eq!((texts(&all), report.sources[0].skipped), (vec!["good"], 4));
}

fn full() -> Value {
    with(
        message("all of it"),
        json!({
            "photos": [{"uri": "a/b.jpg", "thumbnail": {"uri": "t"}}], "videos": [], "sticker": {"uri": "s.png"},
            "share": {"link": "l", "share_text": "t", "original_content_owner": "o"},
            "reactions": [{"reaction": "r", "actor": "a", "timestamp": 1}], "users": [{"name": "n"}],
            "call_duration": 1, "missed": false, "is_unsent": false, "is_taken_down": false, "ip": "i",
            "is_geoblocked_for_viewer": false,
        }),
    )
}

#[test]
fn values_that_do_not_fit_are_no_fault() {
    for (file, kind) in [
        (thread as fn(&[Value]) -> Value, full()),
        (
            encrypted,
            encrypted_message(
                json!({"media": [{"uri": "./media/a.jpg"}], "reactions": [{"actor": "a", "reaction": "r"}]}),
            ),
        ),
    ] {
        let mut messages = vec![kind.clone()];
        messages.extend(mangled(&kind));
        let folder_of_all = folder(&[("message_1.json", file(&messages).to_string().as_bytes())]);
        let (all, report) = import(folder_of_all.path());
        assert!(all.len() * 2 > messages.len(), "{report:?}");
        for frame in mangled(&file(std::slice::from_ref(&kind))) {
            let folder = folder(&[("message_1.json", frame.to_string().as_bytes())]);
            import(folder.path());
        }
    }
}

fn raw(text: &[u8]) -> (Vec<Incoming>, Vec<String>) {
    let folder = folder(&[("message_1.json", text)]);
    let (all, report) = import(folder.path());
    (all, skipped(&report, folder.path()).into_iter().map(|(_, _, reason)| reason).collect())
}

#[test]
fn a_damaged_file_is_read_up_to_the_damage() {
    let first = message("first").to_string();
    let (all, reasons) = raw(format!("{{\"messages\":[{first},{}", &first[..40]).as_bytes());
    assert_eq!(texts(&all), ["first"]);
    assert_eq!(reasons, ["it cannot be read beyond item 1: the JSON ends too early"]);
    let (all, reasons) = raw(format!("{{\"messages\":[{first},{}", "[".repeat(100_000)).as_bytes());
    assert_eq!(texts(&all), ["first"]);
    assert!(reasons[0].contains("nested too deep"), "{reasons:?}");
    let mut bytes = format!("{{\"messages\":[{first},{{\"content\":\"secret").into_bytes();
    bytes.extend(b"\xff\xfe\"}]}");
    let (all, reasons) = raw(&bytes);
    assert!(texts(&all) == ["first"] && !reasons[0].contains("secret"), "{reasons:?}");
}

#[test]
fn a_text_of_20_mb_passes() {
    let (all, _) = messenger(&[message("y"), message(&"é".repeat(10 << 20))]);
    assert_eq!((all[1].message.text.len(), &all[0].message.text[..]), (20 << 20, "y"));
}

#[test]
fn the_real_export_gives_what_its_expected_json_says() {
    let Some(corpora) = corpora() else { return };
    let top = corpora.join("dev/messenger/chat-analytics");
    let expected: Value = serde_json::from_slice(&fs::read(top.join("expected.json")).unwrap()).unwrap();
    let facts = &expected["files"]["2A_7M.json"];
    let (all, report) = import(&top.join("2A_7M.json"));
    let senders: BTreeSet<_> = all.iter().map(|one| one.message.from.clone()).collect();
    assert_eq!(
        (all.len() as u64, json!(senders)),
        (facts["records"].as_u64().unwrap(), facts["senders"].clone())
    );
    assert!(report.sources[0].not_understood.is_empty() && report.skipped.is_empty());
    assert_eq!((report.sources[0].attachments, &all[0].message.platform[..]), (4, "messenger"));
}

/// A message that is to be written: milliseconds until the next, sender, text, attachment, unsent, reaction.
type Written = (i64, usize, String, Option<u8>, bool, Option<usize>);

const PEOPLE: [&str; 3] = ["Ada Brook", "Bo Finch", "Cléo Marsh"];

fn written() -> impl Strategy<Value = Vec<Written>> {
    // A capital X before it, so that no text is a notice by chance.
    let text = "|X([A-Za-zÄéжשם😀 ,.!?0-9:\"\\\\\n<>-]{0,60}|\\PC{0,20})";
    let one = (
        1i64..4_000_000_000,
        0..3usize,
        text,
        prop::option::of(0u8..4),
        any::<bool>(),
        prop::option::of(0..3usize),
    );
    prop::collection::vec(one, 1..20)
}

/// A message of an encrypted chat: milliseconds, sender, text, number of files, unsent, reaction.
fn secret() -> impl Strategy<Value = (i64, usize, String, usize, bool, Option<usize>)> {
    let liked = prop::option::of(0..3usize);
    (0i64..7_250_000_000_000, 0..3usize, words(), 0..3usize, any::<bool>(), liked)
}

/// The names of a message's files, and what is in them.
fn files_of(incoming: &Incoming) -> Vec<(String, String)> {
    let read = |media: &Media| {
        let mut text = String::new();
        media.content.as_ref().unwrap().open().unwrap().read_to_string(&mut text).unwrap();
        (media.name.clone(), text)
    };
    incoming.media.iter().map(read).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn messages_are_read_back_as_they_were_written(start in 0i64..1_600_000_000_000, messages in written(), instagram in any::<bool>()) {
        let root = if instagram { "your_instagram_activity/messages/inbox/p_1" } else { "your_facebook_activity/messages/inbox/p_1" };
        let folder = folder(&[]);
        let (mut time, mut list, mut expected) = (start, Vec::new(), Vec::new());
        for (number, (later, sender, text, file, unsent, liked)) in messages.iter().enumerate() {
            let mut one = json!({"sender_name": bytewise(PEOPLE[*sender]), "timestamp_ms": time,
                "is_geoblocked_for_viewer": false, "is_unsent": *unsent && file.is_none()});
            let mut reactions = Vec::new();
            if let Some(actor) = liked {
                one["reactions"] = json!([{"reaction": bytewise("😀"), "actor": bytewise(PEOPLE[*actor])}]);
                reactions.push(format!("😀 {}", PEOPLE[*actor]));
            }
            let mut media = Vec::new();
            if let Some(kind) = file {
                let (key, end) = [("photos", "jpg"), ("videos", "mp4"), ("audio_files", "mp4"), ("files", "pdf")][usize::from(*kind)];
                let uri = format!("{root}/{key}/{number}.{end}");
                write(folder.path(), &uri, format!("bytes of {number}"));
                one[key] = json!([{"uri": uri, "creation_timestamp": 7}]);
                media.push((format!("{number}.{end}"), format!("bytes of {number}")));
            }
            if *unsent && file.is_none() {
                expected.push((time, String::new(), "message unsent".to_owned(), Some("deleted".to_owned()), media, reactions));
            } else {
                one["content"] = json!(bytewise(text));
                expected.push((time, PEOPLE[*sender].to_owned(), text.clone(), None, media, reactions));
            }
            list.push(one);
            time += later;
        }
        // The export has the latest first, in files of some size.
        let mut file = thread(&[]);
        for (number, part) in list.chunks(7).enumerate() {
            file["messages"] = json!(part);
            write(folder.path(), &format!("{root}/message_{}.json", number + 1), file.to_string());
        }
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

    #[test]
    fn encrypted_chats_are_read_back_as_they_were_written(items in prop::collection::vec(secret(), 1..20)) {
        let folder = folder(&[]);
        let (mut list, mut expected) = (Vec::new(), Vec::new());
        for (number, (time, sender, text, files, unsent, liked)) in items.iter().enumerate() {
            let mut media = Vec::new();
            for part in 0..*files {
                let (name, bytes) = (format!("{number}-{part}.jpeg"), format!("bytes of {number} {part}"));
                write(folder.path(), &format!("media/{name}"), &bytes);
                media.push((name, bytes));
            }
            let uris: Vec<Value> = media.iter().map(|(name, _)| json!({"uri": format!("./media/{name}")})).collect();
            let reactions: Vec<String> = liked.iter().map(|actor| format!("👍🏽 {}", PEOPLE[*actor])).collect();
            let likes: Vec<Value> = liked.iter().map(|actor| json!({"actor": PEOPLE[*actor], "reaction": "👍🏽"})).collect();
            let unsent = *unsent && media.is_empty();
            let text = if unsent { "" } else { &text[..] };
            list.push(encrypted_message(json!({"senderName": PEOPLE[*sender], "timestamp": time, "text": text, "media": uris,
                "reactions": likes, "isUnsent": unsent, "type": if media.is_empty() { "text" } else { "media" }})));
            let (text, event) = if unsent { ("message unsent", Some("deleted".to_owned())) } else { (text, None) };
            expected.push((*time, PEOPLE[*sender].to_owned(), text.to_owned(), event, media, reactions));
        }
        let chat = with(encrypted(&list), json!({"participants": PEOPLE}));
        write(folder.path(), "Harbour_12.json", chat.to_string());
        let (all, report) = import(folder.path());
        let found: Vec<_> = all.iter().map(|one| {
            let reactions: Vec<_> = notes(one, "reaction").into_iter().map(str::to_owned).collect();
            let message = one.message.clone();
            let sender = if message.is_event() { notes(one, "sender").concat() } else { message.from };
            (message.time, sender, message.text, message.event, files_of(one), reactions)
        }).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
    }
}
