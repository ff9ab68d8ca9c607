//! Whose archive it is: `account.js` beside the messages.

use serde_json::Value;

use crate::{fields::Fields, importer::Input, people::Person};

use super::script;

/// The owner, by number, name, handle and address.
pub(super) fn owner(input: &Input<'_>) -> Option<Person> {
    let bytes = input.beside("account.js")?;
    let text = String::from_utf8(bytes).ok()?;
    let (_, json) = script::split(text.trim_start_matches('\u{feff}').trim_start())?;
    let list: Value = serde_json::from_str(json).ok()?;
    let mut account = Fields::of(list.get(0)?.get("account")?.clone())?;
    let id = account.id("accountId")?;
    let names = ["accountDisplayName", "username", "email", "phoneNumber"].map(|key| account.id(key));
    Some(Person::of([Some(id)].into_iter().chain(names)))
}
