//! Instagram: threads of "Download your information". Files that do not say which of the two they are of are read by
//! `messenger`, which decides as [`meta::platform`] says.

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink, Unit},
    meta::{
        self,
        platform::{Platform, certain},
    },
};

/// Threads of Instagram.
pub(crate) struct Instagram;

const FORMATS: &[Format] = &[Format {
    platform: "Instagram",
    form: "Download your information, as JSON: message_1.json and so on, a folder for each thread",
    format: "instagram-json",
    kept: "time, sender, other participants, title and path of the thread, text with its characters repaired, photos, \
           videos, recordings, shared posts with their owners, reactions, calls, unsent messages, frequent notices in \
           English as events; every key that is not known as an annotation",
    lost: "times at which attachments were made, their previews, picture and link to join of the thread; in other \
           languages than English, notices without a type are messages",
}];

impl Importer for Instagram {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match meta::is_thread(head) && certain(head.text()) == Some(Platform::Instagram) {
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
        meta::read(input, sink, &|_, _, _| Ok(false))
    }
}
