//! `status`: what an archive holds, and what to do next.

use std::collections::BTreeSet;

use blackbox_custody::{Archive, drill::drilled, keys::group, ledger::Ledger, witness::required};
use blackbox_format::manifest::Manifest;
use blackbox_log::Kind;
use serde_json::json;

use crate::{cli::ArchiveArg, clock, failure::Failure, input::store, output::Outcome};

pub fn run(args: &ArchiveArg) -> Result<Outcome, Failure> {
    let store = store(args);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let advice = advice(&archive, &ledger)?;
    let deposits = deposits(&archive, &ledger)?;
    let requests = requests(&archive, &ledger)?;
    let checkpoint = archive.log.checkpoint_note().to_string();
    let mut lines = vec![format!(
        "{}: {} of {} custodians must agree; log of {} entries.",
        archive.config.origin,
        archive.people.threshold.needed(),
        archive.people.custodians.len(),
        archive.log.size()
    )];
    for deposit in &deposits {
        lines.push(format!(
            "Deposit {} ({}): {} to {}, {} segment(s), accepted by {} of {}, {}",
            deposit["deposit"].as_str().unwrap_or_default(),
            deposit["compartment"].as_str().unwrap_or_default(),
            deposit["first_month"].as_str().unwrap_or_default(),
            deposit["last_month"].as_str().unwrap_or_default(),
            deposit["segments"],
            deposit["accepted"],
            deposit["custodians"],
            match deposit["drilled"].as_str() {
                Some(time) => format!("drilled at {time}"),
                None => "not drilled".to_owned(),
            }
        ));
    }
    for request in &requests {
        lines.push(format!(
            "Request {}: by {}, case {}; {} approval(s), {} refusal(s), {} disclosure(s)",
            request["request"].as_str().unwrap_or_default(),
            request["examiner"].as_str().unwrap_or_default(),
            blackbox_bundle::escape_terminal(request["case"].as_str().unwrap_or_default()),
            request["approvals"],
            request["refusals"],
            request["disclosures"]
        ));
        if let Some(alarm) = request["alarm"].as_str() {
            lines.push(format!("  {}", blackbox_bundle::escape_terminal(alarm)));
        }
    }
    lines.extend(advice.iter().map(|advice| format!("Advice: {advice}")));
    lines.push("Checkpoint (keep a copy elsewhere: it shows later whether the log was cut back):".to_owned());
    lines.push(checkpoint.trim_end().to_owned());
    let json =
        json!({ "deposits": deposits, "requests": requests, "checkpoint": checkpoint, "advice": advice });
    Ok(Outcome::done(json, lines.join("\n")))
}

fn deposits(archive: &Archive<'_>, ledger: &Ledger) -> Result<Vec<serde_json::Value>, Failure> {
    let deposits = ledger.deposits(archive)?;
    Ok(deposits
        .iter()
        .map(|deposit| {
            let manifest = &deposit.document;
            json!({
                "deposit": manifest.deposit, "compartment": manifest.compartment, "sealed": manifest.sealed,
                "first_month": manifest.first.to_string(), "last_month": manifest.last.to_string(),
                "segments": manifest.segments.len(), "accepted": accepted(archive, ledger, manifest).0.len(),
                "custodians": manifest.threshold.custodians(), "threshold": manifest.threshold.needed(),
                "drilled": drilled(archive, ledger, manifest),
            })
        })
        .collect())
}

fn requests(archive: &Archive<'_>, ledger: &Ledger) -> Result<Vec<serde_json::Value>, Failure> {
    let requests = ledger.requests(archive)?;
    Ok(requests.iter().map(|request| {
        let count = |kind| ledger.decisions(archive, kind, &request.document.id).len();
        json!({
            "request": request.document.id, "examiner": request.document.examiner, "case": request.document.case,
            "mode": request.document.mode.to_string(), "expires": request.document.expires,
            "order": request.document.order, "alarm": request.document.alarm(),
            "approvals": count(Kind::Approval), "refusals": count(Kind::Refusal), "disclosures": count(Kind::Disclosure),
        })
    }).collect())
}

/// The custodians in office of a deposit's compartment who have accepted it, and those who have not.
fn accepted<'a>(
    archive: &'a Archive<'_>,
    ledger: &Ledger,
    manifest: &Manifest,
) -> (Vec<&'a str>, Vec<&'a str>) {
    let accepts = ledger.decisions(archive, Kind::Accept, &manifest.deposit);
    let accepts: BTreeSet<&str> = accepts.iter().map(|logged| logged.leaf.by.as_str()).collect();
    let group = group(archive, manifest).ok();
    group.into_iter().flat_map(|group| group.names()).partition(|name| accepts.contains(name))
}

fn advice(archive: &Archive<'_>, ledger: &Ledger) -> Result<Vec<String>, Failure> {
    let mut advice = Vec::new();
    for deposit in ledger.deposits(archive)? {
        let id = &deposit.document.deposit;
        let (_, missing) = accepted(archive, ledger, &deposit.document);
        let mut lacking = Vec::new();
        if !missing.is_empty() {
            lacking.push(format!("{} have not accepted it (`blackbox accept`)", missing.join(", ")));
        }
        if drilled(archive, ledger, &deposit.document).is_none() {
            lacking.push("no drill has opened it (`blackbox drill`)".to_owned());
        }
        if !lacking.is_empty() {
            advice.push(format!("keep the exports of deposit {id}: {}", lacking.join("; ")));
        }
    }
    let today = clock::now().today;
    for request in ledger.requests(archive)? {
        let approvals: BTreeSet<&str> = ledger
            .about(Kind::Approval, &request.document.id)
            .map(|logged| logged.leaf.by.as_str())
            .collect();
        let group = archive.people.group_of(&request.document.compartments)?;
        let needed = request.document.needed(group.threshold);
        if approvals.len() < needed && !request.document.is_expired(today) {
            advice.push(format!(
                "request {} waits for {} more approval(s)",
                request.document.id,
                needed - approvals.len()
            ));
            if let Err(error) = required(archive, request.index) {
                advice.push(format!("request {}: {error}", request.document.id));
            }
        }
    }
    let logged: BTreeSet<&str> =
        ledger.of_kind(Kind::Deposit).map(|logged| logged.leaf.subject.as_str()).collect();
    let found: BTreeSet<String> = archive
        .store
        .list("deposits")?
        .iter()
        .filter_map(|path| path.split('/').nth(1).map(str::to_owned))
        .collect();
    for id in found.iter().filter(|id| !logged.contains(id.as_str())) {
        advice.push(format!(
            "\"deposits/{id}\" is an unfinished deposit that is not in the log; it can be deleted"
        ));
    }
    Ok(advice)
}
