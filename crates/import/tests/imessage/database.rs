//! What is read of messages.

use blackbox_format::message::Names;
use plist::{Uid, Value};

use crate::fixture::{DATE, Db, MILLIS, attributed, dictionary, noted, plist};

#[test]
fn a_message_has_its_time_people_conversation_and_service() {
    let db = Db::new();
    db.add(
        "G-1",
        &[
            ("text", &"The ferry leaves at six"),
            ("service", &"iMessage"),
            ("destination_caller_id", &"+447700900009"),
        ],
    );
    db.add("G-2", &[("text", &"I am on it"), ("is_from_me", &1), ("handle_id", &0), ("service", &"RCS")]);
    let all = db.messages();
    let first = &all[0];
    assert_eq!((first.time, &first.written_time[..]), (MILLIS, "705049689123000000"));
    assert_eq!((&first.from[..], &first.text[..]), ("+447700900001", "The ferry leaves at six"));
    assert_eq!(first.to, ["bo@harbour.example", "+447700900009"]);
    assert_eq!((first.chat.as_deref(), first.source_id.as_deref()), (Some("Harbour"), Some("G-1")));
    assert_eq!((&first.platform[..], noted(first, "service")), ("imessage", vec!["iMessage"]));
    let also = vec!["07700 900001".to_owned(), "ada@harbour.example".to_owned()];
    assert_eq!(first.names, [Names { written: "+447700900001".into(), also }]);
    assert_eq!(
        (&all[1].from[..], &all[1].to[..]),
        ("Me", &["+447700900001", "bo@harbour.example"].map(String::from)[..])
    );
    assert_eq!(noted(&all[1], "service"), ["RCS"]);
}

#[test]
fn an_old_database_counts_seconds_and_lacks_columns() {
    let db = Db::old();
    let row =
        db.loose("O-1", &[("text", &"see you at the mill"), ("date", &368_000_000), ("service", &"SMS")]);
    db.run(&format!("INSERT INTO chat_message_join VALUES (1, {row})"));
    let all = db.messages();
    assert_eq!((all[0].time, &all[0].written_time[..]), (1_346_307_200_000, "368000000"));
    assert_eq!((&all[0].from[..], all[0].to.clone()), ("+447700900001", vec!["Me".to_owned()]));
    assert_eq!(all[0].chat.as_deref(), Some("+447700900001"));
}

#[test]
fn the_owner_has_the_name_that_was_given_and_their_addresses_beside_it() {
    let db = Db::new();
    db.add(
        "G-1",
        &[
            ("text", &"here"),
            ("is_from_me", &1),
            ("account", &"E:cy@harbour.example"),
            ("destination_caller_id", &"+447700900009"),
        ],
    );
    let options = crate::common::options(Some("Cy Boatman"));
    let exports = blackbox_import::Exports::open(&[db.path()], options).unwrap();
    let (all, _) = crate::common::read(&exports);
    assert_eq!(all[0].message.from, "Cy Boatman");
    let own = all[0].message.names.iter().find(|names| names.written == "Cy Boatman").unwrap();
    assert_eq!(own.also, ["+447700900009", "cy@harbour.example"]);
}

#[test]
fn a_text_that_only_the_attributed_body_has_is_read() {
    let db = Db::new();
    let body =
        attributed("Grüße 👩‍🚀", &[("__kIMMentionConfirmedMention", "bo@harbour.example"), ("XFont", "Bold")]);
    db.add("G-1", &[("attributedBody", &body)]);
    db.add("G-2", &[("text", &"as shown"), ("attributedBody", &attributed("as kept", &[]))]);
    db.add("G-3", &[("attributedBody", &b"not a stream".to_vec())]);
    let (all, report) = db.import();
    assert_eq!(all[0].message.text, "Grüße 👩‍🚀");
    assert_eq!(noted(&all[0].message, "mention"), ["bo@harbour.example"]);
    assert_eq!(noted(&all[0].message, "raw:attributedBody.XFont"), ["Bold"]);
    assert_eq!(
        (&all[1].message.text[..], noted(&all[1].message, "attributed-text")),
        ("as shown", vec!["as kept"])
    );
    assert_eq!(noted(&all[2].message, "raw:attributedBody"), ["6e6f7420612073747265616d"]);
    let unknown = [("attributedBody".to_owned(), 1), ("attributedBody.XFont".to_owned(), 1)];
    assert_eq!(report.sources[0].not_understood, unknown.into());
}

