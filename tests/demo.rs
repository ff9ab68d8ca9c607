//! `blackbox demo`, as a newcomer runs it.
#![allow(clippy::unwrap_used)] // in what the tests share

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Words of the family's chat alone (`demo/README.md`). Nobody in the story asks for these.
const PRIVATE: [&str; 6] = ["quillhurst", "dunmarrow", "nibbles", "anstruther", "peverell", "prednisol"];
/// One more, which the story asks for, and a custodian refuses.
const REFUSED: &str = "sarcoidosis";

fn blackbox(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_blackbox"));
    command.current_dir(dir).args(arguments).env_remove("COLUMNS");
    command.output().unwrap()
}

fn demo(dir: &Path) -> String {
    let output = blackbox(dir, &["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| self::files(folder)));
    files
}

/// Whether a file holds an ASCII word, in upper or lower case, as UTF-8 or UTF-16.
fn holds(path: &Path, word: &str) -> bool {
    let bytes = fs::read(path).unwrap().to_ascii_lowercase();
    let wide = |order: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let needles = [word.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle))
}

#[test]
fn the_story_shows_a_found_message_and_refused_browses() {
    let dir = tempfile::tempdir().unwrap();
    let told = demo(dir.path());
    for shown in [
        "you get your barrier a year early",
        "12 messages in 4 conversations",
        "1 of the 2 approvals needed",
        "refusing to ask this: nothing in (from:\"margaret ashdown\") may find a message",
        "the index knows exact words only",
        "word:heron is too common in this month to find by",
        "it is not the file that was signed",
        "refused by national-archives",
        "No error was found.",
    ] {
        assert!(told.replace("\n  ", " ").contains(shown), "\"{shown}\" is not in:\n{told}");
    }
    assert!(told.lines().count() <= 215, "{} lines", told.lines().count());
    assert_eq!(told.lines().find(|line| line.chars().count() > 100), None);
}

#[test]
fn what_is_private_stays_in_the_exports() {
    let dir = tempfile::tempdir().unwrap();
    let told = demo(dir.path()).to_lowercase();
    let dir = dir.path().join("blackbox-demo");
    let exports = files(&dir.join("exports"));
    let others: Vec<PathBuf> =
        files(&dir).into_iter().filter(|path| !path.starts_with(dir.join("exports"))).collect();
    assert!(others.iter().any(|path| path.ends_with("hits.html")), "{others:?}");
    for word in PRIVATE.iter().chain([&REFUSED]) {
        assert!(exports.iter().any(|path| holds(path, word)), "the exports lack \"{word}\"");
        let found: Vec<_> = others.iter().filter(|path| holds(path, word)).collect();
        assert!(found.is_empty(), "\"{word}\" is in {found:?}");
    }
    for word in PRIVATE {
        assert!(!told.contains(word), "\"{word}\" was told");
    }
    // The refused word is named by whoever asked; the two messages that hold it are not told.
    assert!(told.contains(REFUSED));
    for words in ["made him spell it", "in remission"] {
        assert!(exports.iter().any(|path| holds(path, words)), "the exports lack \"{words}\"");
        assert!(!told.contains(words), "\"{words}\" was told");
    }
}

#[test]
fn json_is_one_document_of_steps_that_ended_as_expected() {
    let dir = tempfile::tempdir().unwrap();
    let output = blackbox(dir.path(), &["demo", "here", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["dir"], "here");
    let steps = document["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["exit"] == step["expected"]), "{steps:?}");
    for exit in [0, 3, 4] {
        assert!(steps.iter().any(|step| step["exit"] == exit), "no step ended with {exit}");
    }
    let request = document["request"].as_str().unwrap();
    assert!(dir.path().join("here/box/requests").join(request).is_dir());
}

#[test]
fn a_second_demo_takes_a_second_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("blackbox-demo")).unwrap();
    demo(dir.path());
    assert!(dir.path().join("blackbox-demo-2/box/archive.toml").is_file());
    assert_eq!(files(&dir.path().join("blackbox-demo")), Vec::<PathBuf>::new());
}

#[test]
fn a_folder_with_something_in_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine"), "kept").unwrap();
    let output = blackbox(dir.path(), &["demo", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(files(dir.path()), [dir.path().join("mine")]);
}

#[test]
#[cfg(unix)]
fn the_commands_to_try_next_work() {
    let dir = tempfile::tempdir().unwrap();
    let told = demo(dir.path());
    let (_, next) = told.split_once("Try next").unwrap();
    let commands: Vec<&str> = next.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_blackbox")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let script = format!("set -e\n{}", commands.join("\n"));
    let output =
        Command::new("sh").current_dir(dir.path()).env("PATH", path).args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(dir.path().join("blackbox-demo/side-letter/hits.html").is_file());
}
