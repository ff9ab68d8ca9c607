//! From a row of `message` to a message or an event.

use blackbox_format::message::{Message, Names, annotation};

use super::{
    app::{self, Payload},
    clock,
    columns::{self, hexadecimal},
    edits::{self, Edits},
    event,
    follow::Entries,
    people::{Chat, People},
    schema::Line,
    tapback::{Tapback, Tapbacks, target},
    typedstream::{self, Attributed},
};

/// A message names at most this many recipients.
const MAX_RECIPIENTS: usize = 32;
/// Where an attachment stands in a text.
const PLACE: char = '\u{fffc}';
/// A message by which an app brings an earlier one up to date, and a sticker that lies on another message.
const UPDATES: [i64; 2] = [2, 3];
const STICKER: i64 = 1000;
/// Attributes of a text that are kept, and those that are shown by the text or say how it looks.
const MENTION: &str = "__kIMMentionConfirmedMention";
const TRANSCRIPTION: &str = "IMAudioTranscription";
const LOOKS: &[&str] = &["__kIM", "NS"];

/// What is known of all messages when one is read.
pub(super) struct Teller<'a> {
    pub(super) people: &'a People,
    pub(super) tapbacks: &'a Tapbacks,
    pub(super) owner: Option<&'a str>,
}

/// What other tables say of a message.
pub(super) struct Joined {
    /// The conversations that it is part of, and those from which it was deleted not long ago.
    pub(super) chats: Entries,
    pub(super) deleted: Entries,
}

/// A row that was understood.
pub(super) struct Told {
    pub(super) message: Message,
    /// Names of what is kept without being understood.
    pub(super) unknown: Vec<String>,
    /// What the device heard in a spoken message.
    pub(super) transcription: Option<String>,
}

/// A person as a message writes them, and what else they are found by.
pub(super) struct Person {
    pub(super) name: String,
    also: Vec<String>,
}

/// The owner of the database: by the name that was given, by the address that the message was sent from or to, or as
/// `Me`.
pub(super) fn owner(line: Line<'_>, given: Option<&str>) -> Person {
    let account = line.text("account").map(|account| {
        let bare = ["E:", "e:", "P:", "p:"].iter().find_map(|prefix| account.strip_prefix(prefix));
        bare.unwrap_or(&account).to_owned()
    });
    let addresses: Vec<String> = [line.text("destination_caller_id"), account]
        .into_iter()
        .flatten()
        .filter(|a| !a.is_empty())
        .collect();
    let name = given.map(str::to_owned).or_else(|| addresses.first().cloned()).unwrap_or_else(|| "Me".into());
    let mut also: Vec<String> = Vec::new();
    for address in addresses {
        if address != name && !also.contains(&address) {
            also.push(address);
        }
    }
    Person { name, also }
}

impl Told {
    fn note(&mut self, name: &str, value: impl Into<String>) {
        self.message.annotations.push((name.to_owned(), value.into()));
    }

    /// Keeps what is not understood.
    fn keep(&mut self, key: &str, value: impl Into<String>) {
        self.note(&format!("{}:{key}", annotation::RAW), value);
        self.unknown.push(key.to_owned());
    }

    /// Makes it an event.
    fn happened(&mut self, slug: &str, text: String, who: &str) {
        self.message.event = Some(slug.to_owned());
        self.message.text = text;
        if !who.is_empty() {
            self.message.annotations.insert(0, (annotation::SENDER.to_owned(), who.to_owned()));
        }
    }
}

