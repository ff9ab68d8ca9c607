//! What a message has beside its text: files, and things whose content becomes text.

use blackbox_format::message::{Media, annotation};
use serde_json::{Map, Value};

use super::{
    people::full_name,
    text::{field, joined, plain, take},
};
use crate::media::{file_name, stated};

/// An attachment that a message mentions.
pub(crate) struct Mention {
    pub(crate) media: Media,
    /// Where its bytes are; why they are not there if the export left them out.
    pub(crate) place: Result<String, String>,
}

/// The words that stand for the path of a file which is not in the export.
const LEFT_OUT: &[&str] = &[
    "(File not included. Change data exporting settings to download.)",
    "(File exceeds maximum size. Change data exporting settings to download.)",
    "(File unavailable, please try again later)",
];

/// Takes the attachments out of a message.
pub(crate) fn attachments(object: &mut Map<String, Value>) -> Vec<Mention> {
    let kind = field(object, "media_type").unwrap_or_default();
    let mut mentions = Vec::new();
    for key in ["photo", "file", "thumbnail", "contact_vcard"] {
        let Some(Value::String(path)) = object.get(key).filter(|path| path.is_string()) else { continue };
        let path = path.clone();
        object.remove(key);
        let (stated_type, guess, title) = match key {
            "file" => (take(object, "mime_type"), media_type(&kind), take(object, "file_name")),
            "contact_vcard" => (None, "text/vcard", None),
            _ => (None, "image/jpeg", None),
        };
        let mention = mention(&path, title.as_deref(), stated_type.as_deref(), guess);
        // The preview of a file that was left out as well is nothing.
        if !path.is_empty() && (key != "thumbnail" || mention.place.is_ok()) {
            mentions.push(mention);
        }
    }
    mentions
}

fn mention(path: &str, title: Option<&str>, stated_type: Option<&str>, guess: &str) -> Mention {
    let marker = LEFT_OUT.iter().find(|marker| path.ends_with(**marker)).copied();
    let marker = marker.or_else(|| (path.starts_with('(') && path.ends_with(')')).then_some(path));
    let named = match marker {
        Some(marker) => path[..path.len() - marker.len()].trim(),
        None => file_name(path),
    };
    let name = title.unwrap_or(named);
    let mut media_type = stated(stated_type, name);
    if stated_type.is_none() && media_type == "application/octet-stream" {
        guess.clone_into(&mut media_type);
    }
    let place = marker.map_or_else(|| Ok(path.to_owned()), |marker| Err(marker.to_owned()));
    Mention { media: Media::new(name, media_type), place }
}

/// The media type of one of Telegram's kinds.
fn media_type(kind: &str) -> &'static str {
    match kind {
        "sticker" => "image/webp",
        "voice_message" => "audio/ogg",
        "video_message" | "animation" | "video_file" => "video/mp4",
        "audio_file" => "audio/mpeg",
        "photo" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// What was taken out of a message: text, annotations, and what of it is not understood.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) lines: Vec<String>,
    pub(crate) annotations: Vec<(String, String)>,
    pub(crate) unknown: Vec<(String, Value)>,
}

/// Takes polls, contacts, locations and the like out of a message.
pub(crate) fn things(object: &mut Map<String, Value>) -> Taken {
    let mut taken = Taken::default();
    taken.plain(object, &["game_title", "game_description", "game_link", "place_name", "address"]);
    taken.with(object, "poll", Taken::poll);
    taken.with(object, "todo_list", Taken::poll);
    taken.with(object, "contact_information", Taken::contact);
    taken.with(object, "location_information", Taken::location);
    taken.with(object, "invoice_information", Taken::invoice);
    taken.with(object, "giveaway_information", Taken::list);
    taken.with(object, "giveaway_results", Taken::list);
    taken.with(object, "reactions", Taken::reactions);
    taken.with(object, "inline_bot_buttons", Taken::buttons);
    taken
}

