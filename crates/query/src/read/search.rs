//! Carrying out a plan: find, test, open, then filter by the query itself.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use blackbox_format::{
    body::{Body, Sealed},
    month,
    term::Literal,
};
use blackbox_token::{
    ask::Ask,
    combine::Tokens,
    entry::{Counter, Finder, Found as Posted, Nonce, Opener, Posting, RowSecret, Tester},
    function::{Part, Token},
};

use super::{
    QueryError, context,
    segment::{DepositReader, SegmentReader},
};
use crate::{
    answer::{Annotation, Count, Hit, HitAttachment, Unanswered},
    matches::{Terms, matches, quoted, shown},
    plan::{Clause, Mode, Plan, Role, Rules},
};

/// What is to be carried out, and with what.
pub struct Job<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What custodians were asked; its first items are the plan's literals.
    pub ask: &'a Ask,
    /// What they answered.
    pub tokens: &'a Tokens,
    /// How many of them are needed.
    pub needed: usize,
    /// The archive's rules.
    pub rules: &'a Rules,
    /// Neighbours asked on each side.
    pub context: u8,
    /// First and last Unix millisecond asked.
    pub span: (i64, i64),
}

/// A count in one deposit and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Number of the deposit in the ask.
    pub range: usize,
    /// The month.
    pub month: month::Month,
    /// Number of the literal in the plan.
    pub item: usize,
    /// Its postings.
    pub count: u64,
}

/// What a plan found.
#[derive(Debug, Default)]
pub struct Found {
    /// Hits, by time, deposit and sealing order.
    pub hits: Vec<Hit>,
    /// Counts, a literal, deposit and month.
    pub counted: Vec<Counted>,
    /// The same, summed over deposits.
    pub counts: Vec<Count>,
    /// What could not be answered.
    pub unanswered: Vec<Unanswered>,
    /// Rows whose index entries do not fit their message: the sealer's mistake, or worse.
    pub misindexed: Vec<String>,
}

/// Tokens of one deposit and month.
#[derive(Clone, Copy)]
pub(super) struct Month<'a> {
    tokens: &'a Tokens,
    range: usize,
    month: month::Month,
}

impl<'a> Month<'a> {
    pub(super) fn token(&self, item: usize, part: Part) -> Option<&'a Token> {
        self.tokens.get(item, self.range, (self.month, part))
    }
}

/// Carries out `job` on `deposits`, which are those of the ask, in its order.
///
/// # Errors
/// A file of the archive is missing or changed, or a record does not open.
pub fn search(job: &Job<'_>, deposits: &[DepositReader<'_>]) -> Result<Found, QueryError> {
    let mut run = Run {
        job,
        found: Found::default(),
        order: Vec::new(),
        common: BTreeMap::new(),
        postings: HashMap::new(),
    };
    for (range, (asked, deposit)) in job.ask.ranges.iter().zip(deposits).enumerate() {
        for month in &asked.months {
            let month = Month { tokens: job.tokens, range, month: *month };
            run.month(deposit, month)?;
        }
    }
    Ok(run.finish())
}

struct Run<'a> {
    job: &'a Job<'a>,
    found: Found,
    order: Vec<(i64, usize, u64, usize)>,
    common: BTreeMap<(Literal, month::Month), (u64, String)>,
    /// Postings of this deposit's month by item and segment: counted and found by, they are read once.
    postings: HashMap<(usize, u32), Rc<Vec<Posted>>>,
}

#[path = "lacking.rs"]
mod lacking;

/// A row that some clause opens.
struct Opened {
    secret: RowSecret,
    held: Vec<Literal>,
}

