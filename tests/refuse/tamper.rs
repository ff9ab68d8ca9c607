//! Every file of an archive, changed in every simple way: it is noticed and named, and no answer
//! ever holds less than before.
//!
//! Where `verify` finds no error, and why:
//! - `lock` is empty and holds nothing: it is left out.
//! - A missing share counts as an approval that is absent: a warning, and `query` says so.
//! - A missing partial tile of a shorter log: any partial tile may be deleted once a longer one is
//!   there (c2sp.org/tlog-tiles). A changed one is an error all the same.

use std::{collections::BTreeMap, sync::Mutex};

use blackbox_custody::{
    error::Class,
    verify::{Severity, verify},
};

use crate::support::{
    FAILED, World, assert_named,
    history::{OTHER_RARE, RARE},
    memory::Memory,
};

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    First,
    Middle,
    Last,
    Truncated,
    Emptied,
    Longer,
    Missing,
    Swapped,
}

const ALL: [Damage; 8] = [
    Damage::First,
    Damage::Middle,
    Damage::Last,
    Damage::Truncated,
    Damage::Emptied,
    Damage::Longer,
    Damage::Missing,
    Damage::Swapped,
];

impl Damage {
    /// The file's new content, `Some(None)` if it is taken away; `None` if this changes nothing.
    fn of(self, bytes: &[u8], other: Option<&Vec<u8>>) -> Option<Option<Vec<u8>>> {
        let flipped = |at: usize| {
            let mut bytes = bytes.to_vec();
            *bytes.get_mut(at)? ^= 0x01;
            Some(Some(bytes))
        };
        match self {
            Damage::First => flipped(0),
            Damage::Middle => flipped(bytes.len() / 2),
            Damage::Last => flipped(bytes.len().checked_sub(1)?),
            Damage::Truncated => Some(Some(bytes[..bytes.len().checked_sub(1)?].to_vec())),
            Damage::Emptied => (!bytes.is_empty()).then(|| Some(Vec::new())),
            Damage::Longer => Some(Some([bytes, b"\n"].concat())),
            Damage::Missing => Some(None),
            Damage::Swapped => other.filter(|other| *other != bytes).map(|other| Some(other.clone())),
        }
    }
}

/// The archive's files, and for each the file of the same name in the other deposit.
struct Files {
    world: World,
    files: BTreeMap<String, Vec<u8>>,
    log_size: u64,
}

impl Files {
    fn new() -> Files {
        let world = World::new();
        let files: BTreeMap<String, Vec<u8>> =
            world.files().into_iter().filter(|(path, _)| path != "lock").collect();
        let store = world.store();
        let log_size = blackbox_custody::Archive::open(&store).unwrap().log.size();
        Files { files, log_size, world }
    }

    fn twin(&self, path: &str) -> Option<&Vec<u8>> {
        let [first, second] = &self.world.deposits[..] else { panic!("two deposits") };
        let twin = match path.contains(first.as_str()) {
            true => path.replace(first, second),
            false => path.replace(second, first),
        };
        self.files.get(&twin).filter(|_| twin != path)
    }

    /// Calls `check` with every damage of every file, on both cores.
    fn each(&self, check: &(dyn Fn(&str, Damage, &Memory) + Sync)) {
        let base = Memory::of(self.files.clone());
        let queue = Mutex::new(self.files.iter());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let Some((path, bytes)) = queue.lock().unwrap().next() else { return };
                        for damage in ALL {
                            if let Some(changed) = damage.of(bytes, self.twin(path)) {
                                check(path, damage, &base.with(path, changed));
                            }
                        }
                    }
                });
            }
        });
    }

    /// A partial tile of the log as it was when it was shorter.
    fn is_superseded(&self, path: &str) -> bool {
        let width = path.strip_prefix("log/tile/").and_then(|tile| tile.split_once(".p/"));
        width.is_some_and(|(_, width)| width.parse::<u64>().unwrap() < self.log_size)
    }
}

fn is_share(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("share."))
}

