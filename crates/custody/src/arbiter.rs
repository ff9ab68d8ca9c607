//! The arbiter's check: one month's key of one subset shows which of two answers is right
//! (spec/custody.md, "The arbiter's check").

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle,
    threshold::Subset,
};
use blackbox_token::{
    Secret,
    ask::Answers,
    function::{MonthKey, Scope, Token},
};

use crate::{
    approval::Approval,
    approve::OpenRequest,
    archive::Archive,
    collect::{answers_of, firsts},
    dispute::{Dispute, Genuine, Inner, Pair, compare},
    error::{Error, malformed},
    identity::Identity,
    keys::custody_keys,
    ledger::{Checked, Ledger},
};

/// Which disagreement of a request is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// About this literal only, as `field:term`.
    pub literal: Option<String>,
    /// Under the key of these custodians only.
    pub subset: Option<Subset>,
}

/// Makes a dispute of the first disagreement of request `open` that is meant. `body` is the text of the
/// request's body.
///
/// # Errors
/// There is none, or a share of the two cannot be used.
pub fn open_dispute(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (open, body): (&OpenRequest, String),
    identity: &Identity,
    which: &Which,
) -> Result<Dispute, Error> {
    let id = &open.request.document.id;
    let approvals = firsts(ledger.approvals(archive, id)?);
    let literal = |item: usize| open.ask.items.get(item).map(|item| item.literal.to_string());
    let meant = compare(&approvals).into_iter().find(|one| {
        !one.same
            && which.subset.is_none_or(|subset| subset == one.subset)
            && (which.literal.is_none() || which.literal == literal(one.item))
    });
    let none = || Error::refused("open a dispute", "no two custodians signed different answers there");
    let meant = meant.ok_or_else(none)?;
    let of = |number: usize| approvals.iter().find(|approval| approval.document.number == number);
    let (one, two) = of(meant.custodians.0).zip(of(meant.custodians.1)).ok_or_else(none)?;
    let list = |approval| -> Result<Vec<Token>, Error> {
        let answers = answers_of(archive, open, approval, identity)?;
        Ok(own(open, (meant.item, meant.subset), &answers))
    };
    make(open, (meant.item, meant.subset), [(one, list(one)?), (two, list(two)?)], body)
}

/// The answers to an item under one subset's key.
fn own(open: &OpenRequest, (item, subset): (usize, Subset), answers: &Answers) -> Vec<Token> {
    let slots = open.ask.slots(item, Some(answers.custodian));
    let all = slots.zip(answers.items.get(&item).into_iter().flatten());
    all.filter(|(slot, _)| slot.subset == subset).map(|(_, token)| token.clone()).collect()
}

type Side<'a> = (&'a Checked<Approval>, Vec<Token>);

fn make(
    open: &OpenRequest,
    (item, subset): (usize, Subset),
    sides: [Side<'_>; 2],
    body: String,
) -> Result<Dispute, Error> {
    let [(one, first), (two, second)] = sides;
    let pairs = first.iter().zip(&second).map(|(one, two)| Pair([Hex(*one.expose()), Hex(*two.expose())]));
    let answers: Vec<Pair> = pairs.collect();
    let slot = answers.iter().position(|pair| pair.0[0] != pair.0[1]);
    let mut slots = open.ask.slots(item, None).filter(|slot| slot.subset == subset);
    let place = slot.and_then(|slot| Some((slot, slots.nth(slot)?)));
    let (slot, place) = place.ok_or_else(|| Error::refused("open a dispute", "the answers do not differ"))?;
    let request = &open.request.document;
    Ok(Dispute {
        origin: request.origin.clone(),
        archive: request.archive,
        request: request.id.clone(),
        request_hash: open.request.leaf.document,
        body,
        item,
        literal: open.ask.items[item].literal.to_string(),
        subset,
        deposit: open.ask.ranges[place.range].deposit.clone(),
        month: place.month,
        slot,
        custodians: [one, two].map(|approval| approval.document.custodian.clone()).into(),
        approvals: [one, two].map(|approval| approval.leaf.document).into(),
        answers,
    })
}

/// A dispute, and the key that settles it.
pub struct Evidence {
    /// Text of the dispute.
    pub dispute: String,
    /// Key name of the custodian who shows the key.
    pub by: String,
    /// `r_{A,m}`.
    pub key: Hex<32>,
    /// RFC 6962 inclusion proof of its commitment under the manifest's root for the subset.
    pub proof: Vec<Hex<32>>,
}

impl Evidence {
    /// The text, which holds the key.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("evidence");
        out.field("dispute", Inner(self.dispute.clone()))
            .field("by", &self.by)
            .field("key", self.key)
            .fields("proof", &self.proof);
        out.finish()
    }

    /// Reads the text; `file` names it in errors.
    ///
    /// # Errors
    /// It is not evidence.
    pub fn parse(text: &str, file: &str) -> Result<Evidence, Error> {
        let read = || {
            let mut from = Reader::new(text, "evidence")?;
            let evidence = Evidence {
                dispute: from.value::<Inner>("dispute")?.0,
                by: from.value("by")?,
                key: from.value("key")?,
                proof: from.values("proof")?,
            };
            from.finish()?;
            Ok(evidence)
        };
        read().map_err(malformed(file))
    }
}

