//! Files of a personal export: a message has their ids, and they lie in the folder `media`.

use std::collections::{HashSet, VecDeque};

use blackbox_format::message::Media;
use serde_json::Value;

use super::content::Object;
use crate::{
    importer::{At, Input, Sink},
    media::stated,
};

/// How much of a file's name a note quotes.
const QUOTED_CHARS: usize = 200;
/// The most sizes of one file that are looked for.
const SIZES: usize = 4;
/// Endings that are tried where the export does not say which.
const ENDINGS: &[&str] = &[
    "jpeg", "jpg", "png", "gif", "webp", "mp4", "mov", "mp3", "m4a", "ogg", "wav", "pdf", "doc", "docx",
    "xls", "xlsx", "ppt", "pptx", "txt", "zip", "bin", "dat", "vtt", "json",
];

/// The files that a message mentions: those in its content, and those that only its list of ids has.
pub(super) fn mentioned(mut objects: Vec<Object>, ids: &Value) -> Vec<Object> {
    let mut known: HashSet<String> = objects.iter().map(|object| object.id.clone()).collect();
    let unnamed = (0..objects.len()).filter(|at| objects[*at].id.is_empty());
    let mut unnamed: VecDeque<usize> = unnamed.collect();
    for id in ids.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if known.insert(id.to_owned()) {
            // An object without an id is the one that the list names.
            match unnamed.pop_front() {
                Some(at) => id.clone_into(&mut objects[at].id),
                None => objects.push(Object { id: id.to_owned(), ..Object::default() }),
            }
        }
    }
    objects
}

/// The attachments that a file is: one, or several if the export has it in several sizes.
pub(super) fn media(object: &Object, at: At, input: &Input<'_>, sink: &mut Sink<'_>) -> Vec<Media> {
    let name = if object.name.is_empty() { described(object, input) } else { object.name.clone() };
    let blank = Media::new(name.clone(), kind(object, &name));
    let found = find(object, &blank, input);
    sink.saw_attachments(found.len().max(1));
    if !found.is_empty() {
        return found;
    }
    let quoted: String =
        if name.is_empty() { &object.id } else { &name }.chars().take(QUOTED_CHARS).collect();
    sink.note(at, format!("attachment \"{quoted}\" is not in the folder of the export"));
    vec![blank]
}

/// The file name that stands in the description beside the file.
fn described(object: &Object, input: &Input<'_>) -> String {
    let description = input.beside(&format!("media/{}.json", object.id));
    let description =
        description.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).unwrap_or_default();
    description["filename"].as_str().unwrap_or_default().to_owned()
}

fn kind(object: &Object, name: &str) -> String {
    let kind = match object.kind.split('.').next() {
        _ if name.contains('.') => None,
        Some("Picture") => Some("image/jpeg"),
        Some("Video") => Some("video/mp4"),
        Some("Audio") => Some("audio/mp4"),
        _ => None,
    };
    stated(kind, name)
}

fn find(object: &Object, blank: &Media, input: &Input<'_>) -> Vec<Media> {
    let mut all = Vec::new();
    if object.id.is_empty() {
        return all;
    }
    // Both are read, so that the description counts as used as well.
    let told = described(object, input);
    let endings: Vec<&str> =
        [&blank.name, &told].iter().filter_map(|name| Some(name.rsplit_once('.')?.1)).collect();
    for ending in endings.iter().chain(ENDINGS) {
        for size in 0..=SIZES {
            let size = if size == 0 { String::new() } else { format!(".{size}") };
            let path = format!("media/{}{size}.{ending}", object.id);
            let mut media = Media::new(blank.name.clone(), typed(blank, ending));
            // A description is no size of the file that it describes.
            if !path.ends_with(&format!("{}.json", object.id)) && input.attach(&mut media, &path) {
                all.push(media);
            }
        }
        if !all.is_empty() {
            break;
        }
    }
    all
}

/// The media type, from the ending of the file itself where its name does not tell.
fn typed(blank: &Media, ending: &str) -> String {
    match blank.media_type == "application/octet-stream" {
        true => stated(None, &format!("x.{ending}")),
        false => blank.media_type.clone(),
    }
}
