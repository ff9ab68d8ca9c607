//! The plan of each query that an inquiry might write, in plain words, as it was reviewed. Where a plan
//! is to change, BLACKBOX_REVIEW=1 writes the new ones, to be read before they are kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fmt::Write as _, path::Path};

use blackbox_custody::{common::common_words, policy::Policy};
use blackbox_query::{
    language::Query,
    plan::{Mode, Plan, Rules},
};

/// Longest line of a plan that is written out here, in characters.
const LINE_CHARS: usize = 300;

fn rules() -> Rules {
    let english = |_: &str| Some(stop_words::get("en").iter().map(|word| word.to_string()).collect());
    let common = common_words(&Policy::default(), english).unwrap();
    Rules { common: common.into_iter().collect(), ..Rules::default() }
}

/// What the program says of a query.
fn said(written: &str, rules: &Rules) -> String {
    let mut out = format!("> {written}\n");
    let mut line = |line: String| match line.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => writeln!(out, "{} ...", &line[..end]).unwrap(),
        None => writeln!(out, "{line}").unwrap(),
    };
    let query: Query = match written.parse() {
        Ok(query) => query,
        Err(error) => {
            line(format!("  refused: {error}"));
            line(format!("  hint: {}", error.hint()));
            return out;
        }
    };
    line(format!("  query: {query}"));
    let plan = match Plan::new(&query, Mode::Open, rules, &[]) {
        Ok(plan) => plan,
        Err(error) => {
            line(format!("  refused: {error}"));
            error.hint().into_iter().for_each(|hint| line(format!("  hint: {hint}")));
            return out;
        }
    };
    assert_eq!(Plan::check(&plan.claim(), rules).as_ref(), Ok(&plan), "{written}");
    plan.lines().into_iter().for_each(|part| line(format!("  {part}")));
    plan.closure().lines().into_iter().for_each(|part| line(format!("  opens {part}")));
    plan.surplus().into_iter().for_each(|part| line(format!("  beyond the query {part}")));
    out
}

#[test]
fn every_query_that_an_inquiry_writes_has_the_plan_that_was_reviewed() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let queries = std::fs::read_to_string(fixtures.join("queries.txt")).unwrap();
    let queries: Vec<&str> =
        queries.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    assert!(queries.len() >= 100);
    let rules = rules();
    let said: Vec<String> = queries.iter().map(|query| said(query, &rules)).collect();
    let said = said.join("\n");
    let path = fixtures.join("plans.txt");
    if std::env::var_os("BLACKBOX_REVIEW").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap();
    let (mut now, mut then) = (said.split("\n\n"), reviewed.split("\n\n"));
    for _ in 0..queries.len().max(then.clone().count()) {
        assert_eq!(now.next(), then.next());
    }
}
