//! `blackbox inspect`: every file is recognised, damage shows, and no secret is printed.
#![allow(clippy::unwrap_used, reason = "what a test lacks fails it")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

const PEOPLE: [(&str, &str); 6] = [
    ("ico", "Information Commissioner"),
    ("tna", "The National Archives"),
    ("court", "High Court"),
    ("records", "Records Office"),
    ("foi", "FOI Team"),
    ("nao", "National Audit Office"),
];

/// A case reference that would turn a terminal's text around.
const CASE: &str = "FOI\u{202e}1202/8";

/// A folder in which an archive had a whole life: sealed, accepted, asked, refused, answered.
struct Story(TempDir);

impl Story {
    fn new() -> Story {
        let story = Story(tempfile::tempdir().unwrap());
        for (file, name) in PEOPLE {
            story.done(&["keygen", "--name", name, "-o", &format!("{file}.key")]);
        }
        story.done(&[
            "init",
            "box",
            "--origin",
            "example.org/box",
            "--custodian",
            "ico.pub",
            "tna.pub",
            "court.pub",
            "--threshold",
            "2",
            "--sealer",
            "records.pub",
            "--examiner",
            "foi.pub",
            "--auditor",
            "nao.pub",
        ]);
        let exports = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
        story.done(&["seal", "box", exports, "--key", "records.key", "--remember"]);
        for custodian in ["ico", "tna", "court"] {
            story.done(&["accept", "box", "--key", &format!("{custodian}.key")]);
        }
        let refused = story.request("sarcoidosis");
        story.done(&["refuse", "box", &refused, "--reason", "Nobody's business", "--key", "court.key"]);
        let asked = story.request("tolland AND from:\"Piers Lockhart\"");
        story.done(&["approve", "box", &asked, "--key", "ico.key"]);
        story.done(&["approve", "box", &asked, "--key", "tna.key"]);
        story.done(&["query", "box", &asked, "--key", "foi.key", "-o", "bundle"]);
        story
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_blackbox"))
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn request(&self, query: &str) -> String {
        let answer = self.done(&[
            "--json",
            "request",
            "box",
            query,
            "--case",
            CASE,
            "--basis",
            "FOIA 2000 s.1",
            "--key",
            "foi.key",
            "--context",
            "1",
        ]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["request"].as_str().unwrap().to_owned()
    }

    fn inspect(&self, file: &Path) -> (String, Value) {
        let file = file.to_str().unwrap();
        let json = self.done(&["--json", "inspect", file]);
        (self.done(&["inspect", file]), serde_json::from_str(&json).unwrap())
    }

    /// Every file below `folder`.
    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let (mut folders, mut files) = (vec![self.0.path().join(folder)], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    fn file(&self, end: &str) -> PathBuf {
        let mut files = self.files("");
        files.retain(|file| file.to_str().unwrap().ends_with(end));
        files.pop().unwrap_or_else(|| panic!("there is no {end}"))
    }

    /// What no output may hold: secret lines of key files, and keys and salts of others in hex.
    fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = BTreeSet::new();
        for file in self.files("") {
            let bytes = fs::read(&file).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if name.ends_with(".key") {
                let text = String::from_utf8(bytes).unwrap();
                let lines = text.lines().filter_map(|line| line.split_once(": "));
                let lines = lines.filter(|(name, _)| ["age", "signing-key"].contains(name));
                secrets.extend(lines.map(|(_, value)| value.to_owned()));
            } else if name.ends_with(".remembered") || name == "salt" {
                secrets.extend(bytes.chunks_exact(32).map(hex));
            }
        }
        secrets
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_is_recognised_and_no_secret_or_word_is_shown() {
    let story = Story::new();
    let secrets = story.secrets();
    assert!(secrets.len() > 2 * PEOPLE.len(), "two secret lines a key file");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for file in story.files("") {
        let (text, json) = story.inspect(&file);
        let whole = format!("{text}{json}");
        assert!(secrets.iter().all(|secret| !whole.contains(secret)), "{}: a secret", file.display());
        assert!(!whole.to_lowercase().contains("tolland"), "{}: a word", file.display());
        assert!(!whole.contains("AGE-SECRET-KEY") && !text.contains('\u{202e}'), "{text}");
        assert!(!whole.contains("ANOTHER") && !whole.contains("WRONG") && !whole.contains(": NO"), "{text}");
        *kinds.entry(json["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for (kind, number) in
        [("identity", 7), ("public", 6), ("accept", 3), ("custody", 3), ("request", 2), ("state", 5)]
    {
        assert_eq!(kinds[kind], number, "{kind}");
    }
    let all = "accept answer approval archive blob blobs body bundle checkpoint custody disclosure entries \
               finder identity lock manifest offsets opener proof public records refusal remembered request salt \
               share state tile tree";
    assert_eq!(kinds.keys().map(String::as_str).collect::<Vec<_>>().join(" "), all);
}

#[test]
fn facts_agree_with_each_other_across_files() {
    let story = Story::new();
    let json = |end: &str| story.inspect(&story.file(end)).1;
    let (manifest, finder, records, offsets) =
        (json("/manifest"), json("/finder"), json("/records"), json("/offsets"));
    let segment = &manifest["segments"][0];
    assert_eq!((&segment["rows"], &segment["entries_a_table"]), (&offsets["rows"], &finder["entries"]));
    assert_eq!((&records["rows"], &records["sizes"]), (&offsets["rows"], &offsets["sizes"]));
    assert_eq!(offsets["ends_with_records"], true);
    assert_eq!((&finder["sorted"], &finder["manifest_root"]), (&true.into(), &"the same".into()));
    assert_eq!(finder["root"], json("/finder.tree")["root"]);
    assert_eq!(manifest["signatures"][0]["signature"], "right");
    assert_eq!(manifest["signatures"][0]["role"], "sealer");

    let checkpoint = json("/log/checkpoint");
    let size = &checkpoint["size"];
    let entries = json(&format!("/log/tile/entries/000.p/{size}"));
    assert_eq!(*size, entries["entries"].as_array().unwrap().len());
    assert_eq!(checkpoint["root"], json(&format!("/log/tile/0/000.p/{size}"))["root"]);
    assert_eq!(entries["entries"][0]["sha256"], json("/archive.toml")["sha256"]);
    assert_eq!(json("/bundle/hits.json")["digest"], json("/disclosure.0")["digest"]);
    assert_eq!(json("/bundle/hits.json")["hits"], 12);

    let (text, request) = story.inspect(&story.file("/request"));
    assert_eq!(request["case"], CASE);
    assert!(text.contains("FOI⟨U+202E⟩1202/8"), "{text}");
}

#[test]
fn damage_shows() {
    let story = Story::new();
    let change = |file: &Path, at: usize| {
        let mut bytes = fs::read(file).unwrap();
        bytes[at] ^= 1;
        fs::write(file, bytes).unwrap();
    };
    let finder = story.file("/finder");
    change(&finder, 0);
    let (_, json) = story.inspect(&finder);
    assert!(json["manifest_root"].as_str().unwrap().starts_with("ANOTHER"), "{json}");
    assert_eq!(story.inspect(&story.file("/finder.tree")).1["fits"], "NO");
    let bytes = fs::read(&finder).unwrap();
    fs::write(&finder, bytes.iter().rev().copied().collect::<Vec<_>>()).unwrap();
    assert_eq!(story.inspect(&finder).1["sorted"], false);

    let blob = story.files("box/deposits").into_iter().find(|file| is_blob(file)).unwrap();
    change(&blob, fs::read(&blob).unwrap().len() - 1);
    assert_eq!(story.inspect(&blob).1["index_root"], "ANOTHER");

    let manifest = story.file("/manifest");
    let altered = fs::read_to_string(&manifest).unwrap().replace("small: no", "small: yes");
    fs::write(&manifest, altered).unwrap();
    let (text, json) = story.inspect(&manifest);
    assert_eq!(
        (&json["small"], &json["signatures"][0]["signature"]),
        (&true.into(), &"WRONG".into()),
        "{text}"
    );

    let outside = story.0.path().join("copy");
    fs::copy(&manifest, &outside).unwrap();
    let (_, json) = story.inspect(&outside);
    assert_eq!(json["signatures"][0]["signature"], "not checked: no archive.toml above the file");
}

fn is_blob(file: &Path) -> bool {
    let text = file.to_str().unwrap();
    text.contains("/blobs/") && !text.contains("index")
}

#[test]
fn what_is_not_recognised_is_an_error_that_says_what_was_expected() {
    let story = Story(tempfile::tempdir().unwrap());
    let write = |name: &str, bytes: &[u8]| fs::write(story.0.path().join(name), bytes).unwrap();
    write("chat.txt", b"12/03/2020, 09:30 - Ann: hello\n");
    write("empty", b"");
    write("body", b"blackbox/v1 request-body\nsalt: 00\nquery: tolland\n");
    write("broken.key", b"blackbox/v1 identity\nname: Ann\nage: AGE-SECRET-KEY-1QQQ\n");
    write("finder", &[7; 33]);
    write("cut.age", b"age-encryption.org/v1\n-> X25519 abc\n");
    write("x.remembered", &[7; 31]);
    for (file, says) in [
        ("chat.txt", "expected: archive.toml"),
        ("empty", "expected: archive.toml"),
        ("body", "expected: archive.toml"),
        ("broken.key", "damaged; nothing of it is shown"),
        ("finder", "entries of 32 bytes"),
        ("cut.age", "age header is damaged"),
        ("x.remembered", "fingerprints"),
        (".", "not a file"),
        ("missing", "\"missing\""),
    ] {
        let output = story.run(&["inspect", file]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{file}: {error}");
        assert!(
            error.contains(says) && !error.contains("SECRET") && !error.contains("tolland"),
            "{file}: {error}"
        );
    }
    let output = story.run(&["--json", "inspect", "chat.txt"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["error"]["code"], &json["error"]["file"]), (&2.into(), &"chat.txt".into()));
}
