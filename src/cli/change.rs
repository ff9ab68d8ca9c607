//! Changes of who takes part, and of the policy.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ArchiveArg, OperatorArg, WhoArgs};

#[derive(Debug, Args)]
pub struct Change {
    /// What to do
    #[command(subcommand)]
    pub step: ChangeStep,
}

/// The steps of a change.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value a run")]
pub enum ChangeStep {
    /// As a custodian, propose a change, and sign it first
    #[command(
        after_help = "Example: blackbox change propose box --replace information-commissioner=new-ico.pub --reason 'New Commissioner' --key tna.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Propose(Propose),
    /// As a custodian, sign the change that waits; with the last signature needed it comes into force
    #[command(
        after_help = "Example: blackbox change sign box 1 --key court.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Sign(SignChange),
    /// Show the change that waits for signatures: what it brings, and who signed; needs no key
    #[command(
        after_help = "Example: blackbox change show box\nExit codes: 0 done; 1 none waits; 2 error; 4 the archive failed verification"
    )]
    Show(ArchiveArg),
}

#[derive(Debug, Args)]
pub struct Propose {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Why; public
    #[arg(long)]
    pub reason: String,
    /// A custodian's key name, and the public file of who comes in its place; once for each
    #[arg(long, value_name = "NAME=FILE")]
    pub replace: Vec<String>,
    /// Public file of somebody more who may deposit
    #[arg(long, value_name = "FILE")]
    pub add_sealer: Vec<PathBuf>,
    /// Key name of somebody who may deposit no longer
    #[arg(long, value_name = "NAME")]
    pub remove_sealer: Vec<String>,
    /// Public file of somebody more who may ask
    #[arg(long, value_name = "FILE")]
    pub add_examiner: Vec<PathBuf>,
    /// Key name of somebody who may ask no longer
    #[arg(long, value_name = "NAME")]
    pub remove_examiner: Vec<String>,
    /// Public file of somebody more who may read the terms asked
    #[arg(long, value_name = "FILE")]
    pub add_auditor: Vec<PathBuf>,
    /// Key name of somebody who may read the terms asked no longer
    #[arg(long, value_name = "NAME")]
    pub remove_auditor: Vec<String>,
    /// Cosignature key of one more witness from outside, or a file with it
    #[arg(long, value_name = "KEY")]
    pub add_witness: Vec<String>,
    /// Name of a witness from outside whose cosignatures count no longer
    #[arg(long, value_name = "NAME")]
    pub remove_witness: Vec<String>,
    /// A whole new policy, as TOML
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Make a new operator's key, and write it here
    #[arg(long, value_name = "FILE")]
    pub new_operator_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SignChange {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Number of the change
    pub number: u64,
    /// SHA-256 of the configuration that you looked at (`change show`): nothing else is signed
    #[arg(long, value_name = "HASH")]
    pub configuration: Option<String>,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}
