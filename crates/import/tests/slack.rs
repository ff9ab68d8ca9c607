//! Slack's exports and slackdump's dumps.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use blackbox_format::message::{Incoming, Message};
use blackbox_import::Report;
use common::{content, deflated, import, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

fn users() -> Value {
    json!([
        {"id": "U1", "name": "ada", "real_name": "Ada Quill", "profile":
            {"display_name": "Ada Q", "real_name": "Ada Quill", "email": "ada@mill.example"}},
        {"id": "U2", "name": "bo", "profile": {"display_name": "", "real_name": "Bo Tarn"}},
        {"id": "U3", "name": "cy", "profile": {"display_name": "Cy"}},
        "damaged", {"id": 7}, {}
    ])
}

fn channels() -> Value {
    json!([{"id": "C1", "name": "mill-wheel", "members": ["U1", "U2", "U3"]}, {"id": "C2", "name": "weir"}])
}

fn write(folder: &Path, name: &str, value: &Value) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

/// A workspace with a channel in which the messages are.
fn workspace(messages: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "users.json", &users());
    write(folder.path(), "channels.json", &channels());
    write(folder.path(), "mpims.json", &json!([{"id": "G1", "name": "mpdm-x-1", "members": ["U1", "U3"]}]));
    write(folder.path(), "dms.json", &json!([{"id": "D1", "members": ["U1", "U2"]}]));
    write(folder.path(), "mill-wheel/2021-03-04.json", messages);
    folder
}

fn read(messages: &Value) -> (Vec<Incoming>, Report) {
    import(workspace(messages).path())
}

/// The one record that an item gives.
fn one(item: &Value) -> Message {
    let (mut all, report) = read(&json!([item]));
    assert_eq!((all.len(), &report.skipped), (1, &Vec::new()));
    all.remove(0).message
}

fn notes<'a>(message: &'a Message, name: &str) -> Vec<&'a str> {
    message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

#[test]
fn a_message_has_its_channel_its_members_and_all_names_of_its_sender() {
    let message =
        one(&json!({"type": "message", "ts": "1614850000.123456", "user": "U1", "text": "The wheel turns."}));
    assert_eq!((message.time, &message.written_time[..]), (1_614_850_000_123, "1614850000.123456"));
    assert_eq!(message.source_id.as_deref(), Some("1614850000.123456"));
    assert_eq!((&message.from[..], message.chat.as_deref()), ("Ada Q", Some("mill-wheel")));
    assert_eq!(message.to, ["Bo Tarn", "Cy"]);
    assert_eq!((&message.platform[..], &message.text[..]), ("slack", "The wheel turns."));
    assert_eq!(message.annotations, []);
    assert_eq!(message.names[0].written, "Ada Q");
    assert_eq!(message.names[0].also, ["Ada Quill", "ada", "ada@mill.example", "U1"]);
}

#[test]
fn a_text_is_what_its_reader_saw_and_its_markup_is_kept() {
    let markup = "<@U2>, see <#C2> &amp; <https://mill.example|the plan>";
    let message = one(&json!({"type": "message", "ts": "1.0", "user": "U1", "text": markup}));
    assert_eq!(message.text, "@Bo Tarn, see #weir & the plan");
    assert_eq!(notes(&message, "markup"), [markup]);
}

#[test]
fn direct_conversations_are_called_after_their_members() {
    let folder = workspace(&json!([]));
    let item = json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "Psst."}]);
    write(folder.path(), "D1/2021-03-04.json", &item);
    write(folder.path(), "mpdm-x-1/2021-03-04.json", &item);
    let (all, _) = import(folder.path());
    let chats: Vec<_> =
        all.iter().map(|one| (one.message.chat.as_deref().unwrap(), &one.message.to[..])).collect();
    assert_eq!(
        chats,
        [("Ada Q, Bo Tarn", &["Bo Tarn".to_owned()][..]), ("Ada Q, Cy", &["Cy".to_owned()][..])]
    );
}

