//! What `publish` writes, and what anyone can check of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{fs, time::SystemTime};

use blackbox_custody::archive::Entry;
use blackbox_log::Kind;
use blackbox_store::{Folder, Store};
use support::{FAILED, REFUSED, World, history};

/// Paths of a publication.
fn paths(world: &World) -> Vec<String> {
    Folder::new(world.path("site")).list("").unwrap()
}

fn published() -> World {
    let world = World::new();
    world.run(&["publish", "box", "site"]).done();
    world
}

#[test]
fn only_what_is_public_is_published() {
    let world = published();
    let paths = paths(&world);
    for private in ["share.", "custody", "bodies", "00000", "records", "blobs", ".key", "lock"] {
        assert!(!paths.iter().any(|path| path.contains(private)), "{private} in {paths:?}");
    }
    let secret: Vec<Vec<u8>> = world
        .files()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".age"))
        .map(|(_, bytes)| bytes)
        .collect();
    assert!(secret.len() > 5);
    let site = Folder::new(world.path("site"));
    for path in &paths {
        let bytes = site.read(path).unwrap();
        assert!(!secret.contains(&bytes), "{path}");
        assert!(!bytes.windows(history::RARE.len()).any(|part| part == history::RARE.as_bytes()), "{path}");
        assert!(!bytes.starts_with(b"age-encryption.org"), "{path}");
    }
    for public in ["archive.toml", "log/checkpoint", "index.html", "publication"] {
        assert!(paths.contains(&public.to_owned()), "{paths:?}");
    }
    assert!(paths.contains(&format!("requests/{}/approval.alder", world.request)));
    assert!(paths.contains(&format!("deposits/{}/manifest", world.deposits[0])));
}

#[test]
fn anyone_can_audit_a_publication() {
    let world = published();
    let whole = world.run(&["audit", "box"]).done();
    let reply = world.run(&["audit", "site"]).done();
    assert_eq!(reply.json["publication"], true);
    for key in ["log_size", "requests", "approvals", "refusals", "disclosures"] {
        assert_eq!(reply.json[key], whole.json[key]);
    }
    let warned = |finding: &serde_json::Value| finding["severity"] != "note";
    assert!(!reply.json["findings"].as_array().unwrap().iter().any(warned), "{reply:?}");
    world.run(&["audit", "site", "--key", "auditor.key"]).fails(REFUSED, "publication");
}

#[test]
fn a_changed_document_of_a_publication_is_found() {
    let world = published();
    let path = format!("requests/{}/approval.alder", world.request);
    let file = world.path("site").join(&path);
    let text = fs::read_to_string(&file).unwrap().replacen("number: 0", "number: 1", 1);
    fs::write(&file, text).unwrap();
    support::assert_named(&world.run(&["audit", "site"]), &path);
    let tile = world.path("site/log/tile/entries/000.p");
    fs::remove_dir_all(tile).unwrap();
    assert_eq!(world.run(&["audit", "site"]).code, FAILED);
}

#[test]
fn an_archive_that_says_it_is_a_publication_hides_nothing_from_verify() {
    let world = published();
    fs::copy(world.path("site/publication"), world.path("box/publication")).unwrap();
    let share = world.path(&format!("box/requests/{}/share.alder.age", world.request));
    fs::write(share, "other").unwrap();
    assert_eq!(world.verify().code, FAILED);
    let reply = world.run(&["audit", "box"]).done();
    assert!(reply.json["findings"].to_string().contains("this is a publication"), "{reply:?}");
}

#[test]
fn publishing_again_writes_what_is_new_and_the_checkpoint_last() {
    let world = published();
    let at = |path: &str| fs::metadata(world.path("site").join(path)).unwrap().modified().unwrap();
    let (before, config): (SystemTime, SystemTime) = (at("log/checkpoint"), at("archive.toml"));
    let nothing = world.run(&["publish", "box", "site"]).done();
    assert_eq!(nothing.json["written"], serde_json::json!([]));
    assert_eq!(at("log/checkpoint"), before);
    let id = world.request(history::OTHER_RARE);
    let reply = world.run(&["publish", "box", "site"]).done();
    let written = reply.json["written"].as_array().unwrap();
    assert!(written.contains(&format!("requests/{id}/request").into()), "{reply:?}");
    assert_eq!(written.last().unwrap(), "log/checkpoint");
    assert_eq!(at("archive.toml"), config);
    world.run(&["audit", "site"]).done();
    let page = fs::read_to_string(world.path("site/index.html")).unwrap();
    assert!(page.contains(&id) && page.contains("FOI2023/1"));
}

#[test]
fn terms_are_published_once_they_are_released() {
    let world = published();
    world.run(&["release", "box", &world.request, "--key", "finch.key"]).done();
    world.run(&["publish", "box", "site"]).done();
    let page = fs::read_to_string(world.path("site/index.html")).unwrap();
    assert!(page.contains(history::RARE) && !page.contains(history::OTHER_RARE));
    let reply = world.run(&["audit", "site"]).done();
    assert!(reply.json["details"].to_string().contains(history::RARE));
}

#[test]
fn a_folder_that_is_no_publication_is_left_alone() {
    let world = World::new();
    fs::create_dir(world.path("site")).unwrap();
    fs::write(world.path("site/notes.txt"), "mine").unwrap();
    world.run(&["publish", "box", "site"]).fails(REFUSED, "other files");
    assert_eq!(paths(&world), ["notes.txt"]);
    world.run(&["publish", "box", "box/site"]).fails(REFUSED, "in the archive");
    fs::remove_file(world.path("site/notes.txt")).unwrap();
    world.run(&["publish", "box", "site"]).done();
    world.init("other", "example.org/other");
    world.run(&["publish", "other", "site"]).fails(REFUSED, "another archive");
}

#[test]
fn a_share_that_was_logged_as_a_document_is_not_published() {
    let world = World::new();
    let share = format!("requests/{}/share.alder.age", world.request);
    let document = fs::read(world.path("box").join(&share)).unwrap();
    support::forge::append(
        &world,
        Entry {
            kind: Kind::Request,
            subject: "0011223344556677",
            by: "finch",
            path: share,
            document: &document,
            bodies: Vec::new(),
            time: support::forge::TIME,
        },
    );
    let reply = world.run(&["publish", "box", "site"]).done();
    assert!(reply.json["left_out"].to_string().contains("share.alder"), "{reply:?}");
    assert!(!paths(&world).iter().any(|path| path.contains("share.")));
}
