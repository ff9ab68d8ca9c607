//! A mail taken apart: what its readers see, and what is attached to it.

use std::ops::Range;

use crate::media::stated;

use super::{
    body::{self, Body},
    calendar, charset,
    header::Headers,
    lines::{cut, tidy},
    part::{Part, Parts, parts},
    person::people,
};

/// How deep mails may be attached to mails; deeper ones are kept with the one around them.
const MAX_DEPTH: usize = 8;
/// The most text of one attached mail, calendar or report that is indexed, 4 MiB.
const MAX_TEXT_BYTES: usize = 4 << 20;
/// What the attachments of attached mails may take, 192 MiB; the rest is kept with the mail around it.
const MAX_INNER_BYTES: usize = 192 << 20;
/// What an attachment costs besides its bytes.
const EACH_BYTES: usize = 1024;
const MAX_NAME_BYTES: usize = 200;

/// A mail.
pub(super) struct Letter<'a> {
    pub(super) headers: Headers<'a>,
    pub(super) subject: Option<String>,
    pub(super) text: String,
    /// What of `text` quotes other mails, as far as its form shows it.
    pub(super) quoted: Vec<Range<usize>>,
    pub(super) attached: Vec<Attached>,
    /// What was wrong with charsets and transfer encodings.
    pub(super) encoding: Vec<String>,
    /// How it is encrypted, if it is.
    pub(super) encrypted: Option<&'static str>,
    pub(super) notes: Vec<String>,
}

/// What is attached.
pub(super) struct Attached {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
    pub(super) text: Option<String>,
}

/// How far attached mails are taken apart.
pub(super) struct Unfold {
    depth: usize,
    left: usize,
}

impl Unfold {
    pub(super) fn new() -> Unfold {
        Unfold { depth: 0, left: MAX_INNER_BYTES }
    }
}

