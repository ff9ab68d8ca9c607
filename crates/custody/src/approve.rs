//! Approving: the log before the key.
//!
//! (i) The log extends the last checkpoint that this custodian saw, and contains the request; that is
//! synced to its state before it signs; it cosigns the log's checkpoint. (ii) Share, body, proof and approval are
//! synced to its state, then the approval is appended to the log. (iii) Only when the log on disk is seen to contain that
//! approval is the very share file handed over that the approval names. A retry hands over the same.

use blackbox_format::{
    fields::Hex,
    manifest::Manifest,
    merkle::sha256,
    note::{Note, Signer},
    term::Literal,
};
use blackbox_log::Kind;
use blackbox_query::plan::Plan;
use blackbox_token::{
    ask::{Answers, Ask},
    secret::fill_random,
};

use crate::{
    approval::{Approval, ApprovalBody, DigestLine, Share},
    archive::{Archive, Entry},
    ask::{check_context, check_months, check_route},
    error::{Error, unsigned},
    group::Group,
    identity::Identity,
    keys::custody_keys,
    ledger::{Checked, Ledger},
    limits,
    proof::prove,
    request::{Request, RequestBody},
    state::{Released, State},
    witness,
    wrap::{pad, unpad, unwrap, wrap},
};

/// A request, opened by somebody who may read it.
pub struct OpenRequest {
    /// The request.
    pub request: Checked<Request>,
    /// Its plan, checked.
    pub plan: Plan,
    /// What it asks of custodians.
    pub ask: Ask,
    /// The deposits asked.
    pub deposits: Vec<Checked<Manifest>>,
    /// The custodians of their compartments.
    pub group: Group,
}

impl OpenRequest {
    /// How many custodians must answer.
    pub fn needed(&self) -> usize {
        self.request.document.needed(self.group.threshold)
    }
}

/// Now, as the program's clock says.
#[derive(Debug, Clone)]
pub struct Now {
    /// RFC 3339 UTC, to the second.
    pub time: String,
    /// The UTC day.
    pub today: jiff::civil::Date,
}

impl Now {
    /// The same in seconds since 1970.
    ///
    /// # Errors
    /// It is no time, or before 1970.
    pub fn seconds(&self) -> Result<u64, Error> {
        let time = self.time.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        let seconds = time.and_then(|seconds| u64::try_from(seconds).ok());
        seconds.ok_or_else(|| {
            Error::Usage(format!("the clock says \"{}\", which is no time since 1970", self.time))
        })
    }
}

/// What came of approving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// Logged and handed over.
    Done {
        /// Items approved that are literals.
        literals: usize,
        /// Number of the approval's leaf.
        log_index: u64,
    },
    /// Signed, but not logged: the operator's key was not at hand. Nothing was handed over.
    Pending {
        /// Items approved that are literals.
        literals: usize,
        /// Where the signed approval lies.
        path: String,
    },
}

/// Opens request `id` with `identity`, and checks that its literals implement its query.
///
/// # Errors
/// It is not in the log, not for this person, or does not implement its query.
pub fn open_request(
    archive: &Archive<'_>,
    ledger: &Ledger,
    identity: &Identity,
    id: &str,
) -> Result<OpenRequest, Error> {
    open_checked(archive, ledger, identity, ledger.request(archive, id)?)
}

/// As [`open_request`], for a request that was checked.
///
/// # Errors
/// As [`open_request`].
pub fn open_checked(
    archive: &Archive<'_>,
    ledger: &Ledger,
    identity: &Identity,
    request: Checked<Request>,
) -> Result<OpenRequest, Error> {
    check_route(archive, request.document.mode)?;
    let body = request_body(archive, &request, identity)?;
    open_body(archive, ledger, (request, &body))
}

