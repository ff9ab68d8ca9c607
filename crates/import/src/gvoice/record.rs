//! Messages, voicemail and calls of a page.

use std::io;

use blackbox_document::page::tokens;
use blackbox_format::message::{AttachmentText, Incoming, Media, Message, Names, annotation};

use super::{
    files::Names as Files,
    page::{Entry, Page, Person, Piece},
    survey::Survey,
};
use crate::{
    importer::{At, Fault, File, Input, Sink},
    media::{file_name, type_of},
    time::rfc3339,
};

const PLATFORM: &str = "google-voice";
/// The most recipients that a message lists, and the most names of a conversation's.
const MAX_RECIPIENTS: usize = 32;
const OWN: &str = "Me";
const TRANSCRIBER: &str = "machine: Google Voice";
/// How much of an attachment's name a reason quotes.
const QUOTED_CHARS: usize = 200;

/// Makes records of a page's parts.
pub(crate) struct Records<'a, 'i> {
    input: &'a Input<'i>,
    files: &'a Files,
    survey: Survey,
    own: Person,
    item: u64,
    used: Vec<String>,
}

impl<'a, 'i> Records<'a, 'i> {
    pub(crate) fn new(input: &'a Input<'i>, files: &'a Files, mut survey: Survey) -> Records<'a, 'i> {
        let own = survey.own.take().unwrap_or_default();
        Records { input, files, survey, own, item: 0, used: Vec::new() }
    }