#[test]
fn every_damaged_file_is_named_by_verify() {
    let files = Files::new();
    let sound = verify(&Memory::of(files.files.clone())).unwrap();
    assert!(sound.ok() && sound.files > 50, "{sound:?}");
    let missed = Mutex::new(Vec::new());
    files.each(&|path, damage, store| {
        let findings = verify(store).unwrap();
        let named = |severity| {
            let of = |finding: &&blackbox_custody::verify::Finding| finding.severity == severity;
            findings.all.iter().filter(of).any(|finding| finding.what.contains(path))
        };
        let noticed = match damage {
            Damage::Missing if is_share(path) => findings.ok() && named(Severity::Warning),
            Damage::Missing if files.is_superseded(path) => findings.ok(),
            // Cosignatures come and go; those that an approval needs are in its proof.
            Damage::Missing if path.starts_with("log/cosigned/") => findings.ok(),
            _ => named(Severity::Error),
        };
        if !noticed {
            missed.lock().unwrap().push(format!("{damage:?} \"{path}\": {:?}", findings.all));
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "{} kinds of damage were missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn no_damaged_file_ever_makes_an_answer_smaller() {
    let files = Files::new();
    let (request, hits) = (files.world.request.clone(), files.world.hits.clone());
    let states = Mutex::new(0);
    let refused = Mutex::new(Vec::new());
    let wrong = Mutex::new(Vec::new());
    files.each(&|path, damage, store| {
        let number = {
            let mut states = states.lock().unwrap();
            *states += 1;
            *states
        };
        let state = copied_state(&files.world, number);
        match files.world.read_hits(store, &request, &state) {
            Ok(found) if found == hits => {}
            Ok(found) => {
                let count = found.as_array().map_or(0, Vec::len);
                wrong.lock().unwrap().push(format!("{damage:?} \"{path}\": {count} hits"));
            }
            Err(error) if error.class() == Class::Failed => {
                let named = error.to_string().contains(path);
                refused.lock().unwrap().push((path.to_owned(), named, error.to_string()));
            }
            Err(error) => wrong.lock().unwrap().push(format!("{damage:?} \"{path}\": {error}")),
        }
        std::fs::remove_dir_all(state).unwrap();
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} damaged archives were answered:\n{}", wrong.len(), wrong.join("\n"));
    let refused = refused.into_inner().unwrap();
    let unnamed: Vec<_> = refused.iter().filter(|(_, named, _)| !named).collect();
    assert!(unnamed.is_empty(), "errors that do not name the file: {unnamed:#?}");
    assert!(refused.len() > 200, "only {} kinds of damage were noticed", refused.len());
}

/// The examiner's state, alone for one reading.
fn copied_state(world: &World, number: usize) -> std::path::PathBuf {
    let state = world.path(&format!("state-{number}"));
    crate::support::copy_folder(&world.path("finch.key.state"), &state);
    state
}

#[test]
fn the_program_fails_with_4_on_damaged_files_of_each_kind() {
    let world = World::new();
    let id = world.approved(&format!("{RARE} AND {OTHER_RARE}"), &["alder", "birch"]);
    let deposit = format!("deposits/{}", world.deposits[0]);
    let paths = [
        "archive.toml".to_owned(),
        "log/checkpoint".to_owned(),
        format!("{deposit}/manifest"),
        format!("{deposit}/00000/finder"),
        format!("{deposit}/00000/opener.tree"),
        format!("{deposit}/00000/records"),
        format!("{deposit}/00000/offsets"),
        format!("requests/{id}/request"),
        format!("requests/{id}/approval.alder"),
        format!("requests/{id}/share.birch.age"),
    ];
    for path in &paths {
        let file = world.path("box").join(path);
        let bytes = std::fs::read(&file).unwrap();
        let restore = |bytes: &[u8]| std::fs::write(&file, bytes).unwrap();

        restore(&bytes[..bytes.len() - 1]);
        world.query(&id).fails(FAILED, path);
        assert_named(&world.verify(), path);
        if !is_share(path) {
            std::fs::remove_file(&file).unwrap();
            world.query(&id).fails(FAILED, path);
            assert_named(&world.verify(), path);
        }
        restore(&bytes);
    }
    assert_eq!(world.query(&id).done().hits(), crate::support::history::BOTH_MESSAGES);
}

#[test]
fn a_missing_share_is_an_absent_approval_and_not_an_empty_answer() {
    let world = World::new();
    let share = |name: &str| world.path("box").join(format!("requests/{}/share.{name}.age", world.request));
    std::fs::remove_file(share("birch")).unwrap();
    let answer = world.query(&world.request).done();
    assert_eq!(answer.json["hits"], world.hits);
    assert_eq!((&answer.json["approvals"], &answer.json["verified_against"]), (&2.into(), &0.into()));
    assert!(answer.stderr.contains("share.birch.age"), "{answer:?}");
    std::fs::remove_file(share("alder")).unwrap();
    let refused = world.query(&world.request);
    refused.fails(crate::support::REFUSED, "1 of the 2 approvals needed");
    assert!(refused.message().contains("share.alder.age"), "{refused:?}");
}
