//! Tests with generated address books.

use std::fs;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    Contacts, Person,
    reading::{Field, Reading},
};

/// What a generated card says.
#[derive(Debug, Clone)]
struct Made {
    full: String,
    nicknames: Vec<String>,
    addresses: Vec<String>,
    numbers: Vec<String>,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Quoted,
    Three,
    Four,
}

impl Made {
    fn texts(&self) -> impl Iterator<Item = (Field, &String)> {
        let fields = [
            (Field::Name, &self.nicknames),
            (Field::Address, &self.addresses),
            (Field::Number, &self.numbers),
        ];
        let rest = fields.into_iter().flat_map(|(field, texts)| texts.iter().map(move |text| (field, text)));
        std::iter::once((Field::Name, &self.full)).chain(rest)
    }

    fn write(&self) -> Vec<u8> {
        let mut out = b"BEGIN:VCARD\r\n".to_vec();
        let version = match self.version {
            Version::Quoted => "2.1",
            Version::Three => "3.0",
            Version::Four => "4.0",
        };
        self.property(&mut out, "VERSION", version);
        self.property(&mut out, "FN", &self.full);
        for nickname in &self.nicknames {
            self.property(&mut out, "NICKNAME", nickname);
        }
        for address in &self.addresses {
            self.property(&mut out, "EMAIL;TYPE=home", address);
        }
        for number in &self.numbers {
            let uri = number.replace(' ', "-");
            match self.version {
                Version::Four => self.property(&mut out, "item1.TEL;VALUE=uri", &format!("tel:{uri}")),
                _ => self.property(&mut out, "item1.TEL;TYPE=cell", number),
            }
        }
        out.extend(b"END:VCARD\r\n");
        out
    }

    fn property(&self, out: &mut Vec<u8>, head: &str, value: &str) {
        let escaped = value.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
        if self.version != Version::Quoted {
            // Folded anywhere, even inside a character.
            let line = format!("{head}:{escaped}").into_bytes();
            out.extend(line.chunks(20).collect::<Vec<_>>().join(&b"\r\n "[..]));
            return out.extend(b"\r\n");
        }
        out.extend(format!("{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:").bytes());
        for (at, byte) in value.bytes().enumerate() {
            if at % 15 == 14 {
                out.extend(b"=\r\n");
            }
            match byte.is_ascii_alphanumeric() {
                true => out.push(byte),
                false => out.extend(format!("={byte:02X}").bytes()),
            }
        }
        out.extend(b"\r\n");
    }
}

fn version() -> impl Strategy<Value = Version> {
    select(vec![Version::Quoted, Version::Three, Version::Four])
}

/// Cards none of whose texts is in another.
fn distinct() -> impl Strategy<Value = Vec<Made>> {
    let name = "[A-Za-zÀ-ÖŁ-žа-яא-ת][a-zà-öł-ž]{0,9}( [A-Za-z'’,;\\\\.]{1,3})?";
    let one = (name, 0usize..3, 0usize..3, 0usize..3, version());
    vec(one, 1..12).prop_map(|cards| {
        let all = cards.into_iter().enumerate();
        all.map(|(at, (name, nicknames, addresses, numbers, version))| Made {
            full: format!("Person{at} {name}"),
            nicknames: (0..nicknames).map(|n| format!("Nick{n}, {at} {name}")).collect(),
            addresses: (0..addresses).map(|n| format!("Box{n}.{at}@example.org")).collect(),
            numbers: (0..numbers).map(|n| format!("+44 7700 9{n}{at:04}")).collect(),
            version,
        })
        .collect()
    })
}

/// Cards that share names, addresses and numbers.
fn crowded() -> impl Strategy<Value = Vec<Made>> {
    let names = select(vec!["Mina Voss", "Voss, Mina", "mina", "Ivo Brandt", "IVO", "@mina"]);
    let addresses =
        select(vec!["mina@example.org", "Mina@Example.org", "ivo@example.org", "desk@example.org"]);
    let numbers =
        select(vec!["+447700900123", "07700 900123", "7700900123", "+497700900123", "22333", "32123456"]);
    let one = (names.clone(), vec(names, 0..2), vec(addresses, 0..2), vec(numbers, 0..3), version());
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    vec(one, 1..6).prop_map(move |cards| {
        let made = |(full, nicknames, addresses, numbers, version): (&str, _, _, _, _)| Made {
            full: full.to_owned(),
            nicknames: owned(nicknames),
            addresses: owned(addresses),
            numbers: owned(numbers),
            version,
        };
        cards.into_iter().map(made).collect()
    })
}

