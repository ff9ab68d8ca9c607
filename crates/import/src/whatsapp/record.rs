//! One record of an export: who says what, or what WhatsApp notes.

use blackbox_format::message::Message;

use super::{
    facts,
    header::is_mark,
    media::{self, MARK, Mention},
    phrases::PHRASES,
};

/// The longest sender, in characters: what stands before a later colon is text.
const MAX_SENDER_CHARS: usize = 128;
/// In groups with more members than this, messages name no recipients.
pub(crate) const MAX_RECIPIENTS: usize = 32;

/// What the text after a header is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// A message.
    Said { sender: &'a str, text: &'a str },
    /// A notice: which event, who is said to have caused it.
    Noted { event: &'static str, sender: Option<&'a str>, text: &'a str },
}

/// What is known of the conversation as a whole.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// Its name.
    pub(crate) chat: Option<String>,
    /// Who wrote in it, in order of appearance; at most one more than [`MAX_RECIPIENTS`].
    pub(crate) people: Vec<String>,
    /// Whose export it is.
    pub(crate) owner: Option<String>,
    /// Whether notices show it to be a group.
    pub(crate) grouped: bool,
}

/// Events that only groups have.
const GROUP_EVENTS: &[&str] = &["created", "joined", "added", "left", "removed", "renamed", "icon", "admin"];

/// A record as it is collected from its lines.
pub(crate) struct Record {
    /// The line that it begins on.
    pub(crate) line: u64,
    /// Unix time in milliseconds.
    pub(crate) time: i64,
    pub(crate) written_time: String,
    /// All after the header.
    pub(crate) text: String,
    /// Whether some of its bytes were not UTF-8.
    pub(crate) damaged: bool,
}

/// Tells messages from notices. `group` is the name of a group: notices can have it as their sender.
pub(crate) fn content<'a>(text: &'a str, group: Option<&str>) -> Content<'a> {
    let Some((sender, body)) = split(text) else {
        let text = unmarked(text);
        let event = PHRASES.event(text).unwrap_or("notice");
        return Content::Noted { event, sender: None, text };
    };
    let text = body.strip_prefix(MARK).unwrap_or(body);
    if body.contains('\n') {
        return Content::Said { sender, text };
    }
    let marked = body.starts_with(MARK) || group == Some(sender);
    let event = match marked && media::mention(body).is_none() {
        true => PHRASES.event(body),
        false => PHRASES.unmistakable(body),
    };
    match event {
        Some(event) => Content::Noted { event, sender: Some(sender), text },
        None => Content::Said { sender, text },
    }
}

/// Splits the sender off, which ends at the first colon with a space, unless that stands inside a notice.
fn split(text: &str) -> Option<(&str, &str)> {
    let first = text.lines().next().unwrap_or_default();
    let (sender, body) = match first.find(": ") {
        Some(at) => (&first[..at], &text[at + 2..]),
        // An empty message whose trailing blank was lost.
        None => (first.strip_suffix(':')?, text.get(first.len()..)?),
    };
    let name = sender.trim_matches(|c: char| c.is_whitespace() || is_mark(c));
    let quotes = sender.chars().filter(|c| matches!(c, '"' | '“' | '”' | '„' | '«' | '»')).count();
    let notice = quotes % 2 == 1 && PHRASES.event(first).is_some() || PHRASES.unmistakable(first).is_some();
    (!name.is_empty() && name.chars().count() <= MAX_SENDER_CHARS && !notice).then_some((name, body))
}

fn unmarked(text: &str) -> &str {
    text.trim_start_matches(is_mark)
}

