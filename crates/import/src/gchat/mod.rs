//! Google Chat, as Google Takeout gives it: a folder for each conversation with `messages.json`, `group_info.json`
//! and the files that were sent.

mod annotations;
mod date;
mod disk;
mod item;

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    fields::Fields,
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, Importer, Input, Sink},
    json::{Take, stream},
    people::Person,
};

use disk::Disk;

/// A conversation of Google Chat.
pub(crate) struct Chat;

const FORMAT: &str = "google-chat-takeout";

const FORMATS: &[Format] = &[Format {
    platform: "Google Chat",
    form: "Google Takeout: messages.json with group_info.json and files, a folder for each direct message or space",
    format: FORMAT,
    kept: "time, sender with address, members, name of the space, text, attached files, topic, quoted message, \
           reactions, edits with earlier texts, deletions, links, videos, Drive files, calls, tasks, calendar events; \
           every key that is not known as an annotation",
    lost: "formatting of text, preview pictures of links, where in the text a link stands, user_info.json; Takeout \
           has no joins and leaves",
}];

impl Importer for Chat {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let Some(shape) = head.json() else { return Confidence::No };
        let told = ["messages[].topic_id", "messages[].message_id", "messages[].created_date"];
        let bare =
            || head.text().chars().filter(|letter| !letter.is_whitespace()).take(16).collect::<String>();
        match shape.has("messages[].creator") && told.iter().any(|path| shape.has(path)) {
            true => Confidence::Certain,
            // A conversation in which nobody wrote has nothing else to be told by.
            false if head.name() == "messages.json" && bare() == "{\"messages\":[]}" => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = FORMAT;
        let mut chat = Conversation::new(input);
        let mut number = 0;
        stream(input.file().text()?, &part, &mut |path, value| {
            number += 1;
            match path {
                "messages[]" => chat.take(At::Item(number), value, sink),
                _ => {
                    sink.stray(At::Item(number), "\"messages\" is not a list of an object");
                    Ok(())
                }
            }
        })
    }
}

fn part(path: &str) -> Take {
    match path {
        "" | "messages" => Take::Enter,
        "messages[]" => Take::Whole,
        _ => Take::Skip,
    }
}

/// What is known of the conversation around its messages.
struct Conversation<'i, 'f> {
    input: &'i Input<'f>,
    name: Option<String>,
    members: Vec<Person>,
    /// Their places in the list, by each of their names.
    places: HashMap<String, usize>,
    disk: Disk,
}

impl<'i, 'f> Conversation<'i, 'f> {
    fn new(input: &'i Input<'f>) -> Conversation<'i, 'f> {
        let info = input.beside("group_info.json");
        let info = info.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut info = info.and_then(Fields::of).unwrap_or_default();
        let members = info.list("members").into_iter().filter_map(Fields::of);
        let members = members.map(|mut member| person(&mut member)).filter(|one| !one.written.is_empty());
        let members: Vec<Person> = members.collect();
        let mut places = HashMap::new();
        for (place, member) in members.iter().enumerate() {
            for name in member.also.iter().chain([&member.written]) {
                places.entry(name.clone()).or_insert(place);
            }
        }
        Conversation { input, name: info.name("name"), members, places, disk: Disk::new(input.names()) }
    }

    /// The sender as the list of members has them, if it does: it can know an address or a name more.
    fn member(&self, person: Person) -> Person {
        let place = person.also.iter().chain([&person.written]).find_map(|name| self.places.get(name));
        match place.and_then(|place| self.members.get(*place)) {
            Some(known) => Person::of(
                [person.written, known.written.clone()]
                    .into_iter()
                    .chain(person.also)
                    .chain(known.also.clone())
                    .map(Some),
            ),
            None => person,
        }
    }

    fn others(&self, person: &Person) -> impl Iterator<Item = &Person> {
        self.members.iter().filter(|member| !member.is(person))
    }
}

fn person(fields: &mut Fields) -> Person {
    Person::of([fields.text("name"), fields.text("email")])
}

/// A text that says who it was: the name, else the address.
fn who(value: Option<Fields>) -> String {
    value.map(|mut fields| person(&mut fields).written).unwrap_or_default()
}

impl Conversation<'_, '_> {
    fn take(&mut self, at: At, value: Value, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.saw();
        match Fields::of(value) {
            Some(fields) => item::read(self, at, fields, sink),
            None => {
                sink.skip(at, "the message is not an object");
                Ok(())
            }
        }
    }
}
