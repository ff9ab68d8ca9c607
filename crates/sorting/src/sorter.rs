//! Rules at work.

use std::collections::HashMap;

use blackbox_format::message::{Message, annotation};

use crate::{Pattern, Rules, pattern::Name, rule::Conditions};

/// Most names that are held in the form in which they are compared.
const KNOWN_NAMES: usize = 100_000;

/// Where a message goes, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Number of the compartment in [`Rules::compartments`].
    pub compartment: u16,
    /// Number of the rule; `None` if it is the default.
    pub rule: Option<u16>,
}

/// Sorts messages. What it says of a message depends on that message alone.
pub struct Sorter<'r> {
    rules: &'r Rules,
    /// Compartment of each rule, then that of the default.
    targets: Vec<u16>,
    names: HashMap<String, Name>,
}

impl Rules {
    /// Begins to sort.
    pub fn sorter(&self) -> Sorter<'_> {
        let number = |name: &str| {
            let number = self.compartments().iter().position(|known| known == name);
            number.expect("every rule's compartment is in the list") as u16
        };
        let rules = self.rules().iter().map(|rule| &rule.compartment[..]);
        let targets = rules.chain([self.default().0]).map(number).collect();
        Sorter { rules: self, targets, names: HashMap::new() }
    }
}

impl Sorter<'_> {
    /// Where `message` goes.
    pub fn place(&mut self, message: &Message) -> Place {
        let rules = self.rules.rules();
        let rule = rules.iter().position(|rule| self.holds(&rule.when, message));
        let compartment = self.targets[rule.unwrap_or(rules.len())];
        Place { compartment, rule: rule.map(|rule| rule as u16) }
    }

    fn holds(&mut self, when: &Conditions, message: &Message) -> bool {
        when.days.hold(message.time)
            && (when.platform.is_empty() || when.platform.contains(&message.platform))
            && (when.chat.is_empty() || self.any(&when.chat, message.chat.as_deref()))
            && (when.person.is_empty() || self.any(&when.person, people(message)))
    }

    fn any<'m>(&mut self, patterns: &[Pattern], names: impl IntoIterator<Item = &'m str>) -> bool {
        names.into_iter().any(|written| {
            let name = self.name(written);
            patterns.iter().any(|pattern| pattern.matches(name))
        })
    }

    fn name(&mut self, written: &str) -> &Name {
        if !self.names.contains_key(written) {
            if self.names.len() == KNOWN_NAMES {
                self.names.clear();
            }
            self.names.insert(written.to_owned(), Name::new(written));
        }
        &self.names[written]
    }
}

/// Every name of the sender, of the recipients, and of whoever caused an event.
fn people(message: &Message) -> impl Iterator<Item = &str> {
    let causes = message.annotations.iter().filter(|(name, _)| name == annotation::SENDER);
    let also = message.names.iter().flat_map(|names| [&names.written].into_iter().chain(&names.also));
    let written = [&message.from].into_iter().chain(&message.to).chain(causes.map(|(_, value)| value));
    written.chain(also).map(String::as_str).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use blackbox_format::message::Names;

    use super::*;

    fn rules(text: &str) -> Rules {
        let known = ["main", "personal", "privileged"].map(str::to_owned).into();
        Rules::parse(text, &known).unwrap()
    }

    fn to(rules: &Rules, message: &Message) -> String {
        rules.compartments()[usize::from(rules.sorter().place(message).compartment)].clone()
    }

    #[test]
    fn a_person_is_sender_recipient_cause_and_any_further_name_of_them() {
        let rules = rules("[[rule]]\ncompartment = \"personal\"\nperson = [\"Jane Roe\", \"+447700900*\"]");
        let from = Message { from: "JANE ROE".into(), ..Message::default() };
        let received = Message { to: vec!["Al".into(), "Jane Roe".into()], ..Message::default() };
        let also = Names { written: "jr".into(), also: vec!["+44 7700 900111".into()] };
        let named = Message { from: "jr".into(), names: vec![also], ..Message::default() };
        let cause = (annotation::SENDER.to_owned(), "Jane Roe".to_owned());
        let caused = Message { event: Some("joined".into()), annotations: vec![cause], ..Message::default() };
        for message in [from, received, named, caused] {
            assert_eq!(to(&rules, &message), "personal", "{message:?}");
        }
        let mentioned = Message { text: "Jane Roe".into(), from: "Al".into(), ..Message::default() };
        assert_eq!(to(&rules, &mentioned), "main");
    }

    #[test]
    fn a_message_without_chat_is_in_no_chat_rule_and_all_conditions_must_hold() {
        let rules = rules(
            "[[rule]]\ncompartment = \"privileged\"\nchat = [\"*\"]\nplatform = [\"sms\"]\nsince = 2020-01-02\n\
             [[rule]]\ncompartment = \"personal\"\nchat = [\"family\", \"Fr?ends\"]",
        );
        let day = 86_400_000;
        let message = |chat: Option<&str>, platform: &str, time| Message {
            chat: chat.map(str::to_owned),
            platform: platform.into(),
            time,
            ..Message::default()
        };
        let time = 18_263 * day; // 2020-01-02
        assert_eq!(to(&rules, &message(None, "sms", time)), "main");
        assert_eq!(to(&rules, &message(Some("Family"), "sms", time)), "privileged");
        assert_eq!(to(&rules, &message(Some("Family"), "sms", time - 1)), "personal");
        assert_eq!(to(&rules, &message(Some("Friends"), "signal", time)), "personal");
        assert_eq!(to(&rules, &message(Some("Friends!"), "signal", time)), "main");
    }
}
