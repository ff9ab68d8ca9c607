//! Files that are one mail: how they are recognised, and what their names say.

use crate::importer::Confidence;

use super::{header::name_end, lines::lines};

/// Fields that mails have and other files with a header have not.
const TELLING: &[&str] = &[
    "from",
    "to",
    "received",
    "message-id",
    "return-path",
    "delivered-to",
    "mime-version",
    "x-mailer",
    "x-gmail-labels",
    "dkim-signature",
    "envelope-to",
    "reply-to",
    "in-reply-to",
    "user-agent",
    "x-originating-ip",
    "sender",
];
const COMMON: &[&str] = &[
    "date",
    "subject",
    "cc",
    "bcc",
    "content-type",
    "content-transfer-encoding",
    "references",
    "list-id",
    "status",
    "x-status",
];
/// Fields of other things that look like mails: postings of news, calls of the web.
const FOREIGN: &[&str] = &["newsgroups", "path", "host", "server", "accept", "user-agent"];
const MAX_FIELDS: usize = 400;

/// Whether a file that begins with `text` is a mail: its header has at least two fields that mails have.
pub(super) fn probe(text: &str) -> Confidence {
    let text = mail(text.as_bytes());
    let mut names = Vec::new();
    for (at, line) in lines(text).take(MAX_FIELDS).enumerate() {
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        match name_end(line) {
            _ if line.trim_ascii().is_empty() => break,
            _ if folded && at > 0 => {}
            Some(end) if line[0].is_ascii_alphabetic() => {
                names.push(String::from_utf8_lossy(&line[..end]).trim_end().to_ascii_lowercase())
            }
            None if names.len() >= 2 => {}
            _ => return Confidence::No,
        }
    }
    let count = |list: &[&str]| list.iter().filter(|name| names.iter().any(|found| found == *name)).count();
    let (telling, common, foreign) = (count(TELLING), count(COMMON), count(FOREIGN));
    match telling {
        0 => Confidence::No,
        _ if foreign >= 2 && !names.iter().any(|name| name == "received" || name == "to") => Confidence::No,
        _ if telling + common >= 3 => Confidence::Certain,
        _ if telling + common == 2 && names.len() <= 10 => Confidence::Possible,
        _ => Confidence::No,
    }
}

/// The mail in a file: without the line of its length and the list behind it that Apple Mail writes, without the mark
/// of UTF-8, and without the line that some programs leave from an mbox.
pub(super) fn mail(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = lines(bytes).next().unwrap_or_default();
    let number = first.trim_ascii();
    let rest = &bytes[first.len()..];
    if !number.is_empty() && number.len() <= 12 && number.iter().all(u8::is_ascii_digit) {
        let length = std::str::from_utf8(number).ok().and_then(|text| text.parse::<usize>().ok());
        return &rest[..length.unwrap_or(rest.len()).min(rest.len())];
    }
    let separates = first.starts_with(b"From ") || first.starts_with(b">From ");
    if separates && name_end(first).is_none() { rest } else { past_empty(bytes) }
}

/// What follows the empty lines at the start.
fn past_empty(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some(after) = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")) {
        rest = after;
    }
    rest
}

/// The flags that a Maildir writes behind the name of a file: `1583999415.M1P2.host:2,RS`
pub(super) fn flags(name: &str) -> Vec<&'static str> {
    let Some((_, letters)) =
        name.rsplit_once("2,").filter(|(start, _)| start.ends_with([':', ';', '!', '_', '-']))
    else {
        return Vec::new();
    };
    let flag = |letter: char| match letter {
        'D' => Some("draft"),
        'F' => Some("flagged"),
        'P' => Some("passed"),
        'R' => Some("replied"),
        'S' => Some("seen"),
        'T' => Some("trashed"),
        _ => None,
    };
    letters.chars().take(16).filter_map(flag).collect()
}

