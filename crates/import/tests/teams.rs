//! Personal exports of Teams and Skype, and messages of the Graph API.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use blackbox_format::message::{Incoming, Message};
use blackbox_import::{Exports, Report};
use common::{content, import, options, read, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

const OWNER: &str = "8:live:ada.quill";
const BO: &str = "8:live:bo.tarn";

fn export(conversations: &Value) -> Value {
    json!({"userId": OWNER, "exportDate": "2021-05-06T07:08", "conversations": conversations})
}

fn conversation(id: &str, messages: &Value) -> Value {
    json!({"id": id, "displayName": "Bo Tarn", "version": 1, "properties": {"conversationblocked": false},
        "threadProperties": null, "MessageList": messages})
}

fn message(from: &str, kind: &str, text: &str) -> Value {
    let name = if from == BO { json!("Bo Tarn") } else { json!(null) };
    json!({"id": "1620284880000", "displayName": name, "originalarrivaltime": "2021-05-06T07:08:00.25Z",
        "messagetype": kind, "version": 1_620_284_880_000_i64, "content": text, "conversationid": BO, "from": from,
        "properties": null, "amsreferences": null})
}

fn folder(value: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("messages.json"), value.to_string()).unwrap();
    folder
}

fn import_value(value: &Value) -> (Vec<Incoming>, Report) {
    import(folder(value).path())
}

fn personal(messages: &Value) -> (Vec<Incoming>, Report) {
    import_value(&export(&json!([conversation(BO, messages)])))
}

fn one(item: &Value) -> Message {
    let (mut all, report) = personal(&json!([item]));
    assert_eq!((all.len(), &report.skipped), (1, &Vec::new()));
    all.remove(0).message
}

fn notes<'a>(message: &'a Message, name: &str) -> Vec<&'a str> {
    message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn quoted(message: &Message) -> Vec<&str> {
    message.quoted.iter().map(|one| &message.text[one.start as usize..one.end as usize]).collect()
}

#[test]
fn a_message_has_its_time_its_people_and_its_conversation() {
    let theirs = one(&message(BO, "RichText", "Mill &amp; weir,\r\n<b raw_pre=\"*\">now</b>"));
    assert_eq!((theirs.time, &theirs.written_time[..]), (1_620_284_880_250, "2021-05-06T07:08:00.25Z"));
    assert_eq!((&theirs.from[..], &theirs.to[..]), ("Bo Tarn", &["live:ada.quill".to_owned()][..]));
    assert_eq!((theirs.chat.as_deref(), &theirs.platform[..]), (Some("Bo Tarn"), "skype"));
    assert_eq!((&theirs.text[..], theirs.source_id.as_deref()), ("Mill & weir,\nnow", Some("1620284880000")));
    assert_eq!(theirs.names[0].also, ["live:bo.tarn", "bo.tarn"]);
    assert_eq!(theirs.annotations, []);
    let own = one(&message(OWNER, "Text", "a < b &amp; <b>"));
    assert_eq!((&own.from[..], &own.to[..]), ("live:ada.quill", &["Bo Tarn".to_owned()][..]));
    assert_eq!(own.text, "a < b &amp; <b>");
}

#[test]
fn the_owner_goes_by_the_name_that_was_given_if_the_export_has_none() {
    let folder = folder(&export(&json!([conversation(BO, &json!([message(OWNER, "Text", "x")]))])));
    let exports = Exports::open(&[folder.path().to_owned()], options(Some("Ada Quill"))).unwrap();
    assert_eq!(read(&exports).0[0].message.from, "Ada Quill");
}

#[test]
fn ids_of_teams_make_it_teams_and_a_group_has_its_topic_and_members() {
    let mut item =
        message("8:orgid:1", "RichText/Html", "<p>One</p><p>Two&nbsp;<emoji alt=\"🌊\"></emoji></p>");
    item["conversationid"] = "19:x@thread.v2".into();
    item["displayName"] = "Cy".into();
    let members = "[\"8:orgid:1\",\"8:live:ada.quill\",\"8:live:bo.tarn\"]";
    let (all, _) = import_value(&export(&json!([
        conversation(BO, &json!([])),
        {"id": "19:x@thread.v2", "displayName": null, "threadProperties": {"topic": "Weir", "members": members},
         "MessageList": [item]}
    ])));
    let message = &all[0].message;
    assert_eq!((&message.platform[..], message.chat.as_deref()), ("teams", Some("Weir")));
    assert_eq!(
        (&message.from[..], &message.to[..]),
        ("Cy", &["live:ada.quill", "Bo Tarn"].map(String::from)[..])
    );
    assert_eq!(message.text, "One\nTwo 🌊");
}

