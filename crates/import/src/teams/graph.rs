//! Messages as Microsoft's Graph API gives them: programs that save conversations write them into files as they are.

use blackbox_format::message::{Incoming, Media, Message, Names, Quoted, annotation};
use serde_json::Value;

use super::{
    cards,
    content::{self, Space},
    detail,
    facts::{is_nothing, rest, text, written},
    files,
    members::Members,
};
use crate::{
    bounded::MAX_TEXT_BYTES,
    importer::{At, Fault, Input, Sink},
    json::{Take, stream},
    time,
};

const PLATFORM: &str = "teams";
/// Keys of a message that are read, or that say nothing.
const KNOWN: &[&str] = &[
    "@odata.context",
    "@odata.type",
    "@odata.id",
    "@odata.etag",
    "id",
    "replyToId",
    "etag",
    "messageType",
    "createdDateTime",
    "lastModifiedDateTime",
    "lastEditedDateTime",
    "deletedDateTime",
    "subject",
    "summary",
    "chatId",
    "importance",
    "locale",
    "webUrl",
    "policyViolation",
    "from",
    "body",
    "channelIdentity",
    "attachments",
    "mentions",
    "reactions",
    "replies",
    "replies@odata.context",
    "replies@odata.count",
    "replies@odata.nextLink",
    "eventDetail",
    "onBehalfOf",
    "messageHistory",
    "hostedContents",
    "hostedContents@odata.context",
];
/// Keys that are kept under names of their own.
const FACTS: &[(&str, &str)] = &[
    ("subject", annotation::SUBJECT),
    ("summary", "summary"),
    ("lastEditedDateTime", annotation::EDITED),
    ("webUrl", "link"),
    ("policyViolation", "policy-violation"),
    ("messageHistory", "history"),
    ("onBehalfOf", "on-behalf-of"),
    ("channelIdentity", "channel"),
    ("chatId", "chat-id"),
];

/// Reads a file.
pub(super) fn read(input: &Input<'_>, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let members = Members::of(input.file())?;
    let choose = |path: &str| match path {
        "" | "value" | "messages" => Take::Enter,
        "[]" | "value[]" | "messages[]" => Take::Whole,
        _ => Take::Skip,
    };
    let reader = Reader { input, members: &members };
    let mut number = 0;
    stream(input.file().text()?, &choose, &mut |path, value| {
        if path.is_empty() { Ok(()) } else { reader.each(value, &mut number, sink) }
    })
}

struct Reader<'a, 'i> {
    input: &'a Input<'i>,
    members: &'a Members,
}

impl Reader<'_, '_> {
    /// Reads a message, and then the replies in it.
    fn each(&self, message: Value, number: &mut u64, sink: &mut Sink<'_>) -> Result<(), Fault> {
        let mut waiting = vec![message];
        while let Some(mut item) = waiting.pop() {
            *number += 1;
            sink.saw();
            if let Some(Value::Array(replies)) = item.get_mut("replies").map(Value::take) {
                waiting.extend(replies.into_iter().rev());
            }
            self.item(&item, At::Item(*number), sink)?;
        }
        Ok(())
    }

    fn item(&self, item: &Value, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
        if !item.is_object() {
            sink.skip(at, "it is not an object");
            return Ok(());
        }
        let body = item["body"]["content"].as_str().unwrap_or_default();
        let plain =
            item["body"]["contentType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("text"));
        let mut content = match plain {
            true => content::Content { text: body.to_owned(), ..Default::default() },
            false => content::read(body, Space::Html),
        };
        let media = files::media(item, &content.objects, at, self.input, sink);
        let mut notes = cards::show(&item["attachments"], &mut content);
        notes.extend(content.links.drain(..).map(|link| ("link".to_owned(), link)));
        match self.message(item, content, notes, sink) {
            Ok(message) => sink.record(at, Incoming { message, media }),
            Err(reason) => leave(&media, reason, at, sink),
        }
    }

    fn message(
        &self,
        item: &Value,
        content: content::Content,
        notes: Vec<(String, String)>,
        sink: &mut Sink<'_>,
    ) -> Result<Message, &'static str> {
        let created = text(&item["createdDateTime"]).ok_or("\"createdDateTime\" is missing")?;
        let zone = &self.input.options.timezone;
        let moment = time::rfc3339(created, zone).ok_or("\"createdDateTime\" is not an RFC 3339 time")?;
        sink.facts.zoneless |= moment.zoneless;
        if content.text.len() > MAX_TEXT_BYTES {
            return Err("the text is longer than 16 MiB");
        }
        let reply = content.reply_to.filter(|id| !id.is_empty());
        let mut message = Message {
            time: moment.millis,
            written_time: created.to_owned(),
            chat: self.chat(item),
            platform: PLATFORM.into(),
            source_id: text(&item["id"]).map(str::to_owned),
            text: content.text,
            quoted: content.quoted,
            annotations: notes,
            ..Message::default()
        };
        if let Some(root) = reply.as_deref().or(text(&item["replyToId"])) {
            message.annotations.push((annotation::REPLY_TO.into(), root.to_owned()));
        }
        self.told(item, &mut message);
        self.people(item, &mut message);
        facts(item, &mut message, sink);
        Ok(message)
    }

