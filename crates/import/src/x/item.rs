//! One item of a conversation: a message, or what happened to a group.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use serde_json::Value;

use crate::{
    fields::{Fields, note, raw, refuse},
    importer::{At, Fault, Sink},
    media::{file_name, type_of},
    people::{MAX_RECIPIENTS, Person, address},
    time::rfc3339,
};

use super::{Archive, PLATFORM, group::pair};

/// Where the archive has media; the last two are of archives of before 2020.
const FOLDERS: [&str; 4] = [
    "direct_messages_media",
    "direct_messages_group_media",
    "direct_message_media",
    "direct_message_group_media",
];

/// A fact of a conversation, with where it stands.
struct Item<'c> {
    conversation: &'c str,
    at: At,
    kind: String,
    fields: Fields,
}

impl Archive<'_, '_> {
    /// Hands on what an element of a conversation's list has: one thing, or in principle several.
    pub(super) fn items(
        &self,
        conversation: &str,
        at: At,
        value: Value,
        sink: &mut Sink<'_>,
    ) -> Result<(), Fault> {
        let Some(mut kinds) = Fields::of(value) else {
            sink.stray(at, "the item of the conversation is not an object");
            return Ok(());
        };
        let mut count = 0;
        while let Some((kind, value)) = kinds.first() {
            count += 1;
            sink.saw();
            match Fields::of(value) {
                Some(fields) => self.item(Item { conversation, at, kind, fields }, sink)?,
                None => sink.skip(at, "what the item of the conversation has is not an object"),
            }
        }
        if count == 0 {
            sink.stray(at, "the item of the conversation is empty");
        }
        Ok(())
    }

    fn item(&self, mut item: Item<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let urls = item.fields.list("mediaUrls");
        let written_time = item.fields.text("createdAt").unwrap_or_default();
        let Some(moment) = rfc3339(&written_time, &self.input.options.timezone) else {
            refuse(sink, item.at, urls.len(), "the item has no time that can be read");
            return Ok(());
        };
        sink.facts.zoneless |= moment.zoneless;
        let mut message = Message {
            time: moment.millis,
            written_time,
            chat: self.groups.name(item.conversation),
            platform: PLATFORM.into(),
            source_id: item.fields.id("id"),
            ..Message::default()
        };
        let (sender, recipient) = match &item.kind[..] {
            "messageCreate" | "welcomeMessageCreate" => told(&mut item, &mut message, sink),
            _ => (happened(&mut item, &mut message, sink), None),
        };
        self.address(&item, &sender, recipient, &mut message);
        if !item.conversation.is_empty() {
            note(&mut message, "conversation", item.conversation);
        }
        let media = self.media((item.at, urls), &mut message, sink);
        item.fields.keep("", &mut message, sink);
        sink.record(item.at, Incoming { message, media })
    }

    fn address(&self, item: &Item<'_>, sender: &str, recipient: Option<String>, message: &mut Message) {
        let others: Vec<Person> = match (recipient, pair(item.conversation)) {
            (Some(id), _) => vec![self.person(&id)],
            (None, Some(pair)) => {
                pair.into_iter().filter(|id| *id != sender).map(|id| self.person(id)).collect()
            }
            (None, None) => {
                let people = self.groups.people(item.conversation, message.time);
                people.filter(|id| *id != sender).take(MAX_RECIPIENTS + 1).map(|id| self.person(id)).collect()
            }
        };
        address(message, &self.person(sender), &others);
    }

    fn media(&self, (at, urls): (At, Vec<Value>), message: &mut Message, sink: &mut Sink<'_>) -> Vec<Media> {
        sink.saw_attachments(urls.len());
        let mut media = Vec::with_capacity(urls.len());
        for url in urls {
            let Some(url) = url.as_str().filter(|url| !url.is_empty()) else {
                sink.skip(at, "an attachment without an address");
                continue;
            };
            let name = file_name(url.split(['?', '#']).next().unwrap_or_default());
            let mut one = Media::new(name, type_of(name));
            let id = message.source_id.clone().unwrap_or_default();
            let mut paths = FOLDERS.iter().map(|folder| format!("{folder}/{id}-{name}"));
            if !paths.any(|path| self.input.attach(&mut one, &path)) {
                let name: String = name.chars().take(200).collect();
                sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
            }
            note(message, "media-url", url);
            media.push(one);
        }
        media
    }
}

