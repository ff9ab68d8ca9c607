//! Apple's own database of messages: `chat.db` of a Mac, `sms.db` of an iPhone.

use blackbox_format::message::{AttachmentText, Incoming};
use rusqlite::{Connection, Rows, Statement};

use super::{
    files::Attachments,
    follow::{Entries, Follower},
    open::{self, MAGIC},
    people::People,
    record::{Joined, Teller, Told},
    schema::{Columns, Line, Schema, quoted},
    tapback::Tapbacks,
};
use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, Importer, Input, Sink},
};

/// Apple's database of messages.
pub(crate) struct Database;

const FORMAT: &str = "imessage-database";
/// Reported for databases that are not Apple's.
const OTHER_FORMAT: &str = "sqlite";
const NOT_OURS: &str = "an SQLite database that is not iMessage's";
const OLD_PHONE: &str = "an sms.db of an iPhone before iOS 6, whose form is not read";
const TOO_MANY: &str = "its lists of people and conversations have more than 256 MiB";
/// Whence a text is that the device heard in a recording.
const HEARD: &str = "machine: Messages";

const FORMATS: &[Format] = &[Format {
    platform: "iMessage",
    form: "the database of a Mac (~/Library/Messages/chat.db, with chat.db-wal and Attachments beside it) or an iPhone (sms.db)",
    format: FORMAT,
    kept: "texts (also where only attributedBody has them), subject, time, sender, recipients, conversation, service, \
           replies, tapbacks (as events and at their messages), edits with earlier texts, unsent and recently deleted \
           messages, stickers, attachments, transcriptions of spoken messages, mentions, link previews and what apps \
           show, when delivered and read, changes of a group as events",
    lost: "bold and other looks, where in a text an attachment stood, drawings of Digital Touch and handwriting (kept as \
           bytes), bookkeeping of the devices, names of contacts (they are in another database), pages of deleted rows",
}];

impl Importer for Database {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match head.bytes().starts_with(MAGIC) {
            true if head.text().contains("chat_message_join") && head.text().contains("handle") => {
                Confidence::Certain
            }
            // The tables may be named further on: only opening it shows what it is.
            true => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = OTHER_FORMAT;
        match open::open(input, sink)? {
            Ok(connection) => match all(&connection, input, sink) {
                Err(Failure::Sql(error)) => Err(std::io::Error::other(open::cause(&error)).into()),
                Err(Failure::Fault(fault)) => Err(fault),
                Ok(()) => Ok(()),
            },
            Err(reason) => {
                sink.reject(reason);
                Ok(())
            }
        }
    }
}

enum Failure {
    Sql(rusqlite::Error),
    Fault(Fault),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Sql(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

fn all(connection: &Connection, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let Some(schema) = Schema::of(connection)? else {
        sink.reject(if Schema::is_of_old_phone(connection)? { OLD_PHONE } else { NOT_OURS });
        return Ok(());
    };
    sink.facts.format = FORMAT;
    let Some(people) = People::load(connection, &schema)? else {
        sink.reject(TOO_MANY);
        return Ok(());
    };
    let owner = input.options.owner.as_deref();
    let tapbacks = Tapbacks::load(connection, &schema, (&people, owner))?;
    let teller = Teller { people: &people, tapbacks: &tapbacks, owner };
    let mut statements = [
        follow(connection, &schema, ("chat_message_join", "chat_id", "message_date"))?,
        follow(connection, &schema, ("chat_recoverable_message_join", "chat_id", "delete_date"))?,
        follow(connection, &schema, ("message_attachment_join", "attachment_id", ""))?,
    ];
    let [chats, deleted, attached] = &mut statements;
    let mut rows = Messages {
        teller,
        columns: Columns::new(schema.columns("message")),
        beside: [chats, deleted, attached].map(Beside::new),
        attachments: Attachments::new(connection, &schema)?,
        item: 0,
        last: None,
    };
    rows.read(connection, input, sink)?;
    if tapbacks.cut {
        open::note(input, sink, "some tapbacks stand only as events, as there are too many");
    }
    Ok(())
}

/// The entries of a table in the order of their messages; none if there is no such table.
fn follow<'c>(
    connection: &'c Connection,
    schema: &Schema,
    (table, other, date): (&str, &str, &str),
) -> rusqlite::Result<Option<Statement<'c>>> {
    let (other, date) = (schema.column(table, other), schema.column(table, date));
    let sql = format!("SELECT message_id, {other}, {date} FROM {table} ORDER BY message_id");
    if schema.has(table) { connection.prepare(&sql).map(Some) } else { Ok(None) }
}

/// A table that is read beside the messages.
struct Beside<'s>(rusqlite::Result<Option<Follower<'s>>>);