/// Opens `request` with its body, and checks that its literals implement its query.
///
/// # Errors
/// They do not, or a deposit was not in the log when it was made.
pub fn open_body(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (request, body): (Checked<Request>, &RequestBody),
) -> Result<OpenRequest, Error> {
    let plan = body.check(&request.document, &archive.people.rules)?;
    check_context(archive, (request.document.mode, request.document.context))?;
    let all = ledger.manifests(archive)?;
    let asked = |deposit: &String| {
        let found =
            all.iter().find(|logged| logged.document.deposit == *deposit && logged.index < request.index);
        let missing = || {
            Error::refused(
                "act on this request",
                format!("deposit \"{deposit}\" was not in the log when it was made"),
            )
        };
        found.cloned().ok_or_else(missing)
    };
    let deposits = request.document.deposits.iter().map(asked).collect::<Result<Vec<_>, _>>()?;
    check_compartments(&request.document, &deposits)?;
    let group = archive.people.group_of(&request.document.compartments)?.clone();
    let ask = request.document.ask(&plan, deposits.iter().map(|deposit| &deposit.document))?;
    Ok(OpenRequest { request, plan, ask, deposits, group })
}

/// The compartments named in public must be those of the deposits asked.
fn check_compartments(request: &Request, deposits: &[Checked<Manifest>]) -> Result<(), Error> {
    let mut actual: Vec<&String> = deposits.iter().map(|deposit| &deposit.document.compartment).collect();
    actual.sort();
    actual.dedup();
    let mut named: Vec<&String> = request.compartments.iter().collect();
    named.sort();
    match named == actual {
        true => Ok(()),
        false => {
            Err(Error::refused("act on this request", "it does not name the compartments of its deposits"))
        }
    }
}

/// The body of a logged request.
///
/// # Errors
/// It is missing, not for this person, or not the one that the request commits to.
pub fn request_body(
    archive: &Archive<'_>,
    request: &Checked<Request>,
    identity: &Identity,
) -> Result<RequestBody, Error> {
    let path = blackbox_log::body::path(&request.document.body);
    let plain = unwrap(&archive.body(&request.document.body)?, identity, &path)?;
    let text = unpad(&plain, &path)?;
    match Hex(sha256(text.as_bytes())) == request.document.commitment {
        true => RequestBody::parse(text, &path),
        false => Err(Error::invalid(&path, "it is not the body that the request commits to")),
    }
}

/// Approves the literals `only` of a request (empty: all), in the custodian's name.
///
/// Before it signs, the custodian cosigns the log's checkpoint: nobody approves a log that it did not witness. The
/// caller has made contact (`crate::contact`), and holds the store's lock since before it read the log.
///
/// # Errors
/// The request has expired, names what is not asked, the clock was set back, fewer people cosigned the log than the
/// policy asks for, a custody file fails its checks, or logging failed;
/// whatever fails before the approval is in the log, nothing is handed over.
pub fn approve(
    archive: &mut Archive<'_>,
    (open, only): (&OpenRequest, &[Literal]),
    (identity, state): (&Identity, &mut State),
    (now, operator): (&Now, Option<&dyn Signer>),
) -> Result<Approved, Error> {
    let request = &open.request.document;
    let items = chosen_items(open, only)?;
    let literals = items.iter().filter(|item| **item < open.plan.literals.len()).count();
    if state.approval(&request.id)?.is_none() {
        check_time(archive, request, (identity, state), now)?;
        let ledger = Ledger::read(archive)?;
        check_first(archive, &ledger, &request.id, identity)?;
        limits::permit("approve this request", &limits::approval(archive, &ledger, open, (identity, now))?)?;
        witness::cosign(archive, (identity, state), now)?;
        let proof = prove(archive, open.request.index)?;
        let made = make((archive, &ledger), (open, &items), identity, (now, proof))?;
        state.keep(&request.id, &made)?;
    }
    let approval = kept_approval(state, &request.id)?;
    if approval.items != items {
        let why = "other literals of it were approved before, and an approval is given once";
        return Err(Error::refused("approve this request", why));
    }
    let document = state.approval(&request.id)?.unwrap_or_default();
    let body = state.approval_body(&request.id)?.unwrap_or_default();
    let hash = Hex(sha256(&document));
    if approval.proof.is_some() {
        put_same(archive, &approval.proof_path(), &state.proof(&request.id)?.unwrap_or_default())?;
    }
    if let Some(log_index) = logged(archive, &request.id, hash)? {
        return hand_over(archive, (&approval, &body), state, (literals, log_index));
    }
    let Some(operator) = operator else {
        put_same(archive, &approval.path(), &document)?;
        blackbox_log::body::put_body(archive.store, &body)?;
        return Ok(Approved::Pending { literals, path: approval.path() });
    };
    let log_index = log_approval(archive, (&approval, &document, body.clone()), operator, now)?;
    hand_over(archive, (&approval, &body), state, (literals, log_index))
}

