//! What drills opened.

use blackbox_format::manifest::Manifest;
use blackbox_query::plan::Mode;

use crate::{
    disclosure::{Disclosure, DisclosureBody},
    ledger::Checked,
    request::Request,
    verify::{Findings, Severity},
};

/// Which deposits a drill opened, and that it failed where it did not.
pub(crate) fn opened(
    request: &Request,
    disclosure: &Disclosure,
    (lines, findings): (&mut Vec<String>, &mut Findings),
) {
    if request.mode != Mode::Drill {
        return;
    }
    let drilled = &disclosure.drilled;
    lines.extend(drilled.iter().map(|deposit| format!("drilled: every segment of deposit {deposit} opened")));
    for deposit in request.deposits.iter().filter(|deposit| !drilled.contains(deposit)) {
        let id = &request.id;
        let what = format!("request \"{id}\": the drill did not open all of deposit \"{deposit}\"");
        findings.push(Severity::Warning, what);
    }
}

/// A deposit that was drilled has one dummy row a segment in each of its months, by the disclosure's own tokens.
///
/// # Errors
/// What differs, in words.
pub(crate) fn counts(
    manifests: &[Checked<Manifest>],
    (disclosure, body): (&Disclosure, &DisclosureBody),
) -> Result<(), String> {
    let drilled = |manifest: &&Manifest| disclosure.drilled.contains(&manifest.deposit);
    for manifest in manifests.iter().map(|deposit| &deposit.document).filter(drilled) {
        for month in manifest.months() {
            let counted = body.counts.iter().any(|line| {
                line.deposit == manifest.deposit
                    && line.month == month.to_string()
                    && line.count == manifest.segments.len() as u64
            });
            if !counted {
                let deposit = &manifest.deposit;
                return Err(format!(
                    "deposit \"{deposit}\" is said to be drilled, and not all segments are counted in {month}"
                ));
            }
        }
    }
    Ok(())
}
