//! The database as a whole: its attachments, its log, archives around it, and databases that are others'.

use std::fs;

use rusqlite::Connection;

use crate::{
    common::{content, deflated, gzip, import, texts},
    fixture::{Db, attributed, names, noted},
};

#[test]
fn attachments_are_found_below_the_database_or_a_folder_around_it() {
    let db = Db::new();
    let path = "~/Library/Messages/Attachments/ab/11/X/map.heic";
    let row = db.add("G-1", &[("text", &"\u{fffc}here\u{fffc}and there")]);
    db.attach(row, &[("filename", &path), ("transfer_name", &"map.heic"), ("mime_type", &"image/heic")]);
    db.attach(
        row,
        &[("filename", &path.replace("map", "lost")), ("transfer_name", &"lost.heic"), ("is_sticker", &1)],
    );
    db.attach(row, &[("filename", &"~/Library/Messages/Attachments/../../../etc/passwd")]);
    db.run(&format!("INSERT INTO message_attachment_join VALUES ({row}, 999)"));
    let below = db.folder.path().join("Attachments/ab/11/X");
    fs::create_dir_all(&below).unwrap();
    fs::write(below.join("map.heic"), "a map").unwrap();
    let (all, report) = import(db.folder.path());
    assert_eq!((all.len(), &all[0].message.text[..]), (1, "here\nand there"));
    let media: Vec<_> =
        all[0].media.iter().map(|one| (&one.name[..], &one.media_type[..], one.content.is_some())).collect();
    assert_eq!(
        media,
        [
            ("map.heic", "image/heic", true),
            ("lost.heic", "image/heic", false),
            ("passwd", "application/octet-stream", false),
            ("", "application/octet-stream", false),
        ]
    );
    assert_eq!(content(&all[0]), b"a map");
    assert_eq!(noted(&all[0].message, "sticker"), ["lost.heic"]);
    let notes: Vec<_> = report.notes.iter().map(|one| (one.item, &one.reason[..])).collect();
    assert_eq!(
        notes,
        [
            (Some(1), "attachment \"lost.heic\" is not in the folder of the export"),
            (Some(1), "attachment \"passwd\" is not in the folder of the export"),
            (Some(1), "an attachment without a name is not in the folder of the export"),
        ]
    );
    assert_eq!(report.skipped, []);
    // A database in Library/Messages whose attachments lie in the home folder's own tree.
    let home = tempfile::tempdir().unwrap();
    let inner = home.path().join("copy/db");
    fs::create_dir_all(&inner).unwrap();
    fs::copy(db.path(), inner.join("sms.db")).unwrap();
    fs::create_dir_all(home.path().join("copy/Library/Messages/Attachments/ab/11/X")).unwrap();
    fs::write(home.path().join("copy/Library/Messages/Attachments/ab/11/X/map.heic"), "the same").unwrap();
    assert_eq!(content(&import(home.path()).0[0]), b"the same");
}

#[test]
fn a_transcription_is_the_text_of_the_recording() {
    let db = Db::new();
    let body = attributed("\u{fffc}", &[("IMAudioTranscription", "meet me at the lock")]);
    let row = db.add("G-1", &[("text", &"\u{fffc}"), ("attributedBody", &body), ("is_audio_message", &1)]);
    db.attach(row, &[("transfer_name", &"Audio Message.caf")]);
    let (all, _) = db.import();
    let texts = &all[0].message.texts;
    assert_eq!((texts[0].attachment, &texts[0].origin[..]), (0, "machine: Messages"));
    assert_eq!((&texts[0].text[..], &all[0].message.text[..]), ("meet me at the lock", ""));
}

#[test]
fn nothing_is_written_beside_the_database() {
    let db = Db::new();
    db.run("PRAGMA journal_mode = WAL");
    db.add("G-1", &[("text", &"kept")]);
    let Db { folder, sql } = db;
    sql.close().unwrap();
    let before = names(folder.path());
    assert_eq!(before, ["chat.db"]);
    let bytes = fs::read(folder.path().join("chat.db")).unwrap();
    assert_eq!(bytes[18], 2, "it is not in the mode of a log");
    let (all, report) = import(folder.path());
    assert_eq!((texts(&all), &report.notes), (vec!["kept"], &Vec::new()));
    assert_eq!(names(folder.path()), before);
    assert_eq!(fs::read(folder.path().join("chat.db")).unwrap(), bytes);
}

