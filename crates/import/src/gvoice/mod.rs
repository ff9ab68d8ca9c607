//! Google Voice in a Takeout: a folder of HTML files, one for each stretch of a conversation, call or voicemail.
//!
//! Each file is read twice: what holds for the whole of it, such as its labels and the other side's number, stands
//! at its end or only in later messages ([`survey`]). Attachments are named in it without their ending, and cut
//! short on the disk ([`files`]).

mod files;
mod page;
mod record;
mod survey;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink, Unit},
};

/// Google Voice.
pub(crate) struct Voice;

const FORMAT: &str = "google-voice";

const FORMATS: &[Format] = &[Format {
    platform: "Google Voice",
    form: "Google Takeout: the HTML files of Voice/Calls, with their attachments and recordings",
    format: FORMAT,
    kept: "texts, groups, voicemail with Google's transcript, calls and recorded calls as events, attachments, \
           labels, names and numbers, time with its offset",
    lost: "how sure Google was of each word of a transcript; ids and reactions are not in the export",
}];

impl Importer for Voice {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let text = head.text();
        let is_ours = |class: &str| text.contains(&format!("<div class=\"{class}\""));
        match is_ours("hChatLog hfeed") || (is_ours("haudio") && is_ours("contributor vcard")) {
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
        sink.facts.format = FORMAT;
        let names = files::Names::of(input);
        for file in input.files() {
            sink.enter(file);
            let read = survey::survey(file)
                .map_err(Fault::from)
                .and_then(|survey| record::Records::new(input, &names, survey).read(file, sink));
            sink.survive(read)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_pages_are_recognised() {
        let probe = |text: &str| Voice.probe(&Head::of(text));
        assert_eq!(probe("<html><body><div class=\"hChatLog hfeed\">"), Confidence::Certain);
        assert_eq!(probe("<div class=\"haudio\"><div class=\"contributor vcard\">"), Confidence::Certain);
        for text in ["", "<div class=\"haudio\">", "<div class=\"message\">", "hChatLog hfeed"] {
            assert_eq!(probe(text), Confidence::No, "{text}");
        }
    }
}
