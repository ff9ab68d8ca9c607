//! A refusal: logged, its reason readable for custodians, auditors and the examiner.

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::Note,
};

use crate::error::{Error, malformed};

/// A refusal, public part (spec/custody.md, "Refusal").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
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
    /// When, RFC 3339 UTC.
    pub time: String,
    /// SHA-256 of the age file with the reason.
    pub body: Hex<32>,
}

impl Refusal {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("requests/{}/refusal.{}", self.request, self.custodian)
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("refusal");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("request-hash", self.request_hash)
            .field("custodian", &self.custodian)
            .field("time", &self.time)
            .field("body", self.body);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a refusal.
    pub fn parse(note: &Note, file: &str) -> Result<Refusal, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<Refusal, FieldsError> {
    let mut from = Reader::new(text, "refusal")?;
    let refusal = Refusal {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        request: from.value("request")?,
        request_hash: from.value("request-hash")?,
        custodian: from.value("custodian")?,
        time: from.value("time")?,
        body: from.value("body")?,
    };
    from.finish()?;
    Ok(refusal)
}

/// The text of a refusal's body.
///
/// # Errors
/// The reason holds a control character.
pub fn reason_text(salt: Hex<32>, reason: &str) -> Result<String, FieldsError> {
    Writer::new("refusal-body").field("salt", salt).field("reason", reason).finish()
}

/// The reason in the text of a refusal's body; `file` names it in errors.
///
/// # Errors
/// It is not a refusal's body.
pub fn parse_reason(text: &str, file: &str) -> Result<String, Error> {
    let read = || {
        let mut from = Reader::new(text, "refusal-body")?;
        let (_, reason) = (from.value::<Hex<32>>("salt")?, from.value("reason")?);
        from.finish()?;
        Ok(reason)
    };
    read().map_err(malformed(file))
}
