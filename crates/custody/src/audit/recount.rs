//! Counting again what disclosures say they counted.

use std::collections::BTreeMap;

use blackbox_format::month::Month;
use blackbox_query::{plan::Role, read::DepositReader};
use blackbox_token::{Secret, entry::Counter};

use super::{Job, Tables, case::Found};
use crate::{approve::OpenRequest, disclosure::DisclosureBody};

/// The deposits, opened once for all disclosures.
pub(crate) struct Readers<'a>(BTreeMap<String, Result<DepositReader<'a>, String>>);

impl<'a> Readers<'a> {
    /// Opens them, if there is a key that reads what was disclosed.
    pub(crate) fn open(job: &Job<'a>, tables: Tables) -> Readers<'a> {
        let mut readers = BTreeMap::new();
        if job.key.is_some() && tables == Tables::There {
            for deposit in job.ledger.manifests(job.archive).unwrap_or_default() {
                let manifest = &deposit.document;
                let reader =
                    DepositReader::open(job.archive.store, manifest).map_err(|error| error.to_string());
                readers.insert(manifest.deposit.clone(), reader);
            }
        }
        Readers(readers)
    }

    /// Counts again with the tokens in a disclosure.
    ///
    /// # Errors
    /// What differs, in words.
    pub(crate) fn count_again(&self, body: &DisclosureBody) -> Result<(), String> {
        for line in &body.counts {
            let reader = self.0.get(&line.deposit);
            let reader =
                reader.ok_or_else(|| format!("a count names the unknown deposit \"{}\"", line.deposit))?;
            let counter = Counter::new(&Secret::new(line.token.0));
            let mut count = 0;
            for segment in &reader.as_ref().map_err(Clone::clone)?.segments {
                count += segment.count(&counter).map_err(|error| error.to_string())?;
            }
            if line.month.parse::<Month>().is_err() || count != line.count {
                return Err(format!(
                    "{} in {}: {} counted, {} disclosed",
                    line.literal, line.month, count, line.count
                ));
            }
        }
        Ok(())
    }
}

/// Rows that the finding terms of a request have, by what its disclosure counted; a drill's are dummies.
pub(crate) fn found(open: &OpenRequest, body: &DisclosureBody) -> Vec<Found> {
    if open.plan.query.is_drill() {
        return Vec::new();
    }
    let finds = |literal: &str| {
        let finding =
            open.plan.literals.iter().filter(|(_, roles)| roles.iter().any(|role| role == Role::Find));
        finding.into_iter().any(|(finding, _)| finding.to_string() == literal)
    };
    let lines = body.counts.iter().filter(|line| finds(&line.literal));
    lines
        .map(|line| Found {
            place: (line.deposit.clone(), line.month.clone(), line.literal.clone()),
            rows: line.count,
            context: open.request.document.context,
        })
        .collect()
}
