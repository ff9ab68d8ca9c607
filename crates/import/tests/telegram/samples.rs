//! Exports that nobody on this project wrote, in the folder that BLACKBOX_CORPORA names.

use std::{fs, path::Path};

use blackbox_format::message::Incoming;
use serde_json::{Value, json};

use super::{common, event, notes};

fn corpora() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(|folder| Path::new(&folder).join("dev/telegram"));
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder
}

fn expected(folder: &Path, name: &str) -> Value {
    let all: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    all["files"][name].clone()
}

#[test]
fn the_samples_of_chat_analytics_give_what_is_expected() {
    let Some(folder) = corpora().map(|folder| folder.join("chat-analytics")) else { return };
    let facts = expected(&folder, "BIG_20A_5475M.json");
    let (all, report) = common::import(&folder.join("BIG_20A_5475M.json"));
    assert_eq!(
        (json!(all.len()), json!(report.sources[0].senders)),
        (facts["messages"].clone(), facts["senders"].clone())
    );
    assert!(report.skipped.is_empty() && report.sources[0].not_understood.is_empty());
    let facts = expected(&folder, "DM_2A_7M.json");
    let (all, report) = common::import(&folder.join("DM_2A_7M.json"));
    let source = &report.sources[0];
    let count = |test: &dyn Fn(&Incoming) -> bool| json!(all.iter().filter(|one| test(one)).count());
    assert_eq!(json!(all.len()), facts["records"]);
    assert_eq!(
        (json!(source.messages), json!(source.events)),
        (facts["messages"].clone(), facts["service"].clone())
    );
    assert_eq!(count(&|one| event(one) == Some("call")), facts["calls"]);
    assert_eq!(count(&|one| one.media.iter().any(|media| media.media_type == "image/jpeg")), facts["photos"]);
    assert!(report.skipped.is_empty() && report.notes.is_empty() && source.not_understood.is_empty());
    assert!(all.iter().all(|one| one.message.to
        == [if notes(one, "sender").concat() + &one.message.from == "Bob" { "Alice" } else { "Bob" }]));
}

#[test]
fn the_sample_of_telegram_export_md_gives_what_is_expected() {
    let Some(folder) = corpora().map(|folder| folder.join("telegram-export-md")) else { return };
    let facts = expected(&folder, "export/result.json");
    let (all, report) = common::import(&folder.join("export"));
    let count = |name: &str| json!(all.iter().filter(|one| !notes(one, name).is_empty()).count());
    let chats: std::collections::BTreeSet<_> = all.iter().map(|one| one.message.chat.clone()).collect();
    assert_eq!((json!(chats.len()), json!(all.len())), (facts["chats"].clone(), facts["records"].clone()));
    assert_eq!(json!(report.sources[0].events), facts["service"]);
    assert_eq!(
        (count("forwarded"), count("edited"), count("reply-to")),
        (facts["forwarded"].clone(), facts["edited"].clone(), facts["replies"].clone())
    );
    assert_eq!(
        json!(all.iter().filter(|one| one.message.text.starts_with("Best game?")).count()),
        facts["polls"]
    );
    let source = &report.sources[0];
    assert_eq!((source.attachments, source.attachments_missing, report.notes.len()), (5, 1, 1));
    assert!(report.skipped.is_empty() && source.not_understood.is_empty(), "{report:?}");
}