#[test]
fn the_days_of_a_channel_are_one_source_in_a_zip_as_well() {
    let day = |ts| json!([{"type": "message", "ts": ts, "user": "U1", "text": ts}]).to_string();
    let (first, second, users) = (day("1.0"), day("2.0"), users().to_string());
    let members = [
        ("weir/2021-03-05.json", second.as_bytes()),
        ("weir/2021-03-04.json", first.as_bytes()),
        ("users.json", users.as_bytes()),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mill.zip"), deflated(&members)).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["1.0", "2.0"]);
    assert_eq!((&all[0].message.from[..], all[0].message.chat.as_deref()), ("Ada Q", Some("weir")));
    assert_eq!((report.sources.len(), &report.sources[0].format[..]), (1, "slack-export"));
    assert_eq!(report.skipped, []);
}

#[test]
fn days_that_lie_beside_the_lists_are_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "users.json", &users());
    write(
        folder.path(),
        "2021-03-04.json",
        &json!([{"type": "message", "ts": "1.0", "user": "U2", "text": "Here."}]),
    );
    let (all, report) = import(folder.path());
    assert_eq!((&all[0].message.from[..], &report.skipped), ("Bo Tarn", &Vec::new()));
}

#[test]
fn each_workspace_has_people_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let day = json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "x"}]);
    for (workspace, name) in [("east", "Ada"), ("west", "Bo")] {
        write(folder.path(), &format!("{workspace}/users.json"), &json!([{"id": "U1", "name": name}]));
        for channel in ["gate", "weir"] {
            write(folder.path(), &format!("{workspace}/{channel}/2021-03-04.json"), &day);
        }
    }
    let (all, report) = import(folder.path());
    let found: Vec<_> =
        all.iter().map(|one| (&one.message.from[..], one.message.chat.as_deref().unwrap())).collect();
    assert_eq!(found, [("Ada", "gate"), ("Ada", "weir"), ("Bo", "gate"), ("Bo", "weir")]);
    assert_eq!(report.skipped, []);
}

#[test]
fn a_damaged_list_of_people_costs_names_and_no_message() {
    let folder = workspace(&json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "x"},
        {"type": "message", "ts": "2.0", "user": "U2", "text": "y"}]));
    fs::write(folder.path().join("users.json"), "[{\"id\":\"U1\",\"name\":\"ada\"},{\"id\":\"U2").unwrap();
    let (all, report) = import(folder.path());
    let senders: Vec<_> = all.iter().map(|one| &one.message.from[..]).collect();
    assert_eq!(senders, ["ada", "U2"]);
    let reason = "\"users.json\" is damaged and was read as far as it goes: names may be missing";
    assert_eq!((report.skipped.len(), &report.skipped[0].reason[..]), (1, reason));
}

#[test]
fn replies_reactions_edits_and_pins_are_annotations() {
    let message =
        one(&json!({"type": "message", "ts": "2.0", "thread_ts": "1.0", "user": "U1", "text": "Yes.",
        "parent_user_id": "U2", "edited": {"user": "U2", "ts": "3.0"}, "pinned_info": {"pinned_by": "U2"},
        "reactions": [{"name": "tada", "users": ["U2", "U3"], "count": 4}]}));
    assert_eq!(notes(&message, "reply-to"), ["1.0"]);
    assert_eq!((notes(&message, "edited"), notes(&message, "edited-by")), (vec!["3.0"], vec!["Bo Tarn"]));
    assert_eq!(notes(&message, "reaction"), [":tada: Bo Tarn", ":tada: Cy", ":tada: 2 others"]);
    assert_eq!(notes(&message, "pinned"), ["{\"pinned_by\":\"U2\"}"]);
    let root =
        one(&json!({"type": "message", "ts": "1.0", "thread_ts": "1.0", "user": "U1", "text": "Who?"}));
    assert_eq!(notes(&root, "reply-to"), Vec::<&str>::new());
}

