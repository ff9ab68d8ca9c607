//! Who takes part in a chat, and what else they are called.

use std::collections::HashMap;

use blackbox_format::message::{MAX_NAMES, Message, Names};
use serde_json::{Map, Value};

use super::{MAX_RECIPIENTS, text::field};

/// The most people of a list of contacts, and the most chats, that are remembered.
const MAX_CONTACTS: usize = 100_000;
pub(crate) const MAX_CHATS: usize = 100_000;

/// Somebody as messages write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// Such as `user123`.
    pub(crate) id: Option<String>,
}

/// A chat as a whole.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    pub(crate) name: Option<String>,
    /// Such as `personal_chat`.
    pub(crate) kind: Option<String>,
    pub(crate) id: Option<String>,
    /// Who writes in it, in order of appearance; at most one more than [`MAX_RECIPIENTS`].
    people: Vec<Person>,
}

/// The account's contacts and its owner.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Further names by id.
    contacts: HashMap<String, Vec<String>>,
    pub(crate) owner: Option<Person>,
}

/// An id with the word before it that messages write.
fn user_id(object: &Map<String, Value>) -> Option<String> {
    field(object, "user_id").map(|id| match id.starts_with("user") {
        true => id,
        false => format!("user{id}"),
    })
}

/// First and last name as Telegram shows them.
pub(crate) fn full_name(object: &Map<String, Value>) -> Option<String> {
    let parts = ["first_name", "last_name"].map(|key| field(object, key).unwrap_or_default());
    let name = parts.join(" ").trim().to_owned();
    (!name.is_empty()).then_some(name)
}

impl Directory {
    /// Takes down one of the contacts.
    pub(crate) fn contact(&mut self, value: &Value) {
        let Some(object) = value.as_object() else { return };
        let Some(id) = user_id(object).filter(|_| self.contacts.len() < MAX_CONTACTS) else { return };
        let names = [full_name(object), field(object, "phone_number"), field(object, "username")];
        let known = self.contacts.entry(id).or_default();
        known.extend(names.into_iter().flatten().take(MAX_NAMES.saturating_sub(known.len())));
    }

    /// Takes down whose account it is.
    pub(crate) fn personal(&mut self, value: &Value) {
        let Some(object) = value.as_object() else { return };
        self.contact(value);
        let Some(name) = full_name(object) else { return };
        // The name that was given counts, and may be the same.
        if self.owner.as_ref().is_none_or(|owner| owner.name == name) {
            self.owner = Some(Person { name, id: user_id(object) });
        }
    }

    /// What else a person is called.
    fn names(&self, person: &Person) -> Option<Names> {
        let id = person.id.as_ref()?;
        let mut also: Vec<String> = Vec::new();
        for name in self.contacts.get(id).into_iter().flatten().chain([id]) {
            if *name != person.name && !also.contains(name) && also.len() < MAX_NAMES {
                also.push(name.clone());
            }
        }
        (!also.is_empty()).then(|| Names { written: person.name.clone(), also })
    }
}

impl Chat {
    /// Takes down somebody who writes.
    pub(crate) fn add(&mut self, person: Person) {
        if self.people.len() <= MAX_RECIPIENTS && !person.name.is_empty() && !self.people.contains(&person) {
            self.people.push(person);
        }
    }

    /// Whether somebody of this name writes in it.
    pub(crate) fn is_with(&self, name: &str) -> bool {
        self.people.iter().any(|person| person.name == name)
    }

    /// Completes a chat between two: the other one may never have written, nor the owner.
    pub(crate) fn complete(&mut self, directory: &Directory) {
        if !matches!(self.kind.as_deref(), Some("personal_chat" | "bot_chat" | "private_chat")) {
            return;
        }
        let id = self.id.as_ref().map(|id| format!("user{id}"));
        let is_there =
            |person: &Person| id.is_some() && person.id == id || Some(&person.name) == self.name.as_ref();
        if let (Some(name), false) = (&self.name, self.people.iter().any(is_there)) {
            self.people.push(Person { name: name.clone(), id });
        }
        if let (Some(owner), 1) = (&directory.owner, self.people.len())
            && self.people[0] != *owner
        {
            self.people.push(owner.clone());
        }
    }

    /// Names the chat's other people as recipients of what `sender` wrote, with the further names of them all.
    pub(crate) fn address(&self, message: &mut Message, sender: &Person, directory: &Directory) {
        let few = self.people.len() <= MAX_RECIPIENTS;
        let others = || self.people.iter().filter(|person| few && *person != sender);
        message.to = others().map(|person| person.name.clone()).collect();
        let own = (!message.is_event()).then_some(sender);
        message.names =
            own.into_iter().chain(others()).filter_map(|person| directory.names(person)).collect();
    }

    /// Its name; what kind it is where it has none.
    pub(crate) fn title(&self) -> Option<String> {
        self.name.clone().or_else(|| self.kind.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(name: &str, id: &str) -> Person {
        Person { name: name.into(), id: Some(id.into()) }
    }

    #[test]
    fn in_a_chat_of_two_the_silent_one_is_the_recipient() {
        let mut directory = Directory::default();
        directory
            .personal(&json!({"user_id": 1, "first_name": "Ida", "last_name": "Berg", "username": "@ib"}));
        let mut chat = Chat {
            name: Some("Olaf".into()),
            kind: Some("personal_chat".into()),
            id: Some("2".into()),
            people: vec![person("Olaf Lund", "user2")],
        };
        chat.complete(&directory);
        let mut message = Message::default();
        chat.address(&mut message, &person("Olaf Lund", "user2"), &directory);
        assert_eq!(message.to, ["Ida Berg"]);
        assert_eq!(message.names[1].also, ["@ib", "user1"]);
        chat.people = vec![person("Ida Berg", "user1")];
        chat.complete(&directory);
        chat.address(&mut message, &person("Ida Berg", "user1"), &directory);
        assert_eq!(message.to, ["Olaf"]);
    }

    #[test]
    fn a_crowd_is_not_named() {
        let mut chat = Chat::default();
        let names: Vec<Person> = (0..100).map(|n| person(&format!("P{n}"), &format!("user{n}"))).collect();
        names[..32].iter().for_each(|one| chat.add(one.clone()));
        let mut message = Message::default();
        chat.address(&mut message, &names[0], &Directory::default());
        assert_eq!(message.to.len(), 31);
        names.iter().for_each(|one| chat.add(one.clone()));
        chat.address(&mut message, &names[0], &Directory::default());
        assert_eq!((message.to.len(), chat.people.len()), (0, 33));
    }
}
