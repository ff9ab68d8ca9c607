//! A chat as Messenger gives it where the server cannot read it: `{"participants": [...], "threadName": ...,
//! "messages": [{"senderName": ..., "timestamp": ..., "text": ..., "type": ..., ...}]}`.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use serde_json::Value;

use crate::{
    fields::{Fields, note, refuse},
    head::Head,
    importer::{At, Fault, File, Input, Sink},
    media::{file_name, type_of},
    meta::{frame, items, reactions},
    people::{Person, address},
};

/// Stands in place of an address where Messenger did not get the bytes.
const FAILED: &str = "Failed to download media";

/// Whether a file is of the form.
pub(super) fn is_chat(head: &Head) -> bool {
    let Some(shape) = head.json() else { return false };
    shape.has_all(&["messages[].senderName", "messages[].timestamp"])
        || shape.has_all(&["participants[]", "threadName", "messages"])
}

/// Reads a chat, if it is of the form; says whether it is.
pub(super) fn read(input: &Input<'_>, file: File<'_>, sink: &mut Sink<'_>) -> Result<bool, Fault> {
    let mut frame = frame(file);
    let Some(name) = frame.text("threadName") else { return Ok(false) };
    sink.facts.format = "messenger-e2ee";
    let members = frame.list("participants");
    let members = members.iter().filter_map(Value::as_str).map(|name| Person::of([Some(name.to_owned())]));
    let chat = Chat { input, name: Some(name).filter(|name| !name.is_empty()), members: members.collect() };
    items(file, sink, &mut |at, fields, sink| chat.item(at, fields, sink))?;
    Ok(true)
}

struct Chat<'i, 'f> {
    input: &'i Input<'f>,
    name: Option<String>,
    members: Vec<Person>,
}

impl Chat<'_, '_> {
    fn item(&self, at: At, mut fields: Fields, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let media = fields.list("media");
        let Some(time) = fields.number("timestamp") else {
            refuse(sink, at, media.len(), "the message has no time that can be read");
            return Ok(());
        };
        let mut message = Message {
            time,
            written_time: time.to_string(),
            chat: self.name.clone(),
            text: fields.text("text").unwrap_or_default(),
            platform: "messenger".into(),
            ..Message::default()
        };
        let placeholder = fields.peek("type") == Some("placeholder");
        let unsent = fields.flag("isUnsent");
        if (unsent || placeholder) && message.text.is_empty() && media.is_empty() {
            message.event = Some("deleted".into());
            message.text = if unsent { "message unsent" } else { "message not available" }.into();
        }
        if unsent {
            note(&mut message, annotation::DELETED, "unsent");
        }
        let sender = Person::of([fields.text("senderName")]);
        address(&mut message, &sender, self.members.iter().filter(|member| !member.is(&sender)));
        if let Some(kind) = fields.name("type").filter(|kind| !["text", "media", "link"].contains(&&kind[..]))
        {
            note(&mut message, "type", kind);
        }
        reactions(fields.list("reactions"), &mut message, sink);
        let media = self.media(at, media, sink);
        fields.keep("", &mut message, sink);
        sink.record(at, Incoming { message, media })
    }

    fn media(&self, at: At, list: Vec<Value>, sink: &mut Sink<'_>) -> Vec<Media> {
        sink.saw_attachments(list.len());
        let mut media = Vec::with_capacity(list.len());
        for value in list {
            let uri = value.get("uri").and_then(Value::as_str).filter(|uri| !uri.is_empty());
            let Some(uri) = uri else {
                sink.skip(at, "an attachment without an address");
                continue;
            };
            if uri == FAILED {
                media.push(Media::new("", "application/octet-stream"));
                continue;
            }
            let name = file_name(uri);
            let mut one = Media::new(name, type_of(name));
            if !self.input.attach_around(&mut one, uri) {
                let name: String = name.chars().take(200).collect();
                sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
            }
            media.push(one);
        }
        media
    }
}
