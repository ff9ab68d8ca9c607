//! Slack: the export of a workspace, and the dumps that slackdump makes of single conversations.

mod blocks;
mod body;
mod cards;
mod events;
mod facts;
mod files;
mod lists;
mod markup;
mod people;
mod record;
mod rooms;
mod stamp;

use std::{io::Read, rc::Rc};

use serde_json::Value;

use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, File, Importer, Input, Sink, Unit},
    json::{Shape, Take, stream},
};
use people::People;
use record::Reader;
use rooms::{Room, Rooms};

/// Exports of Slack.
pub(crate) struct Slack;

const EXPORT: &str = "slack-export";
const DUMP: &str = "slack-dump";
/// How much of a file is looked at to tell its form.
const LOOK_BYTES: u64 = 1 << 16;

const FORMATS: &[Format] = &[
    Format {
        platform: "Slack",
        form: "Export of a workspace: a zip or folder with a folder for each channel and a JSON file for each day",
        format: EXPORT,
        kept: "time, sender and members by name with all other names, channel, text as read and its markup, threads, \
               reactions, edits, deletions, events, shared messages as quotations, text of cards and blocks, files \
               that a tool has saved beside it",
        lost: "the files themselves, which Slack's own export only links to; who reacted beyond those listed; previous \
               texts, unless the export of the plan has them; colours, icons, pictures and menus of cards and blocks; \
               integration_logs.json and canvases.json, which hold no messages",
    },
    Format {
        platform: "Slack",
        form: "slackdump: one JSON file a conversation, or one message",
        format: DUMP,
        kept: "as with an export of a workspace; replies follow the message that began their thread",
        lost: "names, where no users.json lies beside it: people then go by their ids; colours, icons, pictures and \
               menus of cards and blocks",
    },
];

/// The people and conversations of an export.
#[derive(Default)]
struct Workspace {
    people: People,
    rooms: Rooms,
    /// Names of the lists that could not be read to their end.
    damaged: Vec<&'static str>,
}

impl Workspace {
    fn of(input: &Input<'_>) -> Workspace {
        let mut damaged = Vec::new();
        let (people, rooms) = (People::of(input, &mut damaged), Rooms::of(input, &mut damaged));
        Workspace { people, rooms, damaged }
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A list of messages.
    Day,
    /// An object with a conversation's id, its name and the list of its messages.
    Dump,
    /// A single message.
    One,
}

impl Form {
    fn of(shape: &Shape) -> Option<Form> {
        let message = |prefix: &str| {
            let has = |key: &str| shape.has(&format!("{prefix}{key}"));
            has("ts") && has("type") && ["text", "user", "bot_id", "subtype", "username"].into_iter().any(has)
        };
        let named = shape.has("name") || shape.has("channel_id");
        if message("[].") {
            Some(Form::Day)
        } else if named && (message("messages[].") || (shape.has_all(&["name", "channel_id", "messages"]))) {
            Some(Form::Dump)
        } else {
            (message("") && !shape.has("messages")).then_some(Form::One)
        }
    }
}

impl Importer for Slack {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match head.json().and_then(Form::of) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Folder
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = EXPORT;
        let make = || Workspace::of(input);
        let own = input.names().iter().any(|name| lists::NAMES.contains(&&name[..]));
        let workspace = if own { Rc::new(make()) } else { input.around(make) };
        for name in &workspace.damaged {
            sink.reject(format!(
                "\"{name}\" is damaged and was read as far as it goes: names may be missing"
            ));
        }
        for file in input.files() {
            sink.enter(file);
            let read = read_file(file, &workspace, input, sink);
            sink.survive(read)?;
        }
        Ok(())
    }
}

fn read_file(
    file: File<'_>,
    workspace: &Workspace,
    input: &Input<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Fault> {
    let mut start = Vec::new();
    file.text()?.take(LOOK_BYTES).read_to_end(&mut start)?;
    let form = Shape::of(&String::from_utf8_lossy(&start)).as_ref().and_then(Form::of);
    let (room, folder) = match form {
        Some(Form::Day) => day_room(file, workspace, input),
        Some(Form::Dump) => dump_room(file, workspace)?,
        Some(Form::One) | None => (Room::default(), String::new()),
    };
    if form != Some(Form::Day) {
        sink.facts.format = DUMP;
    }
    let reader = Reader { input, workspace, room, folder };
    let choose = move |path: &str| match (form, path) {
        (Some(Form::One), "") | (_, "[]" | "messages[]") => Take::Whole,
        (_, "" | "messages") => Take::Enter,
        _ => Take::Skip,
    };
    let mut number = 0;
    stream(file.text()?, &choose, &mut |_, value| each(value, &reader, &mut number, sink))
}

/// Reads an item, and then the replies in it.
fn each(item: Value, reader: &Reader<'_, '_>, number: &mut u64, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut waiting = vec![item];
    while let Some(mut item) = waiting.pop() {
        *number += 1;
        sink.saw();
        let first = waiting.len();
        for key in ["slackdump_thread_replies", "thread"] {
            if let Some(Value::Array(replies)) = item.get_mut(key).map(Value::take) {
                waiting.extend(replies);
            }
        }
        waiting[first..].reverse();
        reader.item(item, At::Item(*number), sink)?;
    }
    Ok(())
}

/// The conversation of a file of messages: its folder's, but its own where it is not called after a day.
fn day_room(file: File<'_>, workspace: &Workspace, input: &Input<'_>) -> (Room, String) {
    let stem = file.name().split('.').next().unwrap_or_default();
    let is_day = stem.len() == 10 && stem.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let title = match input.titles().get(1) {
        Some(folder) if is_day => folder.strip_suffix(".zip").unwrap_or(folder),
        _ => stem,
    };
    (workspace.rooms.find("", title), title.to_owned())
}

/// The conversation that a dump names. Its name may come after its messages: then the file is read twice.
fn dump_room(file: File<'_>, workspace: &Workspace) -> Result<(Room, String), Fault> {
    let (mut id, mut name) = (None, None);
    let choose = |path: &str| match path {
        "" => Take::Enter,
        "name" | "channel_id" => Take::Whole,
        _ => Take::Skip,
    };
    let read = stream(file.text()?, &choose, &mut |path, value| {
        let value = value.as_str().unwrap_or_default().to_owned();
        *(if path == "name" { &mut name } else { &mut id }) = Some(value);
        if id.is_some() && name.is_some() { Err(Fault::Stopped) } else { Ok(()) }
    });
    // A file that is damaged is read as far as it goes, and the damage reported, with its messages.
    let _ = read;
    let (id, name) = (id.unwrap_or_default(), name.unwrap_or_default());
    let room = workspace.rooms.find(&id, &name);
    Ok((room, if id.is_empty() { name } else { id }))
}
