//! Signal Desktop's own JSON of a message, which sigtop writes out as a list.

use blackbox_format::message::{Media, Names, annotation};
use serde_json::{Map, Value};

use super::{
    draft::{Attached, Draft, Role},
    item::seconds,
    sigtop::{self, Title, deliver},
};
use crate::{
    head::Head,
    importer::{At, Fault, Input, Sink},
    json::{Take, stream},
    media::stated,
};

/// Whether a file begins like a list of Signal Desktop's messages.
pub(super) fn is_chat(head: &Head) -> bool {
    head.json().is_some_and(|shape| {
        let timed = shape.has("[].sent_at") || shape.has_all(&["[].timestamp", "[].received_at"]);
        timed && shape.has_all(&["[].conversationId", "[].type"])
    })
}

/// Reads a chat.
pub(super) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let name = input.file().name();
    let title = Title::of(name.strip_suffix(".json").unwrap_or(name));
    let choose = |path: &str| if path.is_empty() { Take::Enter } else { Take::Whole };
    let mut number = 0;
    stream(input.file().text()?, &choose, &mut |_, value| {
        number += 1;
        let at = At::Item(number);
        sink.saw();
        let Value::Object(object) = value else {
            sink.skip(at, "it is not an object");
            return Ok(());
        };
        match message(Object(object), &title, input) {
            Ok(draft) => deliver(draft, at, input, sink),
            Err(reason) => {
                sink.skip(at, reason);
                Ok(())
            }
        }
    })
}

/// An object whose keys are taken one by one.
struct Object(Map<String, Value>);

impl Object {
    fn text(&mut self, key: &str) -> Option<String> {
        match self.0.get_mut(key) {
            Some(Value::String(text)) => {
                let text = std::mem::take(text);
                self.0.remove(key);
                Some(text)
            }
            _ => None,
        }
    }

    fn number(&mut self, key: &str) -> Option<u64> {
        let number = self.0.get(key)?.as_u64()?;
        self.0.remove(key);
        Some(number)
    }

    fn flag(&mut self, key: &str) -> bool {
        let set = matches!(self.0.get(key), Some(Value::Bool(true) | Value::Number(_)))
            && self.0.get(key) != Some(&Value::from(0));
        if set {
            self.0.remove(key);
        }
        set
    }

    fn inner(&mut self, key: &str) -> Option<Object> {
        match self.0.get_mut(key) {
            Some(Value::Object(map)) => {
                let map = std::mem::take(map);
                self.0.remove(key);
                Some(Object(map))
            }
            _ => None,
        }
    }

    /// The objects of a list; anything else in it stays.
    fn each(&mut self, key: &str) -> Vec<Object> {
        let mut found = Vec::new();
        if let Some(Value::Array(list)) = self.0.get_mut(key) {
            list.retain_mut(|one| match one {
                Value::Object(map) => {
                    found.push(Object(std::mem::take(map)));
                    false
                }
                _ => true,
            });
        }
        found
    }

    fn ignore(&mut self, keys: &[&str]) {
        keys.iter().for_each(|key| {
            self.0.remove(*key);
        });
    }

    fn keep(mut self, name: &str, draft: &mut Draft) {
        self.0.retain(|_, value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            Value::String(text) => !text.is_empty(),
            Value::Number(_) | Value::Bool(true) => true,
        });
        draft.keep_map(name, self.0);
    }
}

/// States of the program, and copies of what stands elsewhere.
const STATES: [&str; 27] = [
    "schemaVersion",
    "hasAttachments",
    "hasFileAttachments",
    "hasVisualMediaAttachments",
    "supportedVersionAtReceive",
    "requiredProtocolVersion",
    "flags",
    "readStatus",
    "seenStatus",
    "unidentifiedDeliveryReceived",
    "unidentifiedDeliveries",
    "decrypted_at",
    "received_at",
    "sourceDevice",
    "sent",
    "synced",
    "sendHQImages",
    "isStory",
    "storyReplyContext",
    "mentionsMe",
    "destination",
    "destinationServiceId",
    "hasUnreadPollVotes",
    "attachmentDownloadCount",
    "readReceiptsEnabled",
    "rowid",
    "editMessageReceivedAt",
];

