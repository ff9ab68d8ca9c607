//! Microsoft Teams, and Skype whose export has the same form: personal exports, and messages of the Graph API.

mod activity;
mod cards;
mod content;
mod detail;
mod facts;
mod files;
mod graph;
mod members;
mod people;
mod personal;
mod stored;

use std::io::Read;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
    json::Shape,
};

/// Exports of Teams and Skype.
pub(crate) struct Teams;

const PERSONAL: &str = "teams-personal";
const GRAPH: &str = "teams-graph";
/// How much of a file is looked at to tell its form.
const LOOK_BYTES: u64 = 1 << 16;

const FORMATS: &[Format] = &[
    Format {
        platform: "Microsoft Teams (free) and Skype",
        form: "Export of one's own data: messages.json, with the folder media beside it",
        format: PERSONAL,
        kept: "time, sender, members, conversation, text as read, quotations, reactions, that a message was edited or \
               deleted, notices, calls with people and duration, contacts, places, files and pictures",
        lost: "previous texts and the texts of deleted messages, which the export does not have; bold, italics and \
               other looks; the words that tell old programs how to open a file; the archive must be unpacked if it is \
               a tar",
    },
    Format {
        platform: "Microsoft Teams",
        form: "Messages of the Graph API as programs save them: a list, or an object with value or messages",
        format: GRAPH,
        kept: "time, sender, members and name where the file has them, text as read, replies, quotations, reactions, \
               mentions, edits, deletions, notices, words of cards, files that lie beside it",
        lost: "files that are only linked to; looks of text and cards; Purview's exports of Teams are read where they \
               are RSMF or mail (see there); its transcripts in HTML are not read",
    },
];

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Personal,
    Graph,
}

impl Form {
    fn of(shape: &Shape) -> Option<Form> {
        if shape.has_all(&["userId", "exportDate"]) && shape.has("conversations") {
            return Some(Form::Personal);
        }
        if shape.has("conversations[].MessageList[].messagetype") {
            return Some(Form::Personal);
        }
        let graph = ["[]", "value[]", "messages[]"].iter().any(|list| {
            let has = |key: &str| shape.has(&format!("{list}.{key}"));
            has("createdDateTime") && (has("body.contentType") || has("messageType") || has("eventDetail"))
        });
        graph.then_some(Form::Graph)
    }
}

impl Importer for Teams {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match head.json().and_then(Form::of) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut start = Vec::new();
        input.file().text()?.take(LOOK_BYTES).read_to_end(&mut start)?;
        let form = Shape::of(&String::from_utf8_lossy(&start)).as_ref().and_then(Form::of);
        match form {
            Some(Form::Personal) => {
                sink.facts.format = PERSONAL;
                personal::read(input, sink)
            }
            Some(Form::Graph) | None => {
                sink.facts.format = GRAPH;
                graph::read(input, sink)
            }
        }
    }
}
