//! A request's life, from asking to the answer; drills are requests too.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ArchiveArg, OperatorArg, WhoArgs};
use crate::input::day;

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
