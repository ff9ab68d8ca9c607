//! RSMF: short messages of any platform as programs for reviewing hand them over. A manifest and the attachments lie in
//! a zip, and that is attached to a mail (.rsmf), or lies about by itself or unpacked.

mod event;
mod manifest;
mod package;

use std::io::Read;

use serde_json::Value;

use crate::{
    email,
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, File, Importer, Input, Sink},
    json::{self, Take},
};

use event::Event;
use manifest::Manifest;
use package::Package;

/// RSMF of any version.
pub(crate) struct Rsmf;

const FORMAT: &str = "rsmf";
const MANIFEST: &str = "rsmf_manifest.json";
const ZIP: &str = "rsmf.zip";
/// The longest mail with a package that is read into memory, 256 MiB.
const MAX_MAIL_BYTES: u64 = 256 << 20;

const FORMATS: &[Format] = &[Format {
    platform: "any",
    form: "RSMF: a .rsmf file, its rsmf.zip, or that unpacked",
    format: FORMAT,
    kept: "time, sender, the conversation and its other participants, text, attachments, replies, reactions, edits with previous \
        texts, deletions, importance, read receipts, joins and leaves, properties of events and conversations",
    lost: "pictures of people and conversations; of a person's own properties all but numbers and addresses; the mail around a \
        package",
}];

impl Importer for Rsmf {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let is = match head.json() {
            Some(shape) => {
                let keys = ["version", "participants", "conversations", "events"];
                let found = keys.iter().filter(|key| shape.has(key)).count();
                let telling = shape.has("conversations[].platform") || shape.has("events[].conversation");
                found >= 3 && (telling || head.name() == MANIFEST) || found == 2 && head.name() == MANIFEST
            }
            None => is_mail(head),
        };
        if is { Confidence::Certain } else { Confidence::No }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = FORMAT;
        let file = input.file();
        let mut first = Vec::new();
        file.text()?.take(1 << 10).read_to_end(&mut first)?;
        let package = match first.trim_ascii_start().starts_with(b"{") {
            true => Package::Folder(input, file),
            false => match unpack(file)? {
                Ok((package, declared)) => {
                    declared.into_iter().for_each(|count| sink.declare(count));
                    package
                }
                Err(reason) => {
                    sink.reject(reason);
                    return Ok(());
                }
            },
        };
        events(&package, input, sink)
    }
}

/// Whether a file is a mail with a package: it says so in its header, or holds the zip.
fn is_mail(head: &Head) -> bool {
    let header = head.text().lines().take_while(|line| !line.trim().is_empty());
    let says = |line: &str| line.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("x-rsmf-"));
    let zip =
        || head.lines().any(|line| line.contains("name=\"rsmf.zip\"") || line.contains("name=rsmf.zip"));
    email::is_mail(head.text()) && (header.into_iter().any(says) || zip())
}

/// A package, and how many events the mail around it says that it has.
type Unpacked<'a, 'b> = (Package<'a, 'b>, Option<u64>);

/// The package that a mail holds, or why there is none.
fn unpack<'a, 'b>(file: File<'_>) -> Result<Result<Unpacked<'a, 'b>, String>, Fault> {
    let mut bytes = Vec::new();
    file.bytes()?.take(MAX_MAIL_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_MAIL_BYTES {
        return Ok(Err("it is over 256 MiB: unpack it, and seal its rsmf.zip".into()));
    }
    let Some(zip) = email::attachment(&bytes, ZIP) else {
        return Ok(Err(format!("it holds no {ZIP}")));
    };
    let declared = email::field(&bytes, "x-rsmf-eventcount").and_then(|count| count.parse().ok());
    drop(bytes);
    Ok(Package::zip(zip).map(|package| (package, declared)))
}

/// Reads the manifest twice: for people and conversations, which may come last in it, and for the events.
fn events(package: &Package<'_, '_>, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut manifest = Manifest::default();
    let choose = |path: &str| match path {
        "" | "participants" | "conversations" => Take::Enter,
        "participants[]" | "conversations[]" | "eventcollectionid" => Take::Whole,
        _ => Take::Skip,
    };
    let read = json::stream(package.manifest()?, &choose, &mut |path, value| {
        manifest.add(path, value);
        Ok(())
    });
    // A manifest that is damaged is read as far as it goes; the second reading says where it ends.
    if let Err(Fault::Stopped) = read {
        return read;
    }
    manifest.pictures().iter().for_each(|name| package.beside(name));
    let choose = |path: &str| match path {
        "" | "events" => Take::Enter,
        "events[]" => Take::Whole,
        _ => Take::Skip,
    };
    let mut number = 0;
    json::stream(package.manifest()?, &choose, &mut |_, value| {
        number += 1;
        sink.saw();
        one(value, number, (package, &manifest), (input, sink))
    })
}

/// Hands on one event.
fn one(
    value: Value,
    number: u64,
    from: (&Package<'_, '_>, &Manifest),
    to: (&Input<'_>, &mut Sink<'_>),
) -> Result<(), Fault> {
    let (package, manifest) = from;
    let (input, sink) = to;
    let at = At::Item(number);
    let Value::Object(object) = value else {
        sink.skip(at, "the event is not an object");
        return Ok(());
    };
    let event = match Event::read(object, manifest, &input.options.timezone) {
        Ok(event) => event,
        Err(reason) => {
            sink.skip(at, reason);
            return Ok(());
        }
    };
    sink.facts.zoneless |= event.zoneless;
    event.unknown.iter().for_each(|key| sink.unknown(key));
    sink.saw_attachments(event.incoming.media.len());
    let mut incoming = event.incoming;
    for (media, path) in incoming.media.iter_mut().zip(&event.paths) {
        if !package.attach(media, path) {
            let name: String = media.name.chars().take(200).collect();
            sink.note(at, format!("attachment \"{name}\" is not in the folder of the export"));
        }
    }
    sink.record(at, incoming)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_and_a_mail_with_a_package_are_recognised() {
        let probe = |text: &str| Rsmf.probe(&Head::of(text));
        let manifest = r#"{"version":"2.0.0","participants":[{"id":"1"}],"conversations":[{"id":"1","platform":"slack"}],"ev"#;
        assert_eq!(probe(manifest), Confidence::Certain);
        assert_eq!(
            probe("From: a\nX-RSMF-Version: 2.0.0\nTo: b\nMIME-Version: 1.0\n\n"),
            Confidence::Certain
        );
        let mail = "From: a\nTo: b\nSubject: c\n";
        assert_eq!(
            probe(&format!("{mail}\nContent-Type: application/zip; name=\"rsmf.zip\"\n")),
            Confidence::Certain
        );
        assert_eq!(probe(mail), Confidence::No);
        assert_eq!(probe(r#"{"participants":[{"name":"x"}],"messages":[]}"#), Confidence::No);
        assert_eq!(probe("X-RSMF-Version: 2"), Confidence::No);
    }
}
