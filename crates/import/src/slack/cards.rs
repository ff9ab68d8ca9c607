//! What Slack calls attachments: previews of links, messages that were shared, cards of programs. They are text, shown
//! below that of the message.

use serde_json::Value;

use super::{blocks, body::Body, people::text};

/// Adds what the cards show to the text. Gives from whom the messages among them were shared.
pub(super) fn show(cards: &Value, body: &mut Body<'_>) -> Vec<String> {
    let mut shared = Vec::new();
    for card in cards.as_array().into_iter().flatten() {
        let start = body.text.len();
        one(card, body);
        if card["is_share"] == true || card["is_msg_unfurl"] == true {
            body.quote(start);
            shared
                .push(text(&card["author_name"]).or(text(&card["author_id"])).unwrap_or_default().to_owned());
        }
    }
    shared
}

fn one(card: &Value, body: &mut Body<'_>) {
    let start = body.text.len();
    let marked = |key: &str, body: &mut Body<'_>| body.marked(card[key].as_str().unwrap_or_default());
    for key in ["pretext", "service_name", "author_name", "author_subname", "title", "text"] {
        marked(key, body);
    }
    for field in card["fields"].as_array().into_iter().flatten() {
        match (text(&field["title"]), text(&field["value"])) {
            (Some(title), Some(value)) => body.marked(&format!("{title}: {value}")),
            (title, value) => body.marked(title.or(value).unwrap_or_default()),
        }
    }
    blocks::show(&card["blocks"], body);
    marked("footer", body);
    for key in ["from_url", "title_link", "original_url", "image_url", "author_link"] {
        body.link(&card[key]);
    }
    if body.text.len() == start {
        marked("fallback", body);
    }
}
