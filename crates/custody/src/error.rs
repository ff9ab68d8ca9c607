//! Why a step of a request's life did not happen, and of which class the failure is.

use blackbox_format::{fields::FieldsError, note::NoteError};
use blackbox_log::{AppendError, ExtendError, LeafError, LogError, body::BodyError};
use blackbox_store::{PagedError, StoreError};

/// What a failure means for whoever asked: the program's exit codes follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Something went wrong; nothing is proved by it.
    Error,
    /// Refused, not authorised or unanswered.
    Refused,
    /// The archive or a proof failed verification.
    Failed,
}

/// Why a step did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused: says what would permit it.
    #[error("refusing to {what}: {why}")]
    Refused {
        /// What was asked.
        what: String,
        /// Why not, and what would permit it.
        why: String,
    },
    /// A file of the archive is not what was signed or logged.
    #[error("\"{file}\": {what}")]
    Invalid {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// An argument, key or configuration cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A file that the user named cannot be read or written.
    #[error("\"{path}\": {what}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// An age plugin is not installed.
    #[error("the age plugin \"{0}\" is not in PATH")]
    PluginMissing(String),
    /// An age plugin did not do its work. It proves nothing of the file that it was to open.
    #[error("an age plugin failed: {0}")]
    Plugin(String),
    /// The log is not one that was only appended to.
    #[error(transparent)]
    Extend(#[from] ExtendError),
    /// The log is damaged.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Nothing could be appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A log body is missing or changed.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A log entry cannot be made.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A value cannot stand in a signed document.
    #[error(transparent)]
    Fields(#[from] FieldsError),
    /// A paged file is damaged.
    #[error(transparent)]
    Paged(#[from] PagedError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// A refusal to do `what`, because of `why`.
    pub fn refused(what: impl Into<String>, why: impl Into<String>) -> Error {
        Error::Refused { what: what.into(), why: why.into() }
    }

    /// A file of the archive that fails verification.
    pub fn invalid(file: impl Into<String>, what: impl ToString) -> Error {
        Error::Invalid { file: file.into(), what: what.to_string() }
    }

    /// A file of the user's that cannot be used.
    pub fn file(path: &std::path::Path, what: impl ToString) -> Error {
        Error::File { path: path.display().to_string(), what: what.to_string() }
    }

    /// A plugin that is not there.
    pub(crate) fn missing(error: age::plugin::ResolveError) -> Error {
        match error {
            age::plugin::ResolveError::MissingPlugin { binary_name } => Error::PluginMissing(binary_name),
            error => Error::Usage(error.to_string()),
        }
    }

    /// The class of the failure.
    pub fn class(&self) -> Class {
        match self {
            Error::Refused { .. } => Class::Refused,
            Error::Store(
                StoreError::Missing(_) | StoreError::Short(_) | StoreError::Long(_) | StoreError::Path(_),
            ) => Class::Failed,
            Error::Log(LogError::Store(StoreError::Io { .. })) => Class::Error,
            Error::Body(BodyError::Store(StoreError::Io { .. })) => Class::Error,
            Error::Extend(ExtendError::Log(LogError::Store(StoreError::Io { .. }))) => Class::Error,
            Error::Paged(PagedError::Store(StoreError::Locked | StoreError::Io { .. })) => Class::Error,
            Error::Invalid { .. } | Error::Extend(_) | Error::Log(_) | Error::Body(_) | Error::Paged(_) => {
                Class::Failed
            }
            Error::Append(AppendError::Log(_)) => Class::Failed,
            _ => Class::Error,
        }
    }
}

/// A document of the archive that cannot be read as what it should be.
pub fn malformed(file: &str) -> impl Fn(FieldsError) -> Error {
    let file = file.to_owned();
    move |error| Error::invalid(&file, error)
}

/// A note of the archive that is not signed as it should be.
pub fn unsigned(file: &str) -> impl Fn(NoteError) -> Error {
    let file = file.to_owned();
    move |error| Error::invalid(&file, error)
}