impl<'a> Letter<'a> {
    /// Takes a mail apart.
    pub(super) fn read(bytes: &'a [u8], unfold: &mut Unfold) -> Letter<'a> {
        let (headers, rest) = Headers::split(bytes);
        let Parts { leaves, encrypted, .. } = parts(&headers, rest);
        let Body { text, quoted, attached, mut encoding, notes } = body::choose(leaves);
        if headers.damaged() {
            encoding.push("header: not UTF-8, read as windows-1252".into());
        }
        let mut letter = Letter {
            subject: headers.text("subject"),
            encrypted: way(encrypted, &attached, &text),
            headers,
            text,
            quoted,
            attached: Vec::new(),
            encoding,
            notes,
        };
        attached.iter().for_each(|part| letter.attach(part, unfold));
        letter
    }

    fn attach(&mut self, part: &Part<'a>, unfold: &mut Unfold) {
        let unwrapped = part.bytes();
        if let Some(fault) = unwrapped.fault {
            self.encoding.push(format!("attachment {}: {fault}", self.attached.len() + 1));
        }
        if part.deep {
            self.notes.push("parts are nested too deep: they are kept as one attachment".into());
        }
        let bytes = unwrapped.bytes.into_owned();
        let kind = stated(Some(&part.kind), &part.name);
        let mut one = Attached { name: part.name.clone(), kind, bytes, text: None };
        match &part.kind[..] {
            "message/rfc822" | "message/global" | "message/news" => return self.nest(one, unfold),
            "text/calendar" | "application/ics" => {
                let text = charset::text(&one.bytes, part.parameter("charset").or(Some("utf-8"))).0;
                one.text = Some(calendar::text(&text));
            }
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/disposition-notification"
            | "message/feedback-report"
            | "text/rfc822-headers"
            | "message/global-headers" => {
                one.text = Some(tidy(&charset::text(&one.bytes, part.parameter("charset")).0));
            }
            _ => {}
        }
        one.text = one.text.map(|text| cut(&text, MAX_TEXT_BYTES).to_owned()).filter(|text| !text.is_empty());
        self.attached.push(one);
    }

    /// Attaches a mail, and what is attached to it.
    fn nest(&mut self, mut one: Attached, unfold: &mut Unfold) {
        if unfold.depth == MAX_DEPTH {
            self.notes.push("attached mails are nested too deep: the inner ones are not searched".into());
            return self.attached.push(one);
        }
        unfold.depth += 1;
        let inner = Letter::read(&one.bytes, unfold);
        unfold.depth -= 1;
        one.text = Some(inner.as_text()).filter(|text| !text.is_empty());
        if one.name.is_empty() {
            one.name = file_name(inner.subject.as_deref());
        }
        let Letter { attached, encoding, notes, .. } = inner;
        let name = one.name.clone();
        self.encoding.extend(encoding.into_iter().map(|fault| format!("in an attached mail: {fault}")));
        self.notes.extend(notes);
        self.attached.push(one);
        for mut inner in attached {
            let cost = inner.bytes.len() + EACH_BYTES;
            let Some(left) = unfold.left.checked_sub(cost) else {
                self.notes.push("an attachment of an attached mail is kept within that mail only".into());
                continue;
            };
            unfold.left = left;
            inner.name = format!("{name}/{}", inner.name);
            self.attached.push(inner);
        }
    }

    /// The mail as text to search.
    fn as_text(&self) -> String {
        let mut all = String::new();
        for (label, name) in [("From", "from"), ("To", "to"), ("Cc", "cc")] {
            let written: Vec<_> = people(&self.headers, name).into_iter().map(|one| one.written).collect();
            if !written.is_empty() {
                all.push_str(&format!("{label}: {}\n", written.join(", ")));
            }
        }
        let date = self.headers.text("date").map(|date| format!("Date: {date}\n"));
        let subject = self.subject.as_ref().map(|subject| format!("Subject: {subject}\n"));
        let head = format!("{}{all}{}", subject.unwrap_or_default(), date.unwrap_or_default());
        let text = format!("{head}\n{}", self.text);
        cut(text.trim(), MAX_TEXT_BYTES).to_owned()
    }
}

/// How a mail is encrypted.
fn way(encrypted: bool, attached: &[Part<'_>], text: &str) -> Option<&'static str> {
    let smime = |part: &Part<'_>| {
        matches!(&part.kind[..], "application/pkcs7-mime" | "application/x-pkcs7-mime")
            && !part.parameter("smime-type").is_some_and(|kind| matches!(kind, "signed-data" | "certs-only"))
    };
    if text.contains("-----BEGIN PGP MESSAGE-----")
        || attached.iter().any(|part| part.is("application/pgp-encrypted"))
    {
        Some("PGP")
    } else if attached.iter().any(smime) {
        Some("S/MIME")
    } else {
        encrypted.then_some("unknown")
    }
}

/// The name of an attached mail that has none.
fn file_name(subject: Option<&str>) -> String {
    let safe =
        |letter: char| if letter.is_control() || matches!(letter, '/' | '\\' | ':') { '_' } else { letter };
    let subject: String = subject.unwrap_or("mail").chars().map(safe).collect();
    format!("{}.eml", cut(&subject, MAX_NAME_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> Letter<'_> {
        Letter::read(mail.as_bytes(), &mut Unfold::new())
    }

    #[test]
    fn an_attached_mail_is_searched_and_its_attachments_are_attached() {
        let letter = read(
            "Subject: outer\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nsee below\n--a\nContent-Type: message/rfc822\n\n\
            Subject: in/ner\nFrom: Ann <ann@example.org>\nDate: Thu, 12 Mar 2020 09:00:00 +0000\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: image/png; name=x.png\n\npng\n--b--\n--a--\n",
        );
        assert_eq!(letter.text, "see below");
        let names: Vec<_> = letter.attached.iter().map(|one| &one.name[..]).collect();
        assert_eq!(names, ["in_ner.eml", "in_ner.eml/x.png"]);
        let text =
            "Subject: in/ner\nFrom: Ann <ann@example.org>\nDate: Thu, 12 Mar 2020 09:00:00 +0000\n\nhello";
        assert_eq!(letter.attached[0].text.as_deref(), Some(text));
        assert!(letter.attached[0].bytes.starts_with(b"Subject: in/ner"));
    }

    #[test]
    fn mails_in_mails_are_bounded() {
        let deep = "Subject: x\nContent-Type: message/rfc822\n\n".repeat(100_000);
        let letter = read(&deep);
        assert_eq!(letter.attached.len(), MAX_DEPTH + 1);
        assert!(letter.notes.iter().any(|note| note.contains("nested too deep")));
    }

    #[test]
    fn encrypted_mails_are_told() {
        let mail = |kind: &str| format!("Content-Type: {kind}\n\nx");
        assert_eq!(
            read(&mail("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m")).encrypted,
            Some("S/MIME")
        );
        assert_eq!(read(&mail("application/pkcs7-mime; smime-type=signed-data")).encrypted, None);
        assert_eq!(read("\n-----BEGIN PGP MESSAGE-----\nx").encrypted, Some("PGP"));
        let parts = "multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--";
        assert_eq!(read(&mail(parts)).encrypted, Some("PGP"));
    }

    #[test]
    fn reports_and_invitations_are_searched() {
        let letter = read(
            "Content-Type: multipart/report; boundary=b\n\n--b\n\nnot delivered\n--b\nContent-Type: message/delivery-status\n\n\
            Final-Recipient: rfc822; bo@example.org\n--b\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:Budget\n--b--",
        );
        let texts: Vec<_> = letter.attached.iter().map(|one| one.text.as_deref().unwrap()).collect();
        assert_eq!(texts, ["Final-Recipient: rfc822; bo@example.org", "Summary: Budget\n"]);
    }
}
