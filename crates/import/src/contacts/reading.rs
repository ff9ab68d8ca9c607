//! What a written name is: an e-mail address, a phone number, a handle or the name of somebody; and the keys of each.

use blackbox_format::text;

use super::number::{Number, Tail};

/// What people are found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// Whole name, normalised.
    Name(String),
    /// E-mail address in lower case.
    Address(String),
    /// Handle in lower case, without `@`.
    Handle(String),
    /// All digits of a number, `+` before those of an international one.
    Number(String),
    /// Last digits of a number.
    Tail(Tail, String),
}

/// Where a card has a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Address,
    Number,
    Handle,
}

/// A written name, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Address(String),
    Number(Number),
    /// With an `@` or a scheme before it.
    Handle(String),
    Name {
        /// Normalised; where it is written "Family, Given", the other order comes first.
        wholes: Vec<String>,
        /// The same as a handle, if it has no blanks.
        handle: Option<String>,
    },
}

/// Schemes of numbers.
const NUMBER_SCHEMES: [&str; 4] = ["tel", "sms", "smsto", "callto"];
/// Schemes of calls, whose part before the `@` may be a number.
const CALL_SCHEMES: [&str; 2] = ["sip", "sips"];
/// Schemes of addresses and handles.
const HANDLE_SCHEMES: [&str; 16] = [
    "mailto", "imessage", "im", "xmpp", "skype", "aim", "icq", "msnim", "ymsgr", "gtalk", "facetime",
    "whatsapp", "signal", "telegram", "matrix", "x-apple",
];
const QUOTES: &[char] = &[
    '"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201c}', '\u{201d}', '\u{201e}', '«', '»', '‹',
    '›',
];

impl Reading {
    /// Understands `written`; marks of direction, quotation marks around it and the `~` that WhatsApp puts before a
    /// name which its owner chose do not matter.
    pub(super) fn of(written: &str) -> Reading {
        let text = bare(written);
        let schemed = text.split_once(':').and_then(|(scheme, rest)| Reading::schemed(scheme, rest.trim()));
        schemed.unwrap_or_else(|| Reading::plain(&text))
    }

    fn schemed(scheme: &str, rest: &str) -> Option<Reading> {
        let scheme = scheme.to_ascii_lowercase();
        let is = |schemes: &[&str]| schemes.contains(&&scheme[..]);
        let plain = rest.split([';', '?']).next().unwrap_or_default().trim_start_matches('/');
        if is(&NUMBER_SCHEMES) {
            // An extension is somebody else's telephone at the same number.
            let extended = rest.to_ascii_lowercase().contains(";ext=");
            return Number::read(plain).filter(|_| !extended).map(Reading::Number);
        }
        if is(&CALL_SCHEMES) {
            let user = plain.split('@').next().unwrap_or_default();
            return match Number::read(user) {
                Some(number) => Some(Reading::Number(number)),
                None => Reading::handle(plain),
            };
        }
        if is(&HANDLE_SCHEMES) { Reading::handle(plain) } else { None }
    }

    /// Something that is no name of a person for sure.
    fn handle(text: &str) -> Option<Reading> {
        match Reading::plain(text) {
            Reading::Name { handle, .. } => handle.map(Reading::Handle),
            reading => Some(reading),
        }
    }

    fn plain(text: &str) -> Reading {
        if let Some(number) = Number::read(text) {
            return Reading::Number(number);
        }
        let has_blank = text.contains(char::is_whitespace);
        match text.split_once('@') {
            Some(("", handle)) if !has_blank && !handle.is_empty() => Reading::Handle(handle.to_lowercase()),
            Some((user, host)) if !has_blank && !user.is_empty() && !host.is_empty() => {
                Reading::Address(text.to_lowercase())
            }
            _ => Reading::Name {
                wholes: wholes(text),
                handle: (!has_blank && !text.is_empty()).then(|| text.to_lowercase()),
            },
        }
    }

    /// The keys to look for, most certain first: the first list of which any key is known decides.
    pub(super) fn lookups(&self) -> Vec<Vec<Key>> {
        match self {
            Reading::Address(address) => vec![vec![Key::Address(address.clone())]],
            Reading::Number(number) => vec![number.lookups()],
            Reading::Handle(handle) => vec![vec![Key::Handle(handle.clone())]],
            Reading::Name { wholes, handle } => {
                let mut lists: Vec<Vec<Key>> =
                    wholes.iter().map(|name| vec![Key::Name(name.clone())]).collect();
                match (lists.first_mut(), handle) {
                    (Some(first), Some(handle)) => first.push(Key::Handle(handle.clone())),
                    (None, Some(handle)) => lists.push(vec![Key::Handle(handle.clone())]),
                    (_, None) => {}
                }
                lists
            }
        }
    }

