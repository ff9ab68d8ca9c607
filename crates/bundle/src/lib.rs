//! An answer as people and programs read it: JSON, CSV, an HTML page, a terminal's text.
//!
//! Nothing here decides anything: the answer is complete when it arrives, and these functions write
//! it down. All imported text is hostile. [`json`] keeps it as it is; [`csv`] defuses formulas;
//! [`html`] and [`terminal`] show every control and bidirectional character as `⟨U+202E⟩`, so that
//! no message can reorder the page, move the cursor or fake another line.

mod conversation;
mod csv;
mod escape;
#[cfg(test)]
mod fixture;
mod html;
mod json;
mod mark;
mod plain;
mod summary;
mod terminal;
mod wrap;

pub use crate::{
    csv::csv,
    escape::{escape_terminal, escape_terminal_block},
    html::{framed, html, visible},
    json::json,
    plain::disagreement,
    terminal::{Colour, terminal},
    wrap::fit_terminal,
};

/// What is known of a request and shown above its answer. Public facts and the query's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The archive's origin.
    pub origin: String,
    /// The request's id.
    pub request: String,
    /// The query in its canonical writing.
    pub query: String,
    /// Case reference.
    pub case: String,
    /// Legal basis.
    pub basis: String,
    /// Purpose.
    pub purpose: String,
    /// The examiner's name.
    pub examiner: String,
    /// The months asked, as `2020-03 to 2020-06`.
    pub months: String,
    /// The custodians whose approvals were used.
    pub approved_by: Vec<String>,
    /// So many lying custodians could not have forged the answer. The page states the smaller of
    /// this and the answer's own figure.
    pub verified_against: usize,
    /// The deposits asked.
    pub deposits: Vec<String>,
    /// When the request was made.
    pub asked: String,
    /// Entries of the archive's log when the answer was made.
    pub log_size: u64,
    /// Words, as `word:greensill` or `greensill`, to be marked in every hit's text beside the
    /// hit's own `matched`.
    pub matched_words: Vec<String>,
}
