//! How long an audit of a large log takes.
//!
//! `cargo run --release -p blackbox-bench --bin audit -- ENTRIES FOLDER`: makes an archive of so many entries in
//! FOLDER (requests, two approvals of three custodians, refusals, disclosures, all signed as they are in life), and
//! audits it without and with a key. Files are written without syncing. The age files in the log come from a pool:
//! making one takes longer than reading it.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

#[path = "../../../tests/world/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "each benchmark is a program of its own")]
mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use blackbox_custody::{
    Archive, Identity,
    approval::{Approval, ApprovalBody, DigestLine},
    audit::{Depth, Job, audit},
    disclosure::{CountLine, Disclosure, DisclosureBody},
    ledger::Ledger,
    refusal::{Refusal, reason_text},
    request::{Request, RequestBody, items},
    wrap::{pad, wrap},
};
use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    message::Message,
    note::{Note, Signer},
};
use blackbox_log::{Kind, Leaf, body::put_body};
use blackbox_query::plan::{Mode, Plan};
use blackbox_store::{Folder, Store, StoreError, Upload};
use world::World;

/// Different bodies.
const POOL: usize = 256;
/// Requests whose entries are appended at once.
const BATCH: usize = 256;
/// One request of so many is refused.
const REFUSED: usize = 5;
const TIME: &str = "2026-02-03T04:05:06Z";

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(entries), Some(folder)) = (args.next().and_then(|text| text.parse().ok()), args.next()) else {
        return eprintln!("ENTRIES FOLDER");
    };
    let folder = PathBuf::from(folder);
    let start = Instant::now();
    let world = World::new(&folder, (2, 3));
    world.seal("d1", &messages(), 1 << 17);
    let store = Plain(Folder::new(folder.join("box")), folder.join("box"));
    fill(&world, &store, entries);
    println!("made in {:.1} s", start.elapsed().as_secs_f64());
    measure("without a key", &store, None);
    measure("with a key", &store, Some(&world.auditor));
}

