//! Facts about plans.

use super::*;
use crate::language::Expr;

fn rules() -> Rules {
    Rules { common: ["the", "and", "of", "to", "be"].map(String::from).into(), ..Rules::default() }
}

fn plan(query: &str) -> Plan {
    planned(query, &[]).unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn planned(query: &str, prefer: &[&str]) -> Result<Plan, PlanError> {
    let prefer: Vec<Literal> = prefer.iter().map(|literal| literal.parse().unwrap()).collect();
    let plan = Plan::new(&query.parse().unwrap(), Mode::Open, &rules(), &prefer)?;
    assert_eq!(Plan::check(&plan.claim(), &rules()).as_ref(), Ok(&plan), "{query}");
    Ok(plan)
}

/// `word:` left out, roles as first letters.
fn roles(plan: &Plan) -> String {
    let one = |(literal, roles): &(Literal, Roles)| {
        let letters: String = roles.iter().map(|role| &role.name()[..1]).collect();
        format!("{}={letters}", literal.to_string().trim_start_matches("word:"))
    };
    plan.literals.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn roles_are_as_few_as_the_query_allows() {
    for (query, expected) in [
        ("greensill", "greensill=cfto"),
        ("greensill OR lex", "greensill=cfto lex=cfto"),
        ("greensill AND from:\"David Cameron\"", "greensill=cf from:david cameron=to"),
        ("loan AND greensill AND from:david", "greensill=cf loan=to from:david=t"),
        ("greensill AND the AND from:david", "greensill=cf the=t from:david=to"),
        ("greensill AND NOT loan", "greensill=cfto loan=t"),
        ("greensill AND NOT (loan OR \"of course\")", "greensill=cfto loan=t"),
        ("(abc OR abcd) AND (from:x OR from:y)", "abc=cf abcd=cf from:x=to from:y=to"),
        ("\"herd immunity\"", "herd=to immunity=cf"),
        ("\"herd immunity now\"", "herd=to immunity=cf"),
        ("\"bye bye\"", "bye=cfto"),
        ("\"herd immunity\" AND from:x", "immunity=cf from:x=to"),
        ("now AND herd AND \"now herd immunity\"", "herd=to immunity=cf"),
        ("herd AND \"herd immunity\"", "herd=to immunity=cf"),
        ("\"the loan\"", "loan=cf the=to"),
        ("file:x.pdf AND greensill", "greensill=to file:x.pdf=cf"),
        ("(lex AND chat:x) OR abc", "abc=cfto lex=cf chat:x=to"),
        ("greensill AND greensill", "greensill=cfto"),
    ] {
        assert_eq!(roles(&plan(query)), expected, "{query}");
    }
}

#[test]
fn a_shared_conjunct_takes_one_part_throughout() {
    let plan = plan("(aa AND bbb) OR (bbb AND cccc)");
    assert_eq!(roles(&plan), "aa=to bbb=cf cccc=to");
    assert!(plan.surplus().is_empty());
    let star: Vec<String> = (0..40).map(|n| format!("(hub AND {}{n})", "x".repeat(n % 5))).collect();
    let plan = self::plan(&star.join(" OR "));
    assert!(plan.surplus().is_empty(), "{:?}", plan.surplus());
}

#[test]
fn what_a_triangle_opens_besides_is_said() {
    let plan = plan("(aaa AND bbb) OR (bbb AND ccc) OR (ccc AND aaa)");
    assert_eq!(plan.surplus().len(), 1);
    assert!(plan.surplus()[0].starts_with("every message that contains "));
    let crossed = self::plan("(aaa AND from:x) OR (bbb AND from:y)");
    assert_eq!(
        crossed.surplus(),
        [
            "every message that contains bbb and was sent by x",
            "every message that contains aaa and was sent by y"
        ]
    );
}

#[test]
fn nothing_common_and_nothing_that_narrows_finds() {
    for (query, expected) in [
        ("the", "nothing in (the) may find a message: word:the is common"),
        ("from:david", "nothing in (from:david) may find a message: from:david only narrows"),
        (
            "the AND 42 AND type:image",
            "nothing in (the AND 42 AND type:image) may find a message: word:the, word:42 are common; type:image only narrows",
        ),
        ("greensill OR the", "nothing in (greensill OR the) may find a message: word:the is common"),
        (
            "abc OR (the AND from:x)",
            "nothing in (the AND from:x) may find a message: word:the is common; from:x only narrows",
        ),
        ("\"to be\"", "nothing in (\"to be\") may find a message: word:to, word:be are common"),
    ] {
        let error = planned(query, &[]).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().unwrap().contains("uncommon"));
    }
}

#[test]
fn the_policy_may_let_people_find() {
    let rules = Rules { finding_fields: [blackbox_format::term::Field::From].into(), ..rules() };
    let plan = Plan::new(&"from:david AND the".parse().unwrap(), Mode::Open, &rules, &[]).unwrap();
    assert_eq!(roles(&plan), "the=to from:david=cf");
}

#[test]
fn a_preferred_term_finds_or_the_reason_is_said() {
    let plan = planned("greensill AND loan", &["word:loan"]).unwrap();
    assert_eq!(roles(&plan), "greensill=to loan=cf");
    for (query, prefer, expected) in [
        ("greensill AND the", "word:the", "word:the cannot find: word:the is common"),
        ("greensill AND from:x", "from:x", "from:x cannot find: from:x only narrows"),
        ("greensill AND (lex OR the)", "word:lex", "word:lex cannot find: word:the is common"),
        ("greensill AND NOT lex", "word:lex", "word:lex cannot find: the query does not ask for it"),
        ("greensill", "word:lex", "word:lex cannot find: the query does not ask for it"),
        (
            "(abc AND lex) OR (lex AND the)",
            "word:abc",
            "finding this way would also open every message that contains lex; every message that contains abc and contains the",
        ),
    ] {
        assert_eq!(planned(query, &[prefer]).unwrap_err().to_string(), expected, "{query}");
    }
}

/// The clauses, as a query writes them.
fn clauses(plan: &Plan) -> String {
    let whole = |clause: &Clause| Expr::all(clause.parts.clone()).brief();
    plan.clauses.iter().map(whole).collect::<Vec<_>>().join(" | ")
}

#[test]
fn any_shape_becomes_clauses() {
    for (query, expected) in [
        ("((abc AND lex) OR xyz) AND from:x", "abc AND lex AND from:x | xyz AND from:x"),
        (
            "(\"herd immunity\" OR xyz OR uvw) AND from:x",
            "\"herd immunity\" AND from:x | (xyz OR uvw) AND from:x",
        ),
        ("abc AND NOT (lex AND xyz)", "abc AND NOT (lex AND xyz)"),
        ("abc AND (lex OR NOT xyz)", "abc AND (lex OR NOT xyz)"),
        ("abc AND NOT (lex OR (xyz AND uvw))", "abc AND NOT (lex OR (xyz AND uvw))"),
        ("(abc OR \"lex xyz\") AND (abc OR \"uvw uvw\")", "abc | \"lex xyz\" AND \"uvw uvw\""),
        ("abc OR (abc AND lex)", "abc"),
        ("(abc AND lex) OR (lex AND abc)", "abc AND lex"),
        ("(abc AND NOT lex) OR (abc AND NOT lex AND NOT xyz)", "abc AND NOT lex"),
        (
            "(abc OR \"lex xyz\") w/5 (uvw OR \"lex lex\")",
            "abc w/5 uvw | abc w/5 \"lex lex\" | \"lex xyz\" w/5 uvw | \"lex xyz\" w/5 \"lex lex\"",
        ),
        (
            "(abc AND after:2020-03-12) OR (abc AND before:2020-01-01)",
            "abc AND after:2020-03-12 | abc AND before:2020-01-01",
        ),
        ("(abc AND NOT abc) OR lex", "lex"),
        ("forms(lend) OR lex OR \"abc xyz\"", "forms(lend) OR lex | \"abc xyz\""),
    ] {
        assert_eq!(clauses(&plan(query)), expected, "{query}");
    }
}

#[test]
fn what_a_clause_says_twice_is_asked_once() {
    for (query, expected) in [
        ("abc AND (abc OR lex)", "abc=cfto"),
        ("(abc OR lex) AND NOT abc", "abc=t lex=cfto"),
        ("lex AND NOT (abc OR NOT xyz)", "abc=t lex=cf xyz=to"),
        ("lex w/5 (lexus OR lex)", "lex=cfto"),
        ("herd w/5 immunity", "herd=to immunity=cf"),
        ("(abc OR abcd) pre/2 lexus AND from:x", "lexus=cf from:x=to"),
        ("abc AND after:2020-03-12 AND NOT (lex w/2 xyz)", "abc=cfto"),
        ("forms(lend) AND from:x", "lend=cf lend's=cf lending=cf lends=cf lent=cf from:x=to"),
        ("abc AND NOT forms(lend)", "abc=cfto lend=t lend's=t lending=t lends=t lent=t"),
    ] {
        assert_eq!(roles(&plan(query)), expected, "{query}");
    }
}

#[test]
fn a_query_of_too_many_clauses_is_refused() {
    let some =
        |letter: &str| (0..40).map(|n| format!("\"{letter}{n} {letter}\"")).collect::<Vec<_>>().join(" OR ");
    let error = planned(&format!("({}) AND ({})", some("xa"), some("xb")), &[]).unwrap_err();
    assert!(error == PlanError::Wide && error.hint().unwrap().contains("several requests"));
    let wide = format!(
        "fuzzy(greensill,1) AND ({})",
        (0..50).map(|n| format!("\"a{n} b\"")).collect::<Vec<_>>().join(" OR ")
    );
    assert_eq!(planned(&wide, &[]).unwrap_err(), PlanError::Wide);
}

#[test]
fn of_equal_finders_the_one_known_to_be_rare_finds() {
    let counts: Counts = [("word:greensill", 40), ("word:loan", 3), ("word:xyz", 90)]
        .map(|(literal, count)| (literal.parse().unwrap(), count))
        .into();
    let roles = |query: &str| {
        let wishes = Wishes { prefer: &[], counts: &counts };
        let plan = Plan::wished((&query.parse().unwrap(), Mode::Open), &rules(), wishes).unwrap();
        assert_eq!(Plan::check(&plan.claim(), &rules()).as_ref(), Ok(&plan), "{query}");
        roles(&plan)
    };
    assert_eq!(roles("greensill AND loan AND unknown"), "greensill=to loan=cf unknown=t");
    assert_eq!(roles("(greensill OR loan) AND xyz"), "greensill=cf loan=cf xyz=to");
    assert_eq!(roles("greensill AND the"), "greensill=cf the=to");
}

#[test]
fn a_query_that_contradicts_itself_is_refused() {
    for query in ["abc AND NOT abc", "(abc OR lex) AND NOT (lex OR abc)", "\"abc lex\" AND NOT lex"] {
        assert!(matches!(planned(query, &[]), Err(PlanError::Contradiction { .. })), "{query}");
    }
    let error = planned("abc AND after:2020-03-12 AND before:2020-03-12", &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "(abc AND after:2020-03-12 AND before:2020-03-12) matches nothing: no day is within after:2020-03-12 and before:2020-03-12"
    );
}

#[test]
fn counting_finds_nothing_and_needs_nothing_uncommon() {
    let query: Query = "the AND NOT (from:x OR \"herd immunity\") AND ((a b) OR c)".parse().unwrap();
    let plan = Plan::new(&query, Mode::Count, &rules(), &[]).unwrap();
    assert_eq!(roles(&plan), "a=c b=c c=c herd=c immunity=c the=c from:x=c");
    assert!(plan.closure().is_empty() && plan.clauses.is_empty());
    assert_eq!(Plan::check(&plan.claim(), &rules()), Ok(plan));
}

#[test]
fn a_claim_that_asks_for_more_is_refused_by_name() {
    let claim = plan("greensill AND loan AND NOT lex").claim();
    let changed = |change: &dyn Fn(&mut Claim)| {
        let mut claim = claim.clone();
        change(&mut claim);
        Plan::check(&claim, &rules()).unwrap_err().to_string()
    };
    let lex: Literal = "word:lex".parse().unwrap();
    for (error, expected) in [
        (
            changed(&|c| c.literals[1].1 = Roles::ALL),
            "word:lex is claimed for count, which the query does not need",
        ),
        (
            changed(&|c| c.literals[2].1 = Roles::TEST),
            "word:loan is not claimed for open, which the query needs",
        ),
        (changed(&|c| drop(c.literals.remove(1))), "word:lex is not claimed for test, which the query needs"),
        (changed(&|c| c.literals.push((lex.clone(), Roles::TEST))), "word:lex is claimed twice"),
        (changed(&|c| c.literals[1].1 = Roles::NONE), "word:lex is claimed for nothing"),
        (
            changed(&|c| c.choices[0] = Choice { find: 0, open: 0 }),
            "clause 0 has no such choice as \"find=0 open=0\"",
        ),
        (
            changed(&|c| c.choices[0] = Choice { find: 0, open: 9 }),
            "clause 0 has no such choice as \"find=0 open=9\"",
        ),
        (
            changed(&|c| c.choices.clear()),
            "the query has 1 clauses to choose for, and the request chooses for 0",
        ),
        (
            changed(&|c| c.query.push(' ')),
            "the query is not in its canonical form, which is: greensill AND loan AND NOT lex",
        ),
        (
            changed(&|c| c.mode = Mode::Count),
            "the query has 0 clauses to choose for, and the request chooses for 1",
        ),
    ] {
        assert_eq!(error, expected);
    }
}

#[test]
fn a_claim_whose_choices_open_more_is_refused() {
    let good = plan("(abc AND bcd) OR (bcd AND cde)");
    let mut claim = good.claim();
    claim.choices = vec![Choice { find: 1, open: 0 }, Choice { find: 1, open: 0 }];
    claim.literals = [("abc", Roles::OPEN), ("bcd", Roles::ALL), ("cde", Roles::FIND)]
        .map(|(w, r)| (crate::language::word_literal(w), r))
        .into();
    let error = Plan::check(&claim, &rules()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the choice of opening terms would open more than the query needs: every message that contains bcd; every message that contains cde and contains abc"
    );
    let mut claim = plan("greensill AND the").claim();
    claim.choices = vec![Choice { find: 1, open: 0 }];
    assert!(matches!(Plan::check(&claim, &rules()), Err(CheckError::Finder { clause: 0, .. })));
}

#[test]
fn a_choice_reads_back_as_written() {
    let choice = Choice { find: 3, open: 12 };
    assert_eq!(choice.to_string(), "find=3 open=12");
    assert_eq!(choice.to_string().parse(), Ok(choice));
    for text in ["find=3", "find=03 open=1", "find=+3 open=1", "find=3 open=1 ", "open=1 find=3"] {
        assert!(text.parse::<Choice>().is_err(), "{text}");
    }
}

#[test]
fn a_plan_is_said_in_plain_words() {
    let plan = plan("\"herd immunity\" AND from:\"Ada Quill\" AND NOT loan AND NOT \"of course\"");
    assert_eq!(
        plan.lines(),
        [
            "word:immunity finds: tells how many rows have it, and which",
            "from:\"ada quill\" opens: of the messages that another term found, each that was sent by \"ada quill\"",
            "word:loan is tested: a row that another term found and that contains loan is not opened",
            "the phrase \"herd immunity\" is looked for in the text of each opened message",
            "a message with the phrase \"of course\" is opened all the same, and not shown",
        ]
    );
    assert_eq!(
        plan.closure().lines(),
        ["every message that contains immunity and was sent by \"ada quill\""]
    );
}

#[test]
fn each_conjunction_is_said_on_its_own() {
    let plan = plan(
        "(forms(lend) w/5 bank AND from:x AND after:2020-03-12) OR (\"herd immunity\" AND before:2020-04-01 AND NOT (abc AND xyz))",
    );
    assert_eq!(
        plan.lines(),
        [
            "conjunction 1 of 2: (forms(lend) w/5 bank) AND from:x AND after:2020-03-12",
            "  word:bank finds: tells how many rows have it, and which",
            "  from:x opens: of the messages that another term found, each that was sent by x",
            "  forms(lend) w/5 bank is looked for in the text of each opened message: at most 5 words apart, in either order",
            "  of the opened messages only those sent on 2020-03-12 or later (UTC) are shown",
            "conjunction 2 of 2: \"herd immunity\" AND before:2020-04-01 AND NOT (abc AND xyz)",
            "  word:immunity finds: tells how many rows have it, and which",
            "  word:herd opens: of the messages that another term found, each that contains herd",
            "  the phrase \"herd immunity\" is looked for in the text of each opened message",
            "  of the opened messages only those sent before 2020-04-01 (UTC) are shown",
            "  a message with (abc AND xyz) is opened all the same, and not shown",
        ]
    );
}

#[test]
fn a_clause_names_what_else_could_find() {
    let plan = plan("greensill AND loan AND the AND from:x");
    let swaps = plan.clauses[0].swaps(&rules());
    assert_eq!(swaps, [vec![crate::language::word_literal("loan")]]);
}

#[test]
fn a_long_list_of_pairs_is_planned_in_time() {
    let names: Vec<String> = (0..120).map(|n| format!("(w{n}x AND w{}x)", n * 7 % 120 + 60)).collect();
    let query: Query = names.join(" OR ").parse().unwrap();
    assert!(query.to_string().chars().count() <= crate::language::QUERY_CHARS);
    let started = std::time::Instant::now();
    let plan = Plan::new(&query, Mode::Open, &rules(), &[]).unwrap();
    assert!(Plan::check(&plan.claim(), &rules()).is_ok());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn on_an_order_common_terms_find_and_nothing_else_changes() {
    let exceptional = |query: &str| {
        let plan = Plan::new(&query.parse().unwrap(), Mode::Exceptional, &rules(), &[]).unwrap();
        assert_eq!(Plan::check(&plan.claim(), &rules()).as_ref(), Ok(&plan), "{query}");
        roles(&plan)
    };
    for (query, expected) in [
        ("the", "the=cftoe"),
        ("from:david", "from:david=cftoe"),
        ("chat:\"Family group\" AND from:david", "from:david=to chat:family group=cfe"),
        ("\"to be\"", "be=to to=cfe"),
        ("the AND NOT of", "of=t the=cftoe"),
        ("the OR greensill", "greensill=cftoe the=cftoe"),
        // What finds without an order does so here too.
        ("from:david AND loan AND the", "loan=cfe the=t from:david=to"),
    ] {
        assert_eq!(exceptional(query), expected, "{query}");
    }
    let plan = Plan::new(&"chat:family".parse().unwrap(), Mode::Exceptional, &rules(), &[]).unwrap();
    assert_eq!(
        plan.lines(),
        ["chat:family finds and opens: every message that is in the chat family, common or not"]
    );
}

#[test]
fn the_exceptional_role_is_refused_in_every_other_mode() {
    let good = Plan::new(&"greensill".parse().unwrap(), Mode::Exceptional, &rules(), &[]).unwrap().claim();
    for mode in [Mode::Open, Mode::Count] {
        let claim = Claim { mode, ..good.clone() };
        assert!(Plan::check(&claim, &rules()).is_err(), "{mode}");
    }
    let claim = Claim { mode: Mode::Open, ..good };
    assert_eq!(
        Plan::check(&claim, &rules()).unwrap_err().to_string(),
        "word:greensill is claimed for exceptional, which the query does not need"
    );
}

#[test]
fn a_drill_is_a_request_of_its_own_kind() {
    let drill: Query = "drill:drill".parse().unwrap();
    let plan = Plan::new(&drill, Mode::Drill, &rules(), &[]).unwrap();
    assert_eq!(roles(&plan), "drill:drill=cfto");
    assert_eq!(plan.lines(), ["drill:drill finds and opens: the dummy rows of drills"]);
    assert_eq!(Plan::check(&plan.claim(), &rules()), Ok(plan.clone()));
    for mode in [Mode::Count, Mode::Open, Mode::Exceptional] {
        assert_eq!(Plan::new(&drill, mode, &rules(), &[]), Err(PlanError::Drill), "{mode}");
    }
    let word: Query = "greensill".parse().unwrap();
    assert_eq!(Plan::new(&word, Mode::Drill, &rules(), &[]), Err(PlanError::NotDrill));
    let claim = Claim { mode: Mode::Drill, ..self::plan("greensill").claim() };
    assert_eq!(Plan::check(&claim, &rules()), Err(CheckError::Plan(PlanError::NotDrill)));
}

#[test]
fn many_phrases_beside_many_are_planned_in_time() {
    let phrases = |letter: &str| {
        (0..15).map(|n| format!("\"{letter}{n} {letter}z{n}\"")).collect::<Vec<_>>().join(" OR ")
    };
    let started = std::time::Instant::now();
    let plan = plan(&format!("({}) AND ({}) AND from:x", phrases("xa"), phrases("xb")));
    assert_eq!((plan.clauses.len(), plan.surplus().len()), (225, 0));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
