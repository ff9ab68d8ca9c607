//! What a query means: evaluating it on an opened message.
//!
//! Source: spec/query.md, "Meaning". This is the truth that the index only narrows down to: every
//! opened row is checked with it before it is shown.

use std::{
    collections::{BTreeSet, HashSet},
    iter::once,
};

use blackbox_format::{
    body::Sealed,
    term::{self, AttachmentTerms, Field, Literal},
    text,
};

use crate::language::{Distance, Expr, Near, Order, Query};

/// The terms and words of one message, computed once for any number of queries.
#[derive(Debug, Clone)]
pub struct Terms {
    literals: HashSet<Literal>,
    /// The words of the text and of each attachment's, in order.
    texts: Vec<Vec<String>>,
    /// When it was sent, as a Unix time in milliseconds.
    time: i64,
}

/// First and last word of a place in a text, by number.
type Place = (usize, usize);

impl Terms {
    /// The terms and words of `message`.
    pub fn of(message: &Sealed) -> Terms {
        let attachments = message.attachments.iter().map(|attachment| AttachmentTerms {
            name: &attachment.name,
            media_type: &attachment.media_type,
            sha256: attachment.blob.as_ref().map(|blob| &blob.sha256),
        });
        Terms {
            literals: term::terms(&message.message(), attachments).into_iter().collect(),
            texts: once(&message.text)
                .chain(message.further.texts.iter().map(|text| &text.text))
                .map(|text| text::words(text))
                .collect(),
            time: message.time,
        }
    }

    /// Whether the message has `literal`.
    pub fn has(&self, literal: &Literal) -> bool {
        self.literals.contains(literal)
    }

    /// Whether `phrase`'s words follow one another in the text, or in that of one attachment.
    pub fn has_phrase(&self, phrase: &[String]) -> bool {
        self.texts.iter().any(|words| words.windows(phrase.len().max(1)).any(|window| window == phrase))
    }

    /// Whether both sides stand in one text, within the distance.
    pub fn has_near(&self, near: &Near) -> bool {
        let (left, right) = (Side::of(&near.left), Side::of(&near.right));
        self.texts.iter().any(|words| {
            let (left, right) = (left.places(words), right.places(words));
            follows(&left, &right, near.distance)
                || near.distance.order == Order::Either && follows(&right, &left, near.distance)
        })
    }

    /// Every term of the message, in order.
    pub fn literals(&self) -> BTreeSet<Literal> {
        self.literals.iter().cloned().collect()
    }
}

/// If the message matches `query`: which literals of the query it has, negated ones aside.
pub fn matches(query: &Query, terms: &Terms) -> Option<Vec<Literal>> {
    holds(query.expr(), terms).then(|| {
        let mut held = query.positive();
        held.retain(|literal| terms.has(literal));
        held.into_iter().collect()
    })
}

fn holds(expr: &Expr, terms: &Terms) -> bool {
    match expr {
        Expr::Term(literal) => terms.has(literal),
        Expr::Phrase(words) => terms.has_phrase(words),
        Expr::Variants(variants) => variants.literals().any(|literal| terms.has(&literal)),
        Expr::Near(near) => terms.has_near(near),
        Expr::Days(days) => days.holds(terms.time),
        Expr::And(parts) => parts.iter().all(|part| holds(part, terms)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, terms)),
        Expr::Not(part) => !holds(part, terms),
    }
}

/// One side of a distance: words and phrases.
#[derive(Default)]
struct Side<'a> {
    words: HashSet<&'a str>,
    phrases: Vec<&'a [String]>,
}

impl<'a> Side<'a> {
    fn of(expr: &'a Expr) -> Side<'a> {
        let mut side = Side::default();
        side.add(expr);
        side
    }

    fn add(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Term(literal) => self.words.extend([&literal.term[..]]),
            Expr::Variants(variants) => self.words.extend(variants.words().iter().map(|word| &word[..])),
            Expr::Phrase(words) => self.phrases.push(words),
            Expr::Or(parts) => parts.iter().for_each(|part| self.add(part)),
            // The parser puts nothing else beside a distance.
            Expr::And(_) | Expr::Not(_) | Expr::Near(_) | Expr::Days(_) => {}
        }
    }

