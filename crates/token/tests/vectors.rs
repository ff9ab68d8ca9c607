//! Every vector of `spec/vectors` that this crate answers for: each output is recomputed from its
//! inputs and compared whole, each fault is refused, and no file goes unread.

#![allow(clippy::unwrap_used)] // in what the test shares

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use blackbox_format::{
    encode::encode,
    fields::Hex,
    manifest::Manifest,
    merkle::{leaf, sha256},
    month::{Month, months},
    term::Literal,
    threshold::{Subset, Threshold},
};
use blackbox_token::{
    Secret,
    ask::{Answers, Ask, Item, Range},
    combine::combine,
    custody::{CustodyKeys, HeldKey, month_root},
    entry::{Counter, Finder, Found, Opener, Posting, Tester},
    function::{Kind, MONTH_LABEL, MonthKey, Part, Scope, evaluate, hmac},
    row::{Neighbour, Place, body_key, open_body, open_slot, seal_body, seal_slot},
};
use serde::Deserialize;
use serde_json::{Value, json};

const CRATE: &str = "token";
/// The crates whose tests read vectors: a file of any other would go unread.
const CRATES: [&str; 2] = ["format", "token"];

type Outputs = fn(Value) -> Value;
type Accepts = fn(Value) -> bool;

const SUBJECTS: [(&str, Outputs); 9] = [
    ("threshold-hmac", threshold_hmac),
    ("token", tokens),
    ("finder", finder),
    ("opener", opener),
    ("record", record),
    ("context-slot", context_slot),
    ("month-root", month_commitments),
    ("custody", custody),
    ("answers", answers),
];

const FAULTS: [(&str, Accepts); 5] = [
    ("fault-record", accepts_record),
    ("fault-context-slot", accepts_slot),
    ("fault-custody", accepts_custody),
    ("fault-answers", accepts_answers),
    ("fault-disagreement", accepts_combination),
];

/// One file of `spec/vectors`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    subject: String,
    #[serde(rename = "crate")]
    reader: String,
    #[serde(rename = "prose")]
    _prose: String,
    #[serde(default)]
    cases: Vec<Case>,
    #[serde(default)]
    accepted: Option<Value>,
    #[serde(default)]
    rejected: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(rename = "in")]
    inputs: Value,
    #[serde(rename = "out")]
    outputs: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    #[serde(rename = "attack")]
    _attack: String,
    #[serde(rename = "in")]
    inputs: Value,
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = paths.filter(|path| path.extension().is_none_or(|extension| extension != "py"));
    let read = |path: std::path::PathBuf| {
        let file: File = serde_json::from_slice(&fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(path.file_name().unwrap().to_str().unwrap(), format!("{}.json", file.subject));
        assert!(
            CRATES.contains(&file.reader.as_str()),
            "{path:?}: no test reads the vectors of \"{}\"",
            file.reader
        );
        file
    };
    json.map(read).filter(|file| file.reader == CRATE).collect()
}

#[test]
fn every_file_is_read_and_every_field_is_as_written() {
    let mut seen = BTreeSet::new();
    for file in files() {
        if let Some((_, outputs)) = SUBJECTS.iter().find(|(subject, _)| *subject == file.subject) {
            assert!(!file.cases.is_empty() && file.rejected.is_empty() && file.accepted.is_none());
            for case in &file.cases {
                let computed = outputs(case.inputs.clone());
                let shown = serde_json::to_string_pretty(&computed).unwrap();
                assert!(computed == case.outputs, "{}, {}: computed {shown}", file.subject, case.name);
            }
        } else {
            let (_, accepts) = FAULTS
                .iter()
                .find(|(subject, _)| *subject == file.subject)
                .unwrap_or_else(|| panic!("no test reads \"{}\"", file.subject));
            assert!(file.cases.is_empty() && !file.rejected.is_empty());
            assert!(accepts(file.accepted.unwrap()), "{}: the sound input is refused", file.subject);
            for fault in &file.rejected {
                assert!(!accepts(fault.inputs.clone()), "{}: {} is accepted", file.subject, fault.name);
            }
        }
        seen.insert(file.subject);
    }
    let known =
        SUBJECTS.iter().map(|(subject, _)| *subject).chain(FAULTS.iter().map(|(subject, _)| *subject));
    assert_eq!(seen, known.map(str::to_owned).collect(), "a file of vectors is missing");
}

/// Inputs of one subject, none left over.
fn inputs<T: for<'de> Deserialize<'de>>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    bytes(hex).try_into().unwrap()
}

fn secret<const N: usize>(hex: &str) -> Secret<N> {
    Secret::new(array(hex))
}

fn shown<const N: usize>(secret: &Secret<N>) -> String {
    hex::encode(secret.expose())
}

