//! Telegram Desktop's exports, from files to messages.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use blackbox_format::message::Incoming;
use blackbox_import::{Exports, Report};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn import(files: &[(&str, &str)]) -> (Vec<Incoming>, Report) {
    common::import(folder(files).path())
}

fn import_as(owner: &str, files: &[(&str, &str)]) -> (Vec<Incoming>, Report) {
    let folder = folder(files);
    common::read(&Exports::open(&[folder.path().to_owned()], common::options(Some(owner))).unwrap())
}

/// The annotations of a name.
fn notes<'a>(incoming: &'a Incoming, name: &str) -> Vec<&'a str> {
    let all = incoming.message.annotations.iter();
    all.filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn event(incoming: &Incoming) -> Option<&str> {
    incoming.message.event.as_deref()
}

fn chat(kind: &str, messages: &Value) -> String {
    json!({"name": "Harbour", "type": kind, "id": 42, "messages": messages}).to_string()
}

/// A message by Ida, with the keys of `more`.
fn message(id: u64, more: Value) -> Value {
    let mut message = json!({"id": id, "type": "message", "date": "2021-06-01T12:00:00",
        "date_unixtime": "1622541600", "from": "Ida Berg", "from_id": "user7", "text": ""});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

fn read(messages: &Value) -> (Vec<Incoming>, Report) {
    import(&[("result.json", &chat("private_group", messages))])
}

#[test]
fn a_message_is_read_with_everything_it_says() {
    let (all, report) = read(&json!([
        message(1, json!({"text": "morning"})),
        message(
            2,
            json!({"from": "Olaf", "from_id": "user8", "text": ["see ", {"type": "text_link", "text": "it",
            "href": "https://a.example/"}], "reply_to_message_id": 1, "edited": "2021-06-01T12:01:00",
            "edited_unixtime": "1622541660", "forwarded_from": null, "via_bot": "@gif", "author": "O.",
            "reactions": [{"type": "emoji", "count": 2, "emoji": "👍", "recent": [{"from": "Ida Berg",
            "from_id": "user7", "date": "2021-06-01T12:02:00"}]}],
            "inline_bot_buttons": [[{"type": "url", "text": "Go", "data": "https://b.example"}]]})
        ),
    ]));
    let one = &all[1].message;
    assert_eq!((one.time, &one.written_time[..]), (1_622_541_600_000, "2021-06-01T12:00:00"));
    assert_eq!((&one.from[..], &one.to[..], &one.text[..]), ("Olaf", &["Ida Berg".to_owned()][..], "see it"));
    assert_eq!((one.chat.as_deref(), &one.platform[..]), (Some("Harbour"), "telegram"));
    assert_eq!(one.source_id.as_deref(), Some("2"));
    assert_eq!(one.names[0].also, ["user8"]);
    for (name, values) in [
        ("link", &["https://a.example/"][..]),
        ("reply-to", &["1"]),
        ("edited", &["2021-06-01T12:01:00"]),
        ("forwarded", &[""]),
        ("via-bot", &["@gif"]),
        ("author", &["O."]),
        ("from-id", &["user8"]),
        ("reaction", &["👍 Ida Berg", "👍 (1 not named)"]),
        ("button", &["Go https://b.example"]),
    ] {
        assert_eq!(notes(&all[1], name), values, "{name}");
    }
    let source = &report.sources[0];
    assert_eq!((&source.format[..], source.messages, source.timezone.as_deref()), ("telegram-json", 2, None));
    assert!(source.not_understood.is_empty() && report.skipped.is_empty());
}

#[test]
fn a_time_without_seconds_since_1970_is_read_in_the_zone_that_was_given() {
    let (all, report) =
        read(&json!([{"id": 1, "type": "message", "date": "2019-07-12T16:55:32", "from": "Ida",
        "from_id": 7, "edited": "1970-01-01T01:00:00", "text": "a"}]));
    assert_eq!(all[0].message.time, 1_562_946_932_000);
    assert!(notes(&all[0], "edited").is_empty());
    assert_eq!(report.sources[0].timezone.as_deref(), Some("Europe/London"));
}

#[test]
fn an_account_has_chats_contacts_and_an_owner() {
    let account = json!({"about": "x",
        "personal_information": {"user_id": 1, "first_name": "Per", "last_name": "Dal", "phone_number": "+47 11"},
        "contacts": {"about": "", "list": [{"user_id": 7, "first_name": "Ida", "last_name": "Berg-Dal",
            "phone_number": "+47 22", "date": "2020-01-01T00:00:00"}]},
        "chats": {"about": "", "list": [
            {"name": "Ida", "type": "personal_chat", "id": 7, "messages": [message(1, json!({"text": "a"}))]},
            {"type": "saved_messages", "id": 1, "messages": [message(2, json!({"from": "Per Dal"}))]}]},
        "left_chats": {"about": "", "list": [
            {"name": "Club", "type": "private_group", "id": 3, "messages": [message(3, json!({"text": "c"}))]}]}});
    let (all, _) = import(&[("result.json", &account.to_string())]);
    let chats: Vec<_> = all.iter().map(|one| one.message.chat.as_deref().unwrap()).collect();
    assert_eq!(chats, ["Ida", "saved_messages", "Club"]);
    let one = &all[0].message;
    assert_eq!((&one.from[..], &one.to[..]), ("Ida Berg", &["Per Dal".to_owned()][..]));
    assert_eq!(one.names[0].also, ["Ida Berg-Dal", "+47 22", "user7"]);
    assert_eq!((&one.names[1].written[..], &one.names[1].also[0][..]), ("Per Dal", "+47 11"));
    assert!(all[2].message.to.is_empty());
}

#[test]
fn the_owner_that_was_given_is_the_other_one_of_two() {
    let one = chat("personal_chat", &json!([message(1, json!({"from": "Harbour", "from_id": "user42"}))]));
    let (all, _) = import_as("Per", &[("result.json", &one)]);
    assert_eq!(all[0].message.to, ["Per"]);
}

#[test]
fn service_messages_are_events() {
    let service = |id: u64, action: &str, more: Value| {
        let mut one = message(id, more);
        let keys = one.as_object_mut().unwrap();
        keys.insert("type".into(), "service".into());
        keys.insert("action".into(), action.into());
        keys.insert("actor".into(), "Ida Berg".into());
        keys.insert("actor_id".into(), "user7".into());
        keys.remove("from");
        keys.remove("from_id");
        one
    };
    let (all, report) = read(&json!([
        service(1, "create_group", json!({"title": "Harbour", "members": ["Ida Berg", "Olaf"]})),
        service(2, "set_messages_ttl", json!({"period": 86400})),
        service(3, "phone_call", json!({"discard_reason": "missed"})),
        service(4, "pin_message", json!({"message_id": 1})),
        service(5, "edit_group_photo", json!({"photo": "photos/a.jpg", "width": 3, "height": 3})),
        service(6, "dance", json!({"tempo": 120})),
        {"id": 7, "type": "unsupported", "date_unixtime": "1622541600"},
        {"id": 8, "type": "unsupported"},
    ]));
    let events: Vec<_> = all.iter().map(|one| event(one).unwrap()).collect();
    assert_eq!(events, ["created", "disappearing", "call", "pinned", "icon", "notice", "notice"]);
    assert!(all.iter().all(|one| one.message.from.is_empty()));
    assert_eq!(all[0].message.text, "Ida Berg created the group \"Harbour\" with Ida Berg, Olaf");
    assert_eq!(
        (notes(&all[0], "sender"), notes(&all[0], "member")),
        (vec!["Ida Berg"], vec!["Ida Berg", "Olaf"])
    );
    assert_eq!(notes(&all[1], "disappearing-seconds"), ["86400"]);
    assert_eq!(notes(&all[3], "reply-to"), ["1"]);
    assert_eq!(all[4].media[0].name, "a.jpg");
    assert_eq!(notes(&all[5], "raw:tempo"), ["120"]);
    assert_eq!(report.sources[0].not_understood["action"], 1);
    assert_eq!((report.sources[0].skipped, report.skipped[0].item), (1, Some(8)));
}

#[test]
fn files_lie_in_folders_beside_or_are_said_to_be_left_out() {
    let left_out = "(File not included. Change data exporting settings to download.)";
    let messages = json!([
        message(1, json!({"photo": "photos/p.jpg", "text": "look"})),
        message(
            2,
            json!({"file": "files/gone.pdf", "file_name": "plan.pdf", "mime_type": "application/pdf"})
        ),
        message(3, json!({"file": left_out, "media_type": "voice_message", "thumbnail": left_out})),
        message(4, json!({"file": "../secret.txt"})),
        message(5, json!({"file": "video_files/v.mp4", "thumbnail": "video_files/v.mp4_thumb.jpg"})),
    ]);
    let folder = folder(&[
        ("export/result.json", &chat("private_group", &messages)),
        ("export/photos/p.jpg", "p"),
        ("export/video_files/v.mp4", "v"),
        ("export/video_files/v.mp4_thumb.jpg", "t"),
        ("secret.txt", "s"),
    ]);
    let (all, report) = common::import(folder.path());
    assert_eq!(common::content(&all[0]), b"p");
    assert_eq!((&all[1].media[0].name[..], all[1].media[0].content.is_none()), ("plan.pdf", true));
    assert_eq!((&all[2].media[0].media_type[..], all[2].media.len()), ("audio/ogg", 1));
    assert_eq!(notes(&all[2], "left-out"), [left_out]);
    assert!(all[3].media[0].content.is_none());
    assert_eq!(all[4].media.len(), 2);
    assert_eq!((report.notes.len(), report.sources[0].attachments_missing), (2, 3));
    assert!(report.notes.iter().all(|note| note.reason.contains("is not in the folder of the export")));
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
}

#[test]
fn polls_places_and_contacts_are_messages_with_that_text() {
    let (all, _) = read(&json!([
        message(
            1,
            json!({"poll": {"question": "When?", "closed": true, "total_voters": 1, "answers": [
            {"text": "Now", "voters": 1, "chosen": false}]}})
        ),
        message(
            2,
            json!({"location_information": {"latitude": 59.9, "longitude": 10.7}, "place_name": "Quay",
            "address": "Road 1", "live_location_period_seconds": 900})
        ),
        message(
            3,
            json!({"contact_information": {"first_name": "Per", "last_name": "Dal", "phone_number": "+47 1"},
            "contact_vcard": "contacts/c.vcard"})
        ),
    ]));
    assert_eq!(common::texts(&all), ["When?\n- Now (1 votes)", "Quay\nRoad 1\n59.9,10.7", "Per Dal\n+47 1"]);
    assert_eq!(notes(&all[1], "location"), ["59.9,10.7"]);
    assert_eq!(all[2].media[0].name, "c.vcard");
}

#[test]
fn control_characters_that_telegram_writes_its_own_way_are_read() {
    let text = r#"{"name":"x","type":"private_group","id":1,"messages":[{"id":1,"type":"message",
        "date":"2021-06-01T12:00:00","from":"Ida","text":"a\x0Bb\\x41"}]}"#;
    let (all, report) = import(&[("result.json", text)]);
    assert_eq!(common::texts(&all), ["a\u{b}b\\x41"]);
    assert!(report.skipped.is_empty());
}

