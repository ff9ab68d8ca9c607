//! Which cards are of one person: those that share a name and also an address, a handle or a number; and copies of a
//! card that has none of these.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    card::Card,
    reading::{Field, Key, Reading},
};

/// One card for each person, in the order of their first cards.
pub(super) fn merge(cards: Vec<Card>) -> Vec<Card> {
    let mut sets = Sets::new(cards.len());
    let Shared { names, holders } = Shared::of(&cards);
    let mut same_name: HashMap<u32, u32> = HashMap::new();
    for group in holders.values().filter(|group| group.len() > 1) {
        same_name.clear();
        for &card in group {
            for &name in names.get(card as usize).into_iter().flatten() {
                sets.join(*same_name.entry(name).or_insert(card), card);
            }
        }
    }
    join_copies(&cards, &holders, &mut sets);
    gather(cards, &mut sets)
}

/// What cards may have in common.
struct Shared {
    /// Numbers of each card's names, in order.
    names: Vec<Vec<u32>>,
    /// The cards that have a piece of evidence, in order.
    holders: HashMap<Key, Vec<u32>>,
}

impl Shared {
    fn of(cards: &[Card]) -> Shared {
        let mut shared = Shared { names: Vec::with_capacity(cards.len()), holders: HashMap::new() };
        let mut numbers: HashMap<Key, u32> = HashMap::new();
        for (at, card) in (0u32..).zip(cards) {
            let mut names = Vec::new();
            for (field, text) in card.texts() {
                let reading = Reading::of(text);
                if field == Field::Name {
                    for key in reading.claims(field) {
                        let next = numbers.len() as u32;
                        names.push(*numbers.entry(key).or_insert(next));
                    }
                }
                for key in reading.evidence(field) {
                    let holders = shared.holders.entry(key).or_default();
                    if holders.last() != Some(&at) {
                        holders.push(at);
                    }
                }
            }
            names.sort_unstable();
            names.dedup();
            shared.names.push(names);
        }
        shared
    }
}

/// Joins cards without evidence that say just the same.
fn join_copies(cards: &[Card], holders: &HashMap<Key, Vec<u32>>, sets: &mut Sets) {
    let known: HashSet<u32> = holders.values().flatten().copied().collect();
    let mut first: HashMap<Vec<Key>, u32> = HashMap::new();
    for (at, card) in (0u32..).zip(cards).filter(|(at, _)| !known.contains(at)) {
        let claims = card.texts().flat_map(|(field, text)| Reading::of(text).claims(field));
        let all: BTreeSet<Key> = claims.collect();
        sets.join(*first.entry(all.into_iter().collect()).or_insert(at), at);
    }
}

fn gather(cards: Vec<Card>, sets: &mut Sets) -> Vec<Card> {
    let mut people: Vec<Card> = Vec::new();
    let mut places: HashMap<u32, usize> = HashMap::new();
    for (at, card) in (0u32..).zip(cards) {
        let place = *places.entry(sets.root(at)).or_insert(people.len());
        match people.get_mut(place) {
            Some(person) => person.absorb(card),
            None => people.push(card),
        }
    }
    people
}

/// Disjoint sets of cards, each known by its first card.
struct Sets {
    parents: Vec<u32>,
}

impl Sets {
    fn new(count: usize) -> Sets {
        Sets { parents: (0u32..).take(count).collect() }
    }

    fn root(&mut self, mut card: u32) -> u32 {
        loop {
            let parent = self.parents[card as usize];
            if parent == card {
                return card;
            }
            // Halves the way for the next time.
            let above = self.parents[parent as usize];
            self.parents[card as usize] = above;
            card = above;
        }
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other) as usize] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str, address: &str, number: &str) -> Card {
        let list = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        Card { full: list(name), addresses: list(address), numbers: list(number), ..Card::default() }
    }

    #[test]
    fn a_shared_name_and_address_make_one_person_of_any_number_of_cards() {
        let merged = merge(vec![
            card("Mina Voss", "mina@example.org", ""),
            card("Ivo Brandt", "ivo@example.org", ""),
            card("mina voss", "MINA@example.org", "+447700900123"),
            card("Mina Voss", "", "07700 900123"),
        ]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].numbers, ["+447700900123", "07700 900123"]);
    }

    #[test]
    fn a_name_alone_or_an_address_alone_makes_no_person_one() {
        let cards = vec![
            card("Mina Voss", "mina@example.org", ""),
            card("Mina Voss", "voss@example.org", ""),
            card("Ivo Brandt", "mina@example.org", ""),
        ];
        assert_eq!(merge(cards.clone()), cards);
    }

    #[test]
    fn copies_of_a_card_that_has_only_a_name_are_one_person() {
        assert_eq!(merge(vec![card("Mina Voss", "", ""), card("Mina Voss", "", "")]).len(), 1);
        assert_eq!(merge(vec![card("Mina Voss", "", ""), card("Mina Voss", "", "+447700900123")]).len(), 2);
    }

    #[test]
    fn a_short_code_is_no_evidence_but_copies_of_its_card_are_one() {
        let desk = |code| card("Desk", "", code);
        assert_eq!(merge(vec![desk("116123"), desk("116124")]).len(), 2);
        assert_eq!(merge(vec![desk("116123"), desk("116 123")]).len(), 1);
        let with_address = |address| card("Desk", address, "116123");
        assert_eq!(merge(vec![with_address("a@example.org"), with_address("b@example.org")]).len(), 2);
    }
}
