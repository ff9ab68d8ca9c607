//! Google Voice: the pages of a Takeout as Google writes them, and as nobody should.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use blackbox_format::message::{AttachmentText, Incoming, Message, Names};
use blackbox_import::{Exports, Report};
use jiff::{Timestamp, tz::Offset};
use proptest::prelude::*;
use serde_json::Value;

type Files<'a> = &'a [(&'a str, &'a [u8])];

fn read_in(folder: &Path, owner: Option<&str>, files: Files<'_>) -> (Vec<Incoming>, Report) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    common::read(&Exports::open(&[folder.to_owned()], common::options(owner)).unwrap())
}

fn read_as(owner: Option<&str>, files: Files<'_>) -> (Vec<Incoming>, Report) {
    read_in(tempfile::tempdir().unwrap().path(), owner, files)
}

fn read(files: Files<'_>) -> (Vec<Incoming>, Report) {
    read_as(None, files)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\"><head>\n\
         <title>{title}</title>\n<style type=\"text/css\">.haudio > .fn {{ display: none; }}</style></head>\n\
         <body>{body}</body></html>"
    )
}

fn chat(title: &str, participants: &str, messages: &str) -> String {
    let list = match participants {
        "" => String::new(),
        list => format!("<div class=\"participants\">Group conversation with:\n{list}</div>\n"),
    };
    let tags = "<div class=\"tags\">Labels:\n<a rel=\"tag\" href=\"http://www.google.com/voice#sms\">Text</a>, \
                <a rel=\"tag\" href=\"http://www.google.com/voice#spam\">Spam</a></div>\n\
                <div class=\"deletedStatusContainer\">User Deleted:\nFalse</div>";
    page(title, &format!("<div class=\"hChatLog hfeed\">{list}{messages}</div>\n\n{tags}"))
}

fn cite(name: &str, number: &str) -> String {
    let inner = match name {
        "Me" => "<abbr class=\"fn\" title=\"\">Me</abbr>".to_owned(),
        name => format!("<span class=\"fn\">{name}</span>"),
    };
    format!("<cite class=\"sender vcard\"><a class=\"tel\" href=\"tel:{number}\">{inner}</a></cite>")
}

fn message(time: &str, sender: &str, text: &str, attached: &str) -> String {
    format!(
        "<div class=\"message\"><abbr class=\"dt\" title=\"{time}\">Mar 4, 2021, 5:06:07&#8239;PM\nPacific Time</abbr>:\n\
         {sender}:\n<q>{text}</q>\n{attached}</div> "
    )
}

fn call(what: &str, slug: &str, name: &str, rest: &str) -> String {
    page(
        &format!("{what}\n{name}"),
        &format!(
            "<div class=\"haudio\"><span class=\"album\">Call Log for\n</span>\n<span class=\"fn\">{what}\n{name}</span>\n\
             <div class=\"contributor vcard\">{what}\n<a class=\"tel\" href=\"tel:+15550100\"><span class=\"fn\">{name}\
             </span></a></div>\n<abbr class=\"published\" title=\"2021-03-04T17:06:07.000-08:00\">Mar 4</abbr>\n{rest}\n\
             <div class=\"tags\">Labels:\n<a rel=\"tag\" href=\"http://www.google.com/voice#{slug}\">Label</a></div>\n\
             <div class=\"deletedStatusContainer\">User Deleted:\nTrue</div></div>"
        ),
    )
}

fn note<'a>(message: &'a Message, name: &str) -> Vec<&'a str> {
    message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn notes(report: &Report) -> Vec<&str> {
    report.notes.iter().map(|one| &one.reason[..]).collect()
}

const TIME: &str = "2021-03-04T17:06:07.890-08:00";

