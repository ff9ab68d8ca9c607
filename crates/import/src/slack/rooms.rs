//! The channels, groups and direct conversations of a workspace.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    lists,
    people::{People, text},
};
use crate::importer::Input;

/// The lists of conversations of an export.
const LISTS: &[&str] = &["channels.json", "groups.json", "mpims.json", "dms.json"];

/// The conversations of a workspace.
#[derive(Default)]
pub(super) struct Rooms {
    rooms: Vec<Room>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

/// One conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Room {
    name: String,
    /// Whether it has no name of its own: it is called after its members.
    direct: bool,
    /// Ids of its members.
    pub(super) members: Vec<String>,
}

impl Rooms {
    /// Reads the lists of conversations of the export.
    pub(super) fn of(input: &Input<'_>, damaged: &mut Vec<&'static str>) -> Rooms {
        let mut rooms = Rooms::default();
        for list in LISTS {
            let direct = matches!(*list, "mpims.json" | "dms.json");
            lists::each(input, list, damaged, &mut |entry| rooms.add(&entry, direct));
        }
        rooms
    }

    fn add(&mut self, entry: &Value, direct: bool) {
        let id = text(&entry["id"]).unwrap_or_default();
        let name = text(&entry["name"]).unwrap_or(id).to_owned();
        let members = entry["members"].as_array().into_iter().flatten();
        let members = members.filter_map(|member| member.as_str().map(str::to_owned)).collect();
        let direct = direct || entry["is_im"] == true || entry["is_mpim"] == true;
        let at = self.rooms.len();
        self.by_id.insert(id.to_owned(), at);
        self.by_name.insert(name.clone(), at);
        self.rooms.push(Room { name, direct, members });
    }

    /// The conversation with an id, or else with a name; one that is on no list has only what is given.
    pub(super) fn find(&self, id: &str, name: &str) -> Room {
        let found = [(&self.by_id, id), (&self.by_name, name), (&self.by_id, name)];
        let found = found.iter().find_map(|(map, key)| map.get(*key));
        found.map(|at| self.rooms[*at].clone()).unwrap_or_else(|| {
            let name = if name.is_empty() { id } else { name };
            Room { name: name.to_owned(), ..Room::default() }
        })
    }

    /// The name of a channel by its id.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(|at| &self.rooms[*at].name[..])
    }
}

impl Room {
    /// What it is called: its name, or those of its members.
    pub(super) fn chat(&self, people: &People) -> Option<String> {
        if !self.direct || self.members.is_empty() {
            return (!self.name.is_empty()).then(|| self.name.clone());
        }
        let mut names: Vec<String> = self.members.iter().map(|id| people.name(id)).collect();
        names.dedup();
        Some(names.join(", "))
    }
}
