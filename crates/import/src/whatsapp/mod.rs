//! WhatsApp's "Export chat" as iOS and Android write it: a text file, alone, with its media in a folder, or in a zip.
//!
//! A record begins with a header ([`header`]) and goes on until the next. The file is read twice: first for what only
//! the whole shows ([`survey`]), then for its records ([`record`]). What looks like a header of another shape, or
//! has a date that does not exist, is text.

mod dates;
mod facts;
mod header;
mod media;
mod phrases;
mod record;
mod survey;
mod words;

use blackbox_format::message::{Incoming, Media};
use jiff::{civil, tz::TimeZone};

use self::{
    header::{Frame, Header},
    media::Mention,
    record::{Content, Conversation, Finished, Record},
    survey::{Rules, Survey},
};
use crate::{
    DateOrder,
    bounded::MAX_TEXT_BYTES,
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
    lines::{Line, Next, TOO_LONG},
    report::Facts,
};

/// WhatsApp's text exports.
pub(crate) struct Whatsapp;

/// A file that does not begin with a header is taken if it has this many with a sender.
const ENOUGH_HEADERS: usize = 3;
/// No time at all: outside every month.
const NO_TIME: i64 = i64::MIN;

const FORMATS: &[Format] = &[
    Format {
        platform: "WhatsApp",
        form: "\"Export chat\" on an iPhone: text, alone, with media in a folder, or in a zip",
        format: "whatsapp-ios",
        kept: "text, sender, chat, time as written, media, edited mark, places, polls, timers, notices as events",
        lost: "nothing of the export; it has no zone, ids, replies, reactions or earlier texts",
    },
    Format {
        platform: "WhatsApp",
        form: "\"Export chat\" on Android: the same",
        format: "whatsapp-android",
        kept: "text, sender, chat, time as written, media, edited mark, places, polls, timers, notices as events",
        lost: "nothing of the export; it has no zone, seconds, ids, replies, reactions or earlier texts",
    },
];

impl Importer for Whatsapp {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let begins = head.lines().next().is_some_and(|line| header::parse(line).is_some());
        let typical = head.lines().filter_map(sure);
        match begins {
            true => typical.max().unwrap_or(Confidence::No),
            false if typical.count() >= ENOUGH_HEADERS => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = "whatsapp";
        let Some(Survey { rules, conversation }) = survey::survey(input) else {
            sink.reject("its dates and times have no common form");
            return Ok(());
        };
        sink.facts = Facts {
            format: if rules.shape.frame == Frame::Dash { "whatsapp-android" } else { "whatsapp-ios" },
            date_order: rules.order,
            zoneless: true,
        };
        Reader { input, rules, conversation, pending: None, lost: "text before the first message" }.read(sink)
    }
}

/// The second reading.
struct Reader<'a, 'i> {
    input: &'a Input<'i>,
    rules: Rules,
    conversation: Conversation,
    pending: Option<Record>,
    /// Why text that belongs to no record does not.
    lost: &'static str,
}

/// How sure a line is to be a record: one with a sender, or a notice that is known.
fn sure(line: &str) -> Option<Confidence> {
    let header = header::parse(line)?;
    match record::content(header.rest, None) {
        Content::Noted { event: "notice", .. } => None,
        // Many programs write their logs so.
        _ if header.shape.frame == Frame::Colon => Some(Confidence::Possible),
        _ => Some(Confidence::Certain),
    }
}

impl Reader<'_, '_> {
    fn read(mut self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut lines = self.input.lines()?;
        let mut after_crlf = true;
        loop {
            let next = match lines.next() {
                Ok(next) => next,
                Err(error) => {
                    self.flush(sink)?;
                    return Err(error.into());
                }
            };
            match next {
                None => return self.flush(sink),
                Some(Next::TooLong { number }) => {
                    self.flush(sink)?;
                    self.lost = "it belongs to a message of which a line was skipped";
                    sink.stray(number, TOO_LONG);
                    after_crlf = true;
                }
                Some(Next::Line(line)) => {
                    match self.rules.header(&line, after_crlf) {
                        Some(header) => self.begin(&line, &header, sink)?,
                        None => self.go_on(&line, sink),
                    }
                    after_crlf = line.crlf;
                }
            }
        }
    }

    fn begin(&mut self, line: &Line<'_>, header: &Header<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        self.flush(sink)?;
        self.pending = Some(Record {
            line: line.number,
            time: time(header, self.rules.order, &self.input.options.timezone).unwrap_or(NO_TIME),
            written_time: header.written.to_owned(),
            text: header.rest.to_owned(),
            damaged: line.damaged(),
        });
        Ok(())
    }

    /// Adds a line to the record that it belongs to.
    fn go_on(&mut self, line: &Line<'_>, sink: &mut Sink<'_>) {
        match &mut self.pending {
            Some(record) if record.text.len() + line.text.len() < MAX_TEXT_BYTES => {
                record.text.push('\n');
                record.text.push_str(&line.text);
                record.damaged |= line.damaged();
            }
            Some(record) => {
                sink.stray(record.line, "the message is longer than 16 MiB");
                self.pending = None;
                self.lost = "it belongs to a message that was skipped";
            }
            None if line.text.trim().is_empty() => {}
            None => sink.stray(line.number, self.lost),
        }
    }

    fn flush(&mut self, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let Some(record) = self.pending.take() else { return Ok(()) };
        let line = record.line;
        sink.saw();
        let Finished { message, mention } = record.finish(&self.conversation);
        let media = mention.map(|mention| self.attach(mention, line, sink)).into_iter().collect();
        sink.record(line, Incoming { message, media })
    }

    /// Looks the attachment up, unless the export says that it leaves it out.
    fn attach(&self, mention: Mention, line: u64, sink: &mut Sink<'_>) -> Media {
        let Mention { mut media, omitted } = mention;
        sink.saw_attachments(1);
        let name = media.name.clone();
        if !omitted && !self.input.attach(&mut media, &name) {
            sink.note(line, format!("attachment \"{name}\" is not in the folder of the export"));
        }
        media
    }
}

/// The header's time in Unix milliseconds, where it exists in the zone; in a gap or fold as most programs have it.
fn time(header: &Header<'_>, order: Option<DateOrder>, zone: &TimeZone) -> Option<i64> {
    let date = dates::date(header.date, order?)?;
    let [hour, minute, second] = header.time.map(|number| number as i8);
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    Some(zone.to_timestamp(date.to_datetime(time)).ok()?.as_millisecond())
}
