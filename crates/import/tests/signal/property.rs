//! Messages written out in each form are read back as they were.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use blackbox_format::message::{Incoming, annotation};
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    common::{import, options},
    proto::{self, *},
};

/// A message that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    millis: i64,
    /// One of [`NAMES`].
    author: usize,
    kind: Kind,
    reactions: Vec<(String, usize)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Text { text: String, before: Vec<String>, files: Vec<String>, quoted: Option<String> },
    Deleted,
    Timer(u32),
}

const NAMES: [&str; 3] = ["Ada Quill", "Bo Fenn", "Cleo Marsh"];
const EMOJI: &str = "[👍😀⛵]";

fn said(text: &'static str) -> impl Strategy<Value = Said> {
    let files = prop::collection::vec("[a-z]{1,8}\\.(jpg|txt|ogg)", 0..3);
    let before = prop::collection::vec(text, 0..3);
    let content = (text, before, files, prop::option::of("[A-Za-zé ]{0,20}[a-z]"));
    let kind = prop_oneof![
        6 => content.prop_map(|(text, before, files, quoted)| Kind::Text { text, before, files, quoted }),
        1 => Just(Kind::Deleted),
        1 => (0u32..1_000_000).prop_map(Kind::Timer),
    ];
    let reactions = prop::collection::vec((EMOJI, 0usize..3), 0..3);
    // Until 2199.
    (0i64..7_250_000_000_000, 0usize..3, kind, reactions).prop_map(|(millis, author, kind, reactions)| Said {
        millis,
        author,
        kind,
        reactions,
    })
}

/// What is compared: the message as the reader gave it.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    millis: i64,
    author: String,
    event: Option<String>,
    text: String,
    quoted: Option<String>,
    before: Vec<String>,
    files: Vec<String>,
    reactions: Vec<String>,
    timer: Option<String>,
}

impl Read {
    fn of(one: &Incoming) -> Read {
        let message = &one.message;
        let all = |name: &str| -> Vec<String> {
            message
                .annotations
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
                .collect()
        };
        let author = if message.is_event() { all(annotation::SENDER).concat() } else { message.from.clone() };
        Read {
            millis: message.time,
            author,
            event: message.event.clone(),
            text: if message.is_event() { String::new() } else { message.text.clone() },
            quoted: all(annotation::REPLY_TEXT).pop(),
            before: all(annotation::PREVIOUS_TEXT),
            files: one.media.iter().map(|media| media.name.clone()).collect(),
            reactions: all(annotation::REACTION),
            timer: all(annotation::DISAPPEARING).pop(),
        }
    }

    fn expected(said: &Said, name: &dyn Fn(usize) -> String) -> Read {
        let mut read = Read {
            millis: said.millis,
            author: name(said.author),
            event: None,
            text: String::new(),
            quoted: None,
            before: Vec::new(),
            files: Vec::new(),
            reactions: Vec::new(),
            timer: None,
        };
        match &said.kind {
            Kind::Text { text, before, files, quoted } => {
                let reactions = said.reactions.iter();
                read.reactions = reactions.map(|(emoji, who)| format!("{emoji} {}", name(*who))).collect();
                (read.text, read.before, read.files) = (text.clone(), before.clone(), files.clone());
                read.quoted = quoted.clone();
            }
            Kind::Deleted => read.event = Some("deleted".into()),
            Kind::Timer(seconds) => {
                read.event = Some("disappearing".into());
                read.timer = Some(seconds.to_string());
            }
        }
        read
    }
}

/// A frame of the message, with that of its earlier texts.
fn item(said: &Said) -> Item {
    let author = said.author as u64 + 1;
    let sent = said.millis as u64;
    let base = Item { chat: SAILING, ..proto::said(author, sent, "") };
    match &said.kind {
        Kind::Text { text, before, files, quoted } => {
            let pointer = |name: &String| Pointer { name: name.clone(), ..Pointer::default() };
            let body = |body: &String| Some(Text { body: body.clone(), ..Text::default() });
            let standard = Standard {
                text: body(text),
                quote: quoted.as_ref().map(|text| Quote { text: body(text), ..Quote::default() }),
                attachments: files.iter().map(|name| Attachment { pointer: Some(pointer(name)) }).collect(),
                reactions: said
                    .reactions
                    .iter()
                    .map(|(emoji, who)| Reaction { emoji: emoji.clone(), author: *who as u64 + 1 })
                    .collect(),
            };
            let revisions = before.iter().map(|text| proto::said(author, 1, text)).collect();
            Item { standard: Some(standard), revisions, ..base }
        }
        Kind::Deleted => Item { standard: None, deleted: Some(Nothing {}), ..base },
        Kind::Timer(seconds) => {
            let timer = Some(Timer { millis: u64::from(*seconds) * 1000 });
            Item { standard: None, update: Some(Update { timer, ..Update::default() }), ..base }
        }
    }
}