#[test]
fn a_conversation_is_read_with_both_sides() {
    let (ada, me) = (cite("Ada Bell", "+15550100"), cite("Me", "+15550199"));
    let text = message(TIME, &me, "It&#39;s <br>late 😀", "") + &message(TIME, &ada, "", "");
    let file = chat("Me to\nAda Bell", "", &text);
    let (all, report) = read(&[("Ada Bell - Text - 2021-03-05T01_06_07Z.html", file.as_bytes())]);
    let (sent, received) = (&all[0].message, &all[1].message);
    assert_eq!((sent.time, &sent.written_time[..]), (1_614_906_367_890, TIME));
    assert_eq!((&sent.from[..], &sent.to[..]), ("Me", &["Ada Bell".to_owned()][..]));
    assert_eq!((&received.from[..], &received.to[..]), ("Ada Bell", &["Me".to_owned()][..]));
    assert_eq!((&sent.text[..], sent.chat.as_deref()), ("It's \nlate 😀", Some("Ada Bell")));
    assert_eq!(note(sent, "label"), ["Text", "Spam"]);
    let also = |written: &str, also: &str| Names { written: written.into(), also: vec![also.into()] };
    assert_eq!(sent.names, [also("Ada Bell", "+15550100"), also("Me", "+15550199")]);
    assert_eq!(
        (&report.sources[0].format[..], report.sources[0].timezone.as_deref()),
        ("google-voice", None)
    );
    assert!(report.skipped.is_empty() && report.notes.is_empty());
    let (all, _) = read_as(Some("Bo Cray"), &[("a.html", file.as_bytes())]);
    assert_eq!(all[0].message.from, "Bo Cray");
    assert_eq!(all[0].message.names[1].also, ["Me", "+15550199"]);
}

#[test]
fn who_only_the_title_or_the_file_names_is_the_recipient() {
    let sent = message(TIME, &cite("Me", "+15550199"), "hello", "");
    let (all, _) = read(&[("x - Text - 1Z.html", chat("Me to\nAda Bell", "", &sent).as_bytes())]);
    assert_eq!(all[0].message.to, ["Ada Bell"]);
    let (all, _) = read(&[("+15550100 - Text - 1Z.html", chat("Me to\n", "", &sent).as_bytes())]);
    assert_eq!(all[0].message.to, ["+15550100"]);
}

#[test]
fn a_group_has_its_participants_as_recipients() {
    let (ada, dee) = (cite("Ada Bell", "+15550100"), cite("+15550101", "+15550101"));
    let text = message(TIME, &dee, "all?", "") + &message(TIME, &cite("Me", "+15550199"), "yes", "");
    let file = chat("Group Conversation", &format!("{ada}, {dee}"), &text);
    let (all, _) = read(&[("Group Conversation - 1Z.html", file.as_bytes())]);
    assert_eq!(
        (&all[0].message.from[..], &all[0].message.to[..]),
        ("+15550101", &["Ada Bell".into(), "Me".into()][..])
    );
    assert_eq!(all[1].message.to, ["Ada Bell", "+15550101"]);
    assert_eq!(all[0].message.chat.as_deref(), Some("Ada Bell, +15550101"));
}

