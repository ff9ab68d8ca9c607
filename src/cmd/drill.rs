//! `drill`: whether deposits open at all, with the keys that their custodians hold.

use blackbox_bundle::json as answer_json;
use blackbox_custody::{
    Archive, Error,
    approve::open_request,
    ask::{Draft, Wanted, draft, log_request},
    collect::collect,
    disclose::disclose,
    drill::{Drilled, Failed, carry_out, drilled},
    keys::group,
    ledger::Ledger,
};
use blackbox_format::{manifest::Manifest, term::Literal};
use blackbox_query::plan::Mode;
use serde_json::json;

use crate::{
    cli, clock,
    failure::{Failure, code},
    input::{self, Desk, desk},
    output::{Outcome, warn},
};

pub fn run(args: &cli::Drill) -> Result<Outcome, Failure> {
    match &args.id {
        None => ask(args),
        Some(id) => answer(args, id),
    }
}

/// Asks for a drill of every deposit that was not drilled, or of those named.
fn ask(args: &cli::Drill) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
    let deposits = match args.deposit[..] {
        [] => undrilled(&archive, &ledger)?,
        _ => args.deposit.clone(),
    };
    if deposits.is_empty() {
        let json = json!({ "request": null, "deposits": deposits });
        return Ok(Outcome::of(code::NOTHING, json, "There is no deposit that was not drilled."));
    }
    let now = clock::now();
    let draft = draft(&archive, &ledger, (&wanted(args, deposits), &now), &who.identity)?;
    let log_index = log_request(&mut archive, &draft, (&operator, &now))?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    let needed = archive.people.group_of(&draft.request.compartments)?.threshold.needed();
    Ok(asked(args, &draft, (log_index, needed)))
}

/// The deposits that were not drilled, of the custodians of the first of them: a request is for one group.
fn undrilled(archive: &Archive<'_>, ledger: &Ledger) -> Result<Vec<String>, Failure> {
    let deposits = ledger.deposits(archive)?.into_iter().map(|deposit| deposit.document);
    let left: Vec<Manifest> =
        deposits.filter(|manifest| drilled(archive, ledger, manifest).is_none()).collect();
    let groups = left.iter().map(|manifest| group(archive, manifest)).collect::<Result<Vec<_>, _>>()?;
    let same = left.iter().zip(&groups).filter(|(_, group)| **group == groups[0]);
    Ok(same.map(|(manifest, _)| manifest.deposit.clone()).collect())
}

fn wanted(args: &cli::Drill, deposits: Vec<String>) -> Wanted {
    Wanted {
        query: Literal::drill().to_string(),
        mode: Mode::Drill,
        find_by: Vec::new(),
        counts: Default::default(),
        case: args.case.clone(),
        basis: args.basis.clone(),
        purpose: None,
        since: None,
        until: None,
        context: 0,
        deposits,
        compartments: Vec::new(),
        cites: None,
        expires: args.expires,
        order: None,
    }
}

fn asked(args: &cli::Drill, draft: &Draft, (log_index, needed): (u64, usize)) -> Outcome {
    let request = &draft.request;
    let (folder, key) = (args.archive.archive.display(), args.who.key.display());
    let text = format!(
        "Drill {} of deposit(s) {} is in the log. It opens nothing but a dummy row of each segment.\n\
         Next, {needed} custodians approve it:  blackbox approve {folder} {} --key CUSTODIAN.key\n\
         Then carry it out:  blackbox drill {folder} {} --key {key}",
        request.id,
        request.deposits.join(", "),
        request.id,
        request.id,
    );
    let json = json!({
        "request": request.id, "query": draft.plan.query.to_string(), "deposits": request.deposits,
        "expires": request.expires, "log_index": log_index,
    });
    Outcome::done(json, text)
}

/// Carries out an approved drill, and logs what it gave, whichever way it went.
fn answer(args: &cli::Drill, id: &str) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
    let open = open_request(&archive, &ledger, &who.identity, id)?;
    if open.request.document.mode != Mode::Drill {
        let failure = Failure::from(Error::refused("carry this out as a drill", "it is no drill"));
        return Err(failure.hint(format!("answer it with `blackbox query ARCHIVE {id} --key KEY`")));
    }
    if open.request.leaf.by != who.identity.public().verifier.name() {
        let why = format!("it was asked by \"{}\"", open.request.leaf.by);
        return Err(Error::refused("carry out this drill", why).into());
    }
    let collected = collect(&archive, &ledger, &open, &who.identity)?;
    collected.warnings.iter().for_each(|warning| warn(warning));
    let drilled = carry_out(&archive, &open, &collected);
    let document = answer_json(&drilled.answered.answer);
    let by = (&who.identity, &operator as &dyn blackbox_format::note::Signer, &clock::now());
    let disclosed = disclose(&mut archive, (&open, &drilled.answered, &document), &collected, by)?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    Ok(outcome((id, &open.request.document.deposits), &drilled, disclosed.log_index))
}

fn outcome((id, deposits): (&str, &[String]), drilled: &Drilled, log_index: u64) -> Outcome {
    let ok = drilled.failed.is_empty();
    let whole = |deposit: &String| match drilled.deposits().contains(deposit) {
        true => Some(format!("Deposit {deposit}: drilled. Every segment opened in every month.")),
        false if drilled.failed.iter().any(|failed| failed.deposit == *deposit) => None,
        false => Some(format!(
            "Deposit {deposit}: opened where it was asked, which was not every month: not drilled."
        )),
    };
    let mut lines: Vec<String> = deposits.iter().filter_map(whole).collect();
    lines.extend(drilled.failed.iter().map(failure));
    lines.push(match ok {
        true => {
            "Once all custodians have accepted, the exports of what was drilled can be destroyed.".to_owned()
        }
        false => {
            "THE DRILL FAILED: keep the exports. What fails with its files unharmed has to be sealed anew."
                .to_owned()
        }
    });
    let failed: Vec<_> = drilled
        .failed
        .iter()
        .map(|failed| {
            json!({
                "deposit": failed.deposit, "segment": failed.segment, "month": failed.month, "what": failed.what,
            })
        })
        .collect();
    let json = json!({
        "request": id, "ok": ok, "drilled": drilled.deposits(), "failed": failed,
        "verified_against": drilled.answered.answer.verified_against, "log_index": log_index,
    });
    Outcome::of(if ok { code::DONE } else { code::FAILED }, json, lines.join("\n"))
}

fn failure(failed: &Failed) -> String {
    let Failed { deposit, what, .. } = failed;
    let segment = failed.segment.map(|segment| format!(", segment {segment:05}")).unwrap_or_default();
    let month = failed.month.as_ref().map(|month| format!(", {month}")).unwrap_or_default();
    format!("FAILED: deposit {deposit}{segment}{month}: {what}")
}
