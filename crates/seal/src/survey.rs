//! The first reading: how much there is, which terms are frequent, who follows whom in a
//! conversation, and what the register of each month says.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use blackbox_format::{
    body::Conversation,
    message::{Incoming, Media, Message},
    month::Month,
    padme,
    rules::Rules,
};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::{
    frequency::{Frequencies, SenderDay, TermHash},
    history::{Keeper, MediaFacts, SealError, terms_of},
};

/// Names listed of one conversation in a register.
const MEMBERS: usize = 256;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What the first reading found. Per message it holds 24 bytes, and per distinct pair of term and
/// month about as many.
pub struct Survey {
    /// Messages, events not among them.
    pub messages: u64,
    /// Events.
    pub events: u64,
    /// Term counts.
    pub frequencies: Frequencies,
    /// Facts of every attachment, in order.
    pub media: Vec<Option<MediaFacts>>,
    /// Attachments that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
    /// The register of each month.
    pub register: BTreeMap<Month, BTreeMap<ChatKey, Conversation>>,
    /// About how large records and entries will be together, in bytes.
    pub estimate: u64,
    /// About how large the blobs will be, in bytes.
    pub blob_bytes: u64,
    digest: Digest,
    chats: HashMap<ChatKey, u32>,
    threads: Vec<(u32, i64, u32)>,
}

/// What makes a conversation: the named chat, else the set of its people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatKey {
    /// Slug of the platform.
    pub platform: String,
    /// Its name, if it has one.
    pub chat: Option<String>,
    /// Its people, sorted, if it has no name.
    pub people: Vec<String>,
}

impl ChatKey {
    /// The conversation of `message`.
    pub fn of(message: &Message) -> ChatKey {
        let mut people = Vec::new();
        if message.chat.is_none() {
            people = message.to.clone();
            // A notice has no sender: it belongs to the conversation of its people.
            people.extend(Some(message.from.clone()).filter(|from| !from.is_empty()));
            people.sort();
            people.dedup();
        }
        ChatKey { platform: message.platform.clone(), chat: message.chat.clone(), people }
    }
}

/// What is gathered from one message on any core.
struct Gathered {
    month: Month,
    terms: Vec<TermHash>,
    chat: ChatKey,
    bytes: u64,
}

/// Neighbours in conversations, by message number.
pub struct Threads {
    order: Vec<u32>,
    place: Vec<u32>,
    chat: Vec<u32>,
}

impl Survey {
    /// Nothing read yet.
    pub fn new() -> Survey {
        Survey {
            messages: 0,
            events: 0,
            frequencies: Frequencies::new(),
            media: Vec::new(),
            unreadable: Vec::new(),
            register: BTreeMap::new(),
            estimate: 1 << 20,
            blob_bytes: 0,
            digest: Digest::default(),
            chats: HashMap::new(),
            threads: Vec::new(),
        }
    }

    /// Messages and events.
    pub fn records(&self) -> u64 {
        self.messages + self.events
    }

    /// Takes in a batch.
    ///
    /// # Errors
    /// A message lies outside the months that the format knows.
    pub fn add(&mut self, batch: &[Incoming], rules: &Rules, keeper: &mut Keeper) -> Result<(), SealError> {
        let first_media = self.media.len();
        for media in batch.iter().flat_map(|incoming| &incoming.media) {
            let facts = self.media_facts(media);
            self.media.push(facts);
        }
        let offsets = media_offsets(batch, first_media);
        let gathered: Vec<Option<Gathered>> = (batch.par_iter().zip(&offsets))
            .map(|(incoming, at)| {
                let facts = &self.media[*at..*at + incoming.media.len()];
                gather(incoming, facts, (rules, &self.frequencies))
            })
            .collect();
        for (incoming, gathered) in batch.iter().zip(gathered) {
            let outside = || SealError::Source("a message lies outside the years 1970 to 2199".to_owned());
            self.count(&incoming.message, gathered.ok_or_else(outside)?)?;
        }
        keeper.keep(batch);
        Ok(())
    }

    fn count(&mut self, message: &Message, gathered: Gathered) -> Result<(), SealError> {
        let number = u32::try_from(self.threads.len()).map_err(|_| SealError::TooMany(u32::MAX.into()))?;
        let next = self.chats.len() as u32;
        let chat = *self.chats.entry(gathered.chat.clone()).or_insert(next);
        self.threads.push((chat, message.time, number));
        self.frequencies.add(gathered.month, &gathered.terms);
        self.estimate += gathered.bytes;
        self.digest.add(message);
        match message.is_event() {
            true => self.events += 1,
            false => self.messages += 1,
        }
        let month = self.register.entry(gathered.month).or_default();
        let entry = month.entry(gathered.chat).or_insert_with(|| conversation(message));
        register(entry, message);
        Ok(())
    }

