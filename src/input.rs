//! What verbs share: opening an archive, keys, the operator's key, and state.

use std::path::{Path, PathBuf};

use blackbox_custody::{
    Archive, Error, Identity,
    contact::{Outside, contact, contact_to_change},
    ledger::Ledger,
    state::State,
};
use blackbox_store::{Folder, Store};

use crate::{
    cli::{ArchiveArg, OperatorArg, WhoArgs},
    failure::Failure,
    output::warn,
    prompt::Source,
};

/// The store in which an archive lies.
pub fn store(archive: &ArchiveArg) -> Folder {
    Folder::new(&archive.archive)
}

/// Where the operator's key lies, unless told otherwise: beside the archive's folder.
pub fn operator_path(archive: &Path) -> PathBuf {
    let mut name = archive.file_name().unwrap_or_default().to_owned();
    name.push(".operator.key");
    archive.with_file_name(name)
}

/// The operator's key, if it is at hand.
///
/// # Errors
/// A key was named that cannot be read, or the one there is not an identity file.
pub fn operator(archive: &ArchiveArg, operator: &OperatorArg) -> Result<Option<Identity>, Failure> {
    let path = match &operator.operator_key {
        Some(path) => path.clone(),
        None => {
            let path = operator_path(&archive.archive);
            if !path.exists() {
                return Ok(None);
            }
            path
        }
    };
    let passphrase =
        Source { file: operator.operator_passphrase_file.as_deref(), flag: "--operator-passphrase-file" };
    identity(&path, passphrase).map(Some)
}

/// Loads any identity file: protected by a passphrase or not, its plugin in PATH if it has one.
///
/// # Errors
/// The file or its passphrase cannot be read, or the plugin is missing.
pub fn identity(path: &Path, passphrase: Source<'_>) -> Result<Identity, Failure> {
    let mut asked = false;
    let identity = Identity::load_with(path, || {
        asked = true;
        passphrase.passphrase(path)
    })?;
    if passphrase.file.is_some() && !asked {
        warn(&format!("\"{}\": no passphrase protects it; {} says nothing", path.display(), passphrase.flag));
    }
    identity.age()?;
    Ok(identity)
}

/// Where the passphrase of `--key` comes from.
pub fn of_key(file: Option<&Path>) -> Source<'_> {
    Source { file, flag: "--passphrase-file" }
}

/// The operator's key, which is needed.
///
/// # Errors
/// It is not at hand, or not the key of this archive's log.
pub fn needed_operator(
    archive: &Archive<'_>,
    (path, key): (&ArchiveArg, &OperatorArg),
) -> Result<Identity, Failure> {
    let missing = || {
        let expected = operator_path(&path.archive);
        Failure::error(format!(
            "the operator's key is not here: \"{}\"; nothing was written",
            expected.display()
        ))
        .file(expected.display().to_string())
        .hint("name it with --operator-key FILE")
    };
    let operator = operator(path, key)?.ok_or_else(missing)?;
    archive.check_operator(&operator)?;
    Ok(operator)
}

/// Who acts, and what they remember of the archive.
pub struct Who {
    /// The identity.
    pub identity: Identity,
    /// Its state.
    pub state: State,
}

/// Loads the key, opens its state, and makes contact: from here on the log is known to extend what
/// this person saw before.
///
/// # Errors
/// The key cannot be read, or the log was rolled back or forked.
pub fn who(archive: &Archive<'_>, ledger: &Ledger, args: &WhoArgs) -> Result<Who, Failure> {
    who_is(archive, ledger, (own(args)?, args))
}

/// Whose `--key` it is. To be asked before the archive is locked: a passphrase or a token may take its time.
///
/// # Errors
/// The key cannot be read.
pub fn own(args: &WhoArgs) -> Result<Identity, Failure> {
    identity(&args.key, of_key(args.passphrase_file.as_deref()))
}

/// As [`who`], for an identity that was read before.
///
/// # Errors
/// The log was rolled back or forked.
pub fn who_is(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (identity, args): (Identity, &WhoArgs),
) -> Result<Who, Failure> {
    let (mut who, outside) = known(archive, (identity, args))?;
    contact(archive, ledger, (&mut who.state, &who.identity), outside.as_ref())?;
    Ok(who)
}

/// The same for who proposes or signs a change: that a custodian saw another log is a warning.
///
/// # Errors
/// As [`who`], but for that.
pub fn who_changes(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (identity, args): (Identity, &WhoArgs),
) -> Result<Who, Failure> {
    let (mut who, outside) = known(archive, (identity, args))?;
    let seen = contact_to_change(archive, ledger, (&mut who.state, &who.identity), outside.as_ref())?;
    if let Some(error) = seen {
        warn(&format!("{error}; find out who is wrong before this change is in force"));
    }
    Ok(who)
}

fn known(
    archive: &Archive<'_>,
    (identity, args): (Identity, &WhoArgs),
) -> Result<(Who, Option<Outside>), Failure> {
    let folder = args.state.clone().unwrap_or_else(|| State::path_beside(&args.key));
    let state = State::open(&folder, archive)?;
    let outside = args.checkpoint.as_deref().map(outside).transpose()?;
    Ok((Who { identity, state }, outside))
}

/// An archive opened to be written to: by whom, and under its lock.
pub struct Desk<'a> {
    /// The archive, read under the lock.
    pub archive: Archive<'a>,
    /// What its log holds.
    pub ledger: Ledger,
    /// The log's key.
    pub operator: Identity,
    /// Who acts.
    pub who: Who,
    /// Keeps others from writing until it is dropped.
    pub lock: Box<dyn Send>,
}

/// Opens an archive to append to its log.
///
/// # Errors
/// The operator's key is missing, somebody else writes, or as for [`who`].
pub fn desk<'a>(
    store: &'a Folder,
    (archive, operator, args): (&ArchiveArg, &OperatorArg, &WhoArgs),
) -> Result<Desk<'a>, Failure> {
    let mut opened = Archive::open(store)?;
    let operator = needed_operator(&opened, (archive, operator))?;
    let own = own(args)?;
    let lock = store.lock()?;
    opened.refresh()?;
    let ledger = Ledger::read(&opened)?;
    let who = who_is(&opened, &ledger, (own, args))?;
    Ok(Desk { archive: opened, ledger, operator, who, lock })
}

/// Reads a checkpoint that came from outside.
///
/// # Errors
/// The file cannot be read.
pub fn outside(path: &Path) -> Result<Outside, Failure> {
    let note = std::fs::read(path).map_err(|error| Error::file(path, error))?;
    Ok(Outside { note, file: path.display().to_string() })
}

/// A UTC day, `2020-03-01`.
///
/// # Errors
/// It is none.
pub fn day(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not a day like 2020-03-01"))
}
