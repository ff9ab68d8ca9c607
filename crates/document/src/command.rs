//! Commands that the operator names for pictures and recordings.

use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, atomic::AtomicBool};
use std::time::Duration;

use crate::outcome::{CommandFault, Extent, Reason};
use crate::process::{self, End, Job};

/// How long a command may take for one attachment unless told otherwise: 10 minutes.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(600);

/// A program and its arguments. It gets an attachment's bytes on its standard input and gives text on its
/// standard output, so nothing of either touches the disk.
#[derive(Clone, Debug)]
pub struct Command {
    program: String,
    arguments: Vec<String>,
    limit: Duration,
    stop: Option<Arc<AtomicBool>>,
}

/// Why a text is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is no word in it.
    #[error("it names no program")]
    Empty,
    /// A quotation mark or an escape is open at its end.
    #[error("a quotation mark is not closed")]
    Unclosed,
}

impl FromStr for Command {
    type Err = CommandError;

    /// Splits into words as a shell would, but no shell is run: nothing is expanded.
    fn from_str(text: &str) -> Result<Command, CommandError> {
        let mut words = shlex::split(text).ok_or(CommandError::Unclosed)?.into_iter();
        let program = words.next().filter(|program| !program.is_empty()).ok_or(CommandError::Empty)?;
        Ok(Command { program, arguments: words.collect(), limit: DEFAULT_LIMIT, stop: None })
    }
}

impl Command {
    /// The same command with another limit of time for one attachment.
    pub fn limit(mut self, limit: Duration) -> Command {
        self.limit = limit;
        self
    }

    /// The same command, killed once this is set: a program that never ends would hold up whoever wants to stop, and
    /// outlive them.
    pub fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Command {
        self.stop = Some(stop);
        self
    }

    /// The program's name without its folder, for display.
    pub fn program(&self) -> String {
        let name = Path::new(&self.program).file_name().unwrap_or(self.program.as_ref());
        name.to_string_lossy().into_owned()
    }

    /// Runs it on an attachment.
    pub(crate) fn run(&self, bytes: Vec<u8>) -> Result<(String, Extent), Reason> {
        let job = Job {
            program: self.program.as_ref(),
            arguments: &self.arguments,
            limit: self.limit,
            stop: self.stop.as_deref(),
        };
        let failed = |fault| Reason::CommandFailed { program: self.program(), fault };
        let (output, extent) = match process::run(&job, bytes, crate::MAX_TEXT_BYTES) {
            End::Whole(output) => (output, Extent::Whole),
            End::Cut(output) => (output, Extent::Cut),
            End::NotStarted => return Err(failed(CommandFault::NotStarted)),
            End::TimedOut => return Err(failed(CommandFault::TimedOut(self.limit))),
            End::Failed => return Err(failed(CommandFault::Status)),
        };
        let mut draft = crate::draft::Draft::default();
        draft.push(String::from_utf8_lossy(&output).trim());
        let (text, kept) = draft.finish(Reason::NothingRecognised { program: self.program() })?;
        Ok((text, if kept == Extent::Cut { kept } else { extent }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_into_words_without_a_shell() {
        let command: Command = "/usr/bin/tesseract stdin 'a b' -l $HOME".parse().unwrap();
        assert_eq!(command.program(), "tesseract");
        assert_eq!(command.arguments, ["stdin", "a b", "-l", "$HOME"]);
    }

    #[test]
    fn a_text_without_a_program_is_no_command() {
        assert_eq!("  ".parse::<Command>().unwrap_err(), CommandError::Empty);
        assert_eq!("'' x".parse::<Command>().unwrap_err(), CommandError::Empty);
        assert_eq!("say 'hello".parse::<Command>().unwrap_err(), CommandError::Unclosed);
    }
}