#[test]
fn notices_are_events_with_slugs_of_their_own() {
    for (subtype, slug) in [
        ("channel_join", "joined"),
        ("group_leave", "left"),
        ("channel_name", "renamed"),
        ("channel_topic", "notice"),
        ("channel_archive", "notice"),
        ("group_something_new", "notice"),
        ("pinned_item", "pinned"),
        ("bot_add", "added"),
        ("reminder_add", "notice"),
        ("tombstone", "deleted"),
        ("message_deleted", "deleted"),
        ("sh_room_created", "call"),
    ] {
        let item =
            json!({"type": "message", "ts": "1.0", "user": "U1", "subtype": subtype, "text": "<@U1> did it"});
        let event = one(&item);
        assert_eq!(
            (event.event.as_deref(), &event.from[..], &event.text[..]),
            (Some(slug), "", "@Ada Q did it")
        );
        assert_eq!((notes(&event, "sender"), notes(&event, "subtype")), (vec!["Ada Q"], vec![subtype]));
    }
}

#[test]
fn a_huddle_is_a_call_with_its_duration_and_people() {
    let event =
        one(&json!({"type": "message", "ts": "1.0", "user": "U1", "subtype": "huddle_thread", "text": "",
        "room": {"date_start": 1000, "date_end": 1090, "participant_history": ["U1", "U2"]}}));
    assert_eq!((event.event.as_deref(), &event.text[..]), (Some("call"), "A huddle of 1 minutes 30 seconds"));
    assert_eq!(notes(&event, "participants"), ["Ada Q, Bo Tarn"]);
}

#[test]
fn a_changed_message_has_its_previous_text() {
    let message = one(&json!({"type": "message", "subtype": "message_changed", "hidden": true, "ts": "9.0",
        "message": {"type": "message", "user": "U1", "text": "Noon", "ts": "1.0", "edited": {"user": "U1", "ts": "9.0"}},
        "original": {"type": "message", "user": "U1", "text": "Dawn &amp; dusk", "ts": "1.0"}}));
    assert_eq!((&message.text[..], &message.from[..], message.time), ("Noon", "Ada Q", 1000));
    assert_eq!(notes(&message, "previous-text"), ["Dawn & dusk"]);
}

#[test]
fn a_deleted_message_whose_text_is_there_is_a_message() {
    let message =
        one(&json!({"type": "message", "subtype": "message_deleted", "ts": "9.0", "deleted_ts": "1.0",
        "previous_message": {"type": "message", "user": "U1", "text": "Oops", "ts": "1.0"}}));
    assert_eq!((&message.text[..], message.event, &message.from[..]), ("Oops", None, "Ada Q"));
    assert_eq!(message.annotations[0], ("deleted".to_owned(), "9.0".to_owned()));
}

#[test]
fn a_program_goes_by_the_name_that_it_wrote_under() {
    let named = one(&json!({"type": "message", "subtype": "bot_message", "ts": "1.0", "bot_id": "B1",
        "username": "Tide Table", "text": "High"}));
    assert_eq!((&named.from[..], &named.names[0].also[..]), ("Tide Table", &["B1".to_owned()][..]));
    let profile = one(&json!({"type": "message", "ts": "1.0", "bot_id": "B1", "user": "U9", "text": "Low",
        "bot_profile": {"id": "B1", "name": "Tides"}}));
    assert_eq!((&profile.from[..], notes(&profile, "bot")), ("Tides", vec!["Tides"]));
}

#[test]
fn who_is_on_no_list_goes_by_the_profile_in_the_message() {
    let message = one(&json!({"type": "message", "ts": "1.0", "user": "U8", "text": "Hm",
        "user_profile": {"display_name": "Di", "real_name": "Di Fell", "name": "di"}}));
    assert_eq!(
        (&message.from[..], &message.names[0].also[..]),
        ("Di", &["Di Fell", "di", "U8"].map(String::from)[..])
    );
}

