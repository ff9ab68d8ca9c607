//! Invitations: what an iCalendar part says, as text to search.

use super::lines::cut;

/// The properties that are kept, and what they are called in the text.
const KEPT: &[(&str, &str)] = &[
    ("METHOD", "Method"),
    ("SUMMARY", "Summary"),
    ("LOCATION", "Location"),
    ("ORGANIZER", "Organiser"),
    ("ATTENDEE", "Attendee"),
    ("DTSTART", "Start"),
    ("DTEND", "End"),
    ("DUE", "Due"),
    ("DURATION", "Duration"),
    ("RRULE", "Repeats"),
    ("STATUS", "Status"),
    ("DESCRIPTION", "Description"),
    ("COMMENT", "Comment"),
];
const MAX_LINE_BYTES: usize = 1 << 16;

/// The text of a calendar: a line for each property that a person would look for.
pub(super) fn text(calendar: &str) -> String {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let mut hidden = 0_u32;
    let mut all = String::new();
    for line in unfolded.lines().map(|line| cut(line, MAX_LINE_BYTES)) {
        let Some(Property { name, parameters, value }) = property(line) else { continue };
        match &name[..] {
            // The rules of a zone have starts as well; a reminder has a description.
            "BEGIN" if is_hidden(value) => hidden = hidden.saturating_add(1),
            "END" if is_hidden(value) => hidden = hidden.saturating_sub(1),
            _ if hidden > 0 => {}
            _ => {
                if let Some((_, label)) = KEPT.iter().find(|(kept, _)| *kept == name) {
                    all.push_str(&format!("{label}: {}\n", shown(&parameters, value)));
                }
            }
        }
    }
    all
}

fn is_hidden(component: &str) -> bool {
    ["VTIMEZONE", "VALARM"].iter().any(|name| component.trim().eq_ignore_ascii_case(name))
}

/// `NAME;PARAMETER=value:VALUE`
struct Property<'a> {
    name: String,
    parameters: Vec<(String, String)>,
    value: &'a str,
}

fn property(line: &str) -> Option<Property<'_>> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon.0], &line[colon.0 + 1..]);
    let mut parts = head.split(';');
    let name = parts.next()?.trim().to_ascii_uppercase();
    let parameter = |part: &str| {
        let (key, value) = part.split_once('=')?;
        Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    };
    Some(Property { name, parameters: parts.filter_map(parameter).collect(), value })
}

fn shown(parameters: &[(String, String)], value: &str) -> String {
    let parameter = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| &value[..]);
    let bare =
        value.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(value, |_| &value[7..]);
    match (parameter("CN"), parameter("TZID")) {
        (Some(name), _) if name != bare => format!("{name} <{bare}>"),
        (None, Some(zone)) => format!("{value} {zone}"),
        _ => plain(bare),
    }
}

/// A text without its escapes.
fn plain(value: &str) -> String {
    let mut all = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n' | 'N') => all.push('\n'),
                Some(other) => all.push(other),
                None => {}
            },
            (letter, false) => all.push(letter),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_would_look_for_is_kept() {
        let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nDTSTART:16010101T020000\r\nEND:VTIMEZONE\r\n\
            BEGIN:VEVENT\r\nSUMMARY:Budget\\, second\r\n  round\r\nLOCATION:Room 4\r\n\
            ORGANIZER;CN=\"Example: Ann\":mailto:ann@example.org\r\nATTENDEE:MAILTO:bo@example.org\r\n\
            DTSTART;TZID=Europe/London:20200312T093000\r\nDTEND:20200312T100000Z\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR";
        assert_eq!(
            text(calendar),
            "Method: REQUEST\nSummary: Budget, second round\nLocation: Room 4\nOrganiser: Example: Ann <ann@example.org>\n\
            Attendee: bo@example.org\nStart: 20200312T093000 Europe/London\nEnd: 20200312T100000Z\n"
        );
        assert_eq!(text("\u{e9}\\:\nSUMMARY:\\"), "Summary: \n");
    }
}