    fn chat(&self, item: &Value) -> Option<String> {
        let told = detail::conversation(&item["eventDetail"]);
        let ids = [&item["chatId"], &item["channelIdentity"]["channelId"]];
        let id = ids.into_iter().find_map(text).map(str::to_owned);
        self.members.title.clone().or(told).or(id)
    }

    /// Makes an event of a notice, and of a message that was deleted with its text.
    fn told(&self, item: &Value, message: &mut Message) {
        if item["eventDetail"].is_object() || item["messageType"] == "systemEventMessage" {
            let notice = detail::read(&item["eventDetail"]);
            if message.text.is_empty() {
                message.text = notice.text;
            }
            message.event = Some(notice.slug.into());
            message.annotations.extend(notice.initiator.map(|name| (annotation::SENDER.to_owned(), name)));
            message.annotations.push(("event-detail".into(), written(&item["eventDetail"])));
        }
        let Some(deleted) = text(&item["deletedDateTime"]) else { return };
        if message.text.is_empty() {
            message.event = Some("deleted".into());
            message.text = "A message was deleted".into();
        }
        message.annotations.push((annotation::DELETED.into(), deleted.to_owned()));
    }

    fn people(&self, item: &Value, message: &mut Message) {
        let (sender, id) = identity(&item["from"]);
        if message.is_event() {
            let has = message.annotations.iter().any(|(name, _)| name == annotation::SENDER);
            if !has && !sender.is_empty() {
                message.annotations.push((annotation::SENDER.into(), sender.clone()));
            }
        } else {
            message.from.clone_from(&sender);
        }
        message.names.extend(self.members.names(&sender, &id));
        for (name, names) in self.members.others(&sender, &id) {
            message.to.push(name);
            message.names.extend(names);
        }
    }
}

fn leave(media: &[Media], reason: &str, at: At, sink: &mut Sink<'_>) -> Result<(), Fault> {
    media.iter().for_each(|_| sink.skip(at, "an attachment of a message that was left out"));
    sink.skip(at, reason);
    Ok(())
}

/// Name and id of a person, a program or a device.
pub(super) fn identity(set: &Value) -> (String, String) {
    let one = ["user", "application", "device"].iter().map(|kind| &set[*kind]).find(|one| one.is_object());
    let one = one.unwrap_or(&Value::Null);
    let id = text(&one["id"]).unwrap_or_default();
    (text(&one["displayName"]).unwrap_or(id).to_owned(), id.to_owned())
}

fn facts(item: &Value, message: &mut Message, sink: &mut Sink<'_>) {
    let all = &mut message.annotations;
    for reaction in item["reactions"].as_array().into_iter().flatten() {
        let kind = text(&reaction["reactionType"]).filter(|kind| *kind != "custom");
        let kind = kind.or(text(&reaction["displayName"])).unwrap_or_default();
        let (who, _) = identity(&reaction["user"]);
        all.push((annotation::REACTION.into(), format!("{kind} {who}")));
    }
    for mention in item["mentions"].as_array().into_iter().flatten() {
        let (who, id) = identity(&mention["mentioned"]);
        all.extend((!who.is_empty()).then(|| ("mention".to_owned(), who.clone())));
        let also = vec![id].into_iter().filter(|id| !id.is_empty() && *id != who).collect::<Vec<_>>();
        if !also.is_empty()
            && message.to.contains(&who)
            && message.names.iter().all(|names| names.written != who)
        {
            message.names.push(Names { written: who, also });
        }
    }
    for (key, name) in FACTS.iter().filter(|(key, _)| !is_nothing(&item[*key])) {
        all.push(((*name).to_owned(), written(&item[*key])));
    }
    if let Some(importance) = text(&item["importance"]).filter(|importance| *importance != "normal") {
        all.push(("importance".into(), importance.to_owned()));
    }
    all.extend(rest(item, KNOWN, sink));
    if let Some(kind) = text(&item["messageType"])
        && !matches!(kind, "message" | "chatEvent" | "systemEventMessage" | "unknownFutureValue")
    {
        sink.unknown("messageType");
        all.push((format!("{}:messageType", annotation::RAW), kind.to_owned()));
    }
}

/// Puts `quote` before a text, as what the message answers or passes on.
pub(super) fn put_before(quote: &str, content: &mut content::Content) {
    if quote.is_empty() {
        return;
    }
    let shift = quote.len() as u64 + 1;
    content.text = format!("{quote}\n{}", content.text).trim_end().to_owned();
    content
        .quoted
        .iter_mut()
        .for_each(|quoted| (quoted.start, quoted.end) = (quoted.start + shift, quoted.end + shift));
    let end = quote.trim_end().len() as u64;
    content.quoted.insert(0, Quoted { start: 0, end });
}
