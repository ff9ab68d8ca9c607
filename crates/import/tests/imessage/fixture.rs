//! Makes databases in the form of Apple's, new and old.

use std::{
    fs,
    path::{Path, PathBuf},
};

use blackbox_format::message::{Incoming, Message};
use blackbox_import::Report;
use rusqlite::{Connection, ToSql, params_from_iter};
use tempfile::TempDir;

use crate::common::import;

/// What this project needs of the tables that macOS has had for some years.
const NEW: &str = "
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
  subject TEXT, attributedBody BLOB, handle_id INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0, service TEXT,
  account TEXT, error INTEGER DEFAULT 0, date INTEGER, date_read INTEGER, date_delivered INTEGER,
  is_from_me INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0,
  group_title TEXT, group_action_type INTEGER DEFAULT 0, share_status INTEGER DEFAULT 0,
  share_direction INTEGER DEFAULT 0, is_audio_message INTEGER DEFAULT 0, is_expirable INTEGER DEFAULT 0,
  expire_state INTEGER DEFAULT 0, was_downgraded INTEGER DEFAULT 0, associated_message_guid TEXT,
  associated_message_type INTEGER DEFAULT 0, associated_message_emoji TEXT, balloon_bundle_id TEXT,
  payload_data BLOB, message_summary_info BLOB, expressive_send_style_id TEXT, destination_caller_id TEXT,
  thread_originator_guid TEXT, thread_originator_part TEXT, reply_to_guid TEXT, date_edited INTEGER DEFAULT 0,
  date_retracted INTEGER DEFAULT 0, is_forward INTEGER DEFAULT 0, ck_record_id TEXT);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, country TEXT, service TEXT,
  uncanonicalized_id TEXT, person_centric_id TEXT);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT, style INTEGER, chat_identifier TEXT,
  service_name TEXT, display_name TEXT);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER DEFAULT 0,
  PRIMARY KEY (chat_id, message_id));
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER, UNIQUE (chat_id, handle_id));
CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT, filename TEXT, transfer_name TEXT,
  mime_type TEXT, total_bytes INTEGER DEFAULT 0, is_sticker INTEGER DEFAULT 0, hide_attachment INTEGER DEFAULT 0,
  emoji_image_short_description TEXT);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
CREATE INDEX message_attachment_join_idx ON message_attachment_join (message_id);
CREATE INDEX chat_message_join_idx ON chat_message_join (message_id);
CREATE TRIGGER after_delete AFTER DELETE ON message BEGIN DELETE FROM chat_message_join WHERE message_id = OLD.ROWID; END;
";

/// The same of a Mac of 2012.
const OLD: &str = "
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT,
  handle_id INTEGER DEFAULT 0, subject TEXT, attributedBody BLOB, service TEXT, account TEXT, date INTEGER,
  date_read INTEGER, date_delivered INTEGER, is_from_me INTEGER DEFAULT 0);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, country TEXT);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT, chat_identifier TEXT);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT, filename TEXT, mime_type TEXT);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
";

/// 2023-05-06T07:08:09.123Z in nanoseconds since 2001.
pub const DATE: i64 = 705_049_689_123_000_000;
/// The same in Unix milliseconds.
pub const MILLIS: i64 = 1_683_356_889_123;

/// A database with two conversations: 1 with Ada, 2 "Harbour" with Ada and Bo.
pub struct Db {
    pub folder: TempDir,
    pub sql: Connection,
}

impl Db {
    pub fn new() -> Db {
        let db = Db::with(NEW);
        db.run("UPDATE chat SET display_name = 'Harbour' WHERE ROWID = 2");
        db.run("UPDATE handle SET uncanonicalized_id = '07700 900001', person_centric_id = 'ada' WHERE ROWID = 1");
        db.run("INSERT INTO handle (id, person_centric_id) VALUES ('ada@harbour.example', 'ada')");
        db
    }

    pub fn old() -> Db {
        Db::with(OLD)
    }

