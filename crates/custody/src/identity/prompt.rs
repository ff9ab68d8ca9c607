//! Who answers an age plugin that has something to say or to ask: the program, if it has somebody to ask.

use std::sync::OnceLock;

use age::{Callbacks, secrecy::SecretString};

use super::passphrase::Passphrase;

/// The people before the program. `None` means that nobody can be asked; a plugin is then told so.
pub trait Prompt: Send + Sync {
    /// Shows a message of a plugin, such as "touch your token".
    fn show(&self, message: &str);
    /// Asks for a yes or a no, with the words to choose from.
    fn confirm(&self, message: &str, choice: (&str, Option<&str>)) -> Option<bool>;
    /// Asks for a text that may be seen.
    fn public(&self, message: &str) -> Option<String>;
    /// Asks for a secret, such as a PIN.
    fn secret(&self, message: &str) -> Option<Passphrase>;
}

/// age starts plugins deep inside wrapping and unwrapping; whoever answers is one for the whole process.
static PROMPT: OnceLock<Box<dyn Prompt>> = OnceLock::new();

/// Sets, once, who answers plugins. Until then nobody does: messages are dropped, questions fail.
pub fn install(prompt: impl Prompt + 'static) {
    // A second one changes nothing: the first has the terminal.
    let _ = PROMPT.set(Box::new(prompt));
}

/// The installed prompt, as age knows it.
#[derive(Clone, Copy)]
pub(super) struct Installed;

impl Callbacks for Installed {
    fn display_message(&self, message: &str) {
        if let Some(prompt) = PROMPT.get() {
            prompt.show(message);
        }
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        PROMPT.get()?.confirm(message, (yes, no))
    }

    fn request_public_string(&self, message: &str) -> Option<String> {
        PROMPT.get()?.public(message)
    }

    fn request_passphrase(&self, message: &str) -> Option<SecretString> {
        PROMPT.get()?.secret(message).map(|secret| secret.expose().clone())
    }
}
