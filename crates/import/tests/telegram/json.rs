//! The JSON file.

use serde_json::{Value, json};

use super::{chat, common, event, folder, import, import_as, message, notes, read};

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
