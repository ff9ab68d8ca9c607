//! All logged requests that somebody can read, each opened once: what was asked, given, refused and disclosed.

use blackbox_format::{manifest::Manifest, term::Literal};
use blackbox_log::Kind;
use blackbox_query::plan::{Plan, Role};
use blackbox_token::ask::Range;

use crate::{
    approve::request_body,
    archive::Archive,
    counts::Counts,
    error::Error,
    identity::Identity,
    ledger::{Checked, Ledger, check_refusal, check_request},
    refusal::{Refusal, parse_reason},
    request::Request,
    share::Held,
    wrap::{unpad, unwrap},
};

/// What was asked of an archive so far.
pub struct History<'a> {
    /// The requests that could be read, in the log's order.
    pub requests: Vec<Earlier>,
    /// The others, if a custodian approved them.
    pub unread: Vec<Unread>,
    /// Disclosed counts, and the deposits.
    pub counts: Counts<'a>,
}

/// A request, with what became of it.
pub struct Earlier {
    /// The request.
    pub request: Checked<Request>,
    /// Its plan, under the rules of its day.
    pub plan: Plan,
    /// Deposits and months asked.
    pub ranges: Vec<Range>,
    /// Who approved which items.
    pub given: Vec<Given>,
    /// Who refused it, and why.
    pub refused: Vec<Refused>,
}

/// One custodian's approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Key name of the custodian.
    pub custodian: String,
    /// The items approved.
    pub items: Vec<usize>,
}

/// One custodian's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Key name of the custodian.
    pub custodian: String,
    /// When.
    pub time: String,
    /// The reason, if it can be read.
    pub reason: Option<String>,
}

/// A request that cannot be read, although a custodian approved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its id.
    pub id: String,
    /// Key name of its examiner.
    pub by: String,
    /// Why it cannot be read.
    pub why: String,
    /// The deposits that it asks; none, if not even that can be read.
    pub deposits: Vec<String>,
}

impl Unread {
    /// Whether it may have given tokens of one of these deposits: tokens of others open nothing there.
    pub fn concerns(&self, deposits: &[String]) -> bool {
        self.deposits.is_empty() || self.deposits.iter().any(|deposit| deposits.contains(deposit))
    }
}

impl<'a> History<'a> {
    /// Reads all requests with `identity`, a custodian's or an auditor's.
    ///
    /// # Errors
    /// An approval or a manifest is damaged.
    pub fn read(archive: &Archive<'a>, ledger: &Ledger, identity: &Identity) -> Result<History<'a>, Error> {
        let counts = Counts::read(archive, ledger, identity)?;
        let (mut requests, mut unread) = (Vec::new(), Vec::new());
        for logged in ledger.of_kind(Kind::Request) {
            let approvals = ledger.approvals(archive, &logged.leaf.subject)?;
            let given = approvals
                .into_iter()
                .map(|one| Given { custodian: one.document.custodian, items: one.document.items });
            let given: Vec<Given> = given.collect();
            let (id, by) = (logged.leaf.subject.clone(), logged.leaf.by.clone());
            let request = check_request(archive, logged);
            let deposits = request.as_ref().map_or_else(|_| Vec::new(), |one| one.document.deposits.clone());
            let read = request.and_then(|request| open(archive, request, (&counts.deposits, identity)));
            match read {
                Ok(earlier) => {
                    let refused = refusals(archive, ledger, (&id, identity));
                    requests.push(Earlier { given, refused, ..earlier });
                }
                Err(error) if !given.is_empty() => {
                    unread.push(Unread { id, by, why: error.to_string(), deposits });
                }
                Err(_) => {}
            }
        }
        Ok(History { requests, unread, counts })
    }
}

impl Earlier {
    /// The literals that find rows, or are counted.
    pub fn finders(&self) -> impl Iterator<Item = &Literal> {
        finders(&self.plan)
    }

    /// Adds all that any custodian approved of it.
    pub fn add_given<'e>(&'e self, held: &mut Held<'e>) {
        for given in &self.given {
            held.add(&self.plan, &self.ranges, given.items.iter().copied());
        }
    }
}

/// The literals of a plan that find rows; those that are counted, if it only counts.
pub fn finders(plan: &Plan) -> impl Iterator<Item = &Literal> {
    let counts_only = plan.clauses.is_empty();
    let finds = plan.literals.iter().filter(move |(_, roles)| counts_only || roles.has(Role::Find));
    finds.map(|(literal, _)| literal)
}

fn open(
    archive: &Archive<'_>,
    request: Checked<Request>,
    (deposits, identity): (&[Checked<Manifest>], &Identity),
) -> Result<Earlier, Error> {
    let body = request_body(archive, &request, identity)?;
    let plan = body.check(&request.document, &archive.people_at(request.index).rules)?;
    let earlier = deposits.iter().filter(|deposit| deposit.index < request.index);
    let ranges = request.document.ask(&plan, earlier.map(|deposit| &deposit.document))?.ranges;
    Ok(Earlier { request, plan, ranges, given: Vec::new(), refused: Vec::new() })
}

fn refusals(archive: &Archive<'_>, ledger: &Ledger, (id, identity): (&str, &Identity)) -> Vec<Refused> {
    let checked =
        ledger.about(Kind::Refusal, id).filter_map(|logged| check_refusal(archive, ledger, logged).ok());
    let refused = |refusal: Checked<Refusal>| Refused {
        reason: reason(archive, &refusal.document, identity).ok(),
        custodian: refusal.document.custodian,
        time: refusal.leaf.time,
    };
    checked.map(refused).collect()
}

/// The reason of a logged refusal.
///
/// # Errors
/// Its body is missing, changed, or not for this person.
pub fn reason(archive: &Archive<'_>, refusal: &Refusal, identity: &Identity) -> Result<String, Error> {
    let path = blackbox_log::body::path(&refusal.body);
    parse_reason(unpad(&unwrap(&archive.body(&refusal.body)?, identity, &path)?, &path)?, &path)
}
