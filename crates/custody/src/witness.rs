//! Witnesses: custodians, and others whom archive.toml names, cosign checkpoints that they saw the log grow to.

use blackbox_format::note::{Note, Signature, Signer};
use blackbox_log::{CosignError, Cosigner, cosign::cosignature, cosigned};

use crate::{
    approve::Now,
    archive::Archive,
    config::People,
    contact::Outside,
    error::Error,
    evidence::{Evidence, log_keys},
    identity::Identity,
    state::State,
};

/// Everyone of an era whose cosignatures count: custodians, then witnesses from outside.
pub fn cosigners(people: &People) -> Vec<Cosigner> {
    let custodians = people.custodians.iter().map(|custodian| Cosigner::new(&custodian.verifier));
    custodians.chain(people.witnesses.iter().cloned()).collect()
}

/// Everyone whose cosignatures ever counted.
pub fn everyone(archive: &Archive<'_>) -> Vec<Cosigner> {
    let mut all: Vec<Cosigner> = Vec::new();
    for cosigner in archive.eras.iter().rev().flat_map(|era| cosigners(&era.people)) {
        if !all.contains(&cosigner) {
            all.push(cosigner);
        }
    }
    all
}

/// Checks that `identity` is one of them.
///
/// # Errors
/// It is not.
pub fn check_witness(archive: &Archive<'_>, identity: &Identity) -> Result<(), Error> {
    let own = Cosigner::new(identity.verifier());
    match cosigners(&archive.people).contains(&own) {
        true => Ok(()),
        false => {
            let why = format!("\"{}\" is neither a custodian nor a witness of this archive", own.name());
            Err(Error::refused("cosign its log", why))
        }
    }
}

/// Cosigns the archive's checkpoint and keeps it; gives the note. The caller has made contact
/// ([`crate::contact`]), and holds the store's lock since before it read the log.
///
/// # Errors
/// The clock is behind this key's last cosignature, the log has moved, another cosignature of it is wrong, or a write
/// failed.
pub fn cosign(
    archive: &mut Archive<'_>,
    (identity, state): (&Identity, &mut State),
    now: &Now,
) -> Result<Note, Error> {
    let times = Times::of(archive, (identity, state), now)?;
    times.check_clock()?;
    // The state knows of the cosignature before anybody else can.
    state.cosigning(archive, times.clock)?;
    let line = cosignature(archive.log.checkpoint_note(), identity, times.clock);
    archive.log.keep(line.map_err(|error| Error::Usage(error.to_string()))?)?;
    let note = archive.log.checkpoint_note().clone();
    match by(&note, &everyone(archive)) {
        Ok(_) => Ok(note),
        Err(error) => Err(Error::invalid(cosigned::path(archive.log.size()), error)),
    }
}

/// Takes the cosignatures of known witnesses in `outside`, made on another copy of the archive, into this one; gives
/// their names. The caller holds the store's lock.
///
/// # Errors
/// It is no checkpoint that the log extends, a cosignature is wrong, there is none, or a write failed.
pub fn add(archive: &mut Archive<'_>, outside: &Outside) -> Result<Vec<String>, Error> {
    State::check_outside(archive, &outside.note, &outside.file)?;
    let wrong = |error: &dyn std::fmt::Display| Error::invalid(&outside.file, error.to_string());
    let mut note = Note::parse(&outside.note).map_err(|error| wrong(&error))?;
    let people = everyone(archive);
    let by = by(&note, &people).map_err(|error| wrong(&error))?;
    if by.is_empty() {
        return Err(wrong(&"it has no cosignature by a custodian or witness of this archive"));
    }
    let names = by.iter().map(|one| one.name().to_owned()).collect();
    let made =
        |line: &Signature| by.iter().any(|one| (one.name(), one.id()) == (line.name.as_str(), line.id));
    let lines = note.signatures.iter().filter(|line| made(line)).cloned().collect();
    // What nobody here knows is not taken in.
    let keys = log_keys(archive);
    let operator =
        |line: &Signature| keys.iter().any(|key| (key.name(), key.id()) == (line.name.as_str(), line.id));
    note.signatures.retain(|line| made(line) || operator(line));
    archive.log.keep_from(&note, lines)?;
    Ok(names)
}

/// A kept checkpoint that takes in entry `index` and that as many distinct people cosigned as the archive's
/// policy asks for; the largest such.
///
/// # Errors
/// There is none: says who has not cosigned.
pub fn required(archive: &Archive<'_>, index: u64) -> Result<Note, Error> {
    let (needed, people) = (archive.config.policy.cosignatures, cosigners(&archive.people));
    let mut best: Vec<&Cosigner> = Vec::new();
    for size in cosigned::sizes(archive.store)?.into_iter().rev().filter(|size| *size > index) {
        let Some(note) = cosigned::read(archive.store, size)? else { continue };
        let Ok(checkpoint) = cosigned::open(&note, &log_keys(archive), &archive.config.origin) else {
            continue;
        };
        let Ok(by) = by(&note, &people) else { continue };
        if archive.log.check_extends(&checkpoint).is_err() {
            continue;
        }
        if by.len() >= needed {
            return Ok(note);
        }
        if by.len() > best.len() {
            best = by;
        }
    }
    Err(too_few(needed, &people, &best))
}

