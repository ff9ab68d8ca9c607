//! The first reading of an export: the shape of its headers, the order of its dates, who takes part.

use std::collections::HashMap;

use super::{
    dates::{self, Calendar},
    header::{self, Header, Shape},
    phrases::PHRASES,
    record::{self, Content, Conversation},
};
use crate::{
    DateOrder,
    importer::Input,
    lines::{Line, Lines, Next},
};

/// Where a file does not begin with a header, this many lines show what its headers are.
const SAMPLE_LINES: usize = 2000;

/// What tells the headers of one export.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) shape: Shape,
    /// Records end in CRLF, and a bare LF is inside one: what follows it is no header, whatever it looks like.
    crlf: bool,
    /// Unknown during the first reading.
    pub(crate) order: Option<DateOrder>,
}

/// What the first reading finds.
pub(crate) struct Survey {
    pub(crate) rules: Rules,
    pub(crate) conversation: Conversation,
}

impl Rules {
    /// The header that a line begins with, if it begins a record. `after_crlf` says how the line before it ended.
    pub(crate) fn header<'a>(&self, line: &'a Line<'_>, after_crlf: bool) -> Option<Header<'a>> {
        let header = header::parse(&line.text)?;
        let dated = self.order.is_none_or(|order| dates::date(header.date, order).is_some());
        (header.shape == self.shape && (after_crlf || !self.crlf) && dated).then_some(header)
    }
}

/// Reads a file for the first time. `None` if it has no header at all. What cannot be read does not count: the second
/// reading reports it.
pub(crate) fn survey(input: &Input<'_>) -> Option<Survey> {
    let (shape, crlf) = sample(input)?;
    let mut rules = Rules { shape, crlf, order: None };
    let mut first = Reading::of(input, rules)?;
    // Bare LFs are rare inside records. Where they are not, the file was put together from several.
    if first.refused * 2 > first.headers {
        rules.crlf = false;
        first = Reading::of(input, rules)?;
    }
    rules.order = Some(first.calendar.order());
    let mut conversation = first.conversation;
    conversation.complete();
    Some(Survey { rules, conversation })
}

/// The shape of the first line's header, else the most frequent; and whether that line ends in CRLF.
fn sample(input: &Input<'_>) -> Option<(Shape, bool)> {
    let mut lines = input.lines().ok()?;
    let mut counts: HashMap<Shape, usize> = HashMap::new();
    let mut crlf = false;
    let mut seen = 0;
    while let Some(line) = next(&mut lines)
        && seen < SAMPLE_LINES
    {
        if line.text.trim().is_empty() {
            continue;
        }
        let header = header::parse(&line.text);
        if let (0, Some(header)) = (seen, &header) {
            return Some((header.shape, line.crlf));
        }
        seen += 1;
        if let Some(header) = header {
            crlf |= line.crlf;
            *counts.entry(header.shape).or_default() += 1;
        }
    }
    let most = counts.values().max().copied()?;
    // The table's order is random: of shapes equally frequent none is taken by chance.
    let mut shapes = counts.into_iter().filter(|(_, count)| *count == most);
    let shape = shapes.next().filter(|_| shapes.next().is_none())?.0;
    Some((shape, crlf))
}

/// The next line; one that is too long is an empty one. An error ends the file.
fn next<'a>(lines: &'a mut Lines) -> Option<Line<'a>> {
    match lines.next() {
        Ok(Some(Next::Line(line))) => Some(line),
        Ok(Some(Next::TooLong { number })) => Some(Line { number, text: "".into(), crlf: false }),
        Ok(None) | Err(_) => None,
    }
}

/// What one reading under given rules finds.
struct Reading {
    calendar: Calendar,
    conversation: Conversation,
    headers: u64,
    /// Headers after a bare LF.
    refused: u64,
}

impl Reading {
    fn of(input: &Input<'_>, rules: Rules) -> Option<Reading> {
        let chat = title(input.titles());
        let conversation =
            Conversation { chat, owner: input.options.owner.clone(), ..Conversation::default() };
        let calendar = Calendar::new(rules.shape);
        let mut reading = Reading { calendar, conversation, headers: 0, refused: 0 };
        let mut lines = input.lines().ok()?;
        let mut after_crlf = true;
        while let Some(line) = next(&mut lines) {
            match rules.header(&line, true) {
                Some(_) if rules.crlf && !after_crlf => reading.refused += 1,
                Some(header) => reading.add(&header),
                None => {}
            }
            after_crlf = line.crlf;
        }
        Some(reading)
    }

    fn add(&mut self, header: &Header<'_>) {
        if !self.calendar.add(header.date) {
            return;
        }
        self.headers += 1;
        match record::content(header.rest, self.conversation.group()) {
            Content::Said { sender, .. } => self.conversation.add(sender),
            Content::Noted { event, sender, text } => {
                sender
                    .filter(|_| event == "deleted")
                    .into_iter()
                    .for_each(|sender| self.conversation.add(sender));
                self.conversation.note(event, text);
            }
        }
    }
}

/// The conversation's name from the names of the file, its folder or the zip around it.
fn title(names: &[String]) -> Option<String> {
    let bare = |name: &str| {
        let lower = name.to_lowercase();
        let end = [".txt", ".zip", ".gz"].iter().find(|end| lower.ends_with(**end));
        end.and_then(|end| name.get(..name.len() - end.len())).unwrap_or(name).to_owned()
    };
    names.iter().find_map(|name| PHRASES.title(&bare(name)))
}
