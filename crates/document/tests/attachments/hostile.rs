//! Attachments made to break what reads them.

use std::io::{self, Read};

use crate::fixture::{self, package, reason, text};
use crate::paper;
use blackbox_document::{Extent, MAX_ATTACHMENT_BYTES, MAX_TEXT_BYTES, Outcome, Reader, Reason};
use proptest::prelude::*;

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

#[test]
fn a_part_that_unfolds_to_too_much_is_left_out() {
    let bomb = format!("<w:p><w:t>{}</w:t></w:p>", " ".repeat(65 << 20));
    let alone = package(&[TYPES, ("word/document.xml", &bomb)]);
    assert!(alone.len() < 200_000);
    assert_eq!(reason(&alone), Reason::TooLarge);
    let beside =
        package(&[TYPES, ("word/document.xml", "<w:p><w:t>mill</w:t></w:p>"), ("word/header1.xml", &bomb)]);
    assert_eq!((text(&beside).text.as_str(), text(&beside).extent), ("mill", Extent::Gaps));
}

#[test]
fn many_parts_are_too_many() {
    let names: Vec<String> = (0..10_001).map(|number| format!("word/p{number}.xml")).collect();
    let parts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(reason(&package(&parts)), Reason::TooLarge);
}

#[test]
fn deep_elements_are_damage() {
    let deep = "<w:p>".repeat(100_000);
    assert_eq!(reason(&package(&[TYPES, ("word/document.xml", &deep)])), Reason::DamagedDocument);
}

#[test]
fn entities_that_multiply_come_to_nothing() {
    let mut laughs = "<!DOCTYPE d [<!ENTITY a \"haha\">".to_owned();
    for (name, other) in ('b'..='z').zip('a'..='y') {
        laughs += &format!("<!ENTITY {name} \"{}\">", format!("&{other};").repeat(10));
    }
    laughs += "]><w:p><w:t>mill&z;</w:t></w:p>";
    assert_eq!(text(&package(&[TYPES, ("word/document.xml", &laughs)])).text, "mill");
}

#[test]
fn long_text_is_cut() {
    let run = format!("<w:p><w:t>{}</w:t></w:p>", "mill ".repeat(MAX_TEXT_BYTES / 4));
    let read = text(&package(&[TYPES, ("word/document.xml", &run)]));
    assert!(read.text.len() <= MAX_TEXT_BYTES && read.text.len() > MAX_TEXT_BYTES - 10);
    assert_eq!(read.extent, Extent::Cut);
    let plain = text("mill ".repeat(MAX_TEXT_BYTES).as_bytes());
    assert_eq!((plain.text.len(), plain.extent), (MAX_TEXT_BYTES, Extent::Cut));
}

#[test]
fn an_endless_attachment_is_too_large_and_an_endless_text_is_cut() {
    let endless = |start: &'static [u8], byte: u8| {
        Reader::new().read("", "", &|| Ok(Box::new(start.chain(io::repeat(byte))) as Box<dyn Read>))
    };
    assert_eq!(endless(b"%PDF-1.7\n\x01", 0), Outcome::Unsearchable(Reason::TooLarge));
    assert!(matches!(endless(b"", b'a'), Outcome::Text(text) if text.extent == Extent::Cut));
    let page = vec![b' '; usize::try_from(MAX_ATTACHMENT_BYTES).unwrap()];
    let page = [b"<html>".as_slice(), &page].concat();
    assert_eq!(reason(&page), Reason::TooLarge);
}

#[test]
fn what_cannot_be_read_is_counted() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
    let unopened = Reader::new().read("", "", &|| Err(io::ErrorKind::NotFound.into()));
    assert_eq!(unopened, Outcome::Unsearchable(Reason::Unreadable));
    let broken = Reader::new().read("", "", &|| Ok(Box::new(b"some text".chain(Broken)) as Box<dyn Read>));
    assert_eq!(broken, Outcome::Unsearchable(Reason::Unreadable));
    assert_eq!(reason(b""), Reason::Empty);
    assert_eq!(reason(b" \n"), Reason::Empty);
}

/// A document of each kind, to be spoilt.
fn documents() -> Vec<Vec<u8>> {
    let pages = paper::pages(&["The ferry leaves"]);
    let objects: Vec<&str> = pages.iter().map(String::as_str).collect();
    vec![
        paper::pdf(&objects, "/Root 1 0 R"),
        package(&[TYPES, ("word/document.xml", "<w:d><w:p><w:t>mill &#65; &amp;</w:t></w:p></w:d>")]),
        package(&[
            TYPES,
            ("xl/styles.xml", "<s><cellXfs><xf numFmtId=\"14\"/></cellXfs></s>"),
            ("xl/worksheets/a.xml", "<w><row><c s=\"0\"><v>1e9</v></c></row></w>"),
        ]),
        br"{\rtf1\ansicpg1252\uc1 \u8364?\'80{\*\x y}\bin2 ab}".to_vec(),
        b"<html><meta charset=utf-16><p title='x'>mill &amp; <script>".to_vec(),
        b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=C3=\n=BC;\nNOTE:a\\\nEND:VCARD".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_give_text_or_a_reason(
        start in prop::sample::select(vec![&b""[..], b"%PDF-1.4\n", b"PK\x03\x04", b"{\\rtf1", b"<html>", b"BEGIN:VCARD\n"]),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        fixture::read(&Reader::new(), &[start, &bytes].concat());
    }

    #[test]
    fn a_spoilt_document_gives_text_or_a_reason(
        document in 0..6_usize,
        spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = documents().swap_remove(document);
        for (place, byte) in spoils {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        fixture::read(&Reader::new(), &bytes);
    }

    #[test]
    fn any_transcript_gives_words_or_none(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for name in ["a.vtt", "a.srt", "a.txt", "a"] {
            blackbox_document::transcript(name, format!("00:01 --> 00:02\n{text}").as_bytes());
            blackbox_document::transcript(name, &bytes);
        }
    }
}
