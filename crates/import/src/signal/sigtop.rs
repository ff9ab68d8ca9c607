//! What sigtop writes of Signal Desktop: a file a chat, as text or as JSON. The file's name is that of the chat, with a
//! number or an id in parentheses.

use std::io::Read;

use blackbox_format::message::{Incoming, Names};

use super::{blocks, desktop, draft::Draft};
use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, Importer, Input, Sink},
};

/// What sigtop writes.
pub(crate) struct Sigtop;

const TEXT: &str = "signal-sigtop-text";
const JSON: &str = "signal-sigtop-json";

const FORMATS: &[Format] = &[
    Format {
        platform: "Signal",
        form: "sigtop export-messages: a text file a chat",
        format: TEXT,
        kept: "time with zone, sender with number or id, chat, text, earlier texts, quotes, reactions, names of \
               attachments, notices as events",
        lost: "recipients, ids, what notices are about: sigtop does not write them; the bytes of attachments, which \
               sigtop exports apart",
    },
    Format {
        platform: "Signal",
        form: "sigtop export-messages -f json: a JSON file a chat",
        format: JSON,
        kept: "time, sender, chat, text, ids, earlier texts, quotes, reactions, attachments, stickers, timers, \
               deletions, notices as events; every key that is not understood",
        lost: "states of the program that say nothing of the message",
    },
];

impl Importer for Sigtop {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match blocks::is_chat(head) || desktop::is_chat(head) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut start = Vec::new();
        input.file().text()?.take(64).read_to_end(&mut start)?;
        match start.trim_ascii_start().starts_with(b"[") {
            true => {
                sink.facts.format = JSON;
                desktop::read(input, sink)
            }
            false => {
                sink.facts.format = TEXT;
                blocks::read(input, sink)
            }
        }
    }
}

/// A chat as sigtop names it: `Ada Quill (+15550100)`.
pub(super) struct Title {
    pub(super) name: String,
    detail: Option<String>,
}

impl Title {
    /// A name with what stands in parentheses after it.
    pub(super) fn of(text: &str) -> Title {
        let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
        match parts {
            Some((name, detail)) if !name.is_empty() => {
                Title { name: name.to_owned(), detail: Some(detail.to_owned()) }
            }
            _ => Title { name: text.to_owned(), detail: None },
        }
    }

    /// Whether it is a person's: a group has an id of 43 letters there, or one in hexadecimal.
    pub(super) fn is_person(&self) -> bool {
        self.detail
            .as_ref()
            .is_some_and(|detail| detail.starts_with('+') || detail.len() == 36 || detail.contains('.'))
    }

    /// Whether a number or an id is what stands in the parentheses.
    pub(super) fn is_found_by(&self, id: &str) -> bool {
        self.detail.as_deref() == Some(id)
    }

    /// What else the person is found by.
    pub(super) fn names(&self) -> Option<Names> {
        let detail = self.detail.clone()?;
        Some(Names { written: self.name.clone(), also: vec![detail] })
    }
}

/// Looks attachments up, in the folder and in one with the file's name, and hands the message on.
pub(super) fn deliver(draft: Draft, at: At, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    draft.unknown.iter().for_each(|key| sink.unknown(key));
    sink.saw_attachments(draft.media.len());
    let mut media = Vec::with_capacity(draft.media.len());
    for mut one in draft.media {
        if !one.paths.iter().any(|path| input.attach(&mut one.media, path)) {
            let name: String = one.media.name.chars().take(200).collect();
            let name = if name.is_empty() { one.media.media_type.clone() } else { name };
            sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
        }
        media.push(one.media);
    }
    sink.record(at, Incoming { message: draft.message, media })
}

/// Where sigtop puts a file: its attachments go into a folder of the chat's name.
pub(super) fn paths(input: &Input<'_>, name: &str) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    let file = input.file().name();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    vec![format!("{stem}/{name}"), format!("attachments/{stem}/{name}"), name.to_owned()]
}

/// The slug of a notice, from its type in Signal Desktop.
pub(super) fn event(kind: &str) -> &'static str {
    match kind {
        "call-history" => "call",
        "change-number-notification" => "number-changed",
        "chat-session-refreshed" | "delivery-issue" => "encryption",
        "group-v2-change" | "group" => "notice",
        "keychange" | "verified-change" => "security-code",
        "profile-change" | "title-transition-notification" => "renamed",
        "timer-notification" | "universal-timer-notification" => "disappearing",
        "joined-signal-notification" => "joined",
        "pinned-message-notification" => "pinned",
        "poll-terminate" => "poll",
        _ => "notice",
    }
}

/// The sentence for a notice of which there is only a type.
pub(super) fn sentence(kind: &str) -> String {
    format!("A notice of the kind \"{}\".", kind.chars().take(100).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_name_and_what_tells_it_from_others() {
        let title = Title::of("Ada (work) (+15550100)");
        assert_eq!((&title.name[..], title.is_person()), ("Ada (work)", true));
        assert_eq!(title.names().unwrap().also, ["+15550100"]);
        assert!(!Title::of(&format!("Sailing ({})", "a".repeat(43))).is_person());
        assert!(Title::of("Ada").names().is_none());
    }
}
