//! Opens a database so that nothing is written, and nothing in it is run.

use std::{
    io::{self, Read},
    path::Path,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, limits::Limit};

use super::log::{Image, Log, page_bytes};
use crate::{
    importer::{Fault, File, Input, Sink},
    report::Skipped,
};

/// The first bytes of every SQLite database.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// A database in an archive, or one with a log, is held in memory: up to 1 GiB.
const MAX_HELD_BYTES: u64 = 1 << 30;
/// The longest value or row that is read, 64 MiB.
const MAX_VALUE_BYTES: i32 = 64 << 20;
const CACHE_KIB: i32 = 8192;
/// Reading a database may take this many steps for each of its bytes, and some more: pages that lead to one another
/// in circles would take for ever.
const STEPS_PER_BYTE: u64 = 20;
const MIN_STEPS: u64 = 20_000_000;
/// Steps are counted by the million.
const COUNTED_STEPS: i32 = 1_000_000;

/// What became of opening a database.
pub(super) type Opened = Result<Connection, String>;

/// Opens the database: a file on a disk where it lies, anything else in memory.
///
/// # Errors
/// The file cannot be read. That it is no database is the reason inside.
pub(super) fn open(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<Opened, Fault> {
    let file = input.file();
    let log = log(input, sink);
    let header = header(file)?;
    let Some(page) = page_bytes(&header) else { return Ok(Err("a damaged SQLite database".into())) };
    if let (None, Some(address)) = (&log, file.path().and_then(address)) {
        return Ok(on_disk(&address, length(file)?).map_err(|error| cause(&error)));
    }
    let length = length(file)?;
    if length > MAX_HELD_BYTES {
        if let Some(address) = file.path().and_then(address) {
            note(
                input,
                sink,
                "the log beside it was not read, as it is over 1 GiB: its newest messages are missing",
            );
            return Ok(on_disk(&address, length).map_err(|error| cause(&error)));
        }
        return Ok(Err("refusing to hold a database of more than 1 GiB in memory: unpack it".into()));
    }
    let found = log.is_some();
    let log = log.and_then(|bytes| Log::read(bytes, page));
    match (found, &log) {
        (true, Some(_)) => note(input, sink, "what stands in the log beside it (\"-wal\") was read with it"),
        (true, None) => note(input, sink, "the log beside it (\"-wal\") has nothing that belongs to it"),
        (false, _) => {}
    }
    let image = Image::new(file.bytes()?, (length, page), log);
    if image.length() > MAX_HELD_BYTES {
        return Ok(Err("refusing to hold a database of more than 1 GiB in memory".into()));
    }
    Ok(in_memory(image).map_err(|error| cause(&error)))
}

/// Why SQLite failed, in words that quote nothing of the file.
pub(super) fn cause(error: &rusqlite::Error) -> String {
    match error.sqlite_error() {
        Some(error) if error.code == ErrorCode::OperationInterrupted => {
            "it takes more steps than a database of its size should".into()
        }
        Some(error) => rusqlite::ffi::code_to_str(error.extended_code).to_lowercase(),
        None => "a value is of another type than it should be".into(),
    }
}

/// Says something of the database as a whole.
pub(super) fn note(input: &Input<'_>, sink: &mut Sink<'_>, words: &str) {
    sink.tally.note(Skipped::file(input.file().source(), words));
}

/// The write-ahead log beside the database, unless it is empty. SQLite's own notes about it are of no use.
fn log(input: &Input<'_>, sink: &mut Sink<'_>) -> Option<Vec<u8>> {
    let name = input.file().name();
    if input.names().contains(&format!("{name}-journal")) {
        note(
            input,
            sink,
            "the journal beside it was not applied: it may have been copied in the midst of a change",
        );
    }
    input.beside(&format!("{name}-shm"));
    let log = format!("{name}-wal");
    let bytes = input.beside(&log);
    if bytes.is_none() && input.names().contains(&log) {
        note(
            input,
            sink,
            "the log beside it (\"-wal\") is over 64 MiB and was not read: its newest messages are missing",
        );
    }
    bytes.filter(|bytes| !bytes.is_empty())
}

fn header(file: File<'_>) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    file.bytes()?.take(100).read_to_end(&mut header)?;
    Ok(header)
}

/// How many bytes a file unfolds to, counted up to one more than may be held.
fn length(file: File<'_>) -> io::Result<u64> {
    match file.section() {
        Some(section) => Ok(section.length()),
        None => io::copy(&mut file.bytes()?.take(MAX_HELD_BYTES + 1), &mut io::sink()),
    }
}

/// The path as SQLite takes it, with the promise that nobody changes the file, so that no lock, log or journal is
/// made beside it.
fn address(path: &Path) -> Option<String> {
    let mut address = String::from("file:");
    let text = path.to_str()?;
    if cfg!(windows) && path.is_absolute() {
        address.push('/');
    }
    for letter in text.chars() {
        match letter {
            '?' => address.push_str("%3f"),
            '#' => address.push_str("%23"),
            '%' => address.push_str("%25"),
            '\\' if cfg!(windows) => address.push('/'),
            other => address.push(other),
        }
    }
    // Two slashes at the start would name a host.
    Some(address.replacen("file://", "file:/", 1) + "?immutable=1&mode=ro")
}

fn on_disk(address: &str, length: u64) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    guarded(Connection::open_with_flags(address, flags)?, length)
}

fn in_memory(image: Image<impl Read>) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    let length = image.length();
    let held = usize::try_from(length).expect("it has at most 1 GiB");
    connection.deserialize_read_exact("main", image, held, true)?;
    guarded(connection, length)
}

/// Sets everything that SQLite recommends for files from strangers: no view, trigger or function in them is run.
fn guarded(mut connection: Connection, length: u64) -> rusqlite::Result<Connection> {
    let steps = length.saturating_mul(STEPS_PER_BYTE).saturating_add(MIN_STEPS);
    let mut left = steps / u64::from(COUNTED_STEPS.unsigned_abs());
    let count = move || {
        left = left.saturating_sub(1);
        left == 0
    };
    connection.progress_handler(COUNTED_STEPS, Some(count))?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
