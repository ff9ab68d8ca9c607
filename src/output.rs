//! The one place that prints, and the exit code that goes with it.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{Failure, code};

/// What a verb has to say when it is done.
pub struct Outcome {
    /// Exit code.
    pub code: u8,
    /// For `--json`.
    pub json: Value,
    /// `None` if the verb has printed what there is to print.
    text: Option<Box<dyn FnOnce() -> String>>,
}

impl Outcome {
    /// Done, with a JSON document and a text.
    pub fn done(json: impl Serialize, text: impl Into<String>) -> Outcome {
        Outcome::of(code::DONE, json, text)
    }

    /// Done, with another exit code.
    pub fn of(code: u8, json: impl Serialize, text: impl Into<String>) -> Outcome {
        let text = text.into();
        Outcome::later(code, json, move || text)
    }

    /// The same; the text is made only if somebody is to read it.
    pub fn later(code: u8, json: impl Serialize, text: impl FnOnce() -> String + 'static) -> Outcome {
        let json = serde_json::to_value(json).expect("the program's own types are JSON");
        Outcome { code, json, text: Some(Box::new(text)) }
    }

    /// Done, and all that there is to print is printed.
    pub fn printed() -> Outcome {
        Outcome { code: code::DONE, json: Value::Null, text: None }
    }

    /// What people read.
    pub fn into_text(self) -> String {
        self.text.map(|text| text()).unwrap_or_default()
    }
}

/// Prints a verb's outcome or failure; gives the exit code.
pub fn finish(result: Result<Outcome, Failure>, as_json: bool) -> u8 {
    match result {
        Ok(Outcome { code, text: None, .. }) => code,
        Ok(outcome) if as_json => {
            print_json(&outcome.json);
            outcome.code
        }
        Ok(outcome) => {
            let code = outcome.code;
            print(&outcome.into_text());
            code
        }
        Err(failure) => {
            if as_json {
                print_json(&json!({ "error": failure_json(&failure) }));
            }
            complain(&failure);
            failure.code
        }
    }
}

fn failure_json(failure: &Failure) -> Value {
    json!({ "code": failure.code, "message": failure.message, "file": failure.file, "hint": failure.hint })
}

/// Prints what clap has to say; gives the exit code.
pub fn usage(error: &clap::Error) -> u8 {
    let asked = !error.use_stderr();
    if !asked && std::env::args().any(|argument| argument == "--json") {
        let message = error.to_string();
        let line = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        print_json(&json!({ "error": failure_json(&Failure::error(line)) }));
    }
    // The text is clap's own; nothing can be done if even that cannot be printed.
    let _ = error.print();
    if asked { code::DONE } else { code::ERROR }
}

fn complain(failure: &Failure) {
    warn_line("error", &failure.message);
    if let Some(hint) = &failure.hint {
        warn_line("hint", hint);
    }
}

/// A warning, on stderr.
pub fn warn(message: &str) {
    warn_line("warning", message);
}

/// What an age plugin has to say, on stderr.
pub fn plugin(message: &str) {
    warn_line("plugin", message);
}

fn warn_line(kind: &str, message: &str) {
    let message = blackbox_bundle::escape_terminal(message);
    // A closed stderr is nobody's to complain to.
    let _ = writeln!(io::stderr(), "blackbox: {kind}: {message}");
}

/// Text on stdout, with its line end.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    // A reader that went away wants no more.
    let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
}

fn print_json(value: &Value) {
    print(&serde_json::to_string_pretty(value).expect("a JSON value is JSON"));
}

/// Whether stdout is a terminal.
pub fn on_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Width of lines for people.
pub fn width() -> usize {
    match std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok()) {
        Some(columns) => columns.clamp(40, 160),
        None => 100,
    }
}
