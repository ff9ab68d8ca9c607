//! Fields, literals, and the terms by which a message is found (spec/query.md, "Fields").

use std::{collections::BTreeSet, fmt, iter::once, str::FromStr};

use crate::{
    message::{MAX_NAMES, Message},
    text,
};

/// Groups with more members than this are reached through `chat:`, not `with:`.
pub const WITH_MEMBERS: usize = 32;

/// Of the recipients of larger groups than this only the name as written and the full name are indexed.
pub const NAMED_MEMBERS: usize = 8;

/// What part of a message a term speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A word of the text.
    Word,
    /// The sender: whole name, and each of its words.
    From,
    /// A recipient: whole name.
    To,
    /// Sender, recipient or member: whole name.
    With,
    /// The conversation: whole name, and each of its words.
    Chat,
    /// The media type of an attachment: `image`, `image/jpeg`.
    Type,
    /// The file name of an attachment: whole, and each of its words.
    File,
    /// SHA-256 of an attachment, in hex.
    Sha256,
    /// Kind of event: `joined`, `deleted`, `disappearing`, ...
    Event,
    /// Neighbours: the term is a signed distance. Its tokens open context slots.
    Context,
    /// The dummy row that a drill opens.
    Drill,
    /// The register of conversations of a month.
    Register,
}

const NAMES: [(Field, &str); 12] = [
    (Field::Word, "word"),
    (Field::From, "from"),
    (Field::To, "to"),
    (Field::With, "with"),
    (Field::Chat, "chat"),
    (Field::Type, "type"),
    (Field::File, "file"),
    (Field::Sha256, "sha256"),
    (Field::Event, "event"),
    (Field::Context, "context"),
    (Field::Drill, "drill"),
    (Field::Register, "register"),
];

/// The text names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a field")]
pub struct FieldError(String);

impl Field {
    /// The field's name, as written in queries and hashed into tokens.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).expect("every field is named").1
    }

    /// Whether terms of this field only narrow unless the archive's policy lets them find
    /// (design: `from`, `to`, `with`, `chat`, `type`, `event`).
    pub fn narrows(self) -> bool {
        matches!(self, Field::From | Field::To | Field::With | Field::Chat | Field::Type | Field::Event)
    }

    /// `text` as a term of this field.
    pub fn normalise(self, text: &str) -> String {
        match self {
            Field::Type | Field::Sha256 | Field::Event | Field::Context | Field::Drill | Field::Register => {
                text.trim().to_lowercase()
            }
            _ => text::whole(text),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Field {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Field, FieldError> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(field, _)| *field).ok_or_else(|| FieldError(text.to_owned()))
    }
}

/// One searchable term: a field and its normalised text. Written `word:greensill`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// The field.
    pub field: Field,
    /// The normalised text.
    pub term: String,
}

impl Literal {
    /// The literal for `text` in `field`, normalised.
    pub fn new(field: Field, text: &str) -> Literal {
        Literal { field, term: field.normalise(text) }
    }

    /// The term that a drill opens.
    pub fn drill() -> Literal {
        Literal::new(Field::Drill, "drill")
    }

    /// The term of a month's register of conversations.
    pub fn register() -> Literal {
        Literal::new(Field::Register, "register")
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.field, self.term)
    }
}

impl FromStr for Literal {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Literal, FieldError> {
        let (field, term) = text.split_once(':').ok_or_else(|| FieldError(text.to_owned()))?;
        Ok(Literal { field: field.parse()?, term: term.to_owned() })
    }
}

/// What is indexed of one attachment.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentTerms<'a> {
    /// File name as written.
    pub name: &'a str,
    /// Media type.
    pub media_type: &'a str,
    /// SHA-256 of its bytes, if the export holds them.
    pub sha256: Option<&'a [u8; 32]>,
}

/// Every term of a message, each once, in order.
pub fn terms<'a>(
    message: &Message,
    attachments: impl IntoIterator<Item = AttachmentTerms<'a>>,
) -> BTreeSet<Literal> {
    let mut terms = BTreeSet::new();
    words_into(&mut terms, Field::Word, &message.text);
    for text in &message.texts {
        words_into(&mut terms, Field::Word, &text.text);
    }
    for name in once(&message.from).chain(also(message, &message.from)) {
        name_into(&mut terms, Field::From, name);
    }
    if let Some(chat) = &message.chat {
        name_into(&mut terms, Field::Chat, chat);
    }
    people_into(&mut terms, message);
    if let Some(event) = &message.event {
        insert(&mut terms, Literal::new(Field::Event, event));
        // Who was added has joined.
        if event == "added" {
            insert(&mut terms, Literal::new(Field::Event, "joined"));
        }
    }
    for attachment in attachments {
        attachment_into(&mut terms, attachment);
    }
    terms
}

