//! A deposit sealed with the library alone, in memory, with the identities of its custodians.

use std::sync::atomic::AtomicBool;

use blackbox_custody::{Archive, Identity, wrap::unwrap};
use blackbox_format::{
    fields::Hex,
    manifest::{Flag, Manifest, custody_path, manifest_path, segment_path},
    note::Note,
    rules::Rules,
    threshold::{Subset, Threshold},
};
use blackbox_seal::{Custodian, History, Job, Progress, Report, Stage, seal};
use blackbox_store::{Store, Table};
use blackbox_token::{Secret, custody::CustodyKeys};

use super::{CUSTODIANS, SEALER, World, history::Generated, memory::Memory};

/// Its origin.
pub const ORIGIN: &str = "example.org/sealed";
/// Its id.
pub const DEPOSIT: &str = "20230401-00000001";

/// A sealed deposit.
pub struct Sealed {
    /// Its files.
    pub store: Memory,
    /// Its threshold.
    pub threshold: Threshold,
    /// Its custodians.
    pub people: Vec<Identity>,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its numbers.
    pub report: Report,
}

impl Sealed {
    /// Seals `history` for `needed` of so many custodians, in segments of at most so many messages.
    pub fn new((needed, custodians): (usize, usize), history: &dyn History, segment_messages: u32) -> Sealed {
        let threshold = Threshold::new(needed, custodians).unwrap();
        let person = |number: usize| Identity::generate(&format!("c{number}")).unwrap();
        let people: Vec<Identity> = (0..custodians).map(person).collect();
        let recipients: Vec<_> = people.iter().map(|person| person.public().recipient().unwrap()).collect();
        let names = people.iter().map(|person| person.public().verifier.name());
        let pairs = names.zip(&recipients);
        let sealer = Identity::generate("sealer").unwrap();
        let rules = Rules { common: Default::default(), finding_fields: Default::default() };
        let job = Job {
            origin: ORIGIN,
            archive: Hex([1; 32]),
            deposit: DEPOSIT,
            compartment: "main",
            threshold,
            custodians: pairs.map(|(name, key)| Custodian { name, recipient: key.as_ref() }).collect(),
            rules: &rules,
            context: 1,
            exceptional: Flag::No,
            small: Flag::No,
            lacking: Vec::new(),
            segment_messages,
            sealed: "2023-04-01T09:00:00Z",
            timezone: "UTC",
            signer: &sealer,
        };
        let store = Memory::default();
        let sealed = seal(&store, &job, history, &Quiet::default()).unwrap();
        let note = Note::parse(&store.read(&manifest_path(DEPOSIT)).unwrap()).unwrap();
        let manifest = Manifest::parse(&note.text).unwrap();
        Sealed { store, threshold, people, manifest, report: sealed }
    }

    /// The subset keys that the custodians `who` hold together, each once.
    pub fn keys_of(&self, who: &[usize]) -> Vec<(Subset, Secret<32>)> {
        let mut keys: Vec<(Subset, Secret<32>)> = Vec::new();
        for number in who {
            let person = &self.people[*number];
            let path = custody_path(DEPOSIT, person.public().verifier.name());
            let plain = unwrap(&self.store.read(&path).unwrap(), person, &path).unwrap();
            let held = CustodyKeys::parse(&Note::parse(&plain).unwrap().text).unwrap();
            for key in held.keys {
                if !keys.iter().any(|(subset, _)| *subset == key.subset) {
                    keys.push((key.subset, key.key));
                }
            }
        }
        keys
    }

    /// A table of a segment.
    pub fn table(&self, segment: u32, file: &str) -> Table<'_> {
        let root = self.manifest.file(&format!("{segment:05}/{file}")).unwrap();
        Table::open(&self.store, &segment_path(DEPOSIT, segment, file), root).unwrap()
    }
}

/// Seals generated messages as deposit `id` into memory, for the custodians of `world`, logs nothing.
pub fn seal_for(world: &World, archive: &Archive<'_>, id: &str, exceptional: Flag) -> (Memory, Manifest) {
    let sealer = world.identity(SEALER);
    let people = CUSTODIANS.map(|name| world.identity(name).public().clone());
    let recipients = people.each_ref().map(|person| person.recipient().unwrap());
    let names = people.iter().map(|person| person.verifier.name());
    let custodians = names.zip(&recipients).map(|(name, key)| Custodian { name, recipient: key.as_ref() });
    let job = Job {
        origin: super::ORIGIN,
        archive: archive.hash,
        deposit: id,
        compartment: "main",
        threshold: archive.people.threshold,
        custodians: custodians.collect(),
        rules: &archive.people.rules,
        context: 1,
        exceptional,
        small: Flag::No,
        lacking: Vec::new(),
        segment_messages: 300,
        sealed: super::forge::TIME,
        timezone: "UTC",
        signer: &sealer,
    };
    let store = Memory::default();
    seal(&store, &job, &Generated { count: 600, words: 8, seed: 5 }, &Quiet::default()).unwrap();
    let note = Note::parse(&store.read(&manifest_path(id)).unwrap()).unwrap();
    (store, Manifest::parse(&note.text).unwrap())
}

/// Watches nothing.
#[derive(Default)]
struct Quiet(AtomicBool);

impl Progress for Quiet {
    fn stage(&self, _stage: Stage, _total: Option<u64>) {}

    fn advance(&self, _messages: u64) {}

    fn cancelled(&self) -> &AtomicBool {
        &self.0
    }
}
