//! Notices of a personal export: what happened, told from the elements of their content.

use blackbox_document::page::Token;
use serde_json::Value;

use super::{facts::text, people::People};
use crate::html::tokens;

/// The most elements of a notice that are looked at.
const MAX_ELEMENTS: usize = 10_000;

/// What a type of message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Plain text.
    Text,
    /// Skype's elements among text.
    Rich,
    /// HTML.
    Html,
    Event(&'static str),
    /// Nothing that is known: taken for a message.
    Unknown,
}

impl Kind {
    pub(super) fn of(messagetype: &str) -> Kind {
        match messagetype {
            "Text" => Kind::Text,
            "RichText/Html" => Kind::Html,
            "RichText"
            | "Poll"
            | "RichText/UriObject"
            | "RichText/Contacts"
            | "RichText/Location"
            | "RichText/Sms"
            | "RichText/Files"
            | "RichText/ScheduledCallInvite" => Kind::Rich,
            _ if messagetype.starts_with("RichText/Media_") => Kind::Rich,
            "Event/Call" => Kind::Event("call"),
            "MessageDelete" => Kind::Event("deleted"),
            _ if messagetype.starts_with("EndToEndEncryption/") => Kind::Event("encryption"),
            _ => match messagetype.split_once('/') {
                Some(("ThreadActivity", activity)) => Kind::Event(activity_of(activity)),
                Some(("Event" | "Control" | "Signal" | "InviteFreeRelationshipChanged", _)) => {
                    Kind::Event("notice")
                }
                None if matches!(messagetype, "Notice" | "PopCard" | "TranslationSettings") => {
                    Kind::Event("notice")
                }
                _ => Kind::Unknown,
            },
        }
    }
}

fn activity_of(activity: &str) -> &'static str {
    match activity {
        "AddMember" => "added",
        "DeleteMember" => "removed",
        "MemberJoined" => "joined",
        "MemberLeft" => "left",
        "CreateThread" | "Create" => "created",
        "TopicUpdate" => "renamed",
        "PictureUpdate" => "icon",
        "RoleUpdate" => "admin",
        "PinnedItemsUpdate" => "pinned",
        _ if activity.starts_with("E2EE") => "encryption",
        _ => "notice",
    }
}

/// What a notice says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) slug: &'static str,
    /// Id of whoever caused it; may be empty.
    pub(super) initiator: String,
    pub(super) text: String,
}

/// Reads the content of a notice whose type has the slug `slug`.
pub(super) fn read(slug: &'static str, content: &str, people: &People) -> Notice {
    let elements = match serde_json::from_str::<Value>(content) {
        Ok(json) if json.is_object() => of_json(&json),
        _ => of_markup(content),
    };
    let all = |name: &str| {
        elements.iter().filter(|(key, _)| key == name).map(|(_, text)| &text[..]).collect::<Vec<_>>()
    };
    let first = |name: &str| all(name).first().copied().unwrap_or_default().to_owned();
    let initiator = first("initiator");
    let targets = [all("target"), all("detailedtarget.id")].concat();
    let names: Vec<String> =
        targets.iter().map(|id| people.name(id)).chain(named(&all("friendlyname"), &targets)).collect();
    let own = targets.len() == 1 && targets[0] == initiator;
    let slug = match slug {
        "added" if own => "joined",
        "removed" if own => "left",
        other => other,
    };
    let by = if initiator.is_empty() { "Somebody".to_owned() } else { people.name(&initiator) };
    let names = names.join(", ");
    let text = match slug {
        "added" => format!("{by} added {names}"),
        "removed" => format!("{by} removed {names}"),
        "joined" => format!("{} joined", if names.is_empty() { &by } else { &names }),
        "left" => format!("{} left", if names.is_empty() { &by } else { &names }),
        "renamed" => format!("{by} named the conversation \"{}\"", first("value")),
        "icon" => format!("{by} changed the picture of the conversation"),
        "admin" => format!("{by} changed the role of {names}{}", after(" to ", &first("role"))),
        "call" => call(&elements),
        "deleted" => "A message was deleted".to_owned(),
        _ => plain(&elements),
    };
    Notice { slug, initiator, text }
}

/// Names that stand for themselves, where there are no ids.
fn named(names: &[&str], targets: &[&str]) -> Vec<String> {
    if targets.is_empty() { names.iter().map(|name| (*name).to_owned()).collect() } else { Vec::new() }
}

fn after(word: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{word}{text}") }
}

