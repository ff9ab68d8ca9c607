//! The parts of a mail. A mail is cut into them here and not by the parser of mails, because that one takes time that
//! grows with the square of the length if boundaries are missing, and nests without a bound.

use mail_parser::{HeaderValue, parsers::MessageStream};

use super::{
    charset::{Unwrapped, unwrap},
    header::{Headers, decoded, utf8},
    lines::lines,
};

/// How deep multiparts may lie in multiparts; what is deeper stays one part.
const MAX_DEPTH: usize = 32;
/// The most parts of one mail; the last one has the rest.
const MAX_PARTS: usize = 10_000;

/// A part that holds no further parts.
pub(super) struct Part<'a> {
    /// Its media type, lower case.
    pub(super) kind: String,
    /// The parameters of its Content-Type, names in lower case.
    parameters: Vec<(String, String)>,
    /// Its file name, empty if it has none.
    pub(super) name: String,
    pub(super) disposition: Option<Disposition>,
    encoding: Option<String>,
    content: &'a [u8],
    /// The multipart/alternative around it, by number.
    pub(super) alternative: Option<usize>,
    /// Whether it is the mail's only part.
    pub(super) alone: bool,
    /// Whether it holds parts that lie too deep to be told apart.
    pub(super) deep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposition {
    Inline,
    Attachment,
}

impl<'a> Part<'a> {
    /// Its bytes without their transfer encoding.
    pub(super) fn bytes(&self) -> Unwrapped<'a> {
        unwrap(self.content, self.encoding.as_deref())
    }

    /// A parameter of its Content-Type.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        Some(&self.parameters.iter().find(|(key, _)| key == name)?.1)
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// What a mail consists of.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) leaves: Vec<Part<'a>>,
    /// Whether there is a multipart/encrypted.
    pub(super) encrypted: bool,
    alternatives: usize,
}

/// Where in the tree a part stands.
#[derive(Clone, Copy)]
struct Around {
    depth: usize,
    alternative: Option<usize>,
    default: &'static str,
}

/// The parts of a mail with this header and body.
pub(super) fn parts<'a>(headers: &Headers<'a>, body: &'a [u8]) -> Parts<'a> {
    let mut parts = Parts::default();
    parts.entity(headers, body, Around { depth: 0, alternative: None, default: "text/plain" });
    parts
}

impl<'a> Parts<'a> {
    fn entity(&mut self, headers: &Headers<'a>, body: &'a [u8], around: Around) {
        let mut stated = Stated::of(headers, around.default);
        let inner = stated
            .boundary()
            .and_then(|boundary| split(body, &boundary, MAX_PARTS.saturating_sub(self.leaves.len())));
        match inner {
            Some(bodies) if around.depth < MAX_DEPTH => {
                self.encrypted |= stated.kind == "multipart/encrypted";
                let around = self.below(around, &stated.kind);
                for inner in bodies {
                    let (headers, body) = Headers::split(inner);
                    self.entity(&headers, body, around);
                }
            }
            inner => {
                if stated.kind.starts_with("multipart/") && inner.is_none() {
                    // It states parts and has none: what is there is its text.
                    stated.kind = "text/plain".to_owned();
                }
                self.leaves.push(leaf(headers, stated, body, around, inner.is_some()));
            }
        }
    }

    fn below(&mut self, around: Around, kind: &str) -> Around {
        let alternative = match kind {
            "multipart/alternative" => {
                self.alternatives += 1;
                Some(self.alternatives)
            }
            _ => around.alternative,
        };
        let default = if kind == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        Around { depth: around.depth + 1, alternative, default }
    }
}

fn leaf<'a>(headers: &Headers<'a>, stated: Stated, body: &'a [u8], around: Around, deep: bool) -> Part<'a> {
    let disposition = headers.first("content-disposition").and_then(Stated::parse);
    let name = disposition.as_ref().and_then(|stated| stated.name("filename"));
    let name = name.or_else(|| stated.name("name")).or_else(|| stated.name("filename")).unwrap_or_default();
    Part {
        name: if name.contains("=?") { decoded(name.as_bytes()).unwrap_or(name) } else { name },
        disposition: disposition.map(|stated| match &stated.kind[..] {
            "inline" => Disposition::Inline,
            _ => Disposition::Attachment,
        }),
        encoding: headers.plain("content-transfer-encoding"),
        kind: stated.kind,
        parameters: stated.parameters,
        content: body,
        alternative: around.alternative,
        alone: around.depth == 0,
        deep,
    }
}

/// What a Content-Type or a Content-Disposition states.
struct Stated {
    kind: String,
    parameters: Vec<(String, String)>,
}

impl Stated {
    fn of(headers: &Headers<'_>, default: &str) -> Stated {
        let stated = headers.first("content-type").and_then(Stated::parse);
        let mut stated = stated.unwrap_or(Stated { kind: String::new(), parameters: Vec::new() });
        if !stated.kind.contains('/') {
            default.clone_into(&mut stated.kind);
        }
        stated
    }

