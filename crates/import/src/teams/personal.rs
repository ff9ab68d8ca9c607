//! The export of a person's own conversations: one `messages.json`, the same for Teams and for Skype.

use blackbox_format::message::{Incoming, Message, annotation};
use serde_json::Value;

use super::{
    activity::{self, Kind},
    content::{self, Content, Space},
    facts::{rest, text, unfolded, written},
    people::{People, bare},
    stored,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::{At, Fault, Input, Sink},
    json::{Take, stream},
    time::{self, Moment},
};

/// The most members of a conversation that are taken for recipients.
const MAX_RECIPIENTS: usize = 32;

/// Keys of a message that are read.
const KNOWN: &[&str] = &[
    "id",
    "displayName",
    "originalarrivaltime",
    "messagetype",
    "version",
    "content",
    "conversationid",
    "from",
    "properties",
    "amsreferences",
];
/// Properties that are read, or that say nothing about the message.
const KNOWN_PROPERTIES: &[&str] = &[
    "deletetime",
    "edittime",
    "emotions",
    "forwardMetadata",
    "subject",
    "isserversidegenerated",
    "urlpreviews",
    "links",
    "mentions",
    "call-log",
    "albumId",
    "importance",
    "files",
    "title",
];
/// Properties that are kept under names of their own.
const FACTS: &[(&str, &str)] = &[
    ("subject", annotation::SUBJECT),
    ("title", "title"),
    ("importance", "importance"),
    ("albumId", "album"),
    ("call-log", "call-log"),
    ("urlpreviews", "link-preview"),
    ("links", "links"),
    ("mentions", "mentions"),
    ("files", "files"),
];

type Annotations = Vec<(String, String)>;

/// Reads a file.
pub(super) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut people = People::of(input.file())?;
    if let Some(owner) = &input.options.owner {
        people.name_owner(owner);
    }
    // The list of the person's devices is part of the export.
    let _ = input.beside("endpoints.json");
    let choose = |path: &str| match path {
        "" | "conversations" | "conversations[]" | "conversations[].MessageList" => Take::Enter,
        "conversations[].id" | "conversations[].MessageList[]" => Take::Whole,
        _ => Take::Skip,
    };
    let (mut number, mut thread) = (0, String::new());
    let reader = Reader { input, people: &people };
    stream(input.file().text()?, &choose, &mut |path, value| match path {
        "conversations[].MessageList[]" => {
            number += 1;
            sink.saw();
            reader.item(&value, &thread, At::Item(number), sink)
        }
        "conversations[].id" => {
            value.as_str().unwrap_or_default().clone_into(&mut thread);
            Ok(())
        }
        _ => Ok(()),
    })
}

struct Reader<'a, 'i> {
    input: &'a Input<'i>,
    people: &'a People,
}

impl Reader<'_, '_> {
    fn item(&self, item: &Value, thread: &str, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
        if !item.is_object() {
            sink.skip(at, "it is not an object");
            return Ok(());
        }
        let body = item["content"].as_str().unwrap_or_default();
        let content = match Kind::of(item["messagetype"].as_str().unwrap_or_default()) {
            Kind::Html => content::read(body, Space::Html),
            Kind::Rich | Kind::Unknown => content::read(body, Space::Kept),
            Kind::Text | Kind::Event(_) => Content { text: body.to_owned(), ..Content::default() },
        };
        let objects = stored::mentioned(content.objects.clone(), &item["amsreferences"]);
        let media: Vec<_> =
            objects.iter().flat_map(|object| stored::media(object, at, self.input, sink)).collect();
        match self.message(item, content, thread, sink) {
            Ok(message) => sink.record(at, Incoming { message, media }),
            Err(reason) => {
                media.iter().for_each(|_| sink.skip(at, "an attachment of a message that was left out"));
                sink.skip(at, reason);
                Ok(())
            }
        }
    }

