//! `seal`: exports into new deposits, one for each compartment that gets something.

mod deposits;
mod listing;
mod plan;
mod preview;
mod report;
mod rules;
mod source;

use std::sync::{Arc, atomic::AtomicBool};

use blackbox_custody::{Archive, Error, Identity, ledger::Ledger, state::State};
use blackbox_log::Kind;
use blackbox_seal::{SealError, deposit::SMALL_DEPOSIT};
use blackbox_sorting::{Origin, Rules};

use crate::{
    cli::{Seal, WhoArgs},
    clock,
    failure::Failure,
    input::{self, Who, needed_operator},
    output::{Outcome, warn},
    progress::Bar,
    remember::{Memory, Recalled},
};
use deposits::{Run, Sealed, Wanted};
use plan::Plan;
use source::Source;

pub fn run(args: &Seal) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let rules = rules::rules(args, &archive.config.policy.compartments)?;
    let (false, Some(key)) = (args.dry_run, &args.who) else { return preview::run(args, &archive, &rules) };
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let mut who = sealer(&archive, key)?;
    let cancelled = Arc::new(AtomicBool::new(false));
    let exports = source::open(args, &cancelled)?;
    let memory = memory(args, &archive)?;
    let planned = match rules.rules().is_empty() && memory.is_none() {
        true => None,
        false => Some(Plan::read(&exports, &rules, memory.as_ref(), &mut |_, _| {})?),
    };
    let (plan, report) = planned.unzip();
    if let Some(plan) = &plan {
        check(args, &rules, plan)?;
    }
    let source = Source::new(&exports, plan.as_ref().zip(report));
    let wanted = wanted(&archive, &rules, plan.as_ref())?;
    let now = clock::now();
    let sealing = Run { archive: &archive, args, identity: &who.identity, now: &now };
    let sealed = match sealing.seal_all(wanted, &source, &Bar::new(cancelled)) {
        Err(SealError::Empty) => Vec::new(),
        sealed => sealed?,
    };
    if sealed.is_empty() {
        return Ok(report::nothing(source.into_report()));
    }
    let recalled = plan.as_ref().and_then(|plan| plan.recalled.as_ref());
    let acting = (&mut who, &operator, &now.time[..]);
    settle(&mut archive, &sealed, acting, memory.zip(recalled))?;
    let sorted = plan.as_ref().filter(|_| !rules.rules().is_empty()).map(|plan| report::rules(&rules, plan));
    Ok(report::outcome(sealed, source.into_report(), (recalled, sorted)))
}

/// Logs the deposits, and remembers what is in them: as intended before, for good after.
fn settle(
    archive: &mut Archive<'_>,
    sealed: &[Sealed],
    (who, operator, time): (&mut Who, &Identity, &str),
    mut memory: Option<(Memory, &Recalled)>,
) -> Result<(), Failure> {
    if let (Some((memory, recalled)), Some(first)) = (&mut memory, sealed.first()) {
        let intended = memory.intend(recalled, &first.deposit);
        intended.inspect_err(|_| drop(deposits::remove(archive.store, sealed)))?;
    }
    deposits::log(archive, sealed, (&who.identity, operator), time)?;
    who.state.advance(archive)?;
    memory.map(|(memory, _)| memory.keep()).transpose()?;
    Ok(())
}

/// Loads the key and makes contact, as [`input::who`]; only a sealer seals.
fn sealer(archive: &Archive<'_>, key: &WhoArgs) -> Result<Who, Failure> {
    let who = input::who(archive, &Ledger::read(archive)?, key)?;
    match archive.people.sealers.contains(who.identity.public()) {
        true => Ok(who),
        false => {
            let why = format!("\"{}\" is no sealer of this archive", who.identity.public().name);
            Err(Error::refused("seal", why).into())
        }
    }
}

/// What `--remember` remembers. Nothing is written.
fn memory(args: &Seal, archive: &Archive<'_>) -> Result<Option<Memory>, Failure> {
    let Some(key) = args.who.as_ref().filter(|_| args.remember) else { return Ok(None) };
    let folder = key.state.clone().unwrap_or_else(|| State::path_beside(&key.key));
    let ledger = Ledger::read(archive)?;
    let is_logged = |deposit: &str| ledger.about(Kind::Deposit, deposit).next().is_some();
    Ok(Some(Memory::open(&folder, &archive.config.origin, is_logged)?))
}

/// Refuses small deposits before the first is begun, and patterns of the command line that take nothing: what is sealed
/// cannot be sorted again.
fn check(args: &Seal, rules: &Rules, plan: &Plan) -> Result<(), Failure> {
    if let Some(unmatched) = unmatched(rules, plan) {
        return Err(
            Failure::error(unmatched).hint("--dry-run lists every chat with its people; nothing was sealed")
        );
    }
    let few = |number: &u16| plan.compartments[usize::from(*number)].records() < SMALL_DEPOSIT;
    match plan.targets().into_iter().find(few) {
        Some(number) if !args.small && rules.compartments().len() > 1 => {
            let records = plan.compartments[usize::from(number)].records();
            let failure = Failure::from(SealError::Small(records, SMALL_DEPOSIT));
            let message =
                format!("compartment \"{}\": {}", rules.compartments()[usize::from(number)], failure.message);
            Err(Failure { message, ..failure })
        }
        _ => Ok(()),
    }
}

/// Warns of rules that take nothing; says so if no pattern of the command line takes anything.
fn unmatched(rules: &Rules, plan: &Plan) -> Option<String> {
    let idle = rules.rules().iter().zip(&plan.rules).filter(|(_, tally)| tally.records() == 0);
    let idle: Vec<Origin> = idle.map(|(rule, _)| rule.origin).collect();
    let by_flags = matches!(idle.first(), Some(Origin::Flag(_)));
    if by_flags && idle.len() == rules.rules().len() {
        let flags: Vec<String> = idle.iter().map(Origin::to_string).collect();
        return Some(format!("{} match nothing in these exports", flags.join(" and ")));
    }
    idle.iter()
        .for_each(|origin| warn(&format!("rules, {origin}: nothing in these exports is sorted by it")));
    None
}

/// A deposit for each compartment that gets something; for the only one, if nothing was sorted.
fn wanted<'a>(
    archive: &'a Archive<'_>,
    rules: &'a Rules,
    plan: Option<&Plan>,
) -> Result<Vec<Wanted<'a>>, Failure> {
    let targets = plan.map_or(vec![0], Plan::targets);
    let wanted = targets.into_iter().map(|number| {
        let lacking = plan.map(|plan| plan.lacking(number)).unwrap_or_default();
        Wanted::new(archive, (number, &rules.compartments()[usize::from(number)]), lacking)
    });
    wanted.collect()
}
