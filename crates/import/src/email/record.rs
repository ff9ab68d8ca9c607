//! A mail to the message that it becomes.

use std::collections::HashSet;

use blackbox_format::{
    message::{AttachmentText, Incoming, Media, Message, Quoted, annotation},
    month::Month,
};
use jiff::tz::TimeZone;

use crate::{
    held::Held,
    importer::{At, Fault, Input, Sink},
    time::Moment,
};

use super::{
    date,
    letter::{Letter, Unfold},
    lines::{cut, tidy},
    person::{Person, people},
    subject::thread,
};

const PLATFORM: &str = "email";
/// The most recipients that a message names; where there are more, an annotation has all.
const MAX_RECIPIENTS: usize = 256;
/// The most bytes of an id, and of the name of a conversation.
const MAX_ID_BYTES: usize = 4096;
/// The most bytes of an annotation.
const MAX_ANNOTATION_BYTES: usize = 1 << 16;
const NO_DATE: &str =
    "the mail has no date: neither the header, nor a Received line, nor the mailbox states one";
const NO_HEADER: &str = "it has no header: it is no mail";
const SEPARATOR: &str = "separator";
/// Says which part of a mail, if not its date, its time is from.
const DATE_FROM: &str = "date-from";

/// Fields that become parts of a message; all others are kept as they are written. Of a field that comes again, only
/// those in `ADDRESSES` are understood as often as they come.
const KNOWN: &[&str] = &[
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "list-id",
    "sender",
    "reply-to",
    "x-gmail-labels",
    "x-gm-thrid",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "mime-version",
];
const ADDRESSES: &[&str] = &["from", "to", "cc", "bcc"];

/// What a mailbox says of a mail, beside the mail itself.
#[derive(Default)]
pub(super) struct Filed {
    /// The date of the line before the mail in an mbox, as written and as read.
    pub(super) separator: Option<(String, Moment)>,
    /// The folder that it lies in.
    pub(super) label: Option<String>,
    /// What its file name says of it: seen, answered.
    pub(super) flags: Vec<&'static str>,
}

/// Hands on one mail, or says why it is left out.
pub(super) fn deliver(
    bytes: &[u8],
    filed: Filed,
    at: At,
    to: (&Input<'_>, &mut Sink<'_>),
) -> Result<(), Fault> {
    let (input, sink) = to;
    let letter = Letter::read(bytes, &mut Unfold::new());
    if letter.headers.is_empty() {
        sink.skip(at, NO_HEADER);
        return Ok(());
    }
    let Some(when) = when(&letter, &filed, &input.options.timezone) else {
        sink.skip(at, NO_DATE);
        return Ok(());
    };
    sink.facts.zoneless |= when.moment.zoneless;
    sink.saw_attachments(letter.attached.len());
    letter.notes.iter().for_each(|note| sink.note(at, note));
    sink.record(at, incoming(letter, when, filed))
}

/// When a mail was sent, and which part of it says so, if it is not its date.
struct When {
    moment: Moment,
    written: String,
    source: Option<&'static str>,
}

fn when(letter: &Letter<'_>, filed: &Filed, zone: &TimeZone) -> Option<When> {
    let sound = |moment: &Moment| Month::of_millis(moment.millis).is_some();
    let read = |written: String, source| {
        let moment = date::parse(&written, zone).filter(sound)?;
        Some(When { moment, written, source })
    };
    let received = || {
        let field = letter.headers.plain("received")?;
        field.rsplit_once(';').map(|(_, date)| date.trim().to_owned())
    };
    let separator = || {
        let (written, moment) = filed.separator.clone()?;
        sound(&moment).then_some(When { moment, written, source: Some(SEPARATOR) })
    };
    let stated = letter.headers.plain("date").and_then(|date| read(date, None));
    stated.or_else(|| read(received()?, Some("received"))).or_else(separator)
}

fn incoming(letter: Letter<'_>, when: When, filed: Filed) -> Incoming {
    let mut message = Message {
        time: when.moment.millis,
        written_time: when.written,
        platform: PLATFORM.into(),
        source_id: letter.headers.plain("message-id").map(|id| cut(&first_id(&id), MAX_ID_BYTES).to_owned()),
        chat: letter.subject.as_deref().and_then(|subject| thread(cut(subject, MAX_ID_BYTES))),
        ..Message::default()
    };
    name_people(&letter, &mut message);
    message.annotations.extend(when.source.map(|source| (DATE_FROM.to_owned(), source.to_owned())));
    annotate(&letter, &filed, &mut message.annotations);
    set_text(&letter, &mut message);
    let mut media = Vec::with_capacity(letter.attached.len());
    for (number, one) in letter.attached.into_iter().enumerate() {
        let text = one.text.map(|text| AttachmentText {
            attachment: number as u64,
            origin: "document".into(),
            text,
        });
        message.texts.extend(text);
        let mut file = Media::new(one.name, one.kind);
        file.content = Some(Held::content(one.bytes));
        media.push(file);
    }
    Incoming { message, media }
}

fn name_people(letter: &Letter<'_>, message: &mut Message) {
    let from = people(&letter.headers, "from");
    let to: Vec<Person> = ["to", "cc", "bcc"].iter().flat_map(|name| people(&letter.headers, name)).collect();
    message.from = written(&from);
    if to.len() > MAX_RECIPIENTS {
        add(&mut message.annotations, "recipients", Some(written(&to)));
    }
    let mut seen = HashSet::new();
    for person in from.iter().chain(to.iter().take(MAX_RECIPIENTS)) {
        message.names.extend(person.names().filter(|names| seen.insert(names.written.clone())));
    }
    message.to = to.into_iter().take(MAX_RECIPIENTS).map(|person| person.written).collect();
    for name in ["cc", "bcc"] {
        let those = people(&letter.headers, name);
        add(&mut message.annotations, name, (!those.is_empty()).then(|| written(&those)));
    }
}

