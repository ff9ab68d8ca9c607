//! What happened to a conversation rather than in it. The database has codes, of which sentences are made.

use super::{people::People, schema::Line};

/// An event.
pub(super) struct Event {
    pub(super) slug: &'static str,
    pub(super) text: String,
    /// Whether its code is one that is known.
    pub(super) known: bool,
}

/// The event that a row is, by `who`, if it is one.
pub(super) fn of(line: Line<'_>, who: &str, people: &People) -> Option<Event> {
    let kind = line.whole("item_type");
    let action = line.whole("group_action_type");
    let other = || people.id(line.whole("other_handle")).unwrap_or("somebody").to_owned();
    let (slug, words) = match (kind, action) {
        (0, _) => return None,
        (1, 0) => ("added", format!("added {} to the conversation", other())),
        (1, 1) => ("removed", format!("removed {} from the conversation", other())),
        (2, _) => ("renamed", renamed(line)),
        (3, 0) => ("left", "left the conversation".into()),
        (3, 1) => ("icon", "changed the group photo".into()),
        (3, 2) => ("icon", "removed the group photo".into()),
        (3, 4) => ("notice", "changed the background of the conversation".into()),
        (3, 6) => ("notice", "removed the background of the conversation".into()),
        (4, _) => ("notice", shared(line)),
        (5, _) => ("notice", "kept an audio message".into()),
        (6, _) => ("notice", "used SharePlay".into()),
        (kind, action) => {
            let text = format!("A notice of kind {kind}, action {action}");
            return Some(Event { slug: "notice", text, known: false });
        }
    };
    let who = if who.is_empty() { "Somebody" } else { who };
    Some(Event { slug, text: format!("{who} {words}"), known: true })
}

fn renamed(line: Line<'_>) -> String {
    match line.text("group_title") {
        Some(title) => format!("named the conversation \"{title}\""),
        None => "removed the name of the conversation".into(),
    }
}

fn shared(line: Line<'_>) -> String {
    match (line.is_set("share_status"), line.is_set("share_direction")) {
        (false, false) => "started sharing a location".into(),
        (true, false) => "stopped sharing a location".into(),
        (false, true) => "started to share a location with the owner".into(),
        (true, true) => "stopped sharing a location with the owner".into(),
    }
}
