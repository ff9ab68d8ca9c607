//! A channel as DiscordChatExporter writes it: `{"guild": ..., "channel": ..., "messages": [...], "messageCount": ...}`.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use serde_json::Value;

use crate::{
    fields::{Fields, note, raw, refuse},
    importer::{At, Fault, Input, Sink},
    json::{Take, stream},
    media::type_of,
    people::{Person, address},
    time::rfc3339,
};

use super::{
    EXPORTER, PLATFORM,
    channel::{Channel, person},
    embed::{self, is_remote},
    file::{File, listed, paths},
    kind::{Kind, kind},
};

/// Reads a channel.
pub(super) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.facts.format = EXPORTER;
    let channel = Channel::new(input);
    let mut number = 0;
    let part = |path: &str| match path {
        "" | "messages" => Take::Enter,
        "messages[]" | "messageCount" => Take::Whole,
        _ => Take::Skip,
    };
    stream(input.file().text()?, &part, &mut |path, value| {
        if path == "messageCount" {
            value.as_u64().into_iter().for_each(|count| sink.declare(count));
            return Ok(());
        }
        number += 1;
        sink.saw();
        match Fields::of(value) {
            Some(fields) if path == "messages[]" => return channel.item(At::Item(number), fields, sink),
            _ => sink.skip(At::Item(number), "the message is not an object"),
        }
        Ok(())
    })
}

impl Channel<'_, '_> {
    fn item(&self, at: At, mut fields: Fields, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut files = listed(&mut fields);
        let written_time = fields.text("timestamp").unwrap_or_default();
        let Some(moment) = rfc3339(&written_time, &self.input.options.timezone) else {
            refuse(sink, at, files.len(), "the message has no time that can be read");
            return Ok(());
        };
        sink.facts.zoneless |= moment.zoneless;
        let mut message = Message {
            time: moment.millis,
            written_time,
            chat: self.title(),
            text: fields.text("content").unwrap_or_default(),
            platform: PLATFORM.into(),
            source_id: fields.id("id"),
            ..Message::default()
        };
        forwarded(&mut fields, &mut files, &mut message, sink);
        let pictures = embed::keep(fields.list("embeds"), &mut message, sink);
        files.extend(pictures.into_iter().map(|url| Some(File::beside(url))));
        let mut author = fields.object("author").unwrap_or_default();
        let sender = person(&mut author);
        self.kind(&mut fields, &sender, &mut message, sink);
        address(&mut message, &sender, self.people.iter().filter(|one| !one.is(&sender)));
        if author.flag("isBot") {
            note(&mut message, "sender-type", "Bot");
        }
        author.drop(&["color", "roles", "avatarUrl", "isBot"]);
        author.keep("author", &mut message, sink);
        self.context(&mut fields, &mut message, sink);
        reactions(fields.list("reactions"), &mut message, sink);
        fields.drop(&["inlineEmojis"]);
        fields.keep("", &mut message, sink);
        let media = self.media(at, files, &mut message, sink);
        sink.record(at, Incoming { message, media })
    }

    fn kind(&self, fields: &mut Fields, sender: &Person, message: &mut Message, sink: &mut Sink<'_>) {
        let name = fields.id("type").unwrap_or_default();
        let (slug, sentence) = match kind(&name) {
            Kind::Message => return,
            Kind::Event(slug, sentence) => (slug, sentence),
            // Later kinds have numbers until the exporter has names for them; most are notices.
            Kind::Unknown => {
                raw("type", &Value::String(name), message, sink);
                match message.text.is_empty() {
                    true => ("notice", "something that is not known"),
                    false => return,
                }
            }
        };
        let left = slug == "removed" && message.text.to_lowercase().starts_with("left");
        message.event = Some(if left { "left" } else { slug }.to_owned());
        if message.text.is_empty() {
            message.text = format!("{} {sentence}", sender.written);
        }
    }

