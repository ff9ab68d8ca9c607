//! The people, groups and chats of a backup. They come before the messages that refer to them, by numbers.

use std::collections::HashMap;

use blackbox_format::message::{MAX_NAMES, Names};

use super::fields::{Fields, Service};

/// The most people, groups and chats, and the most members of groups in all, that are held.
const MAX_HELD: usize = 1 << 20;
const TOO_MANY: &str =
    "there are more people, groups and chats than are held: messages name this one by its number";
/// Longer names are cut: nobody has one of more than 1 KiB.
const MAX_NAME_BYTES: usize = 1 << 10;
/// A message names its recipients in groups of up to this many others.
const MAX_RECIPIENTS: usize = 32;

/// Who and what the numbers of a backup stand for.
pub(crate) struct People {
    all: HashMap<u64, Recipient>,
    services: HashMap<Service, u64>,
    chats: HashMap<u64, u64>,
    /// The account's own name, and what else it is found by.
    own: Named,
    /// The account's own service id, which a backup has nowhere but among the members of groups.
    own_service: Option<Service>,
    own_number: Option<u64>,
    members: usize,
    settled: bool,
}

/// A name and the others of the same person.
#[derive(Clone, Default)]
struct Named {
    name: String,
    also: Vec<String>,
}

enum Recipient {
    Own,
    Person(Named),
    Group { title: String, members: Vec<Service> },
    Other(String),
}

/// The conversation that a message stands in.
pub(crate) struct Chat {
    pub(crate) name: Option<String>,
    pub(crate) to: Vec<String>,
    pub(crate) names: Vec<Names>,
}

impl People {
    /// Nobody but the owner of the export, if a name was given.
    pub(crate) fn new(owner: Option<&str>) -> People {
        let own = Named { name: owner.unwrap_or("You").to_owned(), also: Vec::new() };
        People {
            all: HashMap::new(),
            services: HashMap::new(),
            chats: HashMap::new(),
            own,
            own_service: None,
            own_number: None,
            members: 0,
            settled: true,
        }
    }

    /// Takes down whose backup it is.
    pub(crate) fn account(&mut self, mut account: Fields) {
        let name = joined(&mut account, "givenName", "familyName");
        let username = account.text("username").map(short);
        let all = [name, username].into_iter().flatten().collect();
        if let Some(named) = named(all) {
            self.own = named;
        }
    }