#[test]
fn a_reply_quotes_what_it_answers() {
    let html = "<blockquote itemtype=\"http://schema.skype.com/Reply\" itemid=\"77\"><strong>Bo</strong><p>When?</p>\
                </blockquote><p>At <a href=\"https://mill.example\">noon</a></p>";
    let reply = one(&message(BO, "RichText/Html", html));
    assert_eq!((&reply.text[..], quoted(&reply)), ("Bo\nWhen?\nAt noon", vec!["Bo\nWhen?"]));
    assert_eq!(
        (notes(&reply, "reply-to"), notes(&reply, "link")),
        (vec!["77"], vec!["https://mill.example"])
    );
}

#[test]
fn edits_reactions_and_forwards_are_annotations() {
    let mut item = message(OWNER, "RichText", "Yes");
    item["properties"] = json!({"edittime": "1620284881000", "forwardMetadata": "{\"by\":1}", "isserversidegenerated": "True",
        "emotions": [{"key": "heart", "users": [{"mri": BO, "time": 1, "value": "1"}]}], "sparkle": {"a": 1}});
    item["shimmer"] = 3.into();
    let (all, report) = personal(&json!([item, message(BO, "Text", "x")]));
    let message = &all[0].message;
    assert_eq!(
        (notes(message, "edited"), notes(message, "forwarded")),
        (vec!["1620284881000"], vec!["{\"by\":1}"])
    );
    assert_eq!(notes(message, "reaction"), ["heart Bo Tarn"]);
    assert_eq!(
        (notes(message, "raw:sparkle"), notes(message, "raw:shimmer")),
        (vec!["{\"a\":1}"], vec!["3"])
    );
    assert_eq!(report.sources[0].not_understood.len(), 2);
}

#[test]
fn a_deleted_message_is_an_event_unless_its_text_is_there() {
    let mut item = message(BO, "RichText", "");
    item["properties"] = json!({"deletetime": 1_620_284_881_000_i64});
    let gone = one(&item);
    assert_eq!((gone.event.as_deref(), &gone.from[..]), (Some("deleted"), ""));
    assert_eq!((notes(&gone, "sender"), notes(&gone, "deleted")), (vec!["Bo Tarn"], vec!["1620284881000"]));
    item["content"] = "still here".into();
    let there = one(&item);
    assert_eq!((there.event.as_deref(), &there.text[..], &there.from[..]), (None, "still here", "Bo Tarn"));
}

#[test]
fn notices_are_events_with_whoever_caused_them() {
    for (kind, content, slug, text) in [
        (
            "ThreadActivity/AddMember",
            format!("<addmember><initiator>{BO}</initiator><target>8:cy</target></addmember>"),
            "added",
            "Bo Tarn added cy",
        ),
        (
            "ThreadActivity/DeleteMember",
            format!("<deletemember><initiator>{BO}</initiator><target>{BO}</target></deletemember>"),
            "left",
            "Bo Tarn left",
        ),
        (
            "ThreadActivity/TopicUpdate",
            format!("<topicupdate><initiator>{BO}</initiator><value>Flour</value></topicupdate>"),
            "renamed",
            "Bo Tarn named the conversation \"Flour\"",
        ),
        (
            "Event/Call",
            "<partlist type=\"ended\"><part><name>Bo Tarn</name><duration>61</duration></part></partlist>"
                .into(),
            "call",
            "Call with Bo Tarn: 1 minutes 1 seconds",
        ),
        ("ThreadActivity/SomethingNew", String::new(), "notice", "Notice: ThreadActivity/SomethingNew"),
        ("EndToEndEncryption/EncryptedText", "a".into(), "encryption", "a"),
    ] {
        let event = one(&message(BO, kind, &content));
        assert_eq!(
            (event.event.as_deref(), &event.text[..], &event.from[..]),
            (Some(slug), text, ""),
            "{kind}"
        );
        assert_eq!((notes(&event, "sender"), notes(&event, "type")), (vec!["Bo Tarn"], vec![kind]));
    }
}

