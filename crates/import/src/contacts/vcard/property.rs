//! One property of a card: its lines joined, and its bytes decoded.

use std::borrow::Cow;

use crate::contacts::charset;

/// The longest property that is used, 16 KiB: no name is longer.
const MAX_BYTES: usize = 16 << 10;

/// The properties that name somebody, but for handles.
const NAMING: [&str; 12] = [
    "FN",
    "N",
    "NICKNAME",
    "TEL",
    "EMAIL",
    "ORG",
    "KIND",
    "X-ADDRESSBOOKSERVER-KIND",
    "X-ANDROID-CUSTOM",
    "IMPP",
    "SOCIALPROFILE",
    "X-SOCIALPROFILE",
];

/// Properties of one service's handles, before IMPP was for all.
pub(super) const HANDLES: [&str; 14] = [
    "X-AIM",
    "X-GADUGADU",
    "X-GOOGLE-TALK",
    "X-GTALK",
    "X-ICQ",
    "X-JABBER",
    "X-MSN",
    "X-QQ",
    "X-SIP",
    "X-SKYPE",
    "X-SKYPE-USERNAME",
    "X-TELEGRAM",
    "X-TWITTER",
    "X-YAHOO",
];

/// A property whose lines are being joined.
pub(super) struct Property {
    /// Its bytes, if it is used.
    bytes: Option<Vec<u8>>,
    kind: Kind,
    encoding: Encoding,
    /// Whether the last line ends in the `=` of quoted-printable.
    soft: bool,
    overlong: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agent,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Plain,
    QuotedPrintable,
}

impl Property {
    /// The property that begins with `line`, if that is a property at all.
    pub(super) fn begin(line: &[u8]) -> Option<Property> {
        let head = line.split(|byte| *byte == b':').next().filter(|head| head.len() < line.len())?;
        let name = head.split(|byte| *byte == b';').next().unwrap_or_default();
        let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default().trim_ascii();
        let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        let used = NAMING.iter().chain(&HANDLES).any(is);
        let encoding = match head.split(|byte| matches!(byte, b';' | b'=' | b',')).any(is_quoted_printable) {
            true => Encoding::QuotedPrintable,
            false => Encoding::Plain,
        };
        let kind = if is(&"AGENT") { Kind::Agent } else { Kind::Other };
        let bytes = used.then(Vec::new);
        let mut property = Property { bytes, kind, encoding, soft: false, overlong: false };
        property.append(line);
        Some(property)
    }

    /// Whether a card may follow that is not the next one but belongs to this property (vCard 2.1).
    pub(super) fn is_agent(&self) -> bool {
        self.kind == Kind::Agent
    }

    /// Whether `line` belongs to this property.
    pub(super) fn goes_on(&self, line: &[u8]) -> bool {
        self.soft || line.starts_with(b" ") || line.starts_with(b"\t")
    }

    pub(super) fn extend(&mut self, line: &[u8]) {
        match (self.soft, line) {
            (false, [_, folded @ ..]) => self.append(folded),
            _ => self.append(line),
        }
    }

    fn append(&mut self, line: &[u8]) {
        let cut = (self.encoding == Encoding::QuotedPrintable).then(|| line.strip_suffix(b"=")).flatten();
        self.soft = cut.is_some();
        let Some(bytes) = &mut self.bytes else { return };
        let line = cut.unwrap_or(line);
        match bytes.len() + line.len() > MAX_BYTES {
            true => self.overlong = true,
            false => bytes.extend_from_slice(line),
        }
    }

    /// The whole property on one line, in the encoding that its head states; `None` if it is not used.
    pub(super) fn text(self) -> Option<Result<String, &'static str>> {
        let bytes = self.bytes?;
        if self.overlong {
            return Some(Err("a property is longer than 16 KiB: it is left out"));
        }
        let text = charset::decode(&bytes, stated_charset(&bytes));
        Some(Ok(completed(&text, self.encoding).replace(['\r', '\n'], " ")))
    }
}

/// The name of the character set in a property's head.
fn stated_charset(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.split(|byte| *byte == b':').next()?;
    head.split(|byte| *byte == b';').find_map(|parameter| {
        let (name, value) = parameter.split_at_checked(b"CHARSET=".len())?;
        name.eq_ignore_ascii_case(b"CHARSET=").then_some(value)
    })
}

/// Writes into the head of quoted-printable what may be left out there: the name of the parameter (vCard 2.1), and
/// the character set where it is UTF-8.
fn completed(text: &str, encoding: Encoding) -> Cow<'_, str> {
    let Some((head, value)) = text.split_once(':').filter(|_| encoding == Encoding::QuotedPrintable) else {
        return Cow::Borrowed(text);
    };
    let named = head.split(';').map(|parameter| match is_quoted_printable(parameter.as_bytes()) {
        true => "ENCODING=QUOTED-PRINTABLE",
        false => parameter,
    });
    let mut head = named.collect::<Vec<_>>().join(";");
    if stated_charset(text.as_bytes()).is_none() && is_quoted_utf8(value) {
        head.push_str(";CHARSET=UTF-8");
    }
    Cow::Owned(format!("{head}:{value}"))
}

fn is_quoted_utf8(value: &str) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (mut bytes, mut rest) = (Vec::new(), value.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        let mut byte = *first;
        if let (b'=', [high, low, after @ ..]) = (byte, after)
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            (byte, rest) = ((high * 16 + low) as u8, after);
        }
        bytes.push(byte);
    }
    std::str::from_utf8(&bytes).is_ok()
}

fn is_quoted_printable(parameter: &[u8]) -> bool {
    parameter.trim_ascii().eq_ignore_ascii_case(b"QUOTED-PRINTABLE")
}
