//! What the program imessage-exporter makes of Apple's database: a text or a page for each conversation.

use std::io;

use super::{
    page::{self, Page},
    shown::{Deliverer, Piece, Survey},
    text::{self, Blocks},
};
use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// Exports of imessage-exporter.
pub(crate) struct Exported;

const TEXT: &str = "imessage-exporter-txt";
const PAGE: &str = "imessage-exporter-html";

const FORMATS: &[Format] = &[
    Format {
        platform: "iMessage",
        form: "a conversation as text by the program imessage-exporter (-f txt), with copied attachments beside it",
        format: TEXT,
        kept: "texts, sender, time as written, conversation (the name of the file), attachments, tapbacks, replies with \
               the text that they answer, edits with earlier texts, unsent and deleted messages, when read, effects, \
               announcements as events",
        lost: "nothing of the export; it has no zone, ids, recipients or services, and does not tell its own remarks from \
               a text that has the same words",
    },
    Format {
        platform: "iMessage",
        form: "the same as a page (-f html)",
        format: PAGE,
        kept: "the same, with services, and ids where the version writes them",
        lost: "looks and layout; it has no zone and no recipients",
    },
];

impl Importer for Exported {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match is_page(head.text()) || text::is_export(head.lines()) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let is_page = begins_as_page(input)?;
        sink.facts.format = if is_page { PAGE } else { TEXT };
        let mut survey = Survey::new();
        let mut pieces = Pieces::open(input, is_page, None)?;
        // A file that cannot be read to its end is surveyed up to there; the fault shows again at the second reading.
        while let Ok(Some(piece)) = pieces.next() {
            if let Piece::Shown(shown) = piece {
                survey.see(&shown);
            }
        }
        let mut pieces = Pieces::open(input, is_page, Some(&survey))?;
        let mut deliverer = Deliverer { input, sink, survey: &survey, chat: chat(input) };
        while let Some(piece) = pieces.next()? {
            deliverer.take(piece)?;
        }
        Ok(())
    }
}

fn is_page(text: &str) -> bool {
    text.trim_start().starts_with('<') && page::is_export(text)
}

fn begins_as_page(input: &Input<'_>) -> io::Result<bool> {
    use io::Read;
    let mut start = Vec::new();
    input.file().text()?.take(4096).read_to_end(&mut start)?;
    Ok(start.trim_ascii_start().starts_with(b"<"))
}

/// The conversation, after which the file is called.
fn chat(input: &Input<'_>) -> Option<String> {
    let name = input.file().name();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    (!stem.is_empty() && stem != "orphaned").then(|| stem.to_owned())
}

/// The pieces of either form.
enum Pieces<'a> {
    Text(Blocks<'a>),
    Page(Box<Page>),
}

impl<'a> Pieces<'a> {
    fn open(input: &Input<'_>, is_page: bool, survey: Option<&'a Survey>) -> io::Result<Pieces<'a>> {
        Ok(match is_page {
            true => Pieces::Page(Box::new(Page::new(input.file().text()?))),
            false => Pieces::Text(Blocks::new(input.lines()?, survey)),
        })
    }

    fn next(&mut self) -> io::Result<Option<Piece>> {
        match self {
            Pieces::Text(blocks) => blocks.next(),
            Pieces::Page(page) => page.next(),
        }
    }
}