/// Reads a value; `None` if it is not of the form that is known.
type Read = fn(&mut Taken, &Value) -> Option<()>;

impl Taken {
    fn plain(&mut self, object: &mut Map<String, Value>, keys: &[&str]) {
        for key in keys {
            if let Some(line) = field(object, key) {
                self.lines.push(line);
                object.remove(*key);
            }
        }
    }

    fn with(&mut self, object: &mut Map<String, Value>, key: &str, read: Read) {
        let whole = |value: &Value| !value.is_object() && !value.is_array();
        // The results of a giveaway are a number in a service message.
        let Some(value) = object.remove(key).filter(|value| !value.is_null()) else { return };
        if whole(&value) && !value.is_string() {
            object.insert(key.to_owned(), value);
            return;
        }
        let (lines, annotations) = (self.lines.len(), self.annotations.len());
        if read(self, &value).is_none() {
            self.lines.truncate(lines);
            self.annotations.truncate(annotations);
            self.unknown.push((key.to_owned(), value));
        }
    }

    /// A poll or a list of tasks.
    fn poll(&mut self, value: &Value) -> Option<()> {
        let object = known(
            value,
            &[
                "question",
                "title",
                "answers",
                "options",
                "closed",
                "total_voters",
                "others_can_append",
                "others_can_complete",
            ],
        )?;
        self.lines.push(joined(object.get("question").or(object.get("title"))?));
        for answer in object.get("answers").or(object.get("options"))?.as_array()? {
            let answer = known(answer, &["text", "voters", "chosen", "id"])?;
            let votes = field(answer, "voters").map(|votes| format!(" ({votes} votes)")).unwrap_or_default();
            self.lines.push(format!("- {}{votes}", joined(answer.get("text")?)));
            if answer.get("chosen") == Some(&Value::Bool(true)) {
                self.annotations.push(("chosen".into(), joined(answer.get("text")?)));
            }
        }
        for key in ["total_voters", "closed", "others_can_append", "others_can_complete"] {
            let value = field(object, key).map(|value| (format!("poll-{}", key.replace('_', "-")), value));
            self.annotations.extend(value);
        }
        Some(())
    }

    fn contact(&mut self, value: &Value) -> Option<()> {
        let object = known(value, &["first_name", "last_name", "phone_number"])?;
        self.lines.extend(full_name(object));
        self.lines.extend(field(object, "phone_number"));
        Some(())
    }

    fn location(&mut self, value: &Value) -> Option<()> {
        let object = known(value, &["latitude", "longitude"])?;
        let point = format!("{},{}", field(object, "latitude")?, field(object, "longitude")?);
        self.lines.push(point.clone());
        self.annotations.push((annotation::LOCATION.into(), point));
        Some(())
    }

    /// An object, or that object as a text of its own.
    fn invoice(&mut self, value: &Value) -> Option<()> {
        let parsed = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let object = known(
            parsed.as_ref().unwrap_or(value),
            &["title", "description", "amount", "currency", "receipt_message_id"],
        )?;
        self.lines.extend(["title", "description"].into_iter().filter_map(|key| field(object, key)));
        let sum = ["amount", "currency"].map(|key| field(object, key).unwrap_or_default()).join(" ");
        self.lines.push(sum.trim().to_owned());
        let receipt = field(object, "receipt_message_id");
        self.annotations.extend(receipt.map(|id| ("receipt-message-id".to_owned(), id)));
        Some(())
    }

    /// Any object, a line a key.
    fn list(&mut self, value: &Value) -> Option<()> {
        for (key, value) in value.as_object()? {
            let text = match value {
                Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
                value => plain(value),
            };
            self.lines.push(format!("{}: {text}", key.replace('_', " ")));
        }
        Some(())
    }

