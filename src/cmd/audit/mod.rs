//! `audit`: the log, every signature, quorum and proof.

mod text;

use std::{fs, path::Path};

use blackbox_custody::{
    Archive, Error, Identity,
    audit::{Audit, Depth, Job, audit},
    compare::compare,
    contact::Outside,
    error::unsigned,
    kept::keep_bodies,
    ledger::Ledger,
    state::State,
};
use blackbox_format::note::Note;
use blackbox_log::Kind;
use blackbox_store::Folder;
use serde_json::{Value, json};

pub use self::text::{shown, verdict};
use crate::{
    cli, clock,
    failure::{Failure, code},
    input,
    output::Outcome,
    report::{self, Reader, Report},
};

pub fn run(args: &cli::Audit) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let passphrase = input::of_key(args.passphrase_file.as_deref());
    let key = args.key.as_deref().map(|key| input::identity(key, passphrase)).transpose()?;
    // A token that is not plugged in is no error of the archive.
    key.as_ref().map(Identity::prove).transpose()?;
    let mut outside =
        args.checkpoint.iter().map(|path| input::outside(path)).collect::<Result<Vec<_>, _>>()?;
    let since = match &args.since {
        Some(path) => since(&archive, path, &mut outside)?,
        None => 0,
    };
    let ledger = Ledger::read(&archive)?;
    check_key((&archive, &ledger), (args.key.as_deref(), key.as_ref()))?;
    let now = clock::now();
    let depth = if args.quick { Depth::Quick } else { Depth::Whole };
    let (key, outside) = (key.as_ref(), outside.as_slice());
    let job = Job { archive: &archive, ledger: &ledger, key, outside, depth, since, today: now.today };
    let mut audit = audit(&job)?;
    for folder in &args.against {
        compare(&archive, (&Folder::new(folder), &folder.display().to_string()), &mut audit.findings)?;
    }
    let ok = audit.findings.ok();
    let mut written = Vec::new();
    if let Some(path) = &args.html {
        let page = page(&job, &audit, &now.time);
        write_whole(path, page.as_bytes())?;
        written.push(path.display().to_string());
    }
    if let Some(path) = args.save.as_ref().filter(|_| ok) {
        write_whole(path, &archive.log.checkpoint_note().to_bytes())?;
        written.push(path.display().to_string());
    }
    let mut json = json(&job, &audit);
    json["written"] = json!(written);
    let text = text::told(&job, &audit, (&written, args.save.is_some()));
    Ok(Outcome::of(if ok { code::DONE } else { code::FAILED }, json, text))
}

/// Size of the log in a kept checkpoint, which the log must extend; it joins those from outside.
fn since(archive: &Archive<'_>, path: &Path, outside: &mut Vec<Outside>) -> Result<u64, Failure> {
    let kept = input::outside(path)?;
    let note = Note::parse(&kept.note).map_err(unsigned(&kept.file))?;
    let checkpoint = archive.open_checkpoint(&note, &kept.file)?;
    archive.log.check_extends(&checkpoint).map_err(Error::from)?;
    outside.push(kept);
    Ok(checkpoint.size)
}

/// Whether the key's owner may read the terms, and has seen no other log.
fn check_key(
    (archive, ledger): (&Archive<'_>, &Ledger),
    (path, key): (Option<&Path>, Option<&Identity>),
) -> Result<(), Failure> {
    if let Some(key) = key.filter(|key| !archive.people.is_overseer(key.public())) {
        let why = format!("\"{}\" is neither custodian nor auditor of this archive", key.public().name);
        return Err(Error::refused("audit with this key", why).into());
    }
    if let Some(path) = path.map(State::path_beside).filter(|path| path.is_dir()) {
        let state = State::open(&path, archive)?;
        state.check(archive)?;
        if let Some(key) = key {
            keep_bodies(archive, ledger, (&state, key))?;
        }
    }
    Ok(())
}

fn page(job: &Job<'_>, audit: &Audit, now: &str) -> String {
    let report = Report {
        origin: &job.archive.config.origin,
        made: now,
        findings: Some(&audit.findings.all),
        facts: audit.requests.iter().map(|request| &request.facts).collect(),
        statistics: &audit.statistics,
        reader: if job.key.is_some() { Reader::Overseer } else { Reader::Public },
    };
    report::page(&report)
}

fn json(job: &Job<'_>, audit: &Audit) -> Value {
    let counts = |kind| job.ledger.count(kind);
    let requests: Vec<_> = audit
        .requests
        .iter()
        .map(|request| json!({ "request": request.id, "lines": request.lines, "facts": request.facts }))
        .collect();
    json!({
        "ok": audit.findings.ok(),
        "log_size": job.archive.log.size(),
        "deposits": counts(Kind::Deposit),
        "requests": counts(Kind::Request),
        "approvals": counts(Kind::Approval),
        "refusals": counts(Kind::Refusal),
        "disclosures": counts(Kind::Disclosure),
        "rulings": counts(Kind::Ruling),
        "findings": audit.findings.all,
        "details": requests,
        "statistics": audit.statistics,
        "publication": audit.publication,
    })
}

/// Writes a file of the user's: whole, or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = fs::write(part, bytes).and_then(|()| fs::rename(part, path));
    written.map_err(|error| {
        // What cannot be removed either is named by the error.
        let _ = fs::remove_file(part);
        Error::file(path, error).into()
    })
}