fn load(bytes: &[u8]) -> Contacts {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book");
    fs::write(&path, bytes).unwrap();
    Contacts::load(&[path]).unwrap()
}

fn written(cards: &[Made]) -> Vec<u8> {
    cards.iter().flat_map(Made::write).collect()
}

fn spelled(text: &str) -> String {
    Reading::of(text).spelled()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cards_come_back_as_they_were_written(cards in distinct()) {
        let contacts = load(&written(&cards));
        prop_assert_eq!(contacts.skipped(), &[][..]);
        prop_assert_eq!(contacts.ambiguous_keys(), &[] as &[String]);
        prop_assert_eq!(contacts.people().len(), cards.len());
        for (card, person) in cards.iter().zip(contacts.people()) {
            let dashes = |text: &String| match (card.version, text.starts_with("+44")) {
                (Version::Four, true) => text.replace(' ', "-"),
                _ => text.clone(),
            };
            let names: Vec<String> = card.texts().map(|(_, text)| dashes(text)).collect();
            prop_assert_eq!(&person.names, &names);
            for (_, text) in card.texts() {
                prop_assert_eq!(contacts.person(text), Some(person));
            }
        }
    }

    #[test]
    fn whatever_a_card_says_finds_its_person_or_is_ambiguous(cards in crowded()) {
        let contacts = load(&written(&cards));
        let has = |person: &&Person, text: &str| person.names.iter().any(|name| spelled(name) == spelled(text));
        for (_, text) in cards.iter().flat_map(Made::texts) {
            let is_ambiguous = contacts.ambiguous_keys().contains(&spelled(text));
            let found = contacts.person(text);
            prop_assert_eq!(found.is_none(), is_ambiguous, "{}: {:?}", text, contacts);
            if let Some(person) = found {
                // More names than are given are known.
                let is_theirs = has(&person, text) || person.names.len() == Person::MAX_NAMES;
                let others = contacts.people().iter().filter(|other| *other != person && has(other, text)).count();
                prop_assert!(is_theirs && others == 0, "{}: {:?}", text, contacts);
            }
        }
    }

    #[test]
    fn nothing_makes_reading_panic(parts in vec(select(PARTS.to_vec()), 0..60), noise in vec(any::<u8>(), 0..20)) {
        let mut bytes = b"BEGIN:VCARD\r\n".to_vec();
        for (at, part) in parts.iter().enumerate() {
            bytes.extend(part.as_bytes());
            bytes.extend(noise.get(at));
        }
        read(&bytes);
        read(&[b"name,phone\n", &bytes[..]].concat());
        read(&noise);
    }

    #[test]
    fn nothing_makes_a_look_up_panic(text in any::<String>(), parts in vec(select(PARTS.to_vec()), 0..9)) {
        let contacts = load(b"name,phone,email,handle\nMina Voss,+44 7700 900123,mina@example.org,@mina\n");
        contacts.person(&text);
        contacts.person(&parts.concat());
    }
}

/// Reads what may be no address book.
fn read(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book");
    fs::write(&path, bytes).unwrap();
    let _read = Contacts::load(&[path]);
}

const PARTS: [&str; 48] = [
    "\r\nBEGIN:VCARD\r\n",
    "\nEND:VCARD\n",
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    "\n ",
    "=\r\n",
    "=",
    ":",
    ";",
    ",",
    ".",
    "\"",
    "\\",
    "\\\n",
    "\\\n ",
    "\\n",
    "\0",
    "\u{feff}",
    "é",
    "=C3=A5",
    "=C3",
    "=XX",
    "+44 7700 900123",
    "<",
    ">",
    "@",
    "~",
    "\nFN",
    "\nN",
    "\nTEL",
    "\nEMAIL",
    "\nNICKNAME",
    "\nORG",
    "\nKIND",
    "\nIMPP",
    "\nX-SOCIALPROFILE",
    "\nitem1.TEL",
    "\nAGENT:",
    ";TYPE=",
    ";PREF=",
    ";VALUE=date:",
    ";VALUE=timestamp:",
    ";VALUE=utc-offset:",
    ";ENCODING=QUOTED-PRINTABLE",
    ";ENCODING=b",
];
