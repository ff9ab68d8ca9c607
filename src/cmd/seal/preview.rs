//! `seal --dry-run`: what sealing would do, and nothing done.

use std::sync::{Arc, atomic::AtomicBool};

use blackbox_bundle::fit_terminal;
use blackbox_custody::Archive;
use blackbox_seal::{deposit::SMALL_DEPOSIT, survey::ChatKey};
use blackbox_sorting::{Origin, Rules};
use serde_json::{Value, json};

use super::{
    listing::{Chat, Listing},
    plan::{Plan, Tally},
    report, source,
};
use crate::{
    cli::Seal,
    failure::{Failure, code},
    output::{Outcome, warn, width},
};

/// Columns of a line before the conversation's name: numbers, days, rule and platform.
const BEFORE_NAME: usize = 2 + 9 + 8 + 2 + 10 + 2 + 10 + 2 + 13 + 11;
/// Fewest columns that a name gets.
const NAME: usize = 20;

/// What sealing would do.
struct Preview {
    rules: Rules,
    plan: Plan,
    chats: Vec<(ChatKey, Chat)>,
    beyond: Tally,
    imported: blackbox_import::Report,
}

/// Reads the exports, and writes nothing. Neither the sealer's key nor the operator's is used.
///
/// # Errors
/// The exports cannot be read.
pub fn run(args: &Seal, archive: &Archive<'_>, rules: &Rules) -> Result<Outcome, Failure> {
    let exports = source::open(args, &Arc::new(AtomicBool::new(false)))?;
    let memory = super::memory(args, archive)?;
    let mut listing = Listing::default();
    let (plan, imported) =
        Plan::read(&exports, rules, memory.as_ref(), &mut |message, place| listing.add(message, place))?;
    if let Some(unmatched) = super::unmatched(rules, &plan) {
        warn(&unmatched);
    }
    let (chats, beyond) = listing.into_sorted();
    let preview = Preview { rules: rules.clone(), plan, chats, beyond, imported };
    let code = if preview.plan.targets().is_empty() { code::NOTHING } else { code::DONE };
    Ok(Outcome::later(code, preview.json(), move || preview.text(width())))
}

impl Preview {
    fn name(&self, compartment: u16) -> &str {
        &self.rules.compartments()[usize::from(compartment)]
    }

    fn origin(&self, rule: Option<u16>) -> Origin {
        rule.map_or(self.rules.default().1, |rule| self.rules.rules()[usize::from(rule)].origin)
    }

    fn chats_of(&self, compartment: u16) -> usize {
        self.chats.iter().filter(|(_, chat)| chat.to(compartment).records() > 0).count()
    }

    fn sealed_before(&self) -> u64 {
        self.plan.recalled.as_ref().map_or(0, |recalled| recalled.sealed_before)
    }

    fn json(&self) -> Value {
        let all = self.plan.compartments.iter().fold(Tally::default(), |sum, one| sum.with(*one));
        let compartments = (0..).zip(&self.plan.compartments).map(|(number, tally)| {
            let mut json = tally_json(*tally);
            json["compartment"] = json!(self.name(number));
            json["chats"] = json!(self.chats_of(number));
            json["small"] = json!(is_small(*tally));
            json
        });
        let mut json = json!({
            "dry_run": true, "deposit": null, "deposits": [], "messages": all.messages, "events": all.events,
            "sealed_before": self.sealed_before(),
            "compartments": compartments.collect::<Vec<_>>(),
            "rules": report::rules(&self.rules, &self.plan),
            "chats": self.chats.iter().map(|(key, chat)| self.chat_json(key, chat)).collect::<Vec<_>>(),
            "unlisted": { "messages": self.beyond.messages, "events": self.beyond.events },
        });
        report::imported_json(&mut json, &self.imported);
        json
    }

    fn chat_json(&self, key: &ChatKey, chat: &Chat) -> Value {
        let parts = chat.parts.iter().map(|(place, tally)| {
            let mut json = tally_json(*tally);
            json["compartment"] = json!(self.name(place.compartment));
            json["rule"] = json!(self.origin(place.rule).to_string());
            json
        });
        let mut json = tally_json(chat.total());
        json["platform"] = json!(key.platform);
        json["chat"] = json!(key.chat);
        json["people"] = json!(chat.people);
        json["parts"] = parts.collect();
        json
    }