/// The folders of a Maildir that hold mails.
const MAILDIR: &[&str] = &["cur", "new", "tmp"];

/// Whether a file lies in a Maildir.
pub(super) fn is_maildir(source: &str) -> bool {
    folders(source).next().is_some_and(|folder| MAILDIR.contains(&folder))
}

/// The name of the mailbox or folder that a file is, or lies in.
pub(super) fn label(source: &str) -> Option<String> {
    let name = source.rsplit(['/', '\\', '!']).next()?;
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let label = match end {
        "mbox" | "mbx" => stem,
        _ if name == "mbox" => folders(source).next()?.trim_end_matches(".mbox"),
        _ if name.contains('.') || name.bytes().all(|byte| byte.is_ascii_digit()) => {
            folders(source).find(|folder| !MAILDIR.contains(folder))?.trim_end_matches(".mbox")
        }
        _ => name,
    };
    let label = label.trim_start_matches('.');
    (!label.is_empty()).then(|| label.to_owned())
}

/// The folders around a file, nearest first.
fn folders(source: &str) -> impl Iterator<Item = &str> {
    source.rsplit(['/', '\\', '!']).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_told_by_its_header() {
        for (text, expected) in [
            ("From: a\nTo: b\nSubject: c\n\nbody", Confidence::Certain),
            ("Received: x\n\tby y\nMessage-ID: <a>\nDate: z\n\n", Confidence::Certain),
            ("412\nFrom: a\nTo: b\nDate: c\n\n", Confidence::Certain),
            ("From: a\nSubject: b\n\n", Confidence::Possible),
            ("HTTP/1.1 200 OK\nDate: x\nServer: y\nContent-Type: z\n\n", Confidence::No),
            ("Date: x\nServer: y\nContent-Type: z\n\n", Confidence::No),
            ("Host: x\nUser-Agent: y\nAccept: z\nContent-Type: t\n\n", Confidence::No),
            ("Path: x\nFrom: y\nNewsgroups: z\nSubject: t\nMessage-ID: u\n\n", Confidence::No),
            ("from: a\n  b: c\nwords without a colon\n", Confidence::No),
            ("12:30 Ann: hi\nTo: x\nFrom: y\n", Confidence::No),
            ("title: a\ndate: b\nto: c\n", Confidence::Possible),
            ("just text\n", Confidence::No),
            ("", Confidence::No),
        ] {
            assert_eq!(probe(text), expected, "{text}");
        }
    }

    #[test]
    fn what_surrounds_a_mail_is_left_out() {
        assert_eq!(mail(b"5\nA: 1\n<plist>"), b"A: 1\n");
        assert_eq!(mail(b"99999\nA: 1\n"), b"A: 1\n");
        assert_eq!(mail(b"From ann\nA: 1\n"), b"A: 1\n");
        assert_eq!(mail(b"From : ann\nA: 1\n"), b"From : ann\nA: 1\n");
        assert_eq!(mail(b"\xef\xbb\xbf\r\n\nA: 1\n"), b"A: 1\n");
    }

    #[test]
    fn names_tell_flags_and_folders() {
        assert_eq!(flags("1583999415.M1P2.host:2,FRS"), ["flagged", "replied", "seen"]);
        assert_eq!(flags("a.eml"), [""; 0]);
        for (source, expected) in [
            ("/x/mail/.Sent/cur/1.host:2,S", Some("Sent")),
            ("/x/ann/inbox/12", Some("inbox")),
            ("/x/ann/inbox/12.", Some("inbox")),
            ("/x/Takeout/Work.mbox", Some("Work")),
            ("/x/Work.mbox/mbox", Some("Work")),
            ("/x/a.zip!Mail/Inbox", Some("Inbox")),
            ("12.eml", None),
        ] {
            assert_eq!(label(source).as_deref(), expected, "{source}");
        }
        assert!(is_maildir("/x/mail/cur/1") && !is_maildir("/x/mail/1"));
    }
}
