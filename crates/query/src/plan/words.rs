//! Plans and closures in plain words, for those who decide.

use std::collections::BTreeMap;

use blackbox_format::term::{Field, Literal};

use super::{Clause, Mode, Plan};
use crate::language::{Days, Expr, Order};

/// Literals of a group that a line names; the query names all.
const NAMED: usize = 12;

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

/// The parts of each clause, under its own heading if there are several.
pub(super) fn plan(plan: &Plan) -> Vec<String> {
    let counted = plan.literals.iter().filter(|_| plan.mode == Mode::Count);
    let mut lines: Vec<String> = counted.map(|(literal, _)| count(literal)).collect();
    for (number, clause) in (1..).zip(&plan.clauses) {
        let parts = self::clause(clause, plan.mode);
        if plan.clauses.len() == 1 {
            lines.extend(parts);
            continue;
        }
        let whole = Expr::all(clause.parts.clone()).brief();
        lines.push(format!("conjunction {number} of {}: {whole}", plan.clauses.len()));
        lines.extend(parts.into_iter().map(|line| format!("  {line}")));
    }
    lines
}

fn count(literal: &Literal) -> String {
    format!("{} is counted: how many messages of each month have it", name(literal))
}

/// What each part of a clause does.
fn clause(clause: &Clause, mode: Mode) -> Vec<String> {
    let common = if mode == Mode::Exceptional { ", common or not" } else { "" };
    let mut lines = match clause.find == clause.open {
        true => vec![format!("{} finds and opens: {}{common}", names(&clause.find), all_of(&clause.find))],
        false => vec![
            format!("{} finds: tells how many rows have it, and which{common}", names(&clause.find)),
            format!(
                "{} opens: of the messages that another term found, each that {}",
                names(&clause.open),
                says(&clause.open)
            ),
        ],
    };
    lines.extend(clause.tests.iter().map(|group| {
        format!("{} is tested: whether a row that another term found {}", names(group), says(group))
    }));
    lines.extend(clause.nots.iter().map(|literal| {
        let says = says(std::slice::from_ref(literal));
        format!("{} is tested: a row that another term found and that {says} is not opened", name(literal))
    }));
    lines.extend(clause.filters.iter().map(filter));
    lines
}

/// What is looked at in each opened message.
fn filter(filter: &Expr) -> String {
    match filter {
        Expr::Phrase(_) => format!("the phrase {filter} is looked for in the text of each opened message"),
        Expr::Near(near) => {
            let way = match near.distance.order {
                Order::Either => "in either order",
                Order::Written => "in this order",
            };
            let words = match near.distance.words {
                1 => "next to each other".to_owned(),
                words => format!("at most {words} words apart"),
            };
            let brief = filter.brief();
            format!("{brief} is looked for in the text of each opened message: {words}, {way}")
        }
        Expr::Days(Days::After(day)) => {
            format!("of the opened messages only those sent on {day} or later (UTC) are shown")
        }
        Expr::Days(Days::Before(day)) => {
            format!("of the opened messages only those sent before {day} (UTC) are shown")
        }
        Expr::Not(part) => match &**part {
            Expr::Phrase(_) => {
                format!("a message with the phrase {part} is opened all the same, and not shown")
            }
            part => format!("a message with ({}) is opened all the same, and not shown", part.brief()),
        },
        other => format!("of the opened messages only those with ({}) are shown", other.brief()),
    }
}

fn name(literal: &Literal) -> String {
    format!("{}:{}", literal.field, shown(&literal.term))
}

/// A group by its first literals.
fn names(group: &[Literal]) -> String {
    let first: Vec<String> = group.iter().take(NAMED).map(name).collect();
    match group.len().checked_sub(NAMED) {
        _ if group.len() == 1 => first.concat(),
        None | Some(0) => format!("each of {}", first.join(", ")),
        Some(more) => format!("each of {} and {more} more of the query", first.join(", ")),
    }
}

/// What a group opens alone.
fn all_of(group: &[Literal]) -> String {
    match group {
        [literal] => every(vec![literal]).concat(),
        _ => format!("every message that {}", says(group)),
    }
}

/// What a message with one of the group does, by its first literals.
fn says(group: &[Literal]) -> String {
    let first = side(&group.iter().take(NAMED).collect::<Vec<_>>());
    match group.len().checked_sub(NAMED) {
        None | Some(0) => first,
        Some(more) => format!("{first}, or has one of the {more} more"),
    }
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
