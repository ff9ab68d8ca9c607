//! The tags and texts of a page, in bounded memory.

use std::{
    cell::Cell,
    io::{self, BufReader, Read},
    rc::Rc,
};

use html5gum::{
    IoReader, Span, Tokenizer,
    emitters::callback::{Callback, CallbackEmitter, CallbackEvent},
};

use crate::bounded::MAX_TEXT_BYTES;

/// The most bytes of one text, comment or value: the longest text of a message, and a mebibyte.
const MAX_TOKEN_BYTES: usize = MAX_TEXT_BYTES + (1 << 20);
/// The most attributes of one tag. The tokenizer calls itself for each, so that more could overflow the stack.
const MAX_ATTRIBUTES: usize = 256;
/// How far the tokenizer reads ahead, and so how many attributes beyond the last it may meet before it is stopped.
const AHEAD_BYTES: usize = 1 << 10;
const BUFFER_BYTES: usize = 1 << 16;
const TOO_LONG: &str = "a part of it is longer than 16 MiB, or a tag has more than 256 attributes";

/// A tag or a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Start(Tag),
    End(String),
    Text(String),
}

/// A start tag with the attributes that mean something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) class: String,
    /// `href` or `src`.
    pub(crate) link: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) rel: String,
}

impl Tag {
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.class.split_ascii_whitespace().any(|one| one == class)
    }
}

/// The tokens of a page.
///
/// # Errors
/// It cannot be read, or a part of it is longer than is held.
pub(crate) fn tokens(reader: Box<dyn Read>) -> impl Iterator<Item = io::Result<Token>> {
    let left = Rc::new(Cell::new(MAX_TOKEN_BYTES));
    let reader = Metered { reader: BufReader::with_capacity(BUFFER_BYTES, reader), left: left.clone() };
    let mut emitter = CallbackEmitter::new(Collect { left, ..Collect::default() });
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(IoReader::new_with_buffer_size::<AHEAD_BYTES>(reader), emitter)
}

/// Fails once too many bytes have come since the last token.
struct Metered {
    reader: BufReader<Box<dyn Read>>,
    left: Rc<Cell<usize>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.get().checked_sub(count);
        self.left.set(left.ok_or_else(|| io::Error::other(TOO_LONG))?);
        Ok(count)
    }
}

/// Keeps of a tag what means something, however many attributes it has.
#[derive(Default)]
struct Collect {
    left: Rc<Cell<usize>>,
    tag: Tag,
    attribute: Vec<u8>,
    attributes: usize,
}

impl Callback<Token, ()> for Collect {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Token> {
        self.left.set(if self.attributes > MAX_ATTRIBUTES { 0 } else { MAX_TOKEN_BYTES });
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.attributes = 0;
                self.tag = Tag { name: text(name), ..Tag::default() };
                None
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes += 1;
                self.attribute.clear();
                self.attribute.extend(name);
                None
            }
            CallbackEvent::AttributeValue { value } => {
                self.attribute(value);
                None
            }
            CallbackEvent::CloseStartTag { .. } => Some(Token::Start(std::mem::take(&mut self.tag))),
            CallbackEvent::EndTag { name } => Some(Token::End(text(name))),
            CallbackEvent::String { value } => Some(Token::Text(text(value))),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => None,
        }
    }
}

impl Collect {
    fn attribute(&mut self, value: &[u8]) {
        let value = text(value);
        match &self.attribute[..] {
            b"class" => self.tag.class = value,
            b"rel" => self.tag.rel = value,
            b"title" => self.tag.title = Some(value),
            b"href" | b"src" => self.tag.link = Some(value),
            _ => {}
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_the_attributes_that_mean_something() {
        let page = "<a onclick=x class='tel' href=\"tel:+1&amp;2\" href=y>a&#8239;b<br/></a>".as_bytes();
        let all: Vec<Token> = tokens(Box::new(page)).map(Result::unwrap).collect();
        let Token::Start(tag) = &all[0] else { panic!("no tag") };
        assert_eq!((&tag.name[..], &tag.class[..]), ("a", "tel"));
        assert_eq!(all[1], Token::Text("a\u{202f}b".into()));
        assert_eq!(all[3], Token::End("a".into()));
    }

    #[test]
    fn a_tag_with_more_attributes_than_the_stack_has_room_for_is_an_error() {
        let page = format!("<p><b{}>", " a=\"\"".repeat(1_000_000)).into_bytes();
        let all: Vec<_> = tokens(Box::new(io::Cursor::new(page))).take(2).collect();
        assert!(all[0].is_ok() && all[1].is_err());
        let page = format!("<b{}><i>", " a=\"\"".repeat(MAX_ATTRIBUTES)).into_bytes();
        assert_eq!(tokens(Box::new(io::Cursor::new(page))).filter_map(Result::ok).count(), 2);
    }

    #[test]
    fn a_text_without_end_is_an_error() {
        let page = io::repeat(b'x');
        assert!(tokens(Box::new(page)).next().unwrap().is_err());
    }
}
