//! Mails written out as programs write them, in every kind of mailbox, are read back as they were.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fmt::Write, fs};

use blackbox_format::message::{Incoming, annotation};
use common::import;
use jiff::{Timestamp, tz::Offset};
use proptest::prelude::*;

/// A mail that is to be written.
#[derive(Debug, Clone, PartialEq)]
struct Mail {
    seconds: i64,
    subject: String,
    from: (String, String),
    to: Vec<(String, String)>,
    lines: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
}

/// How it is written.
#[derive(Debug, Clone)]
struct Style {
    /// Minutes east of Greenwich.
    offset: i32,
    /// Whether encoded words and bodies are in base64 rather than quoted-printable.
    base64: bool,
    crlf: bool,
    /// Whether the text stands beside HTML that says something else.
    html: bool,
    boxed: Boxed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Boxed {
    Quoted,
    Lengths,
    Files,
    Apple,
    Maildir,
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(*three.get(place).unwrap_or(&0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let value = usize::try_from(all >> (18 - 6 * place) & 63).unwrap();
            text.push(if place <= three.len() { char::from(LETTERS[value]) } else { '=' });
        }
    }
    text
}

fn folded(text: &str) -> String {
    text.as_bytes().chunks(76).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect()
}

fn quoted_printable(text: &str) -> String {
    let mut all = String::new();
    let mut length = 0;
    for (at, byte) in text.bytes().enumerate() {
        // A blank at the end of a line would be lost.
        let ends = text.as_bytes().get(at + 1).is_none_or(|next| *next == b'\n');
        match byte {
            b'\n' => {
                all.push('\n');
                length = 0;
                continue;
            }
            b'!'..=b'~' | b' ' if byte != b'=' && !(byte == b' ' && ends) => all.push(char::from(byte)),
            _ => write!(all, "={byte:02X}").unwrap(),
        }
        length += 3;
        if length > 70 {
            all.push_str("=\n");
            length = 0;
        }
    }
    all
}

impl Style {
    /// A text in a field: as it is, or as encoded words that may cut characters in two.
    fn field(&self, text: &str) -> String {
        if text.is_ascii() && !text.contains("=?") {
            return text.to_owned();
        }
        let word = |bytes: &[u8]| match self.base64 {
            true => format!("=?UTF-8?B?{}?=", base64(bytes)),
            false => {
                bytes.iter().fold("=?utf-8?Q?".to_owned(), |all, byte| format!("{all}={byte:02X}")) + "?="
            }
        };
        text.as_bytes().chunks(15).map(word).collect::<Vec<_>>().join("\n ")
    }

    fn person(&self, (name, address): &(String, String)) -> String {
        match name.is_ascii() {
            true => format!("\"{name}\" <{address}>"),
            false => format!("{} <{address}>", self.field(name)),
        }
    }

    fn date(&self, seconds: i64) -> String {
        let offset = Offset::from_seconds(self.offset * 60).unwrap();
        let zoned = Timestamp::from_second(seconds).unwrap().to_zoned(offset.to_time_zone());
        zoned.strftime("%a, %-d %b %Y %H:%M:%S %z").to_string()
    }

    fn text(&self, kind: &str, text: &str) -> String {
        let head = format!("Content-Type: text/{kind}; charset=UTF-8\nContent-Transfer-Encoding: ");
        match self.base64 {
            true => format!("{head}base64\n\n{}", folded(&base64(text.as_bytes()))),
            false => format!("{head}quoted-printable\n\n{}\n", quoted_printable(text)),
        }
    }

    fn body(&self, mail: &Mail) -> String {
        let plain = self.text("plain", &mail.lines.join("\n"));
        let text = match self.html {
            false => plain,
            true => {
                let html = self.text("html", "<p>something else</p>");
                format!(
                    "Content-Type: multipart/alternative;\n boundary=\"in ner\"\n\n--in ner\n{plain}\n--in ner\n{html}\n--in ner--\n"
                )
            }
        };
        if mail.files.is_empty() {
            return text;
        }
        let mut all = format!("Content-Type: multipart/mixed; boundary=\"in\"\n\npreamble\n--in\n{text}\n");
        for (name, bytes) in &mail.files {
            let percent = name.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"));
            all += "--in\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n";
            all += &format!(
                "Content-Disposition: attachment;\n filename*=utf-8''{percent}\n\n{}",
                folded(&base64(bytes))
            );
        }
        all + "--in--\nepilogue\n"
    }

