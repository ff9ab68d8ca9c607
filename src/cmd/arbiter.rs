//! `arbiter`: whose answer is wrong, from what custodians signed and the key of one month.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use blackbox_custody::{
    Archive, Error, Identity, Public,
    approve::{open_request, request_body},
    arbiter::{Evidence, Judgement, Which, judge, open_dispute, show},
    collect::firsts,
    dispute::compare,
    ledger::Ledger,
    ruling::record,
    wrap::{unwrap, wrap},
};
use blackbox_format::{fields::Hex, merkle::sha256, threshold::Subset};
use blackbox_store::Store;
use blackbox_token::board::Group;
use serde_json::json;

use crate::{
    cli, clock,
    failure::{Failure, code},
    input::{self, needed_operator, who},
    output::Outcome,
};

/// Every age file begins so.
const AGE_MAGIC: &[u8] = b"age-encryption.org/";

pub fn run(step: &cli::Arbiter) -> Result<Outcome, Failure> {
    match step {
        cli::Arbiter::Compare(args) => compare_signed(args),
        cli::Arbiter::Open(args) => open(args),
        cli::Arbiter::Show(args) => show_key(args),
        cli::Arbiter::Judge(args) => judge_evidence(args),
    }
}

fn compare_signed(args: &cli::Compare) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let group = ledger.group(&archive, &args.id)?;
    let pairs = compare(&firsts(ledger.approvals(&archive, &args.id)?));
    let name = |number: usize| group.custodians.get(number).map_or("?", |person| &person.name);
    let ok = pairs.iter().all(|pair| pair.same);
    let mut lines: Vec<String> = Vec::new();
    for pair in &pairs {
        let (one, two) = pair.custodians;
        let verdict = if pair.same { "same" } else { "DIFFERENT" };
        let line = format!(
            "item {}, key of custodians {}: \"{}\" and \"{}\": {verdict}",
            pair.item,
            pair.subset,
            name(one),
            name(two)
        );
        lines.push(blackbox_bundle::escape_terminal(&line));
    }
    lines.push(match (pairs.is_empty(), ok) {
        (true, _) => "No two custodians answered under one key: there is nothing to compare.".to_owned(),
        (_, true) => "All who hold a key signed the same answers.".to_owned(),
        (_, false) => "Some signed different answers under one key: one of each two is wrong.".to_owned(),
    });
    let pair = |pair: &blackbox_custody::dispute::Comparison| {
        let (one, two) = pair.custodians;
        json!({ "item": pair.item, "subset": pair.subset.to_string(), "custodians": [name(one), name(two)], "same": pair.same })
    };
    let json =
        json!({ "request": args.id, "ok": ok, "compared": pairs.iter().map(pair).collect::<Vec<_>>() });
    Ok(Outcome::of(if ok { code::DONE } else { code::FAILED }, json, lines.join("\n")))
}

fn open(args: &cli::OpenDispute) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let who = who(&archive, &ledger, &args.who)?;
    let subset = args.subset.as_deref().map(str::parse::<Subset>).transpose().map_err(Failure::error)?;
    let which = Which { literal: args.literal.clone(), subset };
    let request = open_request(&archive, &ledger, &who.identity, &args.id)?;
    let body = request_body(&archive, &request.request, &who.identity)?.to_text().map_err(Error::from)?;
    let dispute = open_dispute((&archive, &ledger), (&request, body), &who.identity, &which)?;
    let readers = publics(&args.readers)?;
    let members = dispute.subset.members().filter_map(|member| request.group.custodians.get(member));
    let all = members.chain([who.identity.public()]).chain(&readers);
    let sealed = wrap(dispute.to_text().map_err(Error::from)?.as_bytes(), all)?;
    write_new(&args.output, &sealed)?;
    let text = format!(
        "Wrote {}: {} in {}, deposit {}, where \"{}\" and \"{}\" first differ.\n\
         It can be read by the holders of the key ({}), by you, and by those named with --for. It holds one key's \
         answers to this one term, and the request's query.",
        args.output.display(),
        dispute.literal,
        dispute.month,
        dispute.deposit,
        dispute.custodians[0],
        dispute.custodians[1],
        dispute.subset
    );
    let json = json!({
        "written": args.output.display().to_string(), "request": args.id, "item": dispute.item,
        "literal": dispute.literal, "subset": dispute.subset.to_string(), "deposit": dispute.deposit,
        "month": dispute.month.to_string(), "custodians": dispute.custodians,
    });
    Ok(Outcome::done(json, blackbox_bundle::escape_terminal_block(&text)))
}

