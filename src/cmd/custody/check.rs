//! `custody check`: a custodian's keys of every deposit still open; a signed receipt in the log.

use blackbox_custody::{
    Error,
    archive::Entry,
    check::{DepositLine, Receipt},
    keys::{custody_keys, group},
};
use blackbox_format::note::{Note, Signer};
use blackbox_log::Kind;
use blackbox_store::Store;
use serde_json::json;

use crate::{
    cli::CustodyCheck,
    clock,
    failure::{Failure, code},
    input::{self, Desk, desk},
    output::Outcome,
};

pub fn run(args: &CustodyCheck) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
    let key = who.identity.verifier().clone();
    if !archive.people.is_custodian(&key) {
        let why = format!("\"{}\" is no custodian of this archive", key.name());
        return Err(Error::refused("check", why).into());
    }
    let (mut held, mut faults) = (Vec::new(), Vec::new());
    for deposit in ledger.deposits(&archive)? {
        if group(&archive, &deposit.document)?.number(&key).is_none() {
            continue;
        }
        let id = deposit.document.deposit.clone();
        match custody_keys(&archive, &ledger, &deposit, &who.identity) {
            Ok(_) => held.push(DepositLine { deposit: id, manifest: deposit.leaf.document }),
            Err(error) => faults.push((id, error.to_string())),
        }
    }
    let now = clock::now();
    let receipt = Receipt {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        custodian: key.name().to_owned(),
        number: ledger.about(Kind::Check, key.name()).count() as u64,
        time: now.time.clone(),
        deposits: held,
    };
    let document = Note::sign(receipt.to_text().map_err(Error::from)?, &who.identity).to_bytes();
    // An interrupted run may have left its document without a leaf: it was never logged.
    store.remove(&receipt.path())?;
    let entry = Entry {
        kind: Kind::Check,
        subject: key.name(),
        by: key.name(),
        path: receipt.path(),
        document: &document,
        bodies: Vec::new(),
        time: &now.time,
    };
    let log_index = archive.append(&operator, entry)?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    let mut lines: Vec<String> = faults
        .iter()
        .map(|(id, what)| format!("Deposit {id} cannot be opened by this key: {what}"))
        .collect();
    lines.push(format!(
        "{} deposit(s): the keys are there and are those that the manifests commit to. Receipt logged as entry {log_index}.",
        receipt.deposits.len()
    ));
    let json = json!({
        "written": [receipt.path()], "log_index": log_index,
        "deposits": receipt.deposits.iter().map(|line| &line.deposit).collect::<Vec<_>>(),
        "faults": faults.iter().map(|(id, what)| json!({ "deposit": id, "what": what })).collect::<Vec<_>>(),
    });
    let code = if faults.is_empty() { code::DONE } else { code::FAILED };
    Ok(Outcome::of(code, json, lines.join("\n")))
}
