//! Handing over: custodians re-wrap their keys for one who came into office by a change.
//!
//! The newcomer needs a key for each subset that it belongs to; every such key is held by n-k others,
//! so any k of them together have all. What they hand over is checked against the manifest's
//! commitments: a wrong key is refused, whoever gave it.

use std::{collections::BTreeSet, fmt, str::FromStr};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    manifest::Manifest,
    merkle::sha256,
    note::{Note, Verifier},
};
use blackbox_token::custody::CustodyKeys;

use crate::{
    archive::Archive,
    era::Era,
    error::{Error, malformed},
    group::Group,
    identity::{Identity, Public},
    keys::{custody_keys, read_keys},
    ledger::{Checked, Ledger, check_hand_over},
    wrap::wrap,
};

/// A hand-over (spec/custody.md, "Hand-over").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Number of the change that brought the newcomers.
    pub change: u64,
    /// Name of the key of who hands over.
    pub from: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// The files handed over.
    pub files: Vec<KeyLine>,
}

/// Keys of one deposit, for one newcomer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// The deposit.
    pub deposit: String,
    /// Name of the newcomer's key.
    pub to: String,
    /// SHA-256 of the age file.
    pub digest: Hex<32>,
}

impl fmt::Display for KeyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.deposit, self.to, self.digest)
    }
}

impl FromStr for KeyLine {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<KeyLine, &'static str> {
        let mut parts = text.split(' ');
        let mut read = || {
            let (deposit, to) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let digest = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(KeyLine { deposit, to, digest })
        };
        read().ok_or("it is not a deposit, a custodian and a digest")
    }
}

impl HandOver {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        hand_over_path(self.change, &self.from)
    }

    /// Where one of its files lies.
    pub fn key_path(&self, line: &KeyLine) -> String {
        format!("changes/{}/keys/{}.{}.{}.age", self.change, line.deposit, self.from, line.to)
    }

    /// Whether no file is named twice: a newcomer would open it as often.
    pub(crate) fn names_each_once(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.files.iter().all(|line| seen.insert((&line.deposit, &line.to)))
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("hand-over");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("change", self.change)
            .field("from", &self.from)
            .field("time", &self.time)
            .fields("key", &self.files);
        out.finish()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a hand-over.
    pub fn parse(note: &Note, file: &str) -> Result<HandOver, Error> {
        read(&note.text).map_err(malformed(file))
    }
}

fn read(text: &str) -> Result<HandOver, FieldsError> {
    let mut from = Reader::new(text, "hand-over")?;
    let hand_over = HandOver {
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        change: from.value("change")?,
        from: from.value("from")?,
        time: from.value("time")?,
        files: from.values("key")?,
    };
    from.finish()?;
    Ok(hand_over)
}

/// Where the hand-over by `from` after change `change` lies.
pub fn hand_over_path(change: u64, from: &str) -> String {
    format!("changes/{change}/hand-over.{from}")
}

/// Who came into office by change number `change` in `compartment`, with their numbers in it, and whom each replaced.
pub fn newcomers<'a>(
    archive: &'a Archive<'_>,
    change: usize,
    compartment: &str,
) -> Vec<(usize, &'a Public, &'a Public)> {
    let group = |era: &'a Era| era.people.groups.get(compartment);
    let pair = change
        .checked_sub(1)
        .and_then(|before| Some((group(archive.eras.get(before)?)?, group(archive.eras.get(change)?)?)));
    let Some((before, after)) = pair else { return Vec::new() };
    let slots = before.custodians.iter().zip(&after.custodians).enumerate();
    slots
        .filter(|(_, (old, new))| old.verifier != new.verifier)
        .map(|(n, (old, new))| (n, new, old))
        .collect()
}

