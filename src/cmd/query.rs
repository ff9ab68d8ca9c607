//! `query`: the answer to an approved request, and its disclosure.

use std::{fs, path::Path};

use blackbox_bundle::{Colour, Heading, csv, disagreement, html, json, terminal};
use blackbox_custody::{
    Archive, Error,
    approve::{OpenRequest, open_request},
    collect::{Collected, collect_without},
    disclose::{Disclosed, answer, disclose},
    ledger::{Checked, Ledger},
    ruling::{Ruling, check_ruling},
};
use blackbox_log::Kind;
use blackbox_query::answer::Answer;
use blackbox_store::{Folder, Store};

use crate::{
    cli, clock,
    failure::{Failure, code},
    input::{self, needed_operator},
    output::{self, Outcome, warn},
    progress::bar,
};

pub fn run(args: &cli::Query) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
    if let Some(bundle) = &args.output {
        check_bundle(bundle)?;
    }
    let own = input::own(&args.who)?;
    let _lock = store.lock()?;
    archive.refresh()?;
    let ledger = Ledger::read(&archive)?;
    let mut who = input::who_is(&archive, &ledger, (own, &args.who))?;
    let open = open_request(&archive, &ledger, &who.identity, &args.id)?;
    if open.request.leaf.by != who.identity.public().verifier.name() {
        let why = format!("it was made by \"{}\"", open.request.leaf.by);
        return Err(Error::refused("answer this request", why).into());
    }
    if open.plan.query.is_drill() {
        let failure = Failure::from(Error::refused("answer this request", "it is a drill"));
        return Err(failure.hint(format!("carry it out with `blackbox drill ARCHIVE {} --key KEY`", args.id)));
    }
    if !archive.people.examiners.contains(who.identity.public()) {
        let why = format!("\"{}\" is no longer an examiner of this archive", who.identity.public().name);
        return Err(Error::refused("answer this request", why).into());
    }
    let wrong = super::arbiter::wrong((&archive, &ledger), &args.evidence, (&args.id, &who.identity))?;
    rulings(&archive, &ledger, &args.id).iter().for_each(|ruling| warn(ruling));
    let collected = collect_without(&archive, &ledger, (&open, &who.identity), wrong)?;
    collected.warnings.iter().for_each(|warning| warn(warning));
    collected.disagreements.iter().for_each(|one| warn(&disagreement(one)));
    let searching = bar(None, "searching");
    let answered = answer(&archive, &open, &collected);
    searching.finish_and_clear();
    let answered = answered?;
    for row in &answered.answer.misindexed {
        warn(&format!("row {row} is indexed under a term that its message does not hold; it is not shown"));
    }
    let document = json(&answered.answer);
    let disclosed = disclose(
        &mut archive,
        (&open, &answered, &document),
        &collected,
        (&who.identity, &operator, &clock::now()),
    )?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    if let Some(bundle) = &args.output {
        write_bundle(
            bundle,
            &heading(&archive, &open, &collected),
            (&answered.answer, &document),
            &disclosed,
        )?;
    }
    Ok(outcome(args, answered.answer))
}

/// What was ruled about the request: its signers' word, which changes nothing here without the evidence.
fn rulings(archive: &Archive<'_>, ledger: &Ledger, id: &str) -> Vec<String> {
    let logged = ledger.about(Kind::Ruling, id);
    let rulings = logged.filter_map(|logged| check_ruling(archive, ledger, logged).ok());
    let told = |ruling: Checked<Ruling>| {
        format!("{}; --evidence FILE would let this be checked and used", ruling.document.told())
    };
    rulings.map(told).collect()
}

fn heading(archive: &Archive<'_>, open: &OpenRequest, collected: &Collected) -> Heading {
    let request = &open.request.document;
    Heading {
        origin: request.origin.clone(),
        request: request.id.clone(),
        query: open.plan.query.to_string(),
        case: request.case.clone(),
        basis: request.basis.clone(),
        purpose: request.purpose.clone(),
        examiner: request.examiner.clone(),
        months: format!("{} to {}", request.since, request.until),
        approved_by: collected.custodians.clone(),
        verified_against: collected.verified_against,
        deposits: request.deposits.clone(),
        asked: request.time.clone(),
        log_size: archive.log.size(),
        matched_words: Vec::new(),
    }
}

/// A bundle is written into a new or empty folder: nothing of the user's is overwritten.
fn check_bundle(bundle: &Path) -> Result<(), Failure> {
    let empty = match fs::read_dir(bundle) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    match empty {
        true => Ok(()),
        false => {
            let path = bundle.display().to_string();
            Err(Failure::error(format!(
                "\"{path}\": is not an empty folder; refusing to write a bundle into it"
            ))
            .file(path))
        }
    }
}

/// Writes the bundle to a temporary folder beside it, and puts it in place whole.
fn write_bundle(
    bundle: &Path,
    heading: &Heading,
    (answer, document): (&Answer, &[u8]),
    disclosed: &Disclosed,
) -> Result<(), Failure> {
    let mut name = bundle.file_name().unwrap_or_default().to_owned();
    name.push(format!(".tmp-{}", std::process::id()));
    let temporary = bundle.with_file_name(name);
    let write = || {
        // What was opened is for the examiner's eyes first.
        let folder = Folder::private(&temporary);
        let put = |name, bytes: &[u8]| folder.put(name, bytes).map_err(std::io::Error::other);
        put("hits.json", document)?;
        put("hits.csv", &csv(answer))?;
        put("hits.html", html(heading, answer).as_bytes())?;
        put("salt", &disclosed.salt)?;
        if bundle.is_dir() {
            fs::remove_dir(bundle)?;
        }
        fs::rename(&temporary, bundle)
    };
    write().map_err(|error| {
        // What could not be finished is taken away; the answer is logged, and `query` can be run again.
        let _ = fs::remove_dir_all(&temporary);
        Error::file(bundle, error).into()
    })
}

fn outcome(args: &cli::Query, answer: Answer) -> Outcome {
    let bundle = args.output.as_ref().map(|bundle| bundle.display().to_string());
    let (code, json) = (exit_code(&answer), serde_json::json!(answer));
    Outcome::later(code, json, move || {
        let colour = if output::on_terminal() { Colour::On } else { Colour::Off };
        let mut text = terminal(&answer, output::width(), colour);
        if let Some(bundle) = bundle {
            text.push_str(&format!("\nWrote {bundle}/hits.json, {bundle}/hits.csv, {bundle}/hits.html.\n"));
        }
        text
    })
}

fn exit_code(answer: &Answer) -> u8 {
    let empty = match answer.mode.as_str() {
        "count" => answer.counts.iter().all(|count| count.count == 0),
        _ => answer.hits.is_empty(),
    };
    if !answer.misindexed.is_empty() {
        return code::FAILED;
    }
    match (answer.unanswered.is_empty(), empty) {
        (false, _) => code::REFUSED,
        (true, true) => code::NOTHING,
        (true, false) => code::DONE,
    }
}