#[test]
fn contacts_and_places_are_text() {
    let contact =
        one(&message(BO, "RichText/Contacts", "<contacts><c t=\"s\" s=\"cy\" f=\"Cy Fell\"/></contacts>"));
    assert_eq!(contact.text, "Cy Fell (cy)");
    let place = "<location latitude=\"51500000\" longitude=\"-120000\">By the weir</location>";
    let place = one(&message(BO, "RichText/Location", place));
    assert_eq!((&place.text[..], notes(&place, "location")), ("By the weir", vec!["51.5,-0.12"]));
}

#[test]
fn files_are_found_in_the_folder_media_in_all_their_sizes() {
    let uri = |id: &str| {
        format!(
            "<URIObject type=\"Picture.1\" uri=\"https://a.example/objects/{id}\">To view<OriginalName \
        v=\"wheel.jpg\"/></URIObject>"
        )
    };
    let mut there = message(BO, "RichText/UriObject", &uri("0-a"));
    there["amsreferences"] = json!(["0-a"]);
    let mut described = message(BO, "RichText/UriObject", "");
    described["amsreferences"] = json!(["0-b"]);
    let missing = message(BO, "RichText/UriObject", &uri("0-c"));
    let hostile = message(BO, "RichText/UriObject", "<URIObject doc_id=\"../../messages\">x</URIObject>");
    let folder = folder(&export(&json!([conversation(BO, &json!([there, described, missing, hostile]))])));
    let media = folder.path().join("media");
    fs::create_dir(&media).unwrap();
    fs::write(folder.path().join("endpoints.json"), "{}").unwrap();
    for (name, text) in [
        ("0-a.1.jpg", "big"),
        ("0-a.2.jpg", "small"),
        ("0-b.1.pdf", "plan"),
        ("0-b.json", "{\"filename\":\"plan.pdf\"}"),
        ("0-a.json", "{\"filename\":\"wheel.jpg\"}"),
    ] {
        fs::write(media.join(name), text).unwrap();
    }
    let (all, report) = import(folder.path());
    assert_eq!((content(&all[0]), content(&all[1])), (b"big".to_vec(), b"plan".to_vec()));
    assert_eq!(
        (all[0].media.len(), &all[0].message.text[..], &all[0].media[0].media_type[..]),
        (2, "", "image/jpeg")
    );
    assert_eq!((&all[1].media[0].name[..], &all[1].media[0].media_type[..]), ("plan.pdf", "application/pdf"));
    assert!(all[2].media[0].content.is_none() && all[3].media[0].content.is_none());
    assert_eq!(report.notes[0].reason, "attachment \"wheel.jpg\" is not in the folder of the export");
    assert_eq!((report.skipped, report.notes.len(), report.sources[0].attachments), (vec![], 2, 5));
}

#[test]
fn an_object_without_an_id_is_the_one_that_the_list_names() {
    let mut item = message(
        BO,
        "RichText/UriObject",
        "<URIObject type=\"File.1\"><OriginalName v=\"a.txt\"/></URIObject>",
    );
    item["amsreferences"] = json!(["0-a", "0-a", "0-b"]);
    let (all, report) = personal(&json!([item]));
    let names: Vec<_> = all[0].media.iter().map(|media| &media.name[..]).collect();
    assert_eq!(names, ["a.txt", ""]);
    assert_eq!(report.notes[1].reason, "attachment \"0-b\" is not in the folder of the export");
}

fn graph(text: &str) -> Value {
    json!({"id": "1620284880250", "messageType": "message", "createdDateTime": "2021-05-06T07:08:00.25Z",
        "chatId": "19:x@thread.v2", "importance": "normal", "locale": "en-gb", "eventDetail": null, "attachments": [],
        "from": {"application": null, "user": {"id": "u-1", "displayName": "Ada Quill"}},
        "body": {"contentType": "html", "content": text}, "mentions": [], "reactions": []})
}

fn one_graph(item: &Value) -> Message {
    let (mut all, report) = import_value(&json!([item]));
    assert_eq!((all.len(), &report.skipped), (1, &Vec::new()));
    all.remove(0).message
}

