//! `release`: the terms of a closed request become public.

use blackbox_custody::{Archive, ledger::Ledger, release::release};
use blackbox_store::Store;
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, needed_operator, who},
    output::Outcome,
};

pub fn run(args: &cli::Release) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = who(&archive, &ledger, &args.who)?;
    let now = clock::now();
    let (released, log_index) = release(&mut archive, &ledger, &args.id, (&who.identity, &operator, &now))?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    let path = blackbox_custody::release::Release::path_of(&args.id);
    let query = released.body(&path)?.claim.query;
    let text = format!(
        "Released the terms of request {}: logged as entry {log_index}.\nPublic from now on: {}",
        args.id,
        blackbox_bundle::escape_terminal(&query)
    );
    Ok(Outcome::done(json!({ "written": [path], "log_index": log_index, "query": query }), text))
}
