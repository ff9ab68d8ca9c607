//! Who wrote a message and who else was there, with their other names.

use blackbox_format::message::{MAX_NAMES, Message, Names, annotation};

/// The most recipients that are named; in larger groups none is.
pub(crate) const MAX_RECIPIENTS: usize = 32;

/// A person, as the export shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// The name that users of the platform see.
    pub(crate) written: String,
    /// Further names, numbers, addresses and handles.
    pub(crate) also: Vec<String>,
}

impl Person {
    /// A person who is known by the first of several names that is not empty, and by the others as well.
    pub(crate) fn of(names: impl IntoIterator<Item = Option<String>>) -> Person {
        let mut names = names.into_iter().flatten().filter(|name| !name.is_empty());
        let written = names.next().unwrap_or_default();
        let mut also: Vec<String> = Vec::new();
        for name in names {
            if name != written && !also.contains(&name) {
                also.push(name);
            }
        }
        also.truncate(MAX_NAMES);
        Person { written, also }
    }

    /// Whether the two share a name.
    pub(crate) fn is(&self, other: &Person) -> bool {
        let names = || self.also.iter().chain([&self.written]);
        let shared = |name: &String| *name == other.written || other.also.contains(name);
        !self.written.is_empty() && names().any(shared)
    }

    fn name_in(&self, message: &mut Message) {
        let known = message.names.iter().any(|names| names.written == self.written);
        if !self.also.is_empty() && !known {
            message.names.push(Names { written: self.written.clone(), also: self.also.clone() });
        }
    }
}

/// Writes down who is there: the sender of a message, or who caused an event, and `others` as recipients.
pub(crate) fn address<'a>(
    message: &mut Message,
    sender: &Person,
    others: impl IntoIterator<Item = &'a Person>,
) {
    match message.is_event() {
        true if sender.written.is_empty() => {}
        true => message.annotations.insert(0, (annotation::SENDER.to_owned(), sender.written.clone())),
        false => message.from.clone_from(&sender.written),
    }
    sender.name_in(message);
    let others: Vec<&Person> = others.into_iter().take(MAX_RECIPIENTS + 1).collect();
    if others.len() <= MAX_RECIPIENTS {
        message.to = others.iter().map(|person| person.written.clone()).collect();
        others.iter().for_each(|person| person.name_in(message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, address: &str) -> Person {
        Person::of([Some(name.to_owned()), Some(address.to_owned())])
    }

    #[test]
    fn the_first_name_is_the_written_one_and_the_others_are_kept_once() {
        let names = ["", "Ada", "ada", "Ada", "ada"].map(|name| Some(name.to_owned()));
        let ada = Person::of(names);
        assert_eq!((&ada.written[..], &ada.also[..]), ("Ada", &["ada".to_owned()][..]));
        assert!(ada.is(&person("ada", "")) && !ada.is(&person("Bo", "")));
        assert!(!Person::default().is(&Person::default()));
    }

    #[test]
    fn recipients_of_a_large_group_are_not_named() {
        let group: Vec<Person> = (0..33).map(|n| person(&format!("P{n}"), &format!("p{n}@x"))).collect();
        let mut message = Message::default();
        address(&mut message, &person("Ada", "ada@x"), &group);
        assert!(message.to.is_empty() && message.names.len() == 1);
        address(&mut message, &person("Ada", "ada@x"), &group[..32]);
        assert_eq!((message.to.len(), message.names.len()), (32, 33));
    }
}
