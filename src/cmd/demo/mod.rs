//! `demo`: the whole story on sample exports, told with the program's own verbs.

mod exports;
mod folder;
mod layout;
mod stage;
mod story;
mod tamper;
mod thief;

use clap::Parser;
use serde_json::json;

use crate::{
    cli::{self, Cli},
    failure::Failure,
    output::Outcome,
};
use stage::{Stage, Voice};

pub fn run(args: &cli::Demo) -> Result<Outcome, Failure> {
    let dir = folder::make(args.dir.as_deref())?;
    let shown = dir.display().to_string();
    let mut stage = Stage::new(voice());
    let told = folder::enter(&dir).and_then(|()| story::tell(&mut stage, &shown));
    let told = told.map_err(|failure| Failure {
        code: crate::failure::code::ERROR,
        ..failure.hint(format!("what was played until then is in \"{shown}\""))
    })?;
    let json = json!({ "dir": shown, "steps": stage.steps(), "request": told.request });
    Ok(Outcome::done(json, told.closing))
}

/// With `--json`, stdout belongs to one document.
fn voice() -> Voice {
    match Cli::try_parse() {
        Ok(cli) if cli.json => Voice::Silent,
        _ => Voice::Aloud,
    }
}