    pub(crate) fn read(mut self, file: File<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut page = Page::default();
        let mut broken: Option<io::Error> = None;
        let mut give = |piece: Piece| match piece {
            Piece::Message(entry) => self.record(entry, Message::default(), sink),
            Piece::Call(entry) => {
                let message = self.call(&entry);
                self.record(entry, message, sink)
            }
            _ => Ok(()),
        };
        for token in tokens(file.text()?) {
            match token {
                Ok(token) => page.feed(token, &mut give)?,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        page.finish(&mut give)?;
        broken.map_or(Ok(()), |error| Err(error.into()))
    }

    fn record(&mut self, entry: Entry, mut message: Message, sink: &mut Sink<'_>) -> Result<(), Fault> {
        self.item += 1;
        let at = At::Item(self.item);
        sink.saw();
        sink.saw_attachments(entry.links.len() + entry.links_beyond);
        for _ in 0..entry.links_beyond {
            sink.skip(at, "an attachment of a message that has more than 1000");
        }
        let time = entry.time.as_deref().and_then(|time| rfc3339(time, &self.input.options.timezone));
        let reason = match time {
            _ if entry.is_too_long => "its text is longer than 16 MiB",
            None => "it has no time that can be read",
            Some(moment) => {
                message.time = moment.millis;
                sink.facts.zoneless |= moment.zoneless;
                return self.complete(entry, message, sink);
            }
        };
        for _ in &entry.links {
            sink.skip(at, "an attachment of a message that was skipped");
        }
        sink.skip(at, reason);
        Ok(())
    }

    fn complete(&mut self, entry: Entry, mut message: Message, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let at = At::Item(self.item);
        if entry.is_cut {
            sink.note(at, "the end of the message is missing");
        }
        let media: Vec<Media> = entry.links.iter().map(|link| self.attach(link, at, sink)).collect();
        message.written_time = entry.time.unwrap_or_default();
        message.platform = PLATFORM.into();
        message.names = self.names(&entry.person);
        if !message.is_event() {
            self.address(&entry.person, &mut message);
        }
        message.chat = self.chat();
        message.text.push_str(&entry.text);
        transcribe(entry.transcript, &media, &mut message);
        self.annotate(entry.duration, &mut message);
        for (name, value) in entry.unknown {
            sink.unknown(&name);
            message.annotations.push((format!("{}:{name}", annotation::RAW), value));
        }
        sink.record(at, Incoming { message, media })
    }

    /// What a call has beyond a message: the notice, and who called. Voicemail is a message from the other.
    fn call(&self, entry: &Entry) -> Message {
        if self.survey.has("voicemail") || entry.heading.starts_with("Voicemail") {
            return Message::default();
        }
        let other = match entry.person.shown() {
            "" => "an unknown number",
            shown => shown,
        };
        let mut text = entry.heading.clone();
        if !text.ends_with(other) {
            text.push(' ');
            text.push_str(other);
        }
        if let Some(duration) = &entry.duration {
            text.push_str(&format!(" ({duration})"));
        }
        let mut message = Message { event: Some("call".into()), text, ..Message::default() };
        let (caller, called) = match () {
            () if self.survey.has("placed") => (Some(self.own()), other),
            () if self.survey.has("recorded") => (None, other),
            () => (Some(other), self.own()),
        };
        message.to = vec![called.to_owned()];
        message.annotations.extend(caller.map(|caller| (annotation::SENDER.to_owned(), caller.to_owned())));
        message
    }

    /// The owner: the name that was given, else as the page shows them.
    fn own(&self) -> &str {
        match (&self.input.options.owner, self.own.shown()) {
            (Some(owner), _) => owner,
            (None, "") => OWN,
            (None, shown) => shown,
        }
    }

    fn address(&self, sender: &Person, message: &mut Message) {
        let own = self.own().to_owned();
        message.from = if sender.own { own.clone() } else { sender.shown().to_owned() };
        let others: Vec<&Person> = match self.survey.participants.is_empty() {
            true if sender.own => vec![&self.survey.other],
            true => Vec::new(),
            false => {
                self.survey.participants.iter().filter(|one| !one.own && !is_same(one, sender)).collect()
            }
        };
        let mut to: Vec<String> = others.into_iter().map(|one| one.shown().to_owned()).collect();
        to.retain(|one| !one.is_empty());
        if !sender.own {
            to.push(own);
        }
        message.to = if to.len() > MAX_RECIPIENTS { Vec::new() } else { to };
    }

    fn names(&self, sender: &Person) -> Vec<Names> {
        let group = self.survey.participants.iter().take(MAX_RECIPIENTS);
        let mut names: Vec<Names> = Vec::new();
        for person in [sender, &self.survey.other].into_iter().chain(group).filter(|person| !person.own) {
            let is_named =
                !person.name.is_empty() && !person.number.is_empty() && person.name != person.number;
            if is_named && !names.iter().any(|one| one.written == person.name) {
                names.push(Names { written: person.name.clone(), also: vec![person.number.clone()] });
            }
        }
        let also = [&self.own.name, &self.own.number]
            .into_iter()
            .filter(|name| !name.is_empty() && **name != self.own());
        let also: Vec<String> = also.cloned().collect();
        if !also.is_empty() {
            names.push(Names { written: self.own().to_owned(), also });
        }
        names
    }

    /// The other one, or the names of the group: groups have none of their own.
    fn chat(&self) -> Option<String> {
        let group: Vec<&str> =
            self.survey.participants.iter().map(Person::shown).take(MAX_RECIPIENTS).collect();
        let chat = if group.is_empty() { self.survey.other.shown().to_owned() } else { group.join(", ") };
        Some(chat).filter(|chat| !chat.is_empty())
    }

    fn attach(&mut self, link: &str, at: At, sink: &mut Sink<'_>) -> Media {
        let name = self.files.find(link, &self.used).unwrap_or(file_name(link)).to_owned();
        let mut media = Media::new(name.clone(), type_of(&name));
        if self.input.attach(&mut media, &name) {
            self.used.push(name);
        } else {
            let quoted: String = name.chars().take(QUOTED_CHARS).collect();
            sink.note(at, format!("attachment \"{quoted}\" is not in the folder of the export"));
        }
        media
    }

    fn annotate(&self, duration: Option<String>, message: &mut Message) {
        let notes = &mut message.annotations;
        notes.extend(duration.map(|duration| ("duration".to_owned(), duration)));
        notes.extend(
            self.survey.labels.iter().map(|(label, _)| (annotation::LABEL.to_owned(), label.clone())),
        );
        if self.survey.is_deleted {
            notes.push((annotation::DELETED.into(), "by the user".into()));
        }
        if message.text.contains(char::REPLACEMENT_CHARACTER) {
            notes.push((
                annotation::ENCODING.into(),
                "a character was replaced, here or in the export".into(),
            ));
        }
    }
}

fn is_same(one: &Person, other: &Person) -> bool {
    match one.number.is_empty() {
        true => one.name == other.name,
        false => one.number == other.number,
    }
}

/// Keeps Google's transcript: as the text of the recording, or of the message if there is none.
fn transcribe(transcript: Option<String>, media: &[Media], message: &mut Message) {
    let Some(text) = transcript.filter(|text| !text.trim().is_empty()) else { return };
    if media.is_empty() {
        message.text.push_str(&text);
        message.annotations.push(("transcript".into(), TRANSCRIBER.into()));
    } else {
        message.texts.push(AttachmentText { attachment: 0, origin: TRANSCRIBER.into(), text });
    }
}
