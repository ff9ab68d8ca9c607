//! `review`: requests in plain words, with what they would open, alone and together with earlier ones.

mod like;
mod offer;
mod shares;
mod warnings;

use blackbox_custody::{
    Archive, Error,
    approve::{OpenRequest, open_request},
    earlier::History,
    error::Class,
    held::{Whose, together},
    kept::{Spare, keep_bodies},
    ledger::{Ledger, check},
    limits,
};
use blackbox_log::Kind;
use blackbox_query::plan::Mode;
use serde_json::{Value, json};

use self::shares::Shares;
use crate::{
    cli, clock,
    failure::Failure,
    input::{self, Who, who},
    output::{Outcome, warn},
};

/// What all reviews of a run share.
struct Desk<'a> {
    archive: &'a Archive<'a>,
    ledger: &'a Ledger,
    history: &'a History<'a>,
    args: &'a cli::Review,
}

pub fn run(args: &cli::Review) -> Result<Outcome, Failure> {
    let store = input::store(&args.archive);
    let archive = Archive::open(&store)?;
    let ledger = Ledger::read(&archive)?;
    let who = who(&archive, &ledger, &args.who)?;
    keep_bodies(&archive, &ledger, (&who.state, &who.identity))?;
    let spare = Spare::new(&store, who.state.bodies());
    let archive = Archive::open(&spare)?;
    let ids: Vec<String> = match &args.id {
        Some(id) => vec![id.clone()],
        None => ledger
            .of_kind(Kind::Request)
            .map(|logged| logged.leaf.subject.clone())
            .filter(|id| is_open(&archive, &ledger, &who, id))
            .collect(),
    };
    let (mut opened, mut broken): (Vec<OpenRequest>, Option<Error>) = (Vec::new(), None);
    for id in &ids {
        match open_request(&archive, &ledger, &who.identity, id) {
            Ok(open) => opened.push(open),
            // Who came into office later cannot read what was asked before, and an examiner can make a request that
            // nobody can open; that keeps nobody from the rest.
            Err(error) if args.id.is_none() => {
                warn(&format!("request {id} is left out: {error}"));
                broken = broken.or(Some(error).filter(|error| error.class() != Class::Refused));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(error) = broken.filter(|_| opened.is_empty()) {
        return Err(error.into());
    }
    if opened.is_empty() {
        return Ok(Outcome::done(json!({ "requests": [] }), "No request waits for you.".to_owned()));
    }
    let history = History::read(&archive, &ledger, &who.identity)?;
    let desk = Desk { archive: &archive, ledger: &ledger, history: &history, args };
    let reviews = opened.iter().map(|open| review(&desk, open)).collect::<Result<Vec<_>, _>>()?;
    spare.warnings().iter().for_each(|warning| warn(warning));
    let (reviews, texts): (Vec<Value>, Vec<String>) = reviews.into_iter().unzip();
    Ok(Outcome::done(json!({ "requests": reviews }), texts.join("\n\n")))
}

/// Whether a request still waits for this custodian: one of a compartment with other custodians does not.
fn is_open(archive: &Archive<'_>, ledger: &Ledger, who: &Who, id: &str) -> bool {
    let name = who.identity.public().verifier.name();
    let mine = [Kind::Approval, Kind::Refusal].into_iter().flat_map(|kind| ledger.about(kind, id));
    let decided =
        mine.filter(|logged| logged.leaf.by == name).any(|logged| check(archive, ledger, logged).is_ok());
    let over = ledger.request(archive, id).is_ok_and(|request| {
        request.document.is_expired(clock::now().today)
            || !for_this_reader(archive, who, &request.document.compartments)
    });
    !decided && !over
}

/// Whether a request is read by this person: a custodian of its compartments, or an auditor.
fn for_this_reader(archive: &Archive<'_>, who: &Who, compartments: &[String]) -> bool {
    let me = who.identity.public();
    let group = archive.people.group_of(compartments);
    group.is_ok_and(|group| archive.people.overseers(group).any(|person| person == me))
}

fn review(desk: &Desk<'_>, open: &OpenRequest) -> Result<(Value, String), Failure> {
    let request = &open.request.document;
    let history = desk.history;
    let shares = Shares::of(open, history)?;
    let examiner = Whose::Examiner(&request.examiner);
    let mine = together(open, &shares.given_examiner, (history, examiner));
    let all = together(open, &shares.given_everyone, (history, Whose::Everyone));
    let breaches = limits::approval_by(desk.archive, desk.ledger, open, (&history.counts, &clock::now()))?;
    let decisions = decisions(desk, &request.id);
    let warnings = warnings::warnings(desk, open, &shares)?;
    let (repeats, refused) = (like::Repeats::of(open, history), like::RefusedTerms::of(open, history));
    let sections = [
        ("The plan", open.plan.lines()),
        ("Whatever program reads the archive, its tokens open at most", closure(open)),
        ("Of each deposit that is", shares.own_lines(open)),
        (
            "A count request first is offered, which opens nothing: the examiner would run",
            offer(desk, open, &shares),
        ),
        ("Beyond the query itself they would also open", open.plan.surplus()),
        ("Together with tokens given to this examiner before, they would also open", mine.clone()),
        ("Together with tokens given to anyone before, they would also open", all.clone()),
        ("Of each deposit, with all that was given before, that is", shares.sum_lines(&request.examiner)),
        ("Earlier requests like this one", repeats.lines()),
        ("Terms that were refused before", refused.lines()),
        ("Decisions so far", decisions.clone()),
        ("Approve would refuse", breaches.iter().map(ToString::to_string).collect()),
        ("Mind", warnings.clone()),
    ];
    let mut lines = head(open);
    for (title, section) in sections.iter().filter(|(_, section)| !section.is_empty()) {
        lines.push(format!("  {title}:"));
        lines.extend(section.iter().map(|line| format!("    {line}")));
    }
    let mut json = json!({
        "request": request.id, "examiner": request.examiner, "case": request.case, "basis": request.basis,
        "purpose": request.purpose, "query": open.plan.query.to_string(), "mode": request.mode.to_string(),
        "since": request.since, "until": request.until, "context": request.context, "expires": request.expires,
        "deposits": request.deposits, "compartments": request.compartments, "cites": request.cites,
        "plan": open.plan.lines(), "closure": closure(open),
        "surplus": open.plan.surplus(), "together_examiner": mine, "together_everyone": all,
        "decisions": decisions, "warnings": warnings, "order": request.order, "alarm": request.alarm(),
        "repeats": repeats.json(), "refused_before": refused.json(),
        "limits": breaches.iter().map(breach).collect::<Vec<_>>(),
    });
    if let Value::Object(json) = &mut json {
        json.extend(shares.json());
    }
    Ok((json, lines.iter().map(|line| blackbox_bundle::escape_terminal(line)).collect::<Vec<_>>().join("\n")))
}

fn head(open: &OpenRequest) -> Vec<String> {
    let request = &open.request.document;
    let months: usize = open.ask.ranges.iter().map(|range| range.months.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = request.alarm().into_iter().collect();
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
    lines.extend(request.cites.iter().map(|id| format!("  Cites the count request {id}")));
    lines
}

fn decisions(desk: &Desk<'_>, id: &str) -> Vec<String> {
    let made = [Kind::Approval, Kind::Refusal].into_iter().flat_map(|kind| {
        let made = desk.ledger.decisions(desk.archive, kind, id);
        made.into_iter().map(move |logged| format!("{kind} by {}", logged.leaf.by))
    });
    made.collect()
}

/// The command line of a count request, where counts are lacking.
fn offer(desk: &Desk<'_>, open: &OpenRequest, shares: &Shares<'_>) -> Vec<String> {
    let lacking = shares.own.iter().any(|share| !share.unknown.is_empty());
    let offered = lacking && open.request.document.mode != Mode::Drill;
    offered.then(|| offer::command(&desk.args.archive.archive, open)).into_iter().collect()
}

fn breach(breach: &limits::Breach) -> Value {
    json!({
        "limit": breach.limit, "value": breach.value, "what": breach.what, "permit": breach.permit,
        "message": breach.to_string(),
    })
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