/// Hands over the kept share. The log on disk contains the approval: that was just seen.
fn hand_over(
    archive: &Archive<'_>,
    (approval, body): (&Approval, &[u8]),
    state: &mut State,
    (literals, log_index): (usize, u64),
) -> Result<Approved, Error> {
    // Whatever happened since a first run: auditors must be able to read what was approved.
    blackbox_log::body::put_body(archive.store, body)?;
    state.advance(archive)?;
    let share = state.share(&approval.request)?.unwrap_or_default();
    put_same(archive, &approval.share_path(), &share)?;
    Ok(Approved::Done { literals, log_index })
}

/// The clock was not set back, and the request has not expired.
fn check_time(
    archive: &Archive<'_>,
    request: &Request,
    who: (&Identity, &State),
    now: &Now,
) -> Result<(), Error> {
    let times = witness::Times::of(archive, who, now)?;
    times.check_clock()?;
    match request.is_expired(times.today()) {
        false => Ok(()),
        true => {
            let why = format!("it expired on {}; the examiner would have to ask anew", request.expires);
            Err(Error::refused("approve this request", why))
        }
    }
}

/// An approval is given once: if the log has one that this state does not know, the state is not the
/// one that it was given from.
fn check_first(
    archive: &Archive<'_>,
    ledger: &Ledger,
    request: &str,
    identity: &Identity,
) -> Result<(), Error> {
    let name = identity.public().verifier.name();
    match ledger.decisions(archive, Kind::Approval, request).iter().any(|logged| logged.leaf.by == name) {
        false => Ok(()),
        true => {
            let why = "the log has an approval by this key already; only the state that it was given from \
                       (--state DIR) can hand over its share again";
            Err(Error::refused("approve this request", why))
        }
    }
}

/// The items that `only` names, context distances among them; all items if it is empty.
fn chosen_items(open: &OpenRequest, only: &[Literal]) -> Result<Vec<usize>, Error> {
    let all = &open.ask.items;
    if let Some(stranger) = only.iter().find(|only| !all.iter().any(|item| item.literal == **only)) {
        return Err(Error::Usage(format!("\"{stranger}\" is not among the literals of this request")));
    }
    let chosen = |item: &usize| only.is_empty() || only.contains(&all[*item].literal);
    Ok((0..all.len()).filter(chosen).collect())
}

