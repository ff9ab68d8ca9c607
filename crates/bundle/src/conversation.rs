//! Hits put together as conversations, with their context between them.

use std::collections::{BTreeSet, HashMap, HashSet};

use blackbox_query::answer::{Hit, Neighbour};

/// The hits of one conversation, in the answer's order.
#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    /// Platform slug.
    pub platform: &'a str,
    /// The conversation's name, if it has one.
    pub chat: Option<&'a str>,
    /// Senders and recipients of its hits, each once, in order of appearance.
    pub people: Vec<&'a str>,
    /// What is shown of it, in order.
    pub lines: Vec<Line<'a>>,
}

/// A line of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A hit and its number in the answer, from 1.
    Hit(usize, &'a Hit),
    /// A neighbour of a hit.
    Context(&'a Neighbour),
    /// Between the context of one hit and that of the next, other messages may stand.
    Gap,
}

/// By what hits belong together: the named chat, or else the people.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Chat(&'a str, &'a str),
    People(&'a str, BTreeSet<&'a str>),
}

impl<'a> Conversation<'a> {
    /// The conversations of `hits`, in order of their first hit.
    pub fn group(hits: &'a [Hit]) -> Vec<Conversation<'a>> {
        let mut found: Vec<Conversation<'a>> = Vec::new();
        let mut places = HashMap::new();
        for (i, hit) in hits.iter().enumerate() {
            let place = *places.entry(key(hit)).or_insert(found.len());
            if place == found.len() {
                let chat = hit.chat.as_deref();
                found.push(Conversation { platform: &hit.platform, chat, people: vec![], lines: vec![] });
            }
            append(&mut found[place].lines, i + 1, hit);
        }
        for conversation in &mut found {
            conversation.people = people_of(conversation.hits());
        }
        found
    }

    /// Its hits.
    pub fn hits(&self) -> impl Iterator<Item = &'a Hit> {
        self.lines.iter().filter_map(|line| match line {
            Line::Hit(_, hit) => Some(*hit),
            _ => None,
        })
    }

    /// Its name: the chat's, or else the people's, at most three of them.
    pub fn title(&self) -> String {
        match (self.chat, &self.people[..]) {
            (Some(chat), _) => chat.to_owned(),
            (None, []) => "No sender, recipient or chat recorded".to_owned(),
            (None, people) => few(people, 3),
        }
    }

    /// Whether a line of `hit`, one of its hits, has to say whom it went to: its recipients are not
    /// simply all the others.
    pub fn names_recipients(&self, hit: &Hit) -> bool {
        let heard: HashSet<&str> =
            hit.to.iter().map(|name| &**name).filter(|name| *name != hit.from).collect();
        let others = self.people.len() - usize::from(!hit.from.is_empty());
        !hit.to.is_empty() && (self.chat.is_none() || heard.len() != others)
    }
}

impl Line<'_> {
    /// Its time, as the answer writes it.
    pub fn time(&self) -> Option<&str> {
        match self {
            Line::Hit(_, hit) => Some(&hit.time),
            Line::Context(neighbour) => Some(&neighbour.time),
            Line::Gap => None,
        }
    }

    fn words(&self) -> Option<(&str, &str, &str)> {
        match self {
            Line::Hit(_, hit) => Some((&hit.time, &hit.from, &hit.text)),
            Line::Context(neighbour) => Some((&neighbour.time, &neighbour.from, &neighbour.text)),
            Line::Gap => None,
        }
    }

    /// Whether both may be the same message: two hits never are, being two rows of the archive.
    fn may_be(&self, other: &Line<'_>) -> bool {
        !matches!((self, other), (Line::Hit(..), Line::Hit(..))) && self.words() == other.words()
    }
}

/// At most `most` of `names`, and how many more there are.
pub(crate) fn few(names: &[&str], most: usize) -> String {
    match names.len().checked_sub(most) {
        None | Some(0) => names.join(", "),
        Some(rest) => {
            format!("{} and {}", names[..most].join(", "), crate::plain::count(rest as u64, "other"))
        }
    }
}

fn key(hit: &Hit) -> Key<'_> {
    match &hit.chat {
        Some(chat) => Key::Chat(&hit.platform, chat),
        None => Key::People(&hit.platform, people_of([hit]).into_iter().collect()),
    }
}

fn people_of<'a>(hits: impl IntoIterator<Item = &'a Hit>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let names = hits.into_iter().flat_map(|hit| std::iter::once(&hit.from).chain(&hit.to));
    names.map(|name| &**name).filter(|name| !name.is_empty() && seen.insert(*name)).collect()
}

