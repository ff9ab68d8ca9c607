//! CSV tables of contacts: those of Google Contacts and Outlook, and plain ones. They differ in the names of their
//! columns only; a number in such a name counts columns of one kind.

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{
    card::{Card, Parts},
    charset,
    pile::{Pile, TooMany},
    reading::bracketed,
};

/// The first row ends within these.
const MAX_HEADER_BYTES: usize = 64 << 10;
/// The longest row that is used, 1 MiB: longer ones are what follows a quotation mark that nobody closed.
const MAX_ROW_BYTES: usize = 1 << 20;
/// The most values of one row that are used.
const MAX_VALUES: usize = 100;
/// Between the values that Google writes into one field.
const BETWEEN: &str = " ::: ";

/// How a table is to be read.
#[derive(Debug)]
pub(super) struct Table {
    delimiter: u8,
    columns: Vec<Option<Column>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Full,
    Given,
    Middle,
    Family,
    Nickname,
    Organisation,
    Address,
    Number,
    Handle,
}

/// Names of columns in lower case, without numbers.
const COLUMNS: [(&str, Column); 44] = [
    ("name", Column::Full),
    ("full name", Column::Full),
    ("display name", Column::Full),
    ("file as", Column::Full),
    ("first name", Column::Given),
    ("given name", Column::Given),
    ("middle name", Column::Middle),
    ("additional name", Column::Middle),
    ("last name", Column::Family),
    ("family name", Column::Family),
    ("nickname", Column::Nickname),
    ("alias", Column::Nickname),
    ("company", Column::Organisation),
    ("organization name", Column::Organisation),
    ("organization - name", Column::Organisation),
    ("organization", Column::Organisation),
    ("organisation", Column::Organisation),
    ("email", Column::Address),
    ("e-mail", Column::Address),
    ("email address", Column::Address),
    ("e-mail address", Column::Address),
    ("e-mail - value", Column::Address),
    ("phone", Column::Number),
    ("phone number", Column::Number),
    ("phone - value", Column::Number),
    ("primary phone", Column::Number),
    ("home phone", Column::Number),
    ("mobile phone", Column::Number),
    ("mobile", Column::Number),
    ("business phone", Column::Number),
    ("company main phone", Column::Number),
    ("car phone", Column::Number),
    ("radio phone", Column::Number),
    ("other phone", Column::Number),
    ("tty/tdd phone", Column::Number),
    ("business fax", Column::Number),
    ("home fax", Column::Number),
    ("other fax", Column::Number),
    ("pager", Column::Number),
    ("callback", Column::Number),
    ("isdn", Column::Number),
    ("handle", Column::Handle),
    ("im - value", Column::Handle),
    ("username", Column::Handle),
];

impl Table {
    /// The table whose first row names at least one column for names and one for what they are joined with.
    pub(super) fn recognise(bytes: &[u8]) -> Option<Table> {
        let head = bytes.get(..MAX_HEADER_BYTES).unwrap_or(bytes);
        let tables = [b',', b';', b'\t'].map(|delimiter| Table::of(head, delimiter));
        let usable = tables.into_iter().flatten().filter(Table::is_usable);
        usable.reduce(|best, table| if table.known() > best.known() { table } else { best })
    }

    fn of(head: &[u8], delimiter: u8) -> Option<Table> {
        let mut row = ByteRecord::new();
        let found = reader(head, delimiter).read_byte_record(&mut row).ok()?;
        found.then(|| Table { delimiter, columns: row.iter().map(column).collect() })
    }

    fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    fn is_usable(&self) -> bool {
        let has = |columns: &[Column]| self.columns.iter().flatten().any(|column| columns.contains(column));
        let named = [Column::Full, Column::Given, Column::Family, Column::Nickname, Column::Organisation];
        let joined = [Column::Nickname, Column::Address, Column::Number, Column::Handle];
        has(&named) && has(&joined) && self.known() > 1
    }

    /// Reads every row.
    pub(super) fn read(&self, bytes: &[u8], pile: &mut Pile) -> Result<(), TooMany> {
        let mut reader = reader(bytes, self.delimiter);
        let mut row = ByteRecord::new();
        let mut is_header = true;
        loop {
            // The line where the reader stands before a row: blank lines before it are not counted.
            let before = reader.position().line();
            match reader.read_byte_record(&mut row) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(_) => {
                    pile.skip(before, "the row and what follows it cannot be read");
                    return Ok(());
                }
            }
            let line = row.position().map_or(before, csv::Position::line);
            match std::mem::take(&mut is_header) {
                true => {}
                false if row.as_slice().len() > MAX_ROW_BYTES => {
                    pile.skip(line, "the row is longer than 1 MiB: a quotation mark may be missing");
                }
                false => self.row(&row, line, pile)?,
            }
        }
    }

    fn row(&self, row: &ByteRecord, line: u64, pile: &mut Pile) -> Result<(), TooMany> {
        let (mut card, mut parts, mut count) = (Card::default(), Parts::default(), 0);
        for (column, field) in self.columns.iter().zip(row) {
            let Some(column) = column else { continue };
            let text = charset::decode(field, None);
            for value in text.split(BETWEEN).filter(|value| !value.trim().is_empty()) {
                count += 1;
                if count <= MAX_VALUES {
                    put(*column, value.trim(), &mut card, &mut parts);
                }
            }
        }
        if count > MAX_VALUES {
            pile.skip(line, "the row has more than 100 names, addresses and numbers: the rest is left out");
        }
        card.add_parts(&parts);
        pile.add(card, line)
    }
}

fn put(column: Column, value: &str, card: &mut Card, parts: &mut Parts) {
    let value = || value.to_owned();
    match column {
        Column::Full => card.full.push(value()),
        Column::Given => parts.given = value(),
        Column::Middle => parts.middle = value(),
        Column::Family => parts.family = value(),
        Column::Nickname => card.nicknames.push(value()),
        Column::Organisation => card.organisation = card.organisation.take().or_else(|| Some(value())),
        Column::Address => {
            let value = value();
            card.addresses.push(bracketed(&value).map_or(&value[..], |(address, _)| address).to_owned());
        }
        // An apostrophe keeps spreadsheets from reading the number as a formula.
        Column::Number => card.numbers.push(value().trim_start_matches('\'').to_owned()),
        Column::Handle => card.handles.push(value()),
    }
}

fn reader(bytes: &[u8], delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

fn column(field: &[u8]) -> Option<Column> {
    let name = charset::decode(field, None).to_lowercase();
    let is_count = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.split_whitespace().filter(|word| !is_count(word)).collect::<Vec<_>>().join(" ");
    COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
}
