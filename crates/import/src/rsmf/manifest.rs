//! The people and the conversations of a manifest.

use std::collections::{BTreeSet, HashMap};

use blackbox_format::message::{MAX_NAMES, Names};
use serde_json::{Map, Value};

use crate::media::slug;

/// What a manifest says before its events.
#[derive(Default)]
pub(super) struct Manifest {
    people: HashMap<String, Person>,
    conversations: HashMap<String, Conversation>,
    pictures: BTreeSet<String>,
    /// What several files of one conversation have in common.
    pub(super) collection: Option<String>,
}

#[derive(Default)]
struct Person {
    names: Vec<String>,
}

/// A conversation.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) name: Option<String>,
    pub(super) platform: Option<String>,
    pub(super) members: Vec<String>,
    /// What else it states, by name.
    pub(super) facts: Vec<(String, String)>,
}

/// The most people, conversations and pictures that are remembered.
const MAX_KNOWN: usize = 1_000_000;

impl Manifest {
    /// Takes one element of a list of the manifest.
    pub(super) fn add(&mut self, path: &str, value: Value) {
        match (path, value) {
            ("participants[]", Value::Object(object)) if self.people.len() < MAX_KNOWN => {
                self.add_person(object)
            }
            ("conversations[]", Value::Object(object)) if self.conversations.len() < MAX_KNOWN => {
                self.add_conversation(object);
            }
            ("eventcollectionid", value) => self.collection = text(&value),
            _ => {}
        }
    }

    fn add_person(&mut self, mut object: Map<String, Value>) {
        self.picture(object.remove("avatar"));
        // A person without an id is the only one that events without a participant can mean: nobody knows which.
        let Some(id) = taken(&mut object, "id") else { return };
        let mut names: Vec<String> =
            ["display", "email", "account_id"].iter().filter_map(|key| taken(&mut object, key)).collect();
        names.extend(
            custom(object.remove("custom")).into_iter().map(|(_, value)| value).filter(|value| finds(value)),
        );
        let mut seen = BTreeSet::new();
        names.retain(|name| !name.trim().is_empty() && seen.insert(name.clone()));
        self.people.insert(id, Person { names });
    }

    fn add_conversation(&mut self, mut object: Map<String, Value>) {
        self.picture(object.remove("icon"));
        let Some(id) = taken(&mut object, "id") else { return };
        let kind = taken(&mut object, "type");
        let display = taken(&mut object, "display").filter(|name| !name.trim().is_empty());
        let platform = taken(&mut object, "platform").and_then(|name| slug(&name)).map(alias);
        let members = match object.remove("participants") {
            Some(Value::Array(ids)) => ids.iter().filter_map(text).collect(),
            _ => Vec::new(),
        };
        let mut facts = vec![("conversation".to_owned(), id.clone())];
        facts.extend(kind.clone().map(|kind| ("conversation-type".to_owned(), kind)));
        facts.extend(taken(&mut object, "custodian").map(|custodian| ("custodian".to_owned(), custodian)));
        facts.extend(
            custom(object.remove("custom"))
                .into_iter()
                .map(|(name, value)| (format!("conversation:{name}"), value)),
        );
        facts.extend(
            object.into_iter().map(|(key, value)| (format!("conversation:{key}"), value.to_string())),
        );
        let name = display.or_else(|| (kind.as_deref() != Some("direct")).then(|| id.clone()));
        self.conversations.insert(id, Conversation { name, platform, members, facts });
    }

    fn picture(&mut self, value: Option<Value>) {
        if let Some(name) = value.as_ref().and_then(text).filter(|_| self.pictures.len() < MAX_KNOWN) {
            self.pictures.insert(name);
        }
    }

    /// The files that show people and conversations.
    pub(super) fn pictures(&self) -> &BTreeSet<String> {
        &self.pictures
    }

    pub(super) fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.get(id)
    }

    /// The name of the person with an id: the one that is displayed, else the address, else the id itself.
    pub(super) fn name(&self, id: &str) -> String {
        self.people
            .get(id)
            .and_then(|person| person.names.first())
            .map_or_else(|| id.to_owned(), Clone::clone)
    }

    /// The person's other names, if there are any.
    pub(super) fn names(&self, id: &str) -> Option<Names> {
        let (written, also) = self.people.get(id)?.names.split_first()?;
        let also: Vec<String> = also.iter().take(MAX_NAMES).cloned().collect();
        (!also.is_empty()).then(|| Names { written: written.clone(), also })
    }
}

/// The slug by which other exports of a platform are called.
fn alias(platform: String) -> String {
    match &platform[..] {
        "microsoft-teams" | "ms-teams" | "msteams" => "teams".into(),
        "facebook-messenger" | "facebook" | "fb-messenger" => "messenger".into(),
        "twitter" | "twitter-dm" | "x-dm" => "x".into(),
        "mms" | "text" | "text-message" | "text-messages" | "sms-mms" => "sms".into(),
        "hangouts" | "google-hangouts" | "googlechat" => "google-chat".into(),
        _ => platform,
    }
}

/// Whether a property of a person is something to find them by: a number or an address.
fn finds(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() <= 100 && (value.contains('@') || (digits >= 5 && !value.chars().any(char::is_alphabetic)))
}

/// A value that is a text, or a number or a truth as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Takes a text out of an object; what is there and is no text stays.
pub(super) fn taken(object: &mut Map<String, Value>, key: &str) -> Option<String> {
    let found = text(object.get(key)?);
    if found.is_some() || object.get(key) == Some(&Value::Null) {
        object.remove(key);
    }
    found
}

/// Properties that are pairs of a name and a value.
pub(super) fn custom(value: Option<Value>) -> Vec<(String, String)> {
    let Some(Value::Array(list)) = value else { return Vec::new() };
    let pair = |one: &Value| {
        let value = one.get("value")?;
        Some((text(one.get("name")?)?, text(value).unwrap_or_else(|| value.to_string())))
    };
    list.iter().filter_map(pair).collect()
}