/// As a custodian who holds the key in dispute, shows that of the one month in which answers first differ.
///
/// # Errors
/// The dispute is not genuine (anybody could pull keys out of a custodian), or the custodian does not
/// hold the key.
pub fn show(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (text, file): (&str, &str),
    identity: &Identity,
) -> Result<Evidence, Error> {
    let dispute = Dispute::parse(text, file)?;
    let group = ledger.group(archive, &dispute.request)?;
    let number = group.member(&identity.public().verifier)?;
    let refuse = |why: String| Error::refused("show a month's key", why);
    if !dispute.subset.contains(number) {
        return Err(refuse(format!("it is the key of custodians {}, not yours", dispute.subset)));
    }
    let genuine = dispute.check((archive, ledger), file).map_err(|error| refuse(error.to_string()))?;
    let deposit = &genuine.open.deposits[genuine.range];
    let keys = custody_keys(archive, ledger, deposit, identity)?;
    let held = keys.keys.iter().find(|held| held.subset == dispute.subset);
    let held = held.ok_or_else(|| refuse("your custody file does not hold it".to_owned()))?;
    let leaf = |month| merkle::leaf(&MonthKey::new(&held.key, month).commitment());
    let leaves: Vec<_> = deposit.document.months().map(leaf).collect();
    let index = deposit.document.first.until(dispute.month);
    let proof = merkle::inclusion_proof(&leaves, index);
    Ok(Evidence {
        dispute: text.to_owned(),
        by: identity.public().verifier.name().to_owned(),
        key: Hex(*MonthKey::new(&held.key, dispute.month).expose()),
        proof: proof.into_iter().map(Hex).collect(),
    })
}

/// What evidence shows.
pub struct Judgement {
    /// The dispute.
    pub dispute: Dispute,
    /// Key names of those of the two who answered rightly in that month of that deposit.
    pub right: Vec<String>,
    /// Key names of those who answered wrongly there.
    pub wrong: Vec<String>,
}

/// Judges evidence: needs no secret, and nobody's word.
///
/// # Errors
/// The dispute is not what was signed, or the key is not the one that the manifest commits to.
pub fn judge(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (evidence, file): (&Evidence, &str),
) -> Result<Judgement, Error> {
    let dispute = Dispute::parse(&evidence.dispute, file)?;
    let genuine = dispute.check((archive, ledger), file)?;
    let key = MonthKey::shown(Secret::new(evidence.key.0));
    check_key(&genuine, (&dispute, evidence, &key), file)?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for side in 0..2 {
        match is_right(&genuine, (&dispute, side), &key) {
            true => right.push(dispute.custodians[side].clone()),
            false => wrong.push(dispute.custodians[side].clone()),
        }
    }
    Ok(Judgement { dispute, right, wrong })
}

fn check_key(
    genuine: &Genuine,
    (dispute, evidence, key): (&Dispute, &Evidence, &MonthKey),
    file: &str,
) -> Result<(), Error> {
    let manifest = &genuine.open.deposits[genuine.range].document;
    let place = (manifest.first.until(dispute.month) as u64, manifest.months().count() as u64);
    let proof: Vec<_> = evidence.proof.iter().map(|hash| hash.0).collect();
    let root = manifest.month_roots.iter().find(|root| root.subset == dispute.subset);
    let root = root.ok_or_else(|| Error::invalid(file, "the manifest has no such key"))?;
    merkle::verify_inclusion(&merkle::leaf(&key.commitment()), place, &proof, &root.root.0).map_err(|error| {
        Error::invalid(file, format!("its key is not the one that the manifest commits to: {error}"))
    })
}

/// Whether one side's answers of the month and deposit are those that the key gives.
fn is_right(genuine: &Genuine, (dispute, side): (&Dispute, usize), key: &MonthKey) -> bool {
    let scope = Scope { origin: &dispute.origin, deposit: &dispute.deposit };
    let literal = &genuine.open.ask.items[dispute.item].literal;
    let given = dispute.list(side);
    let mut own = genuine.slots.iter().zip(&given);
    own.all(|(slot, token)| {
        (slot.range, slot.month) != (genuine.range, dispute.month)
            || slot.part.of(&key.answer(&scope.input(slot.part.kind(), slot.month, literal))) == *token
    })
}
