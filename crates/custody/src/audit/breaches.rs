//! What the policy's limits did not allow: requests beyond them, and approvals that should have been refused.

use super::{Extent, Job, case::Told};
use crate::{
    approve::{OpenRequest, open_request},
    config::Limits,
    counts::Counts,
    error::Error,
    limits::{Terms, logged},
    verify::{Findings, Severity},
};

/// Checks every request and approval against the limits in force at the time: with a key all of them, without
/// one those that are judged by what is public.
pub(crate) fn check(job: &Job<'_>, (extent, told): (Extent, &[Told]), findings: &mut Findings) {
    let limited = job.archive.eras.iter().any(|era| era.config.policy.limits != Limits::default());
    if !limited {
        return;
    }
    let key = job.key.filter(|_| extent == Extent::Archive);
    let counts = key.map(|key| Counts::read(job.archive, job.ledger, key)).transpose();
    let counts = findings.expect(counts).flatten();
    for told in told {
        let id = &told.facts.id;
        // What cannot be opened was found when the request was told.
        let open = key.and_then(|key| open_request(job.archive, job.ledger, key, id).ok());
        let breaches = one(job, (id, open.as_ref()), counts.as_ref());
        for (severity, what) in findings.expect(breaches).into_iter().flatten() {
            findings.push(severity, what);
        }
    }
}

fn one(
    job: &Job<'_>,
    (id, open): (&str, Option<&OpenRequest>),
    counts: Option<&Counts<'_>>,
) -> Result<Vec<(Severity, String)>, Error> {
    let request = job.ledger.request(job.archive, id)?;
    let terms =
        open.zip(counts).map(|(open, counts)| Terms { plan: &open.plan, ranges: &open.ask.ranges, counts });
    logged(job.archive, job.ledger, &request, terms)
}
