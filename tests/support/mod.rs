//! A small archive of fictional people, made once by the program itself; each test takes a copy.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod forge;
pub mod history;
pub mod memory;
pub mod sealed;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use blackbox_custody::{
    Archive, Error, Identity, approve::open_request, collect::collect, contact::contact, disclose::answer,
    ledger::Ledger, state::State,
};
use blackbox_store::{Folder, Store};
use serde_json::Value;
use tempfile::TempDir;

/// The custodians, in the order of archive.toml; two of them must agree.
pub const CUSTODIANS: [&str; 3] = ["alder", "birch", "cedar"];
/// The examiner.
pub const EXAMINER: &str = "finch";
/// The sealer.
pub const SEALER: &str = "rowan";
/// Somebody with a key whom no archive knows.
pub const STRANGER: &str = "magpie";
/// Origin of the archive.
pub const ORIGIN: &str = "example.org/box";

/// Exit codes.
pub const DONE: i32 = 0;
pub const ERROR: i32 = 2;
pub const REFUSED: i32 = 3;
pub const FAILED: i32 = 4;

/// What the program said.
#[derive(Debug)]
pub struct Reply {
    pub code: i32,
    pub json: Value,
    pub stderr: String,
}

impl Reply {
    /// The message of a failure.
    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    /// The text of `key`.
    pub fn text(&self, key: &str) -> String {
        self.json[key].as_str().unwrap_or_default().to_owned()
    }

    /// How many hits there are.
    pub fn hits(&self) -> usize {
        self.json["hits"].as_array().map_or(0, Vec::len)
    }

    /// Asserts that the program failed with `code` and that its message holds `part`.
    #[track_caller]
    pub fn fails(&self, code: i32, part: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.message().contains(part), "the message does not name \"{part}\": {self:?}");
        assert_eq!(self.json["error"]["code"], code, "{self:?}");
        assert!(self.json["hits"].is_null(), "{self:?}");
    }

    /// Asserts that all went well.
    #[track_caller]
    pub fn done(self) -> Reply {
        assert_eq!(self.code, DONE, "{self:?}");
        self
    }
}

/// An archive, its people's keys and states, and its operator's key, in one folder.
pub struct World {
    folder: TempDir,
    /// The two deposits, in order.
    pub deposits: Vec<String>,
    /// A request for [`history::RARE`] that all custodians approved and that was answered.
    pub request: String,
    /// Its hits.
    pub hits: Value,
}

static BASE: LazyLock<World> = LazyLock::new(World::make);

impl World {
    /// A copy of the base archive.
    pub fn new() -> World {
        BASE.copy()
    }

    /// A copy of everything as it is now.
    pub fn copy(&self) -> World {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(self.folder.path(), folder.path());
        let (deposits, request) = (self.deposits.clone(), self.request.clone());
        World { folder, deposits, request, hits: self.hits.clone() }
    }

    /// Keys of all people, and no archive.
    pub fn people() -> World {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        let world = World { folder, deposits: Vec::new(), request: String::new(), hits: Value::Null };
        for name in CUSTODIANS.into_iter().chain([EXAMINER, SEALER, STRANGER, "auditor"]) {
            world.run(&["keygen", "--name", name, "-o", &key(name)]).done();
        }
        world
    }

    /// Begins the archive in folder `archive` with these people.
    pub fn init(&self, archive: &str, origin: &str) {
        self.try_init(archive, origin, &[]).done();
    }

    /// The same, with further arguments.
    pub fn try_init(&self, archive: &str, origin: &str, more: &[&str]) -> Reply {
        let mut args = vec!["init", archive, "--origin", origin, "--threshold", "2", "--custodian"];
        let publics: Vec<String> = CUSTODIANS.iter().map(|name| format!("{name}.pub")).collect();
        args.extend(publics.iter().map(String::as_str));
        args.extend(["--sealer", "rowan.pub", "--examiner", "finch.pub", "--auditor", "auditor.pub"]);
        args.extend(more);
        self.run(&args)
    }

    /// Somebody cosigns the log; gives the cosigned checkpoint.
    pub fn witness(&self, name: &str) -> String {
        self.run(&["witness", "box", "--key", &key(name)]).done().text("checkpoint")
    }

    fn make() -> World {
        let mut world = World::people();
        world.init("box", ORIGIN);
        for (export, seed) in [("first", 1), ("second", 2)] {
            history::write_export(&world.path(export), seed);
            let sealed = world.run(&["seal", "box", export, "--key", &key(SEALER)]).done();
            world.deposits.push(sealed.text("deposit"));
        }
        for name in CUSTODIANS {
            world.run(&["accept", "box", "--key", &key(name)]).done();
        }
        let refused = world.request(history::OTHER_RARE);
        let reason = ["refuse", "box", &refused, "--reason", "too broad", "--key", "alder.key"];
        world.run(&reason).done();
        world.request = world.request(history::RARE);
        for name in CUSTODIANS {
            world.approve(name, &world.request).done();
        }
        let answered = world.query(&world.request).done();
        assert_eq!(answered.hits(), history::RARE_MESSAGES, "the base archive finds what was planted");
        world.hits = answered.json["hits"].clone();
        world
    }