#[test]
fn attachments_are_found_though_their_names_lack_the_ending_or_are_cut() {
    let long = "Somebody With A Very Long Name Indeed - Text - 2021-03-05T01_06_07Z-2-1";
    let ada = cite("Ada Bell", "+15550100");
    let text =
        message(TIME, &ada, "MMS Received", "<div><img src=\"A - Text - 1Z-1-1\" alt=\"Image\" /></div>")
            + &message(
                TIME,
                &ada,
                "",
                &format!("<div><a class=\"vcard\" href=\"{long}\">Contact card</a></div>"),
            )
            + &message(
                TIME,
                &ada,
                "",
                "<video controls src=\"v.mp4\"><a rel=\"enclosure\" href=\"v.mp4\">Video</a></video>",
            )
            + &message(TIME, &ada, "", "<img src=\"../../etc/passwd\"/>");
    let cut = format!("{}.vcf", &long[..50]);
    let file = chat("Ada Bell", "", &text);
    let files: [(&str, &[u8]); 5] = [
        ("A - Text - 1Z.html", file.as_bytes()),
        ("A - Text - 1Z-1-1.jpg", b"picture"),
        (&cut, b"card"),
        ("v.mp4", b"film"),
        ("Phones.vcf", b"other"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (all, report) = read_in(folder.path(), None, &files);
    assert_eq!(all[0].message.text, "MMS Received");
    let contents: Vec<_> = all[..3].iter().map(common::content).collect();
    assert_eq!(contents, [b"picture".to_vec(), b"card".to_vec(), b"film".to_vec()]);
    let types: Vec<_> = all.iter().map(|one| &one.media[0].media_type[..]).collect();
    assert_eq!(types, ["image/jpeg", "text/x-vcard", "video/mp4", "application/octet-stream"]);
    assert_eq!(all[0].media[0].name, "A - Text - 1Z-1-1.jpg");
    assert_eq!(notes(&report), ["attachment \"passwd\" is not in the folder of the export"]);
    assert_eq!(report.sources[0].attachments, 4);
    assert!(report.skipped.len() == 1 && report.skipped[0].source.ends_with("Phones.vcf"));
}

#[test]
fn calls_are_events() {
    let length = "<br />\n<abbr class=\"duration\" title=\"PT1M5S\">(00:01:05)</abbr>";
    let files = [
        call("Missed call from", "missed", "", ""),
        call("Placed call to", "placed", "Ada Bell", length),
        call("Received call from", "received", "Ada Bell", length),
        call(
            "Recorded call with",
            "recorded",
            "Ada Bell",
            "<audio src=\"r.mp3\"><a rel=\"enclosure\" href=\"r.mp3\"></a></audio>",
        ),
    ];
    let names = ["1.html", "2.html", "3.html", "4.html"];
    let mut list: Vec<(&str, &[u8])> = names.into_iter().zip(files.iter().map(String::as_bytes)).collect();
    list.push(("r.mp3", b"sound"));
    let folder = tempfile::tempdir().unwrap();
    let (all, report) = read_in(folder.path(), None, &list);
    assert_eq!(
        common::texts(&all),
        [
            "Missed call from +15550100",
            "Placed call to Ada Bell (PT1M5S)",
            "Received call from Ada Bell (PT1M5S)",
            "Recorded call with Ada Bell"
        ]
    );
    assert!(
        all.iter().all(|one| one.message.event.as_deref() == Some("call") && one.message.from.is_empty())
    );
    let senders: Vec<_> = all.iter().map(|one| note(&one.message, "sender")).collect();
    assert_eq!(senders, [vec!["+15550100"], vec!["Me"], vec!["Ada Bell"], vec![]]);
    assert_eq!((&all[1].message.to[0][..], &all[2].message.to[0][..]), ("Ada Bell", "Me"));
    assert_eq!(
        (note(&all[1].message, "duration"), note(&all[1].message, "deleted")),
        (vec!["PT1M5S"], vec!["by the user"])
    );
    assert_eq!(common::content(&all[3]), b"sound");
    assert_eq!((report.sources.len(), report.sources[0].events), (1, 4));
}

#[test]
fn voicemail_is_a_message_with_googles_transcript() {
    let words = "Transcript:\n<span class=\"description\"><span class=\"full-text\">Call me &amp; Dee.</span>\n\
                 <span class=\"word high\">Call\n<span class=\"confidence\">0.9</span></span></span>";
    let sound =
        "<audio controls=\"controls\" src=\"v.mp3\"><a rel=\"enclosure\" href=\"v.mp3\">Audio</a></audio>";
    let with = call("Voicemail from", "voicemail", "Ada Bell", &format!("{words}{sound}"));
    let (all, _) = read(&[("v.html", with.as_bytes()), ("v.mp3", b"sound")]);
    let message = &all[0].message;
    assert_eq!(
        (&message.from[..], &message.to[..], &message.text[..]),
        ("Ada Bell", &["Me".to_owned()][..], "")
    );
    let origin = "machine: Google Voice".to_owned();
    assert_eq!(message.texts, [AttachmentText { attachment: 0, origin, text: "Call me & Dee.".into() }]);
    assert!(message.event.is_none() && all[0].media.len() == 1);
    let (all, _) = read(&[("v.html", call("Voicemail from", "voicemail", "Ada Bell", words).as_bytes())]);
    assert_eq!((&all[0].message.text[..], all[0].message.texts.len()), ("Call me & Dee.", 0));
}

#[test]
fn what_is_not_understood_is_kept_and_counted() {
    let text = message(TIME, &cite("Ada Bell", "+15550100"), "hi", "<object src=\"poll-7\"></object>");
    let (all, report) = read(&[("a.html", chat("Ada Bell", "", &text).as_bytes())]);
    assert_eq!(note(&all[0].message, "raw:object"), ["poll-7"]);
    assert_eq!(report.sources[0].not_understood["object"], 1);
}

#[test]
fn a_message_without_a_time_is_skipped_with_its_attachments() {
    let ada = cite("Ada Bell", "+15550100");
    let text =
        message("soon", &ada, "a", "<img src=\"x\"/>") + &message("0000-01-01T00:00:00Z", &ada, "b", "");
    let text = text + &message("9998-12-31T23:59:59Z", &ada, "c", "") + &message(TIME, &ada, "d", "");
    let (all, report) = read(&[("a.html", chat("Ada Bell", "", &text).as_bytes())]);
    assert_eq!(common::texts(&all), ["d"]);
    let reasons: Vec<_> = report.skipped.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(
        reasons,
        [
            "an attachment of a message that was skipped",
            "it has no time that can be read",
            "time is outside 1970 to 2199",
            "time is outside 1970 to 2199"
        ]
    );
}

#[test]
fn a_time_without_offset_is_in_the_zone_that_was_given() {
    let text = message("2021-07-04T12:00:00", &cite("Ada Bell", "+15550100"), "noon", "");
    let (all, report) = read(&[("a.html", chat("Ada Bell", "", &text).as_bytes())]);
    assert_eq!(
        (all[0].message.time, report.sources[0].timezone.as_deref()),
        (1_625_396_400_000, Some("Europe/London"))
    );
}

#[test]
fn a_page_that_ends_early_gives_what_it_has() {
    let ada = cite("Ada Bell", "+15550100");
    let text = message(TIME, &ada, "first", "") + &message(TIME, &ada, "second", "<img src=\"x\"/>");
    let whole = chat("Ada Bell", "", &text);
    for end in (60..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        read(&[("a.html", &whole.as_bytes()[..end])]);
    }
    let (all, report) = read(&[("a.html", &whole.as_bytes()[..whole.find("second").unwrap() + 3])]);
    assert_eq!(common::texts(&all), ["first", "sec"]);
    assert_eq!(notes(&report), ["the end of the message is missing"]);
}

#[test]
fn a_text_that_is_too_long_is_left_out_with_the_reason() {
    let ada = cite("Ada Bell", "+15550100");
    let lines = format!("{}<br>", "x".repeat(1 << 20)).repeat(20);
    let text = message(TIME, &ada, &lines, "") + &message(TIME, &ada, "next", "");
    let (all, report) = read(&[("a.html", chat("Ada Bell", "", &text).as_bytes())]);
    assert_eq!(
        (common::texts(&all), &report.skipped[0].reason[..]),
        (vec!["next"], "its text is longer than 16 MiB")
    );
    let text = message(TIME, &ada, "before", "") + &message(TIME, &ada, &"x".repeat(20 << 20), "");
    let (all, report) = read(&[
        ("a.html", chat("Ada Bell", "", &text).as_bytes()),
        ("b.html", chat("Ada Bell", "", &message(TIME, &ada, "other page", "")).as_bytes()),
    ]);
    assert_eq!(
        all.iter().filter(|one| one.message.text == "before" || one.message.text == "other page").count(),
        2
    );
    assert!(
        report.skipped.iter().any(|one| one.reason.contains("longer than 16 MiB")),
        "{:?}",
        report.skipped
    );
}

#[test]
fn hostile_pages_do_no_harm() {
    let ada = cite("Ada Bell", "+15550100");
    let ok = message(TIME, &ada, "ok", "");
    for body in [
        "<div class=\"message\">".repeat(5000),
        "<q>".repeat(5000) + "</div>".repeat(9000).as_str(),
        format!("<div class=\"message\"><q>open {ok}</cite></a></abbr></title>"),
        format!("<div class=\"haudio\"><div class=\"haudio\"><cite>{ok}<audio src></audio><img src=\"/\">"),
        format!(
            "<div class=\"message\"><abbr class=\"dt\" title=\"{TIME}\">{}</div>",
            "<img src=\"a\"/><img src=\"b\"/>".repeat(2000)
        ),
        format!("<div class=\"message\"{}>{ok}</div>", " a=\"b\"".repeat(20_000)),
        format!("{ada}<participants><div class=\"participants\">{}", ada.repeat(3000)),
        "<script><div class=\"message\"></script><plaintext></div>".to_owned(),
        "&#xd800;&bogus;&#99999999999;<!--".to_owned(),
    ] {
        read(&[("a.html", chat("x", "", &format!("{body}{ok}")).as_bytes())]);
        read(&[("a.html", call("Placed call to", "placed", "x", &body).as_bytes())]);
    }
    let mut bytes = chat("x", "", &ok).into_bytes();
    let at = bytes.windows(6).position(|word| word == b"<q>ok<").unwrap();
    bytes[at + 3] = 0xff;
    let (all, _) = read(&[("a.html", &bytes)]);
    assert_eq!((&all[0].message.text[..], note(&all[0].message, "encoding").len()), ("\u{fffd}k", 1));
}

#[test]
fn the_sample_is_read_to_the_last_message() {
    let Some(corpora) = std::env::var_os("BLACKBOX_CORPORA") else {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
        return;
    };
    let folder = Path::new(&corpora).join("dev/google-voice/gvoice-sms-takeout-xml");
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let counts = &expected["files"]["Takeout/Voice/Calls"];
    let (all, report) = common::import(&folder.join("Takeout"));
    assert_eq!(
        (report.sources.len(), report.sources[0].skipped, report.sources[0].attachments_missing),
        (1, 0, 0)
    );
    assert!(
        report.skipped.is_empty() && report.notes.is_empty() && report.sources[0].not_understood.is_empty()
    );
    let calls =
        || all.iter().filter(|one| !note(&one.message, "duration").is_empty() || one.message.is_event());
    let recorded = calls().filter(|one| !one.media.is_empty()).count();
    assert_eq!(Some(all.len() as u64 - calls().count() as u64), counts["class_message_divs"].as_u64());
    assert_eq!(Some(calls().count() as u64), counts["calls_by_peer"].as_u64());
    assert_eq!(Some(recorded as u64), counts["voicemails_by_peer"].as_u64());
    assert_eq!(all.iter().filter(|one| !one.message.texts.is_empty()).count(), 2);
    let unnamed = all.iter().filter(|one| one.message.from.is_empty() && !one.message.is_event()).count();
    assert_eq!(unnamed, 0);
}

fn escaped(text: &str) -> String {
    let entity = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '\n' => "<br>".to_owned(),
        letter => letter.to_string(),
    };
    text.chars().map(entity).collect()
}

/// Milliseconds, hours from UTC, who sends, text, attachments.
type Sample = (i64, i8, usize, String, Vec<Vec<u8>>);

fn sample(people: usize) -> impl Strategy<Value = Sample> {
    let files = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..3);
    (0i64..7_000_000_000_000, -11i8..13, 0..=people, "[ -~\néשם😀👍🏽ß„“\u{200d}\u{fe0f}]{0,40}", files)
}