/// The JSON that Signal writes of a frame, numbers as texts among it.
fn line(said: &Said) -> Value {
    let author = (said.author + 1).to_string();
    let mut chat_item =
        json!({"chatId": SAILING.to_string(), "authorId": author, "dateSent": said.millis.to_string()});
    let (key, value) = match &said.kind {
        Kind::Text { text, before, files, quoted } => {
            let revision =
                |text: &String| json!({"dateSent": "1", "standardMessage": {"text": {"body": text}}});
            chat_item["revisions"] = before.iter().map(revision).collect();
            let mut standard = json!({"text": {"body": text, "bodyRanges": []}});
            standard["attachments"] =
                files.iter().map(|name| json!({"pointer": {"fileName": name}, "flag": "NONE"})).collect();
            let reaction =
                |(emoji, who): &(String, usize)| json!({"emoji": emoji, "authorId": (who + 1).to_string()});
            standard["reactions"] = said.reactions.iter().map(reaction).collect();
            standard["quote"] =
                quoted.as_ref().map_or(Value::Null, |text| json!({"authorId": "0", "text": {"body": text}}));
            ("standardMessage", standard)
        }
        Kind::Deleted => ("remoteDeletedMessage", json!({})),
        Kind::Timer(seconds) => {
            let millis = (u64::from(*seconds) * 1000).to_string();
            ("updateMessage", json!({"expirationTimerChange": {"expiresInMs": millis}}))
        }
    };
    chat_item[key] = value;
    json!({ "chatItem": chat_item })
}

fn lines(all: &[Said]) -> String {
    let aci = |byte: u8| BASE64_STANDARD.encode([byte; 16]);
    let contact = |id: u8, given: &str, family: &str| {
        let contact = json!({"aci": aci(id), "systemGivenName": given, "systemFamilyName": family});
        json!({"recipient": {"id": id.to_string(), "contact": contact}})
    };
    let members: Value = [0xee, 2, 3].iter().map(|byte| json!({"userId": aci(*byte)})).collect();
    let group = json!({"snapshot": {"title": {"title": "Sailing"}, "members": members}});
    let people = [
        json!({"version": "1", "backupTimeMs": "1715636551000"}),
        json!({"account": {"givenName": "Ada", "familyName": "Quill"}}),
        json!({"recipient": {"id": "1", "self": {}}}),
        contact(2, "Bo", "Fenn"),
        contact(3, "Cleo", "Marsh"),
        json!({"recipient": {"id": "4", "group": group}}),
        json!({"chat": {"id": SAILING.to_string(), "recipientId": "4"}}),
    ];
    people.into_iter().chain(all.iter().map(line)).map(|value| format!("{value}\n")).collect()
}

fn read_back(name: &str, bytes: &[u8]) -> (Vec<Read>, Vec<Incoming>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    let (all, report) = import(Path::new(&path));
    assert_eq!(report.skipped, []);
    (all.iter().map(Read::of).collect(), all)
}

/// signal-export's name of a person: letters and digits only.
fn short(who: usize) -> String {
    if who == 0 { "Me".into() } else { NAMES[who].replace(' ', "") }
}

fn local(millis: i64) -> jiff::civil::DateTime {
    options(None).timezone.to_datetime(Timestamp::from_millisecond(millis).unwrap())
}

/// A line of data.json.
fn data(said: &Said) -> Value {
    let mut object = json!({"date": local(said.millis).to_string(), "sender": short(said.author), "body": "  ",
        "quote": "", "sticker": "", "reactions": [], "attachments": [], "deleted": said.kind == Kind::Deleted});
    if let Kind::Text { text, files, quoted, .. } = &said.kind {
        object["body"] = format!("{text}  ").into();
        object["reactions"] = said.reactions.iter().map(|(emoji, who)| json!([short(*who), emoji])).collect();
        let file = |name: &String| json!({"name": name, "path": format!("media/{name}")});
        object["attachments"] = files.iter().map(file).collect();
        object["quote"] = quoted.as_ref().map_or(String::new(), |text| format!("\n\n> {text}\n\n")).into();
    }
    object
}

/// A message of chat.md.
fn markdown(said: &Said) -> String {
    let head = format!("[{}] {}: ", local(said.millis).strftime("%Y-%m-%d %H:%M:%S"), short(said.author));
    let Kind::Text { text, files, quoted, .. } = &said.kind else {
        return format!("{head}(This message was deleted)\n\n");
    };
    let mut body = quoted.as_ref().map_or(String::new(), |text| format!("\n\n> {text}\n\n"));
    body += &format!("{text}  ");
    if !said.reactions.is_empty() {
        let all: Vec<_> =
            said.reactions.iter().map(|(emoji, who)| format!("{}: {emoji}", short(*who))).collect();
        body += &format!("\n(- {} -)", all.join(", "));
    }
    for name in files {
        let picture = if name.ends_with(".jpg") { "!" } else { "" };
        body += &format!("{picture}[{name}](./media/{name})  ");
    }
    format!("{head}{body}\n\n")
}