fn people_into(terms: &mut BTreeSet<Literal>, message: &Message) {
    for name in once(&message.from).chain(also(message, &message.from)) {
        insert(terms, Literal::new(Field::With, name));
    }
    if message.to.len() > WITH_MEMBERS {
        return;
    }
    let names = if message.to.len() <= NAMED_MEMBERS { MAX_NAMES } else { 1 };
    for written in &message.to {
        for name in once(written).chain(also(message, written).take(names)) {
            insert(terms, Literal::new(Field::To, name));
            insert(terms, Literal::new(Field::With, name));
        }
    }
}

/// What else a person is found by.
fn also<'a>(message: &'a Message, written: &str) -> impl Iterator<Item = &'a String> {
    message.names.iter().filter(move |names| names.written == written).flat_map(|names| &names.also)
}

fn attachment_into(terms: &mut BTreeSet<Literal>, attachment: AttachmentTerms<'_>) {
    name_into(terms, Field::File, attachment.name);
    let kind = attachment.media_type.split('/').next().unwrap_or_default();
    insert(terms, Literal::new(Field::Type, kind));
    insert(terms, Literal::new(Field::Type, attachment.media_type));
    if let Some(digest) = attachment.sha256 {
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        insert(terms, Literal { field: Field::Sha256, term: hex });
    }
}

/// The whole name, and each of its words.
fn name_into(terms: &mut BTreeSet<Literal>, field: Field, name: &str) {
    insert(terms, Literal::new(field, name));
    words_into(terms, field, name);
}

fn words_into(terms: &mut BTreeSet<Literal>, field: Field, text: &str) {
    terms.extend(text::words(text).into_iter().map(|term| Literal { field, term }));
}

fn insert(terms: &mut BTreeSet<Literal>, literal: Literal) {
    if !literal.term.is_empty() {
        terms.insert(literal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{AttachmentText, Names};

    fn shown(message: &Message) -> Vec<String> {
        terms(message, []).iter().map(Literal::to_string).collect()
    }

    #[test]
    fn names_are_indexed_whole_and_by_word_only_where_said() {
        let message = Message {
            from: "David Cameron".into(),
            to: vec!["Lex Greensill".into()],
            text: "Call me, call".into(),
            ..Message::default()
        };
        assert_eq!(
            shown(&message),
            [
                "word:call",
                "word:me",
                "from:cameron",
                "from:david",
                "from:david cameron",
                "to:lex greensill",
                "with:david cameron",
                "with:lex greensill",
            ]
        );
    }

    #[test]
    fn people_are_found_by_every_name_and_in_larger_groups_by_their_full_one() {
        let names = |written: &str, also: &[&str]| Names {
            written: written.into(),
            also: also.iter().map(|name| (*name).to_owned()).collect(),
        };
        let mut message = Message {
            from: "+44 7700 900123".into(),
            to: vec!["Bee".into()],
            names: vec![names("+44 7700 900123", &["Ann Lark"]), names("Bee", &["Bea Fox", "bea@x.org"])],
            ..Message::default()
        };
        let found = shown(&message);
        for term in
            ["from:ann lark", "from:lark", "with:ann lark", "to:bea fox", "with:bea x.org", "with:bee"]
        {
            assert!(found.iter().any(|literal| literal == term), "{term}");
        }
        message.to.extend((0..8).map(|i| format!("p{i}")));
        let found = shown(&message);
        assert!(found.contains(&"with:bea fox".into()) && !found.contains(&"with:bea x.org".into()));
    }

    #[test]
    fn who_was_added_has_joined() {
        let message = Message { event: Some("added".into()), ..Message::default() };
        assert_eq!(shown(&message), ["event:added", "event:joined"]);
    }

    #[test]
    fn the_text_of_an_attachment_is_indexed() {
        let text = AttachmentText { attachment: 0, origin: "document".into(), text: "Loan terms".into() };
        let message = Message { texts: vec![text], ..Message::default() };
        assert_eq!(shown(&message), ["word:loan", "word:terms"]);
    }

    #[test]
    fn members_of_large_groups_are_not_indexed() {
        let message = Message { to: (0..33).map(|i| format!("p{i}")).collect(), ..Message::default() };
        assert!(shown(&message).is_empty());
    }

    #[test]
    fn a_literal_reads_back_as_written() {
        for text in ["word:greensill", "from:david cameron", "type:image/jpeg"] {
            assert_eq!(text.parse::<Literal>().unwrap().to_string(), text);
        }
        assert!("greensill".parse::<Literal>().is_err() && "nofield:x".parse::<Literal>().is_err());
    }
}