    /// The keys under which a person is found who has this in `field` of a card. None if the field must be something
    /// else, such as a remark in the place of a number.
    pub(super) fn claims(&self, field: Field) -> Vec<Key> {
        match self {
            Reading::Address(address) => vec![Key::Address(address.clone())],
            Reading::Number(number) => number.claims(),
            Reading::Handle(handle) => vec![Key::Handle(handle.clone())],
            Reading::Name { wholes, handle } => match (field, handle) {
                (Field::Address | Field::Number, _) => Vec::new(),
                (Field::Handle, Some(handle)) => vec![Key::Handle(handle.clone())],
                (Field::Handle | Field::Name, _) => wholes.iter().cloned().map(Key::Name).collect(),
            },
        }
    }

    /// Keys that, shared with the same name, make two cards one person.
    pub(super) fn evidence(&self, field: Field) -> Vec<Key> {
        match self {
            Reading::Number(number) => number.evidence(),
            Reading::Name { .. } if field != Field::Handle => Vec::new(),
            _ => self.claims(field),
        }
    }

    /// One spelling of it, for lists.
    pub(super) fn spelled(&self) -> String {
        match self {
            Reading::Address(address) => address.clone(),
            Reading::Number(number) => number.spelled(),
            Reading::Handle(handle) => format!("@{handle}"),
            Reading::Name { wholes, handle } => {
                wholes.first().or(handle.as_ref()).cloned().unwrap_or_default()
            }
        }
    }
}

/// "Display Name <address>" as address and display name.
pub(super) fn bracketed(written: &str) -> Option<(&str, &str)> {
    let (name, address) = written.trim_end().strip_suffix('>')?.rsplit_once('<')?;
    Some((address, name))
}

/// `written` without what does not belong to the name.
fn bare(written: &str) -> String {
    let visible: String = written.chars().filter(|c| !is_invisible(*c)).collect();
    let around = |c: char| c.is_whitespace() || QUOTES.contains(&c);
    let text = visible.trim_matches(around);
    text.trim_start_matches('~').trim_matches(around).to_owned()
}

/// Marks of direction and the like. The joiners are left: names need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{61c}' | '\u{feff}' | '\u{ad}')
}

fn wholes(text: &str) -> Vec<String> {
    let turned = text.split_once(',').filter(|(_, given)| !given.contains(','));
    let turned = turned.map(|(family, given)| text::whole(&format!("{given} {family}")));
    let mut all: Vec<String> =
        turned.into_iter().chain([text::whole(text)]).filter(|name| !name.is_empty()).collect();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Reading {
        Reading::Handle(text.into())
    }

    fn number(text: &str) -> Reading {
        Reading::Number(Number::read(text).unwrap())
    }

    #[test]
    fn addresses_numbers_and_handles_are_told_from_names() {
        assert_eq!(Reading::of("Mina@Example.ORG"), Reading::Address("mina@example.org".into()));
        assert_eq!(Reading::of("\u{202a}+44 7700 900123\u{202c}"), number("+447700900123"));
        assert_eq!(Reading::of("@Mina_V"), handle("mina_v"));
        let name = Reading::Name { wholes: vec!["mina voss".into()], handle: None };
        for written in
            ["Mina Voss", "~ Mina Voss", "~\u{202f}mina voss", "\u{201c}Mina Voss\u{201d}", "MINA  VOSS"]
        {
            assert_eq!(Reading::of(written), name, "{written}");
        }
    }

    #[test]
    fn schemes_say_what_follows() {
        assert_eq!(Reading::of("tel:+44-7700-900123;phone-context=x"), number("+447700900123"));
        assert_eq!(Reading::of("sip:+447700900123@voice.example"), number("+447700900123"));
        assert_eq!(Reading::of("sip:mina@voice.example"), Reading::Address("mina@voice.example".into()));
        assert_eq!(
            Reading::of("MAILTO:Mina@example.org?subject=x"),
            Reading::Address("mina@example.org".into())
        );
        assert_eq!(Reading::of("imessage:+447700900123"), number("+447700900123"));
        assert_eq!(Reading::of("skype:Mina.V?chat"), handle("mina.v"));
    }

    #[test]
    fn an_extension_is_another_telephone() {
        assert!(matches!(Reading::of("tel:+44-7700-900123;ext=55"), Reading::Name { .. }));
    }

    #[test]
    fn a_name_with_a_colon_or_an_at_sign_is_a_name() {
        for written in ["Tel: Aviv", "Mina: work", "Mina @ work", "@", "a@", ":", "tel:", ""] {
            assert!(matches!(Reading::of(written), Reading::Name { .. }), "{written}");
        }
    }

    #[test]
    fn a_family_name_before_a_comma_is_turned() {
        let Reading::Name { wholes, .. } = Reading::of("Voss, Mina") else { panic!() };
        assert_eq!(wholes, ["mina voss", "voss mina"]);
    }
}