    /// When it was changed, what it answers, who is named in it.
    fn context(&self, fields: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) {
        if let Some(when) = fields.text("timestampEdited") {
            note(message, annotation::EDITED, when);
        }
        if let Some(when) = fields.text("callEndedTimestamp") {
            note(message, "call-ended", when);
        }
        if fields.flag("isPinned") {
            note(message, "pinned", "true");
        }
        if let Some(category) = &self.category {
            note(message, "category", category);
        }
        if let Some(id) = &self.id {
            note(message, "channel", id);
        }
        for value in fields.list("mentions") {
            match Fields::of(value.clone()) {
                Some(mut one) => note(message, "mention", person(&mut one).written),
                None => raw("mentions", &value, message, sink),
            }
        }
        self.reference(fields, message, sink);
    }

    /// What it answers, and the command that it answers.
    fn reference(&self, fields: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) {
        if let Some(mut to) = fields.object("reference") {
            let forward = to.name("type").is_some_and(|kind| kind == "Forward");
            if let Some(id) = to.id("messageId").filter(|_| !forward) {
                note(message, annotation::REPLY_TO, id);
            }
            if let Some(id) = to.id("channelId").filter(|id| Some(id) != self.id.as_ref()) {
                note(message, "reference-channel", id);
            }
            to.drop(&["guildId"]);
            to.keep("reference", message, sink);
        }
        if let Some(mut used) = fields.object("interaction") {
            let who = used.object("user").map(|mut user| person(&mut user).written).unwrap_or_default();
            note(message, "interaction", format!("/{} {who}", used.text("name").unwrap_or_default()));
            used.drop(&["id"]);
            used.keep("interaction", message, sink);
        }
    }

    fn media(
        &self,
        at: At,
        files: Vec<Option<File>>,
        message: &mut Message,
        sink: &mut Sink<'_>,
    ) -> Vec<Media> {
        sink.saw_attachments(files.len());
        let mut media = Vec::with_capacity(files.len());
        for file in files {
            let Some(file) = file else {
                sink.skip(at, "an attachment without a name and an address");
                continue;
            };
            raw("attachments", &file.rest, message, sink);
            let mut one = Media::new(&file.name, type_of(&file.typed));
            if is_remote(&file.url) {
                note(message, "media-url", &file.url[..]);
            } else if !paths(&file.url).iter().any(|path| self.input.attach(&mut one, path)) {
                let name: String = file.name.chars().take(200).collect();
                sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
            }
            media.push(one);
        }
        media
    }
}

/// A message that was forwarded stands within the one that forwards it.
fn forwarded(fields: &mut Fields, files: &mut Vec<Option<File>>, message: &mut Message, sink: &mut Sink<'_>) {
    let Some(mut inner) = fields.object("forwardedMessage") else { return };
    note(message, annotation::FORWARDED, inner.text("timestamp").unwrap_or_default());
    let text = inner.text("content").unwrap_or_default();
    match message.text.is_empty() {
        true => message.text = text,
        false => note(message, "forwarded-text", text),
    }
    files.extend(listed(&mut inner));
    let pictures = embed::keep(inner.list("embeds"), message, sink);
    files.extend(pictures.into_iter().map(|url| Some(File::beside(url))));
    inner.drop(&["timestampEdited", "inlineEmojis"]);
    inner.keep("forwardedMessage", message, sink);
}

fn reactions(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    for value in list {
        let Some(mut reaction) = Fields::of(value.clone()) else {
            raw("reactions", &value, message, sink);
            continue;
        };
        let mut emoji = reaction.object("emoji").unwrap_or_default();
        let sign = emoji.name("name").or_else(|| emoji.name("code")).unwrap_or_default();
        let users = reaction.list("users");
        let count = reaction.number("count").unwrap_or(0);
        let people = users.into_iter().filter_map(Fields::of).map(|mut user| person(&mut user).written);
        let people: Vec<String> = people.collect();
        if people.is_empty() || i64::try_from(people.len()).is_ok_and(|known| known < count) {
            note(message, "reaction-count", format!("{sign} {count}"));
        }
        for who in &people {
            note(message, annotation::REACTION, format!("{sign} {who}"));
        }
        if people.is_empty() {
            note(message, annotation::REACTION, format!("{sign} "));
        }
        reaction.keep("reactions", message, sink);
    }
}
