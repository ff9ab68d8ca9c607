//! Who signed a note, and whether the signature is right.

use std::fmt;

use blackbox_format::{
    fields::Hex,
    note::{Note, Signature, Verifier},
};
use blackbox_log::Cosigner;

use super::{
    facts::{Fact, Facts},
    subject::{Home, Subject},
};

/// What is known of a signature.
enum Status {
    Right,
    Wrong,
    Unchecked(&'static str),
}

/// Adds the signatures of `note`, checked against the archive above the file, if there is one.
pub fn add(facts: &mut Facts, subject: &Subject, note: &Note) {
    let home = subject.home();
    let rows = note.signatures.iter().map(|line| row(home.as_ref(), note, line));
    facts.keyed("signatures", "Signed by", rows.collect::<Fact>());
    match home {
        Some(home) => facts.note(format!(
            "Keys are those of {}; that it is the archive's own, the log's first entry says: `blackbox verify` checks it.",
            home.folder.join(blackbox_custody::config::CONFIG).display()
        )),
        None => facts.note("No archive.toml was found above this file, so no signature was checked."),
    };
}

fn row(home: Option<&Home>, note: &Note, line: &Signature) -> Fact {
    let (status, role) = match home {
        None => (Status::Unchecked("no archive.toml above the file"), String::new()),
        Some(home) => check(home, note, line),
    };
    let mut row = vec![("name", line.name.clone().into()), ("key id", Hex(line.id).to_string().into())];
    if !role.is_empty() {
        row.push(("role", role.into()));
    }
    row.push(("signature", status.to_string().into()));
    Fact::Row(row)
}

fn check(home: &Home, note: &Note, line: &Signature) -> (Status, String) {
    let signed = |right: bool| if right { Status::Right } else { Status::Wrong };
    for witness in home.people.witnesses.iter().filter(|witness| witness.name() == line.name) {
        if witness.id() == line.id {
            return (signed(witness.verify(note).is_ok()), "witness, cosigning".to_owned());
        }
    }
    for (key, role) in keys(home) {
        if key.name() != line.name {
            continue;
        }
        let cosigner = Cosigner::new(key);
        if key.id() == line.id {
            return (signed(key.verify(note.text.as_bytes(), &line.bytes).is_ok()), role);
        }
        if cosigner.id() == line.id {
            return (signed(cosigner.verify(note).is_ok()), format!("{role}, cosigning"));
        }
    }
    (Status::Unchecked("nobody in archive.toml has this key"), String::new())
}

/// Every key of the archive, with what its holder is there.
fn keys(home: &Home) -> Vec<(&Verifier, String)> {
    let people = &home.people;
    let custodians = people.custodians.iter().enumerate();
    let mut keys: Vec<_> =
        custodians.map(|(number, one)| (&one.verifier, format!("custodian {number}"))).collect();
    for (group, role) in
        [(&people.sealers, "sealer"), (&people.examiners, "examiner"), (&people.auditors, "auditor")]
    {
        keys.extend(group.iter().map(|one| (&one.verifier, role.to_owned())));
    }
    keys.push((&people.log, "operator of the log".to_owned()));
    keys
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Right => f.write_str("right"),
            Status::Wrong => f.write_str("WRONG"),
            Status::Unchecked(why) => write!(f, "not checked: {why}"),
        }
    }
}
