//! Properties of queries: one writing, one plan, and exactly the messages that a plain scan gives.

use std::collections::{BTreeMap, BTreeSet};

use blackbox_format::{body::Sealed, message::Message, term::Literal};
use blackbox_query::{
    language::{Fault, ParseError, Query},
    matches::{Terms, matches},
    plan::{Claim, Clause, Mode, Plan, PlanError, Role, Roles, Rules},
};
use proptest::{collection::vec, prelude::*, sample::select};

const WORDS: [&str; 6] = ["ant", "crow", "otter", "badger", "dormouse", "the"];
const PEOPLE: [&str; 3] = ["ada", "ben", "cara"];

/// A query as a test writes it, with a meaning of its own.
#[derive(Debug, Clone)]
enum Asked {
    Word(&'static str),
    From(&'static str),
    Phrase(Vec<&'static str>),
    /// Left and right, within so many words, the left first if so said.
    Near(Box<Asked>, (bool, usize), Box<Asked>),
    /// The day of January 2020 from which, or before which.
    Days(bool, i64),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
}

impl Asked {
    fn text(&self) -> String {
        let all = |parts: &[Asked], between: &str| {
            format!("({})", parts.iter().map(Asked::text).collect::<Vec<_>>().join(between))
        };
        match self {
            Asked::Word(word) => (*word).to_owned(),
            Asked::From(name) => format!("from:{name}"),
            Asked::Phrase(words) => format!("\"{}\"", words.join(" ")),
            Asked::Near(left, (ordered, words), right) => {
                format!("({} {}/{words} {})", left.text(), if *ordered { "pre" } else { "w" }, right.text())
            }
            Asked::Days(after, day) => {
                format!("{}:2020-01-{day:02}", if *after { "after" } else { "before" })
            }
            Asked::And(parts) => all(parts, " AND "),
            Asked::Or(parts) => all(parts, " OR "),
            Asked::Not(part) => format!("NOT {}", part.text()),
        }
    }

    /// First and last word of each place of a side in a text.
    fn places(&self, text: &str) -> Vec<(i64, i64)> {
        let words: Vec<&str> = text.split(' ').collect();
        match self {
            Asked::Word(word) => Asked::Phrase(vec![word]).places(text),
            Asked::Phrase(phrase) => {
                let starts = (0..words.len()).filter(|at| words[*at..].starts_with(phrase));
                starts.map(|at| (at as i64, (at + phrase.len()) as i64 - 1)).collect()
            }
            Asked::Or(parts) => parts.iter().flat_map(|part| part.places(text)).collect(),
            other => panic!("{other:?} is no side"),
        }
    }

    /// A plain scan.
    fn holds(&self, message: &Message) -> bool {
        match self {
            Asked::Word(word) => message.text.split(' ').any(|one| one == *word),
            Asked::From(name) => message.from == *name,
            Asked::Phrase(words) => format!(" {} ", message.text).contains(&format!(" {} ", words.join(" "))),
            Asked::Near(left, (ordered, words), right) => {
                let (left, right) = (left.places(&message.text), right.places(&message.text));
                let apart = |(left, right): (&(i64, i64), &(i64, i64))| {
                    let (ahead, behind) = (right.0 - left.1, left.0 - right.1);
                    let within = |gap: i64| gap > 0 && gap <= *words as i64;
                    within(ahead) || !ordered && within(behind)
                };
                left.iter().any(|one| right.iter().any(|other| apart((one, other))))
            }
            Asked::Days(after, day) => (message.time / 1000 / 3600 / 24 - 18_262 >= day - 1) == *after,
            Asked::And(parts) => parts.iter().all(|part| part.holds(message)),
            Asked::Or(parts) => parts.iter().any(|part| part.holds(message)),
            Asked::Not(part) => !part.holds(message),
        }
    }
}

fn term() -> impl Strategy<Value = Asked> {
    prop_oneof![4 => select(&WORDS[..]).prop_map(Asked::Word), 1 => select(&PEOPLE[..]).prop_map(Asked::From)]
}

fn phrase() -> impl Strategy<Value = Asked> {
    vec(select(&WORDS[..]), 2..4).prop_map(Asked::Phrase)
}

fn near() -> impl Strategy<Value = Asked> {
    let word = || select(&WORDS[..]).prop_map(Asked::Word);
    let side = || {
        let one = || prop_oneof![3 => word(), 1 => phrase()];
        prop_oneof![2 => one(), 1 => vec(one(), 2..4).prop_map(Asked::Or)]
    };
    (side(), any::<bool>(), 1..6_usize, side())
        .prop_map(|(left, ordered, words, right)| Asked::Near(left.into(), (ordered, words), right.into()))
}

fn days() -> impl Strategy<Value = Asked> {
    (any::<bool>(), 1..5_i64).prop_map(|(after, day)| Asked::Days(after, day))
}

fn conjunct() -> impl Strategy<Value = Asked> {
    prop_oneof![4 => term(), 2 => vec(term(), 2..4).prop_map(Asked::Or), 1 => phrase(), 1 => near()]
}

fn excluded() -> impl Strategy<Value = Asked> {
    let part = prop_oneof![term(), phrase(), vec(prop_oneof![term(), phrase()], 2..3).prop_map(Asked::Or)];
    part.prop_map(|part| Asked::Not(Box::new(part)))
}

/// Clauses as people write them.
fn plain_shape() -> impl Strategy<Value = Asked> {
    let clause =
        (vec(conjunct(), 1..4), vec(prop_oneof![excluded(), days()], 0..2)).prop_map(|(mut parts, nots)| {
            parts.extend(nots);
            if parts.len() == 1 { parts.remove(0) } else { Asked::And(parts) }
        });
    vec(clause, 1..4).prop_map(Asked::Or)
}

/// Queries of any shape.
fn any_shape() -> impl Strategy<Value = Asked> {
    prop_oneof![3 => term(), 1 => phrase(), 1 => near(), 1 => days()].prop_recursive(5, 30, 4, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..4).prop_map(Asked::And),
            3 => vec(inner.clone(), 1..4).prop_map(Asked::Or),
            1 => inner.prop_map(|part| Asked::Not(Box::new(part))),
        ]
    })
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![plain_shape(), any_shape()]
}

