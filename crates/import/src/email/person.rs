//! People in the fields of a mail.

use blackbox_format::message::Names;
use mail_parser::{HeaderValue, parsers::MessageStream};

use super::header::{Headers, decoded, joined, utf8};

/// A person, or whatever else a field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Name and address as the field has them, decoded: `Ann Example <ann@example.org>`.
    pub(super) written: String,
    /// Name and address apart, if there are both.
    also: Vec<String>,
}

impl Person {
    /// What the person is found by, besides what is written.
    pub(super) fn names(&self) -> Option<Names> {
        (!self.also.is_empty()).then(|| Names { written: self.written.clone(), also: self.also.clone() })
    }
}

/// The people that the fields called `name` have, in their order. A field without an address is one person as it is
/// written.
pub(super) fn people(headers: &Headers<'_>, name: &str) -> Vec<Person> {
    headers.all(name).flat_map(field).collect()
}

fn field(value: &[u8]) -> Vec<Person> {
    let value = joined(&utf8(value));
    let mut people = Vec::new();
    if let HeaderValue::Address(addresses) = MessageStream::new(&value).parse_address() {
        people.extend(addresses.iter().filter_map(|one| person(one.name.as_deref(), one.address.as_deref())));
    }
    if people.is_empty()
        && let Some(written) = decoded(&value)
    {
        people.push(Person { written, also: Vec::new() });
    }
    people
}

fn person(name: Option<&str>, address: Option<&str>) -> Option<Person> {
    let clean = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match (clean(name), clean(address)) {
        (Some(name), Some(address)) if name != address => {
            Some(Person { written: format!("{name} <{address}>"), also: vec![name, address] })
        }
        (_, Some(written)) | (Some(written), None) => Some(Person { written, also: Vec::new() }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> Vec<(String, Vec<String>)> {
        let headers = Headers::split(mail.as_bytes()).0;
        people(&headers, "to").into_iter().map(|person| (person.written, person.also)).collect()
    }

    #[test]
    fn people_are_as_written_and_found_by_both_names() {
        let found = read(
            "To: \"Example, Ann\" <ann@example.org>, bo@example.org,\n =?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?= <zoe@example.org>\n\
            To: Team: cy@example.org (Cy), <dee@example.org>;\n",
        );
        let written: Vec<_> = found.iter().map(|(written, _)| &written[..]).collect();
        assert_eq!(
            written,
            [
                "Example, Ann <ann@example.org>",
                "bo@example.org",
                "Zo\u{eb} <zoe@example.org>",
                "Cy <cy@example.org>",
                "dee@example.org"
            ]
        );
        assert_eq!(found[0].1, ["Example, Ann", "ann@example.org"]);
        assert!(found[1].1.is_empty());
    }

    #[test]
    fn a_field_without_an_address_is_kept_as_written() {
        assert_eq!(read("To: undisclosed-recipients:;\n"), [("undisclosed-recipients:;".to_owned(), vec![])]);
        assert_eq!(read("To: \n"), []);
        assert_eq!(read("To: <>, \"\"\n").len(), 1);
    }
}
