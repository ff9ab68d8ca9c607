//! What an archive shows of who saw which log: its checkpoint, kept cosigned checkpoints, the proofs and logs in
//! approvals. One log extends them all, or it was forked (spec/custody.md, "Evidence").

use blackbox_format::note::{Note, Verifier};
use blackbox_log::{CHECKPOINT, Checkpoint, Cosigner, ExtendError, Proof, cosigned, proof::EXTENSION};
use blackbox_store::{Store, StoreError};

use crate::{approval::Approval, archive::Archive, error::Error, witness::everyone};

/// A checkpoint that lies in the archive, or came from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its file.
    pub file: String,
    /// The note, with all signatures; none is checked.
    pub note: Note,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// All checkpoints of an archive.
#[derive(Debug, Default)]
pub struct Evidence(Vec<Seen>);

/// The keys under which the archive's log was ever signed, the present one first.
pub fn log_keys(archive: &Archive<'_>) -> Vec<Verifier> {
    let mut keys: Vec<Verifier> = archive.log_keys().cloned().collect();
    keys.dedup();
    keys
}

impl Evidence {
    /// Everything of this kind in `archive`. What is no checkpoint of its log proves nothing and is left out:
    /// `verify` names it.
    ///
    /// # Errors
    /// The store failed.
    pub fn gather(archive: &Archive<'_>) -> Result<Evidence, Error> {
        let mut evidence = Evidence::default();
        evidence.add(archive, CHECKPOINT, archive.log.checkpoint_note().clone());
        for size in cosigned::sizes(archive.store)? {
            if let Ok(Some(note)) = cosigned::read(archive.store, size) {
                evidence.add(archive, &cosigned::path(size), note);
            }
        }
        for path in archive.store.list("requests")?.iter().filter(|path| path.ends_with(EXTENSION)) {
            let proof = read(archive.store, path)?.and_then(|bytes| Proof::parse(&bytes).ok());
            if let Some(proof) = proof {
                evidence.add(archive, path, proof.note);
            }
        }
        Ok(evidence)
    }

    /// Adds the checkpoint in `note`, if it is one of this archive's log.
    pub fn add(&mut self, archive: &Archive<'_>, file: &str, note: Note) {
        let checkpoint = note.text.parse::<Checkpoint>();
        if let Ok(checkpoint) = checkpoint.map_err(drop)
            && checkpoint.origin == archive.config.origin
        {
            self.0.push(Seen { file: file.to_owned(), note, checkpoint });
        }
    }

