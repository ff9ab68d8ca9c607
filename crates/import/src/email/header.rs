//! The header fields of a mail or of one of its parts.

use std::borrow::Cow;

use mail_parser::{HeaderValue, decoders::charsets::map::charset_decoder, parsers::MessageStream};

use super::lines::lines;

/// The most bytes of one field that are decoded.
const MAX_FIELD_BYTES: usize = 1 << 18;
/// The most fields of one header; the last one has the rest.
const MAX_FIELDS: usize = 20_000;
/// How many lines are looked at to see whether a header goes on.
const MAX_ODD_LINES: usize = 8;
const MAX_NAME_BYTES: usize = 256;

/// Where one field stands: its name, its colon, and its last line end.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    colon: usize,
    end: usize,
}

/// The fields of a header, in their order.
#[derive(Debug, Default)]
pub(super) struct Headers<'a> {
    bytes: &'a [u8],
    fields: Vec<Field>,
}

impl<'a> Headers<'a> {
    /// Splits a mail, or a part of one, into its header and its body.
    ///
    /// A line that is no field belongs to the one before it if fields follow; else the body begins there, as some programs leave out
    /// the empty line.
    pub(super) fn split(bytes: &'a [u8]) -> (Headers<'a>, &'a [u8]) {
        let mut headers = Headers { bytes, fields: Vec::new() };
        let mut at = 0;
        while at < bytes.len() {
            let line = lines(&bytes[at..]).next().unwrap_or_default();
            let next = at + line.len();
            if ends(line, &bytes[next..]) {
                return (headers, &bytes[next..]);
            }
            let full = headers.fields.len() == MAX_FIELDS;
            if is_folded(line) || full || name_end(line).is_none() && goes_on(&bytes[next..]) {
                if let Some(field) = headers.fields.last_mut() {
                    field.end = next;
                }
            } else if let Some(colon) = name_end(line) {
                headers.fields.push(Field { start: at, colon: at + colon, end: next });
            } else {
                return (headers, &bytes[at..]);
            }
            at = next;
        }
        (headers, &[])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn name(&self, field: &Field) -> &'a [u8] {
        self.bytes[field.start..field.colon].trim_ascii_end()
    }

    fn value(&self, field: &Field) -> &'a [u8] {
        &self.bytes[field.colon + 1..field.end]
    }

    /// All fields of a name, as written.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let is = |field: &&Field| self.name(field).eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(is).map(|field| self.value(field))
    }

    /// The first field of a name, as written.
    pub(super) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The first field of a name as text, unfolded and decoded; `None` if it is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        decoded(self.first(name)?)
    }

    /// The first field of a name, unfolded, with nothing decoded.
    pub(super) fn plain(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(bounded(self.first(name)?)).into_owned();
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// The fields as they are written, but for the first of each name in `once` and all of those in `known`.
    pub(super) fn others(&self, once: &[&str], known: &[&str]) -> impl Iterator<Item = &'a [u8]> {
        let mut left: Vec<&str> = once.to_vec();
        let others = self.fields.iter().filter(move |field| {
            let is = |name: &&str| self.name(field).eq_ignore_ascii_case(name.as_bytes());
            match left.iter().position(is) {
                Some(at) => {
                    left.swap_remove(at);
                    false
                }
                None => !known.iter().any(is),
            }
        });
        others.map(|field| &self.bytes[field.start..field.end])
    }

    /// Whether some field holds bytes that are not UTF-8.
    pub(super) fn damaged(&self) -> bool {
        self.fields.iter().any(|field| std::str::from_utf8(self.value(field)).is_err())
    }
}

/// Whether a line ends the header: an empty one, or one of blanks unless the header goes on behind it.
fn ends(line: &[u8], rest: &[u8]) -> bool {
    let more = |next: &[u8]| is_folded(next) || name_end(next).is_some();
    match line {
        b"\n" | b"\r\n" | b"\r" => true,
        line => line.trim_ascii().is_empty() && !lines(rest).next().is_some_and(more),
    }
}

fn is_folded(line: &[u8]) -> bool {
    line.starts_with(b" ") || line.starts_with(b"\t")
}

/// Whether fields follow a line that is none.
fn goes_on(rest: &[u8]) -> bool {
    let next = lines(rest).take(MAX_ODD_LINES).find(|line| !is_folded(line));
    next.is_some_and(|line| name_end(line).is_some())
}

/// Where a field's name ends, if the line begins with one.
pub(super) fn name_end(line: &[u8]) -> Option<usize> {
    let start = &line[..line.len().min(MAX_NAME_BYTES)];
    let colon = start.iter().position(|byte| *byte == b':')?;
    let name = start[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (33..127).contains(byte))).then_some(colon)
}

fn bounded(value: &[u8]) -> &[u8] {
    &value[..value.len().min(MAX_FIELD_BYTES)]
}

/// A field's value as UTF-8 that ends in a line end, as the parsers of fields want it. Bytes that are not UTF-8 are
/// read as windows-1252, which is what most programs that write such fields mean; those in encoded words have a charset.
pub(super) fn utf8(value: &[u8]) -> Cow<'_, [u8]> {
    let value = bounded(value);
    let mut owned = match (std::str::from_utf8(value), charset_decoder(b"windows-1252")) {
        (Err(_), Some(decode)) if find(value, b"=?").is_none() => decode(value).into_bytes(),
        _ if value.ends_with(b"\n") => return Cow::Borrowed(value),
        _ => value.to_vec(),
    };
    owned.push(b'\n');
    Cow::Owned(owned)
}

