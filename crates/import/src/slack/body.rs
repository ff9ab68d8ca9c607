//! The text of a message, put together from the parts that Slack shows one below the other.

use std::collections::HashSet;

use blackbox_format::message::Quoted;
use serde_json::Value;

use super::{Workspace, markup};

/// What a reader saw of a message.
pub(super) struct Body<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) text: String,
    pub(super) quoted: Vec<Quoted>,
    /// Addresses that parts of the text lead to.
    pub(super) links: Vec<String>,
    /// Parts of kinds that are not understood.
    pub(super) unknown: Vec<(&'static str, Value)>,
    /// The parts that are there already: blocks repeat the text, and cards their blocks.
    seen: HashSet<String>,
    linked: HashSet<String>,
}

impl<'a> Body<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Body<'a> {
        let (text, quoted, links, unknown) = Default::default();
        let (seen, linked) = Default::default();
        Body { workspace, text, quoted, links, unknown, seen, linked }
    }

    /// Adds a part that is written with Slack's markup, as a paragraph of its own, if it is not there yet.
    pub(super) fn marked(&mut self, part: &str) {
        self.part(markup::plain(part, self.workspace));
    }

    /// Adds a part that is written as it is shown.
    pub(super) fn part(&mut self, part: String) {
        if part.trim().is_empty() || self.seen.contains(&part) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&part);
        if part.contains('\n') {
            self.seen.extend(part.lines().map(str::to_owned));
        }
        self.seen.insert(part);
    }

    /// Takes down that what follows the first `start` bytes quotes another message.
    pub(super) fn quote(&mut self, start: usize) {
        let start = if start == 0 { 0 } else { start + 1 };
        if start < self.text.len() {
            self.quoted.push(Quoted { start: start as u64, end: self.text.len() as u64 });
        }
    }

    /// Takes down where a part leads to.
    pub(super) fn link(&mut self, address: &Value) {
        if let Some(address) = address.as_str()
            && !address.is_empty()
            && self.linked.insert(address.to_owned())
        {
            self.links.push(address.to_owned());
        }
    }

    /// Keeps a part that is not understood.
    pub(super) fn unknown(&mut self, key: &'static str, part: &Value) {
        self.unknown.push((key, part.clone()));
    }
}
