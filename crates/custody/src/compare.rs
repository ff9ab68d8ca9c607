//! Two copies of one archive, compared: the first entry in which their logs differ.

use blackbox_log::{ExtendError, fork::first_difference};
use blackbox_store::Store;

use crate::{
    archive::Archive,
    error::Error,
    verify::{Findings, Severity},
};

/// Compares the log of `archive` with that of the copy in `store`, which `name` names in findings.
///
/// # Errors
/// The other is no archive, or damaged.
pub fn compare(
    archive: &Archive<'_>,
    (store, name): (&dyn Store, &str),
    findings: &mut Findings,
) -> Result<(), Error> {
    let other = Archive::open(store).map_err(|error| match error {
        Error::Usage(what) => Error::Usage(format!("\"{name}\": {what}")),
        error => Error::invalid(name, error),
    })?;
    if other.config.origin != archive.config.origin || other.hash != archive.hash {
        findings.error(name, "this is another archive, and no copy of this one");
        return Ok(());
    }
    let (size, there) = (archive.log.size(), other.log.size());
    let differ = first_difference(&archive.log, &other.log);
    match differ.map_err(|error| Error::invalid(name, format!("the logs could not be compared: {error}")))? {
        Some(agree) => {
            findings.error(name, ExtendError::Forked { agree, until: agree + 1 });
            let who = "both are signed by the operator: whoever saw one was shown another log than whoever saw the other";
            findings.push(Severity::Note, format!("\"{name}\": {who}"));
        }
        None if there > size => {
            let what = format!("\"{name}\": its log goes on to {there} entries, and this one ends at {size}");
            findings.push(Severity::Warning, what);
        }
        None => {}
    }
    findings.all.sort_by_key(|finding| finding.severity);
    Ok(())
}
