//! What becomes of the columns of `message`: those that stand in annotations, those that mean nothing to a reader, and
//! the rest, which is kept as it is.

use blackbox_format::message::annotation;
use rusqlite::types::ValueRef;

use super::{
    clock,
    schema::{Line, shown},
};

/// The longest text of what is kept without being understood, 64 KiB.
const MAX_RAW_BYTES: usize = 64 << 10;

/// How a column becomes an annotation; 0 and nothing become none.
#[derive(Clone, Copy)]
enum How {
    AsWritten,
    Time,
    /// These words instead of the number.
    Instead(&'static str),
}
use How::{AsWritten, Instead, Time};

const STATED: &[(&str, &str, How)] = &[
    ("service", "service", AsWritten),
    ("subject", annotation::SUBJECT, AsWritten),
    ("date_edited", annotation::EDITED, Time),
    ("date_retracted", "retracted", Time),
    ("date_delivered", "delivered", Time),
    ("date_read", "read", Time),
    ("date_played", "played", Time),
    ("date_recovered", "recovered", Time),
    ("was_downgraded", "sent-as", Instead("SMS")),
    ("is_audio_message", "audio-message", Instead("yes")),
    ("is_expirable", "expirable", Instead("yes")),
    ("expire_state", "expire-state", AsWritten),
    ("is_forward", annotation::FORWARDED, Instead("")),
    ("is_auto_reply", "auto-reply", Instead("yes")),
    ("is_emote", "emote", Instead("yes")),
    ("is_spam", "spam", Instead("yes")),
    ("is_corrupt", "corrupt", Instead("yes")),
    ("is_sos", "emergency", Instead("yes")),
    ("is_stewie", "satellite", Instead("yes")),
    ("error", "error", AsWritten),
    ("schedule_type", "scheduled", AsWritten),
    ("expressive_send_style_id", "effect", AsWritten),
    ("balloon_bundle_id", "app", AsWritten),
    ("thread_originator_guid", annotation::REPLY_TO, AsWritten),
    ("thread_originator_part", "reply-to-part", AsWritten),
];

/// Columns that are read elsewhere.
const READ: &[&str] = &[
    "rowid",
    "guid",
    "text",
    "attributedbody",
    "handle_id",
    "other_handle",
    "date",
    "is_from_me",
    "account",
    "destination_caller_id",
    "item_type",
    "group_action_type",
    "group_title",
    "share_status",
    "share_direction",
    "message_summary_info",
    "payload_data",
    "associated_message_guid",
    "associated_message_type",
    "associated_message_emoji",
];

/// Columns by which the devices keep their state, their lists and their synchronisation.
const BOOKKEEPING: &[&str] = &[
    "account_guid",
    "associated_message_range_length",
    "associated_message_range_location",
    "bia_reference_id",
    "cache_has_attachments",
    "cache_roomnames",
    "ck_chat_id",
    "ck_record_change_tag",
    "ck_record_id",
    "ck_sync_state",
    "country",
    "did_notify_recipient",
    "fallback_hash",
    "has_dd_results",
    "has_unseen_mention",
    "index_state",
    "is_archive",
    "is_critical",
    "is_delayed",
    "is_delivered",
    "is_empty",
    "is_finished",
    "is_kt_verified",
    "is_pending_satellite_send",
    "is_played",
    "is_prepared",
    "is_read",
    "is_sent",
    "is_service_message",
    "is_system_message",
    "is_time_sensitive",
    "message_action_type",
    "message_source",
    "needs_relay",
    "part_count",
    "replace",
    "reply_to_guid",
    "schedule_state",
    "sent_or_received_off_grid",
    "service_center",
    "sort_id",
    "sr_ck_record_change_tag",
    "sr_ck_record_id",
    "sr_ck_sync_state",
    "synced_syndication_ranges",
    "syndication_ranges",
    "time_expressive_send_played",
    "type",
    "version",
    "was_data_detected",
    "was_deduplicated",
    "was_delivered_quietly",
    "was_detonated",
];

/// The annotations that columns give.
pub(super) fn stated(line: Line<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (column, name, how) in STATED {
        let value = match how {
            AsWritten => line.text(column).filter(|text| text != "0"),
            Time => clock::millis(line.value(column)).map(clock::said),
            Instead(words) => line.is_set(column).then(|| (*words).to_owned()),
        };
        found.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    found
}

/// What stands in columns that nobody here knows, by column.
pub(super) fn unknown(line: Line<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for name in &line.columns.names {
        let lower = name.to_ascii_lowercase();
        let known = STATED.iter().any(|(column, ..)| *column == lower)
            || READ.contains(&&lower[..])
            || BOOKKEEPING.binary_search(&&lower[..]).is_ok();
        if !known {
            found.extend(raw(line.value(&lower)).map(|value| (name.clone(), value)));
        }
    }
    found
}

/// A value as it is kept without being understood: bytes in hexadecimal. 0 and nothing say nothing.
pub(super) fn raw(value: ValueRef<'_>) -> Option<String> {
    let text = match value {
        ValueRef::Blob(bytes) => hexadecimal(bytes),
        other => shown(other)?,
    };
    (!text.is_empty() && text != "0").then(|| bounded(&text))
}

/// Bytes in hexadecimal, up to 64 KiB of text.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(MAX_RAW_BYTES / 2).map(|byte| format!("{byte:02x}")).collect()
}

/// The beginning of a text, up to 64 KiB.
pub(super) fn bounded(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_RAW_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_bookkeeping_columns_is_in_order() {
        assert!(BOOKKEEPING.is_sorted());
    }
}
