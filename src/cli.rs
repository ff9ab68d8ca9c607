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
        after_help = "Example: blackbox change propose box --replace ico=new-ico.pub --reason 'New Commissioner' --key tna.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Change(Change),
    /// See to it that custodians' keys last
    #[command(
        after_help = "Example: blackbox custody what-if box --lost ico\nExit codes: 0 done; 2 error; 3 refused; 4 a key, or the archive, failed verification"
    )]
    Custody(Custody),
    /// Settle which of two custodians answered wrongly
    #[command(subcommand)]
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
pub struct Keygen {
    /// Name of the person or body
    #[arg(long)]
    pub name: String,
    /// Identity file to write; the public file lies beside it, as NAME.pub
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What an age plugin wrote when it made its key: receive through it (a hardware token, a post-quantum key)
    #[arg(long, value_name = "FILE")]
    pub plugin_identity: Option<PathBuf>,
    /// The plugin's recipient, age1... [default: the comment in its file]
    #[arg(long, value_name = "RECIPIENT", requires = "plugin_identity")]
    pub recipient: Option<String>,
    /// Protect the key file by a passphrase, asked twice on a terminal
    #[arg(long)]
    pub passphrase: bool,
    /// Protect the key file by the passphrase that is this file's first line
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
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
    /// Public file or cosignature key (name+hash+key) of a witness besides the custodians
    #[arg(long, value_name = "FILE|KEY", num_args = 1..)]
    pub witness: Vec<String>,
    /// Policy, as TOML [default: safe values]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Protect the operator's key by the passphrase that is this file's first line
    #[arg(long, value_name = "FILE")]
    pub operator_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("acting").required(true).multiple(true).args(["key", "dry_run"]))]
#[command(mut_arg("key", |key| key.required(false)))]
pub struct Seal {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Exports: files, folders, zips
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    #[command(flatten)]
    pub who: Option<WhoArgs>,
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
    /// Compartment: for everything, or for what --chat and --person name [default: main]
    #[arg(long, value_name = "NAME")]
    pub compartment: Option<String>,
    /// Only chats with such a name go into --compartment; * stands for any characters, ? for one; once for each
    #[arg(long, value_name = "PATTERN", requires = "compartment")]
    pub chat: Vec<String>,
    /// Only what such a person sent or received goes into --compartment, besides such chats; once for each
    #[arg(long, value_name = "PATTERN", requires = "compartment")]
    pub person: Vec<String>,
    /// Compartment for everything else [default: main]
    #[arg(long = "else", value_name = "NAME")]
    pub otherwise: Option<String>,
    /// Rules that sort chats and people into compartments, as TOML
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compartment", "chat", "person", "otherwise"])]
    pub rules: Option<PathBuf>,
    /// Seal nothing; list every chat, how much is in it and where it would go
    #[arg(long)]
    pub dry_run: bool,
    /// Seal although there are under 500 messages; the manifest says so
    #[arg(long)]
    pub small: bool,
    /// Remember fingerprints beside your key: skip what is sealed already, report what a later export lacks
    #[arg(long, requires = "key")]
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
    /// The same, by common terms too: on an order, if the policy allows it and all custodians agree
    Exceptional,
}

#[derive(Debug, Args)]
pub struct Drill {
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Id of an approved drill, to carry it out [default: ask for one]
    pub id: Option<String>,
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
    /// A deposit to drill; once for each [default: all that were not drilled]
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    pub deposit: Vec<String>,
    /// Case reference; public
    #[arg(long, default_value = "drill", conflicts_with = "id")]
    pub case: String,
    /// Legal basis; public
    #[arg(long, default_value = "custody drill", conflicts_with = "id")]
    pub basis: String,
    /// Last UTC day on which custodians may approve [default: in 90 days]
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with = "id")]
    pub expires: Option<jiff::civil::Date>,
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
    #[arg(
        long,
        value_enum,
        default_value = "open",
        requires_if("exceptional", "order"),
        requires_if("exceptional", "expires")
    )]
    pub mode: Mode,
    /// The order that an exceptional request carries out, as "Inquiries Act 2005 s.21, order 7"; public
    #[arg(long, value_name = "REFERENCE")]
    pub order: Option<String>,
    /// Neighbours of each hit, on each side
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: u8,
    /// A deposit to ask; once for each [default: all]
    #[arg(long, value_name = "ID")]
    pub deposit: Vec<String>,
    /// A compartment to ask; once for each [default: all]
    #[arg(long, value_name = "NAME")]
    pub compartment: Vec<String>,
    /// Id of a count request, made and disclosed before, whose counts are to be relied on
    #[arg(long, value_name = "ID")]
    pub cites: Option<String>,
    /// Last UTC day on which custodians may approve [default: in 90 days]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub expires: Option<jiff::civil::Date>,
    /// A term that is to find, as field:term [default: chosen by the plan]
    #[arg(long, value_name = "TERM")]
    pub find_by: Vec<String>,
    /// The JSON of an earlier answer that counted (`query --json`): of terms that could find, the rarest then does
    #[arg(long, value_name = "FILE")]
    pub counts: Option<PathBuf>,
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
        after_help = "Example: blackbox change propose box --replace ico=new-ico.pub --reason 'New Commissioner' --key tna.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Propose(Propose),
    /// As a custodian, sign the change that waits; with the last signature needed it comes into force
    #[command(
        after_help = "Example: blackbox change sign box 1 --key court.key\nExit codes: 0 done, or waiting for signatures; 2 error; 3 refused; 4 the archive failed verification"
    )]
    Sign(SignChange),
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
    #[command(flatten)]
    pub who: WhoArgs,
    #[command(flatten)]
    pub operator: OperatorArg,
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
        after_help = "Example: blackbox custody what-if box --lost ico --lost tna\nExit codes: 0 done; 2 error; 4 the archive failed verification"
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
