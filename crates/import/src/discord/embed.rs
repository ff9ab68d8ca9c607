//! Embeds: what bots write, and previews of links.

use blackbox_format::message::Message;
use serde_json::Value;

use crate::{
    fields::{Fields, note, raw},
    importer::Sink,
};

/// Writes down what embeds say; their text is that of a message that has none. Gives the paths of pictures that lie
/// beside the export.
pub(super) fn keep(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) -> Vec<String> {
    let (mut pictures, mut texts) = (Vec::new(), Vec::new());
    for value in list {
        let Some(mut embed) = Fields::of(value.clone()) else {
            raw("embeds", &value, message, sink);
            continue;
        };
        let lines = lines(&mut embed, message, sink);
        if !lines.is_empty() {
            note(message, "embed", &lines[..]);
            texts.push(lines);
        }
        files(&mut embed, &mut pictures);
        // How it looks, and when the page was made.
        embed.drop(&["color", "timestamp", "inlineEmojis"]);
        embed.keep("embeds", message, sink);
    }
    if message.text.is_empty() {
        message.text = texts.join("\n\n");
    }
    pictures
}

/// All words of an embed, line by line.
fn lines(embed: &mut Fields, message: &mut Message, sink: &mut Sink<'_>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut author = embed.object("author").unwrap_or_default();
    lines.extend(author.name("name"));
    author.drop(&["url", "iconUrl", "iconCanonicalUrl"]);
    author.keep("embeds.author", message, sink);
    lines.extend(["title", "url", "description"].into_iter().filter_map(|key| embed.name(key)));
    for value in embed.list("fields") {
        match Fields::of(value.clone()) {
            Some(mut field) => {
                let told: Vec<String> =
                    ["name", "value"].into_iter().filter_map(|key| field.name(key)).collect();
                lines.push(told.join(": "));
            }
            None => raw("embeds.fields", &value, message, sink),
        }
    }
    let mut footer = embed.object("footer").unwrap_or_default();
    lines.extend(footer.name("text"));
    footer.drop(&["iconUrl", "iconCanonicalUrl"]);
    footer.keep("embeds.footer", message, sink);
    lines.join("\n")
}

fn files(embed: &mut Fields, pictures: &mut Vec<String>) {
    let single =
        ["thumbnail", "image", "video"].into_iter().filter_map(|key| embed.value(key)).collect::<Vec<_>>();
    for one in single.into_iter().chain(embed.list("images")) {
        let url = one.get("url").and_then(Value::as_str).filter(|url| !is_remote(url) && !url.is_empty());
        if let Some(url) = url
            && !pictures.iter().any(|known| known == url)
        {
            pictures.push(url.to_owned());
        }
    }
}

/// Whether an address leads away: the exporter did not download what is there.
pub(super) fn is_remote(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}
