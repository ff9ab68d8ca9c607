//! How many rows have a literal: counted again with the count tokens that were disclosed.
//!
//! A disclosed number is not believed, since with its token everybody can count. A token cannot be tied to its
//! literal (spec/custody.md, "Limits of requests"), but everybody's token for one literal is the same: where
//! different ones were disclosed, one of them is another literal's, and the largest count stands.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use blackbox_format::{fields::Hex, manifest::Manifest, month::Month, term::Literal};
use blackbox_log::Kind;
use blackbox_query::read::DepositReader;
use blackbox_store::Store;
use blackbox_token::{Secret, entry::Counter};

use crate::{
    archive::Archive,
    disclose::read_error,
    disclosure::DisclosureBody,
    error::Error,
    identity::Identity,
    ledger::{Checked, Ledger, check_disclosure},
    wrap::{unpad, unwrap},
};

/// A month of a deposit.
pub type Place = (String, Month);

/// The disclosed count tokens that somebody can read, and the deposits to count in.
pub struct Counts<'a> {
    store: &'a dyn Store,
    /// Every logged deposit.
    pub deposits: Vec<Checked<Manifest>>,
    tokens: BTreeMap<Place, BTreeMap<Literal, Vec<Disclosed>>>,
    /// Hits of the last readable disclosure of a request.
    hits: BTreeMap<String, u64>,
    /// Requests with a disclosure that this person cannot read.
    unread: BTreeSet<String>,
    readers: RefCell<BTreeMap<String, DepositReader<'a>>>,
    counted: RefCell<BTreeMap<(String, [u8; 16]), u64>>,
}

/// A count token, as a disclosure gives it.
struct Disclosed {
    token: [u8; 16],
    /// Number of the disclosure's leaf.
    index: u64,
    request: String,
}

impl<'a> Counts<'a> {
    /// Reads every logged disclosure that `identity` can read.
    ///
    /// # Errors
    /// A manifest is missing, or not what was logged. Disclosures that are damaged count as not read.
    pub fn read(archive: &Archive<'a>, ledger: &Ledger, identity: &Identity) -> Result<Counts<'a>, Error> {
        let mut counts = Counts {
            store: archive.store,
            deposits: ledger.deposits(archive)?,
            tokens: BTreeMap::new(),
            hits: BTreeMap::new(),
            unread: BTreeSet::new(),
            readers: RefCell::default(),
            counted: RefCell::default(),
        };
        for logged in ledger.of_kind(Kind::Disclosure) {
            let Ok(disclosure) = check_disclosure(archive, ledger, logged) else { continue };
            match body(archive, &disclosure.document.body, identity) {
                Ok(body) => counts.add((&logged.leaf.subject, logged.index), &body),
                Err(_) => drop(counts.unread.insert(logged.leaf.subject.clone())),
            }
        }
        Ok(counts)
    }

    fn add(&mut self, (request, index): (&str, u64), body: &DisclosureBody) {
        self.hits.insert(request.to_owned(), body.hits);
        for line in &body.counts {
            let (Ok(month), Ok(literal)) = (line.month.parse(), line.literal.parse()) else { continue };
            let place = self.tokens.entry((line.deposit.clone(), month)).or_default();
            let disclosed = Disclosed { token: line.token.0, index, request: request.to_owned() };
            place.entry(literal).or_default().push(disclosed);
        }
    }

    /// Hits that the last disclosure of a request states.
    pub fn hits(&self, request: &str) -> Option<u64> {
        self.hits.get(request).copied()
    }

    /// Whether a disclosure of this request is there that could not be read.
    pub fn is_unread(&self, request: &str) -> bool {
        self.unread.contains(request)
    }

    /// Whether `request` disclosed a count of `literal` in `place` before log entry `before`.
    pub fn has(&self, request: &str, (literal, place): (&Literal, &Place), before: u64) -> bool {
        self.disclosed(literal, place).any(|one| one.request == request && one.index < before)
    }

    /// How many rows of `place` have `literal`, by what was disclosed before log entry `before`: nothing, if no
    /// token was.
    ///
    /// # Errors
    /// A file of the deposit is missing or changed.
    pub fn count(&self, (literal, place): (&Literal, &Place), before: u64) -> Result<Option<u64>, Error> {
        let tokens: BTreeSet<[u8; 16]> =
            self.disclosed(literal, place).filter(|one| one.index < before).map(|one| one.token).collect();
        let counts = tokens.into_iter().map(|token| self.count_by(&place.0, token));
        Ok(counts.collect::<Result<Vec<_>, _>>()?.into_iter().max())
    }

    /// Whether different tokens were disclosed for one literal: one of them is not its.
    pub fn is_disputed(&self, literal: &Literal, place: &Place) -> bool {
        let tokens: BTreeSet<[u8; 16]> = self.disclosed(literal, place).map(|one| one.token).collect();
        tokens.len() > 1
    }

    fn disclosed(&self, literal: &Literal, place: &Place) -> impl Iterator<Item = &Disclosed> {
        self.tokens.get(place).and_then(|literals| literals.get(literal)).into_iter().flatten()
    }

    fn count_by(&self, deposit: &str, token: [u8; 16]) -> Result<u64, Error> {
        let key = (deposit.to_owned(), token);
        if let Some(count) = self.counted.borrow().get(&key) {
            return Ok(*count);
        }
        let mut readers = self.readers.borrow_mut();
        if !readers.contains_key(deposit) {
            let manifest = self.manifest(deposit)?;
            readers
                .insert(deposit.to_owned(), DepositReader::open(self.store, manifest).map_err(read_error)?);
        }
        let counter = Counter::new(&Secret::new(token));
        let segments = readers[deposit].segments.iter().map(|segment| segment.count(&counter));
        let count = segments.sum::<Result<u64, _>>().map_err(read_error)?;
        self.counted.borrow_mut().insert(key, count);
        Ok(count)
    }

    /// The manifest of a logged deposit.
    ///
    /// # Errors
    /// There is none.
    pub fn manifest(&self, deposit: &str) -> Result<&Manifest, Error> {
        let found = self.deposits.iter().map(|one| &one.document).find(|one| one.deposit == deposit);
        let unknown = || Error::invalid(format!("deposits/{deposit}/manifest"), "it is not in the log");
        found.ok_or_else(unknown)
    }
}

fn body(archive: &Archive<'_>, hash: &Hex<32>, identity: &Identity) -> Result<DisclosureBody, Error> {
    let path = blackbox_log::body::path(hash);
    DisclosureBody::parse(unpad(&unwrap(&archive.body(hash)?, identity, &path)?, &path)?, &path)
}
