//! What the Graph API calls attachments, as far as they are no files: quotations of other messages, and cards.

use blackbox_format::message::annotation;
use serde_json::Value;

use super::{
    content::Content,
    facts::{text, unfolded, written},
    graph::{identity, put_before},
};
use crate::html;

/// Keys of a card under which text stands that it shows.
const SHOWN: &[&str] = &["title", "subtitle", "text", "summary", "value", "altText", "label", "name"];
/// The most parts of a card that are shown.
const MAX_PARTS: usize = 1000;

/// Adds what cards show to the text, and gives the annotations of all.
pub(super) fn show(attachments: &Value, content: &mut Content) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    for attachment in attachments.as_array().into_iter().flatten() {
        let inner = unfolded(&attachment["content"]);
        match attachment["contentType"].as_str().unwrap_or_default() {
            "messageReference" => reply(&inner, content),
            "forwardedMessageReference" => notes.push(forward(&inner, content)),
            kind if is_card(kind) => {
                card(&inner, content);
                notes.push(("card".into(), written(&attachment["content"])));
            }
            _ => {}
        }
    }
    notes
}

/// Whether an attachment is no file.
pub(super) fn is_no_file(attachment: &Value) -> bool {
    let kind = attachment["contentType"].as_str().unwrap_or_default();
    matches!(kind, "messageReference" | "forwardedMessageReference" | "meetingReference") || is_card(kind)
}

fn is_card(kind: &str) -> bool {
    kind.starts_with("application/vnd.microsoft.card.")
        || kind.starts_with("application/vnd.microsoft.teams.card")
}

fn reply(inner: &Value, content: &mut Content) {
    if let Some(id) = text(&inner["messageId"]) {
        content.reply_to.get_or_insert(id.to_owned());
    }
    let (who, _) = identity(&inner["messageSender"]);
    put_before(&quotation(&who, &inner["messagePreview"]), content);
}

fn forward(inner: &Value, content: &mut Content) -> (String, String) {
    let (who, _) = identity(&inner["originalMessageSender"]);
    put_before(&quotation(&who, &inner["originalMessageContent"]), content);
    (annotation::FORWARDED.into(), who)
}

fn quotation(who: &str, html: &Value) -> String {
    let words = html::text(html.as_str().unwrap_or_default());
    if words.is_empty() { String::new() } else { format!("{who}\n{words}").trim().to_owned() }
}

/// Adds the words of a card in their order. It nests no deeper than the JSON parser lets it.
fn card(card: &Value, content: &mut Content) {
    let mut parts = Vec::new();
    gather(card, &mut parts);
    for part in parts {
        if !content.text.is_empty() {
            content.text.push('\n');
        }
        content.text.push_str(&part);
    }
}

fn gather(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| gather(value, parts)),
        Value::Object(map) => {
            for key in SHOWN {
                if let Some(words) = map.get(*key).and_then(text)
                    && parts.len() < MAX_PARTS
                {
                    parts.push(html::text(words));
                }
            }
            map.values().for_each(|value| gather(value, parts));
        }
        _ => {}
    }
}