    fn mail(&self, mail: &Mail) -> String {
        let to: Vec<String> = mail.to.iter().map(|person| self.person(person)).collect();
        let to = if to.is_empty() { String::new() } else { format!("To: {}\n", to.join(",\n\t")) };
        let body = self.body(mail);
        let length = body.split_once("\n\n").unwrap().1.len();
        let length = match self.boxed {
            Boxed::Lengths => format!("Content-Length: {length}\n"),
            _ => String::new(),
        };
        format!(
            "From: {}\n{to}Subject: {}\nDate: {}\nMIME-Version: 1.0\n{length}{body}",
            self.person(&mail.from),
            self.field(&mail.subject),
            self.date(mail.seconds)
        )
    }
}

const SEPARATOR: &str = "From ann@example.org Thu Mar 12 07:50:15 2020\n";

/// Writes the mails out and imports them.
fn round(mails: &[Mail], style: &Style) -> Vec<Incoming> {
    let folder = tempfile::tempdir().unwrap();
    let ends = |text: String| if style.crlf { text.replace('\n', "\r\n") } else { text };
    let written = mails.iter().map(|mail| style.mail(mail));
    match style.boxed {
        Boxed::Quoted | Boxed::Lengths => {
            let quote = |mail: String| -> String {
                let quoted = |line: &str| {
                    line.trim_start_matches('>').starts_with("From ") && style.boxed == Boxed::Quoted
                };
                mail.split_inclusive('\n')
                    .map(|line| if quoted(line) { format!(">{line}") } else { line.to_owned() })
                    .collect()
            };
            let all: String = written.map(|mail| format!("{SEPARATOR}{}\n", quote(mail))).collect();
            // A length counts the bytes as they are in the file.
            let all = if style.boxed == Boxed::Lengths { all } else { ends(all) };
            fs::write(folder.path().join("Box"), all).unwrap();
        }
        Boxed::Files => written.enumerate().for_each(|(number, mail)| {
            fs::write(folder.path().join(format!("{number:03}.eml")), ends(mail)).unwrap();
        }),
        Boxed::Apple => written.enumerate().for_each(|(number, mail)| {
            let mail = ends(mail);
            let text = format!("{}\n{mail}<?xml version=\"1.0\"?><plist/>", mail.len());
            fs::write(folder.path().join(format!("{number:03}.emlx")), text).unwrap();
        }),
        Boxed::Maildir => {
            for part in ["cur", "new", "tmp"] {
                fs::create_dir(folder.path().join(part)).unwrap();
            }
            written.enumerate().for_each(|(number, mail)| {
                fs::write(folder.path().join(format!("cur/{number:03}.host:2,S")), ends(mail)).unwrap();
            });
        }
    }
    let (all, report) = import(folder.path());
    assert_eq!((&report.skipped, &report.notes), (&Vec::new(), &Vec::new()));
    all
}

/// The mail that a message was, as far as it says.
fn back(incoming: &Incoming) -> Mail {
    let message = &incoming.message;
    let subject = message.annotations.iter().find(|(name, _)| name == annotation::SUBJECT);
    let subject = subject.map(|(_, value)| value.clone()).unwrap_or_default();
    let text = message.text.strip_prefix(&subject).unwrap();
    let text = if subject.is_empty() { text } else { text.strip_prefix("\n\n").unwrap_or(text) };
    let person = |written: &String| {
        let names = message.names.iter().find(|names| names.written == *written).unwrap();
        (names.also[0].clone(), names.also[1].clone())
    };
    let bytes = |number: usize| {
        let mut bytes = Vec::new();
        incoming.media[number].content.as_ref().unwrap().open().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    Mail {
        seconds: message.time / 1000,
        subject,
        from: person(&message.from),
        to: message.to.iter().map(person).collect(),
        lines: text.split('\n').map(str::to_owned).collect(),
        files: incoming.media.iter().enumerate().map(|(at, media)| (media.name.clone(), bytes(at))).collect(),
    }
}

fn person() -> impl Strategy<Value = (String, String)> {
    ("[A-Za-zäЖשم你]([A-Za-zäЖשم你 .,']{0,12}[A-Za-zäЖשم你])?", "[a-z0-9.]{1,8}@[a-z]{1,6}\\.example")
}

fn mail() -> impl Strategy<Value = Mail> {
    let line = prop_oneof![
        4 => "[ -~äЖשم你😀]{0,50}",
        1 => Just("From ann@example.org Thu Mar 12 07:50:15 2020".to_owned()),
        1 => Just(">From here".to_owned()),
        1 => Just("> quoted".to_owned()),
        1 => Just("--inside".to_owned()),
        1 => Just(String::new()),
    ];
    // A text keeps what it has at its end only if that is no white space.
    let lines = (prop::collection::vec(line, 0..6), "[!-~ж]{1,20}").prop_map(|(mut lines, last)| {
        lines.push(last);
        lines
    });
    let files = prop::collection::vec(
        ("[a-zA-Zä你 ]{0,10}[a-z]\\.bin", prop::collection::vec(any::<u8>(), 0..200)),
        0..3,
    );
    let subject = prop_oneof![Just(String::new()), "[!-~äЖשم你]([!-~äЖשم你]| [!-~äЖשم你]){0,40}"];
    (0..7_258_118_400_i64, subject, person(), prop::collection::vec(person(), 0..4), lines, files).prop_map(
        |(seconds, subject, from, to, lines, files)| Mail { seconds, subject, from, to, lines, files },
    )
}

fn style() -> impl Strategy<Value = Style> {
    let all = [Boxed::Quoted, Boxed::Lengths, Boxed::Files, Boxed::Apple, Boxed::Maildir];
    let boxed = prop::sample::select(all.to_vec());
    (-720..=840_i32, any::<bool>(), any::<bool>(), any::<bool>(), boxed)
        .prop_map(|(offset, base64, crlf, html, boxed)| Style { offset, base64, crlf, html, boxed })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(320))]

