//! An approval: what a custodian signs and logs before it hands anything over, and the share file.

use std::{fmt, str::FromStr};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::Note,
    threshold::{Subset, Threshold},
};
use blackbox_token::ask::{Answers, Ask};
use zeroize::Zeroizing;

use crate::{
    error::{Error, malformed},
    proof::proof_path,
};

/// An approval, public part (spec/custody.md, "Approval").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the request.
    pub request: String,
    /// SHA-256 of the request's file.
    pub request_hash: Hex<32>,
    /// Name of the custodian's key.
    pub custodian: String,
    /// The custodian's number in archive.toml.
    pub number: usize,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// Size of the log that the custodian checked; the request is in it.
    pub log_size: u64,
    /// Root of that log.
    pub log_root: Hex<32>,
    /// Numbers of the approved items of the request: its literals, then its context distances.
    pub items: Vec<usize>,
    /// SHA-256 of the share file.
    pub share: Hex<32>,
    /// Per item and subset, a digest of the answers: holders of one key agree.
    pub digests: Vec<DigestLine>,
    /// SHA-256 of the age file with the approved terms, for custodians, auditors and the examiner.
    pub body: Hex<32>,
    /// SHA-256 of the proof that its request is in a log that witnesses saw; approvals of before have none.
    pub proof: Option<Hex<32>>,
}

/// Digest of one subset's answers to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestLine {
    /// The item.
    pub item: usize,
    /// The subset.
    pub subset: Subset,
    /// The digest.
    pub digest: Hex<32>,
}

impl fmt::Display for DigestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.item, self.subset, self.digest)
    }
}

impl FromStr for DigestLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<DigestLine, &'static str> {
        let mut parts = text.split(' ');
        let mut read = || {
            let item = parts.next()?.parse().ok()?;
            let subset = parts.next()?.parse().ok()?;
            let digest = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(DigestLine { item, subset, digest })
        };
        read().ok_or("it is not an item, a subset and a digest")
    }
}