    fn with(schema: &str) -> Db {
        let folder = tempfile::tempdir().unwrap();
        let sql = Connection::open(folder.path().join("chat.db")).unwrap();
        sql.execute_batch("PRAGMA synchronous = OFF").unwrap();
        sql.execute_batch(schema).unwrap();
        let db = Db { folder, sql };
        db.run("INSERT INTO handle (id) VALUES ('+447700900001'), ('bo@harbour.example')");
        db.run("INSERT INTO chat (chat_identifier) VALUES ('+447700900001'), ('chat900')");
        db.run("INSERT INTO chat_handle_join (chat_id, handle_id) VALUES (1, 1), (2, 1), (2, 2)");
        db
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("chat.db")
    }

    pub fn run(&self, sql: &str) {
        self.sql.execute_batch(sql).unwrap();
    }

    pub fn insert(&self, table: &str, fields: &[(&str, &dyn ToSql)]) -> i64 {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let marks = vec!["?"; fields.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
        self.sql.execute(&sql, params_from_iter(fields.iter().map(|(_, value)| *value))).unwrap();
        self.sql.last_insert_rowid()
    }

    /// Adds a message from Ada to conversation 2; what is given replaces that.
    pub fn add(&self, guid: &str, fields: &[(&str, &dyn ToSql)]) -> i64 {
        let row = self.loose(guid, fields);
        self.insert("chat_message_join", &[("chat_id", &2), ("message_id", &row)]);
        row
    }

    /// Adds a message to no conversation.
    pub fn loose(&self, guid: &str, fields: &[(&str, &dyn ToSql)]) -> i64 {
        let mut all: Vec<(&str, &dyn ToSql)> = vec![("guid", &guid)];
        let defaults: [(&str, &dyn ToSql); 2] = [("date", &DATE), ("handle_id", &1)];
        all.extend(defaults.iter().filter(|(name, _)| !fields.iter().any(|(given, _)| given == name)));
        all.extend(fields);
        self.insert("message", &all)
    }

    /// Attaches a file to a message.
    pub fn attach(&self, message: i64, fields: &[(&str, &dyn ToSql)]) {
        let row = self.insert("attachment", fields);
        self.insert("message_attachment_join", &[("message_id", &message), ("attachment_id", &row)]);
    }

    pub fn import(&self) -> (Vec<Incoming>, Report) {
        import(&self.path())
    }

    /// The messages, of a database in which nothing may be wrong.
    pub fn messages(&self) -> Vec<Message> {
        let (all, report) = self.import();
        assert_eq!((&report.skipped, &report.notes), (&Vec::new(), &Vec::new()));
        all.into_iter().map(|one| one.message).collect()
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }
}

/// The values of a message's annotations of a name.
pub fn noted<'a>(message: &'a Message, name: &str) -> Vec<&'a str> {
    message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A typedstream of an `NSMutableAttributedString` whose whole text has some attributes.
pub fn attributed(text: &str, attributes: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x19NSMutableAttributedString\0\
        \x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85\x92\x84\x84\x84\x0fNSMutableString\x01\
        \x84\x84\x08NSString\x01\x95\x84\x01+"
        .to_vec();
    run(&mut bytes, text);
    bytes.extend(b"\x86\x84\x02iI\x01");
    integer(&mut bytes, text.encode_utf16().count());
    bytes.extend(b"\x92\x84\x84\x84\x0cNSDictionary\0\x95\x84\x01i");
    integer(&mut bytes, attributes.len());
    for half in attributes.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend(b"\x92\x84\x98\x98");
        run(&mut bytes, half);
        bytes.push(0x86);
    }
    bytes.extend(b"\x86\x86");
    bytes
}

fn run(bytes: &mut Vec<u8>, text: &str) {
    integer(bytes, text.len());
    bytes.extend(text.as_bytes());
}

fn integer(bytes: &mut Vec<u8>, number: usize) {
    match number {
        0..=0x7f => bytes.push(number as u8),
        0x80..=0x7fff => {
            bytes.push(0x81);
            bytes.extend((number as u16).to_le_bytes());
        }
        _ => {
            bytes.push(0x82);
            bytes.extend((number as u32).to_le_bytes());
        }
    }
}

/// A property list in its binary form.
pub fn plist(value: &plist::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.to_writer_binary(&mut bytes).unwrap();
    bytes
}

pub fn dictionary(entries: &[(&str, plist::Value)]) -> plist::Value {
    plist::Value::Dictionary(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}
