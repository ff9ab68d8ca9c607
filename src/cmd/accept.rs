//! `accept`: a custodian checks its custody files and says so in the log.

use blackbox_custody::{
    Archive, Error,
    accept::Accept,
    archive::Entry,
    keys::{custody_keys, group},
    ledger::Ledger,
    witness::{Times, cosign},
};
use blackbox_format::note::{Note, Signer};
use blackbox_log::Kind;
use blackbox_store::Store;
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, needed_operator, who},
    output::Outcome,
};

pub fn run(args: &cli::Accept) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = who(&archive, &ledger, &args.who)?;
    let key = who.identity.verifier().clone();
    if !archive.people.is_custodian(&key) {
        let why = format!("\"{}\" is no custodian of this archive", key.name());
        return Err(Error::refused("accept", why).into());
    }
    Times::of(&archive, (&who.identity, &who.state), &clock::now())?.check_clock()?;
    let (mut written, mut log_index) = (Vec::new(), None);
    for deposit in ledger.deposits(&archive)? {
        let id = &deposit.document.deposit;
        if ledger.decisions(&archive, Kind::Accept, id).iter().any(|logged| logged.leaf.by == key.name()) {
            continue;
        }
        if group(&archive, &deposit.document)?.number(&key).is_none() {
            continue;
        }
        custody_keys(&archive, &ledger, &deposit, &who.identity)?;
        let now = clock::now();
        let accept = Accept {
            origin: archive.config.origin.clone(),
            archive: archive.hash,
            deposit: id.clone(),
            manifest: deposit.leaf.document,
            custodian: key.name().to_owned(),
            time: now.time.clone(),
        };
        let document = Note::sign(accept.to_text().map_err(Error::from)?, &who.identity).to_bytes();
        // An interrupted run may have left its document without a leaf: it was never logged.
        store.remove(&accept.path())?;
        let entry = Entry {
            kind: Kind::Accept,
            subject: id,
            by: key.name(),
            path: accept.path(),
            document: &document,
            bodies: Vec::new(),
            time: &now.time,
        };
        log_index = Some(archive.append(&operator, entry)?);
        written.push(accept.path());
    }
    if log_index.is_some() {
        archive.refresh()?;
        cosign(&mut archive, (&who.identity, &mut who.state), &clock::now())?;
    }
    let text = match written.len() {
        0 => "Every deposit was accepted before.".to_owned(),
        count => format!(
            "Checked and accepted {count} custody file(s): they open, and hold the keys that the manifests commit to."
        ),
    };
    Ok(Outcome::done(json!({ "written": written, "log_index": log_index }), text))
}
