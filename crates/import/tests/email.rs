//! Mailboxes and mails, read as a user's export has them.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use blackbox_format::message::{Incoming, annotation};
use common::{import, skipped, texts};

fn notes<'a>(incoming: &'a Incoming, name: &str) -> Vec<&'a str> {
    let all = incoming.message.annotations.iter();
    all.filter(|(key, _)| key == name).map(|(_, value)| &value[..]).collect()
}

fn quoted(incoming: &Incoming) -> Vec<&str> {
    let message = &incoming.message;
    let part =
        |start: u64, end: u64| &message.text[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
    message.quoted.iter().map(|range| part(range.start, range.end)).collect()
}

fn bytes(incoming: &Incoming, number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let content = incoming.media[number].content.as_ref().unwrap();
    content.open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn one(name: &str, mail: impl AsRef<[u8]>) -> Incoming {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), mail).unwrap();
    let (mut all, report) = import(folder.path());
    assert_eq!((all.len(), &report.skipped), (1, &Vec::new()));
    all.remove(0)
}

const REPLY: &str = "Received: from a by b; Thu, 12 Mar 2020 08:51:00 +0000\r\n\
    Date: Thu, 12 Mar 2020 09:50:15 +0100\r\n\
    From: =?utf-8?Q?Zo=C3=AB?= Example <zoe@example.org>\r\n\
    To: \"Birch, Ann\" <ann@example.org>, bo@example.org\r\n\
    Cc: team@example.org\r\n\
    Subject: Re: [plans] Lunch =?iso-8859-1?Q?caf=E9?=\r\n\
    Message-ID: <2@example.org>\r\n\
    In-Reply-To: <1@example.org>\r\n\
    References: <0@example.org>\r\n <1@example.org>\r\n\
    List-Id: Plans <plans.example.org>\r\n\
    X-Gmail-Labels: =?utf-8?Q?Inbox,Pl=C3=A4ne?=\r\n\
    X-GM-THRID: 1661234567890123456\r\n\
    X-Priority: 1\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\n\
    Noon is fine.\r\n\r\nOn Thu, 12 Mar 2020 at 09:00, Ann Birch <ann@example.org> wrote:\r\n> Lunch?\r\n\r\n-- \r\nZoë\r\n";

#[test]
fn a_mail_becomes_a_message_with_all_that_it_says() {
    let incoming = one("reply.eml", REPLY);
    let message = &incoming.message;
    assert_eq!(
        (message.time, &message.written_time[..]),
        (1_584_003_015_000, "Thu, 12 Mar 2020 09:50:15 +0100")
    );
    assert_eq!((&message.from[..], &message.platform[..]), ("Zo\u{eb} Example <zoe@example.org>", "email"));
    assert_eq!(message.to, ["Birch, Ann <ann@example.org>", "bo@example.org", "team@example.org"]);
    assert_eq!(message.chat.as_deref(), Some("[plans] Lunch caf\u{e9}"));
    assert_eq!(message.source_id.as_deref(), Some("2@example.org"));
    let text = "Re: [plans] Lunch caf\u{e9}\n\nNoon is fine.\n\nOn Thu, 12 Mar 2020 at 09:00, Ann Birch <ann@example.org> wrote:\n\
        > Lunch?\n\n-- \nZo\u{eb}";
    assert_eq!(message.text, text);
    let quotation = "On Thu, 12 Mar 2020 at 09:00, Ann Birch <ann@example.org> wrote:\n> Lunch?\n";
    assert_eq!(quoted(&incoming), [quotation]);
    let names: Vec<_> =
        message.names.iter().map(|names| (&names.written[..], names.also.join("|"))).collect();
    let expected = [
        ("Zo\u{eb} Example <zoe@example.org>", "Zo\u{eb} Example|zoe@example.org".to_owned()),
        ("Birch, Ann <ann@example.org>", "Birch, Ann|ann@example.org".to_owned()),
    ];
    assert_eq!(names, expected);
    for (name, values) in [
        (annotation::SUBJECT, vec!["Re: [plans] Lunch caf\u{e9}"]),
        (annotation::REPLY_TO, vec!["1@example.org"]),
        ("references", vec!["<0@example.org> <1@example.org>"]),
        ("list-id", vec!["Plans <plans.example.org>"]),
        ("cc", vec!["team@example.org"]),
        (annotation::LABEL, vec!["Inbox", "Pl\u{e4}ne"]),
        ("thread", vec!["1661234567890123456"]),
        ("headers", vec!["Received: from a by b; Thu, 12 Mar 2020 08:51:00 +0000\nX-Priority: 1"]),
        (annotation::ENCODING, vec![]),
        ("date-from", vec![]),
    ] {
        assert_eq!(notes(&incoming, name), values, "{name}");
    }
}