impl Approval {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("requests/{}/approval.{}", self.request, self.custodian)
    }

    /// Where its share file lies.
    pub fn share_path(&self) -> String {
        share_path(&self.request, &self.custodian)
    }

    /// Where its proof lies, if it has one.
    pub fn proof_path(&self) -> String {
        proof_path(&self.request, &self.custodian)
    }

    /// Whether the digests are those due, as far as can be told without the terms: one for each approved
    /// item and each key that the custodian holds; before them, where it answered under its unanimous key,
    /// one for that. Without them nobody could compare its answers with others'.
    pub fn digests_are_due(&self, threshold: Threshold) -> bool {
        let unanimous = Subset::single(self.number);
        let own: Vec<Subset> =
            threshold.subsets().into_iter().filter(|subset| subset.contains(self.number)).collect();
        let mut left = self.digests.iter().map(|line| (line.item, line.subset)).peekable();
        let due = |item: &usize| {
            if !own.contains(&unanimous) {
                left.next_if_eq(&(*item, unanimous));
            }
            own.iter().all(|subset| left.next() == Some((*item, *subset)))
        };
        self.items.iter().all(due) && left.next().is_none()
    }

    /// Whether the digests are exactly those of the answers that it owes to `ask`.
    pub fn digests_fit(&self, ask: &Ask) -> bool {
        let known = self.items.iter().filter(|item| **item < ask.items.len());
        let owed = known
            .flat_map(|item| ask.subsets(*item, self.number).into_iter().map(move |subset| (*item, subset)));
        owed.eq(self.digests.iter().map(|line| (line.item, line.subset)))
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("approval");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("request-hash", self.request_hash)
            .field("custodian", &self.custodian)
            .field("number", self.number)
            .field("time", &self.time)
            .field("log-size", self.log_size)
            .field("log-root", self.log_root)
            .fields("item", &self.items)
            .field("share", self.share)
            .fields("digest", &self.digests)
            .field("body", self.body)
            .fields("proof", self.proof);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not an approval.
    pub fn parse(note: &Note, file: &str) -> Result<Approval, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<Approval, FieldsError> {
    let mut from = Reader::new(text, "approval")?;
    let mut approval = Approval {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        request: from.value("request")?,
        request_hash: from.value("request-hash")?,
        custodian: from.value("custodian")?,
        number: from.value("number")?,
        time: from.value("time")?,
        log_size: from.value("log-size")?,
        log_root: from.value("log-root")?,
        items: from.values("item")?,
        share: from.value("share")?,
        digests: from.values("digest")?,
        body: from.value("body")?,
        proof: None,
    };
    // One at most: `finish` rejects a second.
    approval.proof = from.value_if("proof")?;
    from.finish()?;
    Ok(approval)
}

/// Where a custodian's share file for a request lies.
pub fn share_path(request: &str, custodian: &str) -> String {
    format!("requests/{request}/share.{custodian}.age")
}

/// What a share file holds: one custodian's answers, for the examiner alone.
pub struct Share {
    /// Id of the request.
    pub request: String,
    /// Number of the custodian.
    pub custodian: usize,
    /// The items answered.
    pub items: Vec<usize>,
    /// The answers.
    pub answers: Answers,
}

impl Share {
    /// The plaintext of the file: a document, an empty line, and the answers' bytes.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, FieldsError> {
        let mut out = Writer::new("share");
        out.field("request", &self.request).field("custodian", self.custodian).fields("item", &self.items);
        let (head, answers) = (out.finish()?, self.answers.to_bytes());
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + 1 + answers.len()));
        bytes.extend_from_slice(head.as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(&answers);
        Ok(bytes)
    }

    /// Reads the plaintext of the share that `approval` names; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a share, or answers another request or other items than the approval says.
    pub fn decode(bytes: &[u8], (ask, approval): (&Ask, &Approval), file: &str) -> Result<Share, Error> {
        let wrong = |what: &str| Error::invalid(file, what);
        let split =
            bytes.windows(2).position(|pair| pair == b"\n\n").ok_or_else(|| wrong("it is not a share"))?;
        let head = std::str::from_utf8(&bytes[..=split]).map_err(|_| wrong("it is not a share"))?;
        let (request, custodian, items) = read_head(head).map_err(malformed(file))?;
        if request != approval.request || custodian != approval.number || items != approval.items {
            return Err(wrong("it does not hold what its approval says"));
        }
        let answers = Answers::from_bytes(ask, custodian, &items, &bytes[split + 2..]);
        let answers = answers.map_err(|error| wrong(&error.to_string()))?;
        Ok(Share { request, custodian, items, answers })
    }
}

fn read_head(head: &str) -> Result<(String, usize, Vec<usize>), FieldsError> {
    let mut from = Reader::new(head, "share")?;
    let parts = (from.value("request")?, from.value("custodian")?, from.values("item")?);
    from.finish()?;
    Ok(parts)
}

/// What the body of an approval says, for custodians, auditors and the examiner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalBody {
    /// Random, so that nothing can be guessed from a hash.
    pub salt: Hex<32>,
    /// The approved literals and distances, as `field:term`.
    pub approved: Vec<String>,
}

impl ApprovalBody {
    /// The text to encrypt.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        Writer::new("approval-body").field("salt", self.salt).fields("approved", &self.approved).finish()
    }

    /// Reads the text; `file` names it in errors.
    ///
    /// # Errors
    /// It is not an approval's body.
    pub fn parse(text: &str, file: &str) -> Result<ApprovalBody, Error> {
        let read = || {
            let mut from = Reader::new(text, "approval-body")?;
            let body = ApprovalBody { salt: from.value("salt")?, approved: from.values("approved")? };
            from.finish()?;
            Ok(body)
        };
        read().map_err(malformed(file))
    }
}
