//! What is read of a backup.

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD};
use blackbox_format::message::{Incoming, annotation};
use blackbox_import::Report;
use sha2::{Digest, Sha256};

use super::{
    common::{content, import},
    proto::*,
};

pub fn read(bytes: &[u8]) -> (Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    import(&write(folder.path(), bytes))
}

fn all<'a>(one: &'a Incoming, name: &str) -> Vec<&'a str> {
    one.message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

#[test]
fn a_message_has_its_people_its_chat_and_its_time() {
    let (found, report) = read(&backup([said(BO, 1_600_000_000_123, "The boat leaves at nine.")]));
    let message = &found[0].message;
    assert_eq!((message.time, &message.written_time[..]), (1_600_000_000_123, "1600000000123"));
    assert_eq!((&message.from[..], &message.to[..]), ("Bo Fenn", &["Ada Quill".to_owned()][..]));
    assert_eq!((message.chat.as_deref(), &message.platform[..]), (Some("Bo Fenn"), "signal"));
    assert_eq!(message.source_id.as_deref(), Some("2:1600000000123"));
    let also = ["bo", "+15550102", "02020202-0202-0202-0202-020202020202"];
    assert_eq!(
        (&message.names[0].written[..], &message.names[0].also[..]),
        ("Bo Fenn", &also.map(str::to_owned)[..])
    );
    assert_eq!((&report.sources[0].format[..], report.sources[0].messages), ("signal-backup", 1));
}

#[test]
fn a_message_to_a_group_goes_to_its_other_members() {
    let item = Item { chat: SAILING, ..said(OWN, 1, "Who brings the rope?") };
    let (found, _) = read(&backup([item]));
    let message = &found[0].message;
    assert_eq!((&message.from[..], message.chat.as_deref()), ("Ada Quill", Some("Sailing")));
    assert_eq!(message.to, ["Bo Fenn", "Cleo Marsh"]);
}

#[test]
fn quotes_reactions_mentions_timers_and_earlier_texts_are_kept() {
    let mut item = said(BO, 50, "\u{fffc} brings it");
    let standard = item.standard.as_mut().unwrap();
    let quoted = Text { body: "Who brings the rope?".into(), ..Text::default() };
    standard.quote = Some(Quote { target: 40, author: OWN, text: Some(quoted) });
    standard.reactions = vec![Reaction { emoji: "👍".into(), author: CLEO }];
    standard.text.as_mut().unwrap().ranges = vec![Range { start: 0, length: 1, mention: vec![3; 16] }];
    item.revisions = vec![said(BO, 48, "first"), said(BO, 49, "second")];
    (item.expires, item.sms) = (90_000, true);
    let (found, _) = read(&backup([item]));
    let one = &found[0];
    assert_eq!(all(one, annotation::REPLY_TO), ["1:40"]);
    assert_eq!(all(one, annotation::REPLY_TEXT), ["Who brings the rope?"]);
    assert_eq!(all(one, annotation::REACTION), ["👍 Cleo Marsh"]);
    assert_eq!(all(one, "mention"), ["Cleo Marsh at 0+1"]);
    assert_eq!(all(one, annotation::PREVIOUS_TEXT), ["first", "second"]);
    assert_eq!(all(one, annotation::EDITED), ["50"]);
    assert_eq!((all(one, annotation::DISAPPEARING), all(one, "sms")), (vec!["90"], vec!["true"]));
}

#[test]
fn a_deleted_message_is_an_event() {
    let item = Item { standard: None, deleted: Some(Nothing {}), ..said(BO, 1, "") };
    let (found, report) = read(&backup([item]));
    let message = &found[0].message;
    assert_eq!((message.event.as_deref(), &message.from[..]), (Some("deleted"), ""));
    assert_eq!((all(&found[0], annotation::SENDER), report.sources[0].events), (vec!["Bo Fenn"], 1));
}

