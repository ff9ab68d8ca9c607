//! `change`: who takes part, and the policy, changed by custodians together.

use std::path::Path;

use blackbox_custody::{
    Archive, Config, Error, Identity, Public,
    approve::Now,
    common::common_words,
    config::Person,
    ledger::Ledger,
    policy::Policy,
    propose::{Proposal, Signed},
    state::State,
};
use blackbox_format::note::Signer;
use blackbox_store::{Folder, Store};
use serde_json::json;

use super::init::{languages, people, witnesses};
use crate::{
    cli::{ArchiveArg, Change, ChangeStep, OperatorArg, Propose, SignChange, WhoArgs},
    clock,
    failure::{Failure, code},
    input::{self, Who, who_changes},
    output::Outcome,
};

pub fn run(args: &Change) -> Result<Outcome, Failure> {
    match &args.step {
        ChangeStep::Propose(args) => propose(args),
        ChangeStep::Sign(args) => sign(args),
        ChangeStep::Show(args) => show(args),
    }
}

/// The change that waits: what it brings, and the hash that binds a signature to it.
fn show(args: &ArchiveArg) -> Result<Outcome, Failure> {
    let store = input::store(args);
    let archive = Archive::open(&store)?;
    let Some(proposal) = Proposal::read(&archive)? else {
        let json = json!({ "change": null });
        return Ok(Outcome::of(code::NOTHING, json, "No change waits for signatures."));
    };
    let (number, hash) = (proposal.change.number, proposal.change.configuration.to_string());
    let (lines, lacking) = (proposal.lines(&archive)?, proposal.lacking(&archive)?);
    let mut text =
        vec![format!("Change {number}, proposed at {}: {}", proposal.change.time, proposal.change.reason)];
    text.extend(lines.iter().map(|line| format!("  {line}")));
    text.push(match &lacking {
        Some(what) => format!("It waits for signatures: {what}."),
        None => "Signed by enough custodians.".to_owned(),
    });
    text.push(format!("To sign this and nothing else: change sign ... {number} --configuration {hash}"));
    let text = text.iter().map(|line| blackbox_bundle::escape_terminal(line)).collect::<Vec<_>>();
    let json = json!({ "change": number, "configuration": hash, "lines": lines, "lacking": lacking });
    Ok(Outcome::done(json, text.join("\n")))
}

/// An archive opened to be changed: by whom, and under its lock. The operator's key need not be at hand.
struct Table<'a> {
    archive: Archive<'a>,
    operator: Option<Identity>,
    who: Who,
    lock: Box<dyn Send>,
}

fn table<'a>(
    store: &'a Folder,
    (archive, operator, args): (&ArchiveArg, &OperatorArg, &WhoArgs),
) -> Result<Table<'a>, Failure> {
    let mut opened = Archive::open(store)?;
    let operator = input::operator(archive, operator)?;
    let own = input::own(args)?;
    let lock = store.lock()?;
    opened.refresh()?;
    let ledger = Ledger::read(&opened)?;
    let who = who_changes(&opened, &ledger, (own, args))?;
    Ok(Table { archive: opened, operator, who, lock })
}

fn propose(args: &Propose) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Table { mut archive, operator, mut who, lock: _lock } =
        table(&store, (&args.archive, &args.operator, &args.who))?;
    if let Some(known) = Proposal::read(&archive)? {
        let message = format!("change {} is proposed already, and waits for signatures", known.change.number);
        return Err(
            Failure::error(message).hint("sign it with change sign, or remove its folder in changes/")
        );
    }
    let successor = args.new_operator_key.as_ref().map(|path| (path, &archive.config.origin));
    let successor = successor
        .map(|(path, origin)| Ok::<_, Failure>((path, Identity::named("operator", origin)?)))
        .transpose()?;
    let config = changed(&archive, args, successor.as_ref().map(|(_, key)| key))?;
    let now = clock::now();
    let proposal = Proposal::make(&archive, &config, (&who.identity, &args.reason, &now))?;
    if let Some((path, key)) = &successor {
        key.save(path)?;
    }
    proposal.put(&archive)?;
    let operator = successor.map(|(_, key)| key).or(operator);
    finish(&mut archive, (&proposal, &mut who.state), (operator.as_ref(), &now))
}