/// A field's value as text, with its encoded words decoded; `None` if it is empty.
pub(super) fn decoded(value: &[u8]) -> Option<String> {
    let joined = joined(&utf8(value));
    match MessageStream::new(&joined).parse_unstructured() {
        HeaderValue::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// Joins neighbouring encoded words of one charset and encoding: some programs cut a character in two between them.
pub(super) fn joined(value: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(value.len());
    let mut rest = value;
    let mut last: Option<(&[u8], bool)> = None;
    while let Some(at) = find(rest, b"=?") {
        let Some(word) = Word::at(&rest[at..]) else {
            all.extend_from_slice(&rest[..at + 2]);
            (rest, last) = (&rest[at + 2..], None);
            continue;
        };
        let blank = rest[..at].trim_ascii().is_empty();
        match last {
            Some((prefix, true)) if blank && prefix.eq_ignore_ascii_case(word.prefix) => {
                all.truncate(all.len() - 2);
                all.extend_from_slice(word.payload);
                all.extend_from_slice(b"?=");
            }
            _ => all.extend_from_slice(&rest[..at + word.length]),
        }
        last = Some((word.prefix, word.is_whole()));
        rest = &rest[at + word.length..];
    }
    all.extend_from_slice(rest);
    all
}

/// `=?charset?Q?payload?=`
struct Word<'a> {
    prefix: &'a [u8],
    payload: &'a [u8],
    length: usize,
}

/// The longest encoded word that is joined to another; the standard allows 75 bytes.
const MAX_WORD_BYTES: usize = 1024;

impl<'a> Word<'a> {
    fn at(text: &'a [u8]) -> Option<Word<'a>> {
        let text = &text[..text.len().min(MAX_WORD_BYTES)];
        let charset = 2 + text.get(2..)?.iter().position(|byte| *byte == b'?')?;
        if !matches!(text.get(charset + 1..charset + 3)?, [b'q' | b'Q' | b'b' | b'B', b'?']) {
            return None;
        }
        let start = charset + 3;
        let end = start + find(&text[start..], b"?=")?;
        let payload = &text[start..end];
        let one_line = !payload.contains(&b'\n');
        one_line.then_some(Word { prefix: &text[..start], payload, length: end + 2 })
    }

    /// Whether more can be written behind its payload: charsets that switch between alphabets begin anew in each word.
    fn is_whole(&self) -> bool {
        let switches = self.prefix.windows(4).any(|part| part == b"2022")
            || self.prefix.windows(5).any(|part| part.eq_ignore_ascii_case(b"utf-7"));
        match self.prefix {
            _ if switches => false,
            [.., b'b' | b'B', b'?'] => self.payload.len().is_multiple_of(4) && !self.payload.ends_with(b"="),
            _ => true,
        }
    }
}

fn find(text: &[u8], what: &[u8; 2]) -> Option<usize> {
    text.windows(2).position(|pair| pair == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_decoded() {
        let mail =
            b"From: a\r\nSubject: =?utf-8?Q?Caf=C3?=\r\n =?utf-8?Q?=A9?= two\r\nodd line\r\nX : y\r\n\r\nbody";
        let (headers, body) = Headers::split(mail);
        assert_eq!(headers.text("SUBJECT").as_deref(), Some("Caf\u{e9} two"));
        assert_eq!(headers.text("x").as_deref(), Some("y"));
        assert_eq!(body, b"body");
    }

    #[test]
    fn the_body_begins_where_fields_end_without_an_empty_line() {
        let (headers, body) = Headers::split(b"From: a\n--frontier\n\ntext");
        assert_eq!((headers.text("from").as_deref(), body), (Some("a"), &b"--frontier\n\ntext"[..]));
        assert!(Headers::split(b"").0.is_empty());
        assert!(Headers::split(b" x\n\ty\n").0.is_empty());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_windows_1252() {
        let (headers, _) = Headers::split(b"Subject: caf\xe9\n\n");
        assert_eq!(headers.text("subject").as_deref(), Some("caf\u{e9}"));
        assert!(headers.damaged());
    }

    #[test]
    fn a_header_of_a_million_fields_is_bounded() {
        let many = "A:\n".repeat(1_000_000) + "\nbody";
        let (headers, body) = Headers::split(many.as_bytes());
        assert_eq!((headers.fields.len(), body), (MAX_FIELDS, &b"body"[..]));
    }

    #[test]
    fn a_line_of_blanks_may_stand_within_a_field() {
        let (headers, body) = Headers::split(b"Subject: one\r\n \r\n\ttwo\r\nFrom: a\r\n \r\nbody\r\n");
        assert_eq!(headers.text("subject").as_deref(), Some("one two"));
        assert_eq!(body, b"body\r\n");
    }

    #[test]
    fn raw_bytes_in_encoded_words_have_the_charset_of_the_word() {
        assert_eq!(decoded(b"=?iso-8859-1?Q?caf\xe9?=").as_deref(), Some("caf\u{e9}"));
    }

    #[test]
    fn words_that_cannot_be_joined_stay_apart() {
        let words = "=?ISO-2022-JP?B?GyRCJUYbKEI=?= =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?= =?ISO-2022-JP?B?GyRCJUYbKEI=?=";
        assert_eq!(decoded(words.as_bytes()).as_deref(), Some("テテストテ"));
        let text = "=?utf-8?B?w6k=?= =?utf-8?B?w6k=?= x =?bad =?utf-8?Q?a?= =?koi8-r?Q?=C1?=";
        assert_eq!(decoded(text.as_bytes()).as_deref(), Some("\u{e9}\u{e9} x =?bad a\u{430}"));
    }
}
