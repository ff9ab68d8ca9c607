//! The words of a page: no tags, scripts, styles or comments.

use std::convert::Infallible;

use encoding_rs::Encoding;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::draft::Draft;
use crate::outcome::Reason;
use crate::plain;

/// A page says its encoding in its first bytes (HTML, "prescan a byte stream").
const PRESCANNED_BYTES: usize = 1024;

/// Adds the words of a page.
pub(crate) fn read(bytes: &[u8], media_type: &str, draft: &mut Draft) {
    let named = plain::charset(media_type).or_else(|| declared(bytes));
    walk(&plain::decode(bytes, named), draft);
}

/// The words of a piece of a page.
pub(crate) fn words(page: &str) -> String {
    let mut draft = Draft::default();
    walk(page, &mut draft);
    draft.finish(Reason::Empty).map_or(String::new(), |(text, _)| text)
}

fn walk(page: &str, draft: &mut Draft) {
    let mut walk = Walk { draft, hidden: None, attribute: Attribute::Other, tag: Vec::new() };
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| walk.see(event));
    emitter.naively_switch_states(true);
    // Nothing is yielded: running the tokens through is all.
    Tokenizer::new_with_emitter(page, emitter).for_each(drop);
}

struct Walk<'a> {
    draft: &'a mut Draft,
    /// The element whose content is not for reading, while in it.
    hidden: Option<Vec<u8>>,
    tag: Vec<u8>,
    attribute: Attribute,
}

enum Attribute {
    /// Text that stands for a picture, or beside a link.
    Read,
    Other,
}

impl Walk<'_> {
    fn see(&mut self, event: CallbackEvent<'_>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(name),
            CallbackEvent::AttributeName { name } => {
                self.attribute =
                    if matches!(name, b"alt" | b"title") { Attribute::Read } else { Attribute::Other };
            }
            CallbackEvent::AttributeValue { value } if matches!(self.attribute, Attribute::Read) => {
                self.add(value);
                self.draft.end_word();
            }
            // A script or style may be closed by itself in XHTML: then nothing of it follows.
            CallbackEvent::CloseStartTag { self_closing } if !self_closing && self.hidden.is_none() => {
                if matches!(self.tag.as_slice(), b"script" | b"style" | b"template") {
                    self.hidden = Some(self.tag.clone());
                }
            }
            CallbackEvent::EndTag { name } => self.close(name),
            CallbackEvent::String { value } => self.add(value),
            _ => {}
        }
        None
    }

    fn open(&mut self, name: &[u8]) {
        self.tag.clear();
        self.tag.extend_from_slice(name);
        self.part(name);
    }

    fn close(&mut self, name: &[u8]) {
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
        }
        self.part(name);
    }

    fn part(&mut self, name: &[u8]) {
        if matches!(name, b"td" | b"th") {
            self.draft.end_word();
        } else if !is_inline(name) && self.hidden.is_none() {
            self.draft.end_line();
        }
    }

    fn add(&mut self, value: &[u8]) {
        if self.hidden.is_none() {
            self.draft.push(&String::from_utf8_lossy(value));
        }
    }
}

/// Elements that do not end a word.
fn is_inline(name: &[u8]) -> bool {
    const INLINE: &[&str] = &[
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
        "i", "img", "ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    ];
    str::from_utf8(name).is_ok_and(|name| INLINE.contains(&name))
}

/// The encoding that a page names in `<meta charset>` or `<meta http-equiv content>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(PRESCANNED_BYTES)];
    let start = memchr::memmem::find_iter(head, b"charset").next()?;
    let value = head[start..].split(|&byte| byte == b'=').nth(1)?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)))?;
    // A page that could be read as ASCII up to here is not in UTF-16, whatever it says.
    Encoding::for_label(&value[..end])
        .map(|named| if named.is_ascii_compatible() { named } else { encoding_rs::UTF_8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: &[u8]) -> String {
        let mut draft = Draft::default();
        read(page, "text/html", &mut draft);
        draft.finish(Reason::Empty).unwrap().0
    }

    #[test]
    fn tags_scripts_and_styles_are_dropped() {
        let page = b"<!DOCTYPE html><title>Ferry</title><style>p{}</style><script>if (a<b) x('no')</script>\
            <!-- no --><p>The <b>fer</b>ry&nbsp;leaves &lt;soon&gt; &eacute;</p><div>at<br>nine</div>";
        assert_eq!(text(page), "Ferry\nThe ferry\u{a0}leaves <soon> é\nat\nnine");
    }

    #[test]
    fn an_empty_script_hides_nothing_behind_it() {
        assert_eq!(
            text(b"<html><script src='x'></script><p>seen</p><template>no</template>too"),
            "seen\ntoo"
        );
    }

    #[test]
    fn text_in_place_of_a_picture_is_read() {
        assert_eq!(text(b"<p><img src=x alt='the old mill'>burnt"), "the old mill burnt");
    }

    #[test]
    fn a_page_says_its_encoding() {
        assert_eq!(text(b"<meta charset=\"iso-8859-2\"><p>\xB3\xF3d\xBC"), "łódź");
        let old = b"<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\"><p>\xCD\xC9\xD2";
        assert_eq!(text(old), "мир");
    }

    #[test]
    fn cells_do_not_run_into_each_other() {
        assert_eq!(text(b"<table><tr><td>mill</td><td>nine</td></tr><tr><td>ten"), "mill nine \nten");
    }
}
