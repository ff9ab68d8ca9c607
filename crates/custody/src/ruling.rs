//! A ruling: somebody's logged word of what an arbiter's evidence showed (spec/custody.md, "Ruling").

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle::sha256,
    month::Month,
    note::{Note, Signer},
    threshold::Subset,
};
use blackbox_log::Kind;

use crate::{
    approve::Now,
    arbiter::Judgement,
    archive::{Archive, Entry},
    config::People,
    error::{Error, malformed},
    identity::{Identity, Public},
    ledger::{Checked, Ledger, Logged, checked},
};

/// A ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the request.
    pub request: String,
    /// SHA-256 of the request's file.
    pub request_hash: Hex<32>,
    /// Number of this ruling of the request, from 0.
    pub number: u64,
    /// Key name of who recorded it.
    pub judge: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// Number of the item.
    pub item: usize,
    /// Whose key it is.
    pub subset: Subset,
    /// The deposit.
    pub deposit: String,
    /// The month.
    pub month: Month,
    /// Key names of those who answered rightly.
    pub right: Vec<String>,
    /// Key names of those who answered wrongly.
    pub wrong: Vec<String>,
    /// SHA-256 of the evidence's text. The evidence itself holds a key and is not in the archive.
    pub evidence: Hex<32>,
}

impl Ruling {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("requests/{}/ruling.{}", self.request, self.number)
    }

    /// It in words.
    pub fn told(&self) -> String {
        let names = |names: &[String]| match names {
            [] => "nobody".to_owned(),
            names => names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and "),
        };
        format!(
            "\"{}\" says at {} that {} answered wrongly and {} rightly: item {}, key of custodians {}, {} in \"{}\"",
            self.judge,
            self.time,
            names(&self.wrong),
            names(&self.right),
            self.item,
            self.subset,
            self.month,
            self.deposit
        )
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("ruling");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("request-hash", self.request_hash)
            .field("number", self.number)
            .field("judge", &self.judge)
            .field("time", &self.time)
            .field("item", self.item)
            .field("subset", self.subset)
            .field("deposit", &self.deposit)
            .field("month", self.month)
            .fields("right", &self.right)
            .fields("wrong", &self.wrong)
            .field("evidence", self.evidence);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a ruling.
    pub fn parse(note: &Note, file: &str) -> Result<Ruling, Error> {
        let mut from = Reader::new(&note.text, "ruling").map_err(malformed(file))?;
        let mut read = || {
            Ok(Ruling {
                origin: from.value("origin")?,
                archive: from.value("archive")?,
                request: from.value("request")?,
                request_hash: from.value("request-hash")?,
                number: from.value("number")?,
                judge: from.value("judge")?,
                time: from.value("time")?,
                item: from.value("item")?,
                subset: from.value("subset")?,
                deposit: from.value("deposit")?,
                month: from.value("month")?,
                right: from.values("right")?,
                wrong: from.values("wrong")?,
                evidence: from.value("evidence")?,
            })
        };
        let ruling = read().map_err(malformed(file))?;
        from.finish().map_err(malformed(file))?;
        Ok(ruling)
    }
}

/// Who may record a ruling: examiners, custodians and auditors in office.
fn judges(people: &People) -> impl Iterator<Item = &Public> {
    people.custodians.iter().chain(&people.auditors).chain(&people.examiners)
}

/// Checks a logged ruling.
///
/// # Errors
/// It is missing, not what was logged, by somebody who may not record one, or of another request.
pub fn check_ruling(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Ruling>, Error> {
    let leaf = &logged.leaf;
    let judge = judges(archive.people_at(logged.index)).find(|person| person.verifier.name() == leaf.by);
    let stranger = || Error::invalid(&leaf.path, format!("\"{}\" may not record a ruling", leaf.by));
    let note = archive.note(leaf, &judge.ok_or_else(stranger)?.verifier)?;
    let ruling = Ruling::parse(&note, &leaf.path)?;
    let request = ledger.about(Kind::Request, &leaf.subject).next();
    let before = ledger.about(Kind::Ruling, &leaf.subject).filter(|one| one.index < logged.index).count();
    let mut named = ruling.right.iter().chain(&ruling.wrong);
    let known = |name: &String| archive.custodians_ever().any(|person| person.verifier.name() == name);
    let own = ruling.origin == archive.config.origin
        && ruling.archive == archive.hash
        && ruling.judge == leaf.by
        && ruling.request == leaf.subject
        && leaf.path == ruling.path()
        && leaf.bodies.is_empty()
        && ruling.number == before as u64
        && ruling.right.len() + ruling.wrong.len() == 2
        && named.all(known)
        && request.is_some_and(|request| {
            request.leaf.document == ruling.request_hash && request.index < logged.index
        });
    match own {
        true => Ok(checked(logged, ruling)),
        false => Err(Error::invalid(&leaf.path, "it is not the ruling that its log entry says")),
    }
}

/// Signs and logs what `judgement` says of the evidence with text `evidence`; gives its path and the
/// number of its leaf. The caller holds the store's lock.
///
/// # Errors
/// The identity may not record a ruling, the log is damaged, or the store failed.
pub fn record(
    archive: &mut Archive<'_>,
    (judgement, evidence): (&Judgement, &str),
    (identity, operator, now): (&Identity, &dyn Signer, &Now),
) -> Result<(String, u64), Error> {
    archive.check_operator(operator)?;
    archive.refresh()?;
    if !judges(&archive.people).any(|person| person == identity.public()) {
        let why = format!(
            "\"{}\" is neither examiner, custodian nor auditor of this archive",
            identity.public().name
        );
        return Err(Error::refused("record a ruling", why));
    }
    let ledger = Ledger::read(archive)?;
    let dispute = &judgement.dispute;
    let ruling = Ruling {
        origin: dispute.origin.clone(),
        archive: dispute.archive,
        request: dispute.request.clone(),
        request_hash: dispute.request_hash,
        number: ledger.about(Kind::Ruling, &dispute.request).count() as u64,
        judge: identity.public().verifier.name().to_owned(),
        time: now.time.clone(),
        item: dispute.item,
        subset: dispute.subset,
        deposit: dispute.deposit.clone(),
        month: dispute.month,
        right: judgement.right.clone(),
        wrong: judgement.wrong.clone(),
        evidence: Hex(sha256(evidence.as_bytes())),
    };
    let document = Note::sign(ruling.to_text()?, identity).to_bytes();
    let path = ruling.path();
    if ledger.leaves.iter().any(|logged| logged.leaf.path == path) {
        return Err(Error::invalid(&path, "a ruling was logged out of turn"));
    }
    // An earlier run may have left this number's document without its leaf: it was never logged.
    archive.store.remove(&path)?;
    let entry = Entry {
        kind: Kind::Ruling,
        subject: &ruling.request,
        by: &ruling.judge,
        path: path.clone(),
        document: &document,
        bodies: Vec::new(),
        time: &now.time,
    };
    Ok((path, archive.append(operator, entry)?))
}
