//! Plans and closures in plain words, for those who decide.

use std::collections::BTreeMap;

use blackbox_format::term::{Field, Literal};

use super::{Role, Roles};

/// One line a field: every message that has one of `literals`.
pub(super) fn every(literals: Vec<&Literal>) -> Vec<String> {
    let line = |(field, terms): (Field, Vec<&str>)| match field {
        Field::Drill => "the dummy rows of drills".to_owned(),
        Field::Register => "the registers of conversations".to_owned(),
        _ => format!("every message that {}", condition(field, &terms)),
    };
    by_field(&literals).into_iter().map(line).collect()
}

/// Every message that has one of `finders` and one of `openers`.
pub(super) fn every_pair(finders: &[&Literal], openers: &[&Literal]) -> String {
    format!("every message that {} and {}", side(finders), side(openers))
}

/// The literal and what it is used for.
pub(super) fn part(literal: &Literal, roles: Roles) -> String {
    let name = format!("{}:{}", literal.field, shown(&literal.term));
    let says = condition(literal.field, &[&literal.term]);
    let finds = match roles.has(Role::Exceptional) {
        true => "tells how many rows have it, and which, common or not",
        false => "tells how many rows have it, and which",
    };
    let common = if roles.has(Role::Exceptional) { ", common or not" } else { "" };
    match (roles.has(Role::Find), roles.has(Role::Open), roles.has(Role::Test)) {
        (true, true, _) => format!("{name} finds and opens: {}{common}", every(vec![literal]).concat()),
        (true, false, false) => format!("{name} finds: {finds}"),
        (true, false, true) => {
            format!("{name} finds: {finds}; and is tested: whether a row that another term found {says}")
        }
        (false, true, _) => {
            format!("{name} opens: of the messages that another term found, each that {says}")
        }
        (false, false, true) => format!("{name} is tested: whether a row that another term found {says}"),
        (false, false, false) => format!("{name} is counted: how many messages of each month have it"),
    }
}

/// A phrase of the query.
pub(super) fn phrase(words: &[String]) -> String {
    format!("the phrase \"{}\" is looked for in the text of each opened message", words.join(" "))
}

/// A phrase that the query excludes.
pub(super) fn not_phrase(words: &[String]) -> String {
    format!("a message with the phrase \"{}\" is opened all the same, and not shown", words.join(" "))
}

/// One of `literals`, as a part of a sentence that another part may follow.
fn side(literals: &[&Literal]) -> String {
    let fields = by_field(literals);
    let parts: Vec<String> = fields.iter().map(|(field, terms)| condition(*field, terms)).collect();
    match parts.len() {
        1 => parts.concat(),
        _ => format!("({})", parts.join(" or ")),
    }
}

fn by_field<'a>(literals: &[&'a Literal]) -> BTreeMap<Field, Vec<&'a str>> {
    let mut fields: BTreeMap<Field, Vec<&str>> = BTreeMap::new();
    for literal in literals {
        fields.entry(literal.field).or_default().push(&literal.term);
    }
    fields
}

fn condition(field: Field, terms: &[&str]) -> String {
    let verb = match field {
        Field::Word => "contains",
        Field::From => "was sent by",
        Field::To => "was sent to",
        Field::With => "was sent by, to or in a group with",
        Field::Chat => "is in the chat",
        Field::Type => "has an attachment of type",
        Field::File => "has an attachment with the name",
        Field::Sha256 => "has the attachment with the SHA-256",
        Field::Event => "is a notice of the kind",
        Field::Context => "has its distance from a hit as",
        Field::Drill => "is a row for the",
        Field::Register => "is the month's",
    };
    let shown: Vec<String> = terms.iter().map(|term| shown(term)).collect();
    match shown.len() {
        1 => format!("{verb} {}", shown.concat()),
        _ => format!("{verb} any of {}", shown.join(", ")),
    }
}

/// In quotes if it is several words, lest a name pose as a part of the sentence.
fn shown(term: &str) -> String {
    match term.contains(' ') {
        true => format!("\"{term}\""),
        false => term.to_owned(),
    }
}
