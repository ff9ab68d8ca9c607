//! Figures, times and findings in plain words, the same on the page and on the terminal.

use std::collections::HashMap;

use blackbox_query::answer::{Answer, Count, Disagreement, Hit, Settlement};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    conversation::Conversation,
    summary::{Counted, Summary},
};

/// Above what was not answered.
pub(crate) const UNANSWERED: &str = "For the months and terms below, messages that match may exist and are not shown. \
     The last column says how many messages hold the term that would have found them.";

/// Above the counts.
pub(crate) const COUNTED: &str = "Messages with each term, opened or not";

/// `1 hit`, `1,234 hits`.
pub(crate) fn count(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// The size of the log.
pub(crate) fn log(entries: u64) -> String {
    match entries {
        1 => "1 entry".to_owned(),
        _ => format!("{} entries", thousands(entries)),
    }
}

/// `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

/// A size in bytes as `640 bytes`, `1.2 MB` (decimal units).
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = None;
    for name in ["kB", "MB", "GB", "TB"] {
        if value < 999.5 {
            break;
        }
        value /= 1_000.0;
        unit = Some(name);
    }
    match unit {
        None => count(bytes, "byte"),
        Some(unit) if value < 9.95 => format!("{value:.1} {unit}"),
        Some(unit) => format!("{value:.0} {unit}"),
    }
}

/// The UTC day of a time, as `Thursday 12 March 2020`; what is no time stands for itself.
pub(crate) fn day(time: &str) -> String {
    written(time, "%A %-d %B %Y")
}

/// The UTC time of day, with seconds if the export knew them; what is no time stands for itself.
pub(crate) fn clock(time: &str) -> String {
    let clock = written(time, "%H:%M:%S");
    clock.strip_suffix(":00").unwrap_or(&clock).to_owned()
}

/// A moment, as `14 September 2021, 10:02 UTC`; what is no time stands for itself.
pub(crate) fn moment(time: &str) -> String {
    written(time, "%-d %B %Y, %H:%M UTC")
}

/// Words written as `word:greensill` or bare, as `greensill, payment`.
pub(crate) fn words(written: &[String]) -> String {
    let bare: Vec<&str> = written.iter().map(|word| word.strip_prefix("word:").unwrap_or(word)).collect();
    bare.join(", ")
}

fn written(time: &str, format: &str) -> String {
    let parsed = time.parse::<Timestamp>();
    parsed.map_or(time.to_owned(), |time| time.to_zoned(TimeZone::UTC).strftime(format).to_string())
}

/// A platform's name, from its slug.
pub(crate) fn platform(slug: &str) -> &str {
    const NAMES: [(&str, &str); 11] = [
        ("whatsapp", "WhatsApp"),
        ("signal", "Signal"),
        ("telegram", "Telegram"),
        ("imessage", "iMessage"),
        ("sms", "Text messages"),
        ("mail", "Email"),
        ("email", "Email"),
        ("mbox", "Email"),
        ("teams", "Teams"),
        ("slack", "Slack"),
        ("jsonl", "Messages"),
    ];
    let name = NAMES.iter().find(|(known, _)| *known == slug).map(|(_, name)| *name);
    name.unwrap_or(if slug.is_empty() { "Messages" } else { slug })
}

/// The answer in a few words: `3 hits`, `No hits`, `Counts only`.
pub(crate) fn outcome(answer: &Answer) -> String {
    match answer.hits.len() as u64 {
        0 if answer.mode == "count" => "Counts only".to_owned(),
        0 => "No hits".to_owned(),
        hits => count(hits, "hit"),
    }
}

