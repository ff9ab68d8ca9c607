//! Each limit refuses at `request`, and at `approve` what a modified client logged all the same; what is
//! exactly at its limit passes.

use std::fs;

use blackbox_custody::{
    Archive,
    counts::Counts,
    ledger::Ledger,
    limits::{Asked, Breach, Step, Terms, breaches, logged},
};
use blackbox_query::plan::Mode;
use jiff::{SignedDuration, Timestamp};

use crate::support::{
    DONE, REFUSED, World,
    forge::{self, ForgedRequest, TIME},
    history::{OTHER_RARE, RARE},
    key,
};

/// A world whose custodians have put these limits in force.
pub fn limited(limits: &str) -> World {
    let world = World::new();
    limit(&world, limits);
    world
}

/// Puts these limits in force from here on.
pub fn limit(world: &World, limits: &str) {
    fs::write(world.path("policy.toml"), format!("[limits]\n{limits}\n")).unwrap();
    change(world, &["--policy", "policy.toml"]);
}

pub fn change(world: &World, what: &[&str]) {
    let mut args = vec!["change", "propose", "box", "--reason", "Brakes", "--key", "alder.key"];
    args.extend(what);
    let number = world.run(&args).done().json["change"].to_string();
    world.run(&["change", "sign", "box", number.trim_matches('"'), "--key", "cedar.key"]).done();
}

/// A count request for `query`, approved and answered.
pub fn counted(world: &World, query: &str) -> String {
    let id = world.ask(query, &["--mode", "count"]).done().text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    assert_eq!(world.query(&id).code, DONE);
    id
}

/// Asserts that a custodian's program refuses, names `part`, and gives nothing.
#[track_caller]
fn refuses(world: &World, id: &str, part: &str) {
    world.approve("alder", id).fails(REFUSED, part);
    let request = world.path("box").join("requests").join(id);
    assert!(!request.join("share.alder.age").exists() && !request.join("approval.alder").exists());
    let review = world.review("alder", id).done();
    assert!(review.json["requests"][0]["limits"].to_string().contains(part), "{review:?}");
}

/// Asserts that asking is refused, and that nothing was logged.
#[track_caller]
fn unasked(world: &World, query: &str, more: &[&str], part: &str) {
    let before = world.files();
    let reply = world.ask(query, more);
    reply.fails(REFUSED, "refusing to ask this");
    assert!(reply.message().contains(part), "{reply:?}");
    assert_eq!(world.files(), before);
}

fn forged(query: &str) -> ForgedRequest<'_> {
    ForgedRequest { query, ..ForgedRequest::default() }
}

#[test]
fn more_terms_than_the_limit_are_refused() {
    let world = limited("terms = 2");
    let (two, three) = (format!("{RARE} AND {OTHER_RARE}"), format!("{RARE} AND {OTHER_RARE} AND tamtamtam"));
    unasked(&world, &three, &[], "it asks for 3 terms, and this archive's policy allows 2 (limits.terms)");
    refuses(&world, &forged(&three).log(&world), "it asks for 3 terms");
    world.approved(&two, &["alder"]);
    world.approve("alder", &forged(&two).log(&world)).done();
}

#[test]
fn more_months_than_the_limit_are_refused() {
    let world = limited("months = 2");
    unasked(&world, RARE, &[], "it asks for 3 months, and this archive's policy allows 2 (limits.months)");
    refuses(&world, &forged(RARE).log(&world), "it asks for 3 months");
    let days = ["--since", "2023-01-31", "--until", "2023-02-01"];
    let id = world.ask(RARE, &days).done().text("request");
    world.approve("alder", &id).done();
}

#[test]
fn more_alternatives_than_the_limit_are_refused() {
    let world = limited("variants = 2");
    let (two, three) = (format!("{RARE} OR {OTHER_RARE}"), format!("{RARE} OR {OTHER_RARE} OR tamtamtam"));
    unasked(&world, &three, &[], "any of 3 alternatives, and this archive's policy allows 2");
    unasked(&world, &three, &["--mode", "count"], "any of 3 alternatives");
    refuses(&world, &forged(&three).log(&world), "any of 3 alternatives");
    world.approved(&two, &["alder"]);
}

#[test]
fn more_requests_in_a_month_than_the_limit_are_refused() {
    let world = limited("requests = 3");
    // The base archive has two of this month.
    let third = world.request(RARE);
    unasked(&world, RARE, &[], "it is request 4 of ");
    world.approve("alder", &third).done();
    let of_month = |number: usize| {
        let purpose = format!("purpose {number}");
        let change = |request: &mut blackbox_custody::request::Request| request.purpose = purpose.clone();
        ForgedRequest { request: &change, ..ForgedRequest::default() }.log(&world)
    };
    let ids: Vec<String> = (0..4).map(of_month).collect();
    world.approve("alder", &ids[2]).done();
    refuses(&world, &ids[3], "it is request 4 of ");
    refuses(&world, &ids[3], "ask from 2026-02-01 on");
}

