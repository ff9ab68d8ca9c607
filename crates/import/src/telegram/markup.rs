//! HTML as a stream of tokens with the few attributes that matter.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use html5gum::{
    IoReader, Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

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

    fn set(&mut self, attribute: &[u8], value: &[u8]) {
        let place = match attribute {
            b"class" => &mut self.class,
            b"id" => &mut self.id,
            b"title" => &mut self.title,
            b"href" => &mut self.href,
            b"src" => &mut self.src,
            _ => return,
        };
        *place = String::from_utf8_lossy(value).into_owned();
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
    let (mut tag, mut attribute) = (Tag::default(), Vec::new());
    let emitter = CallbackEmitter::new(move |event: CallbackEvent<'_>, _: Span<()>| -> Option<Token> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                tag = Tag { name: String::from_utf8_lossy(name).into_owned(), ..Tag::default() };
            }
            CallbackEvent::AttributeName { name } => {
                attribute.clear();
                attribute.extend(name.iter().take(16));
            }
            CallbackEvent::AttributeValue { value } => tag.set(&attribute, value),
            CallbackEvent::CloseStartTag { .. } => return Some(Token::Open(std::mem::take(&mut tag))),
            CallbackEvent::EndTag { name } => {
                return Some(Token::Close(String::from_utf8_lossy(name).into_owned()));
            }
            CallbackEvent::String { value } => {
                return Some(Token::Text(String::from_utf8_lossy(value).into_owned()));
            }
            _ => {}
        }
        None
    });
    let reader = IoReader::new_with_buffer_size::<65_536>(Metered { reader, meter: meter.clone() });
    Tokenizer::new_with_emitter(reader, emitter)
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
