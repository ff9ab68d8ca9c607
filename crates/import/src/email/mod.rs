//! Mail: mailboxes (mbox), and mails in files of their own (Maildir, .eml, .emlx).

mod body;
mod calendar;
mod charset;
mod date;
mod file;
mod header;
mod html;
mod letter;
mod lines;
mod mbox;
mod part;
mod person;
mod quote;
mod record;
mod subject;

use jiff::tz::TimeZone;

use crate::{
    formats::Format,
    head::Head,
    importer::{At, Confidence, Fault, File, Importer, Input, Sink, Unit},
};

use mbox::MAX_MAIL_BYTES;
use record::Filed;

/// Mailboxes.
pub(crate) struct Mbox;

/// Mails in files of their own.
pub(crate) struct Mail;

const MBOX: &str = "mbox";
const MAIL: &str = "mail";
const TOO_LONG: &str = "the mail is over 128 MiB";
const KEPT: &str = "subject and text, sender, all recipients, date, ids, references, labels and folders, flags, all other \
    header fields; attachments, inline images, attached mails with what is attached to them (also as text), invitations \
    and delivery reports (also as text); what of the text quotes other mails";
const LOST: &str = "HTML where there is plain text beside it (unless that only says so), the look of HTML, what stands before \
    and after the parts of a multipart; encrypted mails stay encrypted, and those that S/MIME signs in one piece are kept as \
    attachments only; a mail over 128 MiB is left out, and one without any date";

const MBOX_FORMATS: &[Format] = &[Format {
    platform: "email",
    form: "mbox of any kind: Gmail Takeout, Thunderbird, Apple Mail, mutt",
    format: MBOX,
    kept: KEPT,
    lost: LOST,
}];

const MAIL_FORMATS: &[Format] = &[Format {
    platform: "email",
    form: "a Maildir, a folder of .eml or .emlx files, or one of them",
    format: MAIL,
    kept: KEPT,
    lost: LOST,
}];

impl Importer for Mbox {
    fn formats(&self) -> &'static [Format] {
        MBOX_FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        let mut lines = head.text().trim_start().lines();
        let first = lines.next().unwrap_or_default();
        let dated = first.starts_with("From ") && mbox::separator(first.as_bytes(), &TimeZone::UTC).is_some();
        let header = lines
            .next()
            .is_some_and(|line| header::name_end(line.as_bytes()).is_some() || line.starts_with(">From "));
        if dated && header { Confidence::Certain } else { Confidence::No }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = MBOX;
        let file = input.file();
        let label = file::label(file.source());
        let mut mails = mbox::Mbox::new(file.bytes()?, &input.options.timezone);
        let mut number = 0;
        while let Some(mail) = mails.next()? {
            number += 1;
            sink.saw();
            match mail {
                mbox::Mail::TooLong => sink.skip(At::Item(number), TOO_LONG),
                mbox::Mail::Whole { bytes, separator } => {
                    let filed = Filed { separator, label: label.clone(), ..Filed::default() };
                    record::deliver(&bytes, filed, At::Item(number), (input, sink))?;
                }
            }
        }
        Ok(())
    }
}

impl Importer for Mail {
    fn formats(&self) -> &'static [Format] {
        MAIL_FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        file::probe(head.text())
    }

    fn unit(&self) -> Unit {
        Unit::Folder
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.format = MAIL;
        let several = input.files().nth(1).is_some();
        for file in input.files() {
            sink.enter(file);
            let read = one(file, several, (input, sink));
            sink.survive(read)?;
        }
        Ok(())
    }
}

/// Whether a file that begins with `text` is a mail.
pub(crate) fn is_mail(text: &str) -> bool {
    file::probe(text) != Confidence::No
}

/// The bytes of the first attachment of a mail that is called `name`.
pub(crate) fn attachment(mail: &[u8], name: &str) -> Option<Vec<u8>> {
    let (headers, body) = header::Headers::split(file::mail(mail));
    let leaves = part::parts(&headers, body).leaves;
    let part = leaves.iter().find(|part| part.name.eq_ignore_ascii_case(name))?;
    Some(part.bytes().bytes.into_owned())
}

/// What the first field of a mail's header that is called `name` says.
pub(crate) fn field(mail: &[u8], name: &str) -> Option<String> {
    header::Headers::split(file::mail(mail)).0.plain(name)
}

/// Reads a file that is one mail.
fn one(file: File<'_>, several: bool, to: (&Input<'_>, &mut Sink<'_>)) -> Result<(), Fault> {
    let (input, sink) = to;
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(
        &mut std::io::Read::take(file.bytes()?, MAX_MAIL_BYTES as u64 + 1),
        &mut bytes,
    );
    sink.saw();
    if let Err(error) = read {
        sink.skip(At::Item(1), format!("it cannot be read: {error}"));
        return Ok(());
    }
    if bytes.len() > MAX_MAIL_BYTES {
        sink.skip(At::Item(1), TOO_LONG);
        return Ok(());
    }
    let label = if several || file::is_maildir(file.source()) { file::label(file.source()) } else { None };
    let filed = Filed { label, flags: file::flags(file.name()), separator: None };
    record::deliver(file::mail(&bytes), filed, At::Item(1), (input, sink))
}
