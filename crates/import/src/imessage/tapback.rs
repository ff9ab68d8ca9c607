//! Tapbacks: messages that say what somebody thinks of another.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{
    people::People,
    record::owner,
    schema::{Columns, Line, Schema},
};

/// The most tapbacks that are remembered, and their bytes: 256 MiB.
const MAX_TAPBACKS: usize = 1_000_000;
const MAX_BYTES: usize = 256 << 20;
/// The most of one message.
const MAX_PER_MESSAGE: usize = 1000;

/// What a tapback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tapback {
    pub(super) emoji: String,
    pub(super) given: Given,
    kind: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Added,
    Removed,
}

impl Tapback {
    /// The tapback that a message is, if it is one.
    pub(super) fn of(line: Line<'_>) -> Option<Tapback> {
        let code = line.whole("associated_message_type");
        let given = match code {
            2000..=2007 => Given::Added,
            3000..=3007 => Given::Removed,
            _ => return None,
        };
        let kind = code % 1000;
        let emoji = match kind {
            0 => "❤️",
            1 => "👍",
            2 => "👎",
            3 => "😂",
            4 => "‼️",
            5 => "❓",
            7 => "sticker",
            _ => &line.text("associated_message_emoji").unwrap_or_else(|| "emoji".into()),
        };
        Some(Tapback { emoji: emoji.to_owned(), given, kind })
    }

    /// What happened, after the name of the person.
    pub(super) fn words(&self) -> String {
        let emoji = &self.emoji;
        match (self.given, self.kind) {
            (Given::Added, 0) => "loved a message".into(),
            (Given::Added, 1) => "liked a message".into(),
            (Given::Added, 2) => "disliked a message".into(),
            (Given::Added, 3) => "laughed at a message".into(),
            (Given::Added, 4) => "emphasised a message".into(),
            (Given::Added, 5) => "questioned a message".into(),
            (Given::Added, 7) => "reacted to a message with a sticker".into(),
            (Given::Added, _) => format!("reacted to a message with {emoji}"),
            (Given::Removed, 0) => "removed a heart from a message".into(),
            (Given::Removed, 1) => "removed a like from a message".into(),
            (Given::Removed, 2) => "removed a dislike from a message".into(),
            (Given::Removed, 3) => "removed a laugh from a message".into(),
            (Given::Removed, 4) => "removed an exclamation from a message".into(),
            (Given::Removed, 5) => "removed a question mark from a message".into(),
            (Given::Removed, 7) => "removed a sticker from a message".into(),
            (Given::Removed, _) => format!("removed {emoji} from a message"),
        }
    }
}

/// The message that another belongs to, and the number of its part: `p:1/GUID`, `bp:GUID` or `GUID`.
pub(super) fn target(written: &str) -> (&str, Option<&str>) {
    let (before, guid) = written.rsplit_once('/').unwrap_or(("", written));
    let guid = guid.rsplit_once(':').map_or(guid, |(_, guid)| guid);
    (guid, before.strip_prefix("p:").filter(|part| *part != "0"))
}

/// The tapbacks that messages have in the end.
#[derive(Default)]
pub(super) struct Tapbacks {
    of: HashMap<String, Vec<(Tapback, String)>>,
    /// Whether there are more than are remembered.
    pub(super) cut: bool,
}

const COLUMNS: [&str; 7] = [
    "associated_message_guid",
    "associated_message_type",
    "associated_message_emoji",
    "is_from_me",
    "handle_id",
    "destination_caller_id",
    "account",
];

impl Tapbacks {
    /// Reads all tapbacks of a database.
    pub(super) fn load(
        connection: &Connection,
        schema: &Schema,
        (people, options_owner): (&People, Option<&str>),
    ) -> rusqlite::Result<Tapbacks> {
        let mut tapbacks = Tapbacks::default();
        if schema.column("message", COLUMNS[1]) == "NULL" {
            return Ok(tapbacks);
        }
        let list: Vec<&str> = COLUMNS.iter().map(|column| schema.column("message", column)).collect();
        let sql = format!(
            "SELECT _rowid_, {} FROM message WHERE associated_message_type BETWEEN 2000 AND 3007",
            list.join(", ")
        );
        let columns = Columns::new(&COLUMNS.map(str::to_owned));
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let (mut count, mut bytes) = (0, 0);
        while let Some(row) = rows.next()? {
            let line = Line { row, columns: &columns };
            let (Some(tapback), Some(written)) = (Tapback::of(line), line.text(COLUMNS[0])) else { continue };
            let who = match line.is_set("is_from_me") {
                true => owner(line, options_owner).name,
                false => people.id(line.whole("handle_id")).unwrap_or_default().to_owned(),
            };
            count += 1;
            bytes += written.len() + who.len() + tapback.emoji.len() + 128;
            if count > MAX_TAPBACKS || bytes > MAX_BYTES {
                tapbacks.cut = true;
                break;
            }
            tapbacks.add(target(&written).0, tapback, who);
        }
        Ok(tapbacks)
    }

    fn add(&mut self, guid: &str, tapback: Tapback, who: String) {
        let same = |(other, by): &(Tapback, String)| other.kind == tapback.kind && *by == who;
        match (tapback.given, self.of.get_mut(guid)) {
            (Given::Added, Some(list)) if list.len() >= MAX_PER_MESSAGE => self.cut = true,
            (Given::Added, Some(list)) => list.push((tapback, who)),
            (Given::Added, None) => {
                self.of.insert(guid.to_owned(), vec![(tapback, who)]);
            }
            (Given::Removed, list) => {
                if let Some(list) = list
                    && let Some(at) = list.iter().position(same)
                {
                    list.remove(at);
                }
            }
        }
    }

    /// The emoji of the tapbacks of a message, each with a blank and who gave it.
    pub(super) fn of(&self, guid: &str) -> impl Iterator<Item = String> {
        self.of.get(guid).into_iter().flatten().map(|(tapback, who)| format!("{} {who}", tapback.emoji))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_stands_after_its_part() {
        assert_eq!(target("p:0/AB-1"), ("AB-1", None));
        assert_eq!(target("p:2/AB-1"), ("AB-1", Some("2")));
        assert_eq!(target("bp:AB-1"), ("AB-1", None));
        assert_eq!(target("AB-1"), ("AB-1", None));
        assert_eq!(target(""), ("", None));
    }
}
