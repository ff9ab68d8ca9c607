//! The command line (README, "Verbs").

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::input::day;

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
        after_help = "Example: blackbox init box --origin example.gov.uk/box --custodian ico.pub --custodian tna.pub --custodian court.pub --threshold 2 --sealer records.pub --examiner foi.pub --auditor nao.pub\nExit codes: 0 done; 2 error, nothing written"
    )]
    Init(Init),
    /// Seal exports into an archive
    #[command(
        after_help = "Example: blackbox seal box exports/ --key records.key\nExit codes: 0 done; 1 no message and no event in the exports; 2 error; 3 refused; 4 the archive failed verification"
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
    /// Settle which of two custodians answered wrongly
    #[command(subcommand)]
    Arbiter(Arbiter),
    /// Check the log, every signature, quorum and proof
    #[command(
        after_help = "Example: blackbox audit box --key nao.key --checkpoint kept-last-year\nExit codes: 0 no error found; 2 error; 3 refused: the key is no custodian's or auditor's; 4 an error was found"
    )]
    Audit(Audit),
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
}

/// Who acts.
#[derive(Debug, Args)]
pub struct WhoArgs {
    /// Your identity file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
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
pub struct Keygen {
    /// Name of the person or body
    #[arg(long)]
    pub name: String,
    /// Identity file to write; the public file lies beside it, as NAME.pub
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Name of the archive and its log, such as example.gov.uk/box
    #[arg(long)]
    pub origin: String,
    /// Public file of a custodian; once for each
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub custodian: Vec<PathBuf>,
    /// How many custodians must agree
    #[arg(long, value_name = "K")]
    pub threshold: usize,
    /// Public file of somebody who may deposit
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub sealer: Vec<PathBuf>,
    /// Public file of somebody who may ask
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub examiner: Vec<PathBuf>,
    /// Public file of somebody who may read the terms asked
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub auditor: Vec<PathBuf>,
    /// Policy, as TOML [default: safe values]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Seal {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Exports: files, folders, zips
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Zone of times that exports write without one
    #[arg(long, default_value = "Europe/London")]
    pub timezone: String,
    /// The official whose history this is, as exports name them
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Contacts, vCard or CSV: who is behind which number, address and handle; once for each file
    #[arg(long, value_name = "FILE")]
    pub contacts: Vec<PathBuf>,
    /// Command that reads a picture on standard input and writes its text, such as 'tesseract stdin stdout'
    #[arg(long, value_name = "COMMAND")]
    pub ocr: Option<String>,
    /// Command that reads a recording on standard input and writes what is said in it
    #[arg(long, value_name = "COMMAND")]
    pub transcribe: Option<String>,
    /// Compartment
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub compartment: String,
    /// Seal although there are under 500 messages; the manifest says so
    #[arg(long)]
    pub small: bool,
    /// Remember fingerprints beside your key: skip what is sealed already, report what a later export lacks
    #[arg(long)]
    pub remember: bool,
}

#[derive(Debug, Args)]
pub struct Accept {
    #[command(flatten)]
    pub archive: ArchiveArg,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// How often each term occurs
    Count,
    /// The messages that match
    Open,
}

#[derive(Debug, Args)]
pub struct Request {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// What to ask: terms, field:term, "phrases", AND OR NOT, parentheses
    pub query: String,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Case reference; public
    #[arg(long)]
    pub case: String,
    /// Legal basis; public
    #[arg(long)]
    pub basis: String,
    /// Purpose; public [default: the basis]
    #[arg(long)]
    pub purpose: Option<String>,
    /// First UTC day [default: the deposits' first]
    #[arg(long, value_parser = day)]
    pub since: Option<jiff::civil::Date>,
    /// Last UTC day, inclusive [default: the deposits' last]
    #[arg(long, value_parser = day)]
    pub until: Option<jiff::civil::Date>,
    /// Count, or open
    #[arg(long, value_enum, default_value = "open")]
    pub mode: Mode,
    /// Neighbours of each hit, on each side
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: u8,
    /// A deposit to ask; once for each [default: all]
    #[arg(long, value_name = "ID")]
    pub deposit: Vec<String>,
    /// Last UTC day on which custodians may approve [default: in 90 days]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub expires: Option<jiff::civil::Date>,
    /// A term that is to find, as field:term [default: chosen by the plan]
    #[arg(long, value_name = "TERM")]
    pub find_by: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Review {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of a request [default: all that are open]
    pub id: Option<String>,
    #[command(flatten)]
    pub who: WhoArgs,
}

#[derive(Debug, Args)]
pub struct Approve {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Literals to approve, as field:term; once for each [default: all]
    #[arg(long, value_name = "TERM", num_args = 1..)]
    pub only: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Refuse {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
    /// Why; readable for custodians, auditors and the examiner
    #[arg(long)]
    pub reason: String,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
}

#[derive(Debug, Args)]
pub struct Query {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of the request
    pub id: String,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// An arbiter's evidence: whom it shows to be wrong counts as absent; once for each
    #[arg(long, value_name = "FILE")]
    pub evidence: Vec<PathBuf>,
    /// Folder to write hits.json, hits.csv and hits.html into
    #[arg(short, long, value_name = "BUNDLE")]
    pub output: Option<PathBuf>,
}

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
    #[command(flatten)]
    pub operator: OperatorArg,
    /// Put the ruling into the log, under your name: as examiner, custodian or auditor
    #[arg(long, requires = "key")]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// A custodian's or auditor's identity file: reads the terms
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A checkpoint kept outside the archive; once for each
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
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
