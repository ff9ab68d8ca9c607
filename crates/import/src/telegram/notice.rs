//! Service messages of pages, which are English sentences.

/// A part of a sentence, and the event that it tells. Where it begins with a blank, the actor is before it.
const PHRASES: &[(&str, &str)] = &[
    (" created group «", "created"),
    (" created topic «", "created"),
    ("Channel «", "created"),
    (" changed group title to «", "renamed"),
    ("Channel title changed to «", "renamed"),
    (" changed topic ", "renamed"),
    (" changed group photo", "icon"),
    (" removed group photo", "icon"),
    ("Channel photo ", "icon"),
    (" invited ", "added"),
    (" removed ", "removed"),
    (" joined group by ", "joined"),
    (" joined Telegram", "joined"),
    (" pinned ", "pinned"),
    ("History cleared", "deleted"),
    (" took a screenshot", "screenshot"),
    (" has set messages to auto-delete", "disappearing"),
    (" has set messages not to auto-delete", "disappearing"),
    ("New messages will auto-delete", "disappearing"),
    ("New messages will not auto-delete", "disappearing"),
    (" started voice chat", "call"),
    (" scheduled a voice chat", "call"),
    ("Voice chat", "call"),
    ("Group call", "call"),
    ("You have successfully transferred ", "payment"),
    ("You were charged ", "payment"),
    (" sent you a gift", "payment"),
    (" scored ", "notice"),
    (" converted ", "notice"),
    (" changed chat theme", "notice"),
    (" disabled chat theme", "notice"),
    (" set a new background", "notice"),
    (" set the same background", "notice"),
    (" suggests to use this photo", "notice"),
    (" requested your phone number", "notice"),
];

/// A service message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notice<'a> {
    pub(crate) slug: &'static str,
    pub(crate) actor: Option<&'a str>,
    /// Seconds of a timer.
    pub(crate) timer: Option<u64>,
}

/// What a sentence tells.
pub(crate) fn notice(text: &str) -> Notice<'_> {
    let found = PHRASES.iter().filter_map(|(phrase, slug)| Some((text.find(phrase)?, *phrase, *slug)));
    let Some((at, phrase, slug)) = found.min_by_key(|(at, ..)| *at) else {
        return Notice { slug: "notice", actor: None, timer: None };
    };
    let actor = text.get(..at).filter(|name| phrase.starts_with(' ') && !name.is_empty());
    let rest = text.get(at + phrase.len()..).unwrap_or_default();
    let slug = match slug {
        "added" if rest.ends_with(" to the voice chat") => "call",
        "added" if actor == Some(rest) => "joined",
        "removed" if actor == Some(rest) => "left",
        slug => slug,
    };
    let timer = if slug == "disappearing" { timer(phrase, rest) } else { None };
    Notice { slug, actor, timer }
}

/// `in 7 days`; none at all where messages are not to disappear.
fn timer(phrase: &str, rest: &str) -> Option<u64> {
    if phrase.contains(" not ") {
        return Some(0);
    }
    let mut words = rest.split_ascii_whitespace().skip_while(|word| *word != "in").skip(1);
    let number: u64 = words.next()?.parse().ok()?;
    let unit = match words.next()?.trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_tells_an_event_and_who_caused_it() {
        for (text, slug, actor, timer) in [
            ("Ida Berg created group «we removed it» with members Olaf", "created", Some("Ida Berg"), None),
            ("Ida Berg invited Olaf and Per", "added", Some("Ida Berg"), None),
            ("Ida Berg invited Olaf to the voice chat", "call", Some("Ida Berg"), None),
            ("Ida Berg invited Ida Berg", "joined", Some("Ida Berg"), None),
            ("Ida Berg removed Ida Berg", "left", Some("Ida Berg"), None),
            (
                "Ida Berg has set messages to auto-delete in 7 days",
                "disappearing",
                Some("Ida Berg"),
                Some(604_800),
            ),
            ("New messages will not auto-delete", "disappearing", None, Some(0)),
            ("History cleared", "deleted", None, None),
            ("Something new", "notice", None, None),
        ] {
            assert_eq!(notice(text), Notice { slug, actor, timer }, "{text}");
        }
    }
}
