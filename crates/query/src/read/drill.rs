//! A drill: the dummy row of every segment is opened in every month, with what custodians answered.

use blackbox_format::{body::Body, month::Month};
use blackbox_token::{
    ask::Ask,
    combine::Tokens,
    entry::{Counter, Finder, Found, Opener, Tester},
    function::{Part, Token},
};

use super::{
    QueryError,
    search::Counted,
    segment::{DepositReader, SegmentReader},
};

/// Number of the drill's literal among the items of its ask: it is the only one.
const ITEM: usize = 0;

/// What a drill of one deposit gave.
#[derive(Debug, Default)]
pub struct Tried {
    /// Its dummy rows, a month.
    pub counted: Vec<Counted>,
    /// Where it did not open; none if it did.
    pub faults: Vec<Fault>,
}

/// A segment that did not open in a month.
#[derive(Debug)]
pub struct Fault {
    /// Number of the segment.
    pub segment: u32,
    /// The month.
    pub month: Month,
    /// What is wrong.
    pub what: String,
}

/// The four tokens of the drill's literal in one month.
struct DrillTokens<'t> {
    count: &'t Token,
    find: &'t Token,
    test: &'t Token,
    open: &'t Token,
}

/// Opens the dummy row of every segment of `deposit`, which is number `range` of `ask`, in every month
/// asked. Goes on after a fault: each segment and month is tried.
pub fn drill(ask: &Ask, tokens: &Tokens, (range, deposit): (usize, &DepositReader<'_>)) -> Tried {
    let mut tried = Tried::default();
    for month in &ask.ranges[range].months {
        let mut count = 0;
        for segment in &deposit.segments {
            let opened = try_segment(DrillTokens::of(tokens, (range, *month)), segment, &mut count);
            if let Err(what) = opened {
                tried.faults.push(Fault { segment: segment.number(), month: *month, what });
            }
        }
        tried.counted.push(Counted { range, month: *month, item: ITEM, count });
    }
    tried
}

impl<'t> DrillTokens<'t> {
    fn of(tokens: &'t Tokens, (range, month): (usize, Month)) -> Option<DrillTokens<'t>> {
        let token = |part| tokens.get(ITEM, range, (month, part));
        Some(DrillTokens {
            count: token(Part::Count)?,
            find: token(Part::Find)?,
            test: token(Part::Test)?,
            open: token(Part::Open)?,
        })
    }
}

/// Opens the dummy row of one segment, and adds its postings to `count`.
fn try_segment(
    tokens: Option<DrillTokens<'_>>,
    segment: &SegmentReader<'_>,
    count: &mut u64,
) -> Result<(), String> {
    let tokens = tokens.ok_or("too few custodians answered")?;
    let unread = |error: QueryError| error.to_string();
    let postings = segment.postings(&Counter::new(tokens.count), &Finder::new(tokens.find));
    let postings = postings.map_err(unread)?;
    *count += postings.len() as u64;
    let (row, nonce) = match postings[..] {
        [Found::Row(row, nonce)] if u64::from(row) < segment.rows() => (row, nonce),
        [] => {
            return Err(
                "the drill's term is not in its index: its tables were made with other keys".to_owned()
            );
        }
        [Found::Row(..) | Found::Common(..)] => return Err("the drill's entry leads to no row".to_owned()),
        [..] => return Err("its index has the drill's term more than once".to_owned()),
    };
    let secret = segment.secret(&Tester::new(tokens.test), &Opener::new(tokens.open), &nonce);
    let secret = secret.map_err(unread)?.ok_or("the drill's row is found, and nothing opens it")?;
    let record = segment.record(row).map_err(unread)?;
    match segment.open_record(row, &record, &secret).map_err(unread)? {
        Body::Drill => Ok(()),
        Body::Message(_) | Body::Register(_) => {
            Err("the drill's term opens another row than the drill's".to_owned())
        }
    }
}
