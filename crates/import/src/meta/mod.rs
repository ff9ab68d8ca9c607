//! What Facebook and Instagram share: "Download your information" as JSON, a folder for each thread with
//! `message_1.json`, `message_2.json` and so on, each of which says who takes part and what the thread is called.

mod item;
mod mojibake;
mod notice;
pub(crate) mod platform;

use std::io::Read;

use serde_json::Value;

use crate::{
    fields::Fields,
    head::Head,
    importer::{At, Fault, File, Input, Sink},
    json::{Take, stream},
    people::Person,
};

pub(crate) use item::reactions;
use platform::Platform;

/// How much of each file is looked at to tell the platform.
const BEGINNING_BYTES: u64 = 1 << 16;

/// Whether a file is of the form.
pub(crate) fn is_thread(head: &Head) -> bool {
    let Some(shape) = head.json() else { return false };
    let is_dated = ["messages[].timestamp_ms", "messages[].timestamp"].iter().any(|path| shape.has(path));
    (shape.has("messages[].sender_name") && is_dated)
        || shape.has_all(&["participants", "messages", "title", "thread_path"])
}

/// Reads a file of another form that can lie among threads; says whether it is of that form.
pub(crate) type Other<'a> = &'a dyn Fn(&Input<'_>, File<'_>, &mut Sink<'_>) -> Result<bool, Fault>;

/// Reads the threads of a folder, from the file whose number is the smallest: each as it is written, latest first.
pub(crate) fn read(input: &Input<'_>, sink: &mut Sink<'_>, other: Other<'_>) -> Result<(), Fault> {
    let platform = platform_of(input);
    sink.facts.format = platform.format();
    for file in in_order(input) {
        sink.enter(file);
        let read = match other(input, file, sink) {
            Ok(false) => one(input, file, platform, sink),
            read => read.map(|_| ()),
        };
        sink.survive(read)?;
    }
    Ok(())
}

fn one(input: &Input<'_>, file: File<'_>, platform: Platform, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let thread = Thread::of(input, file, platform);
    items(file, sink, &mut |at, fields, sink| item::read(&thread, at, fields, sink))
}

/// What is done with each message.
pub(crate) type Each<'a> = &'a mut dyn FnMut(At, Fields, &mut Sink<'_>) -> Result<(), Fault>;

/// Hands each object of the list of messages to `each`.
pub(crate) fn items(file: File<'_>, sink: &mut Sink<'_>, each: Each<'_>) -> Result<(), Fault> {
    let mut number = 0;
    let part = |path: &str| match path {
        "" | "messages" => Take::Enter,
        "messages[]" => Take::Whole,
        _ => Take::Skip,
    };
    stream(file.text()?, &part, &mut |path, value| {
        number += 1;
        sink.saw();
        match Fields::of(value) {
            Some(fields) if path == "messages[]" => return each(At::Item(number), fields, sink),
            _ if path == "messages[]" => sink.skip(At::Item(number), "the message is not an object"),
            _ => sink.skip(At::Item(number), "\"messages\" is not a list of an object"),
        }
        Ok(())
    })
}

/// Everything that a file says beside its messages. What cannot be read is reported when they are.
pub(crate) fn frame(file: File<'_>) -> Fields {
    let mut frame = serde_json::Map::new();
    let part = |path: &str| match path {
        "" => Take::Enter,
        "messages" => Take::Skip,
        _ => Take::Whole,
    };
    if let Ok(text) = file.text() {
        let _ = stream(text, &part, &mut |path, value| {
            frame.insert(path.to_owned(), value);
            Ok(())
        });
    }
    Fields::of(Value::Object(frame)).unwrap_or_default()
}

/// The files by their numbers: `message_2.json` comes before `message_10.json`.
pub(crate) fn in_order<'a>(input: &Input<'a>) -> Vec<File<'a>> {
    let mut files: Vec<File<'a>> = input.files().collect();
    files.sort_by_cached_key(|file| {
        let stem = file.name().rsplit_once('.').map_or(file.name(), |(stem, _)| stem);
        let digits = stem.len() - stem.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        let (text, number) = stem.split_at(stem.len() - digits);
        (text.to_owned(), number.trim_start_matches('0').len(), number.to_owned())
    });
    files
}

fn platform_of(input: &Input<'_>) -> Platform {
    let beginnings: Vec<String> = in_order(input).into_iter().filter_map(beginning).collect();
    platform::decide(beginnings.iter().map(String::as_str), input.file().source())
}

fn beginning(file: File<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    file.text().ok()?.take(BEGINNING_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is known of a thread around its messages.
struct Thread<'i, 'f> {
    input: &'i Input<'f>,
    platform: Platform,
    title: Option<String>,
    path: Option<String>,
    members: Vec<Person>,
}

impl<'i, 'f> Thread<'i, 'f> {
    fn of(input: &'i Input<'f>, file: File<'_>, platform: Platform) -> Thread<'i, 'f> {
        let mut frame = frame(file);
        let name = |text: String| mojibake::repaired(&text).unwrap_or(text);
        // Exports of early 2018 have the names alone.
        let member = |value: &Value| Some(value.get("name").unwrap_or(value).as_str()?.to_owned());
        let members = frame.list("participants");
        let members = members.iter().filter_map(member).filter(|name| !name.is_empty());
        let members = members.map(|text| Person::of([Some(name(text))])).collect();
        let title = frame.name("title").map(name);
        Thread { input, platform, title, path: frame.name("thread_path").map(name), members }
    }
}
