//! One message of a JSON export.

use blackbox_format::message::{Message, annotation};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{
    PLATFORM,
    action::{self, Event},
    content::{self, Mention},
    people::{Chat, Directory, Person},
    text::{self, field, plain, take},
};
use crate::time::{Moment, rfc3339};

/// Longer values of what is not understood are cut.
const MAX_RAW_BYTES: usize = 64 << 10;
/// The most things that one message is said not to have been understood in.
const MAX_UNKNOWN: usize = 64;

/// Keys that are kept as annotations of that name, with dashes.
const KEPT: &[&str] = &[
    "actor_id",
    "address",
    "amount",
    "amount_nano",
    "amount_whole",
    "author",
    "boost_peer_id",
    "boost_peer_name",
    "boosts",
    "bot",
    "button_id",
    "charge_id",
    "comment",
    "community_id",
    "completed",
    "contact_vcard_file_size",
    "cost",
    "currency",
    "day",
    "days",
    "discard_reason",
    "distance",
    "duration",
    "duration_seconds",
    "edited_unixtime",
    "emoticon",
    "expired",
    "file_name",
    "file_size",
    "forwarded_date",
    "forwarded_date_unixtime",
    "forwarded_from_id",
    "from_id",
    "game_message_id",
    "gift_code",
    "gift_id",
    "gift_text",
    "giveaway_msg_id",
    "height",
    "incompleted",
    "information_text",
    "invoice_message_id",
    "inviter",
    "is_active",
    "is_anonymous",
    "is_broadcast_messages_allowed",
    "is_limited",
    "is_missed",
    "is_unclaimed",
    "items",
    "live_location_period_seconds",
    "media_spoiler",
    "media_type",
    "message_id",
    "mime_type",
    "messages_count",
    "month",
    "months",
    "new_creator",
    "new_icon_emoji_id",
    "new_title",
    "new_value",
    "option",
    "paid_stars_amount",
    "peer_id",
    "peer_name",
    "peers",
    "performer",
    "photo_file_size",
    "price_amount_nano",
    "price_amount_whole",
    "price_currency",
    "price_stars",
    "reason_app_id",
    "reason_app_name",
    "reason_domain",
    "recurring",
    "rejected",
    "reply_to_peer_id",
    "saved_from",
    "schedule_date",
    "scheduled_date",
    "score",
    "stars",
    "stars_count",
    "sticker_emoji",
    "thumbnail_file_size",
    "title",
    "to",
    "to_id",
    "transaction_id",
    "unclaimed",
    "user_initiated",
    "values",
    "via_bot",
    "via_giveaway",
    "width",
    "winners",
    "year",
];

/// A message that was understood.
pub(crate) struct Parsed {
    pub(crate) message: Message,
    pub(crate) mentions: Vec<Mention>,
    /// What in it was not.
    pub(crate) unknown: Vec<String>,
    pub(crate) zoneless: bool,
}

/// What surrounds a message.
pub(crate) struct Context<'a> {
    pub(crate) chat: &'a Chat,
    pub(crate) directory: &'a Directory,
    pub(crate) zone: &'a TimeZone,
}

/// Who wrote a message.
pub(crate) fn sender(object: &Map<String, Value>) -> Person {
    let id = field(object, "from_id").filter(|id| !id.is_empty());
    let name = field(object, "from").or_else(|| id.clone()).unwrap_or_default();
    Person { name, id }
}

/// Reads a message or an event.
pub(crate) fn parse(value: Value, context: &Context<'_>) -> Result<Parsed, String> {
    let Value::Object(mut object) = value else { return Err("it is not an object".into()) };
    let kind = take(&mut object, "type").unwrap_or_else(|| "message".into());
    let Some((moment, written_time)) = time(&mut object, context.zone)? else {
        return Err(match &kind[..] {
            "unsupported" => {
                "the program that exported it did not know its kind: there is its number only".into()
            }
            _ => "it has no time".into(),
        });
    };
    let mut parsed = Parsed {
        message: Message {
            time: moment.millis,
            written_time,
            chat: context.chat.title(),
            platform: PLATFORM.into(),
            source_id: take(&mut object, "id"),
            ..Message::default()
        },
        mentions: content::attachments(&mut object),
        unknown: Vec::new(),
        zoneless: moment.zoneless,
    };
    let sender = match kind == "message" {
        true => said(&mut object, &mut parsed)?,
        false => noted(&kind, &mut object, &mut parsed)?,
    };
    context.chat.address(&mut parsed.message, &sender, context.directory);
    parsed.rest(object);
    Ok(parsed)
}

/// The time, and how it is written. The number of seconds counts; the local time is as written.
fn time(object: &mut Map<String, Value>, zone: &TimeZone) -> Result<Option<(Moment, String)>, String> {
    let (date, unix) = (take(object, "date"), take(object, "date_unixtime"));
    let seconds =
        unix.as_ref().and_then(|unix| unix.parse::<i64>().ok()).and_then(|unix| unix.checked_mul(1000));
    let moment = match (seconds, &date) {
        (Some(millis), _) => Moment { millis, zoneless: false },
        (None, Some(date)) => rfc3339(date, zone).ok_or("\"date\" is not a time")?,
        (None, None) if unix.is_some() => return Err("\"date_unixtime\" is not a number".into()),
        (None, None) => return Ok(None),
    };
    Ok(Some((moment, date.or(unix).unwrap_or_default())))
}

