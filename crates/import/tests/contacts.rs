//! Address books as phones, iCloud, Google and Outlook write them, and who is found in them.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use blackbox_import::{Contacts, ContactsError};
use tempfile::TempDir;

/// Writes the files and reads them all.
fn try_load(files: &[(&str, &[u8])]) -> (Result<Contacts, ContactsError>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| path(name)).collect();
    for (name, bytes) in files {
        fs::write(path(name), bytes).unwrap();
    }
    (Contacts::load(&paths), folder)
}

fn load(bytes: impl AsRef<[u8]>) -> Contacts {
    try_load(&[("book", bytes.as_ref())]).0.unwrap()
}

/// The card with `lines`, ended as phones end lines.
fn card(lines: &[&str]) -> String {
    format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\n", lines.join("\r\n"))
}

fn name<'a>(contacts: &'a Contacts, written: &str) -> Option<&'a str> {
    contacts.person(written).map(|person| &person.name[..])
}

/// Asserts that every one of `written` means the only person.
fn all_mean(contacts: &Contacts, written: &[&str]) {
    assert_eq!(contacts.people().len(), 1);
    for written in written {
        assert_eq!(contacts.person(written), contacts.people().first(), "{written}");
    }
}

/// Lines and reasons of what was skipped.
fn skipped(contacts: &Contacts) -> Vec<(Option<u64>, &str)> {
    contacts.skipped().iter().map(|skipped| (skipped.line, &skipped.reason[..])).collect()
}

#[test]
fn a_phones_old_card_in_quoted_printable_is_read() {
    let contacts = load(card(&[
        "VERSION:2.1",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=98sterg=C3=A5rd;Signe=",
        "=20Marie;;;",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Signe Marie =C3=98sterg=",
        "=C3=A5rd",
        "NOTE;ENCODING=QUOTED-PRINTABLE:call first=0D=0A=",
        "TEL;CELL:+45 99 99 99 99",
        "TEL;CELL;PREF:+45 32 12 34 56",
        "TEL;WORK;VOICE:32 65 43 21",
        "EMAIL;INTERNET:signe@example.dk",
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Sisse;1;;;;;;;;;;;;;",
    ]));
    let person = &contacts.people()[0];
    assert_eq!(person.name, "Signe Marie Østergård");
    let names = ["Signe Marie Østergård", "Sisse", "signe@example.dk", "+45 32 12 34 56", "32 65 43 21"];
    assert_eq!(person.names, names);
    all_mean(
        &contacts,
        &["Østergård, Signe Marie", "SIGNE MARIE ØSTERGARD", "~Sisse", "32123456", "+4532654321"],
    );
    assert_eq!(contacts.person("+45 99 99 99 99"), None);
}

