//! Documents of text: signed notes, public files, identity files and state.

use blackbox_custody::{
    Identity, Public, accept::Accept, approval::Approval, change::Change, check::Receipt,
    disclosure::Disclosure, handover::HandOver, refusal::Refusal, release::Release, request::Request,
    ruling::Ruling,
};
use blackbox_format::{
    VERSION,
    fields::{FieldsError, Hex, Reader},
    merkle::sha256,
    note::{Note, Verifier},
};

use super::{
    facts::{Fact, Facts},
    manifest, signers,
    subject::Subject,
};
use crate::failure::Failure;

/// What a field is called for people, with `*` where it may stand several times; others are called as in the file.
const WORDS: [(&str, &str); 34] = [
    ("archive", "SHA-256 of archive.toml"),
    ("case", "Case reference"),
    ("basis", "Legal basis"),
    ("mode", "Mode (count, open messages, drill, or open by common terms too)"),
    ("order", "Order that it carries out"),
    ("since", "First day asked (UTC)"),
    ("until", "Last day asked (UTC)"),
    ("context", "Neighbours on each side of a hit"),
    ("cites", "Count request relied on"),
    ("expires", "Last day to approve (UTC)"),
    ("commitment", "SHA-256 of the salted terms"),
    ("body", "SHA-256 of the age file in log/bodies"),
    ("request-hash", "SHA-256 of the request's file"),
    ("log-size", "Entries of the log that was checked"),
    ("log-root", "Root of the log that was checked"),
    ("item", "Items approved: literals by number, then context distances"),
    ("share", "SHA-256 of the share file"),
    ("digest", "SHA-256 of salt and hits.json"),
    ("digest*", "Digests of the answers: item, holders of the key, digest"),
    ("deposit*", "Deposits asked"),
    ("compartment*", "Compartments asked"),
    ("log", "Key of the log"),
    ("size", "Entries of the log"),
    ("root", "Root of the log"),
    ("number", "Number"),
    ("manifest", "SHA-256 of the manifest's file"),
    ("approval", "SHA-256 of the approvals used"),
    ("previous", "SHA-256 of the configuration before"),
    ("configuration", "SHA-256 of the new configuration"),
    ("key*", "Keys handed over: deposit, to whom, SHA-256 of the age file"),
    ("drilled", "Deposits that a drill opened"),
    ("proof", "SHA-256 of the proof that the request is in the log"),
    ("cosigned", "Last cosignature, in seconds since 1970"),
    ("seen*", "Checkpoints seen before: entries, root"),
];

pub fn read(subject: &Subject) -> Result<Option<Facts>, Failure> {
    let Some(kind) = kind(subject) else { return Ok(None) };
    match kind.as_str() {
        "identity" => identity(subject).map(Some),
        "public" => public(subject).map(Some),
        "state" => state(subject).map(Some),
        "manifest" => manifest::facts(subject, &note(subject)?).map(Some),
        _ => signed(subject, &kind),
    }
}

/// The kind that the file's first line names.
fn kind(subject: &Subject) -> Option<String> {
    let line = subject.head.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    Some(line.strip_prefix(VERSION)?.strip_prefix(' ')?.to_owned())
}

fn note(subject: &Subject) -> Result<Note, Failure> {
    Note::parse(&subject.bytes()?).map_err(|error| subject.fault(error))
}

/// A kind of document in a request's life.
struct Kind {
    name: &'static str,
    about: &'static str,
    /// Fields that may stand several times.
    lists: &'static [&'static str],
    /// Parses it as strictly as the program does.
    check: fn(&Note, &str) -> Result<(), blackbox_custody::Error>,
}

const KINDS: [Kind; 10] = [
    Kind {
        name: "request",
        about: "a request: what an examiner asks, without its terms",
        lists: &["deposit", "compartment"],
        check: |note, file| Request::parse(note, file).map(drop),
    },
    Kind {
        name: "approval",
        about: "an approval: a custodian agrees, and commits to the share that it hands over",
        lists: &["item", "digest"],
        check: |note, file| Approval::parse(note, file).map(drop),
    },
    Kind {
        name: "refusal",
        about: "a refusal: a custodian declines, without its reason",
        lists: &[],
        check: |note, file| Refusal::parse(note, file).map(drop),
    },
    Kind {
        name: "disclosure",
        about: "a disclosure: an examiner's word of what an answer gave",
        lists: &["approval", "drilled"],
        check: |note, file| Disclosure::parse(note, file).map(drop),
    },
    Kind {
        name: "release",
        about: "a release: the terms of a closed request, made public",
        lists: &["line"],
        check: |note, file| Release::parse(note, file).map(drop),
    },
    Kind {
        name: "change",
        about: "a change: custodians bring a new configuration into force",
        lists: &[],
        check: |note, file| Change::parse(note, file).map(drop),
    },
    Kind {
        name: "hand-over",
        about: "a hand-over: a custodian's word that it wrapped its keys for a successor",
        lists: &["key"],
        check: |note, file| HandOver::parse(note, file).map(drop),
    },
    Kind {
        name: "check",
        about: "a receipt: a custodian's word that its keys of these deposits open",
        lists: &["deposit"],
        check: |note, file| Receipt::parse(note, file).map(drop),
    },
    Kind {
        name: "ruling",
        about: "a ruling: somebody's word of what an arbiter's evidence showed",
        lists: &["right", "wrong"],
        check: |note, file| Ruling::parse(note, file).map(drop),
    },
    Kind {
        name: "accept",
        about: "an acceptance: a custodian's word that its custody file opens and holds the right keys",
        lists: &[],
        check: |note, file| Accept::parse(note, file).map(drop),
    },
];