impl<'s> Beside<'s> {
    fn new(statement: &'s mut Option<Statement<'_>>) -> Beside<'s> {
        Beside(statement.as_mut().map(Follower::new).transpose())
    }

    /// What it says of a message. A table that is damaged says nothing from there on.
    fn take(&mut self, message: i64) -> Entries {
        let Ok(Some(follower)) = &mut self.0 else { return Entries::default() };
        match follower.take(message) {
            Ok(entries) => entries,
            Err(error) => {
                self.0 = Err(error);
                Entries::default()
            }
        }
    }

    fn damage(&self) -> Option<&rusqlite::Error> {
        self.0.as_ref().err()
    }
}

/// Reads the messages in the order of their rows.
struct Messages<'a, 'c> {
    teller: Teller<'a>,
    columns: Columns,
    /// Conversations, deletions, attachments.
    beside: [Beside<'a>; 3],
    attachments: Attachments<'c>,
    item: u64,
    /// The number of the last row.
    last: Option<i64>,
}

impl Messages<'_, '_> {
    fn read(
        &mut self,
        connection: &Connection,
        input: &Input<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Failure> {
        let names: Vec<String> = self.columns.names.iter().map(|name| quoted(name)).collect();
        let sql =
            format!("SELECT _rowid_, {} FROM message WHERE _rowid_ >= ?1 ORDER BY _rowid_", names.join(", "));
        let mut statement = connection.prepare(&sql)?;
        let mut start = i64::MIN;
        while let Err(failure) = self.rows(&mut statement.query([start])?, (input, &mut *sink)) {
            let Failure::Sql(error) = failure else { return Err(failure) };
            // A row that is damaged is passed over, if at least its number can be read.
            let from = self.last.map_or(Some(start), |last| last.checked_add(1));
            let damaged = from.and_then(|from| next(connection, from.max(start)));
            let Some((damaged, after)) = damaged.and_then(|row| Some((row, row.checked_add(1)?))) else {
                return Err(error.into());
            };
            self.item += 1;
            self.last = Some(damaged);
            sink.saw();
            sink.skip(At::Item(self.item), format!("its row cannot be read: {}", open::cause(&error)));
            start = after;
        }
        self.report(sink);
        Ok(())
    }

    fn report(&self, sink: &mut Sink<'_>) {
        let tables =
            ["the conversations of messages", "the times of deletions", "the attachments of messages"];
        for (table, error) in tables.iter().zip(&self.beside).filter_map(|(t, b)| Some((t, b.damage()?))) {
            sink.reject(format!("{table} cannot all be read: {}", open::cause(error)));
        }
    }

    fn rows(
        &mut self,
        rows: &mut Rows<'_>,
        (input, sink): (&Input<'_>, &mut Sink<'_>),
    ) -> Result<(), Failure> {
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            if self.last.is_some_and(|last| number <= last) {
                return Err(Fault::Io(std::io::Error::other("its rows are out of order")).into());
            }
            self.last = Some(number);
            self.item += 1;
            sink.saw();
            let [chats, deleted, attached] = self.beside.each_mut().map(|table| table.take(number));
            let line = Line { row, columns: &self.columns };
            let told = self.teller.tell(line, &Joined { chats, deleted });
            self.deliver(told, attached, (input, &mut *sink))?;
        }
        Ok(())
    }

    /// Looks the attachments up and hands the message on.
    fn deliver(
        &mut self,
        told: Result<Told, &'static str>,
        attached: Entries,
        (input, sink): (&Input<'_>, &mut Sink<'_>),
    ) -> Result<(), Failure> {
        let at = At::Item(self.item);
        sink.saw_attachments(attached.list.len() + attached.further);
        for _ in 0..attached.further {
            sink.skip(at, "the message has more than 10000 attachments");
        }
        let Told { mut message, unknown, transcription } = match told {
            Ok(told) => told,
            Err(reason) => {
                attached
                    .list
                    .iter()
                    .for_each(|_| sink.skip(at, "an attachment of a message that was skipped"));
                sink.skip(at, reason);
                return Ok(());
            }
        };
        unknown.iter().for_each(|key| sink.unknown(key));
        let mut media = Vec::with_capacity(attached.list.len());
        for entry in &attached.list {
            let mut found = self.attachments.get(entry.other);
            if let Some(missing) = found.look_up(input) {
                sink.note(at, missing);
            }
            message.annotations.append(&mut found.said);
            media.push(found.media);
        }
        if let Some(text) = transcription {
            match media.is_empty() {
                true => message.annotations.push(("transcription".into(), text)),
                false => message.texts.push(AttachmentText { attachment: 0, origin: HEARD.into(), text }),
            }
        }
        Ok(sink.record(at, Incoming { message, media })?)
    }
}

/// The number of the first row from `from` on.
fn next(connection: &Connection, from: i64) -> Option<i64> {
    let sql = "SELECT _rowid_ FROM message WHERE _rowid_ >= ?1 ORDER BY _rowid_ LIMIT 1";
    connection.query_row(sql, [from], |row| row.get(0)).ok()
}
