//! Direct messages of X, formerly Twitter, as its archive has them: `data/direct-messages.js` and
//! `data/direct-messages-group.js`, JSON behind `window.YTD.direct_messages.part0 = `, and further parts of them.

mod account;
mod group;
mod item;
mod script;

use std::cell::RefCell;

use serde_json::Value;

use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, Importer, Input, Sink},
    json::{Shape, Take, stream},
    people::Person,
};

use group::Groups;

/// Direct messages of X.
pub(crate) struct Direct;

const FORMAT: &str = "x-archive";
const PLATFORM: &str = "x";

const FORMATS: &[Format] = &[Format {
    platform: "X (Twitter)",
    form: "Archive of an account: data/direct-messages.js, data/direct-messages-group.js and their parts",
    format: FORMAT,
    kept: "time, sender and recipients by their numbers, names and address of the archive's owner, text, media, links \
           with what they stand for, reactions, edits, name and members of a group at that time; joins, leaves and \
           new names as events; every key that is not known as an annotation",
    lost: "how links are displayed; names of others than the owner, and messages that were deleted, are not in the \
           archive",
}];

impl Importer for Direct {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let text = head.text().trim_start();
        let (name, json) = match script::split(text) {
            Some((name, json)) => (Some(name), json),
            None => (None, text),
        };
        let is_list = |json: &str| {
            let shape = Shape::of(json);
            shape.is_some_and(|shape| shape.has("[].dmConversation.conversationId"))
        };
        let empty = || json.trim().strip_prefix('[').is_some_and(|rest| rest.trim() == "]");
        match name {
            Some(name) if script::is_messages(name) && (is_list(json) || empty()) => Confidence::Certain,
            None if is_list(json) => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = FORMAT;
        let owner = account::owner(input);
        let mut groups = Groups::default();
        // What cannot be read is reported by the second reading.
        let _ = walk(input, &mut |conversation, _, value| {
            groups.learn(conversation, &value);
            Ok(())
        });
        let archive = Archive { input, owner, groups };
        walk(input, &mut |conversation, at, value| archive.items(conversation, at, value, sink))
    }
}

/// What is known around the messages.
struct Archive<'i, 'f> {
    input: &'i Input<'f>,
    owner: Option<Person>,
    groups: Groups,
}

impl Archive<'_, '_> {
    /// A person by the number that the archive has for them.
    fn person(&self, id: &str) -> Person {
        match &self.owner {
            Some(owner) if owner.written == id => owner.clone(),
            _ => Person { written: id.to_owned(), also: Vec::new() },
        }
    }
}

/// Who takes the items of a conversation, each with its number in the file.
type Each<'a> = &'a mut dyn FnMut(&str, At, Value) -> Result<(), Fault>;

/// Hands on every item, with the id of its conversation.
fn walk(input: &Input<'_>, each: Each<'_>) -> Result<(), Fault> {
    let conversation = RefCell::new(String::new());
    let part = |path: &str| match path {
        "[].dmConversation" => {
            conversation.borrow_mut().clear();
            Take::Enter
        }
        "" | "[]" | "[].dmConversation.messages" => Take::Enter,
        "[].dmConversation.conversationId" | "[].dmConversation.messages[]" => Take::Whole,
        _ => Take::Skip,
    };
    let mut number = 0;
    stream(script::json(input.file().text()?)?, &part, &mut |path, value| {
        if path == "[].dmConversation.conversationId" {
            *conversation.borrow_mut() = value.as_str().unwrap_or_default().to_owned();
            return Ok(());
        }
        number += 1;
        let within = conversation.borrow().clone();
        each(&within, At::Item(number), value)
    })
}