fn too_few(needed: usize, people: &[Cosigner], best: &[&Cosigner]) -> Error {
    let names = |people: &[&Cosigner]| {
        people.iter().map(|one| format!("\"{}\"", one.name())).collect::<Vec<_>>().join(", ")
    };
    let missing: Vec<&Cosigner> = people.iter().filter(|one| !best.contains(one)).collect();
    let have = if best.is_empty() { String::new() } else { format!(" (by {})", names(best)) };
    let why = format!(
        "the archive's policy asks for {needed} cosignature(s) of one checkpoint that holds it, and there are {}{have}; \
         missing are those of {}, who can give theirs with `blackbox witness`",
        best.len(),
        names(&missing)
    );
    Error::refused("approve this request", why)
}

/// Which of `people`, each with a key of its own, cosigned `note`.
///
/// # Errors
/// One of their cosignatures is wrong: the note is to be rejected.
pub fn by<'p>(note: &Note, people: &'p [Cosigner]) -> Result<Vec<&'p Cosigner>, CosignError> {
    let mut found: Vec<&Cosigner> = Vec::new();
    for person in people {
        match person.verify(note) {
            Ok(_) if found.iter().any(|other| other.key() == person.key()) => {}
            Ok(_) => found.push(person),
            Err(CosignError::Unsigned(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// What bounds the time, in seconds since 1970 (spec/custody.md, "Time").
pub struct Times {
    /// What this program's clock says.
    pub clock: u64,
    /// When this key last cosigned.
    own: u64,
    /// When others last cosigned, a key each, latest first.
    others: Vec<u64>,
}

impl Times {
    /// Reads them from the archive and the state.
    ///
    /// # Errors
    /// The store failed.
    pub fn of(
        archive: &Archive<'_>,
        (identity, state): (&Identity, &State),
        now: &Now,
    ) -> Result<Times, Error> {
        let evidence = Evidence::gather(archive)?;
        let own = Cosigner::new(identity.verifier());
        let latest = |cosigner: &Cosigner| evidence.by(cosigner).map(|(_, time)| time).max();
        let mut keys = vec![*own.key()];
        let mut others = Vec::new();
        for cosigner in cosigners(&archive.people) {
            if !keys.contains(cosigner.key()) {
                keys.push(*cosigner.key());
                others.extend(latest(&cosigner));
            }
        }
        others.sort_unstable_by(|one, two| two.cmp(one));
        let own = latest(&own).max(state.cosigned()).unwrap_or(0);
        Ok(Times { clock: now.seconds()?, own, others })
    }

    /// Checks that the clock is not behind this key's last cosignature.
    ///
    /// # Errors
    /// It is.
    pub fn check_clock(&self) -> Result<(), Error> {
        match self.clock >= self.own {
            true => Ok(()),
            false => {
                let why = format!(
                    "this key has cosigned at {}, and the clock says {}: it was set back; set it right",
                    shown(self.own),
                    shown(self.clock)
                );
                Err(Error::refused("sign", why))
            }
        }
    }

    /// The day by which expiry is judged: neither a clock set back nor one other witness can move it.
    pub fn today(&self) -> jiff::civil::Date {
        let second = self.others.get(1).copied().unwrap_or(0);
        day(self.clock.max(self.own).max(second))
    }
}

fn day(seconds: u64) -> jiff::civil::Date {
    let time = i64::try_from(seconds).ok().and_then(|time| jiff::Timestamp::from_second(time).ok());
    time.unwrap_or(jiff::Timestamp::MAX).to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn shown(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|time| jiff::Timestamp::from_second(time).ok());
    time.map_or_else(|| format!("{seconds} seconds since 1970"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn today(clock: u64, own: u64, others: &[u64]) -> String {
        let times = Times {
            clock: clock * DAY,
            own: own * DAY,
            others: others.iter().map(|day| day * DAY).collect(),
        };
        times.today().to_string()
    }

    #[test]
    fn no_single_witness_and_no_clock_set_back_moves_the_day() {
        assert_eq!(today(10, 0, &[]), "1970-01-11");
        assert_eq!(today(10, 12, &[]), "1970-01-13", "the key's own last cosignature");
        assert_eq!(today(10, 0, &[5000]), "1970-01-11", "one witness");
        assert_eq!(today(10, 0, &[5000, 14, 11]), "1970-01-15", "the second latest of the others");
        let far = u64::MAX / DAY;
        assert_eq!(today(10, 0, &[far, far]), "9999-12-30", "as late as a day can be");
    }

    #[test]
    fn a_clock_behind_the_last_cosignature_signs_nothing() {
        let times = |clock| Times { clock, own: 100, others: Vec::new() };
        assert!(times(99).check_clock().unwrap_err().to_string().contains("it was set back"));
        assert!(times(100).check_clock().is_ok());
    }
}
