//! Plain text: which encoding its bytes are in, and contact and calendar files.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

use crate::card;
use crate::draft::Draft;

/// How many bytes the guess of an encoding rests on.
const GUESSED_BYTES: usize = 64 << 10;

/// Adds a plain text.
pub(crate) fn read(bytes: &[u8], media_type: &str, draft: &mut Draft) {
    let text = decode(bytes, charset(media_type));
    if card::is_card(&text) {
        card::read(&text, draft);
    } else {
        draft.push(&text);
    }
}

/// Decodes by byte order mark, else as UTF-8 if it is that, else by the encoding named, else by the likeliest.
pub(crate) fn decode<'a>(bytes: &'a [u8], named: Option<&'static Encoding>) -> Cow<'a, str> {
    if Encoding::for_bom(bytes).is_some() || (!bytes.is_ascii() && is_utf8(bytes)) {
        return UTF_8.decode(bytes).0;
    }
    named.unwrap_or_else(|| guess(bytes)).decode(bytes).0
}

/// The encoding that a media type names, as in `text/plain; charset=koi8-r`.
pub(crate) fn charset(media_type: &str) -> Option<&'static Encoding> {
    let values = media_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, label) = values.into_iter().find(|(key, _)| key.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches('"').as_bytes())
}

/// Whether these are the first bytes of a UTF-8 text: the last character may be cut.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(GUESSED_BYTES)], bytes.len() <= GUESSED_BYTES);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], media_type: &str) -> String {
        let mut draft = Draft::default();
        read(bytes, media_type, &mut draft);
        draft.finish(crate::Reason::Empty).unwrap().0
    }

    #[test]
    fn utf16_is_read_by_its_mark() {
        let mut little = vec![0xFF, 0xFE];
        little.extend("Zürich".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(text(&little, ""), "Zürich");
        let mut big = vec![0xFE, 0xFF];
        big.extend("Zürich".encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(text(&big, "text/plain; charset=utf-8"), "Zürich");
    }

    #[test]
    fn an_old_encoding_is_guessed() {
        let bytes = b"Sch\xF6ne Gr\xFC\xDFe von der F\xE4hre nach \xD6rsj\xF6";
        assert_eq!(text(bytes, ""), "Schöne Grüße von der Fähre nach Örsjö");
    }

    #[test]
    fn a_named_encoding_is_believed_unless_the_bytes_are_utf8() {
        assert_eq!(text(b"\xD0\xD2\xC9\xD7\xC5\xD4", "text/plain; charset=\"koi8-r\""), "привет");
        assert_eq!(text("пр".as_bytes(), "text/plain; charset=koi8-r"), "пр");
    }
}
