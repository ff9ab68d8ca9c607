//! Who and which conversations a database knows.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::schema::{Schema, shown};

/// A message names at most this many recipients.
const MAX_RECIPIENTS: usize = 32;
/// All names together may have 256 MiB.
const MAX_BYTES: usize = 256 << 20;
const MAX_NAMES: usize = blackbox_format::message::MAX_NAMES;

/// The people and conversations of a database, by the numbers of their rows.
#[derive(Default)]
pub(super) struct People {
    handles: HashMap<i64, Handle>,
    /// Addresses of one person, by Apple's mark of the person.
    persons: HashMap<String, Vec<String>>,
    chats: HashMap<i64, Chat>,
    bytes: usize,
}

/// An address: a number or a mail address.
struct Handle {
    id: String,
    /// The number as it was dialled.
    dialled: Option<String>,
    person: Option<String>,
}

/// A conversation.
#[derive(Default)]
pub(super) struct Chat {
    /// The name that was given to it; without one its identifier, which for two people is the address of the other.
    pub(super) name: Option<String>,
    /// Numbers of the handles of its members, up to one more than a message names.
    members: Vec<i64>,
}

impl People {
    /// Reads the lists; the reason if they are too long.
    pub(super) fn load(connection: &Connection, schema: &Schema) -> rusqlite::Result<Option<People>> {
        let mut people = People::default();
        let fits = people.handles(connection, schema)?
            && people.chats(connection, schema)?
            && people.members(connection, schema)?;
        Ok(fits.then_some(people))
    }

    fn weigh<'a>(&mut self, texts: impl IntoIterator<Item = &'a Option<String>>) -> bool {
        let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
        self.bytes = self.bytes.saturating_add(bytes + 64);
        self.bytes <= MAX_BYTES
    }

    fn handles(&mut self, connection: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
        let column = |name| schema.column("handle", name);
        let sql = format!(
            "SELECT _rowid_, {}, {}, {} FROM handle",
            column("id"),
            column("uncanonicalized_id"),
            column("person_centric_id")
        );
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, dialled, person) = (text(row, 1)?, text(row, 2)?, text(row, 3)?);
            if !self.weigh([&id, &dialled, &person]) {
                return Ok(false);
            }
            let Some(id) = id else { continue };
            if let Some(person) = &person {
                let same = self.persons.entry(person.clone()).or_default();
                if same.len() <= MAX_NAMES && !same.contains(&id) {
                    same.push(id.clone());
                }
            }
            self.handles.insert(row.get(0)?, Handle { id, dialled, person });
        }
        Ok(true)
    }

    fn chats(&mut self, connection: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
        let column = |name| schema.column("chat", name);
        let sql =
            format!("SELECT _rowid_, {}, {} FROM chat", column("display_name"), column("chat_identifier"));
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name = text(row, 1)?.or(text(row, 2)?);
            if !self.weigh([&name]) {
                return Ok(false);
            }
            self.chats.insert(row.get(0)?, Chat { name, members: Vec::new() });
        }
        Ok(true)
    }

    fn members(&mut self, connection: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
        if !schema.has("chat_handle_join") {
            return Ok(true);
        }
        let mut statement = connection.prepare("SELECT chat_id, handle_id FROM chat_handle_join")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (Ok(chat), Ok(handle)) = (row.get(0), row.get(1)) else { continue };
            if let Some(chat) = self.chats.get_mut(&chat)
                && chat.members.len() <= MAX_RECIPIENTS
                && !chat.members.contains(&handle)
            {
                chat.members.push(handle);
            }
        }
        Ok(true)
    }

    /// The address of a handle.
    pub(super) fn id(&self, handle: i64) -> Option<&str> {
        self.handles.get(&handle).map(|handle| &handle.id[..])
    }

    pub(super) fn chat(&self, chat: i64) -> Option<&Chat> {
        self.chats.get(&chat)
    }

    /// The members of a conversation but the owner, whom Apple does not list; empty if they are too many.
    pub(super) fn members_of(&self, chat: Option<&Chat>) -> Vec<String> {
        let members = chat.map_or(&[][..], |chat| &chat.members);
        if members.len() > MAX_RECIPIENTS {
            return Vec::new();
        }
        let mut names: Vec<String> = Vec::new();
        for id in members.iter().filter_map(|member| self.id(*member)) {
            if !names.iter().any(|name| name == id) {
                names.push(id.to_owned());
            }
        }
        names
    }

    /// Whether a conversation has more members than a message names.
    pub(super) fn is_crowd(&self, chat: Option<&Chat>) -> bool {
        chat.is_some_and(|chat| chat.members.len() > MAX_RECIPIENTS)
    }

    /// What else the person with an address is found by.
    pub(super) fn also(&self, handle: i64) -> Vec<String> {
        let Some(handle) = self.handles.get(&handle) else { return Vec::new() };
        let same = handle.person.as_ref().and_then(|person| self.persons.get(person));
        let all = handle.dialled.iter().chain(same.into_iter().flatten());
        let mut also: Vec<String> = Vec::new();
        for name in all.filter(|name| **name != handle.id) {
            if also.len() < MAX_NAMES && !also.contains(name) {
                also.push(name.clone());
            }
        }
        also
    }

    /// As [`People::also`], for the members of a conversation, by their addresses.
    pub(super) fn also_of(&self, chat: Option<&Chat>) -> Vec<(String, Vec<String>)> {
        let members = chat.map_or(&[][..], |chat| &chat.members);
        let pairs =
            members.iter().filter_map(|handle| Some((self.id(*handle)?.to_owned(), self.also(*handle))));
        pairs.filter(|(_, also)| !also.is_empty()).collect()
    }
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(shown(row.get_ref(column)?).filter(|text| !text.is_empty()))
}
