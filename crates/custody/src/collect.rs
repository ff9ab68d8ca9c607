//! Collecting approvals: which custodians answered, whether they agree, and the tokens that result.

use std::collections::BTreeSet;

use blackbox_format::{fields::Hex, merkle::sha256};
use blackbox_log::Checkpoint;
use blackbox_query::answer::{Disagreement, Settlement};
use blackbox_store::StoreError;
use blackbox_token::{
    ask::Answers,
    board::{Board, Group},
    combine::Tokens,
};

use crate::{
    approval::{Approval, Share},
    approve::OpenRequest,
    archive::Archive,
    dispute::compare,
    error::Error,
    identity::Identity,
    ledger::{Checked, Ledger},
    settle::{Contradicted, Line, Lines, Settled, name, settle},
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
    /// Where custodians answered differently.
    pub disagreements: Vec<Disagreement>,
    /// So many lying custodians could not have forged the answer.
    pub verified_against: usize,
    /// Approvals that count as absent, in words.
    pub warnings: Vec<String>,
}

/// Opens the shares of `open` with the examiner's `identity`, compares and combines them.
///
/// # Errors
/// Fewer than the threshold answered, no k of them agree, a share is not the one that its approval
/// names, or an approval speaks of a log that this one does not extend.
pub fn collect(
    archive: &Archive<'_>,
    ledger: &Ledger,
    open: &OpenRequest,
    identity: &Identity,
) -> Result<Collected, Error> {
    collect_without(archive, ledger, (open, identity), Group::default())
}

/// The same without the custodians `wrong`, whose answers an arbiter's evidence has shown to be wrong.
///
/// # Errors
/// As [`collect`].
pub fn collect_without(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (open, identity): (&OpenRequest, &Identity),
    wrong: Group,
) -> Result<Collected, Error> {
    let id = &open.request.document.id;
    let approvals = firsts(ledger.approvals(archive, id)?);
    approvals.iter().try_for_each(|approval| check_log(archive, approval))?;
    let Shares { answers, used, warnings, unusable } = shares(archive, open, (&approvals, wrong), identity)?;
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
    let board = Board::new(&open.ask, &answers).map_err(|(number, error)| {
        Error::invalid(format!("requests/{id}"), format!("\"{}\": {error}", name(open, number)))
    })?;
    let (mut digests, contradicted) = digests_alone(open, (&approvals, &used), wrong);
    let Settled { tokens, mut disagreements, used: group } = settle(archive, open, (&board, &contradicted))?;
    disagreements.append(&mut digests);
    // Where nothing could be taken from anybody, all were heard.
    let heard =
        |approval: &&&Checked<Approval>| group.count() < needed || group.contains(approval.document.number);
    let used: Vec<_> = used.iter().filter(heard).collect();
    Ok(Collected {
        verified_against: tokens.verified_against(),
        tokens,
        approvals: used.iter().map(|approval| approval.leaf.document).collect(),
        custodians: used.iter().map(|approval| approval.document.custodian.clone()).collect(),
        disagreements,
        warnings,
    })
}

/// The first approval of each custodian counts.
pub fn firsts(mut approvals: Vec<Checked<Approval>>) -> Vec<Checked<Approval>> {
    let mut seen = BTreeSet::new();
    approvals.retain(|approval| seen.insert(approval.document.number));
    approvals
}

/// The shares that can be used, and what became of the others.
struct Shares<'a> {
    answers: Vec<Answers>,
    used: Vec<&'a Checked<Approval>>,
    warnings: Vec<String>,
    unusable: Option<Error>,
}

fn shares<'a>(
    archive: &Archive<'_>,
    open: &OpenRequest,
    (approvals, wrong): (&'a [Checked<Approval>], Group),
    identity: &Identity,
) -> Result<Shares<'a>, Error> {
    let mut out = Shares { answers: Vec::new(), used: Vec::new(), warnings: Vec::new(), unusable: None };
    for approval in approvals {
        let custodian = &approval.document.custodian;
        if wrong.contains(approval.document.number) {
            out.warnings.push(format!(
                "the approval by \"{custodian}\" counts as absent: the evidence shows that it answered wrongly"
            ));
            continue;
        }
        match share(archive, open, approval, identity)? {
            Read::Answers(share) => {
                out.answers.push(share);
                out.used.push(approval);
            }
            Read::Unusable(error) => {
                out.warnings.push(format!("the share by \"{custodian}\" counts as absent: {error}"));
                out.unusable.get_or_insert(error);
            }
            Read::Missing => out.warnings.push(format!(
                "\"{}\" is missing: the approval by \"{custodian}\" counts as absent",
                approval.document.share_path()
            )),
        }
    }
    Ok(out)
}

/// What the signed digests show of custodians whose answers are not at hand, and which items it concerns:
/// what nothing shows to be right there is not taken for an answer.
fn digests_alone(
    open: &OpenRequest,
    (approvals, used): (&[Checked<Approval>], &[&Checked<Approval>]),
    wrong: Group,
) -> (Vec<Disagreement>, Contradicted) {
    let present = |number: usize| used.iter().any(|approval| approval.document.number == number);
    let (mut found, mut items) = (Lines::default(), Contradicted::new());
    for one in compare(approvals).into_iter().filter(|one| !one.same) {
        let (first, second) = one.custodians;
        let Some(item) = open.ask.items.get(one.item) else { continue };
        if present(first) && present(second) {
            continue;
        }
        let liars: Vec<usize> = [first, second].into_iter().filter(|one| wrong.contains(*one)).collect();
        let verdict = match liars[..] {
            [] => (None, None),
            [liar] => (Some(liar), Some(Settlement::Evidence)),
            _ => continue,
        };
        if liars.is_empty() && (present(first) || present(second)) {
            items.entry(one.item).or_insert((first, second));
        }
        let literal = item.literal.to_string();
        found.add(Line { subset: one.subset, custodians: one.custodians, literal, month: None }, verdict);
    }
    (found.finish(open), items)
}

/// The answers of one approval that can be used.
///
/// # Errors
/// Its share is missing, or cannot be used.
pub(crate) fn answers_of(
    archive: &Archive<'_>,
    open: &OpenRequest,
    approval: &Checked<Approval>,
    identity: &Identity,
) -> Result<Answers, Error> {
    match share(archive, open, approval, identity)? {
        Read::Answers(answers) => Ok(answers),
        Read::Unusable(error) => Err(error),
        Read::Missing => Err(Error::invalid(approval.document.share_path(), "the file is missing")),
    }
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
