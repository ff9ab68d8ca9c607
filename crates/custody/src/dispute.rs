//! A dispute: two custodians' signed answers under one key that differ (spec/custody.md, "Dispute").

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle::sha256,
    month::Month,
    threshold::Subset,
};
use blackbox_token::{Secret, ask::Slot, function::Token};

use crate::{
    approval::Approval,
    approve::{OpenRequest, open_body},
    archive::Archive,
    collect::firsts,
    error::{Error, malformed},
    ledger::{Checked, Ledger},
    request::RequestBody,
};

/// What two approvals' digests say of one subset's answers to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comparison {
    /// The item.
    pub item: usize,
    /// The subset.
    pub subset: Subset,
    /// The custodians, by number, ascending.
    pub custodians: (usize, usize),
    /// Whether the digests are the same.
    pub same: bool,
}

/// Compares the digests of every two approvals of one request, item by item and subset by subset.
pub fn compare(approvals: &[Checked<Approval>]) -> Vec<Comparison> {
    let mut found = Vec::new();
    for (at, one) in approvals.iter().enumerate() {
        for two in &approvals[at + 1..] {
            let numbers = (one.document.number, two.document.number);
            for line in &one.document.digests {
                let mut others = two.document.digests.iter();
                let other = others.find(|other| (other.item, other.subset) == (line.item, line.subset));
                found.extend(other.map(|other| Comparison {
                    item: line.item,
                    subset: line.subset,
                    custodians: (numbers.0.min(numbers.1), numbers.0.max(numbers.1)),
                    same: other.digest == line.digest,
                }));
            }
        }
    }
    found.sort_unstable();
    found
}

/// A dispute.
pub struct Dispute {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the request.
    pub request: String,
    /// SHA-256 of the request's file.
    pub request_hash: Hex<32>,
    /// The text of the request's body: what was asked follows from it.
    pub body: String,
    /// Number of the item.
    pub item: usize,
    /// Its literal.
    pub literal: String,
    /// Whose key it is.
    pub subset: Subset,
    /// Deposit of the first answer that differs.
    pub deposit: String,
    /// Its month.
    pub month: Month,
    /// Its number among the answers.
    pub slot: usize,
    /// Key names of the two custodians.
    pub custodians: Vec<String>,
    /// SHA-256 of their approvals' files.
    pub approvals: Vec<Hex<32>>,
    /// Both custodians' answers to the item under the key, in canonical order.
    pub answers: Vec<Pair>,
}

/// Two custodians' answers in one place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pair(pub [Hex<16>; 2]);

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0[0], self.0[1])
    }
}

impl FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Pair, &'static str> {
        let read = || {
            let (one, two) = text.split_once(' ')?;
            Some(Pair([one.parse().ok()?, two.parse().ok()?]))
        };
        read().ok_or("it is not two answers")
    }
}

/// A dispute that is genuine: both lists are what the two custodians signed, and they differ.
pub(crate) struct Genuine {
    pub open: OpenRequest,
    /// Number of the deposit in the ask.
    pub range: usize,
    /// The places of the answers.
    pub slots: Vec<Slot>,
}

