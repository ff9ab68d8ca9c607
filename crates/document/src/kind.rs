//! What an attachment is, told from its first bytes.

use std::str;

use infer::MatcherType;

/// How many of the first bytes are looked at.
pub(crate) const HEAD_BYTES: usize = 8 << 10;

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A document whose structure is read, confined.
    Document,
    Html,
    Text,
    Picture,
    Audio,
    Video,
    Archive,
    Unknown,
}

/// What a sender says of an attachment. Believed only where the content leaves a doubt.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) name: &'a str,
    pub(crate) media_type: &'a str,
}

impl Claim<'_> {
    fn says(&self, types: &[&str], extensions: &[&str]) -> bool {
        let media_type = self.media_type.trim().to_ascii_lowercase();
        let extension = self.name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        types.iter().any(|start| media_type.starts_with(start))
            || extension.is_some_and(|end| extensions.contains(&end.as_str()))
    }

    fn says_text(&self) -> bool {
        const EXTENSIONS: &[&str] =
            &["txt", "csv", "tsv", "vcf", "ics", "json", "xml", "eml", "log", "md", "vtt", "srt"];
        const TYPES: &[&str] = &["text/", "application/json", "application/xml", "message/rfc822"];
        self.says(TYPES, EXTENSIONS)
    }

    fn says_html(&self) -> bool {
        self.says(&["text/html", "application/xhtml"], &["html", "htm", "xhtml"])
    }

    fn says_audio(&self) -> bool {
        self.says(&["audio/"], &["m4a", "m4b", "aac", "opus", "oga", "amr"])
    }
}

impl Kind {
    /// Tells the kind from an attachment's first [`HEAD_BYTES`].
    pub(crate) fn of(head: &[u8], claim: Claim<'_>) -> Kind {
        if is_document(head) {
            Kind::Document
        } else if is_text(head) || has_utf16_mark(head) || (claim.says_text() && is_legacy_text(head)) {
            if is_html(head) || claim.says_html() { Kind::Html } else { Kind::Text }
        } else if claim.says_html() && is_legacy_text(head) {
            Kind::Html
        } else {
            medium(head, claim)
        }
    }
}

pub(crate) const PDF_MARK: &[u8] = b"%PDF-";
pub(crate) const ZIP_MARK: &[u8] = b"PK\x03\x04";
pub(crate) const OLE_MARK: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
pub(crate) const RTF_MARK: &[u8] = b"{\\rtf";

fn is_document(head: &[u8]) -> bool {
    let begins = [PDF_MARK, ZIP_MARK, OLE_MARK, RTF_MARK];
    // Printers and mailers put a few bytes before a PDF; every viewer looks for the mark in the first 1,024.
    let shifted =
        || !is_text(head) && memchr::memmem::find(&head[..head.len().min(1024)], PDF_MARK).is_some();
    begins.iter().any(|mark| head.trim_ascii_start().starts_with(mark)) || shifted()
}

/// UTF-8 without control characters that no text has. The last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let whole = match str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() == HEAD_BYTES,
    };
    whole && !head.iter().any(|&byte| is_odd_control(byte))
}

/// Text of a one-byte or an Asian encoding: no NUL, and hardly a control character.
fn is_legacy_text(head: &[u8]) -> bool {
    let odd = head.iter().filter(|&&byte| is_odd_control(byte)).count();
    !head.contains(&0) && odd * 50 <= head.len()
}

fn is_odd_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)
}

fn has_utf16_mark(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF])
}

fn is_html(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let begins = |tag: &[u8]| head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].into_iter().any(begins)
}

fn medium(head: &[u8], claim: Claim<'_>) -> Kind {
    let Some(found) = infer::get(head) else { return Kind::Unknown };
    // These containers hold sound, or sound and pictures: nothing at their beginning says which.
    const EITHER: &[&str] =
        &["video/mp4", "video/webm", "video/x-matroska", "video/quicktime", "video/x-ms-wmv"];
    match found.matcher_type() {
        MatcherType::Video if EITHER.contains(&found.mime_type()) && claim.says_audio() => Kind::Audio,
        MatcherType::Image => Kind::Picture,
        MatcherType::Audio => Kind::Audio,
        MatcherType::Video => Kind::Video,
        MatcherType::Archive => Kind::Archive,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(head: &[u8], name: &str) -> Kind {
        Kind::of(head, Claim { name, media_type: "" })
    }

    #[test]
    fn content_overrules_the_name() {
        assert_eq!(kind(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "notes.txt"), Kind::Picture);
        assert_eq!(kind(b"%PDF-1.7\n%\xE2\xE3", "photo.jpg"), Kind::Document);
        assert_eq!(kind(b"Meet me at the mill", "photo.jpg"), Kind::Text);
    }

    #[test]
    fn a_text_that_begins_like_a_bitmap_is_text() {
        assert_eq!(kind(b"BMW for sale, one owner", ""), Kind::Text);
    }

    #[test]
    fn a_claim_of_text_decides_on_bytes_of_an_old_encoding_only() {
        let latin = b"Gr\xFC\xDFe aus K\xF6ln";
        assert_eq!(kind(latin, "gruss.txt"), Kind::Text);
        assert_eq!(kind(latin, "gruss"), Kind::Unknown);
        assert_eq!(kind(b"\xFC\0\x01\x02\x03", "gruss.txt"), Kind::Unknown);
    }

    #[test]
    fn an_mp4_is_a_video_unless_it_says_audio() {
        let mp4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
        assert_eq!(kind(mp4, "VID-1.mp4"), Kind::Video);
        assert_eq!(kind(mp4, "AUD-1.m4a"), Kind::Audio);
        assert_eq!(Kind::of(mp4, Claim { name: "", media_type: "audio/mp4" }), Kind::Audio);
    }

    #[test]
    fn sounds_and_pictures_of_phones_are_recognised() {
        let cases: [(&[u8], Kind); 7] = [
            (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x13OpusHead", Kind::Audio),
            (b"#!AMR\n\x3C\x91\x17\x16\xBE\x66\x79\xE1", Kind::Audio),
            (b"ID3\x04\0\0\0\0\0\0", Kind::Audio),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", Kind::Picture),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Picture),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Kind::Picture),
            (b"RIFF\x24\0\0\0WAVEfmt ", Kind::Audio),
        ];
        for (head, expected) in cases {
            assert_eq!(kind(head, ""), expected, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_head_is_still_text() {
        let mut head = vec![b'a'; HEAD_BYTES - 1];
        head.push(0xC3);
        assert_eq!(kind(&head, ""), Kind::Text);
    }

    #[test]
    fn bytes_before_a_pdf_are_passed_over() {
        assert_eq!(kind(b"\x1B%-12345X@PJL\n\x01%PDF-1.4\n", ""), Kind::Document);
    }
}