/// The name between the quotes of a notice that a group was created.
fn created(notice: &str) -> Option<String> {
    let (_, name) = notice.split_once(['"', '“', '„', '«'])?;
    let (name, _) = name.rsplit_once(['"', '”', '“', '»'])?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Takes the mark of an edited message off its end.
fn unedited(text: &str) -> Option<&str> {
    let (before, mark) = text.trim_end().strip_suffix('>')?.rsplit_once('<')?;
    PHRASES.is_edited(mark).then(|| before.trim_end_matches(|c: char| c == ' ' || is_mark(c)))
}

impl Conversation {
    /// Takes down somebody who wrote; more people than a message can name recipients are not needed.
    pub(crate) fn add(&mut self, sender: &str) {
        if self.people.len() <= MAX_RECIPIENTS && !self.people.iter().any(|person| person == sender) {
            self.people.push(sender.to_owned());
        }
    }

    /// Takes down what a notice shows.
    pub(crate) fn note(&mut self, event: &str, notice: &str) {
        self.grouped |= GROUP_EVENTS.contains(&event);
        if event == "created" && self.chat.is_none() {
            self.chat = created(notice);
        }
    }

    /// Its name, if it is a group.
    pub(crate) fn group(&self) -> Option<&str> {
        self.chat.as_deref().filter(|_| self.grouped)
    }

    /// Completes what is known once all records have been seen: a group is nobody who takes part in it, and a
    /// conversation without a name is called after its other participant, if there is one only.
    pub(crate) fn complete(&mut self) {
        if let Some(group) = self.group().map(str::to_owned) {
            self.people.retain(|person| *person != group);
        }
        self.name();
    }

    /// Names the conversation after its other participant, if it has no name and only one other.
    fn name(&mut self) {
        let Some(owner) = &self.owner else { return };
        let mut others = self.people.iter().filter(|person| *person != owner);
        if let (None, Some(other), None) = (&self.chat, others.next(), others.next()) {
            self.chat = Some(other.clone());
        }
    }

    /// Everybody but the sender, if they are few enough. With only one person seen, the owner is the other.
    fn recipients(&self, sender: &str) -> Vec<String> {
        if self.people.len() > MAX_RECIPIENTS {
            return Vec::new();
        }
        let owner = self.owner.iter().filter(|owner| self.people.len() == 1 && !self.people.contains(owner));
        let others = self.people.iter().filter(|person| *person != sender);
        others.chain(owner).cloned().collect()
    }
}

/// A record that was understood.
pub(crate) struct Finished {
    pub(crate) message: Message,
    pub(crate) mention: Option<Mention>,
}

impl Record {
    /// The message or event, and the attachment that it mentions.
    pub(crate) fn finish(self, conversation: &Conversation) -> Finished {
        let mut message = Message {
            time: self.time,
            written_time: self.written_time,
            chat: conversation.chat.clone(),
            platform: "whatsapp".into(),
            ..Message::default()
        };
        let mut note =
            |name: &str, value: &str| message.annotations.push((name.to_owned(), value.to_owned()));
        if self.damaged {
            note("encoding", "not UTF-8, replaced by U+FFFD");
        }
        let mut mention = None;
        match content(&self.text, conversation.group()) {
            Content::Noted { event, sender, text } => {
                sender.into_iter().for_each(|sender| note("sender", sender));
                facts::of_notice(event, text).iter().for_each(|(name, value)| note(name, value));
                message.event = Some(event.to_owned());
                message.text = text.to_owned();
            }
            Content::Said { sender, text } => {
                let before = unedited(text);
                before.into_iter().for_each(|_| note("edited", ""));
                facts::of_message(text).iter().for_each(|(name, value)| note(name, value));
                message.text = before.unwrap_or(text).to_owned();
                message.from = sender.to_owned();
                message.to = conversation.recipients(sender);
                mention = media::mention(&message.text);
            }
        }
        Finished { message, mention }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(sender: &'a str, text: &'a str) -> Content<'a> {
        Content::Said { sender, text }
    }

    fn noted<'a>(event: &'static str, sender: Option<&'a str>, text: &'a str) -> Content<'a> {
        Content::Noted { event, sender, text }
    }

    #[test]
    fn the_sender_ends_at_the_first_colon_with_a_space() {
        assert_eq!(content("Ada: 10:30: fine?", None), said("Ada", "10:30: fine?"));
        assert_eq!(content("Ada Bo : hi", None), said("Ada Bo", "hi"));
        assert_eq!(content("~\u{202f}Ada: hi", None), said("~\u{202f}Ada", "hi"));
        assert_eq!(content("\u{202a}+44 7700 900123\u{202c}: hi", None), said("+44 7700 900123", "hi"));
        assert_eq!(content("a:b: hi", None), said("a:b", "hi"));
        assert_eq!(content("Ada:", None), said("Ada", ""));
        assert_eq!(content("Ada:\nsecond: line", None), said("Ada", "\nsecond: line"));
    }

    #[test]
    fn a_text_without_sender_is_an_event() {
        assert_eq!(content("Ada left", None), noted("left", None, "Ada left"));
        assert_eq!(
            content("\u{200e}Ada waved at everybody", None),
            noted("notice", None, "Ada waved at everybody")
        );
        let renamed = "Ada changed the subject to “Re: budget”";
        assert_eq!(content(renamed, None), noted("renamed", None, renamed));
    }

    #[test]
    fn a_notice_with_a_sender_needs_the_mark_or_the_group_unless_nobody_would_type_it() {
        assert_eq!(content("Ada: Bo left", None), said("Ada", "Bo left"));
        assert_eq!(content("Budget: \u{200e}Bo left", None), noted("left", Some("Budget"), "Bo left"));
        assert_eq!(content("Budget: Bo left", Some("Budget")), noted("left", Some("Budget"), "Bo left"));
        let deleted = "This message was deleted";
        assert_eq!(content(&format!("Ada: {deleted}"), None), noted("deleted", Some("Ada"), deleted));
        assert_eq!(
            content("Ada: This message was deleted\nwhy?", None),
            said("Ada", "This message was deleted\nwhy?")
        );
    }

    #[test]
    fn only_a_group_sends_notices_in_its_own_name() {
        let mut chat = Conversation { chat: Some("Ada".into()), ..Conversation::default() };
        chat.add("Ada");
        assert_eq!(content("Ada: Bo left", chat.group()), said("Ada", "Bo left"));
        chat.note("joined", "Cy added Bo");
        chat.add("Bo");
        chat.complete();
        assert_eq!(content("Ada: Bo left", chat.group()), noted("left", Some("Ada"), "Bo left"));
        assert_eq!(chat.people, ["Bo"]);
    }

    #[test]
    fn a_marked_attachment_is_a_message() {
        let text = "disappearing messages.pdf (file attached)";
        assert_eq!(content(&format!("Ada: \u{200e}{text}"), None), said("Ada", text));
        assert_eq!(content("Ada: \u{200e}image omitted", None), said("Ada", "image omitted"));
    }

    fn record(text: &str) -> Finished {
        let record =
            Record { line: 1, time: 0, written_time: String::new(), text: text.to_owned(), damaged: false };
        record.finish(&Conversation { people: vec!["Ada".into(), "Bo".into()], ..Conversation::default() })
    }

    #[test]
    fn the_mark_of_an_edited_message_is_taken_off_and_kept_apart() {
        let message = record("Ada: see you\nat ten \u{200e}<This message was edited>").message;
        assert_eq!(message.text, "see you\nat ten");
        assert_eq!(message.annotations, [("edited".to_owned(), String::new())]);
        assert_eq!(message.to, ["Bo"]);
        assert_eq!(record("Ada: I was <edited>").message.text, "I was <edited>");
    }

    #[test]
    fn a_deleted_message_is_an_event_that_names_its_sender_apart() {
        let message = record("Ada: \u{200e}You deleted this message.").message;
        assert_eq!((message.event.as_deref(), &message.from[..]), (Some("deleted"), ""));
        assert_eq!(message.text, "You deleted this message.");
        assert_eq!(message.annotations, [("sender".to_owned(), "Ada".to_owned())]);
    }

    #[test]
    fn a_two_person_chat_is_named_after_the_other_and_reaches_the_owner() {
        let owner = Some("Bo".to_owned());
        let mut one = Conversation { people: vec!["Ada".into()], owner, ..Conversation::default() };
        one.complete();
        assert_eq!((one.chat.as_deref(), one.recipients("Ada")), (Some("Ada"), vec!["Bo".to_owned()]));
        one.add("Bo");
        one.add("Cy");
        assert_eq!(one.recipients("Ada"), ["Bo", "Cy"]);
        (0..40).for_each(|number| one.add(&number.to_string()));
        assert!(one.recipients("Ada").is_empty());
    }

    #[test]
    fn the_name_of_a_group_stands_in_quotes() {
        assert_eq!(created("Ada created group \"Budget\"").as_deref(), Some("Budget"));
        assert_eq!(created("Ada hat die Gruppe „Haushalt“ erstellt").as_deref(), Some("Haushalt"));
        assert_eq!(created("Ada created this group"), None);
    }
}
