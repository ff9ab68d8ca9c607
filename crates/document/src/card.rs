//! Contact and calendar files (vCard, RFC 6350; iCalendar, RFC 5545): lines are joined, escapes and quoted-printable
//! undone, pictures and other attached bytes left out.

use crate::draft::Draft;

/// Whether a text is a contact or calendar file.
pub(crate) fn is_card(text: &str) -> bool {
    let text = text.trim_start();
    let begins = |mark: &str| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    begins("BEGIN:VCARD") || begins("BEGIN:VCALENDAR")
}

/// Adds one line for each property.
pub(crate) fn read(text: &str, draft: &mut Draft) {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let mut property = line.to_owned();
        let printable = is_printable(line);
        while let Some(next) = lines.peek() {
            if let Some(rest) = next.strip_prefix([' ', '\t']) {
                property.push_str(rest);
            } else if printable && property.ends_with('=') {
                property.pop();
                property.push_str(next);
            } else {
                break;
            }
            lines.next();
        }
        if let Some(shown) = shown(&property, printable) {
            draft.push(&shown);
            draft.end_line();
        }
        if draft.is_full() {
            return;
        }
    }
}

fn is_printable(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, _)| key.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

fn shown(property: &str, printable: bool) -> Option<String> {
    let Some((key, value)) = property.split_once(':') else { return Some(property.to_owned()) };
    let key = key.to_ascii_uppercase();
    let binary = key
        .split(';')
        .skip(1)
        .any(|parameter| matches!(parameter, "BASE64" | "ENCODING=B" | "ENCODING=BASE64" | "VALUE=BINARY"));
    if binary || value.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
        return None;
    }
    let name = key.split(';').next().unwrap_or_default();
    let value = if printable { unquote(value) } else { unescape(value) };
    Some(format!("{name}: {value}"))
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            // Parts of a name or an address.
            ';' => text.push(' '),
            other => text.push(other),
        }
    }
    text
}

/// Quoted-printable: `=C3=BC` is the byte pair of `ü`.
fn unquote(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'=', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            (b';', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    crate::plain::decode(&bytes, None).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(card: &str) -> String {
        let mut draft = Draft::default();
        read(card, &mut draft);
        draft.finish(crate::Reason::Empty).unwrap().0
    }

    #[test]
    fn a_contact_is_read_without_its_picture() {
        let card = "BEGIN:VCARD\r\nN:Varga;Ilka;;;\r\nNOTE:met at the\r\n  harbour\\, pier 3\r\n\
            PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n BBBB\r\nEND:VCARD\r\n";
        assert!(is_card(card));
        assert_eq!(
            text(card),
            "BEGIN: VCARD\nN: Varga Ilka   \nNOTE: met at the harbour, pier 3\nEND: VCARD"
        );
    }

    #[test]
    fn quoted_printable_names_of_old_phones_are_decoded() {
        let card = "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=9Cbel;An=\r\n=C3=AFs;=zz=C3";
        assert_eq!(text(card), "N: Übel Anïs =zz\u{fffd}");
    }
}
