//! Where messages go: what the command line or a rules file says.

use std::{collections::BTreeSet, fs, io::Read, path::Path};

use blackbox_custody::Error;
use blackbox_sorting::{Conditions, Origin, Pattern, Rule, Rules, RulesError};

use crate::{cli::Seal, failure::Failure};

/// The compartment that is meant if none is named.
const MAIN: &str = "main";
/// Longest rules file, in bytes.
const FILE_BYTES: u64 = 1 << 20;

/// The rules, for an archive with compartments `known`.
///
/// # Errors
/// They name an unknown compartment, or can never match.
pub fn rules(args: &Seal, known: &BTreeSet<String>) -> Result<Rules, Failure> {
    if let Some(path) = &args.rules {
        return file(path, known);
    }
    let compartment = args.compartment.as_deref().unwrap_or(MAIN);
    check(compartment, known)?;
    let patterns = [("--chat", &args.chat), ("--person", &args.person)];
    let given = patterns.into_iter().filter(|(_, written)| !written.is_empty());
    let rules = given.map(|(flag, written)| rule(compartment, (flag, written)));
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        return match &args.otherwise {
            None => Ok(Rules::all_to(compartment, Origin::Flag("--compartment"))),
            Some(_) => Err(Failure::error("--else is what --chat and --person leave, and neither is given")),
        };
    }
    let otherwise = args.otherwise.as_deref().unwrap_or(MAIN);
    check(otherwise, known)
        .map_err(|failure| failure.hint(format!("name one of {} with --else", list(known))))?;
    if otherwise == compartment {
        let what = format!("--chat and --person sort nothing: all goes to compartment \"{compartment}\"");
        return Err(Failure::error(what).hint("--else names the compartment for everything else"));
    }
    Rules::new(rules, (otherwise.to_owned(), Origin::Flag("--else")))
        .map_err(|error| Failure::error(error.what))
}

fn rule(compartment: &str, (flag, written): (&'static str, &[String])) -> Result<Rule, Failure> {
    let pattern = |written: &String| {
        let nothing =
            || Failure::error(format!("{flag}: \"{written}\" is nobody's name: it can never match"));
        Pattern::parse(written).ok_or_else(nothing)
    };
    let patterns = written.iter().map(pattern).collect::<Result<Vec<_>, _>>()?;
    let when = match flag {
        "--chat" => Conditions { chat: patterns, ..Conditions::default() },
        _ => Conditions { person: patterns, ..Conditions::default() },
    };
    Ok(Rule { compartment: compartment.to_owned(), origin: Origin::Flag(flag), when })
}

fn check(compartment: &str, known: &BTreeSet<String>) -> Result<(), Failure> {
    match known.contains(compartment) {
        true => Ok(()),
        false => {
            let message = format!("the archive has no compartment \"{compartment}\"");
            Err(Failure::error(message).hint(format!("it has: {}", list(known))))
        }
    }
}

fn list(known: &BTreeSet<String>) -> String {
    known.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn file(path: &Path, known: &BTreeSet<String>) -> Result<Rules, Failure> {
    let name = path.display().to_string();
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(FILE_BYTES + 1).read_to_string(&mut text));
    read.map_err(|error| Error::file(path, error))?;
    if text.len() as u64 > FILE_BYTES {
        return Err(Error::file(path, "it is longer than any rules file").into());
    }
    Rules::parse(&text, known).map_err(|RulesError { line, what }| {
        let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
        Failure::error(format!("\"{name}\"{place}: {what}")).file(name.clone())
    })
}
