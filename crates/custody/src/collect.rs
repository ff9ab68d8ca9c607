//! Collecting approvals: which custodians answered, whether they agree, and the tokens that result.

use std::collections::BTreeSet;

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_log::Checkpoint;
use blackbox_store::StoreError;
use blackbox_token::{
    ask::Answers,
    combine::{Tokens, combine, verified_against},
};

use crate::{
    approval::{Approval, Share},
    approve::OpenRequest,
    archive::Archive,
    error::Error,
    group::Group,
    identity::Identity,
    ledger::{Checked, Ledger},
    wrap::unwrap,
};

/// The approvals of a request, opened and combined.
pub struct Collected {
    /// The tokens.
    pub tokens: Tokens,
    /// SHA-256 of each approval used.
    pub approvals: Vec<Hex<32>>,
    /// Names of the custodians whose answers were used.
    pub custodians: Vec<String>,
    /// So many lying custodians could not have forged the answer.
    pub verified_against: usize,
    /// Approvals whose share file is missing, in words.
    pub warnings: Vec<String>,
}

/// Opens the shares of `open` with the examiner's `identity`, compares and combines them.
///
/// # Errors
/// Fewer than the threshold answered, custodians disagree, a share is not the one that its approval
/// names, or an approval speaks of a log that this one does not extend.
pub fn collect(
    archive: &Archive<'_>,
    ledger: &Ledger,
    open: &OpenRequest,
    identity: &Identity,
) -> Result<Collected, Error> {
    let id = &open.request.document.id;
    let approvals = ledger.approvals(archive, id)?;
    let (mut answers, mut used, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let (mut seen, mut unusable) = (BTreeSet::new(), None);
    for approval in &approvals {
        check_log(archive, approval)?;
        if !seen.insert(approval.document.number) {
            continue;
        }
        match share(archive, open, approval, identity)? {
            Read::Answers(share) => {
                answers.push(share);
                used.push(approval);
            }
            Read::Unusable(error) => {
                warnings.push(format!(
                    "the share by \"{}\" counts as absent: {error}",
                    approval.document.custodian
                ));
                unusable.get_or_insert(error);
            }
            Read::Missing => warnings.push(format!(
                "\"{}\" is missing: the approval by \"{}\" counts as absent",
                approval.document.share_path(),
                approval.document.custodian
            )),
        }
    }
    let needed = open.needed();
    if let Some(error) = unusable.filter(|_| used.len() < needed) {
        return Err(error);
    }
    if used.len() < needed {
        let mut why = format!("{} of the {needed} approvals needed are there", used.len());
        for warning in warnings {
            why.push_str("; ");
            why.push_str(&warning);
        }
        return Err(Error::refused(format!("answer request \"{id}\""), why));
    }
    let tokens = combine(&open.ask, &answers).map_err(|error| disagreement(&open.group, id, &error))?;
    let answered =
        (0..open.ask.items.len()).map(|item| tokens.answered(item)).filter(|count| *count >= needed);
    Ok(Collected {
        verified_against: verified_against(answered.min().unwrap_or(needed), needed),
        tokens,
        approvals: used.iter().map(|approval| approval.leaf.document).collect(),
        custodians: used.iter().map(|approval| approval.document.custodian.clone()).collect(),
        warnings,
    })
}

/// The log must extend the one that the custodian saw when it approved.
fn check_log(archive: &Archive<'_>, approval: &Checked<Approval>) -> Result<(), Error> {
    let seen = Checkpoint {
        origin: archive.config.origin.clone(),
        size: approval.document.log_size,
        root: approval.document.log_root.0,
    };
    Ok(archive.log.check_extends(&seen)?)
}

fn share(
    archive: &Archive<'_>,
    open: &OpenRequest,
    approval: &Checked<Approval>,
    identity: &Identity,
) -> Result<Read, Error> {
    let path = approval.document.share_path();
    let bytes = match archive.store.read(&path) {
        Err(StoreError::Missing(_)) => return Ok(Read::Missing),
        bytes => bytes?,
    };
    if Hex(sha256(&bytes)) != approval.document.share {
        return Err(Error::invalid(&path, "it is not the share that its approval names"));
    }
    if approval.document.items.iter().any(|item| *item >= open.ask.items.len()) {
        return Err(Error::invalid(&approval.leaf.path, "it approves what was not asked"));
    }
    // These are the very bytes that the custodian approved: what is wrong with them is its own doing,
    // and must not keep the others' answers from being used.
    let read = unwrap(&bytes, identity, &path).and_then(|plain| {
        let share = Share::decode(&plain, (&open.ask, &approval.document), &path)?;
        check_digests(open, approval, &share.answers, &path).map(|()| share.answers)
    });
    match read {
        // This is the examiner's own plugin, and says nothing of the share.
        Err(error @ (Error::Plugin(_) | Error::PluginMissing(_))) => Err(error),
        read => Ok(read.map_or_else(Read::Unusable, Read::Answers)),
    }
}

/// What became of a share file.
enum Read {
    Answers(Answers),
    Missing,
    Unusable(Error),
}

/// The answers must be those whose digests the custodian signed.
fn check_digests(
    open: &OpenRequest,
    approval: &Checked<Approval>,
    answers: &Answers,
    path: &str,
) -> Result<(), Error> {
    let id = &open.request.document.id;
    if !approval.document.digests_fit(&open.ask) {
        return Err(Error::invalid(
            path,
            "its approval does not sign one digest for each item and key that answered",
        ));
    }
    for line in &approval.document.digests {
        if open.ask.digest(id, (line.item, line.subset), answers) != Some(line.digest) {
            return Err(Error::invalid(path, "its answers are not those whose digests the approval signs"));
        }
    }
    Ok(())
}

fn disagreement(group: &Group, id: &str, error: &blackbox_token::combine::CombineError) -> Error {
    use blackbox_token::combine::CombineError;
    let name = |number: &usize| group.custodians.get(*number).map_or("?", |person| person.name.as_str());
    match error {
        CombineError::Disagreement { subset, custodians: (one, two), .. } => {
            let members: Vec<&str> = subset.members().map(|member| name(&member)).collect();
            let what = format!(
                "\"{}\" and \"{}\" hold the same key (that of {}) and answered differently: one of them is wrong",
                name(one),
                name(two),
                members.join(", ")
            );
            Error::invalid(format!("requests/{id}"), what)
        }
        CombineError::Shape(number) => Error::invalid(
            format!("requests/{id}"),
            format!("the answers of \"{}\" do not fit the request", name(number)),
        ),
    }
}
