//! The neutral form: JSON Lines, one message a line. `time`, `from` and `text` are required; `id`, `to`, `chat`,
//! `platform`, `attachments` and `event` are optional; every other key is kept as an annotation.

use blackbox_format::message::{Incoming, Media, Message};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, error::Category};

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
    lines::{Line, Next, TOO_LONG},
    media::{file_name, slug, stated},
    time::{Moment, rfc3339},
};

/// The neutral form.
pub(crate) struct JsonLines;

const FORMAT: &str = "jsonl";
/// How much of an attachment's path a reason quotes.
const QUOTED_CHARS: usize = 200;

const FORMATS: &[Format] = &[Format {
    platform: "any",
    form: "JSON Lines, one message a line",
    format: FORMAT,
    kept: "time, sender, recipients, chat, text, id, platform, attachments, events; every other key as an annotation",
    lost: "nothing",
}];

impl Importer for JsonLines {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let object =
            head.lines().next().and_then(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
        match object {
            Some(object) if ["time", "from", "text"].iter().all(|key| object.contains_key(*key)) => {
                Confidence::Certain
            }
            _ => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = FORMAT;
        let mut lines = input.lines()?;
        while let Some(next) = lines.next()? {
            match next {
                Next::TooLong { number } => sink.stray(number, TOO_LONG),
                Next::Line(line) if line.text.trim().is_empty() => {}
                Next::Line(line) => {
                    sink.saw();
                    match parse(&line, &input.options.timezone) {
                        Ok(parsed) => deliver(parsed, line.number, input, sink)?,
                        Err(reason) => sink.skip(line.number, reason),
                    }
                }
            }
        }
        Ok(())
    }
}

/// A line that was understood.
struct Parsed {
    message: Message,
    media: Vec<(Media, String)>,
    zoneless: bool,
}

/// Looks the attachments up and hands the message on.
fn deliver(parsed: Parsed, line: u64, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.facts.zoneless |= parsed.zoneless;
    sink.saw_attachments(parsed.media.len());
    let mut media = Vec::with_capacity(parsed.media.len());
    for (mut one, path) in parsed.media {
        if !input.attach(&mut one, &path) {
            let quoted: String = path.chars().take(QUOTED_CHARS).collect();
            sink.note(line, format!("attachment \"{quoted}\" is not in the folder of the export"));
        }
        media.push(one);
    }
    sink.record(line, Incoming { message: parsed.message, media })
}

fn parse(line: &Line<'_>, zone: &TimeZone) -> Result<Parsed, String> {
    let mut object: Map<String, Value> = serde_json::from_str(&line.text).map_err(|error| fault(&error))?;
    let written_time = required(&mut object, "time")?;
    let Moment { millis: time, zoneless } =
        rfc3339(&written_time, zone).ok_or("\"time\" is not an RFC 3339 time")?;
    let mut message = Message {
        time,
        written_time,
        from: required(&mut object, "from")?,
        text: required(&mut object, "text")?,
        to: recipients(&mut object)?,
        chat: optional(&mut object, "chat")?,
        platform: slug(&optional(&mut object, "platform")?.unwrap_or_default()).unwrap_or(FORMAT.into()),
        source_id: id(&mut object)?,
        event: event(&mut object)?,
        ..Message::default()
    };
    let media = attachments(&mut object)?;
    message.annotations.extend(object.into_iter().map(|(key, value)| (key, value.to_string())));
    if message.is_event() && !message.from.is_empty() {
        message.annotations.push(("sender".into(), std::mem::take(&mut message.from)));
    }
    if line.damaged() {
        message.annotations.push(("encoding".into(), "not UTF-8, replaced by U+FFFD".into()));
    }
    Ok(Parsed { message, media, zoneless })
}

/// The reason, without the parser's own words: they can quote the message.
fn fault(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => "the line is not a JSON object".into(),
        Category::Eof => "the line is not JSON: it ends too early".into(),
        _ if error.to_string().contains("recursion") => "the JSON is nested too deep".into(),
        _ => format!("the line is not JSON: column {}", error.column()),
    }
}

fn required(object: &mut Map<String, Value>, key: &str) -> Result<String, String> {
    match object.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("\"{key}\" is not a text")),
        None => Err(format!("\"{key}\" is missing")),
    }
}

fn optional(object: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match object.remove(key) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err(format!("\"{key}\" is not a text")),
    }
}

fn id(object: &mut Map<String, Value>) -> Result<Option<String>, String> {
    match object.remove("id") {
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err("\"id\" is not a text".into()),
    }
}

fn event(object: &mut Map<String, Value>) -> Result<Option<String>, String> {
    match optional(object, "event")? {
        Some(text) => slug(&text).map(Some).ok_or_else(|| "\"event\" has no letter or digit".into()),
        None => Ok(None),
    }
}

fn recipients(object: &mut Map<String, Value>) -> Result<Vec<String>, String> {
    let wrong = || "\"to\" is not a list of texts".to_owned();
    let text = |value| if let Value::String(text) = value { Ok(text) } else { Err(wrong()) };
    match object.remove("to") {
        Some(Value::Array(values)) => values.into_iter().map(text).collect(),
        Some(Value::Null) | None => Ok(Vec::new()),
        Some(_) => Err(wrong()),
    }
}

