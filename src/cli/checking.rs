//! What anyone checks, and what becomes public.

use std::path::PathBuf;

use clap::Args;

use super::{ArchiveArg, OperatorArg, WhoArgs};

#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// A custodian's or auditor's identity file: reads the terms
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// File whose first line is the passphrase of that key [default: asked on a terminal]
    #[arg(long, value_name = "FILE", requires = "key")]
    pub passphrase_file: Option<PathBuf>,
    /// A checkpoint kept outside the archive; once for each
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// Folder of another copy of the archive, to find the first entry in which they differ; once for each
    #[arg(long, value_name = "ARCHIVE")]
    pub against: Vec<PathBuf>,
    /// A checkpoint that you kept: details and statistics are of what came after
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// Write the log's checkpoint to this file, for next time, unless an error was found
    #[arg(short = 'o', long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Write the report as a page to read and print
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Leave out the deposits' own files, which take longest
    #[arg(long)]
    pub quick: bool,
}

#[derive(Debug, Args)]
pub struct Release {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}

#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Folder to write: new, empty, or a former publication of this archive
    pub dir: PathBuf,
}
