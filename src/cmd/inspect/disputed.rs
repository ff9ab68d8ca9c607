//! Disputes and an arbiter's evidence that lie in clear: what they are about, never an answer or a key.

use blackbox_custody::{arbiter::Evidence, dispute::Dispute};
use zeroize::Zeroizing;

use super::{facts::Facts, subject::Subject};
use crate::failure::Failure;

/// Two custodians' signed answers that differ.
pub fn dispute(subject: &Subject) -> Result<Facts, Failure> {
    let dispute = Dispute::parse(&text(subject)?, &subject.shown)?;
    let mut facts = Facts::new("dispute", "a dispute: two custodians' signed answers that differ");
    add(&mut facts, &dispute);
    facts.note("The answers and the request's terms are in it, and are not shown.");
    subject.warn_if_open(&mut facts);
    Ok(facts)
}

/// A dispute with the key that settles it.
pub fn evidence(subject: &Subject) -> Result<Facts, Failure> {
    let evidence = Evidence::parse(&text(subject)?, &subject.shown)?;
    let dispute = Dispute::parse(&evidence.dispute, &subject.shown)?;
    let mut facts = Facts::new(
        "evidence",
        "an arbiter's evidence: a dispute, and the key of the one month that settles it",
    );
    facts.keyed("by", "Shown by", evidence.by.as_str());
    add(&mut facts, &dispute);
    facts.note(
        "The key is not shown. Whoever has this file can compute its answers to any term in that month.",
    );
    facts.note("`blackbox arbiter judge ARCHIVE FILE` says who answered wrongly.");
    subject.warn_if_open(&mut facts);
    Ok(facts)
}

fn text(subject: &Subject) -> Result<Zeroizing<String>, Failure> {
    let text = std::str::from_utf8(&subject.bytes()?).map_err(|error| subject.fault(error))?.to_owned();
    Ok(Zeroizing::new(text))
}

fn add(facts: &mut Facts, dispute: &Dispute) {
    facts
        .fact("Origin", dispute.origin.as_str())
        .keyed("archive", "SHA-256 of archive.toml", dispute.archive.to_string())
        .fact("Request", dispute.request.as_str())
        .keyed("item", "Item of the ask", dispute.item as u64)
        .keyed("subset", "Key of custodians", dispute.subset.to_string())
        .fact("Deposit", dispute.deposit.as_str())
        .fact("Month", dispute.month.to_string())
        .keyed("custodians", "Between", dispute.custodians.join(", "));
}