/// The breaches by an approval of `id` at `time`, as anybody sees them.
fn at(world: &World, id: &str, time: &str) -> Vec<Breach> {
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let request = ledger.request(&archive, id).unwrap();
    let asked =
        Asked { request: &request.document, entry: Some((request.index, &request.leaf.time)), terms: None };
    let step = Step::Approval { time, index: ledger.leaves.len() as u64 };
    breaches(&archive, &ledger, &asked, step).unwrap()
}

/// Since when a request counts as logged, if the notice is a day.
fn counts_from(world: &World, id: &str) -> Timestamp {
    let breach = at(world, id, "1970-01-01T00:00:00Z").remove(0);
    let when = breach.permit.strip_prefix("approve from ").unwrap().strip_suffix(" on").unwrap().to_owned();
    when.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24)
}

#[test]
fn an_approval_before_the_notice_has_passed_is_refused_to_the_second() {
    let world = limited("notice_hours = 24");
    let id = world.request(RARE);
    refuses(&world, &id, "24 (limits.notice_hours); approve from ");
    let from = counts_from(&world, &id) + SignedDuration::from_hours(24);
    assert_eq!(at(&world, &id, &from.to_string()), []);
    assert_eq!(at(&world, &id, &(from - SignedDuration::from_secs(1)).to_string()).len(), 1);
    let day_after: Timestamp = "2199-01-02T00:00:00Z".parse().unwrap();
    let postdated = |request: &mut blackbox_custody::request::Request| {
        request.time = "2199-01-01T00:00:00Z".to_owned();
    };
    let id = ForgedRequest { request: &postdated, ..ForgedRequest::default() }.log(&world);
    refuses(&world, &id, &format!("approve from {day_after} on"));
}

#[test]
fn a_request_that_is_dated_back_shortens_no_notice_where_witnesses_saw_the_log_without_it() {
    let world = limited("notice_hours = 24");
    // Custodians cosigned this log today, and the request says that it was made long before.
    let id = forged(RARE).log(&world);
    refuses(&world, &id, "24 (limits.notice_hours)");
    assert!(counts_from(&world, &id) > TIME.parse::<Timestamp>().unwrap());
}

#[test]
fn a_request_that_has_stood_for_the_notice_is_approved() {
    let world = limited("notice_hours = 1");
    let id = forged(RARE).log(&world);
    // Without what witnesses saw, the dates of request and entry are all that there is.
    fs::remove_dir_all(world.path("box/log/cosigned")).unwrap();
    for entry in fs::read_dir(world.path("box/requests")).unwrap() {
        for file in fs::read_dir(entry.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tlog-proof") {
                fs::remove_file(path).unwrap();
            }
        }
    }
    assert_eq!(counts_from(&world, &id) + SignedDuration::from_hours(23), TIME.parse::<Timestamp>().unwrap());
    world.approve("alder", &id).done();
}

#[test]
fn what_went_beyond_a_limit_in_the_log_shows_in_part_without_a_key_and_wholly_with_one() {
    let world = limited("months = 2\nterms = 1\nshare = 1");
    let query = format!("{RARE} AND {OTHER_RARE}");
    let id = forged(&query).log(&world);
    forge::approve(&world, ("birch", &id), &|_, _| {}, &|_| {});
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let auditor = world.identity("auditor");
    let counts = Counts::read(&archive, &ledger, &auditor).unwrap();
    let open = forge::opened(&archive, &id, &auditor);
    let lines = logged(&archive, &ledger, &open.request, None).unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].1.contains("it asks for 3 months")
            && lines[1].1.contains("\"birch\" approved beyond a limit")
    );
    let terms = Terms { plan: &open.plan, ranges: &open.ask.ranges, counts: &counts };
    let lines = logged(&archive, &ledger, &open.request, Some(terms)).unwrap();
    let lines = lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    for part in ["it asks for 2 terms", "birch", "(limits.share)"] {
        assert!(lines.contains(part), "{part}: {lines}");
    }
    let honest = ledger.request(&archive, &world.request).unwrap();
    assert!(logged(&archive, &ledger, &honest, None).unwrap().is_empty(), "no limit was in force then");
}

#[test]
fn a_request_is_judged_by_the_stricter_of_the_policies_then_and_now() {
    let world = limited("months = 2");
    let under_two = forged(RARE).log(&world);
    let months = |request: &mut blackbox_custody::request::Request| request.until = "2023-02-28".to_owned();
    let of_two = ForgedRequest { request: &months, ..ForgedRequest::default() }.log(&world);
    limit(&world, "months = 9");
    refuses(&world, &under_two, "allows 2 (limits.months)");
    limit(&world, "months = 1");
    refuses(&world, &of_two, "allows 1 (limits.months)");
}

