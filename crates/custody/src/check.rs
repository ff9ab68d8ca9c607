//! A receipt: a custodian's logged word that its custody files still open and hold the right keys.

use std::{fmt, str::FromStr};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    note::Note,
};

use crate::error::{Error, malformed};

/// A receipt (spec/custody.md, "Check").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Name of the custodian's key.
    pub custodian: String,
    /// Number of this receipt of the custodian, from 0.
    pub number: u64,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// The deposits whose keys were there.
    pub deposits: Vec<DepositLine>,
}

/// A deposit, and the manifest against which its keys were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositLine {
    /// The deposit.
    pub deposit: String,
    /// SHA-256 of its manifest's file.
    pub manifest: Hex<32>,
}

impl fmt::Display for DepositLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.deposit, self.manifest)
    }
}

impl FromStr for DepositLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<DepositLine, &'static str> {
        let line = text.split_once(' ').and_then(|(deposit, manifest)| {
            Some(DepositLine { deposit: deposit.to_owned(), manifest: manifest.parse().ok()? })
        });
        line.ok_or("it is not a deposit and a digest")
    }
}

impl Receipt {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("checks/{}/{}", self.custodian, self.number)
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("check");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("custodian", &self.custodian)
            .field("number", self.number)
            .field("time", &self.time)
            .fields("deposit", &self.deposits);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a receipt.
    pub fn parse(note: &Note, file: &str) -> Result<Receipt, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<Receipt, FieldsError> {
    let mut from = Reader::new(text, "check")?;
    let receipt = Receipt {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        custodian: from.value("custodian")?,
        number: from.value("number")?,
        time: from.value("time")?,
        deposits: from.values("deposit")?,
    };
    from.finish()?;
    Ok(receipt)
}
