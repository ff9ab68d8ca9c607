//! Facebook Messenger and Instagram: threads of "Download your information", whose files are alike, so that only all files
//! of a thread together tell which of the two it is of ([`meta`]); and Messenger's download of end-to-end encrypted chats.

mod e2ee;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink, Unit},
    meta,
};

/// Threads of either.
pub(crate) struct Messenger;

const FORMATS: &[Format] = &[
    Format {
        platform: "Facebook Messenger",
        form: "Download your information, as JSON: message_1.json and so on, a folder for each thread",
        format: "facebook-json",
        kept: "time, sender, other participants, title and path of the thread, text with its characters repaired, \
               photos, videos, recordings, GIFs, stickers, files, shared links, reactions, calls, unsent messages, \
               frequent notices in English as events, IP addresses; every key that is not known as an annotation",
        lost: "times at which attachments were made, their previews, picture and magic words of the thread; in other \
               languages than English, notices without a type are messages",
    },
    Format {
        platform: "Facebook Messenger",
        form: "Download of end-to-end encrypted chats: a JSON file for each chat, beside a folder media",
        format: "messenger-e2ee",
        kept: "time, sender, other participants, name of the chat, text, media, reactions, unsent messages; every key \
               that is not known as an annotation",
        lost: "media that Messenger could not download; the export has no calls and no notices",
    },
    Format {
        platform: "Instagram",
        form: "Download your information, as JSON: message_1.json and so on, a folder for each thread",
        format: "instagram-json",
        kept: "time, sender, other participants, title and path of the thread, text with its characters repaired, photos, \
           videos, recordings, shared posts with their owners, reactions, calls, unsent messages, frequent notices in \
           English as events; every key that is not known as an annotation",
        lost: "times at which attachments were made, their previews, picture and link to join of the thread; in other \
           languages than English, notices without a type are messages",
    },
];

impl Importer for Messenger {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match meta::is_thread(head) || e2ee::is_chat(head) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn unit(&self) -> Unit {
        Unit::Folder
    }

    fn has_media(&self) -> bool {
        true
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        meta::read(input, sink, &e2ee::read)
    }
}