/// A document of a request's life, line by line: it has one writing.
fn signed(subject: &Subject, name: &str) -> Result<Option<Facts>, Failure> {
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else { return Ok(None) };
    let note = note(subject)?;
    (kind.check)(&note, &subject.shown)?;
    let mut facts = Facts::new(kind.name, kind.about);
    if kind.name == "request" {
        facts.fact("Id", Request::id_of(&note.text));
    }
    add_lines(&mut facts, &note.text, kind.lists);
    facts.keyed("sha256", "SHA-256 of this file", Hex(sha256(&note.to_bytes())).to_string());
    signers::add(&mut facts, subject, &note);
    if !["accept", "ruling", "release"].contains(&kind.name) {
        facts.note("What it may not say in public is in the age file in log/bodies, for custodians, auditors and the examiner.");
    }
    Ok(Some(facts))
}

/// The lines of a document without secrets; those of `lists` become a list each.
fn add_lines(facts: &mut Facts, text: &str, lists: &[&str]) {
    let lines =
        text.lines().skip(1).map(|line| line.split_once(": ").unwrap_or((line.trim_end_matches(':'), "")));
    let lines: Vec<(&str, &str)> = lines.collect();
    for group in lines.chunk_by(|one, two| one.0 == two.0) {
        let name = group[0].0;
        let values = group.iter().map(|(_, value)| *value);
        match group {
            [(_, value)] if !lists.contains(&name) => facts.keyed(name, &words(name), *value),
            _ => facts.keyed(name, &words(&format!("{name}*")), values.collect::<Fact>()),
        };
    }
}

fn words(name: &str) -> String {
    let found =
        |name: &str| WORDS.iter().find(|(field, _)| *field == name).map(|(_, words)| (*words).to_owned());
    let plain = name.trim_end_matches('*');
    found(name).or_else(|| found(plain)).unwrap_or_else(|| capitalised(plain))
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{}{}", first.to_uppercase(), rest.replace('-', " "))
}

/// An identity file: its public half, and nothing else of it.
fn identity(subject: &Subject) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    // The reasons why a key file is damaged could quote it: none is shown.
    let damaged = || subject.fault("this identity file is damaged; nothing of it is shown");
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
    let identity = Identity::parse(text).map_err(|_| damaged())?;
    let mut facts = Facts::new("identity", "an identity file: the secret keys of a person or body");
    add_public(&mut facts, identity.public());
    if let Some(plugin) = identity.plugin() {
        facts.keyed("plugin", "Receives through the plugin", format!("age-plugin-{plugin}"));
    }
    facts.fact("Protected", false);
    facts.keyed("secrets", "Secret lines", "an age identity and a signing key, which are not shown");
    subject.warn_if_open(&mut facts);
    facts.note("Whoever has this file can read and sign as its holder.");
    Ok(facts)
}

fn public(subject: &Subject) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    let text = std::str::from_utf8(&bytes).map_err(|error| subject.fault(error))?;
    let public: Public = text.parse().map_err(|what: String| subject.fault(what))?;
    let mut facts = Facts::new("public", "a public file: what everyone may know of a person or body");
    add_public(&mut facts, &public);
    Ok(facts)
}

fn add_public(facts: &mut Facts, public: &Public) {
    facts
        .fact("Name", public.name.as_str())
        .keyed("key_name", "Name of the key", public.verifier.name())
        .keyed("key_id", "Id of the key", Hex(public.verifier.id()).to_string())
        .keyed("verifier", "Key that checks signatures", public.verifier.to_string())
        .keyed("recipient", "age recipient", public.recipient.as_str());
}

fn state(subject: &Subject) -> Result<Facts, Failure> {
    let bytes = subject.bytes()?;
    let text = std::str::from_utf8(&bytes).map_err(|error| subject.fault(error))?;
    check_state(text).map_err(|error| subject.fault(error))?;
    let mut facts = Facts::new("state", "a state file: what the holder of a key last saw of an archive");
    add_lines(&mut facts, text, &["seen"]);
    facts.note("Against this a log that was cut back or forked shows. It holds no secret.");
    Ok(facts)
}

fn check_state(text: &str) -> Result<(), FieldsError> {
    let mut from = Reader::new(text, "state")?;
    from.text("origin")?;
    from.value::<Verifier>("log")?;
    from.value::<Hex<32>>("archive")?;
    from.value::<u64>("size")?;
    from.value::<Hex<32>>("root")?;
    from.value_if::<u64>("cosigned")?;
    from.values::<String>("seen")?;
    from.finish()
}