#[test]
fn rich_text_counts_where_there_is_no_other() {
    let rich = json!([{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Ask "}, {"type": "user", "user_id": "U2"},
            {"type": "text", "text": " in "}, {"type": "channel", "channel_id": "C2"}, {"type": "text", "text": " "},
            {"type": "emoji", "name": "wave", "unicode": "1f44b"}, {"type": "emoji", "name": "mill"}]},
        {"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "link", "url": "https://mill.example/a", "text": "one"}]}]}]}]);
    let message = one(&json!({"type": "message", "ts": "1.0", "user": "U1", "text": "", "blocks": rich}));
    assert_eq!(message.text, "Ask @Bo Tarn in #weir 👋:mill:\n• one");
    assert_eq!(notes(&message, "link"), ["https://mill.example/a"]);
    let twice = one(&json!({"type": "message", "ts": "1.0", "user": "U1", "text": "Plain", "blocks": rich}));
    assert_eq!(twice.text, "Plain");
}

#[test]
fn a_poll_has_its_question_its_answers_and_votes() {
    let message =
        one(&json!({"type": "message", "ts": "1.0", "user": "U1", "text": "Which day?", "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "Which day?"}},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Monday"}},
            {"type": "button", "text": {"type": "plain_text", "text": "Friday"}}]},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "Monday: 1 <@U2>"}]},
        {"type": "divider"}, {"type": "hologram", "x": 1}]}));
    assert_eq!(message.text, "Which day?\n[Monday] [Friday]\nMonday: 1 @Bo Tarn");
    assert_eq!(notes(&message, "raw:blocks"), ["{\"type\":\"hologram\",\"x\":1}"]);
}

#[test]
fn cards_are_text_and_shared_messages_are_quotations() {
    let message = one(&json!({"type": "message", "ts": "1.0", "user": "U1", "text": "Look", "attachments": [
        {"title": "Weir levels", "title_link": "https://mill.example/w", "fallback": "Weir", "text": "Low &amp; slow",
         "fields": [{"title": "Depth", "value": "2 m"}], "footer": "Gauge", "color": "#fff"},
        {"is_share": true, "author_name": "Bo Tarn", "text": "Shut the gate", "fallback": "[x]"},
        {"fallback": "Only this"}]}));
    assert_eq!(
        message.text,
        "Look\nWeir levels\nLow & slow\nDepth: 2 m\nGauge\nBo Tarn\nShut the gate\nOnly this"
    );
    assert_eq!(notes(&message, "forwarded"), ["Bo Tarn"]);
    let quoted = &message.text[message.quoted[0].start as usize..message.quoted[0].end as usize];
    assert_eq!((quoted, message.quoted.len()), ("Bo Tarn\nShut the gate", 1));
    assert_eq!(notes(&message, "link"), ["https://mill.example/w"]);
}

#[test]
fn files_have_their_bytes_wherever_a_tool_has_saved_them() {
    let file =
        |id: &str, name: &str| json!({"id": id, "name": name, "mimetype": "text/plain", "mode": "hosted"});
    let folder = workspace(&json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "", "files": [
        file("F1", "a.txt"), file("F2", "b.txt"), file("F3", "c.txt"), file("F4", "../../secret.txt"),
        {"id": "F5", "mode": "tombstone"}, {"id": "F6", "mode": "hidden_by_limit"}]}]));
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    for (path, text) in [("__uploads/F1/a.txt", "one"), ("mill-wheel/attachments/F2-b.txt", "two")] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    let (all, report) = import(folder.path());
    assert_eq!(content(&all[0]), b"one");
    let there: Vec<bool> = all[0].media.iter().map(|media| media.content.is_some()).collect();
    assert_eq!(there, [true, true, false, false, false, false]);
    let noted: Vec<_> = report.notes.iter().map(|note| &note.reason[..]).collect();
    assert_eq!(noted[0], "attachment \"c.txt\" is not in the folder of the export");
    assert_eq!((noted.len(), report.sources[0].attachments), (2, 6));
    assert_eq!(all[0].media[0].media_type, "text/plain");
    assert_eq!(notes(&all[0].message, "file-deleted"), ["F5"]);
    let unused = |one: &&blackbox_import::Skipped| one.source.ends_with("secret.txt");
    assert_eq!((report.skipped.len(), report.skipped.iter().filter(unused).count()), (1, 1));
}

