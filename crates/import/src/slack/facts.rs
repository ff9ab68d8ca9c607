//! What a message states besides its text, as annotations.

use blackbox_format::message::annotation;
use serde_json::Value;

use super::{Workspace, events::Kind, people::text, stamp::Stamp};

/// The most bytes that are kept of something that is not understood.
const MAX_RAW_BYTES: usize = 64 << 10;

/// Keys that are read elsewhere, repeat what stands elsewhere, or say how a message looks.
const KNOWN: &[&str] = &[
    "app_id",
    "attachments",
    "blocks",
    "bot_id",
    "bot_link",
    "bot_profile",
    "channel",
    "client_msg_id",
    "comment",
    "delete_original",
    "deleted_ts",
    "display_as_bot",
    "edited",
    "event_ts",
    "file",
    "files",
    "hidden",
    "icons",
    "inviter",
    "is_intro",
    "is_locked",
    "is_thread_broadcast",
    "item",
    "item_type",
    "language",
    "last_read",
    "latest_reply",
    "message",
    "mrkdwn",
    "name",
    "no_notifications",
    "old_name",
    "original",
    "parent_user_id",
    "permalink",
    "pinned_info",
    "pinned_to",
    "previous_message",
    "purpose",
    "reactions",
    "replace_original",
    "replies",
    "reply_count",
    "reply_users",
    "reply_users_count",
    "room",
    "root",
    "slackdump_thread_replies",
    "source_team",
    "subscribed",
    "subtype",
    "team",
    "text",
    "thread",
    "thread_ts",
    "topic",
    "ts",
    "type",
    "unread_count",
    "upload",
    "upload_reply_to",
    "user",
    "user_profile",
    "user_team",
    "username",
    "x_files",
];

/// Keys whose values are kept under names of their own.
const FACTS: &[(&str, &str)] = &[
    ("subtype", "subtype"),
    ("deleted_ts", "deleted-message"),
    ("old_name", "old-name"),
    ("name", "name"),
    ("topic", "topic"),
    ("purpose", "purpose"),
    ("item", "item"),
    ("pinned_info", "pinned"),
    ("permalink", "permalink"),
];

type Annotation = (String, String);

/// The reply, the edit, the reactions and what else is understood.
pub(super) fn stated(item: &Value, stamp: &Stamp, workspace: &Workspace) -> Vec<Annotation> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    if let Some(thread) = text(&item["thread_ts"]).filter(|thread| *thread != stamp.written) {
        add(annotation::REPLY_TO, thread.to_owned());
    }
    if item["edited"].is_object() {
        add(
            annotation::EDITED,
            Stamp::of(&item["edited"]["ts"]).map(|edit| edit.written).unwrap_or_default(),
        );
        if let Some(editor) = text(&item["edited"]["user"]).filter(|editor| item["user"] != **editor) {
            add("edited-by", workspace.people.name(editor));
        }
    }
    for reaction in item["reactions"].as_array().into_iter().flatten() {
        react(reaction, workspace, &mut add);
    }
    if let Some(bot) = text(&item["bot_profile"]["name"]).or(text(&item["bot_id"])) {
        add("bot", bot.to_owned());
    }
    if let Some(inviter) = text(&item["inviter"]) {
        add("inviter", workspace.people.name(inviter));
    }
    if let Some(people) = item["room"]["participant_history"].as_array() {
        let names: Vec<_> =
            people.iter().filter_map(Value::as_str).map(|id| workspace.people.name(id)).collect();
        add("participants", names.join(", "));
    }
    for (key, name) in FACTS.iter().filter(|(key, _)| !is_nothing(&item[*key])) {
        add(name, written(&item[*key]));
    }
    all
}

fn react(reaction: &Value, workspace: &Workspace, add: &mut dyn FnMut(&str, String)) {
    let name = text(&reaction["name"]).unwrap_or_default();
    let users = reaction["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    for user in users.iter().filter_map(Value::as_str) {
        add(annotation::REACTION, format!(":{name}: {}", workspace.people.name(user)));
    }
    let more = reaction["count"].as_u64().unwrap_or(0).saturating_sub(users.len() as u64);
    if more > 0 {
        add(annotation::REACTION, format!(":{name}: {more} others"));
    }
}

/// What is not understood, as it is written.
pub(super) fn rest(item: &Value, sink: &mut crate::importer::Sink<'_>) -> Vec<Annotation> {
    let mut all = Vec::new();
    let mut keep = |key: &str, value: &Value| {
        sink.unknown(key);
        all.push(raw(key, value));
    };
    if let Some(subtype) = text(&item["subtype"]).filter(|subtype| Kind::of(subtype) == Kind::Unknown) {
        keep("subtype", &subtype.into());
    }
    for (key, value) in item.as_object().into_iter().flatten() {
        let empty = key == "metadata" && value["event_type"] == "";
        if !KNOWN.contains(&&key[..]) && !is_nothing(value) && !empty {
            keep(key, value);
        }
    }
    all
}

/// Something that is not understood as the annotation that keeps it.
pub(super) fn raw(key: &str, value: &Value) -> Annotation {
    (format!("{}:{key}", annotation::RAW), cut(value.to_string()))
}

fn written(value: &Value) -> String {
    cut(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_RAW_BYTES));
    text
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