/// A message of sigtop's text.
fn block(said: &Said) -> String {
    let who = |who: usize| format!("{} (+1555010{who})", NAMES[who]);
    let time = |millis| {
        rfc2822::to_string(&Timestamp::from_millisecond(millis).unwrap().to_zoned(TimeZone::UTC)).unwrap()
    };
    let (from, way) = match said.author {
        0 => ("You".to_owned(), "outgoing"),
        author => (who(author), "incoming"),
    };
    let kind = if matches!(said.kind, Kind::Timer(_)) { "timer-notification" } else { way };
    let mut text = format!("From: {from}\nType: {kind}\n");
    let sent = time(said.millis);
    text += &format!("Sent: {sent}\n");
    let Kind::Text { text: body, before, files, quoted } = &said.kind else { return text + "\n" };
    files.iter().for_each(|name| text += &format!("Attachment: {name} (a/b, 7 bytes)\n"));
    said.reactions.iter().for_each(|(emoji, by)| text += &format!("Reaction: {emoji} from {}\n", who(*by)));
    let mut form = String::new();
    if let Some(quoted) = quoted {
        form += &format!("\n> From: You\n> Sent: {sent}\n>\n> {quoted}\n");
    }
    if !body.is_empty() {
        form += &format!("\n{body}\n");
    }
    if before.is_empty() {
        return format!("{text}{form}\n");
    }
    text += &format!("Edited: {} versions\n\n", before.len() + 1);
    let forms = std::iter::once(form).chain(before.iter().rev().map(|body| format!("\n{body}\n")));
    let behind = |(at, form): (usize, String)| {
        let form = format!("Version: {}\nSent: {sent}\n{form}", before.len() + 1 - at);
        form.lines()
            .map(|line| if line.is_empty() { "|\n".into() } else { format!("| {line}\n") })
            .collect::<String>()
    };
    text + &forms.enumerate().map(behind).collect::<Vec<_>>().join("|\n") + "\n"
}

