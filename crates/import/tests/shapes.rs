//! Messages written out in every shape of header are read back as they were.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use std::{convert::Infallible, fs, path::Path};

use blackbox_format::message::{Incoming, Media};
use blackbox_import::{DateOrder, Exports, Options, Report};
use jiff::{
    Span,
    civil::{DateTime, date},
    tz::TimeZone,
};
use proptest::prelude::*;

/// A shape of header.
struct Shape {
    /// `{d}` and `{m}` day and month, `{dd}` and `{mm}` with two digits, `{y}` and `{yy}` year; `{b}` Buddhist year;
    /// `{h}` and `{hh}` hour of the day, `{i}` of twelve hours; `{n}` minute, `{s}` second; `{AM|PM}` words for halves.
    form: &'static str,
    order: DateOrder,
    /// The script's zero.
    zero: char,
}

const fn day(form: &'static str) -> Shape {
    Shape { form, order: DateOrder::DayFirst, zero: '0' }
}

const fn month(form: &'static str) -> Shape {
    Shape { form, order: DateOrder::MonthFirst, zero: '0' }
}

const fn year(form: &'static str) -> Shape {
    Shape { form, order: DateOrder::YearFirst, zero: '0' }
}

const SHAPES: &[Shape] = &[
    month("{m}/{d}/{yy}, {i}:{n} {AM|PM} - "),
    month("{m}/{d}/{yy}, {i}:{n}\u{202f}{AM|PM} - "),
    month("[{m}/{d}/{yy}, {i}:{n}:{s}\u{202f}{AM|PM}] "),
    month("\u{200e}[{mm}/{dd}/{y}, {i}:{n}:{s} {AM|PM}] "),
    month("{m}/{d}/{yy}, {hh}:{n} - "),
    day("{dd}/{mm}/{y}, {hh}:{n} - "),
    day("{d}/{m}/{yy}, {hh}:{n} - "),
    day("{dd}/{mm}/{yy}, {i}:{n} {am|pm} - "),
    day("{dd}/{mm}/{y}, {i}:{n} {am|pm} - "),
    day("\u{200e}{dd}/{mm}/{y}, {hh}:{n} - "),
    day("[{dd}/{mm}/{yy}, {hh}:{n}:{s}] "),
    day("[{dd}.{mm}.{yy}, {hh}:{n}:{s}] "),
    day("[{dd}-{mm}-{y} {hh}:{n}:{s}] "),
    day("\u{200e}[{d}/{m}/{yy}, {hh}:{n}:{s}] "),
    day("{d}/{m}/{yy} {h}:{n}:{s}: "),
    day("{dd}.{mm}.{yy}, {hh}:{n} - "),
    day("{dd}-{mm}-{y} {hh}:{n} - "),
    day("{d}/{m}/{yy} {h}:{n} - "),
    day("{d}/{m}/{yy}, {i}:{n}\u{a0}{a.\u{a0}m.|p.\u{a0}m.} - "),
    day("{d}.{m}.{y} klo {h}.{n} - "),
    day("{d}.{m}.{y} {hh}.{n} - "),
    day("{dd}.{mm}.{yy} г., {hh}:{n} - "),
    day("{d}\u{200f}/{m}\u{200f}/{y}، {i}:{n} {ص|م} - "),
    day("{hh}:{n}, {dd}/{mm}/{y} - "),
    day("[{hh}:{n}, {d}/{m}/{y}] "),
    day("[{i}:{n} {AM|PM}, {d}/{m}/{y}] "),
    day("{d}/{m}/{b}, {hh}:{n} - "),
    day("{d}/{m}/{y}, {hh}:{n} – "),
    year("{y}/{m}/{d}, {hh}:{n} - "),
    year("{y}-{mm}-{dd}, {hh}:{n} - "),
    year("{y}-{mm}-{dd}, {i}:{n} {a.m.|p.m.} - "),
    year("[{y}-{mm}-{dd} {hh}:{n}] "),
    year("[{y}/{m}/{d} {hh}:{n}:{s}] "),
    year("{y}/{m}/{d} {上午|下午}{i}:{n} - "),
    year("{y}年{m}月{d}日 {上午|下午}{i}:{n} - "),
    year("{y}. {m}. {d}. {오전|오후} {i}:{n} - "),
    year("{y}. {mm}. {dd}. {h}:{n} - "),
    Shape { form: "{d}/{m}/{y}، {hh}:{n} - ", order: DateOrder::DayFirst, zero: '\u{660}' },
    Shape { form: "{d}/{m}/{y}, {hh}:{n} - ", order: DateOrder::DayFirst, zero: '\u{6f0}' },
    Shape { form: "{d}/{m}/{yy}, {i}:{n} {am|pm} - ", order: DateOrder::DayFirst, zero: '\u{966}' },
];

