//! Files that are damaged or made to do harm.

use std::fs;

use serde_json::json;

use super::{
    chat, common, folder, import,
    layout::{DAY, page, posting, text_div},
    message, read,
};

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
    let deep = format!("{},{{\"id\":{}", &whole[..whole.len() - 2], "[".repeat(200_000));
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
