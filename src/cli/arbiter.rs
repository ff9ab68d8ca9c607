//! The arbiter's check.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ArchiveArg, OperatorArg, WhoArgs};

/// Steps of the arbiter's check.
#[derive(Debug, Subcommand)]
pub enum Arbiter {
    /// Compare what custodians signed for one request; needs no key
    #[command(
        after_help = "Example: blackbox arbiter compare box 5f0c9d2e11aa34bb\nExit codes: 0 all signed the same; 2 error; 3 the request is unknown; 4 some differ, or the archive failed verification"
    )]
    Compare(Compare),
    /// As the examiner, write down both signed answers that differ
    #[command(
        after_help = "Example: blackbox arbiter open box 5f0c9d2e11aa34bb --key foi.key --for judge.pub -o dispute.age\nExit codes: 0 done; 2 error; 3 refused: nothing differs there; 4 the archive failed verification"
    )]
    Open(OpenDispute),
    /// As a custodian who holds the key in dispute, show that of the one month
    #[command(
        after_help = "Example: blackbox arbiter show box dispute.age --key tna.key --for judge.pub -o evidence.age\nExit codes: 0 done; 2 error; 3 refused: not your key, or not what custodians signed; 4 the archive failed verification"
    )]
    Show(Show),
    /// Say from the evidence who answered wrongly; needs no secret
    #[command(
        after_help = "Example: blackbox arbiter judge box evidence.age --key judge.key\nExit codes: 0 done; 2 error; 3 refused; 4 the evidence, or the archive, failed verification"
    )]
    Judge(Judge),
}

#[derive(Debug, Args)]
pub struct Compare {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
}

#[derive(Debug, Args)]
pub struct OpenDispute {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
    #[command(flatten)]
    pub who: WhoArgs,
    /// File to write the dispute into
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// About this literal only, as field:term [default: the first that differs]
    #[arg(long, value_name = "TERM")]
    pub literal: Option<String>,
    /// Under the key of these custodians only, by number, such as 0,2
    #[arg(long, value_name = "NUMBERS")]
    pub subset: Option<String>,
    /// Public file of an arbiter who may read it too; once for each
    #[arg(long = "for", value_name = "FILE")]
    pub readers: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// The dispute
    pub dispute: PathBuf,
    #[command(flatten)]
    pub who: WhoArgs,
    /// File to write the evidence into
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Public file of an arbiter to encrypt it to; once for each [default: not encrypted, mode 0600]
    #[arg(long = "for", value_name = "FILE")]
    pub readers: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Judge {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// The evidence
    pub evidence: PathBuf,
    /// Your identity file: reads evidence that is encrypted to you, and signs what you record
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// File whose first line is the passphrase of that key [default: asked on a terminal]
    #[arg(long, value_name = "FILE", requires = "key")]
    pub passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Put the ruling into the log, under your name: as examiner, custodian or auditor
    #[arg(long, requires = "key")]
    pub record: bool,
}
