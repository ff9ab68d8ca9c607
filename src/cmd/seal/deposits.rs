//! One deposit for each compartment: all are sealed, then all are logged under one checkpoint.

use blackbox_custody::{Archive, Error, Group, Identity, approve::Now, archive::Entry, ledger::Ledger};
use blackbox_format::manifest::{LackingLine, manifest_path};
use blackbox_log::Kind;
use blackbox_seal::{Custodian, Job, Report, SealError, seal};
use blackbox_store::Store;
use blackbox_token::secret::fill_random;

use super::source::Source;
use crate::{cli::Seal, failure::Failure, progress::Bar};

/// Most messages of a segment: bounds the memory that sealing takes.
const SEGMENT_MESSAGES: u32 = 1 << 17;

/// A deposit to be made.
pub struct Wanted<'a> {
    /// Number of its compartment in the rules.
    pub number: u16,
    /// Its compartment.
    pub compartment: &'a str,
    /// What the exports lack.
    pub lacking: Vec<LackingLine>,
    group: &'a Group,
    recipients: Vec<Box<dyn age::Recipient + Send>>,
}

/// A deposit that was made.
pub struct Sealed {
    /// Its id.
    pub deposit: String,
    /// Its compartment.
    pub compartment: String,
    /// How many custodians have its keys.
    pub custodians: usize,
    /// Its numbers.
    pub report: Report,
}

/// Who seals, where and when.
pub struct Run<'a> {
    /// The archive.
    pub archive: &'a Archive<'a>,
    /// The command line.
    pub args: &'a Seal,
    /// The sealer.
    pub identity: &'a Identity,
    /// Now.
    pub now: &'a Now,
}

impl<'a> Wanted<'a> {
    /// A deposit in `compartment`, which has this number in the rules.
    ///
    /// # Errors
    /// There is no such compartment, or a custodian's key takes a plugin that is not here.
    pub fn new(
        archive: &'a Archive<'_>,
        (number, compartment): (u16, &'a str),
        lacking: Vec<LackingLine>,
    ) -> Result<Wanted<'a>, Failure> {
        let group = archive.people.group_of([&compartment.to_owned()])?;
        let recipients = group.custodians.iter().map(|custodian| custodian.recipient());
        let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
        Ok(Wanted { number, compartment, lacking, group, recipients })
    }
}

impl Run<'_> {
    /// Seals all of them. On any error nothing is left of any.
    ///
    /// # Errors
    /// One cannot be sealed.
    pub fn seal_all(
        &self,
        wanted: Vec<Wanted<'_>>,
        source: &Source<'_>,
        progress: &Bar,
    ) -> Result<Vec<Sealed>, SealError> {
        let mut sealed = Vec::new();
        for one in wanted {
            match self.seal(one, source, progress) {
                Ok(one) => sealed.push(one),
                Err(error) => {
                    remove(self.archive.store, &sealed)?;
                    return Err(error);
                }
            }
        }
        Ok(sealed)
    }

    fn seal(&self, wanted: Wanted<'_>, source: &Source<'_>, progress: &Bar) -> Result<Sealed, SealError> {
        let Run { archive, args, .. } = self;
        let deposit = deposit_id(&self.now.today);
        let custodians =
            wanted.group.custodians.iter().zip(&wanted.recipients).map(|(custodian, recipient)| Custodian {
                name: custodian.verifier.name(),
                recipient: recipient.as_ref(),
            });
        let job = Job {
            origin: &archive.config.origin,
            archive: archive.hash,
            deposit: &deposit,
            compartment: wanted.compartment,
            threshold: wanted.group.threshold,
            custodians: custodians.collect(),
            rules: &archive.people.rules,
            context: archive.config.policy.context,
            exceptional: archive.config.policy.exceptional.into(),
            small: args.small.into(),
            lacking: wanted.lacking,
            segment_messages: SEGMENT_MESSAGES,
            sealed: &self.now.time,
            timezone: &args.timezone,
            signer: self.identity,
        };
        let report = seal(archive.store, &job, &source.part(wanted.number), progress)?;
        let (compartment, custodians) = (wanted.compartment.to_owned(), wanted.group.custodians.len());
        Ok(Sealed { deposit, compartment, custodians, report })
    }
}

/// A deposit's id: the UTC day and 4 random bytes.
fn deposit_id(today: &jiff::civil::Date) -> String {
    let mut random = [0; 4];
    fill_random(&mut random);
    format!("{}-{}", today.strftime("%Y%m%d"), blackbox_format::fields::Hex(random))
}

/// Takes away what is in no log.
pub fn remove(store: &dyn Store, sealed: &[Sealed]) -> Result<(), blackbox_store::StoreError> {
    for one in sealed {
        for path in store.list(&format!("deposits/{}", one.deposit))? {
            store.remove(&path)?;
        }
    }
    Ok(())
}

/// Appends the deposits to the log, under one checkpoint: until then none exists. If that fails, they are taken away
/// again.
///
/// # Errors
/// The log cannot be written.
pub fn log(
    archive: &mut Archive<'_>,
    sealed: &[Sealed],
    (identity, operator): (&Identity, &Identity),
    time: &str,
) -> Result<(), Failure> {
    let store = archive.store;
    if let Err(error) = append(archive, sealed, (identity, operator), time) {
        let in_log = |archive: &Archive<'_>| -> Result<bool, Error> {
            let ledger = Ledger::read(archive)?;
            Ok(sealed.iter().any(|one| ledger.about(Kind::Deposit, &one.deposit).next().is_some()))
        };
        if let Ok(false) = Archive::open(store).and_then(|archive| in_log(&archive)) {
            remove(store, sealed)?;
        }
        return Err(error.into());
    }
    archive.refresh()?;
    Ok(())
}

fn append(
    archive: &mut Archive<'_>,
    sealed: &[Sealed],
    (identity, operator): (&Identity, &Identity),
    time: &str,
) -> Result<u64, Error> {
    let store = archive.store;
    let manifests = sealed.iter().map(|one| store.read(&manifest_path(&one.deposit)));
    let manifests = manifests.collect::<Result<Vec<_>, _>>()?;
    let _lock = store.lock()?;
    let begun = archive.eras.len();
    archive.refresh()?;
    if archive.eras.len() != begun {
        // Its keys may be wrapped for somebody who has left office meanwhile.
        return Err(Error::refused(
            "log this deposit",
            "a change came into force while it was sealed; seal again",
        ));
    }
    let entries = sealed.iter().zip(&manifests).map(|(one, document)| Entry {
        kind: Kind::Deposit,
        subject: &one.deposit,
        by: identity.public().verifier.name(),
        path: manifest_path(&one.deposit),
        document,
        bodies: Vec::new(),
        time,
    });
    archive.append_all(operator, entries.collect())
}
