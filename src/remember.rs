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
use blackbox_format::{encode::encode, manifest::LackingLine, message::Message, month::Month};
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
    origin: Origin,
}

/// Where a memory was read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Its file, which may not be there yet.
    File,
    /// What an interrupted run intended: not in the file.
    Intention,
}

/// What the memory makes of new exports.
pub struct Recalled {
    /// How many of their messages and events were sealed before.
    pub sealed_before: u64,
    /// Messages sealed before that the exports lack, in the time and chats that they cover: by the number of the
    /// compartment that the first message of their chat goes to now.
    pub lacking: Vec<(u16, LackingLine)>,
    fresh: Vec<(Fingerprint, Chat, i64)>,
}

/// Reads the exports once, message by message.
pub struct Reading<'m> {
    memory: &'m Memory,
    seen: HashMap<Fingerprint, u32>,
    all: HashSet<Fingerprint>,
    spans: HashMap<Chat, Span>,
    sealed_before: u64,
    fresh: Vec<(Fingerprint, Chat, i64)>,
}

/// What exports cover of a chat.
struct Span {
    first: i64,
    last: i64,
    /// Where its first message goes.
    compartment: u16,
}

/// Of an id in the file of what is about to be sealed.
const LENGTH_BYTES: usize = 2;

impl Memory {
    /// Opens the memory for `origin` beside the state in `folder`, or begins one. What an interrupted run was about to
    /// seal is remembered if the log has its deposit, as `is_logged` says.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn open(folder: &Path, origin: &str, is_logged: impl FnOnce(&str) -> bool) -> Result<Memory, Error> {
        let name = format!(
            "{}.remembered",
            blackbox_format::fields::Hex(blackbox_format::merkle::sha256(origin.as_bytes()))
        );
        let folder = folder.to_owned();
        if let Some((deposit, bytes)) = intended(&folder.join(intention(&name)))?
            && is_logged(&deposit)
        {
            return Ok(Memory { origin: Origin::Intention, ..Memory::decode((folder, name), &bytes)? });
        }
        match read(&folder.join(&name))? {
            Some(bytes) => Memory::decode((folder, name), &bytes),
            None => Ok(Memory {
                folder,
                name,
                key: Secret::random(),
                known: HashMap::new(),
                origin: Origin::File,
            }),
        }
    }

    fn decode((folder, name): (PathBuf, String), bytes: &[u8]) -> Result<Memory, Error> {
        let damaged = || Error::file(&folder.join(&name), "it is damaged");
        let (key, rest) = bytes.split_first_chunk::<KEY_BYTES>().ok_or_else(damaged)?;
        let (entries, tail) = rest.as_chunks::<ENTRY_BYTES>();
        if !tail.is_empty() {
            return Err(damaged());
        }
        let (key, known) = (Secret::new(*key), entries.iter().map(decode).collect());
        Ok(Memory { folder, name, key, known, origin: Origin::File })
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.key.expose().to_vec();
        for (print, (chat, time)) in &self.known {
            bytes.extend_from_slice(print);
            bytes.extend_from_slice(chat);
            bytes.extend_from_slice(&time.to_le_bytes());
        }
        bytes
    }

    /// Begins to compare exports with what is remembered.
    pub fn reading(&self) -> Reading<'_> {
        Reading {
            memory: self,
            seen: HashMap::new(),
            all: HashSet::new(),
            spans: HashMap::new(),
            sealed_before: 0,
            fresh: Vec::new(),
        }
    }

    /// Notes, durably and before the log does, that what is new is about to be sealed as `deposit` (and further ones,
    /// logged with it or not at all). It counts once the log has it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn intend(&mut self, recalled: &Recalled, deposit: &str) -> Result<(), Error> {
        let folder = Folder::private(&self.folder);
        if self.origin == Origin::Intention {
            // Its only copy gives way to another.
            folder.replace(&self.name, &self.encode())?;
        }
        self.known.extend(recalled.fresh.iter().map(|(print, chat, time)| (*print, (*chat, *time))));
        let length = u16::try_from(deposit.len()).expect("an id is a slug of at most 64 bytes");
        let bytes = [&length.to_le_bytes(), deposit.as_bytes(), &self.encode()].concat();
        Ok(folder.replace(&intention(&self.name), &bytes)?)
    }

    /// Keeps what was intended, once it is in the log.
    ///
    /// # Errors
    /// The file cannot be written; the next run then keeps it.
    pub fn keep(self) -> Result<(), Error> {
        let folder = Folder::private(&self.folder);
        folder.replace(&self.name, &self.encode())?;
        Ok(folder.remove(&intention(&self.name))?)
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

/// Name of the file of what is about to be sealed: `u16` length of a deposit's id, the id, and the memory as it is
/// once that deposit is in the log.
fn intention(name: &str) -> String {
    format!("{name}.intended")
}

fn intended(path: &Path) -> Result<Option<(String, Vec<u8>)>, Error> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    let split = bytes.split_first_chunk::<LENGTH_BYTES>().and_then(|(length, rest)| {
        let (id, memory) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        Some((String::from_utf8(id.to_vec()).ok()?, memory.to_vec()))
    });
    split.map(Some).ok_or_else(|| Error::file(path, "it is damaged"))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some).map_err(|error| Error::file(path, error)),
    }
}

