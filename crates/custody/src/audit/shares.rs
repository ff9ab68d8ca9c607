//! Shares that were handed over past the log.

use std::collections::HashSet;

use super::{Job, case::Told};
use crate::{error::Error, verify::Findings};

/// A share that no logged approval names was released past the log.
pub(crate) fn check_orphans(job: &Job<'_>, told: &[Told], findings: &mut Findings) -> Result<(), Error> {
    let named: HashSet<&str> = told.iter().flat_map(|told| &told.shares).map(String::as_str).collect();
    for path in job.archive.store.list("requests")? {
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.starts_with("share.") && !named.contains(path.as_str()) {
            findings.error(&path, "a share without a logged approval");
        }
    }
    Ok(())
}