#[test]
fn a_mail_in_a_channel_has_its_text() {
    let (all, _) = read(&json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "", "files": [
        {"id": "F1", "name": "Mail", "filetype": "email", "plain_text": "Dear miller", "title": "Flour"}]}]));
    assert_eq!((&all[0].message.texts[0].text[..], all[0].message.texts[0].attachment), ("Dear miller", 0));
    assert_eq!(notes(&all[0].message, "file-title"), ["Flour"]);
}

#[test]
fn a_dump_has_its_replies_in_it_and_its_name_may_come_last() {
    let reply = json!({"type": "message", "ts": "2.0", "thread_ts": "1.0", "user": "U2", "text": "Reply"});
    let root = json!({"type": "message", "ts": "1.0", "thread_ts": "1.0", "user": "U1", "text": "Root",
        "slackdump_thread_replies": [reply, 7]});
    let last = json!({"type": "message", "ts": "3.0", "user": "U1", "text": "Last"});
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "users.json", &users());
    let dump = format!("{{\"messages\":[{root},{last}],\"name\":\"weir\",\"channel_id\":\"C2\"}}");
    fs::write(folder.path().join("C2.json"), dump).unwrap();
    fs::create_dir(folder.path().join("C2")).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all), ["Root", "Reply", "Last"]);
    assert_eq!((&all[1].message.from[..], all[1].message.chat.as_deref()), ("Bo Tarn", Some("weir")));
    assert_eq!((&report.sources[0].format[..], report.sources[0].seen), ("slack-dump", 4));
    assert_eq!((report.skipped[0].item, &report.skipped[0].reason[..]), (Some(3), "it is not an object"));
}

#[test]
fn a_file_may_be_a_single_message() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.json", &json!({"type": "message", "ts": "1.0", "user": "U1", "text": "Alone"}));
    assert_eq!(texts(&import(folder.path()).0), ["Alone"]);
}

#[test]
fn what_is_not_understood_is_kept_and_counted() {
    let (all, report) =
        read(&json!([{"type": "message", "ts": "1.0", "user": "U1", "text": "x", "subtype": "new_kind",
        "sparkle": {"a": [1]}, "nothing": null, "metadata": {"event_type": "", "event_payload": null}}]));
    let message = &all[0].message;
    assert_eq!(
        (notes(message, "raw:sparkle"), notes(message, "raw:subtype")),
        (vec!["{\"a\":[1]}"], vec!["\"new_kind\""])
    );
    let kept: Vec<_> = report.sources[0].not_understood.iter().collect();
    assert_eq!(kept, [(&"sparkle".to_owned(), &1), (&"subtype".to_owned(), &1)]);
}

