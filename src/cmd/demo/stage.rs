//! Plays one command after another, shows what they say, and checks how they end.

use clap::Parser;
use serde_json::{Value, json};

use crate::{
    cli::Cli,
    failure::{Failure, code},
    fold::wrapped,
    output,
};

use super::layout::{self, Shown};

/// Who hears the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Whoever reads stdout.
    Aloud,
    /// Nobody: stdout is for one JSON document.
    Silent,
}

/// A command that was played.
struct Step {
    command: String,
    exit: u8,
    expected: u8,
}

/// What a command said.
pub struct Played {
    /// The JSON document it would print with `--json`; null if it failed.
    pub json: Value,
    command: String,
    text: String,
}

/// The commands so far.
pub struct Stage {
    voice: Voice,
    chapters: usize,
    steps: Vec<Step>,
}

impl Stage {
    /// An empty stage.
    pub fn new(voice: Voice) -> Stage {
        Stage { voice, chapters: 0, steps: Vec::new() }
    }

    /// Begins a chapter: its title, and what happens in it and why.
    pub fn chapter(&mut self, title: &str, prose: &str) {
        self.chapters += 1;
        self.say(&format!("\n{}. {title}", self.chapters));
        self.say(prose);
    }

    /// Says something, in lines that fit.
    pub fn say(&self, prose: &str) {
        self.print(&wrapped(prose, output::width(), 0));
    }

    fn print(&self, text: &str) {
        if self.voice == Voice::Aloud {
            output::print(text);
        }
    }

    /// Shows a command that the demo carries out itself, not the program.
    pub fn show(&self, words: &[&str]) {
        self.print(&layout::prompt(words, output::width()));
    }

    /// Plays `blackbox` with these arguments: shows the command, runs it, shows what it said, and checks its
    /// exit code.
    ///
    /// # Errors
    /// The exit code is not the one expected, or a part that is to be shown is not there.
    pub fn play(&mut self, arguments: &[&str], expected: u8, shown: Shown) -> Result<Played, Failure> {
        let words: Vec<&str> = ["blackbox"].iter().chain(arguments).copied().collect();
        self.show(&words);
        let (exit, played) = run(&words)?;
        let mut lines = layout::cut(&played.text, shown).map_err(|part| played.lacks(part))?;
        if exit != code::DONE {
            let last = lines.pop().unwrap_or_default();
            lines.push(format!("{last} (exit code {exit})"));
        }
        if !lines.is_empty() {
            self.print(&wrapped(&lines.join("\n"), output::width(), 2));
        }
        self.steps.push(Step { command: played.command.clone(), exit, expected });
        match exit == expected {
            true => Ok(played),
            false => Err(Failure::error(format!(
                "step {} of the demo, {}, ended with exit code {exit}, not {expected}: {}",
                self.steps.len(),
                played.command,
                played.text.lines().next().unwrap_or_default()
            ))),
        }
    }

    /// How many commands were played.
    pub fn played(&self) -> usize {
        self.steps.len()
    }

    /// The commands, for `--json`.
    pub fn steps(&self) -> Vec<Value> {
        let step =
            |step: &Step| json!({ "command": step.command, "exit": step.exit, "expected": step.expected });
        self.steps.iter().map(step).collect()
    }
}

impl Played {
    /// Checks that the command said this.
    ///
    /// # Errors
    /// It did not.
    pub fn says(&self, wanted: &str) -> Result<(), Failure> {
        match self.text.contains(wanted) {
            true => Ok(()),
            false => Err(self.lacks(wanted)),
        }
    }

    /// A text of its JSON document.
    ///
    /// # Errors
    /// The document has none of this name.
    pub fn field(&self, name: &str) -> Result<String, Failure> {
        self.json[name].as_str().map(str::to_owned).ok_or_else(|| self.lacks(name))
    }

    /// The failure of a command that did not say this.
    pub fn lacks(&self, wanted: &str) -> Failure {
        Failure::error(format!("the demo expected {} to say \"{wanted}\"", self.command))
    }
}

/// Runs a command line in this process, as `main` would.
fn run(words: &[&str]) -> Result<(u8, Played), Failure> {
    let command = layout::command(words);
    let cli = Cli::try_parse_from(words)
        .map_err(|error| Failure::error(format!("the demo's command {command} is not one: {error}")))?;
    Ok(match crate::cmd::run(cli) {
        Ok(outcome) => {
            let (code, json) = (outcome.code, outcome.json.clone());
            (code, Played { json, command, text: outcome.into_text() })
        }
        Err(failure) => (failure.code, Played { json: Value::Null, command, text: complaint(&failure) }),
    })
}

/// A failure in the words of stderr.
fn complaint(failure: &Failure) -> String {
    let mut text = format!("blackbox: error: {}", blackbox_bundle::escape_terminal(&failure.message));
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("\nblackbox: hint: {}", blackbox_bundle::escape_terminal(hint)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_other_than_expected_ends_the_demo() {
        let mut stage = Stage::new(Voice::Silent);
        let failure = stage.play(&["verify", "/nowhere/at/all"], code::DONE, Shown::All).err().unwrap();
        assert_eq!(failure.code, code::ERROR);
        assert!(failure.message.contains("step 1 of the demo, blackbox verify"), "{}", failure.message);
    }

    #[test]
    fn what_is_no_command_ends_the_demo() {
        let mut stage = Stage::new(Voice::Silent);
        assert!(stage.play(&["browse", "box"], code::ERROR, Shown::All).is_err());
    }
}