#[test]
fn a_takeout_mailbox_is_one_source_of_many_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut mbox = String::new();
    for number in 0..3 {
        mbox += &format!(
            "From 166123456789012345{number}@xxx Thu Mar 12 08:50:15 +0000 2020\r\nX-Gmail-Labels: Sent\r\nFrom: ann@example.org\r\n\
            Date: Thu, 12 Mar 2020 09:5{number}:15 +0100\r\n\r\n>From here {number}\r\n\r\nFrom there\r\n\r\n"
        );
    }
    fs::write(folder.path().join("All mail.mbox"), mbox).unwrap();
    let (all, report) = import(folder.path());
    assert_eq!(
        texts(&all),
        ["From here 0\n\nFrom there", "From here 1\n\nFrom there", "From here 2\n\nFrom there"]
    );
    assert_eq!((report.sources.len(), &report.sources[0].format[..]), (1, "mbox"));
    assert_eq!(notes(&all[0], annotation::LABEL), ["Sent", "All mail"]);
}

#[test]
fn a_maildir_is_one_source_for_each_of_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let cur = folder.path().join("Archive/cur");
    fs::create_dir_all(&cur).unwrap();
    for (number, flags) in ["S", "FRS"].iter().enumerate() {
        let mail =
            format!("From: ann@example.org\nDate: Thu, 12 Mar 2020 09:50:15 +0000\nSubject: {number}\n\n");
        fs::write(cur.join(format!("15839994{number}.M1P2.host:2,{flags}")), mail).unwrap();
    }
    let (all, report) = import(folder.path());
    assert_eq!((texts(&all), report.sources.len()), (vec!["0", "1"], 1));
    assert_eq!(notes(&all[1], "flag"), ["flagged", "replied", "seen"]);
    assert_eq!(notes(&all[1], annotation::LABEL), ["Archive"]);
}

#[test]
fn the_hidden_folders_of_a_maildir_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mail = b"From: ann@example.org\nDate: Thu, 12 Mar 2020 09:50:15 +0000\nSubject: sent\n\n";
    for path in ["mail/.Sent/cur/1", "mail/.cache/1"] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, mail).unwrap();
    }
    fs::write(folder.path().join("a.zip"), common::deflated(&[(".Sent/new/1", mail), (".cache/1", mail)]))
        .unwrap();
    let (all, report) = import(folder.path());
    assert_eq!((texts(&all), &report.skipped), (vec!["sent"; 2], &Vec::new()));
    assert!(all.iter().all(|one| notes(one, annotation::LABEL) == ["Sent"]));
}

#[test]
fn mails_and_a_mailbox_in_one_folder_are_both_read() {
    let folder = tempfile::tempdir().unwrap();
    let mail = |name: &str| {
        format!("From: ann@example.org\nDate: Thu, 12 Mar 2020 09:50:15 +0000\nSubject: {name}\n\n")
    };
    fs::write(folder.path().join("a.eml"), mail("a")).unwrap();
    fs::write(folder.path().join("b.mbox"), format!("From - Thu Mar 12 09:50:15 2020\n{}", mail("b")))
        .unwrap();
    fs::write(folder.path().join("c.emlx"), format!("{}\n{}<?xml?><plist/>", mail("c").len(), mail("c")))
        .unwrap();
    let (all, report) = import(folder.path());
    let mut found = texts(&all);
    found.sort_unstable();
    assert_eq!((found, report.sources.len()), (vec!["a", "b", "c"], 2));
}

