//! Who was in a group when, and what it is called. The archive has the latest first, and whoever joined or left stands
//! among the messages; so all is read once for this, before the messages are.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value;

/// Groups of more have no members that are named.
const MAX_PEOPLE: usize = 1_000;

/// The two people of a conversation that is no group: their numbers make its id.
pub(super) fn pair(conversation: &str) -> Option<[&str; 2]> {
    let (one, other) = conversation.split_once('-')?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (number(one) && number(other)).then_some([one, other])
}

/// The groups, by their ids.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<String, Group>);

/// A conversation that is not one of two people.
#[derive(Debug, Default)]
struct Group {
    name: Option<(i64, String)>,
    people: BTreeMap<String, Stay>,
    crowded: bool,
}

/// When somebody last joined and last left, as far as the archive says.
#[derive(Debug, Default)]
struct Stay {
    joined: Option<i64>,
    left: Option<i64>,
}

impl Groups {
    /// Takes down what an item says of its group.
    pub(super) fn learn(&mut self, conversation: &str, item: &Value) {
        let Some((kind, facts)) = item.as_object().and_then(|map| map.iter().next()) else { return };
        if facts.get("recipientId").is_some() || conversation.is_empty() || pair(conversation).is_some() {
            return;
        }
        if !self.0.contains_key(conversation) {
            self.0.insert(conversation.to_owned(), Group::default());
        }
        if let Some(group) = self.0.get_mut(conversation) {
            group.learn(kind, facts);
        }
    }

    /// What a group is called: its latest name, else its id; `None` if it is no group.
    pub(super) fn name(&self, conversation: &str) -> Option<String> {
        let group = self.0.get(conversation)?;
        let name = group.name.as_ref().map(|(_, name)| name.clone()).filter(|name| !name.is_empty());
        name.or_else(|| Some(conversation.to_owned()))
    }

    /// Who was in a group at a time.
    pub(super) fn people(&self, conversation: &str, time: i64) -> impl Iterator<Item = &str> {
        let group = self.0.get(conversation).filter(|group| !group.crowded);
        let people = group.into_iter().flat_map(|group| &group.people);
        people.filter(move |(_, stay)| stay.includes(time)).map(|(id, _)| &id[..])
    }
}

impl Group {
    fn learn(&mut self, kind: &str, facts: &Value) {
        let text = |key: &str| facts.get(key).and_then(Value::as_str);
        let time = text("createdAt").and_then(|text| text.parse::<Timestamp>().ok());
        let time = time.map(Timestamp::as_millisecond);
        for id in ["senderId", "initiatingUserId"].into_iter().filter_map(text) {
            self.person(id);
        }
        let list = |key: &str| facts.get(key).and_then(Value::as_array).into_iter().flatten();
        for id in list("participantsSnapshot").filter_map(Value::as_str) {
            self.person(id);
        }
        for id in list("userIds").filter_map(Value::as_str) {
            let Some(stay) = self.person(id) else { continue };
            match kind {
                "participantsJoin" => stay.joined = stay.joined.max(time),
                "participantsLeave" => stay.left = stay.left.max(time),
                _ => {}
            }
        }
        if let ("conversationNameUpdate", Some(name), Some(time)) = (kind, text("name"), time)
            && self.name.as_ref().is_none_or(|(known, _)| *known < time)
        {
            self.name = Some((time, name.to_owned()));
        }
    }

    fn person(&mut self, id: &str) -> Option<&mut Stay> {
        if !self.people.contains_key(id) {
            self.crowded |= self.people.len() >= MAX_PEOPLE;
            if self.crowded {
                return None;
            }
            self.people.insert(id.to_owned(), Stay::default());
        }
        self.people.get_mut(id)
    }
}

impl Stay {
    fn includes(&self, time: i64) -> bool {
        match (self.joined, self.left) {
            (None, None) => true,
            (Some(joined), None) => time >= joined,
            (None, Some(left)) => time <= left,
            (Some(joined), Some(left)) if joined <= left => (joined..=left).contains(&time),
            (Some(joined), Some(left)) => time <= left || time >= joined,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_group_has_its_latest_name_and_those_who_were_there() {
        let mut groups = Groups::default();
        let at = |hour: u8| format!("2020-01-01T{hour:02}:00:00.000Z");
        for item in [
            json!({"participantsLeave": {"userIds": ["3"], "createdAt": at(9)}}),
            json!({"conversationNameUpdate": {"initiatingUserId": "1", "name": "new", "createdAt": at(8)}}),
            json!({"messageCreate": {"senderId": "1", "createdAt": at(7)}}),
            json!({"participantsJoin": {"initiatingUserId": "1", "userIds": ["4"], "createdAt": at(6)}}),
            json!({"conversationNameUpdate": {"initiatingUserId": "1", "name": "old", "createdAt": at(5)}}),
            json!({"joinConversation": {"participantsSnapshot": ["1", "2", "3"], "createdAt": at(4)}}),
        ] {
            groups.learn("g", &item);
        }
        groups.learn("1-2", &json!({"messageCreate": {"senderId": "1", "recipientId": "2"}}));
        assert_eq!((groups.name("g").as_deref(), groups.name("1-2")), (Some("new"), None));
        let there = |hour: i64| groups.people("g", 1_577_836_800_000 + hour * 3_600_000).collect::<Vec<_>>();
        assert_eq!(there(5), ["1", "2", "3"]);
        assert_eq!(there(7), ["1", "2", "3", "4"]);
        assert_eq!(there(10), ["1", "2", "4"]);
    }
}
