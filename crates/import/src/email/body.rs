//! Which parts of a mail are its text, and which are attached.

use std::{collections::BTreeMap, ops::Range};

use super::{
    charset, html,
    lines::tidy,
    part::{Disposition, Part},
    quote,
};

/// More text than this, 15 MiB, is attached instead.
const MAX_BODY_BYTES: usize = 15 << 20;
/// Plain text shorter than this is compared with the HTML beside it: it may only say that there is HTML.
const MAX_STUB_BYTES: usize = 500;

/// The text of a mail and the parts that are not in it.
#[derive(Default)]
pub(super) struct Body<'a> {
    pub(super) text: String,
    pub(super) quoted: Vec<Range<usize>>,
    pub(super) attached: Vec<Part<'a>>,
    pub(super) encoding: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// A part that may be the text.
struct Candidate {
    alternative: Option<usize>,
    is_html: bool,
    text: String,
}

/// Chooses: plain text, or HTML where there is no plain text; all else is attached.
pub(super) fn choose(parts: Vec<Part<'_>>) -> Body<'_> {
    let mut body = Body::default();
    let mut candidates = Vec::new();
    let mut length = 0_usize;
    for part in parts {
        let candidate = if is_text(&part) { Some(candidate(&part, &mut body.encoding)) } else { None };
        match candidate {
            None => body.attached.push(part),
            Some(candidate) if length.saturating_add(candidate.text.len()) > MAX_BODY_BYTES => {
                body.notes.push("the text is over 15 MiB: it is kept as an attachment".into());
                body.attached.push(part);
            }
            Some(candidate) => {
                length += candidate.text.len();
                candidates.push(candidate);
            }
        }
    }
    let plain = preferred(&candidates);
    for candidate in candidates {
        let is_plain = candidate.alternative.and_then(|number| plain.get(&number));
        if is_plain.is_none_or(|is_plain| *is_plain != candidate.is_html) {
            body.add(&candidate);
        }
    }
    body
}

fn is_text(part: &Part<'_>) -> bool {
    let kind = part.is("text/plain") || part.is("text/html");
    kind && !part.deep
        && part.disposition != Some(Disposition::Attachment)
        && (part.alone || part.name.is_empty())
}

fn candidate(part: &Part<'_>, encoding: &mut Vec<String>) -> Candidate {
    let unwrapped = part.bytes();
    let (text, fault) = charset::text(&unwrapped.bytes, part.parameter("charset"));
    encoding.extend(unwrapped.fault.map(|fault| format!("text: {fault}")));
    encoding.extend(fault.map(|fault| format!("text: {fault}")));
    Candidate { alternative: part.alternative, is_html: part.is("text/html"), text }
}

/// For each multipart/alternative that has both, whether its plain text is taken.
fn preferred(candidates: &[Candidate]) -> BTreeMap<usize, bool> {
    let mut groups: BTreeMap<usize, (usize, Vec<&Candidate>)> = BTreeMap::new();
    for candidate in candidates {
        let Some(number) = candidate.alternative else { continue };
        let (plain, pages) = groups.entry(number).or_default();
        match candidate.is_html {
            true => pages.push(candidate),
            false => *plain += candidate.text.trim().len(),
        }
    }
    let taken = |plain: usize, pages: &[&Candidate]| match plain {
        0 => false,
        plain if plain < MAX_STUB_BYTES => {
            let shown: usize = pages.iter().map(|page| html::text(&page.text).0.len()).sum();
            shown < 4 * plain + MAX_STUB_BYTES
        }
        _ => true,
    };
    let both = groups.into_iter().filter(|(_, (_, pages))| !pages.is_empty());
    both.map(|(number, (plain, pages))| (number, taken(plain, &pages))).collect()
}

impl Body<'_> {
    /// Adds a text after an empty line.
    fn add(&mut self, candidate: &Candidate) {
        let (text, known) = match candidate.is_html {
            true => {
                let (text, known) = html::text(&candidate.text);
                (text.trim_end().to_owned(), known)
            }
            false => (tidy(&candidate.text), Vec::new()),
        };
        if text.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        let start = self.text.len();
        self.quoted.extend(quote::find(&text, &known).into_iter().map(|at| at.start + start..at.end + start));
        self.text.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::{header::Headers, part::parts};

    fn read(mail: &str) -> (String, usize) {
        let (headers, rest) = Headers::split(mail.as_bytes());
        let body = choose(parts(&headers, rest).leaves);
        (body.text, body.attached.len())
    }

    fn alternative(plain: &str, html: &str) -> String {
        format!(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--"
        )
    }

    #[test]
    fn plain_text_is_taken_before_html() {
        assert_eq!(read(&alternative("plain", "<p>html")), ("plain".into(), 0));
        assert_eq!(read(&alternative(" ", "<p>html")), ("html".into(), 0));
        let long = "word ".repeat(200);
        assert_eq!(read(&alternative("See the HTML.", &long)), (long.trim().into(), 0));
        assert_eq!(read("Content-Type: text/html\n\na<br>b"), ("a\nb".into(), 0));
    }

    #[test]
    fn texts_that_follow_one_another_are_one_text() {
        let mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\r\ntwo\r\n--b\nContent-Type: text/plain; name=a.txt\n\nattached\n\
            --b\nContent-Type: text/html\n\n<i>footer</i>\n--b\nContent-Disposition: attachment\n\nalso attached\n--b--";
        assert_eq!(read(mail), ("one\ntwo\n\nfooter".into(), 2));
        assert_eq!(read("Content-Type: text/plain; name=a.txt\n\nonly"), ("only".into(), 0));
        assert_eq!(read("Content-Disposition: attachment\n\nonly"), (String::new(), 1));
    }

    #[test]
    fn a_text_that_is_too_long_is_attached() {
        assert_eq!(read(&format!("\n{}", "x".repeat(MAX_BODY_BYTES + 1))), (String::new(), 1));
    }
}
