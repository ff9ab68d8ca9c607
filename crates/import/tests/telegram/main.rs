//! Telegram Desktop's exports, from files to messages.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod json;
mod layout;
mod made;
mod pages;
mod samples;

use std::fs;

use blackbox_format::message::Incoming;
use blackbox_import::{Exports, Report};
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn import(files: &[(&str, &str)]) -> (Vec<Incoming>, Report) {
    common::import(folder(files).path())
}

fn import_as(owner: &str, files: &[(&str, &str)]) -> (Vec<Incoming>, Report) {
    let folder = folder(files);
    common::read(&Exports::open(&[folder.path().to_owned()], common::options(Some(owner))).unwrap())
}

/// The annotations of a name.
fn notes<'a>(incoming: &'a Incoming, name: &str) -> Vec<&'a str> {
    let all = incoming.message.annotations.iter();
    all.filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn event(incoming: &Incoming) -> Option<&str> {
    incoming.message.event.as_deref()
}

fn chat(kind: &str, messages: &Value) -> String {
    json!({"name": "Harbour", "type": kind, "id": 42, "messages": messages}).to_string()
}

/// A message by Ida, with the keys of `more`.
fn message(id: u64, more: Value) -> Value {
    let mut message = json!({"id": id, "type": "message", "date": "2021-06-01T12:00:00",
        "date_unixtime": "1622541600", "from": "Ida Berg", "from_id": "user7", "text": ""});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

fn read(messages: &Value) -> (Vec<Incoming>, Report) {
    import(&[("result.json", &chat("private_group", messages))])
}
