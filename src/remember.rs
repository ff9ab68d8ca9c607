//! `seal --remember`: keyed fingerprints of what was sealed, kept beside the sealer's key.
//!
//! Off unless asked for: whoever gets this file can confirm that a message whose exact text they
//! guess was sealed. It never lies in the archive.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use blackbox_custody::Error;
use blackbox_format::{
    encode::encode,
    manifest::LackingLine,
    message::{Incoming, Message},
    month::Month,
};
use blackbox_store::{Folder, Store};
use blackbox_token::{Secret, function::hmac};

const KEY_BYTES: usize = 32;
const ENTRY_BYTES: usize = 32;

type Fingerprint = [u8; 16];
type Chat = [u8; 8];

/// Fingerprints of sealed messages: fingerprint 16, chat 8, Unix milliseconds 8; behind a key of 32 bytes.
pub struct Memory {
    folder: PathBuf,
    name: String,
    key: Secret<32>,
    known: HashMap<Fingerprint, (Chat, i64)>,
}

/// What the memory makes of new exports.
pub struct Recalled {
    /// For each message of the exports, in order: whether it was sealed before.
    pub sealed_before: Vec<bool>,
    /// Messages sealed before that the exports lack, in the time and chats that they cover.
    pub lacking: Vec<LackingLine>,
    fresh: Vec<(Fingerprint, Chat, i64)>,
}

/// Reads the exports once, message by message.
pub struct Reading<'m> {
    memory: &'m Memory,
    seen: HashMap<Fingerprint, u32>,
    all: HashSet<Fingerprint>,
    spans: HashMap<Chat, (i64, i64)>,
    sealed_before: Vec<bool>,
    fresh: Vec<(Fingerprint, Chat, i64)>,
}

impl Memory {
    /// Opens the memory for `origin` beside the state in `folder`, or begins one.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn open(folder: &Path, origin: &str) -> Result<Memory, Error> {
        let name = format!(
            "{}.remembered",
            blackbox_format::fields::Hex(blackbox_format::merkle::sha256(origin.as_bytes()))
        );
        let path = folder.join(&name);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let memory =
                    Memory { folder: folder.to_owned(), name, key: Secret::random(), known: HashMap::new() };
                return Ok(memory);
            }
            bytes => bytes.map_err(|error| Error::file(&path, error))?,
        };
        let (key, rest) =
            bytes.split_first_chunk::<KEY_BYTES>().ok_or_else(|| Error::file(&path, "it is damaged"))?;
        let (entries, tail) = rest.as_chunks::<ENTRY_BYTES>();
        if !tail.is_empty() {
            return Err(Error::file(&path, "it is damaged"));
        }
        Ok(Memory {
            folder: folder.to_owned(),
            name,
            key: Secret::new(*key),
            known: entries.iter().map(decode).collect(),
        })
    }

    /// Begins to compare exports with what is remembered.
    pub fn reading(&self) -> Reading<'_> {
        Reading {
            memory: self,
            seen: HashMap::new(),
            all: HashSet::new(),
            spans: HashMap::new(),
            sealed_before: Vec::new(),
            fresh: Vec::new(),
        }
    }

    /// Adds what was sealed now, durably.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(mut self, recalled: &Recalled) -> Result<(), Error> {
        self.known.extend(recalled.fresh.iter().map(|(print, chat, time)| (*print, (*chat, *time))));
        let mut bytes = self.key.expose().to_vec();
        for (print, (chat, time)) in &self.known {
            bytes.extend_from_slice(print);
            bytes.extend_from_slice(chat);
            bytes.extend_from_slice(&time.to_le_bytes());
        }
        Ok(Folder::private(&self.folder).replace(&self.name, &bytes)?)
    }

    fn print<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let output = hmac(self.key.expose(), &encode(parts.iter().copied()));
        output.expose()[..N].try_into().expect("a part of 32 bytes")
    }

    fn chat(&self, message: &Message) -> Chat {
        let chat = message.chat.as_deref().unwrap_or(&message.from);
        self.print(&[b"chat", message.platform.as_bytes(), chat.as_bytes()])
    }

    fn message(&self, message: &Message, occurrence: u32) -> Fingerprint {
        let chat = message.chat.as_deref().unwrap_or_default();
        self.print(&[
            b"message",
            message.platform.as_bytes(),
            chat.as_bytes(),
            &message.time.to_le_bytes(),
            message.from.as_bytes(),
            message.text.as_bytes(),
            message.event.as_deref().unwrap_or_default().as_bytes(),
            &occurrence.to_le_bytes(),
        ])
    }
}

