//! signal-export's `chat.md`: `[2021-03-25 09:30:00] Ada: text`, over several lines, and a blank line.

use blackbox_format::message::annotation;

use super::{
    draft::Draft,
    exported::{Parsed, deliver, draft_of},
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::{Fault, File, Input, Sink},
    lines::{Next, TOO_LONG},
};

/// What stands for the text of a deleted message.
const DELETED: &str = "(This message was deleted)";

/// Whether a text begins like a chat: each message after a blank line, the text of some ending in two blanks. (Other
/// programs write such headers as well.)
pub(super) fn is_chat(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    if lines.next().and_then(header).is_none() {
        return false;
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut marked = marks(first);
    let mut blank = false;
    for line in lines {
        if header(line).is_some() && !blank {
            return false;
        }
        marked |= marks(line);
        blank = line.is_empty();
    }
    marked
}

fn marks(line: &str) -> bool {
    line.ends_with("  ") || line.ends_with(DELETED)
}

/// A message while its lines come.
struct Open {
    line: u64,
    time: String,
    sender: String,
    text: String,
    blanks: usize,
    too_long: bool,
}

/// Reads a chat.
pub(super) fn read(file: File<'_>, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut lines = file.lines()?;
    let mut open: Option<Open> = None;
    let mut blank = true;
    while let Some(next) = lines.next()? {
        match next {
            Next::TooLong { number } => match &mut open {
                Some(open) => open.too_long = true,
                None => sink.stray(number, TOO_LONG),
            },
            Next::Line(line) => match (header(&line.text).filter(|_| blank), &mut open) {
                (Some((time, sender, text)), _) => {
                    let (time, sender, text) = (time.into(), sender.into(), text.into());
                    let next = Open { line: line.number, time, sender, text, blanks: 0, too_long: false };
                    if let Some(before) = open.replace(next) {
                        close(before, input, sink)?;
                    }
                    blank = false;
                }
                (None, Some(open)) => {
                    blank = line.text.is_empty();
                    open.push(&line.text);
                }
                (None, None) if line.text.trim().is_empty() => {}
                (None, None) => sink.stray(line.number, "it belongs to no message"),
            },
        }
    }
    open.map_or(Ok(()), |last| close(last, input, sink))
}

impl Open {
    fn push(&mut self, line: &str) {
        if line.is_empty() {
            self.blanks += 1;
        } else if self.too_long || self.text.len() + self.blanks + line.len() > MAX_TEXT_BYTES {
            self.too_long = true;
        } else {
            self.text.extend(std::iter::repeat_n('\n', std::mem::take(&mut self.blanks) + 1));
            self.text.push_str(line);
        }
    }
}

/// The time, the sender and the text of a message's first line.
fn header(line: &str) -> Option<(&str, &str, &str)> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (date, clock) = time.split_once(", ").or_else(|| time.split_once(' '))?;
    let year = date.get(..4)?.bytes().all(|byte| byte.is_ascii_digit());
    let day = date.get(4..)?.strip_prefix('-')?.split('-').all(digits) && date.len() == 10;
    let clock = clock.split(':').all(digits) && matches!(clock.len(), 5 | 8);
    let (sender, text) = rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")))?;
    (year && day && clock).then_some((time, sender, text))
}

fn close(open: Open, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.saw();
    if open.too_long {
        sink.skip(open.line, "the text is longer than 16 MiB");
        return Ok(());
    }
    match parse(&open, input) {
        Ok(parsed) => deliver(parsed, open.line.into(), input, sink),
        Err(reason) => {
            sink.skip(open.line, reason);
            Ok(())
        }
    }
}

