//! `release`: the terms of a closed request become public.

use blackbox_custody::release::release;
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, Desk, desk},
    output::Outcome,
};

pub fn run(args: &cli::Release) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
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