#[test]
fn a_subject_stands_above_the_text_and_apart() {
    let db = Db::new();
    db.add("G-1", &[("subject", &"Moorings"), ("text", &"two are free")]);
    let all = db.messages();
    assert_eq!((&all[0].text[..], noted(&all[0], "subject")), ("Moorings\ntwo are free", vec!["Moorings"]));
}

#[test]
fn tapbacks_are_events_and_stand_at_their_messages() {
    let db = Db::new();
    db.add("G-1", &[("text", &"lunch?")]);
    let tap = |guid: &str, kind: i64, handle: i64, emoji: Option<&str>| {
        db.add(
            guid,
            &[
                ("associated_message_guid", &"p:0/G-1"),
                ("associated_message_type", &kind),
                ("associated_message_emoji", &emoji),
                ("handle_id", &handle),
                ("text", &"Loved “lunch?”"),
            ],
        );
    };
    tap("T-1", 2000, 1, None);
    tap("T-2", 2001, 2, None);
    tap("T-3", 2006, 2, Some("🦀"));
    tap("T-4", 3001, 2, None);
    db.run("UPDATE message SET text = NULL WHERE guid = 'T-2'");
    let body = attributed("Liked “lunch?”", &[]);
    db.sql.execute("UPDATE message SET attributedBody = ?1 WHERE guid = 'T-2'", [body]).unwrap();
    let all = db.messages();
    assert_eq!(noted(&all[0], "reaction"), ["❤️ +447700900001", "🦀 bo@harbour.example"]);
    let events: Vec<_> = all[1..].iter().map(|one| (one.event.as_deref().unwrap(), &one.text[..])).collect();
    assert_eq!(
        events,
        [
            ("reaction", "+447700900001 loved a message"),
            ("reaction", "bo@harbour.example liked a message"),
            ("reaction", "bo@harbour.example reacted to a message with 🦀"),
            ("reaction", "bo@harbour.example removed a like from a message"),
        ]
    );
    assert_eq!((noted(&all[1], "reply-to"), noted(&all[1], "sender")), (vec!["G-1"], vec!["+447700900001"]));
    assert!(all[1].from.is_empty());
    assert_eq!(noted(&all[1], "tapback-text"), ["Loved “lunch?”"]);
    assert_eq!(noted(&all[2], "tapback-text"), ["Liked “lunch?”"]);
}

fn version(text: &str, seconds: f64) -> Value {
    dictionary(&[("t", Value::Data(attributed(text, &[]))), ("d", seconds.into())])
}

#[test]
fn an_edited_message_has_its_earlier_texts() {
    let db = Db::new();
    let versions = vec![
        version("at five", 705_049_689.0),
        version("at six", 705_049_700.0),
        version("at seven", 705_049_800.0),
    ];
    let history = dictionary(&[
        ("ec", dictionary(&[("0", Value::Array(versions))])),
        ("otr", dictionary(&[("0", dictionary(&[("lo", 0.into()), ("le", 7.into())]))])),
        ("ep", Value::Array(vec![0.into()])),
        ("newKey", "what is this".into()),
    ]);
    db.add(
        "G-1",
        &[
            ("text", &"at seven"),
            ("message_summary_info", &plist(&history)),
            ("date_edited", &(DATE + 111_000_000_000)),
        ],
    );
    let all = db.messages();
    assert_eq!(all[0].text, "at seven");
    assert_eq!(noted(&all[0], "previous-text"), ["at five", "at six"]);
    assert_eq!(noted(&all[0], "edited"), ["2023-05-06T07:10:00.123Z"]);
    assert_eq!(noted(&all[0], "raw:message_summary_info.newKey"), ["what is this"]);
}

