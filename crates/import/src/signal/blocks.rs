//! sigtop's text: fields, a blank line and the text, message after message. What is quoted, and earlier forms of an
//! edited message, stand in the same form behind `>` and `|`.

use blackbox_format::message::{Media, annotation};
use jiff::fmt::rfc2822;

use super::{
    draft::{Attached, Draft, Role},
    sigtop::{self, Title, deliver},
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    head::Head,
    importer::{Fault, Input, Sink},
    lines::{Next, TOO_LONG},
};

/// Whether a file begins like a chat.
pub(super) fn is_chat(head: &Head) -> bool {
    let mut lines = head.lines();
    lines.next().is_some_and(|line| line.starts_with("Conversation: "))
        && lines.next().is_some_and(|line| line.starts_with("From: ") || line.starts_with("Type: "))
        && lines.next().is_some_and(|line| {
            ["Type: ", "Sent: ", "Received: "].iter().any(|field| line.starts_with(field))
        })
}

/// The lines of a message while they come.
#[derive(Default)]
struct Open {
    line: u64,
    lines: Vec<String>,
    bytes: usize,
}

/// Reads a chat.
pub(super) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut lines = input.lines()?;
    let mut title = Title::of("");
    let mut open = Open::default();
    while let Some(next) = lines.next()? {
        let line = match next {
            Next::TooLong { number } if open.lines.is_empty() => {
                sink.stray(number, TOO_LONG);
                continue;
            }
            Next::TooLong { .. } => {
                open.bytes = usize::MAX;
                continue;
            }
            Next::Line(line) => line,
        };
        if line.number == 1 {
            title = Title::of(line.text.strip_prefix("Conversation: ").unwrap_or_default());
            continue;
        }
        if let Some(next) = open.split(&line.text) {
            let before = std::mem::replace(&mut open, next);
            before.close(&title, input, sink)?;
        }
        open.push(line.number, &line.text);
    }
    open.close(&title, input, sink)
}

impl Open {
    fn push(&mut self, number: u64, line: &str) {
        if self.lines.is_empty() && line.is_empty() {
            return;
        }
        if self.lines.is_empty() {
            self.line = number;
        }
        self.bytes = self.bytes.saturating_add(line.len() + 32);
        if self.bytes <= 2 * MAX_TEXT_BYTES {
            self.lines.push(line.to_owned());
        }
    }

    /// The beginning of the next message, if a line shows that one has begun: after a blank line there are two fields
    /// in their order.
    fn split(&mut self, line: &str) -> Option<Open> {
        let [.., blank, last] = &self.lines[..] else { return None };
        let from = last.starts_with("From: ") && line.starts_with("Type: ");
        let kind =
            last.starts_with("Type: ") && (line.starts_with("Sent: ") || line.starts_with("Received: "));
        if !blank.is_empty() || !(from || kind) {
            return None;
        }
        let last = self.lines.pop()?;
        // The lines before it are counted from the first; blank ones between fields do not occur.
        let number = self.line + self.lines.len() as u64;
        Some(Open { line: number, bytes: last.len(), lines: vec![last] })
    }

    fn close(self, title: &Title, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        if self.lines.is_empty() {
            return Ok(());
        }
        sink.saw();
        if self.bytes > 2 * MAX_TEXT_BYTES {
            sink.skip(self.line, "the message is longer than 32 MiB");
            return Ok(());
        }
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        match message(&lines, title, input) {
            Ok(draft) => deliver(draft, self.line.into(), input, sink),
            Err(reason) => {
                sink.skip(self.line, reason);
                Ok(())
            }
        }
    }
}

/// Fields, and what comes after the blank line that ends them.
struct Block<'a> {
    fields: Vec<(&'a str, &'a str)>,
    rest: &'a [&'a str],
}

fn block<'a>(lines: &'a [&'a str]) -> Block<'a> {
    let end = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
    let fields = lines[..end].iter().filter_map(|line| line.split_once(": ")).collect();
    Block { fields, rest: lines.get(end + 1..).unwrap_or_default() }
}

impl Block<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }
}

