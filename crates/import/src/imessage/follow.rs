//! Reads a table that refers to messages along with the messages: both in the order of the messages' numbers.

use rusqlite::{Rows, Statement, types::ValueRef};

/// The most entries for one message.
const MAX_ENTRIES: usize = 10_000;

/// Entries of a table of three columns, of which the first is the number of a message, in their order.
pub(super) struct Follower<'s> {
    rows: Rows<'s>,
    next: Option<Entry>,
}

/// One entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    message: i64,
    /// The number of what belongs to the message.
    pub(super) other: i64,
    /// A time, if there is one.
    pub(super) date: i64,
}

/// The entries of one message.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// How many more there are.
    pub(super) further: usize,
}

impl<'s> Follower<'s> {
    /// Follows the rows of a statement.
    pub(super) fn new(statement: &'s mut Statement<'_>) -> rusqlite::Result<Follower<'s>> {
        let mut follower = Follower { rows: statement.query([])?, next: None };
        follower.step()?;
        Ok(follower)
    }

    fn step(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            None => None,
            Some(row) => {
                let whole = |at| match row.get_ref(at) {
                    Ok(ValueRef::Integer(number)) => number,
                    _ => 0,
                };
                Some(Entry { message: whole(0), other: whole(1), date: whole(2) })
            }
        };
        Ok(())
    }

    /// The entries of a message. Messages have to be asked for in the order of their numbers.
    pub(super) fn take(&mut self, message: i64) -> rusqlite::Result<Entries> {
        let mut entries = Entries::default();
        while let Some(entry) = self.next.filter(|entry| entry.message <= message) {
            match entry.message == message {
                true if entries.list.len() < MAX_ENTRIES => entries.list.push(entry),
                true => entries.further += 1,
                false => {}
            }
            self.step()?;
        }
        Ok(entries)
    }
}