    /// Where `name` lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The archive's folder as a store.
    pub fn store(&self) -> Folder {
        Folder::new(self.path("box"))
    }

    /// Entries of the log.
    pub fn log_size(&self) -> u64 {
        let store = self.store();
        Archive::open(&store).unwrap().log.size()
    }

    /// Somebody's identity.
    pub fn identity(&self, name: &str) -> Identity {
        Identity::load(&self.path(&key(name))).unwrap()
    }

    /// The operator's key.
    pub fn operator(&self) -> Identity {
        Identity::load(&self.path("box.operator.key")).unwrap()
    }

    /// Paths of the archive below `prefix`.
    pub fn store_list(&self, prefix: &str) -> Vec<String> {
        self.store().list(prefix).unwrap()
    }

    /// Runs the program with `--json`, in the world's folder; programs in `bin` there are in PATH.
    pub fn run(&self, args: &[&str]) -> Reply {
        let mut command = Command::new(env!("CARGO_BIN_EXE_blackbox"));
        command.arg("--json").args(args).current_dir(self.folder.path()).env("TMPDIR", self.path("tmp"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.path("bin")).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let json = serde_json::from_slice(&output.stdout);
        let json = json.unwrap_or_else(|error| panic!("{args:?} printed no JSON: {error}; {stderr}"));
        Reply { code: output.status.code().unwrap(), json, stderr }
    }

    /// Tries to ask, with further arguments.
    pub fn ask(&self, query: &str, more: &[&str]) -> Reply {
        let mut args = vec![
            "request",
            "box",
            query,
            "--case",
            "FOI2023/1",
            "--basis",
            "FOIA 2000 s.1",
            "--key",
            "finch.key",
        ];
        args.extend(more);
        self.run(&args)
    }

    /// Asks; gives the request's id.
    pub fn request(&self, query: &str) -> String {
        self.ask(query, &[]).done().text("request")
    }

    /// A custodian approves.
    pub fn approve(&self, name: &str, id: &str) -> Reply {
        self.run(&["approve", "box", id, "--key", &key(name)])
    }

    /// A custodian reviews.
    pub fn review(&self, name: &str, id: &str) -> Reply {
        self.run(&["review", "box", id, "--key", &key(name)])
    }

    /// The examiner reads the answer.
    pub fn query(&self, id: &str) -> Reply {
        self.run(&["query", "box", id, "--key", "finch.key"])
    }

    /// Checks every file.
    pub fn verify(&self) -> Reply {
        self.run(&["verify", "box"])
    }

    /// Asks, and has the custodians `names` approve.
    pub fn approved(&self, query: &str, names: &[&str]) -> String {
        let id = self.request(query);
        for name in names {
            self.approve(name, &id).done();
        }
        id
    }

    /// Puts the archive of `older` in the place of this one, as an operator can.
    pub fn replace_archive(&self, older: &World) {
        fs::remove_dir_all(self.path("box")).unwrap();
        copy_folder(&older.path("box"), &self.path("box"));
    }

    /// Path and content of every file of the archive.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let store = self.store();
        let paths = store.list("").unwrap();
        paths.into_iter().map(|path| (path.clone(), store.read(&path).unwrap())).collect()
    }

    /// Carries out request `id` on `store` as the program does, up to the answer's hits; the log is
    /// compared with what the examiner's state in `state` remembers.
    pub fn read_hits(&self, store: &dyn Store, id: &str, state: &Path) -> Result<Value, Error> {
        let examiner = self.identity(EXAMINER);
        let archive = Archive::open(store)?;
        let ledger = Ledger::read(&archive)?;
        contact(&archive, &ledger, (&mut State::open(state, &archive)?, &examiner), None)?;
        let open = open_request(&archive, &ledger, &examiner, id)?;
        let collected = collect(&archive, &ledger, &open, &examiner)?;
        let answered = answer(&archive, &open, &collected)?;
        assert!(answered.answer.unanswered.is_empty(), "{:?}", answered.answer.unanswered);
        Ok(serde_json::to_value(answered.answer.hits).unwrap())
    }
}

/// Asserts that `verify` fails and names `file`.
#[track_caller]
pub fn assert_named(verified: &Reply, file: &str) {
    assert_eq!(verified.code, FAILED, "{verified:?}");
    let named = |finding: &Value| {
        finding["severity"] == "error" && finding["what"].as_str().is_some_and(|what| what.contains(file))
    };
    assert!(verified.json["findings"].as_array().unwrap().iter().any(named), "\"{file}\": {verified:?}");
}

/// File name of somebody's identity.
pub fn key(name: &str) -> String {
    format!("{name}.key")
}

/// Copies a folder and all in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