fn decode(entry: &[u8; ENTRY_BYTES]) -> (Fingerprint, (Chat, i64)) {
    let part = |from: usize| <[u8; 8]>::try_from(&entry[from..from + 8]).expect("eight bytes");
    (entry[..16].try_into().expect("16 bytes"), (part(16), i64::from_le_bytes(part(24))))
}

impl Reading<'_> {
    /// Takes the next message of the exports, which goes to `compartment`; says whether it is new. Equal messages are
    /// told apart by their order, so that two that really were sent stay two.
    pub fn is_new(&mut self, message: &Message, compartment: u16) -> bool {
        let occurrence = self.seen.entry(self.memory.message(message, u32::MAX)).or_default();
        let print = self.memory.message(message, *occurrence);
        *occurrence += 1;
        let (chat, time) = (self.memory.chat(message), message.time);
        let span = self.spans.entry(chat).or_insert(Span { first: time, last: time, compartment });
        (span.first, span.last) = (span.first.min(time), span.last.max(time));
        let known = self.memory.known.contains_key(&print);
        self.all.insert(print);
        match known {
            true => self.sealed_before += 1,
            false => self.fresh.push((print, chat, time)),
        }
        !known
    }

    /// What the memory makes of the exports.
    pub fn finish(self) -> Recalled {
        let mut lacking: BTreeMap<(u16, Month), u64> = BTreeMap::new();
        for (print, (chat, time)) in &self.memory.known {
            let covering =
                |span: &&Span| (span.first..=span.last).contains(time) && !self.all.contains(print);
            let Some(span) = self.spans.get(chat).filter(covering) else { continue };
            if let Some(month) = Month::of_millis(*time) {
                *lacking.entry((span.compartment, month)).or_default() += 1;
            }
        }
        let line = |((compartment, month), messages)| (compartment, LackingLine { month, messages });
        let lacking = lacking.into_iter().map(line).collect();
        Recalled { sealed_before: self.sealed_before, lacking, fresh: self.fresh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, minute: i64) -> Message {
        Message {
            from: "Ann".into(),
            chat: Some("Team".into()),
            text: text.into(),
            time: 1_600_000_000_000 + minute * 60_000,
            ..Message::default()
        }
    }

    fn recall(memory: &Memory, messages: &[Message]) -> (Recalled, Vec<bool>) {
        let mut reading = memory.reading();
        let new = messages.iter().map(|message| reading.is_new(message, 3)).collect();
        (reading.finish(), new)
    }

    fn seal(folder: &Path, messages: &[Message]) {
        let mut memory = Memory::open(folder, "o", |_| false).unwrap();
        let (recalled, _) = recall(&memory, messages);
        memory.intend(&recalled, "d1").unwrap();
        memory.keep().unwrap();
    }

    #[test]
    fn a_second_export_brings_only_what_is_new_and_shows_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = [message("ok", 0), message("ok", 0), message("secret", 1), message("bye", 2)];
        let memory = Memory::open(folder.path(), "o", |_| false).unwrap();
        assert_eq!(recall(&memory, &first).1, [true; 4]);
        seal(folder.path(), &first);

        let memory = Memory::open(folder.path(), "o", |_| false).unwrap();
        let second =
            [message("ok", 0), message("ok", 0), message("ok", 0), message("bye", 2), message("new", 3)];
        let (recalled, new) = recall(&memory, &second);
        assert_eq!(new, [false, false, true, false, true]);
        assert_eq!(recalled.sealed_before, 3);
        let lacking: Vec<_> = recalled.lacking.iter().map(|(to, line)| (*to, line.messages)).collect();
        assert_eq!(lacking, [(3, 1)]);
        let (earlier, _) = recall(&memory, &[message("ok", 0), message("ok", 0)]);
        assert!(earlier.lacking.is_empty(), "what an export does not cover is not lacking");
    }

    #[test]
    fn what_an_interrupted_run_was_about_to_seal_is_remembered_if_it_is_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        seal(folder.path(), &[message("ok", 0)]);
        let mut memory = Memory::open(folder.path(), "o", |_| false).unwrap();
        let both = [message("ok", 0), message("bye", 2)];
        let (recalled, _) = recall(&memory, &both);
        memory.intend(&recalled, "d2").unwrap();
        drop(memory);
        for logged in [true, false] {
            let memory = Memory::open(folder.path(), "o", |deposit| {
                assert_eq!(deposit, "d2");
                logged
            });
            assert_eq!(recall(&memory.unwrap(), &both).1, [false, !logged]);
        }
        let mut memory = Memory::open(folder.path(), "o", |_| true).unwrap();
        let (recalled, _) = recall(&memory, &[message("third", 3)]);
        memory.intend(&recalled, "d3").unwrap();
        drop(memory);
        let memory = Memory::open(folder.path(), "o", |_| false).unwrap();
        assert_eq!(recall(&memory, &both).1, [false, false], "d2 is still remembered");
    }
}
