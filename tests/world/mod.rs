//! An archive with its people, made through the library, and queries on it without the log.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{path::Path, sync::atomic::AtomicBool};

use blackbox_custody::{
    Archive, Config, Identity,
    approve::Now,
    archive::Entry,
    common::common_words,
    config::Person,
    keys::custody_keys,
    ledger::{Checked, Ledger},
    policy::Policy,
    request::items,
};
use blackbox_format::{
    VERSION,
    body::Sealed,
    manifest::{Flag, Manifest, manifest_path},
    message::{Incoming, Message},
    note::Signer,
    text,
};
use blackbox_log::Kind;
use blackbox_query::{
    language::Query,
    matches::{Terms, matches},
    plan::{Mode, Plan},
    read::{DepositReader, Found, Job as SearchJob, Tried, drill, search},
};
use blackbox_seal::{Custodian, History, Job, Progress, Report, SealError, Stage, seal};
use blackbox_store::{Folder, Store};
use blackbox_token::{
    ask::{Ask, Range},
    combine::{Tokens, combine},
    custody::CustodyKeys,
};

/// All people of a test archive.
pub struct World {
    pub store: Folder,
    pub operator: Identity,
    pub custodians: Vec<Identity>,
    pub sealer: Identity,
    pub examiner: Identity,
    pub auditor: Identity,
}

/// Messages in memory as a history.
pub struct Given<'a>(pub &'a [Message]);

impl History for Given<'_> {
    fn replay(&self, each: &mut dyn FnMut(Incoming) -> Result<(), SealError>) -> Result<(), SealError> {
        self.0.iter().try_for_each(|message| each(Incoming { message: message.clone(), media: Vec::new() }))
    }
}

/// Watches nothing.
pub struct Silent(pub AtomicBool);

impl Progress for Silent {
    fn stage(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn cancelled(&self) -> &AtomicBool {
        &self.0
    }
}

impl World {
    /// A `k`-of-`n` archive in `folder`.
    pub fn new(folder: &Path, (k, n): (usize, usize)) -> World {
        World::with_policy(folder, (k, n), Policy::default())
    }

    pub fn with_policy(folder: &Path, (k, n): (usize, usize), policy: Policy) -> World {
        let person = |name: &str| Identity::generate(name).unwrap();
        let world = World {
            store: Folder::new(folder.join("box")),
            operator: Identity::named("operator", "example.org/box").unwrap(),
            custodians: (0..n).map(|number| person(&format!("Custodian {number}"))).collect(),
            sealer: person("Records Office"),
            examiner: person("FOI Officer"),
            auditor: person("Audit Office"),
        };
        let people =
            |people: &[&Identity]| people.iter().map(|one| Person::from(one.public())).collect::<Vec<_>>();
        let config = Config {
            format: VERSION.to_owned(),
            origin: "example.org/box".to_owned(),
            created: "2026-01-01T00:00:00Z".to_owned(),
            log: world.operator.verifier().to_string(),
            witness: Vec::new(),
            threshold: k,
            custodian: people(&world.custodians.iter().collect::<Vec<_>>()),
            sealer: people(&[&world.sealer]),
            examiner: people(&[&world.examiner]),
            auditor: people(&[&world.auditor]),
            common: common_words(&policy, |_| Some(STOP_WORDS.split(' ').map(str::to_owned).collect()))
                .unwrap(),
            policy,
        };
        Archive::create(&world.store, &config, &world.operator).unwrap();
        world
    }

    pub fn archive(&self) -> Archive<'_> {
        Archive::open(&self.store).unwrap()
    }

    pub fn now(&self) -> Now {
        Now { time: "2026-01-02T00:00:00Z".to_owned(), today: jiff::civil::date(2026, 1, 2) }
    }

    /// Seals and logs a deposit.
    pub fn seal(&self, deposit: &str, messages: &[Message], segment_messages: u32) -> Report {
        self.seal_all(deposit, &Given(messages), segment_messages)
    }

    /// The same for a history, attachments included.
    pub fn seal_all(&self, deposit: &str, history: &dyn History, segment_messages: u32) -> Report {
        let report = self.try_seal(&self.store, deposit, history, segment_messages).unwrap();
        let mut archive = self.archive();
        let document = self.store.read(&manifest_path(deposit)).unwrap();
        let entry = Entry {
            kind: Kind::Deposit,
            subject: deposit,
            by: self.sealer.verifier().name(),
            path: manifest_path(deposit),
            document: &document,
            bodies: Vec::new(),
            time: "2026-01-01T00:00:01Z",
        };
        archive.append(&self.operator, entry).unwrap();
        report
    }

