//! What to write instead of what could not be read.

use super::{Fault, has};

const FIELDS: &str =
    "fields are word: from: to: with: chat: in: type: has: file: sha256: event: after: before:";
const LISTED: &str = "leave out the colon and the list: the words are listed when the query is read";

pub(super) fn hint(fault: &Fault) -> String {
    match fault {
        Fault::Empty => "write what to find, such as greensill AND from:\"David Cameron\"".into(),
        Fault::Long | Fault::Many(_) => "make several requests of it".into(),
        Fault::Deep => "leave out parentheses that change nothing".into(),
        Fault::Unclosed => "add \")\" where the group ends".into(),
        Fault::Stray => "take it away, or add \"(\" where the group begins".into(),
        Fault::Hollow => "write a term between them, or take them away".into(),
        Fault::Quote => "add \" where the phrase or name ends; inside, write \\\" for a quote".into(),
        Fault::Dangling(name) => {
            format!("write a term on its other side; for the word itself write \"{}\"", name.to_lowercase())
        }
        Fault::Wordless(_) => "leave it out: signs are not indexed".into(),
        Fault::Valueless(name) => format!("write {name}:\"...\" without a blank after the colon"),
        Fault::Grouped(name) => {
            format!("repeat the field: ({name}:a OR {name}:b); a name of several words stands in quotes")
        }
        Fault::Unwritable(_) => "leave out invisible joining characters".into(),
        Fault::Wildcard { mark, text } => wildcard(*mark, text),
        Fault::Operator { mark, .. } => operator(*mark).into(),
        Fault::Elsewhere { instead, .. } => (*instead).into(),
        Fault::Field(name) => format!("{FIELDS}; for text with a colon write \"{name}:...\" in quotes"),
        Fault::Reserved("drill") => "a drill is the query drill:drill, alone".into(),
        Fault::Reserved(_) => "ask with a flag of the request, such as --context".into(),
        Fault::Digest(_) => "write all 64 hexadecimal digits".into(),
        Fault::Value { field: "type", .. } => "write type:image or type:image/jpeg".into(),
        Fault::Value { .. } => "write one word, such as event:disappearing".into(),
        Fault::Has(_) => format!("write has: with {}, or event:call for a notice", has::VALUES),
        Fault::Day { name, .. } => format!("write {name}:2020-03-12, year first"),
        Fault::Negation => "add what to find: a AND NOT b".into(),
        Fault::OnlyDays => "add what to find: greensill AND after:2020-03-12".into(),
        other => distance_or_function(other),
    }
}

fn distance_or_function(fault: &Fault) -> String {
    match fault {
        Fault::Function(name) => format!(
            "write forms(word) for its forms, fuzzy(word,1) for its spellings; for the word itself \"{name}\""
        ),
        Fault::OneWord { function: "forms", .. } => {
            "write forms(payment); for two words side by side forms(side) pre/1 forms(letter)".into()
        }
        Fault::OneWord { .. } => {
            "write fuzzy(greensill,1); for two words side by side fuzzy(lexus,1) pre/1 fuzzy(greensill,1)"
                .into()
        }
        Fault::Letters { .. } => "write each word out: (a OR b)".into(),
        Fault::Mistakes(word) => format!("write fuzzy({word},1)"),
        Fault::Short { .. } => "write each spelling out: (a OR b)".into(),
        Fault::Spellings { origin, .. } => match origin.strip_suffix(",2)") {
            Some(one) => format!("write {one},1), and spellings that are further off with OR"),
            None => "write each spelling out: (a OR b)".into(),
        },
        Fault::Listed(_) => LISTED.into(),
        Fault::Distance(written) => {
            let count: String = written.chars().filter(char::is_ascii_digit).collect();
            let count = if count.is_empty() { "10" } else { &count[..] };
            format!("write a w/{count} b, or a pre/{count} b where a comes first")
        }
        Fault::Far(_) => "write a w/5 b, or a AND b for the same message".into(),
        Fault::Chain => "say it in pairs: (a w/5 b) AND (b w/5 c)".into(),
        Fault::AllNear => "say it in pairs: (a w/5 c) AND (b w/5 c)".into(),
        Fault::NotNear => "write a AND NOT (a w/5 b)".into(),
        Fault::Apart(name) => format!("write {name}:... AND the words"),
        _ => String::new(),
    }
}

fn wildcard(mark: char, text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_ascii_alphabetic()).collect::<String>().to_lowercase();
    match mark {
        _ if text.chars().all(|c| !c.is_alphanumeric()) => "write the words that you look for".into(),
        '?' => "leave the question mark out, or write each word out: (organise OR organize)".into(),
        '%' => format!("leave the sign out, or write fuzzy({plain},1) for its spellings"),
        '~' if plain.is_empty() => "write a w/5 b for words near each other".into(),
        '~' => format!("write forms({plain}) for its forms, or fuzzy({plain},1) for its spellings"),
        _ => format!(
            "write forms({plain}) for the forms of a word, or each word out: (loan OR loans OR lender)"
        ),
    }
}

fn operator(mark: char) -> &'static str {
    match mark {
        '-' | '!' => "write NOT before the term, or leave the sign out",
        '|' => "write OR",
        '&' => "write AND",
        _ => "leave it out: terms have no weight",
    }
}
