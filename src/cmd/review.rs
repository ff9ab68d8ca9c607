//! `review`: requests in plain words, with what they would open, alone and together with earlier ones.

use blackbox_custody::{
    Archive,
    approve::{OpenRequest, open_request},
    held::{Whose, together},
    ledger::Ledger,
};
use blackbox_log::Kind;
use blackbox_query::plan::Mode;
use serde_json::{Value, json};

use crate::{
    cli, clock,
    failure::Failure,
    input::{self, Who, who},
    output::Outcome,
};

/// Terms from which on a request is called wide.
const MANY_TERMS: usize = 20;
/// Months from which on a request is called long.
const MANY_MONTHS: usize = 24;

pub fn run(args: &cli::Review) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let who = who(&archive, &ledger, &args.who)?;
    let ids: Vec<String> = match &args.id {
        Some(id) => vec![id.clone()],
        None => ledger
            .of_kind(Kind::Request)
            .map(|logged| logged.leaf.subject.clone())
            .filter(|id| is_open(&archive, &ledger, &who, id))
            .collect(),
    };
    let mut reviews: Vec<Value> = Vec::new();
    let mut texts = Vec::new();
    for id in &ids {
        let open = open_request(&archive, &ledger, &who.identity, id)?;
        let (json, text) = review(&archive, &ledger, (&open, &who))?;
        reviews.push(json);
        texts.push(text);
    }
    if texts.is_empty() {
        texts.push("No request waits for you.".to_owned());
    }
    Ok(Outcome::done(json!({ "requests": reviews }), texts.join("\n\n")))
}

/// Whether a request still waits for this custodian.
fn is_open(archive: &Archive<'_>, ledger: &Ledger, who: &Who, id: &str) -> bool {
    let name = who.identity.public().verifier.name();
    let decided = [Kind::Approval, Kind::Refusal]
        .into_iter()
        .any(|kind| ledger.decisions(archive, kind, id).iter().any(|logged| logged.leaf.by == name));
    let expired =
        ledger.request(archive, id).is_ok_and(|request| request.document.is_expired(clock::now().today));
    !decided && !expired
}

fn review(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (open, who): (&OpenRequest, &Who),
) -> Result<(Value, String), Failure> {
    let request = &open.request.document;
    let months: usize = open.ask.ranges.iter().map(|range| range.months.len()).max().unwrap_or(0);
    let mine = together(archive, ledger, (open, &who.identity), Whose::Examiner(&request.examiner))?;
    let all = together(archive, ledger, (open, &who.identity), Whose::Everyone)?;
    let decisions: Vec<String> = [Kind::Approval, Kind::Refusal]
        .into_iter()
        .flat_map(|kind| {
            let made = ledger.decisions(archive, kind, &request.id);
            made.into_iter().map(move |logged| format!("{kind} by {}", logged.leaf.by))
        })
        .collect();
    let (warnings, alarm) = (warnings(ledger, open, months), request.alarm());
    let surplus = open.plan.surplus();
    let sections = [
        ("The plan, literal by literal", open.plan.lines()),
        ("Whatever program reads the archive, its tokens open at most", closure(open)),
        ("Beyond the query itself they would also open", surplus),
        ("Together with tokens given to this examiner before, they would also open", mine.clone()),
        ("Together with tokens given to anyone before, they would also open", all.clone()),
        ("Decisions so far", decisions.clone()),
        ("Mind", warnings.clone()),
    ];
    let mut lines: Vec<String> = alarm.clone().into_iter().collect();
    lines.extend([
        format!("Request {} by {}, {}", request.id, request.examiner, request.time),
        format!("  Case {}; basis: {}; purpose: {}", request.case, request.basis, request.purpose),
        format!("  Query: {}", open.plan.query),
        format!(
            "  Mode {}, context {}, {} to {} (UTC), {months} month(s) held, {} deposit(s), compartment(s) {}; approve until {}",
            request.mode,
            request.context,
            request.since,
            request.until,
            request.deposits.len(),
            request.compartments.join(", "),
            request.expires
        ),
    ]);
    for (title, section) in sections.iter().filter(|(_, section)| !section.is_empty()) {
        lines.push(format!("  {title}:"));
        lines.extend(section.iter().map(|line| format!("    {line}")));
    }
    let json = json!({
        "request": request.id, "examiner": request.examiner, "case": request.case, "basis": request.basis,
        "purpose": request.purpose, "query": open.plan.query.to_string(), "mode": request.mode.to_string(),
        "since": request.since, "until": request.until, "context": request.context, "expires": request.expires,
        "deposits": request.deposits, "compartments": request.compartments, "plan": open.plan.lines(), "closure": closure(open),
        "surplus": open.plan.surplus(), "together_examiner": mine, "together_everyone": all,
        "decisions": decisions, "warnings": warnings, "order": request.order, "alarm": alarm,
    });
    Ok((json, lines.iter().map(|line| blackbox_bundle::escape_terminal(line)).collect::<Vec<_>>().join("\n")))
}

fn closure(open: &OpenRequest) -> Vec<String> {
    let mut lines = open.request.document.opens(&open.plan);
    let context = open.request.document.context;
    if context > 0 && !lines.is_empty() {
        lines.push(format!(
            "and {context} message(s) before and after each, in its conversation, whatever they say"
        ));
    }
    lines
}

fn warnings(ledger: &Ledger, open: &OpenRequest, months: usize) -> Vec<String> {
    let request = &open.request.document;
    let mut warnings = Vec::new();
    if open.plan.literals.len() >= MANY_TERMS {
        warnings.push(format!(
            "it asks for {} terms: many uncommon words together open much",
            open.plan.literals.len()
        ));
    }
    if months >= MANY_MONTHS {
        warnings.push(format!("it covers {months} months"));
    }
    let singles = open.plan.closure().singles().len();
    if singles > 0 && request.mode != Mode::Drill {
        warnings.push(format!(
            "{singles} term(s) open every message that holds them; a count request first would say how many"
        ));
    }
    let earlier = ledger
        .of_kind(Kind::Request)
        .filter(|logged| logged.leaf.by == request.examiner && logged.leaf.subject != request.id)
        .count();
    if earlier > 0 {
        warnings.push(format!("this examiner has made {earlier} other request(s)"));
    }
    warnings
}