/// A message of sigtop's JSON, in which people go by numbers.
fn object(number: usize, said: &Said) -> Value {
    let way = if said.author == 0 { "outgoing" } else { "incoming" };
    let source = format!("+1555010{}", said.author);
    let mut object = json!({"id": format!("m{number}"), "conversationId": "c1", "type": way, "sent_at": said.millis,
        "timestamp": said.millis, "received_at": number, "source": source, "schemaVersion": 14});
    match &said.kind {
        Kind::Text { text, before, files, quoted } => {
            object["body"] = text.clone().into();
            let file = |name: &String| json!({"fileName": name, "contentType": "audio/aac", "size": 7, "path": "ab/cd"});
            object["attachments"] = files.iter().map(file).collect();
            let reaction = |(emoji, who): &(String, usize)| json!({"emoji": emoji, "fromId": NAMES[*who], "timestamp": 7});
            object["reactions"] = said.reactions.iter().map(reaction).collect();
            if let Some(text) = quoted {
                object["quote"] = json!({"id": 7, "authorAci": "a", "text": text, "attachments": []});
            }
            if !before.is_empty() {
                let forms = std::iter::once(text).chain(before.iter().rev());
                let form = |(at, text): (usize, &String)| json!({"body": text, "timestamp": 100 - at});
                object["editHistory"] = forms.enumerate().map(form).collect();
                object["editMessageTimestamp"] = 100.into();
            }
        }
        Kind::Deleted => object["deletedForEveryone"] = true.into(),
        Kind::Timer(seconds) => {
            object["type"] = "timer-notification".into();
            object["expirationTimerUpdate"] = json!({"expireTimer": seconds, "source": source});
        }
    }
    object
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_are_read_back_from_both_forms_of_a_backup(
        all in prop::collection::vec(said("[ -~éжשم😀\n]{0,40}"), 1..12)
    ) {
        let expected: Vec<_> = all.iter().map(|said| Read::expected(said, &|who| NAMES[who].into())).collect();
        let frames = backup(all.iter().map(item));
        for (name, bytes) in [("backup.bin", frames), ("main.jsonl", lines(&all).into_bytes())] {
            let (found, incoming) = read_back(name, &bytes);
            prop_assert_eq!(&found, &expected, "{}", name);
            for (one, said) in incoming.iter().zip(&all) {
                prop_assert_eq!(one.message.chat.as_deref(), Some("Sailing"));
                let others: Vec<_> = NAMES.into_iter().filter(|name| *name != NAMES[said.author]).collect();
                prop_assert_eq!(&one.message.to, &others);
                prop_assert!(!one.message.annotations.iter().any(|(name, _)| name.starts_with("raw")));
            }
        }
    }

    #[test]
    fn messages_are_read_back_from_data_json(all in prop::collection::vec(said("[ -~éжשم😀\n]{0,40}"), 1..12)) {
        let all: Vec<_> = all.into_iter().map(plain).collect();
        let text: String = all.iter().map(|said| format!("{}\n", data(said))).collect();
        let (found, _) = read_back("Sailing/data.json", text.as_bytes());
        prop_assert_eq!(found, all.iter().map(|said| Read::expected(said, &short)).collect::<Vec<_>>());
    }

    #[test]
    fn messages_are_read_back_from_chat_md(
        all in prop::collection::vec(said("[A-Za-z0-9éжשم😀 ,.!?\n:>-]{0,40}"), 1..12)
    ) {
        // Whole seconds, and texts that end in none of the blank lines between messages.
        let all: Vec<_> =
            all.into_iter().map(plain).map(|said| Said { millis: said.millis / 1000 * 1000, ..said }).collect();
        let text: String = all.iter().map(markdown).collect();
        let (found, _) = read_back("Sailing/chat.md", text.as_bytes());
        prop_assert_eq!(found, all.iter().map(|said| Read::expected(said, &short)).collect::<Vec<_>>(), "{}", text);
    }

    #[test]
    fn messages_are_read_back_from_sigtops_text(
        all in prop::collection::vec(said("|[A-Za-zéжש😀]([A-Za-z0-9éжשم😀 ,.!?\n>|-]{0,30}[a-z])?"), 1..12)
    ) {
        let seconds = |said: Said| Said { millis: said.millis / 1000 * 1000, ..said };
        let all: Vec<_> = all.into_iter().filter(|said| said.kind != Kind::Deleted).map(seconds).collect();
        prop_assume!(!all.is_empty());
        let text: String = all.iter().map(block).collect();
        let (found, _) = read_back("Sailing.txt", format!("Conversation: Sailing\n\n{text}").as_bytes());
        let name = |who: usize| if who == 0 { "You".to_owned() } else { NAMES[who].to_owned() };
        let mut expected: Vec<_> = all.iter().map(|said| Read::expected(said, &name)).collect();
        for (read, said) in expected.iter_mut().zip(&all) {
            let by = |(emoji, who): &(String, usize)| format!("{emoji} {} (+1555010{who})", NAMES[*who]);
            if read.event.is_some() {
                // Of a notice sigtop writes nothing but the kind.
                read.timer = None;
            } else {
                read.reactions = said.reactions.iter().map(by).collect();
            }
        }
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn messages_are_read_back_from_sigtops_json(
        all in prop::collection::vec(said("[ -~éжש\u{200f}😀\n\"]{0,40}"), 1..12),
        group in any::<bool>(),
    ) {
        // Between two, messages are of either.
        let author = |said: &Said| if group { said.author } else { said.author.min(1) };
        let all: Vec<_> = all.into_iter().map(|said| Said { author: author(&said), ..said }).collect();
        let list: Value = all.iter().enumerate().map(|(number, said)| object(number, said)).collect();
        let group_id = "a".repeat(43);
        let chat = if group { format!("Sailing ({group_id}).json") } else { "Bo Fenn (+15550101).json".to_owned() };
        // In a group, and where the owner does something that is no message, sigtop has numbers only.
        let name = |who: usize| if group || who == 0 { format!("+1555010{who}") } else { "Bo Fenn".to_owned() };
        let (found, incoming) = read_back(&chat, list.to_string().as_bytes());
        let author = |said: &Said| match said.kind {
            Kind::Timer(_) => name(said.author),
            _ if said.author == 0 => "You".to_owned(),
            _ => name(said.author),
        };
        let mut expected: Vec<_> = all.iter().map(|said| Read::expected(said, &|who| NAMES[who].into())).collect();
        expected.iter_mut().zip(&all).for_each(|(read, said)| read.author = author(said));
        prop_assert_eq!(found, expected);
        for (number, one) in incoming.iter().enumerate() {
            prop_assert_eq!(one.message.source_id.as_ref(), Some(&format!("m{number}")));
            prop_assert!(!one.message.annotations.iter().any(|(name, _)| name.starts_with("raw")), "{:?}", one.message);
        }
    }
}

/// A message as signal-export can write it: it has no timers, and no earlier texts.
fn plain(said: Said) -> Said {
    let kind = match said.kind {
        Kind::Text { text, files, quoted, .. } => Kind::Text { text, before: Vec::new(), files, quoted },
        _ => Kind::Deleted,
    };
    // One of the local times that an hour later come again is read as the first of them.
    let zone = options(None).timezone;
    let millis = zone.to_timestamp(local(said.millis)).unwrap().as_millisecond();
    Said { kind, millis, ..said }
}
