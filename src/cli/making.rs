//! How an archive comes about: identities, the archive, what is sealed into it.

use std::path::PathBuf;

use clap::Args;

use super::{ArchiveArg, OperatorArg, WhoArgs};

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