#[test]
fn a_timer_and_a_new_profile_name_are_events() {
    let update = |update| Item { standard: None, update: Some(update), ..said(BO, 1, "") };
    let timer = Update { timer: Some(Timer { millis: 3_600_000 }), ..Update::default() };
    let profile = Profile { before: "Bo".into(), after: "Bobbie".into() };
    let profile = Update { profile: Some(profile), ..Update::default() };
    let (found, _) = read(&backup([update(timer), update(profile), update(Update::default())]));
    let events: Vec<_> =
        found.iter().map(|one| (one.message.event.as_deref().unwrap(), &one.message.text[..])).collect();
    assert_eq!(
        events,
        [
            ("disappearing", "Bo Fenn set disappearing messages to 3600 seconds."),
            ("renamed", "Bo changed their profile name to Bobbie."),
            ("notice", "A notice that says nothing."),
        ]
    );
    assert_eq!(all(&found[0], annotation::DISAPPEARING), ["3600"]);
}

#[test]
fn a_poll_is_a_text_with_its_options_and_votes() {
    let option = |option: &str, voter| PollOption { option: option.into(), votes: vec![Vote { voter }] };
    let poll =
        Poll { question: "Which day?".into(), options: vec![option("Monday", BO), option("Friday", OWN)] };
    let (found, _) = read(&backup([Item { standard: None, poll: Some(poll), ..said(BO, 1, "") }]));
    assert_eq!(found[0].message.text, "Which day?\n- Monday\n- Friday");
    assert_eq!(all(&found[0], "poll-vote"), ["Monday: Bo Fenn", "Friday: Ada Quill"]);
}

#[test]
fn what_is_not_understood_is_kept_and_counted() {
    let item = Item { future: "new".into(), ..said(BO, 1, "hi") };
    let mut bytes = backup([item, Item { standard: None, ..said(BO, 2, "") }]);
    let future = Frame { future: Some(Nothing {}), ..Frame::default() };
    bytes.extend(prost::Message::encode_length_delimited_to_vec(&future));
    let (found, report) = read(&bytes);
    assert_eq!(all(&found[0], "raw:chatItem.#77"), ["\"6e6577\""]);
    assert_eq!(report.sources[0].not_understood["chatItem.#77"], 1);
    let reasons: Vec<_> = report.skipped.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(reasons, [(Some(9), "the item has no content of a kind that is known")]);
}

#[test]
fn an_attachment_whose_bytes_are_elsewhere_is_named_and_noted() {
    let mut item = said(BO, 1, "look");
    let pointer = Pointer { media_type: "image/jpeg".into(), name: "harbour.jpg".into() };
    item.standard.as_mut().unwrap().attachments = vec![Attachment { pointer: Some(pointer) }];
    let (found, report) = read(&backup([item]));
    let media = &found[0].media[0];
    assert_eq!((&media.name[..], &media.media_type[..]), ("harbour.jpg", "image/jpeg"));
    assert!(media.content.is_none());
    assert_eq!(report.notes[0].reason, "attachment \"harbour.jpg\" is not in the folder of the export");
    assert_eq!((report.sources[0].attachments, report.sources[0].attachments_missing), (1, 1));
}

