//! What messages get besides what their export says: names from contacts, texts of attachments.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{convert::Infallible, fs, path::Path};

use blackbox_document::Reader;
use blackbox_format::{
    message::Incoming,
    term::{Field, Literal, terms},
};
use blackbox_import::{Contacts, Exports, Options, Report};

const CARDS: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Nell Harrow\r\nN:Harrow;Nell;;;\r\nTEL:+44 7700 900461\r\n\
EMAIL:nell@harrow.example\r\nX-TWITTER:@nharrow\r\nEND:VCARD\r\n";

fn import(folder: &Path, with: impl FnOnce(&mut Options)) -> (Vec<Incoming>, Report) {
    let mut options = common::options(None);
    with(&mut options);
    let exports = Exports::open(&[folder.to_owned()], options).unwrap();
    let read = || {
        let mut all = Vec::new();
        let report = exports.read::<Infallible>(&mut |incoming| {
            all.push(incoming);
            Ok(())
        });
        (all, report.unwrap())
    };
    let (first, second) = (read(), read());
    let messages = |all: &[Incoming]| all.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    assert_eq!(messages(&first.0), messages(&second.0), "a second reading gives something else");
    assert_eq!(first.1, second.1);
    first
}

fn line(from: &str, to: &str, rest: &str) -> String {
    format!(
        "{{\"time\":\"2021-01-02T03:04:05Z\",\"from\":\"{from}\",\"to\":[\"{to}\"],\"text\":\"hello\"{rest}}}\n"
    )
}

#[test]
fn a_person_is_found_under_every_name_on_every_platform() {
    let folder = tempfile::tempdir().unwrap();
    let cards = tempfile::tempdir().unwrap();
    let cards = cards.path().join("people.vcf");
    fs::write(&cards, CARDS).unwrap();
    let numbers = ["07700 900461", "+447700900461", "nell@harrow.example", "Nell Harrow", "@nharrow"];
    let lines: String = numbers.iter().map(|from| line(from, "Bo", "")).collect();
    fs::write(folder.path().join("a.jsonl"), lines + &line("Bo", "+44 7700 900461", "")).unwrap();
    let (all, _) =
        import(folder.path(), |options| options.contacts = Some(Contacts::load(&[cards]).unwrap()));
    for one in &all[..5] {
        assert!(numbers.contains(&&one.message.from[..]), "the name as written stays");
        let terms = terms(&one.message, []);
        for (field, name) in [
            (Field::From, "Nell Harrow"),
            (Field::From, "harrow"),
            (Field::From, "+44 7700 900461"),
            (Field::From, "nell@harrow.example"),
            (Field::With, "Nell Harrow"),
            (Field::With, "nharrow"),
        ] {
            assert!(terms.contains(&Literal::new(field, name)), "{} as {field}:{name}", one.message.from);
        }
    }
    assert!(terms(&all[5].message, []).contains(&Literal::new(Field::To, "nell harrow")));
}

#[test]
fn documents_are_read_transcripts_are_used_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let attached = |path: &str| format!(",\"attachments\":[{{\"path\":\"{path}\"}}]");
    let files: [(&str, &[u8]); 6] = [
        ("terms.html", b"<p>the side <b>letter</b></p><script>hidden()</script>"),
        ("note.opus", b"OggS\0\x02\0\0 voice \xff\xfe\0"),
        ("note.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nmeet at the weir\n"),
        ("bare.opus", b"OggS\0\x02\0\0 voice \xff\xfe\0"),
        ("scan.png", b"\x89PNG\r\n\x1a\n picture"),
        ("broken.pdf", b"%PDF-1.4 nothing"),
    ];
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let names = ["terms.html", "note.opus", "bare.opus", "scan.png", "broken.pdf", "gone.jpg"];
    let lines: String = names.iter().map(|name| line("Ada", "Bo", &attached(name))).collect();
    fs::write(folder.path().join("a.jsonl"), lines).unwrap();
    let (all, report) = import(folder.path(), |options| options.documents = Some(Reader::new()));
    let texts = |one: &Incoming| -> Vec<(String, String)> {
        one.message.texts.iter().map(|text| (text.origin.clone(), text.text.trim().to_owned())).collect()
    };
    assert_eq!(texts(&all[0])[0].0, "document");
    assert!(texts(&all[0])[0].1.contains("side letter") && !texts(&all[0])[0].1.contains("hidden"));
    assert_eq!(texts(&all[1]), [("transcript".to_owned(), "meet at the weir".to_owned())]);
    assert!(all[2..].iter().all(|one| one.message.texts.is_empty()));
    let kinds: Vec<_> = report.unsearchable.kinds.iter().map(|(kind, count)| (&kind[..], *count)).collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert!(kinds.contains(&("picture", 1)) && kinds.contains(&("missing", 1)), "{kinds:?}");
    assert_eq!(report.unsearchable.items.len(), 4);
    assert_eq!(report.skipped, []);
    assert_eq!((report.files.beside, report.files.left), (6, 0));
}

#[test]
fn what_a_machine_makes_of_a_picture_is_marked_and_made_once_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scan.png"), b"\x89PNG\r\n\x1a\n the words in it").unwrap();
    let counter = folder.path().join(".made");
    let script = format!("echo x >> {}; cat >/dev/null; echo the weir", counter.display());
    fs::write(folder.path().join("a.jsonl"), line("Ada", "Bo", ",\"attachments\":[{\"path\":\"scan.png\"}]"))
        .unwrap();
    let command = format!("sh -c '{script}'").parse().unwrap();
    let (all, report) = import(folder.path(), |options| options.documents = Some(Reader::new().ocr(command)));
    let text = &all[0].message.texts[0];
    assert_eq!((&text.origin[..], text.text.trim()), ("machine: sh", "the weir"));
    assert!(report.unsearchable.items.is_empty());
    assert_eq!(fs::read_to_string(counter).unwrap(), "x\n", "both readings ran the command");
}
