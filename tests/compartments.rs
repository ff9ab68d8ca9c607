//! Chats and people are sorted into compartments, each sealed as a deposit of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{collections::BTreeMap, fs, sync::LazyLock};

use blackbox_store::Store;
use serde_json::{Value, json};
use support::{CUSTODIANS, DONE, ERROR, REFUSED, Reply, World, history::Numbers, key};

/// A word in a few messages of every chat.
const RARE: &str = "quillwort";
const POLICY: &str =
    "compartments = [\"main\", \"personal\", \"privileged\", \"constituency\"]\ncontext = 2\n";
const RULES: &str = r#"
default = "main"

[[rule]]
compartment = "privileged"
chat = ["Family*"]
since = 2023-03-01

[[rule]]
compartment = "personal"
chat = ["family*"]

[[rule]]
compartment = "personal"
person = ["Jane Roe"]
platform = ["whatsapp", "sms"]

[[rule]]
compartment = "constituency"
chat = ["*surgery*"]
"#;

static BASE: LazyLock<World> = LazyLock::new(|| {
    let world = World::people();
    fs::write(world.path("policy.toml"), POLICY).unwrap();
    fs::write(world.path("rules.toml"), RULES).unwrap();
    init(&world, "policy.toml");
    fs::create_dir(world.path("exports")).unwrap();
    fs::write(world.path("exports/chats.jsonl"), export(&CHATS)).unwrap();
    fs::write(world.path("exports/WhatsApp Chat with Jane Roe.txt"), whatsapp()).unwrap();
    world
});

/// Name of a chat, who writes in it, and messages a month, for three months.
type Given<'a> = (&'a str, &'a [&'a str], usize);

const CHATS: [Given<'_>; 3] = [
    ("Family group", &["Orla Fenwick", "Wren Fenwick"], 260),
    ("Private Office", &["Orla Fenwick", "Tobias Marsh", "Jane Roe"], 200),
    ("Harbour surgery", &["Ivo Larkspur", "Orla Fenwick"], 180),
];

fn init(world: &World, policy: &str) {
    let mut args = vec!["init", "box", "--origin", support::ORIGIN, "--threshold", "2", "--policy", policy];
    let custodians: Vec<String> = CUSTODIANS.iter().map(|name| format!("{name}.pub")).collect();
    args.push("--custodian");
    args.extend(custodians.iter().map(String::as_str));
    args.extend(["--sealer", "rowan.pub", "--examiner", "finch.pub", "--auditor", "auditor.pub"]);
    world.run(&args).done();
}

