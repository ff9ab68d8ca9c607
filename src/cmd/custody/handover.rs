//! `custody hand-over`: a custodian re-wraps its keys for those who came into office by a change.

use blackbox_custody::{Error, archive::Entry, handover::hand_over};
use blackbox_format::note::{Note, Signer};
use blackbox_log::Kind;
use blackbox_store::Store;
use serde_json::json;

use crate::{
    cli::HandOver,
    clock,
    failure::Failure,
    input::{self, Desk, desk},
    output::Outcome,
};

pub fn run(args: &HandOver) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
    let name = who.identity.verifier().name().to_owned();
    let number = args.change.unwrap_or(archive.eras.len() as u64 - 1);
    let subject = number.to_string();
    if ledger.decisions(&archive, Kind::HandOver, &subject).iter().any(|logged| logged.leaf.by == name) {
        let why = format!("\"{name}\" has done so for change {number} already");
        return Err(Error::refused("hand over twice", why).into());
    }
    let now = clock::now();
    let change = usize::try_from(number).unwrap_or(usize::MAX);
    let made = hand_over(&archive, &ledger, (&who.identity, change), &now.time)?;
    for (path, file) in &made.files {
        // The files of an interrupted run are of nobody's hand-over: age files are never twice the same.
        store.replace(path, file)?;
    }
    let document = Note::sign(made.hand_over.to_text().map_err(Error::from)?, &who.identity).to_bytes();
    let path = made.hand_over.path();
    store.remove(&path)?;
    let entry = Entry {
        kind: Kind::HandOver,
        subject: &subject,
        by: &name,
        path: path.clone(),
        document: &document,
        bodies: Vec::new(),
        time: &now.time,
    };
    let log_index = archive.append(&operator, entry)?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    let mut to: Vec<&str> = made.hand_over.files.iter().map(|line| line.to.as_str()).collect();
    to.sort_unstable();
    to.dedup();
    let text = format!(
        "Wrapped the keys of {} deposit(s) for {}: logged as entry {log_index}.\n\
         Once as many custodians as must agree have done so, the newcomer runs accept.",
        made.files.len(),
        to.join(", ")
    );
    let written: Vec<String> = made.files.into_iter().map(|(path, _)| path).chain([path]).collect();
    Ok(Outcome::done(json!({ "written": written, "log_index": log_index, "change": number }), text))
}