impl Run<'_> {
    fn item(&self, literal: &Literal) -> Option<usize> {
        self.job.plan.literals.iter().position(|(known, _)| known == literal)
    }

    fn month(&mut self, deposit: &DepositReader<'_>, month: Month<'_>) -> Result<(), QueryError> {
        self.postings.clear();
        self.count(deposit, month)?;
        let mut ready: Vec<&Clause> = Vec::new();
        for clause in &self.job.plan.clauses {
            let lacking = self.lacking(clause, month);
            if lacking.is_empty() || self.is_usable((clause, &lacking), month) {
                ready.push(clause);
            }
            // A row that a NOT should exclude is excluded by its text all the same.
            let excluding =
                |literal: &&&Literal| clause.nots.contains(literal) && self.is_withheld(literal, month);
            let missed: Vec<&Literal> = lacking.iter().filter(|one| !excluding(one)).copied().collect();
            self.lacks(&missed, month);
        }
        let tokens = context::tokens(&month, self.job.plan.literals.len(), self.job.context);
        let before = self.found.hits.len();
        for segment in &deposit.segments {
            let mut rows: BTreeMap<u32, Opened> = BTreeMap::new();
            for clause in &ready {
                self.clause((segment, month), clause, &mut rows)?;
            }
            for (row, opened) in rows {
                self.open((deposit, segment), (row, opened), (month, &tokens))?;
            }
        }
        if self.found.hits.len() > before {
            self.withheld_context(month);
        }
        Ok(())
    }

    /// Counts every literal whose count token is held.
    fn count(&mut self, deposit: &DepositReader<'_>, month: Month<'_>) -> Result<(), QueryError> {
        for (item, (literal, roles)) in self.job.plan.literals.iter().enumerate() {
            if !roles.has(Role::Count) {
                continue;
            }
            let Some(token) = month.token(item, Part::Count) else {
                if self.job.plan.mode == Mode::Count {
                    self.lacks(&[literal], month);
                }
                continue;
            };
            let counter = Counter::new(token);
            let mut count = 0;
            for segment in &deposit.segments {
                count += match month.token(item, Part::Find) {
                    Some(find) => self.postings((segment, item), &counter, find)?.len() as u64,
                    None => segment.count(&counter)?,
                };
            }
            self.found.counted.push(Counted { range: month.range, month: month.month, item, count });
        }
        Ok(())
    }

    fn postings(
        &mut self,
        (segment, item): (&SegmentReader<'_>, usize),
        counter: &Counter,
        find: &Token,
    ) -> Result<Rc<Vec<Posted>>, QueryError> {
        let place = (item, segment.number());
        if let Some(read) = self.postings.get(&place) {
            return Ok(read.clone());
        }
        let read = Rc::new(segment.postings(counter, &Finder::new(find))?);
        self.postings.insert(place, read.clone());
        Ok(read)
    }

    /// Finds, tests and opens the rows of one clause in one segment.
    fn clause(
        &mut self,
        (segment, month): (&SegmentReader<'_>, Month<'_>),
        clause: &Clause,
        rows: &mut BTreeMap<u32, Opened>,
    ) -> Result<(), QueryError> {
        let openers: Vec<(&Literal, Tester, Opener)> =
            clause.open.iter().filter_map(|literal| self.opener(month, literal)).collect();
        let groups: Vec<Vec<Tester>> = clause.tests.iter().map(|group| self.testers(month, group)).collect();
        let nots = self.testers(month, &clause.nots);
        for literal in &clause.find {
            for (row, nonce) in self.rows((segment, month), literal, clause)? {
                if rows.contains_key(&row) || !passes(segment, &nonce, (&groups, &nots))? {
                    continue;
                }
                let opened = open_with(segment, &nonce, &openers)?;
                match opened {
                    Some((opening, secret)) => {
                        rows.insert(row, Opened { secret, held: vec![literal.clone(), opening.clone()] });
                    }
                    // A row that holds the term by its finder must hold it by its opener.
                    None if openers.iter().any(|(opening, ..)| *opening == literal) => {
                        return Err(QueryError::Inconsistent(segment.path(), literal.clone()));
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    fn opener<'c>(&self, month: Month<'_>, literal: &'c Literal) -> Option<(&'c Literal, Tester, Opener)> {
        let item = self.item(literal)?;
        let (test, open) = (month.token(item, Part::Test)?, month.token(item, Part::Open)?);
        Some((literal, Tester::new(test), Opener::new(open)))
    }

    fn testers(&self, month: Month<'_>, literals: &[Literal]) -> Vec<Tester> {
        let tester = |literal| Some(Tester::new(month.token(self.item(literal)?, Part::Test)?));
        literals.iter().filter_map(tester).collect()
    }

    /// The rows that `literal` finds; if it is common here, that is noted instead.
    fn rows(
        &mut self,
        (segment, month): (&SegmentReader<'_>, Month<'_>),
        literal: &Literal,
        clause: &Clause,
    ) -> Result<Vec<(u32, Nonce)>, QueryError> {
        let tokens = self
            .item(literal)
            .and_then(|item| Some((item, month.token(item, Part::Count)?, month.token(item, Part::Find)?)));
        let Some((item, count, find)) = tokens else { return Ok(Vec::new()) };
        let unmasked = month.token(item, Part::Exceptional).map(Finder::new);
        let (mut rows, mut masked) = (Vec::new(), Vec::new());
        for (number, posting) in (0..).zip(self.postings((segment, item), &Counter::new(count), find)?.iter())
        {
            match *posting {
                Posted::Row(row, nonce) => rows.push((row, nonce)),
                Posted::Common(row, nonce) => masked.push((number, row, nonce)),
            }
        }
        if !masked.is_empty() && !rows.is_empty() {
            // A term is common in a whole month or not at all.
            return Err(QueryError::Inconsistent(segment.path(), literal.clone()));
        }
        let common = masked.len() as u64;
        if let Some(finder) = &unmasked {
            let posting = |number| Posting { segment: segment.number().into(), number };
            let unmask = |(number, row, nonce)| finder.mask_common(posting(number), row, &nonce);
            rows.extend(masked.into_iter().map(unmask));
        } else if common > 0 {
            // Other clauses may find by the same literal: its postings are counted once.
            let first = self.job.plan.clauses.iter().find(|clause| clause.find.contains(literal));
            let first = first.is_some_and(|first| std::ptr::eq(first, clause));
            let reason = common_reason(literal, clause, self.job.rules);
            let entry = self.common.entry((literal.clone(), month.month)).or_insert((0, reason));
            if first {
                entry.0 += common;
            }
        }
        match rows.iter().any(|(row, _)| u64::from(*row) >= segment.rows()) {
            true => Err(QueryError::Inconsistent(segment.path(), literal.clone())),
            false => Ok(rows),
        }
    }

    /// Opens a row, and keeps it if its message matches the query.
    fn open(
        &mut self,
        (deposit, segment): (&DepositReader<'_>, &SegmentReader<'_>),
        (row, opened): (u32, Opened),
        (month, context): (Month<'_>, &context::ContextTokens<'_>),
    ) -> Result<(), QueryError> {
        let record = segment.record(row)?;
        let id = format!("{}/{:05}/{row}", deposit.id, segment.number());
        // No term of a query is a drill's or a register's.
        let Body::Message(message) = segment.open_record(row, &record, &opened.secret)? else {
            self.found.misindexed.push(id);
            return Ok(());
        };
        let terms = Terms::of(&message);
        if opened.held.iter().any(|literal| !terms.has(literal)) {
            self.found.misindexed.push(id);
            return Ok(());
        }
        let Some(held) = matches(&self.job.plan.query, &terms) else { return Ok(()) };
        if !(self.job.span.0..=self.job.span.1).contains(&message.time) {
            return Ok(());
        }
        let context = context::neighbours(deposit, (segment, row), (&record, &opened.secret), context)?;
        self.order.push((message.time, month.range, message.sequence, self.found.hits.len()));
        let mut hit = hit(id, *message, &held);
        hit.context = context;
        self.found.hits.push(hit);
        Ok(())
    }

    fn finish(mut self) -> Found {
        self.order.sort_unstable();
        let mut hits: HashMap<usize, Hit> = self.found.hits.drain(..).enumerate().collect();
        self.found.hits = self.order.iter().filter_map(|(.., index)| hits.remove(index)).collect();
        let mut sums: BTreeMap<(usize, month::Month), u64> = BTreeMap::new();
        for counted in &self.found.counted {
            *sums.entry((counted.item, counted.month)).or_default() += counted.count;
        }
        let literals = &self.job.plan.literals;
        let count = |((item, month), count): ((usize, month::Month), u64)| Count {
            literal: literals[item].0.to_string(),
            epoch: month.to_string(),
            count,
        };
        self.found.counts = sums.into_iter().map(count).collect();
        let common = self.common.into_iter().map(|((literal, month), (count, reason))| Unanswered {
            literals: vec![literal.to_string()],
            epoch: month.to_string(),
            reason,
            count,
        });
        self.found.unanswered.extend(common);
        self.found
    }
}

/// The first of `openers` whose term the row with `nonce` holds, and the row's secret.
fn open_with<'l>(
    segment: &SegmentReader<'_>,
    nonce: &Nonce,
    openers: &[(&'l Literal, Tester, Opener)],
) -> Result<Option<(&'l Literal, RowSecret)>, QueryError> {
    for (literal, tester, opener) in openers {
        if let Some(secret) = segment.secret(tester, opener, nonce)? {
            return Ok(Some((literal, secret)));
        }
    }
    Ok(None)
}

/// Whether a row holds one literal of each group, and none of `nots`.
fn passes(
    segment: &SegmentReader<'_>,
    nonce: &Nonce,
    (groups, nots): (&[Vec<Tester>], &[Tester]),
) -> Result<bool, QueryError> {
    for group in groups {
        if !holds_any(segment, nonce, group)? {
            return Ok(false);
        }
    }
    Ok(!holds_any(segment, nonce, nots)?)
}

fn holds_any(segment: &SegmentReader<'_>, nonce: &Nonce, testers: &[Tester]) -> Result<bool, QueryError> {
    for tester in testers {
        if segment.holds(tester, nonce)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn common_reason(literal: &Literal, clause: &Clause, rules: &Rules) -> String {
    let swaps: Vec<String> = clause
        .swaps(rules)
        .iter()
        .filter_map(|group| Some(format!("--find-by {}", group.first()?)))
        .collect();
    match swaps[..] {
        [] => format!("{literal} is too common in this month to find by; add an uncommon word with AND"),
        _ => {
            format!("{literal} is too common in this month to find by; ask again with {}", swaps.join(" or "))
        }
    }
}

/// A Unix time in milliseconds as RFC 3339 in UTC, without a fraction if it is a whole second.
pub(super) fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|time| time.to_string()).unwrap_or_default()
}

fn hit(id: String, mut message: Sealed, held: &[Literal]) -> Hit {
    let quoted = shown(&quoted(&message, held));
    let attachments = attachments(&mut message);
    let annotation = |(name, value)| Annotation { name, value };
    Hit {
        id,
        source_id: message.source_id,
        time: time(message.time),
        written_time: message.written_time,
        // An event has no sender of its own: the notice says who did what.
        from: if message.event.is_some() { String::new() } else { message.from },
        to: message.to,
        chat: message.chat,
        platform: message.platform,
        text: message.text,
        event: message.event,
        attachments,
        matched: shown(held),
        quoted,
        annotations: message.annotations.into_iter().map(annotation).collect(),
        names: message.further.names,
        context: Vec::new(),
    }
}

fn attachments(message: &mut Sealed) -> Vec<HitAttachment> {
    let attachment = |attachment: blackbox_format::body::Attachment| HitAttachment {
        size: attachment.blob.as_ref().map(|blob| blob.size),
        sha256: attachment.blob.as_ref().map(|blob| blackbox_format::fields::Hex(blob.sha256).to_string()),
        name: attachment.name,
        media_type: attachment.media_type,
        text: None,
        text_origin: None,
    };
    let mut all: Vec<_> = std::mem::take(&mut message.attachments).into_iter().map(attachment).collect();
    for found in std::mem::take(&mut message.further.texts) {
        let attachment = usize::try_from(found.attachment).ok().and_then(|number| all.get_mut(number));
        if let Some(attachment) = attachment {
            (attachment.text, attachment.text_origin) = (Some(found.text), Some(found.origin));
        }
    }
    all
}
