//! Runs the importer over real exports that nobody on this project wrote, in the folder that BLACKBOX_CORPORA names.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
};

use blackbox_format::message::Incoming;
use blackbox_import::{Exports, Options, Report};
use jiff::tz::TimeZone;
use serde_json::Value;

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder
}

fn import(path: &Path) -> (Vec<Incoming>, Report) {
    let options = Options::new(TimeZone::UTC, "UTC");
    let exports = Exports::open(&[path.to_owned()], options).unwrap();
    let mut all = Vec::new();
    let report = exports.read::<Infallible>(&mut |incoming| {
        all.push(incoming);
        Ok(())
    });
    (all, report.unwrap())
}

fn count(path: &Path) -> (u64, Report) {
    let options = Options::new(TimeZone::UTC, "UTC");
    let mut count = 0;
    let report = Exports::open(&[path.to_owned()], options).unwrap().read::<Infallible>(&mut |_| {
        count += 1;
        Ok(())
    });
    (count, report.unwrap())
}

/// Compares one fact of an `expected.json` with what was imported.
fn check(path: &Path, fact: &str, expected: &Value, all: &[Incoming]) {
    let messages = || all.iter().filter(|incoming| !incoming.message.is_event());
    let media = || messages().flat_map(|incoming| &incoming.media);
    let containing = |text: &str| messages().filter(|incoming| incoming.message.text.contains(text)).count();
    let times = || all.iter().map(|incoming| incoming.message.time);
    let found: Value = match fact {
        "records" => all.len().into(),
        "user" => messages().count().into(),
        "system" => (all.len() - messages().count()).into(),
        "senders" => {
            let senders: BTreeSet<_> = messages().map(|incoming| incoming.message.from.clone()).collect();
            senders.into_iter().collect()
        }
        "per_person" => {
            let mut people: BTreeMap<String, usize> = BTreeMap::new();
            messages().for_each(|incoming| *people.entry(incoming.message.from.clone()).or_default() += 1);
            people.into_iter().map(|(name, count)| (name, Value::from(count))).collect()
        }
        "attachments" => media().filter(|media| !media.name.is_empty()).count().into(),
        "media_omitted" => media().filter(|media| media.name.is_empty()).count().into(),
        "locations" => containing("maps.google.com").into(),
        "urls_youtube" => containing("youtu.be").into(),
        "first_ts_min" => {
            let first = jiff::Timestamp::from_millisecond(times().min().unwrap()).unwrap();
            first.to_string()[..16].into()
        }
        "last_line_is_oldest" => (times().min() == times().next_back()).into(),
        "out_of_time_order" => (!times().is_sorted()).into(),
        "note" => return,
        "same_chat_as" => {
            let name = expected.as_str().unwrap().split(" (").next().unwrap();
            let (other, _) = import(&path.with_file_name(name));
            let texts = |all: &[Incoming]| all.iter().map(|one| one.message.text.clone()).collect::<Vec<_>>();
            assert_eq!(texts(all), texts(&other), "{}", path.display());
            return;
        }
        other => panic!("{}: unknown fact \"{other}\"", path.display()),
    };
    assert_eq!(&found, expected, "{}: {fact}", path.display());
}

#[test]
fn every_whatsapp_export_gives_what_its_expected_json_says() {
    let Some(folder) = corpora() else { return };
    let mut files = 0;
    for source in fs::read_dir(folder.join("dev/whatsapp")).unwrap() {
        let source = source.unwrap().path();
        let expected: Value =
            serde_json::from_slice(&fs::read(source.join("expected.json")).unwrap()).unwrap();
        for (name, facts) in expected["files"].as_object().unwrap() {
            let path = source.join(name);
            let (all, report) = import(&path);
            facts.as_object().unwrap().iter().for_each(|(fact, value)| check(&path, fact, value, &all));
            let bad: Vec<_> = report.skipped.iter().collect();
            eprintln!("{}: {} records, skipped {bad:?}", path.display(), all.len());
            files += 1;
        }
    }
    assert!(files > 20, "only {files} files");
}

#[test]
fn the_sms_corpora_are_read_whole() {
    let Some(folder) = corpora() else { return };
    for (name, messages) in
        [("sms-en.jsonl.gz", 55_835), ("sms-zh.jsonl.gz", 31_465), ("clinton.jsonl.gz", 27_159)]
    {
        let (count, report) = count(&folder.join("large").join(name));
        assert_eq!((count, &report.skipped), (messages, &Vec::new()), "{name}");
        assert_eq!(report.sources[0].messages, messages);
    }
}

/// Every file below a folder, hidden ones aside; zips are told by their first bytes.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

#[test]
fn every_file_of_the_whole_folder_is_read_or_named_with_a_reason() {
    let Some(folder) = corpora() else { return };
    let (count, report) = count(&folder.join("dev"));
    assert!(count > 0);
    assert_eq!(report.unbalanced(), None);
    assert!(report.has_all_files(), "{:?}", report.files);
    let mut on_disk = Vec::new();
    files(&folder.join("dev"), &mut on_disk);
    let packed = report.files.found - on_disk.len() as u64;
    eprintln!("{:?}, {packed} of them in zips; {count} records", report.files);
    let named: BTreeSet<&str> = report.skipped.iter().map(|one| &one.source[..]).collect();
    let left = report.skipped.iter().filter(|one| one.line.is_none() && one.item.is_none());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    left.for_each(|one| *reasons.entry(&one.reason).or_default() += 1);
    reasons.iter().for_each(|(reason, count)| eprintln!("{count:5} {reason}"));
    for source in &report.sources {
        eprintln!(
            "{} ({}): {} files, {} messages, {} events, {} attachments, {} skipped",
            source.source,
            source.format,
            source.files,
            source.messages,
            source.events,
            source.attachments,
            source.skipped
        );
    }
    // Descriptions of the corpora are themselves no exports, and are told so.
    for path in on_disk.iter().filter(|path| path.ends_with("README.txt") || path.ends_with("expected.json"))
    {
        assert!(named.contains(&*path.display().to_string()), "{} was taken for an export", path.display());
    }
}
