//! Who a message is from and to. The app names the other side only: `address` has their numbers, parted by `~` in a
//! group, and `contact_name` their names.

use blackbox_format::message::{MAX_NAMES, Message, Names};

/// The most people of a group that are told apart.
const MAX_PEOPLE: usize = 1000;
/// The most recipients that a message lists.
const MAX_RECIPIENTS: usize = 32;
/// Numbers are the same if they end in the same digits, this many at least.
const SAME_DIGITS: usize = 7;
/// What stands for the phone's own number before it is sent.
const OWN_TOKEN: &str = "insert-address-token";
const OWN: &str = "Me";

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Received,
    Sent,
}

/// Someone whom a message shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    number: String,
    name: Option<String>,
}

/// An address that an MMS is from or to.
pub(crate) struct Address {
    pub(crate) number: String,
    pub(crate) role: Role,
}

/// What an address is to an MMS; of two for one number the later of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    To,
    Copied,
    From,
}

/// The people of one message.
pub(crate) struct People {
    others: Vec<Person>,
    chat: Option<String>,
    sender: Option<usize>,
    own_numbers: Vec<String>,
}

impl Person {
    /// As the app shows them.
    pub(crate) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.number)
    }

    fn names(&self) -> Option<Names> {
        let name = self.name.clone().filter(|name| *name != self.number && !self.number.is_empty())?;
        Some(Names { written: name, also: vec![self.number.clone()] })
    }
}

impl People {
    /// The people that `address` and `contact_name` state.
    pub(crate) fn of(address: Option<String>, contact: Option<String>) -> People {
        let contact = contact.filter(|name| name != "(Unknown)");
        let address = address.unwrap_or_default();
        let numbers: Vec<&str> =
            address.split('~').filter(|number| !number.is_empty()).take(MAX_PEOPLE).collect();
        let names: Vec<&str> = match (&contact, numbers.len()) {
            (Some(name), 0 | 1) => vec![name],
            (Some(name), count) => {
                let names: Vec<&str> = name.split(", ").take(count + 1).collect();
                if names.len() == count { names } else { Vec::new() }
            }
            (None, _) => Vec::new(),
        };
        let count = numbers.len().max(names.len());
        let person = |at: usize| Person {
            number: numbers.get(at).copied().unwrap_or_default().to_owned(),
            name: names.get(at).map(|name| (*name).to_owned()),
        };
        let chat = contact.clone().or_else(|| Some(address.clone()).filter(|address| !address.is_empty()));
        People { others: (0..count).map(person).collect(), chat, sender: None, own_numbers: Vec::new() }
    }

    /// Adds what an MMS says of its addresses: who of a group sent it, and which number is the phone's own.
    pub(crate) fn address(&mut self, addresses: Vec<Address>, way: Way) {
        let mut strangers: Vec<Address> = Vec::new();
        for one in addresses.into_iter().filter(|one| !one.number.is_empty() && one.number != OWN_TOKEN) {
            let known = self.others.iter().position(|person| same(&person.number, &one.number));
            let twice = strangers.iter_mut().find(|other| other.number == one.number);
            match (known, twice) {
                (Some(at), _) if one.role == Role::From && way == Way::Received => self.sender = Some(at),
                (Some(_), _) => {}
                (None, Some(other)) => other.role = other.role.max(one.role),
                (None, None) => strangers.push(one),
            }
        }
        let role = if way == Way::Sent { Role::From } else { Role::To };
        let mut own = strangers.iter().filter(|one| one.role == role);
        if let (Some(one), None) = (own.next(), own.next()) {
            self.own_numbers.push(one.number.clone());
        }
        self.join(strangers, way);
    }

    /// Others of a group whose `address` is no number.
    fn join(&mut self, strangers: Vec<Address>, way: Way) {
        let own = &self.own_numbers;
        let others: Vec<Address> = strangers.into_iter().filter(|one| !own.contains(&one.number)).collect();
        let is_group = self.others.len() == 1 && self.others[0].number.contains('@') && !others.is_empty();
        if is_group {
            self.others.clear();
        }
        for one in others {
            if one.role == Role::From && way == Way::Received {
                self.sender = Some(self.others.len());
            }
            self.others.push(Person { number: one.number, name: None });
        }
    }

    /// The other of a call, or of a message between two.
    pub(crate) fn other(&self) -> Option<&Person> {
        self.others.first().filter(|_| self.others.len() == 1)
    }

