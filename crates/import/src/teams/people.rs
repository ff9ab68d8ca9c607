//! The people and conversations of a personal export, gathered before its messages are read.

use std::collections::{BTreeSet, HashMap};

use blackbox_format::message::Names;
use serde_json::Value;

use super::facts::{text, unfolded};
use crate::{
    importer::{Fault, File},
    json::{Take, stream},
};

/// Marks of ids that only Teams has.
const OF_TEAMS: &[&str] =
    &["8:orgid:", "8:teamsvisitor:", "@thread.v2", "@thread.tacv2", "@unq.gbl.spaces", "19:meeting_"];
/// Marks of ids that Skype has.
const OF_SKYPE: &[&str] = &["live:", "@thread.skype", "@p2p.thread.skype", "@encrypted.skype"];

/// What a file says of people and conversations.
#[derive(Default)]
pub(super) struct People {
    /// Id of the person whose export it is.
    pub(super) owner: String,
    names: HashMap<String, String>,
    threads: HashMap<String, Thread>,
    of_teams: bool,
    of_skype: bool,
    /// Who wrote in a conversation.
    senders: HashMap<String, BTreeSet<String>>,
}

#[derive(Default)]
struct Thread {
    title: String,
    members: Vec<String>,
}

/// A conversation while it is being read.
#[derive(Default)]
struct Open {
    id: Option<String>,
    name: Option<String>,
    properties: Option<Value>,
}

/// The most senders that are gathered of a conversation whose members the export does not list.
const MAX_SENDERS: usize = 64;

impl People {
    /// Gathers them, as far as the file can be read.
    pub(super) fn of(file: File<'_>) -> Result<People, Fault> {
        let mut people = People::default();
        let mut open = Open::default();
        let choose = |path: &str| match path {
            "" | "conversations" | "conversations[]" | "conversations[].MessageList" => Take::Enter,
            "userId" | "conversations[].MessageList[]" => Take::Whole,
            "conversations[].id" | "conversations[].displayName" | "conversations[].threadProperties" => {
                Take::Whole
            }
            _ => Take::Skip,
        };
        let gathered = stream(file.text()?, &choose, &mut |path, value| {
            people.take(path, &value, &mut open);
            Ok(())
        });
        // Damage is reported when the messages are read.
        let _ = gathered;
        people.close(&mut open);
        Ok(people)
    }

    fn take(&mut self, path: &str, value: &Value, open: &mut Open) {
        let word = value.as_str().unwrap_or_default();
        match path.strip_prefix("conversations[].") {
            None if path == "userId" => self.owner = bare(word).to_owned(),
            Some("id") => {
                self.begin(open, |open| open.id.is_some());
                self.mark(word);
                open.id = Some(word.to_owned());
            }
            Some("displayName") => {
                self.begin(open, |open| open.name.is_some());
                open.name = Some(word.to_owned());
            }
            Some("threadProperties") => {
                self.begin(open, |open| open.properties.is_some());
                open.properties = Some(value.clone());
            }
            Some("MessageList[]") => self.sent(value),
            _ => {}
        }
    }

    /// Takes down who sent a message.
    fn sent(&mut self, message: &Value) {
        let Some(from) = text(&message["from"]) else { return };
        self.mark(from);
        let sender = bare(from);
        if let Some(name) = text(&message["displayName"])
            && !self.names.contains_key(sender)
        {
            self.names.insert(sender.to_owned(), name.to_owned());
        }
        let thread = message["conversationid"].as_str().unwrap_or_default();
        let Some(senders) = self.senders.get_mut(thread) else {
            self.senders.insert(thread.to_owned(), BTreeSet::from([sender.to_owned()]));
            return;
        };
        if senders.len() < MAX_SENDERS && !senders.contains(sender) {
            senders.insert(sender.to_owned());
        }
    }

    /// Begins another conversation where the open one has what comes next already: keys come in any order.
    fn begin(&mut self, open: &mut Open, has: impl Fn(&Open) -> bool) {
        if has(open) {
            self.close(open);
        }
    }

    fn close(&mut self, open: &mut Open) {
        let Open { id, name, properties } = std::mem::take(open);
        let (id, properties) = (id.unwrap_or_default(), properties.unwrap_or_default());
        let name = name.filter(|name| !name.is_empty());
        if id.is_empty() {
            return;
        }
        if let Some(name) = name.clone().filter(|_| !id.starts_with("19:")) {
            self.names.insert(bare(&id).to_owned(), name);
        }
        let members = unfolded(&properties["members"]);
        let members = members.as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut thread = Thread::default();
        for member in members {
            self.mark(member);
            thread.members.push(bare(member).to_owned());
        }
        thread.title = name.or(text(&properties["topic"]).map(str::to_owned)).unwrap_or_default();
        self.threads.insert(id, thread);
    }

    fn mark(&mut self, id: &str) {
        self.of_teams |= OF_TEAMS.iter().any(|mark| id.contains(mark));
        self.of_skype |= OF_SKYPE.iter().any(|mark| id.contains(mark));
    }

    /// Whose messages they are: those of Teams, unless all ids are Skype's.
    pub(super) fn platform(&self) -> &'static str {
        if self.of_skype && !self.of_teams { "skype" } else { "teams" }
    }

    /// The name that the export shows for an id; the id itself where it shows none.
    pub(super) fn name(&self, id: &str) -> String {
        let id = bare(id);
        self.names.get(id).map_or_else(|| id.to_owned(), String::clone)
    }

    /// Takes `name` for the owner's, if the export has none.
    pub(super) fn name_owner(&mut self, name: &str) {
        self.names.entry(self.owner.clone()).or_insert_with(|| name.to_owned());
    }

    /// What somebody is found by besides the name that is shown.
    pub(super) fn names_of(&self, id: &str) -> Option<Names> {
        let written = self.name(id);
        let id = bare(id);
        let mut also = vec![id.to_owned()];
        also.extend(["live:", "orgid:"].iter().filter_map(|kind| id.strip_prefix(kind)).map(str::to_owned));
        also.retain(|name| !name.is_empty() && *name != written);
        (!also.is_empty()).then_some(Names { written, also })
    }

    /// What a conversation is called.
    pub(super) fn chat(&self, thread: &str) -> Option<String> {
        let title =
            self.threads.get(thread).map(|thread| thread.title.clone()).filter(|title| !title.is_empty());
        title.or_else(|| (!thread.starts_with("19:") && !thread.is_empty()).then(|| self.name(thread)))
    }

    /// Ids of the people of a conversation: those whom it lists, or else who wrote in it.
    pub(super) fn members(&self, thread: &str) -> Vec<String> {
        let listed = self.threads.get(thread).map(|thread| &thread.members[..]).unwrap_or_default();
        if !listed.is_empty() {
            return listed.to_vec();
        }
        if !thread.starts_with("19:") {
            return vec![bare(thread).to_owned(), self.owner.clone()];
        }
        let senders = self.senders.get(thread).into_iter().flatten();
        senders.filter(|id| !id.starts_with("19:")).cloned().collect()
    }
}

/// An id without the number that says of what network it is.
pub(super) fn bare(id: &str) -> &str {
    let id = id.rsplit_once("/contacts/").map_or(id, |(_, id)| id);
    id.strip_prefix("8:").unwrap_or(id)
}
