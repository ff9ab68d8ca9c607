//! What WhatsApp itself writes: `phrases.txt`, read once.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::header::is_mark;

/// The longest text that is compared with phrases, in bytes: notices carry names, and end.
const MAX_PHRASE_BYTES: usize = 1000;

/// The phrases of `phrases.txt`, by what they are for.
pub(crate) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(include_str!("phrases.txt")));

/// Phrases by purpose, all in the form that [`plain`] gives.
#[derive(Default)]
pub(crate) struct Phrases {
    /// Notices that nobody types, by their first characters.
    unmistakable: HashMap<Start, Vec<Notice>>,
    /// Notices that people could type.
    marked: Vec<Notice>,
    edited: Vec<&'static str>,
    attached: Vec<&'static str>,
    omitted: HashMap<&'static str, &'static str>,
    /// The ends of those in `omitted`: most texts are told from them by theirs.
    omitted_ends: HashSet<End>,
    titles: Vec<&'static str>,
    once: Vec<&'static str>,
    off: Vec<&'static str>,
}

struct Notice {
    event: &'static str,
    pattern: &'static str,
}

/// The first characters of a phrase.
type Start = [char; 3];
/// Its last characters, from the last.
type End = [char; 2];

impl Phrases {
    fn parse(text: &'static str) -> Phrases {
        let mut phrases = Phrases::default();
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => section = name,
                None => line.split(" | ").for_each(|phrase| phrases.add(section, phrase)),
            }
        }
        phrases
    }

    fn add(&mut self, section: &'static str, phrase: &'static str) {
        match section.split_once(": ") {
            Some(("omitted", media_type)) => {
                self.omitted.insert(phrase, media_type);
                self.omitted_ends.insert(end(phrase));
            }
            Some((event, _)) => self.marked.push(Notice { event, pattern: phrase }),
            None => match section {
                "edited" => self.edited.push(phrase),
                "attached" => self.attached.push(phrase),
                "title" => self.titles.push(phrase),
                "once" => self.once.push(phrase),
                "off" => self.off.push(phrase),
                event => {
                    let notice = Notice { event, pattern: phrase };
                    self.unmistakable.entry(start(phrase)).or_default().push(notice);
                }
            },
        }
    }

    /// The event that a text tells of, if it is a notice that nobody types.
    pub(crate) fn unmistakable(&self, text: &str) -> Option<&'static str> {
        let notices = self.unmistakable.get(&start(text)).filter(|_| text.len() <= MAX_PHRASE_BYTES)?;
        let text = plain(text);
        notices.iter().find(|notice| fits(notice.pattern, &text)).map(|notice| notice.event)
    }

    /// The event that a text tells of, if it is any notice.
    pub(crate) fn event(&self, text: &str) -> Option<&'static str> {
        self.unmistakable(text).or_else(|| {
            let text = Some(plain(text)).filter(|text| text.len() <= MAX_PHRASE_BYTES)?;
            self.marked.iter().find(|notice| fits(notice.pattern, &text)).map(|notice| notice.event)
        })
    }

    /// Whether this stands at the end of an edited message, in angle brackets.
    pub(crate) fn is_edited(&self, text: &str) -> bool {
        text.len() <= MAX_PHRASE_BYTES && self.edited.contains(&&*plain(text))
    }

    /// Whether this stands after the name of an attached file, in round brackets.
    pub(crate) fn is_attached(&self, text: &str) -> bool {
        text.len() <= MAX_PHRASE_BYTES && self.attached.contains(&&*plain(text))
    }

    /// The media type that a placeholder of an omitted attachment tells, if it is one.
    pub(crate) fn omitted(&self, text: &str) -> Option<&'static str> {
        if text.len() > MAX_PHRASE_BYTES || !self.omitted_ends.contains(&end(text)) {
            return None;
        }
        let text = plain(text);
        let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
        self.omitted.get(inner.unwrap_or(&text).trim_end_matches('.')).copied()
    }

    /// Whether a text stands in place of something that could be seen once only.
    pub(crate) fn is_once(&self, text: &str) -> bool {
        let bracketed = text.starts_with('<') && text.ends_with('>') && text.len() <= MAX_PHRASE_BYTES;
        (bracketed || self.omitted(text).is_some()) && {
            let text = plain(text);
            self.once.iter().any(|once| text.contains(once))
        }
    }

    /// Whether a notice about disappearing messages says that they are turned off.
    pub(crate) fn is_off(&self, text: &str) -> bool {
        let text = plain(text);
        self.off.iter().any(|off| text.contains(off))
    }

    /// The conversation's name, if `name` is how a file of one is called.
    pub(crate) fn title(&self, name: &str) -> Option<String> {
        let spaced = name.replace(['\u{a0}', '\u{202f}'], " ");
        self.titles.iter().find_map(|pattern| between(pattern, &spaced))
    }
}