fn make(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (open, items): (&OpenRequest, &[usize]),
    identity: &Identity,
    (now, proof): (&Now, Vec<u8>),
) -> Result<Released, Error> {
    let request = &open.request.document;
    check_months(&open.ask)?;
    let number = open.group.member(&identity.public().verifier)?;
    let keys = open.deposits.iter().map(|deposit| custody_keys(archive, ledger, deposit, identity));
    let answers = open.ask.answer(&keys.collect::<Result<Vec<_>, _>>()?, items);
    let answers = answers.map_err(|error| Error::Usage(error.to_string()))?;
    let digests = digests(open, &answers, items);
    let examiner = archive.people.examiners.iter().find(|person| person.verifier.name() == request.examiner);
    let examiner = examiner
        .ok_or_else(|| Error::refused("approve this request", "its examiner is no longer in office"))?;
    let share = Share { request: request.id.clone(), custodian: number, items: items.to_vec(), answers };
    let share = wrap(&share.encode()?, [examiner])?;
    let mut salt = [0; 32];
    fill_random(&mut salt);
    let approved = items.iter().map(|item| open.ask.items[*item].literal.to_string()).collect();
    let body = ApprovalBody { salt: Hex(salt), approved }.to_text()?;
    let body = wrap(&pad(&body), archive.people.overseers(&open.group).chain([examiner]))?;
    let approval = Approval {
        origin: request.origin.clone(),
        archive: request.archive,
        request: request.id.clone(),
        request_hash: open.request.leaf.document,
        custodian: identity.public().verifier.name().to_owned(),
        number,
        time: now.time.clone(),
        log_size: archive.log.size(),
        log_root: Hex(archive.checkpoint().root),
        items: items.to_vec(),
        share: Hex(sha256(&share)),
        digests,
        body: Hex(sha256(&body)),
        proof: Some(Hex(sha256(&proof))),
    };
    let approval = Note::sign(approval.to_text()?, identity).to_bytes();
    Ok(Released { share, body, proof, approval })
}

/// One digest for each item and each key that answered it: `Approval::digests_are_due`.
fn digests(open: &OpenRequest, answers: &Answers, items: &[usize]) -> Vec<DigestLine> {
    let request = &open.request.document.id;
    let mut lines = Vec::new();
    for item in items {
        for subset in open.ask.subsets(*item, answers.custodian) {
            let digest = open.ask.digest(request, (*item, subset), answers);
            lines.extend(digest.map(|digest| DigestLine { item: *item, subset, digest }));
        }
    }
    lines
}

fn kept_approval(state: &State, request: &str) -> Result<Approval, Error> {
    let bytes = state.approval(request)?.unwrap_or_default();
    let file = "the kept approval";
    Approval::parse(&Note::parse(&bytes).map_err(unsigned(file))?, file)
}

/// Appends the approval unless the log has it, and looks at the log on disk afterwards.
fn log_approval(
    archive: &mut Archive<'_>,
    (approval, document, body): (&Approval, &[u8], Vec<u8>),
    operator: &dyn Signer,
    now: &Now,
) -> Result<u64, Error> {
    archive.check_operator(operator)?;
    archive.refresh()?;
    let hash = Hex(sha256(document));
    if let Some(index) = logged(archive, &approval.request, hash)? {
        return Ok(index);
    }
    let entry = Entry {
        kind: Kind::Approval,
        subject: &approval.request,
        by: &approval.custodian,
        path: approval.path(),
        document,
        bodies: vec![body],
        time: &now.time,
    };
    archive.append(operator, entry)?;
    archive.refresh()?;
    let missing =
        || Error::invalid(blackbox_log::CHECKPOINT, "the approval is not in the log after it was appended");
    logged(archive, &approval.request, hash)?.ok_or_else(missing)
}

fn logged(archive: &Archive<'_>, request: &str, document: Hex<32>) -> Result<Option<u64>, Error> {
    let ledger = Ledger::read(archive)?;
    let approvals = ledger.decisions(archive, Kind::Approval, request);
    Ok(approvals.iter().find(|logged| logged.leaf.document == document).map(|logged| logged.index))
}

/// Puts a file that may be there already, but then the same.
fn put_same(archive: &Archive<'_>, path: &str, bytes: &[u8]) -> Result<(), Error> {
    match archive.store.exists(path)? {
        false => Ok(archive.store.put(path, bytes)?),
        true if archive.store.read(path)? == bytes => Ok(()),
        true => Err(Error::invalid(path, "another file is here already")),
    }
}