    fn text(&self, columns: usize) -> String {
        let mut lines = vec!["Nothing was sealed. Sealing would do this (days in UTC):".to_owned()];
        for (number, tally) in (0..).zip(&self.plan.compartments) {
            lines.push(String::new());
            lines.push(self.heading(number, *tally));
            if tally.records() > 0 {
                let heads = ["messages", "events", "first", "last", "by", "platform", "conversation"];
                lines.push(line(heads.map(str::to_owned), columns));
            }
            for (key, chat) in &self.chats {
                lines.extend(self.rows((key, chat), number, columns));
            }
        }
        if self.beyond.records() > 0 {
            let Tally { messages, events, .. } = self.beyond;
            lines.push(format!(
                "\n{messages} messages and {events} events of further conversations are counted, and not listed."
            ));
        }
        lines.push("\nRules, of which the first that holds decides:".to_owned());
        lines.extend(self.rule_lines());
        if self.sealed_before() > 0 {
            lines
                .push(format!("\n{} messages were sealed before, and are not listed.", self.sealed_before()));
        }
        lines.push("\nExports:".to_owned());
        self.imported.sources.iter().for_each(|source| report::source(&mut lines, source));
        report::list(&mut lines, "skipped", &self.imported.skipped);
        report::list(&mut lines, "note", &self.imported.notes);
        lines.join("\n")
    }

    fn heading(&self, number: u16, tally: Tally) -> String {
        let name = self.name(number);
        if tally.records() == 0 {
            return format!("{name}: nothing");
        }
        let [first, last] = tally.days();
        let refused = match is_small(tally) {
            true => format!("\n  under {SMALL_DEPOSIT} of them: refused without --small"),
            false => String::new(),
        };
        format!(
            "{name}: {} messages and {} events in {} conversations, {first} to {last}{refused}",
            tally.messages,
            tally.events,
            self.chats_of(number)
        )
    }

    /// The lines of a conversation under a compartment: one for each rule, and how much of it goes elsewhere.
    fn rows(&self, (key, chat): (&ChatKey, &Chat), number: u16, columns: usize) -> Vec<String> {
        let own = chat.parts.iter().filter(|(place, _)| place.compartment == number);
        let mut rows: Vec<String> = own
            .map(|(place, tally)| {
                let [first, last] = tally.days();
                let by = self.origin(place.rule).to_string();
                let (messages, events) = (tally.messages.to_string(), tally.events.to_string());
                line([messages, events, first, last, by, key.platform.clone(), title(key, chat)], columns)
            })
            .collect();
        let elsewhere = chat.total().records() - chat.to(number).records();
        if !rows.is_empty() && elsewhere > 0 {
            let others = (0..).zip(self.rules.compartments()).filter(|(other, _)| *other != number);
            let others = others.filter_map(|(other, name)| {
                let records = chat.to(other).records();
                (records > 0).then(|| format!("{records} in {name}"))
            });
            rows.push(format!("{:>21}split: {}", "", others.collect::<Vec<_>>().join(", ")));
        }
        rows
    }

    fn rule_lines(&self) -> Vec<String> {
        let rules = self.rules.rules().iter().map(|rule| (&rule.compartment[..], rule.origin));
        let all = rules.chain([self.rules.default()]).zip(&self.plan.rules);
        all.map(|((compartment, origin), tally)| {
            let takes = match tally.records() {
                0 => "nothing".to_owned(),
                _ => format!("{} messages and {} events", tally.messages, tally.events),
            };
            format!("  {:<14} {compartment}: {takes}", origin.to_string())
        })
        .collect()
    }
}

/// What people know a conversation by.
fn title(key: &ChatKey, chat: &Chat) -> String {
    match &key.chat {
        Some(name) => name.clone(),
        None if chat.people.is_empty() => "(no name, and nobody named)".to_owned(),
        None => format!("direct: {}", chat.people.join(", ")),
    }
}

fn line([messages, events, first, last, by, platform, name]: [String; 7], columns: usize) -> String {
    let platform = fit_terminal(&platform, 10);
    let before = format!("  {messages:>9}{events:>8}  {first:<10}  {last:<10}  {by:<13}{platform:<11}");
    match columns.checked_sub(BEFORE_NAME).filter(|room| *room >= NAME) {
        Some(room) => format!("{before}{}", fit_terminal(&name, room)),
        None => format!("{}\n      {}", before.trim_end(), fit_terminal(&name, columns.saturating_sub(6))),
    }
}

fn is_small(tally: Tally) -> bool {
    (1..SMALL_DEPOSIT).contains(&tally.records())
}

fn tally_json(tally: Tally) -> Value {
    let days = tally.span.map(|_| tally.days());
    let [first, last] = days.map_or([None, None], |days| days.map(Some));
    json!({ "messages": tally.messages, "events": tally.events, "first": first, "last": last })
}