fn start(text: &str) -> Start {
    let mut letters = text.chars().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase);
    [(); 3].map(|()| letters.next().unwrap_or(' '))
}

fn end(text: &str) -> End {
    let closing = |c: &char| matches!(c, '>' | '.' | ' ' | '\u{a0}' | '\u{202f}') || is_mark(*c);
    let mut letters = text.chars().rev().skip_while(closing).flat_map(char::to_lowercase);
    [(); 2].map(|()| letters.next().unwrap_or(' '))
}

/// What the `*` of a title's pattern stands for in `name`, whatever the case of the letters around it.
fn between(pattern: &str, name: &str) -> Option<String> {
    let (before, after) = pattern.split_once('*')?;
    let end = name.len().checked_sub(after.len()).filter(|end| *end > before.len())?;
    let same = |part: Option<&str>, pattern: &str| part.is_some_and(|part| part.to_lowercase() == pattern);
    let fits = same(name.get(..before.len()), before) && same(name.get(end..), after);
    fits.then(|| name[before.len()..end].trim().to_owned()).filter(|name| !name.is_empty())
}

/// A phrase in the form in which it is compared: lower case, plain quotes and spaces, no marks, no full stop.
pub(crate) fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !is_mark(*c))
        .map(|c| match c {
            '\u{a0}' | '\u{202f}' => ' ',
            '’' | '‘' | 'ʼ' => '\'',
            '“' | '”' | '„' | '«' | '»' | '″' => '"',
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    text.trim().trim_end_matches(['.', '。', '।']).to_owned()
}

/// Whether `text` fits `pattern`, in which every `*` stands for any text.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return left.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        assert!(fits("* added *", "alice added bob"));
        assert!(fits("a*b", "ab"));
        assert!(fits("abc", "abc"));
        for (pattern, text) in
            [("abc", "abcd"), ("* added *", "alice removed bob"), ("ab*ba", "aba"), ("*b", "ba")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn every_phrase_is_in_the_form_in_which_it_is_compared() {
        let text = include_str!("phrases.txt");
        let lines = text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
        for phrase in lines.flat_map(|line| line.split(" | ")) {
            // Titles keep their ends, where a name follows.
            assert_eq!(plain(phrase).trim(), phrase.trim(), "{phrase}");
            assert!(!phrase.is_empty() && !phrase.contains('|'), "{phrase}");
        }
    }

    #[test]
    fn notices_tell_of_events() {
        for (text, event) in [
            (
                "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
                "encryption",
            ),
            (
                "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand sonst kann sie lesen.",
                "encryption",
            ),
            ("Ada added Bo", "added"),
            ("Ada joined using this group's invite link", "joined"),
            ("Ada left", "left"),
            ("You removed Bo", "removed"),
            ("Bea hat dich entfernt.", "removed"),
            ("Ada created group “Budget”", "created"),
            (
                "Ada turned on disappearing messages. New messages will disappear after 7 days.",
                "disappearing",
            ),
            ("Ada changed the subject from \"a\" to \"b\"", "renamed"),
            ("Ada changed this group’s icon", "icon"),
            ("Ada changed to +44 7700 900123", "number-changed"),
            ("Your security code with Ada changed. Tap to learn more.", "security-code"),
            ("Missed voice call", "call"),
            ("You're now an admin", "admin"),
            ("\u{200e}This message was deleted.", "deleted"),
        ] {
            assert_eq!(PHRASES.event(text), Some(event), "{text}");
        }
        assert_eq!(PHRASES.event("Ada pinned a message"), Some("pinned"));
        assert_eq!(PHRASES.event("You blocked this contact"), Some("blocked"));
        assert_eq!(PHRASES.unmistakable("Ada left"), None);
    }

    #[test]
    fn placeholders_tell_what_was_omitted() {
        for (text, kind) in [
            ("<Media omitted>", Some("application/octet-stream")),
            ("<media omitted>", Some("application/octet-stream")),
            ("\u{200e}image omitted", Some("image/unknown")),
            ("Voice message omitted", Some("audio/unknown")),
            ("<Voice message omitted>", Some("audio/unknown")),
            ("Video weggelassen", Some("video/unknown")),
            ("<Arquivo de mídia oculto>", Some("application/octet-stream")),
            ("media", None),
            ("I omitted it", None),
        ] {
            assert_eq!(PHRASES.omitted(text), kind, "{text}");
        }
    }

    #[test]
    fn a_file_name_tells_the_conversation() {
        for (name, title) in [
            ("WhatsApp Chat with Ada Bo", Some("Ada Bo")),
            ("WhatsApp Chat - Budget", Some("Budget")),
            ("WhatsApp Chat mit Ämter 2020", Some("Ämter 2020")),
            ("Conversa do WhatsApp com Zé", Some("Zé")),
            ("WhatsApp Chat with ", None),
            ("_chat", None),
        ] {
            assert_eq!(PHRASES.title(name).as_deref(), title, "{name}");
        }
    }
}