fn any_text() -> impl Strategy<Value = String> {
    let pieces = [
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        "\"",
        "\\\"",
        " ",
        " ",
        "from:",
        "sha256:",
        "type:",
        "w/5",
        " pre/2 ",
        "forms(",
        "fuzzy(greensill,1)",
        ",1",
        "pay",
        "has:attachment",
        "after:",
        "2020-03-12",
        "*",
        "a",
        "é",
        "ß",
        "10.5",
        "-",
        "\u{200D}",
        "😀",
        "🇬🇧",
        "\u{0301}",
        "\u{093F}",
        "ה\"ל",
        ":",
        "drill:drill",
        "\u{2028}",
        "\u{0}",
    ];
    prop_oneof![vec(select(pieces.to_vec()), 0..24).prop_map(|parts| parts.concat()), any::<String>()]
}

fn message() -> impl Strategy<Value = Message> {
    (
        select(&PEOPLE[..]),
        vec(select(&WORDS[..]), 1..8),
        0..5_i64,
        select(&[0, 1, 43_200_000, 86_399_999][..]),
    )
        .prop_map(|(from, words, day, millis)| Message {
            from: from.into(),
            time: 1_577_836_800_000 + day * 86_400_000 + millis,
            text: words.join(" "),
            ..Message::default()
        })
}

fn rules() -> Rules {
    Rules { common: ["the".to_owned()].into(), ..Rules::default() }
}

/// The plan; `None` where nothing may find, the query contradicts itself, or only says what not.
fn planned(asked: &Asked) -> Option<(Query, Plan)> {
    let query: Query = match asked.text().parse() {
        Ok(query) => query,
        Err(ParseError { fault: Fault::Negation | Fault::OnlyDays, .. }) => return None,
        Err(other) => panic!("{}: {other}", asked.text()),
    };
    match Plan::new(&query, Mode::Open, &rules(), &[]) {
        Ok(plan) => Some((query, plan)),
        Err(
            PlanError::NothingFinds { .. }
            | PlanError::Contradiction { .. }
            | PlanError::NoDay { .. }
            | PlanError::Wide,
        ) => None,
        Err(other) => panic!("{query}: {other}"),
    }
}

fn terms(message: &Message) -> Terms {
    Terms::of(&Sealed::new(message.clone(), 0, Vec::new()))
}

/// What the tokens of a plan let a client do, and no more.
struct Tokens(BTreeMap<Literal, Roles>);

impl Tokens {
    fn any(&self, group: &[Literal], role: Role, row: &BTreeSet<Literal>) -> bool {
        group.iter().any(|literal| self.one(literal, role, row))
    }

    fn one(&self, literal: &Literal, role: Role, row: &BTreeSet<Literal>) -> bool {
        assert!(self.0.get(literal).is_some_and(|roles| roles.has(role)), "{literal} lacks {role}");
        row.contains(literal)
    }

