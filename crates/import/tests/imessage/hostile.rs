//! Databases and exports made to harm: nothing in them is run, memory and time are bounded, the rest is read.

use std::fs;

use rusqlite::{Connection, types::Value};

use crate::{
    common::{import, texts},
    fixture::{DATE, Db, attributed},
};

#[test]
fn views_triggers_and_worked_out_columns_are_not_run() {
    let db = Db::new();
    db.add("G-1", &[("text", &"fine")]);
    db.run(
        "ALTER TABLE message ADD COLUMN bomb TEXT GENERATED ALWAYS AS (hex(zeroblob(60000000))) VIRTUAL;
         CREATE VIEW deleted AS SELECT hex(randomblob(1000000000)) AS guid;
         CREATE TRIGGER evil AFTER UPDATE ON message BEGIN DELETE FROM message; END;
         DROP TABLE chat_recoverable_message_join;
         CREATE VIEW chat_recoverable_message_join AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
           SELECT i AS chat_id, 1 AS message_id, i AS delete_date FROM n;",
    );
    let all = db.messages();
    assert_eq!((all.len(), &all[0].text[..], all[0].annotations.len()), (1, "fine", 0));
}

#[test]
fn a_table_that_is_a_view_or_virtual_is_not_apples() {
    for replacement in [
        "CREATE VIEW message AS SELECT 1 AS guid, 2 AS text, 3 AS handle_id, 4 AS date, 5 AS is_from_me",
        "CREATE VIRTUAL TABLE message USING fts5 (guid, text, handle_id, date, is_from_me)",
        "CREATE TABLE message (guid TEXT PRIMARY KEY, text, handle_id, date) WITHOUT ROWID",
    ] {
        let db = Db::new();
        db.run("DROP TABLE message");
        if db.sql.execute_batch(replacement).is_err() {
            continue;
        }
        let (all, report) = db.import();
        assert_eq!((all.len(), report.skipped.len()), (0, 1), "{replacement}");
    }
}

#[test]
fn a_table_without_numbers_of_rows_is_refused() {
    let db = Db::new();
    db.run("DROP TABLE message; CREATE TABLE message (guid TEXT PRIMARY KEY, text, handle_id, date, is_from_me) WITHOUT ROWID");
    let (all, report) = db.import();
    assert_eq!((all.len(), report.skipped.len()), (0, 1));
}

#[test]
fn times_out_of_all_bounds_are_skipped_and_the_rest_is_read() {
    let db = Db::new();
    for (number, date) in [i64::MAX, i64::MIN, -2 * DATE, 999_999_999_999, i64::MAX - 1].iter().enumerate() {
        db.add(&format!("G-{number}"), &[("text", &"never"), ("date", date)]);
    }
    db.add("R-1", &[("text", &"real"), ("date", &1e300)]);
    db.add("R-2", &[("text", &"real"), ("date", &f64::INFINITY)]);
    db.add("T-1", &[("text", &"text"), ("date", &"705049689")]);
    db.add("T-2", &[("text", &"no number"), ("date", &"yesterday")]);
    db.add(
        "G-x",
        &[("text", &"good"), ("date_read", &i64::MAX), ("date_edited", &i64::MIN), ("date_delivered", &"x")],
    );
    let (all, report) = db.import();
    assert_eq!(texts(&all), ["text", "good"]);
    assert_eq!(report.sources[0].skipped, 8);
}

#[test]
fn a_wrong_type_in_any_column_does_no_harm() {
    let db = Db::new();
    let columns: Vec<String> = {
        let mut statement = db.sql.prepare("SELECT name FROM pragma_table_info('message')").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).filter(|name: &String| !name.eq_ignore_ascii_case("rowid")).collect()
    };
    db.run(&format!("DROP TABLE message; CREATE TABLE message ({})", columns.join(", ")));
    let wrong = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(2000),
        Value::Real(f64::MAX),
        Value::Text("\u{202e}text".into()),
        Value::Blob(vec![0xff; 40]),
        Value::Blob(b"bplist00".to_vec()),
    ];
    let mut count = 0;
    for column in &columns {
        for value in &wrong {
            let sql =
                format!("INSERT INTO message (guid, text, date, {column}) VALUES ('G', 'x', {DATE}, ?1)");
            if db.sql.execute(&sql, [value]).is_err() {
                // One of the three that stand there already.
                let sql = format!("INSERT INTO message (date, {column}) VALUES ({DATE}, ?1)");
                let sql =
                    if column == "date" { "INSERT INTO message (date) VALUES (?1)".to_owned() } else { sql };
                db.sql.execute(&sql, [value]).unwrap();
            }
            count += 1;
        }
    }
    let (all, report) = db.import();
    assert_eq!(all.len() as u64 + report.sources[0].skipped, count);
    assert!(all.len() as u64 > count * 9 / 10, "{} of {count}", all.len());
}

