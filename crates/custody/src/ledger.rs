//! All that the log says, in types: deposits, acceptances, requests and what became of them.

use std::{collections::BTreeMap, sync::OnceLock};

use blackbox_format::{
    manifest::{Manifest, manifest_path},
    note::Verifier,
    text::WORDS_VERSION,
};
use blackbox_log::{Kind, Leaf};
use blackbox_query::plan::Mode;

use crate::{
    accept::Accept,
    approval::Approval,
    archive::Archive,
    check::Receipt,
    disclosure::Disclosure,
    error::{Error, malformed},
    group::Group,
    handover::HandOver,
    identity::Public,
    proof::check_proof,
    refusal::Refusal,
    release::check_release,
    request::Request,
};

/// A leaf and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Number of the leaf.
    pub index: u64,
    /// The leaf.
    pub leaf: Leaf,
}

/// The log's leaves by what they are about.
#[derive(Debug, Default)]
pub struct Ledger {
    /// All leaves, in order.
    pub leaves: Vec<Logged>,
    subjects: BTreeMap<String, Vec<usize>>,
    /// The deposits, once all of them are checked.
    manifests: OnceLock<Vec<Checked<Manifest>>>,
}

/// A document, checked: signed by whom its leaf names, and of this archive.
#[derive(Debug, Clone)]
pub struct Checked<T> {
    /// Number of its leaf.
    pub index: u64,
    /// Its leaf.
    pub leaf: Leaf,
    /// The document.
    pub document: T,
}

impl Ledger {
    /// Reads the archive's whole log.
    ///
    /// # Errors
    /// The log is damaged.
    pub fn read(archive: &Archive<'_>) -> Result<Ledger, Error> {
        let mut ledger = Ledger::default();
        for (index, entry) in (0..).zip(archive.log.entries(0..archive.log.size())) {
            let leaf =
                Leaf::parse(&entry?).map_err(|error| Error::invalid(format!("log entry {index}"), error))?;
            if leaf.kind == Kind::Change {
                check_change(archive, index, &leaf)?;
            }
            ledger.subjects.entry(leaf.subject.clone()).or_default().push(ledger.leaves.len());
            ledger.leaves.push(Logged { index, leaf });
        }
        Ok(ledger)
    }

