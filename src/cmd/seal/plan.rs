//! The reading before sealing: where each message goes, and what was sealed before.

use std::collections::BTreeMap;

use blackbox_format::{manifest::LackingLine, message::Message, month::Month};
use blackbox_import::{Exports, Report};
use blackbox_seal::{SealError, survey::Digest};
use blackbox_sorting::{Place, Rules};

use super::source;
use crate::remember::{Memory, Recalled};

/// What the exports hold and where it goes. 4 bytes a message.
pub struct Plan {
    /// Compartment of each message or event, by its number in the exports; `None` if it was sealed before.
    places: Vec<Option<u16>>,
    /// Over all of them.
    digest: [u8; 32],
    /// What goes to each compartment, by its number.
    pub compartments: Vec<Tally>,
    /// What each rule takes, and last what is left for the default; what was sealed before included.
    pub rules: Vec<Tally>,
    /// What is remembered of the exports.
    pub recalled: Option<Recalled>,
}

/// Counts, and the time they cover.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages.
    pub messages: u64,
    /// Events.
    pub events: u64,
    /// First and last Unix time in milliseconds.
    pub span: Option<(i64, i64)>,
}

impl Tally {
    /// Counts a message or event.
    pub fn add(&mut self, message: &Message) {
        match message.is_event() {
            true => self.events += 1,
            false => self.messages += 1,
        }
        let (first, last) = self.span.unwrap_or((message.time, message.time));
        self.span = Some((first.min(message.time), last.max(message.time)));
    }

    /// Both together.
    pub fn with(self, other: Tally) -> Tally {
        let spans = self.span.into_iter().chain(other.span);
        let span = spans.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)));
        Tally { messages: self.messages + other.messages, events: self.events + other.events, span }
    }

    /// The first and the last day, UTC.
    pub fn days(&self) -> [String; 2] {
        let (first, last) = self.span.unwrap_or_default();
        [first, last].map(|millis| match jiff::Timestamp::from_millisecond(millis) {
            Ok(time) => time.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
            Err(_) => "?".to_owned(),
        })
    }

    /// Messages and events.
    pub fn records(&self) -> u64 {
        self.messages + self.events
    }
}

impl Plan {
    /// Reads the exports once; each message or event that is to be sealed goes to `each`, too.
    ///
    /// # Errors
    /// The exports changed, or do not add up.
    pub fn read(
        exports: &Exports,
        rules: &Rules,
        memory: Option<&Memory>,
        each: &mut dyn FnMut(&Message, Place),
    ) -> Result<(Plan, Report), SealError> {
        let (mut sorter, mut reading) = (rules.sorter(), memory.map(Memory::reading));
        let (mut places, mut digest) = (Vec::new(), Digest::default());
        let mut compartments = vec![Tally::default(); rules.compartments().len()];
        let mut taken = vec![Tally::default(); rules.rules().len() + 1];
        let report = source::read(exports, &mut |incoming| {
            let message = &incoming.message;
            digest.add(message);
            let place = sorter.place(message);
            taken[place.rule.map_or(rules.rules().len(), usize::from)].add(message);
            let new = reading.as_mut().is_none_or(|reading| reading.is_new(message, place.compartment));
            places.push(new.then_some(place.compartment));
            if new {
                compartments[usize::from(place.compartment)].add(message);
                each(message, place);
            }
            Ok(())
        })?;
        let recalled = reading.map(crate::remember::Reading::finish);
        Ok((Plan { places, digest: digest.finish(), compartments, rules: taken, recalled }, report))
    }

    /// Where message number `number` of the exports goes.
    pub fn place(&self, number: usize) -> Option<u16> {
        self.places.get(number).copied().flatten()
    }

    /// Whether a reading with this digest gave the same messages.
    pub fn is_of(&self, digest: Digest) -> bool {
        digest.finish() == self.digest
    }

    /// The compartments that get something.
    pub fn targets(&self) -> Vec<u16> {
        (0..)
            .zip(&self.compartments)
            .filter(|(_, tally)| tally.records() > 0)
            .map(|(number, _)| number)
            .collect()
    }

    /// What the exports lack, for the manifest of `target`: of its own chats and, in the first of all targets, of
    /// compartments that get nothing now.
    pub fn lacking(&self, target: u16) -> Vec<LackingLine> {
        let targets = self.targets();
        let to = |own: u16| if targets.contains(&own) { Some(own) } else { targets.first().copied() };
        let lacking = self.recalled.iter().flat_map(|recalled| &recalled.lacking);
        by_month(lacking.filter(|(own, _)| to(*own) == Some(target)).map(|(_, line)| line))
    }
}

/// Lines of the same month made one.
pub fn by_month<'l>(lines: impl Iterator<Item = &'l LackingLine>) -> Vec<LackingLine> {
    let mut months: BTreeMap<Month, u64> = BTreeMap::new();
    for line in lines {
        *months.entry(line.month).or_default() += line.messages;
    }
    months.into_iter().map(|(month, messages)| LackingLine { month, messages }).collect()
}
