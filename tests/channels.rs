//! One official's history from several channels, sealed together and asked for: a person is found under every name,
//! attachments by what they say, and a quotation is told from what somebody said.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{fs, io::Write, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use support::World;
use zip::{ZipWriter, write::SimpleFileOptions};

const LETTER: &[u8] = include_bytes!("fixtures/letter.pdf");
const CARDS: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Nell Harrow\r\nN:Harrow;Nell;;;\r\nTEL:+44 7700 900461\r\n\
EMAIL:nell@harrow.example\r\nEND:VCARD\r\n";
const CHAT: &str = "[12/03/2021, 09:30:00] Nell H: \u{200e}<attached: 00000001-AUDIO-2021-03-12.opus>\r\n\
[12/03/2021, 09:31:00] Bo Sample: \u{200e}<attached: 00000002-PHOTO-2021-03-12.png>\r\n\
[13/03/2021, 09:31:00] Bo Sample: the tollhouse is ours\r\n";
const SMS: &str = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"2\">\n\
<sms protocol=\"0\" address=\"+447700900461\" date=\"1615541400000\" type=\"1\" body=\"bring the lantern\" \
readable_date=\"12 Mar 2021 09:30:00\" contact_name=\"(Unknown)\" />\n</smses>\n";

fn write_exports(folder: &Path) {
    fs::create_dir_all(folder.join("mail")).unwrap();
    let letter = STANDARD.encode(LETTER);
    let mail = format!(
        "From nell@harrow.example Fri Mar 12 10:00:00 2021\r\nFrom: Nell Harrow <nell@harrow.example>\r\n\
         To: Bo Sample <bo@sample.example>\r\nSubject: Re: The weir\r\nDate: Fri, 12 Mar 2021 10:00:00 +0000\r\n\
         Message-ID: <1@harrow.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Agreed, the sluice first.\r\n\r\n> Has quillwort been told?\r\n\r\n--b\r\n\
         Content-Type: application/pdf; name=letter.pdf\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=letter.pdf\r\n\r\n{letter}\r\n--b--\r\n\r\n"
    );
    fs::write(folder.join("mail/archive.mbox"), mail).unwrap();
    fs::write(folder.join("sms.xml"), SMS).unwrap();
    let mut zip = ZipWriter::new(fs::File::create(folder.join("WhatsApp Chat - Nell H.zip")).unwrap());
    let members: [(&str, &[u8]); 4] = [
        ("_chat.txt", CHAT.as_bytes()),
        ("00000001-AUDIO-2021-03-12.opus", b"OggS\0\x02\0\0 voice \xff\xfe\0"),
        ("00000001-AUDIO-2021-03-12.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nask the ferryman\n"),
        ("00000002-PHOTO-2021-03-12.png", b"\x89PNG\r\n\x1a\n\0\0 picture"),
    ];
    for (name, bytes) in members {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    fs::write(folder.join("shopping.txt"), "milk, bread\n").unwrap();
}

/// An archive with these exports, and what `seal` said.
fn sealed(more: &[&str]) -> (World, Value) {
    let world = World::people();
    world.init("box", support::ORIGIN);
    write_exports(&world.path("exports"));
    fs::write(world.path("people.vcf"), CARDS).unwrap();
    let args = [&["seal", "box", "exports", "--key", "rowan.key", "--small"], more].concat();
    let report = world.run(&args).done().json;
    (world, report)
}

/// The hits of a query that two custodians approve.
fn hits(world: &World, query: &str) -> Vec<Value> {
    let id = world.approved(query, &["alder", "birch"]);
    let reply = world.query(&id);
    assert!(matches!(reply.code, 0 | 1), "{reply:?}");
    reply.json["hits"].as_array().unwrap().clone()
}

#[test]
fn a_history_of_several_channels_is_sealed_accounted_for_and_found() {
    let ocr = "sh -c 'cat >/dev/null; echo the hollowmere estate'";
    let (world, report) = sealed(&["--contacts", "people.vcf", "--ocr", ocr]);
    let formats: Vec<&str> =
        report["sources"].as_array().unwrap().iter().map(|one| one["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["whatsapp-ios", "mbox", "sms-backup"]);
    for source in report["sources"].as_array().unwrap() {
        let number = |key: &str| source[key].as_u64().unwrap();
        let booked = number("messages") + number("events") + number("attachments") + number("skipped");
        assert_eq!(number("seen"), booked, "{source}");
    }
    let left = &report["skipped"].as_array().unwrap()[..];
    assert!(left.len() == 1 && left[0]["source"].as_str().unwrap().ends_with("shopping.txt"), "{left:?}");
    let declared = "it says that it has 2 messages; 1 messages and events were read";
    assert!(report["notes"].as_array().unwrap().iter().any(|note| note["reason"] == declared));
    assert_eq!(report["unsearchable"], serde_json::json!([]));
    for name in support::CUSTODIANS {
        world.run(&["accept", "box", "--key", &support::key(name)]).done();
    }

    // A number in a text message, an address in a mail: one person.
    let found = hits(&world, "(lantern OR sluice) AND from:\"Nell Harrow\"");
    let mut from: Vec<&str> = found.iter().map(|hit| hit["from"].as_str().unwrap()).collect();
    from.sort_unstable();
    assert_eq!(from, ["+447700900461", "Nell Harrow <nell@harrow.example>"]);
    assert!(found.iter().all(|hit| hit["names"].to_string().contains("Nell Harrow")));
    // What a PDF says, read by a process of its own; in a phrase.
    let found = hits(&world, "bramblegate AND \"side letter\"");
    assert_eq!(found[0]["attachments"][0]["text_origin"], "document");
    assert_eq!(found[0]["attachments"][0]["type"], "application/pdf");
    // A transcript beside a voice note, and what a machine made of a picture.
    assert_eq!(hits(&world, "ferryman")[0]["attachments"][0]["text_origin"], "transcript");
    assert_eq!(hits(&world, "hollowmere")[0]["attachments"][0]["text_origin"], "machine: sh");
    // Words that are only quoted are told from those that are said.
    let found = hits(&world, "quillwort OR sluice");
    assert_eq!(found[0]["matched"], serde_json::json!(["word:quillwort", "word:sluice"]));
    assert_eq!(found[0]["quoted"], serde_json::json!(["word:quillwort"]));
    assert!(hits(&world, "milk").is_empty());
}

#[test]
fn without_a_command_what_cannot_be_searched_is_counted() {
    let (_, report) = sealed(&[]);
    assert_eq!(report["unsearchable"], serde_json::json!([{ "kind": "picture", "count": 1 }]));
    let item = &report["unsearchable_items"][0];
    assert!(
        item["name"].as_str().unwrap().ends_with(".png")
            && item["source"].as_str().unwrap().contains(".zip!")
    );
}

#[test]
fn a_command_or_contacts_that_cannot_be_used_seal_nothing() {
    let world = World::people();
    world.init("box", support::ORIGIN);
    write_exports(&world.path("exports"));
    fs::write(world.path("people.vcf"), "no cards at all").unwrap();
    let seal = |more: &[&str]| {
        world.run(&[&["seal", "box", "exports", "--key", "rowan.key", "--small"], more].concat())
    };
    seal(&["--contacts", "people.vcf"]).fails(support::ERROR, "people.vcf");
    seal(&["--contacts", "nobody.vcf"]).fails(support::ERROR, "nobody.vcf");
    seal(&["--ocr", "tesseract 'stdin"]).fails(support::ERROR, "--ocr");
    assert!(
        !world.path("box/deposits").exists()
            || fs::read_dir(world.path("box/deposits")).unwrap().next().is_none()
    );
}