    /// The leaves of `kind`, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Logged> {
        self.leaves.iter().filter(move |logged| logged.leaf.kind == kind)
    }

    /// The leaves of `kind` about `subject`, in order.
    pub fn about<'l>(&'l self, kind: Kind, subject: &str) -> impl Iterator<Item = &'l Logged> + use<'l> {
        let numbers = self.subjects.get(subject).into_iter().flatten();
        numbers.map(|number| &self.leaves[*number]).filter(move |logged| logged.leaf.kind == kind)
    }

    /// Of the leaves of `kind` about `subject`, those whose document is what the leaf says, signed by
    /// whom it names: an operator can log any leaf, but only its signer can make its document.
    pub fn decisions(&self, archive: &Archive<'_>, kind: Kind, subject: &str) -> Vec<&Logged> {
        self.about(kind, subject).filter(|logged| check(archive, self, logged).is_ok()).collect()
    }

    /// Every logged deposit.
    ///
    /// # Errors
    /// A manifest is missing, or not what was logged, or logged twice.
    pub fn deposits(&self, archive: &Archive<'_>) -> Result<Vec<Checked<Manifest>>, Error> {
        self.manifests(archive).map(<[_]>::to_vec)
    }

    /// Every logged deposit, checked once and kept.
    ///
    /// # Errors
    /// As [`Ledger::deposits`].
    pub fn manifests(&self, archive: &Archive<'_>) -> Result<&[Checked<Manifest>], Error> {
        if let Some(known) = self.manifests.get() {
            return Ok(known);
        }
        let checked = self.check_deposits(archive)?;
        Ok(self.manifests.get_or_init(|| checked))
    }

    fn check_deposits(&self, archive: &Archive<'_>) -> Result<Vec<Checked<Manifest>>, Error> {
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = self.of_kind(Kind::Deposit).find(|logged| !seen.insert(&logged.leaf.subject)) {
            return Err(Error::invalid(&twice.leaf.path, "the deposit is in the log twice"));
        }
        self.of_kind(Kind::Deposit).map(|logged| check_deposit(archive, logged)).collect()
    }

    /// The request `id`.
    ///
    /// # Errors
    /// It is not in the log, or not what was logged.
    pub fn request(&self, archive: &Archive<'_>, id: &str) -> Result<Checked<Request>, Error> {
        let logged = self.about(Kind::Request, id).next();
        let unknown = || Error::refused(format!("act on request \"{id}\""), "it is not in the log");
        check_request(archive, logged.ok_or_else(unknown)?)
    }

    /// The custodians of the compartments of request `id`.
    ///
    /// # Errors
    /// It is not in the log, or its compartments cannot be asked together.
    pub fn group<'a>(&self, archive: &'a Archive<'_>, id: &str) -> Result<&'a Group, Error> {
        archive.people.group_of(&self.request(archive, id)?.document.compartments)
    }

    /// Every logged request.
    ///
    /// # Errors
    /// A request is missing, or not what was logged.
    pub fn requests(&self, archive: &Archive<'_>) -> Result<Vec<Checked<Request>>, Error> {
        self.of_kind(Kind::Request).map(|logged| check_request(archive, logged)).collect()
    }

    /// The approvals of request `id`, in order.
    ///
    /// # Errors
    /// An approval is missing, not what was logged, or of another request.
    pub fn approvals(&self, archive: &Archive<'_>, id: &str) -> Result<Vec<Checked<Approval>>, Error> {
        self.about(Kind::Approval, id).map(|logged| check_approval(archive, self, logged)).collect()
    }

    /// How many leaves are of `kind`.
    pub fn count(&self, kind: Kind) -> usize {
        self.of_kind(kind).count()
    }
}

pub(crate) fn checked<T>(logged: &Logged, document: T) -> Checked<T> {
    Checked { index: logged.index, leaf: logged.leaf.clone(), document }
}

/// The key of the person of `group` whom the leaf names.
///
/// # Errors
/// There is none.
pub fn signer<'p>(leaf: &Leaf, group: &'p [Public], what: &str) -> Result<&'p Verifier, Error> {
    let person = group.iter().find(|person| person.verifier.name() == leaf.by);
    let unknown = || Error::invalid(&leaf.path, format!("\"{}\" is no {what} of this archive", leaf.by));
    Ok(&person.ok_or_else(unknown)?.verifier)
}

/// Checks the document of any leaf: there, as logged, signed by whom the leaf names, about what it says.
///
/// # Errors
/// Anything differs.
pub fn check(archive: &Archive<'_>, ledger: &Ledger, logged: &Logged) -> Result<(), Error> {
    match logged.leaf.kind {
        Kind::Init if logged.index == 0 => Ok(()),
        Kind::Init => {
            Err(Error::invalid(format!("log entry {}", logged.index), "an archive begins once only"))
        }
        Kind::Deposit => check_deposit(archive, logged).map(drop),
        Kind::Accept => check_accept(archive, ledger, logged).map(drop),
        Kind::Request => check_request(archive, logged).map(drop),
        Kind::Approval => check_approval(archive, ledger, logged).map(drop),
        Kind::Refusal => check_refusal(archive, ledger, logged).map(drop),
        Kind::Disclosure => check_disclosure(archive, ledger, logged).map(drop),
        Kind::Ruling => crate::ruling::check_ruling(archive, ledger, logged).map(drop),
        Kind::Change => match archive.is_change(&logged.leaf) {
            true => Ok(()),
            false => Err(Error::invalid(&logged.leaf.path, "it is no change that enough custodians signed")),
        },
        Kind::HandOver => check_hand_over(archive, logged).map(drop),
        Kind::Check => check_receipt(archive, ledger, logged).map(drop),
        Kind::Release => check_release(archive, ledger, logged).map(drop),
    }
}

