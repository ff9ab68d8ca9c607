//! Disclosing: the examiner's answer, its digest and counts, into the log.

use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    note::{Note, Signer},
};
use blackbox_log::Kind;
use blackbox_query::{
    answer::Answer,
    plan::Mode,
    read::{Counted, DepositReader, Job, QueryError, search},
};
use blackbox_store::PagedError;
use blackbox_token::{function::Part, secret::fill_random};

use crate::{
    approve::{Now, OpenRequest},
    archive::{Archive, Entry},
    collect::Collected,
    disclosure::{CountLine, Disclosure, DisclosureBody},
    error::Error,
    identity::Identity,
    ledger::Ledger,
    wrap::{pad, wrap},
};

/// An answer, and what goes with it into the log.
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    pub(crate) counts: Vec<CountLine>,
    pub(crate) drilled: Vec<String>,
}

/// Carries out a request with what was collected.
///
/// # Errors
/// A file of the archive is missing or changed, or a record does not open.
pub fn answer(archive: &Archive<'_>, open: &OpenRequest, collected: &Collected) -> Result<Answered, Error> {
    let request = &open.request.document;
    let readers = open.deposits.iter().map(|deposit| DepositReader::open(archive.store, &deposit.document));
    let readers = readers.collect::<Result<Vec<_>, _>>().map_err(read_error)?;
    let job = Job {
        plan: &open.plan,
        ask: &open.ask,
        tokens: &collected.tokens,
        needed: open.needed(),
        rules: &archive.people.rules,
        context: request.context,
        span: request.span()?,
    };
    let found = search(&job, &readers).map_err(read_error)?;
    let counts = count_lines(open, collected, &found.counted);
    let answer = Answer {
        request: request.id.clone(),
        mode: request.mode.to_string(),
        hits: if request.mode == Mode::Count { Vec::new() } else { found.hits },
        counts: found.counts,
        unanswered: found.unanswered,
        misindexed: found.misindexed,
        disagreements: collected.disagreements.clone(),
        verified_against: collected.verified_against,
        approvals: collected.approvals.len(),
    };
    Ok(Answered { answer, counts, drilled: Vec::new() })
}

pub(crate) fn read_error(error: QueryError) -> Error {
    match error {
        QueryError::Paged(PagedError::Store(error)) => Error::Store(error),
        QueryError::Paged(error) => Error::Paged(error),
        QueryError::Manifest(deposit, file) => Error::invalid(
            format!("deposits/{deposit}/manifest"),
            format!("it does not name the file \"{file}\""),
        ),
        QueryError::Record(file, row) => {
            let what =
                format!("row {row} does not open with what the index and the custodians' answers give");
            Error::invalid(file, what)
        }
        QueryError::Inconsistent(file, literal) => {
            let what = format!(
                "the answers for {literal} do not fit each other: a custodian's answer or the index is wrong"
            );
            Error::invalid(file, what)
        }
        QueryError::Body(file, row) => Error::invalid(file, format!("row {row} is not of the format")),
    }
}

pub(crate) fn count_lines(open: &OpenRequest, collected: &Collected, counted: &[Counted]) -> Vec<CountLine> {
    let line = |counted: &Counted| {
        let token = collected.tokens.get(counted.item, counted.range, (counted.month, Part::Count))?;
        Some(CountLine {
            deposit: open.ask.ranges[counted.range].deposit.clone(),
            month: counted.month.to_string(),
            count: counted.count,
            token: Hex(*token.expose()),
            literal: open.plan.literals[counted.item].0.to_string(),
        })
    };
    counted.iter().filter_map(line).collect()
}

/// What the examiner keeps beside its bundle.
pub struct Disclosed {
    /// Random; the digest in the log is `SHA-256(salt || hits.json)`.
    pub salt: [u8; 32],
    /// Number of the disclosure's leaf.
    pub log_index: u64,
}

/// Signs and logs the disclosure of `answered`, whose JSON is `json`. The caller holds the store's lock.
///
/// # Errors
/// The log is damaged, or the store failed.
pub fn disclose(
    archive: &mut Archive<'_>,
    (open, answered, json): (&OpenRequest, &Answered, &[u8]),
    collected: &Collected,
    (identity, operator, now): (&Identity, &dyn Signer, &Now),
) -> Result<Disclosed, Error> {
    archive.check_operator(operator)?;
    archive.refresh()?;
    let ledger = Ledger::read(archive)?;
    let request = &open.request.document;
    let mut salt = [0; 32];
    fill_random(&mut salt);
    let body = DisclosureBody {
        salt: Hex(salt),
        hits: answered.answer.hits.len() as u64,
        misindexed: answered.answer.misindexed.len() as u64,
        counts: answered.counts.clone(),
    };
    let body =
        wrap(&pad(&body.to_text()?), archive.people.overseers(&open.group).chain([identity.public()]))?;
    let disclosure = Disclosure {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        request: request.id.clone(),
        number: ledger.about(Kind::Disclosure, &request.id).count() as u64,
        examiner: identity.public().verifier.name().to_owned(),
        time: now.time.clone(),
        digest: Hex(sha256(&[&salt[..], json].concat())),
        approvals: collected.approvals.clone(),
        drilled: answered.drilled.clone(),
        body: Hex(sha256(&body)),
    };
    let document = Note::sign(disclosure.to_text()?, identity).to_bytes();
    let path = disclosure.path();
    if ledger.leaves.iter().any(|logged| logged.leaf.path == path) {
        return Err(Error::invalid(&path, "a disclosure was logged out of turn"));
    }
    // An earlier run may have left this number's document without its leaf: it was never logged.
    archive.store.remove(&path)?;
    let entry = Entry {
        kind: Kind::Disclosure,
        subject: &request.id,
        by: &disclosure.examiner,
        path,
        document: &document,
        bodies: vec![body],
        time: &now.time,
    };
    Ok(Disclosed { salt, log_index: archive.append(operator, entry)? })
}
