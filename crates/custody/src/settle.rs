//! Which of several answers are right where custodians answered differently (spec/token.md, "Which
//! answers are right").

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::threshold::Subset;
use blackbox_query::{
    answer::{Disagreement, Settlement},
    read::{DepositReader, Job, Shown, trial},
};
use blackbox_token::{
    board::{Board, Cell, Conflict, Group, Point},
    combine::Tokens,
};

use crate::{approve::OpenRequest, archive::Archive, disclose::read_error, error::Error};

/// What came of comparing answers.
pub(crate) struct Settled {
    /// The tokens that are right, as far as that is known.
    pub tokens: Tokens,
    /// Every disagreement.
    pub disagreements: Vec<Disagreement>,
    /// Whose answers are in the tokens.
    pub used: Group,
}

/// Items that a custodian whose answers are not at hand signed other digests for.
pub(crate) type Contradicted = BTreeMap<usize, (usize, usize)>;

/// Compares the answers on `board`, and tries on the archive what is in dispute.
///
/// # Errors
/// For some token no k custodians agree with each other, or the archive is damaged.
pub(crate) fn settle(
    archive: &Archive<'_>,
    open: &OpenRequest,
    (board, contradicted): (&Board<'_>, &Contradicted),
) -> Result<Settled, Error> {
    let mut case = Case {
        archive,
        open,
        board,
        contradicted,
        tokens: Tokens::of(board),
        lines: Lines::default(),
        used: Group::default(),
    };
    let mut disputed: BTreeSet<Cell> = BTreeSet::new();
    for point in board.points() {
        match board.is_disputed(point) || case.is_contradicted(point) {
            true => drop(disputed.insert((point.range, point.month))),
            false => case.take(point, Group::ALL),
        }
        let unmade = board.answered(point.item).count() < board.needed(point);
        for conflict in board.conflicts_at(point).filter(|_| unmade) {
            case.lines.add(case.line(conflict), (None, None));
        }
    }
    case.check_sets(&disputed)?;
    for cell in disputed {
        case.cell(cell)?;
    }
    let Case { tokens, lines, used, .. } = case;
    Ok(Settled { tokens, used, disagreements: lines.finish(open) })
}

struct Case<'a> {
    archive: &'a Archive<'a>,
    open: &'a OpenRequest,
    board: &'a Board<'a>,
    contradicted: &'a Contradicted,
    tokens: Tokens,
    lines: Lines,
    used: Group,
}

/// A set of custodians, and what its tokens showed of themselves.
type Tried = (Group, Shown);