#[test]
fn a_message_of_the_graph_api_is_read_from_every_kind_of_file() {
    let item = graph("<p>Shut the <b>gate</b></p>");
    let members = json!([{"displayName": "Ada Quill", "userId": "u-1", "email": "ada@mill.example"},
        {"displayName": "Bo Tarn", "userId": "u-2", "email": "bo@mill.example"}]);
    for (value, chat, to) in [
        (json!([item]), "19:x@thread.v2", 0),
        (json!({"@odata.context": "x", "value": [item]}), "19:x@thread.v2", 0),
        (json!({"topic": "Weir", "members": members, "messages": [item]}), "Weir", 1),
        (json!({"messages": [item], "chat": {"topic": "Weir", "members": members}}), "Weir", 1),
    ] {
        let (all, report) = import_value(&value);
        let message = &all[0].message;
        assert_eq!(
            (message.time, &message.text[..], &message.from[..]),
            (1_620_284_880_250, "Shut the gate", "Ada Quill")
        );
        assert_eq!(
            (message.chat.as_deref(), message.to.len(), &message.platform[..]),
            (Some(chat), to, "teams")
        );
        assert_eq!((&report.sources[0].format[..], &report.skipped), ("teams-graph", &Vec::new()));
        let also: &[&str] = if to == 1 { &["ada@mill.example", "u-1"] } else { &["u-1"] };
        assert_eq!(message.names[0].also, also);
    }
}

#[test]
fn replies_reactions_edits_and_mentions_of_the_graph_api_are_kept() {
    let mut item = graph("Plain &amp; simple");
    item["body"]["contentType"] = "text".into();
    item["replyToId"] = "1620284000000".into();
    item["lastEditedDateTime"] = "2021-05-06T07:09:00Z".into();
    item["subject"] = "Flour".into();
    item["sparkle"] = true.into();
    item["reactions"] =
        json!([{"reactionType": "👍", "user": {"user": {"id": "u-2", "displayName": "Bo Tarn"}}}]);
    item["mentions"] =
        json!([{"id": 0, "mentionText": "Bo", "mentioned": {"user": {"displayName": "Bo Tarn"}}}]);
    let message = one_graph(&item);
    assert_eq!(
        (&message.text[..], notes(&message, "reply-to")),
        ("Plain &amp; simple", vec!["1620284000000"])
    );
    assert_eq!(
        (notes(&message, "reaction"), notes(&message, "mention")),
        (vec!["👍 Bo Tarn"], vec!["Bo Tarn"])
    );
    assert_eq!(
        (notes(&message, "edited"), notes(&message, "subject")),
        (vec!["2021-05-06T07:09:00Z"], vec!["Flour"])
    );
    assert_eq!(notes(&message, "raw:sparkle"), ["true"]);
}

#[test]
fn quotations_and_forwards_of_the_graph_api_are_quoted_text() {
    let mut item = graph("<attachment id=\"9\"></attachment><p>Yes</p>");
    let inner = json!({"messageId": "9", "messagePreview": "Gate shut?", "messageSender": {"user": {"displayName": "Bo Tarn"}}});
    item["attachments"] =
        json!([{"id": "9", "contentType": "messageReference", "content": inner.to_string()}]);
    let reply = one_graph(&item);
    assert_eq!((&reply.text[..], quoted(&reply)), ("Bo Tarn\nGate shut?\nYes", vec!["Bo Tarn\nGate shut?"]));
    assert_eq!(notes(&reply, "reply-to"), ["9"]);
    let inner = json!({"originalMessageContent": "<p>Old news</p>", "originalMessageSender": {"user": {"displayName": "Cy"}}});
    item["attachments"] = json!([{"contentType": "forwardedMessageReference", "content": inner.to_string()}]);
    item["body"]["content"] = "".into();
    let forward = one_graph(&item);
    assert_eq!((&forward.text[..], quoted(&forward)), ("Cy\nOld news", vec!["Cy\nOld news"]));
    assert_eq!(notes(&forward, "forwarded"), ["Cy"]);
}

#[test]
fn the_words_of_a_card_are_text() {
    let mut item = graph("<p>See</p>");
    let card = json!({"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Depth today"},
        {"type": "FactSet", "facts": [{"title": "Weir", "value": "2 m"}]}]});
    item["attachments"] =
        json!([{"contentType": "application/vnd.microsoft.card.adaptive", "content": card.to_string()}]);
    assert_eq!(one_graph(&item).text, "See\nDepth today\nWeir\n2 m");
}

