//! Every conversation of the exports, with where each of its messages would go.

use std::collections::{BTreeMap, HashMap};

use blackbox_format::message::Message;
use blackbox_seal::survey::ChatKey;
use blackbox_sorting::Place;

use super::plan::Tally;

/// Most conversations that are listed one by one; the counts of compartments have all.
const LISTED: usize = 100_000;

/// Conversations, as they are met.
#[derive(Default)]
pub struct Listing {
    chats: HashMap<ChatKey, Chat>,
    /// What belongs to conversations beyond those that are listed.
    pub beyond: Tally,
}

/// A conversation.
#[derive(Default)]
pub struct Chat {
    /// Its people, if it has no name: as written, with another name where one is known.
    pub people: Vec<String>,
    /// What goes where, and by which rule.
    pub parts: BTreeMap<Place, Tally>,
}

impl Listing {
    /// Takes the next message or event.
    pub fn add(&mut self, message: &Message, place: Place) {
        let key = ChatKey::of(message);
        if self.chats.len() == LISTED && !self.chats.contains_key(&key) {
            return self.beyond.add(message);
        }
        let people = |key: &ChatKey| key.people.iter().map(|written| known(message, written)).collect();
        let chat = match self.chats.get_mut(&key) {
            Some(chat) => chat,
            None => {
                let chat = Chat { people: people(&key), ..Chat::default() };
                self.chats.entry(key).or_insert(chat)
            }
        };
        chat.parts.entry(place).or_default().add(message);
    }

    /// All of them, the largest first.
    pub fn into_sorted(self) -> (Vec<(ChatKey, Chat)>, Tally) {
        let mut chats: Vec<(ChatKey, Chat)> = self.chats.into_iter().collect();
        chats.sort_by_cached_key(|(key, chat)| (std::cmp::Reverse(chat.total().records()), key.clone()));
        (chats, self.beyond)
    }
}

impl Chat {
    /// All of it.
    pub fn total(&self) -> Tally {
        self.parts.values().fold(Tally::default(), |sum, part| sum.with(*part))
    }

    /// What of it goes to compartment number `compartment`.
    pub fn to(&self, compartment: u16) -> Tally {
        let parts = self.parts.iter().filter(|(place, _)| place.compartment == compartment);
        parts.fold(Tally::default(), |sum, (_, part)| sum.with(*part))
    }
}

/// `written`, and the first other name of that person that the message has.
fn known(message: &Message, written: &str) -> String {
    let names = message.names.iter().find(|names| names.written == written);
    match names.and_then(|names| names.also.first()) {
        Some(also) => format!("{written} ({also})"),
        None => written.to_owned(),
    }
}