#[test]
fn a_row_over_64_mib_is_skipped_and_the_next_is_read() {
    let db = Db::new();
    db.add("G-1", &[("text", &"before")]);
    db.add("G-2", &[("text", &"huge")]);
    db.run("UPDATE message SET payload_data = zeroblob(70000000) WHERE guid = 'G-2'");
    db.add("G-3", &[("text", &"y".repeat(20 << 20))]);
    db.add("G-4", &[("text", &"after")]);
    let (all, report) = db.import();
    let lengths: Vec<usize> = all.iter().map(|one| one.message.text.len()).collect();
    assert_eq!(lengths, [6, 20 << 20, 5]);
    assert_eq!(report.skipped[0].item, Some(2));
    assert!(report.skipped[0].reason.starts_with("its row cannot be read: "), "{}", report.skipped[0].reason);
}

#[test]
fn a_database_cut_or_changed_anywhere_is_read_as_far_as_it_goes() {
    let db = Db::new();
    for number in 0..120 {
        let row = db.add(
            &format!("G-{number}"),
            &[("text", &"words ".repeat(number)), ("attributedBody", &attributed("words", &[]))],
        );
        db.attach(row, &[("transfer_name", &"a.jpg")]);
    }
    let whole = db.bytes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let mut read = 0;
    for step in 0..60usize {
        let mut bytes = whole.clone();
        match step % 3 {
            0 => bytes.truncate(whole.len() * (step + 1) / 61),
            1 => {
                let page = step * 4096 % whole.len();
                let end = (page + 4096).min(whole.len());
                bytes[page.max(100)..end.max(100)].fill((step * 7) as u8);
            }
            _ => (0..40).for_each(|number| {
                let at = (step * 7919 + number * 104_729) % whole.len();
                bytes[at.max(100)] ^= 1 << (number % 8);
            }),
        }
        fs::write(&path, &bytes).unwrap();
        let (all, _) = import(&path);
        read += all.len();
    }
    assert!(read > 1000, "{read}");
}

/// A database in which the pointers of the inner pages of tables are those that `pointer` makes of the page's number
/// and its first pointer.
fn circle(pointer: fn(u32, u32) -> u32) -> blackbox_import::Report {
    let db = Db::new();
    db.run("BEGIN");
    for number in 0..3000 {
        db.add(&format!("G-{number}"), &[("text", &"words words words")]);
    }
    db.run("COMMIT");
    let mut bytes = db.bytes();
    let mut changed = 0;
    for page in (4096..bytes.len()).step_by(4096) {
        let cells = usize::from(u16::from_be_bytes([bytes[page + 3], bytes[page + 4]]));
        if bytes[page] != 5 || cells < 3 {
            continue;
        }
        let cell =
            |bytes: &[u8], at: usize| page + usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        let first = cell(&bytes, page + 12);
        let first = u32::from_be_bytes(bytes[first..first + 4].try_into().unwrap());
        for at in (0..cells).map(|number| page + 12 + 2 * number) {
            let cell = cell(&bytes, at);
            let to = pointer((page / 4096 + 1) as u32, first);
            bytes[cell..cell + 4].copy_from_slice(&to.to_be_bytes());
            changed += 1;
        }
    }
    assert!(changed > 0);
    let path = db.folder.path().join("circle.db");
    fs::write(&path, bytes).unwrap();
    import(&path).1
}

#[test]
fn pages_that_lead_to_themselves_or_all_to_one_are_not_walked_for_ever() {
    let themselves = circle(|own, _| own);
    assert!(themselves.skipped[0].reason.contains("malformed"), "{:?}", themselves.skipped);
    let one = circle(|_, first| first);
    assert!(one.sources[0].messages > 0 && one.sources[0].messages < 3000);
    assert!(one.skipped.last().unwrap().reason.ends_with("its rows are out of order"), "{:?}", one.skipped);
}

#[test]
fn a_file_that_only_begins_like_a_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    for bytes in [b"SQLite format 3\0".to_vec(), [b"SQLite format 3\0", &[0xff; 8000][..]].concat()] {
        fs::write(&path, bytes).unwrap();
        let (all, report) = import(&path);
        assert_eq!((all.len(), report.skipped.len()), (0, 1), "{:?}", report.skipped);
    }
}

#[test]
fn a_million_tapbacks_on_one_message_are_bounded() {
    let db = Db::new();
    db.add("G-1", &[("text", &"so?")]);
    db.run(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO message (guid, date, handle_id, associated_message_guid, associated_message_type)
         SELECT 'T-' || i, {DATE}, 1, 'G-1', 2000 FROM n"
    ));
    let (all, report) = db.import();
    assert_eq!(all.len(), 5001);
    assert_eq!(all[0].message.annotations.len(), 1000);
    assert_eq!(report.notes[0].reason, "some tapbacks stand only as events, as there are too many");
}

#[test]
fn a_database_that_is_no_table_at_all_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 1").unwrap();
    let (all, report) = import(&path);
    assert_eq!((all.len(), &report.skipped[0].reason[..]), (0, "an SQLite database that is not iMessage's"));
}