fn sign(args: &SignChange) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Table { mut archive, operator, mut who, lock: _lock } =
        table(&store, (&args.archive, &args.operator, &args.who))?;
    let none = || Failure::error("no change waits for signatures").hint("propose one with change propose");
    let mut proposal = Proposal::read(&archive)?.ok_or_else(none)?;
    if proposal.change.number != args.number {
        return Err(Failure::error(format!("the change that waits is number {}", proposal.change.number)));
    }
    let hash = proposal.change.configuration.to_string();
    if let Some(looked) = args.configuration.as_ref().filter(|looked| **looked != hash) {
        let why = format!("it brings the configuration {hash}, and not {looked}");
        return Err(Error::refused(format!("sign change {}", args.number), why).into());
    }
    proposal.sign(&archive, &who.identity)?;
    proposal.put(&archive)?;
    finish(&mut archive, (&proposal, &mut who.state), (operator.as_ref(), &clock::now()))
}

/// The configuration in force with what `args` say.
fn changed(archive: &Archive<'_>, args: &Propose, successor: Option<&Identity>) -> Result<Config, Failure> {
    let mut config = archive.config.clone();
    for pair in &args.replace {
        replace(&mut config, pair)?;
    }
    for (group, add, remove) in [
        (&mut config.sealer, &args.add_sealer, &args.remove_sealer),
        (&mut config.examiner, &args.add_examiner, &args.remove_examiner),
        (&mut config.auditor, &args.add_auditor, &args.remove_auditor),
    ] {
        for name in remove {
            let before = group.len();
            group.retain(|person| key_name(person) != Some(name));
            if group.len() == before {
                return Err(Failure::error(format!("\"{name}\" is not in that office")));
            }
        }
        group.extend(people(add)?);
    }
    for name in &args.remove_witness {
        let before = config.witness.len();
        config.witness.retain(|key| key.split('+').next() != Some(name));
        if config.witness.len() == before {
            return Err(Failure::error(format!("\"{name}\" is no witness from outside")));
        }
    }
    config.witness.extend(witnesses(&args.add_witness)?);
    if let Some(path) = &args.policy {
        config.policy = policy(path)?;
        config.common = common_words(&config.policy, languages).map_err(Failure::error)?;
    }
    if let Some(key) = successor {
        config.log = key.verifier().to_string();
    }
    Ok(config)
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
    Ok(Policy::parse(&text).map_err(|what| Error::file(path, what))?)
}

/// Puts the newcomer of `NAME=FILE` in the place of the custodian with key name NAME, in every compartment.
fn replace(config: &mut Config, pair: &str) -> Result<(), Failure> {
    let form = || Failure::error(format!("\"{pair}\" is not of the form NAME=FILE.pub"));
    let (name, file) = pair.split_once('=').ok_or_else(form)?;
    let newcomer = Person::from(&Public::load(Path::new(file))?);
    let new_name = key_name(&newcomer).unwrap_or_default().to_owned();
    let names = config.custodian.iter().filter_map(key_name).collect::<Vec<_>>().join(", ");
    let place = config.custodian.iter_mut().find(|person| key_name(person) == Some(name));
    let unknown = || {
        Failure::error(format!("\"{name}\" is no custodian of this archive"))
            .hint(format!("its custodians are {names}"))
    };
    *place.ok_or_else(unknown)? = newcomer;
    let own = config.policy.compartment.iter_mut().flat_map(|compartment| &mut compartment.custodians);
    own.filter(|member| *member == name).for_each(|member| member.clone_from(&new_name));
    Ok(())
}

/// Name of a person's key.
fn key_name(person: &Person) -> Option<&str> {
    person.verifier.split('+').next()
}

fn finish(
    archive: &mut Archive<'_>,
    (proposal, state): (&Proposal, &mut State),
    (operator, now): (Option<&Identity>, &Now),
) -> Result<Outcome, Failure> {
    let number = proposal.change.number;
    let lines = proposal.lines(archive)?;
    let signed = proposal.log(archive, operator.map(|operator| operator as &dyn Signer), now)?;
    state.advance(archive)?;
    let mut text = vec![format!("Change {number}: {}", proposal.change.reason)];
    text.extend(lines.iter().map(|line| format!("  {line}")));
    text.push(match &signed {
        Signed::Done(index) => format!(
            "In force: logged as entry {index}. A custodian who came into office gets its keys by custody hand-over."
        ),
        Signed::Ready => "Signed by enough custodians; it comes into force when change sign is run again where the \
             operator's key is at hand."
            .to_owned(),
        Signed::Lacking(what) => format!("It waits for signatures: {what}."),
    });
    let (log_index, lacking) = match signed {
        Signed::Done(index) => (Some(index), None),
        Signed::Ready => (None, None),
        Signed::Lacking(what) => (None, Some(what)),
    };
    let json = json!({
        "change": number, "lines": lines, "log_index": log_index, "lacking": lacking,
        "pending": log_index.is_none(),
    });
    let text = text.iter().map(|line| blackbox_bundle::escape_terminal(line)).collect::<Vec<_>>();
    Ok(Outcome::done(json, text.join("\n")))
}