    /// An attachment's facts; one that cannot be read is noted, and counts as not held.
    fn media_facts(&mut self, media: &Media) -> Option<MediaFacts> {
        let content = media.content.as_ref()?;
        match content.open().and_then(|mut reader| hash_content(&mut reader)) {
            Ok(facts) => {
                self.blob_bytes += padme::padded(facts.size, 4096) + 4096;
                Some(facts)
            }
            Err(error) => {
                self.unreadable.push((media.name.clone(), error.to_string()));
                None
            }
        }
    }

    /// The neighbours in each conversation.
    pub fn threads(&mut self) -> Threads {
        self.threads.par_sort_unstable();
        let mut threads = Threads {
            order: Vec::with_capacity(self.threads.len()),
            place: vec![0; self.threads.len()],
            chat: vec![0; self.threads.len()],
        };
        for (place, (chat, _, number)) in std::mem::take(&mut self.threads).into_iter().enumerate() {
            threads.order.push(number);
            threads.place[number as usize] = place as u32;
            threads.chat[number as usize] = chat;
        }
        threads
    }

    /// SHA-256 over all messages read, to notice an export that changes between readings.
    pub fn digest(&self) -> [u8; 32] {
        self.digest.clone().finish()
    }
}

impl Default for Survey {
    fn default() -> Survey {
        Survey::new()
    }
}

impl Threads {
    /// The message at `distance` from `message` in its conversation.
    pub fn neighbour(&self, message: u32, distance: i8) -> Option<u32> {
        let place = i64::from(self.place[message as usize]) + i64::from(distance);
        let other = *self.order.get(usize::try_from(place).ok()?)?;
        (self.chat[other as usize] == self.chat[message as usize]).then_some(other)
    }
}

/// SHA-256 over what identifies messages, in their order: tells whether two readings gave the same.
#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Takes the next message.
    pub fn add(&mut self, message: &Message) {
        self.0.update(message.time.to_le_bytes());
        let chat = message.chat.iter();
        let found = message.texts.iter().map(|text| &text.text);
        let also = message.names.iter().flat_map(|names| &names.also);
        let texts = [&message.from, &message.text].into_iter().chain(&message.to).chain(chat);
        for text in texts.chain(found).chain(also) {
            self.0.update((text.len() as u64).to_le_bytes());
            self.0.update(text);
        }
    }

    /// The digest.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Number of the first attachment of each message, counting from `first`.
pub fn media_offsets(batch: &[Incoming], first: usize) -> Vec<usize> {
    let ends = batch.iter().scan(first, |at, incoming| {
        *at += incoming.media.len();
        Some(*at - incoming.media.len())
    });
    ends.collect()
}

/// Who sent `message`, and on which day.
pub fn sender_day(frequencies: &Frequencies, message: &Message) -> SenderDay {
    SenderDay { sender: frequencies.sender(&message.from), day: message.time.div_euclid(DAY_MILLIS) }
}

fn gather(
    incoming: &Incoming,
    facts: &[Option<MediaFacts>],
    (rules, frequencies): (&Rules, &Frequencies),
) -> Option<Gathered> {
    let terms = terms_of(incoming, facts);
    let text = &incoming.message;
    let body = (text.weight_bytes() + 140 * facts.len()) as u64;
    Some(Gathered {
        month: Month::of_millis(text.time)?,
        chat: ChatKey::of(text),
        bytes: padme::padded(body, 256) + 300 + 72 * terms.len() as u64,
        terms: terms.iter().filter(|term| rules.may_find(term)).map(|term| frequencies.hash(term)).collect(),
    })
}

fn hash_content(reader: &mut dyn Read) -> std::io::Result<MediaFacts> {
    let (mut digest, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(MediaFacts { size, sha256: digest.finalize().into() }),
            count => {
                digest.update(&buffer[..count]);
                size += count as u64;
            }
        }
    }
}

fn conversation(message: &Message) -> Conversation {
    Conversation {
        platform: message.platform.clone(),
        chat: message.chat.clone(),
        members: Vec::new(),
        first: message.time,
        last: message.time,
        messages: 0,
        events: 0,
    }
}

fn register(entry: &mut Conversation, message: &Message) {
    entry.first = entry.first.min(message.time);
    entry.last = entry.last.max(message.time);
    match message.is_event() {
        true => entry.events += 1,
        false => entry.messages += 1,
    }
    let names: BTreeSet<&String> = message.to.iter().chain([&message.from]).collect();
    for name in names {
        if !name.is_empty() && entry.members.len() < MEMBERS && !entry.members.contains(name) {
            entry.members.push(name.clone());
        }
    }
}
