//! What the properties of a card say.

use calcard::{
    Entry, Parser,
    vcard::{VCard, VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardValue},
};

use super::property::HANDLES;
use crate::contacts::{
    card::{Card, Parts},
    reading::bracketed,
};

/// Where Android keeps nicknames.
const ANDROID_NICKNAME: &str = "vnd.android.cursor.item/nickname";
/// The preference of what states none; 1 is the highest.
const NO_PREFERENCE: u32 = 101;

/// The card that has the properties `text`, one on a line.
pub(super) fn card(text: &str) -> Result<Card, &'static str> {
    let text = format!("BEGIN:VCARD\r\n{text}END:VCARD\r\n");
    let Entry::VCard(mut vcard) = Parser::new(&text).entry() else {
        return Err("the card cannot be read");
    };
    if is_group(&vcard) {
        return Err("the card is a group");
    }
    vcard.entries.sort_by_key(preference);
    let (mut card, mut parts) = (Card::default(), None);
    for entry in &vcard.entries {
        match &entry.name {
            VCardProperty::N => parts = parts.or_else(|| Some(name(entry))),
            VCardProperty::Fn => card.full.extend(texts(entry)),
            VCardProperty::Nickname => card.nicknames.extend(texts(entry)),
            VCardProperty::Org => card.organisation = texts(entry).next(),
            VCardProperty::Tel => card.numbers.extend(texts(entry)),
            VCardProperty::Email => card.addresses.extend(texts(entry).map(|text| address(&text))),
            VCardProperty::Impp => {
                card.handles.extend(texts(entry).map(|text| last_segment(&text).to_owned()))
            }
            VCardProperty::Socialprofile => card.handles.extend(profile(entry)),
            VCardProperty::Other(name) => other(name, entry, &mut card),
            _ => {}
        }
    }
    if let Some(parts) = parts {
        card.add_parts(&parts);
    }
    Ok(card)
}

fn other(name: &str, entry: &VCardEntry, card: &mut Card) {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("X-SOCIALPROFILE") {
        card.handles.extend(profile(entry));
    } else if is("X-ANDROID-CUSTOM") {
        card.nicknames.extend(texts(entry).filter_map(|text| android_nickname(&text)));
    } else if HANDLES.iter().any(|handle| is(handle)) {
        card.handles.extend(texts(entry));
    }
}

fn is_group(vcard: &VCard) -> bool {
    let is_kind = |entry: &&VCardEntry| match &entry.name {
        VCardProperty::Kind => true,
        VCardProperty::Other(name) => name.eq_ignore_ascii_case("X-ADDRESSBOOKSERVER-KIND"),
        _ => false,
    };
    vcard.entries.iter().filter(is_kind).flat_map(|entry| &entry.values).any(|value| match value {
        VCardValue::Kind(kind) => *kind == calcard::vcard::VCardKind::Group,
        VCardValue::Text(text) => text.trim().eq_ignore_ascii_case("group"),
        _ => false,
    })
}

/// `PREF=n` (4.0), or `TYPE=pref` and `PREF` alone (3.0 and 2.1).
fn preference(entry: &VCardEntry) -> u32 {
    let of = entry.params.iter().map(|parameter| match (&parameter.name, &parameter.value) {
        (VCardParameterName::Pref, VCardParameterValue::Integer(rank)) => *rank,
        (VCardParameterName::Pref, _) => 1,
        (VCardParameterName::Type, VCardParameterValue::Text(text)) if text.eq_ignore_ascii_case("pref") => 1,
        _ => NO_PREFERENCE,
    });
    of.min().unwrap_or(NO_PREFERENCE)
}

fn texts(entry: &VCardEntry) -> impl Iterator<Item = String> {
    entry.values.iter().filter_map(|value| match value {
        VCardValue::Text(text) => Some(text.clone()),
        VCardValue::Integer(number) => Some(number.to_string()),
        _ => None,
    })
}

fn name(entry: &VCardEntry) -> Parts {
    let mut parts = entry.values.iter().map(|value| match value {
        VCardValue::Text(text) => text.trim().to_owned(),
        VCardValue::Component(texts) => texts.join(" "),
        _ => String::new(),
    });
    let mut next = || parts.next().unwrap_or_default();
    let (family, given, middle) = (next(), next(), next());
    Parts { given, middle, family }
}

fn address(text: &str) -> String {
    bracketed(text).map_or(text, |(address, _)| address).to_owned()
}

/// The handle that a parameter states, or else the last part of the address of its page.
fn profile(entry: &VCardEntry) -> Option<String> {
    let stated = entry.params.iter().find_map(|parameter| match (&parameter.name, &parameter.value) {
        (VCardParameterName::Username, VCardParameterValue::Text(text)) => Some(text),
        (VCardParameterName::Other(name), VCardParameterValue::Text(text))
            if name.eq_ignore_ascii_case("x-user") =>
        {
            Some(text)
        }
        _ => None,
    });
    match stated.filter(|text| !text.trim().is_empty()) {
        Some(text) => Some(text.clone()),
        None => texts(entry).next().map(|text| last_segment(&text).to_owned()),
    }
}

fn last_segment(text: &str) -> &str {
    let is_page =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !is_page("http://") && !is_page("https://") {
        return text;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn android_nickname(text: &str) -> Option<String> {
    let mut parts = text.split(';');
    (parts.next()?.trim() == ANDROID_NICKNAME).then(|| parts.next().map(str::to_owned))?
}
