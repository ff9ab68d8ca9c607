//! Attachments of messages: what the database says of them, and where their files lie.

use blackbox_format::message::Media;
use rusqlite::{Connection, Statement};

use super::schema::{Columns, Line, Schema};
use crate::{
    importer::Input,
    media::{file_name, stated},
};

/// How much of a name a note quotes.
const QUOTED_CHARS: usize = 200;
const COLUMNS: [&str; 8] = [
    "filename",
    "transfer_name",
    "mime_type",
    "total_bytes",
    "hide_attachment",
    "is_sticker",
    "emoji_image_short_description",
    "uti",
];

/// Looks attachments up by their numbers.
pub(super) struct Attachments<'c> {
    statement: Option<Statement<'c>>,
    columns: Columns,
}

/// An attachment of a message.
pub(super) struct Found {
    pub(super) media: Media,
    /// Where its file lies on the device.
    path: Option<String>,
    /// What is said of it, as annotations of its message.
    pub(super) said: Vec<(String, String)>,
}

impl<'c> Attachments<'c> {
    pub(super) fn new(connection: &'c Connection, schema: &Schema) -> rusqlite::Result<Attachments<'c>> {
        let list: Vec<&str> = COLUMNS.iter().map(|column| schema.column("attachment", column)).collect();
        let sql = format!("SELECT _rowid_, {} FROM attachment WHERE _rowid_ = ?1", list.join(", "));
        let statement = if schema.has("attachment") { Some(connection.prepare(&sql)?) } else { None };
        Ok(Attachments { statement, columns: Columns::new(&COLUMNS.map(str::to_owned)) })
    }

    /// The attachment of a number; one without a name if there is none of that number, or its row is damaged.
    pub(super) fn get(&mut self, number: i64) -> Found {
        let found = self.find(number).ok().flatten();
        found.unwrap_or_else(|| Found {
            media: Media::new("", stated(None, "")),
            path: None,
            said: Vec::new(),
        })
    }

    fn find(&mut self, number: i64) -> rusqlite::Result<Option<Found>> {
        let Some(statement) = &mut self.statement else { return Ok(None) };
        let mut rows = statement.query([number])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let line = Line { row, columns: &self.columns };
        let path = line.text("filename");
        let name =
            line.text("transfer_name").or_else(|| path.as_deref().map(|path| file_name(path).to_owned()));
        let name = name.unwrap_or_default();
        let media_type = stated(line.text("mime_type").as_deref(), &name);
        let mut said = Vec::new();
        let mut say = |key: &str, value: String| said.push((key.to_owned(), value));
        if line.is_set("is_sticker") {
            say("sticker", name.clone());
        }
        if line.is_set("hide_attachment") {
            say("hidden-attachment", name.clone());
        }
        if let Some(words) = line.text("emoji_image_short_description") {
            say("emoji-description", words);
        }
        Ok(Some(Found { media: Media::new(name, media_type), path, said }))
    }
}

impl Found {
    /// Gives the attachment its bytes, if its file lies where the database lies, or in a folder around it.
    /// Says what is missing otherwise.
    pub(super) fn look_up(&mut self, input: &Input<'_>) -> Option<String> {
        let path = self.path.as_deref().unwrap_or_default();
        if tails(path).into_iter().any(|tail| input.attach_around(&mut self.media, tail)) {
            return None;
        }
        let quoted: String = self.media.name.chars().take(QUOTED_CHARS).collect();
        Some(match self.media.name.is_empty() {
            true => "an attachment without a name is not in the folder of the export".into(),
            false => format!("attachment \"{quoted}\" is not in the folder of the export"),
        })
    }
}

/// The ends of a path on the device by which the file may be found beside a copy of the database: from
/// `Library/Messages/Attachments/...` all of it, then without the folders of the device.
fn tails(path: &str) -> Vec<&str> {
    let from = |mark: &str| path.find(mark).map(|at| &path[at + 1..]);
    let relative = path.strip_prefix("~/").unwrap_or(path);
    let candidates = [
        Some(relative),
        from("/Library/"),
        from("/Attachments/"),
        from("/StickerCache/"),
        from("/attachments/"),
    ];
    let mut tails: Vec<&str> = Vec::new();
    for tail in candidates.into_iter().flatten() {
        if !tail.is_empty() && !tail.starts_with('/') && !tails.contains(&tail) {
            tails.push(tail);
        }
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_device_ends_below_the_database() {
        assert_eq!(
            tails("~/Library/Messages/Attachments/ab/11/X/a.heic"),
            ["Library/Messages/Attachments/ab/11/X/a.heic", "Attachments/ab/11/X/a.heic"]
        );
        assert_eq!(
            tails("/var/mobile/Library/SMS/Attachments/ab/a.heic"),
            ["Library/SMS/Attachments/ab/a.heic", "Attachments/ab/a.heic"]
        );
        assert_eq!(tails(""), [""; 0]);
    }
}