    fn reactions(&mut self, value: &Value) -> Option<()> {
        for reaction in value.as_array()? {
            let reaction = known(reaction, &["type", "count", "emoji", "document_id", "recent"])?;
            let emoji = field(reaction, "emoji").or_else(|| field(reaction, "document_id"));
            let emoji = emoji.or_else(|| field(reaction, "type"))?;
            let mut named = 0;
            for recent in reaction.get("recent").and_then(Value::as_array).into_iter().flatten() {
                let recent = known(recent, &["from", "from_id", "date"])?;
                let who = field(recent, "from").or_else(|| field(recent, "from_id")).unwrap_or_default();
                self.annotations
                    .push((annotation::REACTION.into(), format!("{emoji} {who}").trim_end().to_owned()));
                named += 1;
            }
            let count = reaction.get("count").and_then(Value::as_u64).unwrap_or(0);
            if count > named {
                let rest = format!("{emoji} ({} not named)", count - named);
                self.annotations.push((annotation::REACTION.into(), rest));
            }
        }
        Some(())
    }

    fn buttons(&mut self, value: &Value) -> Option<()> {
        for row in value.as_array()? {
            for button in row.as_array()? {
                let button =
                    known(button, &["type", "text", "data", "dataBase64", "forward_text", "button_id"])?;
                let parts = ["text", "data", "dataBase64"].into_iter().filter_map(|key| field(button, key));
                self.annotations.push(("button".into(), parts.collect::<Vec<_>>().join(" ")));
            }
        }
        Some(())
    }
}

/// The object, if it has no other keys than these.
fn known<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Map<String, Value>> {
    value.as_object().filter(|object| object.keys().all(|key| keys.contains(&&key[..])))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(value: Value) -> Taken {
        let Value::Object(mut object) = value else { panic!("no object") };
        things(&mut object)
    }

    #[test]
    fn the_content_of_things_is_text() {
        let poll = json!({"question": "Where?", "closed": false, "total_voters": 3,
            "answers": [{"text": "Here", "voters": 2, "chosen": true}, {"text": ["Th", "ere"], "voters": 1}]});
        let all = taken(json!({"poll": poll}));
        assert_eq!(all.lines, ["Where?", "- Here (2 votes)", "- There (1 votes)"]);
        assert_eq!(all.annotations[0], ("chosen".to_owned(), "Here".to_owned()));
        let place = json!({"place_name": "Quay", "location_information": {"latitude": 1.5, "longitude": -2}});
        assert_eq!(taken(place).lines, ["Quay", "1.5,-2"]);
        let contact = json!({"first_name": "Ida", "last_name": "", "phone_number": "+47 1"});
        assert_eq!(taken(json!({"contact_information": contact})).lines, ["Ida", "+47 1"]);
        let invoice =
            json!({"invoice_information": "{\"title\": \"Boat\", \"amount\": 5, \"currency\": \"NOK\"}"});
        assert_eq!(taken(invoice).lines, ["Boat", "5 NOK"]);
    }

    #[test]
    fn things_of_another_form_are_kept_as_they_are() {
        for value in [
            json!({"poll": {"question": "a", "answers": [], "colour": 1}}),
            json!({"reactions": [7]}),
            json!({"location_information": {"latitude": 1}}),
            json!({"inline_bot_buttons": [{}]}),
            json!({"contact_information": "x"}),
        ] {
            let all = taken(value.clone());
            assert_eq!((all.unknown.len(), all.lines.len(), all.annotations.len()), (1, 0, 0), "{value}");
        }
    }

    #[test]
    fn a_file_that_was_left_out_says_so() {
        let mut object = json!({"photo": LEFT_OUT[0], "file": format!("a.pdf {}", LEFT_OUT[1]),
            "thumbnail": LEFT_OUT[0], "media_type": "voice_message"});
        let mentions = attachments(object.as_object_mut().unwrap());
        let found: Vec<_> = mentions
            .iter()
            .map(|one| (&one.media.name[..], &one.media.media_type[..], one.place.is_err()))
            .collect();
        assert_eq!(found, [("", "image/jpeg", true), ("a.pdf", "application/pdf", true)]);
    }
}