#[test]
fn an_open_request_must_cite_a_count_that_was_answered() {
    let world = limited("cite_count = true");
    unasked(&world, RARE, &[], "it cites no count request, and this archive's policy demands it");
    refuses(&world, &forged(RARE).log(&world), "it cites no count request");
    let counted = counted(&world, RARE);
    let id = world.ask(RARE, &["--cites", &counted]).done().text("request");
    world.approve("alder", &id).done();
    assert_eq!(world.review("birch", &id).done().json["requests"][0]["cites"], counted.as_str());
    let drill = world.run(&["drill", "box", "--key", "finch.key"]).done().text("request");
    world.approve("alder", &drill).done();
}

#[test]
fn a_wrong_citation_is_refused() {
    let world = limited("cite_count = true");
    let (opened, other) = (world.request.clone(), counted(&world, OTHER_RARE));
    let elsewhere = counted(&world.copy(), RARE);
    let unanswered = world.ask(RARE, &["--mode", "count"]).done().text("request");
    let january = ["--mode", "count", "--until", "2023-01-31"];
    let short = world.ask(RARE, &january).done().text("request");
    ["alder", "birch"].iter().for_each(|name| drop(world.approve(name, &short).done()));
    assert_eq!(world.query(&short).code, DONE);
    for (cited, why) in [
        (opened, "which does not count"),
        (unanswered, "which was not answered before it"),
        (other, "which has no count of word:quillwort in 2023-01"),
        (short, "which has no count of word:quillwort in 2023-02"),
        (elsewhere, "which is no request in the log before it"),
    ] {
        unasked(&world, RARE, &["--cites", &cited], why);
        let cite = |request: &mut blackbox_custody::request::Request| request.cites = Some(cited.clone());
        refuses(&world, &ForgedRequest { request: &cite, ..ForgedRequest::default() }.log(&world), why);
    }
}

#[test]
fn a_wrong_citation_is_refused_though_none_is_demanded() {
    let world = World::new();
    let opened = world.request.clone();
    unasked(&world, RARE, &["--cites", &opened], "which does not count");
}

#[test]
fn another_examiners_count_may_be_cited_and_custodians_check_it() {
    let world = limited("cite_count = true");
    change(&world, &["--add-examiner", "magpie.pub"]);
    let counted = counted(&world, RARE);
    let by_magpie = |query: &str| {
        let args = ["request", "box", query, "--case", "c", "--basis", "b", "--key", "magpie.key"];
        let id = world.run(&[&args[..], &["--cites", &counted]].concat()).done().text("request");
        world.approve("alder", &id)
    };
    by_magpie(RARE).done();
    by_magpie(OTHER_RARE).fails(REFUSED, "which has no count of word:bramblegate");
}

#[test]
fn a_request_that_counts_needs_no_count() {
    let world = limited("cite_count = true\nshare = 1");
    let count = ForgedRequest {
        request: &|request| request.mode = Mode::Count,
        claim: &|claim| {
            claim.mode = Mode::Count;
            claim.choices.clear();
            claim.literals.iter_mut().for_each(|(_, roles)| *roles = blackbox_query::plan::Roles::COUNT);
        },
        ..ForgedRequest::default()
    };
    world.approve("alder", &count.log(&world)).done();
}

#[test]
fn a_share_beyond_the_limit_or_unknown_is_refused() {
    let world = limited("share = 4");
    // The base archive's own answer gives the counts of this word: 24 of each deposit's rows.
    let id = world.request(RARE);
    let share = world.review("alder", &id).done().json["requests"][0]["shares"][0].clone();
    assert_eq!(share["opens_at_most"], 24);
    let percent = share["percent"].as_f64().unwrap();
    assert!(3.0 < percent && percent < 4.0, "{share}");
    world.approve("alder", &id).done();
    unasked(&world, RARE, &["--context", "1"], "it opens up to 72 of the");
    unasked(&world, OTHER_RARE, &[], "it is not known how much of deposit");
    refuses(&world, &forged(OTHER_RARE).log(&world), "ask with --mode count first");
    counted(&world, OTHER_RARE);
    world.approved(OTHER_RARE, &["alder"]);

    limit(&world, "share = 3");
    unasked(&world, RARE, &[], "(limits.share); ask for rarer terms, fewer months or less context");
    refuses(&world, &forged(RARE).log(&world), "it opens up to 24 of the");
}

#[test]
fn a_retry_of_what_was_approved_is_not_judged_again() {
    let world = World::new();
    let id = world.approved(RARE, &["alder"]);
    fs::remove_file(world.path("box").join(format!("requests/{id}/share.alder.age"))).unwrap();
    limit(&world, "months = 1");
    world.approve("alder", &id).done();
    refuses_other(&world, &id);
}

/// Who did not approve yet is bound by the policy in force now.
fn refuses_other(world: &World, id: &str) {
    world.run(&["approve", "box", id, "--key", &key("birch")]).fails(REFUSED, "allows 1 (limits.months)");
}
