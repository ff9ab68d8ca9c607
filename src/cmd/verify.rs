//! `verify`: every file of an archive against what was signed and logged.

use blackbox_custody::verify::verify;
use serde_json::json;

use super::audit::{shown, verdict};
use crate::{
    cli::ArchiveArg,
    failure::{Failure, code},
    input::store,
    output::Outcome,
};

pub fn run(args: &ArchiveArg) -> Result<Outcome, Failure> {
    let findings = verify(&store(args))?;
    let ok = findings.ok();
    let mut lines = vec![format!("{} files checked.", findings.files)];
    lines.extend(shown(&findings));
    lines.push(verdict(ok).to_owned());
    let json = json!({ "ok": ok, "files": findings.files, "findings": findings.all });
    Ok(Outcome::of(if ok { code::DONE } else { code::FAILED }, json, lines.join("\n")))
}
