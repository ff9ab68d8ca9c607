//! `request`: an examiner asks.

use std::path::Path;

use blackbox_custody::{
    Archive,
    ask::{Draft, Wanted, draft, log_request},
};
use blackbox_format::term::Literal;
use blackbox_query::plan::{Counts, Mode};
use serde::Deserialize;
use serde_json::json;

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, Desk, desk},
    output::Outcome,
};

pub fn run(args: &cli::Request) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let Desk { mut archive, ledger, operator, mut who, lock: _lock } =
        desk(&store, (&args.archive, &args.operator, &args.who))?;
    let now = clock::now();
    let draft = draft(&archive, &ledger, (&wanted(args)?, &now), &who.identity)?;
    let log_index = log_request(&mut archive, &draft, (&operator, &now))?;
    archive.refresh()?;
    who.state.advance(&archive)?;
    Ok(outcome(&archive, &draft, log_index)?)
}

fn wanted(args: &cli::Request) -> Result<Wanted, Failure> {
    Ok(Wanted {
        query: args.query.clone(),
        mode: match args.mode {
            cli::Mode::Count => Mode::Count,
            cli::Mode::Open => Mode::Open,
            cli::Mode::Exceptional => Mode::Exceptional,
        },
        find_by: literals(&args.find_by)?,
        counts: args.counts.as_deref().map(counts).transpose()?.unwrap_or_default(),
        case: args.case.clone(),
        basis: args.basis.clone(),
        purpose: args.purpose.clone(),
        since: args.since,
        until: args.until,
        context: args.context,
        deposits: args.deposit.clone(),
        compartments: args.compartment.clone(),
        cites: args.cites.clone(),
        expires: args.expires,
        order: args.order.clone(),
    })
}

/// The counts of an answer's JSON, summed over months.
///
/// # Errors
/// The file cannot be read, or holds no counts.
fn counts(path: &Path) -> Result<Counts, Failure> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::error(format!("\"{name}\": {error}")))?;
    let held: Held = serde_json::from_str(&text)
        .map_err(|error| Failure::error(format!("\"{name}\": it holds no counts: {error}")))?;
    let mut sums = Counts::new();
    for Counted { literal, count } in held.counts {
        let literal: Literal = literal
            .parse()
            .map_err(|error| Failure::error(format!("\"{name}\": it holds no counts: {error}")))?;
        let sum = sums.entry(literal).or_default();
        *sum = count.saturating_add(*sum);
    }
    Ok(sums)
}

/// What is read of an answer's JSON.
#[derive(Deserialize)]
struct Held {
    counts: Vec<Counted>,
}

#[derive(Deserialize)]
struct Counted {
    literal: String,
    count: u64,
}

/// Terms given as `field:term`.
///
/// # Errors
/// One is not of that form.
pub fn literals(texts: &[String]) -> Result<Vec<Literal>, Failure> {
    let literal = |text: &String| {
        let read: Result<Literal, _> = text.parse();
        let read = read.map(|literal| Literal::new(literal.field, &literal.term));
        read.map_err(|_| {
            Failure::error(format!("\"{text}\" is not of the form field:term"))
                .hint("for example word:greensill")
        })
    };
    texts.iter().map(literal).collect()
}

fn outcome(archive: &Archive<'_>, draft: &Draft, log_index: u64) -> Result<Outcome, blackbox_custody::Error> {
    let request = &draft.request;
    let group = archive.people.group_of(&request.compartments)?;
    let epochs: Vec<String> = request.months()?.map(|month| month.to_string()).collect();
    let literals: Vec<_> = draft
        .plan
        .literals
        .iter()
        .map(|(literal, roles)| {
            let roles: Vec<String> = roles.iter().map(|role| role.to_string()).collect();
            json!({ "field": literal.field.name(), "term": literal.term, "roles": roles })
        })
        .collect();
    let mut lines: Vec<String> = request.alarm().into_iter().collect();
    lines.extend([
        format!(
            "Request {} is in the log, for {} of {} custodians to approve.",
            request.id,
            request.needed(group.threshold),
            group.custodians.len()
        ),
        format!("Query: {}", draft.plan.query),
        format!("Days: {} to {} (UTC)", request.since, request.until),
        "Plan:".to_owned(),
    ]);
    lines.extend(draft.plan.lines().into_iter().map(|line| format!("  {line}")));
    let opens = request.opens(&draft.plan);
    if !opens.is_empty() {
        lines.push("Whatever program reads the archive, these tokens open at most:".to_owned());
        lines.extend(opens.into_iter().map(|line| format!("  {line}")));
    }
    if request.context > 0 {
        lines.push(format!("  and {} message(s) before and after each in its conversation", request.context));
    }
    let surplus = draft.plan.surplus();
    if !surplus.is_empty() {
        lines.push("Beyond the query itself they would also open:".to_owned());
        lines.extend(surplus.into_iter().map(|line| format!("  {line}")));
    }
    let json = json!({
        "request": request.id,
        "query": draft.plan.query.to_string(),
        "literals": literals,
        "epochs": epochs,
        "expires": request.expires,
        "log_index": log_index,
        "mode": request.mode.to_string(),
        "order": request.order,
    });
    Ok(Outcome::done(json, lines.join("\n")))
}