fn message(mut object: Object, title: &Title, input: &Input<'_>) -> Result<Draft, &'static str> {
    let mut draft = Draft::new();
    let times = [object.number("sent_at"), object.number("timestamp")];
    let time = times.into_iter().flatten().next().ok_or("\"sent_at\" is not a number")?;
    draft.message.time = i64::try_from(time).unwrap_or(i64::MAX);
    draft.message.written_time = time.to_string();
    draft.message.source_id = object.text("id");
    draft.message.chat = Some(title.name.clone());
    draft.message.text = object.text("body").unwrap_or_default();
    draft.maybe("conversation", object.text("conversationId"));
    let kind = object.text("type").unwrap_or_default();
    people(&mut object, &kind, title, &mut draft);
    draft.maybe("received", object.number("received_at_ms"));
    draft.maybe("server-received", object.number("serverTimestamp"));
    let timer = object.number("expireTimer").filter(|timer| *timer > 0);
    draft.maybe(annotation::DISAPPEARING, timer);
    draft.maybe("disappearing-since", object.number("expirationStartTimestamp"));
    if object.flag("isViewOnce") {
        draft.annotate("view-once", "true");
    }
    content(&mut object, &mut draft, input);
    event(&mut object, &kind, &mut draft);
    object.ignore(&STATES);
    object.keep("", &mut draft);
    Ok(draft)
}

/// The sender: the one whom the chat is with, or the number or id that stands there.
fn people(object: &mut Object, kind: &str, title: &Title, draft: &mut Draft) {
    let ids = sources(object);
    let (from, to) = match (kind, title.is_person()) {
        ("outgoing", person) => ("You".to_owned(), person.then(|| title.name.clone())),
        ("incoming" | "story" | "", true) => (title.name.clone(), Some("You".to_owned())),
        // A notice between two can be of either: it is the other's only if it says so.
        (_, true) if ids.iter().any(|id| title.is_found_by(id)) => {
            (title.name.clone(), Some("You".to_owned()))
        }
        (_, person) => (ids.first().cloned().unwrap_or_default(), person.then(|| title.name.clone())),
    };
    let also: Vec<String> = ids.into_iter().filter(|id| *id != from).collect();
    if !also.is_empty() {
        draft.message.names.push(Names { written: from.clone(), also });
    } else if title.is_person() {
        draft.message.names.extend(title.names());
    }
    draft.message.from = from;
    draft.message.to = to.into_iter().collect();
    if !kind.is_empty() {
        draft.annotate("kind", kind);
    }
}

/// The numbers and ids of whoever sent it. With the length of a timer stands once more who set it.
fn sources(object: &mut Object) -> Vec<String> {
    let timer = object.inner("expirationTimerUpdate");
    let mut ids = Vec::new();
    let mut take = |object: &mut Object| {
        for id in ["source", "sourceServiceId", "sourceUuid"].into_iter().filter_map(|key| object.text(key)) {
            if !id.is_empty() && !ids.contains(&id) {
                ids.push(id);
            }
        }
    };
    take(object);
    if let Some(mut timer) = timer {
        take(&mut timer);
        object.0.insert("expirationTimerUpdate".into(), Value::Object(timer.0));
    }
    ids
}

fn content(object: &mut Object, draft: &mut Draft, input: &Input<'_>) {
    for attachment in object.each("attachments") {
        attach(attachment, draft, input);
    }
    for mut reaction in object.each("reactions") {
        let who = reaction.text("fromId").unwrap_or_default();
        draft.annotate(annotation::REACTION, format!("{} {who}", reaction.text("emoji").unwrap_or_default()));
    }
    if let Some(quote) = object.inner("quote") {
        self::quote(quote, draft);
    }
    if let Some(mut sticker) = object.inner("sticker") {
        let emoji = sticker.text("emoji").unwrap_or_default();
        draft.annotate("sticker", emoji.clone());
        if draft.message.text.is_empty() {
            draft.message.text = emoji;
        }
        sticker.ignore(&["data", "packKey"]);
        sticker.keep("sticker", draft);
    }
    for mut preview in object.each("preview") {
        let parts = ["url", "title", "description"].map(|key| preview.text(key));
        draft.annotate("link-preview", parts.into_iter().flatten().collect::<Vec<_>>().join("\n"));
        preview.ignore(&["image", "domain", "date", "isStickerPack", "isCallLink"]);
        preview.keep("preview", draft);
    }
    edits(object, draft);
}

fn attach(mut attachment: Object, draft: &mut Draft, input: &Input<'_>) {
    let name = attachment.text("fileName").unwrap_or_default();
    let media_type = stated(attachment.text("contentType").as_deref(), &name);
    if let Some(caption) = attachment.text("caption") {
        draft.annotate("caption", format!("{}: {caption}", draft.media.len()));
    }
    let paths = sigtop::paths(input, &name);
    draft.media.push(Attached { media: Media::new(name, media_type), paths, role: Role::Attachment });
}

fn quote(mut quote: Object, draft: &mut Draft) {
    draft.maybe("reply-time", quote.number("id"));
    let authors = ["authorAci", "authorUuid", "author"].map(|key| quote.text(key));
    draft.maybe("reply-author", authors.into_iter().flatten().next());
    draft.annotate(annotation::REPLY_TEXT, quote.text("text").unwrap_or_default());
    for mut attachment in quote.each("attachments") {
        let parts = [attachment.text("fileName"), attachment.text("contentType")];
        draft.annotate("reply-attachment", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
    quote.ignore(&[
        "bodyRanges",
        "messageId",
        "referencedMessageNotFound",
        "isGiftBadge",
        "isViewOnce",
        "isPoll",
    ]);
    quote.keep("quote", draft);
}

/// The forms of an edited message, of which the newest, the message itself, comes first.
fn edits(object: &mut Object, draft: &mut Draft) {
    let forms = object.each("editHistory");
    let edited = object.number("editMessageTimestamp").map(|time| time.to_string());
    if forms.is_empty() {
        return draft.maybe(annotation::EDITED, edited);
    }
    draft.annotate(annotation::EDITED, edited.unwrap_or_default());
    for mut form in forms.into_iter().skip(1).collect::<Vec<_>>().into_iter().rev() {
        draft.annotate(annotation::PREVIOUS_TEXT, form.text("body").unwrap_or_default());
        draft.maybe("previous-time", form.number("timestamp"));
    }
}

/// Notices, and what is left of deleted messages.
fn event(object: &mut Object, kind: &str, draft: &mut Draft) {
    let deleted = object.flag("deletedForEveryone") | object.flag("isErased");
    let timer = object.inner("expirationTimerUpdate");
    if deleted && draft.message.text.is_empty() {
        draft.event("deleted", "This message was deleted.");
    } else if deleted {
        draft.annotate(annotation::DELETED, "");
    } else if let Some(mut timer) = timer {
        let length = timer.number("expireTimer").unwrap_or(0);
        draft.message.annotations.retain(|(name, _)| name != annotation::DISAPPEARING);
        draft.annotate(annotation::DISAPPEARING, length.to_string());
        let text = match length {
            0 => "Disappearing messages were turned off.".to_owned(),
            length => format!("Disappearing messages were set to {length} seconds."),
        };
        draft.event("disappearing", text);
        timer.ignore(&["fromSync", "fromGroupUpdate"]);
        timer.keep("expirationTimerUpdate", draft);
    } else if !matches!(kind, "incoming" | "outgoing" | "story" | "") {
        let text = match std::mem::take(&mut draft.message.text) {
            text if text.is_empty() => call(object, draft).unwrap_or_else(|| sigtop::sentence(kind)),
            text => text,
        };
        draft.event(sigtop::event(kind), text);
    }
    if draft.message.is_event() {
        let sender = std::mem::take(&mut draft.message.from);
        if !sender.is_empty() {
            draft.annotate(annotation::SENDER, sender);
        }
    }
}

/// A call, if it says of what kind it was.
fn call(object: &mut Object, draft: &mut Draft) -> Option<String> {
    let mut call = object.inner("callHistoryDetails")?;
    let parts = ["direction", "mode", "status"].map(|key| call.text(key).unwrap_or_default().to_lowercase());
    let times = [call.number("timestamp"), call.number("endedTimestamp")];
    let mut text = format!("Call: {}", parts.join(", "));
    if let [Some(start), Some(end)] = times
        && let Some(length) = end.checked_sub(start)
    {
        text += &format!(", {} seconds", seconds(length));
    }
    call.keep("callHistoryDetails", draft);
    Some(text)
}
