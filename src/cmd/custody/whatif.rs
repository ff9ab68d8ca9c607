//! `custody what-if`: which deposits would be lost if given custodians vanished. Needs no key.

use std::collections::BTreeSet;

use blackbox_custody::{
    Archive, Group,
    keys::group,
    ledger::{Checked, Ledger},
};
use blackbox_format::manifest::Manifest;
use blackbox_log::Kind;
use serde_json::{Value, json};

use crate::{cli::WhatIf, failure::Failure, input, output::Outcome};

pub fn run(args: &WhatIf) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let known: Vec<&str> = archive.people.custodians.iter().map(|person| person.verifier.name()).collect();
    if let Some(stranger) = args.lost.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::error(format!("\"{stranger}\" is no custodian of this archive"))
            .hint(format!("its custodians are {}", known.join(", "))));
    }
    let mut deposits = Vec::new();
    for deposit in ledger.deposits(&archive)? {
        let group = group(&archive, &deposit.document)?;
        deposits.push(Fate::of((&archive, &ledger), &deposit, (group, &args.lost)));
    }
    let lines: Vec<String> =
        deposits.iter().map(Fate::line).chain([summary(&deposits, &args.lost)]).collect();
    let json = json!({
        "lost": args.lost,
        "deposits": deposits.iter().map(Fate::json).collect::<Vec<_>>(),
        "lost_deposits": deposits.iter().filter(|fate| fate.is_lost()).count(),
    });
    Ok(Outcome::done(json, lines.join("\n")))
}

/// What would become of a deposit.
struct Fate {
    deposit: String,
    compartment: String,
    needed: usize,
    /// Custodians left.
    left: usize,
    /// Of these, those who have accepted it: whose keys are known to be there.
    sure: usize,
    exceptional: Route,
}

/// The exceptional route of a deposit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    /// It never had one.
    None,
    /// It needs all custodians, and all are left.
    Open,
    /// One of those whom it needs is gone.
    Lost,
}

impl Fate {
    fn of(
        (archive, ledger): (&Archive<'_>, &Ledger),
        deposit: &Checked<Manifest>,
        (group, lost): (&Group, &[String]),
    ) -> Fate {
        let manifest = &deposit.document;
        let accepted = ledger.decisions(archive, Kind::Accept, &manifest.deposit);
        let accepted: BTreeSet<&str> = accepted.iter().map(|logged| logged.leaf.by.as_str()).collect();
        let left: Vec<&str> = group.names().filter(|name| !lost.iter().any(|lost| lost == name)).collect();
        let first = archive.people_at(deposit.index).groups.get(&manifest.compartment);
        let whole = left.len() == group.custodians.len() && first == Some(group);
        Fate {
            deposit: manifest.deposit.clone(),
            compartment: manifest.compartment.clone(),
            needed: group.threshold.needed(),
            left: left.len(),
            sure: left.iter().filter(|name| accepted.contains(*name)).count(),
            exceptional: match (manifest.exceptional_roots.is_empty(), whole) {
                (true, _) => Route::None,
                (false, true) => Route::Open,
                (false, false) => Route::Lost,
            },
        }
    }

    fn is_lost(&self) -> bool {
        self.left < self.needed
    }

    fn line(&self) -> String {
        let Fate { deposit, compartment, needed, left, sure, .. } = self;
        let fate = match (self.is_lost(), sure < needed) {
            (true, _) => "LOST for ever: nobody could open anything of it again".to_owned(),
            (false, true) => format!("at risk: only {sure} of those left have accepted their keys"),
            (false, false) if left == needed => {
                "answerable, but with no custodian to spare; the rest can still hand over to successors"
                    .to_owned()
            }
            (false, false) => "answerable, and the rest can hand over to successors".to_owned(),
        };
        let route = if self.exceptional == Route::Lost { "; its exceptional route is gone" } else { "" };
        format!("Deposit {deposit} ({compartment}): {left} left, {needed} needed: {fate}{route}.")
    }

    fn json(&self) -> Value {
        json!({
            "deposit": self.deposit, "compartment": self.compartment, "needed": self.needed, "left": self.left,
            "left_accepted": self.sure, "lost": self.is_lost(),
            "exceptional": match self.exceptional {
                Route::None => Value::Null,
                Route::Open => true.into(),
                Route::Lost => false.into(),
            },
        })
    }
}

fn summary(deposits: &[Fate], lost: &[String]) -> String {
    let gone = deposits.iter().filter(|fate| fate.is_lost()).count();
    let whom = if lost.is_empty() { "nobody".to_owned() } else { lost.join(", ") };
    format!("Without {whom}: {gone} of {} deposits lost.", deposits.len())
}