    /// Where it stands in a text, by its first word.
    fn places(&self, words: &[String]) -> Vec<Place> {
        let single = |at: &usize| self.words.contains(&words[*at][..]);
        let mut places: Vec<Place> = (0..words.len()).filter(single).map(|at| (at, at)).collect();
        for phrase in &self.phrases {
            let found = words.windows(phrase.len()).enumerate().filter(|(_, window)| window == phrase);
            places.extend(found.map(|(at, _)| (at, at + phrase.len() - 1)));
        }
        places.sort_unstable();
        places
    }
}

/// Whether some place of `second` begins after one of `first` ends, within the distance.
fn follows(first: &[Place], second: &[Place], distance: Distance) -> bool {
    first.iter().any(|(_, end)| {
        let next = second.partition_point(|(start, _)| start <= end);
        second.get(next).is_some_and(|(start, _)| start - end <= usize::from(distance.words))
    })
}

/// Which words of `held` stand nowhere in `message` but in what it quotes of another message.
pub fn quoted(message: &Sealed, held: &[Literal]) -> Vec<Literal> {
    let Sealed { further, text, .. } = message;
    if further.quoted.is_empty() {
        return Vec::new();
    }
    let (mut own, mut at) = (String::new(), 0);
    for range in &further.quoted {
        own.push_str(text.get(at..range.start as usize).unwrap_or_default());
        own.push('\n');
        at = range.end as usize;
    }
    own.push_str(text.get(at..).unwrap_or_default());
    let texts = once(&own).chain(further.texts.iter().map(|text| &text.text));
    let said: HashSet<String> = texts.flat_map(|text| text::words(text)).collect();
    let only = held.iter().filter(|literal| literal.field == Field::Word && !said.contains(&literal.term));
    only.cloned().collect()
}

/// The literals of `held` as answers show them, `field:term`.
pub fn shown(held: &[Literal]) -> Vec<String> {
    held.iter().map(Literal::to_string).collect()
}

#[cfg(test)]
mod tests {
    use blackbox_format::{
        body::Attachment,
        message::{AttachmentText, Message, Quoted},
    };

    use super::*;

    fn message() -> Terms {
        let message = Message {
            from: "Ada Quill".into(),
            to: vec!["Ben Marsh".into()],
            chat: Some("Ferry Group".into()),
            text: "The ferry loan, again: herd immunity is NOT the ferry's plan".into(),
            ..Message::default()
        };
        let attachment =
            Attachment { name: "Loan terms.pdf".into(), media_type: "application/pdf".into(), blob: None };
        Terms::of(&Sealed::new(message, 0, vec![attachment]))
    }

    fn held(query: &str) -> Option<Vec<String>> {
        matches(&query.parse().unwrap(), &message()).map(|held| shown(&held))
    }

    #[test]
    fn a_query_means_what_it_says() {
        for (query, expected) in [
            ("loan", true),
            ("loan AND herd", true),
            ("loan AND badger", false),
            ("loan AND NOT badger", true),
            ("loan AND NOT herd", false),
            ("badger OR loan", true),
            ("(badger OR loan) AND (otter OR herd)", true),
            ("\"herd immunity\"", true),
            ("\"immunity herd\"", false),
            ("\"ferry loan again herd\"", true),
            ("loan AND NOT \"herd immunity\"", false),
            ("loan AND NOT \"immunity herd\"", true),
            ("from:ada", true),
            ("from:\"ada quill\"", true),
            ("from:\"quill ada\"", false),
            ("to:ben", false),
            ("to:\"Ben Marsh\" with:\"Ada Quill\" chat:ferry", true),
            ("file:loan file:\"loan terms.pdf\" type:application", true),
            ("ferry's", true),
        ] {
            assert_eq!(held(query).is_some(), expected, "{query}");
        }
    }