#[test]
fn items_of_the_wrong_shape_are_skipped_with_a_reason_that_quotes_nothing() {
    let good = json!({"type": "message", "ts": "1.0", "user": "U1", "text": "good"});
    let (all, report) =
        read(&json!([good, 1, null, [], {"text": "secret"}, {"ts": "secret", "files": [{}, {}]},
        {"ts": "253402300800.0"}, {"ts": "99999999999999999999"}]));
    assert_eq!(texts(&all), ["good"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(reasons.len(), 9, "{reasons:?}");
    assert!(reasons.iter().all(|reason| !reason.contains("secret")));
}

#[test]
fn wrong_types_of_every_key_harm_nothing() {
    let keys = [
        "ts",
        "type",
        "user",
        "text",
        "subtype",
        "blocks",
        "attachments",
        "files",
        "file",
        "reactions",
        "edited",
        "thread_ts",
        "bot_profile",
        "user_profile",
        "username",
        "room",
        "message",
        "previous_message",
        "comment",
        "slackdump_thread_replies",
        "original",
        "metadata",
    ];
    let values = [
        json!(null),
        json!(7),
        json!(1e300),
        json!("x"),
        json!([]),
        json!({}),
        json!([[{"type": 7}], null]),
        json!({"x": {"ts": []}}),
        json!(true),
        json!([{"elements": 3, "users": 4, "fields": {}, "type": "rich_text"}]),
    ];
    let mut items = vec![json!({"type": "message", "ts": "1.0", "user": "U1", "text": "good"})];
    for key in keys {
        for value in &values {
            for subtype in ["", "message_changed", "message_deleted", "huddle_thread"] {
                let mut item =
                    json!({"type": "message", "ts": "1.0", "user": "U1", "text": "", "subtype": subtype});
                item[key] = value.clone();
                items.push(item);
            }
        }
    }
    let (all, report) = read(&Value::from(items));
    assert!(all.len() > 700, "{}", all.len());
    assert!(report.sources[0].is_balanced());
}

#[test]
fn damage_deep_nesting_and_long_texts_are_bounded() {
    let folder = workspace(&json!([]));
    let good = json!({"type": "message", "ts": "1.0", "user": "U1", "text": "good"}).to_string();
    let long = json!({"type": "message", "ts": "2.0", "text": "y".repeat(20 << 20)}).to_string();
    let deep = format!("[{good},{{\"type\":\"message\",\"blocks\":{}", "[".repeat(100_000));
    for (name, text) in [
        ("a/2021-01-01.json", format!("[{good},{{\"type\":\"mess")),
        ("b/2021-01-01.json", deep),
        ("c/2021-01-01.json", format!("[{good},{long},{good}]")),
    ] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut bad = b"[{\"type\":\"message\",\"ts\":\"1.0\",\"user\":\"U1\",\"text\":\"".to_vec();
    bad.extend(b"\xff\xfe\"}]");
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/2021-01-01.json"), bad).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(texts(&all)[..4], ["good"; 4]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    for part in ["ends too early", "nested too deep", "longer than 16 MiB"] {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
}

#[test]
fn every_file_of_the_real_samples_is_read_or_left_out_for_a_reason() {
    let Some(folder) = std::env::var_os("BLACKBOX_CORPORA") else {
        return eprintln!("skipped: BLACKBOX_CORPORA is not set");
    };
    let folder = Path::new(&folder).join("dev/slack/slackdump");
    let (all, report) = import(&folder);
    let count = |name: &str| -> u64 {
        let sources = report.sources.iter().filter(|source| source.source.ends_with(name));
        sources.map(|source| source.messages + source.events).sum()
    };
    // Counted with jq over the items and the replies in them.
    assert_eq!(count("assets/CHY5HUESG.json"), 16);
    assert_eq!(count("source_dump.zip!CHY5HUESG.json"), 16);
    assert_eq!(count("source_export_dir/B75B4C7"), 16);
    assert_eq!(count("source_export.zip!B75B4C7/"), 16);
    assert_eq!(count("sample.json"), 10);
    assert_eq!(count("bot_message.json"), 1);
    assert_eq!(count("polly.json"), 1);
    assert_eq!(all.len(), 76);
    assert!(report.sources.iter().all(|source| source.not_understood.is_empty()), "{:#?}", report.sources);
    for skipped in &report.skipped {
        eprintln!("{}: {}", skipped.source, skipped.reason);
        assert!(
            skipped.source.contains("assets/export/") || skipped.source.ends_with("README.txt"),
            "{skipped:?}"
        );
    }
}

/// A message that is to be written out.
#[derive(Debug, Clone)]
struct Written {
    millis: i64,
    user: usize,
    text: String,
    subtype: Option<(&'static str, &'static str)>,
    reactions: Vec<usize>,
    reply: bool,
    file: Option<String>,
}

fn written() -> impl Strategy<Value = Written> {
    let subtype = prop::option::of(prop::sample::select(vec![
        ("channel_join", "joined"),
        ("channel_leave", "left"),
        ("channel_name", "renamed"),
        ("tombstone", "deleted"),
    ]));
    let text = "|[A-Za-z<>&éשם😀 |@#!.,;\"\\n-]{0,40}[a-z]";
    let file = prop::option::weighted(0.2, "[a-z]{1,8}\\.(txt|jpg)");
    let reactions = prop::collection::vec(0..3usize, 0..3);
    (0..7_000_000_000_000i64, 0..3usize, text, subtype, reactions, any::<bool>(), file).prop_map(
        |(millis, user, text, subtype, reactions, reply, file)| Written {
            millis,
            user,
            // Of an event without words the export's own are said.
            text: if text.is_empty() && subtype.is_some() { "x".into() } else { text },
            subtype,
            reactions,
            reply,
            file,
        },
    )
}

const IDS: [&str; 3] = ["U1", "U2", "U3"];
const NAMES: [&str; 3] = ["Ada Q", "Bo Tarn", "Cy"];

impl Written {
    fn ts(&self, number: usize) -> String {
        format!("{}.{:03}{number:03}", self.millis / 1000, self.millis % 1000)
    }

    fn item(&self, number: usize, folder: &Path) -> Value {
        let text = self.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut item =
            json!({"type": "message", "ts": self.ts(number), "user": IDS[self.user], "text": text});
        if let Some((subtype, _)) = self.subtype {
            item["subtype"] = subtype.into();
        }
        let react = |user: &usize| json!({"name": "ok", "users": [IDS[*user]], "count": 1});
        item["reactions"] = self.reactions.iter().map(react).collect();
        if self.reply {
            item["thread_ts"] = "5.000001".into();
        }
        if let Some(name) = &self.file {
            let path = folder.join(format!("__uploads/F{number}"));
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join(name), format!("bytes {number}")).unwrap();
            item["files"] = json!([{"id": format!("F{number}"), "name": name}]);
        }
        item
    }

    fn check(&self, number: usize, found: &Incoming) -> Result<(), TestCaseError> {
        let message = &found.message;
        prop_assert_eq!((message.time, &message.text), (self.millis, &self.text));
        prop_assert_eq!(message.source_id.as_ref(), Some(&self.ts(number)));
        prop_assert_eq!(message.event.as_deref(), self.subtype.map(|(_, slug)| slug));
        let sender = if self.subtype.is_some() { notes(message, "sender")[0] } else { &message.from[..] };
        prop_assert_eq!(sender, NAMES[self.user]);
        let reactions: Vec<String> =
            self.reactions.iter().map(|user| format!(":ok: {}", NAMES[*user])).collect();
        prop_assert_eq!(notes(message, "reaction"), reactions);
        prop_assert_eq!(notes(message, "reply-to").len(), usize::from(self.reply));
        prop_assert_eq!(found.media.iter().map(|media| &media.name).next(), self.file.as_ref());
        if self.file.is_some() {
            prop_assert_eq!(content(found), format!("bytes {number}").into_bytes());
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn messages_are_read_back_as_they_were_written(messages in prop::collection::vec(written(), 1..20), dump: bool) {
        let folder = workspace(&json!([]));
        let items: Vec<Value> =
            messages.iter().enumerate().map(|(number, one)| one.item(number, folder.path())).collect();
        match dump {
            true => {
                let dump = json!({"channel_id": "C1", "name": "mill-wheel", "messages": items});
                write(folder.path(), "C1.json", &dump);
            }
            false => write(folder.path(), "mill-wheel/2021-03-04.json", &Value::from(items)),
        }
        let (all, report) = import(folder.path());
        prop_assert_eq!((all.len(), report.notes.len()), (messages.len(), 0));
        for (number, (one, found)) in messages.iter().zip(&all).enumerate() {
            one.check(number, found)?;
            prop_assert_eq!(found.message.chat.as_deref(), Some("mill-wheel"));
        }
    }
}