fn measure(name: &str, store: &dyn Store, key: Option<&Identity>) {
    let start = Instant::now();
    let archive = Archive::open(store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let read = start.elapsed();
    let today = jiff::civil::date(2026, 2, 4);
    let job =
        Job { archive: &archive, ledger: &ledger, key, outside: &[], depth: Depth::Whole, since: 0, today };
    let audit = audit(&job).unwrap();
    assert!(audit.findings.ok(), "{:?}", &audit.findings.all[..3]);
    println!(
        "audit {name}: {} entries, {} requests, {} findings: {:.1} s (log read in {:.1} s), {} MiB at most so far",
        archive.log.size(),
        audit.requests.len(),
        audit.findings.all.len(),
        start.elapsed().as_secs_f64(),
        read.as_secs_f64(),
        peak() >> 10
    );
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn messages() -> Vec<Message> {
    let message = |number: u32| Message {
        time: 1_577_836_800_000 + i64::from(number) * 997_000,
        from: format!("Person {}", number % 7),
        text: format!("word{} and word{}", number % 61, number % 53),
        platform: "jsonl".to_owned(),
        ..Message::default()
    };
    (0..600).map(message).collect()
}

/// Bodies that many entries share.
struct Bodies {
    plan: Plan,
    commitment: Hex<32>,
    request: Hex<32>,
    approval: Hex<32>,
    refusal: Hex<32>,
    disclosure: Hex<32>,
}

fn bodies(world: &World, archive: &Archive<'_>, number: usize) -> Bodies {
    let query = format!("word{number} AND from:\"person {}\"", number % 7);
    let plan = Plan::new(&query.parse().unwrap(), Mode::Open, &archive.people.rules, &[]).unwrap();
    let salt = Hex(sha256(&number.to_le_bytes()));
    let readers = || world.custodians.iter().chain([&world.auditor, &world.examiner]).map(Identity::public);
    let put = |text: &str| put_body(archive.store, &wrap(&pad(text), readers()).unwrap()).unwrap();
    let body = RequestBody { salt, claim: plan.claim() }.to_text().unwrap();
    let approved = items(&plan, 0).iter().map(|item| item.literal.to_string()).collect();
    let count = |literal: String| CountLine {
        deposit: "d1".to_owned(),
        month: "2020-01".to_owned(),
        count: 0,
        token: Hex(salt.0[..16].try_into().unwrap()),
        literal,
    };
    let counts = vec![count(format!("word:word{number}"))];
    Bodies {
        commitment: Hex(sha256(body.as_bytes())),
        request: put(&body),
        approval: put(&ApprovalBody { salt, approved }.to_text().unwrap()),
        refusal: put(&reason_text(salt, "too broad").unwrap()),
        disclosure: put(&DisclosureBody { salt, hits: 0, misindexed: 0, counts }.to_text().unwrap()),
        plan,
    }
}

/// Appends batches of requests and their decisions until there are so many entries.
fn fill(world: &World, store: &dyn Store, entries: u64) {
    let mut archive = Archive::open(store).unwrap();
    let pool: Vec<Bodies> = (0..POOL).map(|number| bodies(world, &archive, number)).collect();
    let mut made = 0;
    while archive.log.size() < entries {
        let filler = Filler { world, origin: archive.config.origin.clone(), hash: archive.hash, store };
        let asked: Vec<(Request, Hex<32>, usize)> =
            (made..made + BATCH).map(|number| filler.request(number, &pool[number % POOL])).collect();
        let leaves = asked.iter().map(|(request, hash, number)| {
            let bodies = vec![pool[number % POOL].request];
            leaf(Kind::Request, (&request.id, &world.examiner), (*hash, request.path()), bodies)
        });
        let leaves: Vec<Vec<u8>> = leaves.collect();
        archive.log.append(&world.operator, &leaves).unwrap();
        let seen = (archive.log.size(), Hex(archive.checkpoint().root));
        let decided: Vec<Vec<u8>> =
            asked.iter().flat_map(|asked| filler.decide(asked, &pool[asked.2 % POOL], seen)).collect();
        archive.log.append(&world.operator, &decided).unwrap();
        made += BATCH;
    }
}

struct Filler<'w> {
    world: &'w World,
    origin: String,
    hash: Hex<32>,
    store: &'w dyn Store,
}

impl Filler<'_> {
    fn put(&self, path: &str, text: String, signer: &Identity) -> Hex<32> {
        let bytes = Note::sign(text, signer).to_bytes();
        self.store.replace(path, &bytes).unwrap();
        Hex(sha256(&bytes))
    }

    fn request(&self, number: usize, bodies: &Bodies) -> (Request, Hex<32>, usize) {
        let mut request = Request {
            id: String::new(),
            origin: self.origin.clone(),
            archive: self.hash,
            examiner: self.world.examiner.verifier().name().to_owned(),
            time: TIME.to_owned(),
            case: format!("CASE-{number}"),
            basis: "FOIA 2000 s.1".to_owned(),
            purpose: "FOIA 2000 s.1".to_owned(),
            mode: Mode::Open,
            order: None,
            since: "2020-01-01".to_owned(),
            until: "2020-01-31".to_owned(),
            context: 0,
            expires: "2026-05-01".to_owned(),
            deposits: vec!["d1".to_owned()],
            compartments: vec!["main".to_owned()],
            cites: None,
            commitment: bodies.commitment,
            body: bodies.request,
        };
        let text = request.to_text().unwrap();
        request.id = Request::id_of(&text);
        let hash = self.put(&request.path(), text, &self.world.examiner);
        (request, hash, number)
    }

    /// Two approvals and a disclosure, or two refusals.
    fn decide(
        &self,
        (request, hash, number): &(Request, Hex<32>, usize),
        bodies: &Bodies,
        seen: (u64, Hex<32>),
    ) -> Vec<Vec<u8>> {
        if number % REFUSED == 0 {
            return (0..2).map(|custodian| self.refuse((request, *hash), custodian, bodies)).collect();
        }
        let approved = (0..2).map(|custodian| self.approve((request, *hash), custodian, (bodies, seen)));
        let (mut leaves, hashes): (Vec<Vec<u8>>, Vec<Hex<32>>) = approved.unzip();
        let disclosure = Disclosure {
            origin: self.origin.clone(),
            archive: self.hash,
            request: request.id.clone(),
            number: 0,
            examiner: request.examiner.clone(),
            time: TIME.to_owned(),
            digest: bodies.commitment,
            drilled: Vec::new(),
            approvals: hashes,
            body: bodies.disclosure,
        };
        let hash = self.put(&disclosure.path(), disclosure.to_text().unwrap(), &self.world.examiner);
        let place = (hash, disclosure.path());
        leaves.push(leaf(
            Kind::Disclosure,
            (&request.id, &self.world.examiner),
            place,
            vec![bodies.disclosure],
        ));
        leaves
    }

    fn refuse(
        &self,
        (request, request_hash): (&Request, Hex<32>),
        custodian: usize,
        bodies: &Bodies,
    ) -> Vec<u8> {
        let signer = &self.world.custodians[custodian];
        let refusal = Refusal {
            origin: self.origin.clone(),
            archive: self.hash,
            request: request.id.clone(),
            request_hash,
            custodian: signer.verifier().name().to_owned(),
            time: TIME.to_owned(),
            body: bodies.refusal,
        };
        let hash = self.put(&refusal.path(), refusal.to_text().unwrap(), signer);
        leaf(Kind::Refusal, (&request.id, signer), (hash, refusal.path()), vec![bodies.refusal])
    }

    fn approve(
        &self,
        (request, request_hash): (&Request, Hex<32>),
        number: usize,
        (bodies, (log_size, log_root)): (&Bodies, (u64, Hex<32>)),
    ) -> (Vec<u8>, Hex<32>) {
        let signer = &self.world.custodians[number];
        let items: Vec<usize> = (0..bodies.plan.literals.len()).collect();
        let subsets = blackbox_format::threshold::Threshold::new(2, 3).unwrap().subsets();
        let own = subsets.into_iter().filter(|subset| subset.contains(number));
        let own: Vec<_> = own.collect();
        let digest = |item: usize, subset: blackbox_format::threshold::Subset| DigestLine {
            item,
            subset,
            digest: Hex(sha256(format!("{} {item} {subset}", request.id).as_bytes())),
        };
        let share = format!("share of {number} for {}", request.id).into_bytes();
        let approval = Approval {
            origin: self.origin.clone(),
            archive: self.hash,
            request: request.id.clone(),
            request_hash,
            custodian: signer.verifier().name().to_owned(),
            number,
            time: TIME.to_owned(),
            log_size,
            log_root,
            digests: items.iter().flat_map(|item| own.iter().map(|subset| digest(*item, *subset))).collect(),
            items,
            share: Hex(sha256(&share)),
            proof: None,
            body: bodies.approval,
        };
        self.store.replace(&approval.share_path(), &share).unwrap();
        let hash = self.put(&approval.path(), approval.to_text().unwrap(), signer);
        let place = (hash, approval.path());
        (leaf(Kind::Approval, (&request.id, signer), place, vec![bodies.approval]), hash)
    }
}

fn leaf(
    kind: Kind,
    (subject, signer): (&str, &Identity),
    (document, path): (Hex<32>, String),
    bodies: Vec<Hex<32>>,
) -> Vec<u8> {
    let by = signer.verifier().name().to_owned();
    let leaf = Leaf { kind, time: TIME.to_owned(), subject: subject.to_owned(), by, document, path, bodies };
    leaf.to_bytes().unwrap()
}

/// A folder whose files are not synced.
struct Plain(Folder, PathBuf);

impl Store for Plain {
    fn length(&self, path: &str) -> Result<u64, StoreError> {
        self.0.length(path)
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.0.read_at(path, offset, buffer)
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.replace(path, bytes)
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let file = self.1.join(path);
        let written = fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))
            .and_then(|()| fs::write(&file, bytes));
        written.map_err(|source| StoreError::Io { path: path.to_owned(), source })
    }

    fn upload(&self, path: &str) -> Result<Box<dyn Upload + '_>, StoreError> {
        self.0.upload(path)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.0.list(prefix)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.0.remove(path)
    }

    fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        self.0.lock()
    }

    fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        self.0.free_bytes()
    }
}
