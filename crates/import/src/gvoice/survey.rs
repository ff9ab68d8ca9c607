//! What holds for a page as a whole.

use std::io;

use super::page::{Page, Person, Piece, words};
use crate::importer::{Fault, File};
use blackbox_document::page::tokens;

/// The most labels, and the most people of a group, that are told.
const MAX_LABELS: usize = 100;
const MAX_PEOPLE: usize = 1000;
/// How much of a name is taken from a title.
const MAX_TITLE_CHARS: usize = 1000;

/// What holds for all that a page has.
#[derive(Default)]
pub(crate) struct Survey {
    /// Labels as written, and the part of their links that tells them in any language.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) is_deleted: bool,
    /// The others of a group; empty between two.
    pub(crate) participants: Vec<Person>,
    /// The other one.
    pub(crate) other: Person,
    /// The owner as the page shows them.
    pub(crate) own: Option<Person>,
}

/// Reads a page for what holds for the whole of it.
///
/// # Errors
/// It cannot be opened. That it cannot be read to its end is found again when it is read for its messages.
pub(crate) fn survey(file: File<'_>) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut title = String::new();
    let mut page = Page::default();
    let mut take = |piece: Piece| -> Result<(), Fault> {
        match piece {
            Piece::Title(text) => title = text,
            piece => survey.take(piece),
        }
        Ok(())
    };
    for token in tokens(file.text()?).map_while(Result::ok) {
        let _never_fails = page.feed(token, &mut take);
    }
    let _never_fails = page.finish(&mut take);
    if survey.other == Person::default() {
        survey.other.name = name(&title, file.name());
    }
    Ok(survey)
}

impl Survey {
    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Label { text, slug } if self.labels.len() < MAX_LABELS => self.labels.push((text, slug)),
            Piece::Deleted(is_deleted) => self.is_deleted |= is_deleted,
            Piece::Participant(person) if self.participants.len() < MAX_PEOPLE => {
                self.participants.push(person)
            }
            Piece::Message(entry) if entry.person.own => self.own = self.own.take().or(Some(entry.person)),
            Piece::Message(entry) | Piece::Call(entry) if self.other == Person::default() => {
                self.other = entry.person;
            }
            _ => {}
        }
    }

    /// Whether it has a label, told by its link.
    pub(crate) fn has(&self, slug: &str) -> bool {
        self.labels.iter().any(|(_, one)| one == slug)
    }
}

/// The other's name where only the owner wrote: the second line of the title, or the start of the file's name.
fn name(title: &str, file: &str) -> String {
    let titled = title.trim().split_once('\n').map(|(_, name)| words(name)).filter(|name| !name.is_empty());
    let name = titled.unwrap_or_else(|| file.split(" - ").next().unwrap_or_default().to_owned());
    name.chars().take(MAX_TITLE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_is_named_by_the_title_or_the_file() {
        assert_eq!(name("Me to\nAda\n Bell", "x - Text - 1Z.html"), "Ada Bell");
        assert_eq!(name("Me to\n", "+15550100 - Text - 1Z.html"), "+15550100");
        assert_eq!(name("", ""), "");
    }
}
