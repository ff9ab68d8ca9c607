//! HTML as a stream of tags and texts, in bounded memory and bounded depth.

use std::{
    cell::Cell,
    io::{self, BufReader, Read},
    rc::Rc,
};

use html5gum::{
    IoReader, Span, State, Tokenizer,
    emitters::callback::{Callback, CallbackEmitter, CallbackEvent},
};

/// The most bytes of one text, comment or value, 32 MiB: more than the longest text of a message.
const MAX_TOKEN_BYTES: usize = 32 << 20;
/// The most attributes of one tag. The tokenizer calls itself for each, so that more could overflow the stack.
const MAX_ATTRIBUTES: usize = 256;
/// How far the tokenizer reads ahead, and so how many attributes beyond the last it may meet before it is stopped.
const AHEAD_BYTES: usize = 1 << 10;
const BUFFER_BYTES: usize = 1 << 16;
const TOO_LONG: &str = "a part of it is longer than 32 MiB, or a tag has more than 256 attributes";

/// A tag or a text. Comments are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A start tag.
    Start(Tag),
    /// An end tag, by its name in lower case.
    End(String),
    /// A text, its entities resolved. One text may come in several.
    Text(String),
}

/// A start tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// Its name, lower case.
    pub name: String,
    /// Whether it ends in `/>`.
    pub closed: bool,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// A tag without attributes.
    pub fn bare(name: &str) -> Tag {
        Tag { name: name.to_owned(), ..Tag::default() }
    }

    /// The value of an attribute, if it has it; the first one's, if it has several.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| &value[..])
    }

    /// All its attributes, name and value, in order, those without a value with an empty one.
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// Whether its class has this word.
    pub fn has_class(&self, word: &str) -> bool {
        self.get("class").is_some_and(|class| class.split_ascii_whitespace().any(|own| own == word))
    }
}

/// The tokens of a page in UTF-8; other bytes become U+FFFD.
///
/// # Errors
/// It cannot be read, a part of it is longer than 32 MiB, or a tag has more than 256 attributes. Nothing follows then.
pub fn tokens(reader: impl Read) -> impl Iterator<Item = io::Result<Token>> {
    let left = Rc::new(Cell::new(MAX_TOKEN_BYTES));
    let reader = Metered { reader: BufReader::with_capacity(BUFFER_BYTES, reader), left: left.clone() };
    let emitter = CallbackEmitter::new(Collect { left, ..Collect::default() });
    let mut tokens =
        Tokenizer::new_with_emitter(IoReader::new_with_buffer_size::<AHEAD_BYTES>(reader), emitter);
    let mut ended = false;
    std::iter::from_fn(move || {
        let token = if ended { None } else { tokens.next() };
        ended = !matches!(token, Some(Ok(_)));
        // What looks like a tag in a script is none. Other elements whose text HTML takes as it is (titles) are found in
        // XML as well, empty or with elements of their own.
        if let Some(Ok(Token::Start(tag))) = &token
            && matches!(&tag.name[..], "script" | "style")
            && !tag.closed
        {
            tokens.set_state(State::RawText);
        }
        token
    })
}

/// Fails once too many bytes have come since the last token.
struct Metered<R> {
    reader: BufReader<R>,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.get().checked_sub(count);
        self.left.set(left.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, TOO_LONG))?);
        Ok(count)
    }
}

/// Puts tags together.
#[derive(Default)]
struct Collect {
    left: Rc<Cell<usize>>,
    tag: Tag,
    attributes: usize,
}

impl Callback<Token, ()> for Collect {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Token> {
        self.left.set(if self.attributes > MAX_ATTRIBUTES { 0 } else { MAX_TOKEN_BYTES });
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.attributes = 0;
                self.tag = Tag { name: text(name), ..Tag::default() };
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes += 1;
                if self.attributes <= MAX_ATTRIBUTES {
                    self.tag.attributes.push((text(name), String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if self.attributes <= MAX_ATTRIBUTES
                    && let Some((_, own)) = self.tag.attributes.last_mut()
                {
                    *own = text(value);
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                self.tag.closed = self_closing;
                return Some(Token::Start(std::mem::take(&mut self.tag)));
            }
            CallbackEvent::EndTag { name } => return Some(Token::End(text(name))),
            CallbackEvent::String { value } => return Some(Token::Text(text(value))),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_tags_and_texts() {
        let page = "<!DOCTYPE html><A onclick=x class='tel big' href=\"tel:+1&amp;2\" href=y hidden>a&#8239;b<br/><!-- c --></a>";
        let all: Vec<Token> = tokens(page.as_bytes()).map(Result::unwrap).collect();
        let Token::Start(tag) = &all[0] else { panic!("no tag") };
        assert_eq!((&tag.name[..], tag.get("href"), tag.get("hidden")), ("a", Some("tel:+1&2"), Some("")));
        assert!(tag.has_class("big") && !tag.has_class("tel big") && tag.get("id").is_none() && !tag.closed);
        assert_eq!(all[1], Token::Text("a\u{202f}b".into()));
        assert!(matches!(&all[2], Token::Start(tag) if tag.name == "br" && tag.closed));
        assert_eq!(all[3..], [Token::End("a".into())]);
    }

    #[test]
    fn a_script_holds_no_tags() {
        let all: Vec<Token> = tokens(&b"<script>if (a<b) '<p>'</script>x"[..]).map(Result::unwrap).collect();
        assert_eq!(all.iter().filter(|token| matches!(token, Token::Start(_))).count(), 1);
        assert_eq!(all[all.len() - 2..], [Token::End("script".into()), Token::Text("x".into())]);
        let all: Vec<Token> = tokens(&b"<title/><script/><b>x</b>"[..]).map(Result::unwrap).collect();
        assert!(all.contains(&Token::End("b".into())));
    }

    #[test]
    fn a_tag_with_more_attributes_than_the_stack_has_room_for_is_an_error_and_the_end() {
        let page = format!("<p><b{}>", " a=\"\"".repeat(1_000_000));
        let all: Vec<_> = tokens(page.as_bytes()).collect();
        assert!(all[0].is_ok() && all[1].is_err() && all.len() == 2);
        let page = format!("<b{}><i>", " a=\"\"".repeat(MAX_ATTRIBUTES));
        assert_eq!(tokens(page.as_bytes()).filter_map(Result::ok).count(), 2);
    }

    #[test]
    fn a_text_without_end_is_an_error() {
        assert!(tokens(io::repeat(b'x')).next().unwrap().is_err());
    }
}