fn found(found: &Found) -> (u32, [u8; 16]) {
    match found {
        Found::Row(row, nonce) | Found::Common(row, nonce) => (*row, *nonce),
    }
}

/// Subset keys of a deposit, by subset.
type SubsetKeys = BTreeMap<String, String>;

fn held(keys: &SubsetKeys, threshold: Threshold) -> Vec<HeldKey> {
    let key = |subset: Subset| HeldKey { subset, key: secret(&keys[&subset.to_string()]) };
    assert_eq!(keys.len(), threshold.subsets().len());
    threshold.subsets().into_iter().map(key).collect()
}

/// One request for `parts` of one literal in one month, and the keys of those who are asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    origin: String,
    deposit: String,
    needed: usize,
    custodians: usize,
    subset_keys: SubsetKeys,
    months: Vec<String>,
    literals: Vec<(String, Vec<String>)>,
}

impl Setting {
    fn threshold(&self) -> Threshold {
        Threshold::new(self.needed, self.custodians).unwrap()
    }

    fn months(&self) -> Vec<Month> {
        self.months.iter().map(|month| month.parse().unwrap()).collect()
    }

    fn ask(&self) -> Ask {
        let item = |(literal, parts): &(String, Vec<String>)| Item {
            literal: literal.parse().unwrap(),
            parts: parts.iter().map(|part| part.parse().unwrap()).collect(),
        };
        let range =
            Range { deposit: self.deposit.clone(), threshold: self.threshold(), months: self.months() };
        Ask {
            origin: self.origin.clone(),
            ranges: vec![range],
            items: self.literals.iter().map(item).collect(),
        }
    }

    fn answers(&self, custodian: usize) -> Answers {
        let own = held(&self.subset_keys, self.threshold())
            .into_iter()
            .filter(|held| held.subset.contains(custodian));
        let keys = CustodyKeys {
            origin: self.origin.clone(),
            archive: Hex([0; 32]),
            deposit: self.deposit.clone(),
            compartment: "main".to_owned(),
            custodian,
            threshold: self.threshold(),
            keys: own.collect(),
            exceptional: None,
        };
        let all: Vec<usize> = (0..self.literals.len()).collect();
        self.ask().answer(&[keys], &all).unwrap()
    }
}

/// The function for one literal and kind in one month: from keys to answers, and from the answers of
/// every group of custodians to tokens, or to none.
fn threshold_hmac(value: Value) -> Value {
    let setting: Setting = inputs(value);
    let (ask, month) = (setting.ask(), setting.months()[0]);
    let (item, keys) = (&ask.items[0], held(&setting.subset_keys, setting.threshold()));
    let scope = Scope { origin: &setting.origin, deposit: &setting.deposit };
    let input = scope.input(item.parts[0].kind(), month, &item.literal);
    let month_keys: Vec<MonthKey> = keys.iter().map(|held| MonthKey::new(&held.key, month)).collect();
    let by_subset = |value: &dyn Fn(&MonthKey) -> String| -> Value {
        keys.iter().zip(&month_keys).map(|(held, key)| (held.subset.to_string(), value(key))).collect()
    };
    let groups = (1..1usize << setting.custodians).map(|bits| {
        let who: Vec<usize> =
            (0..setting.custodians).filter(|custodian| bits >> custodian & 1 == 1).collect();
        let answers: Vec<Answers> = who.iter().map(|custodian| setting.answers(*custodian)).collect();
        let combined = combine(&ask, &answers).unwrap();
        let tokens = item.parts.iter().map(|part| combined.get(0, 0, (month, *part)).map(shown));
        let name = who.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        (name, Value::from(tokens.collect::<Option<Vec<_>>>().map(|tokens| tokens.concat())))
    });
    json!({
        "x": hex::encode(&input),
        "month_keys": by_subset(&|key| hex::encode(key.expose())),
        "commitments": by_subset(&|key| hex::encode(key.commitment())),
        "answers": by_subset(&|key| shown(&key.answer(&input))),
        "f": shown(&evaluate(&month_keys, &input)),
        "combined": groups.collect::<serde_json::Map<_, _>>(),
    })
}

