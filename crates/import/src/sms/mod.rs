//! "SMS Backup & Restore" of Android: an XML file of `<sms>` and `<mms>` elements, another of `<call>` elements.
//!
//! The file is read as a stream of tags ([`stream`]); an element that is too long is passed over. The app writes no
//! legal XML: emoji stand as two numeric entities, one a surrogate ([`entity`]). The owner of the phone is named
//! nowhere in it: as a sender or recipient it is the name that was given, else "Me".

mod attrs;
mod call;
mod entity;
mod mms;
mod part;
mod people;
mod record;
mod stream;
mod text;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// SMS Backup & Restore.
pub(crate) struct Xml;

const MESSAGES: &str = "sms-backup";
const CALLS: &str = "sms-backup-calls";

const FORMATS: &[Format] = &[
    Format {
        platform: "SMS and MMS",
        form: "\"SMS Backup & Restore\" on Android: an XML file of messages",
        format: MESSAGES,
        kept: "text, subject, sender, recipients, chat, time as written, attachments, failed, queued and draft marks, \
               names and numbers; what else the phone's database says, as annotations",
        lost: "layouts of MMS (SMIL), content ids and charsets of parts; the owner of the phone is named nowhere",
    },
    Format {
        platform: "SMS and MMS",
        form: "\"SMS Backup & Restore\" on Android: an XML file of calls",
        format: CALLS,
        kept: "each call as an event: who, when, how long, missed or not",
        lost: "nothing of the export",
    },
];

impl Importer for Xml {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match first_tag(head.text()) {
            Some(tag) if is_ours(tag, head.text()) => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = MESSAGES;
        record::Elements::new(input).read(stream::Tags::new(input.file().text()?), sink)
    }
}

/// The first element's tag, from its `<`: after declarations and comments. It may be cut short.
fn first_tag(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!")
                && rest.split('>').next().is_some_and(|start| start.contains('[')) =>
            {
                "]>"
            }
            _ if rest.starts_with("<?") || rest.starts_with("<!") => ">",
            _ if rest.starts_with('<') => return Some(rest.split_once('>').map_or(rest, |(tag, _)| tag)),
            _ => return None,
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
}

fn is_ours(tag: &str, text: &str) -> bool {
    let name = tag[1..].split(|letter: char| letter.is_whitespace() || letter == '/').next().unwrap_or("");
    let states = |key: &str| tag.contains(&format!(" {key}=")) || tag.contains(&format!("\n{key}="));
    match name {
        "smses" => true,
        "calls" => states("backup_set") || text.contains("<call "),
        "sms" => states("address") && states("date"),
        "mms" => states("date") && (states("msg_box") || states("address")),
        "call" => states("number") && states("date"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(text: &str) -> Confidence {
        Xml.probe(&Head::of(text))
    }

    #[test]
    fn it_is_recognised_by_its_first_element() {
        let head = "<?xml version='1.0'?>\n<!-- made > here -->\n<?xml-stylesheet href=\"sms.xsl\"?>\n";
        for element in ["<smses count=\"1\">", "<smses/>", "<calls count=\"2\" backup_set=\"x\">"] {
            assert_eq!(probe(&format!("{head}{element}")), Confidence::Certain, "{element}");
        }
        assert_eq!(probe("<sms protocol=\"0\" address=\"1\" date=\"2\""), Confidence::Certain);
        assert_eq!(probe("<mms date=\"2\" msg_box=\"1\">"), Confidence::Certain);
        assert_eq!(probe("<call number=\"2\" date=\"1\"/>"), Confidence::Certain);
    }

    #[test]
    fn other_xml_is_not() {
        for text in
            ["", "<", "<sms", "<html><smses>", "<calls>", "<sms id=\"1\"/>", "smses", "<!DOCTYPE smses", "<é"]
        {
            assert_eq!(probe(text), Confidence::No, "{text}");
        }
    }
}
