//! Discord: channels as DiscordChatExporter writes them, and the data package that Discord gives to an account.

mod channel;
mod csv;
mod embed;
mod exporter;
mod file;
mod kind;
mod package;

use crate::{
    formats::Format,
    head::Head,
    importer::{Confidence, Fault, Importer, Input, Sink},
};

/// Messages of Discord.
pub(crate) struct Discord;

const PLATFORM: &str = "discord";
const EXPORTER: &str = "discord-chat-exporter";
const PACKAGE: &str = "discord-package";
/// The first line of a data package's messages, until 2023.
const COLUMNS: &str = "ID,Timestamp,Contents,Attachments";

const FORMATS: &[Format] = &[
    Format {
        platform: "Discord",
        form: "DiscordChatExporter, as JSON: a file for each channel, with downloaded files beside it or without",
        format: EXPORTER,
        kept: "time, author with name, handle and number, people of direct messages, server and channel, text, \
               attachments, stickers, embeds with their text, reactions, edits, replies, forwarded messages, mentions, \
               pins, calls and other notices as events; every key that is not known as an annotation",
        lost: "colours, roles, avatars, pictures of emoji, sizes of files; the export has no earlier texts of edited messages, and \
               no members of a server's channels",
    },
    Format {
        platform: "Discord",
        form: "Data package of an account: messages.json or messages.csv for each channel, with channel.json, index.json",
        format: PACKAGE,
        kept: "time, text, id, name of the channel and its server, recipients of direct messages, the owner's names, \
               addresses of attachments; every key that is not known as an annotation",
        lost: "all that others wrote, bytes of attachments, reactions, replies and edits: the package does not have \
               them",
    },
];

impl Importer for Discord {
    fn formats(&self) -> &'static [Format] {
        FORMATS
    }

    fn probe(&self, head: &Head) -> Confidence {
        match form(head.text(), head) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }

    fn read(&self, input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        match first(input)? {
            b'{' => exporter::read(input, sink),
            b'[' => package::read_json(input, sink),
            _ => package::read_csv(input, sink),
        }
    }
}

/// What a file is, by its beginning.
fn form(text: &str, head: &Head) -> Option<&'static str> {
    if text.lines().next().is_some_and(|line| line.trim_end() == COLUMNS) {
        return Some(PACKAGE);
    }
    let shape = head.json()?;
    if shape.has_all(&["guild", "channel.id", "channel.type"])
        && (shape.has("messages") || shape.has("dateRange"))
    {
        return Some(EXPORTER);
    }
    shape.has_all(&["[].ID", "[].Timestamp", "[].Contents"]).then_some(PACKAGE)
}

/// The first byte of the file that is no blank.
fn first(input: &Input<'_>) -> Result<u8, Fault> {
    let mut bytes = [0];
    let mut text = input.file().text()?;
    while text.read(&mut bytes)? == 1 && bytes[0].is_ascii_whitespace() {}
    Ok(bytes[0])
}
