//! What the tests of JSON exports share: folders, annotations, and values that fit nowhere.

// Each test program uses a part of it, and a test fails by panicking.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use blackbox_format::message::Incoming;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The values of the annotations of one name.
pub fn notes<'a>(incoming: &'a Incoming, name: &str) -> Vec<&'a str> {
    let all = incoming.message.annotations.iter();
    all.filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

/// The folder of real exports, if there is one.
pub fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder
}

/// `value` again and again, each time with one thing in it replaced by something that does not fit.
pub fn mangled(value: &Value) -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let wrong = [
        json!(null),
        json!(true),
        json!(-7),
        json!(1e300),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("é"),
        json!("\u{0}../../../etc/passwd"),
        json!([]),
        json!([[]]),
        json!([null, 1, "x", {"uri": 7, "name": [], "id": {}}]),
        json!({}),
        json!({"x": {"y": [1]}}),
        deep,
    ];
    let mut paths = Vec::new();
    walk(value, String::new(), &mut paths);
    let mut all = Vec::new();
    for path in paths {
        for wrong in &wrong {
            let mut one = value.clone();
            *one.pointer_mut(&path).unwrap() = wrong.clone();
            all.push(one);
        }
    }
    all
}

fn walk(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, format!("{path}/{key}"), paths));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| walk(value, format!("{path}/{at}"), paths));
        }
        _ => {}
    }
    paths.push(path);
}
