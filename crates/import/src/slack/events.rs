//! The kinds of messages that Slack has, and which of them are events.

use serde_json::Value;

/// Kinds of messages that people or programs write.
const WRITTEN: &[&str] = &[
    "",
    "bot_message",
    "slackbot_response",
    "me_message",
    "file_share",
    "file_comment",
    "file_mention",
    "thread_broadcast",
    "reply_broadcast",
    "document_mention",
    "document_comment_root",
    "assistant_app_thread",
];

/// What a kind of message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Event(&'static str),
    /// A new text of a message, which stands in it.
    Changed,
    /// The deletion of a message, which may stand in it.
    Deleted,
    /// Nothing that is known: taken for a message.
    Unknown,
}

impl Kind {
    pub(super) fn of(subtype: &str) -> Kind {
        let event = |slug| Kind::Event(slug);
        match subtype {
            _ if WRITTEN.contains(&subtype) => Kind::Message,
            "message_changed" => Kind::Changed,
            "message_deleted" => Kind::Deleted,
            "tombstone" => event("deleted"),
            "channel_join" | "group_join" | "app_conversation_join" | "joiner_notification" => {
                event("joined")
            }
            "channel_leave" | "group_leave" | "app_conversation_leave" => event("left"),
            "channel_name" | "group_name" => event("renamed"),
            "channel_posting_permissions" => event("admin"),
            "pinned_item" => event("pinned"),
            "bot_add" | "bot_enable" => event("added"),
            "bot_remove" | "bot_disable" => event("removed"),
            "huddle_thread" | "sh_room_created" | "sh_room_shared" => event("call"),
            "unpinned_item"
            | "reminder"
            | "reminder_add"
            | "reminder_delete"
            | "ekm_access_denied"
            | "joiner_notification_for_inviter"
            | "me_joined_channel_from_invite" => event("notice"),
            _ if subtype.starts_with("channel_") || subtype.starts_with("group_") => event("notice"),
            _ => Kind::Unknown,
        }
    }
}

/// A sentence for an event that the export has no text of.
pub(super) fn sentence(slug: &str, message: &Value) -> String {
    let subtype = message["subtype"].as_str().unwrap_or_default().replace('_', " ");
    match slug {
        "call" => call(&message["room"]),
        "deleted" => "A message was deleted".into(),
        _ => format!("Notice: {subtype}"),
    }
}

fn call(room: &Value) -> String {
    let second = |key: &str| room[key].as_i64().filter(|second| *second > 0);
    match second("date_start").zip(second("date_end")) {
        Some((start, end)) if end >= start => {
            format!("A huddle of {} minutes {} seconds", (end - start) / 60, (end - start) % 60)
        }
        _ => "A huddle".into(),
    }
}