    #[test]
    fn a_distance_is_counted_from_word_to_word() {
        // the ferry loan again herd immunity is not the ferry's plan
        for (query, expected) in [
            ("ferry w/1 loan", true),
            ("loan w/1 ferry", true),
            ("loan pre/1 ferry", false),
            ("ferry pre/1 loan", true),
            ("ferry w/3 herd", true),
            ("ferry w/2 herd", false),
            ("\"herd immunity\" w/1 again", true),
            ("\"herd immunity\" pre/1 is", true),
            ("\"herd immunity\" w/1 immunity", false),
            ("\"ferry loan\" pre/2 \"herd immunity\"", true),
            ("\"ferry loan\" pre/1 \"herd immunity\"", false),
            ("(badger OR loan) w/1 (otter OR again)", true),
            ("(badger OR \"is not\") pre/2 ferry's", true),
            ("the w/7 the", false),
            ("the w/8 the", true),
            ("loan w/50 loan", false),
            ("forms(ferry) pre/2 plan", true),
            ("loan AND NOT (ferry w/1 loan)", false),
            ("fuzzy(immunty,1) w/1 herd", true),
        ] {
            assert_eq!(held(query).is_some(), expected, "{query}");
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        // The message is of 1970-01-01.
        assert!(held("loan AND after:1970-01-01 AND before:1970-01-02").is_some());
        assert!(held("loan AND after:1970-01-02").is_none() && held("loan AND before:1970-01-01").is_none());
        assert!(held("loan AND NOT after:1970-01-02").is_some());
    }

    #[test]
    fn a_distance_does_not_reach_across_texts() {
        let found = AttachmentText { attachment: 0, origin: "document".into(), text: "side letter".into() };
        let message = Message { text: "see the".into(), texts: vec![found], ..Message::default() };
        let terms = Terms::of(&Sealed::new(message, 0, Vec::new()));
        let near = |query: &str| matches(&query.parse().unwrap(), &terms).is_some();
        assert!(near("side w/1 letter") && near("see w/1 the") && !near("the w/5 side"));
    }

    #[test]
    fn what_matched_is_what_the_message_has_of_the_query() {
        let held = held("(loan AND NOT badger) OR (otter AND ferry) OR \"herd immunity\"").unwrap();
        assert_eq!(held, ["word:ferry", "word:herd", "word:immunity", "word:loan"]);
    }

    #[test]
    fn a_word_that_is_only_quoted_is_told_from_one_that_is_said() {
        let text = "I agree to the loan.\n> The loan is for the ferry\n> and urgent\nBo";
        let quoted_range = Quoted { start: 21, end: text.len() as u64 - 3 };
        let message = Message { text: text.into(), quoted: vec![quoted_range], ..Message::default() };
        let message = Sealed::new(message, 0, Vec::new());
        let words = ["loan", "ferry", "urgent", "bo"].map(|word| Literal::new(Field::Word, word));
        assert_eq!(shown(&quoted(&message, &words)), ["word:ferry", "word:urgent"]);
    }

    #[test]
    fn a_phrase_is_found_in_the_text_of_an_attachment_but_not_across_texts() {
        let found = AttachmentText { attachment: 0, origin: "document".into(), text: "side letter".into() };
        let message = Message { text: "see the".into(), texts: vec![found], ..Message::default() };
        let terms = Terms::of(&Sealed::new(message, 0, Vec::new()));
        let phrase = |words: [&str; 2]| terms.has_phrase(&words.map(str::to_owned));
        assert!(phrase(["side", "letter"]) && !phrase(["the", "side"]));
    }

    #[test]
    fn a_phrase_longer_than_the_text_is_not_in_it() {
        let empty = Terms::of(&Sealed::new(Message::default(), 0, Vec::new()));
        assert!(!empty.has_phrase(&["a".into(), "b".into()]) && !empty.has_phrase(&[]));
        assert!(!empty.has(&Literal::new(Field::Word, "a")));
    }
}