    fn parse(value: &[u8]) -> Option<Stated> {
        let value = utf8(value);
        let HeaderValue::ContentType(content) = MessageStream::new(&value).parse_content_type() else {
            return None;
        };
        let kind = match content.subtype() {
            Some(subtype) if !content.ctype().is_empty() => format!("{}/{subtype}", content.ctype()),
            _ => content.ctype().to_owned(),
        };
        let attributes = content.attributes().unwrap_or_default().iter();
        let parameters =
            attributes.map(|one| (one.name.to_lowercase(), one.value.clone().into_owned())).collect();
        Some(Stated { kind: kind.to_lowercase(), parameters })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        Some(&self.parameters.iter().find(|(key, _)| key == name)?.1)
    }

    fn name(&self, parameter: &str) -> Option<String> {
        self.parameter(parameter).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    /// The boundary of a multipart.
    fn boundary(&self) -> Option<Vec<u8>> {
        let boundary = self.parameter("boundary")?.trim_end();
        (self.kind.starts_with("multipart/") && !boundary.is_empty()).then(|| boundary.as_bytes().to_vec())
    }
}

/// What stands between the lines of a boundary, without the line end before each; `None` if there is no such line.
fn split<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> Option<Vec<&'a [u8]>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in lines(body) {
        let next = at + line.len();
        if let Some(closes) = delimits(line, boundary) {
            if let Some(start) = start {
                found.push(without_end(&body[start..at]));
            }
            start = (!closes).then_some(next);
            if closes || found.len() + 1 >= most {
                break;
            }
        }
        at = next;
    }
    if let Some(start) = start.filter(|start| *start < body.len()) {
        found.push(&body[start..]);
    }
    (!found.is_empty()).then_some(found)
}

/// Whether a line is the boundary, and if so whether it is the last one.
fn delimits(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(mail: &[u8]) -> Vec<(String, String, String)> {
        let (headers, body) = Headers::split(mail);
        let leaves = parts(&headers, body).leaves;
        let text = |part: &Part<'_>| String::from_utf8_lossy(&part.bytes().bytes).into_owned();
        leaves.iter().map(|part| (part.kind.clone(), part.name.clone(), text(part))).collect()
    }

    fn is(found: &[(String, String, String)], expected: &[(&str, &str, &str)]) {
        let found: Vec<_> = found.iter().map(|(a, b, c)| (&a[..], &b[..], &c[..])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_boundary_that_begins_like_another_is_another() {
        let mail = b"Content-Type: multipart/mixed; boundary=\"a\"\n\npreamble\n--a\n\
            Content-Type: multipart/alternative; boundary=ab\n\n--ab\n\none\n--ab \nContent-Type: text/html\n\n<p>\n\
            --ab--\n\n--a\nContent-Type: image/PNG; name*=utf-8''%C3%A9.png\nContent-Transfer-Encoding: base64\n\naGk=\n--a--\nepilogue";
        is(
            &kinds(mail),
            &[("text/plain", "", "one"), ("text/html", "", "<p>"), ("image/png", "\u{e9}.png", "hi")],
        );
    }

    #[test]
    fn a_multipart_without_end_or_without_parts_is_read() {
        let head = "Content-Type: multipart/mixed; boundary=b\n\n";
        is(&kinds(format!("{head}--b\n\ntext\n").as_bytes()), &[("text/plain", "", "text\n")]);
        is(&kinds(format!("{head}no parts").as_bytes()), &[("text/plain", "", "no parts")]);
        is(&kinds(b"Content-Type: multipart/mixed\n\nno boundary"), &[("text/plain", "", "no boundary")]);
        is(&kinds(b"Content-Type: nonsense\n\nx"), &[("text/plain", "", "x")]);
        is(&kinds(head.as_bytes()), &[("text/plain", "", "")]);
    }

    #[test]
    fn names_are_decoded_in_every_way_that_they_are_written() {
        for header in [
            "Content-Disposition: attachment; filename=\"=?utf-8?Q?caf=C3=A9?=.txt\"",
            "Content-Disposition: attachment; filename*0*=utf-8''caf%C3%A9; filename*1=.txt",
            "Content-Type: text/plain; name=\"caf\u{e9}.txt\"",
            "Content-Type: text/plain;\r\n name*=iso-8859-1'de'caf%E9.txt",
        ] {
            let mail = format!("{header}\r\n\r\n");
            assert_eq!(kinds(mail.as_bytes())[0].1, "caf\u{e9}.txt", "{header}");
        }
    }

    #[test]
    fn ten_thousand_levels_and_a_million_parts_are_bounded() {
        let mut deep = String::new();
        for level in 0..10_000 {
            deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        }
        let (headers, body) = Headers::split(deep.as_bytes());
        let leaves = parts(&headers, body).leaves;
        assert_eq!((leaves.len(), leaves[0].deep), (1, true));
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(1_000_000));
        let (headers, body) = Headers::split(many.as_bytes());
        assert_eq!(parts(&headers, body).leaves.len(), MAX_PARTS);
    }
}
