//! The verbs, one file each.

mod accept;
mod approve;
mod arbiter;
mod audit;
mod change;
mod custody;
mod demo;
mod document;
mod drill;
mod formats;
mod init;
mod inspect;
mod keygen;
mod manual;
mod publish;
mod query;
mod refuse;
mod release;
mod request;
mod review;
mod seal;
mod status;
mod verify;
mod witness;

use crate::{
    cli::{Cli, Verb},
    failure::Failure,
    output::Outcome,
};

/// Carries out a verb.
///
/// # Errors
/// What the verb says.
pub fn run(cli: Cli) -> Result<Outcome, Failure> {
    match &cli.verb {
        Verb::Demo(args) => demo::run(args),
        Verb::Keygen(args) => keygen::run(args),
        Verb::Init(args) => init::run(args),
        Verb::Seal(args) => seal::run(args),
        Verb::Formats => Ok(formats::run()),
        Verb::ReadDocument => document::run(),
        Verb::Accept(args) => accept::run(args),
        Verb::Drill(args) => drill::run(args),
        Verb::Request(args) => request::run(args),
        Verb::Review(args) => review::run(args),
        Verb::Approve(args) => approve::run(args),
        Verb::Witness(args) => witness::run(args),
        Verb::Refuse(args) => refuse::run(args),
        Verb::Query(args) => query::run(args),
        Verb::Change(args) => change::run(args),
        Verb::Custody(args) => custody::run(args),
        Verb::Arbiter(step) => arbiter::run(step),
        Verb::Audit(args) => audit::run(args),
        Verb::Release(args) => release::run(args),
        Verb::Publish(args) => publish::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Status(args) => status::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Completions(args) => manual::completions(args),
        Verb::Man(args) => manual::pages(args),
    }
}
