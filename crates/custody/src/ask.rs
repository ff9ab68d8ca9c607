//! Asking: from a query to a signed request, and into the log.

use blackbox_format::{
    fields::Hex,
    manifest::Manifest,
    merkle::sha256,
    note::{Note, Signer},
    term::Literal,
};
use blackbox_log::Kind;
use blackbox_query::{
    language::{ParseError, Query},
    plan::{Counts, Mode, Plan, PlanError, Wishes},
};
use blackbox_token::{ask::Ask, secret::fill_random};

use crate::{
    approve::Now,
    archive::{Archive, Entry},
    error::Error,
    identity::Identity,
    ledger::{Checked, Ledger},
    limits,
    request::{Request, RequestBody},
    wrap::{pad, wrap},
};

/// What an examiner wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The query as written.
    pub query: String,
    /// What it is for.
    pub mode: Mode,
    /// Literals that are to find.
    pub find_by: Vec<Literal>,
    /// How many messages have a literal, as far as earlier answers told.
    pub counts: Counts,
    /// Case reference.
    pub case: String,
    /// Legal basis.
    pub basis: String,
    /// Purpose; the basis, if none is given.
    pub purpose: Option<String>,
    /// First UTC day; the deposits' first, if none is given.
    pub since: Option<jiff::civil::Date>,
    /// Last UTC day; the deposits' last, if none is given.
    pub until: Option<jiff::civil::Date>,
    /// Neighbours on each side.
    pub context: u8,
    /// Deposits; all logged ones, if none is given.
    pub deposits: Vec<String>,
    /// Compartments; all, if none is given.
    pub compartments: Vec<String>,
    /// Id of the logged count request that it cites.
    pub cites: Option<String>,
    /// Last UTC day on which it may be approved; 90 days from now, if none is given. Mode `exceptional` has
    /// no default.
    pub expires: Option<jiff::civil::Date>,
    /// Reference of the order that mode `exceptional` carries out.
    pub order: Option<String>,
}