/// Adds a hit with its context. Where its first lines repeat the last ones of `lines` (the context
/// of the hit before), they are laid over each other, so that a message shows once; a message that
/// is context of one hit and itself another shows as a hit.
fn append<'a>(lines: &mut Vec<Line<'a>>, number: usize, hit: &'a Hit) {
    let (before, after): (Vec<_>, Vec<_>) = hit.context.iter().partition(|neighbour| neighbour.offset < 0);
    let context = |neighbours: Vec<&'a Neighbour>| neighbours.into_iter().map(Line::Context);
    let window: Vec<Line<'a>> =
        context(before).chain([Line::Hit(number, hit)]).chain(context(after)).collect();
    let shared = overlap(lines, &window);
    if shared == 0
        && !lines.is_empty()
        && (window.len() > 1 || matches!(lines.last(), Some(Line::Context(_))))
    {
        lines.push(Line::Gap);
    }
    let start = lines.len() - shared;
    for (line, new) in lines[start..].iter_mut().zip(&window) {
        if matches!(new, Line::Hit(..)) {
            *line = *new;
        }
    }
    lines.extend(&window[shared..]);
}

/// How many of the last `lines` are the first ones of `window`.
fn overlap(lines: &[Line<'_>], window: &[Line<'_>]) -> usize {
    let longest = lines.len().min(window.len());
    let fits = |length: &usize| {
        let tail = &lines[lines.len() - length..];
        tail.iter().zip(window).all(|(old, new)| old.may_be(new))
    };
    (1..=longest).rev().find(fits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{hit, neighbour};

    fn at(minute: u8, text: &str, context: &[(i8, &str)]) -> Hit {
        let mut hit = hit(text);
        hit.time = format!("2020-03-12T09:{minute}:00Z");
        hit.from = "Marisol Quist".into();
        hit.context = context.iter().map(|(offset, text)| neighbour(*offset, text)).collect();
        for neighbour in &mut hit.context {
            neighbour.time = format!("2020-03-12T09:{}:00Z", minute as i8 + neighbour.offset);
        }
        hit
    }

    fn drawn(hits: &[Hit]) -> Vec<String> {
        let conversations = Conversation::group(hits);
        let lines = conversations.iter().flat_map(|conversation| &conversation.lines);
        lines
            .map(|line| match line {
                Line::Hit(number, hit) => format!("{number} {}", hit.text),
                Line::Context(neighbour) => neighbour.text.clone(),
                Line::Gap => "...".to_owned(),
            })
            .collect()
    }

    #[test]
    fn shared_context_shows_once() {
        let hits =
            [at(30, "a", &[(-1, "w"), (1, "x"), (2, "b")]), at(32, "b", &[(-2, "a"), (-1, "x"), (1, "y")])];
        assert_eq!(drawn(&hits), ["w", "1 a", "x", "2 b", "y"]);
    }

    #[test]
    fn windows_apart_are_told_apart() {
        let hits = [at(30, "a", &[(1, "x")]), at(40, "b", &[(-1, "y")])];
        assert_eq!(drawn(&hits), ["1 a", "x", "...", "y", "2 b"]);
        assert_eq!(drawn(&[at(30, "a", &[]), at(40, "b", &[])]), ["1 a", "2 b"]);
    }

    #[test]
    fn two_hits_are_never_one() {
        let hits = [at(30, "ok", &[]), at(30, "ok", &[])];
        assert_eq!(drawn(&hits), ["1 ok", "2 ok"]);
    }

    #[test]
    fn people_without_a_chat_share_a_conversation_both_ways() {
        let mut hits = [hit("a"), hit("b"), hit("c"), hit("d")];
        hits.iter_mut().for_each(|hit| hit.chat = None);
        hits[1].from = "Marisol Quist".into();
        hits[1].to = vec!["Rowan Ashby".into()];
        hits[2].to.push("Tamsin Vale".into());
        hits[3].platform = "sms".into();
        let conversations = Conversation::group(&hits);
        let titles: Vec<String> = conversations.iter().map(Conversation::title).collect();
        assert_eq!(
            titles,
            [
                "Rowan Ashby, Marisol Quist",
                "Rowan Ashby, Marisol Quist, Tamsin Vale",
                "Rowan Ashby, Marisol Quist"
            ]
        );
        assert_eq!(conversations[0].hits().count(), 2);
        assert!(conversations[0].names_recipients(&hits[0]));
    }

    #[test]
    fn a_chat_names_recipients_only_where_they_differ() {
        let mut hits = [hit("a"), hit("b")];
        let one = Conversation::group(&hits[..1]);
        assert!(!one[0].names_recipients(&hits[0]));
        hits[1].to.push("Tamsin Vale".into());
        let both = Conversation::group(&hits);
        assert!(both[0].names_recipients(&hits[0]) && !both[0].names_recipients(&hits[1]));
        assert_eq!(few(&["a", "b", "c"], 2), "a, b and 1 other");
    }
}
