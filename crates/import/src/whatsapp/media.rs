//! Attachments as texts mention them: by file name, or as left out.

use blackbox_format::message::Media;

use super::{header::is_mark, phrases::PHRASES};
use crate::media::type_of;

/// The mark before what WhatsApp itself writes into a text.
pub(crate) const MARK: char = '\u{200e}';

const MAX_LABEL_CHARS: usize = 40;

/// An attachment that a text mentions.
pub(crate) struct Mention {
    /// Without its bytes.
    pub(crate) media: Media,
    /// Whether the text says that the export leaves it out.
    pub(crate) omitted: bool,
}

/// The attachment that a text mentions.
pub(crate) fn mention(text: &str) -> Option<Mention> {
    let text = text.trim();
    let attached = attached_line(text).or_else(|| attached_tag(text));
    match attached {
        Some(name) => Some(Mention { media: named(name), omitted: false }),
        None => omitted(text).map(|media| Mention { media, omitted: true }),
    }
}

fn named(name: &str) -> Media {
    Media::new(name, type_of(name))
}

/// Android: `IMG-20200312-WA0001.jpg (file attached)`, with the caption on the lines after it.
fn attached_line(text: &str) -> Option<&str> {
    let line = text.lines().next()?.trim_end_matches(|c: char| c.is_whitespace() || is_mark(c));
    let (name, words) = line.strip_suffix(')')?.rsplit_once(" (")?;
    let name = trim(name);
    let said = PHRASES.is_attached(words) || is_numbered(name);
    (said && !name.is_empty()).then_some(name)
}

/// Whether WhatsApp named the file: `PTT-20200312-WA0001.opus`. Then the words after it may be of any language.
fn is_numbered(name: &str) -> bool {
    let number =
        name.split_once("-WA").map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).count());
    number.is_some_and(|digits| digits >= 4) && extension(name) && !name.contains(' ')
}

/// iOS: `<attached: 00000001-PHOTO-2020-03-12.jpg>`, in any language, after the caption if there is one.
fn attached_tag(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || is_mark(c));
    let (before, tag) = text.strip_suffix('>')?.rsplit_once('<')?;
    let (label, name) = tag.split_once(':')?;
    let name = trim(name);
    let own = trim(before).is_empty() || before.ends_with(MARK);
    let numbered = name
        .split('-')
        .next()
        .is_some_and(|part| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_digit()));
    let fits = label.chars().count() <= MAX_LABEL_CHARS && extension(name) && !name.contains(['\n', '/']);
    (fits && (own || numbered)).then_some(name)
}

/// `<Media omitted>`, `image omitted`, `Minutes.pdf • 2 pages document omitted`.
fn omitted(text: &str) -> Option<Media> {
    let (before, tail) = text.rsplit_once(MARK).unwrap_or(("", text));
    let media_type = PHRASES.omitted(tail)?.to_owned();
    let name = before.split_once(" • ").map(|(name, _)| trim(name)).filter(|name| extension(name));
    match name {
        Some(name) => Some(named(name)),
        None => Some(Media::new("", media_type)),
    }
}

fn extension(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(stem, end)| (stem.is_empty(), end));
    end.is_some_and(|(bare, end)| {
        !bare && (1..=8).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || is_mark(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_its_attachment() {
        for (text, name, media_type) in [
            ("IMG-20200312-WA0001.jpg (file attached)", "IMG-20200312-WA0001.jpg", "image/jpeg"),
            ("IMG-20200312-WA0001.jpg (file attached)\nthe caption", "IMG-20200312-WA0001.jpg", "image/jpeg"),
            ("\u{200e}Minutes 3.pdf (Datei angehängt)\nMinutes 3", "Minutes 3.pdf", "application/pdf"),
            ("VID-20200312-WA0001.mp4 (some other tongue)", "VID-20200312-WA0001.mp4", "video/mp4"),
            ("\u{200e}<attached: 00000001-PHOTO-2020.jpg>", "00000001-PHOTO-2020.jpg", "image/jpeg"),
            ("<Anhang: 00000001-PHOTO-2020.jpg>", "00000001-PHOTO-2020.jpg", "image/jpeg"),
            ("a caption \u{200e}<attached: notes.pdf>", "notes.pdf", "application/pdf"),
            ("Minutes.pdf • \u{200e}2 pages \u{200e}document omitted", "Minutes.pdf", "application/pdf"),
            ("\u{200e}sticker omitted", "", "image/unknown"),
            ("<media omitted>", "", "application/octet-stream"),
        ] {
            let Mention { media, omitted } = mention(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(omitted, text.contains("omitted"));
            assert_eq!((&media.name[..], &media.media_type[..]), (name, media_type), "{text}");
        }
    }

    #[test]
    fn other_texts_name_none() {
        for text in
            ["", "see you (soon)", "x < y: z.t>", "<3", "IMG (file)", "I omitted the image", "see <a: b>"]
        {
            assert!(mention(text).is_none(), "{text}");
        }
    }
}
