//! Archives that earlier versions made still open: one frozen archive a version of the format, under
//! `tests/compat/`. A change that makes one of these fail needs a new version of the format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path, process::Command};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_blackbox"))
        .arg("--json")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// Asserts that `found` is `expected`, and at most has further keys.
fn assert_holds(found: &serde_json::Value, expected: &serde_json::Value) {
    match (found.as_array(), expected.as_array(), expected.as_object()) {
        (Some(found), Some(expected), _) => {
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).for_each(|(found, expected)| assert_holds(found, expected));
        }
        (_, _, Some(expected)) => {
            expected.iter().for_each(|(key, value)| assert_holds(&found[key], value));
        }
        _ => assert_eq!(found, expected),
    }
}

#[test]
fn an_archive_of_version_1_verifies_audits_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("tests/compat/v1"), folder.path());
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    let (code, verified) = run(&["verify", "box"]);
    assert_eq!((code, &verified["ok"]), (0, &true.into()), "{verified}");
    assert_eq!(run(&["audit", "box", "--key", "audit.key"]).0, 0);

    // The request that was logged and approved when the archive was made, answered anew.
    let id = fs::read_to_string("tests/compat/v1/request-id").unwrap();
    let (code, answer) = run(&["query", "box", id.trim(), "--key", "foi.key"]);
    assert_eq!(code, 0, "{answer}");
    let expected: serde_json::Value =
        serde_json::from_str(&fs::read_to_string("tests/compat/v1/hits.json").unwrap()).unwrap();
    assert_holds(&answer["hits"], &expected["hits"]);

    // A request of this version, to the same custody files.
    let asked = run(&[
        "request",
        "box",
        "pontoon AND from:\"Orla Fenwick\"",
        "--case",
        "C2",
        "--basis",
        "law",
        "--key",
        "foi.key",
    ]);
    let id = asked.1["request"].as_str().unwrap().to_owned();
    for key in ["one.key", "three.key"] {
        assert_eq!(run(&["approve", "box", &id, "--key", key]).0, 0);
    }
    let (code, answer) = run(&["query", "box", &id, "--key", "foi.key"]);
    assert_eq!((code, answer["hits"].as_array().unwrap().len()), (0, 1), "{answer}");
}
