//! The people behind numbers, addresses, handles and display names, from the address books that a user gives:
//! vCard files and CSV tables.

mod card;
mod charset;
#[cfg(test)]
mod generated;
mod index;
mod merge;
mod number;
mod pile;
mod reading;
mod table;
mod vcard;

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
};

use crate::{encoding, report::Skipped};
use index::Index;
use pile::{Pile, TooMany};

/// The longest address book that is read, 64 MiB.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// The longest text that is looked up, 1 KiB: no name or number is longer.
const MAX_WRITTEN_BYTES: usize = 1 << 10;

/// The people of all address books that were given.
#[derive(Debug)]
pub struct Contacts {
    people: Vec<Person>,
    index: Index,
    ambiguous: Vec<String>,
    skipped: Vec<Skipped>,
}

/// Somebody, and what they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The full name; for want of one a nickname, the organisation, or the first address, number or handle.
    pub name: String,
    /// Full name, other full names, nicknames, e-mail addresses, phone numbers and handles as the address book writes
    /// them, the preferred ones of each kind first, none twice, at most [`Person::MAX_NAMES`].
    pub names: Vec<String>,
}

impl Person {
    /// The most names that are given of a person. Look-ups know the others too.
    pub const MAX_NAMES: usize = 8;
}

/// Why address books cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContactsError {
    /// A file does not exist or cannot be read.
    #[error("\"{}\" cannot be read", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is too long for an address book.
    #[error("\"{}\" is longer than 64 MiB", .0.display())]
    TooLong(PathBuf),
    /// A file is no address book: no vCard, and no table with a column for names and one for what belongs to them.
    #[error("\"{}\" is neither a vCard file nor a CSV table of contacts", .0.display())]
    Unknown(PathBuf),
    /// There are too many cards.
    #[error("\"{}\", line {line}: more than 1000000 cards", .path.display())]
    TooMany {
        /// The file.
        path: PathBuf,
        /// Line of the card that is too many, counted from 1.
        line: u64,
    },
}

impl Contacts {
    /// Reads the address books at `paths`, each by its content: vCard 2.1, 3.0 or 4.0, or a CSV table as Google or
    /// Outlook export it, or with the columns `name`, `phone`, `email`, `handle` and `alias`, repeated as needed.
    ///
    /// Cards that share a name and also an e-mail address, a handle or a number are one person; a national number is
    /// the same as an international one if their last nine digits agree.
    ///
    /// # Errors
    /// A file cannot be read, has more than 64 MiB or is no address book, or there are more than 1,000,000 cards in
    /// all. A single card that cannot be used is in [`Contacts::skipped`] instead.
    pub fn load(paths: &[PathBuf]) -> Result<Contacts, ContactsError> {
        let mut pile = Pile::default();
        for path in paths {
            pile.begin(path);
            read(path, &mut pile)?;
            pile.end();
        }
        let (cards, skipped) = pile.done();
        let merged = merge::merge(cards);
        let index = Index::of(&merged);
        let ambiguous = index.ambiguous(&merged);
        let people = merged.into_iter().map(card::Card::person).collect();
        Ok(Contacts { people, index, ambiguous, skipped })
    }

    /// The one person whom `written` means: a name, e-mail address, phone number or handle, in the forms in which
    /// exports write them. `None` if it is nobody's, or more than one person's.
    pub fn person(&self, written: &str) -> Option<&Person> {
        if written.len() > MAX_WRITTEN_BYTES {
            return None;
        }
        self.index.find(written).and_then(|at| self.people.get(at as usize))
    }

    /// All people, in the order in which the address books first name them.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// How many names, addresses, numbers and handles are not used because different people share them.
    pub fn ambiguous(&self) -> usize {
        self.ambiguous.len()
    }

    /// Those names, addresses, numbers and handles, normalised, in order.
    pub fn ambiguous_keys(&self) -> &[String] {
        &self.ambiguous
    }

    /// What was left out of the address books, and why.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}

fn read(path: &Path, pile: &mut Pile) -> Result<(), ContactsError> {
    let bytes = content(path)?;
    let read = match vcard::begins(&bytes) {
        true => vcard::read(&bytes, pile),
        false => match table::Table::recognise(&bytes) {
            Some(table) => table.read(&bytes, pile),
            None => return Err(ContactsError::Unknown(path.to_owned())),
        },
    };
    read.map_err(|TooMany { line }| ContactsError::TooMany { path: path.to_owned(), line })
}

/// The bytes of a file without a byte order mark; UTF-16 as UTF-8.
fn content(path: &Path) -> Result<Vec<u8>, ContactsError> {
    let failed = |source| ContactsError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ContactsError::TooLong(path.to_owned()));
    }
    if !matches!(bytes[..], [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    encoding::utf8(Box::new(Cursor::new(bytes)))
        .and_then(|mut reader| reader.read_to_end(&mut text))
        .map_err(failed)?;
    Ok(text)
}
