//! A disclosure: the examiner's logged word of what a query gave.

use std::{fmt, str::FromStr};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::Note,
};

use crate::error::{Error, malformed};

/// A disclosure, public part (spec/custody.md, "Disclosure").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the request.
    pub request: String,
    /// Number of this disclosure of the request, from 0.
    pub number: u64,
    /// Name of the examiner's key.
    pub examiner: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// `SHA-256(salt || hits.json)`; the salt is in the body and in the bundle.
    pub digest: Hex<32>,
    /// SHA-256 of the approvals used.
    pub approvals: Vec<Hex<32>>,
    /// In a drill: the deposits of which every segment opened in every month.
    pub drilled: Vec<String>,
    /// SHA-256 of the age file with the counts, for custodians, auditors and the examiner.
    pub body: Hex<32>,
}

impl Disclosure {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("requests/{}/disclosure.{}", self.request, self.number)
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("disclosure");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("number", self.number)
            .field("examiner", &self.examiner)
            .field("time", &self.time)
            .field("digest", self.digest)
            .fields("approval", &self.approvals)
            .fields("drilled", &self.drilled)
            .field("body", self.body);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a disclosure.
    pub fn parse(note: &Note, file: &str) -> Result<Disclosure, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<Disclosure, FieldsError> {
    let mut from = Reader::new(text, "disclosure")?;
    let disclosure = Disclosure {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        request: from.value("request")?,
        number: from.value("number")?,
        examiner: from.value("examiner")?,
        time: from.value("time")?,
        digest: from.value("digest")?,
        approvals: from.values("approval")?,
        drilled: from.values("drilled")?,
        body: from.value("body")?,
    };
    from.finish()?;
    Ok(disclosure)
}

/// A count and the token with which it can be counted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountLine {
    /// The deposit.
    pub deposit: String,
    /// The month.
    pub month: String,
    /// Postings found.
    pub count: u64,
    /// The count token.
    pub token: Hex<16>,
    /// `field:term`.
    pub literal: String,
}

impl fmt::Display for CountLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {} {}", self.deposit, self.month, self.count, self.token, self.literal)
    }
}

impl FromStr for CountLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<CountLine, &'static str> {
        let mut parts = text.splitn(5, ' ');
        let mut read = || {
            let (deposit, month) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let (count, token) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some(CountLine { deposit, month, count, token, literal: parts.next()?.to_owned() })
        };
        read().ok_or("it is not a deposit, a month, a count, a token and a literal")
    }
}

/// What the body of a disclosure says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureBody {
    /// Random; part of the digest.
    pub salt: Hex<32>,
    /// How many messages were opened as hits.
    pub hits: u64,
    /// Rows whose index entries do not fit their message.
    pub misindexed: u64,
    /// Counts, a literal, deposit and month.
    pub counts: Vec<CountLine>,
}

impl DisclosureBody {
    /// The text to encrypt.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("disclosure-body");
        out.field("salt", self.salt)
            .field("hits", self.hits)
            .field("misindexed", self.misindexed)
            .fields("count", &self.counts);
        out.finish()
    }

    /// Reads the text; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a disclosure's body.
    pub fn parse(text: &str, file: &str) -> Result<DisclosureBody, Error> {
        let read = || {
            let mut from = Reader::new(text, "disclosure-body")?;
            let body = DisclosureBody {
                salt: from.value("salt")?,
                hits: from.value("hits")?,
                misindexed: from.value("misindexed")?,
                counts: from.values("count")?,
            };
            from.finish()?;
            Ok(body)
        };
        read().map_err(malformed(file))
    }
}