#[test]
fn the_stated_character_set_is_used_and_else_that_of_old_phones() {
    let quoted = "FN;QUOTED-PRINTABLE;CHARSET=windows-1251:=C6=F3=EA=EE=E2";
    let mut bytes = card(&["VERSION:2.1", quoted, "TEL:+44 7700 900101"]).into_bytes();
    bytes.extend(b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-2:\xa3ucja\r\nTEL:+44 7700 900102\r\nEND:VCARD\r\n");
    bytes.extend(b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:J\xf8rn\r\nTEL:+44 7700 900103\r\nEND:VCARD\r\n");
    bytes.extend(b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;ENCODING=QUOTED-PRINTABLE:J=F8rn Dahl\r\nEND:VCARD\r\n");
    bytes.extend(card(&["FN;ENCODING=QUOTED-PRINTABLE:=C5=81ucja D=C4=85b"]).bytes());
    let contacts = load(bytes);
    let names: Vec<&str> = contacts.people().iter().map(|person| &person.name[..]).collect();
    assert_eq!(names, ["Жуков", "Łucja", "Jørn", "Jørn Dahl", "Łucja Dąb"]);
}

#[test]
fn a_card_of_icloud_with_folded_lines_and_groups_is_read() {
    let photo = "/9j4AAQSkZJRgABAQAA".repeat(4000);
    let photo: Vec<String> =
        photo.as_bytes().chunks(74).map(|line| format!(" {}", String::from_utf8_lossy(line))).collect();
    let text = card(&[
        "VERSION:3.0",
        "PRODID:-//Apple Inc.//iPhone OS 17.0//EN",
        "N:Van der Meer;Lotte;;;",
        "FN:Lotte van der",
        "  Meer",
        "NICKNAME:Lot,Lottie",
        "ORG:Harbour Office\\, North;Pilots",
        "item1.EMAIL;type=INTERNET;type=HOME:lotte@example.nl",
        "item2.EMAIL;type=INTERNET;type=WORK;type=pref:meer@exam",
        " ple.com",
        "item2.X-ABLabel:_$!<Work>!$_",
        "item3.TEL;type=CELL;type=VOICE;type=pref:+31 6 12345678",
        "IMPP;X-SERVICE-TYPE=Skype;type=HOME;type=pref:skype:lotte.meer",
        "X-SOCIALPROFILE;type=twitter;x-user=lottevdm:http://twitter.com/ignored",
        "X-SOCIALPROFILE;type=mastodon:https://social.example/@lotte_m/",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
        &photo.join("\r\n"),
    ]);
    let contacts = load(text);
    let person = &contacts.people()[0];
    let names = [
        "Lotte van der Meer",
        "Lot",
        "Lottie",
        "meer@example.com",
        "lotte@example.nl",
        "+31 6 12345678",
        "lotte.meer",
        "lottevdm",
    ];
    assert_eq!(person.names, names);
    all_mean(
        &contacts,
        &["@LotteVdM", "lotte_m", "skype:lotte.meer", "06-12345678", "Van der Meer, Lotte", "lottie"],
    );
    assert_eq!(skipped(&contacts), []);
}

#[test]
fn a_card_of_version_four_gives_its_preferred_values_first() {
    let contacts = load(card(&[
        "VERSION:4.0",
        "FN:Ines Caldeira",
        "N:Caldeira;Ines;Rosa,Maria;;",
        "TEL;VALUE=uri;PREF=2;TYPE=\"voice,home\":tel:+351-21-000-0000;ext=12",
        "TEL;VALUE=uri;PREF=3:tel:+351-910-000-001",
        "TEL;VALUE=uri;PREF=1;TYPE=cell:tel:+351-910-000-002",
        "EMAIL;PREF=50:ines@example.pt",
        "EMAIL;PREF=1:icaldeira@example.com",
        "IMPP:xmpp:ines@chat.example",
        "SOCIALPROFILE;SERVICE-TYPE=Mastodon;USERNAME=ines_c:https://social.example/x",
    ]));
    let names = [
        "Ines Caldeira",
        "icaldeira@example.com",
        "ines@example.pt",
        "+351-910-000-002",
        "+351-910-000-001",
        "ines@chat.example",
        "ines_c",
    ];
    assert_eq!(contacts.people()[0].names, names);
    all_mean(
        &contacts,
        &["mailto:INES@example.pt", "tel:+351910000001", "xmpp:ines@chat.example", "@ines_c"],
    );
    assert_eq!(contacts.person("+351 21 000 0000"), None);
}

#[test]
fn a_table_of_google_contacts_is_read_old_or_new() {
    let new = "First Name,Middle Name,Last Name,Nickname,File As,Organization Name,Labels,E-mail 1 - Label,\
               E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value\r\n\
               Tomasz,Jan,Zielny,Tomek,,Mill,* myContacts,* Work,t@example.pl ::: tz@example.pl,,,Mobile,\
               +48 600 000 001 ::: '+48 600 000 002\r\n\
               ,,,,,Mill Reception,,,,,,Work,+48 22 000 00 01\r\n";
    let contacts = load(new);
    let names = [
        "Tomasz Jan Zielny",
        "Tomasz Zielny",
        "Tomek",
        "t@example.pl",
        "tz@example.pl",
        "+48 600 000 001",
        "+48 600 000 002",
    ];
    assert_eq!(contacts.people()[0].names, names);
    assert_eq!(name(&contacts, "+48220000001"), Some("Mill Reception"));
    assert_eq!(name(&contacts, "mill"), None);
    let old = "Name,Given Name,Family Name,Nickname,IM 1 - Service,IM 1 - Value,E-mail 1 - Type,E-mail 1 - Value,\
               Phone 1 - Type,Phone 1 - Value,Organization 1 - Name\r\n\
               Dr. Tomasz Zielny,Tomasz,Zielny,,Jabber,tz@chat.example,* Work,t@example.pl,Mobile,600000001,Mill\r\n";
    let contacts = load(old);
    all_mean(&contacts, &["dr tomasz zielny", "Zielny, Tomasz", "tz@chat.example", "+48600000001"]);
}

#[test]
fn a_table_of_outlook_is_read_with_any_delimiter_and_its_character_set() {
    let rows = "\"First Name\",\"Last Name\",\"Company\",\"Home Phone\",\"Mobile Phone\",\"Assistant's Phone\",\
                \"E-mail Address\",\"E-mail 2 Address\",\"Birthday\"\r\n\
                \"Jürgen\",\"Weiß\",\"Hafenamt\",\"030 0000 0001\",\"+49 170 0000001\",\"+49 30 99999999\",\
                \"juergen@example.de\",\"/o=Hafen/cn=weiss\",\"0/0/00\"\r\n";
    let semicolons = rows.replace("\",\"", "\";\"");
    let latin: Vec<u8> = semicolons.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mut wide = vec![0xff, 0xfe];
    wide.extend(rows.replace("\",\"", "\"\t\"").encode_utf16().flat_map(u16::to_le_bytes));
    for bytes in [rows.as_bytes().to_vec(), latin, wide, [&[0xef, 0xbb, 0xbf], rows.as_bytes()].concat()] {
        let contacts = load(bytes);
        let names = ["Jürgen Weiß", "juergen@example.de", "030 0000 0001", "+49 170 0000001"];
        assert_eq!(contacts.people()[0].names, names);
        all_mean(&contacts, &["Weiss, Jürgen", "+49 30 00000001", "0170 0000001", "JUERGEN@example.de"]);
        assert_eq!(contacts.person("+49 30 99999999"), None);
    }
}

#[test]
fn a_plain_table_may_repeat_its_columns() {
    let contacts = load(
        "name,Phone,phone,email,handle,handle,alias,alias,colour\n\
         Noor Haddad,+44 7700 900120,,noor@example.org,@noor,noor#1234,Noonie,N.,blue\n\
         \n\
         \"Haddad, Sami\",,07700 900121,,,,,,\n\
         ,,,,,,,,red\n",
    );
    assert_eq!(name(&contacts, "@NOOR"), Some("Noor Haddad"));
    assert_eq!(name(&contacts, "noor#1234"), Some("Noor Haddad"));
    assert_eq!(name(&contacts, "noonie"), Some("Noor Haddad"));
    assert_eq!(name(&contacts, "Sami Haddad"), Some("Haddad, Sami"));
    assert_eq!(name(&contacts, "+44 7700 900121"), Some("Haddad, Sami"));
    assert_eq!(skipped(&contacts), [(Some(5), "the card names nobody")]);
}

#[test]
fn an_address_with_a_display_name_means_the_address_first() {
    let contacts = load("name,email\nMina Voss,mina@example.org\nIvo Brandt,ivo@example.org\n");
    assert_eq!(name(&contacts, "\"Ivo Brandt\" <Mina@example.org>"), Some("Mina Voss"));
    assert_eq!(name(&contacts, "Ivo Brandt <someone@example.org>"), Some("Ivo Brandt"));
    assert_eq!(name(&contacts, "<ivo@example.org>"), Some("Ivo Brandt"));
    assert_eq!(name(&contacts, "Nobody <nobody@example.org>"), None);
}

#[test]
fn what_two_people_share_means_neither_and_is_listed() {
    let contacts = load(
        "name,phone,email,handle\n\
         Mina Voss,+44 7700 900123,mina@example.org,kiosk\n\
         Mina Voss,+44 7700 900124,voss@example.org,\n\
         Ivo Brandt,07700 900123,,@desk\n\
         Kiosk,,,desk\n",
    );
    for written in ["Mina Voss", "+447700900123", "07700 900123", "kiosk", "desk", "@desk"] {
        assert_eq!(contacts.person(written), None, "{written}");
    }
    assert_eq!(name(&contacts, "@kiosk"), Some("Mina Voss"));
    assert_eq!(name(&contacts, "+44 7700 900124"), Some("Mina Voss"));
    let keys = ["+447700900123", "7700900123", "@desk", "desk", "kiosk", "mina voss"];
    assert_eq!((contacts.ambiguous(), contacts.ambiguous_keys()), (6, &keys.map(str::to_owned)[..]));
}

#[test]
fn cards_of_one_person_in_several_files_are_one() {
    let vcard = card(&["VERSION:3.0", "FN:Mina Voss", "TEL:+44 7700 900123", "EMAIL:mina@example.org"]);
    let table = "name,phone,alias\nmina voss,07700 900123,Minnie\n";
    let (contacts, _folder) =
        try_load(&[("a.vcf", vcard.as_bytes()), ("b.csv", table.as_bytes()), ("c.vcf", vcard.as_bytes())]);
    let contacts = contacts.unwrap();
    all_mean(&contacts, &["Minnie", "mina@example.org", "+447700900123", "7700900123", "Mina Voss"]);
    assert_eq!(contacts.ambiguous(), 0);
}

#[test]
fn short_codes_mean_only_themselves() {
    let contacts = load("name,phone\nBus Line,22 333\nMina Voss,+44 7700 922333\n");
    assert_eq!(name(&contacts, "22333"), Some("Bus Line"));
    assert_eq!(name(&contacts, "922333"), None);
    assert_eq!(name(&contacts, "022333"), None);
}

#[test]
fn files_that_are_no_address_book_are_refused_by_name() {
    let binary: Vec<u8> = (0..=255u8).cycle().take(100_000).collect();
    for bytes in [&b""[..], b"Dear Mina,\n\nsee you.\n", b"name,colour\nMina,blue\n", b"\x00\x00", &binary] {
        let (contacts, folder) = try_load(&[("book", bytes)]);
        let path = folder.path().join("book").display().to_string();
        let expected = format!("\"{path}\" is neither a vCard file nor a CSV table of contacts");
        assert_eq!(contacts.unwrap_err().to_string(), expected);
    }
    let missing = Contacts::load(&["/no/such/book.vcf".into()]).unwrap_err();
    assert_eq!(missing.to_string(), "\"/no/such/book.vcf\" cannot be read");
}

#[test]
fn a_file_of_more_than_64_mib_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.vcf");
    fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    let refused = Contacts::load(std::slice::from_ref(&path)).unwrap_err();
    assert_eq!(refused.to_string(), format!("\"{}\" is longer than 64 MiB", path.display()));
}

#[test]
fn broken_cards_are_listed_and_the_others_read() {
    let good = card(&["VERSION:3.0", "FN:Mina Voss", "TEL:+44 7700 900123"]);
    let text = format!(
        "{good}BEGIN:VCARD\nFN:Cut Off\nTEL:+44 7700 900124\n{}stray\nmore\n{}{good}BEGIN:VCARD\nFN:Last",
        card(&["VERSION:4.0", "KIND:group", "FN:Rowers", "MEMBER:urn:uuid:1"]),
        card(&["VERSION:3.0", "NOTE:nothing"]),
    );
    let contacts = load(text);
    all_mean(&contacts, &["Mina Voss"]);
    let expected = [
        (Some(6), "the card has no end"),
        (Some(9), "the card is a group"),
        (Some(15), "it stands outside of a card"),
        (Some(17), "the card names nobody"),
        (Some(26), "the card has no end"),
    ];
    assert_eq!(skipped(&contacts), expected);
}

#[test]
fn the_card_of_an_agent_is_not_taken_for_the_persons() {
    let agent = card(&["VERSION:2.1", "FN:Ivo Brandt", "TEL:+44 7700 900124"]);
    let contacts =
        load(card(&["VERSION:2.1", "FN:Mina Voss", "AGENT:", agent.trim_end(), "TEL:+44 7700 900123"]));
    all_mean(&contacts, &["Mina Voss", "+447700900123"]);
    assert_eq!(contacts.person("Ivo Brandt"), None);
}

#[test]
fn a_card_of_100000_properties_is_used_in_part() {
    let lines: Vec<String> = (0..100_000).map(|at| format!("TEL:+44 7{at:09}")).collect();
    let lines: Vec<&str> = ["FN:Mina Voss"].into_iter().chain(lines.iter().map(|line| &line[..])).collect();
    let contacts = load(card(&lines));
    all_mean(&contacts, &["+447000000098"]);
    assert_eq!(contacts.person("+447000000099"), None);
    let reason = "the card has more than 100 names, addresses and numbers: the rest is left out";
    assert_eq!(skipped(&contacts), [(Some(1), reason)]);
    let mut table = format!("name{}\nMina Voss", ",phone".repeat(10_000));
    (0..10_000).for_each(|at| table.push_str(&format!(",+447{at:09}")));
    assert_eq!(skipped(&load(table))[0].0, Some(2));
}

#[test]
fn endless_properties_parameters_and_rows_are_bounded() {
    let long = "x".repeat(5 << 20);
    let parameters = format!("TEL{}:+44 7700 900124", ";TYPE=x".repeat(100_000));
    let folded = "EMAIL:a\r\n ".to_owned() + &"b\r\n ".repeat(100_000);
    let contacts = load(card(&[
        "FN:Mina Voss",
        &format!("NICKNAME:{long}"),
        &parameters,
        &folded,
        "TEL:+44 7700 900123",
    ]));
    all_mean(&contacts, &["Mina Voss", "+447700900123"]);
    assert_eq!(skipped(&contacts), [(Some(1), "a property is longer than 16 KiB: it is left out")]);
    let contacts = load(format!("name,phone\nMina Voss,+447700900123\nIvo,\"{long}\nJo,+447700900124\n"));
    all_mean(&contacts, &["Mina Voss"]);
    assert_eq!(
        skipped(&contacts),
        [(Some(3), "the row is longer than 1 MiB: a quotation mark may be missing")]
    );
}

#[test]
fn bytes_that_are_no_text_harm_one_name_only() {
    let mut bytes = card(&["FN:Mina Voss", "TEL:+44 7700 900123"]).into_bytes();
    bytes.extend(b"BEGIN:VCARD\nFN:\xff\xfe\x00\x01\nTEL:\x80\x81\nEMAIL:ivo@example.org\nEND:VCARD\n");
    let contacts = load(bytes);
    assert!(contacts.person("Mina Voss").is_some());
    assert!(contacts.person("ivo@example.org").is_some());
}