/// Wrong values for every key.
const WRONG: &[&str] = &[
    "null",
    "true",
    "-1",
    "1e999",
    "99999999999999999999999",
    "\"\"",
    "\"é\"",
    "[]",
    "{}",
    "[[[1]]]",
    "[{\"a\":1}]",
    "{\"text\":[]}",
    "\"../../x\"",
    "\"9999-12-31T23:59:59\"",
    "\"0000-01-01T00:00:00\"",
];
const KEYS: &[&str] = &[
    "id",
    "type",
    "date",
    "date_unixtime",
    "edited",
    "edited_unixtime",
    "from",
    "from_id",
    "actor",
    "actor_id",
    "action",
    "text",
    "text_entities",
    "photo",
    "file",
    "thumbnail",
    "file_name",
    "mime_type",
    "media_type",
    "reply_to_message_id",
    "forwarded_from",
    "reactions",
    "inline_bot_buttons",
    "poll",
    "members",
    "location_information",
    "contact_information",
    "contact_vcard",
    "invoice_information",
    "period",
    "message_id",
    "giveaway_information",
    "todo_list",
    "information_text",
];

#[test]
fn wrong_values_for_every_key_end_in_a_message_or_a_reason() {
    for kind in ["message", "service"] {
        let mut messages = Vec::new();
        for key in KEYS {
            for value in WRONG {
                let pairs = [
                    ("id", "1"),
                    ("date_unixtime", "\"1622541600\""),
                    ("type", &format!("\"{kind}\"")),
                    ("action", "\"invite_members\""),
                    ("from", "\"Ida\""),
                    (*key, *value),
                ];
                let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                messages.push(format!("{{{}}}", pairs.join(",")));
            }
        }
        // The parser refuses numbers that are none: such a file ends there.
        let good: Vec<_> = messages.iter().filter(|one| !one.contains("1e999")).cloned().collect();
        let text = format!(r#"{{"name":"x","type":"a","id":1,"messages":[{}]}}"#, good.join(","));
        let (all, report) = import(&[("result.json", &text)]);
        let source = &report.sources[0];
        assert!(source.skipped as usize + all.len() >= good.len() && !all.is_empty());
        let text = format!(r#"{{"name":"x","type":"a","id":1,"messages":[{}]}}"#, messages.join(","));
        import(&[("result.json", &text)]);
    }
}

#[test]
fn a_damaged_file_gives_what_comes_before_and_a_reason_without_its_text() {
    let whole = chat(
        "private_group",
        &json!([message(1, json!({"text": "one"})), message(2, json!({"text": "sesam"}))]),
    );
    for end in (whole.len() / 2..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let (all, report) = import(&[("result.json", &whole[..end])]);
        assert!(all.len() <= 2);
        assert!(report.skipped.iter().all(|one| !one.reason.contains("sesam")), "{:?}", report.skipped);
        assert!(!report.skipped.is_empty());
    }
    let deep = format!("{}{}", &whole[..whole.len() - 2], format!(",{{\"id\":{}", "[".repeat(200_000)));
    let (all, report) = import(&[("result.json", &deep)]);
    assert_eq!((all.len(), report.skipped.len()), (2, 1));
    for odd in ["[7]", "7", "{\"a\":1}", "null"] {
        let text = format!(
            r#"{{"chats":{{"list":[{{"messages":[{}]}},{{"messages":{odd}}},{odd}]}}}}"#,
            message(1, json!({}))
        );
        assert_eq!(import(&[("result.json", &text)]).0.len(), 1);
    }
}

#[test]
fn a_text_of_20_megabytes_is_read_whole() {
    let text = "x".repeat(20 << 20);
    let (all, _) = read(&json!([message(1, json!({"text": "a"})), message(2, json!({ "text": text }))]));
    assert_eq!(all[1].message.text.len(), text.len());
    let page = page("x", &posting(1, "Ida", "01.06.2021 12:00:00", &text_div(&text)));
    let (all, _) = import(&[("messages.html", &page)]);
    assert_eq!(all[0].message.text.len(), text.len());
}

/// A page as Telegram lays it out.
fn page(title: &str, history: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n\n <head>\n\n  <meta charset=\"utf-8\"/>\n<title>Exported Data</title>\n\n \
         <link href=\"css/style.css\" rel=\"stylesheet\"/>\n </head>\n\n <body onload=\"CheckLocation();\">\n\n  \
         <div class=\"page_wrap\">\n\n   <div class=\"page_header\">\n\n    <div class=\"content\">\n\n     \
         <div class=\"text bold\">\n{title} \n     </div>\n\n    </div>\n\n   </div>\n\n   \
         <div class=\"page_body chat_page\">\n\n    <div class=\"history\">\n{history}\n    </div>\n\n   </div>\n\n  \
         </div>\n\n </body>\n\n</html>\n"
    )
}

fn div(class: &str, inner: &str) -> String {
    format!("\n  <div class=\"{class}\">\n{inner}\n  </div>\n")
}

fn text_div(text: &str) -> String {
    div("text", text)
}

/// A message with a sender, or without one where it goes on.
fn posting(id: u64, from: &str, date: &str, inner: &str) -> String {
    let (class, from) = match from {
        "" => (" joined", String::new()),
        from => ("", div("from_name", &format!("{from} "))),
    };
    let initials = if from.is_empty() {
        String::new()
    } else {
        div("pull_left userpic_wrap", &div("userpic userpic4", &div("initials", "IB")))
    };
    format!(
        "\n     <div class=\"message default clearfix{class}\" id=\"message{id}\">\n{initials}\n      \
         <div class=\"body\">\n\n       <div class=\"pull_right date details\" title=\"{date}\">\n12:00\n       \
         </div>\n{from}{inner}\n      </div>\n\n     </div>\n"
    )
}

fn service(id: i64, text: &str) -> String {
    format!(
        "\n     <div class=\"message service\" id=\"message{id}\">\n{}\n     </div>\n",
        div("body details", text)
    )
}

const DAY: &str = "01.06.2021 12:00:00";

#[test]
fn a_page_is_read_with_everything_it_says() {
    let forwarded = format!(
        "{}{}",
        div(
            "from_name",
            "Per Dal via @gif<span class=\"date details\" \
        title=\"31.05.2021 10:00:00\"> 31.05.2021 10:00:00</span>"
        ),
        text_div("news")
    );
    let reply = "In reply to <a href=\"#go_to_message2\" onclick=\"return GoToMessage(2)\">this message</a>";
    let reactions = "\n<span class=\"reactions\">\n\n<span class=\"reaction active\">\n\n<span class=\"emoji\">\n👍\n\
        </span>\n\n<span class=\"userpics\">\n\n<div class=\"userpic userpic1\">\n\n<div class=\"initials\" \
        title=\"Ida Berg\">\nI\n</div>\n\n</div>\n\n</span>\n\n</span>\n\n<span class=\"reaction\">\n\n\
        <span class=\"emoji\">\n🔥\n</span>\n\n<span class=\"count\">\n3\n</span>\n\n</span>\n\n</span>\n";
    let history = [
        service(-1, "1 June 2021"),
        service(1, "Ida Berg created group &laquo;Harbour&raquo; with members Olaf"),
        posting(
            2,
            "Ida Berg",
            DAY,
            &text_div("a &lt;b&gt;<br>c <strong>d</strong> <a href=\"https://a.example/\">e</a>"),
        ),
        posting(3, "", DAY, &text_div("goes on")),
        posting(4, "Olaf", DAY, &div("forwarded body", &forwarded)),
        posting(5, "", DAY, &format!("{}{}{reactions}", div("reply_to details", reply), text_div("yes"))),
        posting(6, "Olaf", DAY, &div("future", "unheard of")),
    ];
    let (all, report) = import(&[("messages.html", &page("Harbour", &history.concat()))]);
    let expected =
        ["Ida Berg created group «Harbour» with members Olaf", "a <b>\nc d e", "goes on", "news", "yes", ""];
    assert_eq!(common::texts(&all), expected);
    let from: Vec<_> = all.iter().map(|one| &one.message.from[..]).collect();
    assert_eq!(from, ["", "Ida Berg", "Ida Berg", "Olaf", "Olaf", "Olaf"]);
    assert_eq!((event(&all[0]), notes(&all[0], "sender")), (Some("created"), vec!["Ida Berg"]));
    assert_eq!(&all[0].message.written_time[..], "1 June 2021");
    let one = &all[1].message;
    assert_eq!((one.time, &one.to[..]), (1_622_545_200_000, &["Olaf".to_owned()][..]));
    assert_eq!((one.chat.as_deref(), one.source_id.as_deref()), (Some("Harbour"), Some("2")));
    assert_eq!(notes(&all[1], "link"), ["https://a.example/"]);
    assert_eq!((notes(&all[3], "forwarded"), notes(&all[3], "via-bot")), (vec!["Per Dal"], vec!["@gif"]));
    assert_eq!(notes(&all[3], "forwarded-date"), ["31.05.2021 10:00:00"]);
    assert_eq!(
        (notes(&all[4], "reply-to"), notes(&all[4], "reaction")),
        (vec!["2"], vec!["👍 Ida Berg", "🔥 (3 in all)"])
    );
    assert_eq!(notes(&all[5], "raw:future"), ["unheard of"]);
    let source = &report.sources[0];
    assert_eq!((&source.format[..], source.messages, source.events), ("telegram-html", 5, 1));
    assert_eq!((source.not_understood["future"], source.timezone.as_deref()), (1, Some("Europe/London")));
}

/// A thing beside a text.
fn card(kind: &str, href: &str, parts: [&str; 3]) -> String {
    let [title, description, status] = parts;
    let parts = [("title bold", title), ("description", description), ("status details", status)];
    let parts: String =
        parts.iter().filter(|(_, text)| !text.is_empty()).map(|(class, text)| div(class, text)).collect();
    let inner = format!("{}{}", div("fill pull_left", ""), div("body", &parts));
    let wrapped = match href {
        "" => div(&format!("media clearfix pull_left {kind}"), &inner),
        href => format!(
            "\n<a class=\"media clearfix pull_left block_link {kind}\" href=\"{href}\">\n{inner}\n</a>\n"
        ),
    };
    div("media_wrap clearfix", &wrapped)
}

#[test]
fn things_on_a_page_are_files_places_contacts_polls_and_calls() {
    let photo = "\n<a class=\"photo_wrap clearfix pull_left\" href=\"photos/p.jpg\">\n\n<img class=\"photo\" \
        src=\"photos/p_thumb.jpg\" style=\"width: 1px\"/>\n\n</a>\n";
    let map = "https://maps.google.com/maps?q=59.9,10.7&amp;ll=59.9,10.7&amp;z=16";
    let answer = div("answer", "- Now <span class=\"details\">2 votes, chosen vote</span>");
    let poll = format!(
        "{}{}{answer}{}{}",
        div("question bold", "When?"),
        div("details", "Anonymous poll"),
        div("answer", "- Later"),
        div("total details\t", "2 votes")
    );
    let things = [
        format!("{}{}", div("media_wrap clearfix", photo), text_div("look")),
        card("media_file", "files/f.pdf", ["plan.pdf", "", "2.0 KB"]),
        card(
            "media_voice_message",
            "",
            ["Voice message", "Not included, change data exporting settings to download.", "00:05, 1 KB"],
        ),
        card("media_contact", "", ["Per Dal", "", "+47 1"]),
        card("media_location", map, ["Location", "", "59.9, 10.7"]),
        div("media_wrap clearfix", &div("media_poll", &poll)),
        card("media_call success", "", ["Olaf", "", "Outgoing (12 seconds)"]),
    ];
    let history: String =
        things.iter().zip(1..).map(|(thing, id)| posting(id, "Ida Berg", DAY, thing)).collect();
    let folder = folder(&[
        ("messages.html", &page("Olaf", &history)),
        ("photos/p.jpg", "p"),
        ("photos/p_thumb.jpg", "t"),
        ("css/style.css", "c"),
        ("images/media_call@2x.png", "i"),
    ]);
    let (all, report) = common::import(folder.path());
    let expected = [
        "look",
        "",
        "",
        "Per Dal\n+47 1",
        "Location\n59.9, 10.7",
        "When?\n- Now (2 votes, chosen vote)\n- Later",
        "Olaf: Outgoing (12 seconds)",
    ];
    assert_eq!(common::texts(&all), expected);
    assert_eq!(common::content(&all[0]), b"p");
    assert_eq!((&all[1].media[0].name[..], &all[1].media[0].media_type[..]), ("plan.pdf", "application/pdf"));
    assert_eq!((&all[2].media[0].media_type[..], notes(&all[2], "left-out").len()), ("audio/ogg", 1));
    assert_eq!(notes(&all[4], "location"), ["59.9,10.7"]);
    assert_eq!((event(&all[6]), notes(&all[6], "sender")), (Some("call"), vec!["Ida Berg"]));
    assert_eq!((report.notes.len(), &report.skipped[..]), (1, &[][..]));
}

#[test]
fn pages_are_read_in_the_order_of_their_numbers_as_one() {
    let one = |id: u64, from: &str| page("Harbour", &posting(id, from, DAY, &text_div(&id.to_string())));
    let (all, report) = import(&[
        ("messages.html", &one(1, "Ida")),
        ("messages2.html", &one(2, "")),
        ("messages10.html", &one(10, "Olaf")),
    ]);
    assert_eq!(common::texts(&all), ["1", "2", "10"]);
    assert_eq!(all[1].message.from, "Ida");
    assert_eq!((report.sources.len(), &all[0].message.to[..]), (1, &["Olaf".to_owned()][..]));
}

#[test]
fn the_pages_of_an_account_find_their_files_around_them() {
    let thing = card("media_file", "../../chats/chat_1/files/f.txt", ["f.txt", "", "1 B"]);
    let one = page("Harbour", &posting(1, "Ida", DAY, &thing));
    let files = [
        ("export/chats/chat_1/messages.html", &one[..]),
        ("export/chats/chat_1/files/f.txt", "f"),
        ("export/css/style.css", "c"),
        ("export/lists/chats.html", "<html></html>"),
    ];
    let folder = folder(&files);
    let (all, report) = common::import(folder.path());
    assert_eq!((common::content(&all[0]), &report.skipped[..]), (b"f".to_vec(), &[][..]));
    let (all, _) = common::import(&folder.path().join("export/chats/chat_1"));
    assert_eq!(common::content(&all[0]), b"f");
}

#[test]
fn hostile_pages_are_read_as_far_as_they_go() {
    let whole = page("Harbour", &posting(1, "Ida", DAY, &text_div("one")));
    for end in (0..whole.len()).step_by(7) {
        let (all, report) = import(&[("messages.html", &whole[..end])]);
        assert!(all.len() <= 1 && report.unbalanced().is_none());
    }
    for inner in [
        "<div>".repeat(300_000),
        "</div>".repeat(300_000),
        "<a ".repeat(300_000),
        "&".repeat(300_000),
        "<div class=\"text\">".repeat(20_000),
        format!("<p {}>", "a".repeat(3_000_000)),
    ] {
        import(&[("messages.html", &page("Harbour", &posting(1, "Ida", DAY, &inner)))]);
    }
    for date in ["", "x", "00.00.0000 00:00:00", "31.12.9999 23:59:59 UTC+99:99", "01.01.0001 00:00:00"] {
        let (all, report) = import(&[("messages.html", &page("H", &posting(1, "Ida", date, "")))]);
        assert_eq!((all.len(), report.sources[0].skipped), (0, 1), "{date}");
    }
    let mut bytes = whole.into_bytes();
    let at = bytes.windows(3).position(|part| part == b"one").unwrap();
    bytes[at] = 0xff;
    let folder = folder(&[]);
    fs::write(folder.path().join("messages.html"), &bytes).unwrap();
    assert_eq!(common::texts(&common::import(folder.path()).0), ["\u{fffd}ne"]);
}

/// A message as somebody might write it.
#[derive(Debug, Clone)]
struct Made {
    seconds: i64,
    from: usize,
    text: String,
    reply: Option<u64>,
    file: Option<String>,
    renamed: bool,
}

fn made() -> impl Strategy<Value = Made> {
    let text = "[a-zåß<>&\"' \n😀\\\\]{0,24}";
    (
        0_i64..4_000_000_000,
        0_usize..3,
        text,
        proptest::option::of(1_u64..99),
        proptest::option::of("[a-z ]{1,9}"),
        any::<bool>(),
    )
        .prop_map(|(seconds, from, text, reply, file, renamed)| Made {
            seconds,
            from,
            text,
            reply,
            file,
            renamed,
        })
}

const PEOPLE: [&str; 3] = ["Ida Berg", "Olaf", "P. <Dal> & \"Co\""];

fn utc(seconds: i64) -> jiff::Zoned {
    jiff::Timestamp::from_second(seconds).unwrap().to_zoned(jiff::tz::TimeZone::UTC)
}

fn as_json(all: &[Made]) -> String {
    let one = |(made, id): (&Made, u64)| {
        let mut one = json!({"id": id, "date": utc(made.seconds).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "date_unixtime": made.seconds.to_string(), "type": "message", "text": made.text});
        let keys = one.as_object_mut().unwrap();
        let who = if made.renamed { "actor" } else { "from" };
        keys.insert(who.into(), PEOPLE[made.from].into());
        keys.insert(format!("{who}_id"), format!("user{}", made.from).into());
        if made.renamed {
            keys.extend([
                ("type".to_owned(), "service".into()),
                ("action".to_owned(), "edit_group_title".into()),
                ("title".to_owned(), made.text.clone().into()),
                ("text".to_owned(), "".into()),
            ]);
            return one;
        }
        made.reply
            .into_iter()
            .for_each(|reply| drop(keys.insert("reply_to_message_id".into(), reply.into())));
        made.file
            .iter()
            .for_each(|file| drop(keys.insert("file".into(), format!("files/{file}.bin").into())));
        one
    };
    chat("private_group", &all.iter().zip(1..).map(one).collect())
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;").replace('\n', "<br>")
}

fn as_html(all: &[Made]) -> String {
    let one = |(made, id): (&Made, u64)| {
        let name = escaped(PEOPLE[made.from]);
        if made.renamed {
            let text = format!("{name} changed group title to &laquo;{}&raquo;", escaped(&made.text));
            return service(id as i64, &text);
        }
        let date = utc(made.seconds).strftime("%d.%m.%Y %H:%M:%S UTC+00:00").to_string();
        let mut inner = String::new();
        if let Some(reply) = made.reply {
            let link = format!("In reply to <a href=\"#go_to_message{reply}\">this message</a>");
            inner += &div("reply_to details", &link);
        }
        if let Some(file) = &made.file {
            inner += &card("media_video", &format!("files/{file}.bin"), ["Video", "", "00:01"]);
        }
        if !made.text.is_empty() {
            inner += &text_div(&escaped(&made.text));
        }
        posting(id, &name, &date, &inner)
    };
    page(
        "Harbour",
        &format!("{}{}", service(-1, "1 January 1970"), all.iter().zip(1..).map(one).collect::<String>()),
    )
}

/// Imports a file with the attachments of `all`, times being UTC.
fn back(name: &str, text: &str, all: &[Made]) -> Vec<Incoming> {
    let folder = folder(&[(name, text)]);
    fs::create_dir(folder.path().join("files")).unwrap();
    for file in all.iter().filter_map(|made| made.file.as_ref()) {
        fs::write(folder.path().join(format!("files/{file}.bin")), file).unwrap();
    }
    let mut options = common::options(None);
    options.timezone = jiff::tz::TimeZone::UTC;
    let exports = Exports::open(&[folder.path().to_owned()], options).unwrap();
    let (read, report) = common::read(&exports);
    assert_eq!(report.notes, []);
    for incoming in read.iter().filter(|one| !one.media.is_empty()) {
        let name = incoming.media[0].name.strip_suffix(".bin").unwrap();
        assert_eq!(common::content(incoming), name.as_bytes());
    }
    read
}

/// Compares what came back with what was made.
fn same(read: &[Incoming], made: &[Made]) {
    assert_eq!(read.len(), made.len());
    for (incoming, made) in read.iter().zip(made) {
        let message = &incoming.message;
        let by = if made.renamed { notes(incoming, "sender")[0] } else { &message.from };
        assert_eq!((by, made.renamed), (PEOPLE[made.from], event(incoming) == Some("renamed")));
        if made.renamed {
            assert!(message.text.contains(&made.text) && message.from.is_empty());
            continue;
        }
        assert_eq!((message.time, &message.text), (made.seconds * 1000, &made.text));
        let reply: Vec<String> = made.reply.iter().map(u64::to_string).collect();
        assert_eq!(notes(incoming, "reply-to"), reply);
        let files: Vec<String> = incoming.media.iter().map(|media| media.name.clone()).collect();
        assert_eq!(files, made.file.iter().map(|file| format!("{file}.bin")).collect::<Vec<_>>());
        assert!(!message.to.contains(&message.from));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_come_back_from_the_json_that_was_made_of_them(all in proptest::collection::vec(made(), 1..12)) {
        same(&back("result.json", &as_json(&all), &all), &all);
    }

    #[test]
    fn messages_come_back_from_the_page_that_was_made_of_them(all in proptest::collection::vec(made(), 1..12)) {
        same(&back("messages.html", &as_html(&all), &all), &all);
    }

    #[test]
    fn any_markup_is_survived(inner in "(<(div|a|span|/div|/a|br)( class=\"(text|media_wrap|media|body|from_name|reactions|emoji|answer|media_poll|bot_button|message default|date)\")?( href=\"[a-z/.]{0,5}\")?>|[a-z\n&é]{0,4}){0,40}") {
        import(&[("messages.html", &page("Harbour", &posting(1, "Ida", DAY, &inner)))]);
    }
}

fn corpora() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(|folder| Path::new(&folder).join("dev/telegram"));
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder
}

fn expected(folder: &Path, name: &str) -> Value {
    let all: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    all["files"][name].clone()
}

#[test]
fn the_samples_of_chat_analytics_give_what_is_expected() {
    let Some(folder) = corpora().map(|folder| folder.join("chat-analytics")) else { return };
    let facts = expected(&folder, "BIG_20A_5475M.json");
    let (all, report) = common::import(&folder.join("BIG_20A_5475M.json"));
    assert_eq!(
        (json!(all.len()), json!(report.sources[0].senders)),
        (facts["messages"].clone(), facts["senders"].clone())
    );
    assert!(report.skipped.is_empty() && report.sources[0].not_understood.is_empty());
    let facts = expected(&folder, "DM_2A_7M.json");
    let (all, report) = common::import(&folder.join("DM_2A_7M.json"));
    let source = &report.sources[0];
    let count = |test: &dyn Fn(&Incoming) -> bool| json!(all.iter().filter(|one| test(one)).count());
    assert_eq!(json!(all.len()), facts["records"]);
    assert_eq!(
        (json!(source.messages), json!(source.events)),
        (facts["messages"].clone(), facts["service"].clone())
    );
    assert_eq!(count(&|one| event(one) == Some("call")), facts["calls"]);
    assert_eq!(count(&|one| one.media.iter().any(|media| media.media_type == "image/jpeg")), facts["photos"]);
    assert!(report.skipped.is_empty() && report.notes.is_empty() && source.not_understood.is_empty());
    assert!(all.iter().all(|one| one.message.to
        == [if notes(one, "sender").concat() + &one.message.from == "Bob" { "Alice" } else { "Bob" }]));
}

#[test]
fn the_sample_of_telegram_export_md_gives_what_is_expected() {
    let Some(folder) = corpora().map(|folder| folder.join("telegram-export-md")) else { return };
    let facts = expected(&folder, "export/result.json");
    let (all, report) = common::import(&folder.join("export"));
    let count = |name: &str| json!(all.iter().filter(|one| !notes(one, name).is_empty()).count());
    let chats: std::collections::BTreeSet<_> = all.iter().map(|one| one.message.chat.clone()).collect();
    assert_eq!((json!(chats.len()), json!(all.len())), (facts["chats"].clone(), facts["records"].clone()));
    assert_eq!(json!(report.sources[0].events), facts["service"]);
    assert_eq!(
        (count("forwarded"), count("edited"), count("reply-to")),
        (facts["forwarded"].clone(), facts["edited"].clone(), facts["replies"].clone())
    );
    assert_eq!(
        json!(all.iter().filter(|one| one.message.text.starts_with("Best game?")).count()),
        facts["polls"]
    );
    let source = &report.sources[0];
    assert_eq!((source.attachments, source.attachments_missing, report.notes.len()), (5, 1, 1));
    assert!(report.skipped.is_empty() && source.not_understood.is_empty(), "{report:?}");
}
