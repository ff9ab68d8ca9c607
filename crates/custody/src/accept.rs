//! A custodian's word that its custody file of a deposit opens and holds the right keys.

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::Note,
};

use crate::error::{Error, malformed};

/// An acceptance (spec/custody.md, "Accept").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// The deposit.
    pub deposit: String,
    /// SHA-256 of its manifest's file.
    pub manifest: Hex<32>,
    /// Name of the custodian's key.
    pub custodian: String,
    /// When, RFC 3339 UTC.
    pub time: String,
}

impl Accept {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("deposits/{}/accept/{}", self.deposit, self.custodian)
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("accept");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("deposit", &self.deposit)
            .field("manifest", self.manifest)
            .field("custodian", &self.custodian)
            .field("time", &self.time);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not an acceptance.
    pub fn parse(note: &Note, file: &str) -> Result<Accept, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<Accept, FieldsError> {
    let mut from = Reader::new(text, "accept")?;
    let accept = Accept {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        deposit: from.value("deposit")?,
        manifest: from.value("manifest")?,
        custodian: from.value("custodian")?,
        time: from.value("time")?,
    };
    from.finish()?;
    Ok(accept)
}
