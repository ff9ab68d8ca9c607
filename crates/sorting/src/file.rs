//! A rules file (spec/archive.md, "Sorting").

use std::{collections::BTreeSet, ops::Range};

use blackbox_format::id::Slug;
use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::{Conditions, Days, Origin, Pattern, Rule, Rules, RulesError};

/// Where everything goes that no rule takes, if the file does not say.
const DEFAULT: &str = "main";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: Option<Spanned<String>>,
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    compartment: Spanned<String>,
    chat: Option<List>,
    person: Option<List>,
    platform: Option<List>,
    since: Option<Spanned<Value>>,
    until: Option<Spanned<Value>>,
}

type List = Spanned<Vec<Spanned<String>>>;

/// A file's text, and the compartments that there are.
struct Reading<'a> {
    text: &'a str,
    known: &'a BTreeSet<String>,
}

impl Rules {
    /// Reads a rules file for an archive with compartments `known`.
    ///
    /// # Errors
    /// It is not TOML, has an unknown key or compartment, or a rule that can never match.
    pub fn parse(text: &str, known: &BTreeSet<String>) -> Result<Rules, RulesError> {
        let reading = Reading { text, known };
        let file: File = toml::from_str(text).map_err(|error| RulesError {
            line: error.span().map(|span| reading.line(&span)),
            what: error.message().to_owned(),
        })?;
        let default = match &file.default {
            Some(name) => reading.compartment(name)?,
            None if known.contains(DEFAULT) => DEFAULT.to_owned(),
            None => {
                let what = format!("`default` is missing, and the archive has no compartment \"{DEFAULT}\"");
                return Err(RulesError { line: None, what });
            }
        };
        let rules = file.rule.iter().map(|entry| reading.rule(entry));
        Rules::new(rules.collect::<Result<_, _>>()?, (default, Origin::Flag("default")))
    }
}

impl Reading<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    fn error(&self, span: &Range<usize>, what: impl Into<String>) -> RulesError {
        RulesError { line: Some(self.line(span)), what: what.into() }
    }

    fn compartment(&self, name: &Spanned<String>) -> Result<String, RulesError> {
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        match self.known.contains(name.get_ref()) {
            true => Ok(name.get_ref().clone()),
            false => {
                let (name, span) = (name.get_ref(), name.span());
                let what = format!("the archive has no compartment \"{name}\"; it has: {}", known.join(", "));
                Err(self.error(&span, what))
            }
        }
    }

    fn rule(&self, entry: &Entry) -> Result<Rule, RulesError> {
        let day = |value: &Option<Spanned<Value>>| value.as_ref().map(|value| self.day(value)).transpose();
        Ok(Rule {
            compartment: self.compartment(&entry.compartment)?,
            origin: Origin::Line(self.line(&entry.compartment.span())),
            when: Conditions {
                chat: self.list(&entry.chat, Pattern::parse)?,
                person: self.list(&entry.person, Pattern::parse)?,
                platform: self.list(&entry.platform, platform)?,
                days: Days { since: day(&entry.since)?, until: day(&entry.until)? },
            },
        })
    }

    fn list<T>(&self, list: &Option<List>, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, RulesError> {
        let Some(list) = list else { return Ok(Vec::new()) };
        if list.get_ref().is_empty() {
            return Err(self.error(&list.span(), "the rule can never match: this list is empty"));
        }
        let read = |one: &Spanned<String>| {
            let nothing = || {
                let what = format!("\"{}\" is nobody's name: it can never match", one.get_ref());
                self.error(&one.span(), what)
            };
            read(one.get_ref()).ok_or_else(nothing)
        };
        list.get_ref().iter().map(read).collect()
    }

    fn day(&self, value: &Spanned<Value>) -> Result<Date, RulesError> {
        let written = match value.get_ref() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_day = |text: &&String| text.len() == "2020-03-01".len();
        let day = Some(&written).filter(is_day).and_then(|text| text.parse().ok());
        day.ok_or_else(|| self.error(&value.span(), format!("{written} is not a day like 2020-03-01")))
    }
}