/// A message: gives its sender and recipient.
fn told(item: &mut Item<'_>, message: &mut Message, sink: &mut Sink<'_>) -> (String, Option<String>) {
    let fields = &mut item.fields;
    message.text = fields.text("text").unwrap_or_default();
    if item.kind == "welcomeMessageCreate" {
        note(message, "kind", "welcome message");
    }
    for value in fields.list("urls") {
        match Fields::of(value.clone()) {
            Some(mut url) => {
                let told = [url.name("expanded"), url.name("url")];
                note(message, "link", told.into_iter().flatten().collect::<Vec<_>>().join("\n"));
                url.drop(&["display"]);
                url.keep("urls", message, sink);
            }
            None => raw("urls", &value, message, sink),
        }
    }
    edits(fields.list("editHistory"), message, sink);
    reactions(fields.list("reactions"), message, sink);
    (fields.id("senderId").unwrap_or_default(), fields.id("recipientId"))
}

/// The texts that the message had before.
fn edits(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    let mut last = None;
    for value in list {
        let Some(mut edit) = Fields::of(value.clone()) else {
            raw("editHistory", &value, message, sink);
            continue;
        };
        last = edit.id("createdAtSec").or_else(|| edit.id("createdAt")).or(last);
        let text = edit.text("editedText").or_else(|| edit.text("text"));
        if let Some(text) = text.filter(|text| *text != message.text) {
            note(message, annotation::PREVIOUS_TEXT, text);
        }
        edit.keep("editHistory", message, sink);
    }
    if let Some(last) = last {
        note(message, annotation::EDITED, last);
    }
}

fn reactions(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    for value in list {
        let Some(mut reaction) = Fields::of(value.clone()) else {
            raw("reactions", &value, message, sink);
            continue;
        };
        let (key, who) = (reaction.text("reactionKey"), reaction.id("senderId"));
        let told = format!("{} {}", key.unwrap_or_default(), who.unwrap_or_default());
        if let Some(when) = reaction.text("createdAt") {
            note(message, "reaction-time", format!("{when} {told}"));
        }
        note(message, annotation::REACTION, told);
        reaction.drop(&["eventId"]);
        reaction.keep("reactions", message, sink);
    }
}

/// Something that happened to a conversation: gives who caused it.
fn happened(item: &mut Item<'_>, message: &mut Message, sink: &mut Sink<'_>) -> String {
    let fields = &mut item.fields;
    let actor = fields.id("initiatingUserId").or_else(|| fields.id("senderId")).unwrap_or_default();
    let ids = |list: Vec<Value>| list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (slug, text, actor) = match &item.kind[..] {
        "joinConversation" => {
            let there = ids(fields.list("participantsSnapshot")).join(", ");
            ("joined", format!("{actor} added the owner of this archive to {there}"), actor)
        }
        "participantsJoin" => {
            let people = ids(fields.list("userIds"));
            let names = people.join(", ");
            match actor.is_empty() || people.contains(&actor) {
                true => ("joined", format!("{names} joined"), people.into_iter().next().unwrap_or_default()),
                false => ("added", format!("{actor} added {names}"), actor),
            }
        }
        "participantsLeave" => {
            let people = ids(fields.list("userIds"));
            let names = people.join(", ");
            ("left", format!("{names} left"), people.into_iter().next().unwrap_or_default())
        }
        "conversationNameUpdate" => {
            let name = fields.text("name").unwrap_or_default();
            ("renamed", format!("{actor} named the conversation {name}"), actor)
        }
        "reactionCreate" => {
            if let Some(id) = fields.id("eventId") {
                note(message, annotation::REPLY_TO, id);
            }
            let key = fields.text("reactionKey").unwrap_or_default();
            ("notice", format!("{actor} reacted: {key}"), actor)
        }
        other => {
            let known: String = other.chars().take(200).collect();
            sink.unknown(&known);
            ("notice", known, actor)
        }
    };
    message.event = Some(slug.into());
    message.text = text;
    actor
}