    /// Seals without logging, into `store`.
    pub fn try_seal(
        &self,
        store: &dyn Store,
        deposit: &str,
        history: &dyn History,
        segment_messages: u32,
    ) -> Result<Report, SealError> {
        let archive = self.archive();
        let recipients: Vec<_> =
            self.custodians.iter().map(|one| one.public().recipient().unwrap()).collect();
        let custodians = self
            .custodians
            .iter()
            .zip(&recipients)
            .map(|(one, recipient)| Custodian { name: one.verifier().name(), recipient: recipient.as_ref() });
        let job = Job {
            origin: "example.org/box",
            archive: archive.hash,
            deposit,
            compartment: "main",
            threshold: archive.people.threshold,
            custodians: custodians.collect(),
            rules: &archive.people.rules,
            context: archive.config.policy.context,
            exceptional: archive.config.policy.exceptional.into(),
            small: Flag::Yes,
            lacking: Vec::new(),
            segment_messages,
            sealed: "2026-01-01T00:00:00Z",
            timezone: "UTC",
            signer: &self.sealer,
        };
        seal(store, &job, history, &Silent(AtomicBool::new(false)))
    }

    /// Opens all deposits for querying, with the keys of the first `k` custodians.
    pub fn reader<'a>(&'a self, archive: &'a Archive<'a>) -> Bench<'a> {
        let ledger = Ledger::read(archive).unwrap();
        let deposits = ledger.deposits(archive).unwrap();
        let custodians = &self.custodians[..archive.people.threshold.needed()];
        let keys = custodians.iter().map(|one| {
            deposits.iter().map(|deposit| custody_keys(archive, &ledger, deposit, one).unwrap()).collect()
        });
        let readers = deposits.iter().map(|one| DepositReader::open(archive.store, &one.document).unwrap());
        Bench { archive, keys: keys.collect(), readers: readers.collect(), deposits }
    }
}

/// Everything that a query needs but the log.
pub struct Bench<'a> {
    pub archive: &'a Archive<'a>,
    pub keys: Vec<Vec<CustodyKeys>>,
    pub readers: Vec<DepositReader<'a>>,
    pub deposits: Vec<Checked<Manifest>>,
}

impl Bench<'_> {
    /// Answers `query` with the tokens that the custodians give for its plan.
    pub fn query(&self, query: &str, context: u8) -> Result<(Plan, Found), String> {
        let query: Query =
            query.parse().map_err(|error: blackbox_query::language::ParseError| error.to_string())?;
        let rules = &self.archive.people.rules;
        let plan = Plan::new(&query, Mode::Open, rules, &[]).map_err(|error| error.to_string())?;
        let (ask, tokens) = self.tokens(&plan, context);
        let needed = self.archive.people.threshold.needed();
        let job = SearchJob {
            plan: &plan,
            ask: &ask,
            tokens: &tokens,
            needed,
            rules,
            context,
            span: (i64::MIN, i64::MAX),
        };
        let found = search(&job, &self.readers).map_err(|error| error.to_string())?;
        Ok((plan, found))
    }

    /// Drills every deposit.
    pub fn drill(&self) -> Vec<Tried> {
        let rules = &self.archive.people.rules;
        let plan = Plan::new(&"drill:drill".parse().unwrap(), Mode::Drill, rules, &[]).unwrap();
        let (ask, tokens) = self.tokens(&plan, 0);
        self.readers.iter().enumerate().map(|deposit| drill(&ask, &tokens, deposit)).collect()
    }

    /// What `plan` asks, and the tokens that the custodians give for it.
    fn tokens(&self, plan: &Plan, context: u8) -> (Ask, Tokens) {
        let range = |deposit: &Checked<Manifest>| Range {
            deposit: deposit.document.deposit.clone(),
            threshold: deposit.document.threshold,
            months: deposit.document.months().collect(),
        };
        let ask = Ask {
            origin: "example.org/box".to_owned(),
            ranges: self.deposits.iter().map(range).collect(),
            items: items(plan, context),
        };
        let all: Vec<usize> = (0..ask.items.len()).collect();
        let answers: Vec<_> = self.keys.iter().map(|keys| ask.answer(keys, &all).unwrap()).collect();
        let tokens = combine(&ask, &answers).unwrap();
        (ask, tokens)
    }
}

/// The plaintext, ready to be scanned.
pub struct Scan {
    pub messages: Vec<(Message, Terms)>,
}

impl Scan {
    pub fn of(messages: &[Message]) -> Scan {
        let terms = |message: &Message| Terms::of(&Sealed::new(message.clone(), 0, Vec::new()));
        Scan { messages: messages.iter().map(|message| (message.clone(), terms(message))).collect() }
    }

    /// Numbers of the messages that match, by reading all of them.
    pub fn query(&self, query: &str) -> Vec<usize> {
        let query: Query = query.parse().unwrap();
        let hits =
            self.messages.iter().enumerate().filter(|(_, (_, terms))| matches(&query, terms).is_some());
        hits.map(|(number, _)| number).collect()
    }
}

/// Words of a text that can stand in a query as they are.
pub fn plain_words(message: &Message) -> Vec<String> {
    let plain =
        |word: &String| word.chars().all(char::is_alphanumeric) && word.chars().any(char::is_alphabetic);
    text::words(&message.text).into_iter().filter(plain).collect()
}

const STOP_WORDS: &str = "a about after all also an and any are as at be because been but by can could did do for from \
get had has have he her here him his how i if in into is it its just like me more my no not now of on one only or our \
out over she so some than that the their them then there they this to up us was we were what when which who will with \
would you your";