#[test]
fn replies_in_a_post_follow_it() {
    let mut post = graph("Post");
    let mut reply = graph("Reply");
    reply["replyToId"] = post["id"].clone();
    post["replies"] = json!([reply, 7]);
    let (all, report) = import_value(&json!({"value": [post, graph("Next")]}));
    assert_eq!(texts(&all), ["Post", "Reply", "Next"]);
    assert_eq!((report.sources[0].seen, report.skipped[0].item), (4, Some(3)));
}

#[test]
fn notices_of_the_graph_api_are_events() {
    let bo = json!({"user": {"displayName": "Bo Tarn", "id": "u-2"}});
    let cy = json!([{"displayName": "Cy", "id": "u-3"}]);
    for (detail, slug, text) in [
        (
            json!({"@odata.type": "#microsoft.graph.membersAddedEventMessageDetail", "initiator": bo, "members": cy}),
            "added",
            "Bo Tarn added Cy",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.membersLeftEventMessageDetail", "initiator": bo, "members": cy}),
            "left",
            "Cy left",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.chatRenamedEventMessageDetail", "initiator": bo, "chatDisplayName": "Flour"}),
            "renamed",
            "Bo Tarn named it \"Flour\"",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.callEndedEventMessageDetail", "initiator": bo, "callDuration": "PT1M30S",
            "callParticipants": [{"participant": bo}]}),
            "call",
            "Call with Bo Tarn: PT1M30S",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.tabUpdatedEventMessageDetail", "initiator": bo}),
            "notice",
            "Bo Tarn (tab updated)",
        ),
    ] {
        let mut item = graph("<systemEventMessage/>");
        item["messageType"] = "unknownFutureValue".into();
        item["from"] = json!(null);
        item["eventDetail"] = detail;
        let event = one_graph(&item);
        assert_eq!((event.event.as_deref(), &event.text[..]), (Some(slug), text));
        assert_eq!(notes(&event, "sender"), ["Bo Tarn"]);
    }
}

#[test]
fn a_deleted_message_of_the_graph_api_is_an_event() {
    let mut item = graph("");
    item["deletedDateTime"] = "2021-05-06T08:00:00Z".into();
    let event = one_graph(&item);
    assert_eq!((event.event.as_deref(), notes(&event, "sender")), (Some("deleted"), vec!["Ada Quill"]));
    assert_eq!(notes(&event, "deleted"), ["2021-05-06T08:00:00Z"]);
}

#[test]
fn files_of_the_graph_api_have_their_bytes_where_they_lie_beside_it() {
    let mut item =
        graph("<img alt=\"image\" src=\"https://g.example/hostedContents/aW1n/$value\" itemid=\"aW1n\">");
    item["attachments"] = json!([
        {"id": "f-1", "contentType": "reference", "name": "plan.pdf", "contentUrl": "https://s.example/plan.pdf"},
        {"id": "f-2", "contentType": "reference", "name": "../secret.txt"}]);
    let folder = folder(&json!([item]));
    fs::create_dir_all(folder.path().join("attachments")).unwrap();
    fs::write(folder.path().join("attachments/plan.pdf"), "plan").unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(content(&all[0]), b"plan");
    let kinds: Vec<_> = all[0].media.iter().map(|one| (&one.media_type[..], one.content.is_some())).collect();
    assert_eq!(kinds, [("application/pdf", true), ("text/plain", false), ("image/png", false)]);
    assert_eq!((report.notes.len(), report.sources[0].attachments_missing), (2, 2));
}

#[test]
fn a_time_without_a_zone_is_read_in_the_one_that_was_given() {
    let mut item = graph("x");
    item["createdDateTime"] = "2021-07-06T07:08:00".into();
    let (all, report) = import_value(&json!([item]));
    assert_eq!(
        (all[0].message.time, report.sources[0].timezone.as_deref()),
        (1_625_551_680_000, Some("Europe/London"))
    );
}