/// A change that is logged and not there would bring back what it ended: nothing goes on without it. One that
/// is there, and is no change, counts for nothing.
fn check_change(archive: &Archive<'_>, index: u64, leaf: &Leaf) -> Result<(), Error> {
    match archive.is_change(leaf) {
        true => Ok(()),
        false => archive.document(leaf).map(drop).map_err(|error| match error {
            Error::Store(_) => {
                Error::invalid(&leaf.path, format!("the change of log entry {index} is missing"))
            }
            other => other,
        }),
    }
}

/// The manifest of a logged deposit, checked.
///
/// # Errors
/// It is missing, not what was logged, not signed by a sealer in office, or of another archive.
pub fn check_deposit(archive: &Archive<'_>, logged: &Logged) -> Result<Checked<Manifest>, Error> {
    let (leaf, people) = (&logged.leaf, archive.people_at(logged.index));
    let note = archive.note(leaf, signer(leaf, &people.sealers, "sealer")?)?;
    let manifest = Manifest::parse(&note.text).map_err(malformed(&leaf.path))?;
    manifest.check().map_err(|what| Error::invalid(&leaf.path, what))?;
    if manifest.words != WORDS_VERSION {
        let path = &leaf.path;
        let words = &manifest.words;
        return Err(Error::Usage(format!(
            "\"{path}\" was sealed with words of \"{words}\": this program makes \"{WORDS_VERSION}\" and could miss some"
        )));
    }
    let group = people.groups.get(&manifest.compartment);
    let unknown = || Error::invalid(&leaf.path, "the archive has no such compartment");
    let group = group.ok_or_else(unknown)?;
    if !group.names().eq(manifest.custody.iter().map(|line| line.custodian.as_str())) {
        return Err(Error::invalid(
            &leaf.path,
            "its custody files are not those of the archive's custodians",
        ));
    }
    let own = manifest.deposit == leaf.subject
        && leaf.path == manifest_path(&manifest.deposit)
        && manifest.origin == archive.config.origin
        && manifest.archive == archive.hash
        && manifest.threshold == group.threshold
        && manifest.exceptional_roots.is_empty() != archive.config.policy.exceptional;
    match own {
        true => Ok(checked(logged, manifest)),
        false => Err(Error::invalid(&leaf.path, "it belongs to another archive or deposit")),
    }
}

/// Checks a logged request.
///
/// # Errors
/// It is missing, not what was logged, not signed by an examiner, or of another archive.
pub fn check_request(archive: &Archive<'_>, logged: &Logged) -> Result<Checked<Request>, Error> {
    let leaf = &logged.leaf;
    let note = archive.note(leaf, signer(leaf, &archive.people_at(logged.index).examiners, "examiner")?)?;
    let request = Request::parse(&note, &leaf.path)?;
    let own = request.origin == archive.config.origin
        && request.archive == archive.hash
        && request.examiner == leaf.by
        && request.id == leaf.subject
        && leaf.path == request.path()
        && leaf.bodies == [request.body];
    match own {
        true => Ok(checked(logged, request)),
        false => Err(Error::invalid(&leaf.path, "it is not the request that its log entry says")),
    }
}

const UNASKED: &str = "its request is not in the log";