/// Days for which a request may be approved, unless it says otherwise.
const EXPIRY_DAYS: i64 = 90;

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The query cannot be read.
    #[error("refusing to ask this: {0}")]
    Parse(#[from] ParseError),
    /// The query has no plan.
    #[error("refusing to ask this: {0}")]
    Plan(#[from] PlanError),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// A request, signed but not logged.
pub struct Draft {
    /// The request.
    pub request: Request,
    /// Its plan.
    pub plan: Plan,
    note: Vec<u8>,
    body: Vec<u8>,
}

/// Makes and signs a request.
///
/// # Errors
/// The query cannot be read or has no plan, the signer is no examiner, a deposit is not in the log, or
/// the archive's policy does not allow the context.
pub fn draft(
    archive: &Archive<'_>,
    ledger: &Ledger,
    (wanted, now): (&Wanted, &Now),
    identity: &Identity,
) -> Result<Draft, AskError> {
    let examiner = archive.people.examiners.iter().find(|person| *person == identity.public());
    let stranger =
        || Error::refused("ask", format!("\"{}\" is no examiner of this archive", identity.public().name));
    let examiner = examiner.ok_or_else(stranger)?;
    check_order(archive, wanted)?;
    let query: Query = wanted.query.parse()?;
    let wishes = Wishes { prefer: &wanted.find_by, counts: &wanted.counts };
    let plan = Plan::wished((&query, wanted.mode), &archive.people.rules, wishes)?;
    check_context(archive.config.policy.context, (wanted.mode, wanted.context))?;
    let deposits = asked_deposits(archive, ledger, wanted)?;
    let group = archive.people.group_of(deposits.iter().map(|deposit| &deposit.compartment))?;
    let (since, until) = days((wanted, &query), &deposits)?;
    let order = wanted.order.clone();
    let mut salt = [0; 32];
    fill_random(&mut salt);
    let text = RequestBody { salt: Hex(salt), claim: plan.claim() }.to_text().map_err(Error::from)?;
    let body = wrap(&pad(&text), archive.people.overseers(group).chain([examiner]))?;
    let mut compartments: Vec<String> = deposits.iter().map(|deposit| deposit.compartment.clone()).collect();
    compartments.sort();
    compartments.dedup();
    let expires = match wanted.expires {
        Some(day) => day,
        None => now.today.saturating_add(jiff::Span::new().days(EXPIRY_DAYS)),
    };
    let mut request = Request {
        id: String::new(),
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        examiner: examiner.verifier.name().to_owned(),
        time: now.time.clone(),
        case: wanted.case.clone(),
        basis: wanted.basis.clone(),
        purpose: wanted.purpose.clone().unwrap_or_else(|| wanted.basis.clone()),
        mode: wanted.mode,
        order,
        since: since.to_string(),
        until: until.to_string(),
        context: wanted.context,
        expires: expires.to_string(),
        deposits: deposits.iter().map(|deposit| deposit.deposit.clone()).collect(),
        compartments,
        cites: wanted.cites.clone(),
        commitment: Hex(sha256(text.as_bytes())),
        body: Hex(sha256(&body)),
    };
    let breaches = limits::draft(archive, ledger, (&request, &plan), identity)?;
    limits::permit("ask this", &breaches)?;
    check_months(&request.ask(&plan, deposits.iter())?)?;
    let text = request.to_text().map_err(Error::from)?;
    request.id = Request::id_of(&text);
    Ok(Draft { request, plan, note: Note::sign(text, identity).to_bytes(), body })
}

/// A request by the exceptional route names its order and its last day, and no other names an order.
///
/// # Errors
/// This one does not, or the archive has no such route.
fn check_order(archive: &Archive<'_>, wanted: &Wanted) -> Result<(), Error> {
    check_route(archive, wanted.mode)?;
    let order = wanted.order.as_ref().is_some_and(|order| !order.trim().is_empty());
    match (wanted.mode == Mode::Exceptional, order, wanted.expires) {
        (true, true, Some(_)) | (false, false, _) => Ok(()),
        (true, false, _) => Err(Error::Usage("mode exceptional needs the reference of an order".to_owned())),
        (true, true, None) => Err(Error::Usage("mode exceptional needs a last day to approve".to_owned())),
        (false, true, _) => {
            Err(Error::Usage(format!("a request of mode {} carries out no order", wanted.mode)))
        }
    }
}

/// Common terms find in an archive only if its policy provided for that when it was made.
///
/// # Errors
/// `mode` is exceptional, and the policy has no such route.
pub fn check_route(archive: &Archive<'_>, mode: Mode) -> Result<(), Error> {
    match mode == Mode::Exceptional && !archive.config.policy.exceptional {
        false => Ok(()),
        true => Err(Error::refused(
            "find by common terms",
            "this archive has no exceptional route; only \"exceptional = true\" in the policy with which an archive is made \
             gives it one, for what is sealed into that archive",
        )),
    }
}

/// A digest of no answers would hash nothing secret: whoever guesses a term could confirm it.
///
/// # Errors
/// No deposit that is asked covers a month that is asked.
pub fn check_months(ask: &Ask) -> Result<(), Error> {
    match ask.ranges.iter().all(|range| range.months.is_empty()) {
        false => Ok(()),
        true => Err(Error::refused("ask for this", "no deposit that it asks covers any month that it asks")),
    }
}

/// Context keys open the neighbours of whatever is opened in their months: a request that opens nothing
/// must not carry them, and none more than the policy allows.
///
/// # Errors
/// It does.
pub fn check_context(most: u8, (mode, context): (Mode, u8)) -> Result<(), Error> {
    if matches!(mode, Mode::Count | Mode::Drill) && context > 0 {
        let what = if mode == Mode::Count { "a request that only counts" } else { "a drill" };
        return Err(Error::refused("ask for this", format!("{what} has no context")));
    }
    match context > most {
        false => Ok(()),
        true => Err(Error::refused(
            "ask for this",
            format!("this archive's policy allows a context of at most {most}"),
        )),
    }
}

fn asked_deposits(archive: &Archive<'_>, ledger: &Ledger, wanted: &Wanted) -> Result<Vec<Manifest>, Error> {
    let Wanted { deposits: wanted, compartments, .. } = wanted;
    if let Some(stranger) = compartments.iter().find(|name| !archive.people.groups.contains_key(*name)) {
        return Err(Error::Usage(format!("the archive has no compartment \"{stranger}\"")));
    }
    let all: Vec<Checked<Manifest>> = ledger.deposits(archive)?;
    if let Some(stranger) =
        wanted.iter().find(|id| !all.iter().any(|deposit| deposit.document.deposit == **id))
    {
        return Err(Error::Usage(format!("there is no deposit \"{stranger}\" in the log")));
    }
    let asked = |manifest: &Manifest| {
        (wanted.is_empty() || wanted.contains(&manifest.deposit))
            && (compartments.is_empty() || compartments.contains(&manifest.compartment))
    };
    let deposits: Vec<Manifest> = all.into_iter().map(|deposit| deposit.document).filter(asked).collect();
    match deposits.is_empty() {
        true if compartments.is_empty() => {
            Err(Error::Usage("there is no deposit in this archive yet".to_owned()))
        }
        true => Err(Error::Usage(format!("there is no deposit in compartment {}", compartments.join(", ")))),
        false => Ok(deposits),
    }
}

/// The first and the last day asked: as wanted, or those of the deposits within the days that the query
/// itself asks for, so that no token is given for a month in which nothing can match.
fn days(
    (wanted, query): (&Wanted, &Query),
    deposits: &[Manifest],
) -> Result<(jiff::civil::Date, jiff::civil::Date), Error> {
    let day = |month: Option<blackbox_format::month::Month>| {
        let text = month.map(|month| format!("{month}-01")).unwrap_or_default();
        text.parse::<jiff::civil::Date>().map_err(|error| Error::Usage(error.to_string()))
    };
    let (after, before) = query.days();
    let first = || {
        let first = day(deposits.iter().map(|deposit| deposit.first).min())?;
        Ok::<_, Error>(after.map_or(first, |after| after.max(first)))
    };
    let last = || {
        let last = day(deposits.iter().map(|deposit| deposit.last).max())?.last_of_month();
        let before = before.and_then(|before| before.yesterday().ok());
        Ok::<_, Error>(before.map_or(last, |before| before.min(last)))
    };
    let since = wanted.since.map_or_else(first, Ok)?;
    let until = wanted.until.map_or_else(last, Ok)?;
    match since <= until {
        true => Ok((since, until)),
        false => Err(Error::Usage(format!("the first day asked, {since}, is after the last, {until}"))),
    }
}

/// Appends a draft to the log. The caller holds the store's lock.
///
/// # Errors
/// The log is damaged, or the store failed.
pub fn log_request(
    archive: &mut Archive<'_>,
    draft: &Draft,
    (operator, now): (&dyn Signer, &Now),
) -> Result<u64, Error> {
    archive.check_operator(operator)?;
    archive.refresh()?;
    let entry = Entry {
        kind: Kind::Request,
        subject: &draft.request.id,
        by: &draft.request.examiner,
        path: draft.request.path(),
        document: &draft.note,
        bodies: vec![draft.body.clone()],
        time: &now.time,
    };
    archive.append(operator, entry)
}
