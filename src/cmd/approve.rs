//! `approve`: the log before the key.

use blackbox_custody::{
    Archive, Identity,
    approve::{Approved, OpenRequest, approve, open_request},
    kept::{Spare, keep_bodies},
    ledger::Ledger,
};
use blackbox_format::note::Signer;
use blackbox_store::Store;
use serde_json::json;

use super::request::literals;
use crate::{
    cli, clock,
    failure::Failure,
    input::{self, Who},
    output::{Outcome, warn},
};

pub fn run(args: &cli::Approve) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator: Option<Identity> = input::operator(&args.archive, &args.operator)?;
    let own = input::own(&args.who)?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = input::who_is(&archive, &ledger, (own, &args.who))?;
    let request = ledger.request(&archive, &args.id)?;
    archive.people.group_of(&request.document.compartments)?.member(who.identity.verifier())?;
    let open = opened(&archive, &ledger, (&who, &args.id))?;
    let only = literals(&args.only)?;
    let now = clock::now();
    let operator = operator.as_ref().map(|operator| operator as &dyn Signer);
    let approved = approve(&mut archive, (&open, &only), (&who.identity, &mut who.state), (&now, operator))?;
    let name = who.identity.public().name.clone();
    let (literals, log_index, text) = match approved {
        Approved::Done { literals, log_index } => {
            let text = format!(
                "Approved {literals} literal(s) of request {}: logged as entry {log_index}, then handed over.",
                args.id
            );
            (literals, Some(log_index), text)
        }
        Approved::Pending { literals, path } => {
            let text = format!(
                "Pending: the approval is signed (\"{path}\"), but not in the log, so nothing was handed over.\n\
                 Run this again where the operator's key is at hand."
            );
            (literals, None, text)
        }
    };
    let json = json!({
        "request": args.id, "custodian": name, "literals": literals, "log_index": log_index,
        "pending": log_index.is_none(),
    });
    Ok(Outcome::done(json, text))
}

/// The request, read with the bodies in the custodian's state if the archive lacks them.
fn opened(archive: &Archive<'_>, ledger: &Ledger, (who, id): (&Who, &str)) -> Result<OpenRequest, Failure> {
    keep_bodies(archive, ledger, (&who.state, &who.identity))?;
    let spare = Spare::new(archive.store, who.state.bodies());
    let open = open_request(&Archive::open(&spare)?, ledger, &who.identity, id)?;
    spare.warnings().iter().for_each(|warning| warn(warning));
    Ok(open)
}
