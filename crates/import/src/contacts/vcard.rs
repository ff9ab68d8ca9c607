//! vCard 2.1, 3.0 and 4.0. The cards of a file, and of them the lines that name somebody, are found here, so that a
//! card has a line number, photos cost nothing and a broken card does not take the next one with it; what a line says
//! is calcard's to read.
//!
//! Source: RFC 6350 (4.0), RFC 2426 (3.0), the versit consortium's vCard 2.1.

mod content;
mod property;

use super::pile::{Pile, TooMany};
use property::Property;

/// The most values of one card that are used.
const MAX_VALUES: usize = 100;

/// Whether `bytes` begin with a card.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.find(|line| !line.trim_ascii().is_empty()).is_some_and(|line| is(line, b"BEGIN:VCARD"))
}

/// Reads every card.
pub(super) fn read(bytes: &[u8], pile: &mut Pile) -> Result<(), TooMany> {
    let mut reader = Reader { pile, open: None, outside: false };
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        reader.line(line.strip_suffix(b"\r").unwrap_or(line), number)?;
    }
    reader.cut_off();
    Ok(())
}

struct Reader<'a> {
    pile: &'a mut Pile,
    open: Option<Open>,
    /// Whether text outside of cards has been reported since the last one.
    outside: bool,
}

/// A card that has begun.
struct Open {
    line: u64,
    /// The lines that are used, unfolded and decoded.
    text: String,
    values: usize,
    property: Option<Property>,
    /// Whether the card of an AGENT inside this card is being passed over.
    agent: bool,
    fault: Option<&'static str>,
}

impl Reader<'_> {
    fn line(&mut self, line: &[u8], number: u64) -> Result<(), TooMany> {
        if is(line, b"BEGIN:VCARD") {
            self.begin(number);
            return Ok(());
        }
        match &mut self.open {
            Some(open) if is(line, b"END:VCARD") => match open.agent {
                true => open.agent = false,
                false => return self.end(),
            },
            Some(open) if !open.agent => open.take(line),
            Some(_) => {}
            None if line.trim_ascii().is_empty() => {}
            None if !self.outside => {
                self.outside = true;
                self.pile.skip(number, "it stands outside of a card");
            }
            None => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: u64) {
        if let Some(open) = &mut self.open
            && !open.agent
            && open.property.as_ref().is_some_and(Property::is_agent)
        {
            open.agent = true;
            return;
        }
        self.cut_off();
        self.outside = false;
        self.open =
            Some(Open { line, text: String::new(), values: 0, property: None, agent: false, fault: None });
    }

    fn end(&mut self) -> Result<(), TooMany> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        open.finish();
        if let Some(fault) = open.fault {
            self.pile.skip(open.line, fault);
        }
        match content::card(&open.text) {
            Ok(card) => self.pile.add(card, open.line),
            Err(reason) => {
                self.pile.skip(open.line, reason);
                Ok(())
            }
        }
    }

    /// Gives up the card that has not ended.
    fn cut_off(&mut self) {
        if let Some(open) = self.open.take() {
            self.pile.skip(open.line, "the card has no end");
        }
    }
}

impl Open {
    fn take(&mut self, line: &[u8]) {
        if let Some(property) = &mut self.property
            && property.goes_on(line)
        {
            property.extend(line);
            return;
        }
        self.finish();
        self.property = Property::begin(line);
    }

    /// Keeps the property that is complete, if it is of use.
    fn finish(&mut self) {
        let Some(text) = self.property.take().and_then(Property::text) else { return };
        match text {
            Err(reason) => self.fault = Some(reason),
            Ok(_) if self.values == MAX_VALUES => {
                self.fault =
                    Some("the card has more than 100 names, addresses and numbers: the rest is left out");
            }
            Ok(text) => {
                self.values += 1;
                self.text.push_str(&text);
                self.text.push_str("\r\n");
            }
        }
    }
}

fn is(line: &[u8], marker: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(marker)
}
