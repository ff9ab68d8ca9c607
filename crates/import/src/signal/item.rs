//! A chat item of a backup as a message or an event.

use blackbox_format::message::annotation;

use super::{content, draft::Draft, fields::Fields, people::People, update};

/// What an item is about, of which it has one.
const KINDS: [&str; 11] = [
    "standardMessage",
    "contactMessage",
    "stickerMessage",
    "remoteDeletedMessage",
    "adminDeletedMessage",
    "updateMessage",
    "paymentNotification",
    "giftBadge",
    "viewOnceMessage",
    "directStoryReplyMessage",
    "poll",
];

/// Reads an item. `None` if it says nothing of what it is, which programs are told to pass over.
pub(crate) fn read(mut item: Fields, people: &mut People) -> Option<Draft> {
    let mut draft = Draft::new();
    let (chat, author) = (item.number("chatId").unwrap_or(0), item.number("authorId").unwrap_or(0));
    let sent = item.number("dateSent").unwrap_or(0);
    draft.message.time = i64::try_from(sent).unwrap_or(i64::MAX);
    draft.message.written_time = sent.to_string();
    draft.message.source_id = Some(id(author, sent));
    let conversation = people.conversation(chat, author);
    draft.message.chat = conversation.name;
    draft.message.to = conversation.to;
    draft.message.names.extend(people.names(author));
    draft.message.names.extend(conversation.names);
    draft.message.from = people.name(author);
    timing(&mut item, &mut draft);
    directions(&mut item, &mut draft, people);
    let kind = KINDS.into_iter().find_map(|kind| item.inner(kind))?;
    about(kind, &mut draft, people);
    revisions(&mut item, &mut draft);
    if draft.message.is_event() {
        let author = std::mem::take(&mut draft.message.from);
        if !author.is_empty() && !draft.message.annotations.iter().any(|(name, _)| name == annotation::SENDER)
        {
            draft.annotate(annotation::SENDER, author);
        }
    }
    draft.keep(item);
    Some(draft)
}

/// What a message is known by in a backup: who wrote it and when.
pub(crate) fn id(author: u64, sent: u64) -> String {
    format!("{author}:{sent}")
}

fn about(kind: Fields, draft: &mut Draft, people: &mut People) {
    match kind.name {
        "standardMessage" => content::standard(kind, draft, people),
        "contactMessage" => content::contact(kind, draft, people),
        "stickerMessage" => content::sticker(kind, draft, people),
        "updateMessage" => update::read(kind, draft, people),
        "paymentNotification" => content::payment(kind, draft),
        "giftBadge" => content::gift(kind, draft),
        "viewOnceMessage" => content::view_once(kind, draft, people),
        "directStoryReplyMessage" => content::story_reply(kind, draft, people),
        "poll" => content::poll(kind, draft, people),
        "adminDeletedMessage" => content::admin_deleted(kind, draft, people),
        _ => {
            draft.event("deleted", "This message was deleted.");
            draft.keep(kind);
        }
    }
}

fn timing(item: &mut Fields, draft: &mut Draft) {
    let timer = item.number("expiresInMs").filter(|timer| *timer > 0);
    draft.maybe(annotation::DISAPPEARING, timer.map(seconds));
    draft.maybe("disappearing-since", item.number("expireStartDate"));
    if item.flag("sms") {
        draft.annotate("sms", "true");
    }
    if let Some(mut pin) = item.inner("pinDetails") {
        draft.maybe("pinned", pin.number("pinnedAtTimestamp"));
        draft.maybe("pinned-until", pin.number("pinExpiresAtTimestamp"));
        pin.ignore(&["pinNeverExpires"]);
        draft.keep(pin);
    }
}

/// Milliseconds as seconds, with as many decimals as it takes.
pub(crate) fn seconds(millis: u64) -> String {
    match millis % 1000 {
        0 => (millis / 1000).to_string(),
        rest => format!("{}.{rest:03}", millis / 1000),
    }
}

fn directions(item: &mut Fields, draft: &mut Draft, people: &People) {
    if let Some(mut incoming) = item.inner("incoming") {
        draft.annotate("direction", "incoming");
        draft.maybe("received", incoming.number("dateReceived").filter(|time| *time > 0));
        draft.maybe("server-received", incoming.number("dateServerSent").filter(|time| *time > 0));
        draft.annotate("read", incoming.flag("read").to_string());
        incoming.ignore(&["sealedSender"]);
        draft.keep(incoming);
    }
    if let Some(mut outgoing) = item.inner("outgoing") {
        draft.annotate("direction", "outgoing");
        draft.maybe("received", outgoing.number("dateReceived").filter(|time| *time > 0));
        for status in outgoing.each("sendStatus") {
            self::status(status, draft, people);
        }
        draft.keep(outgoing);
    }
    if let Some(directionless) = item.inner("directionless") {
        draft.keep(directionless);
    }
}

const STATES: [&str; 7] = ["pending", "sent", "delivered", "read", "viewed", "skipped", "failed"];

/// What became of an outgoing message at one of its recipients: `Ada: delivered 1660152710755`.
fn status(mut status: Fields, draft: &mut Draft, people: &People) {
    let who = people.name(status.number("recipientId").unwrap_or(0));
    let when = status.number("timestamp").filter(|time| *time > 0);
    let state = STATES.into_iter().find_map(|state| status.inner(state));
    let mut text = format!("{who}: {}", state.as_ref().map_or("pending", |state| state.name));
    if let Some(mut state) = state {
        if let Some(reason) = state.word("reason") {
            text += &format!(" ({reason})");
        }
        state.ignore(&["sealedSender"]);
        draft.keep(state);
    }
    if let Some(when) = when {
        text += &format!(" {when}");
    }
    draft.annotate("send-status", text);
    draft.keep(status);
}

/// The earlier forms of an edited message, oldest first.
fn revisions(item: &mut Fields, draft: &mut Draft) {
    let revisions = item.each("revisions");
    if revisions.is_empty() {
        return;
    }
    draft.annotate(annotation::EDITED, draft.message.written_time.clone());
    for mut revision in revisions {
        let texts = [("standardMessage", "text"), ("directStoryReplyMessage", "textReply")];
        let text = texts.into_iter().find_map(|(kind, key)| {
            let mut inner = revision.inner(kind)?.inner(key)?;
            inner.text("body").or_else(|| inner.inner("text")?.text("body"))
        });
        draft.annotate(annotation::PREVIOUS_TEXT, text.unwrap_or_default());
        draft.maybe("previous-time", revision.number("dateSent"));
    }
}
