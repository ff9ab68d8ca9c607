//! `formats`: which exports are read.

use serde_json::json;

use crate::output::{Outcome, width};

/// Columns that the names of formats take.
const INDENT: usize = 4;

pub fn run() -> Outcome {
    let formats = blackbox_import::formats();
    let mut text = String::new();
    for format in &formats {
        text.push_str(&format!("{} ({})\n", format.platform, format.format));
        for (what, words) in [("form", format.form), ("kept", format.kept), ("lost", format.lost)] {
            text.push_str(&paragraph(what, words));
        }
    }
    Outcome::done(json!({ "formats": formats }), text)
}

fn paragraph(what: &str, words: &str) -> String {
    let (mut lines, mut line) = (String::new(), format!("{:INDENT$}{what}:", ""));
    for word in words.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > width() {
            lines.push_str(&line);
            lines.push('\n');
            line = " ".repeat(INDENT + what.len() + 1);
        }
        line.push(' ');
        line.push_str(word);
    }
    format!("{lines}{line}\n")
}