impl Teller<'_> {
    /// The message or event that a row is, or why it is neither.
    pub(super) fn tell(&self, line: Line<'_>, joined: &Joined) -> Result<Told, &'static str> {
        let first = joined.chats.list.first().or(joined.deleted.list.first());
        let sent = clock::sent(line, first.map(|entry| entry.date)).ok_or("the message has no time")?;
        let chat = first.and_then(|entry| self.people.chat(entry.other));
        let mut told = Told {
            message: Message {
                time: sent.millis,
                written_time: sent.written,
                chat: chat.and_then(|chat| chat.name.clone()),
                platform: "imessage".into(),
                source_id: line.text("guid"),
                ..Message::default()
            },
            unknown: Vec::new(),
            transcription: None,
        };
        if let Some(column) = sent.from {
            told.note("time-from", column);
        }
        told.message.annotations.extend(columns::stated(line));
        for (column, value) in columns::unknown(line) {
            told.keep(&column, value);
        }
        self.placed(&mut told, joined);
        self.said(&mut told, line, chat);
        Ok(told)
    }

    /// Where else the message is, or was.
    fn placed(&self, told: &mut Told, joined: &Joined) {
        let name = |number| self.people.chat(number).and_then(|chat| chat.name.clone());
        for name in joined.chats.list.iter().skip(1).filter_map(|entry| name(entry.other)) {
            if told.message.chat.as_ref() != Some(&name) {
                told.note("also-in", name);
            }
        }
        for entry in &joined.deleted.list {
            let when = clock::millis(rusqlite::types::ValueRef::Integer(entry.date));
            told.note(annotation::DELETED, when.map(clock::said).unwrap_or_default());
        }
    }

    fn said(&self, told: &mut Told, line: Line<'_>, chat: Option<&Chat>) {
        let sender = self.sender(line, chat);
        if let Some(tapback) = Tapback::of(line) {
            return tapped(told, line, (&tapback, &sender.name));
        }
        if let Some(event) = event::of(line, &sender.name, self.people) {
            if !event.known {
                told.keep("item_type", line.whole("item_type").to_string());
                told.keep("group_action_type", line.whole("group_action_type").to_string());
            }
            if let Some(text) = line.text("text") {
                told.note("event-text", text);
            }
            return told.happened(event.slug, event.text, &sender.name);
        }
        let edits = history(told, line);
        told.message.text = texts(told, line, &edits);
        associated(told, line);
        if edits.is_unsent() && told.message.text.is_empty() {
            let who = if sender.name.is_empty() { "Somebody" } else { &sender.name };
            return told.happened("deleted", format!("{who} unsent a message"), &sender.name);
        }
        if let Some(guid) = &told.message.source_id {
            let reactions: Vec<String> = self.tapbacks.of(guid).collect();
            reactions.into_iter().for_each(|reaction| told.note(annotation::REACTION, reaction));
        }
        self.address(told, (line, chat), sender);
    }

    /// Who sent a message. If it names nobody, the only other member of the conversation did.
    fn sender(&self, line: Line<'_>, chat: Option<&Chat>) -> Person {
        if line.is_set("is_from_me") {
            return owner(line, self.owner);
        }
        let handle = line.whole("handle_id");
        if let Some(id) = self.people.id(handle) {
            return Person { name: id.to_owned(), also: self.people.also(handle) };
        }
        let mut members = self.people.members_of(chat);
        let name = if members.len() == 1 { members.remove(0) } else { String::new() };
        Person { name, also: Vec::new() }
    }

    /// Puts down from whom and to whom a message went, and how else they are called.
    fn address(&self, told: &mut Told, (line, chat): (Line<'_>, Option<&Chat>), sender: Person) {
        let mut names = self.people.also_of(chat);
        let mut to = self.people.members_of(chat);
        if line.is_set("is_from_me") {
            let handle = line.whole("handle_id");
            if to.is_empty() && !self.people.is_crowd(chat) {
                to.extend(self.people.id(handle).map(str::to_owned));
                names.extend(to.first().map(|id| (id.clone(), self.people.also(handle))));
            }
        } else {
            to.retain(|name| *name != sender.name);
            if !self.people.is_crowd(chat) {
                let owner = owner(line, self.owner);
                to.push(owner.name.clone());
                names.push((owner.name, owner.also));
            }
        }
        if to.len() > MAX_RECIPIENTS {
            to.clear();
        }
        names.insert(0, (sender.name.clone(), sender.also));
        let message = &mut told.message;
        message.from = sender.name;
        message.to = to;
        for (written, also) in names {
            let wanted = message.from == written || message.to.contains(&written);
            let new = !message.names.iter().any(|names| names.written == written);
            if wanted && new && !also.is_empty() {
                message.names.push(Names { written, also });
            }
        }
    }
}

fn tapped(told: &mut Told, line: Line<'_>, (tapback, who): (&Tapback, &str)) {
    refer(told, line);
    let body = || line.blob("attributedbody").and_then(typedstream::decode).map(|body| body.text);
    if let Some(text) = line.text("text").or_else(body) {
        told.note("tapback-text", text);
    }
    let name = if who.is_empty() { "Somebody" } else { who };
    told.happened("reaction", format!("{name} {}", tapback.words()), who);
}

/// Puts down to which message a tapback or a sticker belongs.
fn refer(told: &mut Told, line: Line<'_>) {
    let Some(written) = line.text("associated_message_guid") else { return };
    let (guid, part) = target(&written);
    told.note(annotation::REPLY_TO, guid);
    if let Some(part) = part {
        told.note("reply-to-part", part);
    }
}

/// What a message that is no tapback has to do with another.
fn associated(told: &mut Told, line: Line<'_>) {
    match line.whole("associated_message_type") {
        0 => {}
        STICKER => {
            refer(told, line);
            told.note("placed-sticker", "yes");
        }
        code if UPDATES.contains(&code) => refer(told, line),
        code => {
            refer(told, line);
            told.keep("associated_message_type", code.to_string());
        }
    }
}

/// The history of a message, which is put down in annotations.
fn history(told: &mut Told, line: Line<'_>) -> Edits {
    let Some(bytes) = line.blob("message_summary_info") else { return Edits::default() };
    let Some(edits) = edits::read(bytes) else {
        told.keep("message_summary_info", hexadecimal(bytes));
        return Edits::default();
    };
    if let Some(last) = edits.last
        && !told.message.annotations.iter().any(|(name, _)| name == annotation::EDITED)
    {
        told.note(annotation::EDITED, clock::said(last));
    }
    for text in &edits.previous {
        told.note(annotation::PREVIOUS_TEXT, text.clone());
    }
    if !edits.unsent.is_empty() {
        told.note("unsent-parts", edits.unsent.join(", "));
    }
    for (key, value) in &edits.unknown {
        told.keep(&format!("message_summary_info.{key}"), value.clone());
    }
    edits
}

/// The text of a message, from where the database has it.
fn texts(told: &mut Told, line: Line<'_>, edits: &Edits) -> String {
    let attributed = attributed(told, line);
    let payload = payload(told, line);
    let column = line.text("text");
    damage(told, line);
    if let (Some(column), Some(attributed)) = (&column, &attributed)
        && *column != attributed.text
        && !attributed.text.is_empty()
    {
        told.note("attributed-text", attributed.text.clone());
    }
    let own = column.or(attributed.map(|attributed| attributed.text)).unwrap_or_default();
    let mut text = placeless(&own);
    if text.is_empty() && edits.unsent.is_empty() {
        text = edits.newest.iter().map(|text| placeless(text)).collect::<Vec<_>>().join("\n");
    }
    if text.is_empty() {
        text = payload.text();
    }
    match line.text("subject") {
        Some(subject) if text.is_empty() => subject,
        Some(subject) => format!("{subject}\n{text}"),
        None => text,
    }
}

/// A text without the marks of attachments; what stands on both sides of one are lines of their own.
fn placeless(text: &str) -> String {
    match text.contains(PLACE) {
        true => text.split(PLACE).filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n"),
        false => text.to_owned(),
    }
}

fn damage(told: &mut Told, line: Line<'_>) {
    if let rusqlite::types::ValueRef::Text(bytes) = line.value("text")
        && str::from_utf8(bytes).is_err()
    {
        told.note(annotation::ENCODING, "not UTF-8, replaced by U+FFFD");
    }
}

fn attributed(told: &mut Told, line: Line<'_>) -> Option<Attributed> {
    let bytes = line.blob("attributedbody")?;
    let Some(attributed) = typedstream::decode(bytes) else {
        told.keep("attributedBody", hexadecimal(bytes));
        return None;
    };
    if !attributed.whole {
        told.keep("attributedBody", hexadecimal(bytes));
    }
    for (key, value) in &attributed.attributes {
        match &key[..] {
            MENTION => told.note("mention", value.clone()),
            TRANSCRIPTION if !value.is_empty() => told.transcription = Some(value.clone()),
            key if LOOKS.iter().any(|prefix| key.starts_with(prefix)) => {}
            key => told.keep(&format!("attributedBody.{}", columns::bounded(key)), columns::bounded(value)),
        }
    }
    Some(attributed)
}

fn payload(told: &mut Told, line: Line<'_>) -> Payload {
    let Some(bytes) = line.blob("payload_data") else { return Payload::default() };
    let Some(payload) = app::read(bytes) else {
        told.keep("payload_data", hexadecimal(bytes));
        return Payload::default();
    };
    for (key, text) in &payload.texts {
        told.note(&format!("app.{key}"), text.clone());
    }
    if let Some(place) = payload.location() {
        told.note(annotation::LOCATION, place);
    }
    payload
}
