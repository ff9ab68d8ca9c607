//! Who is found by which key.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use super::{
    card::Card,
    reading::{Key, Reading, bracketed},
};

/// Keys of all people.
#[derive(Debug, Default)]
pub(super) struct Index {
    holders: HashMap<Key, Holder>,
}

/// Whose a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    One(u32),
    Several,
}

impl Index {
    /// Indexes `people` under their places in the slice.
    pub(super) fn of(people: &[Card]) -> Index {
        let mut index = Index::default();
        for (at, person) in (0u32..).zip(people) {
            for (field, text) in person.texts() {
                for key in Reading::of(text).claims(field) {
                    index.claim(key, at);
                }
            }
        }
        index
    }

    fn claim(&mut self, key: Key, person: u32) {
        match self.holders.entry(key) {
            Entry::Vacant(free) => {
                free.insert(Holder::One(person));
            }
            Entry::Occupied(mut taken) if *taken.get() != Holder::One(person) => {
                taken.insert(Holder::Several);
            }
            Entry::Occupied(_) => {}
        }
    }

    /// The one person whom `written` means.
    pub(super) fn find(&self, written: &str) -> Option<u32> {
        if let Some((address, name)) = bracketed(written) {
            let found = [address, name].into_iter().find_map(|part| self.one(&Reading::of(part)));
            if found.is_some() {
                return found;
            }
        }
        self.one(&Reading::of(written))
    }

    fn one(&self, reading: &Reading) -> Option<u32> {
        match self.holder(reading) {
            Some(Holder::One(person)) => Some(person),
            Some(Holder::Several) | None => None,
        }
    }

    fn holder(&self, reading: &Reading) -> Option<Holder> {
        reading.lookups().iter().find_map(|keys| {
            let holders = keys.iter().filter_map(|key| self.holders.get(key).copied());
            holders.reduce(|one, other| if one == other { one } else { Holder::Several })
        })
    }

    /// What people are called that does not lead to them because others are called so too: normalised, in order.
    pub(super) fn ambiguous(&self, people: &[Card]) -> Vec<String> {
        let mut all = BTreeSet::new();
        for (at, person) in (0u32..).zip(people) {
            for (_, text) in person.texts() {
                let reading = Reading::of(text);
                if self.one(&reading) != Some(at) {
                    all.insert(reading.spelled());
                }
            }
        }
        all.into_iter().collect()
    }
}
