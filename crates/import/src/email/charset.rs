//! Bytes of a part to text: transfer encodings and charsets.

use std::borrow::Cow;

use mail_parser::decoders::{
    base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
};

/// Bytes of a part without their transfer encoding, and what was wrong with it.
pub(super) struct Unwrapped<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) fault: Option<&'static str>,
}

/// Undoes the transfer encoding called `name`. What is not as it should be is passed over, as other programs do.
pub(super) fn unwrap<'a>(bytes: &'a [u8], name: Option<&str>) -> Unwrapped<'a> {
    let name = name.unwrap_or_default().trim().trim_end_matches(';').to_ascii_lowercase();
    let plain = |bytes: Vec<u8>, fault| Unwrapped { bytes: Cow::Owned(bytes), fault };
    match &name[..] {
        "base64" => match base64_decode(bytes) {
            Some(bytes) => plain(bytes, None),
            None => plain(base64(bytes), Some("not all of it is base64")),
        },
        "quoted-printable" => match quoted_printable_decode(bytes) {
            Some(bytes) => plain(bytes, None),
            None => plain(quoted_printable(bytes), Some("not all of it is quoted-printable")),
        },
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => match uuencode(bytes) {
            Some(bytes) => plain(bytes, None),
            None => Unwrapped { bytes: Cow::Borrowed(bytes), fault: Some("it is not uuencoded") },
        },
        "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" | "8bits" | "7bits" | "none" => {
            Unwrapped { bytes: Cow::Borrowed(bytes), fault: None }
        }
        _ => Unwrapped { bytes: Cow::Borrowed(bytes), fault: Some("its transfer encoding is not known") },
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let is = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let only: Vec<u8> = bytes.iter().copied().filter(is).collect();
    base64_decode(&only).unwrap_or_default()
}

fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'=', [b'\r', b'\n', more @ ..] | [b'\n', more @ ..]) => more,
            (b'=', [high, low, more @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                all.push(digit(*high) << 4 | digit(*low));
                more
            }
            _ => {
                all.push(first);
                after
            }
        };
    }
    all
}

/// The bytes between the lines `begin` and `end`; `None` if there is no such line.
fn uuencode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lines =
        bytes.split(|byte| *byte == b'\n').skip_while(|line| !line.starts_with(b"begin ")).skip(1).peekable();
    lines.peek()?;
    let mut all = Vec::new();
    for line in lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)).take_while(|line| *line != b"end")
    {
        let Some((first, rest)) = line.split_first() else { continue };
        let value = |at: usize| rest.get(at).map_or(0, |byte| byte.wrapping_sub(32) & 63);
        let length = usize::from(first.wrapping_sub(32) & 63);
        let triples = (0..length.div_ceil(3)).flat_map(|group| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|place| value(group * 4 + place));
            [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]
        });
        all.extend(triples.take(length));
    }
    Some(all)
}

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte.to_ascii_lowercase() - b'a') + 10,
    }
}

const UTF8: &[&str] = &["utf-8", "utf8", "unicode-1-1-utf-8", "unicode-1-1-utf8"];
const ASCII: &[&str] = &["us-ascii", "ascii", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso646-us", "646"];
/// How much of a charset's name is quoted.
const QUOTED_BYTES: usize = 40;

/// The text that bytes of a charset are, and what was wrong.
///
/// Bytes without a charset, of ASCII, or of a charset that is not known are UTF-8 if they can be, else windows-1252.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> (String, Option<String>) {
    let stated = charset.unwrap_or_default().trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let quoted = &stated[..stated.floor_char_boundary(QUOTED_BYTES)];
    if UTF8.contains(&&stated[..]) {
        let text = String::from_utf8_lossy(bytes);
        let fault = matches!(text, Cow::Owned(_)).then(|| "not UTF-8, replaced by U+FFFD".to_owned());
        return (text.into_owned(), fault);
    }
    let open = stated.is_empty() || ASCII.contains(&&stated[..]);
    match charset_decoder(stated.as_bytes()).filter(|_| !open) {
        Some(decode) => {
            let text = decode(bytes);
            let fault = text.contains('\u{fffd}').then(|| format!("not {quoted}, replaced by U+FFFD"));
            (text, fault)
        }
        None => guessed(bytes, if open { None } else { Some(quoted) }),
    }
}

fn guessed(bytes: &[u8], unknown: Option<&str>) -> (String, Option<String>) {
    let why = unknown.map_or(String::new(), |name| format!("the charset \"{name}\" is not known, "));
    match (std::str::from_utf8(bytes), charset_decoder(b"windows-1252")) {
        (Ok(text), _) => (text.to_owned(), unknown.map(|_| format!("{why}read as UTF-8"))),
        (Err(_), Some(decode)) => (decode(bytes), Some(format!("{why}not UTF-8, read as windows-1252"))),
        (Err(_), None) => (String::from_utf8_lossy(bytes).into_owned(), Some(format!("{why}not UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_decoded_and_bogus_ones_are_told() {
        for (bytes, charset, expected, told) in [
            (&b"\xc1\xc2"[..], Some("KOI8-R"), "\u{430}\u{431}", false),
            (b"\xc4\xe3", Some("gbk"), "\u{4f60}", false),
            (b"\x1b$B$\"\x1b(B", Some("iso-2022-jp"), "\u{3042}", false),
            (b"+AOk-", Some("utf-7"), "\u{e9}", false),
            (b"caf\xc3\xa9", Some("us-ascii"), "caf\u{e9}", false),
            (b"caf\xc3\xa9", None, "caf\u{e9}", false),
            (b"caf\xe9", Some("ANSI_X3.4-1968"), "caf\u{e9}", true),
            (b"caf\xc3\xa9", Some("y"), "caf\u{e9}", true),
            (b"caf\xe9", Some("utf-8"), "caf\u{fffd}", true),
        ] {
            let (found, fault) = text(bytes, charset);
            assert_eq!((&found[..], fault.is_some()), (expected, told), "{charset:?}");
        }
    }

    #[test]
    fn broken_transfer_encodings_give_what_is_readable() {
        let read = |bytes: &'static [u8], name| {
            let unwrapped = unwrap(bytes, Some(name));
            (unwrapped.bytes.into_owned(), unwrapped.fault.is_some())
        };
        assert_eq!(read(b"aGk=\r\n", "Base64"), (b"hi".to_vec(), false));
        assert_eq!(read(b"aG!k=", "base64"), (b"hi".to_vec(), true));
        assert_eq!(read(b"a=3D=\r\nb", "quoted-printable"), (b"a=b".to_vec(), false));
        assert_eq!(read(b"a=ZZ=3d=", "quoted-printable"), (b"a=ZZ==".to_vec(), true));
        assert_eq!(read(b"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", "x-uuencode"), (b"Cat".to_vec(), false));
        assert_eq!(read(b"begin 644 a\n#0\n\xff\xff", "uuencode").0.len(), 3 + 31);
        assert_eq!(read(b"x", "x-uuencode"), (b"x".to_vec(), true));
        assert_eq!(read(b"x", "rot13"), (b"x".to_vec(), true));
    }
}
