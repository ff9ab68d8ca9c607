//! HTML as a stream of tokens with the few attributes that matter.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use blackbox_document::page;

/// The most bytes of one message, 64 MiB.
const MAX_MESSAGE_BYTES: u64 = 64 << 20;

/// A start tag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) src: String,
}

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Open(Tag),
    Close(String),
    Text(String),
}

impl Tag {
    /// Whether the class has this word.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.class.split_ascii_whitespace().any(|one| one == word)
    }
}

impl From<page::Tag> for Tag {
    fn from(tag: page::Tag) -> Tag {
        let get = |name| tag.get(name).unwrap_or_default().to_owned();
        let (class, id, title) = (get("class"), get("id"), get("title"));
        Tag { class, id, title, href: get("href"), src: get("src"), name: tag.name }
    }
}

/// How much may come until the next message.
#[derive(Clone)]
pub(crate) struct Meter(Rc<Cell<u64>>);

impl Meter {
    pub(crate) fn new() -> Meter {
        Meter(Rc::new(Cell::new(MAX_MESSAGE_BYTES)))
    }

    /// Says that nothing is held.
    pub(crate) fn reset(&self) {
        self.0.set(MAX_MESSAGE_BYTES);
    }
}

struct Metered<R> {
    reader: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let too_long = || io::Error::new(io::ErrorKind::InvalidData, "one message is over 64 MiB");
        self.meter.0.set(self.meter.0.get().checked_sub(count as u64).ok_or_else(too_long)?);
        Ok(count)
    }
}

/// The tokens of `reader`.
pub(crate) fn tokens(reader: impl Read, meter: &Meter) -> impl Iterator<Item = io::Result<Token>> {
    page::tokens(Metered { reader, meter: meter.clone() }).map(|token| {
        Ok(match token? {
            page::Token::Start(tag) => Token::Open(tag.into()),
            page::Token::End(name) => Token::Close(name),
            page::Token::Text(text) => Token::Text(text),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_the_attributes_that_matter() {
        let html = "<!DOCTYPE html><DIV class=\"a b\" style='x' id=m><br/>a &amp; b &laquo;c&raquo;</div>";
        let tokens: Vec<Token> = tokens(html.as_bytes(), &Meter::new()).map(Result::unwrap).collect();
        let Token::Open(tag) = &tokens[0] else { panic!("{tokens:?}") };
        assert_eq!((&tag.name[..], tag.is("b"), &tag.id[..]), ("div", true, "m"));
        assert_eq!(tokens[2..], [Token::Text("a & b «c»".into()), Token::Close("div".into())]);
    }

    #[test]
    fn a_message_without_end_is_refused() {
        let endless = io::repeat(b'a');
        assert!(tokens(endless, &Meter::new()).any(|token| token.is_err()));
    }
}
