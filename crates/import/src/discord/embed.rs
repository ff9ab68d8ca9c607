//! Embeds: what bots write, and previews of links.

use std::collections::HashSet;

use blackbox_format::message::Message;
use serde_json::Value;

use crate::{
    fields::{Fields, note, raw},
    importer::Sink,
};

/// Writes down what embeds say; their text is that of a message that has none. Gives the paths of pictures that lie
/// beside the export.
pub(super) fn keep(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) -> Vec<String> {
    let (mut pictures, mut texts) = (Pictures::default(), Vec::new());
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
        pictures.add(&mut embed);
        // How it looks, and when the page was made.
        embed.drop(&["color", "timestamp", "inlineEmojis"]);
        embed.keep("embeds", message, sink);
    }
    if message.text.is_empty() {
        message.text = texts.join("\n\n");
    }
    pictures.paths
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

/// Paths of pictures, each once: exports can have one picture under two keys.
#[derive(Default)]
struct Pictures {
    paths: Vec<String>,
    known: HashSet<String>,
}

impl Pictures {
    fn add(&mut self, embed: &mut Fields) {
        let single = ["thumbnail", "image", "video"].map(|key| embed.value(key));
        for one in single.into_iter().flatten().chain(embed.list("images")) {
            let url = one.get("url").and_then(Value::as_str).unwrap_or_default();
            if !url.is_empty() && !is_remote(url) && self.known.insert(url.to_owned()) {
                self.paths.push(url.to_owned());
            }
        }
    }
}

/// Whether an address leads away: the exporter did not download what is there.
pub(super) fn is_remote(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}
