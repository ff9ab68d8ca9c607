//! What an audit finds, and how it says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;

use serde_json::Value;
use support::{
    DONE, ERROR, FAILED, REFUSED, Reply, World,
    forge::{self, ForgedRequest},
    history,
};

const AUDIT: [&str; 4] = ["audit", "box", "--key", "auditor.key"];

/// The findings of a severity, joined.
fn findings(reply: &Reply, severity: &str) -> String {
    let all = reply.json["findings"].as_array().unwrap().iter();
    let of = all.filter(|finding| finding["severity"] == severity);
    of.map(|finding| finding["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The lines told of a request.
fn details(reply: &Reply, id: &str) -> Option<String> {
    let all = reply.json["details"].as_array().unwrap().iter();
    let found = all.into_iter().find(|request| request["request"] == id)?;
    Some(found["lines"].to_string())
}

/// Tag names of a page, in order, checked to be nested as they open.
fn tags(page: &str) -> Vec<String> {
    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for tag in page.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "{tag}"),
            None if VOID.contains(&name) => {}
            None => open.push(name.to_owned()),
        }
        all.push(name.to_owned());
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

#[test]
fn statistics_say_what_became_of_requests_and_how_much_was_opened() {
    let world = World::new();
    let reply = world.run(&AUDIT).done();
    let sums = &reply.json["statistics"];
    assert_eq!((&sums["requests"], &sums["granted"], &sums["disclosed"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(
        (&sums["refused"], &sums["open"]),
        (&0.into(), &1.into()),
        "one refusal of three stops nothing"
    );
    let opened = sums["opened"].as_array().unwrap();
    let most: u64 = opened.iter().map(|one| one["at_most"].as_u64().unwrap()).sum();
    assert!(most >= history::RARE_MESSAGES as u64, "{sums}");
    assert!(opened.iter().all(|one| one["at_most"].as_u64() < one["rows"].as_u64()), "{sums}");
    let public = world.run(&["audit", "box"]).done();
    assert!(public.json["statistics"]["opened"].is_null(), "without a key it cannot be known");
    assert!(!public.json.to_string().contains(history::RARE), "terms are for those with a key");
    assert!(reply.json.to_string().contains(history::RARE));
}

#[test]
fn a_changed_byte_of_a_deposit_is_found_unless_the_audit_is_quick_and_says_so() {
    let world = World::new();
    let path = world.path(&format!("box/deposits/{}/00000/records", world.deposits[0]));
    let mut bytes = fs::read(&path).unwrap();
    bytes[5000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let reply = world.run(&["audit", "box"]);
    support::assert_named(&reply, "records");
    let quick = world.run(&["audit", "box", "--quick"]).done();
    assert!(findings(&quick, "note").contains("were not read"), "{quick:?}");
}

#[test]
fn a_quorum_that_came_together_across_requests_is_named() {
    let world = World::new();
    let first = world.approved(history::OTHER_RARE, &["alder"]);
    let alone = world.run(&AUDIT);
    assert_eq!(findings(&alone, "warning"), "", "{alone:?}");
    let second = world.approved(history::OTHER_RARE, &["cedar"]);
    let reply = world.run(&AUDIT).done();
    let warnings = findings(&reply, "warning");
    assert!(warnings.contains(&first) && warnings.contains(&second), "{reply:?}");
    assert!(warnings.contains(history::OTHER_RARE), "{warnings}");
    let public = world.run(&["audit", "box"]).done();
    assert_eq!(findings(&public, "warning"), "", "only a key shows it");
}

#[test]
fn an_approval_that_nothing_followed_is_a_note_and_later_overdue() {
    let world = World::new();
    let id = world.approved(history::RARE, &["alder", "birch"]);
    let reply = world.run(&["audit", "box"]).done();
    assert!(findings(&reply, "note").contains(&format!("\"{id}\": 2 custodians approved")), "{reply:?}");
    assert_eq!(findings(&reply, "warning"), "");
    // The forged approvals are of a day long past.
    let old = ForgedRequest::default().log(&world);
    for name in ["alder", "birch"] {
        forge::approve(&world, (name, &old), &|_, _| {}, &|_| {});
    }
    let warnings = findings(&world.run(&["audit", "box"]).done(), "warning");
    assert!(warnings.contains(&old) && warnings.contains("overdue") && !warnings.contains(&id), "{warnings}");
}

#[test]
fn since_a_kept_checkpoint_only_what_is_new_is_told() {
    let world = World::new();
    world.run(&["audit", "box", "--save", "kept"]).done();
    let nothing = world.run(&["audit", "box", "--since", "kept"]).done();
    assert_eq!(nothing.json["details"].as_array().unwrap().len(), 0);
    let id = world.request(history::OTHER_RARE);
    let reply = world.run(&["audit", "box", "--since", "kept", "-o", "kept"]).done();
    assert!(details(&reply, &id).is_some() && details(&reply, &world.request).is_none(), "{reply:?}");
    assert_eq!(reply.json["statistics"]["requests"], 1);
    assert_eq!(reply.json["statistics"]["to"], reply.json["log_size"]);
    assert_eq!(reply.json["requests"], 3, "the numbers of the log stay those of the log");
    let again = world.run(&["audit", "box", "--since", "kept"]).done();
    assert_eq!(again.json["statistics"]["from"], again.json["log_size"]);
}

#[test]
fn a_log_that_does_not_extend_the_kept_checkpoint_fails() {
    let world = World::new();
    let older = world.copy();
    world.request(history::RARE);
    world.run(&["audit", "box", "--save", "kept"]).done();
    world.replace_archive(&older);
    let kept = fs::read(world.path("kept")).unwrap();
    world.run(&["audit", "box", "--since", "kept", "--save", "kept"]).fails(FAILED, "rolled back");
    assert_eq!(fs::read(world.path("kept")).unwrap(), kept, "the good checkpoint stays");
    fs::write(world.path("none"), "no checkpoint").unwrap();
    world.run(&["audit", "box", "--since", "none"]).fails(FAILED, "none");
    world.run(&["audit", "box", "--since", "missing"]).fails(ERROR, "missing");
}

#[test]
fn the_page_is_one_inert_file_whatever_a_case_is_called() {
    let world = World::new();
    let hostile = "<script>alert(1)</script>\" onload=\"x";
    world
        .run(&[
            "request",
            "box",
            history::OTHER_RARE,
            "--case",
            hostile,
            "--basis",
            "<b>&'",
            "--key",
            "finch.key",
        ])
        .done();
    world.run(&[&AUDIT[..], &["--html", "page.html"]].concat()).done();
    let page = fs::read_to_string(world.path("page.html")).unwrap();
    let tags = tags(&page);
    assert!(
        !tags.iter().any(|tag| ["script", "b", "img", "link", "a", "iframe"].contains(&tag.as_str())),
        "{tags:?}"
    );
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains(" onload=\"x"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
    let charts = tags.iter().filter(|tag| *tag == "svg").count();
    assert_eq!(charts, 3);
    assert_eq!(page.matches("role=\"img\"").count(), charts);
    assert_eq!(tags.iter().filter(|tag| *tag == "desc").count(), charts);
    assert!(page.contains(history::RARE) && page.contains("scope=\"col\""));
}

#[test]
fn the_page_without_a_key_has_commitments_and_no_terms() {
    let world = World::new();
    world.run(&["audit", "box", "--html", "page.html"]).done();
    let page = fs::read_to_string(world.path("page.html")).unwrap();
    let request = fs::read_to_string(world.path(&format!("box/requests/{}/request", world.request))).unwrap();
    let commitment = request.lines().find_map(|line| line.strip_prefix("commitment: ")).unwrap();
    assert!(page.contains(commitment) && !page.contains(history::RARE));
    assert!(page.contains("cannot be known"));
}

#[test]
fn requests_beyond_the_policy_that_were_approved_are_named() {
    let mut world = World::people();
    fs::write(world.path("policy.toml"), "[limits]\nmonths = 1\nnotice_hours = 24\n").unwrap();
    let args = "init box --origin example.org/box --threshold 1 --custodian alder.pub --sealer rowan.pub \
                --examiner finch.pub --policy policy.toml";
    world.run(&args.split_whitespace().collect::<Vec<_>>()).done();
    history::write_export(&world.path("first"), 1);
    let sealed = world.run(&["seal", "box", "first", "--key", "rowan.key"]).done();
    world.deposits.push(sealed.text("deposit"));
    let id = ForgedRequest::default().log(&world);
    assert_eq!(findings(&world.run(&["audit", "box"]).done(), "warning"), "", "a request is no breach");
    forge::approve(&world, ("alder", &id), &|_, _| {}, &|_| {});
    let reply = world.run(&["audit", "box"]).done();
    let warnings = findings(&reply, "warning");
    assert!(warnings.contains("months, and the policy allows 1"), "{reply:?}");
    assert!(warnings.contains("of notice"), "{reply:?}");
}

#[test]
fn a_release_shows_the_terms_of_a_closed_request_and_of_no_other() {
    let world = World::new();
    let open = world.request(history::OTHER_RARE);
    let release = |id: &str, key: &str| world.run(&["release", "box", id, "--key", key]);
    release(&open, "finch.key").fails(REFUSED, "not closed");
    release(&world.request, "auditor.key").fails(REFUSED, "release_days");
    release(&world.request, "magpie.key").fails(REFUSED, "magpie");
    release(&world.request, "finch.key").done();
    release(&world.request, "finch.key").fails(REFUSED, "before");
    let public = world.run(&["audit", "box"]).done();
    assert!(details(&public, &world.request).unwrap().contains(history::RARE), "{public:?}");
    assert!(!details(&public, &open).unwrap().contains(history::OTHER_RARE));
    world.verify().done();
    let released =
        fs::read_to_string(world.path(&format!("box/requests/{}/release", world.request))).unwrap();
    assert!(released.contains(history::RARE), "{released}");
}

#[test]
fn a_request_that_too_few_are_left_to_approve_is_closed() {
    let world = World::new();
    let id = world.request(history::OTHER_RARE);
    let refuse = |key: &str| world.run(&["refuse", "box", &id, "--reason", "no", "--key", key]).done();
    refuse("alder.key");
    world.run(&["release", "box", &id, "--key", "finch.key"]).fails(REFUSED, "not closed");
    refuse("birch.key");
    world.run(&["release", "box", &id, "--key", "finch.key"]).done();
    let sums = world.run(&AUDIT).done().json["statistics"].clone();
    assert_eq!(sums["refused"], 1, "{sums}");
}

#[test]
fn overseers_release_when_the_policys_days_are_over() {
    let world = World::people();
    fs::write(world.path("policy.toml"), "release_days = 0\n").unwrap();
    let args = "init box --origin example.org/box --threshold 2 --custodian alder.pub birch.pub --sealer rowan.pub \
                --examiner finch.pub --auditor auditor.pub --policy policy.toml";
    world.run(&args.split_whitespace().collect::<Vec<_>>()).done();
    history::write_export(&world.path("first"), 1);
    world.run(&["seal", "box", "first", "--key", "rowan.key"]).done();
    let id = world.request(history::RARE);
    world.run(&["release", "box", &id, "--key", "auditor.key"]).fails(REFUSED, "not closed");
    world.run(&["refuse", "box", &id, "--reason", "no", "--key", "birch.key"]).done();
    world.run(&["release", "box", &id, "--key", "auditor.key"]).done();
    assert_eq!(world.run(&["audit", "box"]).code, DONE);
}

#[test]
fn a_release_of_other_terms_or_by_a_stranger_does_not_count() {
    let world = World::new();
    world.run(&["release", "box", &world.request, "--key", "finch.key"]).done();
    let path = world.path(&format!("box/requests/{}/release", world.request));
    let text = fs::read_to_string(&path).unwrap().replace(history::RARE, history::OTHER_RARE);
    fs::write(&path, text).unwrap();
    let reply = world.run(&["audit", "box"]);
    support::assert_named(&reply, "release");
    assert!(!details(&reply, &world.request).unwrap().contains(history::OTHER_RARE), "{reply:?}");
}

#[test]
fn the_text_fits_the_terminal_and_lets_nothing_act() {
    let world = World::new();
    let case = "word ".repeat(60) + "\u{202E}evil";
    world
        .run(&["request", "box", history::OTHER_RARE, "--case", &case, "--basis", "b", "--key", "finch.key"])
        .done();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_blackbox"));
    let output = command.args(AUDIT).current_dir(world.path("")).env("COLUMNS", "80").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("⟨U+202E⟩evil") && !text.contains('\u{202E}'));
    let long = text.lines().filter(|line| line.chars().count() > 82 && line.trim().contains(' '));
    assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn json_keeps_its_keys() {
    let reply = World::new().run(&["audit", "box"]).done();
    let keys = ["ok", "log_size", "deposits", "requests", "approvals", "refusals", "disclosures", "findings"];
    assert!(keys.iter().all(|key| reply.json[key] != Value::Null), "{reply:?}");
}
