//! Every vector of `spec/vectors` that this crate answers for: each output is recomputed from its
//! inputs and compared whole, each fault is refused, and no file goes unread.

#![allow(clippy::unwrap_used)] // in what the test shares

use std::{collections::BTreeSet, fs, path::Path};

use blackbox_format::{
    blob::BlobEntry,
    body::{Body, Register, Sealed},
    encode::encode,
    fields::Hex,
    manifest::{CustodyLine, FileLine, LackingLine, Manifest, MonthRoot, SegmentLine},
    merkle::{leaf, sha256},
    note::{Note, Signer, Verifier},
    padme::padded,
    page::{self, PAGE_BYTES, Root, TreeBuilder},
    threshold::Threshold,
};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::Deserialize;
use serde_json::{Value, json};

const CRATE: &str = "format";
/// The crates whose tests read vectors: a file of any other would go unread.
const CRATES: [&str; 2] = ["format", "token"];

type Outputs = fn(Value) -> Value;
type Accepts = fn(Value) -> bool;

const SUBJECTS: [(&str, Outputs); 8] = [
    ("encode", encoded),
    ("padme", padme_table),
    ("page-tree", page_tree),
    ("blob-entry", blob_entry),
    ("body", body),
    ("note", note),
    ("subsets", subsets),
    ("manifest", manifest),
];

const FAULTS: [(&str, Accepts); 7] = [
    ("fault-body-padding", accepts_body),
    ("fault-body-encoding", accepts_body),
    ("fault-manifest-writing", accepts_manifest),
    ("fault-note-form", accepts_note),
    ("fault-note-signature", accepts_signature),
    ("fault-note-key", accepts_key),
    ("fault-page", accepts_page),
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

fn encoded(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        parts: Vec<String>,
    }
    let parts: Vec<Vec<u8>> = inputs::<In>(value).parts.iter().map(|part| bytes(part)).collect();
    json!({ "bytes": hex::encode(encode(parts.iter().map(Vec::as_slice))) })
}

fn padme_table(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        floor: u64,
        sizes: Vec<u64>,
    }
    let In { floor, sizes } = inputs(value);
    json!({ "padded": sizes.iter().map(|size| padded(*size, floor)).collect::<Vec<_>>() })
}

/// Page `p` is filled with the byte `p mod 251`; a last page of `tail` bytes may follow.
fn page_tree(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        pages: u64,
        tail: usize,
    }
    let In { pages, tail } = inputs(value);
    let mut builder = TreeBuilder::default();
    for number in 0..pages {
        builder.update(&[(number % 251) as u8; PAGE_BYTES]);
    }
    builder.update(&vec![(pages % 251) as u8; tail]);
    let (root, tree) = builder.finish();
    json!({
        "length": root.length,
        "levels": page::levels(root.length),
        "root": hex::encode(root.root),
        "tree_length": tree.len(),
        "tree_sha256": hex::encode(sha256(&tree)),
        "tree_first_hash": tree.get(..32).map(hex::encode),
        "tree_last_hash": tree.rchunks(32).next().map(hex::encode),
    })
}

fn blob_entry(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        id: String,
        length: u64,
        root: String,
    }
    let In { id, length, root } = inputs(value);
    let entry = BlobEntry { id: array(&id), root: Root { length, root: array(&root) } };
    assert_eq!(BlobEntry::decode(&entry.encode()), entry);
    json!({ "entry": hex::encode(entry.encode()) })
}

/// A body as JSON: the fields in their order, ids and digests of blobs in hex.
fn body_of(value: Value) -> Body {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "lowercase")]
    enum In {
        Message(Value),
        Register(Value),
        Drill,
    }
    let same = |read: Value, written: &Value| assert_eq!(&read, written, "a field is not of the format");
    match inputs(value) {
        In::Drill => Body::Drill,
        In::Register(value) => {
            let register: Register = inputs(value.clone());
            same(serde_json::to_value(&register).unwrap(), &value);
            Body::Register(register)
        }
        In::Message(mut value) => {
            for attachment in value["attachments"].as_array_mut().unwrap() {
                let Some(blob) = attachment["blob"].as_object_mut() else { continue };
                for name in ["id", "sha256"] {
                    blob[name] = bytes(blob[name].as_str().unwrap()).into();
                }
            }
            let further = value.as_object_mut().unwrap().remove("further").unwrap_or_default();
            let mut sealed: Sealed = inputs(value.clone());
            same(serde_json::to_value(&sealed).unwrap(), &value);
            if !further.is_null() {
                sealed.further = inputs(further.clone());
                same(serde_json::to_value(&sealed.further).unwrap(), &further);
            }
            Body::Message(Box::new(sealed))
        }
    }
}

fn body(value: Value) -> Value {
    let body = body_of(value);
    let padded = body.encode().unwrap();
    assert_eq!(Body::decode(&padded).unwrap(), body);
    let length = u32::from_le_bytes(padded[1..5].try_into().unwrap()) as usize;
    json!({
        "kind": padded[0],
        "length": length,
        "content": hex::encode(&padded[5..5 + length]),
        "padded_length": padded.len(),
        "padded_sha256": hex::encode(sha256(&padded)),
    })
}

struct Key(SigningKey, Verifier);

