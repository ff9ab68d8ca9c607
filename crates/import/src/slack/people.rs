//! Who is who in a workspace: its list of users, and what messages say of their senders.

use std::collections::HashMap;

use blackbox_format::message::{MAX_NAMES, Names};
use serde_json::Value;

use super::lists;
use crate::importer::Input;

/// Lists of users, those of the workspace last: what they say counts.
const LISTS: &[&str] = &["org_users.json", "users.json"];

/// The people of a workspace, by their id.
#[derive(Default)]
pub(super) struct People(HashMap<String, Person>);

/// A person as the workspace shows them, and what else they are found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) shown: String,
    also: Vec<String>,
}

impl People {
    /// Reads the lists of users of the export.
    pub(super) fn of(input: &Input<'_>, damaged: &mut Vec<&'static str>) -> People {
        let mut people = People::default();
        for list in LISTS {
            lists::each(input, list, damaged, &mut |user| {
                if let Some(id) = user["id"].as_str() {
                    people.0.insert(id.to_owned(), Person::of(id, &user));
                }
            });
        }
        people
    }

    /// The person of an id; one that is on no list goes by it.
    pub(super) fn get(&self, id: &str) -> Person {
        self.0.get(id).cloned().unwrap_or_else(|| Person::named(id))
    }

    /// Whether a list has the id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The name that the workspace shows for an id.
    pub(super) fn name(&self, id: &str) -> String {
        self.0.get(id).map_or_else(|| id.to_owned(), |person| person.shown.clone())
    }
}

impl Person {
    /// Somebody of whom nothing else is known.
    pub(super) fn named(name: &str) -> Person {
        Person { shown: name.to_owned(), also: Vec::new() }
    }

    /// The person that an entry of a list of users, or the profile in a message, describes.
    pub(super) fn of(id: &str, user: &Value) -> Person {
        let profile = if user["profile"].is_object() { &user["profile"] } else { user };
        let either = |key: &str| text(&profile[key]).or_else(|| text(&user[key]));
        let (display, real, handle) = (either("display_name"), either("real_name"), either("name"));
        let shown = display.or(real).or(handle).unwrap_or(id);
        let all = [real, display, handle, either("email"), either("phone"), Some(id)];
        Person::with(shown, all.into_iter().flatten())
    }

    fn with<'a>(shown: &str, all: impl Iterator<Item = &'a str>) -> Person {
        let mut also: Vec<String> = Vec::new();
        for name in all {
            if name != shown && !name.is_empty() && !also.iter().any(|have| have == name) {
                also.push(name.to_owned());
            }
        }
        also.truncate(MAX_NAMES);
        Person { shown: shown.to_owned(), also }
    }

    /// The person under a name that a message shows instead, found by the other as well.
    pub(super) fn shown_as(self, name: &str) -> Person {
        let own = [self.shown];
        let all = own.iter().chain(&self.also).map(|name| &name[..]);
        Person::with(name, all)
    }

    /// What else the person is found by, if anything.
    pub(super) fn names(self) -> Option<Names> {
        (!self.also.is_empty()).then_some(Names { written: self.shown, also: self.also })
    }
}

/// A text that is not empty.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_goes_by_the_display_name_and_is_found_by_all_others() {
        let user = json!({"id": "U1", "name": "ada", "real_name": "Ada Byron",
            "profile": {"display_name": "Countess", "email": "ada@engine.example", "real_name": "Ada Byron"}});
        let person = Person::of("U1", &user);
        assert_eq!(person.shown, "Countess");
        assert_eq!(person.also, ["Ada Byron", "ada", "ada@engine.example", "U1"]);
        let plain = Person::of("U2", &json!({"name": "bo", "profile": {"display_name": "", "real_name": 7}}));
        assert_eq!((&plain.shown[..], &plain.also[..]), ("bo", &["U2".to_owned()][..]));
        assert_eq!(Person::of("U3", &json!({"profile": null})).names(), None);
    }
}
