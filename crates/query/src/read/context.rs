//! Neighbours of a hit: opened by its row's secret and the context tokens. Context never chains.

use blackbox_format::body::{Body, Sealed};
use blackbox_token::{
    entry::RowSecret,
    function::{Part, Token},
    row::{distances, open_slot},
};

use super::{
    QueryError,
    search::Month,
    segment::{DepositReader, Record, SegmentReader},
};
use crate::answer::Neighbour;

/// A distance with its token.
pub(super) type ContextTokens<'t> = Vec<(i8, &'t Token)>;

/// The context tokens held for a month.
pub(super) fn tokens<'t>(month: &Month<'t>, first_item: usize, context: u8) -> ContextTokens<'t> {
    let token = |(number, distance)| Some((distance, month.token(first_item + number, Part::Context)?));
    distances(context).enumerate().filter_map(token).collect()
}

/// The neighbours of the row with `secret`, nearest before to nearest after.
pub(super) fn neighbours(
    deposit: &DepositReader<'_>,
    (own, row): (&SegmentReader<'_>, u32),
    (record, secret): (&Record, &RowSecret),
    tokens: &ContextTokens<'_>,
) -> Result<Vec<Neighbour>, QueryError> {
    let mut found = Vec::new();
    for (number, distance) in distances(deposit.context).enumerate() {
        let token = tokens.iter().find(|(held, _)| *held == distance);
        let Some(((_, token), slot)) = token.zip(record.slot(number)) else { continue };
        let slot = open_slot(secret, token, slot);
        let wrong = || QueryError::Record(own.path(), row);
        let Some(neighbour) = slot.map_err(|_| wrong())? else { continue };
        let segment = deposit.segments.get(neighbour.place.segment as usize).ok_or_else(wrong)?;
        let record = segment.record(neighbour.place.row)?;
        match segment.open_by_key(neighbour.place.row, &record, &neighbour.key)? {
            Body::Message(message) => found.push(shown(distance, &message)),
            _ => return Err(wrong()),
        }
    }
    found.sort_by_key(|neighbour| neighbour.offset);
    Ok(found)
}

fn shown(offset: i8, message: &Sealed) -> Neighbour {
    Neighbour {
        offset,
        time: super::search::time(message.time),
        from: message.from.clone(),
        text: message.text.clone(),
    }
}