    /// Writes sender, recipients, chat and further names into a message. The owner is `owner`, else "Me".
    pub(crate) fn write(self, way: Way, owner: Option<&str>, message: &mut Message) {
        let own = owner.unwrap_or(OWN);
        let sender = match way {
            Way::Sent => None,
            Way::Received => self.sender.or(Some(0).filter(|_| self.others.len() == 1)),
        };
        message.from = match (way, sender) {
            (Way::Sent, _) => own.to_owned(),
            (_, Some(at)) => self.others[at].shown().to_owned(),
            // A group's message that does not say who sent it.
            (_, None) => self.chat.clone().unwrap_or_default(),
        };
        let others = self.others.iter().enumerate().filter(|(at, _)| Some(*at) != sender || way == Way::Sent);
        let mut to: Vec<String> = others.map(|(_, person)| person.shown().to_owned()).collect();
        if way == Way::Received {
            to.push(own.to_owned());
        }
        message.to = if to.len() > MAX_RECIPIENTS { Vec::new() } else { to };
        message.names = self.names(own, sender);
        message.chat = self.chat;
    }

    /// Further names of those that the message shows.
    pub(crate) fn names(&self, own: &str, sender: Option<usize>) -> Vec<Names> {
        let first = sender.and_then(|at| self.others[at].names());
        let rest = self.others.iter().enumerate().filter(|(at, _)| Some(*at) != sender);
        let mut names: Vec<Names> =
            first.into_iter().chain(rest.filter_map(|(_, one)| one.names())).collect();
        names.truncate(MAX_RECIPIENTS);
        let also: Vec<String> = self.own_numbers.iter().take(MAX_NAMES).cloned().collect();
        if !also.is_empty() {
            names.push(Names { written: own.to_owned(), also });
        }
        names
    }
}

/// Whether two numbers are one, with or without a country's code.
fn same(one: &str, other: &str) -> bool {
    let digits = |number: &str| number.bytes().rev().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    let (a, b) = (digits(one), digits(other));
    let length = a.len().min(b.len());
    one == other || (length >= SAME_DIGITS && !one.contains('@') && a[..length] == b[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(address: &str, contact: &str) -> People {
        People::of(Some(address.into()), Some(contact.into()))
    }

    fn written(people: People, way: Way) -> Message {
        let mut message = Message::default();
        people.write(way, None, &mut message);
        message
    }

    fn address(number: &str, role: Role) -> Address {
        Address { number: number.into(), role }
    }

    #[test]
    fn names_go_with_numbers_if_there_are_as_many() {
        let message = written(people("+15550100~+15550101", "Ada Bell, Bo Cray"), Way::Sent);
        assert_eq!(
            (&message.from[..], message.to),
            ("Me", vec!["Ada Bell".to_owned(), "Bo Cray".to_owned()])
        );
        assert_eq!(message.names[1], Names { written: "Bo Cray".into(), also: vec!["+15550101".into()] });
        let message = written(people("+15550100~+15550101", "Ada Bell"), Way::Sent);
        assert_eq!(message.to, ["+15550100", "+15550101"]);
        assert_eq!(message.chat.as_deref(), Some("Ada Bell"));
    }

    #[test]
    fn the_sender_in_a_group_is_found_whether_or_not_the_country_is_stated() {
        let mut group = people("+15550100100~+15550100101", "Ada Bell, Bo Cray");
        group.address(
            vec![address("5550100101", Role::From), address("+15550100199", Role::To)],
            Way::Received,
        );
        let message = written(group, Way::Received);
        assert_eq!(
            (&message.from[..], message.to),
            ("Bo Cray", vec!["Ada Bell".to_owned(), "Me".to_owned()])
        );
        let own = Names { written: "Me".into(), also: vec!["+15550100199".into()] };
        assert_eq!(message.names.last(), Some(&own));
    }

    #[test]
    fn a_group_whose_address_is_no_number_has_its_members_from_the_list() {
        let mut group = people("group_1@rcs.example", "(Unknown)");
        let list = [("+15550100", Role::To), ("+15550101", Role::To), ("+15550102", Role::From)];
        group.address(list.map(|(number, role)| address(number, role)).into(), Way::Sent);
        let message = written(group, Way::Sent);
        assert_eq!(message.to, ["+15550100", "+15550101"]);
        assert_eq!(message.names, [Names { written: "Me".into(), also: vec!["+15550102".into()] }]);
        assert_eq!(message.chat.as_deref(), Some("group_1@rcs.example"));

        let mut group = people("group_1@rcs.example", "(Unknown)");
        let list = [
            ("+15550100", Role::Copied),
            ("+15550101", Role::Copied),
            ("+15550101", Role::From),
            ("1", Role::To),
        ];
        group.address(list.map(|(number, role)| address(number, role)).into(), Way::Received);
        let message = written(group, Way::Received);
        assert_eq!(
            (&message.from[..], message.to),
            ("+15550101", vec!["+15550100".to_owned(), "Me".to_owned()])
        );
    }
}