    fn message(
        &self,
        item: &Value,
        content: Content,
        thread: &str,
        sink: &mut Sink<'_>,
    ) -> Result<Message, &'static str> {
        let Moment { millis, zoneless } =
            self.moment(item).ok_or("\"originalarrivaltime\" is missing, or is no time")?;
        sink.facts.zoneless |= zoneless;
        if content.text.len() > MAX_TEXT_BYTES {
            return Err("the text is longer than 16 MiB");
        }
        let thread = text(&item["conversationid"]).unwrap_or(thread);
        let mut message = Message {
            time: millis,
            written_time: text(&item["originalarrivaltime"]).or(text(&item["id"])).unwrap_or_default().into(),
            chat: self.people.chat(thread),
            platform: self.people.platform().into(),
            source_id: text(&item["id"]).map(str::to_owned),
            annotations: content_facts(&content),
            text: content.text,
            quoted: content.quoted,
            ..Message::default()
        };
        self.told(item, &mut message);
        self.people(item, thread, &mut message);
        self.facts(item, &mut message, sink);
        Ok(message)
    }

    fn moment(&self, item: &Value) -> Option<Moment> {
        let stated = text(&item["originalarrivaltime"]);
        match stated {
            Some(text) => time::rfc3339(text, &self.input.options.timezone),
            // The id of a message is the time at which the server took it.
            None => text(&item["id"])?.parse().ok().map(|millis| Moment { millis, zoneless: false }),
        }
    }

    /// Makes an event of a notice, and of a message that was deleted with its text.
    fn told(&self, item: &Value, message: &mut Message) {
        let kind = item["messagetype"].as_str().unwrap_or_default();
        if let Kind::Event(slug) = Kind::of(kind) {
            let notice = activity::read(slug, item["content"].as_str().unwrap_or_default(), self.people);
            message.text = if notice.text.is_empty() { format!("Notice: {kind}") } else { notice.text };
            message.event = Some(notice.slug.into());
            message.annotations.push(("notice".into(), written(&item["content"])));
            if !notice.initiator.is_empty() {
                message.annotations.push((annotation::SENDER.into(), self.people.name(&notice.initiator)));
            }
        }
        if !matches!(Kind::of(kind), Kind::Text | Kind::Html) && kind != "RichText" {
            message.annotations.push(("type".into(), kind.to_owned()));
        }
        let Some(deleted) = stamp(&item["properties"]["deletetime"]) else { return };
        if message.text.is_empty() && message.event.is_none() {
            message.event = Some("deleted".into());
            message.text = "A message was deleted".into();
        }
        message.annotations.push((annotation::DELETED.into(), deleted));
    }

    fn people(&self, item: &Value, thread: &str, message: &mut Message) {
        let from = item["from"].as_str().unwrap_or_default();
        let sender = match text(&item["displayName"]) {
            Some(name) => name.to_owned(),
            None => self.people.name(from),
        };
        if let Some(mut names) = self.people.names_of(from) {
            if names.written != sender {
                names.also.insert(0, std::mem::replace(&mut names.written, sender.clone()));
                names.also.dedup();
            }
            message.names.push(names);
        }
        let has_sender = message.annotations.iter().any(|(name, _)| name == annotation::SENDER);
        match message.is_event() {
            true if !has_sender && !from.starts_with("19:") && !sender.is_empty() => {
                message.annotations.push((annotation::SENDER.into(), sender));
            }
            true => {}
            false => message.from = sender,
        }
        let mut others = self.people.members(thread);
        others.retain(|id| !id.is_empty() && id != bare(from));
        if others.len() <= MAX_RECIPIENTS {
            message.to = others.iter().map(|id| self.people.name(id)).collect();
            message.names.extend(others.iter().filter_map(|id| self.people.names_of(id)));
        }
    }

    fn facts(&self, item: &Value, message: &mut Message, sink: &mut Sink<'_>) {
        let properties = &item["properties"];
        let all = &mut message.annotations;
        let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
        if let Some(edited) = stamp(&properties["edittime"]) {
            add(annotation::EDITED, edited);
        }
        for emotion in unfolded(&properties["emotions"]).as_array().into_iter().flatten() {
            let key = emotion["key"].as_str().unwrap_or_default();
            for user in emotion["users"].as_array().into_iter().flatten() {
                let who = self.people.name(user["mri"].as_str().unwrap_or_default());
                add(annotation::REACTION, format!("{key} {who}"));
            }
        }
        if !properties["forwardMetadata"].is_null() {
            add(annotation::FORWARDED, written(&properties["forwardMetadata"]));
        }
        for (key, name) in FACTS.iter().filter(|(key, _)| !super::facts::is_nothing(&properties[*key])) {
            add(name, written(&properties[*key]));
        }
        all.extend(rest(item, KNOWN, sink));
        all.extend(rest(properties, KNOWN_PROPERTIES, sink));
        if Kind::of(item["messagetype"].as_str().unwrap_or_default()) == Kind::Unknown {
            sink.unknown("messagetype");
            all.push((format!("{}:content", annotation::RAW), written(&item["content"])));
        }
    }
}

fn content_facts(content: &Content) -> Annotations {
    let mut all = Annotations::new();
    all.extend(content.reply_to.iter().map(|id| (annotation::REPLY_TO.to_owned(), id.clone())));
    if content.forwarded {
        all.push((annotation::FORWARDED.into(), String::new()));
    }
    all.extend(content.location.iter().map(|place| (annotation::LOCATION.to_owned(), place.clone())));
    all.extend(content.cards.iter().map(|card| ("card".to_owned(), written(&card[..].into()))));
    all.extend(content.links.iter().map(|link| ("link".to_owned(), link.clone())));
    all
}

/// A time that a property states, as written.
fn stamp(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() && text != "0" => Some(text.clone()),
        _ => None,
    }
}