fn message(lines: &[&str], title: &Title, input: &Input<'_>) -> Result<Draft, &'static str> {
    let block = block(lines);
    let kind = block.field("Type").ok_or("it has no type")?;
    let sent = block.field("Sent").or(block.field("Received")).ok_or("it has no time")?;
    let time = rfc2822::parse(sent).map_err(|_| "its time is not one")?;
    let mut draft = Draft::new();
    draft.message.time = time.timestamp().as_millisecond();
    draft.message.written_time = sent.to_owned();
    draft.message.chat = Some(title.name.clone());
    people(&block, title, &mut draft);
    fields(&block, &mut draft, input);
    match kind {
        "incoming" | "outgoing" => draft.annotate("direction", kind),
        kind => {
            let sender = std::mem::take(&mut draft.message.from);
            draft.event(sigtop::event(kind), sigtop::sentence(kind));
            draft.annotate("kind", kind);
            if !sender.is_empty() {
                draft.annotate(annotation::SENDER, sender);
            }
        }
    }
    let text = match block.field("Edited") {
        Some(_) => versions(block.rest, &mut draft),
        None => body(block.rest, &mut draft),
    };
    if !text.is_empty() {
        draft.message.text = text;
    }
    Ok(draft)
}

/// The sender, and to whom the message went, if the chat is with one person.
fn people(block: &Block<'_>, title: &Title, draft: &mut Draft) {
    let from = block.field("From").unwrap_or_default();
    let sender = match from {
        "You" => Title::of("You"),
        from => Title::of(from),
    };
    if title.is_person() {
        let to = if from == "You" { title.name.clone() } else { "You".to_owned() };
        draft.message.to = vec![to];
        draft.message.names.extend(title.names().filter(|_| from == "You"));
    }
    draft.message.names.extend(sender.names());
    draft.message.from = sender.name;
}

fn fields(block: &Block<'_>, draft: &mut Draft, input: &Input<'_>) {
    for (field, value) in &block.fields {
        match *field {
            "From" | "Type" | "Sent" | "Edited" => {}
            "Received" => draft.annotate("received", *value),
            "Attachment" => attach(value, draft, input),
            "Reaction" => {
                let (emoji, who) = value.split_once(" from ").unwrap_or((value, ""));
                draft.annotate(annotation::REACTION, format!("{emoji} {who}"));
            }
            field => {
                let key: String = field.chars().take(200).collect();
                draft.annotate(&format!("{}:{key}", annotation::RAW), *value);
                draft.unknown.push(key);
            }
        }
    }
}

/// An attachment: `name (type, 12 bytes)`.
fn attach(value: &str, draft: &mut Draft, input: &Input<'_>) {
    let (name, facts) =
        value.strip_suffix(')').and_then(|text| text.rsplit_once(" (")).unwrap_or((value, ""));
    let media_type = facts.split_once(", ").map_or(facts, |(media_type, _)| media_type);
    let name = if name == "no filename" { "" } else { name };
    let media = Media::new(name, crate::media::stated(Some(media_type), name));
    draft.media.push(Attached { media, paths: sigtop::paths(input, name), role: Role::Attachment });
}

/// The text, after the quotation that may stand before it.
fn body(rest: &[&str], draft: &mut Draft) -> String {
    let is_quote = rest.first().is_some_and(|line| line.starts_with("> From: "));
    let end =
        if is_quote { rest.iter().position(|line| !line.starts_with('>')).unwrap_or(rest.len()) } else { 0 };
    if is_quote {
        let inner: Vec<&str> =
            rest[..end].iter().map(|line| line[1..].strip_prefix(' ').unwrap_or("")).collect();
        let quoted = block(&inner);
        draft.annotate("reply-author", quoted.field("From").unwrap_or_default());
        draft.maybe("reply-time", quoted.field("Sent"));
        for (_, attachment) in quoted.fields.iter().filter(|(field, _)| *field == "Attachment") {
            draft.annotate("reply-attachment", *attachment);
        }
        draft.annotate(annotation::REPLY_TEXT, quoted.rest.join("\n"));
    }
    let text = &rest[end..];
    let text = text.strip_prefix(&[""]).filter(|_| is_quote).unwrap_or(text);
    let last = text.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    text[..last].join("\n")
}

/// The text of an edited message, whose forms stand one after another, the newest first.
fn versions(rest: &[&str], draft: &mut Draft) -> String {
    let inner: Vec<&str> = rest
        .iter()
        .filter_map(|line| line.strip_prefix('|'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let starts: Vec<usize> = (0..inner.len())
        .filter(|at| {
            inner[*at].starts_with("Version: ")
                && (*at == 0 || inner[at - 1].is_empty())
                && inner
                    .get(at + 1)
                    .is_some_and(|next| next.starts_with("Sent: ") || next.starts_with("Attachment: "))
        })
        .collect();
    let mut texts = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(inner.len());
        let form = block(&inner[*start..end]);
        let mut aside = Draft::new();
        let newest = at == 0;
        texts.push(body(form.rest, if newest { draft } else { &mut aside }));
        if newest {
            draft.annotate(annotation::EDITED, form.field("Sent").unwrap_or_default());
        }
    }
    for text in texts.iter().skip(1).rev() {
        draft.annotate(annotation::PREVIOUS_TEXT, text.clone());
    }
    texts.into_iter().next().unwrap_or_default()
}
