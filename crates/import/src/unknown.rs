//! Why a file is no export: what it is instead, told from its beginning.

use crate::head::Head;

/// What begins a file, at an offset, and what that makes it.
const MAGIC: &[(usize, &[u8], &str)] = &[
    (0, b"\xff\xd8\xff", PICTURE),
    (0, b"\x89PNG", PICTURE),
    (0, b"GIF8", PICTURE),
    (0, b"BM", PICTURE),
    (8, b"WEBP", PICTURE),
    (0, b"II*\0", PICTURE),
    (0, b"MM\0*", PICTURE),
    (4, b"ftyphei", PICTURE),
    (4, b"ftypmif", PICTURE),
    (4, b"ftypavif", PICTURE),
    (4, b"ftypM4A", RECORDING),
    (4, b"ftyp", VIDEO),
    (0, b"\x1a\x45\xdf\xa3", VIDEO),
    (8, b"AVI ", VIDEO),
    (0, b"OggS", RECORDING),
    (0, b"ID3", RECORDING),
    (0, b"\xff\xfb", RECORDING),
    (0, b"\xff\xf3", RECORDING),
    (0, b"#!AMR", RECORDING),
    (8, b"WAVE", RECORDING),
    (0, b"fLaC", RECORDING),
    (0, b".snd", RECORDING),
    (0, b"%PDF", DOCUMENT),
    (0, b"{\\rtf", DOCUMENT),
    (0, b"PK\x03\x04", DOCUMENT),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document or Outlook message, which no export refers to"),
    (0, b"!BDN", "an Outlook data file: have Outlook or your provider export mbox or eml files"),
    (0, b"SQLite format 3\0", "an SQLite database that is not iMessage's"),
    (0, b"bplist", "a property list: a piece of a database, without its messages"),
    (0, b"\x04\x0bstreamtyped", "a piece of an iMessage database, without its messages"),
    (257, b"ustar", "a tar archive: unpack it first"),
    (0, b"\xfd7zXZ\0", "compressed with xz: unpack it first"),
    (0, b"BZh", "compressed with bzip2: unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (0, b"Rar!", "a rar archive: unpack it first"),
    (0, b"-----BEGIN PGP MESSAGE", "it is encrypted"),
    (0, b"age-encryption.org/", "it is encrypted"),
];
const PICTURE: &str = "a picture that no message refers to";
const VIDEO: &str = "a video that no message refers to";
const RECORDING: &str = "a recording that no message refers to";
const DOCUMENT: &str = "a document that no message refers to";

/// A file's first lines.
const FIRST_LINES: usize = 5;

/// Beginnings of texts in any case, after white space.
const TEXTS: &[(&str, &str)] = &[
    ("begin:vcard", "contacts: name them with --contacts"),
    ("begin:vcalendar", "a calendar, which holds no messages"),
    ("<!doctype html", "a page that is no export of messages that is known"),
    ("<html", "a page that is no export of messages that is known"),
    ("<?xml", "XML that is no export of messages that is known"),
];

/// What a file is that nobody recognised.
pub(crate) fn reason(head: &Head) -> &'static str {
    let bytes = head.bytes();
    let magic =
        MAGIC.iter().find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    if let Some((_, _, what)) = magic {
        return what;
    }
    let start: String = head.text().trim_start().chars().take(32).collect::<String>().to_lowercase();
    if let Some((_, what)) = TEXTS.iter().find(|(begins, _)| start.starts_with(begins)) {
        return what;
    }
    if head.lines().take(FIRST_LINES).any(|line| line == "BackupInfo {") {
        return "a Signal backup in protobuf's text form, which no program exports";
    }
    match head.json() {
        Some(_) => "JSON that is no export of messages that is known",
        None if bytes.contains(&0) => "a binary file of no kind that is known",
        None => "text that is no export of messages that is known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_export_is_told_for_what_it_is() {
        for (text, expected) in [
            ("GIF89a", "picture"),
            ("%PDF-1.4", "document"),
            ("BEGIN:VCARD\n", "--contacts"),
            (" <!DOCTYPE HTML>", "page"),
            ("{\"a\":1}", "JSON"),
            ("a\0b", "binary"),
            ("// for reading\nBackupInfo {\n", "Signal"),
            ("shopping: milk", "text"),
            ("", "text"),
        ] {
            assert!(reason(&Head::of(text)).contains(expected), "{text:?}");
        }
    }
}
