//! What an account wrote, in the data package that Discord makes of it, comes back from both of its forms.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{json_exports::notes, package, words::words};

/// Milliseconds, text, names of attachments.
type Written = (i64, String, Vec<String>);

fn written() -> impl Strategy<Value = Vec<Written>> {
    let files = prop::collection::vec("[a-zé]{1,8}\\.(png|pdf)", 0..3);
    prop::collection::vec((0i64..7_250_000_000_000, words(), files), 1..20)
}

/// Addresses as Discord gives them out: with what lets one in behind the name.
fn addresses(files: &[String]) -> String {
    files.iter().map(|name| format!("https://cdn.example/1/2/{name}?ex=6&hm=a")).collect::<Vec<_>>().join(" ")
}

fn as_json(all: &[Written]) -> String {
    let one = |(number, (millis, text, files)): (usize, &Written)| {
        let time = Timestamp::from_millisecond(*millis).unwrap().strftime("%Y-%m-%d %H:%M:%S").to_string();
        json!({"ID": number, "Timestamp": time, "Contents": text, "Attachments": addresses(files)})
    };
    all.iter().enumerate().map(one).collect::<Value>().to_string()
}

/// A field of CSV, in quotes only where it has to be.
fn field(text: &str) -> String {
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

fn as_csv(all: &[Written], end: &str) -> String {
    let mut csv = format!("ID,Timestamp,Contents,Attachments{end}");
    for (number, (millis, text, files)) in all.iter().enumerate() {
        let time = Timestamp::from_millisecond(*millis).unwrap().strftime("%Y-%m-%d %H:%M:%S%.6f+00:00");
        csv += &format!("{number},{time},{},{}{end}", field(text), addresses(files));
    }
    csv
}

/// Imports a package of one channel and compares what comes back.
fn compare(name: &str, bytes: &str, all: &[Written]) -> Result<(), TestCaseError> {
    let about = r#"{"id": "66", "type": "DM", "recipients": ["2", "1"]}"#;
    let (found, report) = package("66", about, name, bytes.as_bytes());
    prop_assert_eq!(found.len(), all.len());
    for (number, (incoming, (millis, text, files))) in found.iter().zip(all).enumerate() {
        let message = &incoming.message;
        prop_assert_eq!((message.time, &message.text), (*millis, text));
        prop_assert_eq!((&message.from[..], &message.to[..]), ("Ada Brook", &["bof".to_owned()][..]));
        prop_assert_eq!(message.source_id.as_ref(), Some(&number.to_string()));
        let names: Vec<_> = incoming.media.iter().map(|media| media.name.clone()).collect();
        prop_assert_eq!(&names, files);
        prop_assert_eq!(notes(incoming, "media-url").join(" "), addresses(files));
        prop_assert_eq!(&message.event, &None);
    }
    prop_assert_eq!(&report.sources[0].format[..], "discord-package");
    prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_come_back_from_the_json_of_a_package(all in written()) {
        // It has whole seconds.
        let all: Vec<Written> = all.into_iter().map(|(millis, text, files)| (millis / 1000 * 1000, text, files)).collect();
        compare("messages.json", &as_json(&all), &all)?;
    }

    #[test]
    fn messages_come_back_from_the_csv_of_a_package(all in written(), crlf in any::<bool>()) {
        compare("messages.csv", &as_csv(&all, if crlf { "\r\n" } else { "\n" }), &all)?;
    }
}
