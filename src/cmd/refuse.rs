//! `refuse`: a custodian says no, and why.

use blackbox_custody::{
    Archive, Error,
    archive::Entry,
    ledger::Ledger,
    refusal::{Refusal, reason_text},
    witness::{Times, cosign},
    wrap::{pad, wrap},
};
use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    note::{Note, Signer},
};
use blackbox_log::Kind;
use blackbox_store::Store;
use blackbox_token::secret::fill_random;
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, needed_operator, who},
    output::Outcome,
};

pub fn run(args: &cli::Refuse) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = who(&archive, &ledger, &args.who)?;
    let key = who.identity.verifier().clone();
    Times::of(&archive, (&who.identity, &who.state), &clock::now())?.check_clock()?;
    let request = ledger.request(&archive, &args.id)?;
    let group = archive.people.group_of(&request.document.compartments)?;
    group.member(&key)?;
    if ledger.decisions(&archive, Kind::Refusal, &args.id).iter().any(|logged| logged.leaf.by == key.name()) {
        return Err(Error::refused("refuse this request", "it was refused by this key before").into());
    }
    let now = clock::now();
    let mut salt = [0; 32];
    fill_random(&mut salt);
    let text = reason_text(Hex(salt), args.reason.trim()).map_err(Error::from)?;
    let examiner =
        archive.people.examiners.iter().filter(|person| person.verifier.name() == request.document.examiner);
    let body = wrap(&pad(&text), archive.people.overseers(group).chain(examiner))?;
    let refusal = Refusal {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        request: args.id.clone(),
        request_hash: request.leaf.document,
        custodian: key.name().to_owned(),
        time: now.time.clone(),
        body: Hex(sha256(&body)),
    };
    let document = Note::sign(refusal.to_text().map_err(Error::from)?, &who.identity).to_bytes();
    // An interrupted run may have left its document without a leaf: it was never logged.
    store.remove(&refusal.path())?;
    let entry = Entry {
        kind: Kind::Refusal,
        subject: &args.id,
        by: key.name(),
        path: refusal.path(),
        document: &document,
        bodies: vec![body],
        time: &now.time,
    };
    let log_index = archive.append(&operator, entry)?;
    archive.refresh()?;
    cosign(&mut archive, (&who.identity, &mut who.state), &now)?;
    let text = format!("Refused request {}: logged as entry {log_index}.", args.id);
    Ok(Outcome::done(json!({ "written": [refusal.path()], "log_index": log_index }), text))
}