/// JSON Lines of these chats; one event a month and chat.
fn export(chats: &[Given<'_>]) -> String {
    let (mut lines, mut numbers) = (String::new(), Numbers::new(7));
    for (chat, people, messages) in chats {
        for month in 1..=3 {
            for number in 0..*messages {
                let mut text: Vec<String> = (0..8).map(|_| numbers.word()).collect();
                if number % 60 == 9 {
                    text.push(RARE.to_owned());
                }
                let (day, second) = (1 + number * 28 / messages, number % 60);
                let line = json!({
                    "time": format!("2023-{month:02}-{day:02}T10:{second:02}:00Z"), "chat": chat,
                    "from": people[number % people.len()], "text": text.join(" "), "platform": "signal",
                });
                lines.push_str(&format!("{line}\n"));
            }
            let event = json!({
                "time": format!("2023-{month:02}-28T23:00:00Z"), "chat": chat, "from": "", "event": "joined",
                "text": format!("somebody joined {chat}"), "platform": "signal",
            });
            lines.push_str(&format!("{event}\n"));
        }
    }
    lines
}

/// A chat of two, as WhatsApp exports it.
fn whatsapp() -> String {
    let line = |number: usize| {
        let from = ["Jane Roe", "Orla Fenwick"][number % 2];
        format!("{:02}/02/2023, 10:{:02} - {from}: supper number {number}\n", 1 + number % 28, number % 60)
    };
    (13..53).map(line).collect()
}

fn seal(world: &World, more: &[&str]) -> Reply {
    world.run(&[&["seal", "box", "exports", "--key", "rowan.key", "--small"], more].concat())
}

fn dry_run(world: &World, more: &[&str]) -> Reply {
    world.run(&[&["seal", "box", "exports", "--dry-run"], more].concat())
}

type Counts = BTreeMap<String, (u64, u64)>;

/// Messages and events of each compartment that gets some.
fn counts(list: &Value) -> Counts {
    let number = |one: &Value, key: &str| one[key].as_u64().unwrap();
    let name = |one: &Value| one["compartment"].as_str().unwrap().to_owned();
    let list = list.as_array().unwrap().iter();
    let counts = list.map(|one| (name(one), (number(one, "messages"), number(one, "events"))));
    counts.filter(|(_, (messages, events))| messages + events > 0).collect()
}

fn id(sealed: &Reply, compartment: &str) -> String {
    let deposits = sealed.json["deposits"].as_array().unwrap();
    let one = deposits.iter().find(|one| one["compartment"] == compartment).unwrap();
    one["deposit"].as_str().unwrap().to_owned()
}

#[test]
fn what_the_dry_run_lists_is_what_is_then_sealed() {
    let world = BASE.copy();
    let before = world.files();
    fs::rename(world.path("box.operator.key"), world.path("elsewhere")).unwrap();
    let listed = dry_run(&world, &["--rules", "rules.toml"]).done();
    assert_eq!(world.files(), before, "a dry run writes nothing");
    fs::rename(world.path("elsewhere"), world.path("box.operator.key")).unwrap();

    let expected: Counts = [
        ("privileged", (260, 1)),
        ("personal", (520 + 40, 2)),
        ("constituency", (540, 3)),
        ("main", (600, 3)),
    ]
    .map(|(name, counts)| (name.to_owned(), counts))
    .into();
    assert_eq!(counts(&listed.json["compartments"]), expected);
    let sealed = seal(&world, &["--rules", "rules.toml"]).done();
    assert_eq!(counts(&sealed.json["deposits"]), expected);
    assert_eq!((&sealed.json["messages"], &sealed.json["events"]), (&json!(1960), &json!(9)));
    assert_eq!(sealed.json["deposit"], sealed.json["deposits"][0]["deposit"], "the first is named first");
    assert_eq!(sealed.json["rules"], listed.json["rules"]);
    let names: Vec<_> =
        sealed.json["deposits"].as_array().unwrap().iter().map(|one| &one["compartment"]).collect();
    assert_eq!(names, ["privileged", "personal", "constituency", "main"], "in the order of the rules");
    assert_eq!(world.verify().code, DONE);
    assert_eq!(world.run(&["status", "box"]).done().json["deposits"].as_array().unwrap().len(), 4);
}

#[test]
fn the_dry_run_says_of_every_chat_where_it_goes_and_why() {
    let world = BASE.copy();
    let listed = dry_run(&world, &["--rules", "rules.toml"]).done().json;
    let chats = listed["chats"].as_array().unwrap();
    let family = chats.iter().find(|chat| chat["chat"] == "Family group").unwrap();
    assert_eq!((&family["first"], &family["last"]), (&json!("2023-01-01"), &json!("2023-03-28")));
    let parts = |chat: &Value| -> Vec<(String, String, u64)> {
        let text = |part: &Value, key: &str| part[key].as_str().unwrap().to_owned();
        let parts = chat["parts"].as_array().unwrap().iter();
        parts
            .map(|part| (text(part, "compartment"), text(part, "rule"), part["messages"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(
        parts(family),
        [("privileged".into(), "line 5".into(), 260), ("personal".into(), "line 10".into(), 520)]
    );
    let jane = chats.iter().find(|chat| chat["platform"] == "whatsapp").unwrap();
    assert_eq!(jane["chat"], "Jane Roe");
    assert_eq!(
        parts(jane),
        [("personal".into(), "line 14".into(), 40)],
        "what was sent to her goes with what she sent"
    );
    let office = chats.iter().find(|chat| chat["chat"] == "Private Office").unwrap();
    assert_eq!(parts(office), [("main".into(), "default".into(), 600)]);
}

#[test]
fn the_text_of_a_dry_run_fits_its_width_and_hostile_names_do_not_act() {
    let world = BASE.copy();
    let name = "Family \u{1b}[31m\u{202e}\n".to_owned() + &"x".repeat(300);
    fs::write(world.path("exports/more.jsonl"), export(&[(&name, &["Ann"], 4)])).unwrap();
    for columns in [40_usize, 100] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_blackbox"))
            .args(["seal", "box", "exports", "--dry-run", "--rules", "rules.toml"])
            .current_dir(world.path(""))
            .env("COLUMNS", columns.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(text.contains("⟨U+001B⟩[31m"), "{text}");
        let listed = text.split("Rules, of which").next().unwrap();
        let rows: Vec<&str> = listed.lines().filter(|line| line.contains('…')).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.chars().count() <= columns), "{text}");
        assert!(text.contains("split: ") && text.contains("in personal"), "{text}");
    }
}

#[test]
fn tokens_of_one_compartment_open_nothing_of_another() {
    let world = BASE.copy();
    let sealed = seal(&world, &["--rules", "rules.toml"]).done();
    for name in CUSTODIANS {
        world.run(&["accept", "box", "--key", &key(name)]).done();
    }
    let personal = id(&sealed, "personal");
    let asked = world.ask(RARE, &["--deposit", &personal, "--context", "2"]).done().text("request");
    for name in &CUSTODIANS[..2] {
        world.approve(name, &asked).done();
    }
    let found = world.query(&asked).done();
    let hits = found.json["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 2 * 5, "January's and February's of the family, of {}", found.json);
    for hit in hits {
        assert!(hit["id"].as_str().unwrap().starts_with(&format!("{personal}/")), "{hit}");
        assert_eq!(hit["chat"], "Family group");
        for neighbour in hit["context"].as_array().unwrap() {
            assert!(
                neighbour["time"].as_str().unwrap() < "2023-03",
                "March is in another compartment: {neighbour}"
            );
        }
    }
}

#[test]
fn the_first_rule_that_holds_decides() {
    let world = BASE.copy();
    let rule = |compartment: &str, chat: &str| {
        format!("[[rule]]\ncompartment = \"{compartment}\"\nchat = [\"{chat}\"]\n")
    };
    let narrow = rule("personal", "Family g*");
    let wide = rule("constituency", "*");
    fs::write(world.path("two.toml"), format!("{narrow}{wide}")).unwrap();
    let listed = counts(&dry_run(&world, &["--rules", "two.toml"]).done().json["compartments"]);
    assert_eq!(listed["personal"], (780, 3));
    assert_eq!(listed["constituency"], (540 + 600 + 40, 6));
    fs::write(world.path("two.toml"), format!("{wide}{narrow}")).unwrap();
    dry_run(&world, &["--rules", "two.toml"]).fails(ERROR, "\"two.toml\", line 5: the rule can never match");
}

#[test]
fn a_rules_file_that_cannot_be_meant_is_refused_with_its_line() {
    let world = BASE.copy();
    for (text, part) in [
        (
            "[[rule]]\ncompartment = \"official\"\nchat = [\"x\"]",
            "line 2: the archive has no compartment \"official\"",
        ),
        (
            "default = \"main\"\n[[rule]]\ncompartment = \"personal\"\nchats = [\"x\"]",
            "line 4: unknown field `chats`",
        ),
        ("[[rule]]\ncompartment = \"personal\"", "line 2: the rule has no condition"),
    ] {
        fs::write(world.path("bad.toml"), text).unwrap();
        let refused = seal(&world, &["--rules", "bad.toml"]);
        refused.fails(ERROR, part);
        assert_eq!(refused.json["error"]["file"], "bad.toml");
    }
    assert!(world.store_list("deposits").is_empty());
}

#[test]
fn flags_sort_what_matches_into_their_compartment_and_the_rest_elsewhere() {
    let world = BASE.copy();
    let sorted = ["--compartment", "personal", "--chat", "Family*", "--person", "jane roe"];
    let listed = dry_run(&world, &sorted).done();
    // Of the office's chat hers alone: a person's messages are theirs wherever they are.
    let personal = (780 + 40 + 198, 3);
    assert_eq!(counts(&listed.json["compartments"])["personal"], personal);
    let elsewhere = [&sorted[..], &["--else", "constituency"]].concat();
    let sealed = seal(&world, &elsewhere).done();
    assert_eq!(counts(&sealed.json["deposits"])["personal"], personal);
    assert_eq!(counts(&sealed.json["deposits"])["constituency"], (540 + 402, 6));

    let all = seal(&world, &["--compartment", "privileged"]).done();
    assert_eq!(counts(&all.json["deposits"])["privileged"], (1960, 9));
    assert!(all.json["rules"].is_null());
}

#[test]
fn what_sorts_nothing_is_an_error_before_anything_is_sealed() {
    let world = BASE.copy();
    let cases: [(&[&str], &str); 6] = [
        (&["--compartment", "personal", "--chat", "Famly*"], "--chat match nothing"),
        (&["--compartment", "personal", "--chat", " "], "can never match"),
        (&["--compartment", "main", "--chat", "Family*"], "all goes to compartment \"main\""),
        (&["--compartment", "official"], "no compartment \"official\""),
        (&["--compartment", "personal", "--chat", "x", "--else", "y"], "no compartment \"y\""),
        (&["--compartment", "personal", "--else", "main"], "neither is given"),
    ];
    for (args, part) in cases {
        seal(&world, args).fails(ERROR, part);
    }
    assert!(world.store_list("deposits").is_empty());
    let usage = world.run(&["seal", "box", "exports", "--chat", "x", "--key", "rowan.key"]);
    assert_eq!(usage.code, ERROR, "--chat needs --compartment: {usage:?}");
    let usage = world.run(&["seal", "box", "exports"]);
    assert_eq!(usage.code, ERROR, "sealing needs a key: {usage:?}");
    let warned = dry_run(&world, &["--compartment", "personal", "--chat", "Famly*"]).done();
    assert!(warned.stderr.contains("match nothing"), "{warned:?}");
}

#[test]
fn without_a_compartment_main_the_rest_must_be_given_a_place() {
    let world = World::people();
    fs::write(world.path("policy.toml"), "compartments = [\"official\", \"personal\"]").unwrap();
    init(&world, "policy.toml");
    fs::create_dir(world.path("exports")).unwrap();
    fs::write(world.path("exports/chats.jsonl"), export(&CHATS)).unwrap();
    let sorted = ["--compartment", "personal", "--chat", "Family*"];
    let refused = seal(&world, &sorted);
    refused.fails(ERROR, "no compartment \"main\"");
    assert!(refused.json["error"]["hint"].as_str().unwrap().contains("--else"), "{refused:?}");
    seal(&world, &[&sorted[..], &["--else", "official"]].concat()).done();
}

#[test]
fn each_compartment_of_under_500_needs_small() {
    let world = BASE.copy();
    let args = ["seal", "box", "exports", "--key", "rowan.key", "--rules", "rules.toml"];
    let refused = world.run(&args);
    refused.fails(REFUSED, "compartment \"privileged\": refusing to seal 261 messages");
    assert!(world.store_list("deposits").is_empty(), "nor is a larger one sealed");
    let small = dry_run(&world, &["--rules", "rules.toml"]).done();
    let marks = small.json["compartments"].as_array().unwrap().iter();
    let small: Vec<&Value> =
        marks.filter(|one| one["small"] == true).map(|one| &one["compartment"]).collect();
    assert_eq!(small, ["privileged"]);
    let large = world.run(&[&args[..5], &["--compartment", "personal", "--chat", "Family*"]].concat());
    assert_eq!(large.done().json["deposits"].as_array().unwrap().len(), 2);
}

#[test]
fn a_run_that_cannot_log_leaves_none_of_its_deposits_and_can_be_run_again() {
    let world = BASE.copy();
    let rules = ["--rules", "rules.toml", "--remember"];
    let before = world.files();
    let lock = world.store().lock().unwrap();
    seal(&world, &rules).fails(ERROR, "in use by another process");
    drop(lock);
    assert_eq!(world.files(), before);
    assert_eq!(seal(&world, &rules).done().json["messages"], 1960, "nothing was remembered of it");
}

#[test]
fn what_is_remembered_is_remembered_across_compartments() {
    let world = BASE.copy();
    let rules = ["--rules", "rules.toml", "--remember"];
    seal(&world, &rules).done();
    let again = seal(&world, &rules);
    assert_eq!((again.code, &again.json["deposits"]), (1, &json!([])));
    let all = seal(&world, &["--remember", "--compartment", "constituency"]);
    assert_eq!(all.code, 1, "what is sealed in one compartment is not sealed in another: {all:?}");

    let shorter: Vec<Given<'_>> = vec![("Family group", CHATS[0].1, 260), CHATS[1]];
    let text = export(&shorter).replacen(RARE, "heron", 1) + "\n";
    fs::write(world.path("exports/chats.jsonl"), text).unwrap();
    let listed = dry_run(&world, &[&rules[..], &["--key", "rowan.key"]].concat()).done();
    let sealed = seal(&world, &rules).done();
    assert_eq!(counts(&sealed.json["deposits"]), counts(&listed.json["compartments"]));
    assert_eq!(counts(&sealed.json["deposits"]), [("personal".to_owned(), (1, 0))].into());
    assert_eq!(sealed.json["lacking"], json!([{ "epoch": "2023-01", "count": 1 }]));
}

#[test]
fn a_run_that_was_killed_after_its_log_entry_is_not_sealed_again() {
    let world = BASE.copy();
    let rules = ["--rules", "rules.toml", "--remember"];
    let sealed = seal(&world, &rules).done();
    let state = fs::read_dir(world.path("rowan.key.state")).unwrap();
    let mut files = state.map(|entry| entry.unwrap().path());
    let memory = files.find(|path| path.extension().is_some_and(|kind| kind == "remembered")).unwrap();
    // What is there between the log entry and the end: the intention, and no memory yet.
    let content = fs::read(&memory).unwrap();
    fs::remove_file(&memory).unwrap();
    let intention = |deposit: &str| {
        let length = u16::try_from(deposit.len()).unwrap().to_le_bytes();
        let bytes = [&length, deposit.as_bytes(), &content].concat();
        fs::write(memory.with_extension("remembered.intended"), bytes).unwrap();
    };
    intention("20230101-00000000");
    let listed = dry_run(&world, &[&rules[..], &["--key", "rowan.key"]].concat()).done();
    assert_eq!(listed.json["messages"], 1960, "a deposit that is not in the log was never sealed");
    intention(&sealed.text("deposit"));
    assert_eq!(seal(&world, &rules).code, 1, "all of it is in the log");
}
