//! Files of messages of the Graph API: attachments, and pictures in the text.

use blackbox_format::message::Media;
use serde_json::Value;

use super::{cards, content::Object, facts::text};
use crate::{
    importer::{At, Input, Sink},
    media::{file_name, stated},
};

/// How much of a file's name a note quotes.
const QUOTED_CHARS: usize = 200;
/// Folders in which programs put the files that they save.
const FOLDERS: &[&str] = &["", "attachments/", "files/", "media/", "images/", "hostedContents/"];

/// The attachments of a message, with their bytes where they lie beside it.
pub(super) fn media(
    item: &Value,
    pictures: &[Object],
    at: At,
    input: &Input<'_>,
    sink: &mut Sink<'_>,
) -> Vec<Media> {
    let mut all = Vec::new();
    for file in item["attachments"].as_array().into_iter().flatten().filter(|file| !cards::is_no_file(file)) {
        let address = text(&file["contentUrl"]).unwrap_or_default();
        let name = text(&file["name"]).unwrap_or_else(|| file_name(address)).to_owned();
        // A file that lies elsewhere has the type "reference".
        let kind = stated(text(&file["contentType"]), &name);
        all.push(found(Media::new(name, kind), text(&file["id"]).unwrap_or_default(), input));
    }
    for picture in pictures {
        let name = if picture.name.contains('.') { picture.name.clone() } else { String::new() };
        let kind = stated((!name.contains('.')).then_some("image/png"), &name);
        all.push(found(Media::new(name, kind), &picture.id, input));
    }
    sink.saw_attachments(all.len());
    for media in all.iter().filter(|media| media.content.is_none()) {
        let name: String = media.name.chars().take(QUOTED_CHARS).collect();
        sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
    }
    all
}

fn found(mut media: Media, id: &str, input: &Input<'_>) -> Media {
    let name = file_name(&media.name).to_owned();
    let names = [
        name.clone(),
        format!("{id}-{name}"),
        format!("{id}_{name}"),
        format!("{id}.png"),
        format!("{id}.jpg"),
    ];
    let usable =
        names.iter().enumerate().filter(|(at, _)| if *at == 0 { !name.is_empty() } else { !id.is_empty() });
    for (_, name) in usable {
        if FOLDERS.iter().any(|folder| input.attach(&mut media, &format!("{folder}{name}"))) {
            break;
        }
    }
    media
}
