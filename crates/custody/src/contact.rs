//! Meeting an archive: the first time it is pinned, every later time its log must extend what was seen.

use blackbox_log::Kind;

use crate::{archive::Archive, error::Error, identity::Identity, ledger::Ledger, state::State};

/// A checkpoint that came from outside the archive.
pub struct Outside {
    /// The signed note.
    pub note: Vec<u8>,
    /// Its file, for errors.
    pub file: String,
}

/// Checks the archive against `state`, or enrols it there if it was never seen.
///
/// # Errors
/// The log was rolled back or forked; or the archive knows this key although the state does not, and
/// no checkpoint from outside is given: the state was lost, and the log could have been rolled back.
pub fn contact(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (state, identity): (&mut State, &Identity),
    outside: Option<&Outside>,
) -> Result<(), Error> {
    if let Some(outside) = outside {
        State::check_outside(archive, &outside.note, &outside.file)?;
    }
    let name = identity.public().verifier.name();
    let by_key = |kind| ledger.of_kind(kind).any(|logged| logged.leaf.by == name);
    if state.is_new() && outside.is_none() && (by_key(Kind::Accept) || by_key(Kind::Approval)) {
        let what = "trust this log";
        let why = "it holds entries by this key, but the key's own state is not here; name a checkpoint that \
                   you kept elsewhere with --checkpoint FILE, or the state with --state DIR";
        return Err(Error::refused(what, why));
    }
    state.advance(archive)
}
