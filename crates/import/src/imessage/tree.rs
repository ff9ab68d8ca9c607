//! The elements of an exported page, one of the top level after the other, as small trees.

use std::io::{self, Read};

use blackbox_document::page::{Tag, Token, tokens};

use crate::bounded::MAX_TEXT_BYTES;

/// The most bytes of one element, 16 MiB.
const MAX_BYTES: usize = MAX_TEXT_BYTES;
/// What is nested deeper stands beside what it is nested in.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 200_000;
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// An element or a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element with what is needed of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// Its `class`.
    pub(super) class: String,
    /// Its `href`, `src` or `data`.
    pub(super) link: Option<String>,
    pub(super) children: Vec<Node>,
}

impl Element {
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.class.split_ascii_whitespace().any(|name| name == class)
    }

    /// The elements directly in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element in it, at any depth but not within an element of class `except`, that is wanted.
    pub(super) fn find(&self, wanted: &dyn Fn(&Element) -> bool, except: &str) -> Option<&Element> {
        self.elements().find_map(|element| match wanted(element) {
            true => Some(element),
            false if !except.is_empty() && element.has_class(except) => None,
            false => element.find(wanted, except),
        })
    }

    /// Its text as a page shows it: a `br` ends a line, and so does every block.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text.trim().to_owned()
    }

    fn write(&self, text: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) if element.name == "br" => text.push('\n'),
                Node::Element(element) => {
                    element.write(text);
                    let block = matches!(&element.name[..], "div" | "p" | "tr" | "li");
                    if block && !text.is_empty() && !text.ends_with('\n') {
                        text.push('\n');
                    }
                }
            }
        }
    }
}

/// Reads a page element by element.
pub(super) struct Elements {
    tokens: Box<dyn Iterator<Item = io::Result<Token>>>,
    /// Whether an element of the top level is one that is wanted.
    wanted: fn(&Element) -> bool,
}

/// One element of the top level.
pub(super) enum Top {
    Element(Element),
    /// One that is larger than 16 MiB.
    TooLong,
}

impl Elements {
    /// The elements of a page that are wanted, wherever they stand but in one another.
    pub(super) fn new(reader: Box<dyn Read>, wanted: fn(&Element) -> bool) -> Elements {
        Elements { tokens: Box::new(tokens(reader)), wanted }
    }

    /// The next one.
    pub(super) fn next(&mut self) -> io::Result<Option<Top>> {
        let mut tree: Option<Tree> = None;
        for token in self.tokens.by_ref() {
            match (token?, &mut tree) {
                (Token::Start(tag), None) => {
                    let element = element(&tag);
                    if (self.wanted)(&element) && !tag.closed {
                        tree = Some(Tree { open: vec![element], nodes: 0, bytes: 0 });
                    }
                }
                (Token::Start(tag), Some(tree)) => tree.enter(&tag),
                (Token::End(name), Some(open)) => {
                    if let Some(whole) = open.leave(&name) {
                        return Ok(Some(open.finish(whole)));
                    }
                }
                (Token::Text(text), Some(tree)) => tree.text(&text),
                (Token::End(_) | Token::Text(_), None) => {}
            }
        }
        Ok(tree.map(|mut tree| {
            let whole = tree.close_to(0);
            tree.finish(whole)
        }))
    }
}

fn element(tag: &Tag) -> Element {
    let link = ["href", "src", "data"].iter().find_map(|name| tag.get(name));
    Element {
        name: tag.name.clone(),
        class: tag.get("class").unwrap_or_default().to_owned(),
        link: link.map(str::to_owned),
        children: Vec::new(),
    }
}

/// An element of the top level whose end has not come yet.
struct Tree {
    /// It, and those open in it.
    open: Vec<Element>,
    nodes: usize,
    bytes: usize,
}

impl Tree {
    fn fits(&mut self, bytes: usize) -> bool {
        self.nodes += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.nodes <= MAX_NODES && self.bytes <= MAX_BYTES
    }

    fn add(&mut self, node: Node) {
        if let Some(around) = self.open.last_mut() {
            around.children.push(node);
        }
    }

    fn enter(&mut self, tag: &Tag) {
        let element = element(tag);
        let bytes = element.class.len() + element.link.as_ref().map_or(0, String::len);
        if !self.fits(bytes) {
            return;
        }
        if tag.closed || VOID.contains(&&element.name[..]) || self.open.len() > MAX_DEPTH {
            self.add(Node::Element(element));
        } else {
            self.open.push(element);
        }
    }

    fn text(&mut self, text: &str) {
        if self.fits(text.len()) {
            self.add(Node::Text(text.to_owned()));
        }
    }

    /// Ends the innermost open element of a name, and those in it; the whole if that was it.
    fn leave(&mut self, name: &str) -> Option<Element> {
        let at = self.open.iter().rposition(|element| element.name.eq_ignore_ascii_case(name))?;
        if at == 0 {
            return Some(self.close_to(0));
        }
        let closed = self.close_to(at);
        self.add(Node::Element(closed));
        None
    }

    /// Ends the open elements from one on, and gives it.
    fn close_to(&mut self, at: usize) -> Element {
        while self.open.len() > at + 1
            && let Some(inner) = self.open.pop()
        {
            self.add(Node::Element(inner));
        }
        self.open.pop().unwrap_or_default()
    }

    fn finish(&self, whole: Element) -> Top {
        match self.nodes <= MAX_NODES && self.bytes <= MAX_BYTES {
            true => Top::Element(whole),
            false => Top::TooLong,
        }
    }
}