fn decode(entry: &[u8; ENTRY_BYTES]) -> (Fingerprint, (Chat, i64)) {
    let part = |from: usize| <[u8; 8]>::try_from(&entry[from..from + 8]).expect("eight bytes");
    (entry[..16].try_into().expect("16 bytes"), (part(16), i64::from_le_bytes(part(24))))
}

impl Reading<'_> {
    /// Takes the next message of the exports. Equal messages are told apart by their order, so that
    /// two that really were sent stay two.
    pub fn take(&mut self, incoming: &Incoming) {
        let message = &incoming.message;
        let occurrence = self.seen.entry(self.memory.message(message, u32::MAX)).or_default();
        let print = self.memory.message(message, *occurrence);
        *occurrence += 1;
        let chat = self.memory.chat(message);
        let span = self.spans.entry(chat).or_insert((message.time, message.time));
        *span = (span.0.min(message.time), span.1.max(message.time));
        let known = self.memory.known.contains_key(&print);
        self.sealed_before.push(known);
        self.all.insert(print);
        if !known {
            self.fresh.push((print, chat, message.time));
        }
    }

    /// What the memory makes of the exports.
    pub fn finish(self) -> Recalled {
        let mut lacking: BTreeMap<Month, u64> = BTreeMap::new();
        for (print, (chat, time)) in &self.memory.known {
            let covered = self.spans.get(chat).is_some_and(|(first, last)| (first..=last).contains(&time));
            if let Some(month) = Month::of_millis(*time).filter(|_| covered && !self.all.contains(print)) {
                *lacking.entry(month).or_default() += 1;
            }
        }
        let lacking = lacking.into_iter().map(|(month, messages)| LackingLine { month, messages });
        Recalled { sealed_before: self.sealed_before, lacking: lacking.collect(), fresh: self.fresh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, minute: i64) -> Incoming {
        let message = Message {
            from: "Ann".into(),
            chat: Some("Team".into()),
            text: text.into(),
            time: 1_600_000_000_000 + minute * 60_000,
            ..Message::default()
        };
        Incoming { message, media: Vec::new() }
    }

    fn recall(memory: &Memory, messages: &[Incoming]) -> Recalled {
        let mut reading = memory.reading();
        messages.iter().for_each(|message| reading.take(message));
        reading.finish()
    }

    #[test]
    fn a_second_export_brings_only_what_is_new_and_shows_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = [message("ok", 0), message("ok", 0), message("secret", 1), message("bye", 2)];
        let memory = Memory::open(folder.path(), "o").unwrap();
        let recalled = recall(&memory, &first);
        assert_eq!(recalled.sealed_before, [false; 4]);
        memory.keep(&recalled).unwrap();

        let memory = Memory::open(folder.path(), "o").unwrap();
        let second =
            [message("ok", 0), message("ok", 0), message("ok", 0), message("bye", 2), message("new", 3)];
        let recalled = recall(&memory, &second);
        assert_eq!(recalled.sealed_before, [true, true, false, true, false]);
        assert_eq!(recalled.lacking.iter().map(|line| line.messages).collect::<Vec<_>>(), [1]);
        let earlier = recall(&memory, &[message("ok", 0), message("ok", 0)]);
        assert!(earlier.lacking.is_empty(), "what an export does not cover is not lacking");
    }
}
