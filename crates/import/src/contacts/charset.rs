//! Text that does not say in which character set it is.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// `bytes` as UTF-8 if they are that, else in the character set `stated`, else in Windows-1252, which older phones and
/// Outlook write.
pub(super) fn decode<'a>(bytes: &'a [u8], stated: Option<&[u8]>) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let charset = stated.and_then(Encoding::for_label).unwrap_or(WINDOWS_1252);
            charset.decode_without_bom_handling(bytes).0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_in_the_stated_character_set_or_in_windows_1252() {
        assert_eq!(decode("Zoë".as_bytes(), Some(b"ISO-8859-1")), "Zoë");
        assert_eq!(decode(b"Zo\xeb \x80", None), "Zoë €");
        assert_eq!(decode(b"\xc6\xf3", Some(b"windows-1251")), "Жу");
        assert_eq!(decode(b"Zo\xeb", Some(b"no-such")), "Zoë");
    }
}
