//! A channel as the export has it around its messages.

use crate::{
    fields::Fields,
    importer::{Fault, Input},
    json::{Take, stream},
    people::Person,
};

/// Conversations of more have no people that are named.
const MAX_PEOPLE: usize = 40;

/// What is known of a channel around its messages.
pub(super) struct Channel<'i, 'f> {
    pub(super) input: &'i Input<'f>,
    pub(super) id: Option<String>,
    name: Option<String>,
    kind: String,
    server: Option<String>,
    pub(super) category: Option<String>,
    /// Those of a conversation that is no server's.
    pub(super) people: Vec<Person>,
}

impl<'i, 'f> Channel<'i, 'f> {
    /// Reads what the file says beside its messages, and in a direct conversation who writes in it.
    pub(super) fn new(input: &'i Input<'f>) -> Channel<'i, 'f> {
        let (mut guild, mut channel) = (Fields::default(), Fields::default());
        let part = |path: &str| match path {
            "" => Take::Enter,
            "guild" | "channel" => Take::Whole,
            _ => Take::Skip,
        };
        if let Ok(text) = input.file().text() {
            // What cannot be read is reported when the messages are.
            let _ = stream(text, &part, &mut |path, value| {
                let into = if path == "guild" { &mut guild } else { &mut channel };
                *into = Fields::of(value).unwrap_or_default();
                // Both stand before the messages.
                match path {
                    "channel" => Err(Fault::Stopped),
                    _ => Ok(()),
                }
            });
        }
        let mut channel = Channel {
            input,
            id: channel.id("id"),
            name: channel.name("name"),
            kind: channel.text("type").unwrap_or_default(),
            server: guild.name("name"),
            category: channel.name("category"),
            people: Vec::new(),
        };
        channel.people = people(&channel);
        channel
    }

    fn is_direct(&self) -> bool {
        matches!(&self.kind[..], "DirectTextChat" | "DirectGroupTextChat" | "1" | "3")
    }

    /// Its name; that of a server's channel after the server's: many servers have channels of one name.
    pub(super) fn title(&self) -> Option<String> {
        let name = self.name.clone()?;
        match &self.server {
            Some(server) if !self.is_direct() => Some(format!("{server} / {name}")),
            _ => Some(name),
        }
    }
}

/// The people of a conversation that is no server's: all who write in it, and the other one of two if silent.
fn people(channel: &Channel<'_, '_>) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    if !channel.is_direct() {
        return people;
    }
    let part = |path: &str| match path {
        "" | "messages" | "messages[]" => Take::Enter,
        "messages[].author" => Take::Whole,
        _ => Take::Skip,
    };
    if let Ok(text) = channel.input.file().text() {
        let _ = stream(text, &part, &mut |_, value| {
            let one = Fields::of(value).map(|mut author| person(&mut author)).unwrap_or_default();
            if !one.written.is_empty() && !people.iter().any(|known| known.is(&one)) {
                people.push(one);
            }
            match people.len() > MAX_PEOPLE {
                true => Err(Fault::Stopped),
                false => Ok(()),
            }
        });
    }
    let other = Person::of([channel.name.clone()]);
    if channel.kind == "DirectTextChat"
        && people.len() == 1
        && !people[0].is(&other)
        && !other.written.is_empty()
    {
        people.push(other);
    }
    people
}

/// A person by the name that the channel shows, and by handle and number.
pub(super) fn person(fields: &mut Fields) -> Person {
    let (nick, name, id) = (fields.text("nickname"), fields.text("name"), fields.id("id"));
    let digits = fields.name("discriminator").filter(|digits| !digits.trim_matches('0').is_empty());
    let full = name.as_ref().zip(digits).map(|(name, digits)| format!("{name}#{digits}"));
    Person::of([nick, name, full, id])
}
