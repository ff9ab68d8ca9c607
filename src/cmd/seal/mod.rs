//! `seal`: exports into a new deposit.

mod report;
mod source;

use std::sync::{Arc, atomic::AtomicBool};

use blackbox_custody::{Archive, Error, archive::Entry, ledger::Ledger, state::State};
use blackbox_format::manifest::manifest_path;
use blackbox_import::Exports;
use blackbox_log::Kind;
use blackbox_seal::{Custodian, Job, SealError, seal};
use blackbox_token::secret::fill_random;

use crate::{
    cli::Seal,
    clock,
    failure::Failure,
    input::{self, needed_operator, who},
    output::Outcome,
    progress::Bar,
    remember::{Memory, Recalled},
};
use source::Source;

/// Most messages of a segment: bounds the memory that sealing takes.
const SEGMENT_MESSAGES: u32 = 1 << 17;

pub fn run(args: &Seal) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    let ledger = Ledger::read(&archive)?;
    let mut who = who(&archive, &ledger, &args.who)?;
    let sealer = archive.people.sealers.contains(who.identity.public());
    if !sealer {
        let why = format!("\"{}\" is no sealer of this archive", who.identity.public().name);
        return Err(Error::refused("seal", why).into());
    }
    if !archive.config.policy.compartments.contains(&args.compartment) {
        let known: Vec<&str> = archive.config.policy.compartments.iter().map(String::as_str).collect();
        let message = format!("the archive has no compartment \"{}\"", args.compartment);
        return Err(Failure::error(message).hint(format!("it has: {}", known.join(", "))));
    }
    let cancelled = Arc::new(AtomicBool::new(false));
    let exports = source::open(args, &cancelled)?;
    let memory = args.remember.then(|| memory(args, &archive)).transpose()?;
    let recalled = memory.as_ref().map(|memory| recall(memory, &exports)).transpose()?;
    let source = Source::new(&exports, recalled.as_ref());
    let now = clock::now();
    let deposit = deposit_id(&now.today);
    let group = archive.people.group_of([&args.compartment])?;
    let recipients = group.custodians.iter().map(|custodian| custodian.recipient());
    let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
    let custodians = group.custodians.iter().zip(&recipients).map(|(custodian, recipient)| Custodian {
        name: custodian.verifier.name(),
        recipient: recipient.as_ref(),
    });
    let job = Job {
        origin: &archive.config.origin,
        archive: archive.hash,
        deposit: &deposit,
        compartment: &args.compartment,
        threshold: group.threshold,
        custodians: custodians.collect(),
        rules: &archive.people.rules,
        context: archive.config.policy.context,
        exceptional: archive.config.policy.exceptional.into(),
        small: args.small.into(),
        lacking: recalled.as_ref().map(|recalled| recalled.lacking.clone()).unwrap_or_default(),
        segment_messages: SEGMENT_MESSAGES,
        sealed: &now.time,
        timezone: &args.timezone,
        signer: &who.identity,
    };
    let sealed = match seal(&store, &job, &source, &Bar::new(cancelled)) {
        Err(SealError::Empty) => return Ok(report::nothing(source.into_report())),
        sealed => sealed?,
    };
    let custodians = group.custodians.len();
    log_deposit(&mut archive, &deposit, (&who.identity, &operator), &now.time)?;
    who.state.advance(&archive)?;
    if let (Some(memory), Some(recalled)) = (memory, &recalled) {
        memory.keep(recalled)?;
    }
    let imported = source.into_report();
    Ok(report::outcome((&deposit, sealed), (imported, recalled.as_ref()), custodians))
}

fn memory(args: &Seal, archive: &Archive<'_>) -> Result<Memory, Failure> {
    let folder = args.who.state.clone().unwrap_or_else(|| State::path_beside(&args.who.key));
    Ok(Memory::open(&folder, &archive.config.origin)?)
}

fn recall(memory: &Memory, exports: &Exports) -> Result<Recalled, Failure> {
    let mut reading = memory.reading();
    let read = exports.read::<SealError>(&mut |incoming| {
        reading.take(&incoming);
        Ok(())
    });
    read.map_err(|error| Failure::error(error.to_string()))?;
    Ok(reading.finish())
}

/// A deposit's id: the UTC day and 4 random bytes.
fn deposit_id(today: &jiff::civil::Date) -> String {
    let mut random = [0; 4];
    fill_random(&mut random);
    format!("{}-{}", today.strftime("%Y%m%d"), blackbox_format::fields::Hex(random))
}

/// Appends the deposit to the log; until then it does not exist. If that fails, it is taken away again.
fn log_deposit(
    archive: &mut Archive<'_>,
    deposit: &str,
    (identity, operator): (&blackbox_custody::Identity, &blackbox_custody::Identity),
    time: &str,
) -> Result<(), Failure> {
    let store = archive.store;
    let logged = (|| {
        let document = store.read(&manifest_path(deposit))?;
        let _lock = store.lock()?;
        archive.refresh()?;
        let entry = Entry {
            kind: Kind::Deposit,
            subject: deposit,
            by: identity.public().verifier.name(),
            path: manifest_path(deposit),
            document: &document,
            bodies: Vec::new(),
            time,
        };
        archive.append(operator, entry)
    })();
    if let Err(error) = logged {
        let in_log = Archive::open(store)
            .and_then(|archive| Ok(Ledger::read(&archive)?.about(Kind::Deposit, deposit).next().is_some()));
        if matches!(in_log, Ok(false)) {
            for path in store.list(&format!("deposits/{deposit}"))? {
                store.remove(&path)?;
            }
        }
        return Err(error.into());
    }
    archive.refresh()?;
    Ok(())
}