#[test]
fn items_of_the_wrong_shape_are_skipped_with_a_reason_that_quotes_nothing() {
    let mut late = message(BO, "Text", "secret");
    late["originalarrivaltime"] = "9999-01-01T00:00:00Z".into();
    late["amsreferences"] = json!(["x", "y"]);
    let mut none = message(BO, "Text", "secret");
    none["originalarrivaltime"] = "secret".into();
    none["amsreferences"] = json!(["x"]);
    let mut zero = message(BO, "Text", "secret");
    zero["originalarrivaltime"] = "0000-01-01T00:00:00Z".into();
    let (all, report) = personal(&json!([message(BO, "Text", "good"), 7, null, late, none, zero]));
    assert_eq!(texts(&all), ["good"]);
    assert_eq!(report.skipped.len(), 8);
    assert!(report.skipped.iter().all(|one| !one.reason.contains("secret")));
    let (all, report) =
        import_value(&json!([graph("good"), 7, {"createdDateTime": "secret"}, {"body": "secret"}]));
    assert_eq!((texts(&all), report.skipped.len()), (vec!["good"], 3));
    assert!(report.skipped.iter().all(|one| !one.reason.contains("secret")));
}

#[test]
fn wrong_types_of_every_key_harm_nothing() {
    let values = [
        json!(null),
        json!(7),
        json!(1e300),
        json!("x"),
        json!([]),
        json!({}),
        json!([[{"user": 7}], null]),
        json!({"user": {"user": []}, "content": 7, "members": "x"}),
        json!(true),
        json!("<quote><URIObject>"),
    ];
    let personal_item = message(BO, "RichText", "good");
    let graph_item = graph("good");
    for base in [personal_item, graph_item] {
        let keys: Vec<String> = base.as_object().unwrap().keys().cloned().collect();
        let mut items = vec![base.clone()];
        for key in &keys {
            for value in &values {
                let mut item = base.clone();
                item[key] = value.clone();
                items.push(item.clone());
                item["messagetype"] = "Event/Call".into();
                items.push(item);
            }
        }
        let list = Value::from(items);
        let is_graph = !base["body"].is_null();
        let (all, report) = if is_graph { import_value(&list) } else { personal(&list) };
        assert!(all.len() > 150, "{}", all.len());
        assert!(report.sources[0].is_balanced());
    }
    for key in ["id", "displayName", "threadProperties", "MessageList", "properties"] {
        for value in &values {
            let mut broken = conversation(BO, &json!([message(BO, "Text", "x")]));
            broken[key] = value.clone();
            let _ = import_value(&export(&json!([broken, 7, conversation(BO, &json!([]))])));
        }
    }
}

#[test]
fn damage_deep_nesting_and_long_texts_are_bounded() {
    let good = export(&json!([conversation(BO, &json!([message(BO, "Text", "good")]))])).to_string();
    let cut = &good[..good.rfind("],\"displayName\"").unwrap()];
    let deep = format!("{cut},{{\"properties\":{}", "[".repeat(100_000));
    let long = export(&json!([conversation(
        BO,
        &json!([message(BO, "Text", "good"), message(BO, "Text", &"y".repeat(20 << 20))])
    )]));
    for (text, part) in [
        (cut.to_owned(), "ends too early"),
        (deep, "nested too deep"),
        (long.to_string(), "longer than 16 MiB"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("messages.json"), text).unwrap();
        let (all, report) = import(folder.path());
        assert_eq!(texts(&all), ["good"], "{part}");
        assert!(report.skipped[0].reason.contains(part), "{part}: {:?}", report.skipped);
    }
    let mut bytes = good.clone().into_bytes();
    let at = good.find("good").unwrap();
    bytes.splice(at..at + 4, [0xff, 0xfe]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("messages.json"), bytes).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(all.len() + report.skipped.len(), 1);
}

/// A message that is to be written out.
#[derive(Debug, Clone)]
struct Written {
    millis: i64,
    own: bool,
    text: String,
    html: bool,
    deleted: bool,
    reactions: usize,
    reply: bool,
    file: Option<String>,
}

