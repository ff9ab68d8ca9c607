//! The command line (README, "Verbs"): the flags of each verb, by what it is about.

mod arbiter;
mod asking;
mod change;
mod checking;
mod custody;
mod making;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::{
    arbiter::{Arbiter, Compare, Judge, OpenDispute, Show},
    asking::{Approve, Drill, Mode, Query, Refuse, Request, Review},
    change::{Change, ChangeStep, Propose, SignChange},
    checking::{Audit, Publish, Release},
    custody::{Accept, Custody, CustodyCheck, CustodyStep, HandOver, WhatIf, Witness},
    making::{Init, Keygen, Seal},
};

/// A sealed archive of messages that can be searched but not browsed.
#[derive(Debug, Parser)]
#[command(name = "blackbox", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// Print one JSON document on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value a run")]
pub enum Verb {
    /// Play the whole story on sample exports that ship with the program
    #[command(after_help = "Example: blackbox demo\nExit codes: 0 done; 2 error")]
    Demo(Demo),
    /// Make an identity: a key file to keep, and a public file to give away
    #[command(
        after_help = "Example: blackbox keygen --name \"Information Commissioner\" -o ico.key\nExit codes: 0 done; 2 error, or a file exists"
    )]
    Keygen(Keygen),
    /// Make an archive
    #[command(
        override_usage = "blackbox init [OPTIONS] --origin <ORIGIN> --threshold <K> --custodian <FILE>...\n                     --sealer <FILE>... --examiner <FILE>... -- <ARCHIVE>",
        after_help = "Example: blackbox init box --origin example.gov.uk/box --custodian ico.pub --custodian tna.pub --custodian court.pub --threshold 2 --sealer records.pub --examiner foi.pub --auditor nao.pub\nExit codes: 0 done; 2 error, nothing written"
    )]
    Init(Init),
    /// Seal exports into an archive
    #[command(
        after_help = "Examples: blackbox seal box exports/ --key records.key\n          blackbox seal box exports/ --rules rules.toml --dry-run\n          blackbox seal box exports/ --compartment personal --chat 'Family*' --key records.key\nExit codes: 0 done; 1 no message and no event in the exports; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Seal(Seal),
    /// List the formats of exports that are read, what is kept of each and what is lost
    #[command(after_help = "Example: blackbox formats\nExit codes: 0 done; 2 error")]
    Formats,
    /// Read one document from standard input, in a process of its own: what `seal` does with a PDF
    #[command(hide = true)]
    ReadDocument,
    /// As a custodian, check and accept custody files
    #[command(
        after_help = "Example: blackbox accept box --key ico.key\nExit codes: 0 done; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Accept(Accept),
    /// As an examiner, ask for a drill, or carry it out: whether deposits open at all
    #[command(
        after_help = "Example: blackbox drill box --key foi.key\nThen, approved: blackbox drill box 5f0c9d2e11aa34bb --key foi.key\nExit codes: 0 done; 1 every deposit was drilled; 2 error; 3 refused, or not enough approvals; 4 a segment did not open, or the archive or an approval failed verification"
    )]
    Drill(Drill),
    /// As an examiner, ask for terms
    #[command(
        after_help = "Example: blackbox request box 'greensill AND from:\"David Cameron\"' --case FOI2021/0412 --basis 'FOIA 2000 s.1' --key foi.key\nExit codes: 0 done; 2 error; 3 refused: the query is not one that can be answered; 4 the archive failed verification"
    )]
    Request(Request),
    /// See requests in plain words, with what they would open
    #[command(
        after_help = "Example: blackbox review box --key ico.key\nExit codes: 0 done; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Review(Review),
    /// As a custodian, approve a request, or some of its literals
    #[command(
        after_help = "Example: blackbox approve box 5f0c9d2e11aa34bb --key ico.key --only word:greensill\nExit codes: 0 done, or pending until the operator's key is at hand; 2 error; 3 refused: expired, unknown, or not implementing its query; 4 the archive or its log failed verification"
    )]
    Approve(Approve),
    /// As a custodian or witness, cosign the log as far as you have seen it grow
    #[command(
        after_help = "Example: blackbox witness box --key ico.key -o ico.checkpoint\nExit codes: 0 done; 2 error; 3 refused: neither custodian nor witness, the state is lost, or the clock was set back; 4 the log failed verification: rolled back, forked or damaged"
    )]
    Witness(Witness),
    /// As a custodian, refuse a request
    #[command(
        after_help = "Example: blackbox refuse box 5f0c9d2e11aa34bb --reason 'Too broad' --key ico.key\nExit codes: 0 done; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Refuse(Refuse),
    /// As the examiner, answer an approved request
    #[command(
        after_help = "Example: blackbox query box 5f0c9d2e11aa34bb --key foi.key -o bundle\nExit codes: 0 found; 1 nothing found; 2 error; 3 not enough approvals, or a part is unanswered; 4 the archive or an approval failed verification, or a row is indexed under a term it does not hold"
    )]
    Query(Query),
    /// Change who takes part, or the policy: signed by as many custodians as must agree
    #[command(
        after_help = "Example: blackbox change propose box --replace information-commissioner=new-ico.pub --reason 'New Commissioner' --key tna.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Change(Change),
    /// See to it that custodians' keys last
    #[command(
        after_help = "Example: blackbox custody what-if box --lost information-commissioner\nExit codes: 0 done; 2 error; 3 refused; 4 a key, or the archive, failed verification"
    )]
    Custody(Custody),
    /// Settle which of two custodians answered wrongly
    #[command(
        subcommand,
        after_help = "Example: blackbox arbiter compare box 5f0c9d2e11aa34bb\nExit codes: 0 done; 2 error; 3 refused; 4 answers differ, or the evidence or the archive failed verification"
    )]
    Arbiter(Arbiter),
    /// Check the log, every signature, quorum and proof
    #[command(
        after_help = "Example: blackbox audit box --key nao.key --since kept-last-year --save kept-this-year --html report.html\nExit codes: 0 no error found; 2 error; 3 refused: the key is no custodian's or auditor's, or a publication was given one; 4 an error was found, or the log does not extend a checkpoint"
    )]
    Audit(Audit),
    /// Make the terms of a closed request public
    #[command(
        after_help = "Example: blackbox release box 5f0c9d2e11aa34bb --key foi.key\nExit codes: 0 done; 2 error; 3 refused: not closed, not yours to release, or released before; 4 the archive failed verification"
    )]
    Release(Release),
    /// Write the public part of an archive as files for any web server
    #[command(
        after_help = "Example: blackbox publish box /srv/www/box\nExit codes: 0 done; 2 error; 3 refused: the folder is no publication of this archive; 4 the archive failed verification"
    )]
    Publish(Publish),
    /// Check every file of an archive; needs no key
    #[command(
        after_help = "Example: blackbox verify box\nExit codes: 0 all files are what was signed; 2 error; 4 some are not"
    )]
    Verify(ArchiveArg),
    /// Say what an archive holds and what to do next
    #[command(
        after_help = "Example: blackbox status box\nExit codes: 0 done; 2 error; 4 the archive failed verification"
    )]
    Status(ArchiveArg),
    /// Show all that is visible in a file without a key
    #[command(
        after_help = "Example: blackbox inspect box/deposits/20260101-0a1b2c3d/manifest\nExit codes: 0 done; 2 error"
    )]
    Inspect(Inspect),
    /// Write a shell's completions to stdout
    #[command(after_help = "Example: blackbox completions bash > blackbox.bash\nExit codes: 0 done; 2 error")]
    Completions(Completions),
    /// Write man pages into a folder
    #[command(after_help = "Example: blackbox man man/\nExit codes: 0 done; 2 error")]
    Man(Man),
}

/// The archive.
#[derive(Debug, Args)]
pub struct ArchiveArg {
    /// Folder of the archive
    pub archive: PathBuf,
}

/// Where the operator's key is.
#[derive(Debug, Args)]
pub struct OperatorArg {
    /// Operator's key [default: ARCHIVE.operator.key beside the folder]
    #[arg(long, value_name = "FILE")]
    pub operator_key: Option<PathBuf>,
    /// File whose first line is the passphrase of the operator's key [default: asked on a terminal]
    #[arg(long, value_name = "FILE")]
    pub operator_passphrase_file: Option<PathBuf>,
}

/// Who acts.
#[derive(Debug, Args)]
pub struct WhoArgs {
    /// Your identity file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// File whose first line is the passphrase of your key [default: asked on a terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Folder of your state [default: KEYFILE.state]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// A checkpoint of the log that you kept elsewhere
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Folder to make [default: ./blackbox-demo, else -2, -3, ...]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// Any file of an archive, or a key or public file
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Folder to write into
    pub dir: PathBuf,
}