impl Signer for Key {
    fn verifier(&self) -> &Verifier {
        &self.1
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn note(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        text: String,
        signers: Vec<SignerIn>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct SignerIn {
        name: String,
        seed: String,
    }
    let In { text, signers } = inputs(value);
    let keys = signers.iter().map(|signer| {
        let key = SigningKey::from_bytes(&array(&signer.seed));
        let verifier = Verifier::new(&signer.name, key.verifying_key().to_bytes()).unwrap();
        Key(key, verifier)
    });
    let keys: Vec<Key> = keys.collect();
    let mut note = Note { text, signatures: Vec::new() };
    keys.iter().for_each(|key| note.add(key));
    let read = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(read, note);
    keys.iter().for_each(|key| read.verify(&key.1).unwrap());
    let shown = keys.iter().zip(&note.signatures).map(|(key, signature)| {
        json!({
            "public_key": hex::encode(key.1.key()),
            "key_id": hex::encode(key.1.id()),
            "verifier": key.1.to_string(),
            "signature": hex::encode(&signature.bytes),
        })
    });
    json!({ "signers": shown.collect::<Vec<_>>(), "note": note.to_string(), "sha256": hex::encode(sha256(&note.to_bytes())) })
}

fn subsets(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        needed: usize,
        custodians: usize,
    }
    let In { needed, custodians } = inputs(value);
    let threshold = Threshold::new(needed, custodians).unwrap();
    let all = threshold.subsets();
    json!({
        "threshold": threshold.to_string(),
        "subsets": all.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "bits": all.iter().map(|subset| subset.bits()).collect::<Vec<_>>(),
        "unanimous": threshold.unanimous().subsets().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn manifest(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        origin: String,
        archive: String,
        deposit: String,
        compartment: String,
        sealed: String,
        words: String,
        timezone: String,
        small: bool,
        lacking: Vec<(String, u64)>,
        threshold: String,
        context: u8,
        first: String,
        last: String,
        month_roots: Vec<(String, String)>,
        exceptional_roots: Vec<(String, String)>,
        custody: Vec<(String, String)>,
        segments: Vec<(u32, u64)>,
        files: Vec<(String, u64, String)>,
    }
    let it: In = inputs(value);
    let root = |(subset, root): (String, String)| MonthRoot {
        subset: subset.parse().unwrap(),
        root: Hex(array(&root)),
    };
    let manifest = Manifest {
        origin: it.origin,
        archive: Hex(array(&it.archive)),
        deposit: it.deposit,
        compartment: it.compartment,
        sealed: it.sealed,
        words: it.words,
        timezone: it.timezone,
        small: it.small.into(),
        lacking: (it.lacking.into_iter())
            .map(|(month, messages)| LackingLine { month: month.parse().unwrap(), messages })
            .collect(),
        threshold: it.threshold.parse().unwrap(),
        context: it.context,
        first: it.first.parse().unwrap(),
        last: it.last.parse().unwrap(),
        month_roots: it.month_roots.into_iter().map(root).collect(),
        exceptional_roots: it.exceptional_roots.into_iter().map(root).collect(),
        custody: (it.custody.into_iter())
            .map(|(custodian, digest)| CustodyLine { custodian, digest: Hex(array(&digest)) })
            .collect(),
        segments: it.segments.into_iter().map(|(rows, entries)| SegmentLine { rows, entries }).collect(),
        files: (it.files.into_iter())
            .map(|(path, length, root)| FileLine { path, root: Root { length, root: array(&root) } })
            .collect(),
    };
    let text = manifest.to_text().unwrap();
    assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    json!({ "text": text, "months": manifest.months().map(|month| month.to_string()).collect::<Vec<_>>() })
}

/// A padded body as `hex`, then `zeros` more bytes of zeros.
fn accepts_body(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        hex: String,
        zeros: usize,
    }
    let In { hex, zeros } = inputs(value);
    Body::decode(&[bytes(&hex), vec![0; zeros]].concat()).is_ok()
}

fn accepts_manifest(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        text: String,
    }
    Manifest::parse(&inputs::<In>(value).text).is_ok()
}

fn accepts_note(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        note: String,
    }
    Note::parse(inputs::<In>(value).note.as_bytes()).is_ok()
}

fn accepts_signature(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        note: String,
        verifier: String,
    }
    let In { note, verifier } = inputs(value);
    Note::parse(note.as_bytes()).unwrap().verify(&verifier.parse().unwrap()).is_ok()
}

fn accepts_key(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        verifier: String,
    }
    inputs::<In>(value).verifier.parse::<Verifier>().is_ok()
}

/// Page `number`, of `size` bytes `fill`, of a file of at most 128 pages with this length, root and
/// tree file.
fn accepts_page(value: Value) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        length: u64,
        root: String,
        tree: String,
        number: usize,
        size: usize,
        fill: u8,
    }
    let it: In = inputs(value);
    let (tree, levels) = (bytes(&it.tree), page::levels(it.length));
    assert_eq!(levels.len(), 1, "one tile is enough for a fault");
    let hashes = page::hashes(&tree);
    tree.len() as u64 == levels[0] * 32
        && page::root_of_edges(std::slice::from_ref(&hashes)) == array(&it.root)
        && hashes.get(it.number) == Some(&leaf(&vec![it.fill; it.size]))
}
