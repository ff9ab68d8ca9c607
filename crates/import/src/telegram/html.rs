//! The pages of one chat, in the order of their numbers. They are read twice: first for who is in the chat.

use blackbox_format::message::{Incoming, Media};

use super::{
    HTML_FORMAT,
    content::Mention,
    draft::{self, Parsed, Read, Thread},
    markup::{Meter, tokens},
    page::{Draft, Kind, Page},
    people::{Chat, Directory, Person},
    result::missing,
};
use crate::importer::{At, Fault, File, Input, Sink};

/// Files that the exporter puts beside every export of pages, and what lists a whole account has.
const FURNITURE: &[&str] = &["css/style.css", "js/script.js", "images/back.png"];
const PICTURES: &[&str] = &[
    "media_call",
    "media_contact",
    "media_file",
    "media_game",
    "media_location",
    "media_music",
    "media_photo",
    "media_shop",
    "media_video",
    "media_voice",
    "section_calls",
    "section_chats",
    "section_contacts",
    "section_frequent",
    "section_other",
    "section_photos",
    "section_sessions",
    "section_stories",
    "section_web",
    "back",
];
const LISTS: &[&str] = &[
    "export_results.html",
    "lists/chats.html",
    "lists/contacts.html",
    "lists/frequent.html",
    "lists/profile_pictures.html",
    "lists/sessions.html",
    "lists/stories.html",
    "lists/web_sessions.html",
];

/// Reads all pages.
pub(crate) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    sink.facts.format = HTML_FORMAT;
    let mut files: Vec<File<'_>> = input.files().collect();
    files.sort_by_key(|file| number(file.name()));
    let mut directory = Directory::default();
    directory.owner = input.options.owner.clone().map(|name| Person { name, id: None });
    let chat = survey(&files, &directory)?;
    let mut source = Source { input, chat, directory, thread: Thread::default() };
    for file in files {
        sink.enter(file);
        let read = source.page(file, sink);
        sink.survive(read)?;
    }
    mark(input);
    Ok(())
}

/// The number of a page: 1 for `messages.html`, 10 for `messages10.html`.
fn number(name: &str) -> u64 {
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { 1 } else { digits.parse().unwrap_or(u64::MAX) }
}

/// Reads a page's messages one by one.
fn walk(file: File<'_>, take: &mut dyn FnMut(Draft) -> Result<(), Fault>) -> Result<(), Fault> {
    let (meter, mut page) = (Meter::new(), Page::default());
    for token in tokens(file.text()?, &meter) {
        if let Some(draft) = page.take(token?) {
            take(draft)?;
        }
        if !page.is_inside() {
            meter.reset();
        }
    }
    page.finish().map_or(Ok(()), take)
}

/// Who is in the chat. Damage is reported by the second reading, where it comes again.
fn survey(files: &[File<'_>], directory: &Directory) -> Result<Chat, Fault> {
    let mut chat = Chat::default();
    for file in files {
        let read = walk(*file, &mut |draft| {
            match draft.kind {
                Kind::Header if chat.name.is_none() => chat.name = title(&draft),
                Kind::Message => {
                    draft::author(&draft).into_iter().for_each(|name| chat.add(Person { name, id: None }));
                }
                _ => {}
            }
            Ok(())
        });
        if let Err(Fault::Stopped) = read {
            return Err(Fault::Stopped);
        }
    }
    // Pages do not say what kind of chat it is: one with somebody is called after them.
    if chat.is_with(chat.name.as_deref().unwrap_or_default()) {
        chat.kind = Some("personal_chat".into());
        chat.complete(directory);
    }
    Ok(chat)
}

fn title(draft: &Draft) -> Option<String> {
    let text = draft.pieces.first().map(|piece| piece.text.trim().to_owned());
    text.filter(|text| !text.is_empty())
}

struct Source<'a, 'b> {
    input: &'a Input<'b>,
    chat: Chat,
    directory: Directory,
    thread: Thread,
}

impl Source<'_, '_> {
    fn page(&mut self, file: File<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut item = 0;
        walk(file, &mut |draft| {
            for path in &draft.previews {
                // A preview is no attachment: it is only marked as a part of the export.
                self.attach(&mut Media::new("", ""), path);
            }
            let read = self.thread.read(draft, &self.input.options.timezone);
            if matches!(read, Read::Separator) {
                return Ok(());
            }
            item += 1;
            sink.saw();
            match read {
                Read::Separator => Ok(()),
                Read::Skip(reason) => {
                    sink.skip(At::Item(item), reason);
                    Ok(())
                }
                Read::Message(parsed) => self.deliver(*parsed, At::Item(item), sink),
            }
        })
    }

    fn deliver(&mut self, parsed: Parsed, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
        sink.facts.zoneless |= parsed.zoneless;
        parsed.unknown.iter().for_each(|class| sink.unknown(class));
        sink.saw_attachments(parsed.mentions.len());
        let mut message = parsed.message;
        message.chat.clone_from(&self.chat.name);
        self.chat.address(&mut message, &Person { name: parsed.sender, id: None }, &self.directory);
        let mut media = Vec::with_capacity(parsed.mentions.len());
        for Mention { media: mut one, place } in parsed.mentions {
            match place {
                Ok(path) if self.attach(&mut one, &path) => {}
                Ok(path) => missing(&path, at, sink),
                Err(reason) => message.annotations.push(("left-out".into(), reason)),
            }
            media.push(one);
        }
        sink.record(at, Incoming { message, media })
    }

    /// Pages of a whole account lead up to its folder and down again; if only the chat's folder was given, the end
    /// of the path is what counts.
    fn attach(&self, media: &mut Media, path: &str) -> bool {
        if self.input.attach_beside(media, path) {
            return true;
        }
        let Some((folder, name)) = path.rsplit_once('/').filter(|_| path.starts_with("../")) else {
            return false;
        };
        let folder = folder.rsplit('/').next().unwrap_or(folder);
        self.input.attach(media, &format!("{folder}/{name}"))
    }
}

/// Marks what belongs to an export without messages.
fn mark(input: &Input<'_>) {
    let pictures =
        PICTURES.iter().flat_map(|name| [format!("images/{name}.png"), format!("images/{name}@2x.png")]);
    let furniture = FURNITURE.iter().map(|name| (*name).to_owned()).chain(pictures);
    for name in furniture.chain(LISTS.iter().map(|name| (*name).to_owned())) {
        for path in [name.clone(), format!("../../{name}")] {
            input.attach_beside(&mut Media::new("", ""), &path);
        }
    }
}