#[test]
fn everything_attached_is_kept_with_its_bytes_and_searched_where_it_is_text() {
    let mail = "Date: Thu, 12 Mar 2020 09:50:15 +0000\nFrom: a@example.org\nSubject: outer\n\
        Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=n\n\n\
        --n\n\nplain\n--n\nContent-Type: multipart/related; boundary=o\n\n--o\nContent-Type: text/html\n\n<img src=cid:1>\n\
        --o\nContent-Type: image/png\nContent-ID: <1>\nContent-Transfer-Encoding: base64\n\niVBORw==\n--o--\n--n--\n\
        --m\nContent-Type: message/rfc822\n\nSubject: inner\nFrom: b@example.org\nContent-Type: multipart/mixed; boundary=p\n\n\
        --p\n\nsecret garden\n--p\nContent-Disposition: attachment; filename=\"n.bin\"\n\n\0\u{1}\n--p--\n\
        --m\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:Budget\nEND:VEVENT\n--m--\n";
    let incoming = one("a.eml", mail);
    let names: Vec<_> = incoming.media.iter().map(|media| (&media.name[..], &media.media_type[..])).collect();
    let expected = [
        ("", "image/png"),
        ("inner.eml", "message/rfc822"),
        ("inner.eml/n.bin", "application/octet-stream"),
        ("", "text/calendar"),
    ];
    assert_eq!(names[..2], expected[..2]);
    assert_eq!((names[2].0, names[3]), (expected[2].0, expected[3]));
    assert_eq!((bytes(&incoming, 0), bytes(&incoming, 2)), (b"\x89PNG".to_vec(), b"\0\x01".to_vec()));
    let texts: Vec<_> =
        incoming.message.texts.iter().map(|one| (one.attachment, &one.origin[..], &one.text[..])).collect();
    let inner = "Subject: inner\nFrom: b@example.org\n\nsecret garden";
    assert_eq!(texts, [(1, "document", inner), (3, "document", "Summary: Budget\n")]);
    assert_eq!(incoming.message.text, "outer\n\nplain");
}

#[test]
fn html_is_read_where_there_is_nothing_else_and_its_quotation_is_marked() {
    let incoming = one(
        "a.eml",
        "Date: Thu, 12 Mar 2020 09:50:15 +0000\nFrom: a@example.org\nTo: b@example.org\nContent-Type: text/html; charset=utf-8\n\n\
        <div>Noon &uuml;ber</div><div class=\"gmail_quote\"><div>Ann wrote:</div><blockquote>Lunch?</blockquote></div>",
    );
    assert_eq!(incoming.message.text, "Noon \u{fc}ber\nAnn wrote:\n\nLunch?");
    assert_eq!(quoted(&incoming), ["Ann wrote:\n\nLunch?"]);
}

#[test]
fn a_mail_without_a_date_says_where_its_time_is_from_or_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mail = "From: a@example.org\nTo: b@example.org\nSubject: x\n";
    fs::write(
        folder.path().join("a.eml"),
        format!("Received: by c; Thu, 12 Mar 2020 09:50:15 +0000\n{mail}\n"),
    )
    .unwrap();
    fs::write(
        folder.path().join("b.mbox"),
        format!("From - Thu Mar 12 09:50:15 2020\n{mail}Date: never\n\n"),
    )
    .unwrap();
    fs::write(folder.path().join("c.eml"), format!("{mail}\n")).unwrap();
    let (all, report) = import(folder.path());
    let sources: Vec<_> = all.iter().flat_map(|one| notes(one, "date-from")).collect();
    assert_eq!(sources, ["received", "separator"]);
    assert_eq!(all[1].message.written_time, "Thu Mar 12 09:50:15 2020");
    assert_eq!(notes(&all[1], "headers"), ["Date: never"]);
    let reason = "the mail has no date: neither the header, nor a Received line, nor the mailbox states one";
    assert_eq!(skipped(&report, folder.path()), [("c.eml".to_owned(), None, reason.to_owned())]);
}

#[test]
fn a_charset_that_is_not_known_is_told() {
    let mail = |charset: &str, body: &[u8]| {
        let head = format!(
            "Date: Thu, 12 Mar 2020 09:50:15 +0000\nFrom: a@b\nTo: c\nContent-Type: text/plain; charset={charset}\n\n"
        );
        [head.as_bytes(), body].concat()
    };
    let bogus = one("a.eml", mail("y", b"caf\xc3\xa9"));
    assert_eq!((&bogus.message.text[..], notes(&bogus, "encoding").len()), ("caf\u{e9}", 1));
    let cyrillic = one("a.eml", mail("koi8-r", b"\xd0\xd2\xc9\xd7\xc5\xd4"));
    assert_eq!(
        (&cyrillic.message.text[..], notes(&cyrillic, "encoding").len()),
        ("\u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}", 0)
    );
}

#[test]
fn a_mail_to_more_than_256_people_names_all_of_them() {
    let people: Vec<String> = (0..300).map(|number| format!("p{number}@example.org")).collect();
    let head = format!("Date: Thu, 12 Mar 2020 09:50:15 +0000\nFrom: a@b\nTo: {}\n\nx", people.join(",\n "));
    let incoming = one("a.eml", head);
    assert_eq!((incoming.message.to.len(), incoming.message.to[255].as_str()), (256, "p255@example.org"));
    assert_eq!(notes(&incoming, "recipients"), [people.join(", ")]);
}