/// The frames of a plaintext export, with the owner's name and one item.
fn lines(item: &str) -> String {
    let aci = BASE64_STANDARD.encode([2; 16]);
    [
        r#"{"version":"1","backupTimeMs":"1715636551000","mediaRootBackupKey":"AAAA"}"#,
        r#"{"account":{"givenName":"Ada","accountSettings":{"readReceipts":true}}}"#,
        r#"{"recipient":{"id":"1","self":{"avatarColor":"A100"}}}"#,
        &format!(r#"{{"recipient":{{"id":"2","contact":{{"aci":"{aci}","e164":"15550102","profileGivenName":"Bo"}}}}}}"#),
        r#"{"chat":{"id":"10","recipientId":"2"}}"#,
        item,
        r#"{"stickerPack":{"packId":"AAAA"}}"#,
    ]
    .join("\n")
}

#[test]
fn a_plaintext_export_is_read_with_the_files_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (hash, key) = (Sha256::digest(b"pixels"), [7u8; 64]);
    let stem = hex(&Sha256::new().chain_update(hash).chain_update(key).finalize());
    let place = folder.path().join("files").join(&stem[..2]);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{stem}.jpg")), b"pixels").unwrap();
    fs::write(folder.path().join("metadata.json"), "{\"version\":1}").unwrap();
    let locator = format!(
        r#"{{"plaintextHash":"{}","localKey":"{}","size":6}}"#,
        BASE64_STANDARD.encode(hash),
        BASE64_STANDARD.encode(key)
    );
    let item = format!(
        r#"{{"chatItem":{{"chatId":"10","authorId":"2","dateSent":"1600000000000","incoming":{{"dateReceived":"1600000000001","read":true}},
        "standardMessage":{{"text":{{"body":"The harbour"}},"attachments":[{{"pointer":{{"contentType":"image/jpeg","fileName":null,
        "locatorInfo":{locator}}},"flag":"NONE","wasDownloaded":true}}]}}}}}}"#
    );
    fs::write(folder.path().join("main.jsonl"), lines(&item.replace('\n', ""))).unwrap();
    let (found, report) = import(folder.path());
    assert_eq!((&found[0].message.text[..], &found[0].message.from[..]), ("The harbour", "Bo"));
    assert_eq!((content(&found[0]), &found[0].message.to[..]), (b"pixels".to_vec(), &["Ada".to_owned()][..]));
    assert_eq!(
        (&report.sources[0].format[..], report.skipped.len(), report.notes.len()),
        ("signal-jsonl", 0, 0)
    );
    assert!(report.sources[0].not_understood.is_empty());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_change_of_a_group_names_who_did_what() {
    let aci = BASE64_STANDARD.encode([2; 16]);
    let update = format!(
        r#"{{"updates":[{{"groupMemberAddedUpdate":{{"updaterAci":"{aci}","newMemberAci":"AwMDAwMDAwMDAwMDAwMDAw=="}}}},
        {{"groupNameUpdate":{{"updaterAci":"{aci}","newGroupName":"Rowing","unheard":4}}}}]}}"#
    );
    let item = format!(
        r#"{{"chatItem":{{"chatId":"10","authorId":"1","dateSent":"5","directionless":{{}},"updateMessage":{{"groupChange":{update}}}}}}}"#
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.jsonl"), lines(&item.replace('\n', ""))).unwrap();
    let (found, report) = import(folder.path());
    let text = "Bo added 03030303-0303-0303-0303-030303030303.\nBo renamed the group to \"Rowing\".";
    assert_eq!((found[0].message.event.as_deref(), &found[0].message.text[..]), (Some("added"), text));
    assert_eq!(all(&found[0], annotation::SENDER), ["Bo"]);
    assert_eq!(all(&found[0], "raw:groupNameUpdate.unheard"), ["4"]);
    assert_eq!(report.sources[0].not_understood["groupNameUpdate.unheard"], 1);
}

#[test]
fn the_text_form_beside_a_backup_is_no_export() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &backup([said(BO, 1, "hi")]));
    fs::write(folder.path().join("backup.txtproto"), "BackupInfo {\n  version: 1\n}\n").unwrap();
    let (found, report) = import(folder.path());
    assert_eq!(
        (found.len(), &report.skipped[0].reason[..]),
        (1, "a Signal backup in protobuf's text form, which no program exports")
    );
}

#[test]
fn a_backup_without_messages_says_so() {
    let (found, report) = read(&backup([]));
    assert!(found.is_empty() && report.skipped.is_empty());
    assert_eq!((report.sources[0].seen, &report.sources[0].format[..]), (0, "signal-backup"));
}
