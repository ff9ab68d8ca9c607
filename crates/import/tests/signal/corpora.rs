//! Signal's own test cases for backups, in the folder that BLACKBOX_CORPORA names: each frame file is compared with
//! the text that stands beside it.

use std::{fs, path::Path};

use blackbox_format::message::{Incoming, annotation};

use super::common::import;

/// What the text form says of one item.
#[derive(Debug, Default, PartialEq, Eq)]
struct Item {
    sent: String,
    body: Option<String>,
    reactions: usize,
    revisions: usize,
    attachments: usize,
}

/// Reads the text form: nested `name = Type {`, `name = [`, and `name = value` lines.
fn expected(text: &str) -> Vec<Item> {
    let mut path: Vec<String> = Vec::new();
    let mut items: Vec<Item> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.ends_with(['{', '[']) {
            let name = line.split(' ').next().unwrap().to_owned();
            path.push(name);
            open(&path.join("."), &mut items);
        } else if matches!(line, "}" | "}," | "]" | "],") {
            path.pop();
        } else if let Some((name, value)) = line.split_once(" = ") {
            let place = format!("{}.{name}", path.join("."));
            leaf(&place, value, &mut items);
        }
    }
    items
}

fn open(path: &str, items: &mut Vec<Item>) {
    if matches!(path, "Frame.chatItem" | "Frame.adHocCall") {
        return items.push(Item { sent: "0".into(), ..Item::default() });
    }
    let Some(item) = items.last_mut().filter(|_| path.starts_with("Frame.chatItem.")) else { return };
    let own = path.strip_prefix("Frame.chatItem.").unwrap();
    match own {
        "revisions.ChatItem" => item.revisions += 1,
        _ if own.starts_with("revisions") => {}
        _ if own.ends_with("reactions.Reaction") => item.reactions += 1,
        "standardMessage.attachments.MessageAttachment"
        | "viewOnceMessage.attachment"
        | "stickerMessage.sticker.data_"
        | "standardMessage.longText"
        | "directStoryReplyMessage.textReply.longText"
        | "contactMessage.contact.avatar"
        | "standardMessage.linkPreview.LinkPreview.image" => item.attachments += 1,
        _ => {}
    }
}

fn leaf(path: &str, value: &str, items: &mut [Item]) {
    let Some(item) = items.last_mut() else { return };
    match path {
        "Frame.chatItem.dateSent" | "Frame.adHocCall.callTimestamp" => item.sent = value.to_owned(),
        "Frame.chatItem.standardMessage.text.body"
        | "Frame.chatItem.directStoryReplyMessage.textReply.text.body"
        | "Frame.chatItem.directStoryReplyMessage.emoji"
        | "Frame.chatItem.stickerMessage.sticker.emoji" => {
            item.body = Some(serde_json::from_str(value).unwrap());
        }
        _ => {}
    }
}

fn found(incoming: &Incoming, like: &Item) -> Item {
    let message = &incoming.message;
    let count = |name| message.annotations.iter().filter(|(key, _)| key == name).count();
    Item {
        sent: message.written_time.clone(),
        body: like.body.as_ref().map(|_| message.text.clone()),
        reactions: count(annotation::REACTION),
        revisions: count(annotation::PREVIOUS_TEXT),
        attachments: incoming.media.len(),
    }
}

fn check(frames: &Path) -> (usize, usize) {
    let expected = expected(&fs::read_to_string(frames.with_extension("txtproto")).unwrap());
    let (all, report) = import(frames);
    let name = frames.display();
    assert_eq!(report.skipped, [], "{name}");
    assert_eq!(report.sources[0].not_understood, Default::default(), "{name}");
    assert_eq!(all.len(), expected.len(), "{name}");
    for (incoming, item) in all.iter().zip(&expected) {
        assert_eq!(&found(incoming, item), item, "{name}");
        assert!(incoming.message.is_event() || !incoming.message.from.is_empty(), "{name}");
        assert!(incoming.message.is_event() || incoming.message.chat.is_some(), "{name}");
        assert!(!incoming.message.is_event() || !incoming.message.text.is_empty(), "{name}");
    }
    (report.sources[0].messages as usize, report.sources[0].events as usize)
}

#[test]
fn every_test_case_of_signal_gives_what_the_text_beside_it_says() {
    let Some(folder) = std::env::var_os("BLACKBOX_CORPORA") else {
        return eprintln!("skipped: BLACKBOX_CORPORA is not set");
    };
    let folder = Path::new(&folder).join("dev/signal/Signal-Message-Backup-Tests/test-cases");
    let (mut files, mut messages, mut events) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "binproto") {
            let (more_messages, more_events) = check(&path);
            files += 1;
            messages += more_messages;
            events += more_events;
        }
    }
    eprintln!("{files} files, {messages} messages, {events} events");
    assert_eq!((files, messages + events), (604, 519));
}
