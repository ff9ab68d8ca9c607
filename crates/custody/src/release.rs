//! A release: the terms of a closed request, made public.

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    merkle::sha256,
    note::{Note, Signer, Verifier},
};
use blackbox_log::Kind;
use jiff::{Span, civil::Date};

use crate::{
    approve::{Now, request_body},
    archive::{Archive, Entry},
    error::{Error, malformed},
    identity::{Identity, Public},
    ledger::{Checked, Ledger, Logged, checked, signer},
    papers::{Papers, day_of},
    request::RequestBody,
};

/// A release (spec/custody.md, "Release").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Id of the request.
    pub request: String,
    /// SHA-256 of the request's file.
    pub request_hash: Hex<32>,
    /// Name of the key of who releases.
    pub by: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// The request's body, line by line: its SHA-256 is the request's commitment.
    pub lines: Vec<String>,
}

impl Release {
    /// Where the release of `request` lies.
    pub fn path_of(request: &str) -> String {
        format!("requests/{request}/release")
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("release");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("request", &self.request)
            .field("request-hash", self.request_hash)
            .field("by", &self.by)
            .field("time", &self.time)
            .fields("line", &self.lines);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a release.
    pub fn parse(note: &Note, file: &str) -> Result<Release, Error> {
        read(&note.text).map_err(malformed(file))
    }

    /// The text of the request's body.
    pub fn body_text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The request's body; `file` names the release in errors.
    ///
    /// # Errors
    /// It is no request's body.
    pub fn body(&self, file: &str) -> Result<RequestBody, Error> {
        RequestBody::parse(&self.body_text(), file)
    }
}

fn read(text: &str) -> Result<Release, FieldsError> {
    let mut from = Reader::new(text, "release")?;
    let release = Release {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        request: from.value("request")?,
        request_hash: from.value("request-hash")?,
        by: from.value("by")?,
        time: from.value("time")?,
        lines: from.values("line")?,
    };
    from.finish()?;
    Ok(release)
}

/// Checks a logged release.
///
/// # Errors
/// It is missing, not what was logged, not signed by who may release, of another request, not the terms that
/// the request commits to, or too early.
pub fn check_release(
    archive: &Archive<'_>,
    ledger: &Ledger,
    logged: &Logged,
) -> Result<Checked<Release>, Error> {
    release_of(archive, &Papers::read(archive, ledger, &logged.leaf.subject)?, logged)
}

/// Checks a logged release of the request in `papers`.
///
/// # Errors
/// As [`check_release`].
pub(crate) fn release_of(
    archive: &Archive<'_>,
    papers: &Papers,
    logged: &Logged,
) -> Result<Checked<Release>, Error> {
    let (leaf, request) = (&logged.leaf, &papers.request);
    let wrong = |what: &str| Error::invalid(&leaf.path, what);
    let release = Release::parse(&archive.note(leaf, releaser(archive, papers, logged)?)?, &leaf.path)?;
    let own = release.origin == archive.config.origin
        && release.archive == archive.hash
        && release.request == leaf.subject
        && release.request_hash == request.leaf.document
        && release.by == leaf.by
        && leaf.path == Release::path_of(&release.request)
        && leaf.bodies.is_empty()
        && request.index < logged.index;
    if !own {
        return Err(wrong("it is not the release that its log entry says"));
    }
    if Hex(sha256(release.body_text().as_bytes())) != request.document.commitment {
        return Err(wrong("it does not hold the terms that the request commits to"));
    }
    release.body(&leaf.path)?;
    let today = day_of(leaf).ok_or_else(|| wrong("its log entry has no day"))?;
    check_time(archive, papers, (&leaf.by, logged.index, today)).map_err(|why| wrong(&why))?;
    Ok(checked(logged, release))
}

/// The key of who released: the request's examiner, or one of those who could read its terms.
fn releaser<'p>(archive: &'p Archive<'_>, papers: &Papers, logged: &Logged) -> Result<&'p Verifier, Error> {
    let people = archive.people_at(logged.index);
    if logged.leaf.by == papers.request.document.examiner {
        return signer(&logged.leaf, &people.examiners, "examiner");
    }
    let overseers: Vec<&Public> = people.overseers(&papers.group).collect();
    let known = people.custodians.iter().chain(&people.auditors).filter(|person| overseers.contains(person));
    let found = known.map(|person| &person.verifier).find(|key| key.name() == logged.leaf.by);
    found.ok_or_else(|| {
        let what = format!("\"{}\" is neither its examiner nor one who could read its terms", logged.leaf.by);
        Error::invalid(&logged.leaf.path, what)
    })
}

/// Whether `by` may release on the day `today`, as entry `index`.
fn check_time(
    archive: &Archive<'_>,
    papers: &Papers,
    (by, index, today): (&str, u64, Date),
) -> Result<(), String> {
    let closed = papers.closed(index, today).ok_or_else(|| {
        format!(
            "the request is not closed: it is neither disclosed nor refused by so many that too few are left, and \
             expires on {}",
            papers.request.document.expires
        )
    })?;
    if by == papers.request.document.examiner {
        return Ok(());
    }
    let days = archive.era_at(index).config.policy.release_days.ok_or(
        "only its examiner can release it: the archive's policy has no release_days after which others may",
    )?;
    let due = closed.checked_add(Span::new().days(i64::from(days))).map_err(|error| error.to_string())?;
    match due <= today {
        true => Ok(()),
        false => Err(format!(
            "it was closed on {closed}, and others than its examiner can release it from {due} on"
        )),
    }
}

/// Releases the terms of request `id` in the name of `identity`. The caller holds the store's lock and has made
/// contact.
///
/// # Errors
/// The request is not closed, was released before, or `identity` may not release it.
pub fn release(
    archive: &mut Archive<'_>,
    ledger: &Ledger,
    id: &str,
    (identity, operator, now): (&Identity, &dyn Signer, &Now),
) -> Result<(Release, u64), Error> {
    archive.check_operator(operator)?;
    let papers = Papers::read(archive, ledger, id)?;
    let what = "release the terms of this request";
    if papers.release.is_some() {
        return Err(Error::refused(what, "they were released before"));
    }
    let by = identity.public().verifier.name();
    let examiner =
        by == papers.request.document.examiner && archive.people.examiners.contains(identity.public());
    if !examiner && !archive.people.overseers(&papers.group).any(|person| person == identity.public()) {
        return Err(Error::refused(
            what,
            format!("\"{by}\" is neither its examiner nor one who may read its terms"),
        ));
    }
    check_time(archive, &papers, (by, archive.log.size(), now.today))
        .map_err(|why| Error::refused(what, why))?;
    let body = request_body(archive, &papers.request, identity)?.to_text()?;
    let release = Release {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        request: id.to_owned(),
        request_hash: papers.request.leaf.document,
        by: by.to_owned(),
        time: now.time.clone(),
        lines: body.lines().map(str::to_owned).collect(),
    };
    let document = Note::sign(release.to_text()?, identity).to_bytes();
    let path = Release::path_of(id);
    if ledger.leaves.iter().any(|logged| logged.leaf.path == path) {
        return Err(Error::invalid(&path, "a release that does not count is logged at its place"));
    }
    // An interrupted run may have left its document without a leaf: it was never logged.
    archive.store.remove(&path)?;
    let entry = Entry {
        kind: Kind::Release,
        subject: id,
        by,
        path,
        document: &document,
        bodies: Vec::new(),
        time: &now.time,
    };
    let index = archive.append(operator, entry)?;
    Ok((release, index))
}
