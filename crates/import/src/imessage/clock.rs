//! Apple's times: seconds, in databases of these years nanoseconds, since the beginning of 2001.

use rusqlite::types::ValueRef;

use super::schema::{Line, shown};
use crate::time::written;

/// 2001-01-01T00:00:00Z in Unix milliseconds.
const EPOCH_MILLIS: i64 = 978_307_200_000;
/// Numbers from here on count nanoseconds: as seconds they would be past the year 33000.
const NANOSECONDS_FROM: i64 = 1_000_000_000_000;

/// A time of the database as Unix milliseconds; `None` if there is none.
pub(super) fn millis(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => whole(number),
        ValueRef::Real(number) => real(number),
        ValueRef::Text(text) => {
            let text = str::from_utf8(text).ok()?.trim();
            text.parse().ok().and_then(whole).or_else(|| text.parse().ok().and_then(real))
        }
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn whole(number: i64) -> Option<i64> {
    let millis = match number {
        0 => return None,
        number if number.unsigned_abs() >= NANOSECONDS_FROM.unsigned_abs() => number.div_euclid(1_000_000),
        seconds => seconds.checked_mul(1000)?,
    };
    millis.checked_add(EPOCH_MILLIS)
}

/// Seconds with their fraction, as property lists have them.
pub(super) fn real(seconds: f64) -> Option<i64> {
    let millis = match seconds.abs() >= NANOSECONDS_FROM as f64 {
        true => seconds / 1e6,
        false => seconds * 1e3,
    } as i64;
    (seconds != 0.0 && seconds.is_finite()).then_some(())?;
    millis.checked_add(EPOCH_MILLIS)
}

/// A time as RFC 3339 in UTC, for an annotation.
pub(super) fn said(millis: i64) -> String {
    written(millis).unwrap_or_else(|| millis.to_string())
}

/// When a message was sent.
pub(super) struct Sent {
    pub(super) millis: i64,
    pub(super) written: String,
    /// The column that says so, if it is not `date`.
    pub(super) from: Option<&'static str>,
}

/// When a message was sent; what its conversation says of it counts if it says nothing itself, else when it was
/// delivered or read.
pub(super) fn sent(line: Line<'_>, in_chat: Option<i64>) -> Option<Sent> {
    let own = |column| Some((millis(line.value(column))?, shown(line.value(column))?));
    let chat = || in_chat.and_then(|number| Some((whole(number)?, number.to_string())));
    let candidates = [
        (own("date"), None),
        (chat(), Some("chat_message_join.message_date")),
        (own("date_delivered"), Some("date_delivered")),
        (own("date_read"), Some("date_read")),
    ];
    candidates.into_iter().find_map(|(found, from)| {
        let (millis, written) = found?;
        Some(Sent { millis, written, from })
    })
}