    /// What `cosigner` cosigned, and when; wrong cosignatures are none.
    pub fn by<'e>(&'e self, cosigner: &Cosigner) -> impl Iterator<Item = (&'e Seen, u64)> {
        self.0.iter().filter_map(move |seen| Some((seen, cosigner.verify(&seen.note).ok()?)))
    }

    /// Checks that the log extends what `own` cosigned, as it must by `history`, what its state remembers. Gives
    /// the size of the largest checkpoint that it cosigned.
    ///
    /// # Errors
    /// The log was rolled back or forked since.
    pub fn check_own(
        &self,
        archive: &Archive<'_>,
        own: &Cosigner,
        history: &[Checkpoint],
    ) -> Result<u64, Error> {
        let cosigned: Vec<&Seen> = self.by(own).map(|(seen, _)| seen).collect();
        self.check(archive, &cosigned, history)?;
        Ok(cosigned.iter().map(|seen| seen.checkpoint.size).max().unwrap_or(0))
    }

    /// Checks that the log extends every checkpoint here that its operator signed.
    ///
    /// # Errors
    /// The operator signed two logs; says where they part, as far as can be known.
    pub fn check_operator(&self, archive: &Archive<'_>) -> Result<(), Error> {
        let keys = log_keys(archive);
        let signed = |seen: &&Seen| cosigned::open(&seen.note, &keys, &archive.config.origin).is_ok();
        for seen in self.0.iter().filter(signed) {
            if archive.log.check_extends(&seen.checkpoint).is_err() {
                self.check(archive, &[seen], &self.history_of(archive, &seen.note))?;
            }
        }
        Ok(())
    }

    /// Checkpoints of the history to which `note` belongs: whoever cosigned it saw it grow from what it cosigned
    /// before.
    pub fn history_of(&self, archive: &Archive<'_>, note: &Note) -> Vec<Checkpoint> {
        let people = everyone(archive);
        let people = people.iter().filter(|cosigner| cosigner.verify(note).is_ok());
        people.flat_map(|cosigner| self.by(cosigner)).map(|(seen, _)| seen.checkpoint.clone()).collect()
    }

    /// Checks that the log extends what each custodian's approvals name, logged or not.
    ///
    /// # Errors
    /// A custodian saw another log.
    pub fn check_approvals(&self, archive: &Archive<'_>) -> Result<(), Error> {
        let approvals = approvals(archive)?;
        for custodian in archive.custodians_ever() {
            let cosigner = Cosigner::new(&custodian.verifier);
            let before: Vec<Checkpoint> =
                self.by(&cosigner).map(|(seen, _)| seen.checkpoint.clone()).collect();
            let own: Vec<(&str, &Checkpoint)> = approvals
                .iter()
                .filter(|(by, ..)| *by == custodian.verifier)
                .map(|(_, path, seen)| (path.as_str(), seen))
                .collect();
            check_history(archive, &own, &before)?;
        }
        Ok(())
    }

    fn check(&self, archive: &Archive<'_>, seen: &[&Seen], before: &[Checkpoint]) -> Result<(), Error> {
        let seen: Vec<_> = seen.iter().map(|seen| (seen.file.as_str(), &seen.checkpoint)).collect();
        check_history(archive, &seen, before)
    }
}

/// Checks that the log extends these checkpoints of one history; an error names the first file that shows
/// otherwise.
fn check_history(
    archive: &Archive<'_>,
    seen: &[(&str, &Checkpoint)],
    before: &[Checkpoint],
) -> Result<(), Error> {
    let mut sorted = seen.to_vec();
    sorted.sort_by_key(|(_, checkpoint)| checkpoint.size);
    for (file, checkpoint) in sorted {
        match archive.log.check_extends(checkpoint) {
            Ok(()) => {}
            Err(ExtendError::Log(error)) => return Err(error.into()),
            Err(error) => {
                let others = seen.iter().map(|(_, checkpoint)| (*checkpoint).clone());
                let history: Vec<Checkpoint> = before.iter().cloned().chain(others).collect();
                let placed = archive.log.check_extends_all(&history).err().unwrap_or(error);
                return Err(Error::invalid(file, placed));
            }
        }
    }
    Ok(())
}

/// The logs that custodians name in approvals lying in the archive: whose, where, and which.
fn approvals(archive: &Archive<'_>) -> Result<Vec<(Verifier, String, Checkpoint)>, Error> {
    let mut found = Vec::new();
    for path in archive.store.list("requests")? {
        let name = path.rsplit('/').next().and_then(|name| name.strip_prefix("approval."));
        let mut people = archive.custodians_ever().map(|one| &one.verifier);
        let custodian = people.find(|one| Some(one.name()) == name);
        let Some(custodian) = custodian else { continue };
        let note = read(archive.store, &path)?.and_then(|bytes| Note::parse(&bytes).ok());
        let Some(note) = note.filter(|note| note.verify(custodian).is_ok()) else { continue };
        let Ok(approval) = Approval::parse(&note, &path) else { continue };
        if approval.origin == archive.config.origin && approval.archive == archive.hash {
            let (origin, size) = (approval.origin, approval.log_size);
            found.push((custodian.clone(), path, Checkpoint { origin, size, root: approval.log_root.0 }));
        }
    }
    Ok(found)
}

/// An object that may be gone, or be larger than any of its kind.
fn read(store: &dyn Store, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    match store.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StoreError::Missing(_) | StoreError::Long(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
