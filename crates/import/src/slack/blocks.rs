//! Slack's blocks: the text that their layout shows. They nest no deeper than the JSON parser lets them.

use serde_json::Value;

use super::{body::Body, people::text};

/// Adds what the blocks show. Those of the kind `rich_text` repeat the text of their message: they count only if it
/// has none.
pub(super) fn show(blocks: &Value, body: &mut Body<'_>) {
    let empty = body.text.is_empty();
    for block in elements(blocks) {
        match block["type"].as_str().unwrap_or_default() {
            "rich_text" if !empty => {}
            "rich_text" => rich(block, body),
            "section" => section(block, body),
            "header" => object(&block["text"], body),
            "markdown" => body.part(block["text"].as_str().unwrap_or_default().to_owned()),
            "context" => elements(&block["elements"]).for_each(|element| object(element, body)),
            "actions" | "context_actions" => buttons(&block["elements"], body),
            "image" | "video" => picture(block, body),
            "input" => object(&block["label"], body),
            "table" => table(block, body),
            "call" => body.part(block["call"]["v1"]["name"].as_str().unwrap_or_default().to_owned()),
            "divider" | "share_shortcut" | "file" => {}
            _ => body.unknown("blocks", block),
        }
    }
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A text object, plain or with markup; or a picture among such.
fn object(object: &Value, body: &mut Body<'_>) {
    match (object["type"].as_str(), object["text"].as_str()) {
        (Some("plain_text"), Some(text)) => body.part(text.to_owned()),
        (_, Some(text)) => body.marked(text),
        (Some("image"), None) => picture(object, body),
        _ => {}
    }
}

fn section(block: &Value, body: &mut Body<'_>) {
    object(&block["text"], body);
    elements(&block["fields"]).for_each(|field| object(field, body));
    match block["accessory"]["type"].as_str() {
        Some("image") => picture(&block["accessory"], body),
        Some("button") => buttons(&Value::from(vec![block["accessory"].clone()]), body),
        _ => {}
    }
}

/// Buttons in a line, each in brackets: the answers of a poll are such.
fn buttons(list: &Value, body: &mut Body<'_>) {
    let labels: Vec<String> = elements(list)
        .filter_map(|element| element["text"]["text"].as_str().or(element["placeholder"]["text"].as_str()))
        .map(|label| format!("[{label}]"))
        .collect();
    body.part(labels.join(" "));
}

fn picture(block: &Value, body: &mut Body<'_>) {
    object(&block["title"], body);
    body.part(block["alt_text"].as_str().unwrap_or_default().to_owned());
    object(&block["description"], body);
    ["image_url", "title_url", "video_url"].iter().for_each(|key| body.link(&block[*key]));
}

fn table(block: &Value, body: &mut Body<'_>) {
    for row in elements(&block["rows"]) {
        let cells: Vec<String> = elements(row)
            .map(|cell| match cell["type"].as_str() {
                Some("rich_text") => paragraphs(cell, body).join(" "),
                _ => cell["text"].as_str().unwrap_or_default().to_owned(),
            })
            .collect();
        body.part(cells.join(" | "));
    }
}

fn rich(block: &Value, body: &mut Body<'_>) {
    for paragraph in paragraphs(block, body) {
        body.part(paragraph);
    }
}

/// The paragraphs of rich text: one for each section, quotation or item of a list.
fn paragraphs(block: &Value, body: &mut Body<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for part in elements(&block["elements"]) {
        match part["type"].as_str().unwrap_or_default() {
            "rich_text_list" => {
                let items = paragraphs(part, body);
                all.extend(items.into_iter().map(|item| format!("• {item}")));
            }
            _ => {
                let mut line = String::new();
                elements(&part["elements"]).for_each(|element| inline(element, &mut line, body));
                all.push(line.trim_end_matches('\n').to_owned());
            }
        }
    }
    all
}

fn inline(element: &Value, line: &mut String, body: &mut Body<'_>) {
    let workspace = body.workspace;
    let id = |key: &str| element[key].as_str().unwrap_or_default();
    match element["type"].as_str().unwrap_or_default() {
        "text" => line.push_str(id("text")),
        "link" => {
            body.link(&element["url"]);
            line.push_str(text(&element["text"]).unwrap_or(id("url")));
        }
        "user" => *line += &format!("@{}", workspace.people.name(id("user_id"))),
        "usergroup" => *line += &format!("@{}", id("usergroup_id")),
        "channel" => {
            let channel = id("channel_id");
            *line += &format!("#{}", workspace.rooms.name(channel).unwrap_or(channel));
        }
        "emoji" => *line += &emoji(element),
        "broadcast" => *line += &format!("@{}", id("range")),
        "date" => line.push_str(id("fallback")),
        "color" => line.push_str(id("value")),
        "team" => line.push_str(id("team_id")),
        "canvas" | "message_mention" | "citation" => {
            line.push_str(id("text"));
            body.link(&element["url"]);
        }
        _ => body.unknown("blocks", element),
    }
}

/// The emoji itself where its code points are given, else its name between colons.
fn emoji(element: &Value) -> String {
    let named = || format!(":{}:", element["name"].as_str().unwrap_or_default());
    let Some(codes) = text(&element["unicode"]) else { return named() };
    let letter = |code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
    codes.split('-').map(letter).collect::<Option<String>>().unwrap_or_else(named)
}
