//! No word of a message ever lies on the disk, in any writing that a search of the disk would find.

use std::{collections::HashMap, fs, path::Path};

use crate::support::World;

/// Words that stand nowhere but in the planted messages: in text, sender, conversation, recipients,
/// the name of an attachment, and its content.
const PLANTED: [&str; 9] = [
    "zephyrwick",
    "Mirabellan",
    "thistlecombe",
    "Quorndon",
    "Silverhythe",
    "lanternfish",
    "gooseberrying",
    "Ébouriffé",
    "Overstrandish",
];
/// The one that is asked for and opened.
const ASKED: &str = PLANTED[0];

/// Byte strings by their first four bytes.
struct Needles(HashMap<[u8; 4], Vec<(Vec<u8>, String)>>);

impl Needles {
    fn new() -> Needles {
        let mut needles = Needles(HashMap::new());
        for word in PLANTED {
            for written in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
                for (name, bytes) in encodings(&written) {
                    needles.add(bytes.clone(), format!("\"{written}\" in {name}"));
                    needles.add(hex(&bytes).into_bytes(), format!("\"{written}\" in {name}, as hex"));
                    needles.add(hex(&bytes).to_uppercase().into_bytes(), format!("\"{written}\" as HEX"));
                    for shift in 0..3 {
                        needles.add(base64(&bytes, shift), format!("\"{written}\" in {name}, as base64"));
                    }
                }
            }
        }
        needles
    }

    fn add(&mut self, needle: Vec<u8>, name: String) {
        let head = needle[..4].try_into().unwrap();
        self.0.entry(head).or_default().push((needle, name));
    }

    fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        bytes.windows(4).enumerate().find_map(|(at, head)| {
            let candidates = self.0.get(head)?;
            candidates
                .iter()
                .find(|(needle, _)| bytes[at..].starts_with(needle))
                .map(|(_, name)| name.as_str())
        })
    }

    /// The first planted word in a file below `folder`, and in the names of files there.
    fn found_below(&self, folder: &Path) -> Option<String> {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let found = match path.is_dir() {
                true => self.found_below(&path),
                false => self.found_in(&fs::read(&path).unwrap()).map(str::to_owned),
            };
            if let Some(what) = found.or_else(|| self.found_in(name.as_bytes()).map(str::to_owned)) {
                return Some(format!("{}: {what}", path.display()));
            }
        }
        None
    }
}

fn encodings(text: &str) -> [(&'static str, Vec<u8>); 3] {
    let units: Vec<u16> = text.encode_utf16().collect();
    [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16LE", units.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16BE", units.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The letters of the base64 of a text with `bytes` at an offset of `shift` modulo 3 that depend on
/// `bytes` alone.
fn base64(bytes: &[u8], shift: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let skipped = [0, 4, 2][shift];
    let letter = |six: &[u8]| LETTERS[six.iter().fold(0, |sum, bit| sum << 1 | *bit as usize)];
    bits[skipped..].chunks_exact(6).map(letter).collect()
}

fn write_planted_export(folder: &Path) {
    crate::support::history::write_export(folder, 4);
    let attachment = format!("{}.txt", PLANTED[4]);
    fs::write(folder.join(&attachment), format!("a note on {} for nobody", PLANTED[5]).repeat(40)).unwrap();
    let line = serde_json::json!({
        "time": "2023-02-14T11:00:00Z", "from": PLANTED[1], "to": [PLANTED[8]], "chat": PLANTED[3],
        "text": format!("meet {} by the {} mill, says {} of {}", ASKED, PLANTED[2], PLANTED[7], PLANTED[6]),
        "attachments": [{ "path": attachment }],
    });
    fs::write(folder.join("planted.jsonl"), format!("{line}\n")).unwrap();
}

#[test]
fn no_planted_word_is_on_the_disk_after_sealing_asking_and_answering() {
    let world = World::people();
    let needles = Needles::new();
    write_planted_export(&world.path("export"));
    assert!(needles.found_below(&world.path("export")).is_some(), "the search finds what is there");

    world.init("box", crate::support::ORIGIN);
    let seal = ["seal", "box", "export", "--key", "rowan.key"];
    let sealed = world.run(&seal).done();
    assert_eq!((&sealed.json["messages"], &sealed.json["skipped"]), (&601.into(), &serde_json::json!([])));
    for name in crate::support::CUSTODIANS {
        world.run(&["accept", "box", "--key", &format!("{name}.key")]).done();
    }
    let id = world.ask(ASKED, &["--context", "1"]).done().text("request");
    world.review("alder", &id).done();
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    let counted = world.ask(PLANTED[2], &["--mode", "count"]).done().text("request");
    world.run(&["refuse", "box", &counted, "--reason", "about Quorndon", "--key", "cedar.key"]).done();
    let answer = world.query(&id).done();
    assert_eq!(answer.hits(), 1);
    let shown = answer.json["hits"].to_string();
    assert!([0, 1, 2, 3, 4, 6, 7, 8].iter().all(|word| shown.contains(PLANTED[*word])), "{shown}");
    world.run(&["audit", "box", "--key", "auditor.key"]).done();
    world.verify().done();

    fs::remove_dir_all(world.path("export")).unwrap();
    assert_eq!(needles.found_below(&world.path("")), None);
}

#[test]
fn a_search_of_the_disk_finds_each_writing() {
    let needles = Needles::new();
    let text = format!("before {} after", PLANTED[3]);
    for (_, bytes) in encodings(&text) {
        assert!(needles.found_in(&bytes).is_some());
        assert!(needles.found_in(hex(&bytes).as_bytes()).is_some());
        for shift in 0..3 {
            let padded = [&vec![b'x'; shift][..], &bytes].concat();
            assert!(needles.found_in(&base64(&padded, 0)).is_some(), "shifted by {shift}");
        }
    }
    assert_eq!(needles.found_in(b"nothing of the kind stands here"), None);
}