impl Case<'_> {
    fn is_contradicted(&self, point: Point) -> bool {
        self.contradicted.contains_key(&point.item)
            && self.board.answered(point.item).count() >= self.board.needed(point)
    }

    fn take(&mut self, point: Point, group: Group) {
        if let Some(token) = self.board.token(point, group) {
            self.tokens.insert(point, token);
            self.used = self.used.or(group.and(self.board.answered(point.item)));
        }
    }

    /// Fails, with every disagreement, if there is a token for which no set of custodians is left.
    fn check_sets(&self, disputed: &BTreeSet<Cell>) -> Result<(), Error> {
        if disputed.iter().all(|cell| !self.board.sets(*cell).is_empty()) {
            return Ok(());
        }
        let mut lines = Lines::default();
        self.board.conflicts().for_each(|conflict| lines.add(self.line(conflict), (None, None)));
        let told = |one: &Disagreement| {
            let [first, second] = &one.custodians;
            let (literals, months) = (one.literals.join(", "), one.months.join(", "));
            format!(
                "\"{first}\" and \"{second}\" hold the same key (that of {}) and answered differently to {literals} in {months}",
                one.subset
            )
        };
        let all: Vec<String> = lines.finish(self.open).iter().map(told).collect();
        let id = &self.open.request.document.id;
        let what = format!(
            "no {} custodians agree with each other: {}; one of each two is wrong, and \"blackbox arbiter open\" \
             begins to settle which",
            self.open.needed(),
            all.join("; ")
        );
        Err(Error::invalid(format!("requests/{id}"), what))
    }

    fn cell(&mut self, cell: Cell) -> Result<(), Error> {
        let sets = self.board.sets(cell);
        let tried = sets.into_iter().map(|set| Ok((set, self.trial(cell, set)?)));
        let tried: Vec<Tried> = tried.collect::<Result<_, Error>>()?;
        let points: Vec<Point> = self.board.points_of(cell).collect();
        for point in points {
            match (self.board.is_disputed(point), self.is_contradicted(point)) {
                (true, _) => self.disputed(point, &tried),
                (false, true) => self.contradicted(point, &tried),
                (false, false) => {}
            }
        }
        Ok(())
    }

    /// Tries the tokens that `set` makes, and those that nobody disputes.
    fn trial(&self, cell: Cell, set: Group) -> Result<Shown, Error> {
        let mut tokens = Tokens::of(self.board);
        for point in self.board.points_of(cell) {
            let group = if self.board.is_disputed(point) { set } else { Group::ALL };
            if let Some(token) = self.board.token(point, group) {
                tokens.insert(point, token);
            }
        }
        let request = &self.open.request.document;
        let deposit = DepositReader::open(self.archive.store, &self.open.deposits[cell.0].document);
        let job = Job {
            plan: &self.open.plan,
            ask: &self.open.ask,
            tokens: &tokens,
            needed: self.open.needed(),
            rules: &self.archive.people.rules,
            context: request.context,
            span: request.span()?,
        };
        trial(&job, &deposit.map_err(read_error)?, cell).map_err(read_error)
    }

    fn disputed(&mut self, point: Point, tried: &[Tried]) {
        let found: Vec<Group> = tried
            .iter()
            .filter(|(_, shown)| shown.contains(&(point.item, point.part)))
            .map(|(set, _)| *set)
            .collect();
        let answered = self.board.answered(point.item);
        let large: Vec<Group> = tried
            .iter()
            .map(|(set, _)| *set)
            .filter(|set| set.and(answered).count() > self.board.needed(point))
            .collect();
        let (right, by) = match (self.agree(point, &found), &found[..], &large[..]) {
            (true, [_, ..], _) => (found, Some(Settlement::Found)),
            (_, [], [_]) => (large, Some(Settlement::Outvoted)),
            _ => (Vec::new(), None),
        };
        let best = right.iter().max_by_key(|set| self.board.token(point, **set).map(|(_, fewest)| fewest));
        match best {
            Some(set) => self.take(point, *set),
            None => self.withhold(point),
        }
        let conflicts: Vec<Conflict> = self.board.conflicts_at(point).collect();
        for conflict in conflicts {
            // Two who are both wrong are each named where they contradict one who is right.
            if let Some(liar) = self.liar(conflict, &right) {
                self.lines.add(self.line(conflict), (liar, by));
            }
        }
    }

    /// Whether all of `sets` make the same token.
    fn agree(&self, point: Point, sets: &[Group]) -> bool {
        let tokens: Vec<_> = sets.iter().filter_map(|set| self.board.token(point, *set)).collect();
        tokens.windows(2).all(|pair| pair[0].0 == pair[1].0)
    }

    /// Who of two is wrong if the sets `right` are right: nobody can be named if these differ among
    /// themselves about this part of the token (their errors cancel out). `None`: both are.
    fn liar(&self, conflict: Conflict, right: &[Group]) -> Option<Option<usize>> {
        let place = (conflict.point, conflict.subset);
        let answers: Vec<_> = right.iter().filter_map(|set| self.board.answer(place, *set)).collect();
        let (one, two) = conflict.custodians;
        let Some(known) = answers.first().filter(|first| answers.iter().all(|answer| answer == *first))
        else {
            return Some(None);
        };
        let is_right = |custodian| {
            self.board.answer(place, Group::default().with(custodian)).is_some_and(|own| own == *known)
        };
        match (is_right(one), is_right(two)) {
            (true, _) => Some(Some(two)),
            (_, true) => Some(Some(one)),
            (false, false) => None,
        }
    }

    /// A token that nobody's answers dispute, but the digests of somebody whose answers are not here.
    fn contradicted(&mut self, point: Point, tried: &[Tried]) {
        let shown = tried.iter().any(|(_, shown)| shown.contains(&(point.item, point.part)));
        let supported = self.board.token(point, Group::ALL).is_some_and(|(_, fewest)| fewest > 1);
        match shown || supported {
            true => self.take(point, Group::ALL),
            false => self.withhold(point),
        }
    }

    fn withhold(&mut self, point: Point) {
        let conflict = self.board.conflicts_at(point).next().map(|conflict| conflict.custodians);
        let Some((one, two)) = conflict.or(self.contradicted.get(&point.item).copied()) else { return };
        let reason = format!(
            "\"{}\" and \"{}\" answered it differently, and nothing that either answer finds shows who is wrong; \
             the arbiter's check would settle it (blackbox arbiter open)",
            name(self.open, one),
            name(self.open, two)
        );
        self.tokens.withhold(point.item, (point.range, point.month), reason);
    }

    fn line(&self, conflict: Conflict) -> Line {
        Line {
            subset: conflict.subset,
            custodians: conflict.custodians,
            literal: self.open.ask.items[conflict.point.item].literal.to_string(),
            month: Some(conflict.point.month.to_string()),
        }
    }
}

/// Name of the custodian with this number.
pub(crate) fn name(open: &OpenRequest, number: usize) -> String {
    open.group.custodians.get(number).map_or_else(|| number.to_string(), |person| person.name.clone())
}

/// One disagreement about one literal in one month.
pub(crate) struct Line {
    pub subset: Subset,
    pub custodians: (usize, usize),
    pub literal: String,
    /// Unknown if only digests are at hand.
    pub month: Option<String>,
}

/// Who is wrong, and what shows it.
pub(crate) type Verdict = (Option<usize>, Option<Settlement>);

type Key = (Subset, (usize, usize), Verdict);

/// Disagreements by key, custodians and verdict, with their literals and months.
#[derive(Default)]
pub(crate) struct Lines(BTreeMap<Key, Places>);

/// Literals and months.
#[derive(Default)]
struct Places(BTreeSet<String>, BTreeSet<String>);

impl Lines {
    pub(crate) fn add(&mut self, line: Line, verdict: Verdict) {
        let Places(literals, months) = self.0.entry((line.subset, line.custodians, verdict)).or_default();
        literals.insert(line.literal);
        months.extend(line.month);
    }

    pub(crate) fn finish(self, open: &OpenRequest) -> Vec<Disagreement> {
        let line = |(key, Places(literals, months)): (Key, Places)| {
            let (subset, (one, two), (liar, settled_by)) = key;
            Disagreement {
                subset: subset.to_string(),
                custodians: [name(open, one), name(open, two)],
                literals: literals.into_iter().collect(),
                months: months.into_iter().collect(),
                liar: liar.map(|liar| name(open, liar)),
                settled_by,
            }
        };
        self.0.into_iter().map(line).collect()
    }
}
