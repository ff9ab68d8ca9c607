//! One item of an export to one message or event.

use blackbox_format::message::{Incoming, Message, annotation};
use serde_json::Value;

use super::{
    Workspace, blocks,
    body::Body,
    cards,
    events::{Kind, sentence},
    facts, files,
    people::{Person, text},
    rooms::Room,
    stamp::Stamp,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::{At, Fault, Input, Sink},
};

const PLATFORM: &str = "slack";
/// The most members of a conversation that are taken for recipients.
const MAX_RECIPIENTS: usize = 32;

/// What the items of a file have in common.
pub(super) struct Reader<'a, 'i> {
    pub(super) input: &'a Input<'i>,
    pub(super) workspace: &'a Workspace,
    pub(super) room: Room,
    /// The folder, beside the file, in which its attachments may lie.
    pub(super) folder: String,
}

type Annotations = Vec<(String, String)>;

impl Reader<'_, '_> {
    /// Reads an item. One that changes or deletes a message has that message in it.
    pub(super) fn item(&self, mut item: Value, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
        if !item.is_object() {
            sink.skip(at, "it is not an object");
            return Ok(());
        }
        let before = [item["previous_message"].take(), item["original"].take()];
        let before = before.into_iter().find(Value::is_object);
        let mut extra = Annotations::new();
        match (Kind::of(item["subtype"].as_str().unwrap_or_default()), before) {
            (Kind::Changed, before) if item["message"].is_object() => {
                let mut inner = item["message"].take();
                if let Some(before) = before {
                    let mut body = Body::new(self.workspace);
                    body.marked(before["text"].as_str().unwrap_or_default());
                    extra.push((annotation::PREVIOUS_TEXT.into(), body.text));
                }
                if inner["ts"].is_null() {
                    inner["ts"] = item["ts"].take();
                }
                extra.extend(facts::rest(&item, sink));
                self.write(&inner, extra, at, sink)
            }
            (Kind::Deleted, Some(before)) => {
                let when = Stamp::of(&item["ts"]).map(|stamp| stamp.written).unwrap_or_default();
                extra.push((annotation::DELETED.into(), when));
                extra.extend(facts::rest(&item, sink));
                self.write(&before, extra, at, sink)
            }
            _ => self.write(&item, extra, at, sink),
        }
    }

    fn write(&self, item: &Value, extra: Annotations, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let files = files::mentioned(item);
        sink.saw_attachments(files.len());
        let mut message = match self.message(item, sink) {
            Ok(message) => message,
            Err(reason) => {
                files.iter().for_each(|_| sink.skip(at, "an attachment of a message that was left out"));
                sink.skip(at, reason);
                return Ok(());
            }
        };
        let mut media = Vec::with_capacity(files.len());
        for (number, file) in files.into_iter().enumerate() {
            let one = files::media(file, &self.folder, self.input);
            files::note(file, &one, at, sink);
            message.texts.extend(files::shown(number as u64, file));
            message.annotations.extend(files::facts(file, &one));
            media.push(one);
        }
        message.annotations.extend(extra);
        message.annotations.extend(facts::rest(item, sink));
        sink.record(at, Incoming { message, media })
    }

    fn message(&self, item: &Value, sink: &mut Sink<'_>) -> Result<Message, &'static str> {
        let stamp = Stamp::of(&item["ts"]).ok_or("\"ts\" is missing, or is no time")?;
        let event = event(item);
        let (mut body, shared) = self.body(item, event);
        if body.text.len() > MAX_TEXT_BYTES {
            return Err("the text is longer than 16 MiB");
        }
        let mut annotations = Annotations::new();
        annotations.extend(shared.into_iter().map(|from| (annotation::FORWARDED.to_owned(), from)));
        annotations.extend(facts::stated(item, &stamp, self.workspace));
        annotations.extend(body_facts(item, &mut body, sink));
        let mut message = Message {
            time: stamp.millis,
            written_time: stamp.written.clone(),
            chat: self.room.chat(&self.workspace.people),
            text: body.text,
            platform: PLATFORM.into(),
            source_id: Some(stamp.written),
            event: event.map(str::to_owned),
            annotations,
            quoted: body.quoted,
            ..Message::default()
        };
        self.people(item, &mut message);
        Ok(message)
    }

    /// What a reader saw of an item, and from whom the messages in it were shared.
    fn body(&self, item: &Value, event: Option<&str>) -> (Body<'_>, Vec<String>) {
        let mut body = Body::new(self.workspace);
        body.marked(item["text"].as_str().unwrap_or_default());
        body.marked(item["comment"]["comment"].as_str().unwrap_or_default());
        blocks::show(&item["blocks"], &mut body);
        let shared = cards::show(&item["attachments"], &mut body);
        if let Some(slug) = event
            && body.text.is_empty()
        {
            body.part(sentence(slug, item));
        }
        (body, shared)
    }

    /// Sets who wrote it and whom it reached; of an event, who caused it.
    fn people(&self, item: &Value, message: &mut Message) {
        let user = writer(item);
        let author = self.author(item);
        if message.is_event() {
            if !author.shown.is_empty() {
                message.annotations.insert(0, (annotation::SENDER.into(), author.shown.clone()));
            }
        } else {
            message.from.clone_from(&author.shown);
        }
        message.names.extend(author.names());
        let others = self.room.members.iter().filter(|id| Some(&id[..]) != user);
        let others: Vec<&String> = others.take(MAX_RECIPIENTS + 1).collect();
        if others.len() > MAX_RECIPIENTS {
            return;
        }
        for id in others {
            let person = self.workspace.people.get(id);
            message.to.push(person.shown.clone());
            message.names.extend(person.names());
        }
    }

    fn author(&self, item: &Value) -> Person {
        let people = &self.workspace.people;
        let id = writer(item).or(text(&item["bot_id"])).unwrap_or_default();
        let person = if people.knows(id) {
            people.get(id)
        } else if item["user_profile"].is_object() {
            Person::of(id, &item["user_profile"])
        } else if text(&item["bot_profile"]["name"]).is_some() {
            Person::named(id).shown_as(item["bot_profile"]["name"].as_str().unwrap_or_default())
        } else {
            Person::named(id)
        };
        match text(&item["username"]) {
            Some(name) => person.shown_as(name),
            None => person,
        }
    }
}

/// The slug of an item that is an event.
fn event(item: &Value) -> Option<&'static str> {
    match Kind::of(item["subtype"].as_str().unwrap_or_default()) {
        Kind::Event(slug) => Some(slug),
        Kind::Deleted => Some("deleted"),
        Kind::Message | Kind::Changed | Kind::Unknown => None,
    }
}

/// The id of whoever wrote an item.
fn writer(item: &Value) -> Option<&str> {
    text(&item["user"]).or(text(&item["comment"]["user"]))
}

fn body_facts(item: &Value, body: &mut Body<'_>, sink: &mut Sink<'_>) -> Annotations {
    let mut found = Annotations::new();
    if let Some(markup) = text(&item["text"]).filter(|markup| !body.text.starts_with(markup)) {
        found.push(("markup".into(), markup.to_owned()));
    }
    found.extend(body.links.drain(..).map(|link| ("link".to_owned(), link)));
    for (key, part) in body.unknown.drain(..) {
        sink.unknown(key);
        found.push(facts::raw(key, &part));
    }
    found
}
