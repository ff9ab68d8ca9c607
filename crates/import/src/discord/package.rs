//! The data package that Discord gives to an account: for each channel what the account wrote in it. Its times are
//! UTC and do not say so.

use blackbox_format::message::{Incoming, Media, Message, annotation};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::{
    fields::{Fields, note, refuse},
    importer::{At, Fault, Input, Sink},
    json::{Take, stream},
    media::{file_name, type_of},
    people::{Person, address},
    time::rfc3339,
};

use super::{PACKAGE, PLATFORM, csv::Records};

/// The owner, where neither the package nor the importer is told who that is.
const OWN: &str = "Me";
/// What a channel of two is called in the list of channels, before the name of the other.
const DIRECT: &str = "Direct Message with ";

/// Reads `messages.json`.
pub(super) fn read_json(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let channel = Channel::new(input, sink);
    let mut number = 0;
    let part = |path: &str| if path.is_empty() { Take::Enter } else { Take::Whole };
    stream(input.file().text()?, &part, &mut |_, value| {
        number += 1;
        sink.saw();
        match Fields::of(value) {
            Some(fields) => channel.item(Row { at: At::Item(number), fields, damaged: false }, sink),
            None => {
                sink.skip(At::Item(number), "the message is not an object");
                Ok(())
            }
        }
    })
}

/// Reads `messages.csv`.
pub(super) fn read_csv(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let channel = Channel::new(input, sink);
    let mut records = Records::new(input.file().text()?);
    let mut number = 0;
    while let Some(record) = records.next()? {
        number += 1;
        sink.saw();
        let columns = ["ID", "Timestamp", "Contents", "Attachments"];
        let mut map: Map<String, Value> = Map::new();
        for (place, text) in record.fields.iter().enumerate() {
            let column =
                columns.get(place).map_or_else(|| format!("column {}", place + 1), ToString::to_string);
            map.insert(column, text.into());
        }
        let fields = Fields::of(Value::Object(map)).unwrap_or_default();
        let row = Row { at: At::Item(number), fields, damaged: record.damaged };
        channel.item(row, sink)?;
    }
    Ok(())
}

/// A message as the package has it.
struct Row {
    at: At,
    fields: Fields,
    /// Whether some of its bytes were not UTF-8.
    damaged: bool,
}

struct Channel {
    id: Option<String>,
    title: Option<String>,
    owner: Person,
    others: Vec<Person>,
}

impl Channel {
    fn new(input: &Input<'_>, sink: &mut Sink<'_>) -> Channel {
        sink.facts.format = PACKAGE;
        let object = |path: &str| {
            let bytes = input.beside(path)?;
            Fields::of(serde_json::from_slice(&bytes).ok()?)
        };
        let mut about = object("channel.json").unwrap_or_default();
        let id = about.id("id");
        let label = id.as_ref().and_then(|id| object("../index.json")?.name(id));
        let server = about.object("guild").and_then(|mut guild| guild.name("name"));
        let name = about.name("name").map(|name| match server {
            Some(server) => format!("{server} / {name}"),
            None => name,
        });
        let owner = owner(input);
        let ids = about.list("recipients");
        let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
        let other = label.as_deref().and_then(|label| label.strip_prefix(DIRECT));
        let others = others(&ids, other, &owner);
        let direct = other.is_some() || matches!(about.peek("type"), Some("DM"));
        let title = name.or(label).or_else(|| id.clone()).filter(|_| !direct);
        Channel { id, title, owner, others }
    }

    fn item(&self, row: Row, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let Row { at, mut fields, damaged } = row;
        let urls = fields.text("Attachments").unwrap_or_default();
        let urls: Vec<&str> = urls.split_whitespace().collect();
        let written_time = fields.text("Timestamp").unwrap_or_default();
        let Some(moment) = rfc3339(&written_time, &TimeZone::UTC) else {
            refuse(sink, at, urls.len(), "the message has no time that can be read");
            return Ok(());
        };
        let mut message = Message {
            time: moment.millis,
            written_time,
            chat: self.title.clone(),
            text: fields.text("Contents").unwrap_or_default(),
            platform: PLATFORM.into(),
            source_id: fields.id("ID"),
            ..Message::default()
        };
        address(&mut message, &self.owner, &self.others);
        if let Some(id) = &self.id {
            note(&mut message, "channel", id);
        }
        if damaged {
            note(&mut message, annotation::ENCODING, "not UTF-8, replaced by U+FFFD");
        }
        sink.saw_attachments(urls.len());
        let mut media = Vec::with_capacity(urls.len());
        for url in urls {
            let name = file_name(url.split(['?', '#']).next().unwrap_or_default());
            media.push(Media::new(name, type_of(name)));
            note(&mut message, "media-url", url);
        }
        fields.keep("", &mut message, sink);
        sink.record(at, Incoming { message, media })
    }
}

/// The other people: by name where the list of channels has it, else by number.
fn others(ids: &[&str], other: Option<&str>, owner: &Person) -> Vec<Person> {
    let is_owner = |id: &str| owner.written == id || owner.also.iter().any(|name| name == id);
    let mut ids = ids.iter().filter(|id| !is_owner(id)).map(|id| (*id).to_owned());
    let name = other.map(|name| name.strip_suffix("#0").unwrap_or(name).to_owned());
    match name {
        // Who the owner is may not be known: then either number could be the other's.
        Some(name) if ids.clone().count() == 1 => vec![Person::of([Some(name), ids.next()])],
        Some(name) => vec![Person::of([Some(name)])],
        None => ids.map(|id| Person::of([Some(id)])).collect(),
    }
}

/// Whose package it is.
fn owner(input: &Input<'_>) -> Person {
    let user =
        ["account", "Account"].iter().find_map(|folder| input.beside(&format!("../../{folder}/user.json")));
    let mut user = user.map(|bytes| account(&bytes)).unwrap_or_default();
    let (shown, name) = (user.text("global_name"), user.text("username"));
    let names = [shown, name, user.id("id"), user.text("email")];
    let person = Person::of(names);
    match person.written.is_empty() {
        false => person,
        true => Person::of([Some(input.options.owner.clone().unwrap_or_else(|| OWN.to_owned()))]),
    }
}

/// What the account says of its owner; it can have much else.
fn account(bytes: &[u8]) -> Fields {
    let mut account = Map::new();
    let part = |path: &str| match path {
        "" => Take::Enter,
        "global_name" | "username" | "id" | "email" => Take::Whole,
        _ => Take::Skip,
    };
    let _ = stream(bytes, &part, &mut |path, value| {
        account.insert(path.to_owned(), value);
        Ok(())
    });
    Fields::of(Value::Object(account)).unwrap_or_default()
}
