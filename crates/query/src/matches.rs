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

use crate::language::{Expr, Query};

/// The terms and words of one message, computed once for any number of queries.
#[derive(Debug, Clone)]
pub struct Terms {
    literals: HashSet<Literal>,
    /// The words of the text and of each attachment's, in order.
    texts: Vec<Vec<String>>,
}

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
        Expr::And(parts) => parts.iter().all(|part| holds(part, terms)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, terms)),
        Expr::Not(part) => !holds(part, terms),
    }
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
