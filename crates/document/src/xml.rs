//! A walk through a part's XML, bounded in depth. Entities of the document's own are never expanded.

use std::ops::ControlFlow;

use encoding_rs::UTF_8;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::outcome::Reason;

/// How deep elements may lie in elements.
const MAX_DEPTH: usize = 256;

/// What a walk meets. An empty element is opened and closed.
pub(crate) enum Node<'a> {
    /// An element by its name without prefix.
    Open(&'a str, Attributes<'a>),
    /// Text, in pieces.
    Text(&'a str),
    /// The end of an element.
    Close(&'a str),
}

/// The attributes of an element.
pub(crate) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// An attribute by its name without prefix.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let mut attributes = attributes.with_checks(false).flatten();
        let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
    }
}

/// What a visitor wants after each node.
pub(crate) type Wish = ControlFlow<()>;

/// Walks until the end, or until the visitor breaks off.
pub(crate) fn walk(bytes: &[u8], mut visit: impl FnMut(Node<'_>) -> Wish) -> Result<(), Reason> {
    // Office documents are in UTF-8, or in UTF-16 with a mark.
    let (text, ..) = UTF_8.decode(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0_usize;
    loop {
        let wish = match reader.read_event().map_err(|_| Reason::DamagedDocument)? {
            Event::Start(tag) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Reason::DamagedDocument);
                }
                visit(Node::Open(tag.local_name().as_ref(), Attributes(&tag)))
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visit(Node::Close(tag.local_name().as_ref()))
            }
            Event::Empty(tag) => {
                let name = tag.local_name();
                match visit(Node::Open(name.as_ref(), Attributes(&tag))) {
                    ControlFlow::Continue(()) => visit(Node::Close(name.as_ref())),
                    wish => wish,
                }
            }
            Event::Text(text) => visit(Node::Text(&text)),
            Event::CData(text) => visit(Node::Text(&text)),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(character)) => visit(Node::Text(character.encode_utf8(&mut [0; 4]))),
                _ => visit(Node::Text(resolve_xml_entity(&name).unwrap_or_default())),
            },
            Event::Eof if depth > 0 => return Err(Reason::DamagedDocument),
            Event::Eof => return Ok(()),
            _ => ControlFlow::Continue(()),
        };
        if wish.is_break() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(xml: &[u8]) -> Result<String, Reason> {
        let mut words = String::new();
        walk(xml, |node| {
            if let Node::Text(text) = node {
                words.push_str(text);
            }
            ControlFlow::Continue(())
        })?;
        Ok(words)
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let xml = b"<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;\">]><a>one &amp; &#x6D;ill &y;</a>";
        assert_eq!(words(xml).unwrap(), "one & mill ");
    }

    #[test]
    fn deep_elements_are_refused_without_a_deep_stack() {
        let deep = "<a>".repeat(1_000_000);
        assert_eq!(words(deep.as_bytes()), Err(Reason::DamagedDocument));
        let fits = format!("{}mill{}", "<a>".repeat(MAX_DEPTH), "</a>".repeat(MAX_DEPTH));
        assert_eq!(words(fits.as_bytes()).unwrap(), "mill");
    }

    #[test]
    fn a_part_that_ends_early_is_damaged() {
        assert_eq!(words(b"<a><b>mill</b>"), Err(Reason::DamagedDocument));
    }

    #[test]
    fn utf16_with_a_mark_is_read() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend("<a>mülle</a>".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(words(&bytes).unwrap(), "mülle");
    }
}