/// A message: its sender, its text and what belongs to it.
fn said(object: &mut Map<String, Value>, parsed: &mut Parsed) -> Result<Person, String> {
    let sender = sender(object);
    take(object, "from");
    parsed.message.from = sender.name.clone();
    for (key, name) in [
        ("reply_to_message_id", annotation::REPLY_TO),
        ("self_destruct_period_seconds", annotation::DISAPPEARING),
    ] {
        if let Some(value) = object.remove(key) {
            parsed.annotate(name, plain(&value));
        }
    }
    if let Some(from) = object.remove("forwarded_from") {
        parsed.annotate(annotation::FORWARDED, if from.is_null() { String::new() } else { plain(&from) });
    }
    edited(object, parsed);
    let text = text::of_message(object)?;
    parsed.message.text = text.text;
    parsed.message.annotations.extend(text.annotations);
    parsed.keep_all(text.unknown);
    parsed.take(object);
    Ok(sender)
}

/// The oldest exports write 1970 for a message that was never edited.
fn edited(object: &mut Map<String, Value>, parsed: &mut Parsed) {
    let (edited, unix) = (take(object, "edited"), field(object, "edited_unixtime"));
    let never = edited
        .as_deref()
        .is_some_and(|time| time.starts_with("1970-01-01") || time.starts_with("1969-12-31"));
    if let (Some(time), false) = (edited.or(unix), never) {
        parsed.annotate(annotation::EDITED, time);
    }
}

/// A service message, or one of a kind that is not known.
fn noted(kind: &str, object: &mut Map<String, Value>, parsed: &mut Parsed) -> Result<Person, String> {
    let action = object.remove("action").map(|action| plain(&action)).unwrap_or_default();
    let Event { slug, text, known } = match (kind, &action[..]) {
        ("service", "") => {
            Event { slug: "notice", text: String::new(), known: object.contains_key("information_text") }
        }
        ("service", action) => action::event(action, object),
        (kind, _) => Event { slug: "notice", text: kind.replace('_', " "), known: false },
    };
    let exported = text::of_message(object)?;
    let exported_text = Some(exported.text).filter(|text| !text.is_empty());
    parsed.message.text = exported_text.or_else(|| field(object, "information_text")).unwrap_or(text);
    parsed.message.annotations.extend(exported.annotations);
    parsed.keep_all(exported.unknown);
    parsed.message.event = Some(slug.to_owned());
    let sender = actor(object, parsed);
    if !action.is_empty() {
        parsed.annotate("action", action.clone());
    }
    if !known {
        parsed.keep(
            if kind == "service" { "action" } else { "type" },
            &Value::String(format!("{kind} {action}")),
        );
    }
    for member in action::list(object.remove("members").as_ref()) {
        parsed.annotate("member", member);
    }
    if let Some(id) = object.get("message_id") {
        parsed.annotate(annotation::REPLY_TO, plain(id));
    }
    if let (Some(period), "set_messages_ttl") = (object.remove("period"), &action[..]) {
        parsed.annotate(annotation::DISAPPEARING, plain(&period));
    }
    parsed.take(object);
    Ok(sender)
}

/// Who caused an event: the actor, or from whom it comes.
fn actor(object: &mut Map<String, Value>, parsed: &mut Parsed) -> Person {
    let of = |name: &str, id: &str| Person {
        name: field(object, name).or_else(|| field(object, id)).unwrap_or_default(),
        id: field(object, id),
    };
    let found = [of("actor", "actor_id"), of("from", "from_id")].into_iter().find(|one| !one.name.is_empty());
    let person = found.unwrap_or_default();
    take(object, "actor");
    take(object, "from");
    if !person.name.is_empty() {
        parsed.annotate(annotation::SENDER, person.name.clone());
    }
    person
}

impl Parsed {
    pub(crate) fn annotate(&mut self, name: &str, value: impl Into<String>) {
        self.message.annotations.push((name.to_owned(), value.into()));
    }

    /// Adds polls, contacts and the like to the text.
    fn take(&mut self, object: &mut Map<String, Value>) {
        let taken = content::things(object);
        let text = std::mem::take(&mut self.message.text);
        let lines: Vec<String> =
            [text].into_iter().chain(taken.lines).filter(|line| !line.is_empty()).collect();
        self.message.text = lines.join("\n");
        self.message.annotations.extend(taken.annotations);
        self.keep_all(taken.unknown);
    }

    /// Keeps whatever is left.
    fn rest(&mut self, object: Map<String, Value>) {
        for (key, value) in object {
            match (KEPT.contains(&&key[..]), &value) {
                (true, Value::Null) => {}
                (true, Value::String(text)) if text.is_empty() => {}
                (true, value) => self.annotate(&key.replace('_', "-"), plain(value)),
                (false, value) => self.keep(&key, value),
            }
        }
    }

    fn keep_all(&mut self, unknown: Vec<(String, Value)>) {
        unknown.iter().for_each(|(key, value)| self.keep(key, value));
    }

    /// Keeps what is not understood.
    fn keep(&mut self, key: &str, value: &Value) {
        let cut = |text: &str, most: usize| text[..text.floor_char_boundary(most)].to_owned();
        let key = cut(key, 200);
        if self.unknown.len() < MAX_UNKNOWN {
            self.annotate(&format!("{}:{key}", annotation::RAW), cut(&value.to_string(), MAX_RAW_BYTES));
        }
        self.unknown.push(key);
    }
}