/// A call with those who took part and how long the longest of them did.
fn call(elements: &[(String, String)]) -> String {
    let of = |name: &str| {
        elements.iter().filter(|(key, _)| key == name).map(|(_, text)| &text[..]).collect::<Vec<_>>()
    };
    let kind = of("type").first().copied().unwrap_or_default();
    let people = after(" with ", &of("name").join(", "));
    let longest = of("duration").iter().filter_map(|text| text.parse::<f64>().ok()).fold(0.0, f64::max);
    match kind {
        "missed" => format!("Missed call{people}"),
        "started" => format!("Call started{people}"),
        _ if (1.0..1e9).contains(&longest) => {
            // Within the range of the cast.
            let seconds = longest as u64;
            format!("Call{people}: {} minutes {} seconds", seconds / 60, seconds % 60)
        }
        "" | "ended" => format!("Call ended{people}"),
        other => format!("Call {other}{people}"),
    }
}

/// All that the elements say, where nobody knows what it means.
fn plain(elements: &[(String, String)]) -> String {
    let words = elements.iter().filter(|(key, text)| key != "eventtime" && !text.trim().is_empty());
    words
        .map(|(key, text)| if key.is_empty() { text.clone() } else { format!("{key}: {text}") })
        .collect::<Vec<_>>()
        .join("; ")
}

/// The text of each element, under the name of the innermost; the attributes of the first element before them.
fn of_markup(content: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for token in tokens(content).take(MAX_ELEMENTS) {
        match token {
            Token::Start(tag) => {
                if open.is_empty() {
                    all.extend(tag.attributes().iter().cloned());
                }
                if !tag.closed {
                    open.push(tag.name);
                }
            }
            Token::End(_) => {
                open.pop();
            }
            Token::Text(text) if !text.trim().is_empty() => {
                let name = match &open[..] {
                    [.., around, name] if around == "detailedtarget" => format!("{around}.{name}"),
                    [.., name] => name.clone(),
                    [] => String::new(),
                };
                all.push((name, text));
            }
            Token::Text(_) => {}
        }
    }
    all
}

/// The newer form: an object with `initiator` and `members`.
fn of_json(json: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (key, value) in json.as_object().into_iter().flatten() {
        if let Some(word) = text(value) {
            all.push((key.to_lowercase(), word.to_owned()));
        }
    }
    for member in json["members"].as_array().into_iter().flatten() {
        let id = text(&member["id"]).map(|id| ("target".to_owned(), id.to_owned()));
        let name = text(&member["friendlyname"]).map(|name| ("friendlyname".to_owned(), name.to_owned()));
        all.extend(name.or(id));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(slug: &'static str, content: &str) -> (&'static str, String) {
        let notice = read(slug, content, &People::default());
        (notice.slug, notice.text)
    }

    #[test]
    fn notices_are_sentences() {
        let added = "<addmember><eventtime>1</eventtime><initiator>8:ada</initiator><target>8:bo</target>\
                     <target>8:cy</target></addmember>";
        assert_eq!(told("added", added), ("added", "ada added bo, cy".into()));
        let own = "<addmember><initiator>8:ada</initiator><target>8:ada</target></addmember>";
        assert_eq!(told("added", own), ("joined", "ada joined".into()));
        let own = "<deletemember><initiator>8:ada</initiator><target>8:ada</target></deletemember>";
        assert_eq!(told("removed", own), ("left", "ada left".into()));
        let topic = "<topicupdate><initiator>8:ada</initiator><value>Mill &amp; weir</value></topicupdate>";
        assert_eq!(told("renamed", topic), ("renamed", "ada named the conversation \"Mill & weir\"".into()));
        let json = "{\"eventtime\":1,\"initiator\":\"8:ada\",\"members\":[{\"id\":\"8:bo\",\"friendlyname\":\"Bo\"}]}";
        assert_eq!(told("joined", json), ("joined", "Bo joined".into()));
        assert_eq!(told("notice", "<x><eventtime>1</eventtime><role>User</role></x>").1, "role: User");
        assert_eq!(told("notice", "").1, "");
    }

    #[test]
    fn a_call_has_its_people_and_its_duration() {
        let ended = "<partlist type=\"ended\" alt=\"\"><part identity=\"ada\"><name>Ada</name><duration>95.4</duration>\
                     </part><part identity=\"bo\"><name>Bo</name><duration>90</duration></part></partlist>";
        assert_eq!(told("call", ended).1, "Call with Ada, Bo: 1 minutes 35 seconds");
        assert_eq!(told("call", "<partlist type=\"missed\"></partlist>").1, "Missed call");
        assert_eq!(
            told("call", "<partlist type=\"ended\"><duration>1e400</duration></partlist>").1,
            "Call ended"
        );
    }
}
