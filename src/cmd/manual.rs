//! `completions` and `man`: what shells and manuals need.

use std::fs;

use blackbox_custody::Error;
use clap::CommandFactory;
use serde_json::json;

use crate::{
    cli::{Cli, Completions, Man},
    failure::Failure,
    output::Outcome,
};

pub fn completions(args: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "blackbox", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Outcome::done(json!({ "script": script }), script))
}

pub fn pages(args: &Man) -> Result<Outcome, Failure> {
    fs::create_dir_all(&args.dir).map_err(|error| Error::file(&args.dir, error))?;
    clap_mangen::generate_to(Cli::command(), &args.dir).map_err(|error| Error::file(&args.dir, error))?;
    let folder = args.dir.display().to_string();
    Ok(Outcome::done(json!({ "written": [folder] }), format!("Wrote the man pages into {folder}.")))
}
