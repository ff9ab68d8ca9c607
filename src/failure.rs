//! How a verb fails: exit code, message, hint, and the file concerned.

use blackbox_custody::{Error, ask::AskError, error::Class};
use blackbox_seal::SealError;
use blackbox_store::StoreError;

/// Exit codes (README, "Exit codes").
pub mod code {
    /// Done.
    pub const DONE: u8 = 0;
    /// Nothing found.
    pub const NOTHING: u8 = 1;
    /// An error.
    pub const ERROR: u8 = 2;
    /// Refused, not authorised or unanswered.
    pub const REFUSED: u8 = 3;
    /// The archive or a proof failed verification.
    pub const FAILED: u8 = 4;
}

/// Why a verb did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// One line.
    pub message: String,
    /// What would help.
    pub hint: Option<String>,
    /// The file concerned.
    pub file: Option<String>,
}

impl Failure {
    /// A failure with this exit code and message.
    pub fn new(code: u8, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), hint: None, file: None }
    }

    /// A plain error.
    pub fn error(message: impl Into<String>) -> Failure {
        Failure::new(code::ERROR, message)
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// The same about a file.
    pub fn file(mut self, file: impl Into<String>) -> Failure {
        self.file = Some(file.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let code = match error.class() {
            Class::Error => code::ERROR,
            Class::Refused => code::REFUSED,
            Class::Failed => code::FAILED,
        };
        let message = error.to_string();
        let file = match &error {
            Error::Invalid { file, .. } => Some(file.clone()),
            Error::File { path, .. } => Some(path.clone()),
            // Every other message that concerns a file begins with its quoted name.
            _ => message
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
                .map(|(file, _)| file.to_owned()),
        };
        let hint = matches!(error, Error::PluginMissing(_))
            .then(|| "install it, or add its folder to PATH".to_owned());
        Failure { code, message, hint, file }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Error::Store(error).into()
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Failure {
        match error {
            AskError::Other(error) => error.into(),
            AskError::Parse(parse) => {
                let message = format!("refusing to ask this: {parse}");
                Failure::new(code::REFUSED, message).hint(parse.hint())
            }
            AskError::Plan(plan) => Failure {
                hint: plan.hint(),
                ..Failure::new(code::REFUSED, format!("refusing to ask this: {plan}"))
            },
        }
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Failure {
        let message = error.to_string();
        match error {
            SealError::Empty => Failure::new(code::NOTHING, message),
            SealError::Small(..) => Failure::new(code::REFUSED, message)
                .hint("--small seals them all the same, and the manifest says so"),
            SealError::Store(error) => error.into(),
            SealError::Paged(error) => Error::Paged(error).into(),
            _ => Failure::error(message),
        }
    }
}
