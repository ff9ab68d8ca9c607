//! Telegram Desktop's "Export chat history" and "Export Telegram data": one JSON file ([`result`]), or pages of HTML
//! with one folder a chat ([`page`]). Their media lie in folders beside them.

mod action;
mod content;
mod draft;
mod escape;
mod html;
mod markup;
mod notice;
mod page;
mod people;
mod record;
mod result;
mod text;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink, Unit},
    json::Shape,
};

/// Telegram's JSON.
pub(crate) struct Json;

/// Telegram's pages.
pub(crate) struct Html;

pub(crate) const PLATFORM: &str = "telegram";
/// In chats with more people than this, messages name no recipients.
pub(crate) const MAX_RECIPIENTS: usize = 32;
pub(crate) const JSON_FORMAT: &str = "telegram-json";
pub(crate) const HTML_FORMAT: &str = "telegram-html";

const JSON_FORMATS: &[Format] = &[Format {
    platform: "Telegram",
    form: "Telegram Desktop, machine-readable JSON (result.json with its folders): one chat or the whole account",
    format: JSON_FORMAT,
    kept: "time, sender with id and phone number, the others who write in the chat, chat, text, targets of links, \
           replies, forwards, edits, reactions, buttons, polls, contacts, locations, files, service messages as events",
    lost: "bold, italics, spoilers and the like; members who never write; profile pictures, stories, sessions and \
           other data of the account; earlier texts of edited messages are not in the export",
}];

const HTML_FORMATS: &[Format] = &[Format {
    platform: "Telegram",
    form: "Telegram Desktop, human-readable HTML (messages.html, messages2.html, ... with their folders)",
    format: HTML_FORMAT,
    kept: "time, sender, the others who write in the chat, chat, text, targets of links, replies, forwards, reactions, \
           buttons, polls, contacts, locations, files, calls and service messages as events",
    lost: "bold, italics, spoilers and the like; previews of pictures; members who never write; edits, ids of people \
           and the hour of service messages are not in the export",
}];

impl Importer for Json {
    fn formats(&self) -> &'static [Format] {
        JSON_FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match head.json() {
            Some(shape) if is_chat(shape) || is_account(shape) => Confidence::Certain,
            Some(shape) if shape.has_all(&["name", "type", "id", "messages"]) => Confidence::Possible,
            _ => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        result::read(input, sink)
    }
}

fn is_chat(shape: &Shape) -> bool {
    has_messages(shape, "")
}

/// Whether the messages at a path are Telegram's.
fn has_messages(shape: &Shape, chat: &str) -> bool {
    let has = |key: &str| shape.has(&format!("{chat}messages[].{key}"));
    has("id")
        && has("type")
        && (has("date") || has("date_unixtime"))
        && ["from", "from_id", "actor", "actor_id", "action"].into_iter().any(has)
}

/// In an export of a whole account the chats may come after long lists of other things.
fn is_account(shape: &Shape) -> bool {
    let chats = ["chats.list[].", "chats[].", "left_chats.list[].", "left_chats[]."];
    chats.iter().any(|chat| has_messages(shape, chat))
        || shape.has("about")
            && (shape.has_all(&["personal_information.user_id", "personal_information.first_name"])
                || shape.has_all(&["contacts.about", "contacts.list[].first_name"])
                || shape.has_all(&["frequent_contacts.about", "frequent_contacts.list[].category"])
                || shape.has_all(&["chats.about", "chats.list"]))
}

impl Importer for Html {
    fn formats(&self) -> &'static [Format] {
        HTML_FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let text = head.text();
        let start: String = text.trim_start().chars().take(9).flat_map(char::to_lowercase).collect();
        let has = |part: &str| text.contains(part);
        match start.starts_with("<!doctype") || start.starts_with("<html") {
            true if has("class=\"page_body chat_page\"") && has("class=\"history\"") => Confidence::Certain,
            true if has("class=\"message default clearfix") && has("class=\"pull_right date details\"") => {
                Confidence::Certain
            }
            _ => Confidence::No,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Folder
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        html::read(input, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_known_by_what_is_in_them() {
        let json = |text: &str| Json.probe(&Head::of(text));
        let message = r#"{"id":1,"type":"message","date":"2021-01-02T03:04:05","from":"Ida","text":""}"#;
        assert_eq!(json(&format!(r#"{{"name":"x","messages":[{message}]}}"#)), Confidence::Certain);
        assert_eq!(json(&format!(r#"{{"chats":{{"list":[{{"messages":[{message}"#)), Confidence::Certain);
        assert_eq!(json(&format!(r#"{{"chats":[{{"messages":[{message}]}}]}}"#)), Confidence::Certain);
        let account = r#"{"about":"","personal_information":{"user_id":1,"first_name":"Ida"},"contacts":{"#;
        assert_eq!(json(account), Confidence::Certain);
        assert_eq!(json(r#"{"name":"x","type":"replies","id":1,"messages":[]}"#), Confidence::Possible);
        assert_eq!(
            json(r#"{"messages":[{"sender_name":"Ida","timestamp_ms":1,"type":"x"}]}"#),
            Confidence::No
        );
        let page = "<!DOCTYPE html><html><div class=\"page_body chat_page\"><div class=\"history\">";
        assert_eq!(Html.probe(&Head::of(page)), Confidence::Certain);
        assert_eq!(Html.probe(&Head::of("<html><div class=\"history\">")), Confidence::No);
    }
}