/// What the outcome means, in a sentence or two.
pub(crate) fn meaning(answer: &Answer, conversations: usize) -> String {
    let events = answer.hits.iter().filter(|hit| hit.event.is_some()).count() as u64;
    let messages = answer.hits.len() as u64 - events;
    let parts: Vec<String> = [(messages, "message"), (events, "notice")]
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, one)| count(*number, one))
        .collect();
    match (answer.hits.is_empty(), answer.mode == "count", answer.unanswered.is_empty()) {
        (true, true, _) => "The request asked how often its terms occur. No message was opened.".to_owned(),
        (true, false, true) => {
            "No message in the months asked matches the query, and none was opened.".to_owned()
        }
        (true, false, false) => "No message was opened, but part of the query was not answered: that is not \
             a finding that no message matches."
            .to_owned(),
        (false, ..) => format!(
            "{} in {}. Only what the approved query finds is shown; the rest of the archive stays sealed.",
            parts.join(" and "),
            count(conversations as u64, "conversation")
        ),
    }
}

/// How far custodians could have lied, in plain words.
pub(crate) fn verification(answer: &Answer, verified_against: usize) -> String {
    let answered = format!("{} answered", count(answer.approvals as u64, "custodian"));
    let doubt = match (answer.approvals, verified_against) {
        (0, _) => return "No custodian's answer was used.".to_owned(),
        (_, 0) if !answer.disagreements.is_empty() => {
            "and some of what was used rests on no more answers than were needed: a single further lying \
             custodian could have hidden hits."
                .to_owned()
        }
        (_, 0) => "no more than were needed, so their answers could not be checked against each other: \
                   a single lying custodian among those who answered could have hidden hits."
            .to_owned(),
        (_, 1) => "and their answers were checked against each other: no single lying custodian could have \
                   forged this answer. Two lying together could have hidden hits."
            .to_owned(),
        (_, liars) => format!(
            "and their answers were checked against each other: {liars} lying custodians together could not \
             have forged this answer. {} could have hidden hits.",
            liars + 1
        ),
    };
    let disagreements: String =
        answer.disagreements.iter().map(|one| format!("{} ", disagreement(one))).collect();
    format!(
        "{answered}, {doubt} So many liars could not have hidden a hit: {verified_against}. {disagreements}No custodian can add a message or change one: \
         each one opens only as the sealer sealed it."
    )
}

/// Who answered differently, and what became of it, in a sentence.
pub fn disagreement(one: &Disagreement) -> String {
    let months = match &one.months[..] {
        [] => "a month that only their shares would tell".to_owned(),
        months => months.join(", "),
    };
    let [first, second] = &one.custodians;
    let what = format!(
        "\"{first}\" and \"{second}\" hold the key of custodians {} and answered differently to {} in {months}",
        one.subset,
        one.literals.join(", ")
    );
    match (&one.liar, one.settled_by) {
        (Some(liar), Some(Settlement::Found)) => {
            format!(
                "{what}: \"{liar}\" is wrong, for the other's answer finds, and a wrong one finds nothing."
            )
        }
        (Some(liar), Some(Settlement::Outvoted)) => format!("{what}: \"{liar}\" is outvoted."),
        (Some(liar), Some(Settlement::Evidence)) => {
            format!("{what}: \"{liar}\" is wrong, as the arbiter's evidence shows.")
        }
        (_, Some(_)) => {
            format!("{what}: the tokens are right all the same, and only an arbiter can say who is wrong.")
        }
        _ => format!("{what}: one of them is wrong, and only an arbiter can say who."),
    }
}

