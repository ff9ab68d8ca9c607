//! What the text of a record states besides: a place, a poll, a timer, that it could be seen once only.

use blackbox_format::message::annotation;

use super::phrases::PHRASES;

/// Where WhatsApp's link to a place has its coordinates.
const PLACE: &str = "maps.google.com/?q=";
/// Fewest options of a poll.
const POLL_OPTIONS: usize = 2;
/// The timers that WhatsApp offers, by the number that any language writes them with, in seconds.
const TIMERS: [(&str, u64); 3] = [("24", 24 * 3600), ("7", 7 * 24 * 3600), ("90", 90 * 24 * 3600)];

/// A fact, as an annotation's name and value.
pub(super) type Fact = (&'static str, String);

/// The facts of a message.
pub(super) fn of_message(text: &str) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(place(text).map(|place| (annotation::LOCATION, place)));
    facts.extend(poll(text).map(|question| ("poll", question)));
    facts.extend(PHRASES.is_once(text).then(|| ("view-once", "yes".to_owned())));
    facts
}

/// The facts of a notice.
pub(super) fn of_notice(event: &str, text: &str) -> Vec<Fact> {
    let timer = (event == "disappearing").then(|| timer(text)).flatten();
    timer.map(|seconds| (annotation::DISAPPEARING, seconds.to_string())).into_iter().collect()
}

/// `latitude,longitude` of a text that is a place: `Location: https://maps.google.com/?q=51.5,-0.1`.
fn place(text: &str) -> Option<String> {
    let (before, after) = text.split_once(PLACE)?;
    if before.contains('\n') {
        return None;
    }
    let end = after.find(|c: char| !matches!(c, '0'..='9' | '.' | ',' | '-')).unwrap_or(after.len());
    let (latitude, longitude) = after[..end].split_once(',')?;
    let number = |text: &str, most: f64| text.parse::<f64>().is_ok_and(|value| value.abs() <= most);
    (number(latitude, 90.0) && number(longitude, 180.0)).then(|| format!("{latitude},{longitude}"))
}

/// The question of a poll, which every language writes alike: a word in capitals and a colon, the question on the next
/// line, then the options, each after a word in capitals and with its votes in brackets.
fn poll(text: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| line.trim_matches(super::header::is_gap));
    let title = lines.next()?.strip_suffix([':', '：'])?.trim_end();
    let question = lines.next()?;
    let options = lines.by_ref().take_while(|line| option(line)).count();
    (capitals(title) && options >= POLL_OPTIONS && !question.is_empty()).then(|| question.to_owned())
}

/// `OPTION: the harbour (3 votes)`.
fn option(line: &str) -> bool {
    let votes = || line.strip_suffix(')')?.rsplit_once('(').map(|(_, votes)| votes);
    let counted = votes().is_some_and(|votes| votes.chars().any(char::is_numeric));
    counted && line.split_once([':', '：']).is_some_and(|(word, _)| capitals(word.trim_end()))
}

/// One word of capitals, or of letters that know none.
fn capitals(word: &str) -> bool {
    let letters = word.chars().all(|c| c.is_alphabetic() && !c.is_lowercase());
    (2..=24).contains(&word.chars().count()) && letters
}

/// Seconds of the timer that a notice names; 0 if it is turned off.
fn timer(text: &str) -> Option<u64> {
    if PHRASES.is_off(text) {
        return Some(0);
    }
    let number = |word: &str| TIMERS.iter().find(|(number, _)| *number == word).map(|(_, seconds)| *seconds);
    text.split(|c: char| !c.is_numeric()).find_map(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_coordinates() {
        for (text, expected) in [
            ("Location: https://maps.google.com/?q=51.501,-0.142", Some("51.501,-0.142")),
            ("ubicación: https://maps.google.com/?q=-33.4,70", Some("-33.4,70")),
            ("see you there\nhttps://maps.google.com/?q=51,0", None),
            ("https://maps.google.com/?q=951,0", None),
            ("https://maps.google.com/?q=harbour", None),
        ] {
            assert_eq!(place(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_poll_is_told_by_its_form_in_any_language() {
        let poll_in = |title: &str, option: &str, votes: &str| {
            format!(
                "{title}\nWhere do we meet?\n{option}: the weir (2 {votes})\n{option}: the lock (0 {votes})\n"
            )
        };
        for text in [poll_in("POLL:", "OPTION", "votes"), poll_in("UMFRAGE:", "OPTION", "Stimmen")] {
            assert_eq!(poll(&text).as_deref(), Some("Where do we meet?"), "{text}");
        }
        for text in
            ["POLL:", "POLL:\nWhere?\nOPTION: a (1)", "Poll:\nq\nOPTION: a (1)\nOPTION: b (2)", "a\nb"]
        {
            assert_eq!(poll(text), None, "{text}");
        }
    }

    #[test]
    fn a_timer_is_in_seconds_and_0_when_off() {
        for (text, seconds) in [
            ("Ada turned on disappearing messages. New messages will disappear after 7 days.", Some(604_800)),
            (
                "Ada hat selbstlöschende Nachrichten aktiviert. Sie verschwinden nach 24 Stunden.",
                Some(86_400),
            ),
            ("You turned off disappearing messages.", Some(0)),
            ("Ada updated the message timer.", None),
        ] {
            assert_eq!(timer(text), seconds, "{text}");
        }
        assert!(of_notice("left", "7 left").is_empty());
    }

    #[test]
    fn what_could_be_seen_once_is_told() {
        assert_eq!(of_message("<View once voice message omitted>"), [("view-once", "yes".to_owned())]);
        assert!(of_message("hello").is_empty());
    }
}
