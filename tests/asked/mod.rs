//! Queries made at random, with a meaning of their own: what they match is decided here from the
//! specification, on words and names taken straight from messages, without the program's evaluation.

pub mod make;
pub mod plain;

use plain::Plain;

/// A query as a test writes it.
#[derive(Debug, Clone)]
pub enum Asked {
    Word(String),
    Phrase(Vec<String>),
    /// Field and value, as written.
    Field(&'static str, String),
    /// A function as written, and its words as the canonical form lists them.
    Forms(String, Vec<String>),
    /// A word, and spellings at one mistake from it.
    Fuzzy(String),
    /// Left and right, whether the left comes first, and how many words apart.
    Near(Box<Asked>, (bool, usize), Box<Asked>),
    /// `after` or not, and the day.
    Days(bool, String),
    Has(&'static str),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
}

impl Asked {
    /// The query as an examiner would write it.
    pub fn text(&self) -> String {
        let all = |parts: &[Asked], between: &str| {
            format!("({})", parts.iter().map(Asked::text).collect::<Vec<_>>().join(between))
        };
        match self {
            Asked::Word(word) => format!("\"{word}\""),
            Asked::Phrase(words) => format!("\"{}\"", words.join(" ")),
            Asked::Field(field, value) => format!("{field}:\"{value}\""),
            Asked::Forms(written, _) => written.clone(),
            Asked::Fuzzy(word) => format!("fuzzy({word},1)"),
            Asked::Near(left, (ordered, words), right) => {
                format!("({} {}/{words} {})", left.text(), if *ordered { "pre" } else { "w" }, right.text())
            }
            Asked::Days(true, day) => format!("after:{day}"),
            Asked::Days(false, day) => format!("before:{day}"),
            Asked::Has(what) => format!("has:{what}"),
            Asked::And(parts) => all(parts, " AND "),
            Asked::Or(parts) => all(parts, " OR "),
            Asked::Not(part) => format!("NOT {}", part.text()),
        }
    }

    /// Whether a message matches.
    pub fn holds(&self, message: &Plain) -> bool {
        match self {
            Asked::Field(field, value) => message.has(if *field == "in" { "chat" } else { field }, value),
            Asked::Days(after, day) => (message.day >= *day) == *after,
            Asked::Has("attachment") => message.terms.iter().any(|(field, _)| field == "type"),
            Asked::Has("link") => message.has_word(|word| word == "http" || word == "https"),
            Asked::Has(what) => message.has("type", what),
            Asked::And(parts) => parts.iter().all(|part| part.holds(message)),
            Asked::Or(parts) => parts.iter().any(|part| part.holds(message)),
            Asked::Not(part) => !part.holds(message),
            Asked::Near(left, (ordered, most), right) => message.texts.iter().any(|text| {
                let (left, right) = (left.places(text), right.places(text));
                // How many steps it takes from the end of one to the beginning of the other.
                let steps = |from: &[usize], to: &[usize]| to[0].checked_sub(from[from.len() - 1]);
                let near = |from: &[usize], to: &[usize]| {
                    steps(from, to).is_some_and(|steps| (1..=*most).contains(&steps))
                };
                left.iter().any(|one| right.iter().any(|two| near(one, two) || !ordered && near(two, one)))
            }),
            words => message.texts.iter().any(|text| !words.places(text).is_empty()),
        }
    }

    /// The places of words in a text, each the numbers of its words.
    fn places(&self, text: &[String]) -> Vec<Vec<usize>> {
        let single = |is: &dyn Fn(&str) -> bool| {
            (0..text.len()).filter(|at| is(&text[*at])).map(|at| vec![at]).collect()
        };
        match self {
            Asked::Word(word) => single(&|other| other == word),
            Asked::Forms(_, words) => single(&|other| words.iter().any(|word| word == other)),
            Asked::Fuzzy(word) => single(&|other| is_one_mistake(word, other)),
            Asked::Phrase(words) => (0..text.len())
                .filter(|at| text[*at..].starts_with(words))
                .map(|at| (at..at + words.len()).collect())
                .collect(),
            Asked::Or(parts) => parts.iter().flat_map(|part| part.places(text)).collect(),
            other => panic!("{other:?} has no place"),
        }
    }
}

/// Whether `other`, of the letters a to z, is `word` with at most one letter left out, put in, put for
/// another, or exchanged with its neighbour.
fn is_one_mistake(word: &str, other: &str) -> bool {
    if !other.bytes().all(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let (a, b) = (word.as_bytes(), other.as_bytes());
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([], [] | [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}