/// Hits per conversation and month.
pub(crate) fn hits_by_month(conversations: &[Conversation<'_>]) -> Summary {
    let rows = conversations
        .iter()
        .map(|conversation| (conversation.title(), conversation.hits().map(|hit| (&*hit.time, 1)).collect()));
    Summary::new(rows.collect())
}

/// Messages with each literal, by month, in the answer's order of literals.
pub(crate) fn counts_by_month(counts: &[Count]) -> Summary {
    let mut rows: Vec<Counted<'_>> = Vec::new();
    let mut places = HashMap::new();
    for count in counts {
        let place = *places.entry(&count.literal).or_insert(rows.len());
        if place == rows.len() {
            rows.push((count.literal.clone(), vec![]));
        }
        rows[place].1.push((&count.epoch, count.count));
    }
    Summary::new(rows)
}

/// Facts that people read: those that are not the raw form of something, nor as long as a text.
pub fn facts(hit: &Hit) -> impl Iterator<Item = (&str, &str)> {
    const LONGEST: usize = 200;
    let facts = hit.annotations.iter().map(|fact| (&*fact.name, &*fact.value));
    facts.filter(|(name, value)| {
        let raw = name.starts_with("raw:") || *name == "headers";
        !raw && (value.len() <= LONGEST || *name == "previous-text")
    })
}

/// Where the text of an attachment is from.
pub fn origin(origin: &str) -> String {
    match origin.strip_prefix("machine: ") {
        Some(program) => format!("made by a machine, {program}: it can be wrong"),
        None if origin == "transcript" => "a transcript in the export".to_owned(),
        None => format!("text of the {origin}"),
    }
}

/// That some matched words are only quoted, if any are.
pub fn quoted(hit: &Hit) -> Option<String> {
    let words: Vec<&str> =
        hit.quoted.iter().map(|literal| literal.strip_prefix("word:").unwrap_or(literal)).collect();
    (!words.is_empty()).then(|| format!("only in what this message quotes of another: {}", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [count(0, "hit"), count(1, "hit"), count(1_234_567, "hit")],
            ["0 hits", "1 hit", "1,234,567 hits"]
        );
        let sizes = [0, 1, 999, 1_000, 1_249, 999_499, 999_500, 1_260_000, 48_000_000].map(size);
        assert_eq!(
            sizes,
            ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.2 kB", "999 kB", "1.0 MB", "1.3 MB", "48 MB"]
        );
    }

    #[test]
    fn times_read_well_and_damage_stands_for_itself() {
        assert_eq!(day("2020-03-12T09:30:00Z"), "Thursday 12 March 2020");
        assert_eq!(clock("2020-03-12T09:30:00Z"), "09:30");
        assert_eq!(clock("2020-03-12T09:30:07.250Z"), "09:30:07");
        assert_eq!(moment("2020-03-12T09:30:07Z"), "12 March 2020, 09:30 UTC");
        assert_eq!(day("noon"), "noon");
    }

    #[test]
    fn one_liar_is_named_as_enough_when_nothing_was_checked() {
        let answer = fixture::answer(vec![]);
        assert!(
            verification(&answer, 0)
                .contains("a single lying custodian among those who answered could have hidden hits")
        );
        assert!(verification(&answer, 1).contains("no single lying custodian could have forged"));
        assert!(verification(&answer, 2).contains("2 lying custodians together could not have forged"));
    }

    #[test]
    fn nothing_found_differs_from_nothing_answered() {
        let mut answer = fixture::answer(vec![]);
        assert!(meaning(&answer, 0).contains("No message in the months asked matches"));
        answer.unanswered.push(fixture::unanswered());
        assert!(meaning(&answer, 0).contains("not a finding"));
        answer.mode = "count".into();
        assert_eq!(outcome(&answer), "Counts only");
    }

    #[test]
    fn notices_are_counted_apart() {
        let mut hits = vec![fixture::hit("a"), fixture::hit("b")];
        hits[1].event = Some("joined".into());
        assert!(meaning(&fixture::answer(hits), 1).starts_with("1 message and 1 notice in 1 conversation."));
    }

    #[test]
    fn counts_keep_the_order_of_literals() {
        let count =
            |literal: &str, epoch: &str, count| Count { literal: literal.into(), epoch: epoch.into(), count };
        let summary = counts_by_month(&[
            count("word:z", "2020-03", 1),
            count("word:a", "2020-03", 2),
            count("word:z", "2020-04", 3),
        ]);
        assert_eq!(
            summary.rows.iter().map(|row| (&*row.name, row.total)).collect::<Vec<_>>(),
            [("word:z", 4), ("word:a", 2)]
        );
    }
}