#[test]
fn hostile_mails_are_read_or_left_out_in_bounded_time() {
    let head = "Date: Thu, 12 Mar 2020 09:50:15 +0000\nFrom: a@example.org\nTo: b@example.org\n";
    let mut deep = head.to_owned();
    for level in 0..10_000 {
        deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    let long = "x".repeat(20_000_000);
    let mut broken = format!("{head}Subject: ").into_bytes();
    broken.extend(b"\xff\xfe=?utf-8?Q?\xff?= =?\n\n\xff\xff");
    for mail in [
        deep.into_bytes(),
        format!("{head}{}", "Content-Type: message/rfc822\n\n".repeat(100_000)).into_bytes(),
        format!("{head}Subject: {}\n\n", "=?utf-8?Q?".repeat(100_000)).into_bytes(),
        format!("{head}Cc: {}\n\n", "\"<(".repeat(100_000)).into_bytes(),
        format!("{head}Content-Type: {}\n\n", "a=b;*0*=".repeat(100_000)).into_bytes(),
        format!("{head}Subject: {long}\n\n{long}").into_bytes(),
        format!("{head}Content-Type: text/html\n\n{}", "<div><blockquote>".repeat(500_000)).into_bytes(),
        format!("{head}Content-Transfer-Encoding: base64\n\n{long}=\n=").into_bytes(),
        format!("{head}\n{}", "-----Original Message-----\nFrom: a\n".repeat(100_000)).into_bytes(),
        format!("{head}\n{}", "a wrote:\n> b\n".repeat(200_000)).into_bytes(),
        broken,
    ] {
        let incoming = one("a.eml", mail);
        let end = incoming.message.text.len() as u64;
        let mut before = 0;
        for range in &incoming.message.quoted {
            assert!(before <= range.start && range.start < range.end && range.end <= end);
            before = range.end + 1;
            quoted(&incoming);
        }
        assert!(incoming.message.annotations.iter().all(|(_, value)| value.len() <= 1 << 16));
    }
}

#[test]
fn dates_that_no_clock_showed_are_told_without_a_panic() {
    for date in [
        "Thu, 12 Mar 0000 09:50:15 +0000",
        "Thu, 12 Mar 9999 09:50:15 +0000",
        "1 Jan 1970 00:00 +2359",
        "99999999999999999999",
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.eml"), format!("From: a\nTo: b\nDate: {date}\n\n")).unwrap();
        let (all, report) = import(folder.path());
        assert_eq!((all.len(), report.skipped.len()), (0, 1), "{date}");
    }
}

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("BLACKBOX_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: BLACKBOX_CORPORA is not set");
    }
    folder
}

/// Unpacks an archive, if the programs for that are there.
fn unpacked(archive: &Path) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(folder.path()).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {} cannot be unpacked here", archive.display());
        return None;
    }
    Some(folder)
}

#[test]
fn every_mail_of_the_large_archives_is_read() {
    let Some(corpora) = corpora() else { return };
    for (name, mails, attachments) in
        [("enron-maildir.tar.xz", 3_936, 0), ("linux-clk-2019-2020.tar.xz", 17_481, 581)]
    {
        let Some(folder) = unpacked(&corpora.join("large").join(name)) else { return };
        let (all, report) = import(folder.path());
        assert_eq!((all.len(), &report.skipped), (mails, &Vec::new()), "{name}");
        assert_eq!(
            report.sources.iter().map(|source| source.attachments).sum::<u64>(),
            attachments,
            "{name}"
        );
    }
}

#[test]
fn every_mail_of_the_samples_is_read_or_has_no_date() {
    let Some(corpora) = corpora() else { return };
    let mut counts = BTreeMap::new();
    let (all, report) = import(&corpora.join("dev/email"));
    for source in &report.sources {
        assert!(matches!(&source.format[..], "mail" | "mbox"), "{}: {}", source.source, source.format);
    }
    for one in report.skipped.iter().filter(|one| one.item.is_some()) {
        *counts.entry(&one.reason[..]).or_insert(0) += 1;
    }
    let no_date = "the mail has no date: neither the header, nor a Received line, nor the mailbox states one";
    assert_eq!(counts, BTreeMap::from([(no_date, 43)]));
    assert_eq!(all.len(), 195);
}