fn show_key(args: &cli::Show) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let who = who(&archive, &ledger, &args.who)?;
    let text = read_text(&args.dispute, Some(&who.identity))?;
    let file = args.dispute.display().to_string();
    let evidence = show((&archive, &ledger), (&text, &file), &who.identity)?;
    let dispute = blackbox_custody::dispute::Dispute::parse(&text, &file)?;
    let readers = publics(&args.readers)?;
    let shown = evidence.to_text().map_err(Error::from)?;
    match readers.is_empty() {
        true => write_new(&args.output, shown.as_bytes())?,
        false => write_new(&args.output, &wrap(shown.as_bytes(), &readers)?)?,
    }
    let what = format!(
        "Wrote {}. It DISCLOSES the key of custodians {} for {} of deposit {}. Whoever has it can compute this one \
         key's answers to any term in that month of that deposit, for ever: for that month they are as one who \
         holds this key. Nothing opens with it unless all other keys' answers are there too. Give it to the arbiter \
         and to nobody else.",
        args.output.display(),
        dispute.subset,
        dispute.month,
        dispute.deposit
    );
    let json = json!({
        "written": args.output.display().to_string(), "discloses": {
            "subset": dispute.subset.to_string(), "deposit": dispute.deposit, "month": dispute.month.to_string(),
        },
    });
    Ok(Outcome::done(json, blackbox_bundle::escape_terminal_block(&what)))
}

fn judge_evidence(args: &cli::Judge) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let mut archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let key = args.key.as_deref().map(Identity::load).transpose()?;
    let (evidence, judgement) = judged((&archive, &ledger), &args.evidence, key.as_ref())?;
    let text = evidence.to_text().map_err(Error::from)?;
    let mut lines = vec![verdict(&judgement)];
    let mut recorded = None;
    if let Some(identity) = key.as_ref().filter(|_| args.record) {
        let operator = needed_operator(&archive, (&args.archive, &args.operator))?;
        let _lock = store.lock()?;
        let (path, log_index) =
            record(&mut archive, (&judgement, &text), (identity, &operator, &clock::now()))?;
        lines.push(format!(
            "Recorded as {path}, log entry {log_index}. Keep the evidence: only its hash is there."
        ));
        recorded = Some((path, log_index));
    }
    let json = json!({
        "request": judgement.dispute.request, "item": judgement.dispute.item, "literal": judgement.dispute.literal,
        "subset": judgement.dispute.subset.to_string(), "deposit": judgement.dispute.deposit,
        "month": judgement.dispute.month.to_string(), "right": judgement.right, "wrong": judgement.wrong,
        "evidence": Hex(sha256(text.as_bytes())).to_string(),
        "written": recorded.as_ref().map(|(path, _)| path), "log_index": recorded.as_ref().map(|(_, index)| index),
    });
    Ok(Outcome::done(json, blackbox_bundle::escape_terminal_block(&lines.join("\n"))))
}

fn verdict(judgement: &Judgement) -> String {
    let dispute = &judgement.dispute;
    let about = format!("{} in {} of deposit {}", dispute.literal, dispute.month, dispute.deposit);
    match (&judgement.right[..], &judgement.wrong[..]) {
        ([right], [wrong]) => format!("\"{wrong}\" answered WRONGLY and \"{right}\" rightly: {about}."),
        (_, wrong) => format!("\"{}\" BOTH answered WRONGLY: {about}.", wrong.join("\" and \"")),
    }
}

fn judged(
    (archive, ledger): (&Archive<'_>, &Ledger),
    path: &Path,
    key: Option<&Identity>,
) -> Result<(Evidence, Judgement), Failure> {
    let file = path.display().to_string();
    let evidence = Evidence::parse(&read_text(path, key)?, &file)?;
    let judgement = judge((archive, ledger), (&evidence, &file))?;
    Ok((evidence, judgement))
}

/// Those whom the evidence in `files` shows to have answered request `id` wrongly.
///
/// # Errors
/// Evidence fails verification, or is about another request.
pub fn wrong(
    (archive, ledger): (&Archive<'_>, &Ledger),
    files: &[PathBuf],
    (id, identity): (&str, &Identity),
) -> Result<Group, Failure> {
    let mut wrong = Group::default();
    let members = ledger.group(archive, id)?;
    for path in files {
        let (_, judgement) = judged((archive, ledger), path, Some(identity))?;
        if judgement.dispute.request != id {
            let file = path.display().to_string();
            return Err(Error::invalid(file, "this evidence is about another request").into());
        }
        let custodians = members.custodians.iter().enumerate();
        let named = custodians
            .filter(|(_, person)| judgement.wrong.iter().any(|name| name == person.verifier.name()));
        wrong = named.fold(wrong, |wrong, (number, _)| wrong.with(number));
    }
    Ok(wrong)
}

fn publics(paths: &[PathBuf]) -> Result<Vec<Public>, Failure> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
        Ok(text.parse::<Public>().map_err(|what| Error::file(path, what))?)
    };
    paths.iter().map(read).collect()
}

/// A text, encrypted or not.
fn read_text(path: &Path, key: Option<&Identity>) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| Error::file(path, error))?;
    let file = path.display().to_string();
    let bytes = match (bytes.starts_with(AGE_MAGIC), key) {
        (false, _) => bytes,
        (true, Some(key)) => unwrap(&bytes, key, &file)?.to_vec(),
        (true, None) => {
            return Err(Failure::error(format!("\"{file}\": it is encrypted"))
                .file(file)
                .hint("name the key that it is encrypted to with --key FILE"));
        }
    };
    Ok(String::from_utf8(bytes).map_err(|error| Error::invalid(&file, error))?)
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Error::file(path, error).into())
}
