//! What was found, for people and for programs.

use blackbox_bundle::escape_terminal;
use serde_json::{Map, Value as Json};

/// What is visible in a file.
pub struct Facts {
    kind: &'static str,
    about: String,
    all: Vec<Entry>,
    notes: Vec<String>,
}

/// One fact: its key for programs, its words for people.
struct Entry {
    key: String,
    words: String,
    value: Fact,
}

/// The value of a fact.
pub enum Fact {
    /// Text, escaped where people read it.
    Text(String),
    /// A number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Several, a line each.
    List(Vec<Fact>),
    /// Several with names, on one line.
    Row(Vec<(&'static str, Fact)>),
}

impl Facts {
    /// A file of `kind`, and what that is, in one sentence.
    pub fn new(kind: &'static str, about: impl Into<String>) -> Facts {
        Facts { kind, about: about.into(), all: Vec::new(), notes: Vec::new() }
    }

    /// Adds a fact; its key is made of its words.
    pub fn fact(&mut self, words: &str, value: impl Into<Fact>) -> &mut Facts {
        self.keyed(&words.to_lowercase(), words, value)
    }

    /// Adds a fact with a key of its own.
    pub fn keyed(&mut self, key: &str, words: &str, value: impl Into<Fact>) -> &mut Facts {
        let key = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        self.all.push(Entry { key, words: words.to_owned(), value: value.into() });
        self
    }

    /// Adds a sentence on what all this means.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Facts {
        self.notes.push(note.into());
        self
    }

    /// For programs: `file`, `kind`, and a key for each fact.
    pub fn to_json(&self, file: &str) -> Json {
        let mut json = Map::new();
        json.insert("file".to_owned(), file.into());
        json.insert("kind".to_owned(), self.kind.into());
        json.insert("about".to_owned(), self.about.clone().into());
        json.extend(self.all.iter().map(|entry| (entry.key.clone(), entry.value.to_json())));
        json.insert("notes".to_owned(), self.notes.clone().into());
        Json::Object(json)
    }

    /// For people.
    pub fn to_text(&self, file: &str) -> String {
        let mut lines = vec![format!("{}: {}", escape_terminal(file), escape_terminal(&self.about))];
        for Entry { words, value, .. } in &self.all {
            match value {
                Fact::List(list) if list.is_empty() => lines.push(format!("  {words}: none")),
                Fact::List(list) => {
                    lines.push(format!("  {words}:"));
                    lines.extend(list.iter().map(|value| format!("    {}", value.to_text())));
                }
                value => lines.push(format!("  {words}: {}", value.to_text())),
            }
        }
        lines.extend(self.notes.iter().map(|note| escape_terminal(note)));
        lines.join("\n")
    }
}

impl Fact {
    fn to_json(&self) -> Json {
        match self {
            Fact::Text(text) => text.clone().into(),
            Fact::Number(number) => (*number).into(),
            Fact::Flag(flag) => (*flag).into(),
            Fact::List(list) => list.iter().map(Fact::to_json).collect(),
            Fact::Row(row) => {
                let key = |name: &str| name.replace([' ', '-'], "_");
                row.iter().map(|(name, value)| (key(name), value.to_json())).collect::<Map<_, _>>().into()
            }
        }
    }

    fn to_text(&self) -> String {
        let join = |parts: Vec<String>| parts.join(", ");
        match self {
            Fact::Text(text) => escape_terminal(text),
            Fact::Number(number) => number.to_string(),
            Fact::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Fact::List(list) if list.is_empty() => "none".to_owned(),
            Fact::List(list) => join(list.iter().map(Fact::to_text).collect()),
            Fact::Row(row) => {
                join(row.iter().map(|(name, value)| format!("{name} {}", value.to_text())).collect())
            }
        }
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Fact {
        Fact::Text(text)
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Fact {
        Fact::Text(text.to_owned())
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Fact {
        Fact::Number(number)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Fact {
        Fact::Flag(flag)
    }
}

impl<T: Into<Fact>> FromIterator<T> for Fact {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Fact {
        Fact::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_escaped_for_people_and_raw_for_programs() {
        let mut facts = Facts::new("x", "a file");
        facts
            .fact("Case", "A\u{202e}B\nkind: y")
            .fact("None", Vec::<String>::new().into_iter().collect::<Fact>());
        facts.fact(
            "Rows",
            [Fact::Row(vec![("log size", 3.into()), ("small", true.into())])].into_iter().collect::<Fact>(),
        );
        let text = facts.to_text("f\u{1b}");
        assert!(!text.contains(['\u{202e}', '\u{1b}']) && !text.contains("\nkind"), "{text}");
        assert!(text.ends_with("  None: none\n  Rows:\n    log size 3, small yes"), "{text}");
        let json = facts.to_json("f");
        assert_eq!((&json["case"], &json["rows"][0]["log_size"]), (&"A\u{202e}B\nkind: y".into(), &3.into()));
    }
}
