//! Notices of the Graph API: what happened, told from their `eventDetail`.

use serde_json::Value;

use super::{facts::text, graph::identity};

/// What a notice says.
pub(super) struct Notice {
    pub(super) slug: &'static str,
    pub(super) initiator: Option<String>,
    pub(super) text: String,
}

/// The name of the conversation, where the notice has it.
pub(super) fn conversation(detail: &Value) -> Option<String> {
    ["chatDisplayName", "channelDisplayName"].iter().find_map(|key| text(&detail[*key])).map(str::to_owned)
}

/// Reads a notice.
pub(super) fn read(detail: &Value) -> Notice {
    let kind = detail["@odata.type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('.').next().unwrap_or_default();
    let kind = kind.strip_suffix("EventMessageDetail").unwrap_or(kind);
    let (initiator, _) = identity(&detail["initiator"]);
    let by = if initiator.is_empty() { "Somebody" } else { &initiator };
    let members = members(detail);
    let said = |words: &str| format!("{by} {words}").trim_end().to_owned();
    let title =
        conversation(detail).or(text(&detail["teamDisplayName"]).map(str::to_owned)).unwrap_or_default();
    let (slug, text) = match kind {
        "membersAdded" => ("added", said(&format!("added {members}"))),
        "membersDeleted" => ("removed", said(&format!("removed {members}"))),
        "membersJoined" => ("joined", format!("{members} joined")),
        "membersLeft" => ("left", format!("{members} left")),
        "chatRenamed" | "channelRenamed" | "teamRenamed" => {
            ("renamed", said(&format!("named it \"{title}\"")))
        }
        "channelAdded" | "teamCreated" => ("created", said(&format!("created \"{title}\""))),
        "conversationMemberRoleUpdated" => ("admin", said("changed the role of a member")),
        "messagePinned" => ("pinned", said("pinned a message")),
        "callStarted" => ("call", said("started a call")),
        "callEnded" => ("call", ended(detail)),
        "callRecording" | "callTranscript" => ("call", said(&spaced(kind))),
        "" => ("notice", "Notice".to_owned()),
        _ => ("notice", said(&format!("({})", spaced(kind)))),
    };
    Notice { slug, initiator: (!initiator.is_empty()).then_some(initiator), text }
}

fn members(detail: &Value) -> String {
    let list = detail["members"].as_array().into_iter().flatten();
    let names: Vec<&str> = list.filter_map(|one| text(&one["displayName"]).or(text(&one["id"]))).collect();
    if names.is_empty() { "somebody".to_owned() } else { names.join(", ") }
}

fn ended(detail: &Value) -> String {
    let list = detail["callParticipants"].as_array().into_iter().flatten();
    let names: Vec<String> =
        list.map(|one| identity(&one["participant"]).0).filter(|name| !name.is_empty()).collect();
    let with = if names.is_empty() { String::new() } else { format!(" with {}", names.join(", ")) };
    // A duration of ISO 8601, such as PT1M30S.
    match text(&detail["callDuration"]) {
        Some(duration) => format!("Call{with}: {duration}"),
        None => format!("Call ended{with}"),
    }
}

/// `callRecording` as words.
fn spaced(kind: &str) -> String {
    let mut words = String::new();
    for letter in kind.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