    /// Takes down a person, a group, or what else messages can go to.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn recipient(&mut self, mut recipient: Fields) -> Result<(), &'static str> {
        let id = recipient.number("id").unwrap_or(0);
        if self.all.len() + self.members >= MAX_HELD {
            return Err(TOO_MANY);
        }
        let kind = if recipient.has("self") {
            self.own_number = Some(id);
            Recipient::Own
        } else if let Some(contact) = recipient.inner("contact") {
            self.contact(id, contact)
        } else if let Some(group) = recipient.inner("group") {
            self.group(group)
        } else if recipient.has("releaseNotes") {
            Recipient::Other("Signal".to_owned())
        } else if let Some(mut link) = recipient.inner("callLink") {
            Recipient::Other(link.text("name").map_or_else(|| "call link".to_owned(), short))
        } else {
            let list = recipient
                .inner("distributionList")
                .and_then(|mut item| item.inner("distributionList")?.text("name"));
            Recipient::Other(list.map_or_else(|| format!("recipient {id}"), short))
        };
        self.settled = false;
        self.all.insert(id, kind);
        Ok(())
    }

    fn contact(&mut self, id: u64, mut contact: Fields) -> Recipient {
        let ids: Vec<Service> = ["aci", "pni"].into_iter().filter_map(|key| contact.service(key)).collect();
        let aci = ids.first().map(uuid);
        self.services.extend(ids.into_iter().map(|service| (service, id)));
        let nickname = contact.inner("nickname").and_then(|mut name| joined(&mut name, "given", "family"));
        let system = joined(&mut contact, "systemGivenName", "systemFamilyName");
        let profile = joined(&mut contact, "profileGivenName", "profileFamilyName");
        let short_name = contact.text("systemNickname").map(short);
        let number = contact.number("e164").map(|number| format!("+{number}"));
        let username = contact.text("username").map(short);
        let all = [nickname, system, profile, short_name, number, username, aci];
        let unknown = || Named { name: format!("recipient {id}"), also: Vec::new() };
        Recipient::Person(named(all.into_iter().flatten().collect()).unwrap_or_else(unknown))
    }

    fn group(&mut self, mut group: Fields) -> Recipient {
        let mut snapshot =
            group.inner("snapshot").unwrap_or_else(|| Fields::new("snapshot", Default::default()));
        let title = snapshot.inner("title").and_then(|mut title| title.text("title")).map(short);
        let members: Vec<Service> =
            snapshot.each("members").iter_mut().filter_map(|member| member.service("userId")).collect();
        let members = if self.members + members.len() > MAX_HELD { Vec::new() } else { members };
        self.members += members.len();
        Recipient::Group { title: title.unwrap_or_default(), members }
    }

    /// Takes down with whom a chat is.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn chat(&mut self, mut chat: Fields) -> Result<(), &'static str> {
        if self.chats.len() >= MAX_HELD {
            return Err(TOO_MANY);
        }
        let id = chat.number("id").unwrap_or(0);
        self.chats.insert(id, chat.number("recipientId").unwrap_or(0));
        Ok(())
    }

    /// The name that the export shows for a recipient.
    pub(crate) fn name(&self, id: u64) -> String {
        match self.all.get(&id) {
            Some(Recipient::Own) => self.own.name.clone(),
            Some(Recipient::Person(named)) => named.name.clone(),
            Some(Recipient::Group { title: name, .. } | Recipient::Other(name)) => name.clone(),
            None => format!("recipient {id}"),
        }
    }

    /// What else a recipient is found by.
    pub(crate) fn names(&self, id: u64) -> Option<Names> {
        let named = match self.all.get(&id)? {
            Recipient::Own => &self.own,
            Recipient::Person(named) => named,
            _ => return None,
        };
        (!named.also.is_empty()).then(|| Names { written: named.name.clone(), also: named.also.clone() })
    }

    /// The name of whoever has a service id.
    pub(crate) fn by_service(&mut self, service: &Service) -> String {
        match self.number_of(service) {
            Some(id) => self.name(id),
            None if self.own_service.as_ref() == Some(service) => self.own.name.clone(),
            None => uuid(service),
        }
    }

    fn number_of(&mut self, service: &Service) -> Option<u64> {
        self.settle();
        let own = self.own_service.as_ref() == Some(service);
        self.services.get(service).copied().or(self.own_number.filter(|_| own))
    }

    /// Finds the account's own service id: that of the member of groups who is no contact.
    fn settle(&mut self) {
        if self.settled {
            return;
        }
        self.settled = true;
        let mut own = None;
        for recipient in self.all.values() {
            let Recipient::Group { members, .. } = recipient else { continue };
            let mut strangers = members.iter().filter(|member| !self.services.contains_key(*member));
            if let (Some(one), None) = (strangers.next(), strangers.next()) {
                if own.is_some_and(|own| own != *one) {
                    return;
                }
                own = Some(*one);
            }
        }
        self.own_service = own;
    }

    /// The chat with a number, for a message by `author`.
    pub(crate) fn conversation(&mut self, chat: u64, author: u64) -> Chat {
        let Some(&with) = self.chats.get(&chat) else {
            return Chat { name: None, to: Vec::new(), names: Vec::new() };
        };
        let others = match self.all.get(&with) {
            Some(Recipient::Own) => vec![with],
            Some(Recipient::Group { members, .. }) if members.len() <= MAX_RECIPIENTS + 1 => {
                let members = members.clone();
                let ids: Vec<u64> = members.iter().filter_map(|member| self.number_of(member)).collect();
                ids.into_iter().filter(|id| *id != author).collect()
            }
            Some(Recipient::Person(_) | Recipient::Other(_)) if with == author => {
                self.own_number.into_iter().collect()
            }
            Some(Recipient::Person(_) | Recipient::Other(_)) => vec![with],
            _ => Vec::new(),
        };
        let others: Vec<u64> =
            others.into_iter().filter(|id| self.all.contains_key(id)).take(MAX_RECIPIENTS).collect();
        Chat {
            name: Some(self.name(with)).filter(|name| !name.is_empty()),
            to: others.iter().map(|id| self.name(*id)).collect(),
            names: others.iter().filter_map(|id| self.names(*id)).collect(),
        }
    }
}