fn written(people: &[Person]) -> String {
    people.iter().map(|person| &person.written[..]).collect::<Vec<_>>().join(", ")
}

fn annotate(letter: &Letter<'_>, filed: &Filed, all: &mut Vec<(String, String)>) {
    let headers = &letter.headers;
    let decoded = |name: &str| {
        let those = people(headers, name);
        (!those.is_empty()).then(|| written(&those))
    };
    add(all, annotation::SUBJECT, letter.subject.clone());
    add(all, annotation::REPLY_TO, headers.plain("in-reply-to").map(|ids| first_id(&ids)));
    add(all, "references", headers.plain("references"));
    add(all, "list-id", headers.text("list-id"));
    add(all, annotation::SENDER, decoded("sender"));
    add(all, "reply-address", decoded("reply-to"));
    add(all, "thread", headers.plain("x-gm-thrid"));
    let labels = headers.text("x-gmail-labels").map(|text| labels(&text)).unwrap_or_default();
    for label in labels.into_iter().chain(filed.label.clone()) {
        add(all, annotation::LABEL, Some(label));
    }
    filed.flags.iter().for_each(|flag| add(all, "flag", Some((*flag).to_owned())));
    add(all, "encrypted", letter.encrypted.map(str::to_owned));
    letter
        .encoding
        .iter()
        .take(MAX_ENCODINGS)
        .for_each(|fault| add(all, annotation::ENCODING, Some(fault.clone())));
    // A date that is not understood is no date of the message's.
    let is_dated = !all.iter().any(|(name, _)| name == DATE_FROM);
    let once: Vec<&str> = KNOWN.iter().copied().filter(|name| is_dated || *name != "date").collect();
    let mut others = Vec::new();
    for field in headers.others(&once, ADDRESSES) {
        if others.len() > MAX_ANNOTATION_BYTES {
            break;
        }
        others.extend_from_slice(cut_bytes(field));
    }
    add(all, "headers", Some(tidy(&String::from_utf8_lossy(&others))));
}

fn cut_bytes(field: &[u8]) -> &[u8] {
    &field[..field.len().min(MAX_ANNOTATION_BYTES)]
}

/// The most faults of charsets that one message states.
const MAX_ENCODINGS: usize = 32;

fn add(all: &mut Vec<(String, String)>, name: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        all.push((name.to_owned(), cut(&value, MAX_ANNOTATION_BYTES).to_owned()));
    }
}

/// The first id of a field like `<a@example.org> <b@example.org>`.
fn first_id(field: &str) -> String {
    let inner = field.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(id, _)| id.trim());
    inner.filter(|id| !id.is_empty()).unwrap_or(field).to_owned()
}

/// Labels apart: `Inbox,"one, two"`.
fn labels(field: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = field.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    parts.map(|label| label.trim().trim_matches('"').to_owned()).filter(|label| !label.is_empty()).collect()
}

/// The subject, an empty line, and the text.
fn set_text(letter: &Letter<'_>, message: &mut Message) {
    let subject = letter.subject.as_deref().unwrap_or_default();
    let between = if subject.is_empty() || letter.text.is_empty() { "" } else { "\n\n" };
    let start = subject.len() + between.len();
    message.text = format!("{subject}{between}{}", letter.text);
    let shifted = letter
        .quoted
        .iter()
        .map(|range| Quoted { start: (range.start + start) as u64, end: (range.end + start) as u64 });
    message.quoted = shifted.collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_ids_are_told_apart() {
        assert_eq!(labels("Inbox, \"one, two\",,Wichtig"), ["Inbox", "one, two", "Wichtig"]);
        assert_eq!(first_id("<a@example.org> <b@example.org>"), "a@example.org");
        assert_eq!((first_id("plain"), first_id("<>")), ("plain".into(), "<>".into()));
    }

    fn time(mail: &str, separator: Option<&str>) -> Option<(i64, Option<&'static str>)> {
        let letter = Letter::read(mail.as_bytes(), &mut Unfold::new());
        let separator = separator.and_then(|line| date::of_separator(line, &TimeZone::UTC));
        let when = when(&letter, &Filed { separator, ..Filed::default() }, &TimeZone::UTC)?;
        Some((when.moment.millis / 1000, when.source))
    }

    #[test]
    fn the_next_best_date_is_taken_and_told() {
        let received = "Received: from a\n by b;\n Thu, 12 Mar 2020 07:50:16 +0000\nReceived: from c; x\n";
        let line = Some("From - Thu Mar 12 07:50:17 2020");
        assert_eq!(
            time(&format!("Date: Thu, 12 Mar 2020 07:50:15 +0000\n{received}"), line),
            Some((1_583_999_415, None))
        );
        for bad in ["", "Date: soon\n", "Date: Thu, 12 Mar 1904 07:50:15 +0000\n"] {
            assert_eq!(
                time(&format!("{bad}{received}"), line),
                Some((1_583_999_416, Some("received"))),
                "{bad}"
            );
            assert_eq!(time(&format!("{bad}Received: x\n"), line), Some((1_583_999_417, Some(SEPARATOR))));
            assert_eq!(time(bad, None), None);
        }
    }
}
