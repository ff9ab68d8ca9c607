//! SMS Backup & Restore: messages, MMS and calls as the app writes them, and as nobody should.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use blackbox_format::message::{Incoming, Message, Names};
use blackbox_import::{Exports, Report};
use proptest::prelude::*;
use serde_json::Value;

fn read_as(owner: Option<&str>, text: &[u8]) -> (Vec<Incoming>, Report) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.xml");
    fs::write(&path, text).unwrap();
    common::read(&Exports::open(&[path], common::options(owner)).unwrap())
}

fn read(text: &str) -> (Vec<Incoming>, Report) {
    read_as(None, text.as_bytes())
}

fn backup(inner: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"1\">\n{inner}\n</smses>"
    )
}

fn note<'a>(message: &'a Message, name: &str) -> Vec<&'a str> {
    message.annotations.iter().filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn bytes(incoming: &Incoming, number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let content = incoming.media[number].content.as_ref().unwrap();
    content.open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn reasons(report: &Report) -> Vec<&str> {
    report.skipped.iter().map(|one| &one.reason[..]).collect()
}

const RECEIVED: &str = r#"<sms protocol="0" address="+15550100" date="1600000000123" type="1" subject="null"
    body="Shall we meet?&#10;&#55357;&#56832; &amp; tea" toa="null" sc_toa="null" service_center="+15550999" read="1"
    status="-1" locked="0" date_sent="1599999999000" sub_id="1" readable_date="Sep 13, 2020 13:26:40"
    contact_name="Ada Bell" />"#;

#[test]
fn a_received_message_is_from_the_contact_to_me() {
    let (all, report) = read(&backup(RECEIVED));
    let message = &all[0].message;
    assert_eq!((message.time, &message.written_time[..]), (1_600_000_000_123, "Sep 13, 2020 13:26:40"));
    assert_eq!((&message.from[..], &message.to[..]), ("Ada Bell", &["Me".to_owned()][..]));
    assert_eq!(message.text, "Shall we meet?\n😀 & tea");
    assert_eq!((message.chat.as_deref(), &message.platform[..]), (Some("Ada Bell"), "sms"));
    assert_eq!(message.names, [Names { written: "Ada Bell".into(), also: vec!["+15550100".into()] }]);
    let facts = [("service-center", "+15550999"), ("date-sent", "1599999999000"), ("sub-id", "1")];
    assert_eq!(message.annotations, facts.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let source = &report.sources[0];
    assert_eq!(
        (&source.format[..], source.declared, source.timezone.as_deref()),
        ("sms-backup", Some(1), None)
    );
    assert!(report.skipped.is_empty() && report.notes.is_empty());
}

#[test]
fn a_sent_message_is_from_the_owner_and_says_what_became_of_it() {
    let sent = RECEIVED.replace("type=\"1\"", "type=\"5\"").replace("Ada Bell", "(Unknown)");
    let (all, _) = read_as(Some("Bo Cray"), backup(&sent).as_bytes());
    let message = &all[0].message;
    assert_eq!((&message.from[..], &message.to[..]), ("Bo Cray", &["+15550100".to_owned()][..]));
    assert_eq!(note(message, "state"), ["failed"]);
    assert!(message.names.is_empty());
    for (kind, state) in [("3", "draft"), ("4", "outbox"), ("6", "queued")] {
        let (all, _) = read(&backup(&sent.replace("type=\"5\"", &format!("type=\"{kind}\""))));
        assert_eq!((&all[0].message.from[..], note(&all[0].message, "state")), ("Me", vec![state]));
    }
}

#[test]
fn what_is_not_understood_is_kept_and_counted() {
    let odd = RECEIVED.replace("type=\"1\"", "type=\"77\" sim_slot=\"2\" empty=\"\" none=\"null\"");
    let (all, report) = read(&backup(&odd));
    assert_eq!(note(&all[0].message, "raw:sim_slot"), ["2"]);
    assert_eq!(note(&all[0].message, "raw:type"), ["77"]);
    let unknown: Vec<_> =
        report.sources[0].not_understood.iter().map(|(key, count)| (&key[..], *count)).collect();
    assert_eq!(unknown, [("sim_slot", 1), ("type", 1)]);
}

#[test]
fn a_message_without_a_time_is_skipped_with_the_reason() {
    let none = RECEIVED.replace("date=\"1600000000123\"", "");
    let today = RECEIVED.replace("1600000000123", "today");
    let early = RECEIVED.replace("1600000000123", "-9223372036854775808");
    let (all, report) = read(&backup(&format!("{none}{today}{early}{RECEIVED}")));
    assert_eq!(all.len(), 1);
    let expected =
        ["\"date\" is missing", "\"date\" is not a number of milliseconds", "time is outside 1970 to 2199"];
    assert_eq!(reasons(&report), expected);
    assert_eq!(report.skipped[1].item, Some(2));
}

#[test]
fn a_body_that_the_database_has_not_is_empty_and_said() {
    let (all, _) = read(&backup("<sms address=\"1\" date=\"1600000000000\" type=\"1\" body=\"null\"/>"));
    assert_eq!((&all[0].message.text[..], note(&all[0].message, "body")), ("", vec!["null"]));
    assert_eq!(all[0].message.written_time, "1600000000000");
}

fn mms(parts: &str) -> String {
    format!(
        r#"<mms date="1600000000000" msg_box="1" address="+15550100100~+15550100101" sub="Plans" m_id="m-7" seen="1"
            readable_date="13 Sep 2020" contact_name="Ada Bell, Dee Ellis"><parts>{parts}</parts><addrs>
            <addr address="+15550100101" type="137" charset="106"/><addr address="+15550100199" type="151"/>
            <addr address="+15550100100" type="130"/></addrs></mms>"#
    )
}

#[test]
fn the_parts_of_an_mms_are_its_text_and_its_attachments() {
    let parts = format!(
        r#"<part seq="-1" ct="application/smil" text="&lt;smil/&gt;"/>
           <part seq="0" ct="text/plain" name="null" text="Look at this"/>
           <part seq="1" ct="image/JPEG" name="null" cl="lake.jpg" text="null" data="{}"/>
           <part seq="2" ct="text/plain" text="and this"/>
           <part seq="3" ct="text/x-vCard" fn="dee.vcf" text="BEGIN:VCARD" hue="3"/>"#,
        STANDARD.encode("picture")
    );
    let (all, report) = read(&backup(&mms(&parts)));
    let message = &all[0].message;
    assert_eq!((&message.text[..], message.source_id.as_deref()), ("Look at this\nand this", Some("m-7")));
    assert_eq!(note(message, "subject"), ["Plans"]);
    assert_eq!((&message.from[..], message.chat.as_deref()), ("Dee Ellis", Some("Ada Bell, Dee Ellis")));
    assert_eq!(message.to, ["Ada Bell", "Me"]);
    assert_eq!(message.names[2], Names { written: "Me".into(), also: vec!["+15550100199".into()] });
    let media: Vec<_> = all[0].media.iter().map(|one| (&one.name[..], &one.media_type[..])).collect();
    assert_eq!(media, [("lake.jpg", "image/jpeg"), ("dee.vcf", "text/x-vcard")]);
    assert_eq!((bytes(&all[0], 0), bytes(&all[0], 1)), (b"picture".to_vec(), b"BEGIN:VCARD".to_vec()));
    assert_eq!(note(message, "raw:part.hue"), ["3"]);
    assert!(report.notes.is_empty() && report.skipped.is_empty());
}

#[test]
fn an_attachment_that_is_not_base64_is_mentioned_without_bytes() {
    let (all, report) = read(&backup(&mms(
        r#"<part ct="image/png" cl="a.png" data="not base64!"/><part ct="image/png" cl="b.png"/>"#,
    )));
    assert!(all[0].media.iter().all(|one| one.content.is_none()));
    let notes: Vec<_> = report.notes.iter().map(|one| &one.reason[..]).collect();
    assert_eq!(notes, ["attachment \"a.png\" is not base64", "attachment \"b.png\" is not in the export"]);
    assert_eq!(report.sources[0].attachments_missing, 2);
}

#[test]
fn a_call_is_an_event() {
    let call = |kind: u8, name: &str| {
        format!(
            r#"<call number="+15550100" duration="65" date="1600000000000" type="{kind}" presentation="2"
                subscription_id="null" post_dial_digits="" readable_date="now" contact_name="{name}"/>"#
        )
    };
    let inner = format!("{}{}{}", call(1, "Ada Bell"), call(2, "Ada Bell"), call(3, "(Unknown)"));
    let (all, report) = read(&format!("<calls count=\"3\" backup_set=\"s\">{inner}</calls>"));
    assert_eq!(
        common::texts(&all),
        [
            "Incoming call from Ada Bell, 65 seconds",
            "Outgoing call to Ada Bell, 65 seconds",
            "Missed call from +15550100, 65 seconds"
        ]
    );
    let (first, second) = (&all[0].message, &all[1].message);
    assert_eq!((first.event.as_deref(), &first.from[..]), (Some("call"), ""));
    assert_eq!((note(first, "sender"), &first.to[..]), (vec!["Ada Bell"], &["Me".to_owned()][..]));
    assert_eq!((note(second, "sender"), &second.to[..]), (vec!["Me"], &["Ada Bell".to_owned()][..]));
    assert_eq!(
        (note(first, "duration-seconds"), note(first, "presentation")),
        (vec!["65"], vec!["restricted"])
    );
    assert_eq!(first.names[0].also, ["+15550100"]);
    assert_eq!((&report.sources[0].format[..], report.sources[0].events), ("sms-backup-calls", 3));
}

#[test]
fn messages_without_the_element_around_them_are_read() {
    let (all, report) = read(&format!("{RECEIVED}\n{}", mms("")));
    assert_eq!((all.len(), report.sources[0].declared), (2, None));
}

#[test]
fn a_wrong_count_is_noted() {
    let (_, report) = read(&backup("").replace("count=\"1\"", "count=\"99999999999999999999\""));
    assert!(report.notes.is_empty() && report.sources[0].declared.is_none());
    assert_eq!(read(&backup("")).1.notes.len(), 1);
}

#[test]
fn entities_are_never_expanded() {
    let text = backup(&RECEIVED.replace("&amp; tea", "&lol; &#55357;"))
        .replace("<smses", "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>\n<smses");
    let (all, report) = read(&text);
    assert_eq!(all[0].message.text, "Shall we meet?\n😀 &lol; \u{fffd}");
    assert_eq!(note(&all[0].message, "encoding").len(), 1);
    assert!(report.skipped.is_empty());
}

#[test]
fn invalid_utf8_is_replaced_and_said() {
    let mut text = backup(RECEIVED).into_bytes();
    let at = text.windows(5).position(|word| word == b"Shall").unwrap();
    text[at] = 0xff;
    let (all, _) = read_as(None, &text);
    assert!(all[0].message.text.starts_with("\u{fffd}hall"));
    assert_eq!(note(&all[0].message, "encoding"), ["bytes that are not UTF-8 were replaced"]);
}

#[test]
fn a_file_that_ends_early_gives_what_it_has() {
    let whole = backup(&format!("{RECEIVED}{}", mms("<part ct=\"text/plain\" text=\"part one\"/>")));
    for end in (60..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let (all, report) = read(&whole[..end]);
        assert!(all.len() + report.skipped.len() <= 4, "{end}");
    }
    let cut = whole.find("<addrs>").unwrap();
    let (all, report) = read(&whole[..cut]);
    assert_eq!(common::texts(&all)[1], "part one");
    assert_eq!(report.notes[0].reason, "the end of the message is missing");
    let cut = whole.find("body").unwrap();
    assert_eq!(reasons(&read(&whole[..cut]).1), ["the file ends within it"]);
}

#[test]
fn a_text_that_is_too_long_is_skipped_and_the_next_is_read() {
    let long = RECEIVED.replace("tea", &"t".repeat(20 << 20));
    let (all, report) = read(&backup(&format!("{long}{RECEIVED}")));
    assert_eq!((all.len(), reasons(&report)), (1, vec!["its text is longer than 16 MiB"]));
}

#[test]
fn an_element_that_is_too_long_is_not_held() {
    let long = RECEIVED.replace("tea", &"t".repeat(130 << 20));
    let (all, report) = read(&backup(&format!("{long}{RECEIVED}")));
    assert_eq!((all.len(), reasons(&report)), (1, vec!["it is longer than 128 MiB"]));
    let part =
        format!("<part ct=\"text/plain\" text=\"hi\"/><part ct=\"a/b\" data=\"{}\"/>", "A".repeat(130 << 20));
    let (all, report) = read(&backup(&format!("{}{RECEIVED}", mms(&part))));
    assert_eq!((all.len(), &all[0].message.text[..]), (2, "hi"));
    assert_eq!(reasons(&report), ["an attachment or address: it is longer than 128 MiB"]);
}

#[test]
fn hostile_elements_do_no_harm() {
    let deep = "<smses><x>".repeat(20_000);
    let many: String = (0..300).map(|number| format!(" a{number}=\"1\"")).collect();
    for inner in [
        &deep[..],
        "<sms/><mms/><call/><part/><addr/>",
        "<sms date=\"1600000000000\" date=\"1600000000000\" body=\"a\" body=\"b\"/>",
        "<sms date='1600000000000' type='x' address='~~~' contact_name=', , '/>",
        "<mms date=\"1600000000000\" msg_box=\"99999999999\" address=\"~\"><part/><part ct=\"\" data=\"\"/><x y=\"z\"/></mms>",
        "<mms date=\"1600000000000\"><mms date=\"1600000000000\"><sms date=\"1600000000000\"/></mms></mms></sms>",
        "<call date=\"1600000000000\" number=\"-1\" type=\"\" duration=\"x\"/>",
        "<sms date=\"1600000000000\" body=/><sms date=1600000000000 body><![CDATA[x]]>&x; y",
        "<sms date=\"253402300799999\" body=\"x\"/><sms date=\"-62135596800000\"/><sms date=\"99999999999999999999\"/>",
        &format!("<sms date=\"1600000000000\"{many}/>"),
        "<mms date=\"1600000000000\"><part ct=\"image/png\" cl=\"../../etc/passwd\" data=\"QQ==\"/></mms>",
    ] {
        read(&backup(inner));
    }
}

#[test]
fn the_samples_are_read_to_the_last_element() {
    let Some(corpora) = std::env::var_os("BLACKBOX_CORPORA") else {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
        return;
    };
    let folder = Path::new(&corpora).join("dev/sms-xml/sms-backup-reader-2");
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let files = expected["files"].as_object().unwrap();
    assert_eq!(files.len(), 6);
    for (name, counts) in files {
        let (_, report) = common::import(&folder.join(name));
        let source = &report.sources[0];
        let items = source.messages + source.events + source.skipped;
        assert_eq!(Some(items), counts["elements"].as_u64(), "{name}");
        assert!(
            source.skipped == 0 && source.not_understood.is_empty(),
            "{name}: {:?}",
            source.not_understood
        );
    }
}

/// A value as the app writes it: each character beyond the first plane as two entities.
fn written(text: &str) -> String {
    let mut units = [0; 2];
    let entity = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\n' | '\r' | '\t' => format!("&#{};", letter as u32),
        _ if letter.len_utf16() == 2 => {
            letter.encode_utf16(&mut units).iter().map(|unit| format!("&#{unit};")).collect()
        }
        _ => letter.to_string(),
    };
    text.chars().map(entity).collect()
}

#[derive(Debug, Clone)]
struct Sample {
    time: i64,
    sent: bool,
    name: String,
    text: String,
    files: Vec<(String, Vec<u8>)>,
}

fn sample() -> impl Strategy<Value = Sample> {
    let text =
        "[ -~\n\t\réשם😀👍🏽ß„“\u{200d}\u{fe0f}]{0,40}".prop_filter("says nothing", |text| text != "null");
    let file = ("[a-z]{1,8}", proptest::collection::vec(any::<u8>(), 0..60));
    let files = proptest::collection::vec(file, 0..3);
    (0i64..7_000_000_000_000, any::<bool>(), "[A-Z][a-zé😀]{1,8} [A-Z][a-z]{1,8}", text, files)
        .prop_map(|(time, sent, name, text, files)| Sample { time, sent, name, text, files })
}

fn element(sample: &Sample) -> String {
    let Sample { time, sent, name, text, files } = sample;
    let (name, text, kind) = (written(name), written(text), if *sent { 2 } else { 1 });
    let common =
        format!("date=\"{time}\" address=\"+15550100\" contact_name=\"{name}\" readable_date=\"at {time}\"");
    if files.is_empty() {
        return format!("<sms {common} type=\"{kind}\" body=\"{text}\" subject=\"null\" />\n");
    }
    let part = |(name, bytes): &(String, Vec<u8>)| {
        let data = STANDARD.encode(bytes);
        format!("<part ct=\"image/gif\" cl=\"{name}.gif\" text=\"null\" data=\"{data}\" />\n")
    };
    let parts: String = files.iter().map(part).collect();
    format!(
        "<mms {common} msg_box=\"{kind}\">\n<parts>\n{parts}<part ct=\"text/plain\" text=\"{text}\" />\n</parts>\n\
         <addrs>\n<addr address=\"+15550100\" type=\"137\" />\n</addrs>\n</mms>\n"
    )
}

/// Types of calls from 1 on: what is said of them, and whether the owner called.
const KINDS: [(&str, bool); 7] = [
    ("Incoming call from", false),
    ("Outgoing call to", true),
    ("Missed call from", false),
    ("Voicemail from", false),
    ("Rejected call from", false),
    ("Blocked call from", false),
    ("Call answered on another device, from", false),
];

/// Milliseconds, seconds that it took, type, name of the contact, number.
type Call = (i64, u32, usize, Option<String>, String);

fn call() -> impl Strategy<Value = Call> {
    let name = proptest::option::of("[A-Zשם]([ -;=?-}é😀בم\"<>&]{0,12}[a-z])?");
    (0i64..7_000_000_000_000, any::<u32>(), 0..KINDS.len(), name, "\\+?[0-9]{3,12}")
}

fn call_element((time, seconds, kind, name, number): &Call) -> String {
    let name = written(name.as_deref().unwrap_or("(Unknown)"));
    format!(
        "<call number=\"{number}\" duration=\"{seconds}\" date=\"{time}\" type=\"{}\" presentation=\"1\" \
         subscription_id=\"null\" readable_date=\"at {time}\" contact_name=\"{name}\" />\n",
        kind + 1
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_the_app_writes_comes_back(samples in proptest::collection::vec(sample(), 0..8)) {
        let inner: String = samples.iter().map(element).collect();
        let (all, report) = read(&format!("<smses count=\"{}\">\n{inner}</smses>", samples.len()));
        prop_assert_eq!(all.len(), samples.len());
        prop_assert!(report.skipped.is_empty());
        for (incoming, sample) in all.iter().zip(&samples) {
            let message = &incoming.message;
            let (from, to) = if sample.sent { ("Me", &sample.name[..]) } else { (&sample.name[..], "Me") };
            prop_assert_eq!((&message.from[..], &message.to[0][..]), (from, to));
            prop_assert_eq!((message.time, &message.written_time), (sample.time, &format!("at {}", sample.time)));
            prop_assert_eq!(&message.text, &sample.text);
            prop_assert_eq!(incoming.media.len(), sample.files.len());
            for (number, (name, content)) in sample.files.iter().enumerate() {
                // An attachment of no bytes is one that the export does not hold.
                if !content.is_empty() {
                    prop_assert_eq!(&bytes(incoming, number), content);
                }
                prop_assert_eq!(&incoming.media[number].name, &format!("{name}.gif"));
            }
        }
    }

    #[test]
    fn calls_come_back_as_the_app_writes_them(calls in proptest::collection::vec(call(), 0..20)) {
        let inner: String = calls.iter().map(call_element).collect();
        let (all, report) = read(&format!("<calls count=\"{}\" backup_set=\"s\">\n{inner}</calls>", calls.len()));
        prop_assert_eq!(all.len(), calls.len());
        prop_assert!(report.skipped.is_empty() && report.notes.is_empty(), "{:?}", report);
        for (incoming, (time, seconds, kind, name, number)) in all.iter().zip(&calls) {
            let message = &incoming.message;
            let other = name.as_ref().unwrap_or(number);
            let (words, sent) = KINDS[*kind];
            prop_assert_eq!((message.time, &message.written_time), (*time, &format!("at {time}")));
            prop_assert_eq!((message.event.as_deref(), &message.from[..]), (Some("call"), ""));
            prop_assert_eq!(&message.text, &format!("{words} {other}, {seconds} seconds"));
            prop_assert_eq!(note(message, "duration-seconds"), vec![seconds.to_string()]);
            let (from, to) = if sent { ("Me", &other[..]) } else { (&other[..], "Me") };
            prop_assert_eq!((note(message, "sender"), &message.to[..]), (vec![from], &[to.to_owned()][..]));
            let also: Vec<_> = message.names.iter().flat_map(|names| &names.also).collect();
            prop_assert_eq!(also, name.iter().map(|_| number).collect::<Vec<_>>());
        }
    }
}
