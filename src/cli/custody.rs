//! What custodians and witnesses do besides deciding.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ArchiveArg, OperatorArg, WhoArgs};

#[derive(Debug, Args)]
pub struct Accept {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}

#[derive(Debug, Args)]
pub struct Witness {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    /// A checkpoint that somebody cosigned on another copy of the archive, to take the cosignatures from; once for each
    #[arg(long, value_name = "FILE")]
    pub add: Vec<PathBuf>,
    /// File to write the cosigned checkpoint into, to hand to others
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Custody {
    /// What to do
    #[command(subcommand)]
    pub step: CustodyStep,
}

/// What can be done for keys to last.
#[derive(Debug, Subcommand)]
pub enum CustodyStep {
    /// As a custodian, confirm that the keys of every deposit open; a receipt goes into the log
    #[command(
        after_help = "Example: blackbox custody check box --key ico.key\nExit codes: 0 done; 2 error; 3 refused; 4 some keys are not there"
    )]
    Check(CustodyCheck),
    /// As a custodian, wrap your keys for whoever came into office by a change
    #[command(
        after_help = "Example: blackbox custody hand-over box --key tna.key\nExit codes: 0 done; 2 error; 3 refused; 4 the archive failed verification"
    )]
    HandOver(HandOver),
    /// Say which deposits would be lost without given custodians; needs no key
    #[command(
        after_help = "Example: blackbox custody what-if box --lost information-commissioner --lost high-court\nExit codes: 0 done; 2 error; 4 the archive failed verification"
    )]
    WhatIf(WhatIf),
}

#[derive(Debug, Args)]
pub struct CustodyCheck {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}

#[derive(Debug, Args)]
pub struct HandOver {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Number of the change that brought the newcomer [default: the last]
    #[arg(long, value_name = "N")]
    pub change: Option<u64>,
}

#[derive(Debug, Args)]
pub struct WhatIf {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Key name of a custodian who would be gone; once for each
    #[arg(long, value_name = "NAME")]
    pub lost: Vec<String>,
}