/// Checks a logged approval against its request.
///
/// # Errors
/// It is missing, not what was logged, not signed by a custodian, or of another request.
pub fn check_approval(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Approval>, Error> {
    let request = ledger.about(Kind::Request, &logged.leaf.subject).next();
    let asked = request.ok_or_else(|| Error::invalid(&logged.leaf.path, UNASKED))?;
    approval_of(archive, &check_request(archive, asked)?, logged)
}

/// Checks a logged approval of a request that was checked.
///
/// # Errors
/// As [`check_approval`].
pub fn approval_of(
    archive: &Archive<'_>,
    asked: &Checked<Request>,
    logged: &Logged,
) -> Result<Checked<Approval>, Error> {
    let leaf = &logged.leaf;
    let key = signer(leaf, &archive.people_at(logged.index).custodians, "custodian")?;
    let approval = Approval::parse(&archive.note(leaf, key)?, &leaf.path)?;
    let group = archive.people_at(logged.index).group_of(&asked.document.compartments)?;
    if !approval.digests_are_due(group.threshold) {
        return Err(Error::invalid(&leaf.path, "it does not hold one digest for each approved item and key"));
    }
    let own = approval.origin == archive.config.origin
        && approval.archive == archive.hash
        && approval.custodian == leaf.by
        && approval.request == leaf.subject
        && leaf.path == approval.path()
        && leaf.bodies == [approval.body]
        && group.number(key) == Some(approval.number)
        && asked.leaf.document == approval.request_hash
        && asked.index < approval.log_size
        && approval.log_size <= logged.index;
    if own && archive.era_at(logged.index).config.policy.cosignatures > 0 {
        check_proof(archive, (&approval, logged), asked.index)?;
    }
    match own {
        true => Ok(checked(logged, approval)),
        false => Err(Error::invalid(&leaf.path, "it is not the approval that its log entry says")),
    }
}

/// Checks a logged refusal.
///
/// # Errors
/// As [`check_approval`].
pub fn check_refusal(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Refusal>, Error> {
    let leaf = &logged.leaf;
    let key = signer(leaf, &archive.people_at(logged.index).custodians, "custodian")?;
    let refusal = Refusal::parse(&archive.note(leaf, key)?, &leaf.path)?;
    let request = ledger.about(Kind::Request, &leaf.subject).next();
    let own = refusal.origin == archive.config.origin
        && refusal.archive == archive.hash
        && refusal.custodian == leaf.by
        && refusal.request == leaf.subject
        && leaf.path == refusal.path()
        && leaf.bodies == [refusal.body]
        && request.is_some_and(|request| {
            request.leaf.document == refusal.request_hash && request.index < logged.index
        });
    match own {
        true => Ok(checked(logged, refusal)),
        false => Err(Error::invalid(&leaf.path, "it is not the refusal that its log entry says")),
    }
}

/// Checks a logged disclosure.
///
/// # Errors
/// It is missing, not what was logged, not signed by the request's examiner, or of another request.
pub fn check_disclosure(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Disclosure>, Error> {
    let leaf = &logged.leaf;
    let note = archive.note(leaf, signer(leaf, &archive.people_at(logged.index).examiners, "examiner")?)?;
    let disclosure = Disclosure::parse(&note, &leaf.path)?;
    let request = ledger.about(Kind::Request, &leaf.subject).next();
    let own = disclosure.origin == archive.config.origin
        && disclosure.archive == archive.hash
        && disclosure.examiner == leaf.by
        && disclosure.request == leaf.subject
        && leaf.path == disclosure.path()
        && leaf.bodies == [disclosure.body]
        && ledger.about(Kind::Disclosure, &leaf.subject).filter(|one| one.index < logged.index).count()
            as u64
            == disclosure.number
        && request.is_some_and(|request| request.leaf.by == leaf.by && request.index < logged.index)
        && (disclosure.drilled.is_empty()
            || request.is_some_and(|request| may_have_drilled(archive, request, &disclosure)));
    match own {
        true => Ok(checked(logged, disclosure)),
        false => Err(Error::invalid(&leaf.path, "it is not the disclosure that its log entry says")),
    }
}

/// Only a drill says what it drilled: deposits that were asked, each once.
fn may_have_drilled(archive: &Archive<'_>, request: &Logged, disclosure: &Disclosure) -> bool {
    check_request(archive, request).is_ok_and(|request| {
        let mut asked = request.document.deposits.iter();
        let in_order = disclosure.drilled.iter().all(|drilled| asked.any(|deposit| deposit == drilled));
        request.document.mode == Mode::Drill && in_order
    })
}

/// Checks a logged acceptance.
///
/// # Errors
/// It is missing, not what was logged, not signed by a custodian, or of another deposit.
pub fn check_accept(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Accept>, Error> {
    let leaf = &logged.leaf;
    let key = signer(leaf, &archive.people_at(logged.index).custodians, "custodian")?;
    let accept = Accept::parse(&archive.note(leaf, key)?, &leaf.path)?;
    let deposit = ledger.about(Kind::Deposit, &leaf.subject).next();
    let own = accept.origin == archive.config.origin
        && accept.archive == archive.hash
        && accept.custodian == leaf.by
        && accept.deposit == leaf.subject
        && leaf.path == accept.path()
        && deposit
            .is_some_and(|deposit| deposit.leaf.document == accept.manifest && deposit.index < logged.index);
    match own {
        true => Ok(checked(logged, accept)),
        false => Err(Error::invalid(&leaf.path, "it is not the acceptance that its log entry says")),
    }
}

/// Checks a logged hand-over.
///
/// # Errors
/// It is missing, not what was logged, or not signed by a custodian, or by one whom its change replaced.
pub fn check_hand_over(archive: &Archive<'_>, logged: &Logged) -> Result<Checked<HandOver>, Error> {
    let leaf = &logged.leaf;
    let giver = archive.eras.iter().take_while(|era| era.from <= logged.index);
    let giver = giver.flat_map(|era| &era.people.custodians);
    let giver = giver.map(|person| &person.verifier).find(|key| key.name() == leaf.by);
    let unknown = || Error::invalid(&leaf.path, format!("\"{}\" was never a custodian", leaf.by));
    let hand_over = HandOver::parse(&archive.note(leaf, giver.ok_or_else(unknown)?)?, &leaf.path)?;
    let own = hand_over.origin == archive.config.origin
        && hand_over.archive == archive.hash
        && hand_over.from == leaf.by
        && hand_over.change.to_string() == leaf.subject
        && leaf.path == hand_over.path()
        && usize::try_from(hand_over.change).is_ok_and(|change| change < archive.eras.len())
        && leaf.bodies.is_empty();
    match own {
        true => Ok(checked(logged, hand_over)),
        false => Err(Error::invalid(&leaf.path, "it is not the hand-over that its log entry says")),
    }
}

/// Checks a logged receipt of a check of custody.
///
/// # Errors
/// It is missing, not what was logged, not signed by a custodian in office, or names a deposit otherwise than the log.
pub fn check_receipt(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Receipt>, Error> {
    let leaf = &logged.leaf;
    let key = signer(leaf, &archive.people_at(logged.index).custodians, "custodian")?;
    let receipt = Receipt::parse(&archive.note(leaf, key)?, &leaf.path)?;
    let logged_deposit = |line: &crate::check::DepositLine| {
        let deposit = ledger.about(Kind::Deposit, &line.deposit).next();
        deposit.is_some_and(|found| found.leaf.document == line.manifest && found.index < logged.index)
    };
    let before = ledger.about(Kind::Check, &leaf.subject).filter(|one| one.index < logged.index).count();
    let own = receipt.origin == archive.config.origin
        && receipt.archive == archive.hash
        && receipt.custodian == leaf.by
        && leaf.subject == leaf.by
        && receipt.number == before as u64
        && leaf.path == receipt.path()
        && receipt.deposits.iter().all(logged_deposit);
    match own {
        true => Ok(checked(logged, receipt)),
        false => Err(Error::invalid(&leaf.path, "it is not the receipt that its log entry says")),
    }
}