impl Dispute {
    /// The text to encrypt.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("dispute");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("request-hash", self.request_hash)
            .field("request-body", STANDARD.encode(&self.body))
            .field("item", self.item)
            .field("literal", &self.literal)
            .field("subset", self.subset)
            .field("deposit", &self.deposit)
            .field("month", self.month)
            .field("slot", self.slot)
            .fields("custodian", &self.custodians)
            .fields("approval", &self.approvals)
            .fields("answer", &self.answers);
        out.finish()
    }

    /// Reads the text; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a dispute.
    pub fn parse(text: &str, file: &str) -> Result<Dispute, Error> {
        let dispute = read(text).map_err(malformed(file))?;
        match (dispute.custodians.len(), dispute.approvals.len()) {
            (2, 2) => Ok(dispute),
            _ => Err(Error::invalid(file, "it is not about two custodians and two approvals")),
        }
    }

    /// One of the two custodians' answers.
    pub(crate) fn list(&self, side: usize) -> Vec<Token> {
        self.answers.iter().map(|pair| Secret::new(pair.0[side].0)).collect()
    }

    /// Checks that this is what the two custodians signed, and that it differs where it says so.
    ///
    /// # Errors
    /// Anything is not as the archive's log has it.
    pub(crate) fn check(
        &self,
        (archive, ledger): (&Archive<'_>, &Ledger),
        file: &str,
    ) -> Result<Genuine, Error> {
        let wrong = |what: &str| Error::invalid(file, what);
        if self.origin != archive.config.origin || self.archive != archive.hash {
            return Err(wrong("it is of another archive"));
        }
        let request = ledger.request(archive, &self.request)?;
        if request.leaf.document != self.request_hash
            || Hex(sha256(self.body.as_bytes())) != request.document.commitment
        {
            return Err(wrong("its request is not the one in the log"));
        }
        let open = open_body(archive, ledger, (request, &RequestBody::parse(&self.body, file)?))?;
        let item = open.ask.items.get(self.item);
        if item.is_none_or(|item| item.literal.to_string() != self.literal) {
            return Err(wrong("its item is not one of the request"));
        }
        let slots: Vec<Slot> =
            open.ask.slots(self.item, None).filter(|slot| slot.subset == self.subset).collect();
        let differs = self.answers.iter().position(|pair| pair.0[0] != pair.0[1]);
        let first = slots.get(self.slot).filter(|_| differs == Some(self.slot));
        let first = first.ok_or_else(|| wrong("its answers do not differ first where it says"))?;
        if slots.len() != self.answers.len()
            || open.ask.ranges[first.range].deposit != self.deposit
            || first.month != self.month
        {
            return Err(wrong("its answers are not those that the request asks for"));
        }
        let range = first.range;
        self.check_signed((archive, ledger), &open, file)?;
        Ok(Genuine { open, range, slots })
    }

    /// Both lists must have the digests that the custodians signed.
    fn check_signed(
        &self,
        (archive, ledger): (&Archive<'_>, &Ledger),
        open: &OpenRequest,
        file: &str,
    ) -> Result<(), Error> {
        let approvals = firsts(ledger.approvals(archive, &self.request)?);
        for side in 0..2 {
            let digest = open.ask.digest_of(&self.request, (self.item, self.subset), self.list(side).iter());
            let signed =
                approvals.iter().any(|approval| {
                    approval.leaf.document == self.approvals[side]
                        && approval.document.custodian == self.custodians[side]
                        && self.subset.contains(approval.document.number)
                        && approval.document.digests.iter().any(|line| {
                            (line.item, line.subset, line.digest) == (self.item, self.subset, digest)
                        })
                });
            if !signed {
                let what = format!("its answers are not those that \"{}\" signed", self.custodians[side]);
                return Err(Error::invalid(file, what));
            }
        }
        Ok(())
    }
}

fn read(text: &str) -> Result<Dispute, FieldsError> {
    let mut from = Reader::new(text, "dispute")?;
    let dispute = Dispute {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        request: from.value("request")?,
        request_hash: from.value("request-hash")?,
        body: from.value::<Inner>("request-body")?.0,
        item: from.value("item")?,
        literal: from.value("literal")?,
        subset: from.value("subset")?,
        deposit: from.value("deposit")?,
        month: from.value("month")?,
        slot: from.value("slot")?,
        custodians: from.values("custodian")?,
        approvals: from.values("approval")?,
        answers: from.values("answer")?,
    };
    from.finish()?;
    Ok(dispute)
}

/// A text inside a field, as base64.
pub(crate) struct Inner(pub String);

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(&self.0))
    }
}

impl FromStr for Inner {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Inner, &'static str> {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        bytes.map(Inner).ok_or("it is not base64 of a text")
    }
}
