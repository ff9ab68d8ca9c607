//! What there is to find in a message, taken from it without the program's index terms.

use std::{collections::BTreeSet, iter::once};

use blackbox_format::{message::Message, text};

/// A message as a reader sees it.
pub struct Plain {
    /// The words of its text, and of the text of each attachment.
    pub texts: Vec<Vec<String>>,
    /// Field and term, but for words.
    pub terms: BTreeSet<(String, String)>,
    /// The UTC day on which it was sent, `2020-03-12`.
    pub day: String,
    /// The month, `2020-03`.
    pub month: String,
    /// The export's id.
    pub id: String,
}

/// An attachment's name, media type and digest in hex.
pub struct Attached<'a>(pub &'a str, pub &'a str, pub Option<String>);

impl Plain {
    /// What `message` holds, whose words are known otherwise.
    pub fn of(message: &Message, texts: Vec<Vec<String>>, attached: &[Attached<'_>]) -> Plain {
        let time = jiff::Timestamp::from_millisecond(message.time).unwrap().to_string();
        let mut plain = Plain {
            texts,
            terms: BTreeSet::new(),
            day: time[..10].to_owned(),
            month: time[..7].to_owned(),
            id: message.source_id.clone().unwrap_or_default(),
        };
        plain.people(message);
        plain.parts("chat", message.chat.as_deref().unwrap_or_default());
        if let Some(event) = &message.event {
            plain.add("event", event.to_lowercase());
            if event == "added" {
                plain.add("event", "joined".into());
            }
        }
        for Attached(name, media_type, digest) in attached {
            plain.parts("file", name);
            plain.add("type", (*media_type).into());
            plain.add("type", media_type.split('/').next().unwrap_or_default().into());
            plain.add("sha256", digest.clone().unwrap_or_default());
        }
        plain
    }

    /// A message without attachments, its words as the index makes them.
    pub fn read(message: &Message) -> Plain {
        Plain::of(message, vec![text::words(&message.text)], &[])
    }

    pub fn has(&self, field: &str, value: &str) -> bool {
        let value = match field {
            "type" | "event" | "sha256" => value.to_lowercase(),
            _ => text::whole(value),
        };
        self.terms.contains(&(field.to_owned(), value))
    }

    pub fn has_word(&self, is: impl Fn(&str) -> bool) -> bool {
        self.texts.iter().flatten().any(|word| is(word))
    }

    fn people(&mut self, message: &Message) {
        let names = |written: &String, most: usize| {
            let also = message.names.iter().filter(|names| names.written == *written);
            let also = also.flat_map(|names| &names.also).take(most);
            once(written).chain(also).cloned().collect::<Vec<String>>()
        };
        for name in names(&message.from, usize::MAX) {
            self.parts("from", &name);
            self.add("with", text::whole(&name));
        }
        let most = match message.to.len() {
            0..=8 => usize::MAX,
            9..=32 => 1,
            _ => return,
        };
        for name in message.to.iter().flat_map(|to| names(to, most)) {
            self.add("to", text::whole(&name));
            self.add("with", text::whole(&name));
        }
    }

    /// A whole name and its words.
    fn parts(&mut self, field: &str, name: &str) {
        self.add(field, text::whole(name));
        text::words(name).into_iter().for_each(|word| self.add(field, word));
    }

    fn add(&mut self, field: &str, term: String) {
        if !term.is_empty() {
            self.terms.insert((field.to_owned(), term));
        }
    }
}