#[test]
fn an_unsent_message_is_an_event_with_the_texts_that_are_left() {
    let db = Db::new();
    let history = |parts: usize| {
        let ranges = (0..parts).map(|part| (part.to_string(), dictionary(&[("lo", 0.into())]))).collect();
        dictionary(&[
            ("rp", Value::Array(vec![0.into()])),
            ("otr", Value::Dictionary(ranges)),
            (
                "ec",
                dictionary(&[("0", Value::Array(vec![version("oh no", 705_049_690.0), version("", 0.0)]))]),
            ),
        ])
    };
    db.add("G-1", &[("message_summary_info", &plist(&history(1)))]);
    db.add("G-2", &[("text", &"the rest"), ("message_summary_info", &plist(&history(2)))]);
    let all = db.messages();
    assert_eq!(
        (all[0].event.as_deref(), &all[0].text[..]),
        (Some("deleted"), "+447700900001 unsent a message")
    );
    assert_eq!(noted(&all[0], "previous-text"), ["oh no"]);
    assert_eq!((all[1].event.as_deref(), &all[1].text[..]), (None, "the rest"));
    assert_eq!(noted(&all[1], "unsent-parts"), ["0"]);
}

#[test]
fn replies_effects_and_marks_are_annotations() {
    let db = Db::new();
    db.add(
        "G-1",
        &[
            ("text", &"yes"),
            ("thread_originator_guid", &"G-0"),
            ("thread_originator_part", &"0:0:6"),
            ("expressive_send_style_id", &"com.apple.messages.effect.CKEchoEffect"),
            ("date_read", &(DATE + 1_000_000_000)),
            ("date_delivered", &(DATE + 500_000_000)),
            ("was_downgraded", &1),
            ("is_audio_message", &1),
            ("is_forward", &1),
            ("reply_to_guid", &"bookkeeping"),
            ("ck_record_id", &"bookkeeping"),
        ],
    );
    let all = db.messages();
    let mut found = all[0].annotations.clone();
    found.sort();
    let mut expected = [
        ("audio-message", "yes"),
        ("delivered", "2023-05-06T07:08:09.623Z"),
        ("effect", "com.apple.messages.effect.CKEchoEffect"),
        ("forwarded", ""),
        ("read", "2023-05-06T07:08:10.123Z"),
        ("reply-to", "G-0"),
        ("reply-to-part", "0:0:6"),
        ("sent-as", "SMS"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn changes_of_a_group_are_events() {
    let db = Db::new();
    let happen = |guid: &str, kind: i64, action: i64, title: Option<&str>| {
        db.add(
            guid,
            &[
                ("item_type", &kind),
                ("group_action_type", &action),
                ("other_handle", &2),
                ("group_title", &title),
            ],
        );
    };
    happen("E-1", 1, 0, None);
    happen("E-2", 1, 1, None);
    happen("E-3", 2, 0, Some("Quay"));
    happen("E-4", 2, 0, None);
    happen("E-5", 3, 0, None);
    happen("E-6", 3, 1, None);
    happen("E-7", 4, 0, None);
    happen("E-8", 77, 1, None);
    let (all, report) = db.import();
    let events: Vec<_> =
        all.iter().map(|one| (one.message.event.as_deref().unwrap(), &one.message.text[..])).collect();
    assert_eq!(
        events,
        [
            ("added", "+447700900001 added bo@harbour.example to the conversation"),
            ("removed", "+447700900001 removed bo@harbour.example from the conversation"),
            ("renamed", "+447700900001 named the conversation \"Quay\""),
            ("renamed", "+447700900001 removed the name of the conversation"),
            ("left", "+447700900001 left the conversation"),
            ("icon", "+447700900001 changed the group photo"),
            ("notice", "+447700900001 started sharing a location"),
            ("notice", "A notice of kind 77, action 1"),
        ]
    );
    assert_eq!(noted(&all[7].message, "raw:item_type"), ["77"]);
    assert_eq!(report.sources[0].not_understood.len(), 2);
    assert_eq!((report.sources[0].events, report.sources[0].messages), (8, 0));
}

/// What `NSKeyedArchiver` makes of a preview of a link.
fn preview(title: &str, address: &str) -> Vec<u8> {
    let uid = |number| Value::Uid(Uid::new(number));
    let objects = vec![
        "$null".into(),
        dictionary(&[("richLinkMetadata", uid(2)), ("richLinkIsPlaceholder", false.into())]),
        dictionary(&[("title", uid(3)), ("URL", uid(4)), ("version", 1.into()), ("$class", uid(6))]),
        title.into(),
        dictionary(&[("NS.base", uid(0)), ("NS.relative", uid(5))]),
        address.into(),
        dictionary(&[("$classname", "LPLinkMetadata".into())]),
    ];
    plist(&dictionary(&[
        ("$version", 100_000.into()),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dictionary(&[("root", uid(1))])),
        ("$objects", Value::Array(objects)),
    ]))
}

#[test]
fn what_an_app_shows_is_kept_and_is_the_text_of_a_message_without_one() {
    let db = Db::new();
    let address = "https://maps.apple.com/?q=Pier&ll=50.1,-5.25&t=m";
    let app: (&str, &dyn rusqlite::ToSql) = ("balloon_bundle_id", &"com.apple.messages.URLBalloonProvider");
    db.add("G-1", &[("text", &"\u{fffc}"), ("payload_data", &preview("The Pier", address)), app]);
    db.add("G-2", &[("text", &"look"), ("payload_data", &preview("The Plan", "https://plan.example/")), app]);
    db.add("G-3", &[("text", &"drawn"), ("payload_data", &vec![8u8, 1]), app]);
    let all = db.messages();
    assert_eq!(all[0].text, format!("{address}\nThe Pier"));
    assert_eq!(noted(&all[0], "location"), ["50.1,-5.25"]);
    assert_eq!((&all[1].text[..], noted(&all[1], "app.title")), ("look", vec!["The Plan"]));
    assert_eq!(noted(&all[1], "app.URL"), ["https://plan.example/"]);
    assert_eq!(noted(&all[1], "app"), ["com.apple.messages.URLBalloonProvider"]);
    assert_eq!(noted(&all[2], "raw:payload_data"), ["0801"]);
}

#[test]
fn a_message_may_be_in_no_conversation_or_in_two_or_deleted_from_one() {
    let db = Db::new();
    db.loose("G-1", &[("text", &"stray")]);
    let both = db.add("G-2", &[("text", &"both")]);
    db.insert("chat_message_join", &[("chat_id", &1), ("message_id", &both)]);
    let gone = db.loose("G-3", &[("text", &"gone")]);
    db.insert(
        "chat_recoverable_message_join",
        &[("chat_id", &2), ("message_id", &gone), ("delete_date", &(DATE + 60_000_000_000))],
    );
    let all = db.messages();
    assert_eq!((&all[0].text[..], all[0].chat.as_deref()), ("stray", None));
    assert_eq!(all[0].to, ["Me"]);
    let places = [all[1].chat.as_deref().unwrap(), noted(&all[1], "also-in")[0]];
    assert!(places.contains(&"Harbour") && places.contains(&"+447700900001"));
    assert_eq!((&all[2].text[..], all[2].chat.as_deref()), ("gone", Some("Harbour")));
    assert_eq!(noted(&all[2], "deleted"), ["2023-05-06T07:09:09.123Z"]);
}

#[test]
fn a_message_without_a_date_has_that_of_its_conversation_or_is_skipped_with_its_attachments() {
    let db = Db::new();
    let row = db.loose("G-1", &[("text", &"late"), ("date", &0)]);
    db.insert("chat_message_join", &[("chat_id", &2), ("message_id", &row), ("message_date", &DATE)]);
    let never = db.loose("G-2", &[("text", &"never"), ("date", &None::<i64>)]);
    db.attach(never, &[("transfer_name", &"a.jpg")]);
    let (all, report) = db.import();
    assert_eq!((all.len(), all[0].message.time), (1, MILLIS));
    assert_eq!(noted(&all[0].message, "time-from"), ["chat_message_join.message_date"]);
    let skipped: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(
        skipped,
        [(Some(2), "an attachment of a message that was skipped"), (Some(2), "the message has no time")]
    );
}

#[test]
fn a_column_that_nobody_knows_is_kept() {
    let db = Db::new();
    db.run("ALTER TABLE message ADD COLUMN mood TEXT; ALTER TABLE message ADD COLUMN zeal INTEGER DEFAULT 0");
    db.add("G-1", &[("text", &"a"), ("mood", &"calm")]);
    db.add("G-2", &[("text", &"b"), ("zeal", &3)]);
    let (all, report) = db.import();
    assert_eq!(noted(&all[0].message, "raw:mood"), ["calm"]);
    assert_eq!(noted(&all[1].message, "raw:zeal"), ["3"]);
    assert_eq!(report.sources[0].not_understood, [("mood".to_owned(), 1), ("zeal".to_owned(), 1)].into());
}
