//! A deposit's manifest, every field of it in words.

use blackbox_format::{
    fields::Hex,
    manifest::{Flag, Manifest, MonthRoot},
    merkle::sha256,
    note::Note,
    page::{self, Root},
};

use super::{
    facts::{Fact, Facts},
    signers,
    subject::Subject,
};
use crate::failure::Failure;

pub fn facts(subject: &Subject, note: &Note) -> Result<Facts, Failure> {
    let manifest = Manifest::parse(&note.text).map_err(|error| subject.fault(error))?;
    let mut facts = Facts::new("manifest", "the manifest of a deposit: what its sealer signed");
    add_deposit(&mut facts, &manifest);
    add_keys(&mut facts, &manifest);
    add_files(&mut facts, &manifest);
    facts.keyed("sha256", "SHA-256 of this file", Hex(sha256(&note.to_bytes())).to_string());
    signers::add(&mut facts, subject, note);
    facts.note(
        "Rows and entries are padded: they bound the number of messages and words, and do not give it.",
    );
    Ok(facts)
}

fn add_deposit(facts: &mut Facts, manifest: &Manifest) {
    let lacking = manifest.lacking.iter().map(|line| {
        Fact::Row(vec![("month", line.month.to_string().into()), ("messages", line.messages.into())])
    });
    facts
        .fact("Origin", manifest.origin.as_str())
        .keyed("archive", "SHA-256 of archive.toml", manifest.archive.to_string())
        .fact("Deposit", manifest.deposit.as_str())
        .fact("Compartment", manifest.compartment.as_str())
        .fact("Sealed", manifest.sealed.as_str())
        .keyed("words", "Rules that made words", manifest.words.as_str())
        .keyed("timezone", "Zone of times without one", manifest.timezone.as_str())
        .keyed("small", "Sealed although small", manifest.small == Flag::Yes)
        .keyed("first_month", "First month", manifest.first.to_string())
        .keyed("last_month", "Last month", manifest.last.to_string())
        .keyed("months", "Months covered", manifest.months().count() as u64)
        .keyed("lacking", "Sealed before and missing from these exports", lacking.collect::<Fact>());
}

fn add_keys(facts: &mut Facts, manifest: &Manifest) {
    let roots = |roots: &[MonthRoot]| -> Fact {
        let row = |line: &MonthRoot| {
            Fact::Row(vec![
                ("custodians", line.subset.to_string().into()),
                ("root", line.root.to_string().into()),
            ])
        };
        roots.iter().map(row).collect()
    };
    let custody = manifest.custody.iter().map(|line| {
        Fact::Row(vec![
            ("custodian", line.custodian.clone().into()),
            ("sha256", line.digest.to_string().into()),
        ])
    });
    facts
        .keyed("threshold", "Custodians who must agree", manifest.threshold.to_string())
        .keyed("context", "Neighbours that can be opened, on each side", u64::from(manifest.context))
        .keyed(
            "month_roots",
            "Commitments to the month keys of each set of custodians",
            roots(&manifest.month_roots),
        )
        .keyed("exceptional_roots", "The same for the exceptional route", roots(&manifest.exceptional_roots))
        .keyed("custody", "Custody files", custody.collect::<Fact>());
}

fn add_files(facts: &mut Facts, manifest: &Manifest) {
    let segments = manifest.segments.iter().zip(0u64..).map(|(line, number)| {
        Fact::Row(vec![
            ("segment", number.into()),
            ("rows", u64::from(line.rows).into()),
            ("entries a table", line.entries.into()),
        ])
    });
    let files = manifest.files.iter().map(|line| {
        Fact::Row(vec![
            ("path", line.path.clone().into()),
            ("bytes", line.root.length.into()),
            ("pages", page::pages(line.root.length).into()),
            ("root", Hex(line.root.root).to_string().into()),
        ])
    });
    facts.keyed("segments", "Segments, padded", segments.collect::<Fact>()).keyed(
        "files",
        "Files under page trees",
        files.collect::<Fact>(),
    );
}

/// Adds the root of a paged file, and whether the deposit's manifest says the same.
pub fn add_root(facts: &mut Facts, subject: &Subject, root: Root) {
    facts.fact("Bytes", root.length).fact("Pages", page::pages(root.length)).keyed(
        "root",
        "Root of the pages",
        Hex(root.root).to_string(),
    );
    let parts = subject.parts();
    let (Some(name), Some(folder)) = (parts.first(), parts.get(1)) else { return };
    let says =
        match std::fs::read(subject.beside("../manifest")).ok().and_then(|bytes| Note::parse(&bytes).ok()) {
            None => "not checked: there is no manifest above the file".to_owned(),
            Some(note) => {
                match Manifest::parse(&note.text).ok().and_then(|it| it.file(&format!("{folder}/{name}"))) {
                    None => "not checked: the manifest does not name this file".to_owned(),
                    Some(signed) if signed == root => "the same".to_owned(),
                    Some(signed) => format!("ANOTHER: {} bytes, {}", signed.length, Hex(signed.root)),
                }
            }
        };
    facts.keyed("manifest_root", "Root in the manifest", says);
}