fn conversation() -> impl Strategy<Value = (Vec<String>, Vec<Sample>)> {
    proptest::collection::btree_set("[A-Z][a-zéß]{1,8} [A-Z]['&a-z]{1,8}", 1..4).prop_flat_map(
        |names: BTreeSet<String>| {
            let names: Vec<String> = names.into_iter().collect();
            let samples = proptest::collection::vec(sample(names.len()), 1..8);
            (Just(names), samples)
        },
    )
}

/// What a page says of a call, its label, and whether the owner called.
const CALLS: [(&str, &str, bool); 4] = [
    ("Missed call from", "missed", false),
    ("Placed call to", "placed", true),
    ("Received call from", "received", false),
    ("Recorded call with", "recorded", false),
];

/// Milliseconds, one of [`CALLS`], the other, seconds.
fn called() -> impl Strategy<Value = (i64, usize, String, u8)> {
    (0i64..7_000_000_000_000, 0..CALLS.len(), "[A-Zשם][a-zéßש]{1,8} [A-Z]['&a-z😀]{1,8}", 1u8..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_google_writes_comes_back((people, samples) in conversation()) {
        let cites: Vec<String> = people.iter().enumerate()
            .map(|(number, name)| cite(&escaped(name), &format!("+1555010{number}")))
            .chain([cite("Me", "+15550199")]).collect();
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut text = String::new();
        let mut times = Vec::new();
        for (number, (time, hours, sender, words, contents)) in samples.iter().enumerate() {
            let zoned = Timestamp::from_millisecond(*time).unwrap().to_zoned(Offset::constant(*hours).to_time_zone());
            let written = zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
            let mut attached = String::new();
            for (part, bytes) in contents.iter().enumerate() {
                let name = format!("Chat - 1Z-{number}-{part}");
                attached.push_str(&format!("<div><img src=\"{name}\" alt=\"Image MMS Attachment\" /></div> "));
                files.push((format!("{name}.gif"), bytes.clone()));
            }
            text.push_str(&message(&written, &cites[*sender], &escaped(words), &attached));
            times.push(written);
        }
        let list = if people.len() > 1 { cites[..people.len()].join(", ") } else { String::new() };
        let title = format!("Me to\n{}", escaped(&people[0]));
        files.push(("Chat - 1Z.html".into(), chat(&title, &list, &text).into_bytes()));
        let list: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (&name[..], &bytes[..])).collect();

        let folder = tempfile::tempdir().unwrap();
        let (all, report) = read_in(folder.path(), None, &list);
        prop_assert_eq!(all.len(), samples.len());
        prop_assert_eq!(&report.sources[0].skipped, &0);
        for (number, (incoming, (time, _, sender, words, contents))) in all.iter().zip(&samples).enumerate() {
            let message = &incoming.message;
            let shown = people.get(*sender).map_or("Me", |name| &name[..]);
            prop_assert_eq!((message.time, &message.written_time), (*time, &times[number]));
            prop_assert_eq!((&message.from[..], &message.text), (shown, words));
            let everybody: BTreeSet<&str> = people.iter().map(|name| &name[..]).chain(["Me"]).collect();
            let shown: BTreeSet<&str> = message.to.iter().map(|name| &name[..]).chain([shown]).collect();
            prop_assert_eq!(shown, everybody);
            prop_assert_eq!(incoming.media.len(), contents.len());
            for (media, bytes) in incoming.media.iter().zip(contents) {
                // Files of no bytes are no exports and no attachments.
                if let Some(content) = &media.content {
                    let mut read = Vec::new();
                    content.open().unwrap().read_to_end(&mut read).unwrap();
                    prop_assert_eq!(&read, bytes);
                } else {
                    prop_assert!(bytes.is_empty());
                }
            }
        }
    }

    #[test]
    fn calls_come_back(calls in proptest::collection::vec(called(), 1..6)) {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for (number, (time, kind, name, seconds)) in calls.iter().enumerate() {
            let (what, slug, _) = CALLS[*kind];
            let length = format!("<abbr class=\"duration\" title=\"PT{seconds}S\">(00:00:{seconds:02})</abbr>");
            let recording = format!("<audio src=\"{number}.mp3\"><a rel=\"enclosure\" href=\"{number}.mp3\"></a></audio>");
            let page = call(what, slug, &escaped(name), if slug == "recorded" { &recording } else { &length });
            let zoned = Timestamp::from_millisecond(*time).unwrap().to_zoned(Offset::constant(-8).to_time_zone());
            let written = zoned.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
            files.push((format!("{number}.html"), page.replace("2021-03-04T17:06:07.000-08:00", &written).into_bytes()));
            if slug == "recorded" {
                files.push((format!("{number}.mp3"), format!("sound {number}").into_bytes()));
            }
        }
        let list: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (&name[..], &bytes[..])).collect();
        let folder = tempfile::tempdir().unwrap();
        let (all, report) = read_in(folder.path(), None, &list);
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
        prop_assert_eq!(all.len(), calls.len());
        for (number, (incoming, (time, kind, name, _))) in all.iter().zip(&calls).enumerate() {
            let (what, slug, outgoing) = CALLS[*kind];
            let message = &incoming.message;
            prop_assert_eq!((message.time, message.event.as_deref(), &message.from[..]), (*time, Some("call"), ""));
            prop_assert!(message.text.starts_with(&format!("{what} {name}")), "{}", message.text);
            let caller = match slug {
                "recorded" => vec![],
                _ if outgoing => vec!["Me"],
                _ => vec![&name[..]],
            };
            prop_assert_eq!(note(message, "sender"), caller);
            let sound = incoming.media.iter().map(|media| {
                let mut text = String::new();
                media.content.as_ref().unwrap().open().unwrap().read_to_string(&mut text).unwrap();
                text
            });
            let expected = (slug == "recorded").then(|| format!("sound {number}"));
            prop_assert_eq!(sound.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