#[test]
fn what_stands_in_the_log_beside_the_database_is_read() {
    let db = Db::new();
    db.add("G-1", &[("text", &"in the file")]);
    db.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    let long = "in the log ".repeat(2000);
    db.add("G-2", &[("text", &long)]);
    db.run("UPDATE message SET text = 'changed in the log' WHERE guid = 'G-1'");
    db.sql
        .execute_batch("BEGIN; INSERT INTO message (guid, text, date) VALUES ('G-3', 'never committed', 1);")
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["chat.db", "chat.db-wal", "chat.db-shm"] {
        fs::copy(db.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let before = names(copy.path());
    let (all, report) = import(copy.path());
    assert_eq!(texts(&all), ["changed in the log", &long[..]]);
    let notes: Vec<_> = report.notes.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(notes, ["what stands in the log beside it (\"-wal\") was read with it"]);
    assert_eq!((report.skipped, names(copy.path())), (Vec::new(), before));
    // The file alone has what was written before the log.
    fs::remove_file(copy.path().join("chat.db-wal")).unwrap();
    assert_eq!(texts(&import(&copy.path().join("chat.db")).0), ["in the file"]);
    // A log that was altered counts up to the last transaction before the damage.
    let mut log = fs::read(db.folder.path().join("chat.db-wal")).unwrap();
    let last = log.len() - 10;
    log[last] ^= 1;
    fs::write(copy.path().join("chat.db-wal"), &log).unwrap();
    assert_eq!(texts(&import(&copy.path().join("chat.db")).0), ["in the file", &long[..]]);
    fs::write(copy.path().join("chat.db-wal"), b"nonsense").unwrap();
    let (all, report) = import(&copy.path().join("chat.db"));
    assert_eq!(texts(&all), ["in the file"]);
    assert_eq!(report.notes[0].reason, "the log beside it (\"-wal\") has nothing that belongs to it");
}

#[test]
fn a_database_in_an_archive_is_read_in_memory() {
    let db = Db::new();
    db.run("PRAGMA journal_mode = WAL");
    let row = db.add("G-1", &[("text", &"packed")]);
    db.attach(row, &[("filename", &"~/Library/Messages/Attachments/ab/a.txt"), ("transfer_name", &"a.txt")]);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    let folder = tempfile::tempdir().unwrap();
    let zip = deflated(&[("Messages/chat.db", &db.bytes()), ("Messages/Attachments/ab/a.txt", b"note")]);
    fs::write(folder.path().join("a.zip"), zip).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(
        (texts(&all), content(&all[0]), &report.skipped),
        (vec!["packed"], b"note".to_vec(), &Vec::new())
    );
    assert_eq!(report.sources[0].format, "imessage-database");
    fs::write(folder.path().join("a.zip"), gzip(&db.bytes())).unwrap();
    assert_eq!(texts(&import(folder.path()).0), ["packed"]);
}

#[test]
fn the_path_of_a_database_may_have_any_signs() {
    let db = Db::new();
    db.add("G-1", &[("text", &"odd")]);
    let odd = db.folder.path().join("what? 100%25 #1 & so");
    fs::create_dir(&odd).unwrap();
    fs::copy(db.path(), odd.join("chat.db")).unwrap();
    assert_eq!(texts(&import(&odd).0), ["odd"]);
    assert_eq!(names(&odd), ["chat.db"]);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for schema in [
        "CREATE TABLE message (_id INTEGER, data TEXT); CREATE TABLE jid (_id INTEGER); CREATE TABLE chat (_id INTEGER)",
        "CREATE TABLE conversations (id TEXT); CREATE TABLE messages (id TEXT, body TEXT)",
        "CREATE TABLE message (guid, text, handle_id, date, is_from_me); CREATE TABLE handle (id); CREATE TABLE chat (id);
         CREATE VIEW chat_message_join AS SELECT 1 AS chat_id, 2 AS message_id",
        "CREATE TABLE a (b)",
    ] {
        let path = folder.path().join("some.db");
        let _ = fs::remove_file(&path);
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let (all, report) = import(&path);
        assert!(all.is_empty());
        assert_eq!(report.skipped[0].reason, "an SQLite database that is not iMessage's", "{schema}");
        assert_eq!((report.skipped.len(), &report.sources[0].format[..]), (1, "sqlite"));
    }
}

#[test]
fn a_database_of_a_phone_from_before_imessage_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.db");
    let schema =
        "CREATE TABLE message (address TEXT, date INTEGER, text TEXT); CREATE TABLE msg_group (type INTEGER)";
    Connection::open(&path).unwrap().execute_batch(schema).unwrap();
    let (_, report) = import(&path);
    assert_eq!(report.skipped[0].reason, "an sms.db of an iPhone before iOS 6, whose form is not read");
}
