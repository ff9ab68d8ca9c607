//! Passphrases, and the people before the program. Nobody is asked anything but on a terminal.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use blackbox_custody::{
    Error,
    identity::{Passphrase, prompt::Prompt},
};
use zeroize::Zeroizing;

use crate::{failure::Failure, output};

/// Where a passphrase comes from: a file, or whoever sits at the terminal.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The file, if one is named.
    pub file: Option<&'a Path>,
    /// The flag that names it.
    pub flag: &'static str,
}

impl Source<'_> {
    /// The passphrase that protects the identity file `key`.
    ///
    /// # Errors
    /// The file cannot be read or is empty, or there is neither file nor terminal.
    pub fn passphrase(&self, key: &Path) -> Result<Passphrase, Failure> {
        let key = key.display().to_string();
        match self.file {
            Some(file) => from_file(file),
            None if on_terminal() => typed(&format!("Passphrase of \"{key}\" (or {} FILE): ", self.flag)),
            None => Err(Failure::error(format!("\"{key}\": it is protected by a passphrase"))
                .file(key)
                .hint(format!("name a file whose first line is the passphrase with {} FILE", self.flag))),
        }
    }

    /// A new passphrase, typed twice or from the file.
    ///
    /// # Errors
    /// The file cannot be read or is empty, there is neither file nor terminal, or what was typed differs.
    pub fn fresh(&self) -> Result<Passphrase, Failure> {
        if let Some(file) = self.file {
            return from_file(file);
        }
        if !on_terminal() {
            let hint = format!("name a file whose first line is the passphrase with {} FILE", self.flag);
            return Err(Failure::error("a passphrase is typed on a terminal, and this is none").hint(hint));
        }
        let first = read("New passphrase: ")?;
        match *first == *read("The same again: ")? {
            true => of(first, "what was typed"),
            false => Err(Failure::error("the two passphrases differ; nothing was written")),
        }
    }
}

/// The first line of a file.
fn from_file(path: &Path) -> Result<Passphrase, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
    let text = Zeroizing::new(text);
    let line = Zeroizing::new(text.lines().next().unwrap_or_default().to_owned());
    of(line, &format!("\"{}\"", path.display()))
}

fn typed(question: &str) -> Result<Passphrase, Failure> {
    of(read(question)?, "what was typed")
}

fn of(mut text: Zeroizing<String>, what: &str) -> Result<Passphrase, Failure> {
    let passphrase = Passphrase::new(std::mem::take(&mut *text));
    passphrase.ok_or_else(|| Failure::error(format!("{what}: holds no passphrase in its first line")))
}

/// Reads from the terminal itself, without showing what is typed.
fn read(question: &str) -> Result<Zeroizing<String>, Failure> {
    let typed = rpassword::prompt_password(blackbox_bundle::escape_terminal(question));
    typed.map(Zeroizing::new).map_err(|error| Failure::error(format!("the terminal cannot be read: {error}")))
}

fn on_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Answers age plugins: messages go to stderr, questions to the terminal if there is one.
pub struct Terminal;

impl Prompt for Terminal {
    fn show(&self, message: &str) {
        output::plugin(message);
    }

    fn confirm(&self, message: &str, (yes, no): (&str, Option<&str>)) -> Option<bool> {
        let no = no.unwrap_or("no");
        self.public(&format!("{message} [1: {yes}, 2: {no}]")).map(|answer| answer.trim() == "1")
    }

    fn public(&self, message: &str) -> Option<String> {
        if !on_terminal() {
            self.unanswered(message);
            return None;
        }
        output::plugin(message);
        let mut line = String::new();
        io::stdin().read_line(&mut line).ok()?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn secret(&self, message: &str) -> Option<Passphrase> {
        if !on_terminal() {
            self.unanswered(message);
            return None;
        }
        typed(&format!("{message}: ")).ok()
    }
}

impl Terminal {
    fn unanswered(&self, message: &str) {
        output::warn(&format!("an age plugin asks \"{message}\", and there is no terminal to answer on"));
    }
}
