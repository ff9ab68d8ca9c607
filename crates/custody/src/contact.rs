//! Meeting an archive: the first time it is pinned, every later time its log must extend what was seen.

use blackbox_format::note::{Note, Signer};
use blackbox_log::{Checkpoint, Cosigner, Kind};

use crate::{
    archive::Archive, error::Error, evidence::Evidence, identity::Identity, ledger::Ledger, state::State,
    witness::everyone,
};

/// A checkpoint that came from outside the archive.
pub struct Outside {
    /// The signed note.
    pub note: Vec<u8>,
    /// Its file, for errors.
    pub file: String,
}

/// Checks the archive against `state`, against what this key and others are seen to have cosigned or approved,
/// and enrols it in the state if it was never seen.
///
/// # Errors
/// The log was rolled back or forked; or the archive knows this key although the state does not, or knows of a
/// cosignature by it that is later than the state, and no checkpoint from outside is given that is as large: the
/// state was lost or is an old copy, and the log could have been rolled back.
pub fn contact(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (state, identity): (&mut State, &Identity),
    outside: Option<&Outside>,
) -> Result<(), Error> {
    let given =
        outside.map(|outside| State::check_outside(archive, &outside.note, &outside.file)).transpose()?;
    state.check(archive)?;
    let mut evidence = Evidence::gather(archive)?;
    if let Some(outside) = outside
        && let Ok(note) = Note::parse(&outside.note)
    {
        evidence.add(archive, &outside.file, note);
    }
    let own = Cosigner::new(identity.verifier());
    let cosigned = evidence.check_own(archive, &own, &state.history())?;
    check_memory(ledger, (state, &own), (cosigned, given.as_ref()))?;
    evidence.check_operator(archive)?;
    if everyone(archive).contains(&own) {
        evidence.check_approvals(archive)?;
    }
    state.advance(archive)
}

/// A state that knows less than the archive shows of its own key was lost, or is an old copy.
fn check_memory(
    ledger: &Ledger,
    (state, own): (&State, &Cosigner),
    (cosigned, given): (u64, Option<&Checkpoint>),
) -> Result<(), Error> {
    let what = "trust this log";
    let by_key = |kind| ledger.of_kind(kind).any(|logged| logged.leaf.by == own.name());
    if state.is_new() && given.is_none() && (by_key(Kind::Accept) || by_key(Kind::Approval)) {
        let why = "it holds entries by this key, but the key's own state is not here; name a checkpoint that \
                   you kept elsewhere with --checkpoint FILE, or the state with --state DIR";
        return Err(Error::refused(what, why));
    }
    if cosigned > state.size() && given.is_none_or(|given| given.size < cosigned) {
        let why = format!(
            "this key has cosigned it at {cosigned} entries, which the key's state does not know: it is lost or an \
             old copy; name a checkpoint of at least {cosigned} entries that you or another kept elsewhere with \
             --checkpoint FILE, or the state with --state DIR"
        );
        return Err(Error::refused(what, why));
    }
    Ok(())
}