    /// As the honest client does: find, test all, open.
    fn opens(&self, clause: &Clause, row: &BTreeSet<Literal>) -> bool {
        self.any(&clause.find, Role::Find, row)
            && clause.tests.iter().all(|group| self.any(group, Role::Test, row))
            && !clause.nots.iter().any(|literal| self.one(literal, Role::Test, row))
            && self.any(&clause.open, Role::Test, row)
            && self.any(&clause.open, Role::Open, row)
    }

    /// As a modified client could.
    fn could_open(&self, row: &BTreeSet<Literal>) -> bool {
        let held = |role| row.iter().any(|literal| self.0.get(literal).is_some_and(|roles| roles.has(role)));
        held(Role::Find) && held(Role::Open)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_shows_exactly_what_a_plain_scan_shows(
        asked in asked(),
        messages in vec(message(), 0..40),
    ) {
        let Some((query, plan)) = planned(&asked) else { return Ok(()) };
        let tokens = Tokens(plan.literals.iter().cloned().collect());
        let closure = plan.closure();
        for message in &messages {
            let terms = terms(message);
            let row = terms.literals();
            let opened = plan.clauses.iter().any(|clause| tokens.opens(clause, &row));
            let shown = opened && matches(&query, &terms).is_some();
            prop_assert_eq!(shown, asked.holds(message), "{} on {:?}", query, message);
            prop_assert!(!opened || closure.opens(&row), "{} opens beyond its closure", query);
            prop_assert_eq!(tokens.could_open(&row), closure.opens(&row), "{}", query);
        }
    }

    #[test]
    fn without_surplus_the_closure_is_what_the_clauses_ask(
        asked in asked(),
        messages in vec(message(), 0..20),
    ) {
        let Some((query, plan)) = planned(&asked) else { return Ok(()) };
        let any = |group: &[Literal], row: &BTreeSet<Literal>| group.iter().any(|literal| row.contains(literal));
        for message in &messages {
            let row = terms(message).literals();
            let asked = plan.clauses.iter().any(|clause| any(&clause.find, &row) && any(&clause.open, &row));
            let opened = plan.closure().opens(&row);
            prop_assert!(opened || !asked);
            prop_assert!(asked || !opened || !plan.surplus().is_empty(), "{} on {:?}", query, message);
        }
    }

    #[test]
    fn a_custodian_accepts_the_plan_and_no_other_roles(asked in asked()) {
        let Some((query, plan)) = planned(&asked) else { return Ok(()) };
        let claim = plan.claim();
        prop_assert_eq!(Plan::check(&claim, &rules()), Ok(plan));
        for index in 0..claim.literals.len() {
            for role in Role::ALL {
                let mut changed = claim.clone();
                let held = changed.literals[index].1;
                changed.literals[index].1 =
                    if held.has(role) { held.without(role.into()) } else { held.with(role.into()) };
                prop_assert!(Plan::check(&changed, &rules()).is_err(), "{}: {}", query, changed.literals[index].0);
            }
            let mut fewer: Claim = claim.clone();
            fewer.literals.remove(index);
            prop_assert!(Plan::check(&fewer, &rules()).is_err());
        }
        for role in Role::ALL {
            let mut more = claim.clone();
            more.literals.push(("word:heron".parse().unwrap(), role.into()));
            prop_assert!(Plan::check(&more, &rules()).is_err());
        }
    }

    #[test]
    fn a_preferred_finder_finds_or_is_refused(asked in asked(), word in select(&WORDS[..])) {
        let Ok(query) = asked.text().parse::<Query>() else { return Ok(()) };
        let literal: Literal = format!("word:{word}").parse().unwrap();
        if let Ok(plan) = Plan::new(&query, Mode::Open, &rules(), std::slice::from_ref(&literal)) {
            let roles = plan.literals.iter().find(|(one, _)| *one == literal).map(|(_, roles)| *roles);
            prop_assert!(roles.is_some_and(|roles| roles.has(Role::Find)));
            prop_assert_eq!(Plan::check(&plan.claim(), &rules()), Ok(plan));
        }
    }

    #[test]
    fn the_canonical_form_reads_back_as_the_same_query(asked in any_shape()) {
        if let Ok(query) = asked.text().parse::<Query>() {
            let canonical = query.to_string();
            prop_assert_eq!(canonical.parse::<Query>(), Ok(query));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_within_bounds(text in any_text()) {
        match text.parse::<Query>() {
            Ok(query) => {
                let canonical = query.to_string();
                prop_assert!(!canonical.chars().any(char::is_control));
                prop_assert_eq!(canonical.parse::<Query>(), Ok(query));
            }
            Err(error) => {
                prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1);
                prop_assert!(!error.hint().is_empty());
            }
        }
    }
}