/// The first is the name that is shown, the others come after it once each.
fn named(all: Vec<String>) -> Option<Named> {
    let mut all = all.into_iter();
    let name = all.next()?;
    let mut also: Vec<String> = Vec::new();
    for other in all {
        if other != name && !also.contains(&other) && also.len() < MAX_NAMES {
            also.push(other);
        }
    }
    Some(Named { name, also })
}

fn joined(fields: &mut Fields, given: &str, family: &str) -> Option<String> {
    let parts = [fields.text(given), fields.text(family)];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(short(name)).filter(|name| !name.trim().is_empty())
}

fn short(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
    name
}

/// A service id as people write it.
fn uuid(id: &Service) -> String {
    let text = super::wire::hex(id);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fields(value: Value) -> Fields {
        let Value::Object(map) = value else { panic!("no object") };
        Fields::new("recipient", map)
    }

    fn people() -> People {
        let mut people = People::new(None);
        people.account(fields(json!({"givenName": "Ada", "familyName": "Quill", "username": "ada.01"})));
        people.recipient(fields(json!({"id": 1, "self": {}}))).unwrap();
        people
            .recipient(fields(json!({"id": 2, "contact": {
            "aci": "aa".repeat(16), "e164": 15550100, "profileGivenName": "Bo", "systemGivenName": "Bo",
            "systemFamilyName": "Fenn", "nickname": {"given": "B"}, "username": "bo.02"}})))
            .unwrap();
        let members: Vec<_> = ["aa", "bb"].iter().map(|id| json!({"userId": id.repeat(16)})).collect();
        let snapshot = json!({"title": {"title": "Sailing"}, "members": members});
        people.recipient(fields(json!({"id": 3, "group": {"snapshot": snapshot}}))).unwrap();
        people.chat(fields(json!({"id": 7, "recipientId": 3}))).unwrap();
        people.chat(fields(json!({"id": "8", "recipientId": "2"}))).unwrap();
        people
    }

    #[test]
    fn a_contact_is_shown_under_its_nickname_and_found_by_the_rest() {
        let people = people();
        assert_eq!(people.name(2), "B");
        let aci = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
        assert_eq!(people.names(2).unwrap().also, ["Bo Fenn", "Bo", "+15550100", "bo.02", aci]);
        assert_eq!((&people.name(1)[..], &people.name(9)[..]), ("Ada Quill", "recipient 9"));
    }

    #[test]
    fn the_member_of_a_group_who_is_no_contact_is_the_owner() {
        let mut people = people();
        assert_eq!(people.by_service(&[0xbb; 16]), "Ada Quill");
        assert_eq!(people.by_service(&[0xcc; 16]), "cccccccc-cccc-cccc-cccc-cccccccccccc");
        let chat = people.conversation(7, 1);
        assert_eq!((chat.name.as_deref(), chat.to), (Some("Sailing"), vec!["B".to_owned()]));
    }

    #[test]
    fn in_a_chat_of_two_a_message_goes_to_the_other() {
        let mut people = people();
        assert_eq!(people.conversation(8, 1).to, ["B"]);
        assert_eq!(people.conversation(8, 2).to, ["Ada Quill"]);
        assert_eq!(people.conversation(99, 2).name, None);
    }
}
