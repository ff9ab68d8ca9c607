//! Frames of a backup, as far as the tests write them, and a writer.

use std::{fs, path::Path};

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub struct Info {
    #[prost(uint64, tag = "1")]
    pub version: u64,
    #[prost(uint64, tag = "2")]
    pub time: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Frame {
    #[prost(message, optional, tag = "1")]
    pub account: Option<Account>,
    #[prost(message, optional, tag = "2")]
    pub recipient: Option<Recipient>,
    #[prost(message, optional, tag = "3")]
    pub chat: Option<Chat>,
    #[prost(message, optional, tag = "4")]
    pub item: Option<Item>,
    #[prost(message, optional, tag = "99")]
    pub future: Option<Nothing>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Nothing {}

#[derive(Clone, PartialEq, Message)]
pub struct Account {
    #[prost(string, tag = "4")]
    pub given: String,
    #[prost(string, tag = "5")]
    pub family: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Recipient {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(message, optional, tag = "2")]
    pub contact: Option<Contact>,
    #[prost(message, optional, tag = "3")]
    pub group: Option<Group>,
    #[prost(message, optional, tag = "5")]
    pub own: Option<Nothing>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Contact {
    #[prost(bytes = "vec", tag = "1")]
    pub aci: Vec<u8>,
    #[prost(uint64, tag = "4")]
    pub number: u64,
    #[prost(string, tag = "11")]
    pub profile: String,
    #[prost(string, tag = "18")]
    pub given: String,
    #[prost(string, tag = "19")]
    pub family: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Group {
    #[prost(message, optional, tag = "5")]
    pub snapshot: Option<Snapshot>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Snapshot {
    #[prost(message, optional, tag = "2")]
    pub title: Option<Title>,
    #[prost(message, repeated, tag = "7")]
    pub members: Vec<Member>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Title {
    #[prost(string, tag = "1")]
    pub title: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Member {
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Chat {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(uint64, tag = "2")]
    pub recipient: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Item {
    #[prost(uint64, tag = "1")]
    pub chat: u64,
    #[prost(uint64, tag = "2")]
    pub author: u64,
    #[prost(uint64, tag = "3")]
    pub sent: u64,
    #[prost(uint64, tag = "5")]
    pub expires: u64,
    #[prost(message, repeated, tag = "6")]
    pub revisions: Vec<Item>,
    #[prost(bool, tag = "7")]
    pub sms: bool,
    #[prost(message, optional, tag = "11")]
    pub standard: Option<Standard>,
    #[prost(message, optional, tag = "14")]
    pub deleted: Option<Nothing>,
    #[prost(message, optional, tag = "15")]
    pub update: Option<Update>,
    #[prost(message, optional, tag = "20")]
    pub poll: Option<Poll>,
    #[prost(string, tag = "77")]
    pub future: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Standard {
    #[prost(message, optional, tag = "1")]
    pub quote: Option<Quote>,
    #[prost(message, optional, tag = "2")]
    pub text: Option<Text>,
    #[prost(message, repeated, tag = "3")]
    pub attachments: Vec<Attachment>,
    #[prost(message, repeated, tag = "6")]
    pub reactions: Vec<Reaction>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Quote {
    #[prost(uint64, tag = "1")]
    pub target: u64,
    #[prost(uint64, tag = "2")]
    pub author: u64,
    #[prost(message, optional, tag = "3")]
    pub text: Option<Text>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Text {
    #[prost(string, tag = "1")]
    pub body: String,
    #[prost(message, repeated, tag = "2")]
    pub ranges: Vec<Range>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Range {
    #[prost(uint32, tag = "1")]
    pub start: u32,
    #[prost(uint32, tag = "2")]
    pub length: u32,
    #[prost(bytes = "vec", tag = "3")]
    pub mention: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attachment {
    #[prost(message, optional, tag = "1")]
    pub pointer: Option<Pointer>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Pointer {
    #[prost(string, tag = "4")]
    pub media_type: String,
    #[prost(string, tag = "7")]
    pub name: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Reaction {
    #[prost(string, tag = "1")]
    pub emoji: String,
    #[prost(uint64, tag = "2")]
    pub author: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Update {
    #[prost(message, optional, tag = "3")]
    pub timer: Option<Timer>,
    #[prost(message, optional, tag = "4")]
    pub profile: Option<Profile>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Timer {
    #[prost(uint64, tag = "1")]
    pub millis: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Profile {
    #[prost(string, tag = "1")]
    pub before: String,
    #[prost(string, tag = "2")]
    pub after: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Poll {
    #[prost(string, tag = "1")]
    pub question: String,
    #[prost(message, repeated, tag = "3")]
    pub options: Vec<PollOption>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PollOption {
    #[prost(string, tag = "1")]
    pub option: String,
    #[prost(message, repeated, tag = "2")]
    pub votes: Vec<Vote>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Vote {
    #[prost(uint64, tag = "1")]
    pub voter: u64,
}

pub const OWN: u64 = 1;
pub const BO: u64 = 2;
pub const CLEO: u64 = 3;
/// The chat with Bo, and that of the group of all three.
pub const WITH_BO: u64 = 10;
pub const SAILING: u64 = 11;

pub fn recipient(recipient: Recipient) -> Frame {
    Frame { recipient: Some(recipient), ..Frame::default() }
}

fn contact(id: u64, given: &str, family: &str) -> Frame {
    let byte = u8::try_from(id).unwrap();
    let contact = Contact {
        aci: vec![byte; 16],
        number: 15_550_100 + id,
        profile: given.to_lowercase(),
        given: given.into(),
        family: family.into(),
    };
    recipient(Recipient { id, contact: Some(contact), ..Recipient::default() })
}

/// Ada Quill's backup: she, Bo Fenn, Cleo Marsh, the chat with Bo, and the group Sailing.
pub fn people() -> Vec<Frame> {
    let account = Account { given: "Ada".into(), family: "Quill".into() };
    let members = [0xee, 2, 3].map(|byte| Member { id: vec![byte; 16] }).to_vec();
    let snapshot = Snapshot { title: Some(Title { title: "Sailing".into() }), members };
    let group = Group { snapshot: Some(snapshot) };
    let chat = |id, with| Frame { chat: Some(Chat { id, recipient: with }), ..Frame::default() };
    vec![
        Frame { account: Some(account), ..Frame::default() },
        recipient(Recipient { id: OWN, own: Some(Nothing {}), ..Recipient::default() }),
        contact(BO, "Bo", "Fenn"),
        contact(CLEO, "Cleo", "Marsh"),
        recipient(Recipient { id: 4, group: Some(group), ..Recipient::default() }),
        chat(WITH_BO, BO),
        chat(SAILING, 4),
    ]
}

/// The bytes of a backup with these items.
pub fn backup(items: impl IntoIterator<Item = Item>) -> Vec<u8> {
    let mut bytes = Info { version: 1, time: 1_715_636_551_000 }.encode_length_delimited_to_vec();
    let items = items.into_iter().map(|item| Frame { item: Some(item), ..Frame::default() });
    for frame in people().into_iter().chain(items) {
        bytes.extend(frame.encode_length_delimited_to_vec());
    }
    bytes
}

pub fn write(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("backup.binproto");
    fs::write(&path, bytes).unwrap();
    path
}

/// A text by somebody in the chat with Bo.
pub fn said(author: u64, sent: u64, body: &str) -> Item {
    let text = Text { body: body.into(), ..Text::default() };
    let standard = Standard { text: Some(text), ..Standard::default() };
    Item { chat: WITH_BO, author, sent, standard: Some(standard), ..Item::default() }
}
