//! What a query gives back: the JSON that scripts rely on.

use blackbox_format::message::Names;
use serde::Serialize;

/// The whole answer to one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The request's id.
    pub request: String,
    /// `count` or `open`.
    pub mode: String,
    /// Opened messages, by time, deposit and sealing order.
    pub hits: Vec<Hit>,
    /// Postings found per literal and month, summed over deposits.
    pub counts: Vec<Count>,
    /// What could not be answered, and why.
    pub unanswered: Vec<Unanswered>,
    /// Rows whose index entries do not fit their message: the sealer's mistake, or worse. Not shown.
    pub misindexed: Vec<String>,
    /// Where custodians answered differently, and what became of it.
    pub disagreements: Vec<Disagreement>,
    /// So many lying custodians could not have forged this answer.
    pub verified_against: usize,
    /// Distinct custodians whose approvals were used.
    pub approvals: usize,
}

/// One opened message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// `deposit/segment/row`.
    pub id: String,
    /// The export's own id.
    pub source_id: Option<String>,
    /// UTC, RFC 3339 with `Z`.
    pub time: String,
    /// The time as the export writes it.
    pub written_time: String,
    /// Sender as written; empty for an event.
    pub from: String,
    /// Recipients as written.
    pub to: Vec<String>,
    /// Conversation, if it has a name.
    pub chat: Option<String>,
    /// Platform slug.
    pub platform: String,
    /// The text.
    pub text: String,
    /// Kind of event, if it is one.
    pub event: Option<String>,
    /// Attachments.
    pub attachments: Vec<HitAttachment>,
    /// The request's literals that this message matches, as `field:term`.
    pub matched: Vec<String>,
    /// Those words of `matched` that stand only in what the message quotes of another.
    pub quoted: Vec<String>,
    /// Further facts that the export states.
    pub annotations: Vec<Annotation>,
    /// What else its people are known as: by the export, or by the contacts that were given when it was sealed.
    pub names: Vec<Names>,
    /// Neighbours in the conversation, nearest before to nearest after, if authorised.
    pub context: Vec<Neighbour>,
}

impl Hit {
    /// The full name of a person, if the message writes another.
    pub fn full_name(&self, written: &str) -> Option<&str> {
        let names = self.names.iter().find(|names| names.written == written)?;
        names.also.first().map(|name| &name[..]).filter(|name| !written.contains(name))
    }
}

/// A further fact of a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// What it is: `reply-to`, `edited`, `previous-text`, ...
    pub name: String,
    /// As the export writes it.
    pub value: String,
}

/// An attachment of a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HitAttachment {
    /// File name as written.
    pub name: String,
    /// Media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Size in bytes; `None` if the export did not hold the file.
    pub size: Option<u64>,
    /// SHA-256 in hex; `None` if the export did not hold the file.
    pub sha256: Option<String>,
    /// Its text, if it was found or made when it was sealed.
    pub text: Option<String>,
    /// Where that is from: `document`, `transcript`, or `machine: ` and the program that made it.
    pub text_origin: Option<String>,
}

/// A neighbour of a hit in its conversation. Not a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Neighbour {
    /// Signed distance: -1 is the message before.
    pub offset: i8,
    /// UTC, RFC 3339 with `Z`.
    pub time: String,
    /// Sender as written.
    pub from: String,
    /// The text.
    pub text: String,
}

/// How often a literal occurs in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// `field:term`.
    pub literal: String,
    /// The month, as `2020-03`.
    pub epoch: String,
    /// Messages with the literal.
    pub count: u64,
}

/// A part of the query that could not be answered in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// The literals concerned, as `field:term`.
    pub literals: Vec<String>,
    /// The month, as `2020-03`.
    pub epoch: String,
    /// Why, and what would be answered instead.
    pub reason: String,
    /// Messages with the finding literal in that month.
    pub count: u64,
}

/// Two custodians answered differently under one key (spec/token.md, "Which answers are right").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The custodians who hold the key, by number: `0,2`.
    pub subset: String,
    /// Names of the two.
    pub custodians: [String; 2],
    /// The literals concerned, as `field:term`.
    pub literals: Vec<String>,
    /// The months, as `2020-03`; none if only their digests are known.
    pub months: Vec<String>,
    /// Name of the one who is taken to have answered wrongly.
    pub liar: Option<String>,
    /// What settled it; `None` if nothing did.
    pub settled_by: Option<Settlement>,
}

/// What settled a disagreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Settlement {
    /// The tokens of one side find, and a wrong token finds nothing.
    Found,
    /// Only one side has more custodians than are needed.
    Outvoted,
    /// An arbiter's evidence, checked.
    Evidence,
}