impl Shape {
    fn write(&self, time: DateTime) -> String {
        let mut text = String::new();
        let mut rest = self.form;
        while let Some((before, after)) = rest.split_once('{') {
            let (field, after) = after.split_once('}').unwrap();
            text += before;
            text += &self.field(field, time);
            rest = after;
        }
        text + rest
    }

    fn field(&self, field: &str, time: DateTime) -> String {
        if let Some((morning, evening)) = field.split_once('|') {
            return if time.hour() < 12 { morning } else { evening }.to_owned();
        }
        let twelve = (time.hour() + 11) % 12 + 1;
        let text = match field {
            "d" => time.day().to_string(),
            "dd" => format!("{:02}", time.day()),
            "m" => time.month().to_string(),
            "mm" => format!("{:02}", time.month()),
            "y" => time.year().to_string(),
            "yy" => format!("{:02}", time.year() % 100),
            "b" => (time.year() + 543).to_string(),
            "h" => time.hour().to_string(),
            "hh" => format!("{:02}", time.hour()),
            "i" => twelve.to_string(),
            "n" => format!("{:02}", time.minute()),
            "s" => format!("{:02}", time.second()),
            other => panic!("unknown field {other}"),
        };
        let shift = |c: char| char::from_u32(self.zero as u32 + c as u32 - '0' as u32).unwrap();
        text.chars().map(shift).collect()
    }

    /// The part of a time that this shape states.
    fn stated(&self, time: DateTime) -> DateTime {
        let second = if self.form.contains("{s}") { time.second() } else { 0 };
        time.with().second(second).subsec_nanosecond(0).build().unwrap()
    }
}

fn import(text: &str) -> (Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.txt");
    fs::write(&path, text).unwrap();
    read(&path)
}

fn read(path: &Path) -> (Vec<Incoming>, Report) {
    let options = Options::new(TimeZone::UTC, "UTC");
    let mut all = Vec::new();
    let report = Exports::open(&[path.to_owned()], options).unwrap().read::<Infallible>(&mut |incoming| {
        all.push(incoming);
        Ok(())
    });
    (all, report.unwrap())
}

/// A message that is to be written: seconds until the next, sender, lines.
type Written = (u32, String, Vec<String>);

