//! Which tables and columns a database has: they came with the years, and each is read if it is there.

use std::collections::HashMap;

use rusqlite::{Connection, Row, types::ValueRef};

/// Tables by name, with their columns.
pub(super) struct Schema {
    tables: HashMap<&'static str, Vec<String>>,
}

const NEEDED: &[&str] = &["message", "handle", "chat", "chat_message_join"];
const FURTHER: &[&str] =
    &["chat_handle_join", "attachment", "message_attachment_join", "chat_recoverable_message_join"];
const NEEDED_COLUMNS: &[&str] = &["guid", "text", "handle_id", "date", "is_from_me"];
/// The most columns of a table: Apple's have about a hundred.
const MAX_COLUMNS: usize = 500;

impl Schema {
    /// The tables of Apple's database that are there; `None` if it is not one. Views and virtual tables are none of
    /// them, whatever their names.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Option<Schema>> {
        let mut tables = HashMap::new();
        for name in NEEDED.iter().chain(FURTHER) {
            if is_table(connection, name)? {
                tables.insert(*name, columns(connection, name)?);
            }
        }
        let schema = Schema { tables };
        // A column of this name would hide the numbers of the rows.
        let hidden = schema.tables.keys().any(|table| schema.has_column(table, "_rowid_"));
        let whole = !hidden
            && NEEDED.iter().all(|name| schema.has(name))
            && NEEDED_COLUMNS.iter().all(|column| schema.has_column("message", column));
        Ok(whole.then_some(schema))
    }

    /// Whether it is the database in which iPhones kept text messages before they had iMessage on all devices.
    pub(super) fn is_of_old_phone(connection: &Connection) -> rusqlite::Result<bool> {
        Ok(is_table(connection, "message")? && is_table(connection, "msg_group")?)
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    fn has_column(&self, table: &str, column: &str) -> bool {
        self.columns(table).iter().any(|name| name.eq_ignore_ascii_case(column))
    }

    pub(super) fn columns(&self, table: &str) -> &[String] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// A column to be selected, or `NULL` if the table has none of that name.
    pub(super) fn column<'a>(&self, table: &str, column: &'a str) -> &'a str {
        if self.has_column(table, column) { column } else { "NULL" }
    }
}

fn is_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let mut found = connection.prepare(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND sql LIKE 'CREATE TABLE%'",
    )?;
    found.exists([name])
}

/// The columns that hold values of their own; those that are worked out are not among them.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut names = Vec::new();
    connection.pragma(None, "table_info", table, |row| {
        if names.len() < MAX_COLUMNS {
            names.push(row.get("name")?);
        }
        Ok(())
    })?;
    Ok(names)
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns of a query by their names.
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    at: HashMap<String, usize>,
}

impl Columns {
    pub(super) fn new(names: &[String]) -> Columns {
        let at = names.iter().enumerate().map(|(at, name)| (name.to_ascii_lowercase(), at + 1)).collect();
        Columns { names: names.to_vec(), at }
    }
}

/// A row of a query whose first column is the row's number.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) row: &'a Row<'a>,
    pub(super) columns: &'a Columns,
}

impl<'a> Line<'a> {
    /// What stands in a column, which is nothing if there is no such column.
    pub(super) fn value(self, column: &str) -> ValueRef<'a> {
        let found = self.columns.at.get(column).and_then(|at| self.row.get_ref(*at).ok());
        found.unwrap_or(ValueRef::Null)
    }

    /// A text that is not empty; bytes that are not UTF-8 are U+FFFD.
    pub(super) fn text(self, column: &str) -> Option<String> {
        shown(self.value(column)).filter(|text| !text.is_empty())
    }

    /// A whole number; 0 if there is none.
    pub(super) fn whole(self, column: &str) -> i64 {
        match self.value(column) {
            ValueRef::Integer(whole) => whole,
            ValueRef::Real(real) => real as i64,
            ValueRef::Text(text) => str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
            ValueRef::Null | ValueRef::Blob(_) => 0,
        }
    }

    pub(super) fn is_set(self, column: &str) -> bool {
        self.whole(column) != 0
    }

    pub(super) fn blob(self, column: &str) -> Option<&'a [u8]> {
        match self.value(column) {
            ValueRef::Blob(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }
}

/// A value as text; `None` for nothing and for bytes.
pub(super) fn shown(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Integer(whole) => Some(whole.to_string()),
        ValueRef::Real(real) => Some(real.to_string()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}