    #[test]
    fn mails_are_read_back_as_they_were_written(mails in prop::collection::vec(mail(), 1..6), style in style()) {
        let mut mails = mails;
        if style.boxed == Boxed::Lengths {
            // Such a line is quoted in some mailboxes with lengths and means itself in others: nobody can tell.
            mails.iter_mut().for_each(|mail| mail.lines.retain(|line| line != ">From here"));
        }
        let found: Vec<Mail> = round(&mails, &style).iter().map(back).collect();
        prop_assert_eq!(found, mails);
    }
}

/// Mails as they are written, with some of their bytes replaced by others.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just(b"=?utf-8?B?".to_vec()),
        Just(b"?=".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"--in".to_vec()),
        Just(b"\"<(,;:".to_vec()),
        Just(b"<blockquote><div class=gmail_quote>".to_vec()),
        Just(b"message/rfc822".to_vec()),
        Just(b"\n> ".to_vec()),
        Just(b"text/calendar".to_vec()),
        Just(b"wrote:\n>".to_vec()),
        Just(b"\nFrom - Thu Mar 12 07:50:15 2020\nA: b\n".to_vec()),
        Just(b"charset=utf-16;".to_vec()),
        Just(b"filename*1*=%zz''".to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    let wounds = prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, pieces), 0..12);
    (prop::collection::vec(mail(), 1..3), style(), wounds).prop_map(|(mails, style, wounds)| {
        let all: String = mails.iter().map(|mail| format!("{SEPARATOR}{}\n", style.mail(mail))).collect();
        let mut bytes = all.into_bytes();
        for (at, length, piece) in wounds {
            let start = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damaged_mails_are_read_as_far_as_they_go(bytes in damaged()) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.mbox"), &bytes).unwrap();
        fs::write(folder.path().join("b.eml"), bytes.strip_prefix(SEPARATOR.as_bytes()).unwrap_or(&bytes)).unwrap();
        for incoming in import(folder.path()).0 {
            let text = &incoming.message.text;
            let mut before = 0;
            for range in &incoming.message.quoted {
                let part = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                prop_assert!(before <= part.start && text.get(part.clone()).is_some_and(|part| !part.is_empty()));
                before = part.end + 1;
            }
        }
    }
}

#[test]
fn a_text_in_quoted_printable_keeps_lines_that_look_like_boundaries() {
    let mail = Mail {
        seconds: 1_583_999_415,
        subject: "x".into(),
        from: ("Ann".into(), "ann@example.org".into()),
        to: Vec::new(),
        lines: vec!["--inner".into(), "= equals".into(), "end".into()],
        files: vec![("a.bin".into(), b"x".to_vec())],
    };
    let style = Style { offset: 90, base64: false, crlf: true, html: true, boxed: Boxed::Files };
    assert_eq!(back(&round(std::slice::from_ref(&mail), &style)[0]), mail);
}