/// A platform is named by its slug.
fn platform(name: &str) -> Option<String> {
    name.parse::<Slug>().is_ok().then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Rules, RulesError> {
        Rules::parse(text, &["main", "personal", "constituency"].map(str::to_owned).into())
    }

    const GOOD: &str = "\
default = \"main\"

[[rule]]
compartment = \"personal\"
chat = [\"Family*\", \"Book club\"]
platform = [\"whatsapp\"]
since = 2020-01-01
until = \"2021-12-31\"

[[rule]]
compartment = \"constituency\"
person = [\"*@constituents.example\"]
";

    #[test]
    fn a_file_is_an_ordered_list_and_a_default() {
        let rules = parse(GOOD).unwrap();
        assert_eq!(rules.compartments(), ["personal", "constituency", "main"]);
        assert_eq!(
            rules.rules().iter().map(|rule| rule.origin).collect::<Vec<_>>(),
            [Origin::Line(4), Origin::Line(11)]
        );
        assert_eq!(parse("").unwrap().compartments(), ["main"]);
        let error = Rules::parse("", &["x".to_owned()].into()).unwrap_err();
        assert!(error.what.contains("`default` is missing"), "{error}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        let personal = "[[rule]]\ncompartment = \"personal\"\n";
        for (text, line, part) in [
            (
                "default = \"man\"".to_owned(),
                1,
                "no compartment \"man\"; it has: constituency, main, personal",
            ),
            ("\n[[rule]]\ncompartment = \"official\"\nchat = [\"x\"]".to_owned(), 3, "\"official\""),
            (format!("{personal}chats = [\"x\"]"), 3, "chats"),
            ("defaults = \"main\"".to_owned(), 1, "defaults"),
            ("[[rule]]\nchat = [\"x\"]".to_owned(), 1, "compartment"),
            (personal.to_owned(), 2, "no condition"),
            (format!("{personal}chat = []"), 3, "list is empty"),
            (format!("{personal}chat = [\"x\",\n \" \"]"), 4, "can never match"),
            (format!("{personal}platform = [\"Whats App\"]"), 3, "can never match"),
            (format!("{personal}since = 2020-02-30"), 3, ""),
            (format!("{personal}since = \"soon\""), 3, "soon is not a day"),
            (format!("{personal}since = 2020-01-01T00:00:00Z"), 3, "is not a day"),
            (format!("{personal}since = 2020-01-02\nuntil = 2020-01-01"), 2, "no day"),
            (format!("{personal}chat = \"x\""), 3, ""),
            (format!("{personal}chat = [\"fam*\"]\n{personal}chat = [\"Family*\"]"), 5, "by line 2"),
            (
                format!("{personal}person = [\"x\"]\n{personal}person = [\"X\"]\nchat = [\"y\"]"),
                5,
                "never match",
            ),
            (
                format!("{personal}since = 2020-01-01\n{personal}since = 2021-01-01\nchat = [\"y\"]"),
                5,
                "never",
            ),
        ] {
            let error = parse(&text).expect_err(&text);
            assert_eq!(error.line, Some(line), "{text}: {error}");
            assert!(error.what.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_rule_that_takes_a_part_of_an_earlier_one_only_in_part_stands() {
        let personal = "[[rule]]\ncompartment = \"personal\"\n";
        for (first, second) in [
            ("chat = [\"family*\"]", "chat = [\"fam*\"]"),
            ("chat = [\"a\"]\nperson = [\"x\"]", "chat = [\"a\"]"),
            ("chat = [\"a\"]", "chat = [\"a\", \"b\"]"),
            ("chat = [\"a\"]", "person = [\"a\"]"),
            ("until = 2020-01-01", "since = 2020-01-01"),
        ] {
            parse(&format!("{personal}{first}\n{personal}{second}")).unwrap();
        }
    }
}
