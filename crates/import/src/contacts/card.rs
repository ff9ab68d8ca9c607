//! What a card says, whatever format it has.

use std::collections::HashSet;

use super::{
    Person,
    reading::{Field, Key, Reading},
};

/// One contact; or all cards of a person together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) full: Vec<String>,
    pub(super) nicknames: Vec<String>,
    pub(super) addresses: Vec<String>,
    pub(super) numbers: Vec<String>,
    pub(super) handles: Vec<String>,
    /// Used only if the card names no person.
    pub(super) organisation: Option<String>,
}

/// The parts of a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    pub(super) given: String,
    pub(super) middle: String,
    pub(super) family: String,
}

impl Card {
    /// Takes the name that `parts` make: the full one if the card has no other, and the one without middle names.
    pub(super) fn add_parts(&mut self, parts: &Parts) {
        let Parts { given, middle, family } = parts;
        if self.full.is_empty() {
            self.full.push(joined(&[given, middle, family]));
        }
        if !given.is_empty() && !family.is_empty() {
            self.full.push(joined(&[given, family]));
        }
    }

    /// The card with single blanks, without what cannot be looked up, and with a name. `None` if nothing is left.
    pub(super) fn named(mut self) -> Option<Card> {
        clean(&mut self.full, Field::Name);
        clean(&mut self.nicknames, Field::Name);
        clean(&mut self.addresses, Field::Address);
        clean(&mut self.numbers, Field::Number);
        clean(&mut self.handles, Field::Handle);
        if self.full.is_empty() && self.nicknames.is_empty() {
            self.full.extend(self.organisation.take());
            clean(&mut self.full, Field::Name);
        }
        if self.full.is_empty() {
            let rest = [&self.nicknames, &self.addresses, &self.numbers, &self.handles];
            let name = rest.into_iter().flatten().next()?.clone();
            self.full.push(name);
        }
        Some(self)
    }

    /// Takes all that `other` says of the same person.
    pub(super) fn absorb(&mut self, other: Card) {
        self.full.extend(other.full);
        self.nicknames.extend(other.nicknames);
        self.addresses.extend(other.addresses);
        self.numbers.extend(other.numbers);
        self.handles.extend(other.handles);
    }

    /// Every text with its field, the most useful first.
    pub(super) fn texts(&self) -> impl Iterator<Item = (Field, &str)> {
        [
            (Field::Name, &self.full),
            (Field::Name, &self.nicknames),
            (Field::Address, &self.addresses),
            (Field::Number, &self.numbers),
            (Field::Handle, &self.handles),
        ]
        .into_iter()
        .flat_map(|(field, texts)| texts.iter().map(move |text| (field, &text[..])))
    }

    /// The names of the person, none twice.
    pub(super) fn person(self) -> Person {
        let mut seen: HashSet<Key> = HashSet::new();
        let mut names = Vec::new();
        for (field, text) in self.texts() {
            let key = Reading::of(text).claims(field).into_iter().next();
            if key.is_some_and(|key| seen.insert(key)) {
                names.push(text.to_owned());
            }
            if names.len() == Person::MAX_NAMES {
                break;
            }
        }
        Person { name: names.first().cloned().unwrap_or_default(), names }
    }
}

fn joined(parts: &[&String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn clean(texts: &mut Vec<String>, field: Field) {
    for text in texts.iter_mut() {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(rest) = unschemed(text, field) {
            *text = rest.to_owned();
        }
    }
    texts.retain(|text| !Reading::of(text).claims(field).is_empty());
}

/// `text` without its scheme, if it means the same without.
fn unschemed(text: &str, field: Field) -> Option<&str> {
    let (_, rest) = text.split_once(':').filter(|_| field != Field::Name)?;
    (Reading::of(rest).claims(field) == Reading::of(text).claims(field)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn names_come_in_the_order_of_their_use_and_none_twice() {
        let card = Card {
            full: list(&["Mina  Voss", "Voss, Mina", "Dr. Mina Voss"]),
            nicknames: list(&["mina voss", "Minnie"]),
            addresses: list(&["Mina@example.org", "mailto:mina@example.org"]),
            numbers: list(&["tel:+44-7700-900123", "+44 7700 900123", "ask the desk"]),
            handles: list(&["skype:mina.v", "@mina.v"]),
            organisation: Some("Harbour Office".into()),
        };
        let person = card.named().unwrap().person();
        assert_eq!(person.name, "Mina Voss");
        let names = ["Mina Voss", "Dr. Mina Voss", "Minnie", "Mina@example.org", "+44-7700-900123", "mina.v"];
        assert_eq!(person.names, names);
    }

    #[test]
    fn a_person_has_eight_names_at_most() {
        let numbers = (0..20).map(|at| format!("+44 7700 9001{at:02}")).collect();
        let card = Card { full: list(&["Mina Voss"]), numbers, ..Card::default() };
        assert_eq!(card.named().unwrap().person().names.len(), Person::MAX_NAMES);
    }

    #[test]
    fn without_a_person_the_organisation_gives_the_name_and_else_an_address() {
        let name = |card: Card| card.named().map(|card| card.person().name);
        let numbers = list(&["+44 7700 900123"]);
        let organisation = Some("Harbour Office".to_owned());
        let card = Card { numbers, organisation, ..Card::default() };
        assert_eq!(name(card.clone()).unwrap(), "Harbour Office");
        assert_eq!(name(Card { organisation: None, ..card }).unwrap(), "+44 7700 900123");
        assert_eq!(name(Card { full: list(&[" ", "..."]), ..Card::default() }), None);
    }
}