/// One literal's inputs and tokens, of every kind named.
fn tokens(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        origin: String,
        deposit: String,
        month: String,
        literal: String,
        kinds: Vec<String>,
        subset_keys: Vec<String>,
    }
    let it: In = inputs(value);
    let month: Month = it.month.parse().unwrap();
    let literal: Literal = it.literal.parse().unwrap();
    let keys: Vec<MonthKey> = it.subset_keys.iter().map(|key| MonthKey::new(&secret(key), month)).collect();
    let scope = Scope { origin: &it.origin, deposit: &it.deposit };
    let all = [Part::Count, Part::Find, Part::Test, Part::Open, Part::Context, Part::Exceptional];
    let mut out = serde_json::Map::new();
    for name in &it.kinds {
        let kinds = [Kind::Seek, Kind::Show, Kind::Context, Kind::Exceptional];
        let kind = *kinds.iter().find(|kind| kind.name() == name).unwrap();
        let input = scope.input(kind, month, &literal);
        let output = evaluate(&keys, &input);
        let parts = all.iter().filter(|part| part.kind() == kind);
        let parts: serde_json::Map<_, _> =
            parts.map(|part| (part.to_string(), shown(&part.of(&output)).into())).collect();
        out.insert(
            name.clone(),
            json!({ "x": hex::encode(&input), "output": shown(&output), "tokens": parts }),
        );
    }
    Value::Object(out)
}

fn finder(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        count: String,
        find: String,
        segment: u64,
        number: u64,
        row: u32,
        nonce: String,
        common: bool,
        exceptional: Option<String>,
    }
    let it: In = inputs(value);
    let at = Posting { segment: it.segment, number: it.number };
    let (counter, finder) = (Counter::new(&secret(&it.count)), Finder::new(&secret(&it.find)));
    let (mut row, mut nonce) = (it.row, array(&it.nonce));
    if let Some(token) = &it.exceptional {
        let exceptional = Finder::new(&secret(token));
        (row, nonce) = exceptional.mask_common(at, it.row, &array(&it.nonce));
        assert_eq!(exceptional.mask_common(at, row, &nonce), (it.row, array(&it.nonce)));
    }
    let posted = if it.common { Found::Common(row, nonce) } else { Found::Row(row, nonce) };
    let entry = finder.entry(&counter, at, &posted);
    assert_eq!(finder.read(at, &entry), posted);
    let row = found(&posted).0 | if it.common { 1 << 31 } else { 0 };
    let plain = [&row.to_le_bytes()[..], &nonce].concat();
    let mask: Vec<u8> = entry[12..].iter().zip(&plain).map(|(byte, plain)| byte ^ plain).collect();
    json!({
        "label": hex::encode(counter.label(at)),
        "plain": hex::encode(plain),
        "mask": hex::encode(mask),
        "entry": hex::encode(entry),
    })
}

fn opener(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        test: String,
        open: String,
        nonce: String,
        secret: String,
    }
    let it: In = inputs(value);
    let (tester, opener) = (Tester::new(&secret(&it.test)), Opener::new(&secret(&it.open)));
    let entry = opener.entry(&tester, &array(&it.nonce), &secret(&it.secret));
    assert!(opener.read(&array(&it.nonce), &entry) == secret(&it.secret));
    json!({ "label": hex::encode(tester.label(&array(&it.nonce))), "entry": hex::encode(entry) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordIn {
    secret: String,
    deposit: String,
    segment: u32,
    row: u32,
}

impl RecordIn {
    fn key(&self) -> Secret<32> {
        body_key(&secret(&self.secret), &self.deposit, Place { segment: self.segment, row: self.row })
    }
}

fn record(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        at: RecordIn,
        body: String,
    }
    let In { at, body } = inputs(value);
    let (segment, row) = (at.segment.to_le_bytes(), at.row.to_le_bytes());
    let input = encode([&b"blackbox/v1/body"[..], at.deposit.as_bytes(), &segment, &row]);
    assert!(hmac(&bytes(&at.secret), &input) == at.key());
    let record = seal_body(&at.key(), &bytes(&body));
    assert_eq!(open_body(&at.key(), &record).unwrap()[..], bytes(&body));
    json!({
        "body_key_input": hex::encode(input),
        "body_key": shown(&at.key()),
        "commitment": hex::encode(&record[..32]),
        "record": hex::encode(&record),
    })
}

fn context_slot(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        secret: String,
        context: String,
        neighbour: Option<NeighbourIn>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NeighbourIn {
        segment: u32,
        row: u32,
        body_key: String,
    }
    let it: In = inputs(value);
    let place = |it: &NeighbourIn| Place { segment: it.segment, row: it.row };
    let neighbour = it.neighbour.as_ref().map(|it| Neighbour { place: place(it), key: secret(&it.body_key) });
    let slot = seal_slot(&secret(&it.secret), &secret(&it.context), neighbour.as_ref());
    let opened = open_slot(&secret(&it.secret), &secret(&it.context), &slot).unwrap();
    assert!(match (&opened, &neighbour) {
        (Some(one), Some(two)) => one.place == two.place && one.key == two.key,
        (one, two) => one.is_none() && two.is_none(),
    });
    let input = encode([&b"blackbox/v1/context"[..], &bytes(&it.context)]);
    json!({ "slot_key": shown(&hmac(&bytes(&it.secret), &input)), "slot": hex::encode(slot) })
}

fn month_commitments(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        subset_key: String,
        first: String,
        last: String,
    }
    let it: In = inputs(value);
    let covered = months(it.first.parse().unwrap(), it.last.parse().unwrap());
    let keys: Vec<MonthKey> =
        covered.clone().map(|month| MonthKey::new(&secret(&it.subset_key), month)).collect();
    json!({
        "first_input": hex::encode(encode([MONTH_LABEL.as_bytes(), it.first.as_bytes()])),
        "month_keys": keys.iter().map(|key| hex::encode(key.expose())).collect::<Vec<_>>(),
        "commitments": keys.iter().map(|key| hex::encode(key.commitment())).collect::<Vec<_>>(),
        "leaf_hashes": keys.iter().map(|key| hex::encode(leaf(&key.commitment()))).collect::<Vec<_>>(),
        "root": month_root(&secret(&it.subset_key), covered).to_string(),
    })
}