fn written() -> impl Strategy<Value = Vec<Written>> {
    let sender = "[A-Za-zÄéж~+][A-Za-z0-9 ~.'()+ß-]{0,20}[A-Za-z0-9]";
    let line = "([A-Za-zÄéжשם😀 ,.!?0-9:()<>\"-]{0,40}|[ -~]{0,20})";
    prop::collection::vec((0u32..400_000, sender, prop::collection::vec(line, 1..4)), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn messages_are_read_back_from_every_shape(
        shape in 0..SHAPES.len(),
        crlf in any::<bool>(),
        start in 0i64..12_000,
        messages in written(),
    ) {
        let shape = &SHAPES[shape];
        // The first day of the file is one that only one order allows.
        let first = date(2010, 1, 1).at(0, 0, 0, 0).checked_add(Span::new().days(start)).unwrap();
        let mut time = first.with().day(13 + first.day() % 15).build().unwrap();
        let mut text = String::new();
        let mut expected = Vec::new();
        for (later, sender, lines) in &messages {
            let body = lines.join("\n");
            text += &format!("{}{sender}: {body}{}", shape.write(time), if crlf { "\r\n" } else { "\n" });
            let stated = shape.stated(time).to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
            expected.push((stated, sender.clone(), body));
            time = time.checked_add(Span::new().seconds(i64::from(*later))).unwrap();
        }
        let (all, report) = import(&text);
        let found: Vec<_> = all.into_iter().map(|one| (one.message.time, one.message.from, one.message.text)).collect();
        prop_assert_eq!(found, expected, "{}", shape.form);
        prop_assert_eq!(report.sources[0].date_order, Some(shape.order), "{}", shape.form);
    }
}

/// What stands behind the header: a text, a file with its caption, or a notice.
#[derive(Debug, Clone)]
enum Part {
    Said(String),
    File(String),
    Notice(&'static str, &'static str),
}

const NOTICES: [(&str, &str); 6] = [
    ("added", "Ada added Bo"),
    ("left", "Ada left"),
    ("renamed", "Ada changed the subject from \"a\" to \"b\""),
    ("number-changed", "Ada changed to +44 7700 900123"),
    ("call", "Missed voice call"),
    ("deleted", "This message was deleted."),
];

fn part() -> impl Strategy<Value = Part> {
    let notice = prop::sample::select(NOTICES.to_vec());
    prop_oneof![
        2 => "|[שéж😀A-Z\"][a-zאбÄ😀 ,.!?]{0,30}".prop_map(Part::Said),
        2 => "|[שéж😀A-Z\"][a-zאбÄ😀 ,.!?]{0,30}[a-z]".prop_map(Part::File),
        1 => notice.prop_map(|(slug, text)| Part::Notice(slug, text)),
    ]
}

impl Part {
    /// The text with its sender, as a telephone writes it; the file is called `name`.
    fn write(&self, name: &str, dash: bool) -> String {
        match self {
            Part::Said(text) => format!("Ada: {text}"),
            Part::File(caption) if dash && caption.is_empty() => {
                format!("Ada: \u{200e}{name} (file attached)")
            }
            Part::File(caption) if dash => format!("Ada: \u{200e}{name} (file attached)\n{caption}"),
            Part::File(caption) => format!("Ada: {caption}\u{200e}<attached: {name}>"),
            Part::Notice("deleted", text) => format!("Ada: \u{200e}{text}"),
            Part::Notice(_, text) if dash => (*text).to_owned(),
            Part::Notice(_, text) => format!("Club: \u{200e}{text}"),
        }
    }

    /// Text, event, and sender that are to come back.
    fn expected(&self, written: &str, dash: bool) -> (String, Option<&'static str>, Option<&'static str>) {
        let text = match self {
            Part::Notice(_, text) => (*text).to_owned(),
            _ => written["Ada: ".len()..].trim_start_matches('\u{200e}').to_owned(),
        };
        match self {
            Part::Notice("deleted", _) => (text, Some("deleted"), Some("Ada")),
            Part::Notice(slug, _) => (text, Some(slug), (!dash).then_some("Club")),
            _ => (text, None, Some("Ada")),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn files_and_notices_are_read_back_from_both_telephones(parts in prop::collection::vec(part(), 1..12), dash in any::<bool>()) {
        let shape = if dash { day("{dd}/{mm}/{y}, {hh}:{n} - ") } else { day("[{dd}/{mm}/{yy}, {hh}:{n}:{s}] ") };
        let folder = tempfile::tempdir().unwrap();
        let (mut chat, mut expected) = (String::new(), Vec::new());
        for (number, part) in parts.iter().enumerate() {
            let name = format!("0000{number:04}-PHOTO é.jpg");
            let written = part.write(&name, dash);
            chat += &format!("{}{written}\n", shape.write(date(2021, 3, 25).at(9, 30, 0, 0)));
            let (text, event, sender) = part.expected(&written, dash);
            let file = matches!(part, Part::File(_)).then(|| (name.clone(), number.to_string().into_bytes()));
            if let Some((name, bytes)) = &file {
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            expected.push((text, event.map(str::to_owned), sender.map(str::to_owned), file));
        }
        fs::write(folder.path().join("_chat.txt"), &chat).unwrap();
        let (all, report) = read(folder.path());
        let found: Vec<_> = all.iter().map(|one| {
            let message = one.message.clone();
            let sender = message.annotations.iter().find(|(name, _)| name == "sender").map(|(_, value)| value.clone());
            let sender = if message.is_event() { sender } else { Some(message.from) };
            (message.text, message.event, sender, one.media.first().map(|media| (media.name.clone(), bytes(media))))
        }).collect();
        prop_assert_eq!(found, expected, "{}", chat);
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
    }
}

fn bytes(media: &Media) -> Vec<u8> {
    let mut bytes = Vec::new();
    media.content.as_ref().unwrap().open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_shape_states_the_time_as_written() {
    let time = date(2021, 3, 25).at(0, 5, 9, 0);
    for shape in SHAPES {
        let header = shape.write(time);
        let (all, report) = import(&format!(
            "{header}Ada: hi\n{}Bo: ho\n",
            shape.write(time.with().hour(12).build().unwrap())
        ));
        let framed = header.trim_end_matches(['-', '–', ' ', ']', ':']).trim_start_matches(['\u{200e}', '[']);
        assert_eq!(all[0].message.written_time, framed, "{}", shape.form);
        let hours: Vec<_> = all.iter().map(|one| one.message.time / 3_600_000 % 24).collect();
        assert_eq!(hours, [0, 12], "{}", shape.form);
        let format = if header.ends_with("- ") || header.ends_with("– ") {
            "whatsapp-android"
        } else {
            "whatsapp-ios"
        };
        assert_eq!(report.sources[0].format, format, "{}", shape.form);
        assert_eq!(report.skipped, []);
    }
}