/// A hand-over and its files, made but not logged.
pub struct Made {
    /// The document.
    pub hand_over: HandOver,
    /// Its age files, by path.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Re-wraps for the newcomers of change `change` what `identity` holds and they need, of every deposit sealed before it.
///
/// # Errors
/// `identity` holds no keys, or those that it holds fail their checks.
pub fn hand_over(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (identity, change): (&Identity, usize),
    time: &str,
) -> Result<Made, Error> {
    let era = archive.eras.get(change).filter(|_| change > 0);
    let era = era.ok_or_else(|| Error::refused("hand over", format!("change {change} is not in the log")))?;
    let mut hand_over = HandOver {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        change: change as u64,
        from: identity.public().verifier.name().to_owned(),
        time: time.to_owned(),
        files: Vec::new(),
    };
    let mut files = Vec::new();
    for deposit in ledger.deposits(archive)?.iter().filter(|deposit| deposit.index < era.from) {
        for (number, newcomer, former) in newcomers(archive, change, &deposit.document.compartment) {
            // A later change may have put the newcomer out of office again: because its key was stolen.
            if newcomer == identity.public()
                || !is_holder(archive, &deposit.document.compartment, (number, newcomer))
            {
                continue;
            }
            let Ok(own) = custody_keys(archive, ledger, deposit, identity) else { continue };
            let keys = part(own, number, former.verifier == identity.public().verifier);
            let file = wrap(keys.to_text()?.as_bytes(), [newcomer])?;
            let line = KeyLine {
                deposit: deposit.document.deposit.clone(),
                to: newcomer.verifier.name().to_owned(),
                digest: Hex(sha256(&file)),
            };
            files.push((hand_over.key_path(&line), file));
            hand_over.files.push(line);
        }
    }
    match files.is_empty() {
        true => {
            Err(Error::refused("hand over", "this key holds nothing that a newcomer of this change needs"))
        }
        false => Ok(Made { hand_over, files }),
    }
}

fn is_holder(archive: &Archive<'_>, compartment: &str, (number, person): (usize, &Public)) -> bool {
    let group = archive.people.groups.get(compartment);
    group.is_some_and(|group| group.number(&person.verifier) == Some(number))
}

/// Of `own`, what custodian `number` needs: the keys of the subsets that both belong to. The unanimous key is its
/// former holder's alone to give.
fn part(own: CustodyKeys, number: usize, former: bool) -> CustodyKeys {
    CustodyKeys {
        custodian: number,
        keys: own.keys.into_iter().filter(|held| held.subset.contains(number)).collect(),
        exceptional: own.exceptional.filter(|_| former),
        ..own
    }
}

/// The keys of `deposit` that were handed over to `identity`, custodian `number` of `group`.
///
/// # Errors
/// Those handed over are not all that it needs, or not those that the manifest commits to.
pub fn received(
    archive: &Archive<'_>,
    ledger: &Ledger,
    deposit: &Checked<Manifest>,
    (identity, number): (&Identity, usize),
) -> Result<CustodyKeys, Error> {
    let (name, id) = (identity.public().verifier.name(), &deposit.document.deposit);
    let (mut parts, mut fault) = (Vec::new(), None);
    for logged in ledger.of_kind(blackbox_log::Kind::HandOver) {
        let Ok(hand_over) = check_hand_over(archive, logged) else { continue };
        for line in hand_over.document.files.iter().filter(|line| line.to == name && line.deposit == *id) {
            let path = hand_over.document.key_path(line);
            match part_in(archive, (&path, line), identity, (deposit, number)) {
                Ok(part) => parts.push(part),
                // Whatever is wrong with one custodian's part, others may give the same keys.
                Err(error) => fault = Some(error),
            }
        }
    }
    CustodyKeys::gather(parts, &deposit.document, number).map_err(|_| {
        fault.unwrap_or_else(|| {
            let why = format!(
                "not all keys of deposit \"{id}\" have been handed over to \"{name}\"; any {} other custodians \
                 can give them with custody hand-over",
                deposit.document.threshold.needed()
            );
            Error::refused("act", why)
        })
    })
}

fn part_in(
    archive: &Archive<'_>,
    (path, line): (&str, &KeyLine),
    identity: &Identity,
    (deposit, number): (&Checked<Manifest>, usize),
) -> Result<CustodyKeys, Error> {
    let bytes = archive.store.read(path)?;
    if Hex(sha256(&bytes)) != line.digest {
        return Err(Error::invalid(path, "it is not the file that the hand-over names"));
    }
    let part = read_keys(&bytes, identity, path)?;
    part.check_part(&deposit.document, number).map_err(|error| Error::invalid(path, error))?;
    Ok(part)
}

/// Whether `key` is the custodian to whom the sealer itself gave custodian `number`'s keys of the deposit.
pub fn is_first_holder(archive: &Archive<'_>, deposit: &Checked<Manifest>, key: &Verifier) -> bool {
    let group = archive.people_at(deposit.index).groups.get(&deposit.document.compartment);
    group.is_some_and(|group: &Group| group.number(key).is_some())
}
