//! Messages that chance makes, written as users have them, are read back as they were.

use std::fs;

use blackbox_format::message::Message;
use proptest::prelude::*;

use crate::{
    common::import,
    fixture::{Db, attributed, noted},
};

/// A message as chance makes it.
#[derive(Debug, Clone)]
struct Made {
    text: String,
    in_body: bool,
    millis: i64,
    from_me: bool,
    second: bool,
    files: Vec<String>,
    answers: bool,
    event: Option<i64>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 äöüßשם,.!?'\"\u{1F300}-\u{1F64F}\u{4e00}-\u{4e40}\u{200d}\n]{1,60}",
        1 => (1usize..6000, "[a-z🎉]{3,15}").prop_map(|(times, word)| word.repeat(times)),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    (
        text(),
        any::<bool>(),
        0i64..2_000_000_000_000,
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec("[a-z]{1,8}\\.(jpg|pdf|heic)", 0..3),
        any::<bool>(),
        prop_oneof![4 => Just(None), 1 => (1i64..4).prop_map(Some)],
    )
        .prop_map(|(text, in_body, millis, from_me, second, files, answers, event)| Made {
            text,
            in_body,
            // From 2001 on, in whole milliseconds; 0 means no time.
            millis: millis.max(1_000),
            from_me,
            second,
            files,
            answers,
            event,
        })
}

fn write(db: &Db, number: usize, one: &Made, nanoseconds: bool) {
    let body = attributed(&one.text, &[("__kIMMessagePartAttributeName", "0")]);
    let handle = if one.from_me { 0 } else { 1 + i64::from(one.second) };
    let text = (!one.in_body && one.event.is_none()).then_some(&one.text);
    let body = (one.in_body && one.event.is_none()).then_some(body);
    let answers = one.answers.then_some("G-0");
    let date = if nanoseconds { one.millis * 1_000_000 } else { one.millis / 1000 };
    let row = db.add(
        &format!("G-{number}"),
        &[
            ("text", &text),
            ("attributedBody", &body),
            ("date", &date),
            ("handle_id", &handle),
            ("is_from_me", &one.from_me),
            ("thread_originator_guid", &answers),
            ("item_type", &one.event.unwrap_or(0)),
        ],
    );
    for name in &one.files {
        let path = format!("~/Library/Messages/Attachments/{number}/{name}");
        db.attach(row, &[("filename", &path), ("transfer_name", name)]);
        let folder = db.folder.path().join(format!("Attachments/{number}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), name).unwrap();
    }
}

fn check(number: usize, one: &Made, message: &Message) {
    assert_eq!(message.time, one.millis + 978_307_200_000);
    assert_eq!(message.source_id.as_deref(), Some(&format!("G-{number}")[..]));
    let who = match (one.from_me, one.second) {
        (true, _) => "Me",
        (false, false) => "+447700900001",
        (false, true) => "bo@harbour.example",
    };
    match one.event {
        None => {
            assert_eq!((&message.text, &message.from[..], &message.event), (&one.text, who, &None));
            assert_eq!(message.to.len(), 2);
            assert_eq!(noted(message, "raw:attributedBody"), [""; 0]);
        }
        Some(kind) => {
            let slug = ["added", "renamed", "left"][usize::try_from(kind).unwrap() - 1];
            assert_eq!((message.event.as_deref(), noted(message, "sender")), (Some(slug), vec![who]));
        }
    }
    let answered: &[&str] = if one.answers { &["G-0"] } else { &[] };
    assert_eq!(noted(message, "reply-to"), answered);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn every_message_comes_back_as_it_was(
        all in prop::collection::vec(made(), 1..12),
        nanoseconds in any::<bool>(),
    ) {
        let db = Db::new();
        let all: Vec<Made> = all
            .into_iter()
            // Seconds have no milliseconds.
            .map(|one| Made { millis: if nanoseconds { one.millis.max(1_000_000) } else { one.millis / 1000 * 1000 }, ..one })
            .collect();
        all.iter().enumerate().for_each(|(number, one)| write(&db, number, one, nanoseconds));
        let (found, report) = import(&db.path());
        prop_assert_eq!((&report.skipped, &report.notes), (&Vec::new(), &Vec::new()));
        prop_assert_eq!(found.len(), all.len());
        for (number, (one, incoming)) in all.iter().zip(&found).enumerate() {
            check(number, one, &incoming.message);
            let names: Vec<_> = incoming.media.iter().map(|media| media.name.clone()).collect();
            prop_assert_eq!(&names, &one.files);
            prop_assert!(incoming.media.iter().all(|media| media.content.is_some()));
        }
    }
}