fn written() -> impl Strategy<Value = Written> {
    let text = "|[A-Za-z<>&éש😀|@#!.,;-]([A-Za-z<>&éשם😀 |@#!.,;\"-]{0,40}[a-z])?";
    let file = prop::option::weighted(0.2, "[a-z]{1,8}\\.(txt|jpg)");
    let switches = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.1), any::<bool>());
    (0..7_000_000_000_000i64, text, switches, 0..3usize, file).prop_map(
        |(millis, text, (own, html, deleted, reply), reactions, file)| Written {
            millis,
            own,
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            html,
            deleted,
            reactions,
            reply,
            file,
        },
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Written {
    fn time(&self) -> String {
        jiff::Timestamp::from_millisecond(self.millis).unwrap().to_string()
    }

    fn html(&self, number: usize) -> String {
        if self.deleted {
            return String::new();
        }
        let quote =
            "<blockquote itemtype=\"http://schema.skype.com/Reply\" itemid=\"5\"><p>Q</p></blockquote>";
        let quote = if self.reply { quote } else { "" };
        let file = self
            .file
            .as_ref()
            .map(|name| format!("<URIObject doc_id=\"f{number}\">x<OriginalName v=\"{name}\"/></URIObject>"));
        format!("{quote}<p>{}</p>{}", escaped(&self.text), file.unwrap_or_default())
    }

    fn personal(&self, number: usize) -> Value {
        let kind = if self.html { "RichText/Html" } else { "RichText" };
        let mut item = message(if self.own { OWNER } else { BO }, kind, &self.html(number));
        item["id"] = number.to_string().into();
        item["originalarrivaltime"] = self.time().into();
        let users: Vec<Value> = (0..self.reactions).map(|_| json!({"mri": BO})).collect();
        item["properties"] = json!({"emotions": [{"key": "ok", "users": users}]});
        if self.deleted {
            item["properties"]["deletetime"] = 9.into();
        }
        item
    }

    fn graph(&self, number: usize) -> Value {
        let mut item = graph(&self.html(number));
        item["id"] = number.to_string().into();
        item["createdDateTime"] = self.time().into();
        item["from"]["user"]["displayName"] = if self.own { "Ada Quill" } else { "Bo Tarn" }.into();
        let user = json!({"user": {"displayName": "Bo Tarn"}});
        item["reactions"] =
            (0..self.reactions).map(|_| json!({"reactionType": "ok", "user": user})).collect();
        if self.deleted {
            item["deletedDateTime"] = "9".into();
        } else if let Some(name) = &self.file {
            item["body"]["content"] =
                item["body"]["content"].as_str().unwrap().split("<URIObject").next().unwrap().into();
            item["attachments"] =
                json!([{"id": format!("f{number}"), "contentType": "reference", "name": name}]);
        }
        item
    }

    fn check(&self, number: usize, found: &Incoming, own: &str) -> Result<(), TestCaseError> {
        let message = &found.message;
        prop_assert_eq!((message.time, &message.written_time), (self.millis, &self.time()));
        prop_assert_eq!(message.source_id.as_ref(), Some(&number.to_string()));
        prop_assert_eq!(message.event.as_deref(), self.deleted.then_some("deleted"));
        let sender = if self.deleted { notes(message, "sender")[0] } else { &message.from[..] };
        prop_assert_eq!(sender, if self.own { own } else { "Bo Tarn" });
        prop_assert_eq!(notes(message, "reaction"), vec!["ok Bo Tarn"; self.reactions]);
        if self.deleted {
            return Ok(());
        }
        let quote = if self.reply { "Q\n" } else { "" };
        let text = format!("{quote}{}", self.text);
        prop_assert_eq!(&message.text, text.trim_end());
        prop_assert_eq!(quoted(message), vec!["Q"; usize::from(self.reply)]);
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
    fn messages_are_read_back_as_they_were_written(messages in prop::collection::vec(written(), 1..20), is_graph: bool) {
        let numbered = || messages.iter().enumerate();
        let mut items: Vec<Value> = numbered().map(|(number, one)| if is_graph { one.graph(number) } else { one.personal(number) }).collect();
        // Somebody says who the other is, at the end.
        items.extend((!is_graph).then(|| message(BO, "Text", "last")));
        let value = if is_graph { Value::from(items) } else { export(&json!([conversation(BO, &Value::from(items))])) };
        let folder = folder(&value);
        fs::create_dir(folder.path().join("media")).unwrap();
        for (number, one) in numbered().filter(|(_, one)| !one.deleted) {
            if let Some(name) = &one.file {
                let ending = name.rsplit('.').next().unwrap();
                let path = if is_graph { format!("f{number}-{name}") } else { format!("f{number}.1.{ending}") };
                fs::write(folder.path().join("media").join(path), format!("bytes {number}")).unwrap();
            }
        }
        let (all, report) = import(folder.path());
        prop_assert_eq!((all.len(), report.notes.len()), (messages.len() + usize::from(!is_graph), 0));
        for ((number, one), found) in numbered().zip(&all) {
            one.check(number, found, if is_graph { "Ada Quill" } else { "live:ada.quill" })?;
        }
    }
}