fn parse(open: &Open, input: &Input<'_>) -> Result<Parsed, String> {
    let (mut draft, zoneless) = draft_of(&open.time, &open.sender, input)?;
    let mut text = &open.text[..];
    if text == DELETED {
        delete(&mut draft);
        return Ok(Parsed { draft, files: Vec::new(), zoneless });
    }
    if let Some((quote, rest)) = quote(text) {
        draft.annotate(annotation::REPLY_TEXT, unquoted(quote));
        text = rest;
    }
    let mut files = Vec::new();
    while let Some((before, name, path)) = last_file(text) {
        files.push((name.to_owned(), path.to_owned()));
        text = before;
    }
    files.reverse();
    if let Some((before, sticker)) = last_line(text, "(( ", " ))") {
        draft.annotate("sticker", sticker);
        text = before;
    }
    if let Some((before, all)) = last_line(text, "(- ", " -)") {
        for (name, emoji) in all.split(", ").filter_map(|one| one.split_once(": ")) {
            draft.annotate(annotation::REACTION, format!("{emoji} {name}"));
        }
        text = before;
    }
    draft.message.text = text.strip_suffix("  ").unwrap_or(text).to_owned();
    Ok(Parsed { draft, files, zoneless })
}

/// Makes the message a deleted one.
pub(super) fn delete(draft: &mut Draft) {
    draft.event("deleted", "This message was deleted.");
    let sender = std::mem::take(&mut draft.message.from);
    draft.annotate(annotation::SENDER, sender);
}

/// The quoted lines that a text begins with, and what follows them.
fn quote(text: &str) -> Option<(&str, &str)> {
    let quoted = text.strip_prefix("\n\n> ")?;
    let (lines, rest) = quoted.split_once("\n\n")?;
    Some((&text[..lines.len() + 4], rest))
}

/// The text of quoted lines.
pub(super) fn unquoted(quote: &str) -> String {
    let lines = quote.trim_matches('\n').lines();
    lines.map(|line| line.strip_prefix("> ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// What a text ends with if that is a file: `![name](./path)` and two blanks.
fn last_file(text: &str) -> Option<(&str, &str, &str)> {
    let link = text.strip_suffix(")  ")?;
    let (before, path) = link.rsplit_once("](")?;
    let (before, name) = before.rsplit_once('[')?;
    let inside = path.starts_with("./") || path.starts_with("../exported_stickers/");
    inside.then(|| (before.strip_suffix('!').unwrap_or(before), name, path))
}

/// What the last line of a text has between two marks.
fn last_line<'a>(text: &'a str, start: &str, end: &str) -> Option<(&'a str, &'a str)> {
    let (before, line) = text.rsplit_once('\n')?;
    Some((before, line.strip_prefix(start)?.strip_suffix(end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_told_from_others_with_such_headers() {
        assert!(is_chat("[2021-03-25 09:30:00] Ada: hi  \n\n[2021-03-25 09:31:00] Me: ho  \n\n"));
        assert!(is_chat("[2021-03-25, 09:30] Ada: (This message was deleted)\n\n"));
        assert!(!is_chat("[2021-03-25 09:30:00] Ada: hi  \n[2021-03-25 09:31:00] Me: ho  \n"));
        assert!(!is_chat("[2021-03-25 09:30:00] Ada: hi\n\n[2021-03-25 09:31:00] Me: ho\n"));
        assert!(!is_chat("[25/03/2021 09:30:00] Ada: hi  \n") && !is_chat("") && !is_chat("# hi  \n"));
    }

    #[test]
    fn what_a_text_begins_and_ends_with_is_taken_off() {
        assert_eq!(quote("\n\n> a\n> b\n\nrest  "), Some(("\n\n> a\n> b", "rest  ")));
        assert_eq!(quote("\n\n> a"), None);
        assert_eq!(last_file("hi  ![a.jpg](./media/a.jpg)  "), Some(("hi  ", "a.jpg", "./media/a.jpg")));
        assert_eq!(last_file("see [this](https://example.org)  "), None);
        assert_eq!(last_line("hi  \n(- Ada: x, Bo: y -)", "(- ", " -)"), Some(("hi  ", "Ada: x, Bo: y")));
    }
}