fn custody(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        origin: String,
        archive: String,
        deposit: String,
        compartment: String,
        custodian: usize,
        needed: usize,
        custodians: usize,
        subset_keys: SubsetKeys,
        exceptional_key: Option<String>,
    }
    let it: In = inputs(value);
    let threshold = Threshold::new(it.needed, it.custodians).unwrap();
    let own = held(&it.subset_keys, threshold).into_iter().filter(|held| held.subset.contains(it.custodian));
    let keys = CustodyKeys {
        origin: it.origin,
        archive: Hex(array(&it.archive)),
        deposit: it.deposit,
        compartment: it.compartment,
        custodian: it.custodian,
        threshold,
        keys: own.collect(),
        exceptional: it.exceptional_key.as_deref().map(secret),
    };
    let text = keys.to_text().unwrap();
    assert!(CustodyKeys::parse(&text).unwrap() == keys);
    json!({ "text": *text, "sha256": hex::encode(sha256(text.as_bytes())) })
}

/// Every custodian's answers as bytes, and the digests that its approval signs.
fn answers(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        request: String,
        setting: Setting,
    }
    let In { request, setting } = inputs(value);
    let ask = setting.ask();
    let all: Vec<usize> = (0..setting.literals.len()).collect();
    let of = |custodian: usize| {
        let answers = setting.answers(custodian);
        let bytes = answers.to_bytes();
        let read = Answers::from_bytes(&ask, custodian, &all, &bytes).unwrap();
        assert!(read.items == answers.items);
        let slots = ask.slots(0, Some(custodian));
        let order: Vec<String> =
            slots.map(|slot| format!("{} {} {}", slot.month, slot.part, slot.subset)).collect();
        let subsets: Vec<Subset> =
            setting.threshold().subsets().into_iter().filter(|subset| subset.contains(custodian)).collect();
        let lines = all.iter().flat_map(|item| subsets.iter().map(move |subset| (*item, *subset)));
        let digests = lines.map(|(item, subset)| {
            format!("{item} {subset} {}", ask.digest(&request, (item, subset), &answers).unwrap())
        });
        json!({ "order_of_item_0": order, "answers": hex::encode(&*bytes), "digests": digests.collect::<Vec<_>>() })
    };
    json!({ "custodians": (0..setting.custodians).map(of).collect::<Vec<_>>() })
}

fn accepts_record(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        at: RecordIn,
        record: String,
    }
    let In { at, record } = inputs(value);
    open_body(&at.key(), &bytes(&record)).is_ok()
}

fn accepts_slot(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        secret: String,
        context: String,
        slot: String,
    }
    let it: In = inputs(value);
    open_slot(&secret(&it.secret), &secret(&it.context), &bytes(&it.slot)).is_ok()
}

fn accepts_custody(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        custody: String,
        manifest: String,
        custodian: usize,
    }
    let it: In = inputs(value);
    let manifest = Manifest::parse(&it.manifest).unwrap();
    CustodyKeys::parse(&it.custody).is_ok_and(|keys| keys.check(&manifest, it.custodian).is_ok())
}

fn accepts_answers(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        setting: Setting,
        custodian: usize,
        items: Vec<usize>,
        answers: String,
    }
    let it: In = inputs(value);
    Answers::from_bytes(&it.setting.ask(), it.custodian, &it.items, &bytes(&it.answers)).is_ok()
}

fn accepts_combination(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        setting: Setting,
        answers: Vec<(usize, String)>,
    }
    let it: In = inputs(value);
    let (ask, all) = (it.setting.ask(), (0..it.setting.literals.len()).collect::<Vec<_>>());
    let read = |(custodian, answers): &(usize, String)| {
        Answers::from_bytes(&ask, *custodian, &all, &bytes(answers)).unwrap()
    };
    combine(&ask, &it.answers.iter().map(read).collect::<Vec<_>>()).is_ok()
}