/// Attachments with their paths. `name` and `type` may stand beside `path`; other keys there mean nothing.
fn attachments(object: &mut Map<String, Value>) -> Result<Vec<(Media, String)>, String> {
    let wrong = || "\"attachments\" is not a list of objects with a \"path\"".to_owned();
    let values = match object.remove("attachments") {
        Some(Value::Array(values)) => values,
        Some(Value::Null) | None => return Ok(Vec::new()),
        Some(_) => return Err(wrong()),
    };
    let one = |value| {
        let Value::Object(mut object) = value else { return Err(wrong()) };
        let path = required(&mut object, "path").map_err(|_| wrong())?;
        let name = optional(&mut object, "name")?.unwrap_or_else(|| file_name(&path).to_owned());
        let media_type = stated(optional(&mut object, "type")?.as_deref(), &name);
        Ok((Media::new(name, media_type), path))
    };
    values.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn read(text: &str) -> Result<Parsed, String> {
        let line = Line { number: 1, text: Cow::Borrowed(text), crlf: false };
        parse(&line, &TimeZone::get("Europe/London").unwrap())
    }

    #[test]
    fn a_line_is_read_with_everything_it_says() {
        let parsed = read(
            r#"{"id":7,"time":"2020-07-12T09:30:00+02:00","from":"Ada","to":["Bo"],"chat":"Budget","text":"hi",
                "platform":"Work Chat™","attachments":[{"path":"m/a.jpg"}],"reply":{"b":1,"a":[2]},"sent":true}"#,
        )
        .unwrap();
        let message = parsed.message;
        assert_eq!((message.time, &message.from[..], &message.text[..]), (1_594_539_000_000, "Ada", "hi"));
        assert_eq!((message.to, message.chat.as_deref()), (vec!["Bo".to_owned()], Some("Budget")));
        assert_eq!((&message.platform[..], message.source_id.as_deref()), ("work-chat", Some("7")));
        let notes = [("reply", r#"{"a":[2],"b":1}"#), ("sent", "true")].map(|(k, v)| (k.into(), v.into()));
        assert_eq!(message.annotations, notes);
        assert_eq!((&parsed.media[0].0.name[..], &parsed.media[0].0.media_type[..]), ("a.jpg", "image/jpeg"));
        assert!(!parsed.zoneless);
    }

    #[test]
    fn a_time_without_offset_is_read_in_the_zone_that_was_given() {
        let summer = read(r#"{"time":"2020-07-12T09:30:00","from":"","text":""}"#).unwrap();
        assert_eq!(summer.message.time, 1_594_542_600_000);
        assert!(summer.zoneless);
    }

    #[test]
    fn an_event_has_its_actor_in_the_annotations() {
        let event = read(r#"{"time":"2020-01-01T00:00:00Z","from":"Ada","text":"Ada left","event":"Left!"}"#);
        let message = event.unwrap().message;
        assert_eq!((message.event.as_deref(), &message.from[..]), (Some("left"), ""));
        assert_eq!(message.annotations, [("sender".to_owned(), "Ada".to_owned())]);
    }

    #[test]
    fn a_bad_line_says_what_is_wrong_and_never_quotes_it() {
        let deep = format!(r#"{{"time":"2020-01-01T00:00:00Z","from":"a","text":{}"#, "[".repeat(1000));
        for (line, reason) in [
            ("secret", "the line is not JSON: column 1"),
            (r#""secret""#, "the line is not a JSON object"),
            (r#"{"from":"secret"#, "the line is not JSON: it ends too early"),
            (r#"{"from":"secret","text":""}"#, "\"time\" is missing"),
            (r#"{"time":"secret","from":"","text":""}"#, "\"time\" is not an RFC 3339 time"),
            (r#"{"time":"2020-01-01","from":"","text":""}"#, "\"time\" is not an RFC 3339 time"),
            (r#"{"time":"2020-01-01T00:00:00Z","from":["secret"],"text":""}"#, "\"from\" is not a text"),
            (
                r#"{"time":"2020-01-01T00:00:00Z","from":"a","text":"","to":[1]}"#,
                "\"to\" is not a list of texts",
            ),
            (&deep, "the JSON is nested too deep"),
        ] {
            assert_eq!(read(line).err().as_deref(), Some(reason), "{line:.80}");
        }
    }

    #[test]
    fn only_a_first_line_with_the_three_keys_is_recognised() {
        let probe = |text: &str| JsonLines.probe(&Head::of(text));
        assert_eq!(probe("\n\n{\"time\":\"\",\"from\":\"\",\"text\":\"\"}\nnoise"), Confidence::Certain);
        assert_eq!(probe("{\"time\":\"\",\"text\":\"\"}"), Confidence::No);
        assert_eq!(probe("[1]\n{\"time\":\"\",\"from\":\"\",\"text\":\"\"}"), Confidence::No);
        assert_eq!(probe(""), Confidence::No);
    }
}
