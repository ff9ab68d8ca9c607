//! `audit`: the log, every signature, quorum and proof.

use blackbox_custody::{
    Archive, Error, Identity,
    audit::audit,
    compare::compare,
    kept::keep_bodies,
    ledger::Ledger,
    state::State,
    verify::{Findings, Severity},
};
use blackbox_log::Kind;
use blackbox_store::Folder;
use serde_json::json;

use crate::{
    cli,
    failure::{Failure, code},
    input,
    output::Outcome,
};

pub fn run(args: &cli::Audit) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let passphrase = input::of_key(args.passphrase_file.as_deref());
    let key = args.key.as_deref().map(|key| input::identity(key, passphrase)).transpose()?;
    // A token that is not plugged in is no error of the archive.
    key.as_ref().map(Identity::prove).transpose()?;
    let outside = args.checkpoint.iter().map(|path| input::outside(path)).collect::<Result<Vec<_>, _>>()?;
    let ledger = Ledger::read(&archive)?;
    if let Some(key) = key.as_ref().filter(|key| !archive.people.is_overseer(key.public())) {
        let why = format!("\"{}\" is neither custodian nor auditor of this archive", key.public().name);
        return Err(Error::refused("audit with this key", why).into());
    }
    if let Some(path) = args.key.as_deref().map(State::path_beside).filter(|path| path.is_dir()) {
        let state = State::open(&path, &archive)?;
        state.check(&archive)?;
        if let Some(key) = &key {
            keep_bodies(&archive, &ledger, (&state, key))?;
        }
    }
    let mut audit = audit(&archive, &ledger, key.as_ref(), &outside)?;
    for folder in &args.against {
        compare(&archive, (&Folder::new(folder), &folder.display().to_string()), &mut audit.findings)?;
    }
    let counts = |kind| ledger.count(kind);
    let ok = audit.findings.ok();
    let mut lines = vec![format!(
        "Log of {}: {} entries; {} deposits, {} requests, {} approvals, {} refusals, {} disclosures.",
        archive.config.origin,
        archive.log.size(),
        counts(Kind::Deposit),
        counts(Kind::Request),
        counts(Kind::Approval),
        counts(Kind::Refusal),
        counts(Kind::Disclosure)
    )];
    for request in &audit.requests {
        lines.push(format!("Request {}", request.id));
        lines
            .extend(request.lines.iter().map(|line| format!("  {}", blackbox_bundle::escape_terminal(line))));
    }
    lines.extend(shown(&audit.findings));
    lines.push(verdict(ok).to_owned());
    let requests: Vec<_> = audit
        .requests
        .iter()
        .map(|request| json!({ "request": request.id, "lines": request.lines }))
        .collect();
    let json = json!({
        "ok": ok,
        "log_size": archive.log.size(),
        "deposits": counts(Kind::Deposit),
        "requests": counts(Kind::Request),
        "approvals": counts(Kind::Approval),
        "refusals": counts(Kind::Refusal),
        "disclosures": counts(Kind::Disclosure),
        "rulings": counts(Kind::Ruling),
        "findings": audit.findings.all,
        "details": requests,
    });
    Ok(Outcome::of(if ok { code::DONE } else { code::FAILED }, json, lines.join("\n")))
}

/// The findings, a line each.
pub fn shown(findings: &Findings) -> Vec<String> {
    let line = |finding: &blackbox_custody::verify::Finding| {
        let severity = match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{severity}: {}", blackbox_bundle::escape_terminal(&finding.what))
    };
    findings.all.iter().map(line).collect()
}

/// The last line.
pub fn verdict(ok: bool) -> &'static str {
    match ok {
        true => "No error was found.",
        false => "The archive FAILED: see the errors above.",
    }
}
